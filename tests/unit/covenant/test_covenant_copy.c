/* SPDX-License-Identifier: EUPL-1.2 */
/* A copy is a draft of its own: no keys, no past, and everything else the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "covenant/covenant_copy.h"
#include "covenant/covenant_item.h"
#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"

static struct covenant_copy wanted(void)
{
    return (struct covenant_copy){.id = "tweede-flat",
                                  .title = "De tweede flat",
                                  .from = day_of_text("2027-03-01"),
                                  .until = day_of_text("2028-02-29"),
                                  .evaluation = day_of_text("2028-02-29")};
}

static json_t *copied(const json_t *document, const struct covenant_copy *copy)
{
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER text = {0};
    struct covenant_fault fault = {0};
    json_t *result = NULL;

    assert_int_equal(parse_covenant_json(document, &covenant, &fault), OUTCOME_OK);
    assert_int_equal(covenant_copy(covenant, copy, &text, &fault), OUTCOME_OK);
    assert_int_equal(json_read(buffer_bytes(&text), COVENANT_MAX_BYTES, &result), OUTCOME_OK);
    return result;
}

static void only_what_was_asked_for_differs(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    struct covenant_copy copy = wanted();
    OWNED_JSON result = NULL;
    OWNED_JSON expected = NULL;

    (void)state;
    json_object_set_new(
        document, "vorige",
        json_string("e1ee4de8e1140cedc7460498ea8c1352f220e2a9190257ef3d1d25dd10d3f1ce"));
    json_object_set_new(json_array_get(json_object_get(document, "partijen"), 0),
                        "sleuteldocument", json_string("e30="));
    result = copied(document, &copy);
    expected = json_deep_copy(document);
    json_object_del(expected, "vorige");
    json_object_del(json_array_get(json_object_get(expected, "partijen"), 0), "sleuteldocument");
    json_object_set_new(expected, "id", json_string("tweede-flat"));
    json_object_set_new(expected, "versie", json_string("1.0.0"));
    json_object_set_new(expected, "titel", json_string("De tweede flat"));
    json_object_set_new(expected, "geldigVanaf", json_string("2027-03-01"));
    json_object_set_new(expected, "geldigTot", json_string("2028-02-29"));
    json_object_set_new(expected, "evaluatieDatum", json_string("2028-02-29"));
    assert_true(json_equal(result, expected));
}

static void a14_a_copy_is_a_draft_with_nobodys_consent(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    struct covenant_copy copy = wanted();
    OWNED_JSON result = copied(document, &copy);
    OWNED_COVENANT covenant = NULL;
    struct covenant_fault fault = {0};

    (void)state;
    assert_int_equal(parse_covenant_json(result, &covenant, &fault), OUTCOME_OK);
    assert_int_equal(covenant_complete(covenant, &fault), OUTCOME_MALFORMED);
    assert_int_equal(fault.wrong, COVENANT_WRONG_NO_KEY_DOCUMENT);
}

static void what_would_not_load_is_refused(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    const struct covenant_copy good = wanted();
    struct covenant_copy copies[] = {good, good, good, good, good};
    static const char *const where[] = {"id", "id", "titel", "geldigTot", "evaluatieDatum"};

    (void)state;
    copies[0].id = covenant->id; /* what is said of one would be said of the other */
    copies[1].id = "Tweede Flat";
    copies[2].title = "";
    copies[3].until = day_of_text("2027-02-28");
    copies[4].evaluation = day_of_text("2028-03-01");
    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
        struct covenant_fault fault = {0};
        OWNED_BUFFER text = {0};
        assert_int_equal(covenant_copy(covenant, &copies[i], &text, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.at.where, where[i]);
        assert_int_equal(text.length, 0);
    }
}

