/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/pages_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/canonical.h"

/* --- what was seen --- */

/* In the order in which they are offered: what goes well is seen least, and asked first. */
static const struct group {
    const char *word;
    struct web_text name;
} groups[] = {
    {"MEEDOEN", {"Wat goed gaat en meedoen", "What goes well, and joining in"}},
    {"OVERLAST", {"Overlast", "Nuisance"}},
    {"ZORG_OM_BEWONER", {"Zorg om een bewoner", "Worries about a resident"}},
    {"FINANCIEN", {"Geld", "Money"}},
    {"WONEN", {"Weer huren", "Renting again"}},
    {"RENOVATIE", {"Renovatie", "Renovation"}},
    {"GEBLOKKEERD", {"Mag nooit worden gedeeld", "May never be shared"}},
    {"ONDERZOEK", {"Onderzoek", "Research"}},
};

enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

const char *web_group_name(const struct web_view *view, const char *group)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (strcmp(groups[i].word, group) == 0)
            return web_text(view, groups[i].name);
    return group;
}

static size_t rank_of(const char *group)
{
    size_t i = 0;

    while (i < GROUP_COUNT && strcmp(groups[i].word, group) != 0)
        i++;
    return i;
}

static size_t add_group(const struct web_view *view, unsigned group, bool blocked,
                        struct web_option *out, size_t count)
{
    const struct code_lists *lists = view->lists;
    const size_t first = count;

    for (size_t i = 0; i < lists->signals_count; i++) {
        const struct signal_code *code = &lists->signals[i];
        if (code->group != group || (code->blocked && !blocked))
            continue;
        if (count == first)
            out[count++] =
                (struct web_option){NULL, web_group_name(view, signal_group_word(lists, group))};
        out[count++] = (struct web_option){code->code, code->name};
    }
    return count;
}

size_t web_signal_options(const struct web_view *view, bool blocked,
                          struct web_option out[static SIGNAL_OPTIONS_MAX])
{
    size_t count = 0;

    for (size_t rank = 0; rank <= GROUP_COUNT; rank++)
        for (unsigned group = 0; group < view->lists->groups_count; group++)
            if (rank_of(signal_group_word(view->lists, group)) == rank)
                count = add_group(view, group, blocked, out, count);
    return count;
}

/* --- which language: each in its own words --- */

static const struct web_option languages[LANGUAGE_OPTIONS] = {
    {"nl", "Nederlands"}, {"en", "English"}, {"ar", "العربية"},
    {"tr", "Türkçe"},     {"pl", "Polski"},  {"uk", "Українська"}};

const struct web_option *web_language_options(void)
{
    return languages;
}

const char *web_language_name(const char *code)
{
    for (size_t i = 0; i < LANGUAGE_OPTIONS; i++)
        if (strcmp(languages[i].value, code) == 0)
            return languages[i].label;
    return code;
}

/* --- who --- */

static bool is_there(const struct web_option *options, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(options[i].value, value) == 0)
            return true;
    return false;
}

size_t web_party_options(const struct web_view *view, const json_t *covenants,
                         struct web_option out[static PARTY_OPTIONS_MAX])
{
    size_t count = 0, i, j;
    const json_t *covenant, *party;

    json_array_foreach (json_object_get(covenants, "convenanten"), i, covenant) {
        if (!web_flag_at(covenant, "vanKracht"))
            continue;
        json_array_foreach (json_object_get(covenant, "partijen"), j, party) {
            const char *oin = web_text_at(party, "oin");
            if (count < PARTY_OPTIONS_MAX && strcmp(oin, view->self.text) != 0 &&
                !is_there(out, count, oin))
                out[count++] = (struct web_option){oin, web_text_at(party, "naam")};
        }
    }
    return count;
}

size_t web_covenant_options(const struct web_view *view, const json_t *covenants,
                            struct web_option out[static PARTY_OPTIONS_MAX])
{
    size_t count = 0, i;
    const json_t *covenant;

    (void)view;
    json_array_foreach (json_object_get(covenants, "convenanten"), i, covenant) {
        const char *id = web_text_at(covenant, "id");
        if (count < PARTY_OPTIONS_MAX && web_flag_at(covenant, "vanKracht") &&
            !is_there(out, count, id))
            out[count++] = (struct web_option){id, web_text_at(covenant, "titel")};
    }
    return count;
}

