/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/corporation_columns.h"

#include <string.h>

#include "adapters/cell.h"
#include "crypto/canonical.h"

#define AT(field)   offsetof(struct reading, field), sizeof(((struct reading *)0)->field)
#define FAULT(name) IMPORT_FAULT_##name
#define SCANNED     true
#define BY_NATURE   false

/* clang-format off */
static const struct column columns[] = {
    {"zaaknummer",       "bronsleutel",              COLUMN_PLAIN,        SCANNED,   FAULT(TEXT_WRONG),
         AT(row.source_key),        {"zaaknr", "zaak", "zaak_id", "meldingnummer"}},
    {"melddatum",        "melddatum",                COLUMN_DAY,          BY_NATURE, FAULT(DAY_WRONG),
         AT(row.reported),          {"meldingsdatum", "datum_melding", "registratiedatum", "datum"}},
    {"soort",            NULL,                       COLUMN_UPPER,        SCANNED,   FAULT(CODE_UNKNOWN),
         AT(kind),                  {"zaaktypesoort", "signaleringsoort"}},
    {"detailsoort",      NULL,                       COLUMN_UPPER,        SCANNED,   FAULT(CODE_UNKNOWN),
         AT(detail),                {"zaaktypedetailsoort", "signaleringdetailsoort", "detail_soort"}},
    {"signaalcode",      NULL,                       COLUMN_UPPER,        SCANNED,   FAULT(CODE_UNKNOWN),
         AT(ours),                  {"signaal"}},
    {"postcode",         "postcode",                 COLUMN_POSTCODE,     SCANNED,   FAULT(POSTCODE_WRONG),
         AT(row.contact.postcode),  {"pc", "postkode"}},
    {"huisnummer",       "huisnummer",               COLUMN_HOUSE_NUMBER, BY_NATURE, FAULT(HOUSE_NUMBER_WRONG),
         AT(row.contact.number),    {"huisnr", "hnr"}},
    {"huisletter",       "huisletter",               COLUMN_HOUSE_LETTER, SCANNED,   FAULT(HOUSE_NUMBER_WRONG),
         AT(row.contact.letter),    {"letter"}},
    {"toevoeging",       "toevoeging",               COLUMN_ADDITION,     SCANNED,   FAULT(HOUSE_NUMBER_WRONG),
         AT(row.contact.addition),  {"huisnummertoevoeging", "huisnummer_toevoeging", "toev"}},
    {"bag",              "bag",                      COLUMN_PLAIN,        BY_NATURE, FAULT(BAG_WRONG),
         AT(row.bag),               {"bag_id", "nummeraanduiding", "bag_nummeraanduiding"}},
    {"complex",          "complex",                  COLUMN_PLAIN,        SCANNED,   FAULT(TEXT_WRONG),
         AT(row.complex),           {"complexcode", "complexnummer"}},
    {"contactmoment",    "contactmoment",            COLUMN_UPPER,        SCANNED,   FAULT(MOMENT_WRONG),
         AT(row.moment),            {"contact_moment"}},
    {"toestemming",      "toestemming",              COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(row.consent),           {"toestemming_gegeven"}},
    {"toestemmingdatum", "toestemmingDatum",         COLUMN_DAY,          BY_NATURE, FAULT(DAY_WRONG),
         AT(row.consent_given),     {"toestemming_datum", "datum_toestemming"}},
    {"herinnering",      "schriftelijkeHerinnering", COLUMN_DAY,          BY_NATURE, FAULT(DAY_WRONG),
         AT(row.reminded),          {"schriftelijke_herinnering", "datum_herinnering"}},
    {"contactpoging",    "contactpoging",            COLUMN_DAY,          BY_NATURE, FAULT(DAY_WRONG),
         AT(row.contact_attempted), {"contact_poging", "datum_contactpoging"}},
    {"gewezen_op_hulp",  "gewezenOpHulp",            COLUMN_DAY,          BY_NATURE, FAULT(DAY_WRONG),
         AT(row.pointed_to_help),   {"gewezenophulp", "datum_gewezen_op_hulp"}},
    {"bezwaar",          "bezwaar",                  COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(row.objection),         {"bezwaar_gemaakt"}},
    {"huidige_huurder",  "huidigeHuurder",           COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(row.current_tenant),    {"huidigehuurder", "huurt_nu"}},
    {"regeling_loopt",   "regelingLoopt",            COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(row.plan_running),      {"regelingloopt", "betalingsregeling", "lopende_regeling"}},
    {"meerderjarig",     "meerderjarig",             COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(row.adult),             {"achttien_plus", "18_plus"}},
    {"bedrag",           "bedragAchterstand",        COLUMN_AMOUNT,       BY_NATURE, FAULT(AMOUNT_WRONG),
         AT(row.arrears_cents),     {"achterstand", "bedrag_achterstand"}},
    {"hulpvraag_bekend", "hulpvraagBekend",          COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(row.help_wanted_known), {"hulpvraagbekend", "hulpvraag"}},
    {"ontvanger",        "ontvanger",                COLUMN_UPPER,        SCANNED,   FAULT(RECIPIENT_WRONG),
         AT(row.recipient),         {"naar"}},
    {"naam",             "naam",                     COLUMN_PLAIN,        SCANNED,   FAULT(TEXT_WRONG),
         AT(row.contact.name),      {"naam_bewoner"}},
    {"telefoon",         "telefoon",                 COLUMN_PHONE,        BY_NATURE, FAULT(TEXT_WRONG),
         AT(row.contact.phone),     {"telefoonnummer", "tel", "mobiel"}},
    {"taal",             "taal",                     COLUMN_LOWER,        SCANNED,   FAULT(TEXT_WRONG),
         AT(row.contact.language),  {"voorkeurstaal"}},
};
/* clang-format on */

