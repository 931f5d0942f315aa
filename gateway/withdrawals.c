/* SPDX-License-Identifier: EUPL-1.2 */
/* The work all withdrawals share, and what follows at the source. */
#include "gateway/withdrawals.h"

#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/basis_store.h"
#include "gateway/buddy_store.h"
#include "gateway/housing_store.h"
#include "gateway/due.h"
#include "gateway/figures.h"
#include "gateway/recall.h"
#include "gateway/registry_line.h"
#include "gateway/secrecy.h"
#include "gateway/transfer.h"

/* --- the record --- */

void withdrawal_begin(struct gateway *gateway, struct change *change,
                      const struct withdrawal_cause *cause, struct withdrawing *out_work)
{
    struct withdrawal *w = &out_work->withdrawal;

    *out_work = (struct withdrawing){.gateway = gateway, .change = change, .cause = cause};
    out_work->registry = gateway_registry(gateway);
    uuid_print(uuid_v7(cause->now_ms), w->id);
    w->at_ms = cause->now_ms / 1000 * 1000;
    w->reason = cause->reason;
    w->role = cause->role;
    if (cause->from)
        w->from = *cause->from;
    w->first_leaf = audit_base(gateway->audit) + audit_size(gateway->audit);
}

void withdrawing_wipe(struct withdrawing *work)
{
    withdrawal_wipe(&work->withdrawal);
    registry_release(work->registry);
    work->registry = NULL;
}

static struct audit_entry entry_of(const struct withdrawing *work)
{
    struct audit_entry entry = {.source = work->gateway->settings->oin.text,
                                .committed = {[AUDIT_ROLE] = role_word(work->cause->role)}};

    if (work->cause->entry)
        entry = *work->cause->entry;
    entry.event = AUDIT_WITHDRAW;
    entry.service = "intrekkingen";
    entry.item = 0;
    return entry;
}

enum outcome withdrawing_record(struct withdrawing *work, const char *why, const char *dossier,
                                const char *objects)
{
    struct audit_entry entry = entry_of(work);

    entry.why = why;
    entry.committed[AUDIT_SUBJECT] = dossier[0] ? dossier : NULL;
    entry.committed[AUDIT_OBJECTS] = objects;
    return audit_record(work->gateway->audit, work->change, &entry);
}

enum outcome withdrawal_finish(struct withdrawing *work)
{
    struct withdrawal *w = &work->withdrawal;

    TRY(withdrawing_record(work, withdrawal_reason_word(w->reason), w->dossier, w->id));
    w->last_leaf = audit_base(work->gateway->audit) + audit_size(work->gateway->audit) - 1;
    return withdrawal_put(work->change, w);
}

/* --- telling --- */

static struct bytes told_key(const struct oin *partner, const char *item_id,
                             uint8_t out[static OIN_LENGTH + 16])
{
    struct uuid uuid = {{0}};

    uuid_parse(item_id, &uuid);
    memcpy(out, partner->text, OIN_LENGTH);
    memcpy(out + OIN_LENGTH, uuid.bytes, sizeof uuid.bytes);
    return bytes_of(out, OIN_LENGTH + 16);
}

static enum outcome put_told(struct withdrawing *work, const struct told *told)
{
    uint8_t key[OIN_LENGTH + 16], record[8 + 16];
    struct uuid uuid = {{0}};

    uuid_parse(work->withdrawal.id, &uuid);
    write_u64(record, (uint64_t)work->cause->now_ms);
    memcpy(record + 8, uuid.bytes, sizeof uuid.bytes);
    store_put(work->change, TABLE_TOLD, told_key(&told->partner, told->item.id, key),
              bytes_of(record, sizeof record));
    return work->change->outcome;
}

static enum outcome queue_told(struct change *change, const struct registry *registry,
                               const struct withdrawal *withdrawal, const struct told *told)
{
    const struct known_covenant *known = registry_find(registry, told->covenant);
    struct queued queued = {.kind = MESSAGE_KIND_WITHDRAWAL,
                            .role = withdrawal->role,
                            .purpose = told->item.purpose};
    OWNED_BUFFER item = {0};
    uint64_t place;

    TRY(withdrawal_item_print(&told->item, &item));
    memcpy(queued.covenant, told->covenant, sizeof queued.covenant);
    memcpy(queued.id, told->item.id, sizeof queued.id);
    memcpy(queued.dossier, withdrawal->dossier, sizeof queued.dossier);
    if (known && told->article)
        covenant_rule_print(known->covenant, told->article, queued.rule, sizeof queued.rule);
    queued.item = buffer_bytes(&item);
    TRY(queue_front(change, &told->partner, 1, &place));
    return queue_put(change, &told->partner, place, &queued);
}

