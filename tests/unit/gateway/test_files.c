/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/files.h"
#include "tests/support/scarce_memory.h"

static char folder[] = "/tmp/wijkpoort-files-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[2][FILE_PATH_MAX_BYTES];
    static int turn;
    struct file_fault fault = {0};

    turn = !turn;
    assert_int_equal(path_join(folder, name, path[turn], &fault), OUTCOME_OK);
    return path[turn];
}

static void make(const char *name, const char *text, mode_t mode)
{
    struct file_fault fault = {0};

    assert_int_equal(file_write(in_folder(name), bytes_of_text(text), mode, &fault), OUTCOME_OK);
}

static void assert_refused(const char *name, enum file_check check)
{
    OWNED_BUFFER out = {0};
    struct file_fault fault = {0};

    assert_int_equal(file_read_private(in_folder(name), 100, &out, &fault), OUTCOME_FILE_WRONG);
    assert_int_equal(fault.check, check);
    assert_string_equal(fault.path, in_folder(name));
    assert_int_equal(out.length, 0);
}

static void what_was_written_is_read(void **state)
{
    OWNED_BUFFER out = {0};
    struct file_fault fault = {0};
    struct stat status;

    (void)state;
    make("gewoon", "inhoud", 0640);
    buffer_add_text(&out, "al: ");
    assert_int_equal(file_read(in_folder("gewoon"), 6, &out, &fault), OUTCOME_OK);
    assert_string_equal(buffer_text(&out), "al: inhoud");
    assert_int_equal(stat(in_folder("gewoon"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
}

static void a_file_over_the_limit_is_refused(void **state)
{
    OWNED_BUFFER out = {0};
    struct file_fault fault = {0};

    (void)state;
    make("groot", "1234567", 0600);
    assert_int_equal(file_read(in_folder("groot"), 6, &out, &fault), OUTCOME_TOO_LARGE);
    assert_int_equal(fault.check, FILE_CHECK_SIZE);
    assert_int_equal(out.length, 0);
}

static void an_empty_file_is_read_as_nothing(void **state)
{
    OWNED_BUFFER out = {0};
    struct file_fault fault = {0};

    (void)state;
    make("leeg", "", 0600);
    assert_int_equal(file_read_private(in_folder("leeg"), 6, &out, &fault), OUTCOME_OK);
    assert_int_equal(out.length, 0);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    assert_refused("er-is-niets", FILE_CHECK_MISSING);
}

static void what_is_no_regular_file_is_refused(void **state)
{
    OWNED_BUFFER out = {0};
    struct file_fault fault = {0};

    (void)state;
    assert_int_equal(mkfifo(in_folder("pijp"), 0600), 0); /* nobody writes: opening must not wait */
    assert_refused("pijp", FILE_CHECK_REGULAR);
    assert_int_equal(file_read(folder, 100, &out, &fault), OUTCOME_FILE_WRONG);
    assert_int_equal(fault.check, FILE_CHECK_REGULAR);
}

static void a_key_others_can_read_is_refused(void **state)
{
    static const mode_t modes[] = {0601, 0602, 0604, 0610, 0620, 0640};

    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        make("open", "geheim", modes[i]);
        assert_refused("open", FILE_CHECK_MODE);
    }
}

static void a_key_that_is_a_link_is_refused(void **state)
{
    OWNED_BUFFER out = {0};
    struct file_fault fault = {0};

    (void)state;
    make("echt", "geheim", 0600);
    assert_int_equal(symlink(in_folder("echt"), in_folder("verwijzing")), 0);
    assert_refused("verwijzing", FILE_CHECK_LINK);
    assert_int_equal(file_read(in_folder("verwijzing"), 100, &out, &fault), OUTCOME_OK);
}

static void a_key_with_two_names_is_refused(void **state)
{
    (void)state;
    make("een", "geheim", 0600);
    assert_int_equal(link(in_folder("een"), in_folder("twee")), 0);
    assert_refused("een", FILE_CHECK_LINKS);
}

static void a_key_of_another_user_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    make("ander", "geheim", 0600);
    assert_int_equal(chown(in_folder("ander"), 65534, 65534), 0);
    assert_refused("ander", FILE_CHECK_OWNER);
}

static void a_write_replaces_and_leaves_nothing_beside_it(void **state)
{
    OWNED_BUFFER out = {0};
    struct file_fault fault = {0};
    char command[FILE_PATH_MAX_BYTES + 64];

    (void)state;
    make("vervangen", "oud", 0600);
    make("vervangen", "nieuw", 0600);
    assert_int_equal(file_read(in_folder("vervangen"), 100, &out, &fault), OUTCOME_OK);
    assert_string_equal(buffer_text(&out), "nieuw");
    snprintf(command, sizeof command, "test $(ls -d %s/vervangen* | wc -l) = 1", folder);
    assert_int_equal(system(command), 0);
}

static void a_new_file_never_replaces(void **state)
{
    OWNED_BUFFER out = {0};
    struct file_fault fault = {0};

    (void)state;
    assert_int_equal(file_write_new(in_folder("nieuw"), bytes_of_text("een"), 0600, &fault),
                     OUTCOME_OK);
    assert_int_equal(file_write_new(in_folder("nieuw"), bytes_of_text("twee"), 0600, &fault),
                     OUTCOME_EXISTS);
    assert_int_equal(fault.check, FILE_CHECK_EXISTS);
    assert_int_equal(file_read(in_folder("nieuw"), 100, &out, NULL), OUTCOME_OK);
    assert_string_equal(buffer_text(&out), "een");
}

static void a_write_that_cannot_be_leaves_what_was(void **state)
{
    struct file_fault fault = {0};

    (void)state;
    assert_int_equal(file_write(in_folder("geen/map/x"), bytes_of_text("x"), 0600, &fault),
                     OUTCOME_FILE_WRONG);
    assert_int_equal(fault.check, FILE_CHECK_WRITE);
}

static void a_folder_is_ours_alone(void **state)
{
    struct file_fault fault = {0};
    struct stat status;

    (void)state;
    assert_int_equal(folder_make(in_folder("map"), &fault), OUTCOME_OK);
    assert_int_equal(folder_make(in_folder("map"), &fault), OUTCOME_OK);
    assert_int_equal(stat(in_folder("map"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    assert_int_equal(chmod(in_folder("map"), 0750), 0);
    assert_int_equal(folder_make(in_folder("map"), &fault), OUTCOME_FILE_WRONG);
    assert_int_equal(fault.check, FILE_CHECK_FOLDER);
}

static void paths_are_joined_and_taken_apart(void **state)
{
    char out[FILE_PATH_MAX_BYTES], longest[FILE_PATH_MAX_BYTES + 1];
    struct file_fault fault = {0};

    (void)state;
    assert_int_equal(path_join("a/b", "c", out, &fault), OUTCOME_OK);
    assert_string_equal(out, "a/b/c");
    assert_int_equal(path_join("/", "c", out, &fault), OUTCOME_OK);
    assert_string_equal(out, "/c");
    assert_int_equal(path_join(".", "c", out, &fault), OUTCOME_OK);
    assert_string_equal(out, "c");
    assert_int_equal(path_join("a", "/c", out, &fault), OUTCOME_OK);
    assert_string_equal(out, "/c");
    assert_int_equal(path_folder("a/b/c", out, &fault), OUTCOME_OK);
    assert_string_equal(out, "a/b");
    assert_int_equal(path_folder("c", out, &fault), OUTCOME_OK);
    assert_string_equal(out, ".");
    assert_int_equal(path_folder("/c", out, &fault), OUTCOME_OK);
    assert_string_equal(out, "/");

    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(path_join("a", longest, out, &fault), OUTCOME_FILE_WRONG);
    assert_int_equal(fault.check, FILE_CHECK_PATH);
}

static void every_check_speaks_both_languages(void **state)
{
    (void)state;
    for (int i = 0; i < FILE_CHECK_COUNT; i++)
        assert_string_not_equal(file_check_text((enum file_check)i, LANGUAGE_NL),
                                file_check_text((enum file_check)i, LANGUAGE_EN));
}

static enum outcome read_into_new_buffer(void)
{
    OWNED_BUFFER out = {0};

    return file_read_private(in_folder("geheugen"), 100, &out, NULL);
}

static void scarce_memory_is_told(void **state)
{
    enum outcome outcome;

    (void)state;
    make("geheugen", "inhoud", 0600);
    WITH_SCARCE_MEMORY(outcome, read_into_new_buffer(), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[FILE_PATH_MAX_BYTES];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(a_file_over_the_limit_is_refused),
        cmocka_unit_test(an_empty_file_is_read_as_nothing),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(what_is_no_regular_file_is_refused),
        cmocka_unit_test(a_key_others_can_read_is_refused),
        cmocka_unit_test(a_key_that_is_a_link_is_refused),
        cmocka_unit_test(a_key_with_two_names_is_refused),
        cmocka_unit_test(a_key_of_another_user_is_refused),
        cmocka_unit_test(a_write_replaces_and_leaves_nothing_beside_it),
        cmocka_unit_test(a_new_file_never_replaces),
        cmocka_unit_test(a_write_that_cannot_be_leaves_what_was),
        cmocka_unit_test(a_folder_is_ours_alone),
        cmocka_unit_test(paths_are_joined_and_taken_apart),
        cmocka_unit_test(every_check_speaks_both_languages),
        cmocka_unit_test(scarce_memory_is_told),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
