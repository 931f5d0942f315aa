/* SPDX-License-Identifier: EUPL-1.2 */
/* The forms under a received signal: what an answer needs beside its code is shown with that code.
 */
#include <stdio.h>
#include <string.h>

#include "covenant/feedback.h"
#include "covenant/words.h"
#include "gateway/pages_signal.h"

enum { PARTIES_MAX = 64 };

static size_t answer_options(const struct web_view *view, const json_t *row,
                             struct web_option out[static ANSWER_COUNT], bool out_extra[static 4])
{
    const json_t *codes = json_object_get(row, "toegestaan");
    size_t count = 0;
    enum answer code;

    for (size_t i = 0; i < json_array_size(codes) && count < ANSWER_COUNT; i++) {
        if (!answer_parse(json_string_value(json_array_get(codes, i)), &code))
            continue;
        out[count++] = (struct web_option){answer_word(code), answer_text(code, view->language)};
        out_extra[answer_extra_of(code)] = true;
    }
    return count;
}

/* Shown when one of its codes is chosen, where the browser knows :has(); else always. */
static void begin_extra(struct web_view *view, const char *kind)
{
    buffer_format(view->out, "<div class=\"wp-extra wp-extra--%s\">\n", kind);
}

static void end_extra(struct web_view *view)
{
    buffer_add_text(view->out, "</div>\n");
}

static void ask_next_step(struct web_view *view)
{
    struct web_option options[NEXT_STEP_COUNT];
    const struct web_input step = {
        .name = "vervolgstap",
        .label = web_say(view, "Wat is de volgende stap?", "What is the next step?"),
        .hint = web_say(view,
                        "Nodig bij \xe2\x80\x98geen hulpvraag nu\xe2\x80\x99 en \xe2\x80\x98"
                        "geen contact gekregen\xe2\x80\x99: zo blijft de bewoner in beeld.",
                        "Needed with \xe2\x80\x98no request for help now\xe2\x80\x99 and \xe2\x80"
                        "\x98no contact made\xe2\x80\x99: so that the resident is not lost sight "
                        "of."),
        .depends = true,
    };
    const struct web_input day = {
        .name = "vervolgdatum",
        .label = web_say(view, "Wachten tot", "Wait until"),
        .hint = web_say(view, "Alleen bij \xe2\x80\x98wachten\xe2\x80\x99.",
                        "Only with \xe2\x80\x98waiting\xe2\x80\x99."),
        .depends = true,
        .type = "date",
        .width = 16,
    };

    for (unsigned i = 0; i < NEXT_STEP_COUNT; i++)
        options[i] = (struct web_option){next_step_word((enum next_step)i),
                                         next_step_text((enum next_step)i, view->language)};
    begin_extra(view, "step");
    form_select(view, &step, web_say(view, "Kies een stap", "Choose a step"), options,
                NEXT_STEP_COUNT);
    begin_extra(view, "day");
    form_input(view, &day);
    end_extra(view);
    end_extra(view);
}

static void ask_partner_kind(struct web_view *view)
{
    struct web_option options[PARTY_KIND_COUNT];
    size_t count = 0;
    const struct web_input input = {
        .name = "organisatiesoort",
        .label = web_say(view, "Naar welk soort organisatie?", "To which kind of organisation?"),
        .hint = web_say(view,
                        "Nodig bij \xe2\x80\x98"
                        "doorverwezen\xe2\x80\x99.",
                        "Needed with \xe2\x80\x98referred\xe2\x80\x99."),
        .depends = true,
    };

    for (unsigned kind = 1; kind < PARTY_KIND_COUNT; kind++)
        if (!party_kind_counts_only((enum party_kind)kind))
            options[count++] =
                (struct web_option){party_kind_word((enum party_kind)kind),
                                    party_kind_name((enum party_kind)kind, view->language)};
    begin_extra(view, "kind");
    form_select(view, &input, web_say(view, "Kies een soort", "Choose a kind"), options, count);
    end_extra(view);
}

