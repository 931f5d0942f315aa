#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Forms that no page of ours made: each is refused with its own status, once, and does nothing.
exec python3 -B "${0%.sh}.py" "$@"
