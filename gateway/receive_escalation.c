/* SPDX-License-Identifier: EUPL-1.2 */
/* A term passed at a partner: for us as lead of the covenant. */
#include <stdlib.h>

#include "gateway/escalation.h"
#include "gateway/receive.h"

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    struct fault fault = {0};

    (void)reception;
    item->escalation = calloc(1, sizeof *item->escalation);
    if (!item->escalation)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = escalation_item_parse(item->json, item->escalation, &fault);
    return item->form == OUTCOME_OUT_OF_MEMORY ? item->form : OUTCOME_OK;
}

/* Only about its own signals, to another party, with a code that there is, and to the lead. */
static bool is_for_us(const struct reception *reception, const struct covenant *covenant,
                      const struct escalation_item *item)
{
    const struct oin *self = &reception->head.route.to;

    return oin_equal(&covenant->parties[covenant->lead].oin, self) &&
           oin_equal(&item->reporter, &reception->head.route.from) &&
           covenant_party(covenant, &item->holder) != NULL &&
           signal_code_find(reception->call->gateway->lists, item->code) != NULL;
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    if (!is_for_us(reception, known->covenant, item->escalation)) {
        item->refusal = outcome_code(OUTCOME_MALFORMED);
        return OUTCOME_OK;
    }
    if (!item->escalation->settled) {
        const struct day tomorrow = day_plus(amsterdam_day(reception->call->now_ms), 1);
        uint64_t standing;
        if (day_compare(item->escalation->due, tomorrow) > 0) { /* nothing is late before its day */
            item->refusal = outcome_code(OUTCOME_TIME_WRONG);
            return OUTCOME_OK;
        }
        TRY(escalation_standing(&change->view, &reception->head.route.from, &standing));
        if (standing >= ESCALATIONS_OF_ONE_MAX) {
            item->refusal = outcome_code(OUTCOME_TOO_MANY);
            return OUTCOME_OK;
        }
    }
    return escalation_received(change, &reception->head.route.from, known->covenant->fingerprint,
                               item->escalation, reception->call->now_ms);
}

static void wipe_item(struct received_item *item)
{
    free(item->escalation);
}

const struct item_kind receive_escalation_kind = {MESSAGE_KIND_ESCALATION, AUDIT_TERM, prepare,
                                                  apply, wipe_item};
