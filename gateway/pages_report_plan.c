/* SPDX-License-Identifier: EUPL-1.2 */
/* What would become of a report, with the smallest thing that helps; and what became of it. */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_report.h"

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

static const char *typed(const struct web_view *view, const char *name)
{
    return form_value(view->form, name);
}

/* --- what will happen --- */

/* What the sentence of a file's column is on a page. */
static const struct remedy {
    const char *code;
    struct web_text text;
} remedies[] = {
    {"GEEN_TOESTEMMING",
     {"Vraag de bewoner of dit mag. Zegt de bewoner ja? Kies dat dan hieronder, met de dag.",
      "Ask the resident. Is the answer yes? Then choose that below, with the day."}},
    {"ONTVANGER_NIET_EENDUIDIG",
     {"Kies hieronder aan wie het mag.", "Choose below who may know it."}},
    {"GEEN_BEPALING",
     {"Kies een andere ontvanger. Of kies nee bij toestemming: dan telt uw melding alleen mee. "
      "Vindt u dat dit wel moet kunnen? Zeg het tegen uw convenantbeheerder.",
      "Choose another recipient. Or choose no for consent: then your report only counts. Should "
      "this be possible? Tell the manager of your covenant."}},
    {"ADRES_ONVOLLEDIG",
     {"Vul hieronder de postcode en het huisnummer in.", "Fill in postcode and house number."}},
    {"VOORWAARDE_ONTBREEKT",
     {"Doe eerst wat er tussen haakjes staat. Vul daarna de dag in bij Alleen bij huurachterstand.",
      "First do what stands between brackets. Then fill in the day under Only for rent arrears."}},
    {"HUURDER_ONBEKEND",
     {"Kies bij Alleen bij huurachterstand of deze bewoner de woning nu huurt.",
      "Choose under Only for rent arrears whether this resident is the tenant now."}},
    {"REGELING_ONBEKEND",
     {"Kies bij Alleen bij huurachterstand of er een betalingsregeling loopt.",
      "Choose under Only for rent arrears whether a payment plan is running."}},
    {"LEEFTIJD_ONBEKEND",
     {"Kies bij Alleen bij huurachterstand of de huurder 18 jaar of ouder is.",
      "Choose under Only for rent arrears whether the tenant is 18 or older."}},
    {"GEWIJZIGD", {"Gebruik een ander zaaknummer.", "Use another case number."}},
};

static const char *remedy_of(const struct web_view *view, const json_t *row)
{
    for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++)
        if (is(remedies[i].code, web_text_at(row, "code")))
            return web_text(view, remedies[i].text);
    return web_text_at(row, "oplossing");
}

static bool goes_out(const json_t *row)
{
    return strncmp(web_text_at(row, "uitkomst"), "VERZONDEN", 9) == 0;
}

static bool leaves(const json_t *row, const char *field)
{
    const json_t *fields_sent = json_object_get(row, "velden");

    for (size_t i = 0; i < json_array_size(fields_sent); i++) {
        const char *word = json_string_value(json_array_get(fields_sent, i));
        if (word && is(word, field))
            return true;
    }
    return false;
}

static void list_item(struct web_view *view, const char *text)
{
    html_element(view->out, "li", NULL, text);
}

static void show_leaving(struct web_view *view, const json_t *row)
{
    const json_t *sent = json_object_get(row, "velden");

    web_pair_open(view, web_say(view, "Wat gaat mee", "What goes along"));
    html_open(view->out, "ul", NULL);
    list_item(view, web_say(view, "wat u zag", "what you saw"));
    for (size_t i = 0; i < json_array_size(sent); i++)
        list_item(view, web_field_name(view, json_string_value(json_array_get(sent, i))));
    html_close(view->out, "ul");
    web_pair_close(view);
}

/* Typed, and left out: the article does not name it. */
static void show_staying(struct web_view *view, const json_t *row)
{
    static const struct {
        const char *input, *field;
    } inputs[] = {{"naam", "contactenvelop"},
                  {"contactmoment", "contactmoment"},
                  {"complex", "gebied"},
                  {"hulpvraagBekend", "hulpvraagBekend"},
                  {"warmeOverdracht", "warmeOverdracht"}};

    web_pair_open(view, web_say(view, "Wat blijft hier", "What stays here"));
    html_open(view->out, "ul", NULL);
    list_item(view, web_say(view, "uw naam", "your name"));
    if (!leaves(row, "signaalDatum"))
        list_item(view, web_say(view, "de precieze dag", "the exact day"));
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        if (typed(view, inputs[i].input)[0] && !leaves(row, inputs[i].field))
            list_item(view, web_field_name(view, inputs[i].field));
    }
    html_close(view->out, "ul");
    web_pair_close(view);
}

