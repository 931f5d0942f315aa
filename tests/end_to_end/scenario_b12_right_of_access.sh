#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A resident asks at the counter what is known: a letter with what was shared, without who reported,
# without neighbours and housemates; each partner is asked and answers the resident itself.
exec python3 -B "${0%.sh}.py" "$@"
