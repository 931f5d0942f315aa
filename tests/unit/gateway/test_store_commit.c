/* SPDX-License-Identifier: EUPL-1.2 */
/* What a failure or a crash leaves of a change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/ready.h"
#include "crypto/record.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_store.h"

static struct small_store small;

static struct bytes text(const char *value)
{
    return bytes_of_text(value);
}

static void seal_one(enum table table, const char *key, const char *value)
{
    struct change *change = change_of(small.store);

    store_put_sealed(change, table, text(key), text(value));
    change_done(change);
}

static void delete_one(enum table table, const char *key)
{
    struct change *change = change_of(small.store);

    store_delete(change, table, text(key));
    change_done(change);
}

static void assert_value(enum table table, const char *key, const char *value)
{
    OWNED_BUFFER found = {0};

    assert_int_equal(value_in(small.store, table, text(key), &found), OUTCOME_OK);
    assert_true(bytes_equal(buffer_bytes(&found), text(value)));
}

static void assert_fails(enum table table, const char *key, enum outcome outcome)
{
    OWNED_BUFFER found = {0};

    assert_int_equal(value_in(small.store, table, text(key), &found), outcome);
}

static void a_crash_after_the_keys_leaves_an_orphan_that_is_swept(void **state)
{
    struct change *change;
    size_t removed = 99;

    (void)state;
    seal_one(TABLE_SENT, "blijft", "1");
    change = change_of(small.store);
    store_put_sealed(change, TABLE_SENT, text("verloren"), text("2"));
    assert_int_equal(transaction_commit(&change->view.parts[PART_KEYS]), OUTCOME_OK);
    change_dropped(change);
    small_store_reopen(&small);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 2);
    assert_int_equal(store_sweep(small.store, &removed), OUTCOME_OK);
    assert_int_equal(removed, 1);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 1);
    assert_value(TABLE_SENT, "blijft", "1");
    assert_int_equal(store_sweep(small.store, &removed), OUTCOME_OK);
    assert_int_equal(removed, 0);
}

/* Makes an orphan beside what is there, then has `spoil` do its damage. */
static void assert_damage_stops_the_sweep(void (*spoil)(struct change *change))
{
    struct change *change;
    size_t removed = 99, keys;

    seal_one(TABLE_SENT, "post", "waarde");
    change = change_of(small.store);
    store_put(change, TABLE_META, text("open"), text("waarde"));
    change_done(change);
    change = change_of(small.store);
    store_put_sealed(change, TABLE_SENT, text("verloren"), text("2"));
    assert_int_equal(transaction_commit(&change->view.parts[PART_KEYS]), OUTCOME_OK);
    change_dropped(change);
    change = change_of(small.store);
    spoil(change);
    change_done(change);
    keys = rows_in(small.store, TABLE_DATA_KEY);
    assert_int_equal(store_sweep(small.store, &removed), OUTCOME_STORE_DAMAGED);
    assert_int_equal(removed, 0);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), keys);
}

static void flip_stored(struct change *change, enum table table, const char *key, size_t byte,
                        uint8_t bit)
{
    OWNED_BUFFER stored = stored_bytes(&change->view, table, text(key));

    assert_true(byte < stored.length);
    stored.data[byte] ^= bit;
    put_stored_bytes(change, table, text(key), buffer_bytes(&stored));
}

static void flip_key_id(struct change *change)
{
    flip_stored(change, TABLE_SENT, "post", 2, 0x10);
}

static void flip_form(struct change *change)
{
    OWNED_BUFFER plain = stored_bytes(&change->view, TABLE_META, text("open"));
    OWNED_BUFFER sealed = stored_bytes(&change->view, TABLE_SENT, text("post"));

    assert_int_not_equal(plain.data[1], sealed.data[1]);
    flip_stored(change, TABLE_SENT, "post", 1, plain.data[1] ^ sealed.data[1]);
}

static void flip_plain(struct change *change)
{
    flip_stored(change, TABLE_META, "open", 2, 0x01);
}

static void remove_a_key(struct change *change)
{
    OWNED_BUFFER stored = stored_bytes(&change->view, TABLE_SENT, text("post"));
    uint8_t id[DATA_KEY_ID_BYTES];

    assert_int_equal(record_data_key_id(buffer_bytes(&stored), id), OUTCOME_OK);
    store_delete(change, TABLE_DATA_KEY, bytes_of(id, sizeof id));
}

/* The key of a damaged record looks like an orphan; without it nothing could be saved. */
static void while_a_record_is_damaged_no_key_is_swept(void **state)
{
    (void)state;
    assert_damage_stops_the_sweep(flip_key_id);
}

