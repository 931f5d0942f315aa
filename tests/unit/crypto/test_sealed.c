/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <sodium.h> /* the reference for padding and sealing */

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "crypto/sealed.h"
#include "tests/support/scarce_memory.h"

static const size_t buckets[] = {512, 4096, 16384, 65536, 262144, 1048576};
enum { BUCKETS = sizeof buckets / sizeof buckets[0] };

static struct sealing_key key;
static uint8_t plain[1 << 20];

static int make_key(void **state)
{
    (void)state;
    random_bytes(plain, sizeof plain);
    return sealing_key_new(&key) == OUTCOME_OK ? 0 : 1;
}

static int wipe_key(void **state)
{
    (void)state;
    sealing_key_wipe(&key);
    return 0;
}

static struct buffer sealed(size_t length)
{
    struct buffer text = {0};

    assert_int_equal(sealed_close(bytes_of(plain, length), key.public_key, &text), OUTCOME_OK);
    return text;
}

static void what_was_sealed_opens_at_every_edge(void **state)
{
    (void)state;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (size_t length = buckets[i] - 2; length <= buckets[i]; length++) {
            OWNED_BUFFER text = {0}, opened = {0};
            if (length > SEALED_PLAIN_MAX_BYTES)
                continue;
            text = sealed(length);
            assert_int_equal(sealed_open(buffer_bytes(&text), &key, &opened), OUTCOME_OK);
            assert_true(bytes_equal(buffer_bytes(&opened), bytes_of(plain, length)));
        }
    }
}

static void lengths_tell_the_bucket_only(void **state)
{
    (void)state;
    assert_int_equal(sealed_bucket(0), 512);
    for (size_t i = 0; i < BUCKETS; i++) {
        OWNED_BUFFER text = {0};
        assert_int_equal(sealed_bucket(buckets[i] - 1), buckets[i]);
        assert_int_equal(sealed_bucket(buckets[i]), i + 1 < BUCKETS ? buckets[i + 1] : 0);
        text = sealed(buckets[i] - 1);
        assert_int_equal(text.length, BASE64URL_LENGTH(buckets[i] + SEALED_OVERHEAD_BYTES));
    }
    assert_int_equal(BASE64URL_LENGTH(1048576 + 48), SEALED_TEXT_MAX_BYTES);
}

static void messages_that_end_in_padding_bytes_come_back_whole(void **state)
{
    static const struct {
        const char *data;
        size_t length;
    } cases[] = {{"", 0}, {"\0", 1}, {"\x80", 1}, {"a\x80\0\0", 4}, {"\x80\0\0\0\0\0\0\0\0", 9}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_BUFFER text = {0}, opened = {0};
        struct bytes message = bytes_of(cases[i].data, cases[i].length);
        assert_int_equal(sealed_close(message, key.public_key, &text), OUTCOME_OK);
        assert_int_equal(sealed_open(buffer_bytes(&text), &key, &opened), OUTCOME_OK);
        assert_true(bytes_equal(buffer_bytes(&opened), message));
    }
}

static void the_padding_is_that_of_sodium(void **state)
{
    (void)state;
    for (size_t length = 0; length < 512; length += 37) {
        OWNED_BUFFER text = sealed(length), raw = {0}, again = {0}, opened = {0};
        uint8_t padded[512], box[512 + 48];
        size_t unpadded, full;
        /* Ours opens with theirs … */
        assert_int_equal(base64url_decode(buffer_bytes(&text), &raw), OUTCOME_OK);
        assert_int_equal(
            crypto_box_seal_open(padded, raw.data, raw.length, key.public_key, key.secret), 0);
        assert_int_equal(sodium_unpad(&unpadded, padded, sizeof padded, sizeof padded), 0);
        assert_true(bytes_equal(bytes_of(padded, unpadded), bytes_of(plain, length)));
        /* … and theirs with ours. */
        assert_int_equal(sodium_pad(&full, padded, length, sizeof padded, sizeof padded), 0);
        assert_int_equal(crypto_box_seal(box, padded, full, key.public_key), 0);
        buffer_add_base64url(&again, bytes_of(box, sizeof box));
        assert_int_equal(sealed_open(buffer_bytes(&again), &key, &opened), OUTCOME_OK);
        assert_true(bytes_equal(buffer_bytes(&opened), bytes_of(plain, length)));
    }
}

static enum outcome open_padded(const uint8_t padded[static 512])
{
    OWNED_BUFFER text = {0}, opened = {0};
    uint8_t box[512 + 48];

    assert_int_equal(crypto_box_seal(box, padded, 512, key.public_key), 0);
    buffer_add_base64url(&text, bytes_of(box, sizeof box));
    return sealed_open(buffer_bytes(&text), &key, &opened);
}

