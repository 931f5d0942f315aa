/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * record.h - the form of a stored value, bound to its table and key so that a
 * record moved, swapped or changed on disk is noticed.
 *
 *   tagged   version | kind | tag 16 | value            readable, keyed BLAKE2b
 *   sealed   version | kind | key id 16 | nonce 24 | ciphertext and tag 16
 *            XChaCha20-Poly1305 under a data key of the record's own
 *
 * Tag and AAD cover LP(table) LP(key) version kind (and the tag the value). Erasing a sealed record
 * for good is erasing its data key, kept elsewhere and wrapped (data_key_wrap()). Randomness comes
 * from the caller, so that one draw serves many records. Does not hide the length, and does not
 * notice that a whole record was put back to an older value of the same place.
 */
#pragma once

#include "crypto/bytes.h"
#include "crypto/key_tree.h"

enum {
    RECORD_VERSION = 1,
    RECORD_PLACE_MAX_BYTES = 576, /* table 32, LMDB key 511, two lengths, room */
    RECORD_TAGGED_EXTRA_BYTES = 2 + 16,
    RECORD_SEALED_EXTRA_BYTES = 2 + 16 + 24 + 16,
    RECORD_NONCE_BYTES = 24,
    RECORD_RANDOM_BYTES = 32 + 16 + 24, /* data key, its id, nonce */
    RECORD_RANDOM_ID_AT = 32,           /* eight bytes of the id may be a rising number */
    DATA_KEY_ID_BYTES = 16,
    DATA_KEY_WRAPPED_BYTES = 1 + 32 + 16,
};

/* Where a record stands. */
struct record_place {
    const char *table;
    struct bytes key;
};

struct data_key {
    uint8_t id[DATA_KEY_ID_BYTES];
    uint8_t secret[KEY_BYTES];
};

/* Adds a tagged record to `out`. Fails with TOO_LARGE (the place) or OUT_OF_MEMORY. */
MUST_USE enum outcome record_tag(const uint8_t mac_key[static KEY_BYTES], struct record_place place,
                                 struct bytes value, struct buffer *out);
/* Lends the value within `stored`. Fails with STORE_DAMAGED. */
MUST_USE enum outcome record_check(const uint8_t mac_key[static KEY_BYTES],
                                   struct record_place place, struct bytes stored,
                                   struct bytes *out_value);

/* Adds a sealed record to `out`, under a new data key that the caller keeps (wrapped) and
 * wipes. `random` is used up. Fails with TOO_LARGE or OUT_OF_MEMORY. */
MUST_USE enum outcome record_seal(struct record_place place, struct bytes value,
                                  const uint8_t random[static RECORD_RANDOM_BYTES],
                                  struct data_key *out_data_key, struct buffer *out);
/* The same under the data key that the record already has. */
MUST_USE enum outcome record_seal_again(const struct data_key *data_key, struct record_place place,
                                        struct bytes value,
                                        const uint8_t nonce[static RECORD_NONCE_BYTES],
                                        struct buffer *out);
/* Does it look like either kind? For who has no key; says nothing of what is in it. */
bool record_has_form(struct bytes stored);
/* Under which data key a sealed record stands. Fails with STORE_DAMAGED. */
MUST_USE enum outcome record_data_key_id(struct bytes stored,
                                         uint8_t out_id[static DATA_KEY_ID_BYTES]);
/* Adds the value to `out`. Fails with STORE_DAMAGED (also for another data key) or
 * OUT_OF_MEMORY. */
MUST_USE enum outcome record_open(const struct data_key *data_key, struct record_place place,
                                  struct bytes stored, struct buffer *out_value);

/* version | ciphertext and tag, with the id as AAD. No id comes twice, and each is used for
 * one secret only, so it serves as the nonce. */
void data_key_wrap(const uint8_t wrapping_key[static KEY_BYTES], const struct data_key *data_key,
                   uint8_t out[static DATA_KEY_WRAPPED_BYTES]);
/* Fails with STORE_DAMAGED. */
MUST_USE enum outcome data_key_unwrap(const uint8_t wrapping_key[static KEY_BYTES],
                                      const uint8_t id[static DATA_KEY_ID_BYTES],
                                      struct bytes wrapped, struct data_key *out);
void data_key_wipe(struct data_key *data_key);
#define OWNED_DATA_KEY __attribute__((cleanup(data_key_wipe))) struct data_key
