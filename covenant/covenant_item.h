/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_item.h - the item of soort convenant: a new version of a covenant, as one
 * party proposes it to the others under the version before it.
 *
 * Order of use: covenant_item_print() at the proposer; covenant_item_parse() at the
 * others, then covenant_parse() on `file`. Pure. Reads no covenant: that the bytes are
 * those of the fingerprint is checked here, what they say is not.
 */
#pragma once

#include <jansson.h>

#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/sha256.h"
#include "crypto/uuid.h"

/* A larger covenant is given on paper and as a file, as at first contact: in base64 within a
 * signed and sealed message it would pass the largest bucket. Some fifty parties fit. */
enum { COVENANT_ITEM_FILE_MAX_BYTES = 560 * 1024 };

struct covenant_item {
    char id[UUID_TEXT_BYTES];
    char fingerprint[SHA256_HEX_BYTES]; /* vingerafdruk: of the file */
    struct buffer file;                 /* bestand: its raw bytes */
};

/* On OK the caller wipes *out_item. Fails with MALFORMED, TOO_LARGE, FINGERPRINT_WRONG (other
 * bytes than were named) or OUT_OF_MEMORY. */
MUST_USE enum outcome covenant_item_parse(const json_t *object, struct covenant_item *out_item,
                                          struct fault *fault);
/* Adds the JSON. Fails with MALFORMED, TOO_LARGE or OUT_OF_MEMORY. */
MUST_USE enum outcome covenant_item_print(const char *id, const char *fingerprint,
                                          struct bytes file, struct buffer *out);
void covenant_item_wipe(struct covenant_item *item);
#define OWNED_COVENANT_ITEM __attribute__((cleanup(covenant_item_wipe))) struct covenant_item