enum outcome withdrawal_queue_again(struct gateway *gateway, struct change *change,
                                    const struct withdrawal *withdrawal, const struct told *told)
{
    HELD_REGISTRY registry = gateway_registry(gateway);

    return queue_told(change, registry, withdrawal, told);
}

/* That the resident was spoken to, and said no, would tell that a secrecy-bound partner met him. */
static enum withdrawal_reason reason_told(const struct withdrawing *work, const char *covenant)
{
    const struct known_covenant *known = registry_find(work->registry, covenant);
    const struct party *self =
        known ? covenant_party(known->covenant, &work->gateway->settings->oin) : NULL;

    return work->cause->reason == WITHDRAWAL_NIET_BEVESTIGD && (!self || self->secrecy)
               ? WITHDRAWAL_INGETROKKEN
               : work->cause->reason;
}

enum outcome withdrawing_tell(struct withdrawing *work, const struct oin *partner,
                              const char *covenant, int article,
                              const struct withdrawal_item *about)
{
    struct told *told;

    TRY(withdrawal_add(&work->withdrawal, &told));
    told->partner = *partner;
    snprintf(told->covenant, sizeof told->covenant, "%s", covenant);
    told->article = article;
    told->item = *about;
    told->item.at_ms = work->withdrawal.at_ms;
    told->item.reason = reason_told(work, covenant);
    uuid_print(uuid_v4(), told->item.id);
    TRY(put_told(work, told));
    return queue_told(work->change, work->registry, &work->withdrawal, told);
}

/* --- signals of ours --- */

const char *withdrawal_refusal(enum withdrawal_reason reason)
{
    switch (reason) {
    case WITHDRAWAL_BEZWAAR:
        return refusal_code(REFUSAL_OBJECTION);
    case WITHDRAWAL_TERUGGETROKKEN:
        return refusal_code(REFUSAL_RECALLED);
    case WITHDRAWAL_INGETROKKEN:
    case WITHDRAWAL_NIET_BEVESTIGD:
    case WITHDRAWAL_REASON_COUNT:
        break;
    }
    return refusal_code(REFUSAL_CONSENT_WITHDRAWN);
}

enum outcome withdrawal_stopped(struct view *view, const char *item_id, const char **out_code)
{
    const struct ended_name name = {ENDED_OWN, NULL, item_id};
    struct ended ended;
    enum outcome outcome = ended_get(view, &name, &ended);

    *out_code = NULL;
    if (outcome == OUTCOME_OK)
        *out_code = withdrawal_refusal(ended.reason);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* What arrived is withdrawn; with all places taken the last answer makes room. */
static void answer_withdrawn(struct kept_signal *kept, const struct withdrawing *work,
                             const char *item_id)
{
    struct feedback *answer;

    if (kept->answer_count == KEPT_ANSWERS_MAX)
        kept->answer_count--;
    answer = &kept->answers[kept->answer_count++];
    *answer = (struct feedback){.code = ANSWER_INGT,
                                .on = amsterdam_day(work->cause->now_ms),
                                .next_step = NEXT_STEP_COUNT};
    uuid_print(uuid_v4(), answer->id);
    memcpy(answer->signal, item_id, sizeof answer->signal);
}

/* What waits leaves the queue now; what is on its way is taken back before its next post, because
 * its number stands among the ended (gateway/outgoing_items.c). */
static enum outcome stop_sending(struct withdrawing *work, struct kept_signal *kept,
                                 const char *item_id)
{
    struct withdrawal *w = &work->withdrawal;
    bool posted = true, put_back;
    enum outcome outcome;

    if (kept->received_ms) {
        /* Nobody can answer it any more, and nobody is late for that. */
        TRY(figures_gone(work->gateway, work->change, kept, work->cause->now_ms));
        answer_withdrawn(kept, work, item_id);
        w->delivered++;
        return OUTCOME_OK;
    }
    if (kept->refusal[0]) /* it never left */
        return OUTCOME_OK;
    outcome = queue_take_out(work->change, &kept->partner, item_id, &posted);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    TRY(recall_was_put_back(&work->change->view, kept, &put_back));
    if (posted || put_back) {
        w->under_way++;
        recall_note(work, kept);
    } else {
        w->waiting++;
    }
    snprintf(kept->refusal, sizeof kept->refusal, "%s", withdrawal_refusal(work->cause->reason));
    return OUTCOME_OK;
}

static enum outcome put_own_end(struct withdrawing *work, enum ended_what what, const char *text)
{
    const struct ended_name name = {what, NULL, text};
    struct ended ended = {.at_ms = work->withdrawal.at_ms, .reason = work->cause->reason};

