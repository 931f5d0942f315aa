/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/record.h"

#include <sodium.h>
#include <string.h>

#include "crypto/lp.h"

/* Layouts, as offsets. */
enum {
    VERSION_AT = 0,
    KIND_AT = 1,
    TAG_AT = 2,
    TAG_BYTES = 16,
    ID_AT = 2,
    NONCE_AT = ID_AT + DATA_KEY_ID_BYTES,
    SEAL_AT = NONCE_AT + RECORD_NONCE_BYTES,
};
enum { KIND_TAGGED = 1, KIND_SEALED = 2 };
enum { SEAL_TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES };

_Static_assert(RECORD_TAGGED_EXTRA_BYTES == TAG_AT + TAG_BYTES, "as record.h draws it");
_Static_assert(RECORD_SEALED_EXTRA_BYTES == SEAL_AT + SEAL_TAG_BYTES, "as record.h draws it");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == RECORD_NONCE_BYTES, "nonce");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == KEY_BYTES, "key");
_Static_assert(DATA_KEY_WRAPPED_BYTES == 1 + KEY_BYTES + SEAL_TAG_BYTES, "wrapped key");

/* What binds a record to where it stands: LP(table) LP(key) version kind. */
static enum outcome encode_place(struct record_place place, uint8_t kind,
                                 uint8_t storage[static RECORD_PLACE_MAX_BYTES],
                                 struct bytes *out_bytes)
{
    const uint8_t form[] = {RECORD_VERSION, kind};
    struct lp lp = lp_begin(storage, RECORD_PLACE_MAX_BYTES);

    lp_add_text(&lp, place.table);
    lp_add(&lp, place.key);
    lp_add_raw(&lp, bytes_of(form, sizeof form));
    return lp_bytes(&lp, out_bytes);
}

/* --- tagged --- */

static void compute_tag(const uint8_t mac_key[static KEY_BYTES], struct bytes place,
                        struct bytes value, uint8_t out[static TAG_BYTES])
{
    crypto_generichash_state state;

    /* These fail only for lengths they do not know. */
    (void)crypto_generichash_init(&state, mac_key, KEY_BYTES, TAG_BYTES);
    (void)crypto_generichash_update(&state, place.data, place.length);
    (void)crypto_generichash_update(&state, value.data, value.length);
    (void)crypto_generichash_final(&state, out, TAG_BYTES);
    sodium_memzero(&state, sizeof state);
}

enum outcome record_tag(const uint8_t mac_key[static KEY_BYTES], struct record_place place,
                        struct bytes value, struct buffer *out)
{
    uint8_t storage[RECORD_PLACE_MAX_BYTES], *room;
    struct bytes placed;

    TRY(encode_place(place, KIND_TAGGED, storage, &placed));
    if (value.length > SIZE_MAX / 8)
        return OUTCOME_TOO_LARGE;
    room = buffer_room(out, RECORD_TAGGED_EXTRA_BYTES + value.length);
    if (!room)
        return OUTCOME_OUT_OF_MEMORY;
    room[VERSION_AT] = RECORD_VERSION;
    room[KIND_AT] = KIND_TAGGED;
    compute_tag(mac_key, placed, value, room + TAG_AT);
    if (value.length)
        memcpy(room + RECORD_TAGGED_EXTRA_BYTES, value.data, value.length);
    return OUTCOME_OK;
}

enum outcome record_check(const uint8_t mac_key[static KEY_BYTES], struct record_place place,
                          struct bytes stored, struct bytes *out_value)
{
    uint8_t storage[RECORD_PLACE_MAX_BYTES], tag[TAG_BYTES];
    struct bytes placed, value;

    if (stored.length < RECORD_TAGGED_EXTRA_BYTES || stored.data[VERSION_AT] != RECORD_VERSION ||
        stored.data[KIND_AT] != KIND_TAGGED ||
        encode_place(place, KIND_TAGGED, storage, &placed) != OUTCOME_OK)
        return OUTCOME_STORE_DAMAGED;
    value = bytes_of(stored.data + RECORD_TAGGED_EXTRA_BYTES,
                     stored.length - RECORD_TAGGED_EXTRA_BYTES);
    compute_tag(mac_key, placed, value, tag);
    if (sodium_memcmp(tag, stored.data + TAG_AT, TAG_BYTES) != 0)
        return OUTCOME_STORE_DAMAGED;
    *out_value = value;
    return OUTCOME_OK;
}

/* --- sealed --- */

enum outcome record_seal_again(const struct data_key *data_key, struct record_place place,
                               struct bytes value, const uint8_t nonce[static RECORD_NONCE_BYTES],
                               struct buffer *out)
{
    uint8_t storage[RECORD_PLACE_MAX_BYTES], *room;
    struct bytes placed;

