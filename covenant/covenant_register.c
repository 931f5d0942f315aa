/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/covenant_register.h"

#include <stdio.h>
#include <string.h>

#include "covenant/article_text.h"
#include "covenant/signpost.h"

enum register_column {
    REGISTER_ACTIVITY,
    REGISTER_CONTROLLERS,
    REGISTER_CONTACT,
    REGISTER_FG,
    REGISTER_PURPOSE,
    REGISTER_BASIS,
    REGISTER_PERSONS,
    REGISTER_DATA,
    REGISTER_RECIPIENTS,
    REGISTER_TRANSFERS,
    REGISTER_ERASURE,
    REGISTER_SECURITY,
};

static const char *const register_headings[REGISTER_COLUMNS][LANGUAGE_COUNT] = {
    {"Verwerking", "Processing"},
    {"Verwerkingsverantwoordelijken", "Controllers"},
    {"Contactgegevens", "Contact"},
    {"Contact FG", "Contact of the DPO"},
    {"Doel", "Purpose"},
    {"Grondslag", "Basis"},
    {"Categorieën betrokkenen", "Categories of persons"},
    {"Categorieën gegevens", "Categories of data"},
    {"Ontvangers", "Recipients"},
    {"Doorgifte buiten de EER", "Transfers outside the EEA"},
    {"Bewaartermijnen", "Erasure terms"},
    {"Beveiliging", "Security"},
};

static const char *const flow_headings[FLOW_COLUMNS][LANGUAGE_COUNT] = {
    {"Bepaling", "Article"}, {"Van", "From"}, {"Naar", "To"},         {"Doel", "Purpose"},
    {"Wat", "What"},         {"Hoe", "How"},  {"Grondslag", "Basis"}, {"Bewaren", "Kept"},
};

/* clang-format off */
#define TEXTS(X)                                                                                \
    X(RESIDENTS,  "bewoners van ",            "residents of ")                                  \
    X(STAFF,      "; medewerkers van de partijen (organisatie en rol, geen naam)",              \
                  "; staff of the parties (organisation and role, no name)")                    \
    X(ONLY_SUMS,  "alleen aantallen, niet te herleiden tot een persoon",                        \
                  "counts only, not traceable to a person")                                     \
    X(HEALTH,     "; mogelijk gegevens over gezondheid (AVG art. 9): ",                         \
                  "; possibly data about health (GDPR art. 9): ")                               \
    X(NO_TRANSFER, "het convenant voorziet er niet in; vul aan als uw organisatie gegevens buiten de EER verwerkt",                           \
                  "the covenant does not provide for it; add it when your organisation processes data outside the EEA")                              \
    X(ARTICLE,    "bepaling %d: ",            "article %d: ")                                   \
    X(KEPT,       "%d dagen na ontvangst",    "%d days after receipt")                          \
    X(NOT_KEPT,   "niets persoonlijks bewaard", "nothing personal is kept")                     \
    X(SECURITY,   "ondertekend en verzegeld per ontvanger over wederzijdse TLS 1.3; pseudoniem per ontvanger, doel en halfjaar; opgeslagen onder een sleutel per record; rechten per rol; elke handeling in een logboek dat niet ongemerkt te wijzigen is", \
                  "signed and sealed per recipient over mutual TLS 1.3; a token per recipient, purpose and half-year; stored under a key per record; rights per role; each act in a log that cannot be changed unnoticed") \
    X(SHARED_KEY, "; let op: de sleutel van de pseudoniemen is gedeeld, zodat elke partij ze kan herleiden", \
                  "; note: the key of the tokens is shared, so that each party can trace them back")
/* clang-format on */
#define TEXT_ENUM(key, nl, en) TEXT_##key,
enum text { TEXTS(TEXT_ENUM) TEXT_COUNT };
#undef TEXT_ENUM
#define TEXT_ROW(key, nl, en) [TEXT_##key] = {nl, en},
static const char *const texts[TEXT_COUNT][LANGUAGE_COUNT] = {TEXTS(TEXT_ROW)};

const char *register_heading(size_t column, enum language language)
{
    return column < REGISTER_COLUMNS ? register_headings[column][language] : "";
}

const char *flow_heading(size_t column, enum language language)
{
    return column < FLOW_COLUMNS ? flow_headings[column][language] : "";
}

/* --- over the articles of one purpose --- */

struct scope {
    const struct covenant *covenant;
    enum purpose purpose;
    enum language language;
};

static bool is_in(const struct scope *scope, const struct article *article)
{
    return article->purpose == scope->purpose;
}

