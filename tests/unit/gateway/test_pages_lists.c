/* SPDX-License-Identifier: EUPL-1.2 */
/* Mijn meldingen and Toestemming: what is late first, and a button only for what may be done. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
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

/* --- Mijn meldingen --- */

#define ROW(id, standing, more)                                                                    \
    "{\"id\":\"" id "\",\"bronsleutel\":\"Z-" id "\",\"signaalcode\":\"OVL.GELUID\","              \
    "\"signaalnaam\":\"Naam " id "\",\"ontvangerNaam\":\"Buurtteam\",\"stand\":\"" standing        \
    "\",\"regel\":\"regel " id "\"" more "}"

static void sent(const char *rows, const char *query, uint32_t roles, struct buffer *out)
{
    char part[4096];
    const struct small_page page = {.parts = {part}, .query = query, .roles = roles};

    snprintf(part, sizeof part, "{\"verzonden\":[%s],\"volgende\":null}", rows);
    show(&page_sent, &page, out);
}

static void a32_what_is_late_stands_first_with_an_icon_and_a_word(void **state)
{
    OWNED_BUFFER out = {0};
    const char *html;

    (void)state;
    sent(
        ROW("klaar", "AFGR", ",\"antwoordUiterlijk\":\"2026-11-01\"") "," ROW(
            "open", "INBH",
            ",\"antwoordUiterlijk\":\"2026-12-03\"") "," ROW("gewist", "GEWIST",
                                                             "") "," ROW("stap", "GEHV",
                                                                         ",\"volgendeStap\":{"
                                                                         "\"code\":\"X\",\"tekst\":"
                                                                         "\"Bel " HOSTILE_JSON
                                                                         "\"}") "," ROW("laat",
                                                                                        "ONTV",
                                                                                        ",\"antwoor"
                                                                                        "dUiterlijk"
                                                                                        "\":\"2026-"
                                                                                        "12-02\""),
        NULL, R(MELDER), &out);
    html = buffer_text(&out);
    assert_true(strstr(html, "Naam laat") < strstr(html, "Naam stap"));
    assert_true(strstr(html, "Naam stap") < strstr(html, "Naam open"));
    assert_true(strstr(html, "Naam open") < strstr(html, "Naam klaar"));
    assert_true(strstr(html, "Naam klaar") < strstr(html, "Naam gewist"));
    assert_shows(html, "Op 1 melding wacht u te lang op antwoord.");
    assert_shows(html, "<span>Te laat</span>");
    assert_shows(html, "<span>U bent aan zet</span>");
    assert_shows(html, "<span>Klaar</span>");
    assert_shows(html, "aria-hidden=\"true\"");
    assert_shows(html, "Bel &lt;script&gt;");
}

static void only_what_can_be_taken_back_has_that_button(void **state)
{
    static const struct {
        const char *standing;
        bool offered;
    } cases[] = {{"WACHT", true},      {"ONTV", true},  {"INBH", true},    {"AFGR", false},
                 {"GEWEIGERD", false}, {"INGT", false}, {"GEWIST", false}, {"NOPG", false},
                 {"TERUGGEHAALD", false}};
    char row[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_BUFFER out = {0};
        OWNED_BUFFER lead = {0};
        snprintf(row, sizeof row,
                 "{\"id\":\"a1\",\"signaalnaam\":\"x\",\"stand\":\"%s\",\"regel\":\"r\"}",
                 cases[i].standing);
        sent(row, NULL, R(MELDER), &out);
        if (cases[i].offered)
            assert_shows(buffer_text(&out), "/mijn-meldingen/a1/terugtrekken");
        else
            assert_hides(buffer_text(&out), "terugtrekken");
        sent(row, NULL, R(REGIEHOUDER), &lead); /* the lead reads, and takes nothing back */
        assert_hides(buffer_text(&lead), "terugtrekken");
    }
}

/* It may have arrived: the page may not say that it was not sent. */
static void what_was_taken_back_was_perhaps_sent(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    sent("{\"id\":\"a1\",\"signaalnaam\":\"x\",\"stand\":\"TERUGGEHAALD\",\"regel\":\"r\"}", NULL,
         R(MELDER), &out);
    assert_shows(buffer_text(&out), "<span>Teruggehaald</span>");
    assert_hides(buffer_text(&out), "Niet verzonden");
}

