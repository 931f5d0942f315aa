/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/corporation_columns.h"

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
    {"warme_overdracht", "warmeOverdracht",          COLUMN_ANSWER,       SCANNED,   FAULT(ANSWER_WRONG),
         AT(row.warm),              {"warmeoverdracht"}},
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

const struct column *column_named(const char *name)
{
    return column_find(columns, sizeof columns / sizeof columns[0], name);
}
