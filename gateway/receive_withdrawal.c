/* SPDX-License-Identifier: EUPL-1.2 */
/* A partner says that a consent or a signal ended: gateway/withdrawn_here.c does it. */
#include <stdlib.h>

#include "gateway/receive.h"
#include "gateway/withdrawals.h"

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    struct fault fault = {0};

    item->withdrawal = calloc(1, sizeof *item->withdrawal);
    if (!item->withdrawal)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = withdrawal_item_parse(item->json, item->withdrawal, &fault);
    if (item->form != OUTCOME_OK)
        return item->form == OUTCOME_OUT_OF_MEMORY ? item->form : OUTCOME_OK;
    item->purpose = item->withdrawal->purpose;
    /* A moment to come would also end what is agreed until then. */
    if (item->withdrawal->at_ms > reception->received_ms + MESSAGE_CLOCK_SLACK_S * 1000)
        item->form = OUTCOME_MALFORMED;
    return OUTCOME_OK;
}

/* Every party can make a token for any purpose under its covenant's key; what it has no part in, it
 * cannot end. */
static bool is_its_purpose(const struct covenant *covenant, const struct withdrawal_item *item)
{
    for (size_t i = 0; i < covenant->articles_count; i++) {
        if (covenant->articles[i].purpose == item->purpose)
            return true;
    }
    return item->about != WITHDRAWAL_OF_TOKEN;
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    const struct audit_entry entry = call_entry(reception->call, AUDIT_WITHDRAW);
    const struct withdrawal_cause cause = {.reason = item->withdrawal->reason,
                                           .role = reception->payload->head.role,
                                           .from = &reception->head.route.from,
                                           .entry = &entry,
                                           .now_ms = reception->call->now_ms};

    if (!is_its_purpose(known->covenant, item->withdrawal)) {
        item->refusal = refusal_code(REFUSAL_NO_ARTICLE);
        return OUTCOME_OK;
    }
    return withdrawal_received(reception->call->gateway, change, known->covenant->fingerprint,
                               item->withdrawal, &cause, &item->code);
}

static void wipe_item(struct received_item *item)
{
    free(item->withdrawal);
}

const struct item_kind receive_withdrawal_kind = {MESSAGE_KIND_WITHDRAWAL, AUDIT_WITHDRAW, prepare,
                                                  apply, wipe_item};
