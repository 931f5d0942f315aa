#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# What hangs on paper and goes into the files of a privacy officer: from a file without any gateway,
# and from a gateway by its id, with who agreed.
exec python3 -B "${0%.sh}.py" "$@"
