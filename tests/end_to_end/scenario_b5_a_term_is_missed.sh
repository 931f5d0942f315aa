#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A term passes unanswered: the holder is reminded, who reported it reads where it is late, and on the
# third working day the lead hears it, without a word about whom. An answer settles all of it.
exec python3 -B "${0%.sh}.py" "$@"
