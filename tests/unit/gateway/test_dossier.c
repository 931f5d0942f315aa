/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/dossier.h"
#include "tests/support/small_store.h"

static struct small_store small;
static const uint8_t local_key[KEY_BYTES] = {1, 2, 3};

static struct identity identity_of(const char *postcode, const char *number, const char *letter,
                                   const char *addition)
{
    struct identity identity = {0};

    assert_int_equal(identity_pch(postcode, number, letter, addition, &identity), OUTCOME_OK);
    return identity;
}

static void hash_of(const char *number, uint8_t out[static STORE_HASH_BYTES])
{
    const struct identity identity = identity_of("1234AB", number, "", "");

    assert_int_equal(dossier_hash_identity(small.store, local_key, &identity, out), OUTCOME_OK);
}

static void number_dossier(unsigned number, char out[static DOSSIER_BYTES])
{
    snprintf(out, DOSSIER_BYTES, "D-%0*u", DOSSIER_BYTES - 3, number);
}

static void link_one(const uint8_t hash[static STORE_HASH_BYTES], const char *dossier)
{
    struct change *change = change_of(small.store);

    dossier_link(change, hash, dossier);
    change_done(change);
}

static size_t list(const uint8_t hash[static STORE_HASH_BYTES], char (*out)[DOSSIER_BYTES],
                   size_t max)
{
    struct view view;
    size_t count = 999;

    view_begin(small.store, &view);
    assert_int_equal(dossier_list(&view, hash, out, max, &count), OUTCOME_OK);
    view_end(&view);
    return count;
}

static void a_number_is_drawn_and_never_twice(void **state)
{
    char numbers[500][DOSSIER_BYTES];

    (void)state;
    for (size_t i = 0; i < 500; i++) {
        dossier_new(numbers[i]);
        assert_int_equal(strlen(numbers[i]), DOSSIER_BYTES - 1);
        assert_int_equal(strspn(numbers[i] + 2, "0123456789"), DOSSIER_BYTES - 3);
        assert_memory_equal(numbers[i], "D-", 2);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(numbers[i], numbers[j]);
    }
}

static void an_address_has_one_hash_and_others_have_another(void **state)
{
    const struct identity same[] = {identity_of("1234AB", "5", "A", "2"),
                                    identity_of("1234AB", "5", "A", "2")};
    const struct identity others[] = {
        identity_of("1234AB", "5", "A", ""), identity_of("1234AB", "5", "", "2"),
        identity_of("1234AB", "52", "A", ""), identity_of("1234AC", "5", "A", "2")};
    uint8_t first[STORE_HASH_BYTES], hash[STORE_HASH_BYTES], other_key[KEY_BYTES] = {9};

    (void)state;
    assert_int_equal(dossier_hash_identity(small.store, local_key, &same[0], first), OUTCOME_OK);
    assert_int_equal(dossier_hash_identity(small.store, local_key, &same[1], hash), OUTCOME_OK);
    assert_memory_equal(first, hash, sizeof hash);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(dossier_hash_identity(small.store, local_key, &others[i], hash),
                         OUTCOME_OK);
        assert_memory_not_equal(first, hash, sizeof hash);
    }
    assert_int_equal(dossier_hash_identity(small.store, other_key, &same[0], hash), OUTCOME_OK);
    assert_memory_not_equal(first, hash, sizeof hash);
    assert_int_equal(dossier_hash_token(small.store, "wp1.pch.g.2026H2.x", hash), OUTCOME_OK);
    assert_memory_not_equal(first, hash, sizeof hash);
}

static void an_unknown_address_has_no_dossier(void **state)
{
    uint8_t hash[STORE_HASH_BYTES];
    char found[DOSSIER_BYTES] = "onaangeroerd";
    struct view view;

    (void)state;
    hash_of("1", hash);
    view_begin(small.store, &view);
    assert_int_equal(dossier_find(&view, hash, found), OUTCOME_NOT_FOUND);
    view_end(&view);
    assert_string_equal(found, "onaangeroerd");
    assert_int_equal(list(hash, &found, 1), 0);
}

static void each_address_lists_its_own_dossiers(void **state)
{
    uint8_t hashes[20][STORE_HASH_BYTES];
    char found[DOSSIERS_MAX][DOSSIER_BYTES];

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        char number[8];
        snprintf(number, sizeof number, "%u", i + 1);
        hash_of(number, hashes[i]);
        for (unsigned j = 0; j < i; j++) {
            char dossier[DOSSIER_BYTES];
            number_dossier(i * 100 + j, dossier);
            link_one(hashes[i], dossier);
            link_one(hashes[i], dossier); /* again: no second row */
        }
    }
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(list(hashes[i], found, DOSSIERS_MAX), i);
        for (unsigned j = 0; j < i; j++) {
            char dossier[DOSSIER_BYTES];
            number_dossier(i * 100 + j, dossier);
            assert_string_equal(found[j], dossier);
        }
        assert_int_equal(list(hashes[i], found, 3), i < 3 ? i : 3);
    }
    assert_int_equal(rows_in(small.store, TABLE_DOSSIER), 190);
}