static void while_a_sealed_record_looks_plain_no_key_is_swept(void **state)
{
    (void)state;
    assert_damage_stops_the_sweep(flip_form);
}

static void while_a_plain_record_is_damaged_no_key_is_swept(void **state)
{
    (void)state;
    assert_damage_stops_the_sweep(flip_plain);
}

static void while_a_record_has_no_key_no_key_is_swept(void **state)
{
    (void)state;
    assert_damage_stops_the_sweep(remove_a_key);
}

/* A deletion is an effect like any other: without the commit of store/ it did not happen. */
static void a_crash_after_the_keys_loses_no_record_that_was_to_be_deleted(void **state)
{
    struct change *change;
    size_t removed;

    (void)state;
    seal_one(TABLE_QUEUE, "wacht", "moet nog weg");
    change = change_of(small.store);
    store_delete(change, TABLE_QUEUE, text("wacht"));
    store_put_sealed(change, TABLE_MESSAGE, text("bericht"), text("onderweg"));
    assert_int_equal(transaction_commit(&change->view.parts[PART_KEYS]), OUTCOME_OK);
    change_dropped(change);
    small_store_reopen(&small);
    assert_int_equal(store_sweep(small.store, &removed), OUTCOME_OK);
    assert_int_equal(removed, 1);
    assert_value(TABLE_QUEUE, "wacht", "moet nog weg");
    assert_fails(TABLE_MESSAGE, "bericht", OUTCOME_NOT_FOUND);
}

static void a_record_made_and_deleted_in_one_change_leaves_no_key(void **state)
{
    struct change *change = change_of(small.store);

    (void)state;
    store_put_sealed(change, TABLE_SENT, text("kort"), text("1"));
    store_delete(change, TABLE_SENT, text("kort"));
    store_put_sealed(change, TABLE_SENT, text("weer"), text("1"));
    store_delete(change, TABLE_SENT, text("weer"));
    store_put_sealed(change, TABLE_SENT, text("weer"), text("2"));
    change_done(change);
    assert_int_equal(rows_in(small.store, TABLE_SENT), 1);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 1);
    assert_value(TABLE_SENT, "weer", "2");
}

/* A key that LMDB refuses makes the commit of its part fail. */
static void break_part(struct change *change, unsigned part)
{
    uint8_t key[ENVIRONMENT_KEY_MAX_BYTES + 1] = {1};

    transaction_put(&change->view.parts[part], 0, bytes_of(key, sizeof key), (struct bytes){0});
    assert_int_not_equal(change->view.parts[part].outcome, OUTCOME_OK);
}

static void when_the_store_fails_only_a_key_is_left(void **state)
{
    struct change *change = change_of(small.store);
    size_t removed;

    (void)state;
    store_put_sealed(change, TABLE_SENT, text("post"), text("1"));
    break_part(change, PART_STORE);
    assert_int_equal(change_tried(change), OUTCOME_STORE_FAILED);
    assert_fails(TABLE_SENT, "post", OUTCOME_NOT_FOUND);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 1);
    assert_int_equal(store_sweep(small.store, &removed), OUTCOME_OK);
    assert_int_equal(removed, 1);
}

static void when_the_keys_fail_nothing_is_stored(void **state)
{
    struct change *change = change_of(small.store);

    (void)state;
    store_put(change, TABLE_META, text("open"), text("0"));
    store_put_sealed(change, TABLE_SENT, text("post"), text("1"));
    break_part(change, PART_KEYS);
    assert_int_equal(change_tried(change), OUTCOME_STORE_FAILED);
    assert_fails(TABLE_META, "open", OUTCOME_NOT_FOUND);
    assert_fails(TABLE_SENT, "post", OUTCOME_NOT_FOUND);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 0);
}

static void the_first_failure_of_a_change_sticks(void **state)
{
    struct change *change = change_of(small.store);

    (void)state;
    store_put(change, TABLE_META, text("voor"), text("1"));
    store_put(change, TABLE_META, (struct bytes){0}, text("sleutel ontbreekt"));
    assert_int_equal(change->outcome, OUTCOME_STORE_FAILED);
    store_put(change, TABLE_META, text("na"), text("1"));
    store_put_sealed(change, TABLE_SENT, text("na"), text("1"));
    store_delete(change, TABLE_META, text("voor"));
    store_clear(change, TABLE_ENTRY);
    assert_int_equal(change_tried(change), OUTCOME_STORE_FAILED);
    assert_fails(TABLE_META, "voor", OUTCOME_NOT_FOUND);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 0);
}

