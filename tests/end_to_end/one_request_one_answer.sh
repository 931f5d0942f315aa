#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Whatever bytes come in over TLS: one request gets one answer, what two readers could take
# differently gets 400 and the end, and who one is stands in the certificate only.
# Not under a sanitizer: it measures what memory a connection takes.
exec python3 -B "${0%.sh}.py" "$@"
