/* SPDX-License-Identifier: EUPL-1.2 */
/* What a browser's form sends, what is not a form of ours, and the JSON it becomes. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"
#include "crypto/utf8.h"
#include "gateway/pages.h"
#include "tests/support/scarce_memory.h"

static const struct form_field fields[] = {
    {"code", FORM_TEXT, NULL},
    {"postcode", FORM_TEXT, "adres.postcode"},
    {"huisnummer", FORM_TEXT, "adres.huisnummer"},
    {"aantal", FORM_INTEGER, NULL},
    {"akkoord", FORM_FLAG, NULL},
    {"groepen", FORM_LIST, NULL},
    {"eigen", FORM_OWN, NULL},
    {NULL, FORM_OWN, NULL},
};

static struct form form;

static enum outcome read_text(const char *text, char where[static JSON_WHERE_BYTES])
{
    struct fault fault = {0};
    enum outcome outcome = form_read(bytes_of_text(text), fields, &form, &fault);

    memcpy(where, fault.where, JSON_WHERE_BYTES);
    return outcome;
}

static void assert_json(const char *typed, const char *wanted)
{
    char where[JSON_WHERE_BYTES];
    OWNED_JSON body = NULL;
    OWNED_JSON other = NULL;

    assert_int_equal(read_text(typed, where), OUTCOME_OK);
    assert_int_equal(form_json(&form, fields, &body), OUTCOME_OK);
    assert_int_equal(json_read(bytes_of_text(wanted), 4096, &other), OUTCOME_OK);
    if (!json_equal(body, other)) {
        char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
        fail_msg("%s gave %s, not %s", typed, text, wanted);
    }
}

static void a_form_becomes_the_body_of_the_same_request(void **state)
{
    (void)state;
    assert_json("", "{\"akkoord\":false,\"groepen\":[]}");
    assert_json("code=GEHV&akkoord=ja", "{\"akkoord\":true,\"code\":\"GEHV\",\"groepen\":[]}");
    assert_json("postcode=+1234+AB+&huisnummer=3", "{\"adres\":{\"postcode\":\"1234 AB\","
                                                    "\"huisnummer\":\"3\"},\"akkoord\":false,"
                                                    "\"groepen\":[]}");
    assert_json("groepen=A&groepen=B&groepen=", "{\"akkoord\":false,\"groepen\":[\"A\",\"B\"]}");
    assert_json("aantal=12", "{\"aantal\":12,\"akkoord\":false,\"groepen\":[]}");
    assert_json("aantal=-7", "{\"aantal\":-7,\"akkoord\":false,\"groepen\":[]}");
    /* what is no number goes on as it is, and is refused by name */
    assert_json("aantal=012", "{\"aantal\":\"012\",\"akkoord\":false,\"groepen\":[]}");
    assert_json("aantal=1e3", "{\"aantal\":\"1e3\",\"akkoord\":false,\"groepen\":[]}");
    assert_json("aantal=-0", "{\"aantal\":\"-0\",\"akkoord\":false,\"groepen\":[]}");
    assert_json("code=%C3%A9%26%3D%22", "{\"akkoord\":false,\"code\":\"\xc3\xa9&=\\\"\","
                                        "\"groepen\":[]}");
    assert_json("eigen=x&code=", "{\"akkoord\":false,\"groepen\":[]}");
    assert_json("akkoord=nee", "{\"akkoord\":false,\"groepen\":[]}");
}

static void what_was_typed_is_kept(void **state)
{
    char where[JSON_WHERE_BYTES];

    (void)state;
    assert_int_equal(read_text("formuliersleutel=abc&code=x&groepen=A&groepen=B", where),
                     OUTCOME_OK);
    assert_string_equal(form.token, "abc");
    assert_string_equal(form_value(&form, "code"), "x");
    assert_string_equal(form_value(&form, "postcode"), "");
    assert_string_equal(form_value(NULL, "code"), "");
    assert_true(form_has(&form, "groepen", "B"));
    assert_false(form_has(&form, "groepen", "C"));
    assert_false(form_has(NULL, "groepen", "A"));
    form_wipe(&form);
    assert_int_equal(form.count, 0);
    assert_string_equal(form.token, "");
}

static void what_is_no_form_of_ours_is_refused(void **state)
{
    static const struct {
        const char *typed, *where;
    } cases[] = {
        {"code=A&code=B", "code"},
        {"formuliersleutel=a&formuliersleutel=b", ""},
        {"onbekend=1", ""},
        {"Code=1", ""},
        {"=1", ""},
        {"code", ""},
        {"&", ""},
        {"code=1&", NULL}, /* fine: nothing stands behind it */
        {"code=%4", "code"},
        {"code=%", "code"},
        {"code=%zz", "code"},
        {"code=%00", "code"},
        {"code=%0a", "code"},
        {"code=%7f", "code"},
        {"code=a=b", "code"},
        {"code=a b", "code"},
        {"code=%ff", "code"},
        {"code=%C0%AF", "code"},
        {"code=%ED%A0%80", "code"},
        {"code=%F4%90%80%80", "code"},
        {"code=%E2%82", "code"},
        {"code=\xc3\xa9", "code"}, /* a browser escapes it */
        {"co%00de=1", ""},
    };
    char where[JSON_WHERE_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const enum outcome outcome = read_text(cases[i].typed, where);
        if (outcome != (cases[i].where ? OUTCOME_MALFORMED : OUTCOME_OK))
            fail_msg("%s: %s", cases[i].typed, outcome_code(outcome));
        if (cases[i].where)
            assert_string_equal(where, cases[i].where);
    }
}

