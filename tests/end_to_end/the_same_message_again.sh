#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The same message in a row, at once, after a restart, days later, from a thief; other bytes under its
# number; a batch that is half bad, cut off or killed: each item has its effect once.
exec python3 -B "${0%.sh}.py" "$@"
