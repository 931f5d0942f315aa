#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Fifty times kill -9 while clients push and answer: afterwards all that was acknowledged is
# there, at both sides, exactly once.
exec python3 -B "${0%.sh}.py" "$@"
