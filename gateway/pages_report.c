/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Melden: one signal by the one who saw it, standing in a stairwell. He wants to be rid of it in a
 * minute and to know that nothing leaves that may not. So: what goes to whom is shown before it
 * goes, what does not go is said with the smallest thing that helps, and afterwards who answers by
 * which day. What leaves is what was shown: the button sends those values and no others.
 */
#include <stdio.h>
#include <string.h>

#include "covenant/basis_words.h"
#include "covenant/import_row.h"
#include "crypto/uuid.h"
#include "gateway/pages_list.h"
#include "gateway/pages_words.h"

#define LOOK "/melden/bekijken"
#define SEND "/melden/versturen"

enum { ROW_KEY_BYTES = 8 + UUID_TEXT_BYTES };

/* --- what is typed, and the row it becomes --- */

static const char own_key[] = "pagina-"; /* begins the numbers that we draw ourselves */

/* clang-format off */
static const struct form_field fields[] = {
    {"signaalcode",              FORM_OWN,  NULL},
    {"melddatum",                FORM_TEXT, NULL},
    WEB_ADDRESS_FIELDS,
    {"akkoord",                  FORM_OWN,  NULL}, /* ja, eerder, nee */
    {"toestemmingDatum",         FORM_TEXT, NULL},
    {"toestemmingWerkwijze",     FORM_TEXT, NULL},
    {"ontvanger",                FORM_TEXT, NULL},
    {"hulpvraagBekend",          FORM_TEXT, NULL},
    {"naam",                     FORM_TEXT, NULL},
    {"telefoon",                 FORM_TEXT, NULL},
    {"taal",                     FORM_TEXT, NULL},
    {"contactmoment",            FORM_TEXT, NULL},
    {"bedragAchterstand",        FORM_TEXT, NULL},
    {"contactpoging",            FORM_TEXT, NULL},
    {"gewezenOpHulp",            FORM_TEXT, NULL},
    {"schriftelijkeHerinnering", FORM_TEXT, NULL},
    {"bezwaar",                  FORM_TEXT, NULL},
    {"huidigeHuurder",           FORM_TEXT, NULL},
    {"regelingLoopt",            FORM_TEXT, NULL},
    {"meerderjarig",             FORM_TEXT, NULL},
    {"complex",                  FORM_TEXT, NULL},
    {"zaaknummer",               FORM_TEXT, "bronsleutel"},
    {"sleutel",                  FORM_OWN,  NULL}, /* in place of a number of his own */
    {"convenant",                FORM_OWN,  NULL},
    {NULL, FORM_OWN, NULL},
};
/* clang-format on */

static const char *const days[] = {"melddatum",     "toestemmingDatum",         "contactpoging",
                                   "gewezenOpHulp", "schriftelijkeHerinnering", NULL};
static const char *const of_arrears[] = {"bedragAchterstand",
                                         "contactpoging",
                                         "gewezenOpHulp",
                                         "schriftelijkeHerinnering",
                                         "bezwaar",
                                         "huidigeHuurder",
                                         "regelingLoopt",
                                         "meerderjarig",
                                         NULL};

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

static enum outcome wrong(struct fault *fault, const char *name)
{
    fault_at(fault, "%s", name);
    return OUTCOME_MALFORMED;
}

static enum outcome put(json_t *object, const char *name, json_t *taken_value)
{
    return json_object_set_new(object, name, taken_value) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

static void draw_key(char out[static ROW_KEY_BYTES])
{
    char id[UUID_TEXT_BYTES];

    uuid_print(uuid_v4(), id);
    snprintf(out, ROW_KEY_BYTES, "%s%s", own_key, id);
}

/* The number that was drawn when the plan was shown makes a second press on the button harmless:
 * the row is known. */
static enum outcome shape_key(const struct form *form, json_t *row)
{
    const char *drawn = form_value(form, "sleutel");
    char key[ROW_KEY_BYTES];

