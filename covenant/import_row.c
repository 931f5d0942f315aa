/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/import_row.h"

#include <string.h>

#include "covenant/basis_words.h"
#include "covenant/signal.h"
#include "covenant/words.h"
#include "crypto/canonical.h"
#include "crypto/oin.h"
#include "crypto/ready.h"

/* --- the closed words --- */

#define MOMENT_ROW(word, nl, en) {#word, {nl, en}},
static const struct {
    const char *word;
    const char *name[LANGUAGE_COUNT];
} moments[] = {CONTACT_MOMENTS(MOMENT_ROW)};
#undef MOMENT_ROW

const char *contact_moment_name(const char *word, enum language language)
{
    for (size_t i = 0; word && i < sizeof moments / sizeof moments[0]; i++)
        if (strcmp(moments[i].word, word) == 0)
            return moments[i].name[language];
    return NULL;
}

bool contact_moment_is_known(const char *word)
{
    return contact_moment_name(word, LANGUAGE_NL) != NULL;
}

static const char *const answer_words[] = {
    [IMPORT_ANSWER_ABSENT] = NULL,
    [IMPORT_ANSWER_YES] = "ja",
    [IMPORT_ANSWER_NO] = "nee",
    [IMPORT_ANSWER_UNKNOWN] = "onbekend",
};

static bool answer_parse(const char *word, enum import_answer *out_answer)
{
    for (int i = IMPORT_ANSWER_YES; i <= IMPORT_ANSWER_UNKNOWN; i++)
        if (strcmp(answer_words[i], word) == 0) {
            *out_answer = (enum import_answer)i;
            return true;
        }
    return false;
}

/* --- what a text may hold; none of these meets an empty text --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool only(const char *text, const char *extra)
{
    for (; *text != '\0'; text++)
        if (!is_digit(*text) && !is_upper(*text) && strchr(extra, *text) == NULL)
            return false;
    return true;
}

static bool good_key(const char *text)
{
    if (text[0] == ' ' || text[strlen(text) - 1] == ' ')
        return false;
    for (; *text != '\0'; text++)
        if (*text < 0x20 || *text > 0x7E)
            return false;
    return true;
}

static bool good_complex(const char *text)
{
    return good_key(text) && strchr(text, ' ') == NULL;
}

static bool good_code(const char *text)
{
    return only(text, "._");
}

/* An adapter has brought these into their one spelling; here they must be in it. */
static bool good_postcode(const char *text)
{
    char same[POSTCODE_BYTES];

    return canonical_postcode(text, same) == OUTCOME_OK && strcmp(text, same) == 0;
}

static bool good_number(const char *text)
{
    char same[HOUSE_NUMBER_BYTES];

    return canonical_house_number(text, same) == OUTCOME_OK && strcmp(text, same) == 0;
}

static bool good_letter(const char *text)
{
    char same[HOUSE_LETTER_BYTES];

    return canonical_house_letter(text, same) == OUTCOME_OK && strcmp(text, same) == 0;
}

static bool good_addition(const char *text)
{
    char same[HOUSE_ADDITION_BYTES];

    return canonical_house_addition(text, same) == OUTCOME_OK && strcmp(text, same) == 0;
}

static bool good_bag(const char *text)
{
    char same[BAG_ID_BYTES];

    return canonical_bag_id(text, same) == OUTCOME_OK && strcmp(text, same) == 0;
}

static bool good_recipient(const char *text)
{
    enum party_kind kind;
    struct oin oin;

    return strcmp(text, IMPORT_RECIPIENT_ALL) == 0 || party_kind_parse(text, &kind) ||
           oin_parse(text, &oin);
}

/* How a resident spoke: what stands in another system is no way of speaking. */
static bool good_method(const char *text)
{
    enum basis_channel channel;

    return basis_channel_parse(text, &channel) && channel != BASIS_CHANNEL_BRONSYSTEEM;
}

/* Jansson and the CSV reader have made sure of UTF-8. */
static bool good_name(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return false;
    return true;
}

static bool good_phone(const char *text)
{
    return strspn(text, "0123456789 +-") == strlen(text) && strpbrk(text, "0123456789");
}

static bool good_language(const char *text)
{
    return strlen(text) == 2 && text[0] >= 'a' && text[0] <= 'z' && text[1] >= 'a' &&
           text[1] <= 'z';
}

/* Words of an answer list, as they travel. Each has a digit, like V1.A: a sentence has none, and
 * nobody's own text may come in here. */
