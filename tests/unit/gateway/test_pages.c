/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of pages, and the start page, the postvak and a signal as they are shown. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <string.h>

#include "gateway/call.h"
#include "gateway/pages_list.h"
#include "tests/support/small_page.h"

#define RECEIVER (UINT32_C(1) << ROLE_ONTVANGER)
#define ID       "0b0e1f0a-1111-4222-8333-444455556666"
#define ROW_MEMBERS                                                                                \
    "\"id\":\"" ID "\",\"dossier\":\"D-0000000000000001\",\"van\":\"00000099000000010000\","       \
    "\"vanNaam\":\"" HOSTILE_JSON "\",\"signaalcode\":\"OVL.GELUID\",\"signaalnaam\":"             \
    "\"" HOSTILE_JSON "\",\"doel\":\"TOELEIDING\",\"ontvangenOp\":\"2026-11-30T09:00:00Z\","       \
    "\"contactmoment\":\"" HOSTILE_JSON "\",\"waarneemweek\":\"2026-W49\""
#define NEW_ROW                                                                                    \
    "{" ROW_MEMBERS ",\"stand\":\"ONTV\",\"geaccepteerd\":false,"                                  \
    "\"antwoordUiterlijk\":\"2026-12-02\"}"
#define OPEN_ROW(more)                                                                             \
    "{" ROW_MEMBERS ",\"stand\":\"ONTV\",\"geaccepteerd\":true,\"antwoordUiterlijk\":"             \
    "\"2099-12-02\",\"geaccepteerdAls\":\"ONTVANGER\",\"opToestemming\":true,\"antwoorden\":[],"   \
    "\"toegestaan\":[\"BEOO\",\"GEHV\"]" more "}"

static void show(const struct web_page *page, const struct small_page *shown, struct buffer *out)
{
    small_page_show(page, shown, out);
    assert_well_formed(buffer_text(out));
    assert_hides(buffer_text(out), "<script>");
}

/* --- the table --- */

static const struct route *route_of(enum http_method method, const char *path)
{
    const struct http_head head = {.method = method, .path = bytes_of_text(path)};
    char parameter[65];
    bool other_method;

    return route_find(LISTENER_LOCAL, &head, parameter, &other_method);
}

static void every_part_and_every_form_is_a_request_of_the_api(void **state)
{
    const struct web_page *page;

    (void)state;
    for (size_t i = 0; (page = web_page_at(i)); i++) {
        assert_non_null(page->name.nl);
        assert_non_null(page->name.en);
        for (const struct web_part *part = page->parts; part && part->path; part++)
            if (!route_of(HTTP_GET, part->path))
                fail_msg("%s: no GET %s", page->path, part->path);
        for (const struct web_form *form = page->forms; form && form->path; form++) {
            const struct web_form *found;
            char parameter[65];
            if (!route_of(HTTP_POST, form->action))
                fail_msg("%s: no POST %s", page->path, form->action);
            assert_ptr_equal(web_find(bytes_of_text(form->path), parameter, &found), page);
            assert_ptr_equal(found, form);
            assert_true(!form->done || (form->then && form->said.nl && form->said.en));
        }
    }
}

static void no_page_stands_in_the_way_of_another(void **state)
{
    const struct web_page *page;
    const struct web_form *form;
    char parameter[65];

    (void)state;
    for (size_t i = 0; (page = web_page_at(i)); i++)
        assert_ptr_equal(web_find(bytes_of_text(page->path), parameter, &form), page);
    assert_null(web_find(bytes_of_text("/postvak/"), parameter, &form));
    assert_null(web_find(bytes_of_text("/postvak/x/y"), parameter, &form));
    assert_null(web_find(bytes_of_text("/v1/postvak"), parameter, &form));
    assert_ptr_equal(web_find(bytes_of_text("/postvak/" ID "/antwoord"), parameter, &form),
                     &page_signal);
    assert_string_equal(parameter, ID);
    assert_non_null(form);
}

static void who_has_no_role_sees_no_page(void **state)
{
    const struct web_page *page;

    (void)state;
    for (size_t i = 0; (page = web_page_at(i)); i++)
        assert_false(web_may_see((struct role_set){0}, page));
    assert_true(web_may_see((struct role_set){RECEIVER}, &page_inbox));
    assert_false(web_may_see((struct role_set){UINT32_C(1) << ROLE_MELDER}, &page_inbox));
    assert_true(web_may_see((struct role_set){UINT32_C(1) << ROLE_BEHEERDER}, &page_start));
}

/* --- as they are shown --- */

static void the_postvak_shows_late_and_new_in_words(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    show(&page_inbox,
         &(struct small_page){.parts = {"{\"postvak\":[" NEW_ROW "],\"volgende\":\"abc\"}"},
                              .roles = RECEIVER},
         &out);
    assert_shows(buffer_text(&out), "te laat");
    assert_shows(buffer_text(&out), "/postvak/" ID);
    assert_shows(buffer_text(&out), "&lt;script&gt;");
    assert_shows(buffer_text(&out), "cursor=abc");
}

