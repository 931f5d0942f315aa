/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_ring.h - our own keys, the first and those that came after: which one signs
 * now, and all that still open what was sealed for us.
 *
 * In `sleutelmap` lie the first keys and document (gateway/key_store.h), and for
 * each later document a folder, which `key renew` moves into place whole:
 *
 *   0002/        sleuteldocument.json, and of ondertekening.key, verzegeling.key,
 *                getuige.key those that are new
 *   0003-nood/   the same, of an emergency document
 *
 * A ring does not change: after a renewal another one takes its place, and the old
 * one stays until the end, for whoever is using its keys. Secrets that were taken
 * away (once nothing sealed for them can still come) are simply not there.
 * Does not judge endorsements: key_renewal.h does, before a document is in the store.
 */
#pragma once

#include <jansson.h>

#include "gateway/key_store.h"
#include "gateway/settings.h"
#include "gateway/store.h"

#define KEY_FOLDER_EMERGENCY "-nood"
#define KEY_FOLDER_DRAFT     ".verzoek" /* an emergency that waits for its endorsements */

enum { KEY_FORMER_KEPT_S = 72 * 60 * 60 }; /* no message lives longer */

struct own_document {
    struct key_document document;
    struct buffer envelope;
    char folder[FILE_PATH_MAX_BYTES];
    struct signing_key signing; /* secret NULL: the one before it, or no longer here */
    struct sealing_key sealing;
    struct signing_key witness;
};

struct key_ring {
    struct key_ring *older; /* the one that this one replaced; freed with it */
    struct key_chain chain; /* those that count */
    size_t count;
    struct own_document *documents; /* all that lie there; the first keys first */
};

/* Reads the folder. With a view only what stands in the store counts, without one everything that
 * follows. Fails as keys_load(); a later folder that does not read is KEY_FILE_WRONG, and `fault`
 * names it. */
MUST_USE enum outcome key_ring_load(const struct settings *settings, struct view *view,
                                    struct key_ring **out_ring, struct file_fault *fault);
void key_ring_free(struct key_ring *ring); /* and those before it; NULL is fine */
void key_ring_free_at(struct key_ring **ring);
#define OWNED_KEY_RING __attribute__((cleanup(key_ring_free_at))) struct key_ring *

/* The key of the document in force; the last that we have when none is. Never NULL. */
const struct signing_key *key_ring_signing(const struct key_ring *ring, int64_t now_s);
/* The key with this id, of any document; NULL. */
const struct sealing_key *key_ring_sealing(const struct key_ring *ring, const char *id);
/* The document in force, else the last that counts. */
const struct key_document *key_ring_document(const struct key_ring *ring, int64_t now_s);
/* Adds a sentence to `out`, a JSON array, when the document in force ends within 60 days (within 14
 * another), and for each former key that may go. OUT_OF_MEMORY. */
MUST_USE enum outcome key_ring_warn(const struct key_ring *ring, int64_t now_s,
                                    enum language language, json_t *out);
