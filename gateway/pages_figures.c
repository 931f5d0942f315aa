/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Cijfers: the lead before the monthly meeting. Does everybody answer in time, what stands in the
 * way, and do people still report? Out of the frozen reports: what is too small to show is a dot.
 */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_list.h"
#include "gateway/pages_words.h"

static void show_number(struct web_view *view, const char *head, const json_t *object,
                        const char *member)
{
    char number[24];

    web_cell(view, head);
    if (json_is_integer(json_object_get(object, member))) {
        snprintf(number, sizeof number, "%lld", (long long)web_number_at(object, member));
        html_text(view->out, number);
    } else {
        html_text(view->out, web_say(view, "te klein", "too small"));
    }
    web_cell_end(view);
}

/* {"procent","soort"}, or null where there were too few. */
static void show_share(struct web_view *view, const char *head, const json_t *share)
{
    const char *kind = web_text_at(share, "soort");
    char text[24];

    web_cell(view, head);
    if (!json_is_object(share)) {
        html_text(view->out, web_say(view, "te klein", "too small"));
    } else {
        html_text(view->out,
                  strcmp(kind, "TEN_MINSTE") == 0    ? web_say(view, "ten minste ", "at least ")
                  : strcmp(kind, "TEN_HOOGSTE") == 0 ? web_say(view, "ten hoogste ", "at most ")
                                                     : web_say(view, "ongeveer ", "about "));
        snprintf(text, sizeof text, "%lld %%", (long long)web_number_at(share, "procent"));
        html_text(view->out, text);
    }
    web_cell_end(view);
}

static void show_parties(struct web_view *view, const json_t *month)
{
    const char *const heads[] = {web_say(view, "Organisatie", "Organisation"),
                                 web_say(view, "Signalen", "Signals"),
                                 web_say(view, "Op tijd", "In time"),
                                 web_say(view, "Klaar met een antwoord", "Ended with an answer")};
    char caption[WEB_SENTENCE_BYTES], name[32];
    const json_t *party;
    size_t i;

    web_table(
        view,
        web_sentence(caption,
                     web_say(view, "Wie antwoordt op tijd, in %s", "Who answers in time, in %s"),
                     web_month(view, web_text_at(month, "maand"), name)),
        heads, 4);
    json_array_foreach (json_object_get(month, "partijen"), i, party) {
        web_row(view);
        web_cell_text(view, heads[0], web_text_at(party, "naam"));
        show_number(view, heads[1], party, "aantal");
        show_share(view, heads[2], json_object_get(party, "opTijd"));
        show_share(view, heads[3], json_object_get(party, "afgesloten"));
        web_row_end(view);
    }
    web_table_end(view);
}

static void show_reasons(struct web_view *view, const json_t *month)
{
    const char *const heads[] = {web_say(view, "Waarom het niet ging", "Why it did not go"),
                                 web_say(view, "Aantal", "Number")};
    char caption[WEB_SENTENCE_BYTES], name[32];
    const json_t *reason;
    size_t i;

    if (json_array_size(json_object_get(month, "redenen")) == 0)
        return;
    web_table(
        view,
        web_sentence(caption,
                     web_say(view, "Wat in de weg staat, in %s", "What stands in the way, in %s"),
                     web_month(view, web_text_at(month, "maand"), name)),
        heads, 2);
    json_array_foreach (json_object_get(month, "redenen"), i, reason) {
        web_row(view);
        web_cell_text(view, heads[0], web_text_at(reason, "naam"));
        show_number(view, heads[1], reason, "aantal");
        web_row_end(view);
    }
    web_table_end(view);
}

static void show_months(struct web_view *view, const json_t *reports)
{
    const char *const heads[] = {
        web_say(view, "Maand", "Month"), web_say(view, "Signalen", "Signals"),
        web_say(view, "Nog open", "Still open"), web_say(view, "Let op", "Take care")};
    const json_t *report;
    char name[32];
    size_t i;

    web_table(view, web_say(view, "Per maand", "By month"), heads, 4);
    json_array_foreach (reports, i, report) {
        web_row(view);
        web_cell_text(view, heads[0], web_month(view, web_text_at(report, "maand"), name));
        show_number(view, heads[1], report, "signalen");
        show_number(view, heads[2], report, "open");
        web_cell(view, heads[3]);
        if (web_flag_at(report, "waarschuwing"))
            web_state(view, WEB_WARN,
                      web_say(view, "Minder meldingen, meer open", "Fewer reports, more open"));
        web_cell_end(view);
        web_row_end(view);
    }
    web_table_end(view);
}

static void render(struct web_view *view)
{
    const json_t *reports = json_object_get(view->parts[0], "maandrapporten");
    const json_t *month;
    size_t i;

    if (json_array_size(reports) == 0) {
        web_paragraph(view, web_say(view,
                                    "Er is nog geen maand afgesloten. Op de eerste dag van een "
                                    "maand komt het rapport van de vorige.",
                                    "No month has closed yet. On the first day of a month comes "
                                    "the report of the last."));
        return;
    }
    web_paragraph(view, web_say(view,
                                "Aantallen zijn afgerond op vijf. Te klein is minder dan tien, of "
                                "minder dan honderd voor een percentage.",
                                "Numbers are rounded to five. Too small is under ten, or under a "
                                "hundred for a share."));
    show_months(view, reports);
    json_array_foreach (json_object_get(view->parts[1], "nakoming"), i, month)
        show_parties(view, month);
    json_array_foreach (json_object_get(view->parts[2], "knelpunten"), i, month)
        show_reasons(view, month);
}

static const struct web_part parts[] = {{.path = "/v1/maandrapporten", .query = ""},
                                        {.path = "/v1/nakoming", .query = "", .optional = true},
                                        {.path = "/v1/knelpunten", .query = "", .optional = true},
                                        {.path = NULL}};

const struct web_page page_figures = {
    .path = "/cijfers",
    .name = {"Cijfers", "Figures"},
    .in_menu = true,
    .parts = parts,
    .render = render,
};
