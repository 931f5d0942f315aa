/* SPDX-License-Identifier: EUPL-1.2 */
/* Mag dit? and Logboek: a question becomes a request, and its answer plain words. */
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
#define COVENANTS                                                                                  \
    "{\"convenanten\":[{\"id\":\"p\",\"titel\":\"P\",\"vanKracht\":true,\"partijen\":["            \
    "{\"oin\":\"00000099000000020000\",\"naam\":\"Buurtteam " HOSTILE_JSON "\"}]}]}"

static void show(const struct web_page *page, const struct small_page *shown, struct buffer *out)
{
    small_page_show(page, shown, out);
    assert_well_formed(buffer_text(out));
    assert_hides(buffer_text(out), "<script");
}

/* --- Mag dit? --- */

static void may_i(const char *answer, struct buffer *out)
{
    const struct small_page page = {.parts = {COVENANTS},
                                    .path = answer ? "/mag-dit/antwoord" : NULL,
                                    .typed = "naar=POLITIE&wijze=TOESTEMMING&velden=bsn",
                                    .answer = answer,
                                    .roles = R(BEHEERDER)};

    show(&page_check, &page, out);
}

static void a44_a_yes_names_article_fields_and_terms(void **state)
{
    OWNED_BUFFER out = {0};
    const char *html;

    (void)state;
    may_i(
        "{\"toegestaan\":true,\"bepaling\":1,\"doel\":\"TOELEIDING\",\"velden\":[\"waarneemweek\","
        "\"" HOSTILE_JSON "\"],\"bewaarDagen\":365,\"termijnen\":{\"bevestigingWerkdagen\":2}}",
        &out);
    html = buffer_text(&out);
    assert_shows(html, "Ja, dit mag.");
    assert_shows(html, "de week, niet de dag");
    assert_shows(html, "binnen 2 werkdagen");
    assert_shows(html, "365 dagen");
}

static void a44_a_no_names_reason_rule_and_what_helps(void **state)
{
    OWNED_BUFFER out = {0};
    const char *html;

    (void)state;
    may_i("{\"toegestaan\":false,\"code\":\"VELD_VERBODEN\",\"reden\":\"" HOSTILE_JSON
          "\",\"oplossing\":\"Laat het veld weg.\",\"bepaling\":2}",
          &out);
    html = buffer_text(&out);
    assert_shows(html, "Nee, dit mag niet.");
    assert_shows(html, "VELD_VERBODEN");
    assert_shows(html, "Laat het veld weg.");
    assert_shows(html, "value=\"bsn\" checked"); /* the question stays */
}

static void the_question_offers_also_what_is_never_allowed(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    may_i(NULL, &out);
    assert_shows(buffer_text(&out), "Psychische problematiek");
    assert_shows(buffer_text(&out), "value=\"POLITIE\"");
    assert_hides(buffer_text(&out), "value=\"pseudoniem\""); /* that we make ourselves */
}

static void consent_is_asked_as_a_proof_that_is_there(void **state)
{
    char where[JSON_WHERE_BYTES];
    OWNED_JSON yes =
        small_page_body(&page_check, "/mag-dit/antwoord",
                        "naar=GGZ&wijze=TOESTEMMING&signaalcode=OVL.GELUID", "", where);
    OWNED_JSON law =
        small_page_body(&page_check, "/mag-dit/antwoord", "naar=GEMEENTE&wijze=WET", "", where);
    OWNED_JSON nobody = small_page_body(&page_check, "/mag-dit/antwoord", "wijze=WET", "", where);

    (void)state;
    assert_true(json_is_true(json_object_get(yes, "bewijs")));
    assert_true(json_is_false(json_object_get(law, "bewijs")));
    assert_null(nobody);
    assert_string_equal(where, "naar");
}

/* --- Logboek --- */

#define ASK  "/logboek/vraag"
#define KEEP "/logboek/tabel"

static json_t *question(const char *typed)
{
    char where[JSON_WHERE_BYTES];

    return small_page_body(&page_log, ASK, typed, "", where);
}

