#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# One row of a buurtaanpak for all partners: the buurtteam gets what the resident agreed to, the
# wijkbureau and enforcement a count, the police nothing; and where one can go with a signal.
exec python3 -B "${0%.sh}.py" "$@"
