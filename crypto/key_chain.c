/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "crypto/key_document.h"

/* Renewals have a bound of their own, whatever came first: so a chain is as long when it is read
 * back as when it was written. */
static bool has_room(const struct key_chain *chain, bool emergency)
{
    size_t alike = 0;

    for (size_t i = 0; i < chain->kept; i++)
        alike += chain->documents[i].emergency == emergency;
    return alike < (emergency ? KEY_CHAIN_MAX - KEY_CHAIN_RENEWALS : KEY_CHAIN_RENEWALS);
}

static enum outcome keep(struct key_chain *chain, const struct key_document *document)
{
    struct key_document *more;

    if (!has_room(chain, document->emergency))
        return OUTCOME_TOO_LARGE;
    more = realloc(chain->documents, (chain->kept + 1) * sizeof *more);
    if (!more)
        return OUTCOME_OUT_OF_MEMORY;
    chain->documents = more;
    chain->documents[chain->kept++] = *document;
    return OUTCOME_OK;
}

static bool same_digest(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, KEY_DOCUMENT_DIGEST_BYTES) == 0;
}

/* --- which of them count --- */

/* Of those that are not in the chain, the one that follows its last. */
static struct key_document *successor_of(struct key_chain *chain, const struct key_document *last)
{
    struct key_document *found[2] = {NULL, NULL}; /* renewals, emergencies */
    size_t counts[2] = {0, 0};
    size_t kind;

    for (size_t i = chain->count; i < chain->kept; i++) {
        struct key_document *document = &chain->documents[i];
        if (!document->has_previous || !same_digest(document->previous, last->digest))
            continue;
        found[document->emergency] = document;
        counts[document->emergency]++;
    }
    kind = counts[1] > 0;
    chain->forked = counts[kind] > 1; /* which of the two is the thief's nobody can tell */
    return counts[kind] == 1 ? found[kind] : NULL;
}

static void lay_out(struct key_chain *chain)
{
    struct key_document *next, swapped;

    chain->count = 1;
    while ((next = successor_of(chain, &chain->documents[chain->count - 1]))) {
        swapped = chain->documents[chain->count];
        chain->documents[chain->count++] = *next;
        *next = swapped;
    }
}

enum outcome key_chain_begin(struct bytes envelope, struct key_chain *out_chain,
                             struct fault *fault)
{
    struct key_chain chain = {0};
    struct key_document first;

    TRY(key_document_read_first(envelope, &first, fault));
    TRY(keep(&chain, &first));
    chain.count = 1;
    *out_chain = chain;
    return OUTCOME_OK;
}

const struct key_document *key_chain_find(const struct key_chain *chain,
                                          const uint8_t digest[static KEY_DOCUMENT_DIGEST_BYTES])
{
    for (size_t i = 0; i < chain->kept; i++) {
        if (same_digest(chain->documents[i].digest, digest))
            return &chain->documents[i];
    }
    return NULL;
}

/* A renewal of the same payload as an emergency is another document: whoever is first with the one
 * must not keep out the other. */
static const struct key_document *find_same(const struct key_chain *chain,
                                            const struct key_document *document)
{
    for (size_t i = 0; i < chain->kept; i++) {
        if (chain->documents[i].emergency == document->emergency &&
            same_digest(chain->documents[i].digest, document->digest))
            return &chain->documents[i];
    }
    return NULL;
}

static bool counts_in(const struct key_chain *chain, const struct key_document *document)
{
    const struct key_document *found = find_same(chain, document);

    return found && (size_t)(found - chain->documents) < chain->count;
}

static enum outcome read_after(const struct key_document *peeked, struct bytes envelope,
                               const struct key_document *predecessor, struct key_document *out,
                               struct fault *fault)
{
    return peeked->emergency ? key_document_read_emergency(envelope, predecessor, out, fault)
                             : key_document_read_next(envelope, predecessor, out, fault);
}

enum outcome key_chain_add_endorsed(struct key_chain *chain, struct bytes envelope,
                                    struct fault *fault)
{
    const struct key_document *predecessor;
    struct key_document peeked, document;

    TRY(key_document_peek(envelope, &peeked, fault));
    if (find_same(chain, &peeked))
        return counts_in(chain, &peeked) ? OUTCOME_EXISTS : OUTCOME_OTHER_BYTES;
    predecessor = peeked.has_previous ? key_chain_find(chain, peeked.previous) : NULL;
    if (!predecessor) {
        fault_at(fault, "vorige");
        return OUTCOME_KEY_UNKNOWN;
    }
    TRY(read_after(&peeked, envelope, predecessor, &document, fault));
    TRY(keep(chain, &document));
    lay_out(chain);
    return counts_in(chain, &document) ? OUTCOME_OK : OUTCOME_OTHER_BYTES;
}

enum outcome key_chain_add(struct key_chain *chain, struct bytes envelope, struct fault *fault)
{
    struct key_document peeked;

    TRY(key_document_peek(envelope, &peeked, fault));
    return peeked.emergency ? OUTCOME_STEP_NOT_ALLOWED
                            : key_chain_add_endorsed(chain, envelope, fault);
}

const struct key_document *key_chain_at(const struct key_chain *chain, int64_t at_s)
{
    for (size_t i = chain->count; i-- > 0;) {
        const struct key_document *document = &chain->documents[i];
        if (document->from_s <= at_s)
            return at_s < document->until_s ? document : NULL;
        if (document->emergency)
            return NULL;
    }
    return NULL;
}

void key_chain_wipe(struct key_chain *chain)
{
    free(chain->documents);
    *chain = (struct key_chain){0};
}
