/* SPDX-License-Identifier: EUPL-1.2 */
/* A partner whose store was put back asks what it missed: written down here, done by
 * gateway/recovery_help.c in the background. */
#include <stdlib.h>

#include "gateway/receive.h"
#include "gateway/recovery_help.h"

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    struct fault fault = {0};

    (void)reception;
    item->recovery = calloc(1, sizeof *item->recovery);
    if (!item->recovery)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = recovery_item_parse(item->json, item->recovery, &fault);
    return item->form == OUTCOME_OUT_OF_MEMORY ? item->form : OUTCOME_OK;
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    (void)known; /* being a party of it is enough */
    return recovery_help_asked(change, &reception->head.route.from, item->recovery->since_ms);
}

static void wipe_item(struct received_item *item)
{
    free(item->recovery);
}

const struct item_kind receive_recovery_kind = {MESSAGE_KIND_RECOVERY, AUDIT_RECV, prepare, apply,
                                                wipe_item};
