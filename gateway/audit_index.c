/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/audit_index.h"

#include <stdio.h>
#include <string.h>

#include "gateway/dossier.h"

/* Entries lie at random, so that each may touch a page of its own, and LMDB keeps for good the
 * memory of its largest commit: a look takes many leaves, a commit of it few. */
enum {
    LOOK_LEAVES = 256,
    INDEX_BATCH = 64, /* leaves of one commit, */
    INDEX_ROWS = 256, /* or fewer: a leaf about a list that was shown has a row for each in it */
    BUSY_BATCHES = LOOK_LEAVES / INDEX_BATCH,
    QUIET_BATCHES = 16 * BUSY_BATCHES,
    INDEX_KEY_BYTES = STORE_HASH_BYTES + 8,
};

static const char *const question_words[QUESTION_COUNT] = {
#define AUDIT_QUESTION_WORD(name, word) [QUESTION_##name] = word,
    AUDIT_QUESTIONS(AUDIT_QUESTION_WORD)
#undef AUDIT_QUESTION_WORD
};

static enum outcome entry_key(const struct store *store, enum audit_question question,
                              const char *value, uint64_t sequence,
                              uint8_t out[static INDEX_KEY_BYTES])
{
    TRY(store_hash(store, question_words[question], bytes_of_text(value), out));
    write_u64(out + STORE_HASH_BYTES, sequence);
    return OUTCOME_OK;
}

static enum outcome add(struct change *change, enum audit_question question, const char *value,
                        uint64_t sequence)
{
    uint8_t key[INDEX_KEY_BYTES];

    if (!value)
        return OUTCOME_OK;
    TRY(entry_key(change->view.store, question, value, sequence, key));
    store_put(change, TABLE_ENTRY, bytes_of(key, sizeof key), (struct bytes){0});
    return change->outcome;
}

/* A list shows many: each is asked after on its own. */
static enum outcome add_subjects(struct change *change, const char *subjects, uint64_t sequence)
{
    while (subjects && *subjects) {
        char subject[DOSSIER_BYTES];
        size_t length = strcspn(subjects, " ");
        if (length >= sizeof subject)
            return OUTCOME_STORE_DAMAGED;
        snprintf(subject, sizeof subject, "%.*s", (int)length, subjects);
        TRY(add(change, QUESTION_SUBJECT, subject, sequence));
        subjects += length;
        subjects += strspn(subjects, " ");
    }
    return OUTCOME_OK;
}

static enum outcome add_opened(struct change *change, uint64_t sequence)
{
    OWNED_JSON opening = NULL;
    uint8_t key[8];
    struct bytes text;
    enum outcome outcome;

    write_u64(key, sequence);
    outcome = store_get(&change->view, TABLE_OPENING, bytes_of(key, sizeof key), &text);
    if (outcome == OUTCOME_NOT_FOUND) /* nothing committed to, or erased */
        return OUTCOME_OK;
    TRY(outcome);
    TRY(store_read_outcome(json_read(text, AUDIT_OPENING_MAX_BYTES, &opening)));
    TRY(add(change, QUESTION_ACTOR,
            json_string_value(json_object_get(json_object_get(opening, "actor"), "waarde")),
            sequence));
    return add_subjects(
        change, json_string_value(json_object_get(json_object_get(opening, "subject"), "waarde")),
        sequence);
}

/* Under every version of the article: "<covenant>/<nr>" without "@<version>". */
static enum outcome add_rule(struct change *change, const char *rule, uint64_t sequence)
{
    OWNED_BUFFER article = {0};
    const char *at = rule ? strrchr(rule, '@') : NULL;

    if (!at)
        return OUTCOME_OK;
    buffer_add(&article, rule, (size_t)(at - rule));
    if (!buffer_text(&article))
        return OUTCOME_OUT_OF_MEMORY;
    return add(change, QUESTION_RULE, buffer_text(&article), sequence);
}

static enum outcome add_leaf(struct change *change, uint64_t sequence, struct bytes text)
{
    OWNED_JSON leaf = NULL;

    TRY(store_read_outcome(json_read(text, AUDIT_LEAF_MAX_BYTES, &leaf)));
    TRY(add(change, QUESTION_PARTNER, json_string_value(json_object_get(leaf, "src")), sequence));
    TRY(add(change, QUESTION_PARTNER, json_string_value(json_object_get(leaf, "dst")), sequence));
    TRY(add(change, QUESTION_EVENT, json_string_value(json_object_get(leaf, "ev")), sequence));
    TRY(add_rule(change, json_string_value(json_object_get(leaf, "rule")), sequence));
    return add_opened(change, sequence);
}

