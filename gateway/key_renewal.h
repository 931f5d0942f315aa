/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_renewal.h - new keys of our own, taken up while we run: a folder that
 * `key renew` moved into `sleutelmap` is seen, its document verified, put into the
 * store with a leaf, told to every partner, and used from its geldigVan on.
 *
 * Order of use: key_renewal_new() once the store is open, which reads the ring;
 * key_renewal_pass() each half second; key_renewal_free() last.
 * What does not verify changes nothing and is named in `status`.
 */
#pragma once

#include "gateway/gateway.h"
#include "gateway/key_ring.h"

struct key_renewal; /* opaque */

/* Sets gateway->ring. Fails as key_ring_load(). */
MUST_USE enum outcome key_renewal_new(struct gateway *gateway, struct key_renewal **out,
                                      struct file_fault *fault);
void key_renewal_free(struct key_renewal *renewal); /* NULL is fine; not the ring */
/* From one thread. Waits for the writer, only when there is something new. */
MUST_USE enum outcome key_renewal_pass(struct key_renewal *renewal);
/* Adds a sentence for each thing that a person must look at: new keys that were not taken up, what
 * ends within 60 days, former keys that may go. From any thread. */
void key_renewal_warn(struct gateway *gateway, enum language language, json_t *warnings);
