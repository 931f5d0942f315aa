/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether what stands in the folder is a whole store, or one that was being made. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "gateway/store_parts.h"

static bool is_absent(const struct store *store, enum environment_name name)
{
    char path[PATH_MAX];
    struct stat info;

    return environment_path(store, name, path) == OUTCOME_OK && stat(path, &info) != 0 &&
           errno == ENOENT;
}

static bool is_empty(struct store *store)
{
    size_t rows = 0;
    struct view view;

    view_begin(store, &view);
    for (unsigned i = 0; i < TABLE_TOTAL; i++) {
        if (table_environment(i) == ENVIRONMENT_STORE)
            rows += store_entries(&view, i);
    }
    view_end(&view);
    return rows == 0;
}

/* Parts are made in the order of their names, so a crash in the very first start leaves the later
 * ones out. In any other case a part that is not there was lost: made anew it would be empty, and
 * the sweep would take every key of the others for an orphan. index/ can be made from the rest. */
enum outcome store_part_check(struct store *store, enum environment_name name)
{
    if (!is_absent(store, name) || name == ENVIRONMENT_INDEX)
        return OUTCOME_OK;
    if (name == ENVIRONMENT_STORE)
        return is_absent(store, ENVIRONMENT_KEYS) && is_absent(store, ENVIRONMENT_INDEX)
                   ? OUTCOME_OK
                   : OUTCOME_STORE_DAMAGED;
    return is_empty(store) && is_absent(store, ENVIRONMENT_INDEX) ? OUTCOME_OK
                                                                  : OUTCOME_STORE_DAMAGED;
}
