#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A name, a telephone, addresses, case numbers and a BSN go in; in no file, log, queue or
# decrypted HTTP body are they found, in any form.
exec python3 -B "${0%.sh}.py" "$1"
