#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The postvak and the start page as a browser without script meets them: the same handlers, the same
# log, the same refusals; and a page of another site that gets nowhere.
exec python3 -B "${0%.sh}.py" "$@"
