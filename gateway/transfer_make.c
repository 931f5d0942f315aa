/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/transfer_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/ended.h"
#include "gateway/objections.h"
#include "gateway/persons.h"
#include "gateway/queue.h"
#include "gateway/retained.h"

void passing_wipe(struct passing *passing)
{
    basis_free(passing->basis);
    passing->basis = NULL;
    buffer_wipe(&passing->item);
}

static const struct party *self_of(const struct passing *passing)
{
    return covenant_party(passing->known->covenant, &passing->gateway->settings->oin);
}

static const struct signal_code *code_of(const struct passing *passing)
{
    return signal_code_find(passing->gateway->lists, passing->signal->code);
}

/* The lane it came by: what went with consent does not become a legal duty by being passed on. */
static enum lane lane_of(const struct passing *passing)
{
    return has_bit(passing->signal->fields, FIELD_PROOF) ? LANE_CONSENT : LANE_LAW;
}

static const struct article *article_of(const struct passing *passing, const struct party *to)
{
    const struct covenant *covenant = passing->known->covenant;

    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        if (article->lane == lane_of(passing) && article->purpose == passing->signal->purpose &&
            article_has_sender(article, self_of(passing)) &&
            article_has_recipient(covenant, article, to) &&
            article_has_code(covenant, article, code_of(passing)))
            return article;
    }
    return NULL;
}

/* Under the shared key of now: the old token was the old holder's. */
static enum outcome make_token(const struct passing *passing, const struct identity *identity,
                               char out[static TOKEN_TEXT_BYTES], enum refusal *out_refusal)
{
    char epoch[EPOCH_TEXT_BYTES];
    const struct shared_key *key;

    out[0] = '\0';
    if (!has_bit(passing->article->fields, FIELD_TOKEN))
        return OUTCOME_OK;
    day_epoch(amsterdam_day(passing->now_ms), epoch);
    key = known_shared_key(passing->known, epoch);
    if (!key) {
        *out_refusal = REFUSAL_KEY_MISSING;
        return OUTCOME_OK;
    }
    return person_token_text(passing->known, key, passing->article->purpose, identity, passing->to,
                             out);
}

/* The resident must have named this recipient: only what a desk recorded can say so. */
static enum outcome find_basis(struct passing *passing, enum refusal *out_refusal)
{
    const struct signal_code *code = code_of(passing);
    const struct basis_wish wish = {
        .purpose = passing->article->purpose,
        .recipient = *passing->to,
        .group = code ? signal_group_word(passing->gateway->lists, code->group) : "",
        .second = passing->article->second_confirmer,
        .today = amsterdam_day(passing->now_ms),
    };
    OWNED_BASIS_LIST list = {0};
    const struct kept_basis *known;

    TRY(basis_list_of_dossier(&passing->change->view, passing->kept->dossier, &list));
    *out_refusal = basis_for_row(&list, &wish, &known);
    if (*out_refusal != REFUSAL_NONE)
        return OUTCOME_OK;
    passing->basis = malloc(sizeof *passing->basis);
    if (!passing->basis)
        return OUTCOME_OUT_OF_MEMORY;
    *passing->basis = *known->basis;
    return OUTCOME_OK;
}

static enum outcome make_proof(struct passing *passing, const char *token,
                               struct proof_facts *out_facts, struct buffer *out_text)
{
    const struct gateway *gateway = passing->gateway;
    const char *fingerprint = passing->known->covenant->fingerprint;
    struct proof proof;

    TRY(basis_proof(passing->basis, gateway->proof_id_key, fingerprint, passing->to, token,
                    &proof));
    *out_facts = proof_facts_of(&proof, gateway->lists, fingerprint, token);
    return proof_sign(&proof, gateway_signing_key(gateway), out_text);
}

static enum outcome look_for_objection(const struct passing *passing,
                                       const struct identity *identity, bool *out_stands)
{
    const struct gateway *gateway = passing->gateway;
    uint8_t hash[STORE_HASH_BYTES];

    TRY(dossier_hash_identity(gateway->store, gateway->local_id_key, identity, hash));
    return objection_stands(&passing->change->view, hash, passing->signal->purpose, out_stands);
}

/* A law's conditions were judged for the recipient that the law names; nobody here knows whether
 * they still hold, so where an article has any it is refused. */
