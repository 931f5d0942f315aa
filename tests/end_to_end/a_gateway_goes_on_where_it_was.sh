#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Stopped and started, a gateway goes on where it was; a store that is in use or damaged is
# refused in plain words and left as it is.
exec python3 -B "${0%.sh}.py" "$@"
