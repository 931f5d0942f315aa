/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * adapter.h - what stands between one partner system's file and our rows.
 *
 * An adapter is pure: text in, an import out (rows, faults, warnings). It never
 * repeats the text of a cell: a fault is a row, a column and a sentence from the
 * table below. gateway/main.c holds the table of adapters.
 * Order of use: adapter->parse(); look at import_is_refused(); import_free().
 * Does not decide what may leave: that is covenant/decision.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "covenant/feedback.h"
#include "covenant/import_row.h"
#include "crypto/bytes.h"
#include "crypto/outcome.h"

struct code_lists;

/* What the organisation says about its own file. All borrowed. */
struct mapping {
    const char *const *identifiers; /* names of columns declared `kenmerk`: not scanned, not used */
    size_t identifier_count;
};

/* clang-format off */
/* FILE faults refuse the whole file; ROW faults refuse one row. */
/*    name                  about code                          Dutch / English */
#define IMPORT_FAULTS(X)                                                                             \
    X(TOO_LARGE,            FILE, "BESTAND_TE_GROOT",           "Het bestand is groter dan 8 MiB. Splits het.", \
                                                                "The file is larger than 8 MiB. Split it.") \
    X(ENCODING,             FILE, "TEKENSET_ONJUIST",           "Dit is geen tekstbestand in UTF-8 of Windows-1252. Bewaar het als CSV.", \
                                                                "This is no text file in UTF-8 or Windows-1252. Save it as CSV.") \
    X(NO_HEADER,            FILE, "KOPREGEL_ONTBREEKT",         "De eerste regel moet de namen van de kolommen bevatten.", \
                                                                "The first line must hold the names of the columns.") \
    X(COLUMN_MISSING,       FILE, "KOLOM_ONTBREEKT",            "Deze kolom is verplicht en ontbreekt.", \
                                                                "This column is required and missing.") \
    X(COLUMN_TWICE,         FILE, "KOLOM_DUBBEL",               "Deze kolom staat er twee keer in.", \
                                                                "This column is present twice.")     \
    X(TOO_MANY_ROWS,        FILE, "TE_VEEL_REGELS",             "Het bestand heeft meer dan 50.000 regels. Splits het.", \
                                                                "The file has more than 50,000 rows. Split it.") \
    X(TOO_MANY_COLUMNS,     FILE, "TE_VEEL_KOLOMMEN",           "Het bestand heeft meer dan 64 kolommen.", \
                                                                "The file has more than 64 columns.") \
    X(CELL_TOO_LONG,        FILE, "CEL_TE_LANG",                "Een cel is langer dan 1.000 tekens.", \
                                                                "A cell is longer than 1,000 bytes.") \
    X(QUOTES,               FILE, "AANHALINGSTEKENS_ONJUIST",   "De aanhalingstekens kloppen niet.", \
                                                                "The quotation marks are not right.") \
    X(BSN,                  FILE, "MOGELIJK_BSN",               "Mogelijk staat hier een BSN. Haal de kolom weg of noem haar kenmerk.", \
                                                                "This may be a BSN. Remove the column or declare it kenmerk.") \
    X(CELL_COUNT,           ROW,  "AANTAL_CELLEN_ONJUIST",      "Deze regel heeft meer cellen dan de kopregel.", \
                                                                "This row has more cells than the header.") \
    X(EMPTY,                ROW,  "CEL_LEEG",                   "Deze cel mag niet leeg zijn.",     \
                                                                "This cell may not be empty.")       \
    X(TEXT_WRONG,           ROW,  "TEKST_ONJUIST",              "Deze tekst is te lang of heeft tekens die hier niet kunnen.", \
                                                                "This text is too long or has characters that cannot stand here.") \
    X(DAY_WRONG,            ROW,  "DATUM_ONJUIST",              "Dit is geen datum. Schrijf bijvoorbeeld 03-12-2026.", \
                                                                "This is not a date. Write 03-12-2026, for example.") \
    X(AMOUNT_WRONG,         ROW,  "BEDRAG_ONJUIST",             "Dit is geen bedrag. Schrijf bijvoorbeeld 1.234,50.", \
                                                                "This is not an amount. Write 1.234,50, for example.") \
    X(ANSWER_WRONG,         ROW,  "JA_NEE_ONJUIST",             "Schrijf hier ja of nee, of laat de cel leeg.", \
                                                                "Write ja (yes) or nee (no) here, or leave the cell empty.") \
    X(POSTCODE_WRONG,       ROW,  "POSTCODE_ONJUIST",           "Dit is geen postcode. Schrijf bijvoorbeeld 1234 AB.", \
                                                                "This is not a postcode. Write 1234 AB, for example.") \
    X(HOUSE_NUMBER_WRONG,   ROW,  "HUISNUMMER_ONJUIST",         "Dit huisnummer, deze letter of toevoeging klopt niet.", \
                                                                "This house number, letter or addition is not right.") \
    X(ADDRESS_INCOMPLETE,   ROW,  "ADRES_ONVOLLEDIG",           "Een adres heeft een postcode en een huisnummer nodig.", \
                                                                "An address needs a postcode and a house number.") \
    X(BAG_WRONG,            ROW,  "BAG_ONJUIST",                "Een BAG-nummeraanduiding heeft 16 cijfers, met 20 op plaats 5 en 6.", \
                                                                "A BAG address id has 16 digits, with 20 in places 5 and 6.") \
    X(MOMENT_WRONG,         ROW,  "CONTACTMOMENT_ONJUIST",      "Kies VERHURING, OVERLAST, ONDERHOUD, RENOVATIE, BUURTRONDE, INCASSO, HUISBEZOEK of ENQUETE.", \
                                                                "Choose VERHURING, OVERLAST, ONDERHOUD, RENOVATIE, BUURTRONDE, INCASSO, HUISBEZOEK or ENQUETE.") \
    X(CODE_MISSING,         ROW,  "CODE_ONTBREEKT",             "De regel heeft geen soort, detailsoort of signaalcode.", \
                                                                "The row has no soort, detailsoort or signaalcode.") \
    X(CODE_WITHOUT_LIST,    ROW,  "CODE_ZONDER_LIJST",          "Schrijf een VERA-code met haar lijst, zoals ZAAKTYPEDETAILSOORT.GEL.", \
                                                                "Write a VERA code with its list, like ZAAKTYPEDETAILSOORT.GEL.") \
    X(CODE_UNKNOWN,         ROW,  "CODE_ONBEKEND",              "Deze code staat niet in de codelijst of wijst geen signaal aan.", \
                                                                "This code is not in the code list or names no signal.") \
    X(CONSENT_WITHOUT_DAY,  ROW,  "TOESTEMMING_ZONDER_DATUM",   "Bij toestemming hoort de datum waarop de bewoner haar gaf.", \
                                                                "Consent needs the date on which the resident gave it.") \
    X(WAVE_WRONG,           ROW,  "GOLF_ONJUIST",               "Kies VOOR, LOGEERWONING of NA_OPLEVERING.", \
                                                                "Choose VOOR, LOGEERWONING or NA_OPLEVERING.") \
    X(ANSWERS_WRONG,        ROW,  "ANTWOORDCODES_ONJUIST",      "Schrijf codes met een spatie ertussen, zoals V1.A V2.C; geen tekst.", \
                                                                "Write codes with a space between, like V1.A V2.C; no text.") \
    X(RECIPIENT_WRONG,      ROW,  "ONTVANGER_ONJUIST",          "Noem een OIN van 20 tekens, een soort partij zoals WIJKTEAM, of ALLEN.", \
                                                                "Name an OIN of 20 characters, a kind of party like WIJKTEAM, or ALLEN.") \
    X(KEY_TWICE,            ROW,  "ZAAKNUMMER_DUBBEL",          "Dit zaaknummer staat al op een eerdere regel.", \
                                                                "This case number stands on an earlier row.") \
    X(SIGNAL_WRONG,         ROW,  "SIGNAALNUMMER_ONJUIST",      "Dit is geen nummer van een signaal. Neem het over uit het postvak.", \
                                                                "This is no number of a signal. Copy it from the inbox.") \
    X(SIGNAL_TWICE,         ROW,  "SIGNAAL_DUBBEL",             "Dit signaal staat al op een eerdere regel. Geef een antwoord per bestand.", \
                                                                "This signal stands on an earlier row. Give one answer a file.") \
    X(FEEDBACK_WRONG,       ROW,  "ANTWOORDCODE_ONJUIST",       "Dit is geen code van een antwoord. Met --help noemt de opdracht ze.", \
                                                                "This is no code of an answer. With --help the command names them.") \
    X(FEEDBACK_EXTRA,       ROW,  "AANVULLING_ONJUIST",         "Bij deze antwoordcode hoort hier iets anders, of juist niets.", \
                                                                "This code of an answer wants something else here, or nothing.")

