/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mag dit? May I tell this to them? Asked by anybody in the house, with a colleague of the other
 * organisation on the telephone. The answer comes first, then the article, then the smallest thing
 * that would help. Nothing about a person is asked, so nothing about a person is kept.
 */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_list.h"
#include "gateway/pages_words.h"

#define ASK "/mag-dit/antwoord"

/* clang-format off */
static const struct form_field fields[] = {
    {"naar",        FORM_TEXT, NULL},
    {"signaalcode", FORM_TEXT, NULL},
    {"wijze",       FORM_TEXT, NULL},
    {"bewijs",      FORM_FLAG, NULL},
    {"velden",      FORM_LIST, NULL},
    {"voorwaarden", FORM_LIST, NULL},
    {"doel",        FORM_TEXT, NULL},
    {"convenant",   FORM_TEXT, NULL},
    {NULL, FORM_OWN, NULL},
};
/* clang-format on */

/* "Met toestemming" is asked as: there is a proof of it. */
static enum outcome shape(const struct form *form, const char *parameter, json_t *body,
                          struct fault *fault)
{
    const bool consent = strcmp(form_value(form, "wijze"), lane_word(LANE_CONSENT)) == 0;

    (void)parameter;
    if (!form_value(form, "naar")[0] || !form_value(form, "wijze")[0]) {
        fault_at(fault, "%s", form_value(form, "naar")[0] ? "wijze" : "naar");
        return OUTCOME_MALFORMED;
    }
    return json_object_set_new(body, "bewijs", json_boolean(consent)) ? OUTCOME_OUT_OF_MEMORY
                                                                      : OUTCOME_OK;
}

/* --- the question --- */

/* The partners by name; then the kinds of whom people ask that are none. */
static size_t recipients(const struct web_view *view, struct web_option *out)
{
    static const enum party_kind others[] = {PARTY_POLITIE,      PARTY_HANDHAVING,
                                             PARTY_NETBEHEERDER, PARTY_ANDERE_VERHUURDER,
                                             PARTY_WELZIJN,      PARTY_HUURDERSORGANISATIE};
    size_t count = web_party_options(view, view->parts[0], out);

    if (count > PARTY_OPTIONS_MAX - sizeof others / sizeof others[0])
        return count;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        out[count++] = (struct web_option){party_kind_word(others[i]),
                                           party_kind_name(others[i], view->language)};
    return count;
}

static void ask_whom(struct web_view *view)
{
    struct web_option parties[PARTY_OPTIONS_MAX], signals[SIGNAL_OPTIONS_MAX];
    const struct web_input to = {
        .name = "naar",
        .label = web_say(view, "Aan wie wilt u het zeggen?", "Whom do you want to tell?"),
        .required = true};
    const struct web_input what = {
        .name = "signaalcode",
        .label = web_say(view, "Wat wilt u zeggen?", "What do you want to tell?"),
        .required = true};

    form_select(view, &to, web_say(view, "Kies", "Choose"), parties, recipients(view, parties));
    form_select(view, &what, web_say(view, "Kies", "Choose"), signals,
                web_signal_options(view, true, signals));
}

static void ask_lane(struct web_view *view)
{
    const struct web_option lanes[] = {
        {"TOESTEMMING", web_say(view, "Ja, de bewoner vindt het goed", "Yes, the resident agrees")},
        {"AGGREGAAT", web_say(view, "Nee: alleen een aantal, niet over een persoon",
                              "No: only a number, about nobody")},
        {"WET",
         web_say(view, "Nee, maar een wet schrijft het voor", "No, but a law prescribes it")}};
    const struct web_input lane = {
        .name = "wijze",
        .label = web_say(view, "Vindt de bewoner het goed?", "Does the resident agree?"),
        .required = true};

    form_radios(view, &lane, lanes, 3);
}

/* What a person would think of telling: what we make ourselves (code, proof) is none of it. */
static void ask_fields(struct web_view *view)
{
    struct web_option options[FIELD_COUNT];
    size_t count = 0;
    const struct web_input which = {
        .name = "velden",
        .label = web_say(view, "Wat wilt u erbij zeggen?", "What do you want to add?")};

    for (unsigned field = 0; field < FIELD_COUNT; field++)
        if (field != FIELD_TOKEN && field != FIELD_PROOF && field != FIELD_STUDY_TOKEN)
            options[count++] =
                (struct web_option){field_word(field), web_field_name(view, field_word(field))};
    web_details(view, web_say(view, "Wat u erbij wilt zeggen", "What you want to add"),
                form_value(view->form, "velden")[0] != '\0');
    form_boxes(view, &which, options, count);
    web_details_end(view);
}

static void ask_conditions(struct web_view *view)
{
    struct web_option options[CONDITION_COUNT];
    const struct web_input which = {
        .name = "voorwaarden",
        .label = web_say(view, "Wat is er al gedaan?", "What was done already?")};

    for (unsigned condition = 0; condition < CONDITION_COUNT; condition++)
        options[condition] = (struct web_option){condition_word(condition),
                                                 condition_name(condition, view->language)};
    web_details(
        view, web_say(view, "Alleen als een wet het voorschrijft", "Only when a law prescribes it"),
        form_value(view->form, "voorwaarden")[0] != '\0');
    form_boxes(view, &which, options, CONDITION_COUNT);
    web_details_end(view);
}

