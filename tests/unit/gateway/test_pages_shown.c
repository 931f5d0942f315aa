/* SPDX-License-Identifier: EUPL-1.2 */
/* Wegwijzer, Cijfers and Afspraken: what was agreed, what it came to, what ends soon. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "gateway/pages_list.h"
#include "tests/support/small_page.h"

#define R(role) (UINT32_C(1) << ROLE_##role)

static void show(const struct web_page *page, const struct small_page *shown, struct buffer *out)
{
    small_page_show(page, shown, out);
    assert_well_formed(buffer_text(out));
    assert_hides(buffer_text(out), "<script");
}

static void a11_the_signpost_says_report_count_or_call(void **state)
{
    OWNED_BUFFER out = {0};
    OWNED_BUFFER none = {0};
    const struct small_page page = {
        .parts =
            {"{\"wegen\":["
             "{\"signaalnaam\":\"a\",\"naarNaam\":\"" HOSTILE_JSON
             "\",\"bepaling\":1,\"wijze\":\"TOESTEMMING\",\"vanKracht\":true},"
             "{\"signaalnaam\":\"b\",\"naarNaam\":\"B\",\"bepaling\":5,\"wijze\":\"WET\","
             "\"vanKracht\":true},"
             "{\"signaalnaam\":\"c\",\"naarNaam\":\"C\",\"bepaling\":2,\"wijze\":\"TOESTEMMING\","
             "\"vanKracht\":false},"
             "{\"signaalnaam\":\"d\",\"naarNaam\":\"D\"}],"
             "\"contactpunten\":[{\"organisatieNaam\":\"GGZ\",\"naam\":\"Balie " HOSTILE_JSON
             "\",\"telefoon\":\"030-1234567\"}]}"},
        .roles = R(MELDER)};
    const struct small_page empty = {.parts = {"{\"wegen\":[],\"contactpunten\":[]}"},
                                     .roles = R(BEHEERDER)};

    (void)state;
    show(&page_signpost, &page, &out);
    assert_shows(buffer_text(&out), "Melden, als de bewoner het goed vindt.");
    assert_shows(buffer_text(&out), "Melden: de wet schrijft het voor.");
    assert_shows(buffer_text(&out), "Nu even niet");
    assert_shows(buffer_text(&out), "Alleen bellen");
    assert_shows(buffer_text(&out), "030-1234567");
    assert_shows(buffer_text(&out), "href=\"/melden\"");
    show(&page_signpost, &empty, &none);
    assert_shows(buffer_text(&none), "nog geen afspraken van kracht");
    assert_hides(buffer_text(&none), "href=\"/melden\""); /* who reports nothing has no button */
}

static void what_is_too_small_is_said_and_never_a_zero(void **state)
{
    OWNED_BUFFER out = {0};
    OWNED_BUFFER none = {0};
    const struct small_page page = {
        .parts =
            {"{\"maandrapporten\":[{\"maand\":\"2026-11\",\"signalen\":40,\"open\":null,"
             "\"waarschuwing\":true}]}",
             "{\"nakoming\":[{\"maand\":\"2026-11\",\"partijen\":["
             "{\"naam\":\"" HOSTILE_JSON "\",\"aantal\":120,\"opTijd\":{\"procent\":80,"
             "\"soort\":\"ONGEVEER\"},\"afgesloten\":null},"
             "{\"naam\":\"B\",\"aantal\":null,\"opTijd\":{\"procent\":95,\"soort\":"
             "\"TEN_MINSTE\"},\"afgesloten\":{\"procent\":5,\"soort\":\"TEN_HOOGSTE\"}}]}]}",
             "{\"knelpunten\":[{\"maand\":\"2026-11\",\"redenen\":[{\"naam\":\"geen toestemming\","
             "\"aantal\":15}]},{\"maand\":\"2026-10\",\"redenen\":[]}]}"},
        .roles = R(REGIEHOUDER)};
    const struct small_page empty = {.parts = {"{\"maandrapporten\":[]}"}, .roles = R(FG)};

    (void)state;
    show(&page_figures, &page, &out);
    assert_shows(buffer_text(&out), "te klein");
    assert_hides(buffer_text(&out), "<span>0</span>");
    assert_shows(buffer_text(&out), "ongeveer 80 %");
    assert_shows(buffer_text(&out), "ten minste 95 %");
    assert_shows(buffer_text(&out), "ten hoogste 5 %");
    assert_shows(buffer_text(&out), "Minder meldingen, meer open");
    assert_shows(buffer_text(&out), "geen toestemming");
    assert_hides(buffer_text(&out), "in de weg staat, in 2026-10");
    show(&page_figures, &empty, &none);
    assert_shows(buffer_text(&none), "nog geen maand afgesloten");
}

#define AGREEMENT(id, standing)                                                                    \
    "{\"id\":\"" id "\",\"dossiernummer\":\"D-1\",\"begeleiderNaam\":\"" HOSTILE_JSON              \
    "\",\"geldigTot\":\"2026-12-24\",\"stand\":\"" standing "\",\"standNaam\":\"x\"}"

static void only_an_agreement_that_lives_can_be_stopped_and_by_who_may(void **state)
{
    OWNED_BUFFER desk = {0};
    OWNED_BUFFER lead = {0};
    OWNED_BUFFER none = {0};
    struct small_page page = {.parts = {"{\"afspraken\":[" AGREEMENT(
                                  "a1", "LOOPT_AF") "," AGREEMENT("b2", "VERLOPEN") "]}"},
                              .roles = R(BEGELEIDER)};
    const struct small_page empty = {.parts = {"{\"afspraken\":[]}"}, .roles = R(MELDER)};

    (void)state;
    show(&page_relapse, &page, &desk);
    assert_shows(buffer_text(&desk), "/afspraken/a1/stoppen");
    assert_hides(buffer_text(&desk), "/afspraken/b2/stoppen");
    assert_shows(buffer_text(&desk), "donderdag 24 december 2026");
    page.roles = R(REGIEHOUDER);
    show(&page_relapse, &page, &lead);
    assert_hides(buffer_text(&lead), "/stoppen");
    show(&page_relapse, &empty, &none);
    assert_shows(buffer_text(&none), "Er zijn geen afspraken.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a11_the_signpost_says_report_count_or_call),
        cmocka_unit_test(what_is_too_small_is_said_and_never_a_zero),
        cmocka_unit_test(only_an_agreement_that_lives_can_be_stopped_and_by_who_may),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
