/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/import_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"

/* Every member, in the order of printing. */
static const char whole[] =
    "{\"rij\":2,\"bronsleutel\":\"Z-2026-000101\",\"melddatum\":\"2026-12-03\","
    "\"signaalcodes\":[\"ZORG.EENZAAM\",\"ZORG.ZELFREDZAAM\"],\"geblokkeerd\":false,"
    "\"postcode\":\"1234AB\",\"huisnummer\":\"1\",\"huisletter\":\"A\",\"toevoeging\":\"2\","
    "\"bag\":\"0363200000123456\",\"complex\":\"CPL-VD-01\",\"contactmoment\":\"OVERLAST\","
    "\"toestemming\":\"ja\",\"toestemmingDatum\":\"2026-12-02\","
    "\"toestemmingWerkwijze\":\"GESPREK\",\"contactpoging\":\"2026-11-20\","
    "\"gewezenOpHulp\":\"2026-11-12\",\"schriftelijkeHerinnering\":\"2026-11-13\","
    "\"bezwaar\":\"nee\",\"huidigeHuurder\":\"ja\",\"regelingLoopt\":\"nee\","
    "\"meerderjarig\":\"onbekend\",\"bedragAchterstand\":61250,\"hulpvraagBekend\":\"onbekend\","
    "\"ontvanger\":\"WIJKTEAM\",\"naam\":\"Zoë \\\"Proef\\\"\",\"telefoon\":\"06-12 34\","
    "\"taal\":\"nl\"}";

static const char least[] = "{\"rij\":2,\"bronsleutel\":\"Z\",\"melddatum\":\"2026-12-03\","
                            "\"signaalcodes\":[\"OVL.GELUID\"],\"geblokkeerd\":false}";

static json_t *json(const char *text)
{
    json_t *value = NULL;

    assert_int_equal(json_read(bytes_of_text(text), 4096, &value), OUTCOME_OK);
    return value;
}

static struct import_row row_of(const char *text)
{
    OWNED_JSON object = json(text);
    struct import_row row = {0};
    struct fault fault = {{0}};

    assert_int_equal(import_row_parse(object, &row, &fault), OUTCOME_OK);
    return row;
}

static void a_whole_row_goes_there_and_back(void **state)
{
    struct import_row row = row_of(whole);
    OWNED_BUFFER out = {0};

    (void)state;
    assert_int_equal(row.code_count, 2);
    assert_string_equal(row.codes[1], "ZORG.ZELFREDZAAM");
    assert_int_equal(row.objection, IMPORT_ANSWER_NO);
    assert_int_equal(row.help_wanted_known, IMPORT_ANSWER_UNKNOWN);
    assert_int_equal(row.arrears_cents, 61250);
    assert_int_equal(row.current_tenant, IMPORT_ANSWER_YES);
    assert_int_equal(row.plan_running, IMPORT_ANSWER_NO);
    assert_int_equal(row.adult, IMPORT_ANSWER_UNKNOWN);
    assert_string_equal(row.contact.name, "Zoë \"Proef\"");
    assert_true(import_row_has_address(&row));
    assert_int_equal(import_row_print(&row, &out), OUTCOME_OK);
    assert_string_equal(buffer_text(&out), whole);
}

static void absent_members_stay_absent(void **state)
{
    struct import_row row = row_of(least);
    OWNED_BUFFER out = {0};

    (void)state;
    assert_false(row.has_arrears);
    assert_false(row.reminded.known);
    assert_int_equal(row.consent, IMPORT_ANSWER_ABSENT);
    assert_false(import_row_has_address(&row));
    assert_int_equal(import_row_print(&row, &out), OUTCOME_OK);
    assert_string_equal(buffer_text(&out), least);
}

