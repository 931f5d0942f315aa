/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/transfer_item.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"

#define ID      "\"id\":\"11111111-1111-4111-8111-111111111111\""
#define SIGNAL  ",\"signaal\":\"22222222-2222-4222-8222-222222222222\""
#define ON      ",\"op\":\"2026-12-04\""
#define TO      ",\"naar\":\"00000099000000040000\""
#define REQUEST ",\"verzoek\":\"33333333-3333-4333-8333-333333333333\""
#define ASKED   "{" ID SIGNAL ON ",\"stap\":\"GEVRAAGD\"" TO "}"
#define TAKEN   "{" ID SIGNAL ON ",\"stap\":\"AANVAARD\"" REQUEST "}"
#define NOT     "{" ID SIGNAL ON ",\"stap\":\"GEWEIGERD\"" REQUEST ",\"reden\":\"OVERDRACHT_TERUG\"}"

static enum outcome parse(const char *text, struct transfer_item *out, struct fault *fault)
{
    OWNED_JSON object = NULL;

    TRY(json_read(bytes_of_text(text), 4096, &object));
    return transfer_item_parse(object, out, fault);
}

static void the_three_are_read_and_printed_as_they_were(void **state)
{
    static const char *const texts[] = {ASKED, TAKEN, NOT};
    static const enum transfer_step steps[] = {TRANSFER_ASKED, TRANSFER_ACCEPTED,
                                               TRANSFER_REFUSED};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct transfer_item item;
        OWNED_BUFFER text = {0};
        assert_int_equal(parse(texts[i], &item, NULL), OUTCOME_OK);
        assert_int_equal(item.step, steps[i]);
        assert_int_equal(transfer_item_print(&item, &text), OUTCOME_OK);
        assert_string_equal(buffer_text(&text), texts[i]);
        assert_true(text.length <= TRANSFER_ITEM_MAX_BYTES);
    }
}

