#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Somebody may rent again under an agreement in three parts: each party gets and reads its own part
# and no other; a change replaces, a no erases all copies, and so does the end date.
exec python3 -B "${0%.sh}.py" "$@"