static void the_proof_is_offered_once_the_municipality_signed(void **state)
{
    static const struct {
        const char *code, *standing;
        bool offered;
    } cases[] = {
        {"FIN.HUURACHTERSTAND", "ONTV", true},    {"FIN.HUURACHTERSTAND", "AFGR", true},
        {"FIN.HUURACHTERSTAND", "WACHT", false},  {"FIN.HUURACHTERSTAND", "GEWEIGERD", false},
        {"FIN.HUURACHTERSTAND", "GEWIST", false}, {"OVL.GELUID", "ONTV", false},
        {"FIN.HUURACHTERSTAND", "TERUGGEHAALD", false}};
    char row[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_BUFFER out = {0};
        snprintf(row, sizeof row,
                 "{\"id\":\"a1\",\"signaalcode\":\"%s\",\"stand\":\"%s\",\"regel\":\"r\"}",
                 cases[i].code, cases[i].standing);
        sent(row, NULL, R(MELDER), &out);
        if (cases[i].offered)
            assert_shows(buffer_text(&out), "/mijn-meldingen/a1/bewijs");
        else
            assert_hides(buffer_text(&out), "/bewijs");
    }
}

static void an_empty_list_a_filter_and_a_next_page(void **state)
{
    OWNED_BUFFER none = {0};
    OWNED_BUFFER more = {0};
    OWNED_BUFFER odd = {0};
    const struct small_page page = {.parts = {"{\"verzonden\":[],\"volgende\":\"abc-1\"}"},
                                    .query = "welke=te-laat",
                                    .roles = R(MELDER)};
    const struct small_page hostile = {.parts = {"{\"verzonden\":[],\"volgende\":\"a\\\"><b\"}"},
                                       .query = "welke=%22%3E%3Cscript%3E",
                                       .roles = R(MELDER)};

    (void)state;
    sent("", NULL, R(MELDER), &none);
    assert_shows(buffer_text(&none), "Hier staan geen meldingen.");
    assert_shows(buffer_text(&none), "href=\"/mijn-meldingen\" aria-current=\"true\"");
    show(&page_sent, &page, &more);
    assert_shows(buffer_text(&more), "/mijn-meldingen?cursor=abc-1&amp;welke=te-laat");
    assert_shows(buffer_text(&more),
                 "href=\"/mijn-meldingen?welke=te-laat\" aria-current=\"true\"");
    show(&page_sent, &hostile, &odd);
    assert_hides(buffer_text(&odd), "cursor=");
}

static void a_number_that_we_drew_is_not_shown(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    sent("{\"id\":\"a\",\"bronsleutel\":\"pagina-1\",\"stand\":\"ONTV\",\"regel\":\"r\"},"
         "{\"id\":\"b\",\"bronsleutel\":\"" HOSTILE_JSON "\",\"stand\":\"ONTV\",\"regel\":\"r\"}",
         NULL, R(MELDER), &out);
    assert_hides(buffer_text(&out), "pagina-1");
    assert_shows(buffer_text(&out), "Zaak &lt;script&gt;");
}

static void the_proof_is_text_whatever_stands_in_it(void **state)
{
    OWNED_BUFFER out = {0};
    const struct small_page page = {
        .parts = {"{\"afzenderNaam\":\"" HOSTILE_JSON "\",\"bedragAchterstand\":161250,"
                  "\"voorwaarden\":[{\"naam\":\"er is geprobeerd\",\"op\":\"2026-11-20\"}],"
                  "\"contact\":{\"naam\":\"" HOSTILE_JSON "\",\"adres\":{\"postcode\":\"1234AB\","
                  "\"huisnummer\":\"11\"}}}"},
        .roles = R(MELDER)};

    (void)state;
    show(&page_proof, &page, &out);
    assert_shows(buffer_text(&out), "1612,50");
    assert_shows(buffer_text(&out), "vrijdag 20 november 2026");
    assert_shows(buffer_text(&out), "1234AB 11");
}

/* --- Toestemming --- */

#define COVENANTS                                                                                  \
    "{\"convenanten\":[{\"id\":\"p\",\"titel\":\"P\",\"vanKracht\":true,\"partijen\":["            \
    "{\"oin\":\"00000099000000020000\",\"naam\":\"Buurtteam " HOSTILE_JSON "\"}],"                 \
    "\"bepalingen\":[{\"nr\":1,\"doel\":\"TOELEIDING\",\"wijze\":\"TOESTEMMING\",\"vanKracht\":"   \
    "true},"                                                                                       \
    "{\"nr\":2,\"doel\":\"TOELEIDING\",\"wijze\":\"TOESTEMMING\",\"vanKracht\":true},"             \
    "{\"nr\":3,\"doel\":\"ONDERZOEK\",\"wijze\":\"TOESTEMMING\",\"vanKracht\":false},"             \
    "{\"nr\":4,\"doel\":\"SIA\",\"wijze\":\"AGGREGAAT\",\"vanKracht\":true}]}]}"

