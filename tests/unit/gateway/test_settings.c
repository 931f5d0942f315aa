/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "gateway/settings.h"
#include "tests/support/scarce_memory.h"

#define EXAMPLE "config/wijkpoort.voorbeeld.json"
#define LEAST   "\"oin\":\"00000099000000001000\",\"naam\":\"Corporatie\""

static enum outcome parse(const char *members, struct settings **out, struct fault *fault)
{
    char text[2048];

    snprintf(text, sizeof text, "{%s}", members);
    return settings_parse(bytes_of_text(text), "/etc/wijkpoort", out, fault);
}

static void assert_refused(const char *members, const char *where)
{
    struct settings *settings = NULL;
    struct fault fault = {0};

    assert_int_equal(parse(members, &settings, &fault), OUTCOME_SETTINGS_WRONG);
    assert_string_equal(fault.where, where);
    assert_null(settings);
}

static void defaults_hold_for_what_is_absent(void **state)
{
    OWNED_SETTINGS settings = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(parse(LEAST, &settings, &fault), OUTCOME_OK);
    assert_string_equal(settings->oin.text, "00000099000000001000");
    assert_string_equal(settings->name, "Corporatie");
    assert_string_equal(settings->data_folder, "/etc/wijkpoort/gegevens");
    assert_string_equal(settings->credential_file, "/etc/wijkpoort/sleutelbestand");
    assert_string_equal(settings->local_address, "127.0.0.1");
    assert_int_equal(settings->local_port, 8444);
    assert_int_equal(settings->write_queue, 4096);
    assert_int_equal(settings->retry_least_ms, 500);
    assert_null(settings->partners_crl);
    assert_int_equal(settings->first_user_count, 0);
}

static void who_is_notified_is_a_program_by_its_path(void **state)
{
    OWNED_SETTINGS settings = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(parse(LEAST ",\"berichtgeving\":{\"opdracht\":[\"/bin/x\",\"a b\"]}",
                           &settings, &fault),
                     OUTCOME_OK);
    assert_string_equal(settings->notify[0], "/bin/x");
    assert_string_equal(settings->notify[1], "a b");
    assert_null(settings->notify[2]);
    assert_int_equal(settings->notify_hour, 9);
    assert_refused(LEAST ",\"berichtgeving\":{}", "berichtgeving");
    assert_refused(LEAST ",\"berichtgeving\":{\"opdracht\":[]}", "berichtgeving");
    assert_refused(LEAST ",\"berichtgeving\":{\"opdracht\":[\"mail\"]}", "berichtgeving");
    assert_refused(LEAST ",\"berichtgeving\":{\"opdracht\":\"/bin/x\"}", "berichtgeving");
    assert_refused(LEAST ",\"berichtgeving\":{\"opdracht\":[\"/x\",1]}", "berichtgeving");
    assert_refused(LEAST ",\"berichtgeving\":{\"opdracht\":[\"/x\"],\"uur\":24}",
                   "berichtgeving");
    assert_refused(LEAST ",\"berichtgeving\":{\"opdracht\":[\"/x\"],\"aan\":1}",
                   "berichtgeving");
}

static void given_values_count(void **state)
{
    OWNED_SETTINGS settings = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(parse(LEAST ",\"lokaalPoort\":18444,\"gegevensmap\":\"/var/lib/wp\","
                                 "\"partnersCrl\":\"crl.pem\",\"eersteGebruikers\":{\"FG\":"
                                 "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
                           &settings, &fault),
                     OUTCOME_OK);
    assert_int_equal(settings->local_port, 18444);
    assert_string_equal(settings->data_folder, "/var/lib/wp");
    assert_string_equal(settings->partners_crl, "/etc/wijkpoort/crl.pem");
    assert_int_equal(settings->first_user_count, 1);
    assert_string_equal(settings->first_users[0].role, "FG");
}

static void an_unknown_name_is_named(void **state)
{
    (void)state;
    assert_refused(LEAST ",\"werkert\":2", "werkert");
}

static void a_missing_name_is_named(void **state)
{
    (void)state;
    assert_refused("\"oin\":\"00000099000000001000\"", "naam");
    assert_refused("\"naam\":\"x\"", "oin");
}

static void a_wrong_kind_is_named(void **state)
{
    (void)state;
    assert_refused(LEAST ",\"werkers\":\"2\"", "werkers");
    assert_refused(LEAST ",\"gegevensmap\":2", "gegevensmap");
    assert_refused(LEAST ",\"gegevensmap\":\"\"", "gegevensmap");
    assert_refused("\"oin\":\"0000009900000000100\",\"naam\":\"x\"", "oin");
    assert_refused(LEAST ",\"eersteGebruikers\":{\"BAAS\":\"aa\"}", "eersteGebruikers");
    assert_refused(LEAST ",\"eersteGebruikers\":{\"FG\":\"aa\"}", "eersteGebruikers");
}

