#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A survey: each household says for each block of questions whether it may be used. Only that goes,
# and answers for research are the same household in every wave and nobody anywhere else.
exec python3 -B "${0%.sh}.py" "$@"
