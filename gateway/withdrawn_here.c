/* SPDX-License-Identifier: EUPL-1.2 */
/* What follows where a signal was received: the mark that outlives it, and the end of what is here.
 *
 * The hour at which a secrecy-bound partner answers stays planned, also for what was erased: if the
 * answer stayed away for these alone, its absence would tell the sender which of its signals
 * somebody took back here, and at a secrecy-bound desk that is mostly a client. */
#include <stdio.h>
#include <string.h>

#include "gateway/alarms.h"
#include "gateway/clock.h"
#include "gateway/erasure.h"
#include "gateway/withdrawal_seek.h"
#include "gateway/withdrawals.h"

static enum erasure_cause cause_of(enum withdrawal_reason reason)
{
    switch (reason) {
    case WITHDRAWAL_BEZWAAR:
        return ERASURE_OBJECTION;
    case WITHDRAWAL_TERUGGETROKKEN:
        return ERASURE_RECALLED;
    case WITHDRAWAL_INGETROKKEN:
    case WITHDRAWAL_NIET_BEVESTIGD:
    case WITHDRAWAL_REASON_COUNT:
        break;
    }
    return ERASURE_WITHDRAWN;
}

struct found { /* a signal that is here */
    struct oin from;
    char covenant[SHA256_HEX_BYTES];
    char dossier[DOSSIER_BYTES];
    char item_id[UUID_TEXT_BYTES];
    int article;
    enum purpose purpose;
    bool by_law;  /* no consent: a law asks for it */
    bool secrecy; /* ours */
    struct proof proof;
};

static enum outcome read_proof(struct bytes item, struct found *found)
{
    OWNED_JSON object = NULL;
    OWNED_SIGNAL signal = {0};
    OWNED_DSSE dsse = {0};
    struct fault fault = {0};

    TRY(json_read(item, SIGNAL_MAX_BYTES, &object));
    TRY(signal_parse(object, &signal, &fault));
    found->article = signal.article;
    found->purpose = signal.purpose;
    memcpy(found->item_id, signal.id, sizeof found->item_id);
    found->by_law = !signal.proof;
    if (!signal.proof)
        return OUTCOME_OK;
    TRY(dsse_from_json(signal.proof, PROOF_TYPE, PROOF_MAX_BYTES, &dsse));
    return proof_parse(dsse.payload, &found->proof, &fault);
}

static enum outcome find(struct gateway *gateway, struct view *view, struct uuid id,
                         struct found *out)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    OWNED_KEPT_SIGNAL kept = {0};
    const struct known_covenant *known;
    const struct party *self;
    struct bytes value;

    TRY(store_get(view, TABLE_INBOX, bytes_of(id.bytes, sizeof id.bytes), &value));
    TRY(kept_signal_read(value, &kept));
    TRY(store_read_outcome(read_proof(buffer_bytes(&kept.item), out)));
    out->from = kept.partner;
    memcpy(out->covenant, kept.covenant, sizeof out->covenant);
    memcpy(out->dossier, kept.dossier, sizeof out->dossier);
    known = registry_find(registry, kept.covenant);
    self = known ? covenant_party(known->covenant, &gateway->settings->oin) : NULL;
    out->secrecy = self && self->secrecy;
    return OUTCOME_OK;
}

/* --- what rests on a proof --- */

static enum outcome mark_proof(struct change *change, const struct oin *from, const char *proof,
                               int64_t sequence, const struct withdrawal_cause *cause)
{
    const struct ended_name name = {ENDED_PROOF, from, proof};
    const struct ended ended = {
        .at_ms = cause->now_ms, .sequence = sequence, .reason = cause->reason};

    return ended_put(change, &name, &ended);
}

static enum outcome erase_under(struct gateway *gateway, struct change *change,
                                const struct oin *from, const char *proof,
                                enum withdrawal_reason reason, int64_t *out_erased)
{
    const struct ended_name name = {ENDED_PROOF, from, proof};
    struct under under = {{{0}}, {{0}}};
    const struct uuid *after = NULL;
    enum outcome outcome;

