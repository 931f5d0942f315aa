/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "crypto/merkle.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/vectors.h"

static struct merkle_hash hash_at(const json_t *vector, const char *name)
{
    OWNED_BUFFER bytes = vector_hex(vector, name);
    struct merkle_hash hash;

    assert_int_equal(bytes.length, MERKLE_HASH_BYTES);
    memcpy(hash.bytes, bytes.data, sizeof hash.bytes);
    return hash;
}

static void assert_hash(const struct merkle_hash *got, const json_t *vector, const char *name)
{
    struct merkle_hash expected = hash_at(vector, name);

    assert_memory_equal(got->bytes, expected.bytes, sizeof expected.bytes);
    assert_true(merkle_hash_equal(got, &expected));
    expected.bytes[31] ^= 1;
    assert_false(merkle_hash_equal(got, &expected));
}

static void draw_hashes(struct merkle_hash *out, size_t count)
{
    struct dice dice = dice_throw_from(6962);

    for (size_t i = 0; i < count; i++)
        dice_bytes(&dice, out[i].bytes, sizeof out[i].bytes);
}

/* --- published --- */

static void a_leaf_hashes_as_published(const json_t *vector)
{
    OWNED_BUFFER entry = vector_hex(vector, "entry");
    struct merkle_hash hash;

    assert_int_equal(merkle_leaf(buffer_bytes(&entry), &hash), OUTCOME_OK);
    assert_hash(&hash, vector, "hash");
}

static void the_leaves_hash_as_published(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("merkle-leaves", a_leaf_hashes_as_published), 9);
}

static void a_node_hashes_as_published(const json_t *vector)
{
    struct merkle_hash left = hash_at(vector, "left"), right = hash_at(vector, "right"), hash;

    assert_int_equal(merkle_node(&left, &right, &hash), OUTCOME_OK);
    assert_hash(&hash, vector, "hash");
    assert_int_equal(merkle_node(&left, &right, &right), OUTCOME_OK); /* in place */
    assert_hash(&right, vector, "hash");
}

static void the_nodes_hash_as_published(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("merkle-nodes", a_node_hashes_as_published), 7);
}

/* The leaves of the published trees. */
static size_t leaf_count;
static struct merkle_hash leaves[8];

static void keep_leaf(const json_t *vector)
{
    if (leaf_count < 8)
        leaves[leaf_count++] = hash_at(vector, "hash");
}

static void grow(struct merkle_frontier *frontier, const struct merkle_hash *hashes, size_t count)
{
    struct merkle_rows rows;

    *frontier = (struct merkle_frontier){0};
    for (size_t i = 0; i < count; i++)
        assert_int_equal(merkle_append(frontier, &hashes[i], &rows), OUTCOME_OK);
    assert_int_equal(frontier->size, count);
}

static void a_root_is_as_published(const json_t *vector)
{
    size_t size = (size_t)json_integer_value(json_object_get(vector, "size"));
    struct merkle_frontier frontier;
    struct merkle_hash root;

    grow(&frontier, leaves, size);
    assert_int_equal(merkle_root(&frontier, &root), OUTCOME_OK);
    assert_hash(&root, vector, "root");
    assert_int_equal(merkle_root_of(leaves, size, &root), OUTCOME_OK);
    assert_hash(&root, vector, "root");
}

static void the_roots_are_as_published(void **state)
{
    (void)state;
    leaf_count = 0;
    (void)vectors_each("merkle-leaves", keep_leaf);
    assert_int_equal(leaf_count, 8);
    assert_int_equal(vectors_each("merkle-roots", a_root_is_as_published), 9);
}

/* --- across tiles --- */

enum { TILED_SIZE = 70000 };

static struct tiled {
    struct merkle_hash leaves[TILED_SIZE];
    struct merkle_hash level1[TILED_SIZE / 256], level2[TILED_SIZE / 65536];
    size_t count1, count2;
    struct merkle_frontier frontier;
} tiled;