#define RECORD(id, standing, events, more)                                                         \
    "{\"id\":\"" id "\",\"doelen\":[\"TOELEIDING\",\"" HOSTILE_JSON "\"],\"ontvangers\":["         \
    "\"00000099000000020000\"],\"signaalgroepen\":[\"OVERLAST\"],\"geldigVan\":\"2026-12-01\","    \
    "\"geldigTot\":\"2027-11-30\",\"werkwijze\":\"GESPREK\",\"stand\":\"" standing                 \
    "\",\"gebeurtenissen\":[" events "],\"wachtOpTweede\":" more "}"

static void consents(const char *records, uint32_t roles, struct buffer *out)
{
    char part[8192];
    const struct small_page page = {.parts = {COVENANTS, part}, .roles = roles};

    snprintf(part, sizeof part, "{\"toestemmingen\":[%s],\"volgende\":null}", records);
    show(&page_consents, &page, out);
}

static void a_consent_that_stands_can_be_stopped_in_one_step(void **state)
{
    OWNED_BUFFER out = {0};
    const char *html;

    (void)state;
    consents(RECORD("a1", "GEGEVEN", "", "false"), R(MELDER), &out);
    html = buffer_text(&out);
    assert_shows(html, "<span>Geldt</span>");
    assert_shows(html, "Hulp vinden");
    assert_shows(html, "Buurtteam &lt;script&gt;");
    assert_shows(html, "action=\"/toestemming/a1/stoppen\"");
    assert_hides(html, "bevestigen");
}

static void what_is_over_has_no_button(void **state)
{
    OWNED_BUFFER stopped = {0};
    OWNED_BUFFER replaced = {0};

    (void)state;
    consents(RECORD("a1", "INGETROKKEN", "", "false"), R(MELDER), &stopped);
    assert_shows(buffer_text(&stopped), "<span>Gestopt</span>");
    assert_hides(buffer_text(&stopped), "/stoppen");
    consents(RECORD("a1", "GEGEVEN", "{\"wat\":\"VERVANGEN\"}", "false"), R(MELDER), &replaced);
    assert_shows(buffer_text(&replaced), "<span>Vervangen</span>");
    assert_hides(buffer_text(&replaced), "/stoppen");
}

static void what_waits_for_a_colleague_stands_first(void **state)
{
    OWNED_BUFFER out = {0};
    OWNED_BUFFER officer = {0};
    const char *html;

    (void)state;
    consents(RECORD("a1", "GEGEVEN", "", "false") "," RECORD("b2", "GEGEVEN", "", "true"),
             R(ONTVANGER), &out);
    html = buffer_text(&out);
    assert_true(strstr(html, "/toestemming/b2/bevestigen") <
                strstr(html, "/toestemming/a1/stoppen"));
    consents(RECORD("b2", "GEGEVEN", "", "true"), R(FG), &officer);
    assert_hides(buffer_text(&officer), "bevestigen"); /* that is for a desk */
    assert_hides(buffer_text(&officer), "/toestemming/nieuw");
}

static void only_purposes_that_an_article_takes_are_offered_and_none_is_ticked(void **state)
{
    OWNED_BUFFER out = {0};
    const struct small_page page = {.parts = {COVENANTS}, .roles = R(MELDER)};
    const char *html;

    (void)state;
    show(&page_consent_new, &page, &out);
    html = buffer_text(&out);
    assert_shows(html, "value=\"TOELEIDING\"");
    assert_null(strstr(strstr(html, "value=\"TOELEIDING\"") + 1, "value=\"TOELEIDING\""));
    assert_hides(html, "value=\"ONDERZOEK\"></"); /* that article is not in force */
    assert_hides(html, "value=\"SIA\"");
    assert_hides(html, "GEBLOKKEERD");
    assert_hides(html, "type=\"checkbox\" checked");
    assert_hides(html, "checked");
}

