/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * transfer_item.h - the item of soort overdracht: a signal goes on to another organisation.
 *
 *   {"id": UUID, "signaal": item id, "op": day, "stap": "GEVRAAGD", "naar": OIN}
 *                              the holder asks the one who sent it the signal
 *   {"id", "signaal", "op", "stap": "AANVAARD", "verzoek": id of the question}
 *                              answered: the new holder has it; the old one's copy ends
 *   {"id", "signaal", "op", "stap": "GEWEIGERD", "verzoek", "reden": code}
 *                              answered: it did not go; the old holder is holder still
 *
 * The question only goes to the originator, the answers only come from it: no two recipients of a
 * signal ever speak with each other about it, and neither learns the other's item or token.
 * Order of use: fill or transfer_item_parse(); transfer_item_print(). Pure. Does not decide
 * whether it may go.
 */
#pragma once

#include <jansson.h>

#include "covenant/day.h"
#include "covenant/words.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/oin.h"
#include "crypto/outcome.h"
#include "crypto/uuid.h"

enum {
    TRANSFER_ITEM_MAX_BYTES = 512,
    TRANSFER_REASON_BYTES = 33, /* a code on the wire, and its NUL */
    TRANSFERS_MAX = 2,          /* accepted ones of one signal: a third is refused */
};

/* clang-format off */
/*    name      word         Dutch / English: where a transfer stands */
#define TRANSFER_STEPS(X)                                                                          \
    X(NONE,     "",          "niet gevraagd", "not asked")                                         \
    X(ASKED,    "GEVRAAGD",  "gevraagd", "asked")                                                  \
    X(ACCEPTED, "AANVAARD",  "aanvaard", "accepted")                                               \
    X(REFUSED,  "GEWEIGERD", "geweigerd", "refused")

/* Why a transfer does not go, beside the refusals of the covenant (REFUSALS). */
/*    name      code                   Dutch / English */
#define TRANSFER_REFUSALS(X)                                                                       \
    X(TOO_OFTEN, "OVERDRACHT_TE_VAAK", "Dit signaal is al twee keer doorgezet. De regiehouder beslist nu wie het oppakt.", \
                                       "This signal was passed on twice already. The lead now decides who takes it up.") \
    X(BACK,     "OVERDRACHT_TERUG",    "Deze organisatie heeft het signaal al gehad; het gaat niet terug.", \
                                       "This organisation had the signal before; it does not go back.")
/* clang-format on */

#define TRANSFER_STEP_ENUM(name, word, nl, en) TRANSFER_##name,
enum transfer_step { TRANSFER_STEPS(TRANSFER_STEP_ENUM) TRANSFER_STEP_COUNT };
#undef TRANSFER_STEP_ENUM
#define TRANSFER_REFUSAL_ENUM(name, code, nl, en) TRANSFER_REFUSAL_##name,
enum transfer_refusal { TRANSFER_REFUSALS(TRANSFER_REFUSAL_ENUM) TRANSFER_REFUSAL_COUNT };
#undef TRANSFER_REFUSAL_ENUM

const char *transfer_step_word(enum transfer_step step); /* "GEVRAAGD"; "" for NONE */
const char *transfer_step_text(enum transfer_step step, enum language language);
bool transfer_step_parse(const char *word, enum transfer_step *out_step); /* never NONE */
const char *transfer_refusal_code(enum transfer_refusal refusal);
/* The sentence of that code, or NULL when it is none of these. */
const char *transfer_refusal_text(const char *code, enum language language);

struct transfer_item {
    char id[UUID_TEXT_BYTES];
    char signal[UUID_TEXT_BYTES]; /* the item of the (old) holder */
    struct day on;
    enum transfer_step step;
    struct oin to;                       /* naar; only when asked */
    char request[UUID_TEXT_BYTES];       /* verzoek; only of an answer */
    char reason[TRANSFER_REASON_BYTES];  /* reden; only of a refusal */
};

/* Fails with MALFORMED, and names the member. */
MUST_USE enum outcome transfer_item_parse(const json_t *object, struct transfer_item *out_item,
                                          struct fault *fault);
/* Adds the JSON. Fails with MALFORMED (out of bounds) or OUT_OF_MEMORY. */
MUST_USE enum outcome transfer_item_print(const struct transfer_item *item, struct buffer *out);
