/* SPDX-License-Identifier: EUPL-1.2 */
/* The tree over the leaves, computed again by the definition; what opening must refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/checkpoint.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/small_log.h"

static struct small_log log_;

/* --- RFC 6962, section 2.1, word for word --- */

static struct merkle_hash hashed(uint8_t prefix, struct bytes left, struct bytes right)
{
    const struct bytes parts[] = {bytes_of(&prefix, 1), left, right};
    struct merkle_hash hash;

    assert_int_equal(sha256_parts(parts, 3, hash.bytes), OUTCOME_OK);
    return hash;
}

static struct bytes hash_bytes(const struct merkle_hash *hash)
{
    return bytes_of(hash->bytes, sizeof hash->bytes);
}

static struct merkle_hash tree_hash(const struct merkle_hash *leaves, size_t count)
{
    struct merkle_hash left, right;
    size_t k = 1;

    if (count == 1)
        return leaves[0];
    while (2 * k < count)
        k *= 2;
    left = tree_hash(leaves, k);
    right = tree_hash(leaves + k, count - k);
    return hashed(1, hash_bytes(&left), hash_bytes(&right));
}

static struct merkle_hash *leaf_hashes(size_t count)
{
    struct merkle_hash *hashes = calloc(count, sizeof *hashes);

    assert_non_null(hashes);
    for (size_t i = 0; i < count; i++) {
        OWNED_BUFFER leaf = leaf_at(log_.small.store, i);
        hashes[i] = hashed(0, buffer_bytes(&leaf), (struct bytes){0});
    }
    return hashes;
}

static struct checkpoint newest_checkpoint(void)
{
    struct checkpoint checkpoint;
    struct bytes note;
    struct view view;

    view_begin(log_.small.store, &view);
    assert_int_equal(audit_checkpoint(&view, &note), OUTCOME_OK);
    assert_int_equal(checkpoint_verify(note, audit_note_key(log_.audit), SMALL_ORIGIN, &checkpoint),
                     OUTCOME_OK);
    view_end(&view);
    return checkpoint;
}

static void assert_log_is_sound(size_t count)
{
    struct merkle_hash *hashes = leaf_hashes(count), root = tree_hash(hashes, count);
    struct checkpoint checkpoint = newest_checkpoint();

    assert_int_equal(audit_size(log_.audit), count);
    assert_int_equal(rows_in(log_.small.store, TABLE_LEAF), count);
    assert_int_equal(checkpoint.size, count);
    assert_memory_equal(checkpoint.root.bytes, root.bytes, sizeof root.bytes);
    for (size_t i = 0; i < count; i++) {
        OWNED_JSON leaf = leaf_json(log_.small.store, i);
        assert_int_equal(json_integer_value(json_object_get(leaf, "seq")), i);
    }
    free(hashes);
}

static void stored_hash(unsigned level, uint64_t index, struct buffer *out)
{
    uint8_t key[9] = {(uint8_t)level};

    write_u64(key + 1, index);
    assert_int_equal(value_in(log_.small.store, TABLE_HASH, bytes_of(key, sizeof key), out),
                     OUTCOME_OK);
    assert_int_equal(out->length, MERKLE_HASH_BYTES);
}

static void the_checkpoint_of_every_size_is_the_root_by_definition(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 40; size++) {
        small_log_fill(&log_, 1);
        assert_log_is_sound(size);
    }
}

static void three_hundred_leaves_cross_the_edge_of_a_tile(void **state)
{
    static const size_t batches[] = {1, 200, 54, 1, 1, 43};
    struct merkle_hash *hashes, tile;
    OWNED_BUFFER row = {0};
    size_t size = 0;

    (void)state;
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        small_log_fill(&log_, batches[i]);
        size += batches[i];
        assert_log_is_sound(size);
        assert_int_equal(rows_in(log_.small.store, TABLE_HASH), size + (size >= 256));
        assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    }
    assert_int_equal(size, 300);
    hashes = leaf_hashes(256);
    tile = tree_hash(hashes, 256);
    stored_hash(1, 0, &row);
    assert_memory_equal(row.data, tile.bytes, sizeof tile.bytes);
    free(hashes);
}

static void a_log_grown_at_random_with_restarts_and_undone_batches_is_sound(void **state)
{
    struct dice dice = dice_throw_from(61);
    size_t size = 0;

    (void)state;
    while (size < 700) {
        size_t batch = 1 + dice_number(&dice, 60);
        if (dice_number(&dice, 4) == 0) { /* as when a piece of the batch failed */
            struct change *change = change_of(log_.small.store);
            const struct audit_entry entry = {.event = AUDIT_GAP};
            audit_mark(log_.audit);
            for (size_t i = 0; i < batch; i++)
                assert_int_equal(audit_record(log_.audit, change, &entry), OUTCOME_OK);
            audit_undo(log_.audit);
            change_dropped(change);
            assert_int_equal(audit_size(log_.audit), size);
        }
        small_log_fill(&log_, batch);
        size += batch;
        if (dice_number(&dice, 3) == 0)
            assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    }
    assert_log_is_sound(size);
}

