#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Who may read or confirm is decided by two people, and whoever reads is found under whom he read.
exec python3 -B "${0%.sh}.py" "$1"
