#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A client tells the GGZ institution that it may say how things go: then its answers travel, to
# that one reporter, about that one signal, as long as it stands; for all others it stays silent.
exec python3 -B "${0%.sh}.py" "$@"