/* --- what travels --- */

static const struct {
    const char *word;
    struct web_text name;
} fields[] = {
    {"gebied", {"het complex", "the complex"}},
    {"contactmoment", {"bij welke gelegenheid u het zag", "at what occasion you saw it"}},
    {"waarneemweek", {"de week, niet de dag", "the week, not the day"}},
    {"pseudoniem", {"een code in plaats van naam en adres", "a code in place of name and address"}},
    {"bewijs", {"het bewijs dat de bewoner ja zei", "the proof that the resident said yes"}},
    {"hulpvraagBekend", {"of de bewoner om hulp vraagt", "whether the resident asks for help"}},
    {"contactenvelop",
     {"adres, naam en telefoon, in een dichte envelop", "address, name and telephone, sealed"}},
    {"bedragAchterstand", {"de hoogte van de achterstand", "the amount of the arrears"}},
    {"signaalDatum", {"de datum", "the date"}},
    {"onderzoekspseudoniem", {"een code voor het onderzoek", "a code for the study"}},
    {"golf", {"welke meting", "which wave"}},
    {"antwoordcodes", {"antwoorden in codes", "answers in codes"}},
    {"warmeOverdracht", {"dat u meegaat naar het eerste gesprek", "that you come along"}},
    {"bsn", {"burgerservicenummer", "citizen number"}},
    {"naamMelder", {"de naam van wie meldt", "the name of who reports"}},
    {"diagnose", {"een diagnose of ziekte", "a diagnosis or illness"}},
    {"strafrechtelijk", {"strafbare feiten", "criminal matters"}},
    {"vrijeTekst", {"een eigen tekst of toelichting", "a text of one's own"}},
    {"clientstatus", {"of iemand cliënt is bij de zorg", "whether somebody is a client of care"}},
    {"naamBuur", {"de naam van een buur", "the name of a neighbour"}},
};

const char *web_field_name(const struct web_view *view, const char *field)
{
    enum field known;

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].word, field) == 0)
            return web_text(view, fields[i].name);
    return field_parse(field, &known) ? field_name(known, view->language) : field;
}

/* --- parts of a page --- */

void web_details(struct web_view *view, const char *summary, bool open)
{
    buffer_add_text(view->out, open ? "<details open><summary>" : "<details><summary>");
    html_text(view->out, summary);
    buffer_add_text(view->out, "</summary>\n");
}

void web_details_end(struct web_view *view)
{
    buffer_add_text(view->out, "</details>\n");
}

void web_address_inputs(struct web_view *view, bool required)
{
    const struct web_input inputs[] = {
        {.name = "postcode",
         .label = web_say(view, "Postcode", "Postcode"),
         .most = 8,
         .width = 8,
         .required = required},
        {.name = "huisnummer",
         .label = web_say(view, "Huisnummer", "House number"),
         .most = 6,
         .width = 6,
         .required = required},
        {.name = "huisletter", .label = web_say(view, "Letter", "Letter"), .most = 2, .width = 3},
        {.name = "toevoeging",
         .label = web_say(view, "Toevoeging", "Addition"),
         .most = 8,
         .width = 6},
    };

    html_open(view->out, "div", "wp-row");
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++)
        form_input(view, &inputs[i]);
    html_close(view->out, "div");
}

const char *web_sentence(char out[static WEB_SENTENCE_BYTES], const char *format, const char *name)
{
    const char *mark = strstr(format, "%s");
    const int before = mark ? (int)(mark - format) : (int)strlen(format);

    snprintf(out, WEB_SENTENCE_BYTES, "%.*s%s%s", before, format, mark ? name : "",
             mark ? mark + 2 : "");
    return out;
}

/* --- what people type --- */

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static enum outcome wrong(struct fault *fault, const char *name)
{
    fault_at(fault, "%s", name);
    return OUTCOME_MALFORMED;
}

static enum outcome put(json_t *object, const char *name, const char *text)
{
    if (!text[0])
        json_object_del(object, name);
    else if (json_object_set_new(object, name, json_string(text)))
        return OUTCOME_OUT_OF_MEMORY;
    return OUTCOME_OK;
}

