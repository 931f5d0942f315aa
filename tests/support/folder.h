/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * folder.h - a folder of a test's own under /tmp. Stops the test when it cannot do
 * its work.
 */
#pragma once

#include "crypto/bytes.h"

enum { FOLDER_BYTES = 40, FOLDER_PATH_BYTES = 256 };

struct folder {
    char path[FOLDER_BYTES];
};

void folder_begin(struct folder *folder);
void folder_remove(struct folder *folder); /* with all that is in it */
/* The path of `name` in it: valid until the eighth next call. */
const char *folder_path(const struct folder *folder, const char *name);

/* A whole file; the caller wipes it. */
struct buffer file_bytes(const char *path);
void file_put(const char *path, struct bytes bytes);
/* Copies or removes a folder with all that is in it. */
void tree_copy(const char *from, const char *to);
void tree_remove(const char *path);