static void keep_rows(const struct merkle_rows *rows, uint64_t size)
{
    assert_int_equal(rows->count, size % 65536 == 0 ? 2 : size % 256 == 0 ? 1 : 0);
    if (rows->count > 0)
        tiled.level1[tiled.count1++] = rows->hash[0];
    if (rows->count > 1)
        tiled.level2[tiled.count2++] = rows->hash[1];
}

static void append_leaf(size_t i)
{
    struct merkle_rows rows;
    char text[32];

    snprintf(text, sizeof text, "leaf-%zu", i);
    assert_int_equal(merkle_leaf(bytes_of_text(text), &tiled.leaves[i]), OUTCOME_OK);
    assert_int_equal(merkle_append(&tiled.frontier, &tiled.leaves[i], &rows), OUTCOME_OK);
    keep_rows(&rows, i + 1);
}

static void a_tiled_root_is_as_checked_elsewhere(const json_t *vector)
{
    size_t size = (size_t)json_integer_value(json_object_get(vector, "size"));
    struct merkle_hash root;

    while (tiled.frontier.size < size)
        append_leaf((size_t)tiled.frontier.size);
    assert_int_equal(merkle_root(&tiled.frontier, &root), OUTCOME_OK);
    assert_hash(&root, vector, "root");
    assert_int_equal(merkle_root_of(tiled.leaves, size, &root), OUTCOME_OK);
    assert_hash(&root, vector, "root");
}

static void rows_above_are_the_roots_of_full_tiles(void)
{
    struct merkle_hash root;

    for (size_t i = 0; i < tiled.count1; i++) {
        assert_int_equal(merkle_root_of(tiled.leaves + 256 * i, 256, &root), OUTCOME_OK);
        assert_true(merkle_hash_equal(&root, &tiled.level1[i]));
    }
    assert_int_equal(merkle_root_of(tiled.level1, 256, &root), OUTCOME_OK);
    assert_true(merkle_hash_equal(&root, &tiled.level2[0]));
}

static void seventy_thousand_leaves_fill_273_tiles_and_one_above(void **state)
{
    (void)state;
    memset(&tiled, 0, sizeof tiled);
    assert_int_equal(vectors_each("merkle-tiles", a_tiled_root_is_as_checked_elsewhere), 7);
    assert_int_equal(tiled.count1, 273);
    assert_int_equal(tiled.count2, 1);
    rows_above_are_the_roots_of_full_tiles();
}

/* --- properties --- */

static void the_frontier_agrees_with_the_definition_for_every_size(void **state)
{
    enum { MOST = 600 };
    struct merkle_hash hashes[MOST], one, other;
    struct merkle_frontier frontier = {0};
    struct merkle_rows rows;

    (void)state;
    draw_hashes(hashes, sizeof hashes / sizeof *hashes);
    for (size_t size = 1; size <= MOST; size++) {
        assert_int_equal(merkle_append(&frontier, &hashes[size - 1], &rows), OUTCOME_OK);
        assert_int_equal(merkle_root(&frontier, &one), OUTCOME_OK);
        assert_int_equal(merkle_root_of(hashes, size, &other), OUTCOME_OK);
        assert_true(merkle_hash_equal(&one, &other));
    }
}

static void one_changed_or_swapped_leaf_changes_the_root(void **state)
{
    struct merkle_hash hashes[37], root, other;

    (void)state;
    draw_hashes(hashes, sizeof hashes / sizeof *hashes);
    assert_int_equal(merkle_root_of(hashes, 37, &root), OUTCOME_OK);
    for (size_t i = 0; i < 37; i++) {
        struct merkle_hash kept = hashes[i];
        hashes[i].bytes[i % 32] ^= 0x10;
        assert_int_equal(merkle_root_of(hashes, 37, &other), OUTCOME_OK);
        assert_false(merkle_hash_equal(&root, &other));
        hashes[i] = hashes[(i + 1) % 37];
        assert_int_equal(merkle_root_of(hashes, 37, &other), OUTCOME_OK);
        assert_false(merkle_hash_equal(&root, &other));
        hashes[i] = kept;
    }
}

