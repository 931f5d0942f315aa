/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/due.h"
#include "gateway/agreement_use.h"
#include "gateway/housing_store.h"
#include "gateway/kept_signal.h"
#include "gateway/receive.h"
#include "gateway/release.h"
#include "gateway/retained.h"
#include "gateway/withdrawals.h"

/* Answers for research have a token of their own study instead. */
static const char *token_of_proof(const struct signal *signal)
{
    return has_bit(signal->fields, FIELD_TOKEN) ? signal->token : signal->study_token;
}

static enum outcome check_proof(struct reception *reception, struct received_item *item)
{
    const struct oin *from = &reception->head.route.from;
    enum outcome outcome = OUTCOME_SIGNATURE_WRONG;
    struct fault fault = {0};
    struct proof proof;
    const uint8_t *key;

    if (!has_bit(item->signal->fields, FIELD_PROOF))
        return OUTCOME_OK;
    item->proof.present = true; /* and not authentic, until it is */
    /* It is as old as the intake of its row: any key of the party's chain will do, of those that it
     * names. */
    for (size_t which = 0; outcome == OUTCOME_SIGNATURE_WRONG; which++) {
        outcome = known_signer(reception->known, from, dsse_hint(item->signal->proof), which, &key);
        if (outcome == OUTCOME_OK)
            outcome = proof_open(item->signal->proof, key, &proof, &fault);
    }
    if (outcome == OUTCOME_OK) {
        item->proof = proof_facts_of(&proof, reception->call->gateway->lists,
                                     reception->known->covenant->fingerprint,
                                     token_of_proof(item->signal));
        memcpy(item->proof_id, proof.id, sizeof item->proof_id);
        item->proof_sequence = proof.sequence;
    }
    return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_OK;
}

/* The item must speak of this covenant, of us as holder, of its lead, and of an hour that was. */
static bool core_is_right(const struct reception *reception, const struct signal *signal,
                          const struct covenant *covenant)
{
    return strcmp(signal->covenant, covenant->reference) == 0 &&
           signal->sent_ms <= reception->received_ms + HOUR_MS &&
           oin_equal(&signal->holder, &reception->head.route.to) &&
           oin_equal(&signal->lead, &covenant->parties[covenant->lead].oin);
}

static void note_rule(struct received_item *item, const struct covenant *covenant)
{
    covenant_rule_print(covenant, item->signal->article, item->rule, sizeof item->rule);
}

static enum outcome print_record(const struct reception *reception, struct received_item *item)
{
    OWNED_KEPT_SIGNAL kept = {0};

    kept.partner = reception->head.route.from;
    memcpy(kept.covenant, reception->head.route.covenant, sizeof kept.covenant);
    memcpy(kept.dossier, item->foreseen.dossier, sizeof kept.dossier);
    kept.taken_ms = reception->received_ms;
    kept.received_ms = reception->received_ms;
    TRY(json_write(item->json, &kept.item));
    /* What cannot be read back may not be taken in: it would stop every reader behind it. */
    if (kept.item.length > SIGNAL_MAX_BYTES)
        item->form = OUTCOME_TOO_LARGE;
    return kept_signal_print(&kept, &item->foreseen.record);
}

/* The covenant of that fingerprint is the same in the change, so what is accepted there has the
 * right core and an article here. */
static enum outcome foresee(struct reception *reception, struct received_item *item)
{
    const struct covenant *covenant = reception->known->covenant;
    enum outcome outcome;

