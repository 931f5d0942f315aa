/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway/command.h"

static const char *value;
static bool flag;

static const struct option_row rows[] = {
    {"kleur", "WORD", {"een kleur", "a colour"}, &value, NULL},
    {"snel", NULL, {"haast", "haste"}, NULL, &flag},
    {0},
};

static const struct command command = {
    .name = "proef", .summary = {"Een proef.", "A trial."}, .usage = "WORD"};

static bool read_options(const char *line, struct invocation *out, int *out_exit)
{
    static char copy[256];
    static char *argv[16];
    char *rest = copy;
    int argc = 0;

    value = NULL;
    flag = false;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word; (word = strsep(&rest, " "));)
        argv[argc++] = word;
    argv[argc] = NULL;
    return options_read(&command, rows, argc, argv, 1, 2, out, out_exit);
}

static void assert_wrong(const char *line)
{
    struct invocation invocation;
    int exit = EXIT_DONE;

    assert_false(read_options(line, &invocation, &exit));
    assert_int_equal(exit, EXIT_WRONG_USE);
}

static void options_and_words_stand_in_any_order(void **state)
{
    struct invocation invocation;
    int exit;

    (void)state;
    assert_true(read_options("proef een --kleur rood twee --snel", &invocation, &exit));
    assert_string_equal(value, "rood");
    assert_true(flag);
    assert_int_equal(invocation.word_count, 2);
    assert_string_equal(invocation.words[0], "een");
    assert_string_equal(invocation.words[1], "twee");
}

static void a_value_may_be_joined(void **state)
{
    struct invocation invocation;
    int exit;

    (void)state;
    assert_true(read_options("proef --kleur=rood een", &invocation, &exit));
    assert_string_equal(value, "rood");
    assert_true(read_options("proef --kleur= een", &invocation, &exit));
    assert_string_equal(value, "");
}

static void two_dashes_end_the_options(void **state)
{
    struct invocation invocation;
    int exit;

    (void)state;
    assert_true(read_options("proef -- --snel", &invocation, &exit));
    assert_false(flag);
    assert_string_equal(invocation.words[0], "--snel");
}

static void every_command_takes_json_and_profile(void **state)
{
    struct invocation invocation;
    int exit;

    (void)state;
    setenv("WIJKPOORT_PROFILE", "/van/omgeving", 1);
    assert_true(read_options("proef een --json", &invocation, &exit));
    assert_true(invocation.json);
    assert_string_equal(invocation.profile, "/van/omgeving");
    assert_true(read_options("proef een --profile /hier", &invocation, &exit));
    assert_string_equal(invocation.profile, "/hier");
    unsetenv("WIJKPOORT_PROFILE");
    assert_true(read_options("proef een", &invocation, &exit));
    assert_null(invocation.profile);
}

static void wrong_use_is_told(void **state)
{
    (void)state;
    assert_wrong("proef");
    assert_wrong("proef een twee drie");
    assert_wrong("proef een --onbekend");
    assert_wrong("proef een --kleu rood"); /* no abbreviations: they change with each new option */
    assert_wrong("proef een --kleur");
    assert_wrong("proef een --snel=ja");
}

static void help_ends_well(void **state)
{
    struct invocation invocation;
    int exit = EXIT_WRONG_USE;

    (void)state;
    assert_false(read_options("proef --help", &invocation, &exit));
    assert_int_equal(exit, EXIT_DONE);
}

static void numbers_are_whole_and_bounded(void **state)
{
    int64_t number = -1;

    (void)state;
    assert_true(option_number("8443", 1, 65535, &number));
    assert_int_equal(number, 8443);
    assert_true(option_number("1", 1, 65535, &number));
    assert_false(option_number("0", 1, 65535, &number));
    assert_false(option_number("65536", 1, 65535, &number));
    assert_false(option_number("", 0, 9, &number));
    assert_false(option_number("-1", -9, 9, &number));
    assert_false(option_number("1x", 0, 9, &number));
    assert_false(option_number("99999999999999999999", 0, INT64_MAX, &number));
    assert_false(option_number(NULL, 0, 9, &number));
    assert_int_equal(number, 1);
}

static void the_language_follows_the_environment(void **state)
{
    (void)state;
    unsetenv("LC_ALL");
    unsetenv("LC_MESSAGES");
    setenv("LANG", "nl_NL.UTF-8", 1);
    assert_int_equal(command_language(), LANGUAGE_NL);
    assert_string_equal(say("ja", "yes"), "ja");
    setenv("LC_ALL", "C", 1);
    assert_int_equal(command_language(), LANGUAGE_EN);
    unsetenv("LC_ALL");
    unsetenv("LANG");
    assert_int_equal(command_language(), LANGUAGE_EN);
}

static void outcomes_become_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(command_outcome(OUTCOME_OK), EXIT_DONE);
    assert_int_equal(command_outcome(OUTCOME_NOT_ALLOWED), EXIT_REFUSED);
    assert_int_equal(command_outcome(OUTCOME_MALFORMED), EXIT_REFUSED);
    assert_int_equal(command_outcome(OUTCOME_UNREACHABLE), EXIT_BROKEN);
    assert_int_equal(command_outcome(OUTCOME_OUT_OF_MEMORY), EXIT_BROKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_words_stand_in_any_order),
        cmocka_unit_test(a_value_may_be_joined),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(every_command_takes_json_and_profile),
        cmocka_unit_test(wrong_use_is_told),
        cmocka_unit_test(help_ends_well),
        cmocka_unit_test(numbers_are_whole_and_bounded),
        cmocka_unit_test(the_language_follows_the_environment),
        cmocka_unit_test(outcomes_become_exit_codes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
