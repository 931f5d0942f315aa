/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "crypto/record.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/vectors.h"

static const uint8_t mac_key[KEY_BYTES] = {1, 2, 3}, wrapping_key[KEY_BYTES] = {4, 5, 6};
static const struct record_place place = {"signaal", {(const uint8_t *)"\0\1\2", 3}};
static const struct record_place other_key = {"signaal", {(const uint8_t *)"\0\1\3", 3}};
static const struct record_place other_table = {"signaam", {(const uint8_t *)"\0\1\2", 3}};
/* The same letters, split elsewhere. */
static const struct record_place other_split = {"signaa", {(const uint8_t *)"l\0\1\2", 4}};

/* --- tagged --- */

static void a_tagged_record_is_as_another_library_makes_it(const json_t *vector)
{
    OWNED_BUFFER key = vector_hex(vector, "mac_key"), at = vector_hex(vector, "key");
    OWNED_BUFFER value = vector_hex(vector, "value"), expected = vector_hex(vector, "stored");
    struct record_place where = {vector_text(vector, "table"), buffer_bytes(&at)};
    OWNED_BUFFER stored = {0};
    struct bytes read;

    assert_int_equal(record_tag(key.data, where, buffer_bytes(&value), &stored), OUTCOME_OK);
    assert_true(bytes_equal(buffer_bytes(&stored), buffer_bytes(&expected)));
    assert_int_equal(record_check(key.data, where, buffer_bytes(&expected), &read), OUTCOME_OK);
    assert_true(bytes_equal(read, buffer_bytes(&value)));
}

static void tagged_records_are_as_another_library_makes_them(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("record-tagged", a_tagged_record_is_as_another_library_makes_it),
                     3);
}

