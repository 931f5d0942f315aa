#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A store is put back, and partners tell what it forgot: with which key they sign now, what the
# residents took back at its own desk, a version of the covenant that it was sent.
exec python3 -B "${0%.sh}.py" "$@"