/*    name         code                   Dutch / English */
#define IMPORT_WARNINGS(X)                                                                           \
    X(COMMA,       "KOMMA_ALS_SCHEIDING", "De kolommen zijn met een komma gescheiden. Controleer de bedragen.", \
                                          "The columns are separated by a comma. Check the amounts.") \
    X(TAB,         "TAB_ALS_SCHEIDING",   "De kolommen zijn met een tab gescheiden.",                \
                                          "The columns are separated by a tab.")                     \
    X(CP1252,      "TEKENSET_WINDOWS",    "Het bestand is gelezen als Windows-1252. Controleer letters met accenten.", \
                                          "The file was read as Windows-1252. Check accented letters.") \
    X(COLUMN_UNUSED, "KOLOM_NIET_GEBRUIKT", "Een kolom in dit bestand kent de poort niet; zij is niet gebruikt.", \
                                          "A column in this file is unknown to the gateway; it was not used.")
/* clang-format on */

#define IMPORT_FAULT_ENUM(name, about, code, nl, en) IMPORT_FAULT_##name,
enum {
    IMPORT_FAULTS_MAX = 10000, /* listed; faulty_row_count goes on counting */
};

enum import_fault_code { IMPORT_FAULTS(IMPORT_FAULT_ENUM) IMPORT_FAULT_COUNT };
#undef IMPORT_FAULT_ENUM

