/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/sealed.h"

#include <sodium.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"

static const size_t buckets[] = {512, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20};
enum { BUCKETS = sizeof buckets / sizeof buckets[0], PADDING_MARK = 0x80 };

_Static_assert(SEALED_OVERHEAD_BYTES == crypto_box_SEALBYTES, "what crypto_box_seal adds");
_Static_assert(SEALING_KEY_BYTES == crypto_box_PUBLICKEYBYTES, "an X25519 key");

enum outcome sealed_key_id(const uint8_t public_key[static SEALING_KEY_BYTES],
                           char out[static SHA256_HEX_BYTES])
{
    return sha256_hex(bytes_of(public_key, SEALING_KEY_BYTES), out);
}

enum outcome sealing_key_from_secret(const uint8_t secret[static SEALING_KEY_BYTES],
                                     struct sealing_key *out_key)
{
    OWNED_SEALING_KEY key = {.secret = secret_new(SEALING_KEY_BYTES)};

    if (!key.secret)
        return OUTCOME_OUT_OF_MEMORY;
    memcpy(key.secret, secret, SEALING_KEY_BYTES);
    if (crypto_scalarmult_base(key.public_key, key.secret) != 0)
        return OUTCOME_RANDOM_FAILED;
    TRY(sealed_key_id(key.public_key, key.id));
    *out_key = key;
    key.secret = NULL; /* handed over */
    return OUTCOME_OK;
}

enum outcome sealing_key_new(struct sealing_key *out_key)
{
    uint8_t secret[SEALING_KEY_BYTES];
    enum outcome outcome;

    random_bytes(secret, sizeof secret);
    outcome = sealing_key_from_secret(secret, out_key);
    wipe(secret, sizeof secret);
    return outcome;
}

void sealing_key_wipe(struct sealing_key *key)
{
    secret_free(key->secret);
    *key = (struct sealing_key){0};
}

bool sealing_public_is_valid(const uint8_t public_key[static SEALING_KEY_BYTES])
{
    static const uint8_t any_secret[SEALING_KEY_BYTES] = {0x08, [31] = 0x40};
    uint8_t shared[crypto_scalarmult_BYTES];
    bool beyond_p = public_key[31] >= 0x7f; /* p is 2^255 - 19 */

    for (size_t i = 1; i < 31; i++)
        beyond_p = beyond_p && public_key[i] == 0xff;
    beyond_p = beyond_p && public_key[0] >= 0xed;
    return !beyond_p && !(public_key[31] & 0x80) &&
           crypto_scalarmult(shared, any_secret, public_key) == 0;
}

size_t sealed_bucket(size_t plain_length)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        if (plain_length < buckets[i])
            return buckets[i];
    }
    return 0;
}

static bool is_bucket(size_t length)
{
    return length > 0 && sealed_bucket(length - 1) == length;
}

/* sodium_pad's padding. Its own code hides the length from a stopwatch at about 1 ns a byte; here
 * the length is known to whoever could hold one, and a message may be 1 MiB. */
static void pad(uint8_t *message, size_t length, size_t bucket)
{
    message[length] = PADDING_MARK;
    memset(message + length + 1, 0, bucket - length - 1);
}

static bool unpad(const uint8_t *message, size_t bucket, size_t *out_length)
{
    size_t end = bucket;

    while (end >= 8 && read_u64(message + end - 8) == 0)
        end -= 8;
    while (end > 0 && message[end - 1] == 0)
        end--;
    if (end == 0 || message[end - 1] != PADDING_MARK)
        return false;
    *out_length = end - 1;
    return true;
}

enum outcome sealed_close(struct bytes plain,
                          const uint8_t recipient_public[static SEALING_KEY_BYTES],
                          struct buffer *out_base64url)
{
    OWNED_BUFFER sealed = {0};
    size_t bucket = sealed_bucket(plain.length);
    uint8_t *room, *message;

    if (bucket == 0)
        return OUTCOME_TOO_LARGE;
    room = buffer_room(&sealed, SEALED_OVERHEAD_BYTES + bucket);
    if (!room)
        return OUTCOME_OUT_OF_MEMORY;
    /* Where the ciphertext comes to stand, so that libsodium encrypts in place. */
    message = room + SEALED_OVERHEAD_BYTES;
    if (plain.length)
        memcpy(message, plain.data, plain.length);
    pad(message, plain.length, bucket);
    if (crypto_box_seal(room, message, bucket, recipient_public) != 0)
        return OUTCOME_KEY_UNKNOWN;
    buffer_add_base64url(out_base64url, buffer_bytes(&sealed));
    return buffer_outcome(out_base64url);
}

/* Opens `sealed` in place: the message comes to stand at its start. */
static enum outcome open_in_place(uint8_t *sealed, size_t length, const struct sealing_key *key,
                                  size_t *out_length)
{
    if (crypto_box_seal_open(sealed, sealed, length, key->public_key, key->secret) != 0)
        return OUTCOME_SEAL_WRONG;
    return unpad(sealed, length - SEALED_OVERHEAD_BYTES, out_length) ? OUTCOME_OK
                                                                     : OUTCOME_SEAL_WRONG;
}

enum outcome sealed_open(struct bytes base64url, const struct sealing_key *key,
                         struct buffer *out_plain)
{
    size_t before = out_plain->length, length, plain_length;
    enum outcome outcome;

    if (base64url.length > SEALED_TEXT_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    if (!base64url_decoded_length(base64url.length, &length) || length <= SEALED_OVERHEAD_BYTES ||
        !is_bucket(length - SEALED_OVERHEAD_BYTES))
        return OUTCOME_SEAL_WRONG;
    outcome = base64url_decode(base64url, out_plain);
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_SEAL_WRONG;
    outcome = open_in_place(out_plain->data + before, length, key, &plain_length);
    if (outcome == OUTCOME_OK)
        out_plain->length = before + plain_length;
    else
        out_plain->length = before; /* what stands beyond is ciphertext or padding */
    return outcome;
}
