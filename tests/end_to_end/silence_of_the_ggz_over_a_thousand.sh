#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A thousand signals to a GGZ institution, half about clients: codes, times, lengths, headers and
# TLS records tell nobody which half is which, nor what its workers did.
exec python3 -B "${0%.sh}.py" "$@"
