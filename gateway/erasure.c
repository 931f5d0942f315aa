/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/erasure.h"

#include <stdio.h>
#include <string.h>

#include "gateway/repeat.h"
#include "gateway/receive.h"

#include "gateway/basis_store.h"
#include "gateway/buddy_store.h"
#include "gateway/housing_store.h"
#include "gateway/clock.h"
#include "gateway/figures.h"
#include "gateway/due.h"
#include "gateway/kept_signal.h"
#include "gateway/queue.h"
#include "gateway/release.h"
#include "gateway/reported.h"
#include "gateway/transfer.h"

enum {
    UUID_BYTES = 16,
    STONE_KEY_BYTES = 1 + UUID_BYTES,
    STONE_BYTES = 1 + 8 + 8 + 8 + OIN_LENGTH + STORE_HASH_BYTES,
    PENDING_BYTES = 16,
    QUEUE_LOOKED_AT_MAX = 500, /* a few milliseconds of the writer */
};

static const char pending_name[] = "erasure.pending";

static const struct words {
    const char *word, *nl, *en;
} causes[ERASURE_CAUSE_COUNT] = {
#define ERASURE_CAUSE_WORDS(name, word, nl, en) {word, nl, en},
    ERASURE_CAUSES(ERASURE_CAUSE_WORDS)
#undef ERASURE_CAUSE_WORDS
};

const char *erasure_cause_word(enum erasure_cause cause)
{
    return causes[cause].word;
}

const char *erasure_cause_text(enum erasure_cause cause, enum language language)
{
    return language == LANGUAGE_NL ? causes[cause].nl : causes[cause].en;
}

/* --- tombstones --- */

static struct bytes stone_key(enum record_kind kind, struct uuid id,
                              uint8_t out[static STONE_KEY_BYTES])
{
    out[0] = (uint8_t)kind;
    memcpy(out + 1, id.bytes, UUID_BYTES);
    return bytes_of(out, STONE_KEY_BYTES);
}

static void put_stone(struct change *change, enum record_kind kind, struct uuid id,
                      const struct tombstone *stone)
{
    uint8_t key[STONE_KEY_BYTES], value[STONE_BYTES] = {0}, *at = value;

    *at++ = (uint8_t)stone->cause;
    write_u64(at, (uint64_t)stone->at_ms);
    write_u64(at + 8, (uint64_t)stone->taken.number);
    write_u64(at + 16, stone->sequence);
    memcpy(at + 24, stone->partner.text, OIN_LENGTH);
    memcpy(at + 24 + OIN_LENGTH, stone->reporter, STORE_HASH_BYTES);
    store_put(change, TABLE_TOMBSTONE, stone_key(kind, id, key), bytes_of(value, sizeof value));
}

enum outcome erasure_tombstone(struct view *view, enum record_kind kind, struct uuid id,
                               struct tombstone *out)
{
    uint8_t key[STONE_KEY_BYTES];
    struct bytes value;

    TRY(store_get(view, TABLE_TOMBSTONE, stone_key(kind, id, key), &value));
    if (value.length != STONE_BYTES || value.data[0] >= ERASURE_CAUSE_COUNT)
        return OUTCOME_STORE_DAMAGED;
    *out = (struct tombstone){
        .cause = value.data[0],
        .at_ms = (int64_t)read_u64(value.data + 1),
        .taken = {(int32_t)read_u64(value.data + 9)},
        .sequence = read_u64(value.data + 17),
    };
    memcpy(out->partner.text, value.data + 25, OIN_LENGTH);
    memcpy(out->reporter, value.data + 25 + OIN_LENGTH, STORE_HASH_BYTES);
    return OUTCOME_OK;
}

enum outcome erasure_reporter(const struct store *store, const char *number,
                              uint8_t out[static STORE_HASH_BYTES])
{
    return store_hash(store, "melder", bytes_of_text(number), out);
}

static enum table order_of(enum record_kind kind)
{
    return kind == RECORD_RECEIVED ? TABLE_INBOX_ORDER : TABLE_SENT_ORDER;
}

