/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * steps.h - telling a worker that a step cannot be now: in a sentence, and with the codes that can
 * (`toegestaan` of the problem). From the one table of covenant/feedback.h.
 */
#pragma once

#include "covenant/feedback.h"
#include "gateway/call.h"

/* STEP_NOT_ALLOWED, with its problem filled in. `context` is that of a worker's answer. */
MUST_USE enum outcome steps_refused(struct call *call, const struct feedback_context *context,
                                    enum feedback_refusal refusal);
