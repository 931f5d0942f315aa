#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A new version travels by itself to who was a party before, is agreed to, takes over, and is
# withdrawn: what waited is not delivered, and who reported it reads why.
exec python3 -B "${0%.sh}.py" "$@"