static void a_choice_becomes_a_request(void **state)
{
    char where[JSON_WHERE_BYTES];
    OWNED_JSON body = small_page_body(
        &page_consent_new, "/toestemming/nieuw/vastleggen",
        "postcode=1234+ab&huisnummer=21&doelen=TOELEIDING&ontvangers=WIJKTEAM"
        "&signaalgroepen=OVERLAST&signaalgroepen=MEEDOEN&geldigVan=1-12-2026&werkwijze=GESPREK",
        "", where);

    (void)state;
    assert_non_null(body);
    assert_string_equal(web_text_at(body, "adres.postcode"), "1234AB");
    assert_null(json_object_get(body, "postcode"));
    assert_string_equal(web_text_at(body, "soort"), "GRONDSLAG");
    assert_string_equal(web_text_at(body, "basis"), "TOESTEMMING");
    assert_string_equal(web_text_at(body, "geldigVan"), "2026-12-01");
    assert_int_equal(json_array_size(json_object_get(body, "signaalgroepen")), 2);
}

static void half_a_choice_is_named(void **state)
{
    static const struct {
        const char *typed, *field;
    } cases[] = {
        {"huisnummer=21&doelen=A&ontvangers=B&signaalgroepen=C", "postcode"},
        {"postcode=1234AB&doelen=A&ontvangers=B&signaalgroepen=C", "huisnummer"},
        {"postcode=1234AB&huisnummer=21&ontvangers=B&signaalgroepen=C", "doelen"},
        {"postcode=1234AB&huisnummer=21&doelen=A&signaalgroepen=C", "ontvangers"},
        {"postcode=1234AB&huisnummer=21&doelen=A&ontvangers=B", "signaalgroepen"},
        {"postcode=1234AB&huisnummer=21&doelen=A&ontvangers=B&signaalgroepen=C&geldigTot=ooit",
         "geldigTot"},
    };
    char where[JSON_WHERE_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_JSON body = small_page_body(&page_consent_new, "/toestemming/nieuw/vastleggen",
                                          cases[i].typed, "", where);
        assert_null(body);
        assert_string_equal(where, cases[i].field);
    }
}

static void an_address_finds_its_records_with_slip_and_stop(void **state)
{
    OWNED_BUFFER found = {0};
    OWNED_BUFFER none = {0};
    const struct small_page page = {
        .parts = {COVENANTS},
        .path = "/toestemming/zoeken/adres",
        .typed = "postcode=1234ab&huisnummer=21",
        .answer = "{\"toestemmingen\":[" RECORD("a1", "GEGEVEN", "", "false") "]}",
        .roles = R(MELDER)};
    const struct small_page empty = {.parts = {COVENANTS},
                                     .path = "/toestemming/zoeken/adres",
                                     .typed = "postcode=1234ab&huisnummer=21",
                                     .answer = "{\"toestemmingen\":[]}",
                                     .roles = R(MELDER)};

    (void)state;
    show(&page_consent_find, &page, &found);
    assert_shows(buffer_text(&found), "name=\"nummer\" value=\"a1\"");
    assert_shows(buffer_text(&found), "/toestemming/zoeken/a1/stoppen");
    assert_shows(buffer_text(&found), "Stop alles op dit adres");
    show(&page_consent_find, &empty, &none);
    assert_shows(buffer_text(&none), "staat in het logboek");
}

static void all_of_an_address_stops_only_for_who_is_sure(void **state)
{
    static const char all[] = "/toestemming/zoeken/alles-stoppen";
    static const char address[] = "postcode=1234ab&huisnummer=21";
    OWNED_BUFFER again = {0};
    OWNED_JSON unsure = NULL;
    OWNED_JSON other = NULL;
    OWNED_JSON sure = NULL;
    const struct small_page page = {
        .parts = {COVENANTS},
        .path = all,
        .typed = address,
        .problem = "{\"code\":\"ONJUIST_BERICHT\",\"detail\":\"Nee.\",\"fouten\":[{\"waar\":"
                   "\"zeker\",\"code\":\"ONJUIST_BERICHT\"}]}",
        .roles = R(MELDER)};
    char where[JSON_WHERE_BYTES];

    (void)state;
    unsure = small_page_body(&page_consent_find, all, address, "", where);
    assert_null(unsure);
    assert_string_equal(where, "zeker");
    other = small_page_body(&page_consent_find, all, "postcode=1234ab&huisnummer=21&zeker=nee", "",
                            where);
    assert_null(other);
    sure = small_page_body(&page_consent_find, all, "postcode=1234ab&huisnummer=21&zeker=ja", "",
                           where);
    assert_non_null(sure);
    assert_null(json_object_get(sure, "zeker"));
    show(&page_consent_find, &page, &again);
    assert_shows(buffer_text(&again), "Zet een vinkje als de bewoner dit echt wil.");
    assert_shows(buffer_text(&again), "action=\"/toestemming/zoeken/alles-stoppen\"");
    assert_shows(buffer_text(&again), "name=\"huisnummer\" value=\"21\"");
}

