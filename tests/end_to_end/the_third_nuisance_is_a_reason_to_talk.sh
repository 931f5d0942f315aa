#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The third report of nuisance about one address advises its reporter to talk with the resident;
# nothing leaves by it, nothing is decided, and it goes when the resident says so.
exec python3 -B "${0%.sh}.py" "$@"
