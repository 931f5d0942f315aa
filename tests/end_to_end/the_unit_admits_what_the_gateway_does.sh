#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Under the filter and limits of config/wijkpoort.service a gateway does all it must, and not more.
# Not under a sanitizer: it has system calls and memory of its own.
exec python3 -B "${0%.sh}.py" "$1"
