/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/transfer.h"

#include <stdio.h>
#include <string.h>

#include "gateway/clock.h"
#include "gateway/due.h"
#include "gateway/figures.h"
#include "gateway/recovery.h"
#include "gateway/transfer_make.h"
#include "gateway/withdrawals.h"

/* --- records --- */

static enum outcome put_kept(struct change *change, enum table table, const char *id,
                             const struct kept_signal *kept)
{
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    if (!uuid_parse(id, &uuid))
        return OUTCOME_INTERNAL;
    TRY(kept_signal_print(kept, &text));
    store_put_sealed(change, table, bytes_of(uuid.bytes, sizeof uuid.bytes), buffer_bytes(&text));
    return change->outcome;
}

static enum outcome load(struct view *view, enum table table, const char *id,
                         struct kept_signal *out_kept)
{
    struct uuid uuid;

    return kept_signal_load(view, table, id, &uuid, out_kept);
}

static void rule_of(const struct registry *registry, const struct kept_signal *kept,
                    const struct signal *signal, char *out, size_t size)
{
    const struct known_covenant *known = registry_find(registry, kept->covenant);

    out[0] = '\0';
    if (known)
        covenant_rule_print(known->covenant, signal->article, out, size);
}

static enum outcome queue_item(struct gateway *gateway, struct change *change,
                               const struct kept_signal *kept, const struct transfer_item *about)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    struct queued queued = {.kind = MESSAGE_KIND_TRANSFER, .role = ROLE_SYSTEEM};
    OWNED_BUFFER text = {0};
    OWNED_SIGNAL signal = {0};

    TRY(kept_signal_item(kept, &signal));
    TRY(transfer_item_print(about, &text));
    memcpy(queued.covenant, kept->covenant, sizeof queued.covenant);
    memcpy(queued.id, about->id, sizeof queued.id);
    memcpy(queued.dossier, kept->dossier, sizeof queued.dossier);
    queued.purpose = signal.purpose;
    rule_of(registry, kept, &signal, queued.rule, sizeof queued.rule);
    queued.item = buffer_bytes(&text);
    return queue_add(change, &kept->partner, &queued);
}

/* --- at the originator: the question --- */

/* What the steps and the count say; NULL: nothing stands in the way. */
static const char *standing_in_the_way(const struct kept_signal *kept,
                                       const struct article *article, const struct party *holder,
                                       const struct oin *self, const struct oin *to)
{
    struct progress progress;
    struct feedback_context context = {
        .voice = FEEDBACK_VOICE_TRANSFER,
        .level = article->feedback_level,
        .secrecy_bound = holder->secrecy,
        .transfer_waits = kept->transfer.step == TRANSFER_ASKED,
    };

    kept_signal_progress(kept, &article->terms, holder->secrecy, &progress);
    context.current = progress.received ? progress.current : ANSWER_ONTV;
    if (holder->secrecy)
        return outcome_code(OUTCOME_NOT_ALLOWED);
    if (feedback_refusal(&context, ANSWER_DOOR) != FEEDBACK_REFUSAL_NONE)
        return outcome_code(OUTCOME_STEP_NOT_ALLOWED);
    if (kept->holder_count >= TRANSFERS_MAX)
        return transfer_refusal_code(TRANSFER_REFUSAL_TOO_OFTEN);
    if (oin_equal(to, self) || oin_equal(to, &kept->partner))
        return transfer_refusal_code(TRANSFER_REFUSAL_BACK);
    for (size_t i = 0; i < kept->holder_count; i++)
        if (oin_equal(to, &kept->holders[i]))
            return transfer_refusal_code(TRANSFER_REFUSAL_BACK);
    return NULL;
}

static enum outcome send_on(struct reception *reception, struct received_item *item,
                            struct kept_signal *kept, const struct signal *signal,
                            const struct known_covenant *known, struct change *change)
{
    HELD_REGISTRY registry = gateway_registry(reception->call->gateway);
    const struct transfer_item *asked = item->transfer;
    enum refusal refusal;
    OWNED_PASSING passing = {
        .gateway = reception->call->gateway,
        .change = change,
        .known = registry_newest(registry, registry_find(registry, known->covenant->fingerprint),
                                 reception->call->now_ms),
        .kept = kept,
        .signal = signal,
        .to = &asked->to,
        .now_ms = reception->call->now_ms,
    };

    TRY(passing_make(&passing, asked->id, &refusal));
    if (refusal != REFUSAL_NONE) {
        item->refusal = refusal_code(refusal);
        return OUTCOME_OK;
    }
    covenant_rule_print(passing.known->covenant, passing.article->number, item->rule,
                        sizeof item->rule);
    TRY(passing_send(&passing));
    kept->transfer = (struct kept_transfer){
        .step = TRANSFER_ASKED, .to = asked->to, .on = amsterdam_day(reception->call->now_ms)};
    memcpy(kept->transfer.request, asked->id, sizeof kept->transfer.request);
    memcpy(kept->transfer.item, passing.id, sizeof kept->transfer.item);
    return put_kept(change, TABLE_SENT, asked->signal, kept);
}

