#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# One side asks more than its share, of handshakes, requests, connections, descriptors or memory:
# it is refused cheaply, the others go on, and afterwards all is as before.
# Not under a sanitizer: it measures memory, processor time and rates.
exec python3 -B "${0%.sh}.py" "$@"