    if (!core_is_right(reception, item->signal, covenant) ||
        !covenant_article(covenant, item->signal->article))
        return OUTCOME_OK;
    dossier_new(item->foreseen.dossier);
    memcpy(item->dossier, item->foreseen.dossier, sizeof item->dossier);
    note_rule(item, covenant);
    TRY(print_record(reception, item));
    outcome = receive_foresee(reception, item);
    item->rule[0] = '\0'; /* apply gives both to what it accepts */
    item->dossier[0] = '\0';
    return outcome;
}

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    struct fault fault = {0};

    item->signal = calloc(1, sizeof *item->signal);
    if (!item->signal)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = signal_parse(item->json, item->signal, &fault);
    if (item->form != OUTCOME_OK)
        return item->form == OUTCOME_OUT_OF_MEMORY ? item->form : OUTCOME_OK;
    item->purpose = item->signal->purpose;
    TRY(check_proof(reception, item));
    item->signal->proof = NULL; /* what it points into is released after preparing */
    return foresee(reception, item);
}

static struct decision decision_of(const struct reception *reception,
                                   const struct received_item *item,
                                   const struct known_covenant *known,
                                   const struct article *article, int number,
                                   const struct standing *standing)
{
    const struct signal *signal = item->signal;
    struct token token = {0};
    struct request request = {
        .covenant = known->covenant,
        .standing = standing,
        .side = SIDE_RECEIVER,
        .from = reception->head.route.from,
        .to = reception->head.route.to,
        .purpose = signal->purpose,
        .article = number,
        .code = signal->code,
        .lane = article->lane,
        .role = reception->payload->head.role,
        .fields = signal->fields,
        .proof = item->proof,
    };

    if (has_bit(signal->fields, FIELD_TOKEN) && token_parse(signal->token, &token) == OUTCOME_OK)
        request.epoch = token.epoch;
    return decide(&request);
}

/* What ended before it came, in whatever order the two travelled; and a proof that says so itself
 * ends what came under it. */
static enum outcome refuse_ended(struct reception *reception, struct received_item *item,
                                 struct change *change)
{
    const struct arriving arriving = {.from = &reception->head.route.from,
                                      .item_id = item->id,
                                      .proof_id = item->proof_id[0] ? item->proof_id : NULL,
                                      .token = item->signal->token,
                                      .proof_from = item->proof.from};
    enum withdrawal_reason reason;
    bool ended;

    if (item->proof_id[0] && item->proof.withdrawn)
        TRY(withdrawal_by_proof(reception->call->gateway, change, arriving.from, item->proof_id,
                                item->proof_sequence, reception->call->now_ms));
    TRY(withdrawal_ended_it(&change->view, &arriving, &ended, &reason));
    if (ended && !item->refusal)
        item->refusal = withdrawal_refusal(reason);
    return OUTCOME_OK;
}

static enum outcome note_proof(const struct reception *reception, const struct received_item *item,
                               struct change *change)
{
    const struct ended_name proof = {ENDED_PROOF, &reception->head.route.from, item->proof_id};
    struct under under = {{{0}}, {{0}}};

    uuid_parse(item->id, &under.item);
    return item->proof_id[0] ? under_put(change, &proof, &under) : OUTCOME_OK;
}

/* Our part of an agreement, beside the signal that brought it. */
static enum outcome keep_housing(const struct reception *reception,
                                 const struct received_item *item, struct change *change)
{
    struct kept_housing housing = {
        .from = reception->head.route.from,
        .fields = item->signal->fields & HOUSING_FIELDS,
        .agreement = item->signal->housing,
    };

    if (item->signal->purpose != PURPOSE_WOONSTAP || !has_bit(housing.fields, FIELD_END_DAY))
        return change->outcome;
    memcpy(housing.id, item->id, sizeof housing.id);
    memcpy(housing.dossier, item->dossier, sizeof housing.dossier);
    return housing_put(change, &housing);
}