static void a_full_store_leaves_no_trace_of_the_change(void **state)
{
    struct change *change = change_of(small.store);
    uint8_t *large = calloc(1, SMALL_MAP_BYTES / 4);

    (void)state;
    assert_non_null(large);
    for (char key[] = "a"; key[0] < 'h'; key[0]++)
        store_put_sealed(change, TABLE_SENT, text(key), bytes_of(large, SMALL_MAP_BYTES / 4));
    assert_int_equal(change->outcome, OUTCOME_STORE_FULL);
    assert_int_equal(change_tried(change), OUTCOME_STORE_FULL);
    free(large);
    assert_int_equal(rows_in(small.store, TABLE_SENT), 0);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 0);
    seal_one(TABLE_SENT, "klein", "past wel");
    assert_value(TABLE_SENT, "klein", "past wel");
}

/* --- found full only when it commits: LMDB writes down then which pages are free --- */

enum { LARGE_BYTES = 100000, PIECES_MOST = 600, REFUSED_MOST = 20 };

/* Pieces of every size, so that some fit but for that. */
static struct bytes of_any_size(unsigned number)
{
    static const uint8_t large[LARGE_BYTES];

    return bytes_of(large, (size_t)number * 4099 % sizeof large);
}

static struct bytes key_of(const unsigned *number)
{
    return bytes_of(number, sizeof *number);
}

static unsigned standing(void)
{
    OWNED_BUFFER found = {0};
    unsigned number;

    assert_int_equal(value_in(small.store, TABLE_META, text("stand"), &found), OUTCOME_OK);
    assert_int_equal(found.length, sizeof number);
    memcpy(&number, found.data, sizeof number);
    return number;
}

/* What is refused is told to its sender: it may not be there all the same. */
static void an_index_that_is_found_full_leaves_nothing_in_the_store(void **state)
{
    unsigned last = 0, refused = 0, refused_late = 0;

    (void)state;
    for (unsigned number = 1; number < PIECES_MOST; number++) {
        struct change *change = change_of(small.store);
        bool fits;
        store_put_sealed(change, TABLE_SENT, text("gaat mee"), text("1"));
        store_put(change, TABLE_META, text("stand"), key_of(&number));
        store_put(change, TABLE_ENTRY, key_of(&number),
                  refused < REFUSED_MOST && number % 5 ? of_any_size(number) : text("klein"));
        fits = change->outcome == OUTCOME_OK;
        if (change_tried(change) == OUTCOME_OK) {
            last = number;
            continue;
        }
        refused++;
        refused_late += fits;
        assert_int_equal(standing(), last);
    }
    assert_true(refused_late > 0);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 1);
}

/* Keys later than every record, of more than one change, are what a store/ looks like that was put
 * back: the gateway would not start any more. */
static void a_store_that_is_found_full_leaves_no_keys_that_keep_it_from_starting(void **state)
{
    const struct timespec a_moment = {0, 2 * 1000000};
    unsigned refused = 0, refused_late = 0, kept = 0;
    size_t removed = 99;

    (void)state;
    for (unsigned number = 1; number < PIECES_MOST; number++) {
        struct change *change = change_of(small.store);
        bool fits;
        store_put_sealed(change, TABLE_SENT, key_of(&number), of_any_size(number));
        fits = change->outcome == OUTCOME_OK;
        if (change_tried(change) == OUTCOME_OK) {
            kept++;
            continue;
        }
        refused++;
        refused_late += fits;
        nanosleep(&a_moment, NULL);
    }
    assert_true(refused_late > 1);
    assert_int_equal(rows_in(small.store, TABLE_SENT), kept);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), kept);
    small_store_reopen(&small);
    assert_int_equal(store_sweep_after_crash(small.store, &removed), OUTCOME_OK);
    assert_int_equal(removed, 0);
}

static enum outcome write_some(void)
{
    struct change *change = change_of(small.store);

    store_put(change, TABLE_META, text("open"), text("1"));
    store_put_sealed(change, TABLE_SENT, text("post"), text("een wat langere waarde"));
    store_put_sealed(change, TABLE_SENT, text("post"), text("en nog een"));
    return change_tried(change);
}

static void scarce_memory_in_a_change_leaves_no_trace(void **state)
{
    enum outcome outcome;
    int lasts = 1; /* the change itself */

    (void)state;
    do {
        memory_lasts_for(lasts++);
        outcome = write_some();
        memory_lasts_for(-1);
        if (outcome != OUTCOME_OK) {
            assert_int_equal(outcome, OUTCOME_OUT_OF_MEMORY);
            assert_int_equal(rows_in(small.store, TABLE_META), 0);
            assert_int_equal(rows_in(small.store, TABLE_SENT), 0);
            assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 0);
        }
    } while (outcome != OUTCOME_OK);
    assert_true(lasts > 2);
    assert_value(TABLE_SENT, "post", "en nog een");
}

