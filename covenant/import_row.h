/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * import_row.h - one row of a partner system, taken in: what an adapter makes of
 * a file and what POST /v1/invoer carries, in one struct.
 *
 *   {"rij":2,"bronsleutel":"Z-2026-000101","melddatum":"2026-12-03",
 *    "signaalcodes":["OVL.GELUID"],"geblokkeerd":false,"postcode":"1234AB",
 *    "huisnummer":"1","complex":"CPL-VD-01","contactmoment":"OVERLAST","toestemming":"nee"}
 *
 * Absent members are omitted; an unknown member is refused. An adapter fills the
 * struct; import_row_check() holds for both ways in.
 * Pure. Does not decide: several candidate codes, or none for this recipient, are
 * matters of covenant/decision.h.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "covenant/contact.h"
#include "covenant/day.h"
#include "covenant/signal.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/outcome.h"
#include "crypto/sha256.h"

enum {
    IMPORT_ROWS_MAX = 50000,
    IMPORT_KEY_MAX_BYTES = 64,  /* a case number in the partner's own system */
    IMPORT_CODE_MAX_BYTES = 24, /* as SIGNAL_CODE_MAX_BYTES */
    IMPORT_CODES_MAX = 8,       /* one VERA code may stand for several of ours */
    IMPORT_BAG_BYTES = 16,
    IMPORT_COMPLEX_MAX_BYTES = 32,
    IMPORT_MOMENT_MAX_BYTES = 16,
    IMPORT_METHOD_MAX_BYTES = 16,
    IMPORT_WAVE_MAX_BYTES = 16,
    IMPORT_ANSWERS_MAX_BYTES = 255,
    IMPORT_RECIPIENT_MAX_BYTES = 32, /* an OIN or a kind of party */
    IMPORT_CENTS_MAX = 100000000,    /* one million euro */
};

enum import_answer {
    IMPORT_ANSWER_ABSENT, /* the source says nothing */
    IMPORT_ANSWER_YES,
    IMPORT_ANSWER_NO,
    IMPORT_ANSWER_UNKNOWN, /* the source says "onbekend" */
};

struct import_day {
    bool known;
    struct day day; /* counts only when known */
};

/* Texts are NUL-terminated, "" is absent. {0} is an empty row. */
struct import_row {
    uint32_t row;                              /* in the file; its header is row 1 */
    char source_key[IMPORT_KEY_MAX_BYTES + 1]; /* printable ASCII, required */
    struct import_day reported;                /* melddatum; required */
    size_t code_count;                         /* 1..IMPORT_CODES_MAX; 0 with a wave only */
    char codes[IMPORT_CODES_MAX][IMPORT_CODE_MAX_BYTES + 1];
    bool blocked;           /* codes[0] is a blocked code: refuse the row */
    struct contact contact; /* address, name, telephone, language */
    char bag[IMPORT_BAG_BYTES + 1];
    char complex[IMPORT_COMPLEX_MAX_BYTES + 1];
    char moment[IMPORT_MOMENT_MAX_BYTES + 1]; /* contactmoment, from the table below */
    enum import_answer consent;
    struct import_day consent_given;
    char consent_method[IMPORT_METHOD_MAX_BYTES + 1]; /* toestemmingWerkwijze: how, as in basis.h */
    struct import_day contact_attempted; /* the four conditions of the lane WET */
    struct import_day pointed_to_help;
    struct import_day reminded;
    enum import_answer objection;
    enum import_answer current_tenant; /* about whom an early signal may be: of age or not is all */
    enum import_answer plan_running;   /* that is asked, so that no date of birth is kept */
    enum import_answer adult;
    bool has_arrears;
    int64_t arrears_cents;
    enum import_answer warm;                        /* warmeOverdracht: the reporter comes along */
    enum import_answer help_wanted_known;           /* hulpvraagBekend */
    /* answers for research, in place of a code: both are there or neither is */
    char wave[IMPORT_WAVE_MAX_BYTES + 1];       /* golf, a word of WAVES (signal.h) */
    char answers[IMPORT_ANSWERS_MAX_BYTES + 1]; /* antwoordcodes: words with a digit, a space between */
    /* "00000099000000020000", "WIJKTEAM", or IMPORT_RECIPIENT_ALL */
    char recipient[IMPORT_RECIPIENT_MAX_BYTES + 1];
};

/* Each partner gets what the covenant lets it have of this row, and no more. */
#define IMPORT_RECIPIENT_ALL "ALLEN"

/* clang-format off */
/*    word          Dutch / English: where a signal came up */
#define CONTACT_MOMENTS(X)                                    \
    X(VERHURING,    "bij verhuring",     "at letting")        \
    X(OVERLAST,     "bij overlast",      "at nuisance")       \
    X(ONDERHOUD,    "bij onderhoud",     "at maintenance")    \
    X(RENOVATIE,    "bij renovatie",     "at renovation")     \
    X(BUURTRONDE,   "op buurtronde",     "on the neighbourhood round") \
    X(INCASSO,      "bij incasso",       "at debt collection") \
    X(HUISBEZOEK,   "op huisbezoek",     "on a home visit")   \
    X(ENQUETE,      "in een enquête",    "in a survey")
/* clang-format on */

bool contact_moment_is_known(const char *word);
const char *contact_moment_name(const char *word, enum language language); /* NULL: not known */

/* Is each field within its bounds? Fails with MALFORMED and names the field as on the wire. */
MUST_USE enum outcome import_row_check(const struct import_row *row, struct fault *fault);

/* The same for one member by its name on the wire ("postcode"); absent is good. */
bool import_row_member_is_good(const struct import_row *row, const char *name);

/* The answers as words, in order, at most `max`; how many there are. */
size_t import_row_answers(const struct import_row *row, size_t max, char (*out)[SIGNAL_ANSWER_MAX_BYTES + 1]);

bool import_row_has_address(const struct import_row *row);

/* Adds the JSON object. Fails with OUT_OF_MEMORY. */
MUST_USE enum outcome import_row_print(const struct import_row *row, struct buffer *out);

/* Reads the object strictly. Fails with MALFORMED (unknown member, out of bounds). */
MUST_USE enum outcome import_row_parse(const json_t *object, struct import_row *out_row,
                                       struct fault *fault);

/* SHA-256 of the printed object without `rij`: equal digests are an unchanged row, wherever in
 * the file it stands. Fails with OUT_OF_MEMORY or RANDOM_FAILED. */
MUST_USE enum outcome import_row_digest(const struct import_row *row,
                                        uint8_t out[static SHA256_BYTES]);

void import_row_wipe(struct import_row *row);
#define OWNED_IMPORT_ROW __attribute__((cleanup(import_row_wipe))) struct import_row
