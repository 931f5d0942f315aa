/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * checkpoint.h - C2SP tlog-checkpoint: origin, size and root of a log, as a
 * signed note (note.h).
 *
 * Order of use: checkpoint_sign() inside the commit; checkpoint_verify() by
 * whoever reads one. Says nothing about whether the tree really has that root:
 * recompute it (merkle.h).
 */
#pragma once

#include "crypto/merkle.h"
#include "crypto/note.h"

enum { CHECKPOINT_MAX_BYTES = NOTE_MAX_BYTES };

struct checkpoint {
    char origin[NOTE_NAME_BYTES];
    uint64_t size;
    struct merkle_hash root;
};

/* The note text: three lines, no extension lines. */
void checkpoint_print(const struct checkpoint *checkpoint, struct buffer *out);
/* Adds the signed note; the key's name is the origin. Fails with MALFORMED (the origin),
 * OUT_OF_MEMORY or RANDOM_FAILED. */
MUST_USE enum outcome checkpoint_sign(const struct checkpoint *checkpoint,
                                      const struct signing_key *key, struct buffer *out);
/* From a note's text; extension lines are allowed and ignored. Fails with MALFORMED. */
MUST_USE enum outcome checkpoint_parse(struct bytes text, struct checkpoint *out);
/* Parses the note, verifies it under `key`, parses the text and compares its origin.
 * Fails as note_parse() and note_verify(), and with MALFORMED. */
MUST_USE enum outcome checkpoint_verify(struct bytes note, const struct note_key *key,
                                        const char *origin, struct checkpoint *out);