static struct request request_of(const struct passing *passing, const struct standing *standing)
{
    return (struct request){
        .covenant = passing->known->covenant,
        .standing = standing,
        .side = SIDE_SENDER,
        .from = passing->gateway->settings->oin,
        .to = *passing->to,
        .purpose = passing->signal->purpose,
        .article = passing->article ? passing->article->number : 0,
        .code = passing->signal->code,
        .lane = lane_of(passing),
        .role = ROLE_SYSTEEM,
        .fields = passing->signal->fields &
                  ~(bit_of(FIELD_TOKEN) | bit_of(FIELD_PROOF) | bit_of(FIELD_STUDY_TOKEN)),
    };
}

static enum outcome print_item(struct passing *passing, const char *token, struct bytes proof,
                               uint32_t fields)
{
    const struct covenant *covenant = passing->known->covenant;
    OWNED_SIGNAL signal = *passing->signal;

    memcpy(signal.id, passing->id, sizeof signal.id);
    snprintf(signal.covenant, sizeof signal.covenant, "%s", covenant->reference);
    signal.article = passing->article->number;
    signal.holder = *passing->to;
    signal.lead = covenant->parties[covenant->lead].oin;
    signal.sent_ms = instant_hour(passing->now_ms);
    signal.fields = fields;
    snprintf(signal.token, sizeof signal.token, "%s", token);
    signal.proof = NULL;
    signal.proof_text = proof;
    return signal_print(&signal, &passing->item);
}

static enum outcome decide_item(struct passing *passing, const struct identity *identity,
                                enum refusal *out_refusal)
{
    struct standing standing = known_standing(passing->known, passing->now_ms);
    struct request request = request_of(passing, &standing);
    char token[TOKEN_TEXT_BYTES] = "";
    OWNED_BUFFER proof = {0};
    struct decision decision;

    TRY(look_for_objection(passing, identity, &request.objection));
    if (passing->article) {
        TRY(make_token(passing, identity, token, out_refusal));
        if (*out_refusal == REFUSAL_NONE && request.lane == LANE_CONSENT && !request.objection)
            TRY(find_basis(passing, out_refusal));
        if (*out_refusal != REFUSAL_NONE)
            return OUTCOME_OK;
        if (passing->basis)
            TRY(make_proof(passing, token, &request.proof, &proof));
        request.fields |= (token[0] ? bit_of(FIELD_TOKEN) : 0) |
                          (passing->basis ? bit_of(FIELD_PROOF) : 0);
    }
    decision = decide(&request);
    *out_refusal = decision.permitted ? REFUSAL_NONE : decision.refusal;
    return decision.permitted && passing->article
               ? print_item(passing, token, buffer_bytes(&proof), decision.fields)
               : OUTCOME_OK;
}

/* The same question always makes the same item: when this store is put back and the question is
 * asked once more, the new holder knows what it has. */
static enum outcome make_id(struct passing *passing, const char *request)
{
    uint8_t hash[STORE_HASH_BYTES];
    OWNED_BUFFER value = {0};

    buffer_add(&value, passing->signal->id, UUID_TEXT_BYTES);
    buffer_add_text(&value, request);
    TRY(buffer_outcome(&value));
    TRY(store_hash(passing->gateway->store, "overdracht", buffer_bytes(&value), hash));
    uuid_print(uuid_of_hash(hash), passing->id);
    return OUTCOME_OK;
}

enum outcome passing_make(struct passing *passing, const char *request, enum refusal *out_refusal)
{
    const struct party *to = covenant_party(passing->known->covenant, passing->to);
    struct identity identity = {0};
    enum outcome outcome;

    *out_refusal = REFUSAL_NONE;
    passing->article = to && self_of(passing) && code_of(passing) ? article_of(passing, to) : NULL;
    TRY(make_id(passing, request));
    outcome = person_get(&passing->change->view, passing->kept->dossier, &identity);
    if (outcome == OUTCOME_NOT_FOUND) { /* erased: there is nobody to make a token of */
        *out_refusal = REFUSAL_CONSENT_WITHDRAWN;
        return OUTCOME_OK;
    }
    if (outcome == OUTCOME_OK)
        outcome = decide_item(passing, &identity, out_refusal);
    identity_wipe(&identity);
    if (outcome == OUTCOME_OK && *out_refusal == REFUSAL_NONE && !passing->article)
        *out_refusal = REFUSAL_NO_ARTICLE_TO;
    return outcome;
}

