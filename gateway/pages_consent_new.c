/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Leg toestemming vast: the resident sits there and is asked, for each purpose and each who may
 * know it. Nothing is ticked beforehand: a choice that was made for somebody is no choice.
 */
#include <stdio.h>
#include <string.h>

#include "covenant/basis_words.h"
#include "gateway/pages_consent.h"
#include "gateway/pages_list.h"

#define RECORD "/toestemming/nieuw/vastleggen"

/* clang-format off */
static const struct form_field fields[] = {
    WEB_ADDRESS_FIELDS,
    {"doelen",         FORM_LIST, NULL},
    {"ontvangers",     FORM_LIST, NULL},
    {"signaalgroepen", FORM_LIST, NULL},
    {"geldigVan",      FORM_TEXT, NULL},
    {"geldigTot",      FORM_TEXT, NULL},
    {"werkwijze",      FORM_TEXT, NULL},
    {"vervangt",       FORM_TEXT, NULL},
    {"convenant",      FORM_TEXT, NULL},
    {NULL, FORM_OWN, NULL},
};
/* clang-format on */

static const char *const lists[] = {"doelen", "ontvangers", "signaalgroepen", NULL};

static enum outcome wrong(struct fault *fault, const char *name)
{
    fault_at(fault, "%s", name);
    return OUTCOME_MALFORMED;
}

static enum outcome put(json_t *object, const char *name, const char *text)
{
    return json_object_set_new(object, name, json_string(text)) ? OUTCOME_OUT_OF_MEMORY
                                                                : OUTCOME_OK;
}

static enum outcome shape(const struct form *form, const char *parameter, json_t *body,
                          struct fault *fault)
{
    (void)parameter;
    if (!form_value(form, "postcode")[0] || !form_value(form, "huisnummer")[0])
        return wrong(fault, form_value(form, "postcode")[0] ? "huisnummer" : "postcode");
    for (size_t i = 0; lists[i]; i++)
        if (json_array_size(json_object_get(body, lists[i])) == 0)
            return wrong(fault, lists[i]);
    TRY(web_shape_nested_address(body, fault));
    TRY(web_shape_day(body, "geldigVan", fault));
    TRY(web_shape_day(body, "geldigTot", fault));
    TRY(put(body, "soort", basis_kind_word(BASIS_GRONDSLAG)));
    TRY(put(body, "basis", basis_ground_word(BASIS_GROUND_TOESTEMMING)));
    return put(body, "formulierVersie", "pagina-1");
}

/* --- the choices --- */

static const char *purpose_label(const struct web_view *view, enum purpose purpose)
{
    switch ((int)purpose) {
    case PURPOSE_TOELEIDING:
        return web_say(view, "Hulp vinden: de ander zoekt contact met mij",
                       "Finding help: the other makes contact with me");
    case PURPOSE_WAAKVLAM:
        return web_say(view, "Terugval: mijn begeleider komt dan terug",
                       "Relapse: my support worker comes back");
    case PURPOSE_WOONSTAP:
        return web_say(view, "Weer huren: afspraken over betalen, hulp en wonen",
                       "Renting again: agreements on paying, help and living");
    case PURPOSE_ONDERZOEK:
        return web_say(view, "Onderzoek: mijn antwoorden zonder mijn naam",
                       "Research: my answers without my name");
    default:
        return purpose_name(purpose, view->language);
    }
}

static void add_purpose(const struct web_view *view, const json_t *article, uint32_t *seen,
                        struct web_option *out, size_t *count)
{
    enum purpose purpose;

    if (strcmp(web_text_at(article, "wijze"), lane_word(LANE_CONSENT)) != 0 ||
        !web_flag_at(article, "vanKracht") ||
        !purpose_parse(web_text_at(article, "doel"), &purpose) || has_bit(*seen, purpose))
        return;
    *seen |= bit_of(purpose);
    out[(*count)++] = (struct web_option){purpose_word(purpose), purpose_label(view, purpose)};
}

/* Only what an article can take: a choice that means nothing is not offered. */
static size_t purposes_of(const struct web_view *view, struct web_option out[static PURPOSE_COUNT])
{
    const json_t *covenant, *article;
    uint32_t seen = 0;
    size_t count = 0, i, j;

    json_array_foreach (json_object_get(view->parts[CONSENT_COVENANTS], "convenanten"), i,
                        covenant) {
        json_array_foreach (json_object_get(covenant, "bepalingen"), j, article)
            add_purpose(view, article, &seen, out, &count);
    }
    return count;
}

static size_t groups_of(const struct web_view *view, struct web_option *out)
{
    size_t count = 0;

    for (unsigned group = 0; group < view->lists->groups_count; group++) {
        const char *word = signal_group_word(view->lists, group);
        if (strcmp(word, "GEBLOKKEERD") != 0)
            out[count++] = (struct web_option){word, web_group_name(view, word)};
    }
    out[count++] = (struct web_option){"ONDERZOEK", web_group_name(view, "ONDERZOEK")};
    return count;
}