static void an_empty_postvak_says_so(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    show(&page_inbox,
         &(struct small_page){.parts = {"{\"postvak\":[],\"volgende\":null}"}, .roles = RECEIVER},
         &out);
    assert_shows(buffer_text(&out), "Er ligt niets voor u.");
    assert_hides(buffer_text(&out), "<table");
}

static void a_page_without_late_ones_does_not_say_that_there_are_none(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    show(&page_inbox,
         &(struct small_page){.parts = {"{\"postvak\":[" OPEN_ROW("") "],\"volgende\":\"abc\"}"},
                              .query = "toon=te-laat",
                              .roles = RECEIVER},
         &out);
    assert_hides(buffer_text(&out), "Er is niets te laat");
    assert_shows(buffer_text(&out), "Kijk verder terug");
    assert_shows(buffer_text(&out), "toon=te-laat&amp;cursor=abc");
}

static void the_lead_sees_all_that_is_put_before_him(void **state)
{
    OWNED_BUFFER out = {0};
    OWNED_BUFFER late = {0};

    (void)state;
    buffer_add_text(&late, "{\"verzonden\":[],\"postvak\":[],\"escalaties\":[");
    for (int i = 0; i < 7; i++)
        buffer_format(&late, "%s{\"signaalnaam\":\"Naam-%d\",\"trap\":\"TE_LAAT\"}", i ? "," : "",
                      i);
    buffer_add_text(&late, "]}");
    show(&page_start,
         &(struct small_page){.parts = {"{\"waarschuwingen\":[]}", buffer_text(&late)},
                              .roles = UINT32_C(1) << ROLE_REGIEHOUDER},
         &out);
    assert_shows(buffer_text(&out), "Naam-6");
    assert_shows(buffer_text(&out), "Bel de organisatie");
}

static void before_acceptance_there_is_one_thing_to_do(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    show(&page_signal, &(struct small_page){.parts = {NEW_ROW}, .roles = RECEIVER}, &out);
    assert_shows(buffer_text(&out), "Signaal aannemen");
    assert_hides(buffer_text(&out), "Antwoord versturen");
    assert_hides(buffer_text(&out), "Telefoon");
}

static void after_it_only_what_may_come_now(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    show(&page_signal,
         &(struct small_page){.parts = {OPEN_ROW(""),
                                        "{\"id\":\"" ID "\",\"contact\":{\"adres\":{\"postcode\":"
                                        "\"1234AB\",\"huisnummer\":\"1\"},\"naam\":\"" HOSTILE_JSON
                                        "\",\"telefoon\":\"06-12345678\",\"taal\":\"pl\"}}"},
                              .roles = RECEIVER},
         &out);
    assert_shows(buffer_text(&out), "06-12345678");
    assert_shows(buffer_text(&out), "Polski");
    assert_shows(buffer_text(&out), "Week 49, vanaf ");
    assert_shows(buffer_text(&out), "maandag 30 november 2026");
    assert_true(strstr(buffer_text(&out), "Telefoon") < strstr(buffer_text(&out), "Week 49"));
    assert_shows(buffer_text(&out), "value=\"GEHV\"");
    assert_hides(buffer_text(&out), "value=\"INBH\"");
    assert_shows(buffer_text(&out), "name=\"vervolgstap\"");
    assert_hides(buffer_text(&out), "name=\"organisatiesoort\"");
    assert_shows(buffer_text(&out), "Klopt het dat de bewoner toestemming gaf?");
}

static void a31_no_request_for_help_asks_for_its_next_step(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    show(&page_signal,
         &(struct small_page){.parts = {OPEN_ROW("")},
                              .path = "/postvak/{}/antwoord",
                              .typed = "code=GEHV&vervolgstap=",
                              .problem = "{\"code\":\"ONJUIST_BERICHT\",\"detail\":\"Nee.\","
                                         "\"fouten\":[{\"waar\":\"vervolgstap\",\"code\":"
                                         "\"ONJUIST_BERICHT\",\"tekst\":\"Ontbreekt.\"}]}",
                              .roles = RECEIVER},
         &out);
    assert_shows(buffer_text(&out), "aria-invalid=\"true\"");
    assert_shows(buffer_text(&out), "Kies wat de volgende stap is.");
    assert_shows(buffer_text(&out), "value=\"GEHV\" checked");
}

