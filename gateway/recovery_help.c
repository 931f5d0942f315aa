/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/recovery_help.h"

#include <stdio.h>
#include <string.h>

#include "covenant/day.h"
#include "gateway/clock.h"
#include "gateway/escalation.h"
#include "gateway/kept_signal.h"
#include "gateway/key_documents.h"
#include "gateway/key_giving.h"
#include "gateway/queue.h"
#include "gateway/recovery_back.h"
#include "gateway/release.h"
#include "gateway/secrecy.h"
#include "gateway/tell_parties.h"
#include "gateway/transfer.h"
#include "gateway/withdrawals.h"

static const char prefix[] = "recovery.asked ";

enum {
    BATCH = 200,
    NAME_BYTES = sizeof prefix + OIN_LENGTH,
    RECORD_BYTES = 17, /* since, step, sequence from which to go on */
};

enum step { STEP_COVENANTS, STEP_SIGNALS, STEP_ANSWERS, STEP_DONE };

struct asked {
    struct oin partner;
    int64_t since_ms;
    enum step step;
    uint64_t from;
};

/* --- what was asked, in META --- */

static struct bytes name_of(const struct oin *partner, char out[static NAME_BYTES])
{
    snprintf(out, NAME_BYTES, "%s%s", prefix, partner->text);
    return bytes_of_text(out);
}

static void put_asked(struct change *change, const struct asked *asked)
{
    char name[NAME_BYTES];
    uint8_t record[RECORD_BYTES];

    write_u64(record, (uint64_t)asked->since_ms);
    record[8] = (uint8_t)asked->step;
    write_u64(record + 9, asked->from);
    store_put(change, TABLE_META, name_of(&asked->partner, name), bytes_of(record, sizeof record));
}

static enum outcome read_asked(struct bytes key, struct bytes value, struct asked *out)
{
    char text[OIN_LENGTH + 1] = "";

    if (key.length != NAME_BYTES - 1 || value.length != RECORD_BYTES || value.data[8] >= STEP_DONE)
        return OUTCOME_STORE_DAMAGED;
    memcpy(text, key.data + sizeof prefix - 1, OIN_LENGTH);
    if (!oin_parse(text, &out->partner))
        return OUTCOME_STORE_DAMAGED;
    out->since_ms = (int64_t)read_u64(value.data);
    out->step = value.data[8];
    out->from = read_u64(value.data + 9);
    return OUTCOME_OK;
}

enum outcome recovery_help_asked(struct change *change, const struct oin *partner, int64_t since_ms)
{
    struct asked asked = {.partner = *partner, .since_ms = since_ms}, earlier;
    char name[NAME_BYTES];
    struct bytes value, key = name_of(partner, name);
    enum outcome outcome = store_get(&change->view, TABLE_META, key, &value);

    if (outcome == OUTCOME_OK) {
        TRY(read_asked(key, value, &earlier));
        if (earlier.since_ms < asked.since_ms)
            asked.since_ms = earlier.since_ms;
    } else if (outcome != OUTCOME_NOT_FOUND) {
        return outcome;
    }
    put_asked(change, &asked);
    return change->outcome;
}

static enum outcome next_asked(struct view *view, struct asked *out)
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_META, bytes_of_text(prefix), false, &key, &value));
    if (key.length < sizeof prefix - 1 ||
        !bytes_equal(bytes_of(key.data, sizeof prefix - 1), bytes_of_text(prefix)))
        return OUTCOME_NOT_FOUND;
    return read_asked(key, value, out);
}

/* --- statements and keys --- */

static enum outcome queue_statement(struct change *change, const struct known_covenant *known,
                                    const struct oin *partner, struct bytes envelope)
{
    struct queued queued = {.kind = MESSAGE_KIND_STATEMENT, .role = ROLE_SYSTEEM};
    OWNED_BUFFER item = {0};

    uuid_print(uuid_v4(), queued.id);
    memcpy(queued.covenant, known->covenant->fingerprint, sizeof queued.covenant);
    buffer_format(&item, "{\"id\":\"%s\",\"verklaring\":", queued.id);
    buffer_add_bytes(&item, envelope);
    buffer_add_byte(&item, '}');
    TRY(buffer_outcome(&item));
    queued.item = buffer_bytes(&item);
    return queue_add(change, partner, &queued);
}

/* Ours, in the order in which they were made: what the partner has is no second statement there. */
static enum outcome queue_statements(struct gateway *gateway, struct change *change,
                                     const struct known_covenant *known, const struct oin *partner)
{
    const struct oin *self = &gateway->settings->oin;

    for (int64_t sequence = 0;; sequence++) {
        OWNED_BUFFER key = {0}, envelope = {0};
        struct bytes value;
        enum outcome outcome;
        buffer_add_text(&key, known->covenant->fingerprint);
        buffer_add_text(&key, self->text);
        buffer_add_u64(&key, (uint64_t)sequence);
        TRY(buffer_outcome(&key));
        outcome = store_get(&change->view, TABLE_STATEMENT, buffer_bytes(&key), &value);
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        buffer_add_bytes(&envelope, value);
        TRY(buffer_outcome(&envelope));
        TRY(queue_statement(change, known, partner, buffer_bytes(&envelope)));
    }
}

