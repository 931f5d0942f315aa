/* SPDX-License-Identifier: EUPL-1.2 */
/* A resident asked a partner what is known: written down here, looked up by the clock
 * (gateway/access_clock.c). The receipt says nothing of whether anything is. */
#include <stdlib.h>

#include "gateway/access_requests.h"
#include "gateway/receive.h"

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    struct fault fault = {0};

    (void)reception;
    item->access = calloc(1, sizeof *item->access);
    if (!item->access)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = access_item_parse(item->json, item->access, &fault);
    item->purpose = PURPOSE_RECHTEN;
    return item->form == OUTCOME_OUT_OF_MEMORY ? item->form : OUTCOME_OK;
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    enum outcome outcome =
        access_received(change, &reception->head.route.from, known->covenant->fingerprint,
                        item->access, reception->call->now_ms);

    if (outcome != OUTCOME_TOO_MANY)
        return outcome;
    item->refusal = outcome_code(outcome);
    return OUTCOME_OK;
}

static void wipe_item(struct received_item *item)
{
    free(item->access);
}

const struct item_kind receive_access_kind = {MESSAGE_KIND_ACCESS_REQUEST, AUDIT_RIGHTS, prepare,
                                              apply, wipe_item};
