#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A covenant that a partner does not know yet holds up no other, and what was sealed while it
# might go does not leave once it may not; a 201 that proves nothing is a refusal.
exec python3 -B "${0%.sh}.py" "$@"
