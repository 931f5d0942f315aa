#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Each command explains itself in both languages, gives a table or JSON, and when it cannot do
# what was asked says so in a sentence, with the exit code that belongs to it.
exec python3 -B "${0%.sh}.py" "$@"
