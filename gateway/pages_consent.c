/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Toestemming: what residents chose, at the desk where they chose it. Who stands there has a
 * resident before him: record in his words, give the slip, stop at once when he says stop. The
 * list names nobody: who looks for somebody asks by the whole address, and that is logged.
 *
 *   /toestemming           the list, and where to go
 *   /toestemming/nieuw     pages_consent_new.c
 *   /toestemming/zoeken    pages_consent_find.c
 */
#include <stdio.h>
#include <string.h>

#include "covenant/basis_words.h"
#include "covenant/proof_lists.h"
#include "gateway/pages_consent.h"
#include "gateway/pages_list.h"

#define CONFIRM "/toestemming/{}/bevestigen"
#define STOP    "/toestemming/{}/stoppen"

enum { SHORT_ID_BYTES = 9, CURSOR_BYTES = 65 };

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

/* --- what every consent page shows of a record --- */

static bool has_event(const json_t *record, const char *what)
{
    const json_t *event;
    size_t i;

    json_array_foreach (json_object_get(record, "gebeurtenissen"), i, event) {
        if (is(web_text_at(event, "wat"), what))
            return true;
    }
    return false;
}

static bool is_over(const struct web_view *view, const json_t *record)
{
    struct day until;

    return day_parse(web_text_at(record, "geldigTot"), &until) &&
           day_compare(until, view->today) < 0;
}

bool consent_stands(const struct web_view *view, const json_t *record)
{
    return is(web_text_at(record, "stand"), proof_state_word(PROOF_GIVEN)) &&
           !has_event(record, "VERVANGEN") && !is_over(view, record);
}

static void show_state(struct web_view *view, const json_t *record)
{
    if (!is(web_text_at(record, "stand"), proof_state_word(PROOF_GIVEN)))
        web_state(view, WEB_NEUTRAL, web_say(view, "Gestopt", "Stopped"));
    else if (has_event(record, "VERVANGEN"))
        web_state(view, WEB_NEUTRAL, web_say(view, "Vervangen", "Replaced"));
    else if (is_over(view, record))
        web_state(view, WEB_NEUTRAL, web_say(view, "Verlopen", "Expired"));
    else if (web_flag_at(record, "wachtOpTweede"))
        web_state(view, WEB_WARN, web_say(view, "Wacht op een collega", "Waits for a colleague"));
    else
        web_state(view, WEB_GOOD, web_say(view, "Geldt", "In force"));
}

void consent_names(struct web_view *view, const json_t *words,
                   const char *(*name)(const struct web_view *view, const char *word))
{
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        html_text(view->out, i ? ", " : "");
        html_text(view->out, word ? name(view, word) : "");
    }
}

const char *consent_party_name(const struct web_view *view, const char *oin)
{
    const json_t *covenant, *party;
    size_t i, j;

    json_array_foreach (json_object_get(view->parts[CONSENT_COVENANTS], "convenanten"), i,
                        covenant) {
        json_array_foreach (json_object_get(covenant, "partijen"), j, party) {
            if (is(web_text_at(party, "oin"), oin))
                return web_text_at(party, "naam");
        }
    }
    return oin;
}

const char *consent_purpose_name(const struct web_view *view, const char *word)
{
    enum purpose purpose;

    return purpose_parse(word, &purpose) ? purpose_name(purpose, view->language) : word;
}

static const char *way_name(const struct web_view *view, const char *word)
{
    enum basis_channel channel;

    return basis_channel_parse(word, &channel) ? basis_channel_name(channel, view->language) : word;
}

static void show_day(struct web_view *view, const char *what, const char *day)
{
    web_pair_open(view, what);
    web_day(view, day);
    web_pair_close(view);
}

static void show_words(struct web_view *view, const char *what, const json_t *words,
                       const char *(*name)(const struct web_view *view, const char *word))
{
    web_pair_open(view, what);
    consent_names(view, words, name);
    web_pair_close(view);
}

void consent_show(struct web_view *view, const json_t *record)
{
    web_list(view);
    web_pair_open(view, web_say(view, "Stand", "State"));
    show_state(view, record);
    web_pair_close(view);
    show_words(view, web_say(view, "Waarvoor", "What for"), json_object_get(record, "doelen"),
               consent_purpose_name);
    show_words(view, web_say(view, "Wie het mag weten", "Who may know"),
               json_object_get(record, "ontvangers"), consent_party_name);
    show_words(view, web_say(view, "Waarover", "About what"),
               json_object_get(record, "signaalgroepen"), web_group_name);
    show_day(view, web_say(view, "Gegeven op", "Given on"), web_text_at(record, "geldigVan"));
    show_day(view, web_say(view, "Tot en met", "Up to"), web_text_at(record, "geldigTot"));
    web_pair(view, web_say(view, "Hoe", "How"), way_name(view, web_text_at(record, "werkwijze")));
    web_list_end(view);
}

