#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Keys and certificates of organisations are renewed under load, forked and stolen: nothing is lost or
# doubled, no covenant is made anew, and the thief is out.
exec python3 -B "${0%.sh}.py" "$@"
