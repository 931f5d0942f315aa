#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A gateway goes on with what the version before it left, and does not touch what a later one made.
exec python3 -B "${0%.sh}.py" "$@"
