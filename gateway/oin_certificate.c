/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/oin_certificate.h"

#include <stdio.h>

#include "gateway/command.h"

enum { PEM_MAX_BYTES = 256 * 1024 };

void oin_certificate_wipe(struct oin_certificate *certificate)
{
    certificate_free(certificate->certificate);
    private_key_free(certificate->key);
    buffer_wipe(&certificate->pem);
    buffer_wipe(&certificate->key_pem);
    *certificate = (struct oin_certificate){0};
}

/* What is wrong with the contents does not say of which file. */
static enum outcome of_file(enum outcome outcome, const char *path, struct file_fault *fault)
{
    if (outcome != OUTCOME_OK && outcome != OUTCOME_OUT_OF_MEMORY)
        file_fault_at(fault, FILE_CHECK_CONTENTS, path);
    return outcome;
}

static enum outcome check_oin(const struct certificate *certificate, const struct oin *oin)
{
    struct oin named;
    const enum outcome outcome = certificate_oin(certificate, &named);

    if (outcome == OUTCOME_OUT_OF_MEMORY)
        return outcome;
    return outcome == OUTCOME_OK && oin_equal(&named, oin) ? OUTCOME_OK : OUTCOME_SENDER_WRONG;
}

enum outcome oin_certificate_load(const char *path, const char *key_path, const struct oin *oin,
                                  struct oin_certificate *out_certificate, struct file_fault *fault)
{
    OWNED_OIN_CERTIFICATE read = {0};

    TRY(file_read(path, PEM_MAX_BYTES, &read.pem, fault));
    TRY(of_file(certificate_read_pem(buffer_bytes(&read.pem), &read.certificate), path, fault));
    TRY(file_read_private(key_path, PEM_MAX_BYTES, &read.key_pem, fault));
    TRY(of_file(private_key_read_pem(buffer_bytes(&read.key_pem), &read.key), key_path, fault));
    TRY(of_file(check_oin(read.certificate, oin), path, fault));
    if (!private_key_fits(read.key, read.certificate))
        return of_file(OUTCOME_KEY_UNKNOWN, key_path, fault);
    *out_certificate = read;
    read = (struct oin_certificate){0}; /* handed over */
    return OUTCOME_OK;
}

void oin_certificate_tell(enum outcome outcome)
{
    if (outcome == OUTCOME_SENDER_WRONG)
        fprintf(stderr, "%s\n",
                say("Dit certificaat noemt niet het OIN van deze poort. Vraag er een aan met dat "
                    "OIN in subject.serialNumber.",
                    "This certificate does not name the OIN of this gateway. Order one with that "
                    "OIN in subject.serialNumber."));
    if (outcome == OUTCOME_KEY_UNKNOWN)
        fprintf(stderr, "%s\n",
                say("Deze sleutel hoort niet bij het certificaat. Geef de goede met --partner-key.",
                    "This key does not belong to the certificate. Give the right one with "
                    "--partner-key."));
}
