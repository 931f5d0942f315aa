#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The power is cut under a gateway at work, on a disk of its own: what was not synced vanishes,
# and what was acknowledged does not.
exec python3 -B "${0%.sh}.py" "$@"
