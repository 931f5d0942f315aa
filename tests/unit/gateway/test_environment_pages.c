/* SPDX-License-Identifier: EUPL-1.2 */
/* What LMDB makes is always found sound; what was changed in it is found, or changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/environment.h"
#include "gateway/environment_pages.h"
#include "tests/support/dice.h"
#include "tests/support/folder.h"

enum { MAP_BYTES = 8 << 20, TABLES = 3, PAGE_BYTES = 4096, VALUE_MAX = 9000 };

static const char *const tables[TABLES] = {"EEN", "TWEE", "DRIE"};
static struct folder folder;
static struct pages_found found;

struct seen {
    unsigned rows;
    uint64_t sum; /* of all bytes, with their places */
};

static enum outcome count_row(void *context, unsigned table, struct bytes key, struct bytes value)
{
    struct seen *seen = context;

    seen->rows++;
    seen->sum = seen->sum * 31 + table;
    for (size_t i = 0; i < key.length; i++)
        seen->sum = seen->sum * 31 + key.data[i];
    for (size_t i = 0; i < value.length; i++)
        seen->sum = seen->sum * 31 + value.data[i];
    return OUTCOME_OK;
}

static enum outcome check(struct bytes file, struct seen *seen)
{
    *seen = (struct seen){0};
    return pages_check(file, tables, TABLES, count_row, seen, &found);
}

static enum outcome check_file(const char *path, struct seen *seen)
{
    OWNED_BUFFER file = file_bytes(path);

    return check(buffer_bytes(&file), seen);
}

static struct environment *opened(void)
{
    struct environment *environment = NULL;

    assert_int_equal(
        environment_open(folder_path(&folder, "e"), tables, TABLES, MAP_BYTES, &environment),
        OUTCOME_OK);
    return environment;
}

/* As LMDB itself reads them. */
static struct seen rows_of(struct environment *environment)
{
    struct transaction transaction;
    struct seen seen = {0};

    assert_int_equal(environment_read(environment, &transaction), OUTCOME_OK);
    for (unsigned i = 0; i < TABLES; i++) {
        struct walk walk = {0};
        assert_int_equal(walk_begin(&transaction, i, (struct bytes){0}, &walk), OUTCOME_OK);
        while (walk_next(&walk) == OUTCOME_OK)
            assert_int_equal(count_row(&seen, i, walk.key, walk.value), OUTCOME_OK);
        walk_end(&walk);
    }
    transaction_end(&transaction);
    return seen;
}

static void change_some(struct environment *environment, struct dice *dice, unsigned changes)
{
    static uint8_t value[VALUE_MAX];
    struct transaction transaction;

    assert_int_equal(environment_write(environment, &transaction), OUTCOME_OK);
    for (unsigned i = 0; i < changes; i++) {
        const unsigned table = (unsigned)dice_number(dice, TABLES);
        const size_t longest = dice_number(dice, 20) == 0 ? VALUE_MAX : 200;
        uint8_t key[24];
        const size_t length = 1 + dice_number(dice, sizeof key);
        memset(key, 0, sizeof key);
        dice_bytes(dice, key, length < 2 ? length : 2);
        if (dice_number(dice, 3) == 0)
            transaction_delete(&transaction, table, bytes_of(key, length));
        else
            transaction_put(&transaction, table, bytes_of(key, length),
                            bytes_of(value, dice_number(dice, longest)));
    }
    if (dice_number(dice, 40) == 0)
        transaction_clear(&transaction, (unsigned)dice_number(dice, TABLES));
    assert_int_equal(transaction_commit(&transaction), OUTCOME_OK);
}

