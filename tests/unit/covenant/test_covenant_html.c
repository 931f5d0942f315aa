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

#include "covenant/covenant_html.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/vectors.h"

static const struct covenant_page dutch;

/* The page of what `document` says; the caller wipes it. */
static struct buffer page_of(const json_t *document)
{
    OWNED_COVENANT covenant = NULL;
    struct buffer html = {0};

    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    assert_int_equal(covenant_print_html(covenant, &dutch, &html), OUTCOME_OK);
    assert_non_null(buffer_text(&html));
    return html;
}

static size_t count(const char *text, const char *what)
{
    size_t times = 0;

    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        times++;
    return times;
}

static void what_hangs_on_paper_is_as_it_was(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_BUFFER html = page_of(document);
    OWNED_BUFFER body = {0};

    (void)state;
    buffer_add_text(&body, strstr(buffer_text(&html), "<body>")); /* the style is everybody's */
    expect_golden("tests/cases/covenant/sociaal-renoveren.html", &body);
}

static void names_are_text_and_never_markup(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    json_t *parties = json_object_get(document, "partijen");

    (void)state;
    json_object_set_new(document, "titel", json_string("<script>alert('x')</script> & \"y\""));
    json_object_set_new(json_array_get(parties, 0), "naam", json_string("</td><h1>'A' & B"));
    json_object_set_new(json_object_get(document, "regie"), "functie", json_string("<i>baas</i>"));
    json_object_set_new(json_object_get(document, "gebied"), "naam", json_string("<hof>"));
    OWNED_BUFFER html = page_of(document);
    const char *text = buffer_text(&html);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "</td><h1>"));
    assert_null(strstr(text, "<i>"));
    assert_null(strstr(text, "<hof>"));
    assert_int_equal(
        count(text, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;"),
        2); /* its title and its head */
    assert_int_equal(count(text, "&lt;/td&gt;&lt;h1&gt;&#39;A&#39; &amp; B"), 2);
    assert_int_equal(count(text, "<h1>"), 1);
}

/* Each tag is closed in order; the tags without contents are left out. */
static void assert_well_formed(const char *text)
{
    char open[64][16];
    size_t depth = 0;

    for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
        char name[16] = "";
        if (sscanf(at, "<%15[/a-z0-9]", name) != 1 || strcmp(name, "meta") == 0)
            continue; /* <!doctype> */
        if (name[0] == '/') {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name + 1);
        } else {
            assert_true(depth < 64);
            memcpy(open[depth++], name, sizeof name);
        }
    }
    assert_int_equal(depth, 0);
}

static void nothing_of_an_article_is_lost_however_small_the_type(void **state)
{
    static const struct {
        size_t parties, articles;
    } sizes[] = {{5, 5}, {6, 9}, {10, 14}, {10, 20}, {20, 40}, {90, 150}};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        OWNED_JSON document = large_covenant_json(sizes[i].parties, sizes[i].articles);
        OWNED_BUFFER html = page_of(document);
        const char *text = buffer_text(&html);
        size_t fields = count(text, "; gegevens ") + count(text, "<div class=\"details\">met ");
        size_t aggregates = 1;
        assert_well_formed(text);
        assert_int_equal(count(text, "</td></tr>"), sizes[i].articles);
        assert_int_equal(fields, sizes[i].articles - aggregates);
        assert_true(count(text, "contactmoment") >= 1);
        assert_true(count(text, "Burenruzie") >= 1);
        assert_int_equal(count(text, "class=\"signature\""), sizes[i].parties);
    }
}

static void what_does_not_fit_says_so(void **state)
{
    OWNED_JSON fits = large_covenant_json(10, 20);
    OWNED_JSON large = large_covenant_json(40, 60);
    OWNED_BUFFER one = page_of(fits);
    OWNED_BUFFER more = page_of(large);

    (void)state;
    assert_null(strstr(buffer_text(&one), "zie bijlage"));
    assert_non_null(strstr(buffer_text(&more), "past niet op een A4"));
    assert_non_null(strstr(buffer_text(&more), "zie bijlage"));
    assert_non_null(strstr(buffer_text(&more), "<section class=\"break\">"));
    assert_non_null(strstr(buffer_text(&more), "<tr><td>69</td>")); /* the last article */
}

static void random_covenants_are_well_formed(void **state)
{
    struct dice dice = dice_throw_from(6);

    (void)state;
    for (int i = 0; i < 200; i++) {
        OWNED_JSON document = random_covenant_json(&dice);
        if (json_array_size(json_object_get(document, "bepalingen")) == 0)
            continue;
        OWNED_BUFFER html = page_of(document);
        assert_well_formed(buffer_text(&html));
        assert_null(strstr(buffer_text(&html), "(null)"));
    }
}

static enum outcome print_once(const struct covenant *covenant)
{
    OWNED_BUFFER html = {0};

    return covenant_print_html(covenant, &dutch, &html);
}

static void scarce_memory_gives_no_half_page(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_COVENANT large = NULL;
    OWNED_JSON document = large_covenant_json(10, 20);
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, print_once(covenant), (void)0);
    assert_int_equal(parse_covenant_json(document, &large, NULL), OUTCOME_OK);
    WITH_SCARCE_MEMORY_SAMPLED(8, outcome, print_once(large), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_hangs_on_paper_is_as_it_was),
        cmocka_unit_test(names_are_text_and_never_markup),
        cmocka_unit_test(nothing_of_an_article_is_lost_however_small_the_type),
        cmocka_unit_test(what_does_not_fit_says_so),
        cmocka_unit_test(random_covenants_are_well_formed),
        cmocka_unit_test(scarce_memory_gives_no_half_page),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
