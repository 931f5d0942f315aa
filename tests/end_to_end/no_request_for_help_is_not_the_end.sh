#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# "Geen hulpvraag" is no dead end: it needs a next step, what waits comes back on its day, what goes
# back gives the reporter something to do, and looking at it twice is no answer.
exec python3 -B "${0%.sh}.py" "$@"
