#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The queue to a partner that is away fills: told at 80 %, refused at the entrance when full, nothing
# that was taken in is dropped, and rows for the others go on.
exec python3 -B "${0%.sh}.py" "$@"
