#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A wijkbeheerder reports on a page what he saw: he reads first what goes to whom, sends it once,
# follows it and takes it back. A colleague records what a resident chose and stops it. Anybody asks
# "mag dit?"; the auditor asks the log. No browser; what a browser adds is in tests/browser.
exec python3 -B "${0%.sh}.py" "$@"
