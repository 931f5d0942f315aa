/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * words.h - the closed vocabulary of a covenant: lanes, purposes, kinds of party,
 * fields, conditions, acts. One table each: the word on the wire and the Dutch and
 * English name for people. A set of them is a uint32_t with `bit_of(member)`.
 *
 * Each `x_parse` answers false and leaves *out alone for a word that is not in the
 * table (also for NULL). Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "crypto/outcome.h"

/* clang-format off */
/*    name               word             Dutch / English */
#define LANES(X)                                                                            \
    X(AGGREGATE,        "AGGREGAAT",      "alleen optelling",   "counts only")              \
    X(CONSENT,          "TOESTEMMING",    "toestemming",        "consent")                  \
    X(LAW,              "WET",            "wet",                "law")

#define PURPOSES(X)                                                                         \
    X(TOELEIDING,       "TOELEIDING",     "Hulp vinden",        "Finding help")             \
    X(WAAKVLAM,         "WAAKVLAM",       "Terugval",           "Relapse")                  \
    X(WOONSTAP,         "WOONSTAP",       "Weer huren",         "Renting again")            \
    X(SOCREN_MONITOR,   "SOCREN_MONITOR", "Maandmonitor",       "Monthly monitor")          \
    X(SIA,              "SIA",            "Sociale investeringsagenda", "Social investment agenda") \
    X(DIA,              "DIA",            "Investeringsagenda", "Investment agenda")        \
    X(ONDERZOEK,        "ONDERZOEK",      "Onderzoek",          "Research")                 \
    X(VROEGSIGNALERING, "VROEGSIGNALERING", "Huurachterstand",  "Rent arrears")             \
    X(RECHTEN,          "RECHTEN",        "Rechten van bewoners", "Rights of residents")    \
    X(VERANTWOORDING,   "VERANTWOORDING", "Verantwoording",     "Accountability")

/*                                                                       counts only */
#define PARTY_KINDS(X)                                                                      \
    X(CORPORATIE,       "CORPORATIE",     "corporatie",         "housing corporation", false) \
    X(WIJKTEAM,         "WIJKTEAM",       "wijkteam",           "neighbourhood team",  false) \
    X(GGZ,              "GGZ",            "ggz",                "mental health care",  false) \
    X(GEMEENTE,         "GEMEENTE",       "gemeente",           "municipality",        false) \
    X(ONDERZOEK,        "ONDERZOEK",      "universiteit",       "research",            false) \
    X(WELZIJN,          "WELZIJN",        "welzijn",            "welfare",             false) \
    X(ZORGAANBIEDER,    "ZORGAANBIEDER",  "zorgaanbieder",      "care provider",       false) \
    X(OPVANG,           "OPVANG",         "opvang",             "shelter",             false) \
    X(ENQUETEBUREAU,    "ENQUETEBUREAU",  "enquêtebureau",      "survey bureau",       false) \
    X(HUURDERSORGANISATIE, "HUURDERSORGANISATIE", "huurdersorganisatie", "tenants' organisation", true) \
    X(WIJKBUREAU,       "WIJKBUREAU",     "wijkbureau",         "neighbourhood office", true) \
    X(HANDHAVING,       "HANDHAVING",     "handhaving",         "enforcement",         true)  \
    X(NETBEHEERDER,     "NETBEHEERDER",   "netbeheerder",       "grid operator",       true)  \
    X(POLITIE,          "POLITIE",        "politie",            "police",              false) \
    X(ANDERE_VERHUURDER, "ANDERE_VERHUURDER", "andere verhuurder", "other landlord",    false) \
    X(GETUIGE,          "GETUIGE",        "getuige",            "witness of logs",     true)

/* SENT fields may stand in `velden`; NEVER fields exist so that they can be forbidden and
 * asked about. The core (id, convenant, bepaling, …) is always sent and never listed. */
#define FIELDS(X)                                                                           \
    X(AREA,             "gebied",         "gebied",             "area",            SENT)    \
    X(CONTACT_MOMENT,   "contactmoment",  "contactmoment",      "moment of contact", SENT)  \
    X(WEEK,             "waarneemweek",   "week",               "week",            SENT)    \
    X(TOKEN,            "pseudoniem",     "pseudoniem",         "token",           SENT)    \
    X(PROOF,            "bewijs",         "bewijs",             "proof",           SENT)    \
    X(HELP_QUESTION,    "hulpvraagBekend", "hulpvraag bekend",  "question known",  SENT)    \
    X(CONTACT,          "contactenvelop", "contactgegevens",    "contact details", SENT)    \
    X(ARREARS,          "bedragAchterstand", "hoogte achterstand", "amount of arrears", SENT) \
    X(SIGNAL_DAY,       "signaalDatum",   "datum",              "date",            SENT)    \
    X(STUDY_TOKEN,      "onderzoekspseudoniem", "onderzoekspseudoniem", "study token", SENT) \
    X(WAVE,             "golf",           "meting",             "wave",            SENT)    \
    X(ANSWERS,          "antwoordcodes",  "antwoordcodes",      "coded answers",   SENT)    \
    X(REPAYMENT,        "aflossing",      "aflossing",          "repayment",       SENT)    \
    X(HELP,             "hulp",           "hulp",               "help",            SENT)    \
    X(RENT_TERM,        "huurvoorwaarde", "huurvoorwaarde",     "term of the tenancy", SENT) \
    X(END_DAY,          "eindDatum",      "einddatum",          "end date",        SENT)    \
    X(WARM,             "warmeOverdracht", "warme overdracht",  "warm handover",   SENT)    \
    X(BSN,              "bsn",            "BSN",                "citizen number",  NEVER)   \
    X(REPORTER_NAME,    "naamMelder",     "naam melder",        "name of reporter", NEVER)  \
    X(DIAGNOSIS,        "diagnose",       "diagnose",           "diagnosis",       NEVER)   \
    X(CRIMINAL,         "strafrechtelijk", "strafrecht",        "criminal record", NEVER)   \
    X(NATIONALITY,      "nationaliteit",  "nationaliteit",      "nationality",     NEVER)   \
    X(FREE_TEXT,        "vrijeTekst",     "vrije tekst",        "free text",       NEVER)   \
    X(TREATMENT,        "behandeling",    "behandeling",        "treatment",       NEVER)   \
    X(MEDICATION,       "medicatie",      "medicatie",          "medication",      NEVER)   \
    X(CLIENT_STATUS,    "clientstatus",   "cliënt bij de zorg", "client of care",  NEVER)   \
    X(NEIGHBOUR_NAME,   "naamBuur",       "naam buur",          "name of neighbour", NEVER) \
    X(POLICE_DATA,      "politiegegevens", "politiegegevens",   "police data",     NEVER)   \
    X(RELIGION,         "godsdienst",     "godsdienst",         "religion",        NEVER)   \
    X(ORIGIN,           "herkomst",       "herkomst",           "origin",          NEVER)   \
    X(DOCUMENT,         "document",       "documenten",         "documents",       NEVER)   \
    X(RISK_SCORE,       "risicoscore",    "risicoscore",        "risk score",      NEVER)

