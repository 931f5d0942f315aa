/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/access_letter.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/article_text.h"
#include "covenant/basis_words.h"
#include "covenant/html.h"
#include "covenant/plain_text.h"
#include "gateway/audit_index.h"
#include "gateway/basis_store.h"
#include "gateway/kept_signal.h"
#include "gateway/retained.h"

enum {
    LINES_MAX = 512, /* signals, and looks, of one person */
    SIGNAL_COLUMNS = 6,
    LOOK_COLUMNS = 2,
    CELL_BYTES = 360,
    LABEL = 15,
};

/* clang-format off */
#define TEXTS(X)                                                                                \
    X(TITLE,      "Uw gegevens",                      "Your data")                              \
    X(DEAR,       "U vroeg welke gegevens wij over u en uw adres hebben gedeeld of gekregen. Hieronder staat wat wij vonden.", \
                  "You asked which data about you and your address we shared or received. Below is what we found.") \
    X(ADDRESS,    "Adres",                            "Address")                                \
    X(REQUEST,    "Kenmerk",                          "Reference")                              \
    X(DATE,       "Datum",                            "Date")                                   \
    X(FROM_US,    "Van",                              "From")                                   \
    X(SHARED,     "Wat er is gedeeld",                "What was shared")                        \
    X(NOTHING,    "Wij vonden niets over u.",         "We found nothing about you.")            \
    X(WHEN,       "Wanneer",                          "When")                                   \
    X(WHAT,       "Wat",                              "What")                                   \
    X(WHOM,       "Van of aan wie",                   "From or to whom")                        \
    X(PURPOSE,    "Waarvoor",                         "For what")                               \
    X(BASIS,      "Waarom het mag",                   "Why it is allowed")                      \
    X(UNTIL,      "Bewaard tot",                      "Kept until")                             \
    X(TO,         "aan %s",                           "to %s")                                  \
    X(OF,         "van %s",                           "from %s")                                \
    X(NOT_YET,    "aan %s, nog niet aangekomen",      "to %s, not arrived yet")                 \
    X(STOPPED,    "aan %s, niet verzonden",           "to %s, not sent")                        \
    X(LOOKED,     "Wie het inzag",                    "Who looked at it")                       \
    X(BY_ROLE,    "een medewerker van ons (%s)",      "a member of our staff (%s)")             \
    X(CONSENTS,   "Wat u afsprak",                    "What you agreed to")                     \
    X(CONSENT,    "%s: %s, geldig van %s tot en met %s", "%s: %s, valid from %s through %s")    \
    X(ASKED,      "Wie wij vroegen",                  "Whom we asked")                          \
    X(ASKED_WHY,  "Wij stuurden uw vraag door aan deze organisaties. Zij antwoorden u zelf, binnen een maand. Wij horen niet wat zij vinden.", \
                  "We passed your question on to these organisations. They answer you themselves, within a month. We do not hear what they find.") \
    X(BY_SELF,    "Vraag het zelf ook bij:", "Also ask yourself at:")                          \
    X(ASKED_NONE, "Er is geen andere organisatie waarmee wij over u gegevens kunnen delen.",    \
                  "There is no other organisation with which we can share data about you.")     \
    X(LEFT_OUT,   "In deze brief staat niet wie iets meldde en welke medewerker iets las. Gegevens over anderen, ook over iemand die op uw adres woont, staan er niet in. Wat is gewist, hebben wij niet meer.", \
                  "This letter does not say who reported something or which member of staff read something. Data about others, also about somebody who lives at your address, are not in it. What was erased we no longer have.") \
    X(RIGHTS,     "Klopt er iets niet, wilt u iets laten wissen of stoppen? Zeg het aan deze balie. U kunt ook een klacht indienen bij de Autoriteit Persoonsgegevens.", \
                  "Is something wrong, or do you want something erased or stopped? Tell this desk. You can also complain to the Dutch data protection authority.")
/* clang-format on */
#define TEXT_ENUM(key, nl, en) TEXT_##key,
enum text { TEXTS(TEXT_ENUM) TEXT_COUNT };
#undef TEXT_ENUM
#define TEXT_ROW(key, nl, en) [TEXT_##key] = {nl, en},
static const char *const texts[TEXT_COUNT][LANGUAGE_COUNT] = {TEXTS(TEXT_ROW)};

