#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A disk that is full, read-only, failing or gone: nothing is acknowledged that is not kept, what
# passes passes by itself, and the gateway says what to do.
exec python3 -B "${0%.sh}.py" "$@"
