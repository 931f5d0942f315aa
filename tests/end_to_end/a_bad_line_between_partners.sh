#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A line that loses, cuts, goes one way only or falls silent: in the end each signal has arrived once.
exec python3 -B "${0%.sh}.py" "$@"