enum outcome transfer_asked(struct reception *reception, struct received_item *item,
                            const struct known_covenant *known, struct change *change)
{
    const struct oin *from = &reception->head.route.from;
    const struct party *holder = covenant_party(known->covenant, from);
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    const struct article *article;
    enum outcome outcome = load(&change->view, TABLE_SENT, item->transfer->signal, &kept);

    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    /* Of another partner, or under another covenant: it does not exist for the one who asks. */
    if (outcome == OUTCOME_NOT_FOUND || !oin_equal(&kept.partner, from) ||
        strcmp(kept.covenant, reception->head.route.covenant) != 0) {
        item->refusal = outcome_code(OUTCOME_NOT_FOUND);
        return OUTCOME_OK;
    }
    TRY(kept_signal_item(&kept, &signal));
    article = covenant_article(known->covenant, signal.article);
    if (!article || !holder)
        return OUTCOME_STORE_DAMAGED;
    memcpy(item->dossier, kept.dossier, sizeof item->dossier);
    item->purpose = signal.purpose;
    covenant_rule_print(known->covenant, article->number, item->rule, sizeof item->rule);
    item->refusal = standing_in_the_way(&kept, article, holder,
                                        &reception->call->gateway->settings->oin,
                                        &item->transfer->to);
    if (!item->refusal) /* who asks may have it, although its receipt never came here */
        TRY(withdrawal_stopped(&change->view, item->transfer->signal, &item->refusal));
    return item->refusal ? OUTCOME_OK : send_on(reception, item, &kept, &signal, known, change);
}

/* --- at the originator: what became of it --- */

/* The number of the answer: known to who asked, also when it comes once more. */
static enum outcome answer_id(const struct gateway *gateway, const struct kept_transfer *transfer,
                              char out[static UUID_TEXT_BYTES])
{
    uint8_t hash[STORE_HASH_BYTES];
    OWNED_BUFFER value = {0};

    buffer_add_text(&value, transfer->request);
    buffer_add_text(&value, transfer_step_word(transfer->step));
    TRY(buffer_outcome(&value));
    TRY(store_hash(gateway->store, "overdracht antwoord", buffer_bytes(&value), hash));
    uuid_print(uuid_of_hash(hash), out);
    return OUTCOME_OK;
}

static enum outcome tell_holder(struct gateway *gateway, struct change *change, const char *id,
                                const struct kept_signal *kept)
{
    struct transfer_item about = {.on = kept->transfer.on, .step = kept->transfer.step};

    TRY(answer_id(gateway, &kept->transfer, about.id));
    memcpy(about.signal, id, sizeof about.signal);
    memcpy(about.request, kept->transfer.request, sizeof about.request);
    memcpy(about.reason, kept->transfer.reason, sizeof about.reason);
    return queue_item(gateway, change, kept, &about);
}

static enum outcome record(struct gateway *gateway, struct change *change, const char *id,
                           const struct kept_signal *kept)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    OWNED_SIGNAL signal = {0};
    char rule[QUEUE_RULE_BYTES], objects[2 * UUID_TEXT_BYTES];
    struct audit_entry entry = {
        .event = AUDIT_TRANSFER,
        .result = kept->transfer.step == TRANSFER_ACCEPTED ? AUDIT_OK : AUDIT_DENIED,
        .why = kept->transfer.reason[0] ? kept->transfer.reason : NULL,
        .source = gateway->settings->oin.text,
        .destination = kept->transfer.to.text,
        .service = "overdrachten",
        .covenant = kept->covenant,
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM),
                      [AUDIT_SUBJECT] = kept->dossier,
                      [AUDIT_OBJECTS] = objects},
    };

    TRY(kept_signal_item(kept, &signal));
    rule_of(registry, kept, &signal, rule, sizeof rule);
    entry.rule = rule[0] ? rule : NULL;
    entry.committed[AUDIT_PURPOSE] = purpose_word(signal.purpose);
    snprintf(objects, sizeof objects, "%s %s", id, kept->transfer.item);
    return audit_record(gateway->audit, change, &entry);
}

