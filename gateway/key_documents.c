/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/key_documents.h"

#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"

enum { ROW_KEY_BYTES = OIN_LENGTH + 8 + KEY_DOCUMENT_DIGEST_BYTES };

static struct bytes row_key(const struct key_document *document, uint8_t out[static ROW_KEY_BYTES])
{
    memcpy(out, document->oin.text, OIN_LENGTH);
    write_u64(out + OIN_LENGTH, (uint64_t)document->number);
    memcpy(out + OIN_LENGTH + 8, document->digest, KEY_DOCUMENT_DIGEST_BYTES);
    return bytes_of(out, ROW_KEY_BYTES);
}

enum outcome key_document_is_here(struct view *view, const struct key_document *document,
                                  bool *out_is)
{
    struct bytes envelope;
    enum outcome outcome = key_document_get(view, document, &envelope);

    *out_is = outcome == OUTCOME_OK;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome key_document_get(struct view *view, const struct key_document *document,
                              struct bytes *out_envelope)
{
    uint8_t key[ROW_KEY_BYTES];

    return store_get(view, TABLE_KEY_DOCUMENT, row_key(document, key), out_envelope);
}

void key_document_put(struct change *change, const struct key_document *document,
                      struct bytes envelope)
{
    uint8_t key[ROW_KEY_BYTES];

    store_put(change, TABLE_KEY_DOCUMENT, row_key(document, key), envelope);
}

/* What follows another first document is of another covenant's chain. An endorsement was verified
 * when the row was put, and nobody else can put one. */
static enum outcome add_row(struct key_chain *chain, struct bytes envelope)
{
    struct fault fault = {0};
    enum outcome outcome = key_chain_add_endorsed(chain, envelope, &fault);

    if (outcome == OUTCOME_EXISTS || outcome == OUTCOME_OTHER_BYTES ||
        outcome == OUTCOME_KEY_UNKNOWN)
        return OUTCOME_OK;
    return store_read_outcome(outcome);
}

static enum outcome add_rows(struct view *view, const struct oin *oin, struct key_chain *chain)
{
    OWNED_BUFFER from = {0};
    struct bytes key, value;
    enum outcome outcome;

    buffer_add_text(&from, oin->text);
    TRY(buffer_outcome(&from));
    while ((outcome = store_next(view, TABLE_KEY_DOCUMENT, buffer_bytes(&from),
                                 from.length == ROW_KEY_BYTES, &key, &value)) == OUTCOME_OK) {
        if (key.length != ROW_KEY_BYTES)
            return OUTCOME_STORE_DAMAGED;
        if (!bytes_equal(bytes_of(key.data, OIN_LENGTH), bytes_of(oin->text, OIN_LENGTH)))
            return OUTCOME_OK;
        from.length = 0;
        buffer_add_bytes(&from, key);
        TRY(buffer_outcome(&from));
        TRY(add_row(chain, value));
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome key_documents_chain(struct view *view, const struct oin *oin, struct bytes pinned,
                                 struct key_chain *out_chain)
{
    OWNED_KEY_CHAIN chain = {0};
    struct fault fault = {0};

    TRY(store_read_outcome(key_chain_begin(pinned, &chain, &fault)));
    TRY(add_rows(view, oin, &chain));
    *out_chain = chain;
    chain = (struct key_chain){0}; /* handed over */
    return OUTCOME_OK;
}

/* --- who may endorse --- */

/* With any key of theirs that counts and has begun: an endorsement has no instant of its own. */
static enum outcome endorsed_by(const struct known_covenant *known, const struct oin *endorser,
                                struct bytes envelope, size_t which, int64_t now_s)
{
    const struct key_chain *chain = known_chain(known, endorser);
    enum outcome outcome = OUTCOME_SIGNATURE_WRONG;

    for (size_t i = chain->forked ? 0 : chain->count; i-- > 0;) {
        const struct key_document *document = &chain->documents[i];
        if (document->from_s <= now_s)
            outcome = key_document_endorsed_by(envelope, which, document->signing_key);
        if (outcome != OUTCOME_SIGNATURE_WRONG || document->emergency)
            return outcome;
    }
    return outcome;
}

static enum outcome endorsed_under(const struct known_covenant *known,
                                   const struct key_document *document, struct bytes envelope,
                                   int64_t now_s)
{
    for (size_t i = 0; i < KEY_ENDORSERS; i++)
        TRY(endorsed_by(known, &document->endorsers[i], envelope, i, now_s));
    return OUTCOME_OK;
}

enum outcome key_document_may_count(const struct registry *registry, const struct oin *self,
                                    const struct key_document *document, struct bytes envelope,
                                    int64_t now_s)
{
    enum outcome outcome = OUTCOME_NOT_ALLOWED;

    if (!document->emergency)
        return OUTCOME_OK;
    for (size_t i = 0; i < registry->count && outcome != OUTCOME_OK; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        /* A covenant that only came in, or that we never wanted, makes nobody a witness. */
        if (document->endorser_count != KEY_ENDORSERS || !known_ever_agreed(known, self) ||
            !covenant_party(known->covenant, &document->oin) ||
            !known_ever_agreed(known, &document->endorsers[0]) ||
            !known_ever_agreed(known, &document->endorsers[1]))
            continue;
        outcome = endorsed_under(known, document, envelope, now_s);
        if (outcome == OUTCOME_OUT_OF_MEMORY)
            return outcome;
    }
    return outcome;
}
