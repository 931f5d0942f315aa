#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A wijkteam works in a system of its own: the inbox goes out as CSV, answers come in as CSV, each
# given or refused with a reason, and the melder reads them.
exec python3 -B "${0%.sh}.py" "$@"
