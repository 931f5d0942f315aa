/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "crypto/key_document.h"

static enum outcome append(struct key_chain *chain, const struct key_document *document)
{
    struct key_document *more;

    if (chain->count == KEY_CHAIN_MAX)
        return OUTCOME_TOO_LARGE;
    more = realloc(chain->documents, (chain->count + 1) * sizeof *more);
    if (!more)
        return OUTCOME_OUT_OF_MEMORY;
    chain->documents = more;
    chain->documents[chain->count++] = *document;
    return OUTCOME_OK;
}

enum outcome key_chain_begin(struct bytes envelope, struct key_chain *out_chain,
                             struct fault *fault)
{
    struct key_chain chain = {0};
    struct key_document first;

    TRY(key_document_read_first(envelope, &first, fault));
    TRY(append(&chain, &first));
    *out_chain = chain;
    return OUTCOME_OK;
}

/* The place of the document with this digest; `count` when there is none. */
static size_t place_of(const struct key_chain *chain, const uint8_t *digest)
{
    size_t at = 0;

    while (at < chain->count &&
           memcmp(chain->documents[at].digest, digest, KEY_DOCUMENT_DIGEST_BYTES) != 0)
        at++;
    return at;
}

enum outcome key_chain_add(struct key_chain *chain, struct bytes envelope, struct fault *fault)
{
    struct key_document document;
    size_t predecessor;

    TRY(key_document_peek(envelope, &document, fault));
    if (place_of(chain, document.digest) < chain->count)
        return OUTCOME_EXISTS;
    predecessor = document.has_previous ? place_of(chain, document.previous) : chain->count;
    if (predecessor == chain->count) {
        fault_at(fault, "vorige");
        return OUTCOME_KEY_UNKNOWN;
    }
    TRY(key_document_read_next(envelope, &chain->documents[predecessor], &document, fault));
    if (predecessor < chain->count - 1 || chain->forked) {
        chain->count = predecessor + 1; /* which of the two is the thief's nobody can tell */
        chain->forked = true;
        return OUTCOME_OTHER_BYTES;
    }
    return append(chain, &document);
}

const struct key_document *key_chain_at(const struct key_chain *chain, int64_t at_s)
{
    for (size_t i = chain->count; i-- > 0;) {
        const struct key_document *document = &chain->documents[i];
        if (document->from_s <= at_s)
            return at_s < document->until_s ? document : NULL;
    }
    return NULL;
}

void key_chain_wipe(struct key_chain *chain)
{
    free(chain->documents);
    *chain = (struct key_chain){0};
}
