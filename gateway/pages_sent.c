/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mijn meldingen: what became of what I reported. The reporter looks between two visits and asks
 * one thing: has anybody done anything? So one line for each, what is late first, and a button
 * only for what may be done now.
 */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_list.h"
#include "gateway/pages_words.h"

#define RECALL "/mijn-meldingen/{}/terugtrekken"

enum { ROWS_MAX = 200, CURSOR_BYTES = 65 };

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

/* --- how one stands --- */

enum rank { RANK_LATE, RANK_YOURS, RANK_STOPPED, RANK_OPEN, RANK_DONE, RANK_GONE };

static bool is_final(const struct web_view *view, const json_t *row)
{
    const struct feedback_code *code = feedback_code_find(view->lists, web_text_at(row, "stand"));

    return code && code->final;
}

static bool is_late(const struct web_view *view, const json_t *row)
{
    struct day due;

    return day_parse(web_text_at(row, "antwoordUiterlijk"), &due) &&
           day_compare(due, view->today) < 0 && !is_final(view, row);
}

static bool is_stopped(const char *standing)
{
    return is(standing, "GEWEIGERD") || is(standing, "TERUGGEHAALD");
}

static enum rank rank_of(const struct web_view *view, const json_t *row)
{
    const char *standing = web_text_at(row, "stand");

    if (is(standing, "GEWIST") || is(standing, "INGT"))
        return RANK_GONE;
    if (is_late(view, row))
        return RANK_LATE;
    if (json_object_get(row, "volgendeStap"))
        return RANK_YOURS;
    if (is_stopped(standing))
        return RANK_STOPPED;
    return is_final(view, row) ? RANK_DONE : RANK_OPEN;
}

static void show_state(struct web_view *view, const json_t *row)
{
    const char *standing = web_text_at(row, "stand");
    const struct feedback_code *code = feedback_code_find(view->lists, standing);

    switch (rank_of(view, row)) {
    case RANK_LATE:
        web_state(view, WEB_LATE, web_say(view, "Te laat", "Late"));
        break;
    case RANK_YOURS:
        web_state(view, WEB_WARN, web_say(view, "U bent aan zet", "Your turn"));
        break;
    case RANK_STOPPED:
        web_state(view, WEB_WARN,
                  is(standing, "GEWEIGERD") ? web_say(view, "Niet verzonden", "Not sent")
                                            : web_say(view, "Teruggehaald", "Taken back"));
        break;
    case RANK_GONE:
        web_state(view, WEB_NEUTRAL,
                  is(standing, "INGT") ? web_say(view, "Ingetrokken", "Withdrawn")
                                       : web_say(view, "Gewist", "Erased"));
        break;
    case RANK_DONE:
        web_state(view, WEB_GOOD, web_say(view, "Klaar", "Done"));
        break;
    case RANK_OPEN:
        web_state(view, WEB_NEUTRAL,
                  is(standing, "WACHT") ? web_say(view, "Nog niet afgeleverd", "Not delivered yet")
                  : code                ? code->name
                                        : web_say(view, "Loopt", "Open"));
        break;
    }
}

/* --- what may be done now --- */

static bool can_recall(const struct web_view *view, const json_t *row)
{
    const enum rank rank = rank_of(view, row);

    return rank != RANK_GONE && rank != RANK_DONE && !is_stopped(web_text_at(row, "stand")) &&
           web_may(view, HTTP_POST, "/v1/verzonden/x/terugtrekking");
}

/* The proof exists once the municipality has signed for it. */
static bool has_proof(const struct web_view *view, const json_t *row)
{
    const char *standing = web_text_at(row, "stand");

    return is(web_text_at(row, "signaalcode"), "FIN.HUURACHTERSTAND") && !is(standing, "WACHT") &&
           !is_stopped(standing) && rank_of(view, row) != RANK_GONE &&
           web_may(view, HTTP_GET, "/v1/verzonden/x/bewijs");
}

