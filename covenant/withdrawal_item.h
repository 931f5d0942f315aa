/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * withdrawal_item.h - the item of soort intrekking: what may no longer be used, and why.
 *
 *   {"id": UUID, "op": instant, "reden": word, and one of
 *    "bewijs": proof id, "volgnr": number        a consent, as this one partner knows it
 *    "signaal": item id                          one signal
 *    "pseudoniem": token, "doel": purpose}       whatever rests on consent about this token
 *
 * The first two go between a sender and who got it, in either direction. The third comes from
 * a desk that is neither; it names nobody to whom the token says nothing.
 * Order of use: fill or withdrawal_item_parse(); withdrawal_item_print(). Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "covenant/proof.h"
#include "covenant/words.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/outcome.h"
#include "crypto/token.h"
#include "crypto/uuid.h"

enum { WITHDRAWAL_ITEM_MAX_BYTES = 512 };

/* clang-format off */
/*    word             Dutch / English; append only: the store keeps the place in this list */
#define WITHDRAWAL_REASONS(X)                                                                      \
    X(INGETROKKEN,     "de bewoner trok de toestemming in", "the resident withdrew the consent")   \
    X(BEZWAAR,         "de bewoner maakte bezwaar", "the resident objected")                       \
    X(TERUGGETROKKEN,  "de verzender trok het signaal terug", "the sender recalled the signal")    \
    X(NIET_BEVESTIGD,  "de bewoner bevestigde de toestemming niet", "the resident did not confirm the consent")
/* clang-format on */

#define WITHDRAWAL_REASON_ENUM(word, nl, en) WITHDRAWAL_##word,
enum withdrawal_reason { WITHDRAWAL_REASONS(WITHDRAWAL_REASON_ENUM) WITHDRAWAL_REASON_COUNT };
#undef WITHDRAWAL_REASON_ENUM

const char *withdrawal_reason_word(enum withdrawal_reason reason); /* "BEZWAAR" */
const char *withdrawal_reason_text(enum withdrawal_reason reason, enum language language);
bool withdrawal_reason_parse(const char *word, enum withdrawal_reason *out_reason);

/* What a recipient says it did, in the receipt, beside AANVAARD or BEKEND. */
#define WITHDRAWAL_ERASED "VERWIJDERD"
#define WITHDRAWAL_KEPT   "BEWAARD" /* under the statute that the signal's article names */

enum withdrawal_about { WITHDRAWAL_OF_PROOF, WITHDRAWAL_OF_SIGNAL, WITHDRAWAL_OF_TOKEN };

struct withdrawal_item {
    char id[UUID_TEXT_BYTES];
    int64_t at_ms; /* op: whole seconds */
    enum withdrawal_reason reason;
    enum withdrawal_about about;
    char proof[PROOF_ID_TEXT_BYTES]; /* bewijs; "" unless about that, as the next ones */
    int64_t sequence;                /* volgnr: of the state that ends it */
    char signal[UUID_TEXT_BYTES];
    char token[TOKEN_TEXT_BYTES];
    enum purpose purpose;
};

/* Fails with MALFORMED. */
MUST_USE enum outcome withdrawal_item_parse(const json_t *object, struct withdrawal_item *out_item,
                                            struct fault *fault);
/* Adds the JSON. Fails with MALFORMED (out of bounds) or OUT_OF_MEMORY. */
MUST_USE enum outcome withdrawal_item_print(const struct withdrawal_item *item, struct buffer *out);
