#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Text from outside, with line ends, colours of a terminal and a megabyte of it, in every place where
# a stranger, a partner or a user can put some: no line of the log, no answer and no screen takes it.
exec python3 -B "${0%.sh}.py" "$@"