static void a_batch_without_leaves_signs_nothing(void **state)
{
    struct change *change = change_of(log_.small.store);

    (void)state;
    audit_mark(log_.audit);
    assert_int_equal(audit_seal(log_.audit, change), OUTCOME_OK);
    change_done(change);
    assert_int_equal(rows_in(log_.small.store, TABLE_META), 0);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    assert_int_equal(audit_size(log_.audit), 0);
}

static void an_erased_opening_leaves_leaf_tree_and_proofs(void **state)
{
    struct change *change;
    uint8_t key[8];

    (void)state;
    small_log_fill(&log_, 10);
    assert_int_equal(rows_in(log_.small.store, TABLE_DATA_KEY), 10);
    change = change_of(log_.small.store);
    for (uint64_t i = 0; i < 10; i += 2) {
        write_u64(key, i);
        store_delete(change, TABLE_OPENING, bytes_of(key, sizeof key));
    }
    change_done(change);
    assert_int_equal(rows_in(log_.small.store, TABLE_DATA_KEY), 5);
    assert_log_is_sound(10);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    small_log_fill(&log_, 3);
    assert_log_is_sound(13);
}

static void a_leaf_is_told_its_hash(void **state)
{
    struct change *change = change_of(log_.small.store);
    const struct audit_entry entry = {.event = AUDIT_RECV};
    OWNED_AUDIT_LEAF leaf = {0};
    struct merkle_hash told, *hashes;

    (void)state;
    audit_mark(log_.audit);
    assert_int_equal(audit_prepare(&entry, &leaf), OUTCOME_OK);
    assert_int_equal(audit_append(log_.audit, change, &leaf, &told), OUTCOME_OK);
    assert_int_equal(audit_append(log_.audit, change, &leaf, NULL), OUTCOME_OK);
    assert_int_equal(audit_size(log_.audit), 2);
    assert_int_equal(audit_mark_size(log_.audit), 0);
    assert_int_equal(audit_seal(log_.audit, change), OUTCOME_OK);
    change_done(change);
    hashes = leaf_hashes(2);
    assert_memory_equal(told.bytes, hashes[0].bytes, sizeof told.bytes);
    free(hashes);
}

/* --- what opening refuses, though every tag is right --- */

enum { SIZE = 21 };

static struct buffer value_of(enum table table, struct bytes key)
{
    struct buffer value = {0};

    assert_int_equal(value_in(log_.small.store, table, key, &value), OUTCOME_OK);
    return value;
}

static void put(enum table table, struct bytes key, struct bytes value)
{
    struct change *change = change_of(log_.small.store);

    store_put(change, table, key, value);
    change_done(change);
}

static void assert_damaged_until_restored(enum table table, struct bytes key, struct bytes wrong)
{
    OWNED_BUFFER right = value_of(table, key);

    put(table, key, wrong);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_STORE_DAMAGED);
    assert_null(log_.audit);
    put(table, key, buffer_bytes(&right));
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
}

static void assert_missed(enum table table, struct bytes key)
{
    OWNED_BUFFER right = value_of(table, key);
    struct change *change = change_of(log_.small.store);

    store_delete(change, table, key);
    change_done(change);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_STORE_DAMAGED);
    put(table, key, buffer_bytes(&right));
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
}

/* One bit here and there; every bit would take a minute. */
static void assert_flips_are_refused(enum table table, struct bytes key)
{
    OWNED_BUFFER value = value_of(table, key);

    for (size_t at = 0; at < value.length; at += 1 + value.length / 23) {
        value.data[at] ^= 0x04;
        assert_damaged_until_restored(table, key, buffer_bytes(&value));
        value.data[at] ^= 0x04;
    }
    assert_damaged_until_restored(table, key, bytes_of(value.data, value.length - 1));
    assert_damaged_until_restored(table, key, (struct bytes){0});
    assert_missed(table, key);
}

static struct bytes sequence_key(uint64_t sequence)
{
    static uint8_t key[8];

    write_u64(key, sequence);
    return bytes_of(key, sizeof key);
}

static void a_changed_or_missing_leaf_is_refused(void **state)
{
    (void)state;
    small_log_fill(&log_, SIZE);
    assert_flips_are_refused(TABLE_LEAF, sequence_key(0));
    assert_flips_are_refused(TABLE_LEAF, sequence_key(SIZE - 1));
}

static void a_changed_or_missing_hash_is_refused(void **state)
{
    uint8_t key[9] = {0};

    (void)state;
    small_log_fill(&log_, SIZE);
    for (uint64_t i = 0; i < SIZE; i += 5) {
        write_u64(key + 1, i);
        assert_flips_are_refused(TABLE_HASH, bytes_of(key, sizeof key));
    }
}

