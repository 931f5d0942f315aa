/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/html.h"
#include "crypto/json.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"

static void expect_text(const char *text, const char *html)
{
    OWNED_BUFFER out = {0};

    html_text(&out, text);
    if (strcmp(buffer_text(&out), html) != 0)
        fail_msg("%s became %s", text, buffer_text(&out));
}

static void what_means_something_in_html_is_escaped(void **state)
{
    (void)state;
    expect_text("<script>alert('x')</script> & \"y\"",
                "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;");
    expect_text("&amp;", "&amp;amp;"); /* what was escaped already is text like any other */
    expect_text("Stichting Één & Ander → ≥ 10", "Stichting Één &amp; Ander → ≥ 10");
    expect_text("a\tb\nc", "a\tb\nc");
    expect_text("", "");
    expect_text(NULL, "");
}

static void what_would_turn_or_hide_text_is_shown_as_such(void **state)
{
    (void)state;
    expect_text("a\x1b[2Jb", "a\xef\xbf\xbd[2Jb");
    expect_text("a\x7f", "a\xef\xbf\xbd");
    expect_text("\xc2\x85", "\xef\xbf\xbd");                                   /* U+0085 */
    expect_text("\xd8\x9c", "\xef\xbf\xbd");                                   /* U+061C */
    expect_text("\xe2\x80\xaewas\xe2\x81\xa9", "\xef\xbf\xbdwas\xef\xbf\xbd"); /* U+202E, U+2069 */
    expect_text("\xe2\x80\x8f", "\xef\xbf\xbd");                               /* U+200F */
    expect_text("\xe2\x80\xa6 \xc2\xa0 \xd8\xa7 \xe2\x81\xaa",
                "\xe2\x80\xa6 \xc2\xa0 \xd8\xa7 \xe2\x81\xaa");
    expect_text("\xe2\x80", "\xe2\x80"); /* cut off: no byte beyond it is read */
}

/* Nothing of `html` begins a tag, ends an attribute, or is an entity of another's making. */
static void assert_harmless(const char *html)
{
    static const char *const ours[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

    assert_null(strpbrk(html, "<>\"'"));
    for (const char *at = strchr(html, '&'); at; at = strchr(at + 1, '&')) {
        bool known = false;
        for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
            known = known || strncmp(at, ours[i], strlen(ours[i])) == 0;
        assert_true(known);
    }
}

static void no_text_at_all_becomes_markup(void **state)
{
    struct dice dice = dice_throw_from(11);

    (void)state;
    for (int i = 0; i < 20000; i++) {
        OWNED_BUFFER out = {0};
        uint8_t raw[24];
        size_t length = (size_t)dice_number(&dice, sizeof raw + 1);
        dice_bytes(&dice, raw, sizeof raw);
        for (size_t j = 0; j < length; j++)
            raw[j] = dice_coin(&dice) ? (uint8_t) "<>\"'&;=/"[raw[j] % 8] : raw[j] ? raw[j] : '<';
        html_bytes(&out, bytes_of(raw, length));
        assert_harmless(buffer_text(&out));
    }
}

static void add_page(struct buffer *out)
{
    static const char *const heads[] = {"Wat", "W<ie>"}, *const cells[] = {"a & b", NULL};

    html_begin(out, HTML_LETTER, LANGUAGE_NL, "Brief & <titel>");
    html_element(out, "h1", NULL, "Uw \"gegevens\"");
    html_paragraph(out, "1 < 2");
    html_table(out, "small", heads, 2);
    html_row(out, cells, 2);
    html_close(out, "table");
    html_open(out, "dl", NULL);
    html_pair(out, "Tot & met", "<vandaag>");
    html_close(out, "dl");
    html_signature(out, "O'Neill");
    html_end(out);
}

static void a_page_is_whole_and_asks_nothing_of_the_world(void **state)
{
    static const char *const has[] = {
        "<!doctype html>\n<html lang=\"nl\">",
        "<meta charset=\"utf-8\">",
        "content=\"default-src 'none'; style-src 'unsafe-inline'\"",
        "<title>Brief &amp; &lt;titel&gt;</title>",
        "@page{size:A4;",
        "<h1>Uw &quot;gegevens&quot;</h1>\n",
        "<p>1 &lt; 2</p>\n",
        "<table class=\"small\"><thead><tr><th scope=\"col\">Wat</th>",
        "<th scope=\"col\">W&lt;ie&gt;</th></tr>\n</thead>\n",
        "<tr><td>a &amp; b</td><td></td></tr>\n</table>\n",
        "<dt>Tot &amp; met</dt><dd>&lt;vandaag&gt;</dd>\n",
        "<div class=\"signature\">O&#39;Neill</div>\n",
        "</main>\n</body>\n</html>\n",
    };
    static const char *const never[] = {
        "<script", "http:", "https:", "src=", "href", "url(", "@import"};
    OWNED_BUFFER page = {0};

    (void)state;
    add_page(&page);
    for (size_t i = 0; i < sizeof has / sizeof *has; i++) {
        if (!strstr(buffer_text(&page), has[i]))
            fail_msg("not on the page: %s", has[i]);
    }
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        assert_null(strstr(buffer_text(&page), never[i]));
}

static void each_paper_has_its_size_and_each_language_its_name(void **state)
{
    OWNED_BUFFER tables = {0}, large = {0}, small = {0}, beyond = {0};

    (void)state;
    html_begin(&tables, HTML_TABLES, LANGUAGE_EN, NULL);
    html_begin_sheet(&large, 0, LANGUAGE_NL, "x");
    html_begin_sheet(&small, HTML_SHEET_STEPS - 1, LANGUAGE_NL, "x");
    html_begin_sheet(&beyond, HTML_SHEET_STEPS, LANGUAGE_NL, "x");
    assert_non_null(strstr(buffer_text(&tables), "<html lang=\"en\">"));
    assert_non_null(strstr(buffer_text(&tables), "A4 landscape"));
    assert_string_not_equal(buffer_text(&large), buffer_text(&small));
    assert_string_equal(buffer_text(&beyond), buffer_text(&small));
}

static enum outcome whole_page(void)
{
    OWNED_BUFFER page = {0};

    add_page(&page);
    return buffer_outcome(&page);
}

static void scarce_memory_is_told(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, whole_page(), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_means_something_in_html_is_escaped),
        cmocka_unit_test(what_would_turn_or_hide_text_is_shown_as_such),
        cmocka_unit_test(no_text_at_all_becomes_markup),
        cmocka_unit_test(a_page_is_whole_and_asks_nothing_of_the_world),
        cmocka_unit_test(each_paper_has_its_size_and_each_language_its_name),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
