#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A value that passes the BSN 11-test in a column nobody declared refuses the whole file.
exec python3 -B "${0%.sh}.py" "$1"
