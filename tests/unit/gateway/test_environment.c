/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/environment.h"
#include "tests/support/dice.h"
#include "tests/support/folder.h"
#include "tests/support/scarce_memory.h"

enum { MAP_BYTES = 1 << 20, PAGE_BYTES = 4096, FIRST = 0, SECOND = 1, TABLES = 2 };

static const char *const tables[TABLES] = {"EERSTE", "TWEEDE"};
static struct folder folder;

static struct bytes text(const char *value)
{
    return bytes_of_text(value);
}

static enum outcome open_at(const char *path, struct environment **out_environment)
{
    return environment_open(path, tables, TABLES, MAP_BYTES, out_environment);
}

static struct environment *opened(const char *path)
{
    struct environment *environment = NULL;

    assert_int_equal(open_at(path, &environment), OUTCOME_OK);
    return environment;
}

static struct transaction writing(struct environment *environment)
{
    struct transaction transaction;

    assert_int_equal(environment_write(environment, &transaction), OUTCOME_OK);
    return transaction;
}

static struct transaction reading(struct environment *environment)
{
    struct transaction transaction;

    assert_int_equal(environment_read(environment, &transaction), OUTCOME_OK);
    return transaction;
}

static void put_one(struct environment *environment, const char *key, const char *value)
{
    struct transaction transaction = writing(environment);

    transaction_put(&transaction, FIRST, text(key), text(value));
    assert_int_equal(transaction_commit(&transaction), OUTCOME_OK);
}

static void assert_value(struct environment *environment, const char *key, const char *value)
{
    struct transaction transaction = reading(environment);
    struct bytes found;
    enum outcome outcome = transaction_get(&transaction, FIRST, text(key), &found);

    assert_int_equal(outcome, value ? OUTCOME_OK : OUTCOME_NOT_FOUND);
    if (value)
        assert_true(bytes_equal(found, text(value)));
    transaction_end(&transaction);
}

static size_t entries(struct environment *environment, unsigned table)
{
    struct transaction transaction = reading(environment);
    size_t count = environment_entries(&transaction, table);

    transaction_end(&transaction);
    return count;
}

static bool exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0;
}

/* --- opening --- */

