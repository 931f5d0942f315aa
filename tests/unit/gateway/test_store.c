/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "crypto/ready.h"
#include "crypto/record.h"
#include "gateway/store_damage.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_store.h"

static struct small_store small;

static struct bytes text(const char *value)
{
    return bytes_of_text(value);
}

static void put_one(enum table table, const char *key, const char *value)
{
    struct change *change = change_of(small.store);

    store_put(change, table, text(key), text(value));
    change_done(change);
}

static void seal_one(enum table table, const char *key, const char *value)
{
    struct change *change = change_of(small.store);

    store_put_sealed(change, table, text(key), text(value));
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

static struct buffer stored_now(enum table table, const char *key)
{
    struct view view;
    struct buffer stored;

    view_begin(small.store, &view);
    stored = stored_bytes(&view, table, text(key));
    view_end(&view);
    return stored;
}

/* --- opening --- */

static void the_folder_is_private_and_has_three_parts(void **state)
{
    static const char *const names[] = {"data", "data/store", "data/keys", "data/index"};
    struct stat info;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(stat(folder_path(&small.folder, names[i]), &info), 0);
        assert_int_equal(info.st_mode & 0777, 0700);
    }
    assert_true(store_free_bytes(small.store) > 0);
    store_close(NULL);
}

static void a_store_is_open_once(void **state)
{
    struct store *second = NULL;

    (void)state;
    assert_int_equal(
        store_open(folder_path(&small.folder, "data"), SMALL_MAP_BYTES, small_master, &second),
        OUTCOME_STORE_IN_USE);
    assert_null(second);
}

static void under_another_master_key_nothing_is_believed(void **state)
{
    uint8_t other[KEY_BYTES];

    (void)state;
    put_one(TABLE_META, "naam", "waarde");
    seal_one(TABLE_SENT, "post", "inhoud");
    memcpy(other, small_master, KEY_BYTES);
    other[31] ^= 1;
    store_close(small.store);
    small.store = NULL;
    assert_int_equal(
        store_open(folder_path(&small.folder, "data"), SMALL_MAP_BYTES, other, &small.store),
        OUTCOME_OK);
    assert_fails(TABLE_META, "naam", OUTCOME_STORE_DAMAGED);
    assert_fails(TABLE_SENT, "post", OUTCOME_STORE_DAMAGED);
    small_store_reopen(&small);
    assert_value(TABLE_META, "naam", "waarde");
    assert_value(TABLE_SENT, "post", "inhoud");
}

static enum outcome open_elsewhere(const char *name, struct store **out_store)
{
    return store_open(folder_path(&small.folder, name), SMALL_MAP_BYTES, small_master, out_store);
}

static void scarce_memory_at_opening_leaves_nothing_open(void **state)
{
    struct store *store = NULL;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, open_elsewhere("schaars", &store), store_close(store));
    assert_int_equal(outcome, OUTCOME_OK);
}

/* --- values --- */

static void a_value_is_there_in_the_change_in_a_view_and_after_a_restart(void **state)
{
    struct change *change = change_of(small.store);
    struct bytes value;

    (void)state;
    store_put(change, TABLE_META, text("open"), text("leesbaar"));
    store_put_sealed(change, TABLE_SENT, text("dicht"), text("verzegeld"));
    store_put(change, TABLE_META, text("leeg"), (struct bytes){0});
    store_put_sealed(change, TABLE_SENT, text("leeg"), (struct bytes){0});
    assert_int_equal(store_get(&change->view, TABLE_META, text("open"), &value), OUTCOME_OK);
    assert_true(bytes_equal(value, text("leesbaar")));
    assert_int_equal(store_get(&change->view, TABLE_SENT, text("dicht"), &value), OUTCOME_OK);
    assert_true(bytes_equal(value, text("verzegeld")));
    change_done(change);
    for (int restart = 0; restart < 2; restart++) {
        assert_value(TABLE_META, "open", "leesbaar");
        assert_value(TABLE_SENT, "dicht", "verzegeld");
        assert_value(TABLE_META, "leeg", "");
        assert_value(TABLE_SENT, "leeg", "");
        assert_fails(TABLE_META, "dicht", OUTCOME_NOT_FOUND);
        assert_fails(TABLE_DATA_KEY, "open", OUTCOME_NOT_FOUND);
        small_store_reopen(&small);
    }
}