    TRY(encode_place(place, KIND_SEALED, storage, &placed));
    if (value.length > SIZE_MAX / 8)
        return OUTCOME_TOO_LARGE;
    room = buffer_room(out, RECORD_SEALED_EXTRA_BYTES + value.length);
    if (!room)
        return OUTCOME_OUT_OF_MEMORY;
    room[VERSION_AT] = RECORD_VERSION;
    room[KIND_AT] = KIND_SEALED;
    memcpy(room + ID_AT, data_key->id, DATA_KEY_ID_BYTES);
    memcpy(room + NONCE_AT, nonce, RECORD_NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(room + SEAL_AT, NULL, value.data, value.length,
                                                     placed.data, placed.length, NULL, nonce,
                                                     data_key->secret);
    return OUTCOME_OK;
}

enum outcome record_seal(struct record_place place, struct bytes value,
                         const uint8_t random[static RECORD_RANDOM_BYTES],
                         struct data_key *out_data_key, struct buffer *out)
{
    OWNED_DATA_KEY data_key;

    memcpy(data_key.secret, random, KEY_BYTES);
    memcpy(data_key.id, random + KEY_BYTES, DATA_KEY_ID_BYTES);
    TRY(record_seal_again(&data_key, place, value, random + KEY_BYTES + DATA_KEY_ID_BYTES, out));
    *out_data_key = data_key;
    return OUTCOME_OK;
}

static bool looks_sealed(struct bytes stored)
{
    return stored.length >= RECORD_SEALED_EXTRA_BYTES &&
           stored.data[VERSION_AT] == RECORD_VERSION && stored.data[KIND_AT] == KIND_SEALED;
}

enum outcome record_data_key_id(struct bytes stored, uint8_t out_id[static DATA_KEY_ID_BYTES])
{
    if (!looks_sealed(stored))
        return OUTCOME_STORE_DAMAGED;
    memcpy(out_id, stored.data + ID_AT, DATA_KEY_ID_BYTES);
    return OUTCOME_OK;
}

enum outcome record_open(const struct data_key *data_key, struct record_place place,
                         struct bytes stored, struct buffer *out_value)
{
    uint8_t storage[RECORD_PLACE_MAX_BYTES], *room;
    struct bytes placed;
    size_t length;

    if (!looks_sealed(stored) ||
        memcmp(stored.data + ID_AT, data_key->id, DATA_KEY_ID_BYTES) != 0 ||
        encode_place(place, KIND_SEALED, storage, &placed) != OUTCOME_OK)
        return OUTCOME_STORE_DAMAGED;
    length = stored.length - RECORD_SEALED_EXTRA_BYTES;
    room = buffer_room(out_value, length); /* NULL is fine for an empty value */
    if (out_value->failed)
        return OUTCOME_OUT_OF_MEMORY;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            room, NULL, NULL, stored.data + SEAL_AT, stored.length - SEAL_AT, placed.data,
            placed.length, stored.data + NONCE_AT, data_key->secret) != 0) {
        out_value->length -= length;
        return OUTCOME_STORE_DAMAGED;
    }
    return OUTCOME_OK;
}

/* --- data keys --- */

static void nonce_of_id(const uint8_t id[static DATA_KEY_ID_BYTES],
                        uint8_t out[static RECORD_NONCE_BYTES])
{
    memset(out, 0, RECORD_NONCE_BYTES);
    memcpy(out, id, DATA_KEY_ID_BYTES);
}

bool record_has_form(struct bytes stored)
{
    if (stored.length < RECORD_TAGGED_EXTRA_BYTES || stored.data[VERSION_AT] != RECORD_VERSION)
        return false;
    return stored.data[KIND_AT] == KIND_TAGGED ||
           (stored.data[KIND_AT] == KIND_SEALED && stored.length >= RECORD_SEALED_EXTRA_BYTES);
}

void data_key_wrap(const uint8_t wrapping_key[static KEY_BYTES], const struct data_key *data_key,
                   uint8_t out[static DATA_KEY_WRAPPED_BYTES])
{
    uint8_t nonce[RECORD_NONCE_BYTES];

    nonce_of_id(data_key->id, nonce);
    out[VERSION_AT] = RECORD_VERSION;
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + 1, NULL, data_key->secret, KEY_BYTES,
                                                     data_key->id, DATA_KEY_ID_BYTES, NULL, nonce,
                                                     wrapping_key);
}

enum outcome data_key_unwrap(const uint8_t wrapping_key[static KEY_BYTES],
                             const uint8_t id[static DATA_KEY_ID_BYTES], struct bytes wrapped,
                             struct data_key *out)
{
    uint8_t nonce[RECORD_NONCE_BYTES];
    OWNED_DATA_KEY data_key;

    memcpy(data_key.id, id, DATA_KEY_ID_BYTES);
    nonce_of_id(id, nonce);
    if (wrapped.length != DATA_KEY_WRAPPED_BYTES || wrapped.data[VERSION_AT] != RECORD_VERSION ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(data_key.secret, NULL, NULL, wrapped.data + 1,
                                                   wrapped.length - 1, id, DATA_KEY_ID_BYTES, nonce,
                                                   wrapping_key) != 0)
        return OUTCOME_STORE_DAMAGED;
    *out = data_key;
    return OUTCOME_OK;
}

void data_key_wipe(struct data_key *data_key)
{
    sodium_memzero(data_key, sizeof *data_key);
}
