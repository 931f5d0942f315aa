/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/slip.h"

#include <stdio.h>
#include <string.h>

#include "covenant/agreement.h"
#include "covenant/basis_words.h"
#include "covenant/basis_scope.h"
#include "covenant/slip_lines.h"

/* --- the words --- */

/* clang-format off */
#define PHRASES(X)                                                                                 \
    X(TITLE_GIVEN,     "Uw keuze: wat u goed vindt",             "Your choice: what you agree to") \
    X(TITLE_WITHDRAWN, "Uw keuze: ingetrokken",                  "Your choice: withdrawn")         \
    X(TITLE_FORM,      "Formulier: wat vindt u goed?",           "Form: what do you agree to?")    \
    X(KEEP,            "Bewaar dit papier. U kunt er altijd mee terugkomen.", "Keep this paper. You can always come back with it.") \
    X(FREE,            "U hoeft niets goed te vinden. Zegt u nee, dan verandert er niets aan uw huur of uw hulp.", "You need not agree to anything. If you say no, nothing changes in your tenancy or your help.") \
    X(REFERENCE,       "Nummer van dit papier",                  "Number of this paper")           \
    X(DESK,            "Vastgelegd bij",                         "Recorded at")                    \
    X(ADDRESS,         "Het gaat over het adres",                "It is about the address")        \
    X(KIND,            "Wat u zegt",                             "What you say")                   \
    X(GROUND,          "Waarom dit mag",                         "Why this is allowed")            \
    X(PURPOSES,        "Waarvoor",                               "What for")                       \
    X(RECIPIENTS,      "Wie het mag weten",                      "Who may know")                   \
    X(GROUPS,          "Waarover",                               "About what")                     \
    X(METHOD,          "Hoe u het zei",                          "How you said it")                \
    X(RECORDED_BY,     "Wie het opschreef",                      "Who wrote it down")              \
    X(NOTICE,          "Uitleg die u kreeg",                     "Explanation you were given")     \
    X(FROM,            "Geldt vanaf",                            "Counts from")                    \
    X(UNTIL,           "Geldt tot en met",                       "Counts until")                   \
    X(RETENTION,       "Hoe lang het bewaard blijft",            "How long it is kept")            \
    X(WITHDRAW,        "Wilt u stoppen?",                        "Do you want to stop?")           \
    X(STATE,           "Hoe het nu staat",                       "Where it stands now")            \
    X(EVENTS,          "Wat er gebeurde",                        "What happened")                  \
    X(REPLACES,        "Dit vervangt papier",                    "This replaces paper")            \
    X(WAITS,           "Dit telt pas als een tweede medewerker het heeft bevestigd.", "This counts only once a second member of staff has confirmed it.") \
    X(COVENANT,        "Afspraak tussen de organisaties",        "Agreement between the organisations") \
    X(DAYS_AFTER,      "dagen na de laatste dag",                "days after the last day")        \
    X(STOP_HOW,        "Zeg het ", "Say so ")                                                      \
    X(STOP_THEN,       " en noem dit nummer. Eén keer zeggen is genoeg. Iedereen die het kreeg, verwijdert het dan.", " and give this number. Once is enough. Everyone who got it then erases it.") \
    X(STANDS,          "u vindt het goed",                       "you agree")                      \
    X(STOPPED,         "ingetrokken: er gaat niets meer heen",   "withdrawn: nothing is sent any more") \
    X(SAY_GRONDSLAG,   "Deze organisaties mogen dit over u weten.", "These organisations may know this about you.") \
    X(TITLE_WAAKVLAM,  "Waakvlamafspraak: hulp als het weer misgaat", "Agreement: help when things go wrong again") \
    X(SAY_WAAKVLAM,    "Gaat het weer mis? Dan mogen wij dat meteen aan deze begeleider laten weten. U hoeft niet opnieuw uw hele verhaal te vertellen.", "Do things go wrong again? Then we may tell this supporter at once. You need not tell your whole story again.") \
    X(EACH_YEAR,       "Een afspraak duurt hoogstens 12 maanden. Wij vragen het u elk jaar opnieuw.", "An agreement lasts 12 months at most. We ask you again each year.") \
    X(TITLE_WOONSTAP,  "Woonafspraak: weer kunnen huren",        "Agreement: renting again")       \
    X(SAY_WOONSTAP,    "Ieder van deze organisaties mag alleen haar eigen deel van uw afspraak weten: aflossen, hulp of wat bij het huren hoort.", "Each of these organisations may know only its own part of your agreement: paying off, help, or what the tenancy asks.") \
    X(SAY_DOORBREKING, "Uw hulpverlener mag aan deze organisaties vertellen hoe het gaat.", "Your carer may tell these organisations how things go.") \
    X(SAY_INSTEMMING,  "U wilt deze hulp. Hiermee mag niemand iets over u delen.", "You want this help. It lets nobody share anything about you.") \
    X(SAY_MAATJE,      "U wilt een buurtgenoot leren kennen. Wij brengen u alleen samen als de ander dat ook wil. Dit gaat naar geen andere organisatie.", "You want to meet a neighbour. We bring you together only if the other wants so too. This goes to no other organisation.") \
    X(SIGNATURE,       "Handtekening bewoner, en datum",         "Signature of the resident, and date") \
    X(SIGNATURE_STAFF, "Handtekening medewerker",                "Signature of the member of staff") \
    X(SIGNATURE_SECOND,"Handtekening tweede medewerker",         "Signature of the second member of staff") \
    X(RESEARCH,        "antwoorden voor onderzoek",              "answers for research")
