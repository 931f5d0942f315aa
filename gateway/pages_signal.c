/* SPDX-License-Identifier: EUPL-1.2 */
/* One signal that came in: what it says, until when, whom to ring, and what can be done now. */
#include <stdio.h>
#include <string.h>

#include "covenant/feedback.h"
#include "covenant/import_row.h"
#include "covenant/signal.h"
#include "covenant/words.h"
#include "gateway/pages_list.h"
#include "gateway/pages_signal.h"
#include "gateway/pages_words.h"

static void render(struct web_view *view);
static bool may_ring(const struct web_view *view);
static bool may_pass_on(const struct web_view *view);
static enum outcome shape_answer(const struct form *form, const char *parameter, json_t *body,
                                 struct fault *fault);

/* clang-format off */
enum { PART_SIGNAL, PART_CONTACT, PART_COVENANTS };
static const struct web_part parts[] = {
    [PART_SIGNAL]    = {.path = "/v1/postvak/{}"},
    [PART_CONTACT]   = {.path = "/v1/postvak/{}/inhoud", .optional = true, .wanted = may_ring},
    [PART_COVENANTS] = {.path = "/v1/convenanten", .optional = true, .wanted = may_pass_on},
    {.path = NULL},
};
/* clang-format on */

static const struct form_field no_fields[] = {{.name = NULL}};
static const struct form_field consent_fields[] = {{.name = "bevestigd"}, {.name = NULL}};
static const struct form_field answer_fields[] = {
    {.name = "code"},         {.name = "vervolgstap"},      {.name = "vervolgdatum"},
    {.name = "verwijstNaar"}, {.name = "organisatiesoort"}, {.name = NULL},
};
static const struct form_field transfer_fields[] = {{.name = "naar"}, {.name = NULL}};

static const struct web_form forms[] = {
    {.path = "/postvak/{}/aanvaarding",
     .action = "/v1/postvak/{}/aanvaarding",
     .fields = no_fields,
     .then = "/postvak/{}",
     .done = "aangenomen",
     .said = {"U hebt het signaal aangenomen. De contactgegevens staan hieronder.",
              "You accepted the signal. The contact details stand below."}},
    {.path = "/postvak/{}/toestemming",
     .action = "/v1/postvak/{}/toestemming",
     .fields = consent_fields,
     .then = "/postvak/{}",
     .done = "nagevraagd",
     .said = {"Vastgelegd wat de bewoner zei.", "Recorded what the resident said."}},
    {.path = "/postvak/{}/antwoord",
     .action = "/v1/antwoorden",
     .fields = answer_fields,
     .shape = shape_answer,
     .then = "/postvak/{}",
     .done = "beantwoord",
     .said = {"Uw antwoord is vastgelegd.", "Your answer is recorded."}},
    {.path = "/postvak/{}/overdracht",
     .action = "/v1/postvak/{}/overdracht",
     .fields = transfer_fields,
     .then = "/postvak/{}",
     .done = "gevraagd",
     .said =
         {"Gevraagd om het signaal door te zetten. Tot de ander het aanneemt, blijft het bij u.",
          "Asked to pass the signal on. It stays with you until the other accepts it."}},
    {.path = NULL},
};

const struct web_page page_signal = {
    .path = "/postvak/{}",
    .name = {"Signaal", "Signal"},
    .parts = parts,
    .forms = forms,
    .render = render,
};

/* --- what is asked --- */

static bool may_ring(const struct web_view *view)
{
    const json_t *row = view->parts[PART_SIGNAL];
    enum role role;

    return web_flag_at(row, "geaccepteerd") &&
           role_parse(web_text_at(row, "geaccepteerdAls"), &role) &&
           role_set_has(view->roles, role) &&
           strcmp(web_text_at(row, "overdracht.stand"), "AANVAARD") != 0;
}

