/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/profile.h"

#include <stdio.h>
#include <string.h>

static enum outcome read_path(const json_t *object, const char *name, const char *folder,
                              char out_path[static FILE_PATH_MAX_BYTES], struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, name, FILE_PATH_MAX_BYTES - 1, &text, fault));
    return path_join(folder, text, out_path, NULL);
}

static enum outcome read_address(const json_t *object, struct profile *profile, struct fault *fault)
{
    const char *text;
    size_t length;

    TRY(json_text_at(object, "adres", PROFILE_ADDRESS_BYTES - 1, &text, fault));
    if (strncmp(text, "https://", 8) != 0) {
        fault_at(fault, "adres");
        return OUTCOME_MALFORMED;
    }
    length = strlen(text);
    while (text[length - 1] == '/')
        length--;
    memcpy(profile->address, text, length);
    profile->address[length] = '\0';
    return OUTCOME_OK;
}

static enum outcome read_profile(struct bytes text, const char *folder, struct profile *profile,
                                 struct fault *fault)
{
    static const char *const names[] = {"adres", "ca", "certificaat", "sleutel", NULL};
    OWNED_JSON object = NULL;

    TRY(json_read(text, PROFILE_FILE_MAX_BYTES, &object));
    TRY(json_only(object, names, fault));
    TRY(read_address(object, profile, fault));
    TRY(read_path(object, "ca", folder, profile->ca, fault));
    TRY(read_path(object, "certificaat", folder, profile->certificate, fault));
    return read_path(object, "sleutel", folder, profile->key, fault);
}

enum outcome profile_load(const char *path, struct profile *out_profile, struct fault *fault,
                          struct file_fault *file_fault)
{
    OWNED_BUFFER text = {0};
    struct profile profile = {0};
    char folder[FILE_PATH_MAX_BYTES];
    enum outcome outcome;

    TRY(path_folder(path, folder, file_fault));
    TRY(file_read(path, PROFILE_FILE_MAX_BYTES, &text, file_fault));
    outcome = read_profile(buffer_bytes(&text), folder, &profile, fault);
    if (outcome == OUTCOME_OUT_OF_MEMORY)
        return outcome;
    if (outcome != OUTCOME_OK) {
        file_fault_at(file_fault, FILE_CHECK_CONTENTS, path);
        return OUTCOME_FILE_WRONG;
    }
    *out_profile = profile;
    return OUTCOME_OK;
}

enum outcome profile_folder_is_free(const char *folder, struct file_fault *file_fault)
{
    static const char *const names[] = {"ca.pem", "certificaat.pem", "profiel.json"};
    char path[FILE_PATH_MAX_BYTES];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        TRY(path_join(folder, names[i], path, file_fault));
        if (!file_exists(path))
            continue;
        file_fault_at(file_fault, FILE_CHECK_EXISTS, path);
        return OUTCOME_EXISTS;
    }
    return OUTCOME_OK;
}

static enum outcome write_in(const char *folder, const char *name, struct bytes contents,
                             struct file_fault *fault)
{
    char path[FILE_PATH_MAX_BYTES];

    TRY(path_join(folder, name, path, fault));
    return file_write_new(path, contents, 0644, fault);
}

enum outcome profile_write_folder(const char *folder, const char *address, struct bytes ca_pem,
                                  struct bytes certificate_pem, struct file_fault *file_fault)
{
    OWNED_BUFFER text = {0};

    TRY(json_write_new(json_pack("{s:s, s:s, s:s, s:s}", "adres", address, "ca", "ca.pem",
                                 "certificaat", "certificaat.pem", "sleutel", "sleutel.key"),
                       &text));
    buffer_add_text(&text, "\n");
    TRY(buffer_outcome(&text));
    TRY(write_in(folder, "ca.pem", ca_pem, file_fault));
    TRY(write_in(folder, "certificaat.pem", certificate_pem, file_fault));
    return write_in(folder, "profiel.json", buffer_bytes(&text), file_fault);
}
