/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The form of Melden: what, where, does the resident agree; the rest may stay empty. Four fields
 * and two buttons are a report.
 */
#include <string.h>

#include "covenant/basis_words.h"
#include "covenant/contact.h"
#include "covenant/import_row.h"
#include "gateway/pages_report.h"

static bool any_typed(const struct web_view *view, const char *const *names)
{
    for (; *names; names++)
        if (form_value(view->form, *names)[0])
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
    web_address_inputs(view, true);
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
        .label = web_say(view, "Vindt de bewoner het goed dat u dit meldt?",
                         "Does the resident agree that you report this?"),
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
                                   .value = today,
                                   .required = true};
    const struct web_input how = {.name = "toestemmingWerkwijze",
                                  .label = web_say(view, "Hoe?", "How?"),
                                  .value = "GESPREK",
                                  .required = true};

    day_print(view->today, today);
    for (size_t i = 0; i < 4; i++)
        ways[i] = (struct web_option){basis_channel_word(channels[i]),
                                      basis_channel_name(channels[i], view->language)};
    form_group(view,
               web_say(view, "Als de bewoner ja zei tegen u", "If the resident said yes to you"));
    html_open(view->out, "div", "wp-row");
    form_input(view, &when);
    form_select(view, &how, NULL, ways, 4);
    html_close(view->out, "div");
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
                                   .value = "onbekend",
                                   .required = true};

    form_radios(view, &help, answers, 3);
}

static void ask_contact(struct web_view *view)
{
    const struct web_input inputs[] = {
        {.name = "naam",
         .label = web_say(view, "Naam van de bewoner", "Name of the resident"),
         .most = CONTACT_NAME_MAX_BYTES},
        {.name = "telefoon",
         .label = web_say(view, "Telefoon", "Telephone"),
         .type = "tel",
         .most = CONTACT_PHONE_MAX_BYTES,
         .width = 14},
    };
    const struct web_input language = {
        .name = "taal",
        .label = web_say(view, "Taal die de bewoner spreekt", "Language of the resident")};
    const struct web_input along = {
        .name = "warmeOverdracht",
        .label = web_say(view, "Ik ga mee naar het eerste gesprek, als de bewoner dat wil",
                         "I come along to the first talk, if the resident wants")};

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
    form_select(view, &language, web_say(view, "Niet bekend", "Not known"), web_language_options(),
                LANGUAGE_OPTIONS);
    form_box(view, &along);
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
                any_typed(view, report_of_arrears));
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

void report_form(struct web_view *view, const char *button)
{
    form_begin(view, REPORT_LOOK);
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
