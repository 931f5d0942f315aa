#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Certificates, keys and revocation lists are replaced, rightly and wrongly, while partners and
# users keep asking: no request is dropped, nobody revoked is answered, nothing is restarted.
exec python3 -B "${0%.sh}.py" "$@"