static void a_changed_tile_row_is_refused(void **state)
{
    uint8_t key[9] = {1};

    (void)state;
    small_log_fill(&log_, 260);
    assert_flips_are_refused(TABLE_HASH, bytes_of(key, sizeof key));
}

static void a_changed_or_missing_checkpoint_is_refused(void **state)
{
    (void)state;
    small_log_fill(&log_, SIZE);
    assert_flips_are_refused(TABLE_META, bytes_of_text("log.checkpoint"));
}

static void a_changed_or_missing_frontier_is_refused(void **state)
{
    (void)state;
    small_log_fill(&log_, SIZE);
    assert_flips_are_refused(TABLE_META, bytes_of_text("log.frontier"));
}

static void a_missing_time_is_refused(void **state)
{
    (void)state;
    small_log_fill(&log_, SIZE);
    assert_missed(TABLE_META, bytes_of_text("log.time"));
    assert_damaged_until_restored(TABLE_META, bytes_of_text("log.time"), bytes_of_text("kort"));
}

static void a_checkpoint_and_frontier_put_back_are_refused(void **state)
{
    OWNED_BUFFER checkpoint = {0}, frontier = {0};

    (void)state;
    small_log_fill(&log_, SIZE);
    checkpoint = value_of(TABLE_META, bytes_of_text("log.checkpoint"));
    frontier = value_of(TABLE_META, bytes_of_text("log.frontier"));
    small_log_fill(&log_, 1);
    put(TABLE_META, bytes_of_text("log.checkpoint"), buffer_bytes(&checkpoint));
    assert_int_equal(small_log_reopen(&log_), OUTCOME_STORE_DAMAGED);
    put(TABLE_META, bytes_of_text("log.frontier"), buffer_bytes(&frontier));
    assert_int_equal(small_log_reopen(&log_), OUTCOME_STORE_DAMAGED); /* the leaf behind the end */
}

static void a_leaf_behind_the_end_is_refused(void **state)
{
    (void)state;
    small_log_fill(&log_, SIZE);
    put(TABLE_LEAF, sequence_key(SIZE), bytes_of_text("{\"v\":1}"));
    assert_int_equal(small_log_reopen(&log_), OUTCOME_STORE_DAMAGED);
}

static void leaves_without_a_log_are_refused(void **state)
{
    struct change *change;

    (void)state;
    small_log_fill(&log_, 3);
    change = change_of(log_.small.store);
    store_delete(change, TABLE_META, bytes_of_text("log.frontier"));
    store_delete(change, TABLE_META, bytes_of_text("log.checkpoint"));
    store_delete(change, TABLE_META, bytes_of_text("log.time"));
    change_done(change);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_STORE_DAMAGED);
}

static void a_log_of_another_key_or_origin_is_refused(void **state)
{
    struct signing_key other;
    struct audit *audit = NULL;

    (void)state;
    small_log_fill(&log_, SIZE);
    assert_int_equal(signing_key_new(&other), OUTCOME_OK);
    assert_int_equal(audit_open(log_.small.store, SMALL_ORIGIN, &other, &audit),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(
        audit_open(log_.small.store, "wijkpoort/00000099000000020000/log1", &log_.key, &audit),
        OUTCOME_STORE_DAMAGED);
    assert_int_equal(audit_open(log_.small.store, "met een spatie", &log_.key, &audit),
                     OUTCOME_MALFORMED);
    assert_null(audit);
    signing_key_wipe(&other);
}

static int make_log(void **state)
{
    (void)state;
    small_log_make(&log_);
    return 0;
}

static int end_log(void **state)
{
    (void)state;
    small_log_end(&log_);
    return 0;
}

#define WITH_LOG(fact) cmocka_unit_test_setup_teardown(fact, make_log, end_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(the_checkpoint_of_every_size_is_the_root_by_definition),
        WITH_LOG(three_hundred_leaves_cross_the_edge_of_a_tile),
        WITH_LOG(a_log_grown_at_random_with_restarts_and_undone_batches_is_sound),
        WITH_LOG(a_batch_without_leaves_signs_nothing),
        WITH_LOG(an_erased_opening_leaves_leaf_tree_and_proofs),
        WITH_LOG(a_leaf_is_told_its_hash),
        WITH_LOG(a_changed_or_missing_leaf_is_refused),
        WITH_LOG(a_changed_or_missing_hash_is_refused),
        WITH_LOG(a_changed_tile_row_is_refused),
        WITH_LOG(a_changed_or_missing_checkpoint_is_refused),
        WITH_LOG(a_changed_or_missing_frontier_is_refused),
        WITH_LOG(a_missing_time_is_refused),
        WITH_LOG(a_checkpoint_and_frontier_put_back_are_refused),
        WITH_LOG(a_leaf_behind_the_end_is_refused),
        WITH_LOG(leaves_without_a_log_are_refused),
        WITH_LOG(a_log_of_another_key_or_origin_is_refused),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