/* What it may have lost with its store: the keys with which we sign now (told by the clock, before
 * all that waits), and a version that reached it as a proposal. */
static enum outcome help_with_covenant(struct gateway *gateway, struct change *change,
                                       const struct known_covenant *known,
                                       const struct oin *partner)
{
    TRY(key_documents_forget(change, known->covenant->fingerprint, partner));
    if (!known_is_replaced(known, clock_now_ms()))
        TRY(tell_proposal_again(change, known, partner));
    TRY(queue_statements(gateway, change, known, partner));
    return give_keys_again(gateway, change, known, partner);
}

static enum outcome help_with_covenants(struct gateway *gateway, struct change *change,
                                        struct asked *asked)
{
    HELD_REGISTRY registry = gateway_registry(gateway);

    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        if (!covenant_party(known->covenant, &asked->partner) ||
            !covenant_party(known->covenant, &gateway->settings->oin))
            continue;
        TRY(help_with_covenant(gateway, change, known, &asked->partner));
    }
    /* Before the signals, which they stop. */
    TRY(withdrawals_tell_again(gateway, change, &asked->partner, asked->since_ms));
    TRY(escalations_tell_again(change, &asked->partner));
    asked->step++;
    return change->outcome;
}

/* --- signals and answers --- */

static enum outcome queue_signal(struct change *change, const struct known_covenant *known,
                                 const struct kept_signal *kept, const struct signal *signal)
{
    struct queued queued = {.kind = MESSAGE_KIND_SIGNAL,
                            .role = ROLE_SYSTEEM,
                            .purpose = signal->purpose,
                            .item = buffer_bytes(&kept->item)};

    memcpy(queued.covenant, kept->covenant, sizeof queued.covenant);
    memcpy(queued.id, signal->id, sizeof queued.id);
    memcpy(queued.dossier, kept->dossier, sizeof queued.dossier);
    covenant_rule_print(known->covenant, signal->article, queued.rule, sizeof queued.rule);
    return queue_add(change, &kept->partner, &queued);
}

static enum outcome queue_answer(struct change *change, const struct known_covenant *known,
                                 const struct kept_signal *kept, const struct signal *signal,
                                 const struct feedback *answer)
{
    char rule[QUEUE_RULE_BYTES];

    covenant_rule_print(known->covenant, signal->article, rule, sizeof rule);
    return kept_signal_tell(change, kept, answer, ROLE_SYSTEEM, rule, signal->purpose);
}

/* What the resident let us tell, as long as he does: with a proof of now. */
static enum outcome queue_told(const struct secret_answer *about, struct change *change,
                               struct day since)
{
    const struct kept_signal *kept = about->kept;
    OWNED_BASIS basis = NULL;
    OWNED_BUFFER proof = {0};

    if (!kept->told)
        return OUTCOME_OK;
    TRY(secrecy_lifted(about, &change->view, &basis));
    if (!basis)
        return OUTCOME_OK;
    TRY(secrecy_proof(about, basis, &proof));
    for (size_t i = 0; i < kept->answer_count; i++) {
        struct feedback answer = kept->answers[i];
        answer.lifting_text = buffer_bytes(&proof);
        if (kept->told >> i & 1 && day_compare(answer.on, since) >= 0)
            TRY(queue_answer(change, about->known, kept, about->signal, &answer));
    }
    return OUTCOME_OK;
}

/* A secrecy-bound partner's other answers stay here; of its one release only the hour is planned
 * again, and that alike for each signal, whatever its workers did. */
static enum outcome queue_answers(struct gateway *gateway, struct change *change,
                                  const struct known_covenant *known,
                                  const struct kept_signal *kept, const struct signal *signal,
                                  int64_t since_ms)
{
    const struct covenant *covenant = known->covenant;
    const struct party *self = covenant_party(covenant, &gateway->settings->oin);
    const struct article *article = covenant_article(covenant, signal->article);
    const struct day since = amsterdam_day(since_ms);
    const struct secret_answer about = {gateway, known, article, kept, signal, clock_now_ms()};

    if (!self || !article)
        return OUTCOME_STORE_DAMAGED;
    if (self->secrecy) {
        TRY(queue_told(&about, change, since));
        return release_plan_again(change, signal->id, kept->received_ms, &article->terms, since_ms);
    }
    for (size_t i = 0; i < kept->answer_count; i++) {
        /* DOOR is the partner's own word: it follows from the question, asked once more. */
        if (kept->answers[i].code != ANSWER_DOOR && day_compare(kept->answers[i].on, since) >= 0)
            TRY(queue_answer(change, known, kept, signal, &kept->answers[i]));
    }
    return kept->transfer.step != TRANSFER_NONE && day_compare(kept->transfer.on, since) >= 0
               ? transfer_ask_again(gateway, change, signal->id, kept)
               : OUTCOME_OK;
}

