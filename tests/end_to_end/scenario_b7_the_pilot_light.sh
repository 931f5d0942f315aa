#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A tenant signs beforehand that his supporter may be told at once when things go wrong again; two
# years later they do: no new intake, an answer the same day, nothing without a live agreement.
exec python3 -B "${0%.sh}.py" "$@"
