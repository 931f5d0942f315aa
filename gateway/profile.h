/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * profile.h - how one user reaches the own gateway: a small JSON file with the
 * address of the local API and the paths of CA, certificate and key.
 *
 *   {"adres":"https://127.0.0.1:8444","ca":"ca.pem","certificaat":"certificaat.pem",
 *    "sleutel":"sleutel.key"}
 *
 * Relative paths are relative to the folder of the profile. The key itself is
 * read (and its permissions checked) when it is used.
 */
#pragma once

#include "crypto/json.h"
#include "gateway/files.h"

enum { PROFILE_FILE_MAX_BYTES = 8192, PROFILE_ADDRESS_BYTES = 256 };

struct profile {
    char address[PROFILE_ADDRESS_BYTES]; /* without a slash at the end */
    char ca[FILE_PATH_MAX_BYTES];
    char certificate[FILE_PATH_MAX_BYTES];
    char key[FILE_PATH_MAX_BYTES];
};

/* Fails with FILE_WRONG (also wrong contents: *fault says where) or OUT_OF_MEMORY. */
MUST_USE enum outcome profile_load(const char *path, struct profile *out_profile,
                                   struct fault *fault, struct file_fault *file_fault);

/* Would the next find a name taken? EXISTS then: asked before what cannot be undone. */
MUST_USE enum outcome profile_folder_is_free(const char *folder, struct file_fault *file_fault);
/* The folder a user carries: profiel.json, ca.pem and certificaat.pem (its sleutel.key is made by
 * private_key_create()). The folder must exist. Fails with EXISTS, FILE_WRONG or OUT_OF_MEMORY. */
MUST_USE enum outcome profile_write_folder(const char *folder, const char *address,
                                           struct bytes ca_pem, struct bytes certificate_pem,
                                           struct file_fault *file_fault);