static void offer_recall(struct web_view *view, const json_t *row)
{
    web_paragraph(
        view,
        web_say(view, "Was het een vergissing? Trek de melding terug. De ander wist haar dan ook.",
                "Was it a mistake? Take it back. The other erases it too."));
    form_begin_for(view, RECALL, web_text_at(row, "id"));
    form_end_quiet(view, web_say(view, "Trek deze melding terug", "Take this report back"));
}

static void offer_proof(struct web_view *view, const json_t *row)
{
    OWNED_BUFFER path = {0};

    web_path(&path, "/mijn-meldingen/{}/bewijs", web_text_at(row, "id"));
    if (!buffer_text(&path))
        view->out->failed = true;
    html_open(view->out, "p", NULL);
    web_link(view, buffer_text(&path) ? buffer_text(&path) : "/mijn-meldingen",
             web_say(view, "Bewijs van deze melding", "Proof of this report"));
    html_close(view->out, "p");
}

/* --- one signal --- */

static void show_history(struct web_view *view, const json_t *row)
{
    const json_t *answer;
    size_t i;

    html_open(view->out, "ol", NULL);
    html_open(view->out, "li", NULL);
    html_text(view->out, web_say(view, "Gemeld: ", "Reported: "));
    web_instant(view, web_text_at(row, "ingediendOp"));
    html_close(view->out, "li");
    json_array_foreach (json_object_get(row, "antwoorden"), i, answer) {
        html_open(view->out, "li", NULL);
        web_capital(view, web_text_at(answer, "naam"));
        html_text(view->out, ": ");
        web_day(view, web_text_at(answer, "op"));
        html_close(view->out, "li");
    }
    html_close(view->out, "ol");
    if (web_text_at(row, "antwoordUiterlijk")[0]) {
        html_open(view->out, "p", "utrecht-paragraph");
        html_text(view->out, web_say(view, "Volgende antwoord uiterlijk: ", "Next answer by: "));
        web_day(view, web_text_at(row, "antwoordUiterlijk"));
        html_close(view->out, "p");
    }
}

/* Our own drawn number tells a person nothing. */
static bool is_own_number(const char *key)
{
    return key[0] && strncmp(key, "pagina-", 7) != 0;
}

static void show_head(struct web_view *view, const json_t *row)
{
    const char *name = web_text_at(row, "signaalnaam");

    html_open(view->out, "p", "wp-line");
    show_state(view, row);
    buffer_add_text(view->out, " <strong>");
    html_text(view->out, name[0] ? name : web_say(view, "Melding", "Report"));
    html_text(view->out, web_say(view, ", naar ", ", to "));
    html_text(view->out, web_text_at(row, "ontvangerNaam"));
    buffer_add_text(view->out, "</strong>");
    if (is_own_number(web_text_at(row, "bronsleutel"))) {
        buffer_add_text(view->out, " <span>");
        html_text(view->out, web_say(view, "Zaak ", "Case "));
        html_text(view->out, web_text_at(row, "bronsleutel"));
        buffer_add_text(view->out, "</span>");
    }
    html_close(view->out, "p");
}

static void show_row(struct web_view *view, const json_t *row)
{
    char summary[WEB_SENTENCE_BYTES];
    const enum rank rank = rank_of(view, row);

    html_open(view->out, "li", "wp-item");
    show_head(view, row);
    html_open(view->out, "p", "utrecht-paragraph");
    web_capital(view, web_text_at(row, "regel"));
    html_close(view->out, "p");
    if (json_object_get(row, "volgendeStap"))
        web_message(view, WEB_WARN, web_text_at(row, "volgendeStap.tekst"));
    if (rank != RANK_GONE) {
        web_sentence(summary, web_say(view, "Verloop van %s", "Course of %s"),
                     web_text_at(row, "signaalnaam"));
        web_details(view, summary, false);
        show_history(view, row);
        if (has_proof(view, row))
            offer_proof(view, row);
        if (can_recall(view, row))
            offer_recall(view, row);
        web_details_end(view);
    }
    html_close(view->out, "li");
}

/* --- all of them --- */