/* --- stopping: in one step, and what it did --- */

void consent_offer_stop(struct web_view *view, const char *path, const json_t *record)
{
    char summary[WEB_SENTENCE_BYTES], id[SHORT_ID_BYTES];

    snprintf(id, sizeof id, "%.8s", web_text_at(record, "id"));
    web_sentence(summary,
                 web_say(view, "De bewoner wil stoppen (%s)", "The resident wants to stop (%s)"),
                 id);
    web_details(view, summary, false);
    web_paragraph(view,
                  web_say(view, "Dit stopt meteen. Wie iets kreeg, krijgt bericht en wist het.",
                          "This stops at once. Who got something is told, and erases it."));
    form_begin_for(view, path, web_text_at(record, "id"));
    form_end_quiet(view, web_say(view, "Stop deze toestemming", "Stop this consent"));
    web_details_end(view);
}

static const char *standing_of(const struct web_view *view, const char *standing)
{
    return is(standing, "VERWIJDERD") ? web_say(view, "Gewist", "Erased")
           : is(standing, "BEWAARD")
               ? web_say(view, "Moet het bewaren van de wet", "Must keep it by law")
           : is(standing, "GEWEIGERD") ? web_say(view, "Geweigerd", "Refused")
                                       : web_say(view, "Nog geen antwoord", "No answer yet");
}

static enum web_tone tone_of(const char *standing)
{
    return is(standing, "VERWIJDERD") ? WEB_GOOD : is(standing, "GEWEIGERD") ? WEB_LATE : WEB_WARN;
}

static void show_parties(struct web_view *view, const json_t *parties)
{
    const char *const heads[] = {web_say(view, "Wie", "Who"), web_say(view, "Wat", "What"),
                                 web_say(view, "Getekend op", "Signed at")};
    const json_t *party;
    size_t i;

    web_table(view, web_say(view, "Wie bericht kreeg", "Who was told"), heads, 3);
    json_array_foreach (parties, i, party) {
        web_row(view);
        web_cell_text(view, heads[0], web_text_at(party, "naam"));
        web_cell(view, heads[1]);
        web_state(view, tone_of(web_text_at(party, "stand")),
                  standing_of(view, web_text_at(party, "stand")));
        web_cell_end(view);
        web_cell(view, heads[2]);
        web_instant(view, web_text_at(party, "ondertekendOp"));
        web_cell_end(view);
        web_row_end(view);
    }
    web_table_end(view);
}

static void show_count(struct web_view *view, const char *what, const json_t *statement,
                       const char *member)
{
    char number[24];

    if (web_number_at(statement, member) == 0)
        return;
    snprintf(number, sizeof number, "%lld", (long long)web_number_at(statement, member));
    web_pair(view, what, number);
}

void consent_show_statement(struct web_view *view, const json_t *statement)
{
    OWNED_BUFFER path = {0};

    web_message(view, WEB_GOOD, web_say(view, "Het is gestopt.", "It has stopped."));
    if (json_array_size(json_object_get(statement, "partijen")) == 0)
        web_paragraph(view, web_say(view, "Er was nog niets naar een ander gegaan.",
                                    "Nothing had gone to anybody yet."));
    web_list(view);
    show_count(view, web_say(view, "Niet meer verzonden", "Not sent any more"), statement,
               "nietVerzonden");
    show_count(view, web_say(view, "Teruggehaald", "Taken back"), statement, "teruggehaald");
    show_count(view, web_say(view, "Was al aangekomen", "Had arrived"), statement, "afgeleverd");
    show_count(view, web_say(view, "Hier gewist", "Erased here"), statement, "hierGewist");
    show_count(view, web_say(view, "Hier bewaard van de wet", "Kept here by law"), statement,
               "hierBewaard");
    web_list_end(view);
    if (json_array_size(json_object_get(statement, "partijen")))
        show_parties(view, json_object_get(statement, "partijen"));
    web_path(&path, "/toestemming/verklaring/{}", web_text_at(statement, "id"));
    if (!buffer_text(&path))
        view->out->failed = true;
    html_open(view->out, "p", NULL);
    web_link(view, buffer_text(&path) ? buffer_text(&path) : "/toestemming",
             web_say(view, "Verklaring voor de bewoner, om af te drukken",
                     "Statement for the resident, to print"));
    html_close(view->out, "p");
}

