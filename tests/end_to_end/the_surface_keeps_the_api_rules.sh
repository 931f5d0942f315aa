#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# What three listeners answer is what the two OpenAPI documents and the NL API Design Rules say.
exec python3 -B "${0%.sh}.py" "$1"
