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

#include "covenant/covenant_text.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"

/* How many lines; fails when one is wider than the page or ends in a space. */
static size_t measure(const char *text)
{
    size_t lines = 0;

    for (int width = 0; *text; text++) {
        if (*text == '\n') {
            if (width > 0)
                assert_int_not_equal(text[-1], ' ');
            lines++;
            width = 0;
        } else {
            width += ((uint8_t)*text & 0xc0) != 0x80;
        }
        assert_true(width <= COVENANT_PAGE_COLUMNS);
    }
    return lines;
}

static void the_sample_fits_and_says_what_is_agreed(void **state)
{
    static const char *const says[] = {
        "Sociaal renoveren Voorbeelddreef · versie 1.2.0",
        "van 01-12-2026 t/m 31-01-2028 · evaluatie uiterlijk 30-11-2027",
        "regie: sociaal procesregisseur",
        "GGZ Voorbeeld (ggz, beroepsgeheim)",
        "Voorbeelddreef, 174 woningen (buurt BU99990104)",
        "corporatie → wijkteam              toestemming       2/10 wd/28 d  365 d",
        "Geluidsoverlast, Burenruzie",
        "aantallen ≥ 10, afgerond op 5",
        "3 metingen",
        "wet (4 eisen)",
        "BSN · naam melder · diagnose",
        "handhaving · netbeheerder · politie · andere verhuurder",
        "DPIA-2026-014",
    };
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_BUFFER text = {0}, groups = {0};

    (void)state;
    assert_int_equal(covenant_print_text(covenant, &text), OUTCOME_OK);
    assert_in_range(measure(buffer_text(&text)), 20, COVENANT_PAGE_LINES);
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
        if (!strstr(buffer_text(&text), says[i]))
            fail_msg("not on the page: %s", says[i]);
    }
    fingerprint_print_groups(covenant->fingerprint, &groups);
    assert_non_null(strstr(buffer_text(&text), buffer_text(&groups)));
    assert_int_equal(groups.length, 64 + 15);
}

static json_t *large_covenant(size_t parties, size_t articles)
{
    json_t *document = sample_covenant_json();
    json_t *all = json_object_get(document, "partijen");
    json_t *rules = json_object_get(document, "bepalingen");

    for (size_t i = json_array_size(all); i < parties; i++) {
        json_t *party = json_deep_copy(json_array_get(all, 1));
        char oin[OIN_LENGTH + 1] = "00000099000099000000";
        oin[17] = (char)('0' + i % 10);
        oin[18] = (char)('0' + i / 10 % 10);
        json_object_set_new(party, "oin", json_string(oin));
        json_array_append_new(all, party);
    }
    for (size_t i = json_array_size(rules); i < articles; i++) {
        json_t *rule = json_deep_copy(json_array_get(rules, i % 3 == 2 ? 4 : 0));
        json_object_set_new(rule, "nr", json_integer((json_int_t)i + 10));
        json_array_append_new(rules, rule);
    }
    return document;
}

static void ten_parties_and_twelve_articles_fit_on_one_page(void **state)
{
    OWNED_JSON document = large_covenant(10, 12);
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    assert_int_equal(covenant_print_text(covenant, &text), OUTCOME_OK);
    assert_in_range(measure(buffer_text(&text)), 30, COVENANT_PAGE_LINES);
}

static void a_larger_covenant_takes_more_lines_and_loses_nothing(void **state)
{
    OWNED_JSON document = large_covenant(40, 60);
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    assert_int_equal(covenant_print_text(covenant, &text), OUTCOME_OK);
    assert_true(measure(buffer_text(&text)) > COVENANT_PAGE_LINES);
    assert_non_null(strstr(buffer_text(&text), "OVL.BURENRUZIE")); /* codes, for want of room */
    assert_non_null(strstr(buffer_text(&text), "\n69  "));         /* the last article */
}

static void random_covenants_keep_to_the_columns(void **state)
{
    struct dice dice = dice_throw_from(5);

    (void)state;
    for (int i = 0; i < 300; i++) {
        OWNED_JSON document = random_covenant_json(&dice);
        OWNED_COVENANT covenant = NULL;
        OWNED_BUFFER text = {0};
        if (json_array_size(json_object_get(document, "bepalingen")) == 0)
            continue;
        assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
        assert_int_equal(covenant_print_text(covenant, &text), OUTCOME_OK);
        assert_true(measure(buffer_text(&text)) > 8);
    }
}

static void every_role_and_task_is_shown(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    json_t *article = json_array_get(json_object_get(document, "bepalingen"), 0);
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER text = {0};

    (void)state;
    json_object_set_new(document, "pilot", json_true());
    json_object_set_new(document, "sleutelgever", json_string(SAMPLE_GEMEENTE));
    json_object_set_new(document, "sleutelhouders",
                        json_pack("[s,s]", SAMPLE_GGZ, SAMPLE_WIJKTEAM));
    json_object_set_new(article, "naarOin", json_pack("[s]", SAMPLE_WIJKTEAM));
    json_object_del(document, "dpiaKenmerk");
    json_object_set_new(json_array_get(json_object_get(document, "bepalingen"), 2), "periode",
                        json_string("KWARTAAL"));
    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    assert_int_equal(covenant_print_text(covenant, &text), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&text), "· pilot"));
    assert_non_null(strstr(buffer_text(&text), "sleutelgever"));
    assert_non_null(strstr(buffer_text(&text), "sleutelhouder"));
    assert_non_null(strstr(buffer_text(&text), "per kwartaal"));
    assert_null(strstr(buffer_text(&text), "DPIA"));
    (void)measure(buffer_text(&text));
}

static void html_escapes_everything(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER html = {0};

    (void)state;
    json_object_set_new(document, "titel", json_string("<script>alert('x')</script> & \"y\""));
    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    assert_int_equal(covenant_print_html(covenant, &html), OUTCOME_OK);
    assert_null(strstr(buffer_text(&html), "<script"));
    assert_null(strstr(buffer_text(&html), "'x'"));
    assert_non_null(strstr(buffer_text(&html), "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; "
                                               "&amp; &quot;y&quot;"));
    assert_non_null(strstr(buffer_text(&html), "<html lang=\"nl\">"));
}

static enum outcome print_both(const struct covenant *covenant)
{
    OWNED_BUFFER text = {0}, html = {0};

    TRY(covenant_print_text(covenant, &text));
    return covenant_print_html(covenant, &html);
}

static void scarce_memory_gives_no_half_page(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, print_both(covenant), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_fits_and_says_what_is_agreed),
        cmocka_unit_test(ten_parties_and_twelve_articles_fit_on_one_page),
        cmocka_unit_test(a_larger_covenant_takes_more_lines_and_loses_nothing),
        cmocka_unit_test(random_covenants_keep_to_the_columns),
        cmocka_unit_test(every_role_and_task_is_shown),
        cmocka_unit_test(html_escapes_everything),
        cmocka_unit_test(scarce_memory_gives_no_half_page),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
