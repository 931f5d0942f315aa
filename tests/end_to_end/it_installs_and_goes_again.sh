#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# `make install` under a DESTDIR puts all in its place, works from there, and `make uninstall` takes it away.
exec python3 -B "${0%.sh}.py" "$1"