static void an_aborted_change_leaves_no_trace(void **state)
{
    struct change *change = change_of(small.store);

    (void)state;
    store_put(change, TABLE_META, text("a"), text("1"));
    store_put_sealed(change, TABLE_SENT, text("b"), text("2"));
    change_dropped(change);
    assert_fails(TABLE_META, "a", OUTCOME_NOT_FOUND);
    assert_fails(TABLE_SENT, "b", OUTCOME_NOT_FOUND);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 0);
}

static void two_sealed_values_of_one_view_can_be_held_together(void **state)
{
    struct bytes first, second;
    struct view view;

    (void)state;
    seal_one(TABLE_SENT, "a", "een");
    seal_one(TABLE_SENT, "b", "twee");
    view_begin(small.store, &view);
    assert_int_equal(store_get(&view, TABLE_SENT, text("a"), &first), OUTCOME_OK);
    assert_int_equal(store_get(&view, TABLE_SENT, text("b"), &second), OUTCOME_OK);
    assert_true(bytes_equal(first, text("een")));
    assert_true(bytes_equal(second, text("twee")));
    view_end(&view);
}

static bool contains(struct bytes hay, const char *needle)
{
    return memmem(hay.data, hay.length, needle, strlen(needle)) != NULL;
}

static void a_sealed_value_cannot_be_read_in_the_files(void **state)
{
    static const char *const names[] = {"data/store/data.mdb", "data/keys/data.mdb",
                                        "data/index/data.mdb"};

    (void)state;
    put_one(TABLE_META, "naam", "dit staat er leesbaar");
    seal_one(TABLE_SENT, "post", "dit mag niemand zien");
    for (size_t i = 0; i < 3; i++) {
        OWNED_BUFFER file = file_bytes(folder_path(&small.folder, names[i]));
        assert_int_equal(contains(buffer_bytes(&file), "dit staat er leesbaar"), i == 0);
        assert_false(contains(buffer_bytes(&file), "dit mag niemand zien"));
    }
}

/* --- damage --- */

/* Every bit of the stored form, and every shorter form. */
static void assert_every_flip_is_seen(enum table damaged, struct bytes damaged_key, enum table read,
                                      struct bytes read_key)
{
    struct change *change = change_of(small.store);
    OWNED_BUFFER stored = stored_bytes(&change->view, damaged, damaged_key);
    struct bytes value;

    for (size_t bit = 0; bit < 8 * stored.length; bit++) {
        stored.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        put_stored_bytes(change, damaged, damaged_key, buffer_bytes(&stored));
        assert_int_equal(store_get(&change->view, read, read_key, &value), OUTCOME_STORE_DAMAGED);
        stored.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t length = 0; length < stored.length; length++) {
        put_stored_bytes(change, damaged, damaged_key, bytes_of(stored.data, length));
        assert_int_equal(store_get(&change->view, read, read_key, &value), OUTCOME_STORE_DAMAGED);
    }
    put_stored_bytes(change, damaged, damaged_key, buffer_bytes(&stored));
    assert_int_equal(store_get(&change->view, read, read_key, &value), OUTCOME_OK);
    buffer_add_byte(&stored, 0);
    put_stored_bytes(change, damaged, damaged_key, buffer_bytes(&stored));
    assert_int_equal(store_get(&change->view, read, read_key, &value), OUTCOME_STORE_DAMAGED);
    change_dropped(change);
}

static void a_flipped_bit_of_a_readable_record_is_seen(void **state)
{
    (void)state;
    put_one(TABLE_META, "naam", "een waarde van enige lengte");
    assert_every_flip_is_seen(TABLE_META, text("naam"), TABLE_META, text("naam"));
}

static void a_flipped_bit_of_a_sealed_record_is_seen(void **state)
{
    (void)state;
    seal_one(TABLE_SENT, "post", "een waarde van enige lengte");
    assert_every_flip_is_seen(TABLE_SENT, text("post"), TABLE_SENT, text("post"));
}