static void each_question_becomes_what_the_api_is_asked(void **state)
{
    OWNED_JSON dossier = question("vraag=dossier&dossier=D-1");
    OWNED_JSON address = question("vraag=adres&postcode=1234+ab&huisnummer=03");
    OWNED_JSON staff = question("vraag=medewerker&medewerker=1001&van=1-12-2026&tot=3-12-2026");
    OWNED_JSON refusals = question("vraag=weigeringen&vanaf=12");
    OWNED_JSON all = question("vraag=alles");

    (void)state;
    assert_string_equal(web_text_at(dossier, "onderwerp.dossier"), "D-1");
    assert_string_equal(web_text_at(address, "onderwerp.postcode"), "1234AB");
    assert_string_equal(web_text_at(address, "onderwerp.huisnummer"), "3");
    assert_null(json_object_get(address, "adres"));
    assert_string_equal(web_text_at(staff, "actor"), "1001");
    assert_string_equal(web_text_at(staff, "vanOp"), "2026-12-01");
    assert_string_equal(web_text_at(staff, "totOp"), "2026-12-04"); /* the last day counts */
    assert_string_equal(web_text_at(refusals, "gebeurtenis"), "deny");
    assert_int_equal(web_number_at(refusals, "vanaf"), 12);
    assert_null(json_object_get(all, "gebeurtenis"));
}

static void half_a_question_is_named(void **state)
{
    static const struct {
        const char *typed, *field;
    } cases[] = {{"vraag=iets", "vraag"},
                 {"", "vraag"},
                 {"vraag=dossier", "dossier"},
                 {"vraag=adres&postcode=1234AB", "huisnummer"},
                 {"vraag=adres&huisnummer=3", "postcode"},
                 {"vraag=medewerker", "medewerker"},
                 {"vraag=partij", "partij"},
                 {"vraag=alles&van=gisteren", "vanOp"}};
    char where[JSON_WHERE_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_JSON body = small_page_body(&page_log, ASK, cases[i].typed, "", where);
        assert_null(body);
        assert_string_equal(where, cases[i].field);
    }
}

static void log_page(const char *typed, const char *path, const char *rows, struct buffer *out)
{
    char answer[4096];
    const struct small_page page = {
        .parts = {COVENANTS}, .path = path, .typed = typed, .answer = answer, .roles = R(AUDITOR)};

    snprintf(answer, sizeof answer, "{\"regels\":[%s],\"volgende\":77,\"meer\":true}", rows);
    small_page_show(&page_log, &page, out);
}

static void rows_are_read_in_words_and_amsterdam_time(void **state)
{
    OWNED_BUFFER out = {0};
    const char *html;

    (void)state;
    log_page(
        "vraag=alles", ASK,
        "{\"volgnummer\":5,\"op\":\"2026-12-03T09:12:44Z\",\"gebeurtenis\":\"access\","
        "\"uitkomst\":\"ok\",\"actor\":\"1001\",\"rol\":\"MELDER\",\"onderwerp\":\"D-1 D-2 D-3\","
        "\"bron\":\"00000099000000010000\",\"doel\":\"00000099000000020000\"},"
        "{\"volgnummer\":6,\"op\":\"x\",\"gebeurtenis\":\"" HOSTILE_JSON
        "\",\"uitkomst\":\"denied\",\"code\":\"" HOSTILE_JSON "\",\"rol\":\"" HOSTILE_JSON "\"}",
        &out);
    html = buffer_text(&out);
    assert_well_formed(html);
    assert_hides(html, "<script");
    assert_shows(html, "03-12-2026 10:12:44"); /* Amsterdam */
    assert_shows(html, "Gegevens bekeken");
    assert_shows(html, "1001, melder");
    assert_shows(html, "D-1 en nog 2");
    assert_shows(html, "Buurtteam &lt;script&gt;");
    assert_shows(html, "<span>Geweigerd</span>");
    assert_shows(html, "name=\"vanaf\" value=\"77\"");
    assert_shows(html, "meer dossiers dan er zijn bekeken");
    assert_shows(html, "Uw vraag staat nu zelf ook in het logboek.");
}

