/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * token.h - pseudonyms: keyed hashes of an identity for one recipient, one
 * purpose and one epoch, and the ids a gateway uses for itself.
 *
 * Order of use: identity_pch() (or another type), token_domain_make(), then
 * token_make_shared(). What is not hidden: under a *shared* key every holder of
 * that key can try all addresses; only the split key ends that.
 * Pure; nothing on the heap; safe from any thread.
 */
#pragma once

#include "crypto/bytes.h"
#include "crypto/canonical.h"
#include "crypto/key_tree.h"
#include "crypto/oin.h"

enum {
    IDENTITY_MAX_BYTES = 256,
    TOKEN_DOMAIN_MAX_BYTES = 256,
    TOKEN_VALUE_BYTES = 32,
    TOKEN_Y_BYTES = 64,
    TOKEN_EPOCH_BYTES = 12, /* "2026H2-1234" and the NUL */
    TOKEN_TEXT_BYTES = 68,  /* "wp1.pch.g.2026H2-1234." + 43 + NUL, with room */
    LOCAL_ID_BYTES = 32,
    PROOF_ID_BYTES = 16,
};

/*    name  wire   what is hashed */
#define TOKEN_TYPES(X)                                                                             \
    X(BSN, "bsn") /* burgerservicenummer; off unless a statute is cited for both ends */           \
    X(NBD, "nbd") /* family name, birth date, initial */                                           \
    X(NBA, "nba") /* family name, birth date, BAG id */                                            \
    X(ADR, "adr") /* BAG id */                                                                     \
    X(PCH, "pch") /* postcode, house number, letter, addition */

#define TOKEN_TYPE_ENUM(name, wire) TOKEN_##name,
enum token_type { TOKEN_TYPES(TOKEN_TYPE_ENUM) TOKEN_TYPE_COUNT };
#undef TOKEN_TYPE_ENUM

enum token_strength { TOKEN_SHARED, TOKEN_SPLIT }; /* g(edeeld), s(plitst) on the wire */

/* Who or where, canonical and encoded (the x of the design). Personal: identity_wipe(). */
struct identity {
    enum token_type type;
    size_t length;
    uint8_t data[IDENTITY_MAX_BYTES];
};

/* Where a token is valid (the D of the design): covenant, purpose and epoch. */
struct token_domain {
    char epoch[TOKEN_EPOCH_BYTES];
    size_t length;
    uint8_t data[TOKEN_DOMAIN_MAX_BYTES];
};

struct token {
    enum token_type type;
    enum token_strength strength;
    char epoch[TOKEN_EPOCH_BYTES];
    uint8_t value[TOKEN_VALUE_BYTES];
};

/* [0-9]{4}H[12](-[0-9]+)? with at most four digits behind the dash. */
bool token_epoch_valid(const char *epoch);

/* Each takes canonical texts (canonical.h; a family name is [a-z]{1,64}, an initial [a-z])
 * and fails with MALFORMED on anything else, so that no second spelling gets a token. */
MUST_USE enum outcome identity_bsn(const char *bsn, struct identity *out);
MUST_USE enum outcome identity_nbd(const char *family, const char *birth_date, const char *initial,
                                   struct identity *out);
MUST_USE enum outcome identity_nba(const char *family, const char *birth_date, const char *bag_id,
                                   struct identity *out);
MUST_USE enum outcome identity_adr(const char *bag_id, struct identity *out);
MUST_USE enum outcome identity_pch(const char *postcode, const char *number, const char *letter,
                                   const char *addition, struct identity *out);
void identity_wipe(struct identity *identity);

/* Fails with MALFORMED (epoch, or an empty id) or TOO_LARGE. */
MUST_USE enum outcome token_domain_make(const char *covenant_id, const char *purpose,
                                        const char *epoch, struct token_domain *out);

/* The token for `recipient` under the key that partners share. */
void token_make_shared(const uint8_t key[static KEY_BYTES], const struct token_domain *domain,
                       const struct identity *identity, const struct oin *recipient,
                       struct token *out);
/* The two steps of it: the person's y, then the token. The caller wipes y. */
void token_y_shared(const uint8_t key[static KEY_BYTES], const struct token_domain *domain,
                    const struct identity *identity, uint8_t out_y[static TOKEN_Y_BYTES]);
void token_value(const uint8_t y[static TOKEN_Y_BYTES], const struct token_domain *domain,
                 const struct oin *recipient, uint8_t out_value[static TOKEN_VALUE_BYTES]);

/* wp1.<type>.<g|s>.<epoch>.<base64url>, NUL-terminated. */
void token_print(const struct token *token, char out[static TOKEN_TEXT_BYTES]);
/* Exactly what token_print() writes, else MALFORMED. */
MUST_USE enum outcome token_parse(const char *text, struct token *out);
bool token_equal(const struct token *a, const struct token *b); /* constant time in the value */

/* The id of a person or address within this gateway; never leaves it. */
void local_id(const uint8_t key[static KEY_BYTES], const struct identity *identity,
              uint8_t out[static LOCAL_ID_BYTES]);

/* The id by which one recipient knows a consent record; no two recipients can join theirs.
 * `record_id` is at most 64 bytes, else TOO_LARGE. */
MUST_USE enum outcome proof_id(const uint8_t key[static KEY_BYTES], struct bytes record_id,
                               const struct oin *recipient, uint8_t out[static PROOF_ID_BYTES]);
