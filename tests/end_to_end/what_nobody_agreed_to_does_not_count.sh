#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Over real TLS, with a clock that moves: forged agreement, older versions, windows and half-years.
exec python3 -B "${0%.sh}.py" "$1"