static int begin(void **state)
{
    (void)state;
    folder_begin(&folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

static void whatever_lmdb_makes_is_sound(void **state)
{
    struct dice dice = dice_throw_from(7);
    struct environment *environment = opened();

    (void)state;
    for (int round = 0; round < 100; round++) {
        struct seen by_lmdb, by_us;
        change_some(environment, &dice, 1 + (unsigned)dice_number(&dice, 60));
        by_lmdb = rows_of(environment);
        assert_int_equal(check_file(folder_path(&folder, "e/data.mdb"), &by_us), OUTCOME_OK);
        assert_int_equal(by_us.rows, by_lmdb.rows);
        assert_true(by_us.sum == by_lmdb.sum);
        if (round % 50 == 49) {
            environment_close(environment);
            environment = opened();
        }
    }
    environment_close(environment);
}

static void a_new_environment_and_a_copy_are_sound(void **state)
{
    struct dice dice = dice_throw_from(8);
    struct environment *environment = opened();
    struct seen seen, copied;

    (void)state;
    assert_int_equal(check_file(folder_path(&folder, "e/data.mdb"), &seen), OUTCOME_OK);
    assert_int_equal(seen.rows, 0);
    change_some(environment, &dice, 500);
    assert_int_equal(environment_copy(environment, folder_path(&folder, "copy")), OUTCOME_OK);
    seen = rows_of(environment);
    assert_int_equal(check_file(folder_path(&folder, "copy/data.mdb"), &copied), OUTCOME_OK);
    assert_true(copied.sum == seen.sum);
    environment_close(environment);
}

static void a_table_of_another_version_is_refused(void **state)
{
    static const char *const fewer[] = {"EEN", "TWEE"};
    OWNED_BUFFER file = {0};

    (void)state;
    environment_close(opened());
    file = file_bytes(folder_path(&folder, "e/data.mdb"));
    assert_int_equal(pages_check(buffer_bytes(&file), fewer, 2, NULL, NULL, &found),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(found.flaw, PAGES_TABLE);
}

/* The rows that LMDB would give, and their values, are right or the file is refused: whatever
 * differs lies in a value or a key, which the tags of the store are for. */
static void s7_a_byte_changed_anywhere_gives_no_other_number_of_rows(void **state)
{
    struct dice dice = dice_throw_from(9);
    struct environment *environment = opened();
    OWNED_BUFFER file = {0};
    unsigned refused = 0, same = 0, other = 0;
    struct seen sound, seen;

    (void)state;
    for (int round = 0; round < 3; round++)
        change_some(environment, &dice, 20);
    environment_close(environment);
    file = file_bytes(folder_path(&folder, "e/data.mdb"));
    assert_int_equal(check(buffer_bytes(&file), &sound), OUTCOME_OK);
    for (size_t i = 0; i < file.length; i++) {
        const uint8_t bit = (uint8_t)(1u << dice_number(&dice, 8));
        file.data[i] ^= bit;
        if (check(buffer_bytes(&file), &seen) != OUTCOME_OK)
            refused++;
        else {
            assert_int_equal(seen.rows, sound.rows);
            *(seen.sum == sound.sum ? &same : &other) += 1;
        }
        file.data[i] ^= bit;
    }
    print_message("%u refused, %u the same, %u in a key or value\n", refused, same, other);
    assert_true(refused > 100 && other > 100);
}

static void s7_a_head_page_that_lost_its_number_is_noticed(void **state)
{
    struct environment *environment = opened();
    struct dice dice = dice_throw_from(10);
    struct seen seen;

    (void)state;
    for (int round = 0; round < 9; round++) {
        OWNED_BUFFER file = {0};
        change_some(environment, &dice, 5);
        file = file_bytes(folder_path(&folder, "e/data.mdb"));
        for (size_t bit = 0; bit < 2 * 64; bit++) {
            const size_t at = bit / 64 * PAGE_BYTES + 16 + 128 + bit % 64 / 8;
            file.data[at] ^= (uint8_t)(1u << bit % 8);
            assert_int_equal(check(buffer_bytes(&file), &seen), OUTCOME_STORE_DAMAGED);
            assert_int_equal(found.flaw, PAGES_HEAD);
            file.data[at] ^= (uint8_t)(1u << bit % 8);
        }
    }
    environment_close(environment);
}

static void s7_a_file_cut_off_is_too_short_or_complete(void **state)
{
    struct environment *environment = opened();
    struct dice dice = dice_throw_from(11);
    OWNED_BUFFER file = {0};
    struct seen sound, seen;

    (void)state;
    for (int round = 0; round < 6; round++)
        change_some(environment, &dice, 60);
    environment_close(environment);
    file = file_bytes(folder_path(&folder, "e/data.mdb"));
    assert_int_equal(check(buffer_bytes(&file), &sound), OUTCOME_OK);
    for (size_t length = 0; length < file.length; length += 1024) {
        const enum outcome outcome = check(bytes_of(file.data, length), &seen);
        assert_true(outcome == OUTCOME_STORE_DAMAGED || seen.sum == sound.sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whatever_lmdb_makes_is_sound, begin, end),
        cmocka_unit_test_setup_teardown(a_new_environment_and_a_copy_are_sound, begin, end),
        cmocka_unit_test_setup_teardown(a_table_of_another_version_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(s7_a_byte_changed_anywhere_gives_no_other_number_of_rows,
                                        begin, end),
        cmocka_unit_test_setup_teardown(s7_a_head_page_that_lost_its_number_is_noticed, begin, end),
        cmocka_unit_test_setup_teardown(s7_a_file_cut_off_is_too_short_or_complete, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
