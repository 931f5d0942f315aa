/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_folder.h - a folder with the own keys of an organisation, and those of a day later. Stops the
 * test when it cannot do its work.
 */
#pragma once

#include "gateway/settings.h"
#include "tests/support/folder.h"
#include "tests/support/key_documents.h"

struct key_folder {
    struct folder folder; /* "keys", "keys/0002", "credential" */
    struct key_document first, second;
};

/* Sets sleutelmap and sleutelbestand, which settings_free() frees. */
void key_folder_make(struct key_folder *keys, const struct test_party *party,
                     struct settings *settings);
void key_folder_end(struct key_folder *keys);
