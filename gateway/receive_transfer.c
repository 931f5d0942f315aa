/* SPDX-License-Identifier: EUPL-1.2 */
/* A holder asks us to pass a signal of ours on, or we are told what became of our own question:
 * gateway/transfer.c does it. */
#include <stdlib.h>

#include "gateway/receive.h"
#include "gateway/transfer.h"

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    struct fault fault = {0};

    (void)reception;
    item->transfer = calloc(1, sizeof *item->transfer);
    if (!item->transfer)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = transfer_item_parse(item->json, item->transfer, &fault);
    return item->form == OUTCOME_OUT_OF_MEMORY ? item->form : OUTCOME_OK;
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    item->rule[0] = '\0';
    item->dossier[0] = '\0';
    item->purpose = PURPOSE_NONE;
    return item->transfer->step == TRANSFER_ASKED ? transfer_asked(reception, item, known, change)
                                                  : transfer_told(reception, item, change);
}

static void wipe_item(struct received_item *item)
{
    free(item->transfer);
}

const struct item_kind receive_transfer_kind = {MESSAGE_KIND_TRANSFER, AUDIT_TRANSFER, prepare,
                                                apply, wipe_item};