static void ask_choices(struct web_view *view)
{
    struct web_option purposes[PURPOSE_COUNT], parties[PARTY_OPTIONS_MAX],
        groups[SIGNAL_GROUPS_MAX + 1];
    const struct web_input why = {.name = "doelen",
                                  .label = web_say(view, "Waarvoor mag het?", "What for?"),
                                  .required = true};
    const struct web_input who = {.name = "ontvangers",
                                  .label = web_say(view, "Wie mag het weten?", "Who may know?"),
                                  .required = true};
    const struct web_input what = {.name = "signaalgroepen",
                                   .label = web_say(view, "Waarover?", "About what?"),
                                   .required = true};

    form_boxes(view, &why, purposes, purposes_of(view, purposes));
    form_boxes(view, &who, parties,
               web_party_options(view, view->parts[CONSENT_COVENANTS], parties));
    form_boxes(view, &what, groups, groups_of(view, groups));
}

static void ask_when(struct web_view *view)
{
    static const enum basis_channel channels[] = {BASIS_CHANNEL_GESPREK, BASIS_CHANNEL_BALIE,
                                                  BASIS_CHANNEL_TELEFOON, BASIS_CHANNEL_FORMULIER};
    struct web_option ways[4];
    char today[DAY_TEXT_BYTES];
    const struct web_input from = {.name = "geldigVan",
                                   .label = web_say(view, "Op welke dag zei de bewoner ja?",
                                                    "On which day did the resident say yes?"),
                                   .type = "date",
                                   .value = today,
                                   .required = true};
    const struct web_input how = {
        .name = "werkwijze",
        .label = web_say(view, "Hoe zei de bewoner het?", "How did the resident say it?"),
        .value = "GESPREK",
        .required = true};
    const struct web_input until = {
        .name = "geldigTot",
        .label = web_say(view, "Tot en met welke dag?", "Up to which day?"),
        .hint = web_say(view, "Leeg is twaalf maanden.", "Empty is twelve months."),
        .type = "date"};

    day_print(view->today, today);
    for (size_t i = 0; i < 4; i++)
        ways[i] = (struct web_option){basis_channel_word(channels[i]),
                                      basis_channel_name(channels[i], view->language)};
    form_input(view, &from);
    form_select(view, &how, NULL, ways, 4);
    form_input(view, &until);
}

static void ask_more(struct web_view *view)
{
    struct web_option covenants[PARTY_OPTIONS_MAX];
    const size_t count = web_covenant_options(view, view->parts[CONSENT_COVENANTS], covenants);
    const struct web_input earlier = {
        .name = "vervangt",
        .label = web_say(view, "Nummer van de eerdere keuze", "Number of the earlier choice"),
        .hint = web_say(
            view, "Alleen als de bewoner een eerdere keuze verandert. Het staat op het afschrift.",
            "Only when the resident changes an earlier choice. It is on the slip."),
        .most = 36};
    const struct web_input which = {
        .name = "convenant",
        .label = web_say(view, "Onder welk convenant?", "Under which covenant?"),
        .required = true};

    form_input(view, &earlier);
    if (count > 1)
        form_select(view, &which, web_say(view, "Kies", "Choose"), covenants, count);
}

static void show_form(struct web_view *view)
{
    form_begin(view, RECORD);
    form_group(view, web_say(view, "Op welk adres woont de bewoner?",
                             "At which address does the resident live?"));
    web_address_inputs(view, true);
    form_group_end(view);
    ask_choices(view);
    ask_when(view);
    ask_more(view);
    form_end(view, web_say(view, "Leg vast", "Record"));
}

/* --- recorded --- */

static void show_recorded(struct web_view *view)
{
    if (web_flag_at(view->answer, "wachtOpTweede"))
        web_message(view, WEB_WARN,
                    web_say(view, "Vastgelegd. Het telt pas als een collega het bevestigt.",
                            "Recorded. It counts once a colleague confirms it."));
    else
        web_message(view, WEB_GOOD,
                    web_say(view, "Vastgelegd. Geef de bewoner het afschrift mee.",
                            "Recorded. Give the slip to the resident."));
    consent_show(view, view->answer);
    consent_offer_slip(view, view->answer);
    web_heading(view, 2, web_say(view, "Het afschrift", "The slip"));
    html_element(view->out, "pre", "wp-paper", web_text_at(view->answer, "afschrift.tekst"));
}

static void render(struct web_view *view)
{
    if (view->answer) {
        show_recorded(view);
        return;
    }
    web_paragraph(
        view,
        web_say(view, "Lees het voor aan de bewoner. Kruis alleen aan waar de bewoner ja op zegt.",
                "Read it out to the resident. Tick only what the resident says yes to."));
    show_form(view);
}

static const struct web_part parts[] = {
    [CONSENT_COVENANTS] = {.path = "/v1/convenanten", .query = "", .optional = true},
    {.path = NULL}};
static const struct web_form forms[] = {
    {.path = RECORD, .action = "/v1/gegeven-toestemmingen", .fields = fields, .shape = shape},
    {.path = NULL},
};

const struct web_page page_consent_new = {
    .path = "/toestemming/nieuw",
    .name = {"Leg toestemming vast", "Record consent"},
    .parts = parts,
    .forms = forms,
    .render = render,
};
