/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/survey_csv.h"

#include <stdio.h>
#include <string.h>

#include "adapters/import_file.h"
#include "crypto/ready.h"

/* --- the blocks --- */

enum { BLOCK_CODES_MAX = 3, RESPONDENT_MAX_BYTES = 32 };

/* clang-format off */
/*    name          column          the codes it may give; the first is the usual one */
#define BLOCKS(X)                                                                         \
    X(WELFARE,      "welzijn",      {"ZORG.EENZAAM", "ZORG.ZELFREDZAAM", "ZORG.MANTELZORG"}) \
    X(WORK,         "werk_inkomen", {"WERK.WERKVRAAG", "FIN.GELDZORGEN"})                 \
    X(WISH,         "wijkwens",     {"MEED.BUURTWENS"})                                   \
    X(RENOVATION,   "renovatie",    {"REN.STRESS"})                                       \
    X(RESEARCH,     "onderzoek",    {NULL})
/* clang-format on */

#define BLOCK_ENUM(name, ...) BLOCK_##name,
enum block { BLOCKS(BLOCK_ENUM) BLOCK_COUNT };
#undef BLOCK_ENUM

#define BLOCK_ROW(name, column, ...) {column, __VA_ARGS__},
static const struct {
    const char *column;
    const char *codes[BLOCK_CODES_MAX];
} blocks[] = {BLOCKS(BLOCK_ROW)};
#undef BLOCK_ROW

/* One line on its way: what all its rows share, and what it says of each block. */
struct household {
    struct import_row row;
    char respondent[RESPONDENT_MAX_BYTES + 1];
    enum import_answer agreed[BLOCK_COUNT];
    char code[BLOCK_COUNT][IMPORT_CODE_MAX_BYTES + 1];
};

#define AT(field)   offsetof(struct household, field), sizeof(((struct household *)0)->field)
#define FAULT(name) IMPORT_FAULT_##name
#define SCANNED     true
#define BY_NATURE   false

/* clang-format off */
static const struct column columns[] = {
    {"respondent",        NULL,                  COLUMN_PLAIN,        SCANNED,   FAULT(TEXT_WRONG),
         AT(respondent),            {"respondentnummer", "huishouden"}},
    {"datum",             "melddatum",           COLUMN_DAY,          BY_NATURE, FAULT(DAY_WRONG),
         AT(row.reported),          {"enquetedatum", "datum_enquete"}},
    {"postcode",          "postcode",            COLUMN_POSTCODE,     SCANNED,   FAULT(POSTCODE_WRONG),
         AT(row.contact.postcode),  {"pc"}},
    {"huisnummer",        "huisnummer",          COLUMN_HOUSE_NUMBER, BY_NATURE, FAULT(HOUSE_NUMBER_WRONG),
         AT(row.contact.number),    {"huisnr", "hnr"}},
    {"huisletter",        "huisletter",          COLUMN_HOUSE_LETTER, SCANNED,   FAULT(HOUSE_NUMBER_WRONG),
         AT(row.contact.letter),    {"letter"}},
    {"toevoeging",        "toevoeging",          COLUMN_ADDITION,     SCANNED,   FAULT(HOUSE_NUMBER_WRONG),
         AT(row.contact.addition),  {"huisnummertoevoeging", "toev"}},
    {"complex",           "complex",             COLUMN_PLAIN,        SCANNED,   FAULT(TEXT_WRONG),
         AT(row.complex),           {"complexcode"}},
    {"naam",              "naam",                COLUMN_PLAIN,        SCANNED,   FAULT(TEXT_WRONG),
         AT(row.contact.name),      {"naam_bewoner"}},
    {"telefoon",          "telefoon",            COLUMN_PHONE,        BY_NATURE, FAULT(TEXT_WRONG),
         AT(row.contact.phone),     {"telefoonnummer", "tel"}},
    {"taal",              "taal",                COLUMN_LOWER,        SCANNED,   FAULT(TEXT_WRONG),
         AT(row.contact.language),  {"voorkeurstaal"}},
    {"ontvanger",         "ontvanger",           COLUMN_UPPER,        SCANNED,   FAULT(RECIPIENT_WRONG),
         AT(row.recipient),         {"naar"}},
    {"golf",              "golf",                COLUMN_UPPER,        SCANNED,   FAULT(WAVE_WRONG),
         AT(row.wave),              {"meting"}},
    {"antwoorden",        "antwoordcodes",       COLUMN_UPPER,        SCANNED,   FAULT(ANSWERS_WRONG),
         AT(row.answers),           {"antwoordcodes"}},
    {"welzijn",           NULL,                  COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(agreed[BLOCK_WELFARE]), {"toestemming_welzijn"}},
    {"welzijn_code",      NULL,                  COLUMN_UPPER,        SCANNED,   FAULT(CODE_UNKNOWN),
         AT(code[BLOCK_WELFARE]),   {"welzijn_signaalcode"}},
    {"werk_inkomen",      NULL,                  COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(agreed[BLOCK_WORK]),    {"toestemming_werk_inkomen"}},
    {"werk_inkomen_code", NULL,                  COLUMN_UPPER,        SCANNED,   FAULT(CODE_UNKNOWN),
         AT(code[BLOCK_WORK]),      {"werk_inkomen_signaalcode"}},
    {"wijkwens",          NULL,                  COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(agreed[BLOCK_WISH]),    {"toestemming_wijkwens"}},
    {"renovatie",         NULL,                  COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(agreed[BLOCK_RENOVATION]), {"toestemming_renovatie"}},
    {"onderzoek",         NULL,                  COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(agreed[BLOCK_RESEARCH]), {"toestemming_onderzoek"}},
};
/* clang-format on */