static bool good_answers(const char *text)
{
    size_t words = 0;

    while (*text) {
        size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
        if (length == 0 || strcspn(text, "0123456789") >= length ||
            length > SIGNAL_ANSWER_MAX_BYTES || ++words > SIGNAL_ANSWERS_MAX ||
            (text[length] && text[length] != ' '))
            return false;
        text += length;
        if (*text == ' ' && *++text == '\0')
            return false;
    }
    return words > 0;
}

/* --- the members, in the order in which they are printed --- */

enum kind { ROW, TEXT, DAY, CODES, FLAG, ANSWER, CENTS };

struct member {
    const char *name;
    enum kind kind;
    bool required;
    size_t offset;
    size_t size; /* TEXT: with its NUL */
    bool (*good)(const char *text);
};

#define AT(field) offsetof(struct import_row, field), sizeof(((struct import_row *)0)->field)
#define ALWAYS    true
#define MAY       false

/* clang-format off */
static const struct member members[] = {
    {"rij",                      ROW,    ALWAYS, AT(row),               NULL},
    {"bronsleutel",              TEXT,   ALWAYS, AT(source_key),        good_key},
    {"melddatum",                DAY,    ALWAYS, AT(reported),          NULL},
    {"signaalcodes",             CODES,  MAY,    AT(codes),             good_code},
    {"geblokkeerd",              FLAG,   ALWAYS, AT(blocked),           NULL},
    {"postcode",                 TEXT,   MAY,    AT(contact.postcode),  good_postcode},
    {"huisnummer",               TEXT,   MAY,    AT(contact.number),    good_number},
    {"huisletter",               TEXT,   MAY,    AT(contact.letter),    good_letter},
    {"toevoeging",               TEXT,   MAY,    AT(contact.addition),  good_addition},
    {"bag",                      TEXT,   MAY,    AT(bag),               good_bag},
    {"complex",                  TEXT,   MAY,    AT(complex),           good_complex},
    {"contactmoment",            TEXT,   MAY,    AT(moment),            contact_moment_is_known},
    {"toestemming",              ANSWER, MAY,    AT(consent),           NULL},
    {"toestemmingDatum",         DAY,    MAY,    AT(consent_given),     NULL},
    {"toestemmingWerkwijze",     TEXT,   MAY,    AT(consent_method),    good_method},
    {"contactpoging",            DAY,    MAY,    AT(contact_attempted), NULL},
    {"gewezenOpHulp",            DAY,    MAY,    AT(pointed_to_help),   NULL},
    {"schriftelijkeHerinnering", DAY,    MAY,    AT(reminded),          NULL},
    {"bezwaar",                  ANSWER, MAY,    AT(objection),         NULL},
    {"huidigeHuurder",           ANSWER, MAY,    AT(current_tenant),    NULL},
    {"regelingLoopt",            ANSWER, MAY,    AT(plan_running),      NULL},
    {"meerderjarig",             ANSWER, MAY,    AT(adult),             NULL},
    {"bedragAchterstand",        CENTS,  MAY,    AT(arrears_cents),     NULL},
    {"hulpvraagBekend",          ANSWER, MAY,    AT(help_wanted_known), NULL},
    {"warmeOverdracht",          ANSWER, MAY,    AT(warm),              NULL},
    {"golf",                     TEXT,   MAY,    AT(wave),              wave_is_known},
    {"antwoordcodes",            TEXT,   MAY,    AT(answers),           good_answers},
    {"ontvanger",                TEXT,   MAY,    AT(recipient),         good_recipient},
    {"naam",                     TEXT,   MAY,    AT(contact.name),      good_name},
    {"telefoon",                 TEXT,   MAY,    AT(contact.phone),     good_phone},
    {"taal",                     TEXT,   MAY,    AT(contact.language),  good_language},
};
/* clang-format on */

enum { MEMBERS = sizeof members / sizeof members[0] };

static const void *field_of(const struct import_row *row, const struct member *member)
{
    return (const char *)row + member->offset;
}

static bool is_present(const struct import_row *row, const struct member *member)
{
    const void *field = field_of(row, member);

    switch (member->kind) {
    case TEXT:
        return *(const char *)field != '\0';
    case DAY:
        return ((const struct import_day *)field)->known;
    case ANSWER:
        return *(const enum import_answer *)field != IMPORT_ANSWER_ABSENT;
    case CENTS:
        return row->has_arrears;
    case CODES:
        return row->code_count > 0;
    case ROW:
    case FLAG:
        return true;
    }
    return false;
}

/* --- check --- */

