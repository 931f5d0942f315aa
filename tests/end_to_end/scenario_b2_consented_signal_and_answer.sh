#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A signal with consent, and the whole answer: received, taken up, no request for help now and a new
# visit on a day; the reporter reads the very line, and on that day the holder is reminded.
exec python3 -B "${0%.sh}.py" "$@"
