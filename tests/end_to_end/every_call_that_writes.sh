#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Real gateways are killed, or their disk fails, at chosen calls by which they write; a second one
# on the same folder is refused. With THOROUGH every call of a day, and every state of a disk.
exec python3 -B "${0%.sh}.py" "$@"