static void ask_more(struct web_view *view)
{
    struct web_option purposes[PURPOSE_COUNT], covenants[PARTY_OPTIONS_MAX];
    const size_t count = web_covenant_options(view, view->parts[0], covenants);
    size_t purpose_count = 0;
    const struct web_input why = {.name = "doel", .label = web_say(view, "Waarvoor?", "What for?")};
    const struct web_input which = {
        .name = "convenant",
        .label = web_say(view, "Onder welk convenant?", "Under which covenant?")};

    for (unsigned purpose = 1; purpose < PURPOSE_COUNT; purpose++)
        purposes[purpose_count++] =
            (struct web_option){purpose_word(purpose), purpose_name(purpose, view->language)};
    form_select(view, &why, web_say(view, "Maakt niet uit", "Any purpose"), purposes,
                purpose_count);
    if (count > 1)
        form_select(view, &which, web_say(view, "Kies", "Choose"), covenants, count);
}

/* --- the answer --- */

static void show_fields(struct web_view *view)
{
    const json_t *fields_allowed = json_object_get(view->answer, "velden");

    web_pair_open(view, web_say(view, "Wat mag mee", "What may go along"));
    if (json_array_size(fields_allowed) == 0)
        html_text(view->out, web_say(view, "alleen wat u zag", "only what you saw"));
    html_open(view->out, "ul", NULL);
    for (size_t i = 0; i < json_array_size(fields_allowed); i++)
        html_element(view->out, "li", NULL,
                     web_field_name(view, json_string_value(json_array_get(fields_allowed, i))));
    html_close(view->out, "ul");
    web_pair_close(view);
}

static void show_number(struct web_view *view, const char *what, const char *format,
                        const char *member)
{
    char line[WEB_SENTENCE_BYTES], number[24];
    const int64_t value = web_number_at(view->answer, member);

    if (value <= 0)
        return;
    snprintf(number, sizeof number, "%lld", (long long)value);
    web_pair(view, what, web_sentence(line, format, number));
}

static void show_allowed(struct web_view *view)
{
    enum purpose purpose = PURPOSE_NONE;

    purpose_parse(web_text_at(view->answer, "doel"), &purpose);
    web_message(view, WEB_GOOD, web_say(view, "Ja, dit mag.", "Yes, this is allowed."));
    web_list(view);
    show_number(view, web_say(view, "Bepaling", "Article"), "%s", "bepaling");
    web_pair(view, web_say(view, "Waarvoor", "What for"), purpose_name(purpose, view->language));
    show_fields(view);
    show_number(view, web_say(view, "Eerste antwoord", "First answer"),
                web_say(view, "binnen %s werkdagen", "within %s working days"),
                "termijnen.bevestigingWerkdagen");
    show_number(view, web_say(view, "Bewaren", "Kept"), web_say(view, "%s dagen", "%s days"),
                "bewaarDagen");
    web_list_end(view);
}

static void show_refused(struct web_view *view)
{
    web_message(view, WEB_LATE, web_say(view, "Nee, dit mag niet.", "No, this is not allowed."));
    web_list(view);
    web_pair(view, web_say(view, "Waarom niet", "Why not"), web_text_at(view->answer, "reden"));
    web_pair(view, web_say(view, "Wat zou helpen", "What would help"),
             web_text_at(view->answer, "oplossing"));
    show_number(view, web_say(view, "Bepaling die het dichtst bij komt", "Nearest article"), "%s",
                "bepaling");
    web_pair(view, web_say(view, "Regel", "Rule"), web_text_at(view->answer, "code"));
    web_list_end(view);
}

static void render(struct web_view *view)
{
    if (view->answer && web_flag_at(view->answer, "toegestaan"))
        show_allowed(view);
    else if (view->answer)
        show_refused(view);
    else
        web_paragraph(
            view,
            web_say(view, "Vraag of u iets mag zeggen. Noem geen namen: het gaat om de afspraak.",
                    "Ask whether you may tell something. Name nobody: it is about the agreement."));
    if (view->answer)
        web_heading(view, 2, web_say(view, "Nog een vraag", "Another question"));
    form_begin(view, ASK);
    ask_whom(view);
    ask_lane(view);
    ask_fields(view);
    ask_conditions(view);
    ask_more(view);
    form_end(view, web_say(view, "Mag dit?", "May I?"));
}

static const struct web_part parts[] = {{.path = "/v1/convenanten", .query = "", .optional = true},
                                        {.path = NULL}};
static const struct web_form forms[] = {
    {.path = ASK, .action = "/v1/toetsingen", .fields = fields, .shape = shape},
    {.path = NULL},
};

const struct web_page page_check = {
    .path = "/mag-dit",
    .name = {"Mag dit?", "May I?"},
    .in_menu = true,
    .parts = parts,
    .forms = forms,
    .render = render,
};
