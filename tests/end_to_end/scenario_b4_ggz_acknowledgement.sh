#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A GGZ institution acknowledges a signal about a client and about a stranger in one and the same
# way; its worker's answers stay there, unless the resident lifted the secrecy.
exec python3 -B "${0%.sh}.py" "$@"
