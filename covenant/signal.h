/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * signal.h - one signal as it travels: a coded concern about one household or
 * address. No member is free text.
 *
 * The core is always there; `fields` says which of the others are (a set of
 * bit_of(enum field)). A struct signal holds its own bytes but for the proof,
 * which is borrowed: from the JSON it was parsed from, or as text for printing.
 * Order of use: signal_parse() then the decision; or fill, signal_print().
 * Pure. Does not decide whether a field may be there, nor look into proof or
 * token beyond their form; a contact envelope is looked into when parsed.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "covenant/contact.h"
#include "covenant/covenant.h"
#include "covenant/housing_agreement.h"
#include "covenant/day.h"
#include "covenant/words.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/oin.h"
#include "crypto/outcome.h"
#include "crypto/token.h"
#include "crypto/uuid.h"

enum {
    SIGNAL_ARTICLE_MAX = 999,
    SIGNAL_CODE_TEXT_BYTES = 25, /* "OVL.BURENRUZIE" with its NUL, as in the code list */
    SIGNAL_AREA_CODE_MAX_BYTES = 32,
    SIGNAL_MOMENT_MAX_BYTES = 16,
    SIGNAL_WAVE_MAX_BYTES = 16,
    SIGNAL_ANSWERS_MAX = 32,
    SIGNAL_ANSWER_MAX_BYTES = 24,
    SIGNAL_CENTS_MAX = 1000000000, /* ten million euro */
    SIGNAL_PROOF_MAX_BYTES = 4096,
    SIGNAL_MAX_BYTES = 8192, /* one printed item */
};

/* clang-format off */
/*    word          Dutch / English */
#define WAVES(X)                                                                 \
    X(VOOR,         "voor de renovatie", "before the renovation")                \
    X(LOGEERWONING, "in de logeerwoning", "in the temporary home")               \
    X(NA_OPLEVERING, "na oplevering",    "after completion")
/* clang-format on */

enum help_question {
    HELP_QUESTION_YES,
    HELP_QUESTION_NO,
    HELP_QUESTION_UNKNOWN,
    HELP_QUESTION_COUNT
};

struct signal {
    /* the core */
    char id[UUID_TEXT_BYTES];                /* version 4 */
    char covenant[COVENANT_REFERENCE_BYTES]; /* "<id>@<versie>" */
    int article;                             /* bepaling */
    enum purpose purpose;                    /* doel */
    char code[SIGNAL_CODE_TEXT_BYTES];       /* signaalcode */
    struct oin holder;                       /* houder */
    struct oin lead;                         /* regiehouder */
    int64_t sent_ms;                         /* verzondenOp: a whole hour */

    uint32_t fields;            /* which of the following are there */
    enum area_level area_level; /* gebied */
    char area_code[SIGNAL_AREA_CODE_MAX_BYTES + 1];
    char contact_moment[SIGNAL_MOMENT_MAX_BYTES + 1];
    struct week week;                           /* waarneemweek */
    char token[TOKEN_TEXT_BYTES];               /* pseudoniem */
    const json_t *proof;                        /* bewijs, borrowed; or else */
    struct bytes proof_text;                    /* its JSON text, borrowed */
    enum help_question help_question;           /* hulpvraagBekend */
    char contact[CONTACT_BASE64_MAX_BYTES + 1]; /* contactenvelop: covenant/contact.h */
    int64_t arrears_cents;                      /* bedragAchterstand */
    struct day signal_day;                      /* signaalDatum */
    char study_token[TOKEN_TEXT_BYTES];         /* onderzoekspseudoniem */
    char wave[SIGNAL_WAVE_MAX_BYTES + 1];       /* golf: a word of WAVES */
    char answers[SIGNAL_ANSWERS_MAX][SIGNAL_ANSWER_MAX_BYTES + 1]; /* antwoordcodes */
    size_t answer_count;                                           /* at least 1 when there */
    struct housing_agreement housing; /* aflossing, hulp, huurvoorwaarde, eindDatum: each a field */
};

/* Reads one item; `out_signal->proof` points into `item`. Fails with MALFORMED and says where,
 * or OUT_OF_MEMORY. */
MUST_USE enum outcome signal_parse(const json_t *item, struct signal *out_signal,
                                   struct fault *fault);
/* The same bounds on a filled struct. Fails with MALFORMED. */
MUST_USE enum outcome signal_check(const struct signal *signal, struct fault *fault);
/* Adds the item's JSON, members in the order above. Fails with MALFORMED (signal_check) or
 * OUT_OF_MEMORY. */
MUST_USE enum outcome signal_print(const struct signal *signal, struct buffer *out);
void signal_wipe(struct signal *signal); /* it may hold contact details */
#define OWNED_SIGNAL __attribute__((cleanup(signal_wipe))) struct signal

bool area_level_parse(const char *word, enum area_level *out_level);
const char *area_level_word(enum area_level level);
bool area_code_is_valid(enum area_level level, const char *code); /* "BU99990104", "CPL-VD-01" */
bool help_question_parse(const char *word, enum help_question *out_answer);
const char *help_question_word(enum help_question answer); /* "onbekend" */
bool wave_is_known(const char *word);
const char *wave_name(const char *word, enum language language); /* NULL: not known */