#define SENT(phase, transaction, place)                                                            \
    "{\"volgnummer\":1,\"gebeurtenis\":\"send\",\"fase\":\"" phase                                 \
    "\",\"transactie\":\"" transaction "\",\"plaats\":" place                                      \
    ",\"uitkomst\":\"ok\",\"onderwerp\":\"D-" transaction place "\"}"

static void without_an_outcome_is_what_no_row_closes(void **state)
{
    OWNED_BUFFER open = {0};
    OWNED_BUFFER none = {0};

    (void)state;
    log_page("vraag=zonder-uitkomst", ASK,
             SENT("intent", "a", "1") "," SENT("intent", "a", "2") "," SENT(
                 "outcome", "a", "1") "," SENT("intent", "b", "1"),
             &open);
    assert_shows(buffer_text(&open), "D-a2");
    assert_shows(buffer_text(&open), "D-b1");
    assert_hides(buffer_text(&open), "D-a1");
    log_page("vraag=zonder-uitkomst", ASK, SENT("intent", "a", "1") "," SENT("outcome", "a", "1"),
             &none);
    assert_shows(buffer_text(&none), "staat niets in het logboek");
}

static void a_table_to_keep_guards_against_formulas(void **state)
{
    OWNED_BUFFER out = {0};
    const char *csv;

    (void)state;
    log_page("vraag=alles", KEEP,
             "{\"volgnummer\":5,\"op\":\"2026-12-03T09:12:44Z\",\"gebeurtenis\":\"access\","
             "\"actor\":\"=1+1\",\"onderwerp\":\"a\\\"b;c\",\"code\":\"@x\",\"uitkomst\":\"-2\"}",
             &out);
    csv = buffer_text(&out);
    assert_int_equal(strncmp(csv, "\xef\xbb\xbf\"nummer\";", 12), 0);
    assert_shows(csv, "\r\n\"5\";\"03-12-2026 10:12:44\";\"Gegevens bekeken\";");
    assert_shows(csv, ";\"'=1+1\";");
    assert_shows(csv, ";\"a\"\"b;c\";");
    assert_shows(csv, ";\"'-2\";\"'@x\";");
}

static void a_question_about_a_person_is_never_in_an_address(void **state)
{
    OWNED_BUFFER out = {0};
    const struct small_page page = {
        .parts = {COVENANTS}, .query = "vraag=adres", .roles = R(AUDITOR)};
    const struct small_page odd = {
        .parts = {COVENANTS}, .query = "vraag=%3Cscript%3E", .roles = R(AUDITOR)};
    OWNED_BUFFER unknown = {0};

    (void)state;
    show(&page_log, &page, &out);
    assert_shows(buffer_text(&out), "method=\"post\"");
    assert_hides(buffer_text(&out), "method=\"get\"");
    assert_shows(buffer_text(&out), "komt zelf ook in het logboek te staan");
    show(&page_log, &odd, &unknown);
    assert_shows(buffer_text(&unknown), "Wat wilt u weten?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a44_a_yes_names_article_fields_and_terms),
        cmocka_unit_test(a44_a_no_names_reason_rule_and_what_helps),
        cmocka_unit_test(the_question_offers_also_what_is_never_allowed),
        cmocka_unit_test(consent_is_asked_as_a_proof_that_is_there),
        cmocka_unit_test(each_question_becomes_what_the_api_is_asked),
        cmocka_unit_test(half_a_question_is_named),
        cmocka_unit_test(rows_are_read_in_words_and_amsterdam_time),
        cmocka_unit_test(without_an_outcome_is_what_no_row_closes),
        cmocka_unit_test(a_table_to_keep_guards_against_formulas),
        cmocka_unit_test(a_question_about_a_person_is_never_in_an_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