/* The only one there is. */
static struct buffer data_key_id(void)
{
    struct buffer id = {0};
    struct bytes key, value;
    struct view view;

    view_begin(small.store, &view);
    assert_int_equal(store_next(&view, TABLE_DATA_KEY, (struct bytes){0}, false, &key, &value),
                     OUTCOME_OK);
    buffer_add_bytes(&id, key);
    view_end(&view);
    return id;
}

static void a_flipped_bit_of_a_data_key_is_seen_at_its_record(void **state)
{
    OWNED_BUFFER id = {0};

    (void)state;
    seal_one(TABLE_SENT, "post", "waarde");
    id = data_key_id();
    assert_every_flip_is_seen(TABLE_DATA_KEY, buffer_bytes(&id), TABLE_SENT, text("post"));
}

static void where_damage_was_met_is_remembered(void **state)
{
    struct change *change;
    OWNED_BUFFER stored = {0}, id = {0};
    struct bytes value;

    (void)state;
    seal_one(TABLE_SENT, "post", "waarde");
    id = data_key_id();
    change = change_of(small.store);
    assert_int_equal(store_get(&change->view, TABLE_SENT, text("post"), &value), OUTCOME_OK);
    assert_null(store_damaged_table(small.store));
    stored = stored_bytes(&change->view, TABLE_DATA_KEY, buffer_bytes(&id));
    stored.data[stored.length - 1] ^= 1;
    put_stored_bytes(change, TABLE_DATA_KEY, buffer_bytes(&id), buffer_bytes(&stored));
    assert_int_equal(store_get(&change->view, TABLE_SENT, text("post"), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_string_equal(store_damaged_table(small.store), "SENT"); /* and not its key's */
    change_dropped(change);
}

static void assert_moved_is_seen(enum table from, enum table to, const char *key)
{
    struct change *change = change_of(small.store);
    OWNED_BUFFER stored = stored_bytes(&change->view, from, text("hier"));
    struct bytes value, found;

    put_stored_bytes(change, to, text(key), buffer_bytes(&stored));
    assert_int_equal(store_get(&change->view, to, text(key), &value), OUTCOME_STORE_DAMAGED);
    assert_int_equal(store_next(&change->view, to, text(key), false, &found, &value),
                     OUTCOME_STORE_DAMAGED);
    change_dropped(change);
}

static void a_record_moved_to_another_place_is_damaged(void **state)
{
    (void)state;
    put_one(TABLE_META, "hier", "waarde");
    seal_one(TABLE_SENT, "hier", "waarde");
    assert_moved_is_seen(TABLE_META, TABLE_META, "daar");
    assert_moved_is_seen(TABLE_META, TABLE_USER, "hier");
    assert_moved_is_seen(TABLE_SENT, TABLE_SENT, "daar");
    assert_moved_is_seen(TABLE_SENT, TABLE_INBOX, "hier");
}

static void a_sealed_record_without_its_key_is_damaged(void **state)
{
    struct change *change;
    OWNED_BUFFER id = {0};

    (void)state;
    seal_one(TABLE_SENT, "post", "waarde");
    id = data_key_id();
    change = change_of(small.store);
    store_delete(change, TABLE_DATA_KEY, buffer_bytes(&id));
    change_done(change);
    assert_fails(TABLE_SENT, "post", OUTCOME_STORE_DAMAGED);
}

/* --- data keys --- */

static void deleting_a_sealed_record_deletes_its_key(void **state)
{
    struct change *change;

    (void)state;
    seal_one(TABLE_SENT, "weg", "1");
    seal_one(TABLE_SENT, "blijft", "2");
    put_one(TABLE_META, "open", "3");
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 2);
    change = change_of(small.store);
    store_delete(change, TABLE_SENT, text("weg"));
    store_delete(change, TABLE_META, text("open"));
    store_delete(change, TABLE_META, text("nooit geweest"));
    change_done(change);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 1);
    assert_fails(TABLE_SENT, "weg", OUTCOME_NOT_FOUND);
    assert_fails(TABLE_META, "open", OUTCOME_NOT_FOUND);
    assert_value(TABLE_SENT, "blijft", "2");
}

