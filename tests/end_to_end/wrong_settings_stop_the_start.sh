#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Each setting absent, misspelt, of another kind, or beyond its bounds: named, and no start.
exec python3 -B "${0%.sh}.py" "$1"
