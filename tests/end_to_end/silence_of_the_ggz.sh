#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A GGZ institution is bound to secrecy: whatever its workers do, one AFGH leaves at 17:00 on
# the day the term falls, and nothing before or after.
exec python3 -B "${0%.sh}.py" "$@"
