/* SPDX-License-Identifier: EUPL-1.2 */
/* Melden: what is typed becomes one row, and what would become of it is said in plain words. */
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

#define LOOK "/melden/bekijken"
#define SEND "/melden/versturen"
#define LEAST                                                                                      \
    "signaalcode=OVL.GELUID&melddatum=2026-12-03&postcode=1234+ab&huisnummer=03&akkoord=nee"

static const char covenants[] =
    "{\"convenanten\":[{\"id\":\"proef\",\"titel\":\"" HOSTILE_JSON
    "\",\"vanKracht\":true,\"partijen\":["
    "{\"oin\":\"00000099000000010000\",\"naam\":\"Wij\"},"
    "{\"oin\":\"00000099000000020000\",\"naam\":\"Buurtteam " HOSTILE_JSON "\"}]},"
    "{\"id\":\"oud\",\"titel\":\"Oud\",\"vanKracht\":false,\"partijen\":["
    "{\"oin\":\"00000099000000050000\",\"naam\":\"Voorbij\"}]}]}";

static json_t *row_of(const char *typed, json_t **out_body)
{
    char where[JSON_WHERE_BYTES];

    *out_body = small_page_body(&page_report, LOOK, typed, "", where);
    if (!*out_body)
        fail_msg("refused at %s", where);
    return json_array_get(json_object_get(*out_body, "rijen"), 0);
}

static void assert_member(const json_t *row, const char *name, const char *wanted)
{
    const char *text = json_string_value(json_object_get(row, name));

    if (wanted && (!text || strcmp(text, wanted) != 0))
        fail_msg("%s: %s, not %s", name, text ? text : "absent", wanted);
    if (!wanted && json_object_get(row, name))
        fail_msg("%s is there", name);
}

/* --- the row --- */

static void what_people_type_becomes_its_one_spelling(void **state)
{
    OWNED_JSON body = NULL;
    const json_t *row =
        row_of("signaalcode=OVL.GELUID&melddatum=3-12-2026&postcode=1234+ab&huisnummer=03"
               "&huisletter=a&toevoeging=2+b&akkoord=ja&toestemmingDatum=02/12/2026"
               "&toestemmingWerkwijze=TELEFOON&hulpvraagBekend=onbekend",
               &body);

    (void)state;
    assert_member(body, "adapter", "pagina");
    assert_true(json_is_true(json_object_get(body, "proef")));
    assert_member(row, "melddatum", "2026-12-03");
    assert_member(row, "postcode", "1234AB");
    assert_member(row, "huisnummer", "3");
    assert_member(row, "huisletter", "A");
    assert_member(row, "toevoeging", "2B");
    assert_member(row, "toestemming", "ja");
    assert_member(row, "toestemmingDatum", "2026-12-02");
    assert_member(row, "toestemmingWerkwijze", "TELEFOON");
    assert_int_equal(json_array_size(json_object_get(row, "signaalcodes")), 1);
}

static void what_a_desk_recorded_is_no_consent_of_the_row(void **state)
{
    OWNED_JSON body = NULL;
    const json_t *row = row_of("signaalcode=OVL.GELUID&melddatum=2026-12-03&postcode=1234AB"
                               "&huisnummer=3&akkoord=eerder&toestemmingDatum=2026-12-02"
                               "&toestemmingWerkwijze=GESPREK",
                               &body);

    (void)state;
    assert_member(row, "toestemming", NULL);
    assert_member(row, "toestemmingDatum", NULL);
    assert_member(row, "toestemmingWerkwijze", NULL);
}

static void a_no_takes_no_day_along(void **state)
{
    OWNED_JSON body = NULL;
    const json_t *row = row_of(LEAST "&toestemmingDatum=2026-12-02", &body);

    (void)state;
    assert_member(row, "toestemming", "nee");
    assert_member(row, "toestemmingDatum", NULL);
}