static bool may_pass_on(const struct web_view *view)
{
    return web_flag_at(view->parts[PART_SIGNAL], "geaccepteerd") &&
           web_flag_at(view->parts[PART_SIGNAL], "kanOverdragen");
}

/* What belongs to another code than the chosen one was left standing, not meant. */
static enum outcome shape_answer(const struct form *form, const char *parameter, json_t *body,
                                 struct fault *fault)
{
    enum answer code;
    enum answer_extra extra;

    if (!answer_parse(form_value(form, "code"), &code)) {
        fault_at(fault, "code");
        return OUTCOME_MALFORMED;
    }
    extra = answer_extra_of(code);
    if (extra != ANSWER_EXTRA_NEXT_STEP)
        json_object_del(body, "vervolgstap");
    if (extra != ANSWER_EXTRA_NEXT_STEP ||
        strcmp(form_value(form, "vervolgstap"), next_step_word(NEXT_STEP_WACHTEN_TOT_DATUM)) != 0)
        json_object_del(body, "vervolgdatum");
    if (extra != ANSWER_EXTRA_REFERS_TO)
        json_object_del(body, "verwijstNaar");
    if (extra != ANSWER_EXTRA_PARTNER_KIND)
        json_object_del(body, "organisatiesoort");
    return json_object_set_new(body, "signaal", json_string(parameter)) ? OUTCOME_OUT_OF_MEMORY
                                                                        : OUTCOME_OK;
}

/* --- what it says --- */

static void pair_if(struct web_view *view, const char *what, const char *which)
{
    if (which[0])
        web_pair(view, what, which);
}

static void pair_capital(struct web_view *view, const char *what, const char *which)
{
    if (!which[0])
        return;
    web_pair_open(view, what);
    web_capital(view, which);
    web_pair_close(view);
}

static const char *help_of(const struct web_view *view, const char *word)
{
    return strcmp(word, "ja") == 0         ? web_say(view, "ja", "yes")
           : strcmp(word, "nee") == 0      ? web_say(view, "nee", "no")
           : strcmp(word, "onbekend") == 0 ? web_say(view, "niet bekend", "not known")
                                           : word;
}

static const char *moment_of(const struct web_view *view, const char *word)
{
    const char *name = contact_moment_name(word, view->language);

    return name ? name : word;
}