/* The old item of a new one, when its transfer waits for just that; NOT_FOUND otherwise. */
static enum outcome waiting_item(struct view *view, const char *next_id,
                                 const struct kept_signal *next, struct kept_signal *out_old)
{
    OWNED_KEPT_SIGNAL old = {0};

    if (!next->earlier[0])
        return OUTCOME_NOT_FOUND;
    TRY(load(view, TABLE_SENT, next->earlier, &old));
    if (old.transfer.step != TRANSFER_ASKED || strcmp(old.transfer.item, next_id) != 0)
        return OUTCOME_NOT_FOUND;
    *out_old = old;
    old = (struct kept_signal){0}; /* handed over */
    return OUTCOME_OK;
}

/* DOOR on what is still open; what was withdrawn meanwhile stays withdrawn: false. With all places
 * taken the last answer makes room: the signal has another holder, come what may. */
static bool answer_passed_on(struct kept_signal *kept, const char *id)
{
    enum answer last =
        kept->answer_count ? kept->answers[kept->answer_count - 1].code : ANSWER_ONTV;
    struct feedback *answer;

    if (answer_ends(last))
        return false;
    if (kept->answer_count == KEPT_ANSWERS_MAX)
        kept->answer_count--;
    answer = &kept->answers[kept->answer_count++];
    *answer = (struct feedback){
        .code = ANSWER_DOOR, .on = kept->transfer.on, .next_step = NEXT_STEP_COUNT};
    memcpy(answer->id, kept->transfer.request, sizeof answer->id);
    memcpy(answer->signal, id, sizeof answer->signal);
    return true;
}

static bool was_withdrawn(const struct kept_signal *kept)
{
    return kept->answer_count && kept->answers[kept->answer_count - 1].code == ANSWER_INGT;
}

static enum outcome settle(struct gateway *gateway, struct change *change, const char *id,
                           struct kept_signal *old, enum transfer_step step, const char *why)
{
    bool told = !was_withdrawn(old); /* of a withdrawal the old holder hears by itself */

    old->transfer.step = step;
    old->transfer.on = amsterdam_day(clock_now_ms());
    snprintf(old->transfer.reason, sizeof old->transfer.reason, "%s", why);
    if (step == TRANSFER_ACCEPTED && answer_passed_on(old, id))
        TRY(figures_answered(gateway, change, old, clock_now_ms()));
    TRY(put_kept(change, TABLE_SENT, id, old));
    TRY(due_follow(gateway, change, DUE_SENT, id)); /* another answers from here on */
    TRY(record(gateway, change, id, old));
    return told ? tell_holder(gateway, change, id, old) : OUTCOME_OK;
}

static enum outcome settle_for(struct gateway *gateway, struct change *change, const char *next_id,
                               const struct kept_signal *next, enum transfer_step step,
                               const char *why)
{
    OWNED_KEPT_SIGNAL old = {0};
    enum outcome outcome = waiting_item(&change->view, next_id, next, &old);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    return settle(gateway, change, next->earlier, &old, step, why);
}

enum outcome transfer_arrived(struct gateway *gateway, struct change *change,
                              const struct queued *queued)
{
    OWNED_KEPT_SIGNAL next = {0};
    enum outcome outcome;

    if (queued->kind != MESSAGE_KIND_SIGNAL)
        return OUTCOME_OK;
    outcome = load(&change->view, TABLE_SENT, queued->id, &next);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (next.recall.withdrawal[0]) /* it loses it again: its answer to the recall settles this */
        return OUTCOME_OK;
    return settle_for(gateway, change, queued->id, &next, TRANSFER_ACCEPTED, "");
}

enum outcome transfer_taken_back(struct gateway *gateway, struct change *change,
                                 const struct kept_signal *kept, const char *why)
{
    OWNED_SIGNAL signal = {0};

    if (!kept->earlier[0])
        return OUTCOME_OK;
    TRY(kept_signal_item(kept, &signal));
    return settle_for(gateway, change, signal.id, kept, TRANSFER_REFUSED, why);
}

/* The question itself did not arrive, or was refused: who asked is holder still. */
static enum outcome question_ended(struct change *change, const struct queued *queued,
                                   const char *why)
{
    OWNED_JSON json = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    struct transfer_item item;
    enum outcome outcome;

    TRY(store_read_outcome(json_read(queued->item, TRANSFER_ITEM_MAX_BYTES, &json)));
    TRY(store_read_outcome(transfer_item_parse(json, &item, NULL)));
    if (item.step != TRANSFER_ASKED)
        return OUTCOME_OK;
    outcome = load(&change->view, TABLE_INBOX, item.signal, &kept);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (kept.transfer.step != TRANSFER_ASKED || strcmp(kept.transfer.request, item.id) != 0)
        return OUTCOME_OK;
    kept.transfer.step = TRANSFER_REFUSED;
    snprintf(kept.transfer.reason, sizeof kept.transfer.reason, "%s", why);
    return put_kept(change, TABLE_INBOX, item.signal, &kept);
}