/* Only when it is this record's: after a restore the places were given out anew. */
static enum outcome leave_order(struct change *change, enum record_kind kind, struct uuid id,
                                const struct tombstone *stone)
{
    uint8_t sequence[8];
    struct bytes value;
    enum outcome outcome;

    if (kind == RECORD_BASIS)
        return OUTCOME_OK;
    write_u64(sequence, stone->sequence);
    outcome = store_get(&change->view, order_of(kind), bytes_of(sequence, sizeof sequence), &value);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (bytes_equal(value, bytes_of(id.bytes, UUID_BYTES)))
        store_delete(change, order_of(kind), bytes_of(sequence, sizeof sequence));
    return change->outcome;
}

static void forget_arrival(struct change *change, struct uuid id, const struct tombstone *stone)
{
    uint8_t key[SEEN_KEY_BYTES];
    char text[UUID_TEXT_BYTES];

    uuid_print(id, text);
    store_delete(change, TABLE_ITEM_SEEN, seen_key(&stone->partner, text, key));
}

enum outcome erasure_fade(struct change *change, enum record_kind kind, struct uuid id,
                          struct day today, struct day *out_next)
{
    uint8_t key[STONE_KEY_BYTES];
    struct tombstone stone;
    struct day last;
    enum outcome outcome = erasure_tombstone(&change->view, kind, id, &stone);

    *out_next = (struct day){0};
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    last = day_plus(amsterdam_day(stone.at_ms), ERASURE_TOMBSTONE_DAYS);
    TRY(leave_order(change, kind, id, &stone));
    if (day_compare(today, last) < 0) {
        *out_next = last;
        return change->outcome;
    }
    if (kind == RECORD_RECEIVED)
        forget_arrival(change, id, &stone);
    store_delete(change, TABLE_TOMBSTONE, stone_key(kind, id, key));
    return change->outcome;
}

/* --- what waits for the disk --- */

enum outcome erasure_pending(struct view *view, struct erasure_pending *out_pending)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, bytes_of_text(pending_name), &value);

    *out_pending = (struct erasure_pending){0};
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != PENDING_BYTES)
        return OUTCOME_STORE_DAMAGED;
    out_pending->count = read_u64(value.data);
    out_pending->since_ms = (int64_t)read_u64(value.data + 8);
    return OUTCOME_OK;
}

static void put_pending(struct change *change, const struct erasure_pending *pending)
{
    uint8_t value[PENDING_BYTES];

    write_u64(value, pending->count);
    write_u64(value + 8, pending->count ? (uint64_t)pending->since_ms : 0);
    store_put(change, TABLE_META, bytes_of_text(pending_name), bytes_of(value, sizeof value));
}

enum outcome erasure_add_pending(struct change *change, uint64_t count)
{
    struct erasure_pending pending;

    TRY(erasure_pending(&change->view, &pending));
    if (pending.count == 0)
        pending.since_ms = clock_now_ms();
    pending.count += count;
    put_pending(change, &pending);
    return change->outcome;
}

/* What was erased since began later than this moment at the earliest. */
enum outcome erasure_settle_pending(struct change *change, uint64_t count)
{
    struct erasure_pending pending;

    TRY(erasure_pending(&change->view, &pending));
    pending.count = pending.count > count ? pending.count - count : 0;
    pending.since_ms = clock_now_ms();
    put_pending(change, &pending);
    return change->outcome;
}

/* --- one record --- */

struct erasing {
    struct gateway *gateway;
    struct change *change;
    enum record_kind kind;
    struct uuid id;
    enum erasure_cause cause;
    char text[UUID_TEXT_BYTES]; /* of the id */
    struct tombstone stone;
    /* for the leaf: */
    char rule[QUEUE_RULE_BYTES];
    const char *covenant;
    const char *dossier;
    enum purpose purpose;
};