static void what_belongs_to_arrears_goes_with_arrears_alone(void **state)
{
    static const char with[] = "&bedragAchterstand=1.612,50&contactpoging=1-12-2026&bezwaar=nee"
                               "&huidigeHuurder=ja";
    char typed[512];
    OWNED_JSON other = NULL;
    OWNED_JSON body = NULL;
    const json_t *row;

    (void)state;
    snprintf(typed, sizeof typed, "%s%s", LEAST, with);
    row = row_of(typed, &other);
    assert_member(row, "bedragAchterstand", NULL);
    assert_member(row, "contactpoging", NULL);
    assert_member(row, "huidigeHuurder", NULL);
    assert_member(row, "bezwaar", "nee"); /* an objection counts for whatever it is */
    snprintf(typed, sizeof typed,
             "signaalcode=FIN.HUURACHTERSTAND&melddatum=2026-12-03&akkoord=nee%s", with);
    row = row_of(typed, &body);
    assert_int_equal(json_integer_value(json_object_get(row, "bedragAchterstand")), 161250);
    assert_member(row, "contactpoging", "2026-12-01");
}

static void a_number_of_his_own_or_one_that_is_drawn_once(void **state)
{
    OWNED_JSON own = NULL;
    OWNED_JSON drawn = NULL;
    OWNED_JSON kept = NULL;
    OWNED_JSON forged = NULL;

    (void)state;
    assert_member(row_of(LEAST "&zaaknummer=Z-1&sleutel=pagina-x", &own), "bronsleutel", "Z-1");
    assert_int_equal(
        strncmp(json_string_value(json_object_get(row_of(LEAST, &drawn), "bronsleutel")), "pagina-",
                7),
        0);
    assert_member(row_of(LEAST "&sleutel=pagina-1", &kept), "bronsleutel", "pagina-1");
    assert_string_not_equal(
        json_string_value(json_object_get(row_of(LEAST "&sleutel=Z-9", &forged), "bronsleutel")),
        "Z-9");
}

static void each_wrong_field_is_named(void **state)
{
    static const struct {
        const char *typed, *field;
    } cases[] = {
        {"melddatum=2026-12-03&akkoord=nee", "signaalcode"},
        {"signaalcode=OVL.GELUID&akkoord=nee", "melddatum"},
        {"signaalcode=OVL.GELUID&melddatum=31-11-2026&akkoord=nee", "melddatum"},
        {"signaalcode=OVL.GELUID&melddatum=morgen&akkoord=nee", "melddatum"},
        {"signaalcode=OVL.GELUID&melddatum=1-2-3-4&akkoord=nee", "melddatum"},
        {"signaalcode=OVL.GELUID&melddatum=2026-12-03", "akkoord"},
        {"signaalcode=OVL.GELUID&melddatum=2026-12-03&akkoord=misschien", "akkoord"},
        {"signaalcode=OVL.GELUID&melddatum=2026-12-03&akkoord=ja", "toestemmingDatum"},
        {LEAST "&huisletter=AB", "huisletter"},
        {"signaalcode=OVL.GELUID&melddatum=2026-12-03&akkoord=nee&postcode=12345", "postcode"},
        {"signaalcode=OVL.GELUID&melddatum=2026-12-03&akkoord=nee&huisnummer=3A", "huisnummer"},
        {LEAST "&bedragAchterstand=12,5", "bedragAchterstand"},
        {LEAST "&bedragAchterstand=1.23", "bedragAchterstand"},
        {LEAST "&bedragAchterstand=,50", "bedragAchterstand"},
        {LEAST "&bedragAchterstand=-5", "bedragAchterstand"},
        {LEAST "&bedragAchterstand=9999999999999999", "bedragAchterstand"},
    };
    char where[JSON_WHERE_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_JSON body = small_page_body(&page_report, LOOK, cases[i].typed, "", where);
        if (body || strcmp(where, cases[i].field) != 0)
            fail_msg("%s: %s", cases[i].typed, body ? "taken" : where);
    }
}

static void sending_is_no_trial(void **state)
{
    char where[JSON_WHERE_BYTES];
    OWNED_JSON body = small_page_body(&page_report, SEND, LEAST "&convenant=proef", "", where);

    (void)state;
    assert_non_null(body);
    assert_true(json_is_false(json_object_get(body, "proef")));
    assert_member(body, "convenant", "proef");
}

/* --- the page --- */

static void shown(const char *typed, const char *path, const char *answer, struct buffer *out)
{
    const struct small_page page = {.parts = {covenants},
                                    .path = path,
                                    .typed = typed,
                                    .answer = answer,
                                    .roles = UINT32_C(1) << ROLE_MELDER};

    small_page_show(&page_report, &page, out);
    assert_well_formed(buffer_text(out));
    assert_hides(buffer_text(out), "<script");
}

