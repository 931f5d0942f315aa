#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A resident says at the desk what may be shared, takes a slip home, and is asked again at the
# first contact: nothing goes further than that, and a no ends it.
exec python3 -B "${0%.sh}.py" "$@"
