/* SPDX-License-Identifier: EUPL-1.2 */
/* The index over the log, beside reading every leaf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/audit_index.h"
#include "tests/support/small_gateway.h"

enum { HITS_MAX = 3000, READERS_MOST = 1000 };

static struct small_town town;
static struct small_gateway small;

/* Few of each, so that many leaves share them. */
static const char *const actors[] = {"P-1", "P-2", "P-10", "P-1042"};
static const char *const subjects[] = {"D-1", "D-2", "D-10", "D-1 D-2", "D-10 D-3 D-1"};
static const char *const single_subjects[] = {"D-1", "D-2", "D-10", "D-3"};
static const char *const partners[] = {SAMPLE_CORPORATION, SAMPLE_WIJKTEAM, SAMPLE_GGZ};
static const char *const rules[] = {"buurt/1@1.0", "buurt/1@2.0", "buurt/10@1.0", "buurt-1/1@1.0"};
static const char *const articles[] = {"buurt/1", "buurt/10", "buurt-1/1"};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

struct batch {
    struct dice *dice;
    size_t count;
};

static const char *one_of(struct dice *dice, const char *const *table, size_t count)
{
    return dice_number(dice, 4) == 0 ? NULL : table[dice_number(dice, count)];
}

static enum outcome write_batch(struct change *change, struct audit *audit, void *context)
{
    const struct batch *batch = context;
    struct dice dice = *batch->dice; /* a copy: a batch may be run again */

    for (size_t i = 0; i < batch->count; i++) {
        const struct audit_entry entry = {
            .event = (enum audit_event)dice_number(&dice, 6),
            .source = one_of(&dice, partners, COUNT(partners)),
            .destination = one_of(&dice, partners, COUNT(partners)),
            .rule = one_of(&dice, rules, COUNT(rules)),
            .committed = {[AUDIT_ACTOR] = one_of(&dice, actors, COUNT(actors)),
                          [AUDIT_SUBJECT] = one_of(&dice, subjects, COUNT(subjects))},
        };
        TRY(audit_record(audit, change, &entry));
    }
    return OUTCOME_OK;
}

static void write_leaves(struct dice *dice, size_t count)
{
    struct batch batch = {dice, count};

    small_gateway_write(&small, write_batch, &batch);
    (void)dice_number(dice, 2); /* on, for the next batch */
}

static void catch_up(void)
{
    assert_int_equal(audit_index_catch_up(&small.gateway), OUTCOME_OK);
}

/* --- reading every leaf --- */

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);

    while (words && *words) {
        size_t next = strcspn(words, " ");
        if (next == length && memcmp(words, word, length) == 0)
            return true;
        words += next;
        words += strspn(words, " ");
    }
    return false;
}

static bool opening_has(uint64_t sequence, const char *name, const char *value)
{
    OWNED_BUFFER text = opening_at(small.gateway.store, sequence);
    OWNED_JSON opening = NULL;

    if (text.length == 0)
        return false;
    assert_int_equal(json_read(buffer_bytes(&text), AUDIT_OPENING_MAX_BYTES, &opening), OUTCOME_OK);
    return has_word(json_string_value(json_object_get(json_object_get(opening, name), "waarde")),
                    value);
}

static bool leaf_is_hit(uint64_t sequence, enum audit_question question, const char *value)
{
    OWNED_JSON leaf = leaf_json(small.gateway.store, sequence);
    const char *rule = json_string_value(json_object_get(leaf, "rule"));

    switch (question) {
    case QUESTION_ACTOR:
        return opening_has(sequence, "actor", value);
    case QUESTION_SUBJECT:
        return opening_has(sequence, "subject", value);
    case QUESTION_PARTNER:
        return has_word(json_string_value(json_object_get(leaf, "src")), value) ||
               has_word(json_string_value(json_object_get(leaf, "dst")), value);
    case QUESTION_RULE:
        return rule && strncmp(rule, value, strlen(value)) == 0 && rule[strlen(value)] == '@';
    case QUESTION_EVENT:
        return has_word(json_string_value(json_object_get(leaf, "ev")), value);
    case QUESTION_COUNT:
        break;
    }
    return false;
}