static void the_form_offers_what_goes_well_first_and_nothing_blocked(void **state)
{
    OWNED_BUFFER out = {0};
    const char *html;

    (void)state;
    shown(NULL, NULL, NULL, &out);
    html = buffer_text(&out);
    assert_true(strstr(html, "Wil iets doen voor de wijk") < strstr(html, "Geluidsoverlast"));
    assert_hides(html, "Psychische");
    assert_shows(html, "value=\"2026-12-03\"");     /* today */
    assert_shows(html, "Buurtteam &lt;script&gt;"); /* a party, as text */
    assert_hides(html, "Voorbij");                  /* of a covenant that is over */
    assert_hides(html, "00000099000000010000");     /* nobody reports to himself */
    assert_hides(html, "Onder welk convenant?");    /* there is one */
}

static void a_plan_says_whom_why_what_and_when(void **state)
{
    OWNED_BUFFER out = {0};
    const char *html;

    (void)state;
    shown(LEAST "&contactmoment=OVERLAST&naam=%3Cscript%3E", LOOK,
          "{\"proef\":true,\"rijen\":[{\"rij\":1,\"uitkomst\":\"VERZONDEN_TOESTEMMING\","
          "\"bepaling\":2,\"ontvangerNaam\":\"" HOSTILE_JSON "\",\"doel\":\"TOELEIDING\","
          "\"velden\":[\"waarneemweek\",\"bewijs\",\"" HOSTILE_JSON "\"],"
          "\"antwoordUiterlijk\":\"2026-12-07\",\"vervangt\":\"x\"}]}",
          &out);
    html = buffer_text(&out);
    assert_shows(html, "Dit mag.");
    assert_shows(html, "Bepaling 2: de bewoner vindt het goed.");
    assert_shows(html, "Hulp vinden");
    assert_shows(html, "de week, niet de dag");
    assert_shows(html, "maandag 7 december 2026");
    assert_shows(html, "bij welke gelegenheid u het zag"); /* typed, and stays here */
    assert_shows(html, "komt ervoor in de plaats");
    assert_shows(html, "Verstuur naar &lt;script&gt;");
    assert_shows(html, "action=\"" SEND "\"");
    assert_shows(html, "name=\"sleutel\" value=\"pagina-");
    assert_shows(html, "name=\"naam\" value=\"&lt;script&gt;\"");
}

/* Each refusal that the page has words of its own for, and one that it does not know. */
static void a_refusal_says_what_helps_on_this_page(void **state)
{
    static const struct {
        const char *code, *words;
    } cases[] = {
        {"GEEN_TOESTEMMING", "Vraag de bewoner of dit mag."},
        {"ONTVANGER_NIET_EENDUIDIG", "Kies hieronder aan wie het mag."},
        {"GEEN_BEPALING", "convenantbeheerder"},
        {"ADRES_ONVOLLEDIG", "postcode en het huisnummer"},
        {"VOORWAARDE_ONTBREEKT", "Alleen bij huurachterstand"},
        {"HUURDER_ONBEKEND", "de woning nu huurt"},
        {"REGELING_ONBEKEND", "betalingsregeling"},
        {"LEEFTIJD_ONBEKEND", "18 jaar of ouder"},
        {"GEWIJZIGD", "ander zaaknummer"},
        {"IETS_NIEUWS", "Doe dit &lt;b&gt;dan&lt;/b&gt;"},
    };
    char answer[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_BUFFER out = {0};
        snprintf(answer, sizeof answer,
                 "{\"proef\":%s,\"rijen\":[{\"rij\":1,\"uitkomst\":\"GEWEIGERD\",\"code\":\"%s\","
                 "\"reden\":\"Zo is het.\",\"oplossing\":\"Doe dit <b>dan</b>\",\"bepaling\":5}]}",
                 i % 2 ? "true" : "false", cases[i].code);
        shown(LEAST, i % 2 ? LOOK : SEND, answer, &out);
        assert_shows(buffer_text(&out), "Er is niets verstuurd.");
        assert_shows(buffer_text(&out), "Zo is het.");
        assert_shows(buffer_text(&out), cases[i].words);
        assert_hides(buffer_text(&out), "action=\"" SEND "\""); /* no button for what may not go */
    }
}

