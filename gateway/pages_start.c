/* SPDX-License-Identifier: EUPL-1.2 */
/* The start page: what is late first, what came in new, what somebody must look at, and the way to
 * the work. */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_list.h"
#include "gateway/pages_signal.h"
#include "gateway/tls_files.h"

static void render(struct web_view *view);
static bool is_served(const struct web_view *view);

enum { SHOWN_MAX = 5 };

/* clang-format off */
enum { PART_STATUS, PART_LATE, PART_INBOX };
static const struct web_part parts[] = {
    [PART_STATUS] = {.path = "/v1/status", .query = ""},
    [PART_LATE]   = {.path = "/v1/te-laat", .query = "", .optional = true},
    [PART_INBOX]  = {.path = "/v1/postvak", .query = "aantal=50", .optional = true},
    {.path = NULL},
};
/* clang-format on */

const struct web_page page_start = {
    .path = "/",
    .name = {"Start", "Start"},
    .in_menu = true,
    .parts = parts,
    .render = render,
};

static bool is_served(const struct web_view *view)
{
    return view->parts[PART_LATE] || view->parts[PART_INBOX];
}

/* --- late --- */

static bool is_of_today(const json_t *row)
{
    return strcmp(web_text_at(row, "trap"), "VANDAAG") == 0;
}

static void show_stage(struct web_view *view, const json_t *row)
{
    if (is_of_today(row))
        web_state(view, WEB_WARN, web_say(view, "vandaag", "today"));
    else
        web_state(view, WEB_LATE, web_say(view, "te laat", "late"));
}

static void show_late_row(struct web_view *view, const json_t *row, bool of_others)
{
    char path[96];

    buffer_add_text(view->out, "<li>");
    show_stage(view, row);
    buffer_add_text(view->out, " ");
    if (!of_others) {
        snprintf(path, sizeof path, "/postvak/%s", web_text_at(row, "id"));
        web_link(view, path, web_text_at(row, "signaalnaam"));
    } else {
        html_text(view->out, web_text_at(row, "signaalnaam"));
    }
    buffer_add_text(view->out,
                    of_others ? web_say(view, " bij ", " at ") : web_say(view, " van ", " from "));
    html_text(view->out, web_text_at(row, "organisatieNaam"));
    buffer_add_text(view->out, web_say(view, ", uiterlijk ", ", by "));
    web_day(view, web_text_at(row, "uiterlijkDatum"));
    buffer_add_text(view->out, "</li>\n");
}

static void show_late(struct web_view *view, const char *title, const json_t *rows, bool of_others,
                      const char *all)
{
    const size_t count = json_array_size(rows);

    if (!count)
        return;
    buffer_add_text(view->out, "<section class=\"wp-card wp-card--late\">\n"
                               "<h2 class=\"utrecht-heading-2\">");
    html_text(view->out, title);
    buffer_add_text(view->out, "</h2>\n<ul class=\"utrecht-unordered-list wp-plain\">\n");
    for (size_t i = 0; i < count && (!all || i < SHOWN_MAX); i++) /* no page behind it: all */
        show_late_row(view, json_array_get(rows, i), of_others);
    buffer_add_text(view->out, "</ul>\n");
    if (all) {
        buffer_add_text(view->out, "<p class=\"utrecht-paragraph\">");
        web_link(view, all, web_say(view, "Bekijk alles wat te laat is", "See all that is late"));
        buffer_add_text(view->out, "</p>\n");
    } else {
        web_paragraph(view, web_say(view,
                                    "Bel de organisatie en vraag wanneer er antwoord komt. Over "
                                    "welke bewoner het gaat, weet alleen wie het meldde.",
                                    "Call the organisation and ask when an answer comes. Only the "
                                    "reporter knows which resident it is about."));
    }
    buffer_add_text(view->out, "</section>\n");
}

static void show_all_late(struct web_view *view)
{
    const json_t *late = view->parts[PART_LATE];

    show_late(view, web_say(view, "Hier moet u antwoorden", "Here you must answer"),
              json_object_get(late, "postvak"), false, "/postvak?toon=te-laat");
    show_late(view, web_say(view, "Hier wacht u op een ander", "Here you wait for another"),
              json_object_get(late, "verzonden"), true, "/mijn-meldingen?welke=te-laat");
    show_late(view, web_say(view, "Aan u voorgelegd als regiehouder", "Put before you as lead"),
              json_object_get(late, "escalaties"), true, NULL);
}

/* --- new --- */

static void show_new(struct web_view *view)
{
    const json_t *rows = json_object_get(view->parts[PART_INBOX], "postvak");
    size_t count = 0;

    if (!view->parts[PART_INBOX])
        return;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        char path[96];
        if (web_flag_at(row, "geaccepteerd") || signal_has_ended(row) || signal_is_late(view, row))
            continue;
        if (!count++)
            html_element(view->out, "h2", "utrecht-heading-2",
                         web_say(view, "Nieuw voor u", "New for you"));
        if (count == 1)
            buffer_add_text(view->out, "<ul class=\"utrecht-unordered-list wp-new\">\n");
        if (count > SHOWN_MAX)
            continue;
        snprintf(path, sizeof path, "/postvak/%s", web_text_at(row, "id"));
        buffer_add_text(view->out, "<li>");
        web_link(view, path, web_text_at(row, "signaalnaam"));
        buffer_add_text(view->out, web_say(view, " van ", " from "));
        html_text(view->out, web_text_at(row, "vanNaam"));
        buffer_add_text(view->out, web_say(view, ", antwoord uiterlijk ", ", answer by "));
        web_day(view, web_text_at(row, "antwoordUiterlijk"));
        buffer_add_text(view->out, "</li>\n");
    }
    if (!count) {
        web_paragraph(view, web_say(view, "Er is niets nieuws in uw postvak.",
                                    "There is nothing new in your inbox."));
        return;
    }
    buffer_add_text(view->out, "</ul>\n");
    if (count > SHOWN_MAX) {
        buffer_add_text(view->out, "<p class=\"utrecht-paragraph\">");
        web_link(view, "/postvak?toon=nieuw",
                 web_say(view, "Bekijk alles wat nieuw is", "See all that is new"));
        buffer_add_text(view->out, "</p>\n");
    }
}