static struct erasing begin(struct gateway *gateway, struct change *change, enum record_kind kind,
                            struct uuid id, enum erasure_cause cause)
{
    struct erasing erasing = {
        .gateway = gateway,
        .change = change,
        .kind = kind,
        .id = id,
        .cause = cause,
        .stone = {.cause = cause, .at_ms = clock_now_ms(), .sequence = UINT64_MAX},
        .purpose = PURPOSE_NONE,
    };

    uuid_print(id, erasing.text);
    return erasing;
}

static enum outcome record(const struct erasing *erasing)
{
    struct audit_entry entry = {
        .event = AUDIT_ERASE,
        .phase = AUDIT_INTENT,
        .why = erasure_cause_word(erasing->cause),
        .source = erasing->gateway->settings->oin.text,
        .service = "wissingen",
        .rule = erasing->rule[0] ? erasing->rule : NULL,
        .covenant = erasing->covenant,
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM),
                      [AUDIT_SUBJECT] = erasing->dossier,
                      [AUDIT_OBJECTS] = erasing->text},
    };

    if (erasing->stone.partner.text[0])
        entry.destination = erasing->stone.partner.text;
    if (erasing->purpose != PURPOSE_NONE)
        entry.committed[AUDIT_PURPOSE] = purpose_word(erasing->purpose);
    return audit_record(erasing->gateway->audit, erasing->change, &entry);
}

/* With the last record the dossier is nobody's any more. */
enum outcome erasure_unlink_when_last(struct gateway *gateway, struct change *change,
                                      const char *dossier)
{
    char basis[UUID_TEXT_BYTES];
    struct retained other;
    enum outcome outcome = retained_of_dossier(&change->view, dossier, NULL, &other);

    if (outcome == OUTCOME_NOT_FOUND)
        outcome = basis_next(&change->view, dossier, "", basis);
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    repeat_forget(change, dossier);
    TRY(figures_forget(gateway, change, dossier));
    return dossier_unlink(change, dossier);
}

/* The record is gone by now; all that is alike for the three kinds. */
static enum outcome finish(struct erasing *erasing)
{
    struct change *change = erasing->change;
    struct retained place;
    enum outcome outcome =
        retained_get(&change->view, erasing->kind, erasing->id, erasing->dossier, &place);

    if (outcome == OUTCOME_OK)
        erasing->stone.sequence = place.sequence;
    else if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    put_stone(change, erasing->kind, erasing->id, &erasing->stone);
    TRY(retained_delete(change, erasing->kind, erasing->id, erasing->dossier));
    retained_fade(change, erasing->kind, erasing->id,
                  day_plus(amsterdam_day(erasing->stone.at_ms), ERASURE_SHOWN_DAYS));
    TRY(erasure_unlink_when_last(erasing->gateway, change, erasing->dossier));
    TRY(erasure_add_pending(change, 1));
    return record(erasing);
}

/* --- signals --- */

static enum outcome load(struct erasing *erasing, enum table table, struct kept_signal *kept,
                         struct signal *signal)
{
    struct bytes value;

    TRY(store_get(&erasing->change->view, table, bytes_of(erasing->id.bytes, UUID_BYTES), &value));
    TRY(kept_signal_read(value, kept));
    TRY(kept_signal_item(kept, signal));
    erasing->stone.partner = kept->partner;
    erasing->stone.taken = amsterdam_day(kept->taken_ms);
    erasing->covenant = kept->covenant;
    erasing->dossier = kept->dossier;
    erasing->purpose = signal->purpose;
    return OUTCOME_OK;
}

/* NULL when the covenant is not here, which does not keep a record from going. */
static const struct article *rule_of(struct erasing *erasing, const struct registry *registry,
                                     const struct signal *signal)
{
    const struct known_covenant *known = registry_find(registry, erasing->covenant);
    const struct article *article =
        known ? covenant_article(known->covenant, signal->article) : NULL;

    if (article)
        covenant_rule_print(known->covenant, signal->article, erasing->rule, sizeof erasing->rule);
    return article;
}

