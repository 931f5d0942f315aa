/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Afspraken: which waakvlamafspraken stand, and which end soon. The desk wants to ask the resident
 * again before it is over. By number and dossier: the list names nobody.
 */
#include <string.h>

#include "gateway/pages_list.h"
#include "gateway/pages_words.h"

#define END "/afspraken/{}/stoppen"

static bool is_live(const char *standing)
{
    return strcmp(standing, "LOPEND") == 0 || strcmp(standing, "LOOPT_AF") == 0 ||
           strcmp(standing, "WACHT") == 0;
}

static void show_one(struct web_view *view, const json_t *agreement)
{
    const char *standing = web_text_at(agreement, "stand");
    char summary[WEB_SENTENCE_BYTES];

    html_open(view->out, "li", "wp-item");
    html_open(view->out, "p", "wp-line");
    web_state(view,
              strcmp(standing, "LOPEND") == 0     ? WEB_GOOD
              : strcmp(standing, "LOOPT_AF") == 0 ? WEB_WARN
                                                  : WEB_NEUTRAL,
              web_text_at(agreement, "standNaam"));
    html_element(view->out, "strong", NULL, web_text_at(agreement, "begeleiderNaam"));
    html_close(view->out, "p");
    web_list(view);
    web_pair(view, web_say(view, "Dossier", "Dossier"), web_text_at(agreement, "dossiernummer"));
    web_pair_open(view, web_say(view, "Tot en met", "Up to"));
    web_day(view, web_text_at(agreement, "geldigTot"));
    web_pair_close(view);
    web_list_end(view);
    if (is_live(standing) && web_may(view, HTTP_POST, "/v1/waakvlamafspraken/x/beeindiging")) {
        web_sentence(
            summary,
            web_say(view, "De bewoner wil stoppen (%s)", "The resident wants to stop (%s)"),
            web_text_at(agreement, "dossiernummer"));
        web_details(view, summary, false);
        form_begin_for(view, END, web_text_at(agreement, "id"));
        form_end_quiet(view, web_say(view, "Stop deze afspraak", "Stop this agreement"));
        web_details_end(view);
    }
    html_close(view->out, "li");
}

static void render(struct web_view *view)
{
    const json_t *agreements = json_object_get(view->parts[0], "afspraken"), *agreement;
    size_t i;

    web_paragraph(view, web_say(view,
                                "Bij terugval gaat een melding meteen naar de begeleider. Wat het "
                                "eerst afloopt, staat bovenaan.",
                                "At a relapse a report goes to the support worker at once. What "
                                "ends first is at the top."));
    if (json_array_size(agreements) == 0)
        web_paragraph(view, web_say(view, "Er zijn geen afspraken.", "There are no agreements."));
    html_open(view->out, "ul", "wp-items");
    json_array_foreach (agreements, i, agreement)
        show_one(view, agreement);
    html_close(view->out, "ul");
}

static const struct form_field no_fields[] = {{.name = NULL}};
static const struct web_part parts[] = {{.path = "/v1/waakvlamafspraken"}, {.path = NULL}};
static const struct web_form forms[] = {
    {.path = END,
     .action = "/v1/waakvlamafspraken/{}/beeindiging",
     .fields = no_fields,
     .then = "/afspraken",
     .done = "afspraak-gestopt",
     .said = {"De afspraak is gestopt. De begeleider krijgt bericht.",
              "The agreement has stopped. The support worker is told."}},
    {.path = NULL},
};

const struct web_page page_relapse = {
    .path = "/afspraken",
    .name = {"Afspraken", "Agreements"},
    .in_menu = true,
    .parts = parts,
    .forms = forms,
    .render = render,
};
