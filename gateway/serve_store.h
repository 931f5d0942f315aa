/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * serve_store.h - serve()'s way to an open store: looked through without a key, opened, and every
 * record then verified with keys; what takes longer than a moment goes on in the background.
 *
 * Order of use: serve_store_check(), before any key is read; serve_store_open();
 * serve_store_verify(); serve_store_watch() once the writer runs. The watch is stopped before it.
 */
#pragma once

#include "gateway/files.h"
#include "gateway/gateway.h"

/* Fails with FILE_WRONG (told in *fault) or as store_check(); damage is in gateway->damage. */
MUST_USE enum outcome serve_store_check(struct gateway *gateway, struct file_fault *fault);
/* Store, sweep and log. */
MUST_USE enum outcome serve_store_open(struct gateway *gateway);
/* Every record: all when `whole`, else as many as half a second allows. */
MUST_USE enum outcome serve_store_verify(struct gateway *gateway, bool whole);
MUST_USE enum outcome serve_store_watch(struct gateway *gateway);
bool serve_store_is_verified(const struct gateway *gateway);
/* What a later step of the start found that does not read is told likewise. The same outcome. */
MUST_USE enum outcome serve_store_found(struct gateway *gateway, enum outcome outcome);
/* Tells on stderr what is damaged and what to do. */
void serve_store_tell(const struct gateway *gateway);
/* The folder is no longer one that may begin empty. */
void serve_store_begun(const struct gateway *gateway);