static void ask_earlier(struct web_view *view)
{
    const struct web_input input = {
        .name = "verwijstNaar",
        .label = web_say(view, "Nummer van het eerdere signaal", "Number of the earlier signal"),
        .hint = web_say(view,
                        "Nodig bij \xe2\x80\x98herhaalde melding\xe2\x80\x99. Het staat in het "
                        "adres van de pagina van dat signaal.",
                        "Needed with \xe2\x80\x98repeated report\xe2\x80\x99. It is in the address "
                        "of that signal\xe2\x80\x99s page."),
        .most = 36,
        .depends = true,
    };

    begin_extra(view, "earlier");
    form_input(view, &input);
    end_extra(view);
}

void signal_offer_answer(struct web_view *view, const json_t *row)
{
    struct web_option options[ANSWER_COUNT];
    bool extra[4] = {false};
    const size_t count = answer_options(view, row, options, extra);
    const struct web_input input = {
        .name = "code",
        .label = web_say(view, "Wat is er gebeurd?", "What happened?"),
        .required = true,
    };

    if (!count)
        return;
    web_heading(view, 2, web_say(view, "Antwoorden", "Answer"));
    if (web_flag_at(row, "beroepsgeheim"))
        web_message(
            view, WEB_NEUTRAL,
            web_say(view,
                    "U hebt beroepsgeheim. Wat u hier kiest, blijft bij u. De melder leest "
                    "alleen: ontvangen, en later: afgehandeld. Mag de melder meer weten van "
                    "de bewoner? Leg dat eerst vast bij Toestemming.",
                    "You are bound to secrecy. What you choose here stays with you. The "
                    "reporter only reads: received, and later: handled. Does the resident "
                    "let the reporter know more? Record that first, at Consent."));
    form_begin(view, "/postvak/{}/antwoord");
    form_radios(view, &input, options, count);
    if (extra[ANSWER_EXTRA_NEXT_STEP])
        ask_next_step(view);
    if (extra[ANSWER_EXTRA_PARTNER_KIND])
        ask_partner_kind(view);
    if (extra[ANSWER_EXTRA_REFERS_TO])
        ask_earlier(view);
    form_end(view, web_say(view, "Antwoord versturen", "Send the answer"));
}

/* --- passing on --- */

static const json_t *covenant_of(const json_t *covenants, const char *fingerprint)
{
    const json_t *rows = json_object_get(covenants, "convenanten");

    for (size_t i = 0; i < json_array_size(rows); i++)
        if (strcmp(web_text_at(json_array_get(rows, i), "vingerafdruk"), fingerprint) == 0)
            return json_array_get(rows, i);
    return NULL;
}

void signal_offer_transfer(struct web_view *view, const json_t *row, const json_t *covenants)
{
    const json_t *parties =
        json_object_get(covenant_of(covenants, web_text_at(row, "convenant")), "partijen");
    struct web_option options[PARTIES_MAX];
    size_t count = 0;
    const struct web_input input = {
        .name = "naar", .label = web_say(view, "Naar wie?", "To whom?"), .required = true};
    enum party_kind kind;

    for (size_t i = 0; i < json_array_size(parties) && count < PARTIES_MAX; i++) {
        const json_t *party = json_array_get(parties, i);
        const char *oin = web_text_at(party, "oin");
        if (strcmp(oin, view->self.text) != 0 && strcmp(oin, web_text_at(row, "van")) != 0 &&
            party_kind_parse(web_text_at(party, "soort"), &kind) && !party_kind_counts_only(kind))
            options[count++] = (struct web_option){oin, web_text_at(party, "naam")};
    }
    if (!count)
        return;
    web_heading(view, 2, web_say(view, "Doorzetten", "Pass on"));
    web_paragraph(view, web_say(view,
                                "Hoort dit bij een andere organisatie? Vraag de melder om het door "
                                "te zetten. Tot de ander het aanneemt, blijft het bij u.",
                                "Does this belong with another organisation? Ask the reporter to "
                                "pass it on. It stays with you until the other accepts it."));
    form_begin(view, "/postvak/{}/overdracht");
    form_select(view, &input, web_say(view, "Kies een organisatie", "Choose an organisation"),
                options, count);
    form_end_quiet(view, web_say(view, "Vragen om door te zetten", "Ask to pass it on"));
}