static size_t hits_by_reading(enum audit_question question, const char *value, uint64_t from,
                              uint64_t *out)
{
    uint64_t size = audit_size(small.gateway.audit);
    size_t count = 0;

    for (uint64_t i = from; i < size; i++) {
        if (leaf_is_hit(i, question, value))
            out[count++] = i;
    }
    return count;
}

static size_t hits_by_index(enum audit_question question, const char *value, uint64_t from,
                            uint64_t *out)
{
    struct view view;
    size_t count = 0;

    view_begin(small.gateway.store, &view);
    while (audit_index_next(&view, question, value, from, &out[count]) == OUTCOME_OK)
        from = out[count++] + 1;
    view_end(&view);
    return count;
}

static void assert_question(enum audit_question question, const char *value, uint64_t from)
{
    static uint64_t read[HITS_MAX], indexed[HITS_MAX];
    size_t count = hits_by_reading(question, value, from, read);

    assert_int_equal(hits_by_index(question, value, from, indexed), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(indexed[i], read[i]);
}

static void assert_each(enum audit_question question, const char *const *values, size_t count,
                        uint64_t from)
{
    for (size_t i = 0; i < count; i++)
        assert_question(question, values[i], from);
}

static void assert_index_is_the_log(uint64_t from)
{
    assert_each(QUESTION_ACTOR, actors, COUNT(actors), from);
    assert_each(QUESTION_SUBJECT, single_subjects, COUNT(single_subjects), from);
    assert_each(QUESTION_PARTNER, partners, COUNT(partners), from);
    assert_each(QUESTION_RULE, articles, COUNT(articles), from);
    for (unsigned event = 0; event < 7; event++)
        assert_question(QUESTION_EVENT, audit_event_word(event), from);
}

static void drop_index(void)
{
    tree_remove(folder_path(&small.small.folder, "data/index"));
    small_gateway_restart(&small);
    assert_int_equal(rows_in(small.gateway.store, TABLE_ENTRY), 0);
}

/* --- facts --- */

static void an_empty_log_answers_nothing(void **state)
{
    (void)state;
    catch_up();
    assert_index_is_the_log(0);
    assert_int_equal(audit_size(small.gateway.audit), 0); /* looking up writes no leaf */
}

static void the_index_finds_what_reading_every_leaf_finds(void **state)
{
    struct dice dice = dice_throw_from(131);

    (void)state;
    for (int i = 0; i < 8; i++) {
        write_leaves(&dice, 1 + dice_number(&dice, 60));
        catch_up();
        assert_index_is_the_log(dice_number(&dice, audit_size(small.gateway.audit)));
    }
    assert_index_is_the_log(0);
}

static void what_was_written_since_is_found_after_catching_up(void **state)
{
    struct dice dice = dice_throw_from(132);
    uint64_t hits[HITS_MAX];
    size_t before;

    (void)state;
    write_leaves(&dice, 50);
    catch_up();
    before = hits_by_index(QUESTION_ACTOR, "P-1", 0, hits);
    write_leaves(&dice, 100);
    assert_int_equal(hits_by_index(QUESTION_ACTOR, "P-1", 0, hits), before);
    catch_up();
    assert_true(hits_by_index(QUESTION_ACTOR, "P-1", 0, hits) > before);
    assert_index_is_the_log(0);
}

static void a_long_log_is_caught_up_in_pieces(void **state)
{
    struct dice dice = dice_throw_from(133);
    struct writer_counts before;

    (void)state;
    write_leaves(&dice, 900);
    before = writer_counts(small.gateway.writer);
    catch_up();
    assert_in_range(writer_counts(small.gateway.writer).commits - before.commits, 2, 20);
    assert_int_equal(writer_counts(small.gateway.writer).leaves, before.leaves);
    assert_index_is_the_log(850);
}

enum { LONG_LEAVES = 32, LONG_SUBJECTS = 60, ROWS_IN_A_COMMIT = 256 };

static enum outcome write_long_leaves(struct change *change, struct audit *audit, void *context)
{
    char subjects_shown[LONG_SUBJECTS * 8] = "";
    const struct audit_entry entry = {.event = AUDIT_SEARCH,
                                      .committed = {[AUDIT_SUBJECT] = subjects_shown}};

    (void)context;
    for (size_t i = 0, at = 0; i < LONG_SUBJECTS; i++)
        at += (size_t)snprintf(subjects_shown + at, sizeof subjects_shown - at, " D-%zu", 100 + i);
    for (size_t i = 0; i < LONG_LEAVES; i++)
        TRY(audit_record(audit, change, &entry));
    return OUTCOME_OK;
}

/* Who looked at long lists leaves many rows a leaf: the people beside it wait for each commit, and
 * LMDB keeps the memory of the largest one. */
static void leaves_that_name_many_are_caught_up_in_small_commits(void **state)
{
    uint64_t before;

    (void)state;
    small_gateway_write(&small, write_long_leaves, NULL);
    before = writer_counts(small.gateway.writer).commits;
    catch_up();
    assert_true(writer_counts(small.gateway.writer).commits - before >=
                LONG_LEAVES * LONG_SUBJECTS / (ROWS_IN_A_COMMIT + LONG_SUBJECTS));
    assert_question(QUESTION_SUBJECT, "D-159", 0);
}

static void the_index_outlives_a_restart(void **state)
{
    struct dice dice = dice_throw_from(134);
    size_t rows;

    (void)state;
    write_leaves(&dice, 100);
    catch_up();
    rows = rows_in(small.gateway.store, TABLE_ENTRY);
    small_gateway_restart(&small);
    assert_int_equal(rows_in(small.gateway.store, TABLE_ENTRY), rows);
    write_leaves(&dice, 20);
    catch_up();
    assert_index_is_the_log(0);
}

static void a_dropped_index_is_built_again(void **state)
{
    struct dice dice = dice_throw_from(135);
    size_t rows;

    (void)state;
    write_leaves(&dice, 300);
    catch_up();
    rows = rows_in(small.gateway.store, TABLE_ENTRY);
    drop_index();
    catch_up();
    assert_int_equal(rows_in(small.gateway.store, TABLE_ENTRY), rows);
    assert_index_is_the_log(0);
}

static enum outcome put_ahead(struct change *change, struct audit *audit, void *context)
{
    uint8_t number[8];

    (void)context;
    write_u64(number, audit_mark_size(audit) + 1000);
    store_put(change, TABLE_INDEX_META, bytes_of_text("indexed_upto"),
              bytes_of(number, sizeof number));
    return change->outcome;
}

/* As when store/ was put back from an older copy and index/ was not. */
static void an_index_ahead_of_the_log_is_built_again(void **state)
{
    struct dice dice = dice_throw_from(138);
    size_t rows;

    (void)state;
    write_leaves(&dice, 50);
    catch_up();
    rows = rows_in(small.gateway.store, TABLE_ENTRY);
    small_gateway_write(&small, put_ahead, NULL);
    alarm(60); /* it would never end */
    catch_up();
    alarm(0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_ENTRY), rows);
    write_leaves(&dice, 20);
    catch_up();
    assert_index_is_the_log(0);
}

