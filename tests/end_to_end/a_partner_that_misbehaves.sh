#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Slow, endless, redirecting, cut off: whatever a partner answers, nothing is followed, nothing grows,
# nothing is lost, the others do not notice, and what was kept arrives once when it heals.
# Not under a sanitizer: it measures what memory a gateway takes.
exec python3 -B "${0%.sh}.py" "$@"