/* It may not be matched any more: that would tie its dossier to the person anew. */
static enum outcome forget_match(const struct erasing *erasing)
{
    uint8_t sequence[8];
    struct retained place;
    enum outcome outcome = retained_get(&erasing->change->view, erasing->kind, erasing->id,
                                        erasing->dossier, &place);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    write_u64(sequence, place.sequence);
    store_delete(erasing->change, TABLE_MATCH, bytes_of(sequence, sizeof sequence));
    return erasing->change->outcome;
}

enum outcome erase_received(struct gateway *gateway, struct change *change, struct uuid id,
                            enum erasure_cause cause)
{
    struct erasing erasing = begin(gateway, change, RECORD_RECEIVED, id, cause);
    HELD_REGISTRY registry = gateway_registry(gateway);
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    const struct article *article;

    TRY(load(&erasing, TABLE_INBOX, &kept, &signal));
    article = rule_of(&erasing, registry, &signal);
    if (article)
        TRY(release_detach(change, &kept, &signal, &article->terms));
    TRY(due_end(change, DUE_RECEIVED, id));
    TRY(housing_forget(change, erasing.text));
    store_delete(change, TABLE_INBOX, bytes_of(id.bytes, UUID_BYTES));
    TRY(forget_match(&erasing));
    return finish(&erasing);
}

/* What waits first is the oldest, and what is erased by its term is that too. What lies further
 * back is stopped, and taken out, when a message is made of it. */
static enum outcome unqueue(const struct erasing *erasing, const struct kept_signal *kept)
{
    struct queued queued;
    uint64_t sequence = 0;
    enum outcome outcome = OUTCOME_OK;

    if (kept->received_ms || kept->refusal[0])
        return OUTCOME_OK;
    for (int i = 0; i < QUEUE_LOOKED_AT_MAX; i++) {
        outcome =
            queue_next(&erasing->change->view, &kept->partner, sequence, &sequence, &queued);
        if (outcome != OUTCOME_OK)
            break;
        if (queued.kind == MESSAGE_KIND_SIGNAL && strcmp(queued.id, erasing->text) == 0) {
            queue_delete(erasing->change, &kept->partner, sequence);
            return erasing->change->outcome;
        }
        sequence++;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome erase_sent(struct gateway *gateway, struct change *change, struct uuid id,
                        enum erasure_cause cause)
{
    struct erasing erasing = begin(gateway, change, RECORD_SENT, id, cause);
    HELD_REGISTRY registry = gateway_registry(gateway);
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};

    TRY(load(&erasing, TABLE_SENT, &kept, &signal));
    (void)rule_of(&erasing, registry, &signal);
    TRY(erasure_reporter(gateway->store, kept.actor, erasing.stone.reporter));
    TRY(figures_gone(gateway, change, &kept, erasing.stone.at_ms));
    if (!kept.received_ms) /* who waits to be rid of it would wait for ever */
        TRY(transfer_taken_back(gateway, change, &kept, erasure_cause_word(cause)));
    TRY(due_end(change, DUE_SENT, id));
    if (cause != ERASURE_TERM)
        TRY(repeat_forget_source(change, kept.dossier, kept.source_key));
    store_delete(change, TABLE_SENT, bytes_of(id.bytes, UUID_BYTES));
    reported_delete(change, id);
    TRY(unqueue(&erasing, &kept));
    return finish(&erasing);
}

/* --- basis records --- */

enum outcome erase_basis(struct gateway *gateway, struct change *change, struct uuid id,
                         enum erasure_cause cause)
{
    struct erasing erasing = begin(gateway, change, RECORD_BASIS, id, cause);
    OWNED_KEPT_BASIS kept = {0};

    TRY(basis_get(&change->view, erasing.text, &kept));
    erasing.dossier = kept.basis->dossier;
    erasing.stone.taken = kept.basis->from;
    TRY(buddy_choice_erased(gateway, change, erasing.text));
    TRY(housing_forget(change, erasing.text));
    basis_delete(change, kept.basis->dossier, erasing.text);
    return finish(&erasing);
}