static void a_leaf_never_passes_for_a_node(void **state)
{
    uint8_t entry[64] = {0};
    struct merkle_hash zero = {0}, leaf, node;

    (void)state;
    assert_int_equal(merkle_leaf(bytes_of(entry, sizeof entry), &leaf), OUTCOME_OK);
    assert_int_equal(merkle_node(&zero, &zero, &node), OUTCOME_OK);
    assert_false(merkle_hash_equal(&leaf, &node));
}

/* --- the frontier on disk --- */

static void a_frontier_comes_back_at_every_size(void **state)
{
    struct merkle_hash hashes[130];
    struct merkle_frontier frontier, again;
    struct merkle_hash one, other;

    (void)state;
    draw_hashes(hashes, sizeof hashes / sizeof *hashes);
    for (size_t size = 0; size <= 130; size++) {
        OWNED_BUFFER stored = {0};
        grow(&frontier, hashes, size);
        merkle_frontier_print(&frontier, &stored);
        assert_true(stored.length <= MERKLE_FRONTIER_MAX_BYTES);
        assert_int_equal(merkle_frontier_parse(buffer_bytes(&stored), &again), OUTCOME_OK);
        assert_int_equal(again.size, size);
        assert_int_equal(merkle_root(&frontier, &one), OUTCOME_OK);
        assert_int_equal(merkle_root(&again, &other), OUTCOME_OK);
        assert_true(merkle_hash_equal(&one, &other));
    }
}

static void a_frontier_of_another_length_is_damaged(void **state)
{
    struct merkle_hash hashes[5] = {0};
    struct merkle_frontier frontier, out = {.size = 77};
    OWNED_BUFFER stored = {0};

    (void)state;
    grow(&frontier, hashes, 5);
    merkle_frontier_print(&frontier, &stored);
    assert_int_equal(stored.length, 8 + 2 * 32);
    for (size_t length = 0; length < stored.length; length++)
        assert_int_equal(merkle_frontier_parse(bytes_of(stored.data, length), &out),
                         OUTCOME_STORE_DAMAGED);
    buffer_add_byte(&stored, 0);
    assert_int_equal(merkle_frontier_parse(buffer_bytes(&stored), &out), OUTCOME_STORE_DAMAGED);
    stored.length = 8;
    stored.data[0] = 0x40; /* 2^62 leaves */
    assert_int_equal(merkle_frontier_parse(buffer_bytes(&stored), &out), OUTCOME_STORE_DAMAGED);
    assert_int_equal(out.size, 77);
}

static void the_last_leaf_of_all_is_refused(void **state)
{
    struct merkle_frontier frontier = {.size = (UINT64_C(1) << 62) - 2};
    struct merkle_hash leaf = {{1}}, root;
    struct merkle_rows rows;

    (void)state;
    assert_int_equal(merkle_append(&frontier, &leaf, &rows), OUTCOME_OK);
    assert_int_equal(merkle_root(&frontier, &root), OUTCOME_OK);
    assert_int_equal(merkle_append(&frontier, &leaf, &rows), OUTCOME_STORE_FULL);
    assert_int_equal(frontier.size, (UINT64_C(1) << 62) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_leaves_hash_as_published),
        cmocka_unit_test(the_nodes_hash_as_published),
        cmocka_unit_test(the_roots_are_as_published),
        cmocka_unit_test(seventy_thousand_leaves_fill_273_tiles_and_one_above),
        cmocka_unit_test(the_frontier_agrees_with_the_definition_for_every_size),
        cmocka_unit_test(one_changed_or_swapped_leaf_changes_the_root),
        cmocka_unit_test(a_leaf_never_passes_for_a_node),
        cmocka_unit_test(a_frontier_comes_back_at_every_size),
        cmocka_unit_test(a_frontier_of_another_length_is_damaged),
        cmocka_unit_test(the_last_leaf_of_all_is_refused),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
