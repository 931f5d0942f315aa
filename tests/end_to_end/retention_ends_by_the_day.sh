#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# What was kept for its last day goes at three at night in Amsterdam, not before; days of downtime
# and a clock that jumps skip nothing, and a clock that is not believed erases nothing.
exec python3 -B "${0%.sh}.py" "$@"