static void p5_wrong_padding_is_refused(void **state)
{
    uint8_t padded[512] = {0};

    (void)state;
    assert_int_equal(open_padded(padded), OUTCOME_SEAL_WRONG); /* no mark at all */
    padded[511] = 0x81;
    assert_int_equal(open_padded(padded), OUTCOME_SEAL_WRONG);
    padded[511] = 0;
    padded[3] = 0x01;
    assert_int_equal(open_padded(padded), OUTCOME_SEAL_WRONG);
    padded[3] = 0x80;
    assert_int_equal(open_padded(padded), OUTCOME_OK);
}

static void p5_any_flipped_bit_is_refused(void **state)
{
    OWNED_BUFFER text = sealed(100), raw = {0}, opened = {0};

    (void)state;
    assert_int_equal(base64url_decode(buffer_bytes(&text), &raw), OUTCOME_OK);
    for (size_t bit = 0; bit < 8 * raw.length; bit++) {
        OWNED_BUFFER tampered = {0};
        /* X25519 leaves the top bit of a public key out, but the nonce is made of all of it. */
        raw.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        buffer_add_base64url(&tampered, buffer_bytes(&raw));
        assert_int_equal(sealed_open(buffer_bytes(&tampered), &key, &opened), OUTCOME_SEAL_WRONG);
        raw.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(opened.length, 0);
}

static void another_key_does_not_open_it(void **state)
{
    OWNED_BUFFER text = sealed(100), opened = {0};
    OWNED_SEALING_KEY other = {0};

    (void)state;
    assert_int_equal(sealing_key_new(&other), OUTCOME_OK);
    assert_int_equal(sealed_open(buffer_bytes(&text), &other, &opened), OUTCOME_SEAL_WRONG);
}

static void p5_any_size_but_a_bucket_is_refused(void **state)
{
    static const size_t lengths[] = {0, 1, 48, 49, 559, 561, 1000, 4096, 4145, 1048576, 1048623};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        OWNED_BUFFER text = {0}, opened = {0};
        buffer_add_base64url(&text, bytes_of(plain, 0));
        while (text.length < BASE64URL_LENGTH(lengths[i]))
            buffer_add_byte(&text, 'A');
        assert_int_equal(sealed_open(buffer_bytes(&text), &key, &opened), OUTCOME_SEAL_WRONG);
    }
}

/* Well sealed and padded, for us: but its size would tell what buckets are there to hide. */
static void p5_a_sound_seal_of_another_size_is_refused(void **state)
{
    static const size_t lengths[] = {1, 100, 511, 513, 1024};
    uint8_t padded[1024] = {'x', 0x80}, box[1024 + 48];

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        OWNED_BUFFER text = {0}, opened = {0};
        assert_int_equal(crypto_box_seal(box, padded, lengths[i], key.public_key), 0);
        buffer_add_base64url(&text, bytes_of(box, lengths[i] + 48));
        assert_int_equal(sealed_open(buffer_bytes(&text), &key, &opened), OUTCOME_SEAL_WRONG);
    }
}

static void p5_text_that_is_no_base64url_is_refused(void **state)
{
    OWNED_BUFFER text = sealed(100), opened = {0};
    uint8_t last = text.data[text.length - 1];

    (void)state;
    text.data[0] = '+';
    assert_int_equal(sealed_open(buffer_bytes(&text), &key, &opened), OUTCOME_SEAL_WRONG);
    text.data[0] = 'A';
    text.data[text.length - 1] = '=';
    assert_int_equal(sealed_open(buffer_bytes(&text), &key, &opened), OUTCOME_SEAL_WRONG);
    text.data[text.length - 1] = last;
    text.length--;
    assert_int_equal(sealed_open(buffer_bytes(&text), &key, &opened), OUTCOME_SEAL_WRONG);
}

static void one_over_the_limit_is_too_large(void **state)
{
    OWNED_BUFFER text = {0}, opened = {0};

    (void)state;
    assert_int_equal(
        sealed_close(bytes_of(plain, SEALED_PLAIN_MAX_BYTES + 1), key.public_key, &text),
        OUTCOME_TOO_LARGE);
    while (text.length <= SEALED_TEXT_MAX_BYTES)
        buffer_add_byte(&text, 'A');
    assert_int_equal(sealed_open(buffer_bytes(&text), &key, &opened), OUTCOME_TOO_LARGE);
    assert_int_equal(opened.length, 0);
}

