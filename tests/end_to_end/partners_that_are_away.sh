#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A partner that is away, or that says it took a message without a receipt that proves it:
# nothing is lost, nothing counts as delivered, and the others do not notice.
exec python3 -B "${0%.sh}.py" "$@"