static bool codes_are_good(const struct import_row *row)
{
    if (row->code_count > IMPORT_CODES_MAX)
        return false;
    for (size_t i = 0; i < row->code_count; i++)
        if (row->codes[i][0] == '\0' || !good_code(row->codes[i]))
            return false;
    return true;
}

static bool member_is_good(const struct import_row *row, const struct member *member)
{
    if (!is_present(row, member))
        return true;
    switch (member->kind) {
    case ROW:
        return row->row >= 1 && row->row <= IMPORT_ROWS_MAX + 1;
    case TEXT:
        return memchr(field_of(row, member), '\0', member->size) != NULL &&
               member->good(field_of(row, member));
    case CODES:
        return codes_are_good(row);
    case CENTS:
        return row->arrears_cents >= 0 && row->arrears_cents <= IMPORT_CENTS_MAX;
    case ANSWER:
        return *(const enum import_answer *)field_of(row, member) <= IMPORT_ANSWER_UNKNOWN;
    case DAY:
    case FLAG:
        return true;
    }
    return false;
}

bool import_row_member_is_good(const struct import_row *row, const char *name)
{
    for (size_t i = 0; i < MEMBERS; i++)
        if (strcmp(members[i].name, name) == 0)
            return member_is_good(row, &members[i]);
    return false;
}

bool import_row_has_address(const struct import_row *row)
{
    return row->contact.postcode[0] != '\0' && row->contact.number[0] != '\0';
}

size_t import_row_answers(const struct import_row *row, size_t max,
                          char (*out)[SIGNAL_ANSWER_MAX_BYTES + 1])
{
    const char *text = row->answers;
    size_t count = 0;

    while (*text && count < max) {
        size_t length = strcspn(text, " ");
        memcpy(out[count], text, length);
        out[count++][length] = '\0';
        text += length + (text[length] == ' ');
    }
    return count;
}

static bool names_part_of_address(const struct import_row *row)
{
    const struct contact *contact = &row->contact;

    return contact->postcode[0] || contact->number[0] || contact->letter[0] || contact->addition[0];
}

static enum outcome wrong(struct fault *fault, const char *name)
{
    fault_at(fault, "%s", name);
    return OUTCOME_MALFORMED;
}

enum outcome import_row_check(const struct import_row *row, struct fault *fault)
{
    for (size_t i = 0; i < MEMBERS; i++)
        if ((members[i].required && !is_present(row, &members[i])) ||
            !member_is_good(row, &members[i]))
            return wrong(fault, members[i].name);
    if ((row->wave[0] != '\0') != (row->answers[0] != '\0'))
        return wrong(fault, row->wave[0] ? "antwoordcodes" : "golf");
    if ((row->code_count > 0) == (row->wave[0] != '\0'))
        return wrong(fault, "signaalcodes");
    if (names_part_of_address(row) && !import_row_has_address(row))
        return wrong(fault, row->contact.postcode[0] ? "huisnummer" : "postcode");
    if (row->consent == IMPORT_ANSWER_YES && !row->consent_given.known)
        return wrong(fault, "toestemmingDatum");
    if (row->consent != IMPORT_ANSWER_YES && row->consent_method[0])
        return wrong(fault, "toestemmingWerkwijze");
    return OUTCOME_OK;
}

/* --- print --- */

static void print_day(const struct import_day *day, struct buffer *out)
{
    char text[DAY_TEXT_BYTES];

    day_print(day->day, text);
    buffer_format(out, "\"%s\"", text);
}

static void print_codes(const struct import_row *row, struct buffer *out)
{
    for (size_t i = 0; i < row->code_count; i++) {
        buffer_add_byte(out, i == 0 ? '[' : ',');
        buffer_add_json_text(out, row->codes[i]);
    }
    buffer_add_byte(out, ']');
}

static void print_value(const struct import_row *row, const struct member *member,
                        struct buffer *out)
{
    const void *field = field_of(row, member);

    switch (member->kind) {
    case ROW:
        buffer_format(out, "%u", row->row);
        break;
    case TEXT:
        buffer_add_json_text(out, field);
        break;
    case DAY:
        print_day(field, out);
        break;
    case CODES:
        print_codes(row, out);
        break;
    case FLAG:
        buffer_add_text(out, row->blocked ? "true" : "false");
        break;
    case ANSWER:
        buffer_add_json_text(out, answer_words[*(const enum import_answer *)field]);
        break;
    case CENTS:
        buffer_format(out, "%lld", (long long)row->arrears_cents);
        break;
    }
}

