/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * authority.h - the organisation's own certificate authority: a folder with
 * ca.pem and ca.key, used by `init` and `user add`, never by `serve`.
 *
 * Order of use: authority_create() once or authority_load(); authority_issue_*();
 * authority_wipe(). Certificates are identity only: what a user may do stands in
 * the store under the certificate's fingerprint.
 */
#pragma once

#include "crypto/certificate.h"
#include "gateway/files.h"

enum {
    AUTHORITY_DAYS = 3650,
    AUTHORITY_SERVER_DAYS = 825, /* the longest that every TLS client takes */
    AUTHORITY_USER_DAYS = 730,
    FINGERPRINT_TEXT_BYTES = 2 * CERTIFICATE_FINGERPRINT_BYTES + 1,
};

struct authority {
    struct certificate *certificate;
    struct private_key *key;
    struct buffer pem; /* ca.pem */
};

/* Makes the folder, a key and a self-signed certificate in the organisation's name. The caller
 * owns *out_authority. Fails with EXISTS, FILE_WRONG, MALFORMED (a name that does not fit),
 * RANDOM_FAILED or OUT_OF_MEMORY. */
MUST_USE enum outcome authority_create(const char *folder, const char *organisation, int64_t now_s,
                                       struct authority *out_authority, struct file_fault *fault);
/* Fails with FILE_WRONG, MALFORMED, KEY_FILE_WRONG or OUT_OF_MEMORY. */
MUST_USE enum outcome authority_load(const char *folder, struct authority *out_authority,
                                     struct file_fault *fault);
void authority_wipe(struct authority *authority);
#define OWNED_AUTHORITY __attribute__((cleanup(authority_wipe))) struct authority

/* Adds the PEM of a certificate for the local listener: 127.0.0.1, ::1 and localhost. */
MUST_USE enum outcome authority_issue_server(const struct authority *authority,
                                             const struct private_key *key, int64_t now_s,
                                             struct buffer *out_pem);
/* Adds the PEM of a client certificate in a user's name (a staff number or the like). */
MUST_USE enum outcome authority_issue_user(const struct authority *authority, const char *name,
                                           const struct private_key *key, int64_t now_s,
                                           struct buffer *out_pem);
/* The same for a request that was made elsewhere: its key, our name. */
MUST_USE enum outcome authority_issue_requested(const struct authority *authority, const char *name,
                                                const struct certificate_request *request,
                                                int64_t now_s, struct buffer *out_pem);

/* Makes a new key and writes it as PEM, mode 0600; a name that is taken fails with EXISTS. */
MUST_USE enum outcome private_key_create(const char *path, struct private_key **out_key,
                                         struct file_fault *fault);
/* The fingerprint of the first certificate in a PEM text, as 64 hex digits. */
MUST_USE enum outcome pem_fingerprint(struct bytes pem, char out[static FINGERPRINT_TEXT_BYTES]);
