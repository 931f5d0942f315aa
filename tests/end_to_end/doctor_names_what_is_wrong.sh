#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# `wijkpoort doctor` names what is wrong, and who must do what: each finding made to be for real.
exec python3 -B "${0%.sh}.py" "$@"
