#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# What a wijkbeheerder reads: a line for each stage of a signal, and the report of a month, made on
# the first day of the next and never again, with what is too little to show as a dot.
exec python3 -B "${0%.sh}.py" "$@"