/* All of them, in every spelling below 2^255. */
static const char *const small_orders[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void p3_a_key_of_small_order_is_no_key(void **state)
{
    OWNED_BUFFER text = {0};

    (void)state;
    for (size_t i = 0; i < sizeof small_orders / sizeof small_orders[0]; i++) {
        uint8_t point[SEALING_KEY_BYTES];
        assert_true(hex_decode(small_orders[i], point, sizeof point));
        assert_false(sealing_public_is_valid(point));
        assert_int_equal(sealed_close(bytes_of_text("x"), point, &text), OUTCOME_KEY_UNKNOWN);
    }
    assert_int_equal(text.length, 0);
    assert_true(sealing_public_is_valid(key.public_key));
}

/* The top bit is left out of the reckoning, and so is what goes beyond the prime: a second
 * spelling of the same key. */
static void p6_a_key_has_one_spelling(void **state)
{
    uint8_t point[SEALING_KEY_BYTES];

    (void)state;
    memcpy(point, key.public_key, sizeof point);
    point[31] |= 0x80;
    assert_false(sealing_public_is_valid(point));
    memset(point, 0xff, sizeof point);
    point[31] = 0x7f;
    for (unsigned first = 0xed; first <= 0xff; first++) { /* p and up */
        point[0] = (uint8_t)first;
        assert_false(sealing_public_is_valid(point));
    }
    point[0] = 0xeb; /* p - 2: a point like another */
    assert_true(sealing_public_is_valid(point));
}

/* What was sealed "by" such a point could be opened by anyone: its secret is known. */
static void p3_a_seal_under_a_point_of_small_order_does_not_open(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof small_orders / sizeof small_orders[0]; i++) {
        OWNED_BUFFER text = sealed(100), raw = {0}, changed = {0}, opened = {0};
        assert_int_equal(base64url_decode(buffer_bytes(&text), &raw), OUTCOME_OK);
        assert_true(hex_decode(small_orders[i], raw.data, SEALING_KEY_BYTES));
        buffer_add_base64url(&changed, buffer_bytes(&raw));
        assert_int_equal(sealed_open(buffer_bytes(&changed), &key, &opened), OUTCOME_SEAL_WRONG);
    }
}

static void what_opens_is_added_to_what_was_there(void **state)
{
    OWNED_BUFFER text = sealed(10), opened = {0};

    (void)state;
    buffer_add_text(&opened, "was");
    assert_int_equal(sealed_open(buffer_bytes(&text), &key, &opened), OUTCOME_OK);
    assert_int_equal(opened.length, 13);
    assert_memory_equal(opened.data, "was", 3);
    assert_memory_equal(opened.data + 3, plain, 10);
}

static void p5_two_sealings_differ(void **state)
{
    OWNED_BUFFER one = sealed(10), other = sealed(10);

    (void)state;
    assert_false(bytes_equal(buffer_bytes(&one), buffer_bytes(&other)));
}

static void a_key_comes_back_from_its_secret(void **state)
{
    OWNED_SEALING_KEY again = {0};
    char id[SHA256_HEX_BYTES];

    (void)state;
    assert_int_equal(sealing_key_from_secret(key.secret, &again), OUTCOME_OK);
    assert_memory_equal(again.public_key, key.public_key, SEALING_KEY_BYTES);
    assert_int_equal(sha256_hex(bytes_of(key.public_key, SEALING_KEY_BYTES), id), OUTCOME_OK);
    assert_string_equal(again.id, id);
    assert_int_equal(sealed_key_id(key.public_key, id), OUTCOME_OK);
    assert_string_equal(key.id, id);
}

static void want_of_memory_is_told_at_each_step(void **state)
{
    OWNED_BUFFER text = sealed(600), out = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(
        outcome, (buffer_wipe(&out), sealed_close(bytes_of(plain, 600), key.public_key, &out)),
        (void)0);
    WITH_SCARCE_MEMORY(outcome, (buffer_wipe(&out), sealed_open(buffer_bytes(&text), &key, &out)),
                       (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens_at_every_edge),
        cmocka_unit_test(lengths_tell_the_bucket_only),
        cmocka_unit_test(messages_that_end_in_padding_bytes_come_back_whole),
        cmocka_unit_test(the_padding_is_that_of_sodium),
        cmocka_unit_test(p5_wrong_padding_is_refused),
        cmocka_unit_test(p5_any_flipped_bit_is_refused),
        cmocka_unit_test(another_key_does_not_open_it),
        cmocka_unit_test(p5_any_size_but_a_bucket_is_refused),
        cmocka_unit_test(p5_a_sound_seal_of_another_size_is_refused),
        cmocka_unit_test(p5_text_that_is_no_base64url_is_refused),
        cmocka_unit_test(one_over_the_limit_is_too_large),
        cmocka_unit_test(p3_a_key_of_small_order_is_no_key),
        cmocka_unit_test(p3_a_seal_under_a_point_of_small_order_does_not_open),
        cmocka_unit_test(p6_a_key_has_one_spelling),
        cmocka_unit_test(what_opens_is_added_to_what_was_there),
        cmocka_unit_test(p5_two_sealings_differ),
        cmocka_unit_test(a_key_comes_back_from_its_secret),
        cmocka_unit_test(want_of_memory_is_told_at_each_step),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, make_key, wipe_key);
}