static enum outcome help_with_one(struct gateway *gateway, struct change *change,
                                  const struct asked *asked, struct bytes id)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    const bool sent = asked->step == STEP_SIGNALS;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    const struct known_covenant *known;
    struct uuid uuid;
    struct bytes value;
    enum outcome outcome = store_get(&change->view, sent ? TABLE_SENT : TABLE_INBOX, id, &value);

    if (outcome == OUTCOME_NOT_FOUND) { /* erased: its place stays */
        memcpy(uuid.bytes, id.data, sizeof uuid.bytes);
        return sent ? OUTCOME_OK
                    : recovery_back_received(gateway, change, &asked->partner, asked->since_ms,
                                             uuid);
    }
    TRY(outcome);
    TRY(kept_signal_read(value, &kept));
    if (!oin_equal(&kept.partner, &asked->partner))
        return OUTCOME_OK;
    TRY(kept_signal_item(&kept, &signal));
    if (sent)
        TRY(recovery_back_sent(gateway, change, &asked->partner, asked->since_ms, signal.id));
    known = registry_find(registry, kept.covenant);
    if (!known)
        return OUTCOME_STORE_DAMAGED;
    if (!sent)
        return queue_answers(gateway, change, known, &kept, &signal, asked->since_ms);
    if (day_compare(kept.transfer.on, amsterdam_day(asked->since_ms)) >= 0)
        TRY(transfer_tell_again(gateway, change, signal.id, &kept));
    if (kept.transfer.step == TRANSFER_ACCEPTED) /* it has another holder, and no second one */
        return OUTCOME_OK;
    /* What has no receipt yet is in the queue, or on its way. */
    return kept.received_ms >= asked->since_ms && !kept.refusal[0]
               ? queue_signal(change, known, &kept, &signal)
               : OUTCOME_OK;
}

static enum outcome help_with_some(struct gateway *gateway, struct change *change,
                                   struct asked *asked)
{
    const enum table order = asked->step == STEP_SIGNALS ? TABLE_SENT_ORDER : TABLE_INBOX_ORDER;

    for (int i = 0; i < BATCH; i++) {
        uint8_t from[8], id[16];
        struct bytes key, value;
        enum outcome outcome;
        write_u64(from, asked->from);
        outcome =
            store_next(&change->view, order, bytes_of(from, sizeof from), false, &key, &value);
        if (outcome == OUTCOME_NOT_FOUND) {
            asked->step++;
            asked->from = 0;
            return change->outcome;
        }
        TRY(outcome);
        if (key.length != sizeof from || value.length != sizeof id)
            return OUTCOME_STORE_DAMAGED;
        asked->from = read_u64(key.data) + 1;
        memcpy(id, value.data, sizeof id);
        TRY(help_with_one(gateway, change, asked, bytes_of(id, sizeof id)));
    }
    return change->outcome;
}

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    struct gateway *gateway = context;
    struct asked asked;
    char name[NAME_BYTES];

    (void)audit;
    TRY(next_asked(&change->view, &asked));
    TRY(asked.step == STEP_COVENANTS ? help_with_covenants(gateway, change, &asked)
                                     : help_with_some(gateway, change, &asked));
    if (asked.step == STEP_DONE)
        store_delete(change, TABLE_META, name_of(&asked.partner, name));
    else
        put_asked(change, &asked);
    return change->outcome;
}

enum outcome recovery_help_pass(struct gateway *gateway)
{
    struct asked asked;
    struct view view;
    enum outcome outcome;

    view_begin(gateway->store, &view);
    outcome = next_asked(&view, &asked);
    view_end(&view);
    if (outcome == OUTCOME_OK)
        outcome = writer_run(gateway->writer, apply, gateway);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome recovery_help_answers(struct gateway *gateway, struct change *change,
                                   const char *signal_id)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct uuid uuid = {{0}};
    const struct known_covenant *known;
    struct bytes value;
    enum outcome outcome;

    uuid_parse(signal_id, &uuid);
    outcome =
        store_get(&change->view, TABLE_INBOX, bytes_of(uuid.bytes, sizeof uuid.bytes), &value);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    known = registry_find(registry, kept.covenant);
    return known ? queue_answers(gateway, change, known, &kept, &signal, 0) : OUTCOME_STORE_DAMAGED;
}
