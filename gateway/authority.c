/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/authority.h"

#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"

enum {
    PEM_MAX_BYTES = 2 * CERTIFICATE_MAX_BYTES,
    CLOCK_MARGIN_S = 300, /* another machine's clock may be behind */
};

void authority_wipe(struct authority *authority)
{
    certificate_free(authority->certificate);
    private_key_free(authority->key);
    buffer_wipe(&authority->pem);
    *authority = (struct authority){0};
}

enum outcome private_key_create(const char *path, struct private_key **out_key,
                                struct file_fault *fault)
{
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_BUFFER pem = {0};

    TRY(private_key_make(&key));
    TRY(private_key_print_pem(key, &pem));
    TRY(file_write_new(path, buffer_bytes(&pem), 0600, fault));
    *out_key = key;
    key = NULL; /* handed over */
    return OUTCOME_OK;
}

static enum outcome make_certificate(const char *folder, const char *organisation, int64_t now_s,
                                     struct authority *authority, struct file_fault *fault)
{
    char path[FILE_PATH_MAX_BYTES];
    struct certificate_order order = {
        .subject = {.common_name = "Wijkpoort CA", .organisation = organisation},
        .from_s = now_s - CLOCK_MARGIN_S,
        .days = AUTHORITY_DAYS,
    };

    TRY(certificate_make_ca(&order, authority->key, &authority->pem));
    TRY(certificate_read_pem(buffer_bytes(&authority->pem), &authority->certificate));
    TRY(path_join(folder, "ca.pem", path, fault));
    return file_write_new(path, buffer_bytes(&authority->pem), 0644, fault);
}

enum outcome authority_create(const char *folder, const char *organisation, int64_t now_s,
                              struct authority *out_authority, struct file_fault *fault)
{
    OWNED_AUTHORITY authority = {0};
    char path[FILE_PATH_MAX_BYTES];

    TRY(folder_make(folder, fault));
    TRY(path_join(folder, "ca.key", path, fault));
    TRY(private_key_create(path, &authority.key, fault));
    TRY(make_certificate(folder, organisation, now_s, &authority, fault));
    *out_authority = authority;
    authority = (struct authority){0}; /* handed over */
    return OUTCOME_OK;
}

static enum outcome load_key(const char *path, struct private_key **out_key,
                             struct file_fault *fault)
{
    OWNED_BUFFER pem = {0};

    TRY(file_read_private(path, PEM_MAX_BYTES, &pem, fault));
    return private_key_read_pem(buffer_bytes(&pem), out_key);
}

enum outcome authority_load(const char *folder, struct authority *out_authority,
                            struct file_fault *fault)
{
    OWNED_AUTHORITY authority = {0};
    char path[FILE_PATH_MAX_BYTES];

    TRY(path_join(folder, "ca.key", path, fault));
    TRY(load_key(path, &authority.key, fault));
    TRY(path_join(folder, "ca.pem", path, fault));
    TRY(file_read(path, PEM_MAX_BYTES, &authority.pem, fault));
    TRY(certificate_read_pem(buffer_bytes(&authority.pem), &authority.certificate));
    if (!private_key_fits(authority.key, authority.certificate)) {
        file_fault_at(fault, FILE_CHECK_CONTENTS, path);
        return OUTCOME_KEY_FILE_WRONG;
    }
    *out_authority = authority;
    authority = (struct authority){0}; /* handed over */
    return OUTCOME_OK;
}

enum outcome authority_issue_server(const struct authority *authority,
                                    const struct private_key *key, int64_t now_s,
                                    struct buffer *out_pem)
{
    static const char *const dns[] = {"localhost", NULL};
    static const char *const ip[] = {"127.0.0.1", "::1", NULL};
    const struct certificate_order order = {
        .subject = {.common_name = "localhost"},
        .dns = dns,
        .ip = ip,
        .server = true,
        .from_s = now_s - CLOCK_MARGIN_S,
        .days = AUTHORITY_SERVER_DAYS,
    };

    return certificate_make_leaf(&order, key, authority->certificate, authority->key, out_pem);
}

static struct certificate_order user_order(const char *name, int64_t now_s)
{
    return (struct certificate_order){
        .subject = {.common_name = name},
        .client = true,
        .from_s = now_s - CLOCK_MARGIN_S,
        .days = AUTHORITY_USER_DAYS,
    };
}

enum outcome authority_issue_user(const struct authority *authority, const char *name,
                                  const struct private_key *key, int64_t now_s,
                                  struct buffer *out_pem)
{
    const struct certificate_order order = user_order(name, now_s);

    return certificate_make_leaf(&order, key, authority->certificate, authority->key, out_pem);
}

enum outcome authority_issue_requested(const struct authority *authority, const char *name,
                                       const struct certificate_request *request, int64_t now_s,
                                       struct buffer *out_pem)
{
    const struct certificate_order order = user_order(name, now_s);

    return certificate_make_requested(&order, request, authority->certificate, authority->key,
                                      out_pem);
}

enum outcome pem_fingerprint(struct bytes pem, char out[static FINGERPRINT_TEXT_BYTES])
{
    OWNED_CERTIFICATE certificate = NULL;
    uint8_t digest[CERTIFICATE_FINGERPRINT_BYTES];

    TRY(certificate_read_pem(pem, &certificate));
    TRY(certificate_fingerprint(certificate, digest));
    hex_encode(bytes_of(digest, sizeof digest), out);
    return OUTCOME_OK;
}
