#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Questions that no covenant can allow, and readers that no role makes: each refused, each in the log.
exec python3 -B "${0%.sh}.py" "$1"
