#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# SIGTERM, SIGHUP and SIGSTOP while people work on: what runs is finished, nothing that was
# acknowledged is lost or doubled, and a reload drops no request.
exec python3 -B "${0%.sh}.py" "$@"
