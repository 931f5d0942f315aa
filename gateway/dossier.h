/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dossier.h - the random local number for one person or address. It stands in the
 * log instead of who it is about, and never leaves this gateway.
 *
 * An identity (an address here, a token of a partner) finds its dossiers through a
 * keyed hash; erasing those rows and the person's record unlinks the person while
 * the log stands.
 */
#pragma once

#include "crypto/token.h"
#include "gateway/store.h"

enum { DOSSIER_BYTES = 19, DOSSIERS_MAX = 256 }; /* "D-" and 16 digits: no two meet */

void dossier_new(char out[static DOSSIER_BYTES]);

/* The keyed hash of an address or person known here, or of a token a partner sent. */
MUST_USE enum outcome dossier_hash_identity(const struct store *store,
                                            const uint8_t local_id_key[static KEY_BYTES],
                                            const struct identity *identity,
                                            uint8_t out[static STORE_HASH_BYTES]);
MUST_USE enum outcome dossier_hash_token(const struct store *store, const char *token,
                                         uint8_t out[static STORE_HASH_BYTES]);

/* The first dossier under the hash; NOT_FOUND when there is none. */
MUST_USE enum outcome dossier_find(struct view *view, const uint8_t hash[static STORE_HASH_BYTES],
                                   char out[static DOSSIER_BYTES]);
/* All of them (at most `max`): a recipient gives each signal its own. */
MUST_USE enum outcome dossier_list(struct view *view, const uint8_t hash[static STORE_HASH_BYTES],
                                   char (*out)[DOSSIER_BYTES], size_t max, size_t *out_count);
/* The next after `after` ("" begins), which may be `out` itself and may be gone by now; NOT_FOUND
 * at the end. For who may not miss one: a partner decides how many there are. */
MUST_USE enum outcome dossier_next(struct view *view, const uint8_t hash[static STORE_HASH_BYTES],
                                   const char *after, char out[static DOSSIER_BYTES]);
void dossier_link(struct change *change, const uint8_t hash[static STORE_HASH_BYTES],
                  const char *dossier);
/* Nothing leads from any identity to the dossier any more, nor back. */
MUST_USE enum outcome dossier_unlink(struct change *change, const char *dossier);

/* The dossier of an address or person known here; NOT_FOUND when there is none. */
MUST_USE enum outcome dossier_of_identity(struct view *view, const struct store *store,
                                          const uint8_t local_id_key[static KEY_BYTES],
                                          const struct identity *identity,
                                          char out[static DOSSIER_BYTES]);
/* The same, and when there is none a new one; with the row that says whose it is. */
MUST_USE enum outcome dossier_make(struct change *change, const struct store *store,
                                   const uint8_t local_id_key[static KEY_BYTES],
                                   const struct identity *identity,
                                   char out[static DOSSIER_BYTES]);
