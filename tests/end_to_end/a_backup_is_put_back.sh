#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A backup made under load is put back: nothing from before it is lost, what came after is named
# as a gap, the old log never goes on, and what partners had sent comes again.
exec python3 -B "${0%.sh}.py" "$@"