static void whatever_is_wrong_is_named(void **state)
{
    static const struct {
        const char *text, *where;
    } rows[] = {
        {"{" SIGNAL ON "}", NULL},
        {"{" ID ON ",\"stap\":\"GEVRAAGD\"" TO "}", "signaal"},
        {"{" ID SIGNAL ",\"stap\":\"GEVRAAGD\"" TO "}", "op"},
        {"{" ID SIGNAL ON TO "}", "stap"},
        {"{" ID SIGNAL ON ",\"stap\":\"\"" TO "}", "stap"},
        {"{" ID SIGNAL ON ",\"stap\":\"gevraagd\"" TO "}", "stap"},
        {"{" ID SIGNAL ON ",\"stap\":\"GEVRAAGD\"}", "naar"},
        {"{" ID SIGNAL ON ",\"stap\":\"GEVRAAGD\",\"naar\":\"GEMEENTE\"}", "naar"},
        {"{" ID SIGNAL ON ",\"stap\":\"GEVRAAGD\"" TO REQUEST "}", "onbekend"},
        {"{" ID SIGNAL ON ",\"stap\":\"GEVRAAGD\"" TO ",\"reden\":\"X\"}", "onbekend"},
        {"{" ID SIGNAL ON ",\"stap\":\"AANVAARD\"}", "verzoek"},
        {"{" ID SIGNAL ON ",\"stap\":\"AANVAARD\"" REQUEST TO "}", "onbekend"},
        {"{" ID SIGNAL ON ",\"stap\":\"AANVAARD\"" REQUEST ",\"reden\":\"X\"}", "onbekend"},
        {"{" ID SIGNAL ON ",\"stap\":\"GEWEIGERD\"" REQUEST "}", "reden"},
        {"{" ID SIGNAL ON ",\"stap\":\"GEWEIGERD\"" REQUEST ",\"reden\":\"\"}", "reden"},
        {"{" ID SIGNAL ON ",\"stap\":\"GEWEIGERD\"" REQUEST ",\"reden\":\"hij is ziek\"}", "reden"},
        {"{" ID SIGNAL ON ",\"stap\":\"GEVRAAGD\"" TO ",\"toelichting\":\"x\"}", "onbekend"},
        {"[]", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct transfer_item item;
        struct fault fault = {0};
        assert_int_not_equal(parse(rows[i].text, &item, &fault), OUTCOME_OK);
        if (rows[i].where && !strstr(fault.where, rows[i].where))
            fail_msg("%s: named %s", rows[i].text, fault.where);
    }
}

static void what_is_out_of_bounds_is_not_printed(void **state)
{
    struct transfer_item good, bad;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(parse(ASKED, &good, NULL), OUTCOME_OK);
    bad = good;
    bad.step = TRANSFER_NONE;
    assert_int_equal(transfer_item_print(&bad, &text), OUTCOME_MALFORMED);
    bad.to.text[0] = '\0'; /* none, and so nobody to go to */
    assert_int_equal(transfer_item_print(&bad, &text), OUTCOME_MALFORMED);
    bad = good;
    bad.signal[0] = '\0';
    assert_int_equal(transfer_item_print(&bad, &text), OUTCOME_MALFORMED);
    bad = good;
    memcpy(bad.request, good.id, sizeof bad.request); /* a question answers nothing */
    assert_int_equal(transfer_item_print(&bad, &text), OUTCOME_MALFORMED);
    assert_int_equal(parse(TAKEN, &bad, NULL), OUTCOME_OK);
    bad.step = TRANSFER_NONE;
    assert_int_equal(transfer_item_print(&bad, &text), OUTCOME_MALFORMED);
    bad.step = TRANSFER_STEP_COUNT;
    assert_int_equal(transfer_item_print(&bad, &text), OUTCOME_MALFORMED);
    bad.step = TRANSFER_ACCEPTED;
    bad.request[0] = '\0';
    assert_int_equal(transfer_item_print(&bad, &text), OUTCOME_MALFORMED);
    bad = good;
    bad.to.text[0] = '\0';
    assert_int_equal(transfer_item_print(&bad, &text), OUTCOME_MALFORMED);
    bad = good;
    bad.id[0] = 'x';
    assert_int_equal(transfer_item_print(&bad, &text), OUTCOME_MALFORMED);
    assert_int_equal(text.length, 0);
}

static void every_word_has_a_text_in_both_languages(void **state)
{
    enum transfer_step step;

    (void)state;
    for (unsigned i = 0; i < TRANSFER_STEP_COUNT; i++)
        for (unsigned language = 0; language < LANGUAGE_COUNT; language++)
            assert_true(strlen(transfer_step_text((enum transfer_step)i, language)) > 3);
    for (unsigned i = 0; i < TRANSFER_REFUSAL_COUNT; i++) {
        const char *code = transfer_refusal_code((enum transfer_refusal)i);
        assert_true(strlen(transfer_refusal_text(code, LANGUAGE_NL)) > 20);
        assert_true(strlen(transfer_refusal_text(code, LANGUAGE_EN)) > 20);
    }
    assert_null(transfer_refusal_text("GEEN_TOESTEMMING", LANGUAGE_NL));
    assert_false(transfer_step_parse("", &step));
    assert_false(transfer_step_parse(NULL, &step));
    assert_string_equal(transfer_step_word(TRANSFER_STEP_COUNT), "");
    assert_string_equal(transfer_step_text(TRANSFER_STEP_COUNT, LANGUAGE_NL), "");
}

static enum outcome there_and_back(void)
{
    struct transfer_item item;
    OWNED_BUFFER text = {0};

    TRY(parse(NOT, &item, NULL));
    return transfer_item_print(&item, &text);
}

static void scarce_memory_is_told(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, there_and_back(), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_are_read_and_printed_as_they_were),
        cmocka_unit_test(whatever_is_wrong_is_named),
        cmocka_unit_test(what_is_out_of_bounds_is_not_printed),
        cmocka_unit_test(every_word_has_a_text_in_both_languages),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
