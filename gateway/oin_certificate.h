/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * oin_certificate.h - the certificate by which partners know an organisation, with its key, out of
 * the two files that a person names in a command.
 *
 * Life: oin_certificate_load(); oin_certificate_wipe(). Does not look at who issued it, nor at
 * whether it has begun: gateway/trust.h does when it is used.
 */
#pragma once

#include "crypto/certificate.h"
#include "gateway/files.h"

struct oin_certificate {
    struct certificate *certificate;
    struct private_key *key;
    struct buffer pem, key_pem; /* as they stand in the files */
};

/* Fails with SENDER_WRONG (it names another organisation), KEY_UNKNOWN (the key is of another), as
 * file_read() or with what the contents have wrong; *fault names the file. */
MUST_USE enum outcome oin_certificate_load(const char *path, const char *key_path,
                                           const struct oin *oin,
                                           struct oin_certificate *out_certificate,
                                           struct file_fault *fault);
void oin_certificate_wipe(struct oin_certificate *certificate); /* {0} is fine */
#define OWNED_OIN_CERTIFICATE __attribute__((cleanup(oin_certificate_wipe))) struct oin_certificate
/* Prints what to do about SENDER_WRONG and KEY_UNKNOWN; else nothing. */
void oin_certificate_tell(enum outcome outcome);
