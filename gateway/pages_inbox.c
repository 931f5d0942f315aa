/* SPDX-License-Identifier: EUPL-1.2 */
/* Postvak: what came in for us, late first. */
#include <stdio.h>
#include <string.h>

#include "covenant/feedback.h"
#include "gateway/pages_list.h"
#include "gateway/pages_signal.h"

static void render(struct web_view *view);

enum { ROWS_MAX = 200, CURSOR_BYTES = 128 };

static const struct web_part parts[] = {
    {.path = "/v1/postvak"},
    {.path = NULL},
};

const struct web_page page_inbox = {
    .path = "/postvak",
    .name = {"Postvak", "Inbox"},
    .in_menu = true,
    .parts = parts,
    .render = render,
};

/* --- how one stands --- */

bool signal_has_ended(const json_t *row)
{
    enum answer code;

    return web_text_at(row, "gewistOp")[0] ||
           strcmp(web_text_at(row, "overdracht.stand"), "AANVAARD") == 0 ||
           (answer_parse(web_text_at(row, "stand"), &code) && answer_ends(code));
}

bool signal_is_late(const struct web_view *view, const json_t *row)
{
    struct day due;

    return !signal_has_ended(row) && day_parse(web_text_at(row, "antwoordUiterlijk"), &due) &&
           day_compare(due, view->today) < 0;
}

static bool is_new(const json_t *row)
{
    return !signal_has_ended(row) && !web_flag_at(row, "geaccepteerd");
}

void signal_state(struct web_view *view, const json_t *row)
{
    enum answer code;
    const char *words = answer_parse(web_text_at(row, "stand"), &code)
                            ? answer_text(code, view->language)
                            : web_text_at(row, "stand");

    if (signal_is_late(view, row))
        web_state(view, WEB_LATE, web_say(view, "te laat", "late"));
    else if (strcmp(web_text_at(row, "overdracht.stand"), "AANVAARD") == 0)
        web_state(view, WEB_GOOD, web_say(view, "doorgezet", "passed on"));
    else if (is_new(row))
        web_state(view, WEB_WARN, web_say(view, "nieuw", "new"));
    else if (code == ANSWER_ONTV && !signal_has_ended(row))
        web_state(view, WEB_NEUTRAL, web_say(view, "aangenomen", "accepted"));
    else
        web_state(view, signal_has_ended(row) ? WEB_GOOD : WEB_NEUTRAL, words);
}

/* --- which are shown --- */

enum choice { CHOICE_OPEN, CHOICE_NEW, CHOICE_LATE, CHOICE_ALL, CHOICE_COUNT };

static const struct {
    const char *word;
    struct web_text name;
} choices[CHOICE_COUNT] = {
    [CHOICE_OPEN] = {"open", {"Open", "Open"}},
    [CHOICE_NEW] = {"nieuw", {"Nieuw", "New"}},
    [CHOICE_LATE] = {"te-laat", {"Te laat", "Late"}},
    [CHOICE_ALL] = {"alles", {"Alles", "All"}},
};

static enum choice choice_of(const struct web_view *view)
{
    char word[16];

    if (http_query_value(view->query, "toon", word, sizeof word))
        for (unsigned i = 0; i < CHOICE_COUNT; i++)
            if (strcmp(word, choices[i].word) == 0)
                return (enum choice)i;
    return CHOICE_OPEN;
}

static bool is_shown(const struct web_view *view, const json_t *row, enum choice choice)
{
    switch (choice) {
    case CHOICE_NEW:
        return is_new(row);
    case CHOICE_LATE:
        return signal_is_late(view, row);
    case CHOICE_ALL:
        return true;
    case CHOICE_OPEN:
    case CHOICE_COUNT:
    default:
        return !signal_has_ended(row);
    }
}

static void show_choices(struct web_view *view, enum choice chosen)
{
    buffer_format(view->out, "<nav aria-label=\"%s\"><ul class=\"wp-filter\">\n",
                  web_say(view, "Welke signalen", "Which signals"));
    for (unsigned i = 0; i < CHOICE_COUNT; i++) {
        buffer_format(view->out,
                      "<li><a class=\"utrecht-link utrecht-link--html-a\" "
                      "href=\"/postvak?toon=%s\"%s>",
                      choices[i].word, i == (unsigned)chosen ? " aria-current=\"true\"" : "");
        html_text(view->out, web_text(view, choices[i].name));
        buffer_add_text(view->out, "</a></li>\n");
    }
    buffer_add_text(view->out, "</ul></nav>\n");
}

