/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_documents.h - organisations of unit tests: their keys, and key documents that
 * hold. Stops the test when it cannot do its work.
 */
#pragma once

#include "crypto/key_document.h"

enum { DAY_S = 86400 };

struct test_party {
    struct oin oin;
    struct signing_key signing[4]; /* of the first document and its successors */
    struct private_key *tls_key;
    struct certificate *tls;
};

void test_party_make(const char *oin, struct test_party *out);
void test_party_free(struct test_party *party);

/* The draft of the first document (which 0, previous NULL) or of a successor of `previous`,
 * `which` days later. */
struct key_document test_draft(const struct test_party *party, size_t which,
                               const struct key_document *previous);
/* Its envelope, signed by the key of the document before it. */
MUST_USE enum outcome test_document_make(const struct test_party *party,
                                         const struct key_document *draft, struct buffer *out);
/* Envelopes that hold, and what they say; the caller wipes them. */
struct buffer test_first(const struct test_party *party, struct key_document *out);
struct buffer test_next(const struct test_party *party, size_t which,
                        const struct key_document *previous, struct key_document *out);
