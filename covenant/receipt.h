/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * receipt.h - what a recipient answers to a message, signed: per item accepted,
 * known already, or refused with a code; and the hash of the item's log leaf.
 *
 * Order of use, recipient: fill, receipt_sign(). Sender: receipt_open() with the
 * recipient's signing key; receipt_is_for() the message sent; receipt_find().
 * Pure. Does not tell whether the recipient knows the person: nobody may see that.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "covenant/day.h"
#include "crypto/bytes.h"
#include "crypto/dsse.h"
#include "crypto/json.h"
#include "crypto/outcome.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "crypto/uuid.h"

#define RECEIPT_TYPE "application/vnd.wijkpoort.ontvangstbewijs.v1+json"

enum {
    RECEIPT_ANSWERS_MAX = 500,
    RECEIPT_CODE_BYTES = 33,        /* "ARTIKEL_VERLOPEN" with its NUL */
    RECEIPT_MAX_BYTES = 256 * 1024, /* the signed envelope of 500 answers, with room */
};

enum receipt_result { RECEIPT_ACCEPTED, RECEIPT_KNOWN, RECEIPT_REFUSED, RECEIPT_RESULT_COUNT };
const char *receipt_result_word(enum receipt_result result); /* AANVAARD, BEKEND, GEWEIGERD */
bool receipt_result_parse(const char *word, enum receipt_result *out_result);

struct receipt_answer {
    char id[UUID_TEXT_BYTES];
    enum receipt_result result;
    char code[RECEIPT_CODE_BYTES];   /* why, in upper case; required when refused, else may be "" */
    char epoch[EPOCH_TEXT_BYTES];    /* tijdvak: that of now, when the token's was another; or "" */
    uint8_t leaf_hash[SHA256_BYTES]; /* bladhash */
};

struct receipt {
    char message[UUID_TEXT_BYTES];      /* bericht */
    uint8_t content_hash[SHA256_BYTES]; /* inhoudSha256: of the base64url text */
    int64_t received_ms;                /* ontvangenOp: whole seconds */
    size_t answer_count;
    struct receipt_answer *answers; /* in the order of the items; owned by receipt_free */
};

/* A receipt with room for `answer_count` answers, to fill. Fails with TOO_LARGE or OUT_OF_MEMORY.
 */
MUST_USE enum outcome receipt_new(size_t answer_count, struct receipt **out_receipt);
void receipt_free(struct receipt *receipt); /* NULL is fine */
void receipt_free_at(struct receipt **receipt);
#define OWNED_RECEIPT __attribute__((cleanup(receipt_free_at))) struct receipt *

/* The payload's JSON. Print fails with MALFORMED (out of bounds) or OUT_OF_MEMORY; parse with
 * MALFORMED (also for an item answered twice), TOO_LARGE or OUT_OF_MEMORY. */
MUST_USE enum outcome receipt_print(const struct receipt *receipt, struct buffer *out);
MUST_USE enum outcome receipt_parse(struct bytes payload, struct receipt **out_receipt,
                                    struct fault *fault);

/* Adds the signed envelope. Fails as receipt_print and dsse_sign. */
MUST_USE enum outcome receipt_sign(const struct receipt *receipt, const struct signing_key *key,
                                   struct buffer *out_json);
/* Verifies, then parses. Fails with SIGNATURE_WRONG and as dsse_open and receipt_parse. */
MUST_USE enum outcome receipt_open(struct bytes json,
                                   const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                                   struct receipt **out_receipt, struct fault *fault);

/* Is it about this message with these bytes? */
bool receipt_is_for(const struct receipt *receipt, const char *message,
                    const uint8_t content_hash[static SHA256_BYTES]);
/* NULL when the item is not answered; lives as long as the receipt. */
const struct receipt_answer *receipt_find(const struct receipt *receipt, const char *item_id);