/* From member number `first` on: all of them, or all but `rij`. */
static void print_from(const struct import_row *row, size_t first, struct buffer *out)
{
    char before = '{';

    for (size_t i = first; i < MEMBERS; i++) {
        if (!is_present(row, &members[i]))
            continue;
        buffer_add_byte(out, (uint8_t)before);
        buffer_add_byte(out, '"');
        buffer_add_text(out, members[i].name);
        buffer_add_text(out, "\":");
        print_value(row, &members[i], out);
        before = ',';
    }
    buffer_add_byte(out, '}');
}

enum outcome import_row_print(const struct import_row *row, struct buffer *out)
{
    print_from(row, 0, out);
    return buffer_outcome(out);
}

enum outcome import_row_digest(const struct import_row *row, uint8_t out[static SHA256_BYTES])
{
    OWNED_BUFFER text = {0};

    print_from(row, 1, &text);
    TRY(buffer_outcome(&text));
    return sha256(buffer_bytes(&text), out);
}

/* --- parse --- */

static enum outcome read_text(const json_t *object, const struct member *member, char *field,
                              struct fault *fault)
{
    const char *text = NULL;

    TRY(json_text_at(object, member->name, member->size - 1, &text, fault));
    if (*text == '\0') /* absent members are omitted, not empty */
        return wrong(fault, member->name);
    memcpy(field, text, strlen(text) + 1);
    return OUTCOME_OK;
}

static enum outcome read_day(const json_t *object, const struct member *member,
                             struct import_day *field, struct fault *fault)
{
    const char *text = NULL;

    TRY(json_text_at(object, member->name, DAY_TEXT_BYTES - 1, &text, fault));
    if (!day_parse(text, &field->day))
        return wrong(fault, member->name);
    field->known = true;
    return OUTCOME_OK;
}

static enum outcome read_answer(const json_t *object, const struct member *member,
                                enum import_answer *field, struct fault *fault)
{
    const char *text = NULL;

    TRY(json_text_at(object, member->name, sizeof "onbekend", &text, fault));
    return answer_parse(text, field) ? OUTCOME_OK : wrong(fault, member->name);
}

static enum outcome read_codes(const json_t *object, const struct member *member,
                               struct import_row *row, struct fault *fault)
{
    const json_t *codes = NULL;

    TRY(json_array_at(object, member->name, IMPORT_CODES_MAX, &codes, fault));
    row->code_count = json_array_size(codes);
    for (size_t i = 0; i < row->code_count; i++) {
        const json_t *code = json_array_get(codes, i);
        if (!json_is_string(code) || json_string_length(code) > IMPORT_CODE_MAX_BYTES)
            return wrong(fault, member->name);
        memcpy(row->codes[i], json_string_value(code), json_string_length(code) + 1);
    }
    return OUTCOME_OK;
}

static enum outcome read_member(const json_t *object, const struct member *member,
                                struct import_row *row, struct fault *fault)
{
    void *field = (char *)row + member->offset;
    int64_t number = 0;

    switch (member->kind) {
    case ROW:
        TRY(json_integer_at(object, member->name, 1, IMPORT_ROWS_MAX + 1, &number, fault));
        row->row = (uint32_t)number;
        return OUTCOME_OK;
    case TEXT:
        return read_text(object, member, field, fault);
    case DAY:
        return read_day(object, member, field, fault);
    case CODES:
        return read_codes(object, member, row, fault);
    case FLAG:
        return json_boolean_at(object, member->name, &row->blocked, fault);
    case ANSWER:
        return read_answer(object, member, field, fault);
    case CENTS:
        row->has_arrears = true;
        return json_integer_at(object, member->name, 0, IMPORT_CENTS_MAX, &row->arrears_cents,
                               fault);
    }
    return wrong(fault, member->name);
}

enum outcome import_row_parse(const json_t *object, struct import_row *out_row, struct fault *fault)
{
    const char *names[MEMBERS + 1] = {NULL};
    OWNED_IMPORT_ROW row = {0};

    for (size_t i = 0; i < MEMBERS; i++)
        names[i] = members[i].name;
    TRY(json_only(object, names, fault));
    for (size_t i = 0; i < MEMBERS; i++) {
        if (!members[i].required && !json_object_get(object, members[i].name))
            continue;
        TRY(read_member(object, &members[i], &row, fault));
    }
    TRY(import_row_check(&row, fault));
    *out_row = row;
    return OUTCOME_OK;
}

void import_row_wipe(struct import_row *row)
{
    wipe(row, sizeof *row);
}