static void show_filter(struct web_view *view)
{
    static const struct {
        const char *word, *path;
        struct web_text name;
    } filters[] = {
        {"", "/mijn-meldingen", {"Alles", "All"}},
        {"te-laat", "/mijn-meldingen?welke=te-laat", {"Te laat", "Late"}},
        {"open", "/mijn-meldingen?welke=open", {"Loopt nog", "Open"}},
        {"afgerond", "/mijn-meldingen?welke=afgerond", {"Klaar", "Done"}},
    };
    char chosen[16] = "";

    if (!http_query_value(view->query, "welke", chosen, sizeof chosen))
        chosen[0] = '\0';
    buffer_add_text(view->out, "<nav aria-label=\"");
    html_text(view->out, web_say(view, "Welke meldingen", "Which reports"));
    buffer_add_text(view->out, "\"><ul class=\"wp-filter\">");
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        buffer_format(view->out, "<li><a class=\"utrecht-link\" href=\"%s\"%s>", filters[i].path,
                      is(filters[i].word, chosen) ? " aria-current=\"true\"" : "");
        html_text(view->out, web_text(view, filters[i].name));
        buffer_add_text(view->out, "</a></li>");
    }
    buffer_add_text(view->out, "</ul></nav>\n");
}

static void show_more(struct web_view *view, const json_t *sent)
{
    const char *cursor = web_text_at(sent, "volgende");
    char path[2 * CURSOR_BYTES], chosen[16] = "";

    if (!cursor[0] || strlen(cursor) >= CURSOR_BYTES ||
        cursor[strspn(cursor, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")])
        return;
    if (!http_query_value(view->query, "welke", chosen, sizeof chosen) ||
        chosen[strspn(chosen, "abcdefghijklmnopqrstuvwxyz-")])
        chosen[0] = '\0';
    snprintf(path, sizeof path, "/mijn-meldingen?cursor=%s%s%s", cursor, chosen[0] ? "&welke=" : "",
             chosen);
    html_open(view->out, "p", NULL);
    web_link(view, path, web_say(view, "Oudere meldingen", "Older reports"));
    html_close(view->out, "p");
}

static void show_rows(struct web_view *view, const json_t *rows)
{
    const size_t count = json_array_size(rows) < ROWS_MAX ? json_array_size(rows) : ROWS_MAX;
    size_t late = 0;
    char number[24], line[WEB_SENTENCE_BYTES];

    for (size_t i = 0; i < count; i++)
        late += rank_of(view, json_array_get(rows, i)) == RANK_LATE;
    snprintf(number, sizeof number, "%zu", late);
    if (late)
        web_message(
            view, WEB_LATE,
            web_sentence(
                line,
                late == 1
                    ? web_say(
                          view, "Op %s melding wacht u te lang op antwoord. Die staat bovenaan.",
                          "You have waited too long for an answer to %s report. It is at the top.")
                    : web_say(view,
                              "Op %s meldingen wacht u te lang op antwoord. Die staan bovenaan.",
                              "You have waited too long for an answer to %s reports. They are at "
                              "the top."),
                number));
    html_open(view->out, "ul", "wp-items");
    for (unsigned rank = RANK_LATE; rank <= RANK_GONE; rank++)
        for (size_t i = 0; i < count; i++)
            if (rank_of(view, json_array_get(rows, i)) == rank)
                show_row(view, json_array_get(rows, i));
    html_close(view->out, "ul");
}

static void render(struct web_view *view)
{
    const json_t *rows = json_object_get(view->parts[0], "verzonden");

    show_filter(view);
    if (json_array_size(rows) == 0)
        web_paragraph(view,
                      web_say(view, "Hier staan geen meldingen.", "There are no reports here."));
    else
        show_rows(view, rows);
    show_more(view, view->parts[0]);
    html_open(view->out, "p", "wp-inline");
    if (web_may(view, HTTP_POST, "/v1/invoer"))
        web_button_link(view, "/melden", web_say(view, "Nieuwe melding", "New report"));
    html_close(view->out, "p");
}

static const struct form_field no_fields[] = {{NULL, FORM_OWN, NULL}};
static const struct web_part parts[] = {{.path = "/v1/verzonden"}, {.path = NULL}};
static const struct web_form forms[] = {
    {.path = RECALL,
     .action = "/v1/verzonden/{}/terugtrekking",
     .fields = no_fields,
     .then = "/mijn-meldingen",
     .done = "teruggetrokken",
     .said = {"De melding is teruggetrokken. De ander krijgt bericht en wist haar ook.",
              "The report was taken back. The other is told, and erases it too."}},
    {.path = NULL},
};

const struct web_page page_sent = {
    .path = "/mijn-meldingen",
    .name = {"Mijn meldingen", "My reports"},
    .in_menu = true,
    .parts = parts,
    .forms = forms,
    .render = render,
};

/* --- the proof of one, to print --- */

static void show_conditions(struct web_view *view, const json_t *proof)
{
    const json_t *condition;
    size_t i;

    html_open(view->out, "ul", NULL);
    json_array_foreach (json_object_get(proof, "voorwaarden"), i, condition) {
        html_open(view->out, "li", NULL);
        html_text(view->out, web_text_at(condition, "naam"));
        html_text(view->out, ": ");
        web_day(view, web_text_at(condition, "op"));
        html_close(view->out, "li");
    }
    html_close(view->out, "ul");
}

static void show_when(struct web_view *view, const char *what, const char *instant)
{
    web_pair_open(view, what);
    web_instant(view, instant);
    web_pair_close(view);
}

static void render_proof(struct web_view *view)
{
    const json_t *proof = view->parts[0];
    char address[WEB_SENTENCE_BYTES];

    snprintf(address, sizeof address, "%s %s%s %s", web_text_at(proof, "contact.adres.postcode"),
             web_text_at(proof, "contact.adres.huisnummer"),
             web_text_at(proof, "contact.adres.huisletter"),
             web_text_at(proof, "contact.adres.toevoeging"));
    web_list(view);
    web_pair(view, web_say(view, "Gemeld door", "Reported by"), web_text_at(proof, "afzenderNaam"));
    web_pair(view, web_say(view, "Gemeld aan", "Reported to"), web_text_at(proof, "ontvangerNaam"));
    show_when(view, web_say(view, "Verstuurd", "Sent"), web_text_at(proof, "ingediendOp"));
    show_when(view, web_say(view, "Ontvangen", "Received"), web_text_at(proof, "ontvangenOp"));
    web_pair(view, web_say(view, "Huurder", "Tenant"), web_text_at(proof, "contact.naam"));
    web_pair(view, web_say(view, "Adres", "Address"), address);
    web_pair_open(view, web_say(view, "Achterstand", "Arrears"));
    web_euro(view, web_number_at(proof, "bedragAchterstand"));
    web_pair_close(view);
    web_pair(view, web_say(view, "Wet", "Law"), web_text_at(proof, "wet"));
    web_pair_open(view, web_say(view, "Wat de wet eerst vraagt", "What the law asks first"));
    show_conditions(view, proof);
    web_pair_close(view);
    web_pair(view, web_say(view, "Nummer", "Number"), web_text_at(proof, "id"));
    web_pair(view, web_say(view, "Controlegetal van het bericht", "Digest of the message"),
             web_text_at(proof, "inhoudSha256"));
    web_pair(view, web_say(view, "Controlegetal in hun logboek", "Digest in their log"),
             web_text_at(proof, "bladhash"));
    web_list_end(view);
    web_paragraph(view,
                  web_say(view,
                          "Druk deze bladzijde af voor het dossier. De ontvanger heeft met dit "
                          "controlegetal getekend.",
                          "Print this page for the file. The recipient signed with this digest."));
}

static const struct web_part proof_parts[] = {{.path = "/v1/verzonden/{}/bewijs", .query = ""},
                                              {.path = NULL}};

const struct web_page page_proof = {
    .path = "/mijn-meldingen/{}/bewijs",
    .name = {"Bewijs van melding", "Proof of reporting"},
    .parts = proof_parts,
    .render = render_proof,
};