/* One member of a good row, replaced or added, makes it a bad one; the fault names it. */
static void each_member_has_bounds(void **state)
{
    static const struct {
        const char *member, *value;
    } cases[] = {
        {"rij", "0"},
        {"rij", "50002"},
        {"rij", "\"2\""},
        {"bronsleutel", "\"\""},
        {"bronsleutel", "\" Z\""},
        {"bronsleutel", "\"Zé\""},
        {"bronsleutel", "7"},
        {"melddatum", "\"3-12-2026\""},
        {"melddatum", "\"2026-02-30\""},
        {"signaalcodes", "[]"},
        {"signaalcodes", "[\"ovl.geluid\"]"},
        {"signaalcodes", "[\"\"]"},
        {"signaalcodes", "[7]"},
        {"signaalcodes", "[\"A\",\"A\",\"A\",\"A\",\"A\",\"A\",\"A\",\"A\",\"A\"]"},
        {"signaalcodes", "[\"ABCDEFGHIJKLMNOPQRSTUVWXY\"]"},
        {"geblokkeerd", "\"nee\""},
        {"postcode", "\"1234 AB\""},
        {"postcode", "\"0234AB\""},
        {"postcode", "\"1234ab\""},
        {"huisnummer", "\"01\""},
        {"huisnummer", "\"123456\""},
        {"huisnummer", "1"},
        {"huisletter", "\"a\""},
        {"huisletter", "\"AB\""},
        {"toevoeging", "\"2 A\""},
        {"toevoeging", "\"ABCDEFGHI\""},
        {"bag", "\"0363010000123456\""},
        {"bag", "\"036320000012345\""},
        {"complex", "\"CPL VD\""},
        {"contactmoment", "\"KOFFIE\""},
        {"toestemming", "\"misschien\""},
        {"toestemming", "\"\""},
        {"toestemming", "true"},
        {"toestemmingDatum", "\"gisteren\""},
        {"toestemmingWerkwijze", "\"BRONSYSTEEM\""},
        {"toestemmingWerkwijze", "\"gesprek\""},
        {"bezwaar", "null"},
        {"huidigeHuurder", "\"soms\""},
        {"regelingLoopt", "true"},
        {"meerderjarig", "\"1980-01-01\""},
        {"bedragAchterstand", "-1"},
        {"bedragAchterstand", "100000001"},
        {"bedragAchterstand", "\"612,50\""},
        {"hulpvraagBekend", "\"JA\""},
        {"ontvanger", "\"BUURMAN\""},
        {"ontvanger", "\"0000009900000002000\""},
        {"naam", "\"a\\nb\""},
        {"naam", "\"\""},
        {"telefoon", "\"bel maar\""},
        {"telefoon", "\"+ -\""},
        {"taal", "\"Nederlands\""},
        {"taal", "\"NL\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_JSON object = json(whole);
        json_t *value = NULL;
        struct import_row row = {0};
        struct fault fault = {{0}};
        OWNED_BUFFER text = {0};
        buffer_format(&text, "{\"v\":%s}", cases[i].value);
        OWNED_JSON holder = json(buffer_text(&text));
        value = json_object_get(holder, "v");
        assert_int_equal(json_object_set(object, cases[i].member, value), 0);
        assert_int_equal(import_row_parse(object, &row, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, cases[i].member);
        assert_int_equal(row.row, 0); /* untouched */
    }
}

static void an_unknown_member_is_refused(void **state)
{
    OWNED_JSON object = json(least);
    struct import_row row = {0};
    struct fault fault = {{0}};

    (void)state;
    json_object_set_new(object, "bsn", json_string("999990019"));
    assert_int_equal(import_row_parse(object, &row, &fault), OUTCOME_MALFORMED);
    assert_null(strstr(fault.where, "999990019"));
}

static void required_members_are_required(void **state)
{
    static const char *const names[] = {"rij", "bronsleutel", "melddatum", "signaalcodes",
                                        "geblokkeerd"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        OWNED_JSON object = json(least);
        struct import_row row = {0};
        struct fault fault = {{0}};
        json_object_del(object, names[i]);
        assert_int_equal(import_row_parse(object, &row, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, names[i]);
    }
}

static void members_that_belong_together_come_together(void **state)
{
    static const struct {
        const char *without, *fault;
    } cases[] = {
        {"toestemmingDatum", "toestemmingDatum"},
        {"toestemming", "toestemmingWerkwijze"},
        {"postcode", "postcode"},
        {"huisnummer", "huisnummer"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_JSON object = json(whole);
        struct import_row row = {0};
        struct fault fault = {{0}};
        json_object_del(object, cases[i].without);
        assert_int_equal(import_row_parse(object, &row, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, cases[i].fault);
    }
}

static void what_is_no_object_is_refused(void **state)
{
    OWNED_JSON array = json("[]");
    struct import_row row = {0};
    struct fault fault = {{0}};

    (void)state;
    assert_int_equal(import_row_parse(array, &row, &fault), OUTCOME_MALFORMED);
    assert_int_equal(import_row_parse(NULL, &row, &fault), OUTCOME_MALFORMED);
}

static void the_digest_follows_the_content_and_not_the_place(void **state)
{
    struct import_row row = row_of(whole), same = row, other = row;
    uint8_t digest[SHA256_BYTES], again[SHA256_BYTES], text_digest[SHA256_BYTES];
    OWNED_BUFFER text = {0};

    (void)state;
    same.row = 77;
    other.contact.letter[0] = 'B';
    assert_int_equal(import_row_digest(&row, digest), OUTCOME_OK);
    assert_int_equal(import_row_digest(&same, again), OUTCOME_OK);
    assert_memory_equal(digest, again, SHA256_BYTES);
    assert_int_equal(import_row_digest(&other, again), OUTCOME_OK);
    assert_memory_not_equal(digest, again, SHA256_BYTES);
    /* It is the printed object without its first member. */
    buffer_add_text(&text, "{");
    buffer_add_text(&text, whole + strlen("{\"rij\":2,"));
    assert_int_equal(sha256(buffer_bytes(&text), text_digest), OUTCOME_OK);
    assert_memory_equal(digest, text_digest, SHA256_BYTES);
}

static void each_moment_has_two_names(void **state)
{
    (void)state;
    assert_true(contact_moment_is_known("INCASSO"));
    assert_string_equal(contact_moment_name("INCASSO", LANGUAGE_NL), "bij incasso");
    assert_string_equal(contact_moment_name("INCASSO", LANGUAGE_EN), "at debt collection");
    assert_false(contact_moment_is_known("incasso"));
    assert_false(contact_moment_is_known(""));
    assert_false(contact_moment_is_known(NULL));
}

static void one_member_can_be_asked_about(void **state)
{
    struct import_row row = row_of(whole);

    (void)state;
    assert_true(import_row_member_is_good(&row, "postcode"));
    row.contact.postcode[0] = '0';
    assert_false(import_row_member_is_good(&row, "postcode"));
    assert_true(import_row_member_is_good(&row, "huisnummer"));
    assert_false(import_row_member_is_good(&row, "bsn"));
}

static void a_wiped_row_holds_nothing(void **state)
{
    struct import_row row = row_of(whole);
    const struct import_row empty = {0};

    (void)state;
    import_row_wipe(&row);
    assert_int_equal(row.code_count, 0);
    assert_string_equal(row.contact.name, "");
    assert_int_equal(import_row_check(&empty, &(struct fault){{0}}), OUTCOME_MALFORMED);
}

static void scarce_memory_is_told(void **state)
{
    struct import_row row = row_of(whole);
    struct buffer out = {0};
    uint8_t digest[SHA256_BYTES];
    enum outcome outcome;

    (void)state;
    assert_int_equal(import_row_digest(&row, digest), OUTCOME_OK); /* the thread's context */
    WITH_SCARCE_MEMORY(outcome, (buffer_wipe(&out), import_row_print(&row, &out)),
                       buffer_wipe(&out));
    assert_int_equal(outcome, OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, import_row_digest(&row, digest), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_row_goes_there_and_back),
        cmocka_unit_test(absent_members_stay_absent),
        cmocka_unit_test(each_member_has_bounds),
        cmocka_unit_test(an_unknown_member_is_refused),
        cmocka_unit_test(required_members_are_required),
        cmocka_unit_test(members_that_belong_together_come_together),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(the_digest_follows_the_content_and_not_the_place),
        cmocka_unit_test(each_moment_has_two_names),
        cmocka_unit_test(one_member_can_be_asked_about),
        cmocka_unit_test(a_wiped_row_holds_nothing),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
