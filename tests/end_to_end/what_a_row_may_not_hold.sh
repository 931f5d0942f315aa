#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# An unknown code, free text, another word where a list has the words, a document: refused at the
# row, in Dutch, with what may stand there.
exec python3 -B "${0%.sh}.py" "$@"
