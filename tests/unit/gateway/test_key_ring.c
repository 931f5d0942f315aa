/* SPDX-License-Identifier: EUPL-1.2 */
/* The own keys and those after them, from their folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/key_ring.h"
#include "tests/support/certificates.h"
#include "tests/support/key_folder.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_store.h"

static struct test_party us;
static struct key_folder keys;
static struct settings settings;

static const char *in(const char *name)
{
    return folder_path(&keys.folder, name);
}

static int make(void **state)
{
    (void)state;
    settings = (struct settings){.oin = us.oin};
    key_folder_make(&keys, &us, &settings);
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(settings.key_folder);
    free(settings.credential_file);
    key_folder_end(&keys);
    return 0;
}

static struct key_ring *loaded(void)
{
    struct key_ring *ring;

    assert_int_equal(key_ring_load(&settings, NULL, &ring, NULL), OUTCOME_OK);
    return ring;
}

static void id_of(const struct key_document *document, char out[static SHA256_HEX_BYTES])
{
    assert_int_equal(sealed_key_id(document->sealing_key, out), OUTCOME_OK);
}

static void the_key_of_the_instant_signs_and_each_that_is_kept_opens(void **state)
{
    OWNED_KEY_RING ring = loaded();
    char old[SHA256_HEX_BYTES], new[SHA256_HEX_BYTES];

    (void)state;
    id_of(&keys.first, old);
    id_of(&keys.second, new);
    assert_int_equal(ring->chain.count, 2);
    assert_memory_equal(key_ring_signing(ring, keys.second.from_s - 1)->public_key,
                        keys.first.signing_key, 32);
    assert_memory_equal(key_ring_signing(ring, keys.second.from_s)->public_key,
                        keys.second.signing_key, 32);
    assert_string_equal(key_ring_sealing(ring, old)->id, old);
    assert_string_equal(key_ring_sealing(ring, new)->id, new);
    assert_int_equal(key_ring_document(ring, keys.second.from_s)->number, 2);
    /* When nothing is in force there is yet something to sign with. */
    assert_non_null(key_ring_signing(ring, keys.second.until_s + 1));
    new[0] = new[0] == '0' ? '1' : '0';
    assert_null(key_ring_sealing(ring, new));
}

static void former_keys_may_be_taken_away(void **state)
{
    char old[SHA256_HEX_BYTES];

    (void)state;
    id_of(&keys.first, old);
    assert_int_equal(unlink(in("keys/verzegeling.key")), 0);
    assert_int_equal(unlink(in("keys/ondertekening.key")), 0);
    OWNED_KEY_RING ring = loaded();
    assert_null(key_ring_sealing(ring, old));
    assert_memory_equal(key_ring_signing(ring, keys.second.from_s)->public_key,
                        keys.second.signing_key, 32);
}

static void what_is_never_renewed_may_not_lack(void **state)
{
    struct key_ring *ring = NULL;
    struct file_fault fault = {0};

    (void)state;
    assert_int_equal(unlink(in("keys/log.key")), 0);
    assert_int_equal(key_ring_load(&settings, NULL, &ring, &fault), OUTCOME_FILE_WRONG);
    assert_int_equal(fault.check, FILE_CHECK_MISSING);
    assert_null(ring);
}

static void keys_of_another_document_are_refused(void **state)
{
    OWNED_KEYS other = {0};
    struct key_ring *ring = NULL;
    struct file_fault fault = {0};

    (void)state;
    assert_int_equal(unlink(in("keys/0002/ondertekening.key")), 0);
    assert_int_equal(keys_create_later(in("keys/0002"), settings.credential_file, KEYS_NEW_SIGNING,
                                       &other, NULL),
                     OUTCOME_OK);
    assert_int_equal(key_ring_load(&settings, NULL, &ring, &fault), OUTCOME_KEY_FILE_WRONG);
    assert_string_equal(fault.path, in("keys/0002"));
}

static void a_damaged_document_is_named_and_a_draft_is_not_looked_at(void **state)
{
    struct key_ring *ring = NULL;
    struct file_fault fault = {0};

    (void)state;
    assert_int_equal(folder_make(in("keys/0002-nood.verzoek"), NULL), OUTCOME_OK);
    assert_int_equal(folder_make(in("keys/0003.nieuw-1"), NULL), OUTCOME_OK);
    key_ring_free(loaded());
    assert_int_equal(
        file_write(in("keys/0002/sleuteldocument.json"), bytes_of_text("{}"), 0644, NULL),
        OUTCOME_OK);
    assert_int_equal(key_ring_load(&settings, NULL, &ring, &fault), OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(fault.check, FILE_CHECK_CONTENTS);
}

static size_t warned(const struct key_ring *ring, int64_t now_s)
{
    OWNED_JSON texts = json_array();

    assert_int_equal(key_ring_warn(ring, now_s, LANGUAGE_NL, texts), OUTCOME_OK);
    return json_array_size(texts);
}

static void what_ends_and_what_may_go_is_said_in_time(void **state)
{
    OWNED_KEY_RING ring = loaded();

    (void)state;
    assert_int_equal(warned(ring, keys.second.from_s), 0);
    assert_int_equal(warned(ring, keys.second.from_s + KEY_FORMER_KEPT_S - 1), 0);
    assert_int_equal(warned(ring, keys.second.from_s + KEY_FORMER_KEPT_S), 2); /* two former keys */
    assert_int_equal(warned(ring, keys.second.until_s - 60 * DAY_S - 1), 2);
    assert_int_equal(warned(ring, keys.second.until_s - 60 * DAY_S), 3);
    assert_int_equal(warned(ring, keys.second.until_s - 14 * DAY_S), 3);
    assert_int_equal(warned(ring, keys.second.until_s + 1), 3);
}

/* Without the newer keys it would sign with what partners believe no more. */
static void a_store_that_cannot_be_read_is_not_one_without_newer_keys(void **state)
{
    struct small_store small;
    struct key_ring *ring = NULL;
    struct view view;

    (void)state;
    small_store_make(&small);
    small_readers_take(small.store);
    view_begin(small.store, &view);
    assert_int_equal(key_ring_load(&settings, &view, &ring, NULL), OUTCOME_BUSY);
    assert_null(ring);
    view_end(&view);
    small_readers_give();
    small_store_end(&small);
}

static void scarce_memory_is_survived(void **state)
{
    struct key_ring *ring = NULL;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY_SAMPLED(10, outcome, key_ring_load(&settings, NULL, &ring, NULL),
                               key_ring_free(ring));
    assert_int_equal(outcome, OUTCOME_OK);
}

static int make_party(void **state)
{
    (void)state;
    test_party_make("00000099000000010000", &us);
    return 0;
}

static int free_party(void **state)
{
    (void)state;
    test_party_free(&us);
    return 0;
}

#define IN_FOLDER(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(the_key_of_the_instant_signs_and_each_that_is_kept_opens),
        IN_FOLDER(former_keys_may_be_taken_away),
        IN_FOLDER(what_is_never_renewed_may_not_lack),
        IN_FOLDER(keys_of_another_document_are_refused),
        IN_FOLDER(a_damaged_document_is_named_and_a_draft_is_not_looked_at),
        IN_FOLDER(what_ends_and_what_may_go_is_said_in_time),
        IN_FOLDER(a_store_that_cannot_be_read_is_not_one_without_newer_keys),
        IN_FOLDER(scarce_memory_is_survived),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, make_party, free_party);
}
