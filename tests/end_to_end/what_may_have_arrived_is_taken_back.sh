#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A signal whose receipt was lost, and that may not go any more, is taken back from who may have it:
# its reporter never reads that it was not sent, and it has one holder.
exec python3 -B "${0%.sh}.py" "$@"