/* --- the table --- */

static void show_row(struct web_view *view, const json_t *row, const char *const *heads)
{
    const char *name = web_text_at(row, "signaalnaam");
    char path[80];

    snprintf(path, sizeof path, "/postvak/%s", web_text_at(row, "id"));
    web_row(view);
    web_cell(view, heads[0]);
    if (web_text_at(row, "gewistOp")[0])
        html_text(view->out, web_say(view, "Ingetrokken", "Withdrawn"));
    else
        web_link(view, path, name[0] ? name : web_text_at(row, "signaalcode"));
    if (web_text_at(row, "dossier")[0])
        html_element(view->out, "span", "wp-under", web_text_at(row, "dossier"));
    web_cell_end(view);
    web_cell(view, heads[1]);
    signal_state(view, row);
    web_cell_end(view);
    web_cell(view, heads[2]);
    web_day(view, signal_has_ended(row) ? "" : web_text_at(row, "antwoordUiterlijk"));
    web_cell_end(view);
    web_cell_text(view, heads[3], web_text_at(row, "vanNaam"));
    web_cell(view, heads[4]);
    web_instant(view,
                web_text_at(row, web_text_at(row, "gewistOp")[0] ? "gewistOp" : "ontvangenOp"));
    web_cell_end(view);
    web_row_end(view);
}

/* Late ones, new ones, the other open ones, what is done. */
static int turn_of(const struct web_view *view, const json_t *row)
{
    return signal_is_late(view, row) ? 0 : is_new(row) ? 1 : signal_has_ended(row) ? 3 : 2;
}

static void show_rows(struct web_view *view, const json_t *rows, enum choice choice)
{
    const char *const heads[] = {
        web_say(view, "Signaal", "Signal"),
        web_say(view, "Hoe het staat", "State"),
        web_say(view, "Antwoord uiterlijk", "Answer by"),
        web_say(view, "Van", "From"),
        web_say(view, "Ontvangen", "Received"),
    };

    web_table(view, web_say(view, "Signalen, te laat eerst", "Signals, late first"), heads, 5);
    for (int turn = 0; turn < 4; turn++) {
        for (size_t i = 0; i < json_array_size(rows); i++) {
            const json_t *row = json_array_get(rows, i);
            if (turn_of(view, row) == turn && is_shown(view, row, choice))
                show_row(view, row, heads);
        }
    }
    web_table_end(view);
}

static size_t count_shown(const struct web_view *view, const json_t *rows, enum choice choice)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(rows); i++)
        count += is_shown(view, json_array_get(rows, i), choice);
    return count;
}

static void show_next(struct web_view *view, const char *cursor, enum choice choice)
{
    char href[CURSOR_BYTES + 64];

    if (!cursor[0] || strlen(cursor) >= CURSOR_BYTES)
        return;
    snprintf(href, sizeof href, "/postvak?toon=%s&cursor=%s", choices[choice].word, cursor);
    buffer_add_text(view->out, "<p class=\"utrecht-paragraph\">");
    web_link(view, href, web_say(view, "Verder terug", "Further back"));
    buffer_add_text(view->out, "</p>\n");
}

static void render(struct web_view *view)
{
    const json_t *rows = json_object_get(view->parts[0], "postvak");
    const enum choice choice = choice_of(view);

    show_choices(view, choice);
    if (count_shown(view, rows, choice))
        show_rows(view, rows, choice);
    else if (web_text_at(view->parts[0], "volgende")[0])
        web_paragraph(
            view, web_say(view, "Hier niet. Kijk verder terug.", "Not here. Look further back."));
    else
        web_paragraph(
            view, choice == CHOICE_LATE ? web_say(view, "Er is niets te laat.", "Nothing is late.")
                  : choice == CHOICE_NEW
                      ? web_say(view, "Er is niets nieuws.", "There is nothing new.")
                      : web_say(view, "Er ligt niets voor u.", "There is nothing for you."));
    show_next(view, web_text_at(view->parts[0], "volgende"), choice);
}