/* --- kept and queued --- */

static enum outcome keep_item(const struct passing *passing)
{
    struct change *change = passing->change;
    OWNED_KEPT_SIGNAL next = {.partner = *passing->to, .taken_ms = passing->now_ms};
    OWNED_BUFFER text = {0};
    struct retained retained = {
        .kind = RECORD_SENT,
        .sequence = store_next_sequence(change, TABLE_SENT_ORDER, (struct bytes){0}),
        .look = retained_signal_until(next.taken_ms, passing->article->retention_days),
    };
    uint8_t sequence[8];

    memcpy(next.covenant, passing->known->covenant->fingerprint, sizeof next.covenant);
    memcpy(next.dossier, passing->kept->dossier, sizeof next.dossier);
    memcpy(next.source_key, passing->kept->source_key, sizeof next.source_key);
    memcpy(next.actor, passing->kept->actor, sizeof next.actor);
    memcpy(next.earlier, passing->signal->id, sizeof next.earlier);
    memcpy(next.holders, passing->kept->holders, sizeof next.holders);
    next.holder_count = passing->kept->holder_count;
    if (next.holder_count >= TRANSFERS_MAX)
        return OUTCOME_INTERNAL; /* the caller counts first */
    next.holders[next.holder_count++] = passing->kept->partner;
    buffer_add_buffer(&next.item, &passing->item);
    TRY(kept_signal_print(&next, &text));
    uuid_parse(passing->id, &retained.id);
    store_put_sealed(change, TABLE_SENT, bytes_of(retained.id.bytes, 16), buffer_bytes(&text));
    write_u64(sequence, retained.sequence);
    store_put(change, TABLE_SENT_ORDER, bytes_of(sequence, 8), bytes_of(retained.id.bytes, 16));
    memcpy(retained.dossier, next.dossier, sizeof retained.dossier);
    retained_put(change, &retained);
    return change->outcome;
}

static enum outcome queue_item(const struct passing *passing)
{
    struct queued queued = {
        .kind = MESSAGE_KIND_SIGNAL,
        .role = ROLE_SYSTEEM,
        .purpose = passing->article->purpose,
        .item = buffer_bytes(&passing->item),
    };

    memcpy(queued.covenant, passing->known->covenant->fingerprint, sizeof queued.covenant);
    memcpy(queued.id, passing->id, sizeof queued.id);
    memcpy(queued.dossier, passing->kept->dossier, sizeof queued.dossier);
    covenant_rule_print(passing->known->covenant, passing->article->number, queued.rule,
                        sizeof queued.rule);
    return queue_add(passing->change, passing->to, &queued);
}

/* That this recipient was shown it, so that a withdrawal tells it. */
static enum outcome note_shown(const struct passing *passing)
{
    OWNED_KEPT_BASIS kept = {0};

    TRY(basis_get(&passing->change->view, passing->basis->id, &kept));
    if (basis_was_shown(kept.basis, passing->to))
        return OUTCOME_OK;
    TRY(basis_add_event(kept.basis, BASIS_EVENT_BEWIJS_AFGEGEVEN, passing->to,
                        passing->now_ms / 1000 * 1000));
    return basis_put(passing->change, &kept);
}

static enum outcome note_under(const struct passing *passing)
{
    uint8_t id[PROOF_ID_BYTES];
    char proof[PROOF_ID_TEXT_BYTES];
    const struct ended_name name = {ENDED_GIVEN, passing->to, proof};
    struct under under;

    TRY(proof_id(passing->gateway->proof_id_key, bytes_of_text(passing->basis->id), passing->to,
                 id));
    hex_encode(bytes_of(id, sizeof id), proof);
    return uuid_parse(passing->id, &under.item) && uuid_parse(passing->basis->id, &under.record)
               ? under_put(passing->change, &name, &under)
               : OUTCOME_INTERNAL;
}

enum outcome passing_send(struct passing *passing)
{
    TRY(keep_item(passing));
    TRY(queue_item(passing));
    if (!passing->basis)
        return OUTCOME_OK;
    TRY(note_shown(passing));
    return note_under(passing);
}