static const struct column *survey_column(const char *name)
{
    return column_find(columns, sizeof columns / sizeof columns[0], name);
}

static const char *missing_column(const struct import_file *file)
{
    if (!import_file_has(file, "respondent"))
        return "respondent";
    if (!import_file_has(file, "datum"))
        return "datum";
    for (size_t i = 0; i < BLOCK_COUNT; i++)
        if (import_file_has(file, blocks[i].column))
            return NULL;
    return blocks[BLOCK_WELFARE].column;
}

/* --- one line --- */

static bool agreed(const struct household *household, enum block block)
{
    return household->agreed[block] == IMPORT_ANSWER_YES;
}

static bool agreed_to_any(const struct household *household)
{
    for (unsigned i = 0; i < BLOCK_COUNT; i++)
        if (agreed(household, (enum block)i))
            return true;
    return false;
}

static enum outcome check_research(struct import_file *file, const struct import_row *row)
{
    if (!row->wave[0])
        TRY(import_file_fault_of(file, IMPORT_FAULT_EMPTY, "golf"));
    if (!row->answers[0])
        TRY(import_file_fault_of(file, IMPORT_FAULT_EMPTY, "antwoorden"));
    return OUTCOME_OK;
}

static enum outcome check_together(struct import_file *file, const struct household *household)
{
    const struct import_row *row = &household->row;
    const struct contact *contact = &row->contact;
    bool any_address =
        contact->postcode[0] || contact->number[0] || contact->letter[0] || contact->addition[0];

    if (!household->respondent[0])
        TRY(import_file_fault_of(file, IMPORT_FAULT_EMPTY, "respondent"));
    if (!row->reported.known)
        TRY(import_file_fault_of(file, IMPORT_FAULT_EMPTY, "datum"));
    /* A household that agreed to something must be one that can be found again. */
    if ((any_address || agreed_to_any(household)) && !import_row_has_address(row))
        TRY(import_file_fault_of(file, IMPORT_FAULT_ADDRESS_INCOMPLETE,
                                 contact->postcode[0] ? "huisnummer" : "postcode"));
    return agreed(household, BLOCK_RESEARCH) ? check_research(file, row) : OUTCOME_OK;
}