    if (json_object_get(row, "bronsleutel"))
        return OUTCOME_OK;
    draw_key(key);
    return put(row, "bronsleutel",
               json_string(strncmp(drawn, own_key, sizeof own_key - 1) == 0 ? drawn : key));
}

/* "eerder" leaves it out: then what a desk recorded counts, and nothing else. */
static enum outcome shape_consent(const struct form *form, json_t *row, struct fault *fault)
{
    const char *agreed = form_value(form, "akkoord");

    if (!is(agreed, "ja") && !is(agreed, "nee") && !is(agreed, "eerder"))
        return wrong(fault, "akkoord");
    if (is(agreed, "ja") && !json_object_get(row, "toestemmingDatum"))
        return wrong(fault, "toestemmingDatum");
    if (!is(agreed, "ja")) {
        json_object_del(row, "toestemmingDatum");
        json_object_del(row, "toestemmingWerkwijze");
    }
    return is(agreed, "eerder") ? OUTCOME_OK : put(row, "toestemming", json_string(agreed));
}

static enum outcome shape_row(const struct form *form, json_t *row, struct fault *fault)
{
    const char *code = form_value(form, "signaalcode");

    if (!code[0])
        return wrong(fault, "signaalcode");
    if (!json_object_get(row, "melddatum"))
        return wrong(fault, "melddatum");
    for (size_t i = 0; days[i]; i++)
        TRY(web_shape_day(row, days[i], fault));
    TRY(web_shape_address(row, fault));
    TRY(web_shape_cents(row, "bedragAchterstand", fault));
    if (!is(code, "FIN.HUURACHTERSTAND")) /* nothing of another kind comes along unseen */
        for (size_t i = 0; of_arrears[i]; i++)
            if (!is(of_arrears[i], "bezwaar"))
                json_object_del(row, of_arrears[i]);
    TRY(shape_consent(form, row, fault));
    TRY(shape_key(form, row));
    TRY(put(row, "rij", json_integer(1)));
    TRY(put(row, "geblokkeerd", json_false()));
    return put(row, "signaalcodes", json_pack("[s]", code));
}

static enum outcome shape(const struct form *form, json_t *body, bool trial, struct fault *fault)
{
    OWNED_JSON row = json_copy(body);
    const char *covenant = form_value(form, "convenant");

