/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/secrecy.h"

#include <stdlib.h>
#include <string.h>

#include "covenant/lifting.h"
#include "gateway/clock.h"
#include "gateway/ended.h"
#include "gateway/outgoing.h"
#include "gateway/queue.h"
#include "gateway/release.h"

enum { ANSWER_MAX_BYTES = 8 * 1024 };

static const char *group_of(const struct secret_answer *about)
{
    const struct code_lists *lists = about->known->covenant->lists;
    const struct signal_code *code = signal_code_find(lists, about->signal->code);

    return code ? signal_group_word(lists, code->group) : "";
}

enum outcome secrecy_lifted(const struct secret_answer *about, struct view *view,
                            struct basis **out_basis)
{
    OWNED_BASIS_LIST list = {0};
    const struct basis *found;

    *out_basis = NULL;
    if (!about->signal->token[0]) /* nothing to bind a proof to */
        return OUTCOME_OK;
    TRY(basis_list_of_dossier(view, about->kept->dossier, &list));
    found = basis_lifting(&list, about->signal->purpose, &about->kept->partner, group_of(about),
                          amsterdam_day(about->now_ms));
    if (!found || (about->article->second_confirmer &&
                   !basis_has_event(found, BASIS_EVENT_MEDEBEVESTIGD)))
        return OUTCOME_OK;
    *out_basis = malloc(sizeof **out_basis);
    if (!*out_basis)
        return OUTCOME_OUT_OF_MEMORY;
    **out_basis = *found;
    return OUTCOME_OK;
}

/* After its hour a signal of which nothing was told has had its fixed answer, or will at once. */
static bool was_let_go(const struct secret_answer *about)
{
    struct due_days days = due_days_from(about->kept->received_ms, &about->article->terms, true);
    int64_t due_ms;

    if (about->kept->told)
        return about->kept->let_go;
    return due_days_release(&days, &due_ms) && due_ms <= about->now_ms;
}

bool secrecy_lets_out(const struct secret_answer *about, enum answer code)
{
    struct progress told;
    struct feedback_context context = {
        .voice = FEEDBACK_VOICE_HOLDER,
        .level = about->article->feedback_level,
        .secrecy_bound = true,
        .secrecy_lifted = true,
        .explicit_consent = true, /* the record is the resident's own word that it may be told */
    };

    if (was_let_go(about))
        return false;
    kept_signal_told(about->kept, &about->article->terms, &told);
    context.current = told.current;
    return feedback_refusal(&context, code) == FEEDBACK_REFUSAL_NONE;
}

enum outcome secrecy_proof(const struct secret_answer *about, const struct basis *basis,
                           struct buffer *out_json)
{
    struct proof proof;

    TRY(basis_proof(basis, about->gateway->proof_id_key, about->known->covenant->fingerprint,
                    &about->kept->partner, about->signal->token, &proof));
    return lifting_sign(&proof, gateway_signing_key(about->gateway), out_json);
}

enum outcome secrecy_at_the_hour(const struct secret_answer *about, struct view *view,
                                 enum secrecy_hour *out_hour)
{
    OWNED_BASIS basis = NULL;
    struct progress told;

    *out_hour = SECRECY_LET_GO;
    if (!about->kept->told)
        return OUTCOME_OK;
    kept_signal_told(about->kept, &about->article->terms, &told);
    if (progress_has_ended(&told)) {
        *out_hour = SECRECY_ANSWERED;
        return OUTCOME_OK;
    }
    TRY(secrecy_lifted(about, view, &basis));
    if (basis)
        *out_hour = SECRECY_WAIT;
    return OUTCOME_OK;
}

/* --- silence returns --- */

/* The signal that a waiting answer with a proof is about; NOT_FOUND for any other item. */
static enum outcome told_signal(const struct queued *queued, const struct basis *basis,
                                struct uuid *out_signal)
{
    OWNED_JSON item = NULL;
    const char *signal;