    uuid_parse(work->withdrawal.id, &ended.withdrawal);
    return ended_put(work->change, &name, &ended);
}

/* EXISTS when it ended before; NOT_FOUND when it was erased here. `out_kept` is as it stands now,
 * for who tells its recipient. */
static enum outcome stop_signal(struct withdrawing *work, const char *item_id,
                                struct kept_signal *out_kept)
{
    const struct ended_name name = {ENDED_OWN, NULL, item_id};
    OWNED_BUFFER text = {0};
    struct uuid uuid = {{0}};
    struct bytes key = bytes_of(uuid.bytes, sizeof uuid.bytes), value;
    struct ended ended;
    enum outcome outcome = ended_get(&work->change->view, &name, &ended);

    if (outcome != OUTCOME_NOT_FOUND)
        return outcome == OUTCOME_OK ? OUTCOME_EXISTS : outcome;
    if (!uuid_parse(item_id, &uuid))
        return OUTCOME_NOT_FOUND;
    TRY(store_get(&work->change->view, TABLE_SENT, key, &value));
    TRY(kept_signal_read(value, out_kept));
    TRY(stop_sending(work, out_kept, item_id));
    TRY(put_own_end(work, ENDED_OWN, item_id));
    TRY(kept_signal_print(out_kept, &text));
    store_put_sealed(work->change, TABLE_SENT, key, buffer_bytes(&text));
    TRY(due_follow(work->gateway, work->change, DUE_SENT, item_id));
    if (!work->withdrawal.dossier[0])
        memcpy(work->withdrawal.dossier, out_kept->dossier, sizeof out_kept->dossier);
    /* A transfer that waited for it has no new holder: once that is sure, and not before. */
    if (!out_kept->received_ms && !kept_signal_recall_is_open(out_kept))
        TRY(transfer_taken_back(work->gateway, work->change, out_kept,
                                withdrawal_refusal(work->cause->reason)));
    return withdrawing_record(work, withdrawal_refusal(work->cause->reason), out_kept->dossier, item_id);
}

/* --- one consent --- */

struct served { /* what a recipient got under a proof of ours */
    const struct oin *recipient;
    char proof[PROOF_ID_TEXT_BYTES];
    char covenant[SHA256_HEX_BYTES]; /* of a signal under it; "" */
};

static enum outcome proof_of(const struct gateway *gateway, const struct basis *basis,
                             struct served *served)
{
    uint8_t id[PROOF_ID_BYTES];

    TRY(proof_id(gateway->proof_id_key, bytes_of_text(basis->id), served->recipient, id));
    hex_encode(bytes_of(id, sizeof id), served->proof);
    return OUTCOME_OK;
}

static enum outcome stop_under(struct withdrawing *work, struct served *served)
{
    const struct ended_name name = {ENDED_GIVEN, served->recipient, served->proof};
    struct under under = {{{0}}, {{0}}};
    const struct uuid *after = NULL;
    enum outcome outcome;

