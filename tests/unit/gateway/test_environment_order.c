/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>

#include "gateway/environment.h"
#include "tests/support/folder.h"

enum {
    MAP_BYTES = 1 << 20,
    FIRST = 0,
    BEFORE = 100,
    ROWS = 1000,
    VALUE_BYTES = 100,
    ROW_BYTES = 8 + VALUE_BYTES + 10
};

static struct folder folder;
static struct environment *environment;

static int open_environment(void **state)
{
    static const char *const tables[] = {"EERSTE"};

    (void)state;
    folder_begin(&folder);
    return environment_open(folder_path(&folder, "rijen"), tables, 1, MAP_BYTES, &environment) ==
                   OUTCOME_OK
               ? 0
               : -1;
}

static int close_environment(void **state)
{
    (void)state;
    environment_close(environment);
    folder_remove(&folder);
    return 0;
}

static struct transaction writing(void)
{
    struct transaction transaction;

    assert_int_equal(environment_write(environment, &transaction), OUTCOME_OK);
    return transaction;
}

static void put_numbers(struct transaction *write, uint64_t from, uint64_t until)
{
    uint8_t key[8], value[VALUE_BYTES] = {0};

    for (uint64_t i = from; i < until; i++) {
        write_u64(key, i);
        transaction_put(write, FIRST, bytes_of(key, sizeof key), bytes_of(value, sizeof value));
    }
}

static void assert_numbers(struct transaction *transaction, uint64_t until)
{
    uint8_t from[8] = {0};
    struct bytes key, value;

    for (uint64_t i = 0; i < until; i++) {
        assert_int_equal(
            transaction_next(transaction, FIRST, bytes_of(from, sizeof from), i > 0, &key, &value),
            OUTCOME_OK);
        assert_true(read_u64(key.data) == i);
        memcpy(from, key.data, sizeof from);
    }
    assert_int_equal(environment_entries(transaction, FIRST), until);
}

/* Split in halves the pages would take twice as many bytes. */
static void rows_in_order_fill_their_pages(void **state)
{
    struct transaction write = writing();
    struct stat info;

    (void)state;
    put_numbers(&write, 0, ROWS);
    assert_numbers(&write, ROWS);
    assert_int_equal(transaction_commit(&write), OUTCOME_OK);
    assert_int_equal(stat(folder_path(&folder, "rijen/data.mdb"), &info), 0);
    assert_true(info.st_size < ROWS * ROW_BYTES * 3 / 2);
}

static void rows_out_of_order_find_their_place(void **state)
{
    struct transaction write = writing();

    (void)state;
    put_numbers(&write, BEFORE, BEFORE + ROWS);
    assert_int_equal(transaction_commit(&write), OUTCOME_OK);
    write = writing();
    put_numbers(&write, 0, BEFORE);
    put_numbers(&write, 500, 510);                         /* over what is there */
    put_numbers(&write, BEFORE + ROWS - 1, BEFORE + ROWS); /* over the very last */
    assert_numbers(&write, BEFORE + ROWS);
    assert_int_equal(transaction_commit(&write), OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_in_order_fill_their_pages, open_environment,
                                        close_environment),
        cmocka_unit_test_setup_teardown(rows_out_of_order_find_their_place, open_environment,
                                        close_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