static void an_absent_folder_is_made_whole_and_private(void **state)
{
    const char *path = folder_path(&folder, "nieuw"), *half = folder_path(&folder, "nieuw.new");
    struct environment *environment = opened(path);
    struct stat info;

    (void)state;
    assert_false(exists(half));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(stat(folder_path(&folder, "nieuw/data.mdb"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(entries(environment, FIRST), 0);
    environment_close(environment);
}

static void what_a_crash_left_half_made_is_made_anew(void **state)
{
    const char *path = folder_path(&folder, "half");
    struct environment *environment;

    (void)state;
    assert_int_equal(mkdir(folder_path(&folder, "half.new"), 0700), 0);
    file_put(folder_path(&folder, "half.new/data.mdb"), text("half a page"));
    file_put(folder_path(&folder, "half.new/lock.mdb"), text("x"));
    environment = opened(path);
    put_one(environment, "sleutel", "waarde");
    assert_false(exists(folder_path(&folder, "half.new")));
    environment_close(environment);
}

static void what_was_committed_is_there_after_reopening(void **state)
{
    const char *path = folder_path(&folder, "blijft");
    struct environment *environment = opened(path);

    (void)state;
    put_one(environment, "sleutel", "waarde");
    environment_close(environment);
    environment = opened(path);
    assert_value(environment, "sleutel", "waarde");
    environment_close(environment);
}

static void a_second_opening_is_refused_while_the_first_lasts(void **state)
{
    const char *path = folder_path(&folder, "bezet");
    struct environment *first = opened(path), *second = NULL;

    (void)state;
    assert_int_equal(open_at(path, &second), OUTCOME_STORE_IN_USE);
    assert_null(second);
    environment_close(first);
    second = opened(path);
    environment_close(second);
}

static void a_folder_that_cannot_be_made_is_refused(void **state)
{
    struct environment *environment = NULL;
    char longest[5000];

    (void)state;
    assert_int_equal(open_at(folder_path(&folder, "geen/ouder"), &environment), OUTCOME_FILE_WRONG);
    memset(longest, 'a', sizeof longest - 1);
    longest[0] = '/';
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(open_at(longest, &environment), OUTCOME_FILE_WRONG);
    file_put(folder_path(&folder, "bestand"), text("x"));
    assert_int_equal(open_at(folder_path(&folder, "bestand"), &environment), OUTCOME_FILE_WRONG);
    assert_null(environment);
    environment_close(NULL);
}

/* In a child, because a file that is too short can end in SIGBUS. */
static int exit_of_opening(const char *path)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct environment *environment = NULL;
        _exit((int)open_at(path, &environment));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static struct buffer filled_file(const char *name)
{
    struct environment *environment = opened(folder_path(&folder, name));
    char value[900], path[FOLDER_PATH_BYTES];

    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    for (char key[] = "a"; key[0] <= 'z'; key[0]++)
        put_one(environment, key, value);
    environment_close(environment);
    snprintf(path, sizeof path, "%s/data.mdb", folder_path(&folder, name));
    return file_bytes(path);
}

static void a_file_cut_short_anywhere_is_refused(void **state)
{
    const char *path = folder_path(&folder, "kort");
    OWNED_BUFFER whole = filled_file("kort");

    (void)state;
    assert_true(whole.length > 8 * PAGE_BYTES);
    assert_int_equal(exit_of_opening(path), OUTCOME_OK);
    for (size_t length = 0; length < whole.length; length += PAGE_BYTES / 2) {
        file_put(folder_path(&folder, "kort/data.mdb"), bytes_of(whole.data, length));
        assert_int_equal(exit_of_opening(folder_path(&folder, "kort")), OUTCOME_STORE_DAMAGED);
    }
    file_put(folder_path(&folder, "kort/data.mdb"), bytes_of(whole.data, whole.length - 1));
    assert_int_equal(exit_of_opening(folder_path(&folder, "kort")), OUTCOME_STORE_DAMAGED);
    file_put(folder_path(&folder, "kort/data.mdb"), buffer_bytes(&whole));
    assert_int_equal(exit_of_opening(folder_path(&folder, "kort")), OUTCOME_OK);
}

static void a_folder_without_its_file_is_damaged_and_not_begun_anew(void **state)
{
    (void)state;
    environment_close(opened(folder_path(&folder, "leeg")));
    assert_int_equal(unlink(folder_path(&folder, "leeg/data.mdb")), 0);
    assert_int_equal(exit_of_opening(folder_path(&folder, "leeg")), OUTCOME_STORE_DAMAGED);
    assert_false(exists(folder_path(&folder, "leeg/data.mdb")));
}

static void a_file_of_another_kind_is_refused(void **state)
{
    struct dice dice = dice_throw_from(20261203);
    uint8_t noise[4 * PAGE_BYTES];

    (void)state;
    environment_close(opened(folder_path(&folder, "vreemd")));
    dice_bytes(&dice, noise, sizeof noise);
    file_put(folder_path(&folder, "vreemd/data.mdb"), bytes_of(noise, sizeof noise));
    assert_int_equal(exit_of_opening(folder_path(&folder, "vreemd")), OUTCOME_STORE_DAMAGED);
}

static void scarce_memory_at_opening_leaves_nothing_open(void **state)
{
    struct environment *environment = NULL;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, open_at(folder_path(&folder, "schaars"), &environment),
                       environment_close(environment));
    assert_int_equal(outcome, OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, open_at(folder_path(&folder, "schaars"), &environment),
                       environment_close(environment));
    assert_int_equal(outcome, OUTCOME_OK);
}

/* --- transactions --- */

static struct environment *environment;

static int open_environment(void **state)
{
    static int count;
    char name[16];

    (void)state;
    snprintf(name, sizeof name, "open-%d", count++);
    return open_at(folder_path(&folder, name), &environment) == OUTCOME_OK ? 0 : -1;
}

static int close_environment(void **state)
{
    (void)state;
    environment_close(environment);
    return 0;
}

static void a_write_sees_itself_and_others_see_it_after_the_commit(void **state)
{
    struct transaction write = writing(environment), read = reading(environment);
    struct bytes value;

    (void)state;
    transaction_put(&write, FIRST, text("a"), text("1"));
    assert_int_equal(transaction_get(&write, FIRST, text("a"), &value), OUTCOME_OK);
    assert_int_equal(transaction_get(&read, FIRST, text("a"), &value), OUTCOME_NOT_FOUND);
    assert_int_equal(transaction_commit(&write), OUTCOME_OK);
    assert_int_equal(transaction_get(&read, FIRST, text("a"), &value), OUTCOME_NOT_FOUND);
    transaction_end(&read);
    assert_value(environment, "a", "1");
    transaction_end(&write); /* after a commit it does nothing */
}

static void what_is_not_committed_leaves_no_trace(void **state)
{
    struct transaction write = writing(environment);

    (void)state;
    transaction_put(&write, FIRST, text("a"), text("1"));
    transaction_end(&write);
    transaction_end(&write);
    assert_value(environment, "a", NULL);
}

static void tables_do_not_see_each_other(void **state)
{
    struct transaction transaction;
    struct bytes value;

    (void)state;
    put_one(environment, "a", "1");
    transaction = reading(environment);
    assert_int_equal(transaction_get(&transaction, SECOND, text("a"), &value), OUTCOME_NOT_FOUND);
    assert_int_equal(environment_entries(&transaction, FIRST), 1);
    assert_int_equal(environment_entries(&transaction, SECOND), 0);
    transaction_end(&transaction);
}

static void deleting_takes_one_row_and_what_is_absent_is_no_failure(void **state)
{
    struct transaction transaction;

    (void)state;
    put_one(environment, "a", "1");
    put_one(environment, "b", "2");
    transaction = writing(environment);
    transaction_delete(&transaction, FIRST, text("a"));
    transaction_delete(&transaction, FIRST, text("never"));
    assert_int_equal(transaction_commit(&transaction), OUTCOME_OK);
    assert_value(environment, "a", NULL);
    assert_value(environment, "b", "2");
}

static void clearing_empties_one_table(void **state)
{
    struct transaction transaction;

    (void)state;
    put_one(environment, "a", "1");
    transaction = writing(environment);
    transaction_put(&transaction, SECOND, text("b"), text("2"));
    transaction_clear(&transaction, FIRST);
    assert_int_equal(transaction_commit(&transaction), OUTCOME_OK);
    assert_int_equal(entries(environment, FIRST), 0);
    assert_int_equal(entries(environment, SECOND), 1);
}

static void the_first_failure_sticks_and_the_commit_tells_it(void **state)
{
    uint8_t key[ENVIRONMENT_KEY_MAX_BYTES + 1] = {'k'};
    const struct bytes wrong[] = {bytes_of(key, sizeof key), {0}};
    struct bytes value;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct transaction transaction = writing(environment);
        transaction_put(&transaction, FIRST, text("voor"), text("1"));
        transaction_put(&transaction, FIRST, wrong[i], text("1"));
        assert_int_equal(transaction.outcome, OUTCOME_STORE_FAILED);
        transaction_put(&transaction, FIRST, text("na"), text("1"));
        transaction_delete(&transaction, FIRST, text("voor"));
        transaction_clear(&transaction, FIRST);
        assert_int_equal(transaction_get(&transaction, FIRST, text("voor"), &value),
                         OUTCOME_STORE_FAILED);
        assert_int_equal(transaction_commit(&transaction), OUTCOME_STORE_FAILED);
    }
    assert_int_equal(entries(environment, FIRST), 0);
}

static void the_longest_key_fits(void **state)
{
    uint8_t key[ENVIRONMENT_KEY_MAX_BYTES];
    struct transaction transaction = writing(environment);
    struct bytes value;

    (void)state;
    memset(key, 'k', sizeof key);
    transaction_put(&transaction, FIRST, bytes_of(key, sizeof key), (struct bytes){0});
    assert_int_equal(transaction_get(&transaction, FIRST, bytes_of(key, sizeof key), &value),
                     OUTCOME_OK);
    assert_int_equal(value.length, 0);
    assert_int_equal(transaction_commit(&transaction), OUTCOME_OK);
}

static void a_full_store_says_so_and_keeps_what_it_had(void **state)
{
    struct transaction transaction;
    uint8_t value[2000] = {0};

    (void)state;
    put_one(environment, "eerder", "1");
    transaction = writing(environment);
    for (uint16_t i = 0; i < 2 * MAP_BYTES / 2000; i++) {
        const uint8_t key[] = {'v', (uint8_t)(i >> 8), (uint8_t)i};
        transaction_put(&transaction, FIRST, bytes_of(key, sizeof key),
                        bytes_of(value, sizeof value));
    }
    assert_int_equal(transaction.outcome, OUTCOME_STORE_FULL);
    assert_int_equal(transaction_commit(&transaction), OUTCOME_STORE_FULL);
    assert_int_equal(entries(environment, FIRST), 1);
    put_one(environment, "later", "2");
    assert_value(environment, "eerder", "1");
    assert_value(environment, "later", "2");
}

static void more_readers_than_there_are_places_are_told_to_wait(void **state)
{
    struct transaction readers[300];
    enum outcome outcome = OUTCOME_OK;
    size_t count = 0;

    (void)state;
    while (count < 300 && outcome == OUTCOME_OK) {
        outcome = environment_read(environment, &readers[count]);
        count += outcome == OUTCOME_OK;
    }
    assert_int_equal(outcome, OUTCOME_BUSY);
    assert_int_equal(count, 256);
    while (count > 0)
        transaction_end(&readers[--count]);
    put_one(environment, "a", "1");
    assert_value(environment, "a", "1");
}

static void a_copy_holds_the_same_and_is_made_once(void **state)
{
    const char *path = folder_path(&folder, "afschrift");
    struct environment *copy;

    (void)state;
    put_one(environment, "a", "1");
    assert_int_equal(environment_copy(environment, path), OUTCOME_OK);
    assert_int_equal(environment_copy(environment, path), OUTCOME_FILE_WRONG);
    copy = opened(path);
    assert_value(copy, "a", "1");
    environment_close(copy);
}

/* --- order, beside a sorted array --- */

enum { ROWS = 300, KEY_BYTES = 4 };

struct rows {
    char keys[ROWS][KEY_BYTES + 1];
    size_t count;
};

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Short keys of few letters, so that many begin alike. */
static void throw_rows(struct dice *dice, struct rows *rows)
{
    struct transaction transaction = writing(environment);
    char thrown[ROWS][KEY_BYTES + 1];

    for (size_t i = 0; i < ROWS; i++) {
        dice_word(dice, "abc", 1, KEY_BYTES, thrown[i]);
        transaction_put(&transaction, FIRST, text(thrown[i]), text(thrown[i]));
    }
    assert_int_equal(transaction_commit(&transaction), OUTCOME_OK);
    qsort(thrown, ROWS, sizeof thrown[0], compare);
    rows->count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (i == 0 || strcmp(thrown[i], thrown[i - 1]) != 0)
            strcpy(rows->keys[rows->count++], thrown[i]);
    }
}

