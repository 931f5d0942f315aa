#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Two residents of one corporation are brought together only when both said so; a no of either ends
# it for both; only a number goes further.
exec python3 -B "${0%.sh}.py" "$@"