static bool sends_or_receives(const struct scope *scope, const struct party *party, bool sends)
{
    for (size_t i = 0; i < scope->covenant->articles_count; i++) {
        const struct article *article = &scope->covenant->articles[i];
        if (!is_in(scope, article))
            continue;
        if (sends && article_has_sender(article, party))
            return true;
        if (!sends && article_has_recipient(scope->covenant, article, party))
            return true;
    }
    return false;
}

static void add_party(struct buffer *out, const struct party *party)
{
    add_separated(out, "; ", party->name);
    buffer_format(out, " (OIN %s)", party->oin.text);
}

/* Who sends decides on its own data, who receives on what it got: both are controllers. */
static void add_controllers(struct buffer *out, const struct scope *scope)
{
    for (size_t i = 0; i < scope->covenant->parties_count; i++) {
        const struct party *party = &scope->covenant->parties[i];
        if (sends_or_receives(scope, party, true) || sends_or_receives(scope, party, false))
            add_party(out, party);
    }
}

static void add_recipients(struct buffer *out, const struct scope *scope)
{
    for (size_t i = 0; i < scope->covenant->parties_count; i++) {
        if (sends_or_receives(scope, &scope->covenant->parties[i], false))
            add_party(out, &scope->covenant->parties[i]);
    }
}

/* The formats stand in the table above, with one number each. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void add_article_number(struct buffer *out, const struct article *article,
                               enum language language)
{
    add_separated(out, "; ", "");
    buffer_format(out, texts[TEXT_ARTICLE][language], article->number);
}

static void add_term(struct buffer *out, const struct article *article, enum language language)
{
    if (article->retention_days)
        buffer_format(out, texts[TEXT_KEPT][language], article->retention_days);
    else
        buffer_add_text(out, texts[TEXT_NOT_KEPT][language]);
}
#pragma GCC diagnostic pop

static void add_bases(struct buffer *out, const struct scope *scope)
{
    for (size_t i = 0; i < scope->covenant->articles_count; i++) {
        const struct article *article = &scope->covenant->articles[i];
        if (!is_in(scope, article))
            continue;
        add_article_number(out, article, scope->language);
        article_basis_text(out, article, scope->language);
    }
}

static void add_terms(struct buffer *out, const struct scope *scope)
{
    for (size_t i = 0; i < scope->covenant->articles_count; i++) {
        const struct article *article = &scope->covenant->articles[i];
        if (!is_in(scope, article))
            continue;
        add_article_number(out, article, scope->language);
        add_term(out, article, scope->language);
    }
}

static bool has_individual(const struct scope *scope)
{
    for (size_t i = 0; i < scope->covenant->articles_count; i++) {
        const struct article *article = &scope->covenant->articles[i];
        if (is_in(scope, article) && article->lane != LANE_AGGREGATE)
            return true;
    }
    return false;
}

static void add_persons(struct buffer *out, const struct scope *scope)
{
    if (!has_individual(scope)) {
        buffer_add_text(out, texts[TEXT_ONLY_SUMS][scope->language]);
        return;
    }
    buffer_add_text(out, texts[TEXT_RESIDENTS][scope->language]);
    covenant_area_text(out, scope->covenant, scope->language);
    buffer_add_text(out, texts[TEXT_STAFF][scope->language]);
}

/* Codes of the purpose that say something about health, or might. */
static void add_health(struct buffer *out, const struct scope *scope)
{
    const struct code_lists *lists = scope->covenant->lists;
    OWNED_BUFFER names = {0};

    for (size_t i = 0; i < lists->signals_count; i++) {
        bool used = false;
        for (size_t j = 0; j < scope->covenant->articles_count; j++) {
            const struct article *article = &scope->covenant->articles[j];
            used = used || (is_in(scope, article) && article->lane != LANE_AGGREGATE &&
                            article->has_codes && code_set_has(&article->codes, i));
        }
        if (used && lists->signals[i].sensitivity == SENSITIVITY_HEALTH)
            add_separated(&names, ", ", lists->signals[i].name);
    }
    if (names.length > 0)
        buffer_add_text(out, texts[TEXT_HEALTH][scope->language]);
    buffer_add_buffer(out, &names);
}

static void add_data(struct buffer *out, const struct scope *scope)
{
    uint32_t fields = 0;

    for (size_t i = 0; i < scope->covenant->articles_count; i++) {
        const struct article *article = &scope->covenant->articles[i];
        if (!is_in(scope, article))
            continue;
        fields |= article->fields;
        add_article_number(out, article, scope->language);
        article_signals_text(out, scope->covenant, article, false, scope->language);
    }
    add_separated(out, fields ? "; " : "", "");
    fields_text(out, fields, scope->language);
    add_health(out, scope);
}

