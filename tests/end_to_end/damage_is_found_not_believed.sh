#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Every byte flipped, every page cut off, emptied or moved: refused in words, or answered rightly.
# Not under a sanitizer: it lets LMDB alone read damaged files, to show that the harness bites.
exec python3 -B "${0%.sh}.py" "$1"