enum signal_column { SHOWN_WHEN, SHOWN_WHAT, SHOWN_WHOM, SHOWN_PURPOSE, SHOWN_BASIS, SHOWN_UNTIL };

struct shown_signal {
    char id[UUID_TEXT_BYTES];
    char cells[SIGNAL_COLUMNS][CELL_BYTES];
};

struct shown_look {
    char cells[LOOK_COLUMNS][CELL_BYTES];
};

struct letter {
    struct gateway *gateway;
    struct view *view;
    const struct registry *registry;
    const struct access_request *request;
    const struct access_asker *asker;
    enum language language;
    size_t signal_count, look_count;
    struct shown_signal signals[LINES_MAX];
    struct shown_look looks[LINES_MAX];
    struct buffer consents; /* a line each */
    size_t unasked_count;   /* parties that cannot be asked by token */
    struct oin unasked[ACCESS_PARTNERS_MAX];
};

static const char *word(const struct letter *letter, enum text text)
{
    return texts[text][letter->language];
}

static void print_day(struct day day, char *out, size_t size)
{
    struct date date = day_date(day);

    snprintf(out, size, "%02d-%02d-%04d", date.day, date.month, date.year);
}

/* --- is it about who asks? --- */

/* Letters and digits, in lower case: a second space or a dot is no other person. */
static void plain_name(const char *name, char *out, size_t size)
{
    size_t length = 0;

    for (; *name && length + 1 < size; name++) {
        if (isalnum((uint8_t)*name) || ((uint8_t)*name & 0x80))
            out[length++] = (char)tolower((uint8_t)*name);
    }
    out[length] = '\0';
}

static bool is_of_asker(const struct letter *letter, const struct signal *signal, bool *out_is)
{
    OWNED_CONTACT contact = {0};
    struct fault fault = {0};
    char own[2 * CONTACT_NAME_MAX_BYTES], other[2 * CONTACT_NAME_MAX_BYTES];

    *out_is = true;
    if (!has_bit(signal->fields, FIELD_CONTACT))
        return true;
    if (contact_parse(bytes_of_text(signal->contact), &contact, &fault) != OUTCOME_OK)
        return false;
    if (!contact.name[0])
        return true;
    plain_name(contact.name, other, sizeof other);
    plain_name(letter->asker->name, own, sizeof own);
    *out_is = own[0] && strcmp(own, other) == 0;
    return true;
}

static enum outcome read_signal(struct letter *letter, const struct retained *record,
                                struct kept_signal *out_kept, struct signal *out_signal)
{
    const enum table table = record->kind == RECORD_SENT ? TABLE_SENT : TABLE_INBOX;
    struct bytes value;

    TRY(store_get(letter->view, table, bytes_of(record->id.bytes, sizeof record->id.bytes),
                  &value));
    TRY(kept_signal_read(value, out_kept));
    return kept_signal_item(out_kept, out_signal);
}

/* Of a dossier in which a signal names somebody else nothing is shown that does not itself say
 * whom it is about. What cannot be read is not shown either. */
static enum outcome is_clean(struct letter *letter, const char *dossier, bool *out_clean)
{
    struct retained record;
    const struct retained *after = NULL;
    enum outcome outcome;