    if (queued->kind != MESSAGE_KIND_FEEDBACK || strcmp(queued->dossier, basis->dossier) != 0)
        return OUTCOME_NOT_FOUND;
    TRY(store_read_outcome(json_read(queued->item, ANSWER_MAX_BYTES, &item)));
    if (!json_object_get(item, "bewijs"))
        return OUTCOME_NOT_FOUND;
    TRY(store_read_outcome(json_text_at(item, "signaal", UUID_TEXT_BYTES - 1, &signal, NULL)));
    return uuid_parse(signal, out_signal) ? OUTCOME_OK : OUTCOME_STORE_DAMAGED;
}

/* It was not told after all, and the signal must still have its fixed answer: once, at the hour at
 * which it was to come anyway. Another one would say that something was withdrawn. */
static enum outcome forget_told(struct change *change, const struct uuid *signal,
                                const char *answer_id)
{
    struct bytes key = bytes_of(signal->bytes, sizeof signal->bytes), value;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    enum outcome outcome = store_get(&change->view, TABLE_INBOX, key, &value);
    bool stands;

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    TRY(kept_signal_read(value, &kept));
    for (size_t i = 0; i < kept.answer_count; i++)
        if (strcmp(kept.answers[i].id, answer_id) == 0)
            kept.told &= ~(UINT64_C(1) << i);
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_INBOX, key, buffer_bytes(&text));
    TRY(change->outcome);
    TRY(release_stands(&change->view, signal, &stands));
    return stands ? OUTCOME_OK : release_later(change, signal, clock_now_ms());
}

static enum outcome drop_waiting(struct change *change, const struct oin *partner,
                                 const struct basis *basis)
{
    struct queued queued;
    uint64_t sequence = 0;
    enum outcome outcome;

    while ((outcome = queue_next(&change->view, partner, sequence, &sequence, &queued)) ==
           OUTCOME_OK) {
        char answer_id[UUID_TEXT_BYTES];
        struct uuid signal;
        memcpy(answer_id, queued.id, sizeof answer_id); /* the rest is lent */
        outcome = told_signal(&queued, basis, &signal);
        if (outcome == OUTCOME_OK) {
            queue_delete(change, partner, sequence);
            TRY(forget_told(change, &signal, answer_id));
        } else if (outcome != OUTCOME_NOT_FOUND) {
            return outcome;
        }
        sequence++;
    }
    return outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}

static enum outcome end_told(struct change *change, const struct outgoing *outgoing,
                             const struct basis *basis)
{
    const struct ended ended = {.at_ms = clock_now_ms(), .reason = WITHDRAWAL_INGETROKKEN};

    for (size_t i = 0; i < outgoing->count; i++) {
        const struct queued *queued = &outgoing->items[i].queued;
        const struct ended_name name = {ENDED_OWN, NULL, queued->id};
        struct uuid signal;
        enum outcome outcome = told_signal(queued, basis, &signal);
        if (outcome == OUTCOME_NOT_FOUND)
            continue;
        TRY(outcome);
        TRY(ended_put(change, &name, &ended));
        TRY(forget_told(change, &signal, queued->id));
    }
    return change->outcome;
}

/* What is sealed already is taken back before its next post: outgoing_withdrawn(). */
static enum outcome drop_under_way(struct change *change, const struct oin *partner,
                                   const struct basis *basis)
{
    OWNED_BUFFER after = {0};

    for (;;) {
        OWNED_OUTGOING outgoing = NULL;
        enum outcome outcome = outgoing_next(&change->view, &after, &outgoing);
        if (outcome == OUTCOME_NOT_FOUND)
            return change->outcome;
        TRY(outcome);
        if (oin_equal(&outgoing->partner, partner))
            TRY(end_told(change, outgoing, basis));
    }
}

enum outcome secrecy_returns(struct change *change, const struct basis *basis)
{
    if (basis->kind != BASIS_DOORBREKING_BEROEPSGEHEIM)
        return OUTCOME_OK;
    for (size_t i = 0; i < basis->recipient_count; i++) {
        TRY(drop_waiting(change, &basis->recipients[i], basis));
        TRY(drop_under_way(change, &basis->recipients[i], basis));
    }
    return OUTCOME_OK;
}