static void what_only_counts_and_what_was_known_say_so(void **state)
{
    OWNED_BUFFER counts = {0};
    OWNED_BUFFER known = {0};

    (void)state;
    shown(LEAST, LOOK, "{\"proef\":true,\"rijen\":[{\"rij\":1,\"uitkomst\":\"GETELD\"}]}", &counts);
    assert_shows(buffer_text(&counts), "telt alleen mee");
    assert_shows(buffer_text(&counts), "Tel deze melding mee");
    shown(LEAST, LOOK, "{\"proef\":true,\"rijen\":[{\"rij\":1,\"uitkomst\":\"AL_BEKEND\"}]}",
          &known);
    assert_shows(buffer_text(&known), "is al gedaan");
    assert_hides(buffer_text(&known), "action=\"" SEND "\"");
}

static void what_was_sent_says_who_answers_by_when(void **state)
{
    OWNED_BUFFER out = {0};
    OWNED_BUFFER again = {0};
    OWNED_BUFFER third = {0};

    (void)state;
    shown("signaalcode=OVL.GELUID&akkoord=ja&postcode=1234AB&huisnummer=3", SEND,
          "{\"proef\":false,\"rijen\":[{\"rij\":1,\"uitkomst\":\"VERZONDEN_TOESTEMMING\","
          "\"ontvangerNaam\":\"Buurtteam\",\"antwoordUiterlijk\":\"2026-12-07\"}]}",
          &out);
    assert_shows(buffer_text(&out), "Verstuurd naar Buurtteam.");
    assert_shows(buffer_text(&out), "maandag 7 december 2026");
    assert_shows(buffer_text(&out), "Toon het afschrift");
    shown(
        LEAST, SEND,
        "{\"proef\":false,\"rijen\":[{\"rij\":1,\"uitkomst\":\"GETELD\",\"attendering\":{\"code\":"
        "\"OVL.HERHAALD\",\"aantal\":3,\"advies\":\"Bespreek het " HOSTILE_JSON "\"}}]}",
        &third);
    assert_shows(buffer_text(&third), "Bespreek het &lt;script&gt;");
    shown(LEAST, SEND, "{\"proef\":false,\"rijen\":[{\"rij\":1,\"uitkomst\":\"AL_BEKEND\"}]}",
          &again);
    assert_shows(buffer_text(&again), "niets dubbel verstuurd");
}

static void an_empty_answer_shows_the_form(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    shown(LEAST, LOOK, "{\"proef\":true,\"rijen\":[]}", &out);
    assert_shows(buffer_text(&out), "Bekijk wat er gebeurt");
}

static void it_speaks_english_too(void **state)
{
    OWNED_BUFFER out = {0};
    const struct small_page page = {.english = true, .roles = UINT32_C(1) << ROLE_MELDER};

    (void)state;
    small_page_show(&page_report, &page, &out);
    assert_well_formed(buffer_text(&out));
    assert_shows(buffer_text(&out), "What did you see?");
    assert_hides(buffer_text(&out), "Vul ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_type_becomes_its_one_spelling),
        cmocka_unit_test(what_a_desk_recorded_is_no_consent_of_the_row),
        cmocka_unit_test(a_no_takes_no_day_along),
        cmocka_unit_test(what_belongs_to_arrears_goes_with_arrears_alone),
        cmocka_unit_test(a_number_of_his_own_or_one_that_is_drawn_once),
        cmocka_unit_test(each_wrong_field_is_named),
        cmocka_unit_test(sending_is_no_trial),
        cmocka_unit_test(the_form_offers_what_goes_well_first_and_nothing_blocked),
        cmocka_unit_test(a_plan_says_whom_why_what_and_when),
        cmocka_unit_test(a_refusal_says_what_helps_on_this_page),
        cmocka_unit_test(what_only_counts_and_what_was_known_say_so),
        cmocka_unit_test(what_was_sent_says_who_answers_by_when),
        cmocka_unit_test(an_empty_answer_shows_the_form),
        cmocka_unit_test(it_speaks_english_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
