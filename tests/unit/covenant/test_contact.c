/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <string.h>

#include "covenant/contact.h"
#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"

#define ADDRESS "{\"postcode\":\"1234AB\",\"huisnummer\":\"5\"}"

static const struct contact whole = {
    .postcode = "1234AB",
    .number = "5",
    .letter = "A",
    .addition = "2",
    .name = "J. de \"Vries\" \\ Çelik",
    .phone = "+31 6-1234",
    .language = "nl",
};

static void assert_contact_equal(const struct contact *a, const struct contact *b)
{
    assert_string_equal(a->postcode, b->postcode);
    assert_string_equal(a->number, b->number);
    assert_string_equal(a->letter, b->letter);
    assert_string_equal(a->addition, b->addition);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->phone, b->phone);
    assert_string_equal(a->language, b->language);
}

static void what_is_printed_is_read_back(void **state)
{
    OWNED_BUFFER text = {0};
    struct contact read = {0};

    (void)state;
    assert_int_equal(contact_print(&whole, &text), OUTCOME_OK);
    assert_int_equal(text.length, 344);
    assert_true(contact_text_is_valid(buffer_bytes(&text)));
    assert_int_equal(contact_parse(buffer_bytes(&text), &read, NULL), OUTCOME_OK);
    assert_contact_equal(&whole, &read);
}

static void an_address_alone_is_enough(void **state)
{
    struct contact contact = {.postcode = "1234AB", .number = "5"}, read = {0};
    OWNED_BUFFER text = {0}, json = {0};

    (void)state;
    assert_int_equal(contact_print(&contact, &text), OUTCOME_OK);
    assert_int_equal(contact_parse(buffer_bytes(&text), &read, NULL), OUTCOME_OK);
    assert_contact_equal(&contact, &read);
    assert_int_equal(contact_print_json(&contact, &json), OUTCOME_OK);
    assert_string_equal(buffer_text(&json),
                        "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"5\"}}");
}

/* Random contacts of every length: printing then parsing gives the same. */
static void any_contact_survives_the_journey(void **state)
{
    struct dice dice = dice_throw_from(20261203);
    int ran = 0;

    (void)state;
    for (; ran < 2000; ran++) {
        struct contact contact = {0}, read = {0};
        OWNED_BUFFER text = {0};
        snprintf(contact.postcode, sizeof contact.postcode, "%uAB",
                 1000 + (unsigned)dice_number(&dice, 9000));
        snprintf(contact.number, sizeof contact.number, "%u",
                 1 + (unsigned)dice_number(&dice, 99999));
        dice_word(&dice, "ABCXYZ", 0, 1, contact.letter);
        dice_word(&dice, "ABCXYZ0123456789-./", 0, HOUSE_ADDITION_BYTES - 1, contact.addition);
        dice_word(&dice, "abc \"\\'DEF{}:,", 0, CONTACT_NAME_MAX_BYTES, contact.name);
        if (dice_coin(&dice))
            dice_word(&dice, "0123456789", 1, CONTACT_PHONE_MAX_BYTES, contact.phone);
        if (dice_coin(&dice))
            dice_word(&dice, "abcxyz", 2, 2, contact.language);
        if (contact_check(&contact, NULL) != OUTCOME_OK)
            continue; /* a lone "-" is no addition */
        assert_int_equal(contact_print(&contact, &text), OUTCOME_OK);
        assert_true(text.length == 344 || text.length == 684);
        assert_int_equal(contact_parse(buffer_bytes(&text), &read, NULL), OUTCOME_OK);
        assert_contact_equal(&contact, &read);
    }
    assert_int_equal(ran, 2000);
}

static void each_bound_is_kept(void **state)
{
    static const struct {
        struct contact contact;
        const char *where;
    } rows[] = {
        {{.postcode = "", .number = "5"}, "adres.postcode"},
        {{.postcode = "1234ab", .number = "5"}, "adres.postcode"},
        {{.postcode = "0234AB", .number = "5"}, "adres.postcode"},
        {{.postcode = "1234AB", .number = ""}, "adres.huisnummer"},
        {{.postcode = "1234AB", .number = "05"}, "adres.huisnummer"},
        {{.postcode = "1234AB", .number = "5a"}, "adres.huisnummer"},
        {{.postcode = "1234AB", .number = "5", .letter = "a"}, "adres.huisletter"},
        {{.postcode = "1234AB", .number = "5", .addition = "b"}, "adres.toevoeging"},
        {{.postcode = "1234AB", .number = "5", .name = "a\nb"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .name = "a\x7F"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .name = "\xC2\x9Bm"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .name = "a\xE2\x80\xAEz"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .name = "a\xE2\x81\xA6z"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .name = "\xC3"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .name = "\xC0\xAF"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .name = "\xE0\x80\xAF"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .name = "\xED\xA0\x80"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .name = "\xF4\x90\x80\x80"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .name = "\xFF"}, "naam"},
        {{.postcode = "1234AB", .number = "5", .phone = "06 na 5"}, "telefoon"},
        {{.postcode = "1234AB", .number = "5", .phone = "+"}, "telefoon"},
        {{.postcode = "1234AB", .number = "5", .language = "n"}, "taal"},
        {{.postcode = "1234AB", .number = "5", .language = "NL"}, "taal"},
    };
    size_t ran = 0;

    (void)state;
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        struct fault fault = {0};
        OWNED_BUFFER text = {0};
        assert_int_equal(contact_check(&rows[ran].contact, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, rows[ran].where);
        assert_int_equal(contact_print(&rows[ran].contact, &text), OUTCOME_MALFORMED);
        assert_int_equal(text.length, 0);
    }
    assert_int_equal(ran, 23);
}