enum outcome transfer_ended(struct gateway *gateway, struct change *change,
                            const struct queued *queued, const char *why)
{
    OWNED_KEPT_SIGNAL next = {0};
    enum outcome outcome;

    if (queued->kind == MESSAGE_KIND_TRANSFER)
        return question_ended(change, queued, why);
    if (queued->kind != MESSAGE_KIND_SIGNAL)
        return OUTCOME_OK;
    outcome = load(&change->view, TABLE_SENT, queued->id, &next);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (next.received_ms) /* it arrived before: its holder has it */
        return OUTCOME_OK;
    return settle_for(gateway, change, queued->id, &next, TRANSFER_REFUSED, why);
}

/* --- at the old holder --- */

/* Who was put back asks nothing of what it asked since; the answer counts all the same. */
static enum outcome is_answer_to(struct view *view, const struct kept_signal *kept,
                                 const struct transfer_item *item, bool *out_is)
{
    *out_is =
        kept->transfer.step == TRANSFER_ASKED && strcmp(kept->transfer.request, item->request) == 0;
    return kept->transfer.step == TRANSFER_ASKED || kept->transfer.step == TRANSFER_ACCEPTED
               ? OUTCOME_OK
               : recovery_was(view, out_is);
}

/* What was decided stands, whatever day is said: no further off than it can have been. */
static struct day day_told(const struct kept_signal *kept, struct day said, int64_t now_ms)
{
    const struct day first = kept_signal_first_day(kept, now_ms), last = amsterdam_day(now_ms);

    if (day_compare(said, first) < 0)
        return first;
    return day_compare(said, last) > 0 ? last : said;
}

enum outcome transfer_told(struct reception *reception, struct received_item *item,
                           struct change *change)
{
    const struct transfer_item *told = item->transfer;
    HELD_REGISTRY registry = gateway_registry(reception->call->gateway);
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    enum outcome outcome = load(&change->view, TABLE_INBOX, told->signal, &kept);
    bool is_answer = false;

    if (outcome == OUTCOME_OK)
        outcome = is_answer_to(&change->view, &kept, told, &is_answer);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (outcome == OUTCOME_NOT_FOUND || !is_answer ||
        !oin_equal(&kept.partner, &reception->head.route.from) ||
        strcmp(kept.covenant, reception->head.route.covenant) != 0) {
        item->refusal = outcome_code(OUTCOME_NOT_FOUND);
        return OUTCOME_OK;
    }
    TRY(kept_signal_item(&kept, &signal));
    memcpy(item->dossier, kept.dossier, sizeof item->dossier);
    item->purpose = signal.purpose;
    rule_of(registry, &kept, &signal, item->rule, sizeof item->rule);
    kept.transfer.step = told->step;
    kept.transfer.on = day_told(&kept, told->on, reception->received_ms);
    memcpy(kept.transfer.request, told->request, sizeof kept.transfer.request);
    memcpy(kept.transfer.reason, told->reason, sizeof kept.transfer.reason);
    if (told->step == TRANSFER_ACCEPTED)
        (void)answer_passed_on(&kept, told->signal);
    TRY(put_kept(change, TABLE_INBOX, told->signal, &kept));
    return due_follow(reception->call->gateway, change, DUE_RECEIVED, told->signal);
}

/* --- once more --- */

enum outcome transfer_tell_again(struct gateway *gateway, struct change *change,
                                 const char *item_id, const struct kept_signal *kept)
{
    return (kept->transfer.step == TRANSFER_ACCEPTED || kept->transfer.step == TRANSFER_REFUSED) &&
                   !was_withdrawn(kept)
               ? tell_holder(gateway, change, item_id, kept)
               : OUTCOME_OK;
}

enum outcome transfer_ask_again(struct gateway *gateway, struct change *change,
                                const char *item_id, const struct kept_signal *kept)
{
    struct transfer_item about = {
        .step = TRANSFER_ASKED, .on = kept->transfer.on, .to = kept->transfer.to};

    if (kept->transfer.step != TRANSFER_ASKED && kept->transfer.step != TRANSFER_ACCEPTED)
        return OUTCOME_OK;
    if (!about.to.text[0])
        return OUTCOME_OK;
    memcpy(about.id, kept->transfer.request, sizeof about.id);
    memcpy(about.signal, item_id, sizeof about.signal);
    return queue_item(gateway, change, kept, &about);
}