static void an_evaluation_is_within_a_year_and_the_window(void **state)
{
    static const char *const rows[][3] = {{"2027-03-01", "2028-12-31", "2028-02-29"},
                                          {"2027-03-01", "2027-08-31", "2027-08-31"},
                                          {"2027-01-01", "2027-12-31", "2027-12-31"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(
            day_compare(covenant_copy_evaluation(day_of_text(rows[i][0]), day_of_text(rows[i][1])),
                        day_of_text(rows[i][2])),
            0);
}

/* --- a pilot --- */

static void a45_a_pilot_lasts_six_months_and_is_evaluated_in_them(void **state)
{
    static const struct {
        const char *from, *until, *evaluation, *where;
        enum covenant_wrong wrong;
    } rows[] = {
        {"2027-01-01", "2027-06-30", "2027-06-30", "", COVENANT_WRONG_NONE},
        {"2027-01-01", "2027-07-01", "2027-06-30", "geldigTot", COVENANT_WRONG_PILOT},
        {"2027-08-31", "2028-02-28", "2027-10-01", "", COVENANT_WRONG_NONE},
        {"2027-08-31", "2028-02-29", "2027-10-01", "geldigTot", COVENANT_WRONG_PILOT},
        {"2027-01-01", "2027-06-30", "2027-07-01", "evaluatieDatum", COVENANT_WRONG_PILOT},
        {"2027-01-01", "2027-06-30", "2026-12-31", "evaluatieDatum", COVENANT_WRONG_PILOT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        OWNED_JSON document = sample_covenant_json();
        OWNED_COVENANT covenant = NULL;
        struct covenant_fault fault = {0};
        json_object_set_new(document, "geldigVanaf", json_string(rows[i].from));
        json_object_set_new(document, "geldigTot", json_string(rows[i].until));
        json_object_set_new(document, "evaluatieDatum", json_string(rows[i].evaluation));
        json_object_set_new(document, "pilot", json_true());
        assert_int_equal(parse_covenant_json(document, &covenant, &fault),
                         rows[i].where[0] ? OUTCOME_MALFORMED : OUTCOME_OK);
        assert_string_equal(fault.at.where, rows[i].where);
        assert_int_equal(fault.wrong, rows[i].wrong);
    }
}

/* --- the item it travels in --- */

static enum outcome read_item(const char *text)
{
    OWNED_COVENANT_ITEM item = {0};
    OWNED_JSON object = NULL;

    assert_int_equal(json_read(bytes_of_text(text), 4096, &object), OUTCOME_OK);
    return covenant_item_parse(object, &item, NULL);
}

/* With the fingerprint that belongs to it, whatever its length. */
static enum outcome read_file(struct bytes file)
{
    OWNED_COVENANT_ITEM item = {0};
    OWNED_JSON object = NULL;
    OWNED_BUFFER text = {0};
    char own[SHA256_HEX_BYTES];

    assert_int_equal(sha256_hex(file, own), OUTCOME_OK);
    buffer_add_base64(&text, file);
    object = json_pack("{ss ss ss}", "id", "3f1f7a4e-0d0e-4c52-8a0c-7a1f2b3c4d5e", "vingerafdruk",
                       own, "bestand", buffer_text(&text));
    assert_non_null(object);
    return covenant_item_parse(object, &item, NULL);
}

static void bytes_that_are_no_base64_are_named(void **state)
{
    OWNED_COVENANT_ITEM item = {0};
    OWNED_JSON object = NULL;
    struct fault fault = {0};

    (void)state;
    object = json_pack("{ss ss ss}", "id", "3f1f7a4e-0d0e-4c52-8a0c-7a1f2b3c4d5e", "vingerafdruk",
                       "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                       "bestand", "!");
    assert_int_equal(covenant_item_parse(object, &item, &fault), OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "bestand");
}

#define ID    "\"id\":\"3f1f7a4e-0d0e-4c52-8a0c-7a1f2b3c4d5e\""
#define PRINT "\"vingerafdruk\":\"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\""

static void an_item_is_exactly_a_file_with_its_fingerprint(void **state)
{
    (void)state;
    assert_int_equal(read_item("{" ID "," PRINT ",\"bestand\":\"e30=\"}"), OUTCOME_OK); /* {} */
    assert_int_equal(read_item("{" ID "," PRINT ",\"bestand\":\"e30\"}"), OUTCOME_MALFORMED);
    assert_int_equal(read_item("{" ID "," PRINT ",\"bestand\":\"e30K\"}"),
                     OUTCOME_FINGERPRINT_WRONG);
    assert_int_equal(read_item("{" ID "," PRINT ",\"bestand\":7}"), OUTCOME_MALFORMED);
    assert_int_equal(read_item("{" ID "," PRINT "}"), OUTCOME_MALFORMED);
    assert_int_equal(read_item("{" PRINT ",\"bestand\":\"e30=\"}"), OUTCOME_MALFORMED);
    assert_int_equal(read_item("{" ID ",\"vingerafdruk\":\"44\",\"bestand\":\"e30=\"}"),
                     OUTCOME_MALFORMED);
    assert_int_equal(read_item("{" ID "," PRINT ",\"bestand\":\"e30=\",\"akkoord\":true}"),
                     OUTCOME_MALFORMED);
}

static void a_file_too_large_for_a_message_is_not_made_one(void **state)
{
    static const char print[] = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    static const char id[] = "3f1f7a4e-0d0e-4c52-8a0c-7a1f2b3c4d5e";
    OWNED_BUFFER file = {0}, item = {0};

    (void)state;
    assert_non_null(buffer_room(&file, COVENANT_ITEM_FILE_MAX_BYTES + 1));
    memset(file.data, ' ', file.length);
    assert_int_equal(covenant_item_print(id, print, buffer_bytes(&file), &item),
                     OUTCOME_TOO_LARGE);
    assert_int_equal(read_file(buffer_bytes(&file)), OUTCOME_TOO_LARGE);
    file.length--;
    assert_int_equal(read_file(buffer_bytes(&file)), OUTCOME_OK);
    assert_int_equal(covenant_item_print("a", print, (struct bytes){0}, &item), OUTCOME_MALFORMED);
    assert_int_equal(covenant_item_print(id, "a", (struct bytes){0}, &item), OUTCOME_MALFORMED);
    assert_int_equal(item.length, 0);
}

static enum outcome copy_once(const struct covenant *covenant, const struct covenant_copy *copy)
{
    OWNED_BUFFER text = {0};
    struct covenant_fault fault = {0};

    return covenant_copy(covenant, copy, &text, &fault);
}

static void scarce_memory_is_told(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    struct covenant_copy copy = wanted();
    enum outcome outcome;

    (void)state;
    assert_int_equal(copy_once(covenant, &copy), OUTCOME_OK); /* a thread's first digest */
    WITH_SCARCE_MEMORY_SAMPLED(150, outcome, copy_once(covenant, &copy), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_was_asked_for_differs),
        cmocka_unit_test(a14_a_copy_is_a_draft_with_nobodys_consent),
        cmocka_unit_test(what_would_not_load_is_refused),
        cmocka_unit_test(an_evaluation_is_within_a_year_and_the_window),
        cmocka_unit_test(a45_a_pilot_lasts_six_months_and_is_evaluated_in_them),
        cmocka_unit_test(bytes_that_are_no_base64_are_named),
        cmocka_unit_test(an_item_is_exactly_a_file_with_its_fingerprint),
        cmocka_unit_test(a_file_too_large_for_a_message_is_not_made_one),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
