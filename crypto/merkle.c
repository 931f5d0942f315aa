/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/merkle.h"

#include <string.h>

#include "crypto/sha256.h"

_Static_assert((int)MERKLE_HASH_BYTES == (int)SHA256_BYTES, "the tree is over SHA-256");

/* RFC 6962 2.1: one byte in front keeps a leaf from passing for a node. */
static const uint8_t leaf_prefix = 0x00, node_prefix = 0x01;

enum { TILE_HEIGHT = 8 }; /* 2^8 hashes to a tile */

enum outcome merkle_leaf(struct bytes entry, struct merkle_hash *out)
{
    const struct bytes parts[] = {bytes_of(&leaf_prefix, 1), entry};

    return sha256_parts(parts, 2, out->bytes);
}

enum outcome merkle_node(const struct merkle_hash *left, const struct merkle_hash *right,
                         struct merkle_hash *out)
{
    uint8_t joined[1 + 2 * MERKLE_HASH_BYTES];

    joined[0] = node_prefix;
    memcpy(joined + 1, left->bytes, MERKLE_HASH_BYTES);
    memcpy(joined + 1 + MERKLE_HASH_BYTES, right->bytes, MERKLE_HASH_BYTES);
    return sha256(bytes_of(joined, sizeof joined), out->bytes);
}

/* Adding a leaf is adding one to a binary number: each carry joins two full subtrees. */
enum outcome merkle_append(struct merkle_frontier *frontier, const struct merkle_hash *leaf,
                           struct merkle_rows *out_rows)
{
    struct merkle_rows rows = {0};
    struct merkle_hash hash = *leaf;
    size_t height = 0;

    if (frontier->size == (UINT64_C(1) << MERKLE_HEIGHT_MAX) - 1)
        return OUTCOME_STORE_FULL;
    for (; frontier->size >> height & 1; height++) {
        TRY(merkle_node(&frontier->at[height], &hash, &hash));
        if ((height + 1) % TILE_HEIGHT == 0)
            rows.hash[rows.count++] = hash;
    }
    frontier->at[height] = hash;
    frontier->size++;
    *out_rows = rows;
    return OUTCOME_OK;
}

enum outcome merkle_root(const struct merkle_frontier *frontier, struct merkle_hash *out)
{
    struct merkle_hash root;
    bool begun = false;

    if (frontier->size == 0)
        return sha256(bytes_of(NULL, 0), out->bytes);
    for (size_t height = 0; height < MERKLE_HEIGHT_MAX; height++) {
        if (!(frontier->size >> height & 1))
            continue;
        if (begun)
            TRY(merkle_node(&frontier->at[height], &root, &root));
        else
            root = frontier->at[height];
        begun = true;
    }
    *out = root;
    return OUTCOME_OK;
}

/* The largest power of two smaller than `count` (RFC 6962 2.1), for count > 1. */
static size_t split_of(size_t count)
{
    size_t split = 1;

    while (split < count - split)
        split *= 2;
    return split;
}

enum outcome merkle_root_of(const struct merkle_hash *leaves, size_t count, struct merkle_hash *out)
{
    struct merkle_hash left, right;
    size_t split;

    if (count == 0)
        return sha256(bytes_of(NULL, 0), out->bytes);
    if (count == 1) {
        *out = leaves[0];
        return OUTCOME_OK;
    }
    split = split_of(count);
    TRY(merkle_root_of(leaves, split, &left));
    TRY(merkle_root_of(leaves + split, count - split, &right));
    return merkle_node(&left, &right, out);
}

bool merkle_hash_equal(const struct merkle_hash *a, const struct merkle_hash *b)
{
    return memcmp(a->bytes, b->bytes, MERKLE_HASH_BYTES) == 0;
}

void merkle_frontier_print(const struct merkle_frontier *frontier, struct buffer *out)
{
    buffer_add_u64(out, frontier->size);
    for (size_t height = 0; height < MERKLE_HEIGHT_MAX; height++)
        if (frontier->size >> height & 1)
            buffer_add(out, frontier->at[height].bytes, MERKLE_HASH_BYTES);
}

enum outcome merkle_frontier_parse(struct bytes text, struct merkle_frontier *out)
{
    struct merkle_frontier frontier = {0};
    const uint8_t *at = text.data + 8;

    if (text.length < 8)
        return OUTCOME_STORE_DAMAGED;
    frontier.size = read_u64(text.data);
    if (frontier.size >> MERKLE_HEIGHT_MAX != 0 ||
        text.length != 8 + (size_t)__builtin_popcountll(frontier.size) * (size_t)MERKLE_HASH_BYTES)
        return OUTCOME_STORE_DAMAGED;
    for (size_t height = 0; height < MERKLE_HEIGHT_MAX; height++) {
        if (!(frontier.size >> height & 1))
            continue;
        memcpy(frontier.at[height].bytes, at, MERKLE_HASH_BYTES);
        at += MERKLE_HASH_BYTES;
    }
    *out = frontier;
    return OUTCOME_OK;
}