    while ((outcome = under_next(&change->view, &name, after, &under)) == OUTCOME_OK) {
        after = &under.item;
        outcome = erase_received(gateway, change, under.item, cause_of(reason));
        if (outcome == OUTCOME_OK)
            ++*out_erased;
        else if (outcome != OUTCOME_NOT_FOUND) /* that is: erased before */
            return outcome;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* --- at our own desk --- */

/* The sender is told by what it knows: its proof, or the signal when a law asked for that. */
static enum outcome tell_source(struct withdrawing *work, const struct found *found)
{
    struct withdrawal_item about = {.about = WITHDRAWAL_OF_SIGNAL};

    /* A sender of very many may not keep the resident from withdrawing: it reads of the rest when
     * it sends anything more under them. */
    if (work->withdrawal.told_count >= WITHDRAWAL_TOLD_MAX / 2)
        return OUTCOME_OK;
    if (!found->by_law) {
        about.about = WITHDRAWAL_OF_PROOF;
        about.sequence = found->proof.sequence + 1; /* the state that ends it */
        memcpy(about.proof, found->proof.id, sizeof about.proof);
    }
    memcpy(about.signal, found->item_id, sizeof about.signal);
    return withdrawing_tell(work, &found->from, found->covenant, found->article, &about);
}

static enum outcome end_found(struct withdrawing *work, struct uuid item_id,
                              const struct found *found)
{
    struct withdrawal *w = &work->withdrawal;

    if (!work->cause->from) /* else that desk tells the sender too */
        TRY(tell_source(work, found));
    if (!found->by_law) {
        TRY(mark_proof(work->change, &found->from, found->proof.id, found->proof.sequence + 1,
                       work->cause));
        return erase_under(work->gateway, work->change, &found->from, found->proof.id,
                           work->cause->reason, &w->erased);
    }
    if (!found->secrecy) { /* what a law gave it, it keeps as that law says */
        w->kept++;
        return OUTCOME_OK;
    }
    w->erased++;
    return erase_received(work->gateway, work->change, item_id, cause_of(work->cause->reason));
}

enum outcome withdrawing_received(struct withdrawing *work, struct uuid item_id,
                                  enum purpose purpose)
{
    struct withdrawal *w = &work->withdrawal;
    struct found found = {.purpose = PURPOSE_NONE};

    TRY(find(work->gateway, &work->change->view, item_id, &found));
    if (purpose != PURPOSE_NONE && found.purpose != purpose)
        return OUTCOME_NOT_FOUND;
    /* A withdrawn consent ends what rests on consent. */
    if (found.by_law && work->cause->reason != WITHDRAWAL_BEZWAAR)
        return OUTCOME_NOT_FOUND;
    w->purposes |= bit_of(found.purpose);
    if (!w->dossier[0])
        memcpy(w->dossier, found.dossier, sizeof w->dossier);
    return end_found(work, item_id, &found);
}

enum outcome withdraw_received(struct gateway *gateway, struct change *change, const char *item_id,
                               enum withdrawal_reason reason)
{
    const struct withdrawal_cause cause = {
        .reason = reason, .role = ROLE_SYSTEEM, .now_ms = clock_now_ms()};
    OWNED_WITHDRAWING work = {0};
    struct uuid uuid;

    if (!uuid_parse(item_id, &uuid))
        return OUTCOME_NOT_FOUND;
    withdrawal_begin(gateway, change, &cause, &work);
    TRY(withdrawing_received(&work, uuid, PURPOSE_NONE));
    return withdrawal_finish(&work);
}

/* --- when a partner says so --- */

/* Is it a proof of ours, that a recipient gives back? Then its record ends. */
static enum outcome end_own_proof(struct gateway *gateway, struct change *change,
                                  const struct withdrawal_item *item,
                                  const struct withdrawal_cause *cause)
{
    const struct ended_name name = {ENDED_GIVEN, cause->from, item->proof};
    char basis_id[UUID_TEXT_BYTES], number[UUID_TEXT_BYTES];
    struct under under;
    enum outcome outcome;

    TRY(under_next(&change->view, &name, NULL, &under));
    uuid_print(under.record, basis_id);
    outcome = withdraw_basis(gateway, change, basis_id, cause, number);
    if (outcome == OUTCOME_NOT_FOUND) /* erased by its term: there is nothing left to end */
        return OUTCOME_OK;
    TRY(outcome);
    return cause->reason == WITHDRAWAL_NIET_BEVESTIGD
               ? alarm_raise(gateway, change, ALARM_RESIDENT_DENIES, number)
               : OUTCOME_OK;
}

static enum outcome proof_withdrawn(struct gateway *gateway, struct change *change,
                                    const struct withdrawal_item *item,
                                    const struct withdrawal_cause *cause, const char **out_code)
{
    enum outcome outcome = end_own_proof(gateway, change, item, cause);
    int64_t erased = 0;

    *out_code = WITHDRAWAL_ERASED;
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    TRY(mark_proof(change, cause->from, item->proof, item->sequence, cause));
    return erase_under(gateway, change, cause->from, item->proof, cause->reason, &erased);
}

static bool ends_consent(enum withdrawal_reason reason)
{
    return reason == WITHDRAWAL_INGETROKKEN || reason == WITHDRAWAL_NIET_BEVESTIGD;
}

/* A signal of ours, that a recipient gives back: its consent ends, or it alone when a law asked
 * for it. NOT_FOUND when it is not ours, or went to another. */
static enum outcome end_own_signal(struct gateway *gateway, struct change *change,
                                   const struct withdrawal_item *item,
                                   const struct withdrawal_cause *cause)
{
    char number[UUID_TEXT_BYTES], record[UUID_TEXT_BYTES] = "";
    enum outcome outcome = OUTCOME_NOT_FOUND;
    OWNED_KEPT_SIGNAL kept = {0};
    struct uuid uuid = {{0}};
    struct bytes value;

    uuid_parse(item->signal, &uuid);
    TRY(store_get(&change->view, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes), &value));
    TRY(kept_signal_read(value, &kept));
    if (!oin_equal(&kept.partner, cause->from))
        return OUTCOME_NOT_FOUND;
    if (ends_consent(cause->reason))
        TRY(withdrawal_record_of(&change->view, item->signal, record));
    if (record[0])
        outcome = withdraw_basis(gateway, change, record, cause, number);
    return outcome == OUTCOME_NOT_FOUND
               ? withdraw_sent(gateway, change, item->signal, cause, number)
               : outcome;
}

static enum outcome signal_withdrawn(struct gateway *gateway, struct change *change,
                                     const struct withdrawal_item *item,
                                     const struct withdrawal_cause *cause, const char **out_code)
{
    const struct ended_name name = {ENDED_SIGNAL, cause->from, item->signal};
    const struct ended ended = {.at_ms = cause->now_ms, .reason = cause->reason};
    struct found found = {.purpose = PURPOSE_NONE};
    struct uuid uuid = {{0}};
    enum outcome outcome = end_own_signal(gateway, change, item, cause);

    *out_code = WITHDRAWAL_ERASED;
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    TRY(ended_put(change, &name, &ended));
    uuid_parse(item->signal, &uuid);
    outcome = find(gateway, &change->view, uuid, &found);
    if (outcome == OUTCOME_NOT_FOUND || (outcome == OUTCOME_OK &&
                                         !oin_equal(&found.from, cause->from)))
        return OUTCOME_OK; /* not here yet, or any more, or another's: the same answer */
    TRY(outcome);
    /* Who must keep what a law gave it says so, and under which law stands in the article. */
    if (found.by_law && cause->reason == WITHDRAWAL_BEZWAAR && !found.secrecy) {
        *out_code = WITHDRAWAL_KEPT;
        return OUTCOME_OK;
    }
    return erase_received(gateway, change, uuid, cause_of(cause->reason));
}

/* Looked up in the background: its answer may not take longer where somebody is known. */
static enum outcome token_withdrawn(struct change *change, const char *covenant,
                                    const struct withdrawal_item *item,
                                    const struct withdrawal_cause *cause, const char **out_code)
{
    const struct ended_name name = {ENDED_TOKEN, NULL, item->token};
    const struct ended ended = {.at_ms = item->at_ms, .reason = cause->reason};
    struct seek seek = {.from = *cause->from, .role = cause->role, .item = *item};

    *out_code = WITHDRAWAL_ERASED;
    TRY(ended_put(change, &name, &ended));
    snprintf(seek.covenant, sizeof seek.covenant, "%s", covenant);
    return seek_add(change, &seek);
}

enum outcome withdrawal_received(struct gateway *gateway, struct change *change,
                                 const char *covenant, const struct withdrawal_item *item,
                                 const struct withdrawal_cause *cause, const char **out_code)
{
    switch (item->about) {
    case WITHDRAWAL_OF_PROOF:
        return proof_withdrawn(gateway, change, item, cause, out_code);
    case WITHDRAWAL_OF_SIGNAL:
        return signal_withdrawn(gateway, change, item, cause, out_code);
    case WITHDRAWAL_OF_TOKEN:
        return token_withdrawn(change, covenant, item, cause, out_code);
    }
    return OUTCOME_INTERNAL;
}

enum outcome withdrawal_by_proof(struct gateway *gateway, struct change *change,
                                 const struct oin *from, const char *proof_id, int64_t sequence,
                                 int64_t now_ms)
{
    const struct withdrawal_cause cause = {
        .reason = WITHDRAWAL_INGETROKKEN, .role = ROLE_SYSTEEM, .from = from, .now_ms = now_ms};
    int64_t erased = 0;

    TRY(mark_proof(change, from, proof_id, sequence, &cause));
    return erase_under(gateway, change, from, proof_id, cause.reason, &erased);
}

/* --- signals that come later --- */

static enum outcome ended_by(struct view *view, const struct ended_name *name,
                             struct ended *out_ended, bool *out_ended_it)
{
    enum outcome outcome = ended_get(view, name, out_ended);

    *out_ended_it = outcome == OUTCOME_OK;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome withdrawal_ended_it(struct view *view, const struct arriving *arriving,
                                 bool *out_ended, enum withdrawal_reason *out_reason)
{
    const struct ended_name signal = {ENDED_SIGNAL, arriving->from, arriving->item_id};
    const struct ended_name proof = {ENDED_PROOF, arriving->from, arriving->proof_id};
    const struct ended_name token = {ENDED_TOKEN, NULL, arriving->token};
    struct ended ended = {0};

    TRY(ended_by(view, &signal, &ended, out_ended));
    if (!*out_ended && arriving->proof_id)
        TRY(ended_by(view, &proof, &ended, out_ended));
    if (!*out_ended && arriving->proof_id && arriving->token[0]) {
        TRY(ended_by(view, &token, &ended, out_ended));
        /* A consent of a later day is a new one. That of the same day may be the old one. */
        *out_ended = *out_ended &&
                     day_compare(arriving->proof_from, amsterdam_day(ended.at_ms)) <= 0;
    }
    *out_reason = ended.reason;
    return OUTCOME_OK;
}