    *out_clean = true;
    while ((outcome = retained_of_dossier(letter->view, dossier, after, &record)) == OUTCOME_OK) {
        OWNED_KEPT_SIGNAL kept = {0};
        OWNED_SIGNAL signal = {0};
        bool is = false;
        after = &record;
        if (record.kind == RECORD_BASIS)
            continue;
        TRY(read_signal(letter, &record, &kept, &signal));
        *out_clean = *out_clean && is_of_asker(letter, &signal, &is) && is;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* --- signals --- */

/* Our own formats, with one text each. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void print_with(char *out, size_t size, const char *format, const char *text)
{
    snprintf(out, size, format, text);
}
#pragma GCC diagnostic pop

static void print_whom(const struct letter *letter, const struct retained *record,
                       const struct kept_signal *kept, char *out)
{
    enum text how = record->kind == RECORD_RECEIVED ? TEXT_OF
                    : kept->received_ms             ? TEXT_TO
                    : kept->refusal[0]              ? TEXT_STOPPED
                                                    : TEXT_NOT_YET;

    print_with(out, CELL_BYTES, word(letter, how), registry_name(letter->registry, &kept->partner));
}

static void print_what(const struct letter *letter, const struct signal *signal, char *out)
{
    const struct signal_code *code = signal_code_find(letter->gateway->lists, signal->code);
    OWNED_BUFFER fields = {0};

    fields_text(&fields, signal->fields, letter->language);
    snprintf(out, CELL_BYTES, "%s; %s", code ? code->name : signal->code,
             buffer_text(&fields) ? buffer_text(&fields) : "");
}

static void print_rule(const struct letter *letter, const struct kept_signal *kept,
                       const struct signal *signal, struct shown_signal *shown)
{
    const struct known_covenant *known = registry_find(letter->registry, kept->covenant);
    const struct article *article =
        known ? covenant_article(known->covenant, signal->article) : NULL;
    OWNED_BUFFER basis = {0};

    snprintf(shown->cells[SHOWN_UNTIL], CELL_BYTES, "-");
    if (!article)
        return;
    article_basis_text(&basis, article, letter->language);
    snprintf(shown->cells[SHOWN_BASIS], CELL_BYTES, "%s",
             buffer_text(&basis) ? buffer_text(&basis) : "");
    if (article->retention_days && kept->received_ms)
        print_day(day_plus(retained_signal_until(kept->received_ms, article->retention_days), -1),
                  shown->cells[SHOWN_UNTIL], CELL_BYTES);
}

static enum outcome show_signal(struct letter *letter, const struct retained *record)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct shown_signal *shown;
    bool is = false;

    TRY(read_signal(letter, record, &kept, &signal));
    if (!is_of_asker(letter, &signal, &is) || !is)
        return OUTCOME_OK;
    if (letter->signal_count == LINES_MAX)
        return OUTCOME_TOO_MANY;
    shown = &letter->signals[letter->signal_count++];
    uuid_print(record->id, shown->id);
    print_day(amsterdam_day(kept.taken_ms), shown->cells[SHOWN_WHEN], CELL_BYTES);
    print_what(letter, &signal, shown->cells[SHOWN_WHAT]);
    print_whom(letter, record, &kept, shown->cells[SHOWN_WHOM]);
    snprintf(shown->cells[SHOWN_PURPOSE], CELL_BYTES, "%s",
             purpose_name(signal.purpose, letter->language));
    print_rule(letter, &kept, &signal, shown);
    return OUTCOME_OK;
}

/* --- consents --- */

/* Our own format, with four texts. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static enum outcome show_basis(struct letter *letter, const struct retained *record)
{
    OWNED_KEPT_BASIS kept = {0};
    OWNED_BUFFER purposes = {0};
    char id[UUID_TEXT_BYTES], from[16], until[16];
    enum outcome outcome;

    uuid_print(record->id, id);
    outcome = basis_get(letter->view, id, &kept);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    for (unsigned purpose = 1; purpose < PURPOSE_COUNT; purpose++) {
        if (has_bit(kept.basis->purposes, purpose))
            add_separated(&purposes, ", ", purpose_name((enum purpose)purpose, letter->language));
    }
    print_day(kept.basis->from, from, sizeof from);
    print_day(kept.basis->until, until, sizeof until);
    buffer_format(&letter->consents, word(letter, TEXT_CONSENT),
                  basis_kind_name(kept.basis->kind, letter->language),
                  buffer_text(&purposes) ? buffer_text(&purposes) : "", from, until);
    buffer_add_byte(&letter->consents, '\n');
    return buffer_outcome(&purposes);
}
#pragma GCC diagnostic pop

/* --- who looked --- */

static const char *opened(const json_t *opening, const char *name)
{
    const char *text = json_string_value(json_object_get(json_object_get(opening, name), "waarde"));

    return text ? text : "";
}

static bool is_shown(const struct letter *letter, const char *id)
{
    for (size_t i = 0; i < letter->signal_count; i++) {
        if (strcmp(letter->signals[i].id, id) == 0)
            return true;
    }
    return false;
}

static enum outcome read_leaf(struct letter *letter, uint64_t position, json_t **out_leaf,
                              json_t **out_opening)
{
    uint8_t key[8];
    struct bytes value;

    write_u64(key, position);
    TRY(store_get(letter->view, TABLE_LEAF, bytes_of(key, sizeof key), &value));
    TRY(store_read_outcome(json_read(value, AUDIT_LEAF_MAX_BYTES, out_leaf)));
    TRY(store_get(letter->view, TABLE_OPENING, bytes_of(key, sizeof key), &value));
    return store_read_outcome(json_read(value, AUDIT_OPENING_MAX_BYTES, out_opening));
}

/* Somebody read personal data of the dossier; the actor's number stays in the log. */
static enum outcome show_look(struct letter *letter, uint64_t position, bool clean)
{
    OWNED_JSON leaf = NULL;
    OWNED_JSON opening = NULL;
    const char *event;
    enum role role = ROLE_COUNT;
    struct shown_look *look;
    enum outcome outcome = read_leaf(letter, position, &leaf, &opening);

    if (outcome == OUTCOME_NOT_FOUND) /* its opening was erased */
        return OUTCOME_OK;
    TRY(outcome);
    event = json_string_value(json_object_get(leaf, "ev"));
    if (!event || strcmp(event, "access") != 0 || !role_parse(opened(opening, "role"), &role) ||
        (!clean && !is_shown(letter, opened(opening, "objects"))))
        return OUTCOME_OK;
    if (letter->look_count == LINES_MAX)
        return OUTCOME_OK;
    look = &letter->looks[letter->look_count++];
    print_day(amsterdam_day(json_integer_value(json_object_get(leaf, "t"))), look->cells[0],
              CELL_BYTES);
    print_with(look->cells[1], CELL_BYTES, word(letter, TEXT_BY_ROLE),
               role_name(role, letter->language));
    return OUTCOME_OK;
}

static enum outcome show_looks(struct letter *letter, const char *dossier, bool clean)
{
    uint64_t position = 0;
    enum outcome outcome;

    while ((outcome = audit_index_next(letter->view, QUESTION_SUBJECT, dossier, position,
                                       &position)) == OUTCOME_OK) {
        TRY(show_look(letter, position, clean));
        position++;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome show_dossier(struct letter *letter, const char *dossier)
{
    struct retained record;
    const struct retained *after = NULL;
    bool clean = false;
    enum outcome outcome;

    TRY(is_clean(letter, dossier, &clean));
    while ((outcome = retained_of_dossier(letter->view, dossier, after, &record)) == OUTCOME_OK) {
        after = &record;
        if (record.kind != RECORD_BASIS)
            TRY(show_signal(letter, &record));
        else if (clean)
            TRY(show_basis(letter, &record));
    }
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    return show_looks(letter, dossier, clean);
}

/* --- whom we could not ask --- */

static bool is_named(const struct letter *letter, const struct oin *partner)
{
    for (size_t i = 0; i < letter->request->asked_count; i++) {
        if (oin_equal(&letter->request->asked[i], partner))
            return true;
    }
    for (size_t i = 0; i < letter->unasked_count; i++) {
        if (oin_equal(&letter->unasked[i], partner))
            return true;
    }
    return oin_equal(&letter->gateway->settings->oin, partner);
}

static bool handles_persons(const struct covenant *covenant, const struct party *party)
{
    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        if (article->lane != LANE_AGGREGATE &&
            (article_has_sender(article, party) || article_has_recipient(covenant, article, party)))
            return true;
    }
    return false;
}

/* Parties that may know something of a person, but not by a token: with what goes by law there is
 * none to ask with. */
static void find_unasked(struct letter *letter)
{
    for (size_t i = 0; i < letter->registry->count; i++) {
        const struct covenant *covenant = letter->registry->covenants[i].covenant;
        if (!covenant_party(covenant, &letter->gateway->settings->oin))
            continue;
        for (size_t j = 0; j < covenant->parties_count; j++) {
            const struct party *party = &covenant->parties[j];
            if (!is_named(letter, &party->oin) && handles_persons(covenant, party) &&
                letter->unasked_count < ACCESS_PARTNERS_MAX)
                letter->unasked[letter->unasked_count++] = party->oin;
        }
    }
}

/* --- the letter as text --- */

static void add_text_pair(struct buffer *out, const char *label, const char *text)
{
    plain_labelled(out, label, LABEL, bytes_of_text(text));
}

static void add_text_signals(struct buffer *out, const struct letter *letter)
{
    static const enum text heads[SIGNAL_COLUMNS] = {TEXT_WHEN,    TEXT_WHAT,  TEXT_WHOM,
                                                    TEXT_PURPOSE, TEXT_BASIS, TEXT_UNTIL};

    for (size_t i = 0; i < letter->signal_count; i++) {
        for (int column = 0; column < SIGNAL_COLUMNS; column++)
            add_text_pair(out, word(letter, heads[column]), letter->signals[i].cells[column]);
        buffer_add_byte(out, '\n');
    }
}

static void add_text_unasked(struct buffer *out, const struct letter *letter)
{
    if (!letter->unasked_count)
        return;
    plain_labelled(out, "", 0, bytes_of_text(word(letter, TEXT_BY_SELF)));
    for (size_t i = 0; i < letter->unasked_count; i++)
        add_text_pair(out, "  -", registry_name(letter->registry, &letter->unasked[i]));
    buffer_add_byte(out, '\n');
}

static void add_text_rest(struct buffer *out, const struct letter *letter)
{
    if (letter->look_count)
        plain_labelled(out, "", 0, bytes_of_text(word(letter, TEXT_LOOKED)));
    for (size_t i = 0; i < letter->look_count; i++)
        add_text_pair(out, letter->looks[i].cells[0], letter->looks[i].cells[1]);
    if (letter->look_count)
        buffer_add_byte(out, '\n');
    if (letter->consents.length) {
        plain_labelled(out, "", 0, bytes_of_text(word(letter, TEXT_CONSENTS)));
        buffer_add_bytes(out, buffer_bytes(&letter->consents));
        buffer_add_byte(out, '\n');
    }
    plain_labelled(out, "", 0, bytes_of_text(word(letter, TEXT_ASKED)));
    for (size_t i = 0; i < letter->request->asked_count; i++)
        add_text_pair(out, "  -", registry_name(letter->registry, &letter->request->asked[i]));
    plain_paragraph(out,
                    word(letter, letter->request->asked_count ? TEXT_ASKED_WHY : TEXT_ASKED_NONE));
    add_text_unasked(out, letter);
    plain_paragraph(out, word(letter, TEXT_LEFT_OUT));
    plain_paragraph(out, word(letter, TEXT_RIGHTS));
}

static void add_text(struct buffer *out, const struct letter *letter)
{
    char day[16];

    print_day(amsterdam_day(letter->request->at_ms), day, sizeof day);
    plain_paragraph(out, word(letter, TEXT_TITLE));
    add_text_pair(out, word(letter, TEXT_FROM_US),
                  registry_name(letter->registry, &letter->gateway->settings->oin));
    add_text_pair(out, word(letter, TEXT_DATE), day);
    add_text_pair(out, word(letter, TEXT_ADDRESS), letter->asker->address);
    add_text_pair(out, word(letter, TEXT_REQUEST), letter->request->id);
    buffer_add_byte(out, '\n');
    plain_paragraph(out, word(letter, TEXT_DEAR));
    if (letter->signal_count == 0)
        plain_paragraph(out, word(letter, TEXT_NOTHING));
    else
        plain_paragraph(out, word(letter, TEXT_SHARED));
    add_text_signals(out, letter);
    add_text_rest(out, letter);
}

/* --- and as a page --- */

static void add_html_signals(struct buffer *out, const struct letter *letter)
{
    const char *heads[SIGNAL_COLUMNS] = {word(letter, TEXT_WHEN),  word(letter, TEXT_WHAT),
                                         word(letter, TEXT_WHOM),  word(letter, TEXT_PURPOSE),
                                         word(letter, TEXT_BASIS), word(letter, TEXT_UNTIL)};

    if (letter->signal_count == 0) {
        html_paragraph(out, word(letter, TEXT_NOTHING));
        return;
    }
    html_element(out, "h2", NULL, word(letter, TEXT_SHARED));
    html_table(out, "small", heads, SIGNAL_COLUMNS);
    for (size_t i = 0; i < letter->signal_count; i++) {
        const char *cells[SIGNAL_COLUMNS];
        for (int column = 0; column < SIGNAL_COLUMNS; column++)
            cells[column] = letter->signals[i].cells[column];
        html_row(out, cells, SIGNAL_COLUMNS);
    }
    html_close(out, "table");
}

static void add_html_looks(struct buffer *out, const struct letter *letter)
{
    if (!letter->look_count)
        return;
    html_element(out, "h2", NULL, word(letter, TEXT_LOOKED));
    html_open(out, "dl", "small");
    for (size_t i = 0; i < letter->look_count; i++)
        html_pair(out, letter->looks[i].cells[0], letter->looks[i].cells[1]);
    html_close(out, "dl");
}

static void add_html_consents(struct buffer *out, const struct letter *letter)
{
    struct bytes rest = buffer_bytes(&letter->consents);

    if (!rest.length)
        return;
    html_element(out, "h2", NULL, word(letter, TEXT_CONSENTS));
    html_open(out, "ul", NULL);
    while (rest.length) {
        const uint8_t *end = memchr(rest.data, '\n', rest.length);
        size_t length = end ? (size_t)(end - rest.data) : rest.length;
        html_open(out, "li", NULL);
        html_bytes(out, bytes_of(rest.data, length));
        html_close(out, "li");
        rest = bytes_of(rest.data + length + (end != NULL), rest.length - length - (end != NULL));
    }
    html_close(out, "ul");
}

static void add_html_asked(struct buffer *out, const struct letter *letter)
{
    html_element(out, "h2", NULL, word(letter, TEXT_ASKED));
    if (letter->request->asked_count)
        html_open(out, "ul", NULL);
    for (size_t i = 0; i < letter->request->asked_count; i++)
        html_element(out, "li", NULL, registry_name(letter->registry, &letter->request->asked[i]));
    if (letter->request->asked_count)
        html_close(out, "ul");
    html_paragraph(out,
                   word(letter, letter->request->asked_count ? TEXT_ASKED_WHY : TEXT_ASKED_NONE));
}

static void add_html(struct buffer *out, const struct letter *letter)
{
    char day[16];

    print_day(amsterdam_day(letter->request->at_ms), day, sizeof day);
    html_begin(out, HTML_LETTER, letter->language, word(letter, TEXT_TITLE));
    html_element(out, "h1", NULL, word(letter, TEXT_TITLE));
    html_open(out, "dl", NULL);
    html_pair(out, word(letter, TEXT_FROM_US),
              registry_name(letter->registry, &letter->gateway->settings->oin));
    html_pair(out, word(letter, TEXT_DATE), day);
    html_pair(out, word(letter, TEXT_ADDRESS), letter->asker->address);
    html_pair(out, word(letter, TEXT_REQUEST), letter->request->id);
    html_close(out, "dl");
    html_paragraph(out, word(letter, TEXT_DEAR));
    add_html_signals(out, letter);
    add_html_looks(out, letter);
    add_html_consents(out, letter);
    add_html_asked(out, letter);
    html_paragraph(out, word(letter, TEXT_LEFT_OUT));
    html_paragraph(out, word(letter, TEXT_RIGHTS));
    html_end(out);
}

static enum outcome write_letter(const struct letter *letter, json_t **out_letter)
{
    OWNED_BUFFER text = {0}, html = {0};

    add_text(&text, letter);
    add_html(&html, letter);
    if (!buffer_text(&text) || !buffer_text(&html) || letter->consents.failed)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(buffer_outcome(&text));
    TRY(buffer_outcome(&html));
    *out_letter = json_pack("{ss ss sI sI}", "tekst", buffer_text(&text), "html",
                            buffer_text(&html), "regels", (json_int_t)letter->signal_count,
                            "gezien", (json_int_t)letter->look_count);
    return *out_letter ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

enum outcome access_letter(struct gateway *gateway, struct view *view,
                           const struct registry *registry, const struct access_request *request,
                           const struct access_asker *asker, enum language language,
                           json_t **out_letter)
{
    struct letter *letter = calloc(1, sizeof *letter);
    enum outcome outcome = OUTCOME_OK;

    if (!letter)
        return OUTCOME_OUT_OF_MEMORY;
    letter->gateway = gateway;
    letter->view = view;
    letter->registry = registry;
    letter->request = request;
    letter->asker = asker;
    letter->language = language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL;
    for (size_t i = 0; outcome == OUTCOME_OK && i < request->dossier_count; i++)
        outcome = show_dossier(letter, request->dossiers[i]);
    find_unasked(letter);
    if (outcome == OUTCOME_OK)
        outcome = write_letter(letter, out_letter);
    buffer_wipe(&letter->consents);
    explicit_bzero(letter, sizeof *letter);
    free(letter);
    return outcome;
}
