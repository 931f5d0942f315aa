#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Who shows no certificate, or one that does not count, or speaks TLS as nobody should, gets no
# byte of HTTP read; and a certificate that counts names exactly one organisation.
# Not under a sanitizer: it measures what memory and time a handshake takes.
exec python3 -B "${0%.sh}.py" "$@"