    if (!row)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(shape_row(form, row, fault));
    json_object_clear(body);
    TRY(put(body, "adapter", json_string("pagina")));
    TRY(put(body, "proef", json_boolean(trial)));
    if (covenant[0])
        TRY(put(body, "convenant", json_string(covenant)));
    return put(body, "rijen", json_pack("[O]", row));
}

static enum outcome shape_look(const struct form *form, const char *parameter, json_t *body,
                               struct fault *fault)
{
    (void)parameter;
    return shape(form, body, true, fault);
}

static enum outcome shape_send(const struct form *form, const char *parameter, json_t *body,
                               struct fault *fault)
{
    (void)parameter;
    return shape(form, body, false, fault);
}

/* --- the form --- */

static const char *typed(const struct web_view *view, const char *name)
{
    return form_value(view->form, name);
}

static bool any_typed(const struct web_view *view, const char *const *names)
{
    for (; *names; names++)
        if (typed(view, *names)[0])
            return true;
    return false;
}

static void ask_what(struct web_view *view)
{
    struct web_option options[SIGNAL_OPTIONS_MAX];
    char today[DAY_TEXT_BYTES];
    const struct web_input what = {.name = "signaalcode",
                                   .label = web_say(view, "Wat zag u?", "What did you see?"),
                                   .required = true};
    const struct web_input when = {.name = "melddatum",
                                   .label = web_say(view, "Op welke dag?", "On which day?"),
                                   .type = "date",
                                   .value = today,
                                   .required = true};

    day_print(view->today, today);
    form_select(view, &what, web_say(view, "Kies wat u zag", "Choose what you saw"), options,
                web_signal_options(view, false, options));
    form_input(view, &when);
    form_group(view, web_say(view, "Op welk adres?", "At which address?"));
    web_address_inputs(view, false);
    form_group_end(view);
}

static void ask_consent(struct web_view *view)
{
    const struct web_option answers[] = {
        {"ja", web_say(view, "Ja, de bewoner zei het tegen mij", "Yes, the resident told me so")},
        {"eerder", web_say(view, "Ja, dat is al vastgelegd: de bewoner heeft een afschrift",
                           "Yes, that was recorded: the resident has a slip")},
        {"nee", web_say(view, "Nee, of ik heb het niet gevraagd", "No, or I did not ask")}};
    const struct web_input agreed = {
        .name = "akkoord",
        .label = web_say(view, "Mag de ander dit weten van de bewoner?",
                         "Does the resident agree that the other may know?"),
        .hint =
            web_say(view, "Bij nee telt uw melding alleen mee. Er gaat dan niets naar een ander.",
                    "With no, your report only counts. Nothing goes to anybody."),
        .required = true};

    form_radios(view, &agreed, answers, 3);
}

static void ask_how(struct web_view *view)
{
    static const enum basis_channel channels[] = {BASIS_CHANNEL_GESPREK, BASIS_CHANNEL_TELEFOON,
                                                  BASIS_CHANNEL_FORMULIER, BASIS_CHANNEL_BALIE};
    struct web_option ways[4];
    char today[DAY_TEXT_BYTES];
    const struct web_input when = {.name = "toestemmingDatum",
                                   .label = web_say(view, "Op welke dag zei de bewoner ja?",
                                                    "On which day did the resident say yes?"),
                                   .type = "date",
                                   .value = today};
    const struct web_input how = {
        .name = "toestemmingWerkwijze", .label = web_say(view, "Hoe?", "How?"), .value = "GESPREK"};

    day_print(view->today, today);
    for (size_t i = 0; i < 4; i++)
        ways[i] = (struct web_option){basis_channel_word(channels[i]),
                                      basis_channel_name(channels[i], view->language)};
    form_group(view,
               web_say(view, "Zei de bewoner ja tegen u?", "Did the resident say yes to you?"));
    form_input(view, &when);
    form_select(view, &how, NULL, ways, 4);
    form_group_end(view);
}

static void ask_to(struct web_view *view)
{
    struct web_option parties[PARTY_OPTIONS_MAX];
    const struct web_input to = {
        .name = "ontvanger",
        .label = web_say(view, "Aan wie?", "To whom?"),
        .hint = web_say(view, "Weet u het niet? Laat dit staan. Er is vaak maar een mogelijk.",
                        "Not sure? Leave this. Often there is only one.")};

    form_select(view, &to, web_say(view, "Volgens de afspraken", "As agreed"), parties,
                web_party_options(view, view->parts[0], parties));
}

static void ask_help(struct web_view *view)
{
    const struct web_option answers[] = {
        {"ja", web_say(view, "Ja", "Yes")},
        {"nee", web_say(view, "Nee", "No")},
        {"onbekend", web_say(view, "Weet ik niet", "I do not know")}};
    const struct web_input help = {.name = "hulpvraagBekend",
                                   .label = web_say(view, "Vraagt de bewoner zelf om hulp?",
                                                    "Does the resident ask for help?"),
                                   .value = "onbekend"};

    form_radios(view, &help, answers, 3);
}

static void ask_contact(struct web_view *view)
{
    const struct web_input inputs[] = {
        {.name = "naam",
         .label = web_say(view, "Naam van de bewoner", "Name of the resident"),
         .most = 100},
        {.name = "telefoon",
         .label = web_say(view, "Telefoon", "Telephone"),
         .type = "tel",
         .most = 24,
         .width = 14},
    };
    const struct web_option languages[] = {{"nl", "Nederlands"}, {"en", "English"},
                                           {"ar", "العربية"},    {"tr", "Türkçe"},
                                           {"pl", "Polski"},     {"uk", "Українська"}};
    const struct web_input language = {
        .name = "taal",
        .label = web_say(view, "Taal die de bewoner spreekt", "Language of the resident")};

    form_group(view, web_say(view, "Hoe bereikt de ander de bewoner?",
                             "How can the other reach the resident?"));
    web_paragraph(
        view,
        web_say(
            view,
            "Dit gaat in een dichte envelop. Die gaat pas open als de ander uw melding aanneemt.",
            "This goes in a sealed envelope. It opens when the other accepts your report."));
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++)
        form_input(view, &inputs[i]);
    form_select(view, &language, web_say(view, "Niet bekend", "Not known"), languages,
                sizeof languages / sizeof languages[0]);
    form_group_end(view);
}

