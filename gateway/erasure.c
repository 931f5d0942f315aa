/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/erasure.h"

#include <stdio.h>
#include <string.h>

#include "gateway/basis_store.h"
#include "gateway/clock.h"
#include "gateway/kept_signal.h"
#include "gateway/queue.h"
#include "gateway/release.h"

enum {
    UUID_BYTES = 16,
    STONE_KEY_BYTES = 1 + UUID_BYTES,
    STONE_BYTES = 1 + 8 + 8 + OIN_LENGTH + STORE_HASH_BYTES,
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
    memcpy(at + 16, stone->partner.text, OIN_LENGTH);
    memcpy(at + 16 + OIN_LENGTH, stone->reporter, STORE_HASH_BYTES);
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
    };
    memcpy(out->partner.text, value.data + 17, OIN_LENGTH);
    memcpy(out->reporter, value.data + 17 + OIN_LENGTH, STORE_HASH_BYTES);
    return OUTCOME_OK;
}

enum outcome erasure_reporter(const struct store *store, const char *number,
                              uint8_t out[static STORE_HASH_BYTES])
{
    return store_hash(store, "melder", bytes_of_text(number), out);
}

/* --- what waits for the disk --- */

enum outcome erasure_pending(struct view *view, uint64_t *out_count)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, bytes_of_text(pending_name), &value);

    *out_count = 0;
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != 8)
        return OUTCOME_STORE_DAMAGED;
    *out_count = read_u64(value.data);
    return OUTCOME_OK;
}

static void put_pending(struct change *change, uint64_t count)
{
    uint8_t value[8];

    write_u64(value, count);
    store_put(change, TABLE_META, bytes_of_text(pending_name), bytes_of(value, sizeof value));
}

void erasure_done(struct change *change, uint64_t count)
{
    uint64_t pending;

    if (erasure_pending(&change->view, &pending) == OUTCOME_OK)
        put_pending(change, pending > count ? pending - count : 0);
}

static enum outcome count_pending(struct change *change)
{
    uint64_t pending;

    TRY(erasure_pending(&change->view, &pending));
    put_pending(change, pending + 1);
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
        .stone = {.cause = cause, .at_ms = clock_now_ms()},
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
static enum outcome unlink_when_last(struct change *change, const char *dossier)
{
    char basis[UUID_TEXT_BYTES];
    struct retained other;
    enum outcome outcome = retained_of_dossier(&change->view, dossier, NULL, &other);

    if (outcome == OUTCOME_NOT_FOUND)
        outcome = basis_next(&change->view, dossier, "", basis);
    return outcome == OUTCOME_NOT_FOUND ? dossier_unlink(change, dossier) : outcome;
}

/* The record is gone by now; all that is alike for the three kinds. */
static enum outcome finish(const struct erasing *erasing)
{
    struct change *change = erasing->change;

    put_stone(change, erasing->kind, erasing->id, &erasing->stone);
    TRY(retained_delete(change, erasing->kind, erasing->id, erasing->dossier));
    TRY(unlink_when_last(change, erasing->dossier));
    TRY(count_pending(change));
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
    store_delete(change, TABLE_INBOX, bytes_of(id.bytes, UUID_BYTES));
    TRY(forget_match(&erasing));
    return finish(&erasing);
}

/* What waits first is the oldest, and what is erased by its term is that too: so the walk is
 * short where there are many. */
static enum outcome unqueue(const struct erasing *erasing, const struct kept_signal *kept)
{
    struct queued queued;
    uint64_t sequence = 0;
    enum outcome outcome;

    if (kept->received_ms || kept->refusal[0])
        return OUTCOME_OK;
    while ((outcome = queue_next(&erasing->change->view, &kept->partner, sequence, &sequence,
                                 &queued)) == OUTCOME_OK) {
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
    store_delete(change, TABLE_SENT, bytes_of(id.bytes, UUID_BYTES));
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
    basis_delete(change, kept.basis->dossier, erasing.text);
    return finish(&erasing);
}
