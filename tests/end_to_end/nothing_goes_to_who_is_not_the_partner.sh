#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# At a partner's address somebody answers who cannot show that it is the partner: not a byte of
# the message leaves, it stays queued, the log has an alarm, and it goes once all is well.
exec python3 -B "${0%.sh}.py" "$@"