#define IMPORT_WARNING_ENUM(name, code, nl, en) IMPORT_WARNING_##name,
enum import_warning { IMPORT_WARNINGS(IMPORT_WARNING_ENUM) IMPORT_WARNING_COUNT };
#undef IMPORT_WARNING_ENUM

const char *import_fault_code(enum import_fault_code code); /* "DATUM_ONJUIST" */
const char *import_fault_text(enum import_fault_code code, enum language language);
const char *import_warning_code(enum import_warning warning);
const char *import_warning_text(enum import_warning warning, enum language language);

struct import_fault {
    enum import_fault_code code;
    uint32_t row;            /* 1 is the header; 0: the file as a whole */
    const char *column_name; /* our own name, or NULL: then the number counts */
    uint32_t column;         /* 1-based; 0: the row as a whole */
};

struct import {
    struct import_row *rows; /* those without a fault, in file order */
    size_t row_count;
    struct import_fault *faults; /* of rows, in file order; one row may have several */
    size_t fault_count;
    size_t faulty_row_count;
    bool refused;                   /* the whole file: file_fault says why, rows are gone */
    struct import_fault file_fault; /* counts only when refused */
    bool warnings[IMPORT_WARNING_COUNT];
};

/* Answers out of another system, for `answer --bestand`. */
struct answer_row {
    uint32_t row;
    struct feedback answer; /* without id and day: those are the gateway's to give */
};

struct answer_import {
    struct import import;    /* faults, warnings, refused; it has no rows */
    struct answer_row *rows; /* in file order, each signal once */
    size_t row_count;
    size_t unanswered; /* rows of a signal without an answer: left as they are */
};

void answer_import_free(struct answer_import *import); /* {0} is fine */
#define OWNED_ANSWER_IMPORT __attribute__((cleanup(answer_import_free))) struct answer_import

struct adapter {
    const char *name; /* "corporatie-csv": also the first half of a row's identity */
    const char *description[LANGUAGE_COUNT];
    /* Reads a whole file. A refused file is OUTCOME_OK with out_import->refused. `mapping` may
     * be NULL. On OUTCOME_OK the caller owns *out_import. Fails with OUT_OF_MEMORY. */
    MUST_USE enum outcome (*parse)(struct bytes text, const struct code_lists *lists,
                                   const struct mapping *mapping, struct import *out_import);
};

/* Adds "regel 7, kolom melddatum: Dit is geen datum. ..." in the language. */
void import_fault_print(const struct import_fault *fault, enum language language,
                        struct buffer *out);

void import_free(struct import *import); /* wipes; {0} is fine */
#define OWNED_IMPORT __attribute__((cleanup(import_free))) struct import