/* Takes every place for a reader of index/. */
static void take_readers(struct view *readers, size_t *out_count)
{
    enum outcome outcome = OUTCOME_NOT_FOUND;
    struct bytes value;

    for (*out_count = 0; outcome == OUTCOME_NOT_FOUND; ++*out_count) {
        assert_true(*out_count < READERS_MOST);
        view_begin(small.gateway.store, &readers[*out_count]);
        outcome = store_get(&readers[*out_count], TABLE_INDEX_META, bytes_of_text("none"), &value);
    }
    assert_int_equal(outcome, OUTCOME_BUSY);
}

/* That store/ was put back shows in an index that is ahead of it: what cannot be read now does not
 * say that it is not. */
static void an_index_that_cannot_be_read_is_not_behind(void **state)
{
    struct dice dice = dice_throw_from(139);
    static struct view readers[READERS_MOST];
    struct view view;
    size_t count;
    bool ahead;

    (void)state;
    write_leaves(&dice, 5);
    catch_up();
    take_readers(readers, &count);
    view_begin(small.gateway.store, &view);
    assert_int_equal(audit_index_is_ahead(&view, small.gateway.audit, &ahead), OUTCOME_BUSY);
    view_end(&view);
    while (count > 0)
        view_end(&readers[--count]);
    small_gateway_write(&small, put_ahead, NULL);
    view_begin(small.gateway.store, &view);
    assert_int_equal(audit_index_is_ahead(&view, small.gateway.audit, &ahead), OUTCOME_OK);
    assert_true(ahead);
    view_end(&view);
}

