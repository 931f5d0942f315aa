/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/key_file.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/vectors.h"

enum { OPSLIMIT_AT = 14, MEMLIMIT_AT = 22 };

static const uint8_t secret[32] = {1, 2, 3, [31] = 9};
static const uint8_t random_32[32] = {7, 7, 7, [31] = 1};

static struct key_lock credential(void)
{
    return (struct key_lock){KEY_LOCK_CREDENTIAL, bytes_of(random_32, 32), 0, 0};
}

/* The least that Argon2id takes, so that tests are quick. */
static struct key_lock passphrase(const char *text)
{
    return (struct key_lock){KEY_LOCK_PASSPHRASE, bytes_of_text(text), 1, 8192};
}

static struct buffer written(enum key_type type, struct key_lock lock)
{
    struct buffer file = {0};

    assert_int_equal(key_file_write(type, bytes_of(secret, 32), &lock, &file), OUTCOME_OK);
    assert_int_equal(file.length, KEY_FILE_HEADER_BYTES + 32 + 16);
    return file;
}

static enum outcome read_back(const struct buffer *file, enum key_type type, struct key_lock lock)
{
    uint8_t out[32] = {0};
    enum outcome outcome = key_file_read(buffer_bytes(file), type, &lock, out, sizeof out);

    if (outcome == OUTCOME_OK)
        assert_memory_equal(out, secret, 32);
    else
        assert_int_equal(out[0], 0);
    return outcome;
}

static void a_kept_file_still_opens(const json_t *vector)
{
    OWNED_BUFFER file = vector_hex(vector, "file"), expected = vector_hex(vector, "secret");
    OWNED_BUFFER locked_by = vector_hex(vector, "lockSecret");
    const struct key_lock lock = {
        (enum key_lock_kind)json_integer_value(json_object_get(vector, "lock")),
        buffer_bytes(&locked_by), 0, 0};
    enum key_type type = (enum key_type)json_integer_value(json_object_get(vector, "type"));
    uint8_t out[KEY_FILE_SECRET_MAX_BYTES];

    assert_int_equal(key_file_read(buffer_bytes(&file), type, &lock, out, expected.length),
                     OUTCOME_OK);
    assert_memory_equal(out, expected.data, expected.length);
    file.data[file.length - 1] ^= 1;
    assert_int_equal(key_file_read(buffer_bytes(&file), type, &lock, out, expected.length),
                     OUTCOME_KEY_FILE_WRONG);
}

static void the_known_files_open(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("key-file", a_kept_file_still_opens), 3);
}

static void each_lock_goes_round(void **state)
{
    OWNED_BUFFER one = written(KEY_SIGNING, credential());
    OWNED_BUFFER other = written(KEY_SPLIT, passphrase("een lange zin"));

    (void)state;
    assert_int_equal(read_back(&one, KEY_SIGNING, credential()), OUTCOME_OK);
    assert_int_equal(read_back(&other, KEY_SPLIT, passphrase("een lange zin")), OUTCOME_OK);
}

