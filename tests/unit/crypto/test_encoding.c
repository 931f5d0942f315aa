/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/vectors.h"

typedef enum outcome decoder(struct bytes text, struct buffer *out);

static void a_vector_holds_both_ways(const json_t *vector)
{
    OWNED_BUFFER plain = vector_hex(vector, "hex");
    OWNED_BUFFER standard = {0}, url = {0}, back = {0};
    uint8_t exact[256];

    buffer_add_base64(&standard, buffer_bytes(&plain));
    buffer_add_base64url(&url, buffer_bytes(&plain));
    assert_string_equal(buffer_text(&standard), vector_text(vector, "base64"));
    assert_string_equal(buffer_text(&url), vector_text(vector, "base64url"));
    assert_int_equal(standard.length, BASE64_BYTES(plain.length) - 1);
    assert_int_equal(url.length, BASE64URL_LENGTH(plain.length));
    assert_int_equal(base64_decode(buffer_bytes(&standard), &back), OUTCOME_OK);
    assert_int_equal(base64url_decode(buffer_bytes(&url), &back), OUTCOME_OK);
    assert_int_equal(back.length, 2 * plain.length); /* one after the other */
    assert_int_equal(base64_decode_exact(buffer_bytes(&standard), exact, plain.length), OUTCOME_OK);
    assert_true(bytes_equal(bytes_of(exact, plain.length), buffer_bytes(&plain)));
    assert_int_equal(base64url_decode_exact(buffer_bytes(&url), exact, plain.length), OUTCOME_OK);
    assert_true(bytes_equal(bytes_of(exact, plain.length), buffer_bytes(&plain)));
    assert_int_equal(base64_decode_exact(buffer_bytes(&standard), exact, plain.length + 1),
                     OUTCOME_MALFORMED);
    secret_to_base64(plain.data, plain.length, (char *)buffer_room(&back, 512));
    assert_string_equal((char *)back.data + 2 * plain.length, vector_text(vector, "base64"));
}

static void the_known_answers_hold(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("base64", a_vector_holds_both_ways), 9);
}

static void refuse_all(decoder *decode, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        OWNED_BUFFER out = {0};
        buffer_add_text(&out, "was");
        if (decode(bytes_of_text(texts[i]), &out) != OUTCOME_MALFORMED)
            fail_msg("decoded: %s", texts[i]);
        assert_string_equal(buffer_text(&out), "was");
    }
}

static void p6_only_canonical_base64_is_decoded(void **state)
{
    static const char *const bad[] = {
        "Z",        "Zg",       "Zg=",     "Zg===",    "Zh==",     "Zm9=",     "Zm8",
        "=",        "==",       "====",    "Z===",     "Zg==Zg==", "Zm9v\n",   "Zm9v Zm9v",
        " Zm9v",    "Zm-v",     "Zm_v",    "Zm9v====", "Zm9v=",    "Zm9v==",   "Z=9v",
        "Zm=v",     "Zm9vZ=ov", "\x80m9v", "Zm9\xff",  "Zm9,",     "Zm9*AAAA", "AAAAZm9*",
        "Zg==AAAA", "AA=A",     "/x==",    "//9=",
    };

    (void)state;
    refuse_all(base64_decode, bad, sizeof bad / sizeof bad[0]);
}

static void p6_only_canonical_base64url_is_decoded(void **state)
{
    static const char *const bad[] = {
        "Z",    "Zg==", "Zg=",  "Zh", "Zm9", "Zm9vZ", "Zm+v",    "Zm/v",   "=",      "Zm9v\n",
        "Zm v", "Zm.v", "Zm9=", "_x", "__9", "\xc3v", "Zm9v-A9", "Zm9v/w", "Zm9v+w",
    };

    (void)state;
    refuse_all(base64url_decode, bad, sizeof bad / sizeof bad[0]);
}

/* Of every text of up to four bytes around the alphabet, just those decode that encoding gives. */
static void what_decodes_encodes_to_the_same_text(void **state)
{
    uint64_t drawn = 4648; /* a fixed seed */
    int decoded = 0;

    (void)state;
    for (int i = 0; i < 300000; i++) {
        static const char near[] = "ABYZabyz0189+/-_==AQgw";
        OWNED_BUFFER plain = {0}, again = {0};
        char text[7];
        size_t length = (size_t)i % 7;
        for (size_t j = 0; j < length; j++) {
            drawn = drawn * 6364136223846793005u + 1442695040888963407u;
            text[j] = near[(drawn >> 33) % (sizeof near - 1)];
        }
        if (base64_decode(bytes_of(text, length), &plain) == OUTCOME_OK) {
            buffer_add_base64(&again, buffer_bytes(&plain));
        } else if (base64url_decode(bytes_of(text, length), &plain) == OUTCOME_OK) {
            buffer_add_base64url(&again, buffer_bytes(&plain));
        } else {
            continue;
        }
        assert_true(bytes_equal(buffer_bytes(&again), bytes_of(text, length)));
        decoded++;
    }
    assert_true(decoded > 10000);
}

