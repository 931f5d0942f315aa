#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A request that drips in is cut by a deadline for the whole; a line cut at any byte of a request
# or of its answer has one effect or none, and asking again settles which.
exec python3 -B "${0%.sh}.py" "$@"