#define MOMENT_WORD(word, nl, en) #word,
static const char *const moments[] = {CONTACT_MOMENTS(MOMENT_WORD)};
#undef MOMENT_WORD
enum { MOMENT_COUNT = sizeof moments / sizeof moments[0] };

static void ask_moment(struct web_view *view)
{
    struct web_option options[MOMENT_COUNT];
    const struct web_input moment = {
        .name = "contactmoment",
        .label = web_say(view, "Wanneer kwam u er achter?", "How did you come across it?")};

    for (size_t i = 0; i < MOMENT_COUNT; i++)
        options[i] =
            (struct web_option){moments[i], contact_moment_name(moments[i], view->language)};
    form_select(view, &moment, web_say(view, "Niet gezegd", "Not said"), options, MOMENT_COUNT);
}

/* The four conditions of the decree, and about whom it may be. */
static void ask_arrears(struct web_view *view)
{
    const struct web_option yes_no[] = {{"ja", web_say(view, "Ja", "Yes")},
                                        {"nee", web_say(view, "Nee", "No")}};
    const struct web_input inputs[] = {
        {.name = "bedragAchterstand",
         .label =
             web_say(view, "Hoogte van de achterstand in euro", "Amount of the arrears in euro"),
         .hint = web_say(view, "Bijvoorbeeld 612,50", "For instance 612,50"),
         .most = 12,
         .width = 10},
        {.name = "contactpoging",
         .label =
             web_say(view, "Wanneer zocht u zelf contact?", "When did you seek contact yourself?"),
         .type = "date"},
        {.name = "gewezenOpHulp",
         .label = web_say(view, "Wanneer wees u op hulp bij schulden?",
                          "When did you point to help with debts?"),
         .type = "date"},
        {.name = "schriftelijkeHerinnering",
         .label = web_say(view, "Wanneer stuurde u een brief als herinnering?",
                          "When did you send a letter as a reminder?"),
         .type = "date"},
    };
    const struct web_input choices[] = {
        {.name = "bezwaar",
         .label = web_say(view, "Heeft de bewoner bezwaar gemaakt?", "Did the resident object?")},
        {.name = "huidigeHuurder",
         .label =
             web_say(view, "Huurt deze bewoner de woning nu?", "Is this resident the tenant now?")},
        {.name = "regelingLoopt",
         .label = web_say(view, "Loopt er een betalingsregeling?", "Is a payment plan running?")},
        {.name = "meerderjarig",
         .label = web_say(view, "Is de huurder 18 jaar of ouder?", "Is the tenant 18 or older?")},
    };

    web_details(view, web_say(view, "Alleen bij huurachterstand", "Only for rent arrears"),
                any_typed(view, of_arrears));
    web_paragraph(
        view,
        web_say(
            view,
            "Een huurachterstand gaat naar de gemeente als u dit alles deed. De wet vraagt dat.",
            "Rent arrears go to the municipality when you did all of this. The law asks it."));
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++)
        form_input(view, &inputs[i]);
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
        form_radios(view, &choices[i], yes_no, 2);
    web_details_end(view);
}

