#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A backup from before a transfer is put back: at who sent the signal, at the old holder, at the new
# one. Each time the partners bring it back to one holder, and to the same one.
exec python3 -B "${0%.sh}.py" "$@"