#define CONDITIONS(X)                                                                       \
    X(CONTACT_TRIED,    "contactpoging",  "er is geprobeerd contact te leggen", "contact was attempted") \
    X(POINTED_TO_HELP,  "gewezenOpHulp",  "er is op hulp gewezen",              "help was pointed out")  \
    X(REMINDED,         "schriftelijkeHerinnering", "er is schriftelijk herinnerd", "a written reminder was sent") \
    X(NO_OBJECTION,     "geenBezwaar",    "de bewoner heeft geen bezwaar",      "the resident does not object") \
    X(CURRENT_TENANT,   "huidigeHuurder", "de bewoner huurt nu",                "the resident is the tenant now") \
    X(NO_RUNNING_PLAN,  "geenLopendPlan", "er loopt geen betalingsregeling",    "no payment plan is running") \
    X(ADULT,            "meerderjarig",   "de bewoner is 18 jaar of ouder",     "the resident is 18 or older")

#define ACTS(X)                                                                             \
    X(SEARCH,           "ZOEKEN_OP_PSEUDONIEM",   "zoeken op persoon",        "searching for a person") \
    X(LINK,             "KOPPELEN_TUSSEN_DOELEN", "koppelen tussen doelen",   "linking between purposes") \
    X(SCORE,            "RISICOSCORE",            "risicoscore",              "risk scores")
/* clang-format on */

#define LANE_ENUM(name, ...)       LANE_##name,
#define PURPOSE_ENUM(name, ...)    PURPOSE_##name,
#define PARTY_KIND_ENUM(name, ...) PARTY_##name,
#define FIELD_ENUM(name, ...)      FIELD_##name,
#define CONDITION_ENUM(name, ...)  CONDITION_##name,
#define ACT_ENUM(name, ...)        ACT_##name,
/* The zero of the first four is "not named". */
enum lane { LANE_NONE, LANES(LANE_ENUM) LANE_COUNT };
enum purpose { PURPOSE_NONE, PURPOSES(PURPOSE_ENUM) PURPOSE_COUNT };
enum party_kind { PARTY_NONE, PARTY_KINDS(PARTY_KIND_ENUM) PARTY_KIND_COUNT };
enum act { ACT_NONE, ACTS(ACT_ENUM) ACT_COUNT };
enum field { FIELDS(FIELD_ENUM) FIELD_COUNT };
enum condition { CONDITIONS(CONDITION_ENUM) CONDITION_COUNT };
#undef LANE_ENUM
#undef PURPOSE_ENUM
#undef PARTY_KIND_ENUM
#undef FIELD_ENUM
#undef CONDITION_ENUM
#undef ACT_ENUM

static inline uint32_t bit_of(unsigned member)
{
    return UINT32_C(1) << member;
}

static inline bool has_bit(uint32_t set, unsigned member)
{
    return (set >> member & 1) != 0;
}

bool lane_parse(const char *word, enum lane *out_lane);
bool purpose_parse(const char *word, enum purpose *out_purpose);
bool party_kind_parse(const char *word, enum party_kind *out_kind);
bool field_parse(const char *word, enum field *out_field);
bool condition_parse(const char *word, enum condition *out_condition);
bool act_parse(const char *word, enum act *out_act);

const char *lane_word(enum lane lane); /* "" for what is not in the table; so for all */
const char *purpose_word(enum purpose purpose);
const char *party_kind_word(enum party_kind kind);
const char *field_word(enum field field);
const char *condition_word(enum condition condition);
const char *act_word(enum act act);

const char *lane_name(enum lane lane, enum language language);
const char *purpose_name(enum purpose purpose, enum language language);
const char *party_kind_name(enum party_kind kind, enum language language);
const char *field_name(enum field field, enum language language);
const char *condition_name(enum condition condition, enum language language);
const char *act_name(enum act act, enum language language);

bool field_is_sendable(enum field field);          /* may it stand in `velden`? */
bool party_kind_counts_only(enum party_kind kind); /* does it get counts and nothing individual? */