/* --- the way to the work, and what the gateway itself says --- */

static void show_work(struct web_view *view)
{
    static const struct {
        const char *path;
        struct web_text does;
    } work[] = {
        {"/melden", {"Een signaal melden", "Report a signal"}},
        {"/postvak", {"Naar uw postvak", "To your inbox"}},
        {"/mijn-meldingen",
         {"Wat is er met uw meldingen gebeurd?", "What happened to your reports?"}},
        {"/toestemming", {"Toestemming vastleggen of intrekken", "Record or withdraw consent"}},
        {"/mag-dit", {"Mag dit? Kijk het na", "Is this allowed? Look it up"}},
        {"/wegwijzer", {"Waar gaat u heen, en wie belt u?", "Where to go, and whom to call"}},
        {"/afspraken", {"Afspraken bij terugval", "Agreements for a relapse"}},
        {"/cijfers",
         {"Antwoordt iedereen op tijd? De cijfers", "Does everybody answer in time? The figures"}},
        {"/logboek", {"Het logboek bekijken", "Look at the log"}},
    };
    const struct web_page *page;

    html_element(view->out, "h2", "utrecht-heading-2",
                 web_say(view, "Wat wilt u doen?", "What do you want to do?"));
    buffer_add_text(view->out, "<ul class=\"wp-work\">\n");
    for (size_t i = 0; i < sizeof work / sizeof work[0]; i++) {
        for (size_t at = 0; (page = web_page_at(at)); at++) {
            if (strcmp(page->path, work[i].path) != 0 || !web_may_see(view->roles, page))
                continue;
            buffer_add_text(view->out, "<li>");
            web_link(view, page->path, web_text(view, work[i].does));
            buffer_add_text(view->out, "</li>\n");
        }
    }
    buffer_add_text(view->out, "</ul>\n");
}

static bool looks_after(const struct web_view *view)
{
    return role_set_has(view->roles, ROLE_BEHEERDER) || role_set_has(view->roles, ROLE_FG) ||
           role_set_has(view->roles, ROLE_CONVENANTBEHEERDER);
}

/* To who looks after the gateway it stands among the warnings. */
static void show_own_certificate(struct web_view *view)
{
    const char *until = web_text_at(view->parts[PART_STATUS], "gebruiker.certificaatLooptAfOp");
    int64_t until_ms;

    if (looks_after(view) || !instant_parse(until, &until_ms) ||
        until_ms - view->now_ms > INT64_C(1000) * CERTIFICATE_ENDING_S)
        return;
    buffer_add_text(view->out, "<p class=\"utrecht-paragraph\">");
    web_state(view, WEB_WARN,
              web_say(view, "Uw certificaat loopt af", "Your certificate will end"));
    html_text(view->out, web_say(view, " U komt er niet meer in na ", " You do not get in after "));
    web_instant(view, until);
    html_text(view->out, web_say(view, ". Vraag uw beheerder nu om een nieuw.",
                                 ". Ask your administrator for a new one now."));
    buffer_add_text(view->out, "</p>\n");
}

static void show_warnings(struct web_view *view)
{
    const json_t *warnings = json_object_get(view->parts[PART_STATUS], "waarschuwingen");

    if (!json_array_size(warnings) || !looks_after(view))
        return;
    html_element(view->out, "h2", "utrecht-heading-2",
                 web_say(view, "Let op", "Needs your attention"));
    buffer_add_text(view->out, "<ul class=\"utrecht-unordered-list wp-warnings\">\n");
    for (size_t i = 0; i < json_array_size(warnings); i++)
        html_element(view->out, "li", NULL, json_string_value(json_array_get(warnings, i)));
    buffer_add_text(view->out, "</ul>\n");
}

static bool any_late(const struct web_view *view)
{
    const json_t *late = view->parts[PART_LATE];

    return json_array_size(json_object_get(late, "postvak")) ||
           json_array_size(json_object_get(late, "verzonden")) ||
           json_array_size(json_object_get(late, "escalaties"));
}

static void render(struct web_view *view)
{
    show_own_certificate(view);
    if (any_late(view)) {
        buffer_add_text(view->out, "<div class=\"wp-cards\">\n");
        show_all_late(view);
        buffer_add_text(view->out, "</div>\n");
    } else if (is_served(view)) {
        buffer_add_text(view->out, "<p class=\"utrecht-paragraph\">");
        web_state(view, WEB_GOOD, web_say(view, "Er is niets te laat", "Nothing is late"));
        buffer_add_text(view->out, "</p>\n");
    }
    show_new(view);
    show_work(view);
    show_warnings(view);
}