static void none_is_missed_however_many_there_are(void **state)
{
    char dossier[DOSSIER_BYTES] = "", wanted[DOSSIER_BYTES];
    uint8_t hash[STORE_HASH_BYTES], next[STORE_HASH_BYTES];
    struct view view;

    (void)state;
    memset(hash, 7, sizeof hash);
    memset(next, 8, sizeof next);
    for (unsigned i = 0; i < DOSSIERS_MAX + 40; i++) {
        number_dossier(i, dossier);
        link_one(hash, dossier);
    }
    link_one(next, dossier);
    dossier[0] = '\0';
    view_begin(small.store, &view);
    for (unsigned i = 0; i < DOSSIERS_MAX + 40; i++) {
        number_dossier(i, wanted);
        assert_int_equal(dossier_next(&view, hash, dossier, dossier), OUTCOME_OK);
        assert_string_equal(dossier, wanted);
    }
    assert_int_equal(dossier_next(&view, hash, dossier, dossier), OUTCOME_NOT_FOUND);
    view_end(&view);
}

/* A signal that came in gave the address its dossier: who looks for persons must find it there. */
static void an_address_that_was_received_becomes_a_person_here(void **state)
{
    const struct identity identity = identity_of("1234AB", "7", "", "");
    uint8_t hash[STORE_HASH_BYTES];
    char received[DOSSIER_BYTES], made[DOSSIER_BYTES];
    struct change *change;

    (void)state;
    hash_of("7", hash);
    number_dossier(7, received);
    link_one(hash, received);
    for (unsigned i = 0; i < 2; i++) {
        change = change_of(small.store);
        assert_int_equal(dossier_make(change, small.store, local_key, &identity, made),
                         OUTCOME_OK);
        change_done(change);
        assert_string_equal(made, received);
        assert_int_equal(rows_in(small.store, TABLE_PERSON), 1);
    }
}

static void neighbouring_hashes_do_not_mix(void **state)
{
    uint8_t low[STORE_HASH_BYTES], high[STORE_HASH_BYTES], last[STORE_HASH_BYTES];
    char found[4][DOSSIER_BYTES], dossiers[3][DOSSIER_BYTES];

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        number_dossier(i, dossiers[i]);
    memset(low, 7, sizeof low);
    memset(high, 7, sizeof high);
    memset(last, 0xff, sizeof last);
    high[STORE_HASH_BYTES - 1] = 8;
    link_one(low, dossiers[0]);
    link_one(high, dossiers[1]);
    link_one(last, dossiers[2]);
    assert_int_equal(list(low, found, 4), 1);
    assert_string_equal(found[0], dossiers[0]);
    assert_int_equal(list(high, found, 4), 1);
    assert_string_equal(found[0], dossiers[1]);
    assert_int_equal(list(last, found, 4), 1);
}

static void a_row_of_another_length_is_damage(void **state)
{
    uint8_t key[STORE_HASH_BYTES + 3] = {5};
    char found[4][DOSSIER_BYTES];
    struct change *change = change_of(small.store);
    struct view view;
    size_t count = 7;

    (void)state;
    store_put(change, TABLE_DOSSIER, bytes_of(key, sizeof key), (struct bytes){0});
    change_done(change);
    view_begin(small.store, &view);
    assert_int_equal(dossier_list(&view, key, found, 4, &count), OUTCOME_STORE_DAMAGED);
    view_end(&view);
    assert_int_equal(count, 7);
}

static int make_store(void **state)
{
    (void)state;
    small_store_make(&small);
    return 0;
}

static int end_store(void **state)
{
    (void)state;
    small_store_end(&small);
    return 0;
}

#define WITH_STORE(fact) cmocka_unit_test_setup_teardown(fact, make_store, end_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_drawn_and_never_twice),
        WITH_STORE(an_address_has_one_hash_and_others_have_another),
        WITH_STORE(an_unknown_address_has_no_dossier),
        WITH_STORE(each_address_lists_its_own_dossiers),
        WITH_STORE(none_is_missed_however_many_there_are),
        WITH_STORE(an_address_that_was_received_becomes_a_person_here),
        WITH_STORE(neighbouring_hashes_do_not_mix),
        WITH_STORE(a_row_of_another_length_is_damage),
    };

    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
