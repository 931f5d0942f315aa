/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * merkle.h - the tree of RFC 6962 over SHA-256, grown one leaf at a time.
 *
 * Order of use: merkle_leaf() on the stored bytes of an entry, merkle_append()
 * on the frontier, merkle_root() when a checkpoint is due. A frontier is the
 * right edge only, so a log of any size is carried in at most 2 KiB; the hashes
 * themselves are kept by the caller in rows as C2SP tlog-tiles wants them.
 */
#pragma once

#include "crypto/bytes.h"

enum {
    MERKLE_HASH_BYTES = 32,
    MERKLE_HEIGHT_MAX = 62,  /* a log ends at 2^62 - 1 leaves, so sizes never overflow */
    MERKLE_TILE_WIDTH = 256, /* hashes of a full tile */
    MERKLE_TILE_LEVELS_MAX = 7,
    MERKLE_FRONTIER_MAX_BYTES = 8 + MERKLE_HEIGHT_MAX * MERKLE_HASH_BYTES,
};

struct merkle_hash {
    uint8_t bytes[MERKLE_HASH_BYTES];
};

/* {0} is the empty tree. at[k] is the root of a full subtree of 2^k leaves when bit k of
 * `size` is set, and means nothing otherwise. */
struct merkle_frontier {
    uint64_t size;
    struct merkle_hash at[MERKLE_HEIGHT_MAX];
};

/* The rows above level 0 that one leaf completed: hash[i] belongs at tile level i + 1,
 * place size / 256^(i + 1) - 1. */
struct merkle_rows {
    size_t count;
    struct merkle_hash hash[MERKLE_TILE_LEVELS_MAX];
};

/* Hashing fails as crypto/sha256.h does (OUT_OF_MEMORY, RANDOM_FAILED), outputs left alone. */
MUST_USE enum outcome merkle_leaf(struct bytes entry, struct merkle_hash *out);
MUST_USE enum outcome merkle_node(const struct merkle_hash *left, const struct merkle_hash *right,
                                  struct merkle_hash *out);

/* Adds one leaf. Fails with STORE_FULL at 2^62 - 1 leaves, the frontier left alone. */
MUST_USE enum outcome merkle_append(struct merkle_frontier *frontier,
                                    const struct merkle_hash *leaf, struct merkle_rows *out_rows);
MUST_USE enum outcome merkle_root(const struct merkle_frontier *frontier, struct merkle_hash *out);
/* The same root from all leaf hashes, by the definition; for verifying. */
MUST_USE enum outcome merkle_root_of(const struct merkle_hash *leaves, size_t count,
                                     struct merkle_hash *out);
bool merkle_hash_equal(const struct merkle_hash *a, const struct merkle_hash *b);

/* u64be size, then the hashes of its set bits from low to high. */
void merkle_frontier_print(const struct merkle_frontier *frontier, struct buffer *out);
/* Fails with STORE_DAMAGED when length and size do not agree. */
MUST_USE enum outcome merkle_frontier_parse(struct bytes text, struct merkle_frontier *out);
