/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * proof.h - the signed extract of a basis record that one recipient gets: that
 * this token's resident agreed to these purposes and groups, from when until
 * when, and whether that still stands. No name, no id that two recipients share.
 *
 * Order of use, sender: basis_proof() (covenant/basis.h), proof_sign(). Recipient:
 * proof_open() with the sender's signing key, then the decision looks at it.
 * Pure. Does not decide whether it suffices.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "covenant/day.h"
#include "covenant/decision.h"
#include "covenant/words.h"
#include "crypto/bytes.h"
#include "crypto/dsse.h"
#include "crypto/json.h"
#include "crypto/oin.h"
#include "crypto/outcome.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "crypto/token.h"

#define PROOF_TYPE "application/vnd.wijkpoort.bewijs.v1+json"

enum {
    PROOF_MAX_BYTES = 4096, /* payload */
    PROOF_GROUPS_MAX = 16,
    PROOF_GROUP_BYTES = 25, /* "ZORG_OM_BEWONER" with its NUL, as in the code list */
    PROOF_ID_TEXT_BYTES = 33,
};

enum proof_state { PROOF_GIVEN, PROOF_WITHDRAWN }; /* GEGEVEN, INGETROKKEN */

/* Words of signal groups, not places in a list: lists grow. */
struct proof_groups {
    size_t count;
    char words[PROOF_GROUPS_MAX][PROOF_GROUP_BYTES];
};
bool proof_groups_have(const struct proof_groups *groups, const char *word);
/* False when full, too long or not upper case; a word that is there already is fine. */
bool proof_groups_add(struct proof_groups *groups, const char *word);

struct proof {
    char id[PROOF_ID_TEXT_BYTES];    /* bewijs: hex, of this recipient only */
    char covenant[SHA256_HEX_BYTES]; /* fingerprint */
    struct oin to;                   /* aan */
    char token[TOKEN_TEXT_BYTES];    /* pseudoniem */
    uint32_t purposes;               /* doelen: bit_of(enum purpose) */
    struct proof_groups groups;      /* signaalgroepen */
    struct day from;                 /* geldigVan */
    struct day until;                /* geldigTot: the last day that counts */
    enum proof_state state;          /* stand */
    int64_t sequence;                /* volgnr: grows with each change of state */
};

/* The payload's JSON. Print fails with MALFORMED (out of bounds) or OUT_OF_MEMORY; parse with
 * MALFORMED, TOO_LARGE or OUT_OF_MEMORY. */
MUST_USE enum outcome proof_print(const struct proof *proof, struct buffer *out);
MUST_USE enum outcome proof_parse(struct bytes payload, struct proof *out_proof,
                                  struct fault *fault);

/* Adds the signed envelope: the member `bewijs` of an item. Fails as proof_print and dsse_sign. */
MUST_USE enum outcome proof_sign(const struct proof *proof, const struct signing_key *key,
                                 struct buffer *out_json);
/* Verifies the member `bewijs`, then parses. Fails with SIGNATURE_WRONG and as dsse_from_json
 * and proof_parse. */
MUST_USE enum outcome proof_open(const json_t *object,
                                 const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                                 struct proof *out_proof, struct fault *fault);

/* Is `today` within the window of a proof that was not withdrawn? */
bool proof_is_live(const struct proof *proof, struct day today);

/* What decide() wants to know of a proof that proof_open() or basis_proof() gave: authentic only
 * when made for the covenant of that fingerprint; `item_token` is the item's own token. A group
 * that our lists do not have is left out. The caller adds a withdrawal that it knows of. */
struct proof_facts proof_facts_of(const struct proof *proof, const struct code_lists *lists,
                                  const char *fingerprint, const char *item_token);
