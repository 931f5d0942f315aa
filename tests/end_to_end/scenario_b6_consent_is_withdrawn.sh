#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A resident takes back what he agreed to: at the counter where he said so, at who received it, at
# a third desk; while it waits, on its way and delivered. Everybody who had it signs that it is gone.
exec python3 -B "${0%.sh}.py" "$@"
