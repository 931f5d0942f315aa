#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A transfer, a withdrawal, an escalation, an agreement that two people sign and the forms of a page,
# while the disk of one of the gateways fails at a chosen call. With THOROUGH at every call.
exec python3 -B "${0%.sh}.py" "$@"