static bool uses_tokens(const struct scope *scope)
{
    for (size_t i = 0; i < scope->covenant->articles_count; i++) {
        const struct article *article = &scope->covenant->articles[i];
        if (is_in(scope, article) && article_uses_tokens(article))
            return true;
    }
    return false;
}

bool register_row(const struct covenant *covenant, enum purpose purpose, enum language language,
                  struct buffer cells[static REGISTER_COLUMNS])
{
    const struct scope scope = {covenant, purpose, language};
    bool any = false;

    for (size_t i = 0; i < covenant->articles_count; i++)
        any = any || is_in(&scope, &covenant->articles[i]);
    if (!any)
        return false;
    buffer_format(&cells[REGISTER_ACTIVITY], "%s / %s", covenant->reference, purpose_word(purpose));
    add_controllers(&cells[REGISTER_CONTROLLERS], &scope);
    buffer_format(&cells[REGISTER_PURPOSE], "%s (%s)", purpose_name(purpose, language),
                  covenant->title);
    add_bases(&cells[REGISTER_BASIS], &scope);
    add_persons(&cells[REGISTER_PERSONS], &scope);
    add_data(&cells[REGISTER_DATA], &scope);
    add_recipients(&cells[REGISTER_RECIPIENTS], &scope);
    buffer_add_text(&cells[REGISTER_TRANSFERS], texts[TEXT_NO_TRANSFER][language]);
    add_terms(&cells[REGISTER_ERASURE], &scope);
    buffer_add_text(&cells[REGISTER_SECURITY], texts[TEXT_SECURITY][language]);
    if (uses_tokens(&scope) && party_set_is_empty(&covenant->key_holders))
        buffer_add_text(&cells[REGISTER_SECURITY], texts[TEXT_SHARED_KEY][language]);
    return true;
}

void flow_row(const struct covenant *covenant, const struct article *article,
              enum language language, struct buffer cells[static FLOW_COLUMNS])
{
    OWNED_BUFFER fields = {0};

    buffer_format(&cells[0], "%d", article->number);
    article_from_text(&cells[1], article, language);
    article_to_text(&cells[2], covenant, article, language);
    buffer_add_text(&cells[3], purpose_name(article->purpose, language));
    article_signals_text(&cells[4], covenant, article, false, language);
    fields_text(&fields, article->fields, language);
    if (fields.length > 0)
        add_separated(&cells[4], "; ", "");
    buffer_add_buffer(&cells[4], &fields);
    article_lane_text(&cells[5], article, language);
    if (article->conditions) {
        buffer_add_text(&cells[5], ": ");
        conditions_text(&cells[5], article->conditions, language);
    }
    article_basis_text(&cells[6], article, language);
    article_kept_text(&cells[7], article, language);
}

/* --- where one can go --- */

static const char *const signpost_headings[SIGNPOST_COLUMNS][LANGUAGE_COUNT] = {
    {"Signaal", "Signal"},
    {"Naar", "To"},
    {"Bepaling", "Article"},
    {"Contactpunt", "Desk"},
    {"Telefoon", "Telephone"},
};

const char *signpost_heading(size_t column, enum language language)
{
    return signpost_headings[column][language];
}

static bool goes_to(const struct covenant *covenant, const struct article *article,
                    const struct signal_code *code, const struct party *to)
{
    return article->lane != LANE_AGGREGATE && article_has_recipient(covenant, article, to) &&
           article_has_code(covenant, article, code);
}

bool signpost_row(const struct covenant *covenant, const struct signal_code *code,
                  const struct party *to, enum language language,
                  struct buffer cells[static SIGNPOST_COLUMNS])
{
    bool goes = signpost_leads_to(signpost_of(covenant, code), to);

    (void)language;
    for (size_t i = 0; i < covenant->articles_count; i++) {
        if (!goes_to(covenant, &covenant->articles[i], code, to))
            continue;
        buffer_format(&cells[2], "%s%d", cells[2].length ? ", " : "",
                      covenant->articles[i].number);
        goes = true;
    }
    if (!goes)
        return false;
    buffer_add_text(&cells[0], code->name);
    buffer_add_text(&cells[1], to->name);
    buffer_add_text(&cells[3], to->desk_name ? to->desk_name : "");
    buffer_add_text(&cells[4], to->desk_phone ? to->desk_phone : "");
    return true;
}
