/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/files.h"

enum { FORMAT_FILE_MAX_BYTES = 16 };

/* 0: there is no file. */
static enum outcome read_format(const char *folder, char path[static FILE_PATH_MAX_BYTES],
                                long *out_format)
{
    OWNED_BUFFER text = {0};
    const char *digits;
    char *end;

    TRY(path_join(folder, STORE_FORMAT_FILE, path, NULL));
    *out_format = 0;
    if (!file_exists(path))
        return OUTCOME_OK;
    if (file_read(path, FORMAT_FILE_MAX_BYTES, &text, NULL) == OUTCOME_TOO_LARGE)
        return OUTCOME_STORE_DAMAGED;
    if (text.length == 0)
        return OUTCOME_FILE_WRONG;
    digits = buffer_text(&text);
    if (!digits)
        return OUTCOME_OUT_OF_MEMORY;
    *out_format = strtol(digits, &end, 10);
    return *out_format > 0 && strcmp(end, "\n") == 0 ? OUTCOME_OK : OUTCOME_STORE_DAMAGED;
}

enum outcome store_format_check(const char *folder)
{
    char path[FILE_PATH_MAX_BYTES];
    long format;

    TRY(read_format(folder, path, &format));
    return format > STORE_FORMAT ? OUTCOME_STORE_NEWER : OUTCOME_OK;
}

enum outcome store_format_reach(const char *folder)
{
    char path[FILE_PATH_MAX_BYTES], text[FORMAT_FILE_MAX_BYTES];
    long format;

    TRY(read_format(folder, path, &format));
    if (format == STORE_FORMAT)
        return OUTCOME_OK;
    snprintf(text, sizeof text, "%d\n", STORE_FORMAT);
    return file_write(path, bytes_of_text(text), 0600, NULL);
}
