/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * client_tls.h - what client.c shows and whom it trusts: certificate, key, CA and
 * revocation lists, read once and replaced as a whole.
 *
 * A file that is being replaced may be half there; whoever calls partners goes on
 * with what was read before until all of the new is in order.
 */
#pragma once

#include <openssl/ssl.h>

#include "gateway/client.h"

struct client_tls; /* opaque; immutable */

/* Fails with FILE_WRONG (unreadable, no pair, a list without an end) or OUT_OF_MEMORY. */
MUST_USE enum outcome client_tls_load(const struct client_identity *identity, unsigned generation,
                                      struct client_tls **out);
void client_tls_free(struct client_tls *tls);             /* NULL is fine */
bool client_tls_is_current(const struct client_tls *tls); /* our own certificate, now */
/* For a new connection: it keeps what it needs. */
bool client_tls_use(const struct client_tls *tls, SSL_CTX *context);
/* Was this connection made with what we go by now, and is all that was verified then still good? */
bool client_tls_still_good(const struct client_tls *tls, SSL *ssl);