static void under_secrecy_a_worker_reads_that_his_answer_stays(void **state)
{
    OWNED_BUFFER before = {0};
    OWNED_BUFFER after = {0};
    OWNED_BUFFER others = {0};

    (void)state;
    show(
        &page_signal,
        &(struct small_page){.parts = {"{" ROW_MEMBERS ",\"stand\":\"ONTV\",\"geaccepteerd\":false,"
                                       "\"beroepsgeheim\":true}"},
                             .roles = RECEIVER},
        &before);
    assert_shows(buffer_text(&before), "de melder ziet niet dat u dit doet");
    show(&page_signal,
         &(struct small_page){.parts = {OPEN_ROW(",\"beroepsgeheim\":true")}, .roles = RECEIVER},
         &after);
    assert_shows(buffer_text(&after), "Wat u hier kiest, blijft bij u.");
    show(&page_signal, &(struct small_page){.parts = {OPEN_ROW("")}, .roles = RECEIVER}, &others);
    assert_hides(buffer_text(&others), "beroepsgeheim");
}

static void what_belongs_to_another_code_stays_behind(void **state)
{
    char where[JSON_WHERE_BYTES];
    OWNED_JSON body = small_page_body(&page_signal, "/postvak/{}/antwoord",
                                      "code=GEHV&vervolgstap=HERHAALBEZOEK&vervolgdatum=2026-12-24"
                                      "&organisatiesoort=GGZ&verwijstNaar=x",
                                      ID, where);

    (void)state;
    assert_non_null(body);
    assert_string_equal(json_string_value(json_object_get(body, "signaal")), ID);
    assert_string_equal(json_string_value(json_object_get(body, "vervolgstap")), "HERHAALBEZOEK");
    assert_null(json_object_get(body, "vervolgdatum"));
    assert_null(json_object_get(body, "organisatiesoort"));
    assert_null(json_object_get(body, "verwijstNaar"));
    assert_null(small_page_body(&page_signal, "/postvak/{}/antwoord", "code=ZZZZ", ID, where));
    assert_string_equal(where, "code");
}

static void what_was_taken_back_is_gone(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    show(&page_signal,
         &(struct small_page){.parts = {"{\"id\":\"" ID "\",\"van\":\"x\",\"vanNaam\":\"y\","
                                        "\"stand\":\"INGT\",\"gewistOp\":\"2026-12-01T09:00:00Z\","
                                        "\"reden\":\"" HOSTILE_JSON "\"}"},
                              .roles = RECEIVER},
         &out);
    assert_hides(buffer_text(&out), "<form");
    assert_hides(buffer_text(&out), "<dl");
}

static void the_start_page_begins_with_what_is_late(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    show(&page_start,
         &(struct small_page){
             .parts = {"{\"waarschuwingen\":[\"" HOSTILE_JSON "\"]}",
                       "{\"verzonden\":[],\"escalaties\":[],\"postvak\":[{\"id\":\"" ID
                       "\",\"signaalnaam\":\"" HOSTILE_JSON "\",\"organisatieNaam\":\"" HOSTILE_JSON
                       "\",\"uiterlijkDatum\":\"2026-12-01\",\"trap\":\"TE_LAAT\"}]}",
                       "{\"postvak\":[],\"volgende\":null}"},
             .roles = RECEIVER},
         &out);
    assert_shows(buffer_text(&out), "Hier moet u antwoorden");
    assert_shows(buffer_text(&out), "te laat");
    assert_hides(buffer_text(&out), "Let op"); /* alarms are for who looks after the gateway */
}

static void the_administrator_meets_the_alarms(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    show(&page_start,
         &(struct small_page){.parts = {"{\"waarschuwingen\":[\"" HOSTILE_JSON "\"]}"},
                              .roles = UINT32_C(1) << ROLE_BEHEERDER,
                              .english = true},
         &out);
    assert_shows(buffer_text(&out), "Needs your attention");
    assert_shows(buffer_text(&out), "&lt;script&gt;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_and_every_form_is_a_request_of_the_api),
        cmocka_unit_test(no_page_stands_in_the_way_of_another),
        cmocka_unit_test(who_has_no_role_sees_no_page),
        cmocka_unit_test(the_postvak_shows_late_and_new_in_words),
        cmocka_unit_test(an_empty_postvak_says_so),
        cmocka_unit_test(a_page_without_late_ones_does_not_say_that_there_are_none),
        cmocka_unit_test(the_lead_sees_all_that_is_put_before_him),
        cmocka_unit_test(before_acceptance_there_is_one_thing_to_do),
        cmocka_unit_test(after_it_only_what_may_come_now),
        cmocka_unit_test(a31_no_request_for_help_asks_for_its_next_step),
        cmocka_unit_test(under_secrecy_a_worker_reads_that_his_answer_stays),
        cmocka_unit_test(what_belongs_to_another_code_stays_behind),
        cmocka_unit_test(what_was_taken_back_is_gone),
        cmocka_unit_test(the_start_page_begins_with_what_is_late),
        cmocka_unit_test(the_administrator_meets_the_alarms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