    while ((outcome = under_next(&work->change->view, &name, after, &under)) == OUTCOME_OK) {
        OWNED_KEPT_SIGNAL kept = {0};
        char item_id[UUID_TEXT_BYTES];
        after = &under.item;
        uuid_print(under.item, item_id);
        outcome = stop_signal(work, item_id, &kept);
        if (outcome == OUTCOME_OK)
            memcpy(served->covenant, kept.covenant, sizeof served->covenant);
        else if (outcome != OUTCOME_EXISTS && outcome != OUTCOME_NOT_FOUND)
            return outcome;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* A proof whose signals are gone here: any covenant that both have will carry it. */
static const char *common_covenant(const struct withdrawing *work, const struct oin *partner)
{
    const struct known_covenant *line = registry_line(
        work->registry, &work->gateway->settings->oin, partner, work->cause->now_ms);

    return line ? line->covenant->fingerprint : NULL;
}

static enum outcome end_with(struct withdrawing *work, const struct basis *basis,
                             const struct oin *recipient)
{
    struct served served = {.recipient = recipient};
    struct withdrawal_item about = {.about = WITHDRAWAL_OF_PROOF, .sequence = basis->sequence};
    const char *covenant;

    TRY(proof_of(work->gateway, basis, &served));
    TRY(stop_under(work, &served));
    if (work->cause->from && oin_equal(work->cause->from, recipient))
        return OUTCOME_OK; /* it told us, and has done its part */
    covenant = served.covenant[0] ? served.covenant : common_covenant(work, recipient);
    if (!covenant)
        return OUTCOME_OK; /* no longer in any agreement with us: there is no line to it */
    memcpy(about.proof, served.proof, sizeof about.proof);
    return withdrawing_tell(work, recipient, covenant, 0, &about);
}

static bool had_it_before(const struct basis *basis, size_t place)
{
    for (size_t i = 0; i < place; i++) {
        if (basis->events[i].kind == BASIS_EVENT_BEWIJS_AFGEGEVEN &&
            oin_equal(&basis->events[i].recipient, &basis->events[place].recipient))
            return true;
    }
    return false;
}

static enum outcome note_basis(struct withdrawing *work, const struct basis *basis)
{
    struct withdrawal *w = &work->withdrawal;

    /* Each row that was pushed brought one: that there are too many to name keeps none alive. */
    if (w->record_count < WITHDRAWAL_RECORDS_MAX)
        memcpy(w->records[w->record_count++], basis->id, UUID_TEXT_BYTES);
    w->purposes |= basis->purposes;
    snprintf(w->dossier, sizeof w->dossier, "%.*s", DOSSIER_BYTES - 1, basis->dossier);
    return OUTCOME_OK;
}

static enum outcome end_basis(struct withdrawing *work, struct kept_basis *kept)
{
    struct basis *basis = kept->basis;

    TRY(basis_add_event(basis, BASIS_EVENT_INGETROKKEN, NULL, work->withdrawal.at_ms));
    TRY(basis_put(work->change, kept));
    TRY(secrecy_returns(work->change, basis));
    TRY(housing_forget(work->change, basis->id));
    TRY(buddy_choice_ended(work->gateway, work->change, basis->id,
                           amsterdam_day(work->withdrawal.at_ms)));
    TRY(put_own_end(work, ENDED_RECORD, basis->id));
    TRY(note_basis(work, basis));
    for (size_t i = 0; i < basis->event_count; i++) {
        if (basis->events[i].kind == BASIS_EVENT_BEWIJS_AFGEGEVEN && !had_it_before(basis, i))
            TRY(end_with(work, basis, &basis->events[i].recipient));
    }
    return withdrawing_record(work, withdrawal_reason_word(work->cause->reason), basis->dossier, basis->id);
}

/* The number of the record that told of it first; "" when that is not known. */
static enum outcome first_number(struct withdrawing *work, enum ended_what what, const char *text,
                                 char out_first[static UUID_TEXT_BYTES])
{
    const struct ended_name name = {what, NULL, text};
    struct ended ended;
    enum outcome outcome = ended_get(&work->change->view, &name, &ended);

    out_first[0] = '\0';
    if (outcome == OUTCOME_OK)
        uuid_print(ended.withdrawal, out_first);
    return outcome == OUTCOME_OK || outcome == OUTCOME_NOT_FOUND ? OUTCOME_EXISTS : outcome;
}

enum outcome withdrawing_basis(struct withdrawing *work, const char *basis_id,
                               char out_first[static UUID_TEXT_BYTES])
{
    OWNED_KEPT_BASIS kept = {0};

    TRY(basis_get(&work->change->view, basis_id, &kept));
    return kept.basis->state == PROOF_WITHDRAWN
               ? first_number(work, ENDED_RECORD, basis_id, out_first)
               : end_basis(work, &kept);
}

/* One step, with a record of its own unless it was done before. */
static enum outcome finish_step(struct withdrawing *work, enum outcome outcome,
                                char out_id[static UUID_TEXT_BYTES])
{
    if (outcome == OUTCOME_EXISTS)
        return OUTCOME_OK;
    TRY(outcome);
    memcpy(out_id, work->withdrawal.id, UUID_TEXT_BYTES);
    return withdrawal_finish(work);
}

enum outcome withdraw_basis(struct gateway *gateway, struct change *change, const char *basis_id,
                            const struct withdrawal_cause *cause,
                            char out_id[static UUID_TEXT_BYTES])
{
    OWNED_WITHDRAWING work = {0};

    withdrawal_begin(gateway, change, cause, &work);
    return finish_step(&work, withdrawing_basis(&work, basis_id, out_id), out_id);
}

/* --- one signal --- */

static int64_t reached(const struct withdrawal *w)
{
    return w->delivered + w->waiting + w->under_way;
}

/* EXISTS when it ended before. */
static enum outcome end_item(struct withdrawing *work, const char *item_id,
                             struct kept_signal *out_kept)
{
    struct withdrawal_item about = {.about = WITHDRAWAL_OF_SIGNAL};
    OWNED_SIGNAL signal = {0};
    const int64_t before = reached(&work->withdrawal);

    TRY(stop_signal(work, item_id, out_kept));
    TRY(kept_signal_item(out_kept, &signal));
    work->withdrawal.purposes |= bit_of(signal.purpose);
    if (reached(&work->withdrawal) == before)
        return OUTCOME_OK; /* refused before it could leave: nobody has it */
    if (work->cause->from && oin_equal(work->cause->from, &out_kept->partner))
        return OUTCOME_OK; /* it told us, and has done its part */
    memcpy(about.signal, signal.id, sizeof about.signal);
    return withdrawing_tell(work, &out_kept->partner, out_kept->covenant, signal.article, &about);
}

/* A report that was passed on is at more than one organisation: all of them, in one direction.
 * *any is set when one of them had it still. */
static enum outcome end_others(struct withdrawing *work, const struct kept_signal *kept,
                               bool forward, bool *any)
{
    char id[UUID_TEXT_BYTES];

    snprintf(id, sizeof id, "%s", forward ? kept->transfer.item : kept->earlier);
    for (int hop = 0; hop < TRANSFERS_MAX && id[0]; hop++) {
        OWNED_KEPT_SIGNAL other = {0};
        enum outcome outcome = end_item(work, id, &other);
        struct uuid uuid;
        *any |= outcome == OUTCOME_OK;
        if (outcome == OUTCOME_EXISTS)
            outcome = kept_signal_load(&work->change->view, TABLE_SENT, id, &uuid, &other);
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        snprintf(id, sizeof id, "%s", forward ? other.transfer.item : other.earlier);
    }
    return OUTCOME_OK;
}

enum outcome withdrawing_sent(struct withdrawing *work, const char *item_id,
                              char out_first[static UUID_TEXT_BYTES])
{
    OWNED_KEPT_SIGNAL kept = {0};
    enum outcome outcome = end_item(work, item_id, &kept);
    bool any = outcome == OUTCOME_OK;
    struct uuid uuid;

    /* Each holder had it under a word of its own: that this one lost it says nothing of others. */
    if (outcome == OUTCOME_EXISTS)
        outcome = kept_signal_load(&work->change->view, TABLE_SENT, item_id, &uuid, &kept);
    else if (outcome == OUTCOME_NOT_FOUND)
        return outcome;
    if (outcome == OUTCOME_OK) {
        TRY(end_others(work, &kept, true, &any));
        TRY(end_others(work, &kept, false, &any));
    } else if (outcome != OUTCOME_NOT_FOUND) {
        return outcome;
    }
    return any ? OUTCOME_OK : first_number(work, ENDED_OWN, item_id, out_first);
}

enum outcome withdraw_sent(struct gateway *gateway, struct change *change, const char *item_id,
                           const struct withdrawal_cause *cause,
                           char out_id[static UUID_TEXT_BYTES])
{
    OWNED_WITHDRAWING work = {0};

    withdrawal_begin(gateway, change, cause, &work);
    return finish_step(&work, withdrawing_sent(&work, item_id, out_id), out_id);
}

static enum outcome proof_id_of(struct bytes item, char out[static PROOF_ID_TEXT_BYTES])
{
    OWNED_JSON object = NULL;
    OWNED_SIGNAL signal = {0};
    OWNED_DSSE dsse = {0};
    struct proof proof;
    struct fault fault = {0};

    TRY(json_read(item, SIGNAL_MAX_BYTES, &object));
    TRY(signal_parse(object, &signal, &fault));
    if (!signal.proof)
        return OUTCOME_OK;
    TRY(dsse_from_json(signal.proof, PROOF_TYPE, PROOF_MAX_BYTES, &dsse));
    TRY(proof_parse(dsse.payload, &proof, &fault));
    memcpy(out, proof.id, PROOF_ID_TEXT_BYTES);
    return OUTCOME_OK;
}

enum outcome withdrawal_record_of(struct view *view, const char *item_id,
                                  char out_record[static UUID_TEXT_BYTES])
{
    char proof[PROOF_ID_TEXT_BYTES] = "";
    OWNED_KEPT_SIGNAL kept = {0};
    struct uuid uuid = {{0}};
    struct under under;
    struct bytes value;
    struct ended_name name = {ENDED_GIVEN, &kept.partner, proof};
    enum outcome outcome;

    out_record[0] = '\0';
    uuid_parse(item_id, &uuid);
    outcome = store_get(view, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes), &value);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    TRY(kept_signal_read(value, &kept));
    TRY(store_read_outcome(proof_id_of(buffer_bytes(&kept.item), proof)));
    if (!proof[0])
        return OUTCOME_OK;
    outcome = under_next(view, &name, NULL, &under);
    if (outcome == OUTCOME_OK)
        uuid_print(under.record, out_record);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}