/* clang-format on */

#define PHRASE_ENUM(name, nl, en) PHRASE_##name,
enum phrase { PHRASES(PHRASE_ENUM) PHRASE_COUNT };
#undef PHRASE_ENUM
#define PHRASE_ROW(name, nl, en) {nl, en},
static const char *const phrases[PHRASE_COUNT][LANGUAGE_COUNT] = {PHRASES(PHRASE_ROW)};
#undef PHRASE_ROW

static const char *said(enum phrase phrase, enum language language)
{
    return phrases[phrase][language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

/* clang-format off */
static const struct {
    const char *group;
    const char *name[LANGUAGE_COUNT];
} group_names[] = {
    {"OVERLAST",        {"overlast",                  "nuisance"}},
    {"FINANCIEN",       {"geld en huur",              "money and rent"}},
    {"ZORG_OM_BEWONER", {"hoe het met u gaat",        "how you are doing"}},
    {"MEEDOEN",         {"meedoen, werk en de buurt", "taking part, work and the neighbourhood"}},
    {"RENOVATIE",       {"de renovatie",              "the renovation"}},
    {"WONEN",           {"weer kunnen huren",         "being able to rent again"}},
    {"VRAGEND",         {"u zoekt een maatje",        "you look for a buddy"}},
    {"DRAGEND",         {"u wilt een maatje zijn",    "you want to be a buddy"}},
    {BASIS_GROUP_RESEARCH, {"antwoorden voor onderzoek", "answers for research"}},
};
/* clang-format on */

/* A group that has no plain name yet is shown by its word. */
static const char *group_name(const char *group, enum language language)
{
    for (size_t i = 0; i < sizeof group_names / sizeof group_names[0]; i++)
        if (strcmp(group_names[i].group, group) == 0)
            return group_names[i].name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
    return group;
}

static enum phrase sentence_of(enum basis_kind kind)
{
    return kind == BASIS_GRONDSLAG                   ? PHRASE_SAY_GRONDSLAG
           : kind == BASIS_DOORBREKING_BEROEPSGEHEIM ? PHRASE_SAY_DOORBREKING
           : kind == BASIS_MAATJE                    ? PHRASE_SAY_MAATJE
                                                     : PHRASE_SAY_INSTEMMING;
}

/* What the record itself says; a form leaves that to who fills it in. */
static enum phrase sentence_on(const struct basis *basis)
{
    if (basis_is_agreement(basis, PURPOSE_WOONSTAP))
        return PHRASE_SAY_WOONSTAP;
    return basis_is_agreement(basis, PURPOSE_WAAKVLAM) ? PHRASE_SAY_WAAKVLAM
                                                       : sentence_of(basis->kind);
}

/* --- values --- */

static void add_day(struct buffer *out, struct day day)
{
    struct date date = day_date(day);

    buffer_format(out, "%02d-%02d-%04d", date.day, date.month, date.year);
}

static void add_purposes(struct buffer *out, uint32_t purposes, enum language language)
{
    const char *between = "";

    for (unsigned i = 1; i < PURPOSE_COUNT; i++) {
        if (!has_bit(purposes, i))
            continue;
        buffer_format(out, "%s%s", between, purpose_name((enum purpose)i, language));
        between = ", ";
    }
}

static enum outcome add_recipients(struct buffer *out, const struct slip *slip)
{
    for (size_t i = 0; i < slip->basis->recipient_count; i++) {
        const struct party *party = covenant_party(slip->covenant, &slip->basis->recipients[i]);
        if (!party)
            return OUTCOME_MALFORMED;
        buffer_format(out, "%s%s", i ? ", " : "", party->name);
    }
    return OUTCOME_OK;
}

static void add_groups(struct buffer *out, const struct proof_groups *groups,
                       enum language language)
{
    for (size_t i = 0; i < groups->count; i++)
        buffer_format(out, "%s%s", i ? ", " : "", group_name(groups->words[i], language));
}

static void add_address(struct buffer *out, const struct contact *address)
{
    buffer_format(out, "%s %s%s%s%s", address->postcode, address->number, address->letter,
                  address->addition[0] ? "-" : "", address->addition);
}

static void add_event(struct buffer *out, const struct slip *slip, size_t index)
{
    const struct basis_event *event = &slip->basis->events[index];
    const struct party *party = covenant_party(slip->covenant, &event->recipient);

    add_day(out, amsterdam_day(event->at_ms));
    buffer_format(out, " %s", basis_event_name(event->kind, slip->language));
    if (event->recipient.text[0])
        buffer_format(out, " (%s)", party ? party->name : event->recipient.text);
}

/* --- the lines of a record --- */

static void line_text(struct slip_lines *lines, const char *member, enum phrase label,
                      const char *value)
{
    struct buffer *out = slip_line(lines, member, said(label, lines->language));

    if (out)
        buffer_add_text(out, value);
}

static enum outcome lines_of_choice(struct slip_lines *lines, const struct slip *slip)
{
    const struct basis *basis = slip->basis;
    enum language language = slip->language;
    struct buffer *out = slip_line(lines, "soort", said(PHRASE_KIND, language));

    buffer_format(out, "%s (%s)", said(sentence_on(basis), language),
                  basis_kind_name(basis->kind, language));
    add_purposes(slip_line(lines, "doelen", said(PHRASE_PURPOSES, language)), basis->purposes,
                 language);
    TRY(add_recipients(slip_line(lines, "ontvangers", said(PHRASE_RECIPIENTS, language)), slip));
    add_groups(slip_line(lines, "signaalgroepen", said(PHRASE_GROUPS, language)), &basis->groups,
               language);
    out = slip_line(lines, "basis", said(PHRASE_GROUND, language));
    buffer_add_text(out, basis_ground_name(basis->ground, language));
    if (basis->citation[0])
        buffer_format(out, ": %s", basis->citation);
    return OUTCOME_OK;
}

static void lines_of_time(struct slip_lines *lines, const struct slip *slip)
{
    const struct basis *basis = slip->basis;
    enum language language = slip->language;
    struct buffer *out;

    add_day(slip_line(lines, "geldigVan", said(PHRASE_FROM, language)), basis->from);
    out = slip_line(lines, "geldigTot", said(PHRASE_UNTIL, language));
    add_day(out, basis->until);
    if (basis_is_any_agreement(basis))
        buffer_format(out, ". %s", said(PHRASE_EACH_YEAR, language));
    buffer_format(slip_line(lines, "bewaarDagen", said(PHRASE_RETENTION, language)), "%d %s",
                  basis->retention_days, said(PHRASE_DAYS_AFTER, language));
    buffer_format(slip_line(lines, "intrekkanaal", said(PHRASE_WITHDRAW, language)), "%s%s%s",
                  said(PHRASE_STOP_HOW, language),
                  basis_channel_name(basis->withdrawal_channel, language),
                  said(PHRASE_STOP_THEN, language));
}

static void lines_of_recording(struct slip_lines *lines, const struct slip *slip)
{
    const struct basis *basis = slip->basis;
    enum language language = slip->language;
    struct buffer *out;

    line_text(lines, "werkwijze", PHRASE_METHOD, basis_channel_name(basis->method, language));
    line_text(lines, "vastgelegdDoor", PHRASE_RECORDED_BY, role_name(basis->collected_by, language));
    line_text(lines, "formulierVersie", PHRASE_NOTICE, basis->notice);
    out = slip_line(lines, "stand", said(PHRASE_STATE, language));
    buffer_format(out, "%s (%lld)",
                  said(basis->state == PROOF_GIVEN ? PHRASE_STANDS : PHRASE_STOPPED, language),
                  (long long)basis->sequence);
    out = slip_line(lines, "gebeurtenissen", said(PHRASE_EVENTS, language));
    for (size_t i = 0; i < basis->event_count; i++) {
        buffer_add_text(out, i ? "; " : "");
        add_event(out, slip, i);
    }
    line_text(lines, "convenant", PHRASE_COVENANT, slip->covenant->title);
}

static enum outcome make_lines(struct slip_lines *lines, const struct slip *slip)
{
    enum language language = slip->language;

    line_text(lines, "id", PHRASE_REFERENCE, slip->basis->id);
    line_text(lines, "organisatie", PHRASE_DESK, slip->organisation);
    if (slip->address)
        add_address(slip_line(lines, "adres", said(PHRASE_ADDRESS, language)), slip->address);
    if (slip->replaces[0])
        line_text(lines, "vervangt", PHRASE_REPLACES, slip->replaces);
    TRY(lines_of_choice(lines, slip));
    lines_of_time(lines, slip);
    lines_of_recording(lines, slip);
    return slip_lines_outcome(lines);
}

static enum phrase title_of(const struct basis *basis)
{
    if (basis->state != PROOF_GIVEN)
        return PHRASE_TITLE_WITHDRAWN;
    if (basis_is_agreement(basis, PURPOSE_WOONSTAP))
        return PHRASE_TITLE_WOONSTAP;
    return basis_is_agreement(basis, PURPOSE_WAAKVLAM) ? PHRASE_TITLE_WAAKVLAM
                                                       : PHRASE_TITLE_GIVEN;
}

static struct slip_lines lines_begin(const struct slip *slip)
{

    return (struct slip_lines){
        .language = slip->language,
        .title = said(title_of(slip->basis), slip->language),
        .opening = {said(PHRASE_KEEP, slip->language),
                    slip->waits ? said(PHRASE_WAITS, slip->language) : NULL},
    };
}

enum outcome slip_print_text(const struct slip *slip, struct buffer *out)
{
    OWNED_SLIP_LINES lines = lines_begin(slip);

    TRY(make_lines(&lines, slip));
    return slip_lines_text(&lines, out);
}

enum outcome slip_print_html(const struct slip *slip, struct buffer *out)
{
    OWNED_SLIP_LINES lines = lines_begin(slip);

    TRY(make_lines(&lines, slip));
    return slip_lines_html(&lines, out);
}

/* --- the empty form --- */

static const char box[] = "[ ] ";
static const char blank[] = "______________________________";

static void add_choice(struct buffer *out, const char *choice)
{
    buffer_format(out, "%s%s%s", out->length ? "   " : "", box, choice);
}

static void add_article_groups(struct buffer *out, const struct covenant *covenant,
                               const struct article *article, enum language language)
{
    if (!article->has_codes)
        add_choice(out, said(PHRASE_RESEARCH, language));
    for (size_t i = 0; article->has_codes && i < covenant->lists->groups_count; i++)
        if (article_has_group(covenant, article, covenant->lists->groups[i]))
            add_choice(out, group_name(covenant->lists->groups[i], language));
}

static void add_article_recipients(struct buffer *out, const struct covenant *covenant,
                                   const struct article *article)
{
    for (size_t i = 0; i < covenant->parties_count; i++)
        if (article_has_recipient(covenant, article, &covenant->parties[i]))
            add_choice(out, covenant->parties[i].name);
}

static void add_channels(struct buffer *out, enum language language)
{
    for (unsigned i = 0; i < BASIS_CHANNEL_COUNT; i++)
        if (i != BASIS_CHANNEL_BRONSYSTEEM) /* no way in which a resident speaks */
            add_choice(out, basis_channel_name((enum basis_channel)i, language));
}

static void form_lines_of_choice(struct slip_lines *lines, const struct covenant *covenant,
                                 const struct article *article)
{
    enum language language = lines->language;
    struct buffer *out = slip_line(lines, "soort", said(PHRASE_KIND, language));

    for (unsigned i = 0; i < BASIS_KIND_COUNT; i++)
        if (i != BASIS_MAATJE) /* of no article */
            add_choice(out, said(sentence_of((enum basis_kind)i), language));
    add_choice(slip_line(lines, "doelen", said(PHRASE_PURPOSES, language)),
               purpose_name(article->purpose, language));
    add_article_recipients(slip_line(lines, "ontvangers", said(PHRASE_RECIPIENTS, language)),
                           covenant, article);
    add_article_groups(slip_line(lines, "signaalgroepen", said(PHRASE_GROUPS, language)), covenant,
                       article, language);
    out = slip_line(lines, "basis", said(PHRASE_GROUND, language));
    for (unsigned i = 0; i < BASIS_GROUND_COUNT; i++)
        add_choice(out, basis_ground_name((enum basis_ground)i, language));
    buffer_format(out, "   %s", blank);
}

static enum outcome make_form(struct slip_lines *lines, const struct covenant *covenant,
                              const struct article *article)
{
    enum language language = lines->language;

    line_text(lines, "id", PHRASE_REFERENCE, blank);
    line_text(lines, "organisatie", PHRASE_DESK, blank);
    line_text(lines, "adres", PHRASE_ADDRESS, blank);
    line_text(lines, "vervangt", PHRASE_REPLACES, blank);
    form_lines_of_choice(lines, covenant, article);
    line_text(lines, "geldigVan", PHRASE_FROM, blank);
    line_text(lines, "geldigTot", PHRASE_UNTIL, blank);
    buffer_format(slip_line(lines, "bewaarDagen", said(PHRASE_RETENTION, language)), "%d %s",
                  article->retention_days, said(PHRASE_DAYS_AFTER, language));
    add_channels(slip_line(lines, "intrekkanaal", said(PHRASE_WITHDRAW, language)), language);
    add_channels(slip_line(lines, "werkwijze", said(PHRASE_METHOD, language)), language);
    line_text(lines, "vastgelegdDoor", PHRASE_RECORDED_BY, blank);
    line_text(lines, "formulierVersie", PHRASE_NOTICE, blank);
    add_choice(slip_line(lines, "stand", said(PHRASE_STATE, language)),
               said(PHRASE_STANDS, language));
    line_text(lines, "gebeurtenissen", PHRASE_EVENTS, blank);
    buffer_format(slip_line(lines, "convenant", said(PHRASE_COVENANT, language)), "%s, %s %d",
                  covenant->title, language == LANGUAGE_EN ? "article" : "bepaling",
                  article->number);
    lines->signatures[0] = said(PHRASE_SIGNATURE, language);
    lines->signatures[1] = said(PHRASE_SIGNATURE_STAFF, language);
    if (article->second_confirmer)
        lines->signatures[2] = said(PHRASE_SIGNATURE_SECOND, language);
    return slip_lines_outcome(lines);
}

static struct slip_lines form_begin(const struct article *article, enum language language)
{
    return (struct slip_lines){
        .language = language,
        .title = said(PHRASE_TITLE_FORM, language),
        .opening = {said(PHRASE_FREE, language),
                    article->second_confirmer ? said(PHRASE_WAITS, language) : NULL},
    };
}

enum outcome form_print_text(const struct covenant *covenant, const struct article *article,
                             enum language language, struct buffer *out)
{
    OWNED_SLIP_LINES lines = form_begin(article, language);

    if (article->lane != LANE_CONSENT)
        return OUTCOME_NOT_ALLOWED;
    TRY(make_form(&lines, covenant, article));
    return slip_lines_text(&lines, out);
}

enum outcome form_print_html(const struct covenant *covenant, const struct article *article,
                             enum language language, struct buffer *out)
{
    OWNED_SLIP_LINES lines = form_begin(article, language);

    if (article->lane != LANE_CONSENT)
        return OUTCOME_NOT_ALLOWED;
    TRY(make_form(&lines, covenant, article));
    return slip_lines_html(&lines, out);
}
