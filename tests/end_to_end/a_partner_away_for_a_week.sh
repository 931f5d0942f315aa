#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A partner is away for a minute, eight hours and a week by the clock: messages expire and are sealed
# again, and all of it arrives once and in order. A covenant that ends meanwhile stops what waits.
exec python3 -B "${0%.sh}.py" "$@"
