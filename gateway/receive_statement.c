/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "gateway/receive.h"
#include "gateway/statements.h"

static const char *const members[] = {"id", "verklaring", NULL};

/* It may be older than the key that signed this message: any key of the party's chain will do. */
static enum outcome open_statement(const struct reception *reception, const char *hint,
                                   struct received_statement *received)
{
    enum outcome outcome = OUTCOME_SIGNATURE_WRONG;
    struct fault fault = {0};
    const uint8_t *key;

    for (size_t which = 0; outcome == OUTCOME_SIGNATURE_WRONG; which++) {
        outcome = known_signer(reception->known, &reception->head.route.from, hint, which, &key);
        if (outcome == OUTCOME_OK)
            outcome = statement_open(buffer_bytes(&received->envelope), key, &received->statement,
                                     received->hash, &fault);
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_SIGNATURE_WRONG : outcome;
}

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    const struct oin *from = &reception->head.route.from;
    struct received_statement *received;
    struct fault fault = {0};
    const json_t *envelope;

    received = item->statement = calloc(1, sizeof *item->statement);
    if (!received)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = json_only(item->json, members, &fault);
    if (item->form == OUTCOME_OK)
        item->form = json_object_at(item->json, "verklaring", &envelope, &fault);
    /* What is judged is what will be stored, so that it can be read back at every start. */
    if (item->form == OUTCOME_OK)
        item->form = json_write(envelope, &received->envelope);
    if (item->form == OUTCOME_OK)
        item->form = open_statement(reception, dsse_hint(envelope), received);
    if (item->form == OUTCOME_OK &&
        (!oin_equal(&received->statement.oin, from) ||
         strcmp(received->statement.covenant, reception->head.route.covenant) != 0))
        item->form = OUTCOME_SENDER_WRONG;
    return item->form == OUTCOME_OUT_OF_MEMORY ? item->form : OUTCOME_OK;
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    const struct received_statement *received = item->statement;
    const struct covenant *covenant = known->covenant;
    size_t party =
        covenant_party_index(covenant, covenant_party(covenant, &reception->head.route.from));
    enum outcome outcome = statement_follows(&received->statement, received->hash,
                                             known->verdicts[party], known->last_hash[party]);

    if (outcome == OUTCOME_EXISTS)
        return OUTCOME_OK;
    if (outcome != OUTCOME_OK) {
        item->refusal = outcome_code(outcome);
        return OUTCOME_OK;
    }
    item->reload = true;
    return statement_put(change, covenant->fingerprint, &reception->head.route.from,
                         known->statement_count[party], buffer_bytes(&received->envelope));
}

static void wipe_item(struct received_item *item)
{
    if (item->statement)
        buffer_wipe(&item->statement->envelope);
    free(item->statement);
}

const struct item_kind receive_statement_kind = {MESSAGE_KIND_STATEMENT, AUDIT_POLICY, prepare,
                                                 apply, wipe_item};
