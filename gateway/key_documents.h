/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_documents.h - the key documents that followed the ones which covenants pin,
 * of partners and of ourselves: where they stand in the store, which of them may
 * count, and that partners are told of ours.
 *
 * A row is put once its signatures were verified, and never goes: statements that
 * were signed with its key are read at every start. What counts follows from the
 * rows (crypto/key_document.h), so it is the same after a restart.
 */
#pragma once

#include "gateway/gateway.h"

/* The chain that begins with the pinned document, with all that follows it here. The caller wipes
 * it. Fails with STORE_DAMAGED or OUT_OF_MEMORY. */
MUST_USE enum outcome key_documents_chain(struct view *view, const struct oin *oin,
                                          struct bytes pinned, struct key_chain *out_chain);
MUST_USE enum outcome key_document_is_here(struct view *view, const struct key_document *document,
                                           bool *out_is);
/* Lends the envelope. NOT_FOUND, STORE_DAMAGED. */
MUST_USE enum outcome key_document_get(struct view *view, const struct key_document *document,
                                       struct bytes *out_envelope);
void key_document_put(struct change *change, const struct key_document *document,
                      struct bytes envelope);

/* Did two parties endorse it that may? Both stand, with the organisation itself, in one covenant to
 * which we agreed, and signed with a key that counts there. NOT_ALLOWED when not two of one such
 * covenant, SIGNATURE_WRONG when one of them did not sign. */
MUST_USE enum outcome key_document_may_count(const struct registry *registry,
                                             const struct oin *self,
                                             const struct key_document *document,
                                             struct bytes envelope, int64_t now_s);

/* Queues our documents for every party of every covenant that was not told yet, before all that
 * waits: what is signed with a new key must not come before that key. In a change. */
MUST_USE enum outcome key_documents_tell(struct gateway *gateway, struct change *change,
                                         const struct registry *registry);
/* The same as clock work: who joined a covenant since, who refused, whose store was put back.
 * Waits for the writer, only when somebody is to be told. */
MUST_USE enum outcome key_documents_pass(struct gateway *gateway);
/* The partner refused one: it is told again later. */
MUST_USE enum outcome key_documents_refused(struct change *change, const char *covenant,
                                            const struct oin *partner, int64_t now_ms);
/* The partner does not know our keys (it sealed for one that is gone, or its store was put back):
 * it is told all once more. */
MUST_USE enum outcome key_documents_forget(struct change *change, const char *covenant,
                                           const struct oin *partner);
/* One item that carries a document; `item` is filled, not emptied. */
MUST_USE enum outcome key_document_item(const char *id, struct bytes envelope, struct buffer *item);
