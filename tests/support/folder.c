/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void shell(const char *format, const char *first, const char *second)
{
    char command[2 * FOLDER_PATH_BYTES + 64];
    int length = snprintf(command, sizeof command, "%s '%s' '%s'", format, first, second);

    assert_true(length > 0 && (size_t)length < sizeof command);
    assert_int_equal(system(command), 0);
}

void folder_begin(struct folder *folder)
{
    snprintf(folder->path, sizeof folder->path, "/tmp/wijkpoort-test-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
}

void folder_remove(struct folder *folder)
{
    tree_remove(folder->path);
}

const char *folder_path(const struct folder *folder, const char *name)
{
    static char paths[8][FOLDER_PATH_BYTES];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    int length = snprintf(path, FOLDER_PATH_BYTES, "%s/%s", folder->path, name);

    assert_true(length > 0 && length < FOLDER_PATH_BYTES);
    return path;
}

struct buffer file_bytes(const char *path)
{
    struct buffer buffer = {0};
    uint8_t piece[4096];
    size_t length;
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    while ((length = fread(piece, 1, sizeof piece, file)) > 0)
        buffer_add(&buffer, piece, length);
    fclose(file);
    assert_int_equal(buffer_outcome(&buffer), OUTCOME_OK);
    return buffer;
}

void file_put(const char *path, struct bytes bytes)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data ? bytes.data : (const uint8_t *)"", 1, bytes.length, file),
                     bytes.length);
    assert_int_equal(fclose(file), 0);
}

void tree_copy(const char *from, const char *to)
{
    shell("cp -a", from, to);
}

void tree_remove(const char *path)
{
    shell("rm -rf", path, "/tmp/wijkpoort-test-none");
}