static void an_index_without_openings_names_nobody(void **state)
{
    struct dice dice = dice_throw_from(136);
    struct change *change;
    uint64_t hits[HITS_MAX], size;

    (void)state;
    write_leaves(&dice, 60);
    size = audit_size(small.gateway.audit);
    change = change_of(small.gateway.store);
    for (uint64_t i = 0; i < size; i++) {
        uint8_t key[8];
        write_u64(key, i);
        store_delete(change, TABLE_OPENING, bytes_of(key, sizeof key));
    }
    change_done(change);
    drop_index();
    catch_up();
    assert_int_equal(hits_by_index(QUESTION_ACTOR, "P-1", 0, hits), 0);
    assert_int_equal(hits_by_index(QUESTION_SUBJECT, "D-1", 0, hits), 0);
    assert_true(hits_by_index(QUESTION_PARTNER, SAMPLE_GGZ, 0, hits) > 0);
    assert_index_is_the_log(0);
}

/* What stands in index/ is keyed: whoever reads the file learns nobody's number. */
static void no_value_stands_readable_in_the_index(void **state)
{
    struct dice dice = dice_throw_from(137);
    OWNED_BUFFER file = {0};

    (void)state;
    write_leaves(&dice, 60);
    catch_up();
    file = file_bytes(folder_path(&small.small.folder, "data/index/data.mdb"));
    assert_null(memmem(file.data, file.length, "P-1042", 6));
    assert_null(memmem(file.data, file.length, SAMPLE_GGZ, OIN_LENGTH));
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    return 0;
}

static void keep_up(struct index_watch *watch)
{
    assert_int_equal(audit_index_keep_up(&small.gateway, watch), OUTCOME_OK);
}

static void a_quiet_log_is_indexed_in_passing_and_a_busy_one_a_batch_at_a_time(void **state)
{
    struct dice dice = dice_throw_from(135);
    struct index_watch watch = {0};
    size_t entries;

    (void)state;
    write_leaves(&dice, 200);
    keep_up(&watch); /* less than a batch: the question itself will read it */
    assert_int_equal(rows_in(small.gateway.store, TABLE_ENTRY), 0);

    for (int i = 0; i < 4; i++)
        write_leaves(&dice, 200);
    keep_up(&watch); /* grew by 800 since: one batch */
    entries = rows_in(small.gateway.store, TABLE_ENTRY);
    assert_int_not_equal(entries, 0);
    assert_true(watch.done < watch.leaves);

    keep_up(&watch); /* quiet since: all of it */
    assert_true(rows_in(small.gateway.store, TABLE_ENTRY) > entries);
    assert_int_equal(watch.done, watch.leaves);
    entries = rows_in(small.gateway.store, TABLE_ENTRY);
    catch_up();
    assert_int_equal(rows_in(small.gateway.store, TABLE_ENTRY), entries);
    keep_up(&watch);
    assert_int_equal(rows_in(small.gateway.store, TABLE_ENTRY), entries);
}

static int make_town(void **state)
{
    (void)state;
    small_town_make(&town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(an_empty_log_answers_nothing),
        WITH_GATEWAY(the_index_finds_what_reading_every_leaf_finds),
        WITH_GATEWAY(what_was_written_since_is_found_after_catching_up),
        WITH_GATEWAY(a_long_log_is_caught_up_in_pieces),
        WITH_GATEWAY(leaves_that_name_many_are_caught_up_in_small_commits),
        WITH_GATEWAY(a_quiet_log_is_indexed_in_passing_and_a_busy_one_a_batch_at_a_time),
        WITH_GATEWAY(the_index_outlives_a_restart),
        WITH_GATEWAY(a_dropped_index_is_built_again),
        WITH_GATEWAY(an_index_ahead_of_the_log_is_built_again),
        WITH_GATEWAY(an_index_that_cannot_be_read_is_not_behind),
        WITH_GATEWAY(an_index_without_openings_names_nobody),
        WITH_GATEWAY(no_value_stands_readable_in_the_index),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
