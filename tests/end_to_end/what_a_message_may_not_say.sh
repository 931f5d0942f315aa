#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Over real TLS: odd JSON, odd encodings, odd keys and odd ids get one answer and leave no trace.
# Not under a sanitizer: it reads the whole memory of a gateway.
exec python3 -B "${0%.sh}.py" "$1"