void column_name(struct bytes cell, char out[static COLUMN_NAME_BYTES])
{
    out[0] = '\0';
    if (!cell_lower(cell_trim(cell), out, COLUMN_NAME_BYTES))
        return;
    for (char *c = out; *c != '\0'; c++)
        if (*c == ' ' || *c == '-')
            *c = '_';
}

const struct column *column_named(const char *name)
{
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
        for (size_t k = 0; k < COLUMN_SYNONYMS_MAX && columns[i].synonyms[k]; k++)
            if (strcmp(columns[i].synonyms[k], name) == 0)
                return &columns[i];
    }
    return NULL;
}

static bool read_house_part(enum column_kind kind, struct bytes cell, char *out, size_t size)
{
    char text[64], part[16] = "";
    enum outcome outcome = OUTCOME_MALFORMED;

    if (!cell_text(cell, text, sizeof text))
        return false;
    if (kind == COLUMN_POSTCODE)
        outcome = canonical_postcode(text, part);
    else if (kind == COLUMN_HOUSE_NUMBER)
        outcome = canonical_house_number(text, part);
    else if (kind == COLUMN_HOUSE_LETTER)
        outcome = canonical_house_letter(text, part);
    else
        outcome = canonical_house_addition(text, part);
    return outcome == OUTCOME_OK && cell_text(bytes_of_text(part), out, size);
}

bool column_read(const struct column *column, struct bytes cell, struct reading *reading)
{
    void *out = (char *)reading + column->offset;

    switch (column->kind) {
    case COLUMN_DAY:
        return cell_day(cell, out);
    case COLUMN_ANSWER:
        return cell_answer(cell, out);
    case COLUMN_AMOUNT:
        reading->row.has_arrears = true;
        return cell_cents(cell, out);
    case COLUMN_PLAIN:
        return cell_text(cell, out, column->size);
    case COLUMN_UPPER:
        return cell_upper(cell, out, column->size);
    case COLUMN_LOWER:
        return cell_lower(cell, out, column->size);
    case COLUMN_PHONE:
        return cell_phone(cell, out, column->size);
    case COLUMN_POSTCODE:
    case COLUMN_HOUSE_NUMBER:
    case COLUMN_HOUSE_LETTER:
    case COLUMN_ADDITION:
        return read_house_part(column->kind, cell, out, column->size);
    }
    return false;
}