static void show_why(struct web_view *view, const json_t *row)
{
    char line[WEB_SENTENCE_BYTES], number[16];

    snprintf(number, sizeof number, "%d", (int)web_number_at(row, "bepaling"));
    if (is(web_text_at(row, "uitkomst"), "VERZONDEN_WET"))
        web_sentence(line,
                     web_say(view, "Bepaling %s: de wet schrijft dit voor.",
                             "Article %s: the law prescribes it."),
                     number);
    else
        web_sentence(line,
                     web_say(view, "Bepaling %s: de bewoner vindt het goed.",
                             "Article %s: the resident agrees."),
                     number);
    web_pair(view, web_say(view, "Waarom mag dit", "Why this is allowed"), line);
}

static void show_sending(struct web_view *view, const json_t *row)
{
    enum purpose purpose = PURPOSE_NONE;

    purpose_parse(web_text_at(row, "doel"), &purpose);
    web_list(view);
    web_pair(view, web_say(view, "Naar wie", "To whom"), web_text_at(row, "ontvangerNaam"));
    web_pair(view, web_say(view, "Waarvoor", "What for"), purpose_name(purpose, view->language));
    show_why(view, row);
    show_leaving(view, row);
    show_staying(view, row);
    if (web_text_at(row, "antwoordUiterlijk")[0]) {
        web_pair_open(view, web_say(view, "Eerste antwoord uiterlijk", "First answer by"));
        web_day(view, web_text_at(row, "antwoordUiterlijk"));
        web_pair_close(view);
    }
    web_list_end(view);
}

/* What was looked at, and nothing else: all that was typed goes along, hidden. */
static void show_button(struct web_view *view, const char *button)
{
    char key[REPORT_KEY_BYTES];

    form_begin(view, REPORT_SEND);
    for (size_t i = 0; view->form && i < view->form->count; i++)
        if (!is(view->form->values[i].field->name, "sleutel"))
            form_hidden(view, view->form->values[i].field->name, view->form->values[i].text);
    report_draw_key(key);
    form_hidden(view, "sleutel", key);
    form_end(view, button);
}

void report_refusal(struct web_view *view, const json_t *row)
{
    web_message(view, WEB_LATE,
                web_say(view, "Dit kan zo niet weg. Er is niets verstuurd.",
                        "This cannot leave like this. Nothing was sent."));
    web_list(view);
    web_pair(view, web_say(view, "Waarom niet", "Why not"), web_text_at(row, "reden"));
    web_pair(view, web_say(view, "Wat u kunt doen", "What you can do"), remedy_of(view, row));
    if (web_number_at(row, "bepaling")) {
        char number[16];
        snprintf(number, sizeof number, "%d", (int)web_number_at(row, "bepaling"));
        web_pair(view, web_say(view, "Bepaling", "Article"), number);
    }
    web_list_end(view);
}

static void show_counting(struct web_view *view)
{
    web_message(
        view, WEB_NEUTRAL,
        web_say(view,
                "Deze melding telt alleen mee. Er gaat niets over deze bewoner naar een ander.",
                "This report only counts. Nothing about this resident goes to anybody."));
    web_paragraph(
        view,
        web_say(view,
                "Wilt u dat een ander contact zoekt? Vraag de bewoner of dat mag. Pas daarna "
                "hieronder uw antwoord aan.",
                "Should somebody make contact? Ask the resident. Then change your answer below."));
}

