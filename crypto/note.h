/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * note.h - C2SP signed note: a text, an empty line, signature lines
 *     — <key name> base64(4-byte key id || signature)
 *
 * Signs and verifies Ed25519 (type 0x01). Lines of other keys and kinds are
 * carried and ignored; a line that claims a known key must be right.
 * A note is read in place: struct note borrows from the bytes it was read from.
 */
#pragma once

#include "crypto/bytes.h"
#include "crypto/signing.h"

enum {
    NOTE_MAX_BYTES = 64 * 1024,
    NOTE_SIGNATURES_MAX = 32, /* C2SP: at least 16 */
    NOTE_NAME_BYTES = 255 + 1,
    NOTE_KEY_ED25519 = 0x01,
};

struct note_key {
    char name[NOTE_NAME_BYTES];
    uint32_t id; /* first four bytes of SHA-256(name || 0x0A || type || key) */
    uint8_t public_key[SIGNING_PUBLIC_BYTES];
};

struct note_signature {
    struct bytes name;
    uint32_t id;
    struct bytes base64; /* of id and signature */
};

struct note {
    struct bytes text; /* with its last newline: what is signed */
    size_t signature_count;
    struct note_signature signatures[NOTE_SIGNATURES_MAX];
};

/* A name has no space and no plus. Fails with MALFORMED. */
MUST_USE enum outcome note_key_make(const char *name,
                                    const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                                    struct note_key *out);
/* <name>+<8 hex>+<base64(0x01 || key)>. Fails with MALFORMED, also on another kind of key or
 * an id that does not belong to the key. */
MUST_USE enum outcome note_key_parse(const char *vkey, struct note_key *out);
void note_key_print(const struct note_key *key, struct buffer *out);

/* Adds the whole note: text, empty line, one signature line. `text` ends with a newline
 * and holds no other control character. Fails with MALFORMED, OUT_OF_MEMORY or RANDOM_FAILED. */
MUST_USE enum outcome note_sign(struct bytes text, const char *name, const struct signing_key *key,
                                struct buffer *out);
/* Fails with TOO_LARGE or MALFORMED. Verifies nothing. */
MUST_USE enum outcome note_parse(struct bytes bytes, struct note *out);
/* OK when a line of this key is there and every such line is right; SIGNATURE_WRONG when one
 * is not; KEY_UNKNOWN when the key did not sign. */
MUST_USE enum outcome note_verify(const struct note *note, const struct note_key *key);
