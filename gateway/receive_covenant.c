/* SPDX-License-Identifier: EUPL-1.2 */
/* A new version as a partner proposes it: it is kept for our people to judge, and agrees to
 * nothing. */
#include <stdlib.h>
#include <string.h>

#include "covenant/covenant_item.h"
#include "gateway/new_covenant.h"
#include "gateway/receive.h"

/* Each version takes a place of the few that there are: a partner may not fill them. */
enum { PROPOSALS_OPEN_MAX = 4 };

/* Does a covenant to which we agreed have this party, and if so one with this very document? A file
 * that only came in says nothing of anybody's keys. */
static enum outcome check_newcomer(const struct reception *reception, const struct party *party)
{
    const struct registry *registry = reception->call->registry;
    enum outcome outcome = OUTCOME_OK;

    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        const struct party *there = covenant_party(known->covenant, &party->oin);
        if (!there || !known_ever_agreed(known, &reception->head.route.to))
            continue;
        if (bytes_equal(there->key_document, party->key_document))
            return OUTCOME_OK;
        outcome = OUTCOME_KEY_UNKNOWN;
    }
    return outcome;
}

/* It follows the version it was sent under, its sender is a party of it too, and no party that
 * was one, here or in another covenant of ours, gets another key. */
static enum outcome check(const struct reception *reception, const struct covenant *covenant)
{
    const struct covenant *previous = reception->known->covenant;

    if (!covenant->previous || strcmp(covenant->previous, previous->fingerprint) != 0 ||
        strcmp(covenant->id, previous->id) != 0)
        return OUTCOME_HEAD_DIFFERS;
    if (!covenant_party(covenant, &reception->head.route.from))
        return OUTCOME_SENDER_WRONG;
    for (size_t i = 0; i < covenant->parties_count; i++) {
        if (!covenant_party(previous, &covenant->parties[i].oin))
            TRY(check_newcomer(reception, &covenant->parties[i]));
    }
    return new_covenant_keeps_keys(reception->known, covenant);
}

static enum outcome read_proposal(const struct reception *reception, const json_t *json,
                                  struct new_covenant *proposal)
{
    OWNED_COVENANT_ITEM item = {0};
    struct covenant_fault covenant_fault = {0};
    struct fault fault = {0};

    TRY(covenant_item_parse(json, &item, &fault));
    proposal->raw = item.file;
    item.file = (struct buffer){0}; /* handed over */
    TRY(new_covenant_read(reception->call->gateway, proposal, &covenant_fault));
    return check(reception, proposal->covenant);
}

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    item->proposal = calloc(1, sizeof *item->proposal);
    if (!item->proposal)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = read_proposal(reception, item->json, item->proposal);
    return outcome_kind(item->form) == KIND_OURS ? item->form : OUTCOME_OK;
}

/* What this partner proposed of the same covenant and nobody here has judged yet. */
static enum outcome count_open(struct change *change, const struct registry *registry,
                               const struct reception *reception, const char *id, size_t *out_count)
{
    *out_count = 0;
    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        const struct party *self = covenant_party(known->covenant, &reception->head.route.to);
        struct covenant_origin origin;
        if (strcmp(known->covenant->id, id) != 0 || known->began_ms != INT64_MAX || !self ||
            known->verdicts[covenant_party_index(known->covenant, self)] != VERDICT_NONE)
            continue;
        TRY(covenant_origin_get(&change->view, known->covenant->fingerprint, &origin));
        *out_count += origin.proposed && oin_equal(&origin.from, &reception->head.route.from);
    }
    return OUTCOME_OK;
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    struct gateway *gateway = reception->call->gateway;
    HELD_REGISTRY registry = gateway_registry(gateway);
    const struct covenant *covenant = item->proposal->covenant;
    const struct covenant_origin origin = {
        .proposed = true, .from = reception->head.route.from, .at_ms = reception->received_ms};
    char why[NEW_COVENANT_WHY_BYTES];
    enum outcome outcome =
        new_covenant_check(registry, covenant, reception->call->now_ms, LANGUAGE_NL, why);
    size_t open;

    (void)known;
    if (outcome == OUTCOME_EXISTS) /* from paper, or from another party */
        return OUTCOME_OK;
    if (outcome == OUTCOME_OK) {
        TRY(count_open(change, registry, reception, covenant->id, &open));
        if (open >= PROPOSALS_OPEN_MAX)
            outcome = OUTCOME_TOO_MANY;
    }
    if (outcome != OUTCOME_OK) {
        item->refusal = outcome_code(outcome);
        return OUTCOME_OK;
    }
    return new_covenant_put(gateway, change, item->proposal, &origin);
}

static void wipe_item(struct received_item *item)
{
    new_covenant_free(item->proposal);
}

const struct item_kind receive_covenant_kind = {MESSAGE_KIND_COVENANT, AUDIT_POLICY, prepare, apply,
                                                wipe_item};