static enum outcome store_signal(struct reception *reception, struct received_item *item,
                                 const struct article *article, struct change *change)
{
    struct retained retained = {
        .kind = RECORD_RECEIVED,
        .sequence = store_next_sequence(change, TABLE_INBOX_ORDER, (struct bytes){0}),
        .look = agreement_look_day(
            has_bit(item->signal->fields, FIELD_END_DAY) ? &item->signal->housing : NULL,
            retained_signal_until(reception->received_ms, article->retention_days)),
    };
    struct uuid uuid = {{0}};
    uint8_t sequence[8];

    memcpy(item->dossier, item->foreseen.dossier, sizeof item->dossier);
    uuid_parse(item->id, &uuid);
    store_put_sealed(change, TABLE_INBOX, bytes_of(uuid.bytes, 16),
                     buffer_bytes(&item->foreseen.record));
    write_u64(sequence, retained.sequence);
    store_put(change, TABLE_INBOX_ORDER, bytes_of(sequence, 8), bytes_of(uuid.bytes, 16));
    store_put(change, TABLE_MATCH, bytes_of(sequence, 8), bytes_of(uuid.bytes, 16));
    retained.id = uuid;
    memcpy(retained.dossier, item->dossier, sizeof retained.dossier);
    retained_put(change, &retained);
    return keep_housing(reception, item, change);
}

/* Sealed under the version before, it counts when that one and the one of now both permit it; the
 * article of now may have another number. */
static struct decision decision_of_both(const struct reception *reception,
                                        const struct received_item *item,
                                        const struct known_covenant *known,
                                        const struct article *article)
{
    HELD_REGISTRY registry = gateway_registry(reception->call->gateway);
    int64_t now_ms = reception->call->now_ms;
    const struct known_covenant *newest = registry_newest(registry, known, now_ms);
    struct standing standing = known_standing(known, now_ms);
    struct decision decision =
        decision_of(reception, item, known, article, item->signal->article, &standing);

    if (!decision.permitted || newest == known)
        return decision;
    standing = known_standing(newest, now_ms);
    struct decision of_now = decision_of(reception, item, newest, article, 0, &standing);
    return of_now.permitted ? decision : of_now;
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    struct standing standing = known_standing(known, reception->call->now_ms);
    struct uuid uuid = {{0}};
    struct decision decision;
    const struct article *article = covenant_article(known->covenant, item->signal->article);

    item->rule[0] = '\0';
    item->dossier[0] = '\0';
    item->epoch[0] = '\0';
    if (!core_is_right(reception, item->signal, known->covenant)) {
        item->refusal = outcome_code(OUTCOME_MALFORMED);
        return OUTCOME_OK;
    }
    if (!article) { /* an item has the lane of its article: nothing is left to judge */
        item->refusal = refusal_code(REFUSAL_NO_ARTICLE);
        return OUTCOME_OK;
    }
    decision = decision_of_both(reception, item, known, article);
    note_rule(item, known->covenant);
    if (!decision.permitted) {
        item->refusal = refusal_code(decision.refusal);
        if (decision.refusal == REFUSAL_OTHER_EPOCH)
            day_epoch(standing.today, item->epoch);
    }
    TRY(refuse_ended(reception, item, change));
    if (item->refusal)
        return OUTCOME_OK;
    uuid_parse(item->id, &uuid);
    /* Another sender may not take over a signal by naming its id. */
    if (store_has(&change->view, TABLE_INBOX, bytes_of(uuid.bytes, 16))) {
        item->refusal = outcome_code(OUTCOME_EXISTS);
        return OUTCOME_OK;
    }
    TRY(store_signal(reception, item, article, change));
    TRY(note_proof(reception, item, change));
    TRY(due_plan(change, DUE_RECEIVED, item->id,
                 &(struct kept_signal){.received_ms = reception->received_ms}, &article->terms,
                 decision.silence));
    return decision.silence
               ? release_plan(change, item->id, reception->received_ms, &article->terms)
               : OUTCOME_OK;
}

static void wipe_item(struct received_item *item)
{
    if (item->signal)
        signal_wipe(item->signal);
    free(item->signal);
}

const struct item_kind receive_signal_kind = {MESSAGE_KIND_SIGNAL, AUDIT_RECV, prepare, apply,
                                              wipe_item};