static enum outcome indexed_upto(struct view *view, uint64_t *out_sequence)
{
    struct bytes value;
    enum outcome outcome =
        store_get(view, TABLE_INDEX_META, bytes_of_text("indexed_upto"), &value);

    *out_sequence = 0;
    if (outcome == OUTCOME_NOT_FOUND) /* a new index */
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != 8)
        return OUTCOME_STORE_DAMAGED;
    *out_sequence = read_u64(value.data);
    return OUTCOME_OK;
}

enum outcome audit_index_is_ahead(struct view *view, const struct audit *audit, bool *out_ahead)
{
    uint64_t sequence;

    TRY(indexed_upto(view, &sequence));
    *out_ahead = sequence > (audit_base(audit) | audit_size(audit));
    return OUTCOME_OK;
}

struct progress_made {
    bool all;
};

/* The leaf at that position, or the first of a later log: nothing else may be missing. */
static enum outcome leaf_at(struct change *change, uint64_t *position, struct bytes *out_leaf)
{
    uint8_t from[8];
    struct bytes key;

    write_u64(from, *position);
    TRY(store_read_outcome(
        store_next(&change->view, TABLE_LEAF, bytes_of(from, sizeof from), false, &key, out_leaf)));
    if (key.length != sizeof from)
        return OUTCOME_STORE_DAMAGED;
    if (read_u64(key.data) != *position &&
        read_u64(key.data) % (UINT64_C(1) << AUDIT_LOG_SHIFT) != 0)
        return OUTCOME_STORE_DAMAGED;
    *position = read_u64(key.data);
    return OUTCOME_OK;
}

static enum outcome apply_batch(struct change *change, struct audit *audit, void *context)
{
    struct progress_made *made = context;
    const uint64_t end = audit_base(audit) | audit_mark_size(audit), before = change->writes;
    uint64_t sequence;
    uint8_t key[8];

    TRY(indexed_upto(&change->view, &sequence));
    if (sequence > end) { /* of another log: store/ was put back, index/ was not */
        store_clear(change, TABLE_ENTRY);
        sequence = 0;
    }
    for (int i = 0; i < INDEX_BATCH && sequence < end && change->writes - before < INDEX_ROWS;
         i++, sequence++) {
        struct bytes leaf;
        TRY(leaf_at(change, &sequence, &leaf));
        TRY(add_leaf(change, sequence, leaf));
    }
    write_u64(key, sequence);
    store_put(change, TABLE_INDEX_META, bytes_of_text("indexed_upto"), bytes_of(key, sizeof key));
    made->all = sequence == end;
    return change->outcome;
}

enum outcome audit_index_catch_up(struct gateway *gateway)
{
    struct progress_made made = {false};

    while (!made.all)
        TRY(writer_run_essential(gateway->writer, apply_batch, &made));
    return OUTCOME_OK;
}

static uint64_t leaves_now(struct gateway *gateway)
{
    struct view view;
    uint64_t leaves;

    view_begin(gateway->store, &view);
    leaves = store_entries(&view, TABLE_LEAF);
    view_end(&view);
    return leaves;
}

enum outcome audit_index_keep_up(struct gateway *gateway, struct index_watch *watch)
{
    const uint64_t leaves = leaves_now(gateway);
    const bool quiet = leaves - watch->leaves < LOOK_LEAVES;
    struct progress_made made = {false};

    watch->leaves = leaves;
    if (leaves - watch->done < LOOK_LEAVES)
        return OUTCOME_OK;
    for (int i = 0; i < (quiet ? QUIET_BATCHES : BUSY_BATCHES) && !made.all; i++)
        TRY(writer_run(gateway->writer, apply_batch, &made));
    if (made.all)
        watch->done = leaves;
    return OUTCOME_OK;
}

enum outcome audit_index_next(struct view *view, enum audit_question question, const char *value,
                              uint64_t from, uint64_t *out_sequence)
{
    uint8_t bound[INDEX_KEY_BYTES];
    struct bytes key, nothing;

    TRY(entry_key(view->store, question, value, from, bound));
    TRY(store_next(view, TABLE_ENTRY, bytes_of(bound, sizeof bound), false, &key, &nothing));
    if (key.length != INDEX_KEY_BYTES ||
        !bytes_equal(bytes_of(key.data, STORE_HASH_BYTES), bytes_of(bound, STORE_HASH_BYTES)))
        return OUTCOME_NOT_FOUND;
    *out_sequence = read_u64(key.data + STORE_HASH_BYTES);
    return OUTCOME_OK;
}
