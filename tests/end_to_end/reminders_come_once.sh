#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Reminders and escalations come once, each and in order: through restarts, kills, days of downtime
# over several of them, and a clock that leaps ahead and back.
exec python3 -B "${0%.sh}.py" "$@"
