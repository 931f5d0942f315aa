#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# "Doorgezet" is no dead end: from one holder to the next, with exactly one at any time; never back,
# never a third time, never without the resident; while somebody is away, and through kill -9.
exec python3 -B "${0%.sh}.py" "$@"
