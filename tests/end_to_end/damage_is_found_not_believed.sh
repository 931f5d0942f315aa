#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Every byte flipped, every page cut off, emptied or moved: refused in words, or answered rightly.
exec python3 -B "${0%.sh}.py" "$1"
