/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tls_files.h - certificates, keys, authorities and revocation lists that are
 * replaced while we run: seen, read again, taken into use by the listeners and by
 * delivery, or kept out and named.
 *
 * Order of use: tls_files_new() before the listeners open, so that no change falls
 * in between; tls_files_pass() each half second; tls_files_free().
 * A change is taken up once it lies still for one pass: most of what is half
 * written is never looked at, and what does not verify leaves the old in place.
 */
#pragma once

#include "gateway/gateway.h"

/* So long ahead people are told that a certificate ends: those who issue them take weeks. */
enum { CERTIFICATE_ENDING_S = 60 * 24 * 60 * 60 };

struct tls_files; /* opaque */

MUST_USE enum outcome tls_files_new(struct gateway *gateway, struct tls_files **out);
void tls_files_free(struct tls_files *files); /* NULL is fine */
/* From one thread. */
void tls_files_pass(struct tls_files *files);
/* At once, changed or not. From any thread. */
void tls_files_reload(struct tls_files *files);
/* Adds a sentence for each thing that a person must look at. From any thread. */
void tls_files_warn(struct tls_files *files, enum language language, json_t *warnings);