static void every_number_is_refused_one_beyond_its_bounds(void **state)
{
    size_t numbers = 0;

    (void)state;
    for (size_t i = 0; i < settings_row_count(); i++) {
        struct setting_row row = settings_row(i);
        char members[256];
        if (!row.is_number)
            continue;
        numbers++;
        assert_in_range(row.usual, row.least, row.most);
        snprintf(members, sizeof members, LEAST ",\"%s\":%lld", row.name, (long long)row.least - 1);
        assert_refused(members, row.name);
        snprintf(members, sizeof members, LEAST ",\"%s\":%lld", row.name, (long long)row.most + 1);
        assert_refused(members, row.name);
    }
    assert_true(numbers >= 17);
}

static void what_is_no_json_object_is_refused(void **state)
{
    static const char *const texts[] = {"", "[]", "{", "{\"oin\":1,\"oin\":2}", "null"};
    struct settings *settings = NULL;
    struct fault fault = {0};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(settings_parse(bytes_of_text(texts[i]), ".", &settings, &fault),
                         OUTCOME_SETTINGS_WRONG);
    assert_null(settings);
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct settings *settings = NULL;
    struct fault fault = {0};
    struct file_fault file_fault = {0};

    (void)state;
    assert_int_equal(settings_load("/er/is/niets", &settings, &fault, &file_fault),
                     OUTCOME_FILE_WRONG);
    assert_int_equal(file_fault.check, FILE_CHECK_MISSING);
}

static void the_example_names_every_row_with_its_default(void **state)
{
    OWNED_BUFFER text = {0};
    OWNED_JSON example = NULL;

    (void)state;
    assert_int_equal(file_read(EXAMPLE, SETTINGS_FILE_MAX_BYTES, &text, NULL), OUTCOME_OK);
    assert_int_equal(json_read(buffer_bytes(&text), SETTINGS_FILE_MAX_BYTES, &example), OUTCOME_OK);
    for (size_t i = 0; i < settings_row_count(); i++) {
        struct setting_row row = settings_row(i);
        const json_t *value = json_object_get(example, row.name);
        assert_non_null(value);
        if (row.is_number)
            assert_int_equal(json_integer_value(value), row.usual);
        else
            assert_string_equal(json_string_value(value), row.example);
    }
    /* and nothing else but the first users */
    assert_int_equal(json_object_size(example), settings_row_count() + 1);
}

/* "| `werkers` | 1 to 64 | 2 |", as docs/settings.md has it. */
static void print_row(const struct setting_row *row, char *out, size_t size)
{
    if (row->is_number)
        snprintf(out, size, "\n| `%s` | %lld to %lld | %lld |", row->name, (long long)row->least,
                 (long long)row->most, (long long)row->usual);
    else if (row->has_default)
        snprintf(out, size, "| `%s` |", row->example);
    else
        snprintf(out, size, row->optional ? "| none |" : "| must be given |");
}

static void the_page_on_settings_has_every_row(void **state)
{
    OWNED_BUFFER page = {0};

    (void)state;
    assert_int_equal(file_read("docs/settings.md", SETTINGS_FILE_MAX_BYTES, &page, NULL),
                     OUTCOME_OK);
    assert_non_null(buffer_text(&page));
    for (size_t i = 0; i < settings_row_count(); i++) {
        const struct setting_row row = settings_row(i);
        char begin[64], wanted[128];
        const char *line;
        snprintf(begin, sizeof begin, "\n| `%s` |", row.name);
        print_row(&row, wanted, sizeof wanted);
        line = strstr(buffer_text(&page), begin);
        if (!line || !strstr(line, wanted) || strstr(line, wanted) > strchr(line + 1, '\n'))
            fail_msg("docs/settings.md lacks %s: %s", row.name, wanted);
    }
}

static void the_example_is_what_we_print_and_loads(void **state)
{
    OWNED_BUFFER file = {0}, printed = {0};
    OWNED_SETTINGS settings = NULL;
    struct fault fault = {0};
    struct file_fault file_fault = {0};

    (void)state;
    assert_int_equal(settings_print(NULL, &printed), OUTCOME_OK);
    assert_int_equal(file_read(EXAMPLE, SETTINGS_FILE_MAX_BYTES, &file, NULL), OUTCOME_OK);
    assert_string_equal(buffer_text(&printed), buffer_text(&file));
    assert_int_equal(settings_load(EXAMPLE, &settings, &fault, &file_fault), OUTCOME_OK);
    assert_string_equal(settings->data_folder, "config/gegevens");
}

static enum outcome print_example(void)
{
    OWNED_BUFFER printed = {0};

    return settings_print(NULL, &printed);
}

static void scarce_memory_is_told(void **state)
{
    struct settings *settings = NULL;
    struct fault fault = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, parse(LEAST, &settings, &fault), settings_free(settings));
    assert_int_equal(outcome, OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, print_example(), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold_for_what_is_absent),
        cmocka_unit_test(given_values_count),
        cmocka_unit_test(who_is_notified_is_a_program_by_its_path),
        cmocka_unit_test(an_unknown_name_is_named),
        cmocka_unit_test(a_missing_name_is_named),
        cmocka_unit_test(a_wrong_kind_is_named),
        cmocka_unit_test(every_number_is_refused_one_beyond_its_bounds),
        cmocka_unit_test(what_is_no_json_object_is_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(the_example_names_every_row_with_its_default),
        cmocka_unit_test(the_page_on_settings_has_every_row),
        cmocka_unit_test(the_example_is_what_we_print_and_loads),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