/* --- beside a reader --- */

/* The reader's moment in store/ is before the deletion, that in keys/ after it. */
static void what_is_deleted_under_a_reader_is_gone_and_not_damaged(void **state)
{
    struct bytes value;
    struct view view;

    (void)state;
    seal_one(TABLE_SENT, "gaat", "1");
    view_begin(small.store, &view);
    assert_true(store_has(&view, TABLE_SENT, text("gaat")));
    delete_one(TABLE_SENT, "gaat");
    assert_true(store_has(&view, TABLE_SENT, text("gaat")));
    assert_int_equal(store_get(&view, TABLE_SENT, text("gaat"), &value), OUTCOME_NOT_FOUND);
    view_end(&view);
}

static void a_row_that_goes_under_a_reader_hides_none_behind_it(void **state)
{
    struct bytes key, value;
    struct view view;

    (void)state;
    seal_one(TABLE_QUEUE, "a", "1");
    seal_one(TABLE_QUEUE, "b", "2");
    view_begin(small.store, &view);
    assert_true(store_has(&view, TABLE_QUEUE, text("a")));
    delete_one(TABLE_QUEUE, "a");
    seal_one(TABLE_QUEUE, "a", "een ander");
    assert_int_equal(store_next(&view, TABLE_QUEUE, text(""), false, &key, &value), OUTCOME_OK);
    assert_true(bytes_equal(key, text("b")));
    assert_true(bytes_equal(value, text("2")));
    assert_int_equal(store_before(&view, TABLE_QUEUE, text("c"), &key, &value), OUTCOME_OK);
    assert_int_equal(store_before(&view, TABLE_QUEUE, text("b"), &key, &value), OUTCOME_NOT_FOUND);
    view_end(&view);
}

static void a_reader_keeps_its_moment(void **state)
{
    struct bytes value;
    struct view view;

    (void)state;
    seal_one(TABLE_SENT, "a", "1");
    view_begin(small.store, &view);
    assert_int_equal(store_get(&view, TABLE_SENT, text("a"), &value), OUTCOME_OK);
    seal_one(TABLE_SENT, "a", "2");
    seal_one(TABLE_SENT, "b", "2");
    assert_int_equal(store_get(&view, TABLE_SENT, text("a"), &value), OUTCOME_OK);
    assert_true(bytes_equal(value, text("1")));
    assert_int_equal(store_get(&view, TABLE_SENT, text("b"), &value), OUTCOME_NOT_FOUND);
    view_end(&view);
    assert_value(TABLE_SENT, "a", "2");
}

static int make_store(void **state)
{
    (void)state;
    small_store_make(&small);
    return 0;
}

static int end_store(void **state)
{
    (void)state;
    small_store_end(&small);
    return 0;
}

#define WITH_STORE(fact) cmocka_unit_test_setup_teardown(fact, make_store, end_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_crash_after_the_keys_leaves_an_orphan_that_is_swept),
        WITH_STORE(while_a_record_is_damaged_no_key_is_swept),
        WITH_STORE(while_a_sealed_record_looks_plain_no_key_is_swept),
        WITH_STORE(while_a_plain_record_is_damaged_no_key_is_swept),
        WITH_STORE(while_a_record_has_no_key_no_key_is_swept),
        WITH_STORE(a_crash_after_the_keys_loses_no_record_that_was_to_be_deleted),
        WITH_STORE(a_record_made_and_deleted_in_one_change_leaves_no_key),
        WITH_STORE(when_the_store_fails_only_a_key_is_left),
        WITH_STORE(when_the_keys_fail_nothing_is_stored),
        WITH_STORE(the_first_failure_of_a_change_sticks),
        WITH_STORE(a_full_store_leaves_no_trace_of_the_change),
        WITH_STORE(an_index_that_is_found_full_leaves_nothing_in_the_store),
        WITH_STORE(a_store_that_is_found_full_leaves_no_keys_that_keep_it_from_starting),
        WITH_STORE(scarce_memory_in_a_change_leaves_no_trace),
        WITH_STORE(what_is_deleted_under_a_reader_is_gone_and_not_damaged),
        WITH_STORE(a_row_that_goes_under_a_reader_hides_none_behind_it),
        WITH_STORE(a_reader_keeps_its_moment),
    };

    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