static void writing_over_a_sealed_record_keeps_its_key_and_draws_a_new_nonce(void **state)
{
    OWNED_BUFFER first = {0}, second = {0};
    uint8_t ids[2][DATA_KEY_ID_BYTES];

    (void)state;
    seal_one(TABLE_SENT, "post", "waarde");
    first = stored_now(TABLE_SENT, "post");
    seal_one(TABLE_SENT, "post", "waarde");
    second = stored_now(TABLE_SENT, "post");
    assert_int_equal(record_data_key_id(buffer_bytes(&first), ids[0]), OUTCOME_OK);
    assert_int_equal(record_data_key_id(buffer_bytes(&second), ids[1]), OUTCOME_OK);
    assert_memory_equal(ids[0], ids[1], DATA_KEY_ID_BYTES);
    assert_false(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 1);
    assert_value(TABLE_SENT, "post", "waarde");
}

static void two_records_never_share_a_key(void **state)
{
    (void)state;
    seal_one(TABLE_SENT, "a", "1");
    seal_one(TABLE_INBOX, "a", "1");
    seal_one(TABLE_SENT, "b", "1");
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 3);
}

/* A key that LMDB refuses makes the commit of its part fail. */
static void break_part(struct change *change, unsigned part)
{
    uint8_t key[ENVIRONMENT_KEY_MAX_BYTES + 1] = {1};

    transaction_put(&change->view.parts[part], 0, bytes_of(key, sizeof key), (struct bytes){0});
    assert_int_not_equal(change->view.parts[part].outcome, OUTCOME_OK);
}

/* --- sequences, hashes, random bytes --- */

static void put_numbered(struct change *change, const char *prefix, uint64_t sequence)
{
    OWNED_BUFFER key = {0};

    buffer_add_text(&key, prefix);
    buffer_add_u64(&key, sequence);
    store_put(change, TABLE_INBOX_ORDER, buffer_bytes(&key), (struct bytes){0});
}

static void new_keys_stand_in_the_order_they_were_made(void **state)
{
    struct change *change = change_of(small.store);
    uint8_t keys[8][DATA_KEY_ID_BYTES];
    struct bytes key, value;
    size_t rows = rows_in(small.store, TABLE_DATA_KEY);

    (void)state;
    for (uint8_t i = 0; i < 8; i++) {
        struct bytes name = bytes_of(&i, 1);
        store_put_sealed(change, TABLE_SENT, name, text("waarde"));
        assert_int_equal(record_data_key_id(buffer_bytes(&change->sealed), keys[i]), OUTCOME_OK);
        assert_true(i == 0 || memcmp(keys[i - 1], keys[i], 8) < 0);
    }
    assert_int_equal(store_next(&change->view, TABLE_DATA_KEY, bytes_of(keys[0], sizeof keys[0]),
                                true, &key, &value),
                     OUTCOME_OK);
    assert_true(bytes_equal(key, bytes_of(keys[1], sizeof keys[1])));
    change_done(change);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), rows + 8);
}

static void a_sequence_goes_on_behind_the_last_row_of_its_prefix(void **state)
{
    struct change *change = change_of(small.store);

    (void)state;
    assert_int_equal(store_next_sequence(change, TABLE_INBOX_ORDER, text("")), 0);
    put_numbered(change, "", 0);
    assert_int_equal(store_next_sequence(change, TABLE_INBOX_ORDER, text("")), 1);
    put_numbered(change, "", 41);
    assert_int_equal(store_next_sequence(change, TABLE_INBOX_ORDER, text("")), 42);
    put_numbered(change, "een", 6);
    put_numbered(change, "twee", 300);
    assert_int_equal(store_next_sequence(change, TABLE_INBOX_ORDER, text("een")), 7);
    assert_int_equal(store_next_sequence(change, TABLE_INBOX_ORDER, text("twee")), 301);
    assert_int_equal(store_next_sequence(change, TABLE_INBOX_ORDER, text("drie")), 0);
    assert_int_equal(store_next_sequence(change, TABLE_SENT_ORDER, text("")), 0);
    assert_int_equal(change->outcome, OUTCOME_OK);
    change_dropped(change);
}