static void a_form_is_bounded(void **state)
{
    OWNED_BUFFER many = {0};
    OWNED_BUFFER long_one = {0};
    OWNED_BUFFER at_bound = {0};
    char where[JSON_WHERE_BYTES];

    (void)state;
    for (int i = 0; i <= FORM_VALUES_MAX; i++)
        buffer_add_text(&many, "groepen=A&");
    assert_int_equal(read_text(buffer_text(&many), where), OUTCOME_TOO_LARGE);
    buffer_add_text(&long_one, "code=");
    buffer_add_text(&at_bound, "code=");
    for (int i = 0; i < FORM_VALUE_MAX_BYTES; i++)
        buffer_add_text(&at_bound, "a");
    for (int i = 0; i < FORM_MAX_BYTES; i++)
        buffer_add_text(&long_one, "a");
    assert_int_equal(read_text(buffer_text(&long_one), where), OUTCOME_TOO_LARGE);
    assert_int_equal(read_text(buffer_text(&at_bound), where), OUTCOME_OK);
    buffer_add_text(&at_bound, "a");
    assert_int_equal(read_text(buffer_text(&at_bound), where), OUTCOME_MALFORMED);
    assert_string_equal(where, "code");
}

static void a_fault_of_the_api_finds_its_input(void **state)
{
    (void)state;
    assert_string_equal(form_field_of(fields, "adres.postcode"), "postcode");
    assert_string_equal(form_field_of(fields, "rijen[0].adres.postcode"), "postcode");
    assert_string_equal(form_field_of(fields, "code"), "code");
    assert_null(form_field_of(fields, "barcode"));
    assert_null(form_field_of(fields, ""));
}

static void a_body_without_memory_is_none(void **state)
{
    char where[JSON_WHERE_BYTES];
    json_t *body = NULL;
    enum outcome outcome;

    (void)state;
    assert_int_equal(read_text("postcode=1234AB&huisnummer=1&groepen=A&aantal=1", where),
                     OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, form_json(&form, fields, &body), json_decref(body));
    assert_int_equal(outcome, OUTCOME_OK);
}

/* --- tokens --- */

static void a_token_is_of_one_certificate_one_key_and_two_days(void **state)
{
    uint8_t key[32] = {1}, other_key[32] = {2};
    const char *mine = "aa", *yours = "bb";
    const struct day day = {20790};
    char token[WEB_TOKEN_BYTES];

    (void)state;
    assert_int_equal(web_token_make(key, mine, day, token), OUTCOME_OK);
    assert_int_equal(web_token_check(key, mine, day, token), OUTCOME_OK);
    assert_int_equal(web_token_check(key, mine, day_plus(day, 1), token), OUTCOME_OK);
    assert_int_equal(web_token_check(key, mine, day_plus(day, 2), token), OUTCOME_CSRF);
    assert_int_equal(web_token_check(key, mine, day_plus(day, -1), token), OUTCOME_CSRF);
    assert_int_equal(web_token_check(key, yours, day, token), OUTCOME_CSRF);
    assert_int_equal(web_token_check(other_key, mine, day, token), OUTCOME_CSRF);
    assert_int_equal(web_token_check(key, mine, day, ""), OUTCOME_CSRF);
    token[3] ^= 1;
    assert_int_equal(web_token_check(key, mine, day, token), OUTCOME_CSRF);
}

static void utf8_is_told_from_what_only_looks_like_it(void **state)
{
    static const char *const good[] = {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8f\xa0",
                                       "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",         "\xc3",         "\xc0\xaf", "\xc1\xbf",
                                      "\xe0\x80\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                                      "\xf4\x90\x80\x80", "\xe2\x82", "\xff"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(utf8_is_valid(bytes_of_text(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(utf8_is_valid(bytes_of_text(bad[i])));
}

static int get_ready(void **state)
{
    (void)state;
    json_ready();
    return crypto_ready() == OUTCOME_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_becomes_the_body_of_the_same_request),
        cmocka_unit_test(what_was_typed_is_kept),
        cmocka_unit_test(what_is_no_form_of_ours_is_refused),
        cmocka_unit_test(a_form_is_bounded),
        cmocka_unit_test(a_fault_of_the_api_finds_its_input),
        cmocka_unit_test(a_body_without_memory_is_none),
        cmocka_unit_test(a_token_is_of_one_certificate_one_key_and_two_days),
        cmocka_unit_test(utf8_is_told_from_what_only_looks_like_it),
    };

    return cmocka_run_group_tests(tests, get_ready, NULL);
}
