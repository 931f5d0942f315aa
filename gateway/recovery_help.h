/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * recovery_help.h - helping a partner whose store was put back: what we sent it since its backup
 * goes into its queue again, each item under the id it had. What the partner still has is known
 * there (BEKEND) and has no second effect.
 *
 * In this order: our key documents, versions of covenants, our statements and its shared keys; what was
 * withdrawn, also by the partner itself; escalations; signals; answers. In the background, a few
 * hundred records a pass; a stop in between goes on where it was. A signal whose consent or article
 * ended meanwhile does not go (gateway/outgoing_items.c), and its record here stays as it was.
 */
#pragma once

#include "gateway/gateway.h"

/* In the change that receives the question. A second one before the first is done goes back to
 * the earlier moment. */
MUST_USE enum outcome recovery_help_asked(struct change *change, const struct oin *partner,
                                          int64_t since_ms);
/* One pass of the clock. Waits for the writer, only when somebody asked. */
MUST_USE enum outcome recovery_help_pass(struct gateway *gateway);
/* In the change that receives a signal which is known already: whoever sends it again may not have
 * our answers either. */
MUST_USE enum outcome recovery_help_answers(struct gateway *gateway, struct change *change,
                                            const char *signal_id);