/* Zero would write over the first row. */
static void a_sequence_that_cannot_be_read_fails_the_change(void **state)
{
    struct change *change = change_of(small.store);

    (void)state;
    put_numbered(change, "", 0);
    break_part(change, PART_STORE);
    assert_int_equal(change->outcome, OUTCOME_OK);
    (void)store_next_sequence(change, TABLE_INBOX_ORDER, text(""));
    assert_int_equal(change->outcome, OUTCOME_STORE_FAILED);
    change_dropped(change);
}

static void a_keyed_hash_depends_on_label_value_and_store(void **state)
{
    uint8_t first[STORE_HASH_BYTES], again[STORE_HASH_BYTES], other[STORE_HASH_BYTES];
    struct store *elsewhere = NULL;
    uint8_t master[KEY_BYTES] = {7};

    (void)state;
    assert_int_equal(store_hash(small.store, "bron", text("waarde"), first), OUTCOME_OK);
    assert_int_equal(store_hash(small.store, "bron", text("waarde"), again), OUTCOME_OK);
    assert_memory_equal(first, again, STORE_HASH_BYTES);
    assert_int_equal(store_hash(small.store, "lid", text("waarde"), other), OUTCOME_OK);
    assert_memory_not_equal(first, other, STORE_HASH_BYTES);
    assert_int_equal(store_hash(small.store, "bronwaar", text("de"), other), OUTCOME_OK);
    assert_memory_not_equal(first, other, STORE_HASH_BYTES);
    assert_int_equal(
        store_open(folder_path(&small.folder, "elders"), SMALL_MAP_BYTES, master, &elsewhere),
        OUTCOME_OK);
    assert_int_equal(store_hash(elsewhere, "bron", text("waarde"), other), OUTCOME_OK);
    assert_memory_not_equal(first, other, STORE_HASH_BYTES);
    store_close(elsewhere);
}

static void random_bytes_of_a_change_never_come_twice(void **state)
{
    struct change *change = change_of(small.store);
    uint8_t drawn[400][32], large[5000];

    (void)state;
    change_random(change, large, sizeof large);
    for (size_t i = 0; i < 400; i++) {
        change_random(change, drawn[i], sizeof drawn[i]);
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(drawn[i], drawn[j], sizeof drawn[i]);
    }
    change_dropped(change);
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
        WITH_STORE(the_folder_is_private_and_has_three_parts),
        WITH_STORE(a_store_is_open_once),
        WITH_STORE(under_another_master_key_nothing_is_believed),
        WITH_STORE(scarce_memory_at_opening_leaves_nothing_open),
        WITH_STORE(a_value_is_there_in_the_change_in_a_view_and_after_a_restart),
        WITH_STORE(an_aborted_change_leaves_no_trace),
        WITH_STORE(two_sealed_values_of_one_view_can_be_held_together),
        WITH_STORE(a_sealed_value_cannot_be_read_in_the_files),
        WITH_STORE(a_flipped_bit_of_a_readable_record_is_seen),
        WITH_STORE(a_flipped_bit_of_a_sealed_record_is_seen),
        WITH_STORE(a_flipped_bit_of_a_data_key_is_seen_at_its_record),
        WITH_STORE(where_damage_was_met_is_remembered),
        WITH_STORE(a_record_moved_to_another_place_is_damaged),
        WITH_STORE(a_sealed_record_without_its_key_is_damaged),
        WITH_STORE(deleting_a_sealed_record_deletes_its_key),
        WITH_STORE(writing_over_a_sealed_record_keeps_its_key_and_draws_a_new_nonce),
        WITH_STORE(two_records_never_share_a_key),
        WITH_STORE(new_keys_stand_in_the_order_they_were_made),
        WITH_STORE(a_sequence_goes_on_behind_the_last_row_of_its_prefix),
        WITH_STORE(a_sequence_that_cannot_be_read_fails_the_change),
        WITH_STORE(a_keyed_hash_depends_on_label_value_and_store),
        WITH_STORE(random_bytes_of_a_change_never_come_twice),
    };

    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
