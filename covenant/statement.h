/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * statement.h - what one party says about one covenant: agreed, rejected, withdrawn.
 *
 * The payload {convenant, oin, oordeel, op, vorige} is signed as DSSE of its own
 * type. `vorige` is the SHA-256 of the payload of the party's statement before it,
 * so that a party's statements are a chain and none can be left out unseen.
 * Order of use: statement_make() at the party; statement_open() at the others, with
 * the key that was in force for that party; statement_follows() against the last one
 * known. Pure. Does not know which key is in force, nor what the covenant says.
 */
#pragma once

#include "covenant/day.h"
#include "crypto/dsse.h"
#include "crypto/json.h"
#include "crypto/oin.h"
#include "crypto/sha256.h"

#define STATEMENT_TYPE "application/vnd.wijkpoort.verklaring.v1+json"
enum { STATEMENT_MAX_BYTES = 2048 };

/* clang-format off */
#define VERDICTS(X)                                          \
    X(AGREED,    "AKKOORD",    "akkoord",     "agreed")      \
    X(REJECTED,  "AFWIJZING",  "afgewezen",   "rejected")    \
    X(WITHDRAWN, "INTREKKING", "ingetrokken", "withdrawn")
/* clang-format on */
#define VERDICT_ENUM(name, word, nl, en) VERDICT_##name,
enum verdict { VERDICT_NONE, VERDICTS(VERDICT_ENUM) VERDICT_COUNT };
#undef VERDICT_ENUM

bool verdict_parse(const char *word, enum verdict *out_verdict);
const char *verdict_word(enum verdict verdict); /* "" for VERDICT_NONE */
const char *verdict_name(enum verdict verdict, enum language language);

struct statement {
    char covenant[SHA256_HEX_BYTES]; /* fingerprint */
    struct oin oin;
    enum verdict verdict;
    int64_t at_ms;                   /* op; whole seconds */
    char previous[SHA256_HEX_BYTES]; /* "" for the first */
};

/* Signs; adds the DSSE envelope to `out_json` and tells the hash of its payload, which is the
 * `previous` of the next one. Fails with OUT_OF_MEMORY, RANDOM_FAILED, or MALFORMED when the
 * statement is not one. */
MUST_USE enum outcome statement_make(const struct statement *statement,
                                     const struct signing_key *key, struct buffer *out_json,
                                     char out_hash[static SHA256_HEX_BYTES]);

/* Verifies, then parses. Fails with SIGNATURE_WRONG, TOO_LARGE, MALFORMED (fills the fault),
 * OUT_OF_MEMORY or RANDOM_FAILED. */
MUST_USE enum outcome statement_open(struct bytes json,
                                     const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                                     struct statement *out_statement,
                                     char out_hash[static SHA256_HEX_BYTES], struct fault *fault);

/* May `next` follow the last known statement of the same party and covenant (`last_hash` its
 * payload's hash; "" and VERDICT_NONE when none is known)? OK; EXISTS when it is that very
 * statement; STEP_NOT_ALLOWED when the chain is broken or the step makes no sense: a withdrawal
 * needs an agreement before it, nothing follows a withdrawal, and nobody says the same twice. A
 * chain so has three statements at most. */
MUST_USE enum outcome statement_follows(const struct statement *next, const char *next_hash,
                                        enum verdict last_verdict, const char *last_hash);