static void assert_row(enum outcome outcome, struct bytes key, struct bytes value,
                       const char *expected)
{
    assert_int_equal(outcome, expected ? OUTCOME_OK : OUTCOME_NOT_FOUND);
    if (expected) {
        assert_true(bytes_equal(key, text(expected)));
        assert_true(bytes_equal(value, text(expected)));
    }
}

static void next_and_before_find_the_neighbours_of_any_key(void **state)
{
    struct dice dice = dice_throw_from(7);
    struct transaction transaction;
    struct rows rows;

    (void)state;
    throw_rows(&dice, &rows);
    transaction = reading(environment);
    for (int i = 0; i < 2000; i++) {
        char from[KEY_BYTES + 2];
        size_t at = 0, after, last;
        struct bytes key = {0}, value = {0};
        enum outcome outcome;
        dice_word(&dice, "abcd", 0, KEY_BYTES + 1, from);
        while (at < rows.count && strcmp(rows.keys[at], from) < 0)
            at++;
        after = at + (at < rows.count && strcmp(rows.keys[at], from) == 0);
        last = rows.count;
        outcome = transaction_next(&transaction, FIRST, text(from), false, &key, &value);
        assert_row(outcome, key, value, at < last ? rows.keys[at] : NULL);
        outcome = transaction_next(&transaction, FIRST, text(from), true, &key, &value);
        assert_row(outcome, key, value, after < last ? rows.keys[after] : NULL);
        outcome = transaction_before(&transaction, FIRST, text(from), &key, &value);
        assert_row(outcome, key, value, at > 0 ? rows.keys[at - 1] : NULL);
    }
    transaction_end(&transaction);
}

