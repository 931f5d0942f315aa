/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/key_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/key_store.h"

#define CREDENTIAL "0123456789abcdef0123456789abcdef"

struct making {
    const struct test_party *party;
    const struct settings *settings;
    struct key_folder *keys;
};

static const char *in(const struct making *making, const char *name)
{
    return folder_path(&making->keys->folder, name);
}

static void fill(struct key_document *draft, const struct own_keys *keys)
{
    if (keys->signing.secret)
        memcpy(draft->signing_key, keys->signing.public_key, SIGNING_PUBLIC_BYTES);
    if (keys->sealing.secret)
        memcpy(draft->sealing_key, keys->sealing.public_key, SIGNING_PUBLIC_BYTES);
    if (keys->witness.secret)
        memcpy(draft->witness_key, keys->witness.public_key, SIGNING_PUBLIC_BYTES);
}

static void make_first(const struct making *making, struct own_keys *keys)
{
    const struct test_party *us = making->party;
    struct key_document draft = test_draft(us, 0, NULL);
    OWNED_BUFFER envelope = {0};

    assert_int_equal(
        keys_create(making->settings->key_folder, bytes_of_text(CREDENTIAL), keys, NULL),
        OUTCOME_OK);
    fill(&draft, keys);
    memcpy(draft.log_key, keys->log.public_key, SIGNING_PUBLIC_BYTES);
    assert_int_equal(key_document_make(&draft, us->tls, us->tls_key, &keys->signing, &envelope),
                     OUTCOME_OK);
    assert_int_equal(key_document_read_first(buffer_bytes(&envelope), &making->keys->first, NULL),
                     OUTCOME_OK);
    assert_int_equal(
        keys_write_document(making->settings->key_folder, buffer_bytes(&envelope), NULL),
        OUTCOME_OK);
}

/* A day later: new signing and sealing keys. */
static void make_second(const struct making *making, const struct own_keys *before)
{
    const struct test_party *us = making->party;
    struct key_folder *made = making->keys;
    struct key_document draft = test_draft(us, 1, &made->first);
    OWNED_BUFFER envelope = {0};
    OWNED_KEYS keys = {0};

    assert_int_equal(folder_make(in(making, "keys/0002"), NULL), OUTCOME_OK);
    assert_int_equal(keys_create_later(in(making, "keys/0002"), making->settings->credential_file,
                                       KEYS_NEW_SIGNING | KEYS_NEW_SEALING, &keys, NULL),
                     OUTCOME_OK);
    fill(&draft, before);
    fill(&draft, &keys);
    assert_int_equal(key_document_make(&draft, us->tls, us->tls_key, &before->signing, &envelope),
                     OUTCOME_OK);
    assert_int_equal(
        key_document_read_next(buffer_bytes(&envelope), &made->first, &made->second, NULL),
        OUTCOME_OK);
    assert_int_equal(file_write(in(making, "keys/0002/sleuteldocument.json"),
                                buffer_bytes(&envelope), 0644, NULL),
                     OUTCOME_OK);
}

void key_folder_make(struct key_folder *keys, const struct test_party *party,
                     struct settings *settings)
{
    const struct making making = {party, settings, keys};
    OWNED_KEYS own = {0};

    folder_begin(&keys->folder);
    settings->key_folder = strdup(in(&making, "keys"));
    settings->credential_file = strdup(in(&making, "credential"));
    assert_non_null(settings->key_folder);
    assert_non_null(settings->credential_file);
    assert_int_equal(folder_make(settings->key_folder, NULL), OUTCOME_OK);
    assert_int_equal(file_write(settings->credential_file, bytes_of_text(CREDENTIAL), 0600, NULL),
                     OUTCOME_OK);
    make_first(&making, &own);
    make_second(&making, &own);
}

void key_folder_end(struct key_folder *keys)
{
    folder_remove(&keys->folder);
}
