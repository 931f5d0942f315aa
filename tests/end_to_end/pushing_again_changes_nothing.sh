#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A file may be pushed again at any time: what is known stays as it was, what is missing goes in.
exec python3 -B "${0%.sh}.py" "$1"