static void a_walk_meets_every_row_once_in_order(void **state)
{
    struct dice dice = dice_throw_from(8);
    struct transaction transaction;
    struct rows rows;

    (void)state;
    throw_rows(&dice, &rows);
    transaction = reading(environment);
    for (size_t from = 0; from < rows.count; from += 17) {
        struct walk walk = {0};
        size_t at = from;
        assert_int_equal(walk_begin(&transaction, FIRST, text(from ? rows.keys[from] : ""), &walk),
                         OUTCOME_OK);
        while (walk_next(&walk) == OUTCOME_OK) {
            assert_true(at < rows.count);
            assert_row(OUTCOME_OK, walk.key, walk.value, rows.keys[at++]);
        }
        assert_int_equal(at, rows.count);
        walk_end(&walk);
        walk_end(&walk);
    }
    transaction_end(&transaction);
}

static void an_empty_table_has_no_rows_to_find(void **state)
{
    struct transaction transaction = reading(environment);
    struct bytes key, value;
    struct walk walk = {0};

    (void)state;
    assert_int_equal(transaction_next(&transaction, FIRST, text(""), false, &key, &value),
                     OUTCOME_NOT_FOUND);
    assert_int_equal(transaction_before(&transaction, FIRST, text("z"), &key, &value),
                     OUTCOME_NOT_FOUND);
    assert_int_equal(walk_begin(&transaction, FIRST, text(""), &walk), OUTCOME_OK);
    assert_int_equal(walk_next(&walk), OUTCOME_NOT_FOUND);
    walk_end(&walk);
    transaction_end(&transaction);
}