static void a_tagged_record_holds_only_in_its_place(void **state)
{
    OWNED_BUFFER stored = {0};
    struct bytes value = bytes_of_text("untouched");

    (void)state;
    assert_int_equal(record_tag(mac_key, place, bytes_of_text("waarde"), &stored), OUTCOME_OK);
    assert_int_equal(record_check(mac_key, other_key, buffer_bytes(&stored), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(record_check(mac_key, other_table, buffer_bytes(&stored), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(record_check(mac_key, other_split, buffer_bytes(&stored), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(record_check(wrapping_key, place, buffer_bytes(&stored), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_memory_equal(value.data, "untouched", 9);
}

static void every_bit_of_a_tagged_record_counts(void **state)
{
    OWNED_BUFFER stored = {0};
    struct bytes value;

    (void)state;
    assert_int_equal(record_tag(mac_key, place, bytes_of_text("waarde"), &stored), OUTCOME_OK);
    for (size_t bit = 0; bit < 8 * stored.length; bit++) {
        stored.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(record_check(mac_key, place, buffer_bytes(&stored), &value),
                         OUTCOME_STORE_DAMAGED);
        stored.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t length = 0; length < stored.length; length++)
        assert_int_equal(record_check(mac_key, place, bytes_of(stored.data, length), &value),
                         OUTCOME_STORE_DAMAGED);
}

/* --- sealed --- */

static struct buffer seal(struct record_place where, struct bytes value, struct data_key *data_key)
{
    uint8_t random[RECORD_RANDOM_BYTES];
    struct buffer stored = {0};

    random_bytes(random, sizeof random);
    assert_int_equal(record_seal(where, value, random, data_key, &stored), OUTCOME_OK);
    assert_int_equal(stored.length, RECORD_SEALED_EXTRA_BYTES + value.length);
    return stored;
}

static void a_sealed_record_opens_with_its_own_key_only(void **state)
{
    OWNED_DATA_KEY data_key, other;
    OWNED_BUFFER stored = seal(place, bytes_of_text("waarde"), &data_key);
    OWNED_BUFFER more = seal(place, bytes_of_text("waarde"), &other), value = {0};
    uint8_t id[DATA_KEY_ID_BYTES];

    (void)state;
    assert_null(memmem(stored.data, stored.length, "waarde", 6));
    assert_false(bytes_equal(buffer_bytes(&stored), buffer_bytes(&more)));
    assert_int_equal(record_data_key_id(buffer_bytes(&stored), id), OUTCOME_OK);
    assert_memory_equal(id, data_key.id, sizeof id);
    assert_int_equal(record_open(&data_key, place, buffer_bytes(&stored), &value), OUTCOME_OK);
    assert_string_equal(buffer_text(&value), "waarde");
    assert_int_equal(record_open(&other, place, buffer_bytes(&stored), &value),
                     OUTCOME_STORE_DAMAGED);
    memcpy(other.id, data_key.id, sizeof other.id); /* the right id over the wrong key */
    assert_int_equal(record_open(&other, place, buffer_bytes(&stored), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_string_equal(buffer_text(&value), "waarde"); /* nothing was added */
}

static void a_sealed_record_holds_only_in_its_place(void **state)
{
    OWNED_DATA_KEY data_key;
    OWNED_BUFFER stored = seal(place, bytes_of_text("waarde"), &data_key), value = {0};

    (void)state;
    assert_int_equal(record_open(&data_key, other_key, buffer_bytes(&stored), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(record_open(&data_key, other_table, buffer_bytes(&stored), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(record_open(&data_key, other_split, buffer_bytes(&stored), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(value.length, 0);
}

static void every_bit_of_a_sealed_record_counts(void **state)
{
    OWNED_DATA_KEY data_key;
    OWNED_BUFFER stored = seal(place, bytes_of_text("waarde"), &data_key), value = {0};

    (void)state;
    for (size_t bit = 0; bit < 8 * stored.length; bit++) {
        stored.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(record_open(&data_key, place, buffer_bytes(&stored), &value),
                         OUTCOME_STORE_DAMAGED);
        stored.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t length = 0; length < stored.length; length++)
        assert_int_equal(record_open(&data_key, place, bytes_of(stored.data, length), &value),
                         OUTCOME_STORE_DAMAGED);
    assert_int_equal(value.length, 0);
}

static void a_kind_does_not_pass_for_the_other(void **state)
{
    OWNED_DATA_KEY data_key;
    OWNED_BUFFER sealed = seal(place, bytes_of_text("waarde"), &data_key), tagged = {0};
    OWNED_BUFFER opened = {0};
    uint8_t id[DATA_KEY_ID_BYTES];
    struct bytes value;
    char long_value[100] = {0};

    (void)state;
    assert_int_equal(record_tag(mac_key, place, bytes_of(long_value, sizeof long_value), &tagged),
                     OUTCOME_OK);
    assert_int_equal(record_check(mac_key, place, buffer_bytes(&sealed), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(record_open(&data_key, place, buffer_bytes(&tagged), &opened),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(record_data_key_id(buffer_bytes(&tagged), id), OUTCOME_STORE_DAMAGED);
}

static void an_empty_value_is_a_value(void **state)
{
    OWNED_DATA_KEY data_key;
    OWNED_BUFFER sealed = seal(place, bytes_of(NULL, 0), &data_key), tagged = {0}, opened = {0};
    struct bytes value;

    (void)state;
    assert_int_equal(record_open(&data_key, place, buffer_bytes(&sealed), &opened), OUTCOME_OK);
    assert_int_equal(opened.length, 0);
    assert_int_equal(record_tag(mac_key, place, bytes_of(NULL, 0), &tagged), OUTCOME_OK);
    assert_int_equal(record_check(mac_key, place, buffer_bytes(&tagged), &value), OUTCOME_OK);
    assert_int_equal(value.length, 0);
}

static void a_record_sealed_again_keeps_its_data_key(void **state)
{
    const uint8_t nonce[RECORD_NONCE_BYTES] = {9};
    OWNED_DATA_KEY data_key;
    OWNED_BUFFER first = seal(place, bytes_of_text("een"), &data_key), again = {0}, value = {0};

    (void)state;
    assert_int_equal(record_seal_again(&data_key, place, bytes_of_text("twee"), nonce, &again),
                     OUTCOME_OK);
    assert_memory_equal(first.data + 2, again.data + 2, DATA_KEY_ID_BYTES);
    assert_int_equal(record_open(&data_key, place, buffer_bytes(&again), &value), OUTCOME_OK);
    assert_string_equal(buffer_text(&value), "twee");
}

/* A record as version 1 wrote it (and as Python with an XChaCha20-Poly1305 of its own reads it):
 * a later version must still read it. */
static void a_sealed_record_of_version_1_still_opens(void **state)
{
    static const char text[] = "0102202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3"
                               "f404142434445464725384ed4bebf15277e6ed6a390c29f3873ff90be8917";
    uint8_t random[RECORD_RANDOM_BYTES], stored[(sizeof text - 1) / 2];
    OWNED_DATA_KEY data_key;
    OWNED_BUFFER again = {0}, value = {0};

    (void)state;
    for (size_t i = 0; i < sizeof random; i++)
        random[i] = (uint8_t)i;
    assert_int_equal(record_seal(place, bytes_of_text("waarde"), random, &data_key, &again),
                     OUTCOME_OK);
    assert_true(hex_decode(text, stored, sizeof stored));
    assert_true(bytes_equal(buffer_bytes(&again), bytes_of(stored, sizeof stored)));
    assert_int_equal(record_open(&data_key, place, bytes_of(stored, sizeof stored), &value),
                     OUTCOME_OK);
    assert_string_equal(buffer_text(&value), "waarde");
}

static void the_largest_place_fits_and_one_more_is_refused(void **state)
{
    uint8_t key[600] = {0};
    struct record_place fits = {"t", {key, RECORD_PLACE_MAX_BYTES - 2 - 1 - 2 - 2}};
    struct record_place over = {"t", {key, RECORD_PLACE_MAX_BYTES - 2 - 1 - 2 - 2 + 1}};
    uint8_t random[RECORD_RANDOM_BYTES] = {0};
    OWNED_DATA_KEY data_key = {.id = {1}};
    OWNED_BUFFER out = {0};
    struct bytes value;

    (void)state;
    assert_int_equal(record_tag(mac_key, fits, bytes_of(NULL, 0), &out), OUTCOME_OK);
    assert_int_equal(record_check(mac_key, fits, buffer_bytes(&out), &value), OUTCOME_OK);
    assert_int_equal(record_check(mac_key, over, buffer_bytes(&out), &value),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(record_tag(mac_key, over, bytes_of(NULL, 0), &out), OUTCOME_TOO_LARGE);
    assert_int_equal(record_seal(over, bytes_of(NULL, 0), random, &data_key, &out),
                     OUTCOME_TOO_LARGE);
    assert_int_equal(data_key.id[0], 1); /* left alone */
}

/* --- data keys --- */

static void a_data_key_comes_back_unwrapped(void **state)
{
    OWNED_DATA_KEY data_key, again;
    uint8_t wrapped[DATA_KEY_WRAPPED_BYTES];

    (void)state;
    random_bytes(&data_key, sizeof data_key);
    data_key_wrap(wrapping_key, &data_key, wrapped);
    assert_null(memmem(wrapped, sizeof wrapped, data_key.secret, 8));
    assert_int_equal(
        data_key_unwrap(wrapping_key, data_key.id, bytes_of(wrapped, sizeof wrapped), &again),
        OUTCOME_OK);
    assert_memory_equal(again.secret, data_key.secret, KEY_BYTES);
    assert_memory_equal(again.id, data_key.id, DATA_KEY_ID_BYTES);
}

static void a_damaged_or_exchanged_wrapping_is_refused(void **state)
{
    OWNED_DATA_KEY data_key, again;
    uint8_t wrapped[DATA_KEY_WRAPPED_BYTES + 1] = {0}, other_id[DATA_KEY_ID_BYTES] = {0};
    struct bytes whole = bytes_of(wrapped, DATA_KEY_WRAPPED_BYTES);

    (void)state;
    random_bytes(&data_key, sizeof data_key);
    data_key_wrap(wrapping_key, &data_key, wrapped);
    for (size_t bit = 0; bit < 8 * whole.length; bit++) {
        wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(data_key_unwrap(wrapping_key, data_key.id, whole, &again),
                         OUTCOME_STORE_DAMAGED);
        wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(data_key_unwrap(wrapping_key, other_id, whole, &again), OUTCOME_STORE_DAMAGED);
    assert_int_equal(data_key_unwrap(mac_key, data_key.id, whole, &again), OUTCOME_STORE_DAMAGED);
    assert_int_equal(
        data_key_unwrap(wrapping_key, data_key.id, bytes_of(wrapped, sizeof wrapped), &again),
        OUTCOME_STORE_DAMAGED);
    assert_int_equal(data_key_unwrap(wrapping_key, data_key.id, bytes_of(NULL, 0), &again),
                     OUTCOME_STORE_DAMAGED);
}

/* --- memory --- */

static enum outcome seal_and_open(struct buffer *stored, struct buffer *value)
{
    uint8_t random[RECORD_RANDOM_BYTES] = {0};
    OWNED_DATA_KEY data_key;

    buffer_wipe(stored);
    buffer_wipe(value);
    TRY(record_seal(place, bytes_of_text("waarde"), random, &data_key, stored));
    return record_open(&data_key, place, buffer_bytes(stored), value);
}

static enum outcome tag(struct buffer *stored)
{
    buffer_wipe(stored);
    return record_tag(mac_key, place, bytes_of_text("waarde"), stored);
}

static void scarce_memory_is_survived(void **state)
{
    OWNED_BUFFER stored = {0}, value = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, seal_and_open(&stored, &value), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, tag(&stored), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

static void any_bytes_are_refused_without_harm(void **state)
{
    struct dice dice = dice_throw_from(42);
    uint8_t bytes[160];
    OWNED_DATA_KEY data_key = {.id = {1}};
    OWNED_BUFFER value = {0};
    struct bytes checked;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t length = (size_t)round % sizeof bytes;
        dice_bytes(&dice, bytes, sizeof bytes);
        bytes[0] = RECORD_VERSION;
        bytes[1] = (uint8_t)(1 + round % 2);
        assert_int_equal(record_check(mac_key, place, bytes_of(bytes, length), &checked),
                         OUTCOME_STORE_DAMAGED);
        if (length >= 18)
            memcpy(bytes + 2, data_key.id, sizeof data_key.id);
        assert_int_equal(record_open(&data_key, place, bytes_of(bytes, length), &value),
                         OUTCOME_STORE_DAMAGED);
    }
    assert_int_equal(value.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tagged_records_are_as_another_library_makes_them),
        cmocka_unit_test(a_tagged_record_holds_only_in_its_place),
        cmocka_unit_test(every_bit_of_a_tagged_record_counts),
        cmocka_unit_test(a_sealed_record_opens_with_its_own_key_only),
        cmocka_unit_test(a_sealed_record_holds_only_in_its_place),
        cmocka_unit_test(every_bit_of_a_sealed_record_counts),
        cmocka_unit_test(a_kind_does_not_pass_for_the_other),
        cmocka_unit_test(an_empty_value_is_a_value),
        cmocka_unit_test(a_record_sealed_again_keeps_its_data_key),
        cmocka_unit_test(a_sealed_record_of_version_1_still_opens),
        cmocka_unit_test(the_largest_place_fits_and_one_more_is_refused),
        cmocka_unit_test(a_data_key_comes_back_unwrapped),
        cmocka_unit_test(a_damaged_or_exchanged_wrapping_is_refused),
        cmocka_unit_test(scarce_memory_is_survived),
        cmocka_unit_test(any_bytes_are_refused_without_harm),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