static void ask_more(struct web_view *view)
{
    static const char *const names[] = {"zaaknummer", "complex", "contactmoment", NULL};
    struct web_option covenants[PARTY_OPTIONS_MAX];
    const size_t count = web_covenant_options(view, view->parts[0], covenants);
    const struct web_input inputs[] = {
        {.name = "zaaknummer",
         .label = web_say(view, "Uw eigen zaaknummer", "Your own case number"),
         .hint = web_say(view, "Daaraan herkent u de melding later.",
                         "By which you know the report later."),
         .most = 64,
         .width = 20},
        {.name = "complex", .label = web_say(view, "Complex", "Complex"), .most = 32, .width = 14},
    };
    const struct web_input which = {
        .name = "convenant",
        .label = web_say(view, "Onder welk convenant?", "Under which covenant?")};

    web_details(view, web_say(view, "Meer", "More"), any_typed(view, names));
    ask_moment(view);
    for (size_t i = 0; i < 2; i++)
        form_input(view, &inputs[i]);
    if (count > 1)
        form_select(view, &which, web_say(view, "Kies", "Choose"), covenants, count);
    web_details_end(view);
}

static void show_form(struct web_view *view, const char *button)
{
    form_begin(view, LOOK);
    ask_what(view);
    ask_consent(view);
    ask_how(view);
    ask_help(view);
    ask_contact(view);
    ask_to(view);
    ask_arrears(view);
    ask_more(view);
    form_end(view, button);
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
                  {"hulpvraagBekend", "hulpvraagBekend"}};

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
    char key[ROW_KEY_BYTES];

    form_begin(view, SEND);
    for (size_t i = 0; view->form && i < view->form->count; i++)
        if (!is(view->form->values[i].field->name, "sleutel"))
            form_hidden(view, view->form->values[i].field->name, view->form->values[i].text);
    draw_key(key);
    form_hidden(view, "sleutel", key);
    form_end(view, button);
}

static void show_refusal(struct web_view *view, const json_t *row)
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

static void show_plan(struct web_view *view, const json_t *row)
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
        show_refusal(view, row);
    }
    web_heading(view, 2, web_say(view, "Klopt het niet? Pas het aan.", "Not right? Change it."));
    show_form(view, web_say(view, "Bekijk opnieuw", "Look again"));
}

/* --- what happened --- */

static void show_slip_link(struct web_view *view)
{
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
    web_link(view, "/toestemming/zoeken",
             web_say(view, "Zoek het afschrift op bij het adres", "Find the slip by the address"));
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

static void show_done(struct web_view *view, const json_t *row)
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
    html_open(view->out, "p", "actions");
    web_button_link(view, "/melden", web_say(view, "Nog een melding", "Another report"));
    web_link(view, "/mijn-meldingen", web_say(view, "Mijn meldingen", "My reports"));
    html_close(view->out, "p");
}

static void render(struct web_view *view)
{
    const json_t *row = json_array_get(json_object_get(view->answer, "rijen"), 0);

    if (row && web_flag_at(view->answer, "proef")) {
        show_plan(view, row);
    } else if (row && is(web_text_at(row, "uitkomst"), "GEWEIGERD")) {
        show_refusal(view, row);
        show_form(view, web_say(view, "Bekijk opnieuw", "Look again"));
    } else if (row) {
        show_done(view, row);
    } else {
        web_paragraph(
            view,
            web_say(view, "Vul in wat u zag. U ziet eerst wat er gebeurt. Daarna verstuurt u pas.",
                    "Fill in what you saw. First you see what happens. Only then you send."));
        show_form(view, web_say(view, "Bekijk wat er gebeurt", "See what happens"));
    }
}

static const struct web_part parts[] = {{"/v1/convenanten", "aantal=100", true},
                                        {NULL, NULL, false}};
static const struct web_form forms[] = {
    {LOOK, "/v1/invoer", fields, shape_look, NULL, NULL, {NULL, NULL}},
    {SEND, "/v1/invoer", fields, shape_send, NULL, NULL, {NULL, NULL}},
    {NULL, NULL, NULL, NULL, NULL, NULL, {NULL, NULL}},
};

const struct web_page page_report = {
    .path = "/melden",
    .name = {"Melden", "Report"},
    .in_menu = true,
    .parts = parts,
    .forms = forms,
    .render = render,
};