static const char *wave_of(const struct web_view *view, const char *word)
{
#define WAVE_ROW(name, nl, en)                                                                     \
    if (strcmp(word, #name) == 0)                                                                  \
        return web_say(view, nl, en);
    WAVES(WAVE_ROW)
#undef WAVE_ROW
    return word;
}

static void show_fields(struct web_view *view, const json_t *row)
{
    enum purpose purpose;

    if (purpose_parse(web_text_at(row, "doel"), &purpose))
        web_pair(view, web_say(view, "Doel", "Purpose"), purpose_name(purpose, view->language));
    pair_capital(view, web_say(view, "Gezien", "Seen"),
                 moment_of(view, web_text_at(row, "contactmoment")));
    if (web_text_at(row, "waarneemweek")[0]) {
        web_pair_open(view, web_say(view, "Wanneer", "When"));
        web_week(view, web_text_at(row, "waarneemweek"));
        web_pair_close(view);
    }
    pair_capital(
        view, web_say(view, "Vraagt de bewoner zelf om hulp?", "Does the resident ask for help?"),
        help_of(view, web_text_at(row, "hulpvraagBekend")));
    pair_if(view, web_say(view, "Code van het gebied", "Code of the area"),
            web_text_at(row, "gebied.code"));
    if (json_object_get(row, "bedragAchterstand")) {
        web_pair_open(view, web_say(view, "Huurachterstand", "Rent arrears"));
        web_euro(view, web_number_at(row, "bedragAchterstand"));
        web_pair_close(view);
    }
    if (web_text_at(row, "signaalDatum")[0]) {
        web_pair_open(view, web_say(view, "Datum", "Date"));
        web_day(view, web_text_at(row, "signaalDatum"));
        web_pair_close(view);
    }
    pair_if(view, web_say(view, "Meting", "Wave"), wave_of(view, web_text_at(row, "golf")));
    pair_if(view, web_say(view, "Dossier", "File"), web_text_at(row, "dossier"));
}

/* Asked, passed on, or refused: of a refusal the sentence says why. */
static void show_passing(struct web_view *view, const json_t *row)
{
    const char *to = web_text_at(row, "overdracht.naarNaam");

    if (!web_text_at(row, "overdracht.tekst")[0])
        return;
    web_pair_open(view, web_say(view, "Doorzetten", "Passing on"));
    if (strcmp(web_text_at(row, "overdracht.stand"), "GEWEIGERD") == 0)
        html_text(view->out, web_say(view, "Dat gaat niet. ", "That is not possible. "));
    web_capital(view, web_text_at(row, "overdracht.tekst"));
    if (to[0]) {
        buffer_add_text(view->out, " (");
        html_text(view->out, to);
        buffer_add_text(view->out, ")");
    }
    web_pair_close(view);
}

static void show_signal(struct web_view *view, const json_t *row)
{
    web_list(view);
    web_pair(view, web_say(view, "Gemeld", "Reported"), web_text_at(row, "signaalnaam"));
    web_pair_open(view, web_say(view, "Hoe het staat", "How it stands"));
    signal_state(view, row);
    web_pair_close(view);
    web_pair(view, web_say(view, "Van", "From"), web_text_at(row, "vanNaam"));
    web_pair_open(view, web_say(view, "Ontvangen", "Received"));
    web_instant(view, web_text_at(row, "ontvangenOp"));
    web_pair_close(view);
    if (web_text_at(row, "antwoordUiterlijk")[0]) {
        web_pair_open(view, web_say(view, "Antwoord uiterlijk", "Answer by"));
        web_day(view, web_text_at(row, "antwoordUiterlijk"));
        web_pair_close(view);
    }
    show_passing(view, row);
    web_list_end(view);
}

static void show_more(struct web_view *view, const json_t *row)
{
    web_heading(view, 2, web_say(view, "Wat er gemeld is", "What was reported"));
    web_list(view);
    show_fields(view, row);
    web_list_end(view);
}

static void show_contact(struct web_view *view, const json_t *contact)
{
    struct buffer *out = view->out;

    web_heading(view, 2, web_say(view, "Contact", "Contact"));
    web_list(view);
    pair_if(view, web_say(view, "Naam", "Name"), web_text_at(contact, "naam"));
    if (web_text_at(contact, "telefoon")[0])
        web_pair(view, web_say(view, "Telefoon", "Telephone"), web_text_at(contact, "telefoon"));
    web_pair_open(view, web_say(view, "Adres", "Address"));
    html_text(out, web_text_at(contact, "adres.postcode"));
    buffer_add_text(out, " ");
    html_text(out, web_text_at(contact, "adres.huisnummer"));
    html_text(out, web_text_at(contact, "adres.huisletter"));
    buffer_add_text(out, web_text_at(contact, "adres.toevoeging")[0] ? " " : "");
    html_text(out, web_text_at(contact, "adres.toevoeging"));
    web_pair_close(view);
    pair_if(view, web_say(view, "Taal", "Language"),
            web_language_name(web_text_at(contact, "taal")));
    web_list_end(view);
}

static void show_history(struct web_view *view, const json_t *row)
{
    const json_t *answers = json_object_get(row, "antwoorden");
    enum next_step step;

    if (!json_array_size(answers))
        return;
    web_heading(view, 2, web_say(view, "Uw antwoorden tot nu toe", "Your answers so far"));
    buffer_add_text(view->out, "<ol class=\"wp-history\">\n");
    for (size_t i = 0; i < json_array_size(answers); i++) {
        const json_t *answer = json_array_get(answers, i);
        buffer_add_text(view->out, "<li>");
        web_day(view, web_text_at(answer, "op"));
        buffer_add_text(view->out, ": ");
        web_capital(view, web_text_at(answer, "naam"));
        if (next_step_parse(web_text_at(answer, "vervolgstap"), &step)) {
            buffer_add_text(view->out, "; ");
            html_text(view->out, next_step_text(step, view->language));
        }
        if (web_text_at(answer, "vervolgdatum")[0]) {
            buffer_add_text(view->out, web_say(view, " tot ", " until "));
            web_day(view, web_text_at(answer, "vervolgdatum"));
        }
        buffer_add_text(view->out, "</li>\n");
    }
    buffer_add_text(view->out, "</ol>\n");
}

/* --- what can be done --- */

static void offer_acceptance(struct web_view *view)
{
    web_heading(view, 2, web_say(view, "Aannemen", "Accept"));
    web_paragraph(view, web_say(view,
                                "Neem het signaal aan als u ermee aan de slag gaat. Daarna ziet u "
                                "de contactgegevens. Dat u ze opende, staat in het logboek.",
                                "Accept the signal when you start work on it. After that you see "
                                "the contact details. That you opened them is in the log."));
    if (web_flag_at(view->parts[PART_SIGNAL], "beroepsgeheim"))
        web_paragraph(view,
                      web_say(view, "U hebt beroepsgeheim: de melder ziet niet dat u dit doet.",
                              "You are bound to secrecy: the reporter does not see that you do."));
    form_begin(view, "/postvak/{}/aanvaarding");
    form_end(view, web_say(view, "Signaal aannemen", "Accept the signal"));
}

static void offer_first_contact(struct web_view *view, bool secrecy)
{
    const struct web_option options[] = {
        {"ja", web_say(view, "Ja, de bewoner weet ervan en vindt het goed",
                       "Yes, the resident knows and agrees")},
        {"nee", secrecy ? web_say(view, "Nee. Wis het signaal hier", "No. Erase the signal here")
                        : web_say(view, "Nee. Wis het signaal hier en waarschuw de melder",
                                  "No. Erase the signal here and warn the reporter")},
    };
    const struct web_input input = {
        .name = "bevestigd",
        .label = web_say(view, "Klopt het dat de bewoner toestemming gaf?",
                         "Did the resident really consent?"),
        .hint = web_say(view, "Vraag dit als u de bewoner voor het eerst spreekt.",
                        "Ask this when you first speak with the resident."),
        .required = true,
    };

    web_heading(view, 2, web_say(view, "Eerste contact", "First contact"));
    form_begin(view, "/postvak/{}/toestemming");
    form_radios(view, &input, options, 2);
    form_end_quiet(view, web_say(view, "Vastleggen", "Record"));
}

static void render(struct web_view *view)
{
    const json_t *row = view->parts[PART_SIGNAL];
    const json_t *contact = json_object_get(view->parts[PART_CONTACT], "contact");

    buffer_add_text(view->out, "<p class=\"utrecht-paragraph\">");
    web_link(view, "/postvak", web_say(view, "Terug naar het postvak", "Back to the inbox"));
    buffer_add_text(view->out, "</p>\n");
    if (web_text_at(row, "gewistOp")[0]) {
        web_message(view, WEB_NEUTRAL, web_text_at(row, "reden"));
        return;
    }
    show_signal(view, row);
    if (contact) /* whom to ring stands first: it is what the page is opened for */
        show_contact(view, contact);
    show_more(view, row);
    if (!web_flag_at(row, "geaccepteerd")) {
        offer_acceptance(view);
        return;
    }
    if (contact && web_flag_at(row, "opToestemming") && !web_text_at(row, "bevestigd")[0])
        offer_first_contact(view, web_flag_at(row, "beroepsgeheim"));
    show_history(view, row);
    signal_offer_answer(view, row);
    if (view->parts[PART_COVENANTS])
        signal_offer_transfer(view, row, view->parts[PART_COVENANTS]);
}
