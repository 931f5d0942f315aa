#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Rent arrears by law: each condition that lacks refuses with its own code and fix; what leaves is
# what the statute names; the proof of reporting stands, on paper and in both logs.
exec python3 -B "${0%.sh}.py" "$@"