static void a_paper_is_what_our_printer_made_and_nothing_else(void **state)
{
    OWNED_BUFFER slip = {0};
    OWNED_BUFFER other = {0};
    struct small_page page = {.path = "/toestemming/afschrift",
                              .typed = "postcode=1234ab&huisnummer=21&nummer=a1",
                              .answer = "{\"toestemmingen\":[{\"id\":\"b2\"},{\"id\":\"a1\","
                                        "\"afschrift\":{\"html\":\"<!doctype html>papier\"}}]}",
                              .roles = R(MELDER)};

    (void)state;
    small_page_show(&page_slip, &page, &slip);
    assert_string_equal(buffer_text(&slip), "<!doctype html>papier");
    page.typed = "postcode=1234ab&huisnummer=21&nummer=c3"; /* of another address */
    small_page_show(&page_slip, &page, &other);
    assert_hides(buffer_text(&other), "papier");
    assert_shows(buffer_text(&other), "Zoek eerst het adres.");
}

static void stopping_says_what_it_did_and_with_whom(void **state)
{
    OWNED_BUFFER out = {0};
    OWNED_BUFFER nothing = {0};
    const struct small_page page = {
        .parts = {COVENANTS},
        .path = "/toestemming/{}/stoppen",
        .answer =
            "{\"id\":\"w1\",\"nietVerzonden\":2,\"afgeleverd\":1,\"partijen\":["
            "{\"naam\":\"" HOSTILE_JSON "\",\"stand\":\"OPEN\"},"
            "{\"naam\":\"B\",\"stand\":\"VERWIJDERD\",\"ondertekendOp\":\"2026-12-03T09:00:00Z\"},"
            "{\"naam\":\"C\",\"stand\":\"BEWAARD\"},{\"naam\":\"D\",\"stand\":\"GEWEIGERD\"}]}",
        .roles = R(MELDER)};
    const struct small_page none = {.parts = {COVENANTS},
                                    .path = "/toestemming/{}/stoppen",
                                    .answer = "{\"id\":\"w1\",\"partijen\":[]}",
                                    .roles = R(MELDER)};

    (void)state;
    show(&page_consents, &page, &out);
    assert_shows(buffer_text(&out), "Het is gestopt.");
    assert_shows(buffer_text(&out), "Nog geen antwoord");
    assert_shows(buffer_text(&out), "3 december 2026, 10:00");
    assert_shows(buffer_text(&out), "Moet het bewaren van de wet");
    assert_shows(buffer_text(&out), "/toestemming/verklaring/w1");
    show(&page_consents, &none, &nothing);
    assert_shows(buffer_text(&nothing), "Er was nog niets naar een ander gegaan.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a32_what_is_late_stands_first_with_an_icon_and_a_word),
        cmocka_unit_test(only_what_can_be_taken_back_has_that_button),
        cmocka_unit_test(what_was_taken_back_was_perhaps_sent),
        cmocka_unit_test(the_proof_is_offered_once_the_municipality_signed),
        cmocka_unit_test(an_empty_list_a_filter_and_a_next_page),
        cmocka_unit_test(a_number_that_we_drew_is_not_shown),
        cmocka_unit_test(the_proof_is_text_whatever_stands_in_it),
        cmocka_unit_test(a_consent_that_stands_can_be_stopped_in_one_step),
        cmocka_unit_test(what_is_over_has_no_button),
        cmocka_unit_test(what_waits_for_a_colleague_stands_first),
        cmocka_unit_test(only_purposes_that_an_article_takes_are_offered_and_none_is_ticked),
        cmocka_unit_test(a_choice_becomes_a_request),
        cmocka_unit_test(half_a_choice_is_named),
        cmocka_unit_test(an_address_finds_its_records_with_slip_and_stop),
        cmocka_unit_test(all_of_an_address_stops_only_for_who_is_sure),
        cmocka_unit_test(a_paper_is_what_our_printer_made_and_nothing_else),
        cmocka_unit_test(stopping_says_what_it_did_and_with_whom),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
