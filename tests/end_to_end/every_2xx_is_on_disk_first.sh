#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Two gateways run under strace. For every 2xx that commits: data pages of keys/ and store/
# written, fdatasync returned, meta page written through O_DSYNC, and only then the first byte.
exec python3 -B "${0%.sh}.py" "$@"
