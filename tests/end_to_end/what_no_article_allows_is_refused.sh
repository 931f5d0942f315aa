#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Over real TLS: everything that a partner may not send is refused with its code and one leaf.
exec python3 -B "${0%.sh}.py" "$1"