void report_plan(struct web_view *view, const json_t *row)
{
    const char *outcome = web_text_at(row, "uitkomst");
    char button[WEB_SENTENCE_BYTES];

    if (web_text_at(row, "vervangt")[0])
        web_message(
            view, WEB_WARN,
            web_say(view,
                    "Met dit zaaknummer is al iets gemeld. Deze melding komt ervoor in de plaats.",
                    "Something was reported under this number. This takes its place."));
    if (goes_out(row)) {
        web_message(view, WEB_GOOD,
                    web_say(view, "Dit mag. Kijk na wat er gaat en verstuur het dan.",
                            "This is allowed. Look what goes, then send it."));
        show_sending(view, row);
        show_button(view, web_sentence(button, web_say(view, "Verstuur naar %s", "Send to %s"),
                                       web_text_at(row, "ontvangerNaam")));
    } else if (is(outcome, "GETELD")) {
        show_counting(view);
        show_button(view, web_say(view, "Tel deze melding mee", "Count this report"));
    } else if (is(outcome, "AL_BEKEND")) {
        web_message(view, WEB_NEUTRAL,
                    web_say(view, "Deze melding is al gedaan.", "This was reported already."));
    } else {
        report_refusal(view, row);
    }
    web_heading(view, 2, web_say(view, "Klopt het niet? Pas het aan.", "Not right? Change it."));
    report_form(view, web_say(view, "Bekijk opnieuw", "Look again"));
}

/* --- what happened --- */

static void show_slip_link(struct web_view *view)
{
    static const char *const address[] = {"postcode", "huisnummer", "huisletter", "toevoeging"};

    if (!is(typed(view, "akkoord"), "ja"))
        return;
    web_heading(view, 2, web_say(view, "Voor de bewoner", "For the resident"));
    web_paragraph(
        view,
        web_say(
            view,
            "De bewoner zei ja tegen u. Geef een afschrift mee: daarop staat wat er is afgesproken "
            "en hoe stoppen gaat.",
            "The resident said yes to you. Give a slip: it says what was agreed and how to stop."));
    form_begin_for(view, "/toestemming/zoeken/adres", "");
    for (size_t i = 0; i < sizeof address / sizeof address[0]; i++)
        if (typed(view, address[i])[0])
            form_hidden(view, address[i], typed(view, address[i]));
    form_end_quiet(view, web_say(view, "Toon het afschrift", "Show the slip"));
}

static void show_sent(struct web_view *view, const json_t *row)
{
    char line[WEB_SENTENCE_BYTES];

    web_message(view, WEB_GOOD,
                web_sentence(line, web_say(view, "Verstuurd naar %s.", "Sent to %s."),
                             web_text_at(row, "ontvangerNaam")));
    web_heading(view, 2, web_say(view, "Wat gebeurt er nu?", "What happens now?"));
    html_open(view->out, "ol", NULL);
    list_item(view, web_sentence(line,
                                 web_say(view, "%s krijgt uw melding in het postvak.",
                                         "%s gets your report."),
                                 web_text_at(row, "ontvangerNaam")));
    html_open(view->out, "li", NULL);
    html_text(view->out, web_say(view, "U krijgt een eerste antwoord, uiterlijk op ",
                                 "You get a first answer, by "));
    web_day(view, web_text_at(row, "antwoordUiterlijk"));
    html_text(view->out, ".");
    html_close(view->out, "li");
    list_item(view,
              web_say(view,
                      "Blijft het stil? Dan ziet u dat bij Mijn meldingen, en de regiehouder ook.",
                      "Silence? Then you see it at My reports, and so does the lead."));
    html_close(view->out, "ol");
    show_slip_link(view);
}

void report_done(struct web_view *view, const json_t *row)
{
    const char *outcome = web_text_at(row, "uitkomst");

    if (goes_out(row))
        show_sent(view, row);
    else if (is(outcome, "GETELD"))
        web_message(
            view, WEB_GOOD,
            web_say(view, "Deze melding telt mee. Er gaat niets over deze bewoner naar een ander.",
                    "This report counts. Nothing about this resident goes to anybody."));
    else
        web_message(view, WEB_NEUTRAL,
                    web_say(view, "Deze melding was al gedaan. Er is niets dubbel verstuurd.",
                            "This was reported already. Nothing was sent twice."));
    if (json_object_get(row, "attendering"))
        web_message(view, WEB_WARN, web_text_at(row, "attendering.advies"));
    html_open(view->out, "p", "wp-inline");
    web_button_link(view, "/melden", web_say(view, "Nog een melding", "Another report"));
    web_link(view, "/mijn-meldingen", web_say(view, "Mijn meldingen", "My reports"));
    html_close(view->out, "p");
}