static int make_folder(void **state)
{
    (void)state;
    folder_begin(&folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

#define WITH_ENVIRONMENT(fact)                                                                     \
    cmocka_unit_test_setup_teardown(fact, open_environment, close_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_absent_folder_is_made_whole_and_private),
        cmocka_unit_test(what_a_crash_left_half_made_is_made_anew),
        cmocka_unit_test(what_was_committed_is_there_after_reopening),
        cmocka_unit_test(a_second_opening_is_refused_while_the_first_lasts),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_refused),
        cmocka_unit_test(a_file_cut_short_anywhere_is_refused),
        cmocka_unit_test(a_folder_without_its_file_is_damaged_and_not_begun_anew),
        cmocka_unit_test(a_file_of_another_kind_is_refused),
        cmocka_unit_test(scarce_memory_at_opening_leaves_nothing_open),
        WITH_ENVIRONMENT(a_write_sees_itself_and_others_see_it_after_the_commit),
        WITH_ENVIRONMENT(what_is_not_committed_leaves_no_trace),
        WITH_ENVIRONMENT(tables_do_not_see_each_other),
        WITH_ENVIRONMENT(deleting_takes_one_row_and_what_is_absent_is_no_failure),
        WITH_ENVIRONMENT(clearing_empties_one_table),
        WITH_ENVIRONMENT(the_first_failure_sticks_and_the_commit_tells_it),
        WITH_ENVIRONMENT(the_longest_key_fits),
        WITH_ENVIRONMENT(a_full_store_says_so_and_keeps_what_it_had),
        WITH_ENVIRONMENT(more_readers_than_there_are_places_are_told_to_wait),
        WITH_ENVIRONMENT(a_copy_holds_the_same_and_is_made_once),
        WITH_ENVIRONMENT(next_and_before_find_the_neighbours_of_any_key),
        WITH_ENVIRONMENT(a_walk_meets_every_row_once_in_order),
        WITH_ENVIRONMENT(an_empty_table_has_no_rows_to_find),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
