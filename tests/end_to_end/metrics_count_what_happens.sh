#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The metrics are well formed line by line, move with what happens, and name nobody.
exec python3 -B "${0%.sh}.py" "$1"
