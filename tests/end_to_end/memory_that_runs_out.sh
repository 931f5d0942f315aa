#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Each allocation of a running gateway fails in turn: no answer without its effect, nothing twice.
exec python3 -B "${0%.sh}.py" "$1"
