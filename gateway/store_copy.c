/* SPDX-License-Identifier: EUPL-1.2 */
/* A copy of the store while it is written to. */
#include <stdio.h>
#include <sys/stat.h>

#include "gateway/store_parts.h"

/* Each environment is copied as it is at one moment, but not both at the same. So keys/ goes last:
 * then it holds the key of every record that was copied, and the keys of later records, which the
 * first start on the copy sweeps up. And no key may go in between: the record it belongs to may
 * have been copied before it was deleted. */
static enum outcome copy_part(struct store *store, enum environment_name name, const char *folder,
                              const char *part)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s", folder, part) >= (int)sizeof path)
        return OUTCOME_FILE_WRONG;
    return environment_copy(store->environments[name], path);
}

enum outcome store_copy(struct store *store, const char *folder)
{
    enum outcome outcome;

    atomic_store(&store->keeps_keys, true);
    outcome = copy_part(store, ENVIRONMENT_STORE, folder, "store");
    if (outcome == OUTCOME_OK)
        outcome = copy_part(store, ENVIRONMENT_KEYS, folder, "keys");
    atomic_store(&store->keeps_keys, false);
    return outcome;
}

static uint64_t file_bytes(const char *folder, const char *part)
{
    char path[PATH_MAX];
    struct stat info;

    if (snprintf(path, sizeof path, "%s/%s/data.mdb", folder, part) >= (int)sizeof path ||
        stat(path, &info) != 0)
        return 0;
    return (uint64_t)info.st_size;
}

uint64_t store_bytes_in(const char *folder)
{
    return file_bytes(folder, "store") + file_bytes(folder, "keys");
}