static void every_length_goes_round(void **state)
{
    uint8_t plain[300];

    (void)state;
    random_bytes(plain, sizeof plain);
    for (size_t length = 0; length <= sizeof plain; length++) {
        OWNED_BUFFER standard = {0}, url = {0}, back = {0};
        size_t decoded;
        buffer_add_base64(&standard, bytes_of(plain, length));
        buffer_add_base64url(&url, bytes_of(plain, length));
        assert_true(base64_decoded_length(buffer_bytes(&standard), &decoded) && decoded == length);
        assert_true(base64url_decoded_length(url.length, &decoded) && decoded == length);
        assert_int_equal(base64_decode(buffer_bytes(&standard), &back), OUTCOME_OK);
        assert_true(bytes_equal(buffer_bytes(&back), bytes_of(plain, length)));
        back.length = 0;
        assert_int_equal(base64url_decode(buffer_bytes(&url), &back), OUTCOME_OK);
        assert_true(bytes_equal(buffer_bytes(&back), bytes_of(plain, length)));
    }
}

static void hexadecimal_goes_round_in_lower_case(void **state)
{
    static const uint8_t plain[] = {0x00, 0x0f, 0xa5, 0xff};
    char text[HEX_BYTES(sizeof plain)];
    uint8_t back[sizeof plain];
    OWNED_BUFFER buffer = {0};

    (void)state;
    hex_encode(bytes_of(plain, sizeof plain), text);
    assert_string_equal(text, "000fa5ff");
    assert_true(hex_decode(text, back, sizeof back));
    assert_memory_equal(back, plain, sizeof plain);
    buffer_add_hex(&buffer, bytes_of(plain, sizeof plain));
    buffer_add_hex(&buffer, bytes_of(NULL, 0));
    assert_string_equal(buffer_text(&buffer), "000fa5ff");
}

static void odd_hexadecimal_is_refused(void **state)
{
    static const char *const bad[] = {"",     "00",   "000",     "00000", "00ZZ", "00FF", "0x00",
                                      "00 0", "00g0", "00\2000", "/000",  ":000", "`000"};
    uint8_t out[2] = {7, 7};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(hex_decode(bad[i], out, 2));
    assert_false(hex_decode(NULL, out, 2));
    assert_memory_equal(out, "\7\7", 2);
    assert_true(hex_decode("", out, 0));
}

static void a_secret_goes_round_and_is_wiped_when_wrong(void **state)
{
    uint8_t secret[32], back[32];
    char text[BASE64_BYTES(32)];

    (void)state;
    random_bytes(secret, sizeof secret);
    secret_to_base64(secret, sizeof secret, text);
    assert_int_equal(secret_from_base64(bytes_of_text(text), back, 32), OUTCOME_OK);
    assert_memory_equal(back, secret, 32);
    assert_int_equal(secret_from_base64(bytes_of_text(text), back, 31), OUTCOME_MALFORMED);
    text[5] = '*';
    memcpy(back, secret, 32);
    assert_int_equal(secret_from_base64(bytes_of_text(text), back, 32), OUTCOME_MALFORMED);
    for (int i = 0; i < 32; i++)
        assert_int_equal(back[i], 0);
    text[5] = 'A';
    text[43] = 'A';
    assert_int_equal(secret_from_base64(bytes_of_text(text), back, 32), OUTCOME_MALFORMED);
    text[42]++; /* bits beyond the last byte */
    text[43] = '=';
    assert_int_equal(secret_from_base64(bytes_of_text(text), back, 32), OUTCOME_MALFORMED);
}

static void want_of_memory_is_told(void **state)
{
    static const char text[] = "QUJDRA==";
    struct buffer out = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, (buffer_wipe(&out), base64_decode(bytes_of_text(text), &out)),
                       buffer_wipe(&out));
    assert_int_equal(outcome, OUTCOME_OK);
    memory_lasts_for(0);
    buffer_add_base64(&out, bytes_of_text("abc"));
    memory_lasts_for(-1);
    buffer_add_hex(&out, bytes_of_text("abc")); /* the failure sticks */
    assert_int_equal(buffer_outcome(&out), OUTCOME_OUT_OF_MEMORY);
    buffer_wipe(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_answers_hold),
        cmocka_unit_test(p6_only_canonical_base64_is_decoded),
        cmocka_unit_test(p6_only_canonical_base64url_is_decoded),
        cmocka_unit_test(what_decodes_encodes_to_the_same_text),
        cmocka_unit_test(every_length_goes_round),
        cmocka_unit_test(hexadecimal_goes_round_in_lower_case),
        cmocka_unit_test(odd_hexadecimal_is_refused),
        cmocka_unit_test(a_secret_goes_round_and_is_wiped_when_wrong),
        cmocka_unit_test(want_of_memory_is_told),
    };

    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