static enum outcome parse_plain(const char *plain, size_t length)
{
    OWNED_BUFFER text = {0};
    struct contact read = {0};

    buffer_add_base64(&text, bytes_of(plain, length));
    return contact_parse(buffer_bytes(&text), &read, NULL);
}

/* The object, padded as it should be. */
static enum outcome parse_padded(const char *json)
{
    char plain[256] = {0};

    memcpy(plain, json, strlen(json));
    plain[strlen(json)] = (char)0x80;
    return parse_plain(plain, sizeof plain);
}

static void the_schema_is_closed(void **state)
{
    static const char *const wrong[] = {
        "{}",
        "[]",
        "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"5\"},\"bsn\":\"999990019\"}",
        "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"5\",\"plaats\":\"X\"}}",
        "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":5}}",
        "{\"adres\":{\"postcode\":\"1234AB\"}}",
        "{\"adres\":\"1234AB 5\"}",
        "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"5\"},\"naam\":null}",
        "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"100000\"}}",
        "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"5\",\"toevoeging\":\"123456789\"}}",
        "{\"adres\":" ADDRESS ",\"telefoon\":\"012345678901234567890\"}",
    };
    size_t ran = 0;

    (void)state;
    assert_int_equal(parse_padded("{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"5\"}}"),
                     OUTCOME_OK);
    for (; ran < sizeof wrong / sizeof wrong[0]; ran++)
        assert_int_equal(parse_padded(wrong[ran]), OUTCOME_MALFORMED);
    assert_int_equal(ran, 11);
}

static void a_name_one_byte_too_long_is_refused(void **state)
{
    char json[256], name[CONTACT_NAME_MAX_BYTES + 2];

    (void)state;
    memset(name, 'a', sizeof name);
    name[CONTACT_NAME_MAX_BYTES] = '\0';
    snprintf(json, sizeof json,
             "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"5\"},\"naam\":\"%s\"}", name);
    assert_int_equal(parse_padded(json), OUTCOME_OK);
    snprintf(json, sizeof json,
             "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"5\"},\"naam\":\"%sa\"}", name);
    assert_int_equal(parse_padded(json), OUTCOME_MALFORMED);
}

static void wrong_padding_is_refused(void **state)
{
    static const char object[] = "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"5\"}}";
    char plain[512] = {0};

    (void)state;
    memcpy(plain, object, strlen(object));
    assert_int_equal(parse_plain(plain, 256), OUTCOME_MALFORMED); /* no mark */
    plain[strlen(object)] = (char)0x80;
    assert_int_equal(parse_plain(plain, 256), OUTCOME_OK);
    assert_int_equal(parse_plain(plain, 512), OUTCOME_MALFORMED); /* padded more than needed */
    assert_int_equal(parse_plain(plain, 255), OUTCOME_MALFORMED);
    plain[200] = 1;
    assert_int_equal(parse_plain(plain, 256), OUTCOME_MALFORMED);
    assert_int_equal(parse_plain("", 0), OUTCOME_MALFORMED);
}

static void a_text_that_is_too_long_is_refused(void **state)
{
    char text[CONTACT_BASE64_MAX_BYTES + 4];
    struct contact read = {0};

    (void)state;
    memset(text, 'A', sizeof text);
    assert_int_equal(contact_parse(bytes_of(text, sizeof text), &read, NULL), OUTCOME_TOO_LARGE);
    assert_int_equal(contact_parse(bytes_of("!!!!", 4), &read, NULL), OUTCOME_MALFORMED);
    assert_false(contact_text_is_valid(bytes_of(text, sizeof text)));
    assert_false(contact_text_is_valid(bytes_of(text, 0)));
    assert_false(contact_text_is_valid(bytes_of(text, 8)));
}

static enum outcome there_and_back(void)
{
    OWNED_BUFFER text = {0};
    struct contact read = {0};

    TRY(contact_print(&whole, &text));
    return contact_parse(buffer_bytes(&text), &read, NULL);
}

static void scarce_memory_is_told(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, there_and_back(), (void)0);
}

static void nothing_is_left_after_wiping(void **state)
{
    static const struct contact none;
    struct contact contact = whole;

    (void)state;
    contact_wipe(&contact);
    assert_memory_equal(&contact, &none, sizeof contact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_is_read_back),
        cmocka_unit_test(an_address_alone_is_enough),
        cmocka_unit_test(any_contact_survives_the_journey),
        cmocka_unit_test(each_bound_is_kept),
        cmocka_unit_test(the_schema_is_closed),
        cmocka_unit_test(a_name_one_byte_too_long_is_refused),
        cmocka_unit_test(wrong_padding_is_refused),
        cmocka_unit_test(a_text_that_is_too_long_is_refused),
        cmocka_unit_test(scarce_memory_is_told),
        cmocka_unit_test(nothing_is_left_after_wiping),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