/* --- the list --- */

static void offer_confirming(struct web_view *view, const json_t *record)
{
    web_paragraph(view, web_say(view, "Klopt dit? Een ander dan wie het vastlegde, bevestigt.",
                                "Is this right? Somebody else than who recorded it confirms."));
    form_begin_for(view, CONFIRM, web_text_at(record, "id"));
    form_end(view, web_say(view, "Bevestig", "Confirm"));
}

static void show_record(struct web_view *view, const json_t *record)
{
    html_open(view->out, "li", "wp-item");
    consent_show(view, record);
    if (consent_stands(view, record) && web_flag_at(record, "wachtOpTweede") &&
        web_may(view, HTTP_POST, "/v1/gegeven-toestemmingen/x/bevestiging"))
        offer_confirming(view, record);
    if (consent_stands(view, record))
        consent_offer_stop(view, STOP, record);
    html_close(view->out, "li");
}

static void show_more(struct web_view *view, const char *cursor)
{
    char path[2 * CURSOR_BYTES];

    if (!cursor[0] || strlen(cursor) >= CURSOR_BYTES || cursor[strspn(cursor, "0123456789abcdef-")])
        return;
    snprintf(path, sizeof path, "/toestemming?cursor=%s", cursor);
    html_open(view->out, "p", NULL);
    web_link(view, path, web_say(view, "Meer toestemmingen", "More consents"));
    html_close(view->out, "p");
}

static void show_list(struct web_view *view, const json_t *list)
{
    const json_t *records = json_object_get(list, "toestemmingen"), *record;
    size_t i;

    web_heading(view, 2, web_say(view, "Vastgelegd", "Recorded"));
    if (json_array_size(records) == 0) {
        web_paragraph(
            view, web_say(view, "Hier is nog niets vastgelegd.", "Nothing was recorded here yet."));
        return;
    }
    web_paragraph(
        view, web_say(view, "In deze lijst staat geen naam of adres. Zoek een bewoner op adres.",
                      "This list has no name or address. Find a resident by address."));
    html_open(view->out, "ul", "wp-items");
    json_array_foreach (records, i, record) {
        if (web_flag_at(record, "wachtOpTweede"))
            show_record(view, record);
    }
    json_array_foreach (records, i, record) {
        if (!web_flag_at(record, "wachtOpTweede"))
            show_record(view, record);
    }
    html_close(view->out, "ul");
    show_more(view, web_text_at(list, "volgende"));
}

static void render(struct web_view *view)
{
    if (view->answer)
        consent_show_statement(view, view->answer);
    html_open(view->out, "p", "wp-inline");
    if (web_may(view, HTTP_POST, "/v1/gegeven-toestemmingen"))
        web_button_link(view, "/toestemming/nieuw",
                        web_say(view, "Leg toestemming vast", "Record consent"));
    web_link(view, "/toestemming/zoeken", web_say(view, "Zoek op adres", "Find by address"));
    html_close(view->out, "p");
    show_list(view, view->parts[CONSENT_RECORDS]);
}

static enum outcome shape_stop(const struct form *form, const char *parameter, json_t *body,
                               struct fault *fault)
{
    (void)form;
    (void)fault;
    return json_object_set_new(body, "toestemming", json_string(parameter)) ? OUTCOME_OUT_OF_MEMORY
                                                                            : OUTCOME_OK;
}

static const struct form_field no_fields[] = {{NULL, FORM_OWN, NULL}};
static const struct web_part parts[] = {
    [CONSENT_COVENANTS] = {.path = "/v1/convenanten", .query = "", .optional = true},
    [CONSENT_RECORDS] = {.path = "/v1/gegeven-toestemmingen"},
    {.path = NULL},
};
static const struct web_form forms[] = {
    {.path = CONFIRM,
     .action = "/v1/gegeven-toestemmingen/{}/bevestiging",
     .fields = no_fields,
     .then = "/toestemming",
     .done = "bevestigd",
     .said = {"De toestemming is bevestigd.", "The consent is confirmed."}},
    {.path = STOP, .action = "/v1/intrekkingen", .fields = no_fields, .shape = shape_stop},
    {.path = NULL},
};

const struct web_page page_consents = {
    .path = "/toestemming",
    .name = {"Toestemming", "Consent"},
    .in_menu = true,
    .parts = parts,
    .forms = forms,
    .render = render,
};