/* The code of a block: its usual one, or another that the block may give; NULL: none of them. */
static const char *code_of(const struct household *household, enum block block)
{
    if (!household->code[block][0])
        return blocks[block].codes[0];
    for (size_t i = 0; i < BLOCK_CODES_MAX && blocks[block].codes[i]; i++)
        if (strcmp(blocks[block].codes[i], household->code[block]) == 0)
            return blocks[block].codes[i];
    return NULL;
}

/* "E-12/wijkwens", in a wave "E-12/onderzoek/VOOR": one row a block, and its own in each wave. */
static enum outcome make_row(struct import_file *file, const struct household *household,
                             enum block block, struct import_row *out)
{
    const char *wave = household->row.wave;
    int length;

    *out = household->row;
    length = snprintf(out->source_key, sizeof out->source_key, "%s/%s%s%s", household->respondent,
                      blocks[block].column, wave[0] ? "/" : "", wave);
    if (length < 0 || (size_t)length >= sizeof out->source_key ||
        !import_row_member_is_good(out, "bronsleutel"))
        return import_file_fault_of(file, IMPORT_FAULT_TEXT_WRONG, "respondent");
    out->row = file->csv.row;
    out->consent = IMPORT_ANSWER_YES;
    out->consent_given = out->reported;
    snprintf(out->moment, sizeof out->moment, "ENQUETE");
    if (block == BLOCK_RESEARCH) {
        out->recipient[0] = '\0'; /* the study's own */
        return OUTCOME_OK;
    }
    out->wave[0] = out->answers[0] = '\0';
    if (!code_of(household, block)) {
        char column[COLUMN_NAME_BYTES];
        snprintf(column, sizeof column, "%s_code", blocks[block].column);
        return import_file_fault_of(file, IMPORT_FAULT_CODE_UNKNOWN, column);
    }
    snprintf(out->codes[0], sizeof out->codes[0], "%s", code_of(household, block));
    out->code_count = 1;
    return OUTCOME_OK;
}

static enum outcome keep_blocks(struct import_file *file, const struct household *household)
{
    for (unsigned block = 0; block < BLOCK_COUNT; block++) {
        OWNED_IMPORT_ROW row = {0};
        size_t before = file->faults_found;
        if (!agreed(household, (enum block)block))
            continue;
        TRY(make_row(file, household, (enum block)block, &row));
        if (file->faults_found == before)
            import_file_keep(file, &row);
    }
    return OUTCOME_OK;
}

static enum outcome read_household(struct import_file *file, struct household *household)
{
    size_t before = file->faults_found;

    TRY(import_file_read_cells(file, household, &household->row));
    if (file->faults_found == before)
        TRY(check_together(file, household));
    return file->faults_found == before ? keep_blocks(file, household) : OUTCOME_OK;
}

static enum outcome read_line(struct import_file *file)
{
    struct household household = {0};
    enum outcome outcome = read_household(file, &household);

    wipe(&household, sizeof household);
    return outcome;
}

/* --- the adapter --- */

static const struct layout layout = {
    .column_named = survey_column,
    .missing_column = missing_column,
    .read_line = read_line,
    .key = "respondent",
    .rows_per_line = BLOCK_COUNT,
};

static enum outcome parse(struct bytes text, const struct code_lists *lists,
                          const struct mapping *mapping, struct import *out_import)
{
    return import_file_parse(&layout, text, lists, mapping, out_import);
}

const struct adapter survey_csv = {
    .name = "enquete",
    .description = {[LANGUAGE_NL] = "enquête, met toestemming per vraagblok, als CSV",
                    [LANGUAGE_EN] = "a survey, with consent for each block of questions, as CSV"},
    .parse = parse,
};
