/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * recovery_back.h - a partner whose store was put back forgot what it told us itself: that a
 * resident withdrew at its desk, or that it took a signal back. We followed, nobody else knows of it,
 * and there the consent lives again, and the signal with it. So it is told back, by the number of
 * the signal, which is all that is left here.
 *
 * In the change of gateway/recovery_help.c, for each record of the partner. What we told it, or
 * another did, is told again by who told it (withdrawals_tell_again()).
 */
#pragma once

#include "gateway/gateway.h"

/* A signal of ours that ended since then because it said so: it holds that again. */
MUST_USE enum outcome recovery_back_sent(struct gateway *gateway, struct change *change,
                                         const struct oin *partner, int64_t since_ms,
                                         const char *item_id);
/* A signal of its that was erased here since then, not by its term: it thinks that we have it, and
 * that the consent counts. Passes over what was not erased. */
MUST_USE enum outcome recovery_back_received(struct gateway *gateway, struct change *change,
                                             const struct oin *partner, int64_t since_ms,
                                             struct uuid id);