enum outcome web_shape_address(json_t *object, struct fault *fault)
{
    char postcode[POSTCODE_BYTES], number[HOUSE_NUMBER_BYTES], letter[HOUSE_LETTER_BYTES],
        addition[HOUSE_ADDITION_BYTES];
    const char *text;

    if ((text = text_of(object, "postcode"))) {
        if (canonical_postcode(text, postcode) != OUTCOME_OK)
            return wrong(fault, "postcode");
        TRY(put(object, "postcode", postcode));
    }
    if ((text = text_of(object, "huisnummer"))) {
        if (canonical_house_number(text, number) != OUTCOME_OK)
            return wrong(fault, "huisnummer");
        TRY(put(object, "huisnummer", number));
    }
    if ((text = text_of(object, "huisletter"))) {
        if (canonical_house_letter(text, letter) != OUTCOME_OK)
            return wrong(fault, "huisletter");
        TRY(put(object, "huisletter", letter));
    }
    if ((text = text_of(object, "toevoeging"))) {
        if (canonical_house_addition(text, addition) != OUTCOME_OK)
            return wrong(fault, "toevoeging");
        TRY(put(object, "toevoeging", addition));
    }
    return OUTCOME_OK;
}

enum outcome web_shape_nested_address(json_t *body, struct fault *fault)
{
    static const char *const names[] = {"postcode", "huisnummer", "huisletter", "toevoeging"};
    OWNED_JSON address = json_object();

    TRY(web_shape_address(body, fault));
    for (size_t i = 0; address && i < 4; i++) {
        json_t *value = json_object_get(body, names[i]);
        if (value && json_object_set(address, names[i], value))
            return OUTCOME_OUT_OF_MEMORY;
        json_object_del(body, names[i]);
    }
    return json_object_set(body, "adres", address) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

/* One or two digits, or four, and the mark behind them. */
static bool part_typed(const char **text, size_t most, int *out_number)
{
    const size_t length = strspn(*text, "0123456789");
    const bool fits = length > 0 && length <= most;

    *out_number = fits ? (int)strtol(*text, NULL, 10) : 0;
    *text += length;
    if (**text == '-' || **text == '/')
        (*text)++;
    return fits;
}

/* "2026-12-03" as a browser's calendar gives it, or "3-12-2026" as people write it. */
static bool day_typed(const char *text, struct day *out_day)
{
    struct date date;

    if (day_parse(text, out_day))
        return true;
    return part_typed(&text, 2, &date.day) && part_typed(&text, 2, &date.month) &&
           part_typed(&text, 4, &date.year) && text[0] == '\0' && date.year >= 1900 &&
           day_from_date(date, out_day);
}

enum outcome web_shape_day(json_t *object, const char *name, struct fault *fault)
{
    const char *text = text_of(object, name);
    char iso[DAY_TEXT_BYTES];
    struct day day;

    if (!text)
        return OUTCOME_OK;
    if (!day_typed(text, &day))
        return wrong(fault, name);
    day_print(day, iso);
    return put(object, name, iso);
}

/* "612,50", "1.234,50" or "612": two digits behind the comma, or no comma. */
static bool cents_typed(const char *text, int64_t *out_cents)
{
    int64_t cents = 0;
    size_t digits = 0, behind = 0;
    bool comma = false;

    for (; *text; text++) {
        if (*text == ',' && !comma && digits > 0) {
            comma = true;
        } else if (*text >= '0' && *text <= '9' && digits < 12 && behind < 2) {
            cents = cents * 10 + (*text - '0');
            digits++;
            behind += comma;
        } else if (*text != '.' || comma || digits == 0 || strspn(text + 1, "0123456789") != 3) {
            return false;
        }
    }
    if (digits == 0 || (comma && behind != 2))
        return false;
    *out_cents = comma ? cents : cents * 100;
    return true;
}

enum outcome web_shape_cents(json_t *object, const char *name, struct fault *fault)
{
    const char *text = text_of(object, name);
    int64_t cents;

    if (!text)
        return OUTCOME_OK;
    if (!cents_typed(text, &cents))
        return wrong(fault, name);
    return json_object_set_new(object, name, json_integer(cents)) ? OUTCOME_OUT_OF_MEMORY
                                                                  : OUTCOME_OK;
}