static void another_lock_does_not_open_it(void **state)
{
    OWNED_BUFFER one = written(KEY_SIGNING, credential());
    OWNED_BUFFER other = written(KEY_SIGNING, passphrase("een lange zin"));
    uint8_t almost[33];

    (void)state;
    memcpy(almost, random_32, 32);
    almost[32] = 0;
    assert_int_equal(read_back(&one, KEY_SIGNING,
                               (struct key_lock){KEY_LOCK_CREDENTIAL, bytes_of(almost, 33), 0, 0}),
                     OUTCOME_KEY_FILE_WRONG);
    almost[0] ^= 1;
    assert_int_equal(read_back(&one, KEY_SIGNING,
                               (struct key_lock){KEY_LOCK_CREDENTIAL, bytes_of(almost, 32), 0, 0}),
                     OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(read_back(&one, KEY_SIGNING, passphrase("een lange zin")),
                     OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(read_back(&other, KEY_SIGNING, passphrase("een lange zim")),
                     OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(read_back(&other, KEY_SIGNING, credential()), OUTCOME_KEY_FILE_WRONG);
}

static void a_key_of_another_type_or_length_is_refused(void **state)
{
    OWNED_BUFFER file = written(KEY_SIGNING, credential());
    const struct key_lock lock = credential();
    uint8_t out[KEY_FILE_SECRET_MAX_BYTES + 1];

    (void)state;
    assert_int_equal(read_back(&file, KEY_LOG, credential()), OUTCOME_KEY_FILE_WRONG);
    for (size_t length = 0; length <= sizeof out; length++) {
        if (length != 32)
            assert_int_equal(key_file_read(buffer_bytes(&file), KEY_SIGNING, &lock, out, length),
                             OUTCOME_KEY_FILE_WRONG);
    }
}

static void any_flipped_bit_is_refused(void **state)
{
    OWNED_BUFFER file = written(KEY_SIGNING, credential());

    (void)state;
    for (size_t bit = 0; bit < 8 * file.length; bit++) {
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(read_back(&file, KEY_SIGNING, credential()), OUTCOME_KEY_FILE_WRONG);
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void the_limits_of_a_passphrase_are_authenticated(void **state)
{
    OWNED_BUFFER file = written(KEY_SIGNING, passphrase("een lange zin"));

    (void)state;
    write_u64(file.data + OPSLIMIT_AT, 2);
    assert_int_equal(read_back(&file, KEY_SIGNING, passphrase("een lange zin")),
                     OUTCOME_KEY_FILE_WRONG);
}

static void any_cut_of_a_file_is_refused(void **state)
{
    OWNED_BUFFER file = written(KEY_SIGNING, credential());

    (void)state;
    buffer_add_byte(&file, 0);
    assert_int_equal(read_back(&file, KEY_SIGNING, credential()), OUTCOME_KEY_FILE_WRONG);
    for (size_t length = 0; length < KEY_FILE_HEADER_BYTES + 32 + 16; length++) {
        file.length = length;
        assert_int_equal(read_back(&file, KEY_SIGNING, credential()), OUTCOME_KEY_FILE_WRONG);
    }
}

static void a_hostile_file_costs_nothing(void **state)
{
    static const uint64_t limits[][2] = {
        {0, 8192},
        {UINT64_MAX, 8192},
        {KEY_FILE_OPSLIMIT_MAX + 1, 8192},
        {1, 0},
        {1, 8191},
        {1, UINT64_MAX},
        {1, 1ull << 40},
        {1, (uint64_t)KEY_FILE_MEMLIMIT_MAX + 1},
    };
    OWNED_BUFFER file = written(KEY_SIGNING, passphrase("een lange zin"));
    OWNED_BUFFER other = written(KEY_SIGNING, credential());

    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        write_u64(file.data + OPSLIMIT_AT, limits[i][0]);
        write_u64(file.data + MEMLIMIT_AT, limits[i][1]);
        assert_int_equal(read_back(&file, KEY_SIGNING, passphrase("een lange zin")),
                         OUTCOME_KEY_FILE_WRONG);
    }
    write_u64(other.data + MEMLIMIT_AT, 8192);
    assert_int_equal(read_back(&other, KEY_SIGNING, credential()), OUTCOME_KEY_FILE_WRONG);
}

static enum outcome write_with(struct bytes key, struct key_lock lock)
{
    OWNED_BUFFER file = {0};
    enum outcome outcome = key_file_write(KEY_STORE, key, &lock, &file);

    assert_int_equal(file.length != 0, outcome == OUTCOME_OK);
    return outcome;
}

static void a_lock_or_secret_out_of_bounds_is_refused(void **state)
{
    static uint8_t long_secret[KEY_FILE_CREDENTIAL_MAX_BYTES + 1];
    const struct bytes key = bytes_of(secret, 32);
    struct key_lock lock = credential();

    (void)state;
    assert_int_equal(write_with(bytes_of(secret, 0), lock), OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(write_with(bytes_of(long_secret, 65), lock), OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(write_with(bytes_of(long_secret, 64), lock), OUTCOME_OK);
    lock.secret.length = 31;
    assert_int_equal(write_with(key, lock), OUTCOME_KEY_FILE_WRONG);
    lock.secret = bytes_of(long_secret, sizeof long_secret);
    assert_int_equal(write_with(key, lock), OUTCOME_KEY_FILE_WRONG);
    lock.secret.length--;
    assert_int_equal(write_with(key, lock), OUTCOME_OK);
    lock.secret = bytes_of(NULL, 0);
    assert_int_equal(write_with(key, lock), OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(write_with(key, passphrase("elf tekens.")), OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(write_with(key, passphrase("twaalf teken")), OUTCOME_OK);
    lock = passphrase("twaalf teken");
    lock.opslimit = KEY_FILE_OPSLIMIT_MAX + 1;
    assert_int_equal(write_with(key, lock), OUTCOME_KEY_FILE_WRONG);
    lock = passphrase("twaalf teken");
    lock.memlimit = 1ull << 40;
    assert_int_equal(write_with(key, lock), OUTCOME_KEY_FILE_WRONG);
    lock = credential();
    lock.kind = (enum key_lock_kind)3;
    assert_int_equal(write_with(key, lock), OUTCOME_KEY_FILE_WRONG);
}

static void two_files_of_one_key_share_nothing_but_the_head(void **state)
{
    OWNED_BUFFER one = written(KEY_SIGNING, credential());
    OWNED_BUFFER other = written(KEY_SIGNING, credential());

    (void)state;
    assert_memory_equal(one.data, other.data, 30);
    assert_memory_not_equal(one.data + 30, other.data + 30, 16);
    assert_memory_not_equal(one.data + 46, other.data + 46, 24);
    assert_memory_not_equal(one.data + 70, other.data + 70, 32);
}

static void want_of_memory_is_told_at_each_step(void **state)
{
    OWNED_BUFFER file = written(KEY_SIGNING, credential()), out = {0};
    const struct key_lock lock = credential();
    uint8_t back[32];
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(
        outcome,
        (buffer_wipe(&out), key_file_write(KEY_SIGNING, bytes_of(secret, 32), &lock, &out)),
        (void)0);
    WITH_SCARCE_MEMORY(outcome,
                       key_file_read(buffer_bytes(&file), KEY_SIGNING, &lock, back, sizeof back),
                       (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_files_open),
        cmocka_unit_test(each_lock_goes_round),
        cmocka_unit_test(another_lock_does_not_open_it),
        cmocka_unit_test(a_key_of_another_type_or_length_is_refused),
        cmocka_unit_test(any_flipped_bit_is_refused),
        cmocka_unit_test(the_limits_of_a_passphrase_are_authenticated),
        cmocka_unit_test(any_cut_of_a_file_is_refused),
        cmocka_unit_test(a_hostile_file_costs_nothing),
        cmocka_unit_test(a_lock_or_secret_out_of_bounds_is_refused),
        cmocka_unit_test(two_files_of_one_key_share_nothing_but_the_head),
        cmocka_unit_test(want_of_memory_is_told_at_each_step),
    };

    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
