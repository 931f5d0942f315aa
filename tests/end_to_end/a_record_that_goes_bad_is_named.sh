#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A record goes bad under a running gateway: nothing of it is believed, everybody hears where it is
# and what to do, the rest goes on, and the next start names it too.
exec python3 -B "${0%.sh}.py" "$@"
