/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/ready.h"
#include "gateway/authority.h"
#include "gateway/key_store.h"
#include "tests/support/scarce_memory.h"

#define NOW_S      INT64_C(1796288400) /* 2026-12-03 09:00 UTC */
#define OIN        "00000099000000001000"
#define CREDENTIAL "0123456789abcdef0123456789abcdef"

static char folder[] = "/tmp/wijkpoort-keys-XXXXXX";
static char credential_path[FILE_PATH_MAX_BYTES];

static void empty_folder(void)
{
    char command[FILE_PATH_MAX_BYTES];

    snprintf(command, sizeof command, "rm -f %s/*", folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(file_write(credential_path, bytes_of_text(CREDENTIAL), 0600, NULL),
                     OUTCOME_OK);
}

static const char *in_folder(const char *name)
{
    static char path[FILE_PATH_MAX_BYTES];

    assert_int_equal(path_join(folder, name, path, NULL), OUTCOME_OK);
    return path;
}

/* An OIN certificate of our own making, and the document of these keys under it. */
static void write_document(const struct own_keys *keys)
{
    OWNED_PRIVATE_KEY ca_key = NULL;
    OWNED_PRIVATE_KEY tls_key = NULL;
    OWNED_CERTIFICATE ca = NULL;
    OWNED_CERTIFICATE tls = NULL;
    OWNED_BUFFER ca_pem = {0}, pem = {0}, envelope = {0};
    struct certificate_order order = {.subject = {"Test", "Test", OIN},
                                      .server = true,
                                      .client = true,
                                      .from_s = NOW_S,
                                      .days = 30};
    struct key_document draft = {
        .name = "Corporatie", .number = 1, .address = "https://127.0.0.1:8443"};

    assert_int_equal(private_key_make(&ca_key), OUTCOME_OK);
    assert_int_equal(private_key_make(&tls_key), OUTCOME_OK);
    assert_int_equal(certificate_make_ca(&order, ca_key, &ca_pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&ca_pem), &ca), OUTCOME_OK);
    assert_int_equal(certificate_make_leaf(&order, tls_key, ca, ca_key, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), &tls), OUTCOME_OK);
    assert_true(oin_parse(OIN, &draft.oin));
    memcpy(draft.signing_key, keys->signing.public_key, sizeof draft.signing_key);
    memcpy(draft.sealing_key, keys->sealing.public_key, sizeof draft.sealing_key);
    memcpy(draft.log_key, keys->log.public_key, sizeof draft.log_key);
    memcpy(draft.witness_key, keys->witness.public_key, sizeof draft.witness_key);
    assert_int_equal(certificate_window(tls, &draft.from_s, &draft.until_s), OUTCOME_OK);
    assert_int_equal(key_document_make(&draft, tls, tls_key, &keys->signing, &envelope),
                     OUTCOME_OK);
    assert_int_equal(keys_write_document(folder, buffer_bytes(&envelope), NULL), OUTCOME_OK);
}

static void make_keys(struct own_keys *keys)
{
    struct file_fault fault = {0};

    empty_folder();
    assert_int_equal(keys_create(folder, bytes_of_text(CREDENTIAL), keys, &fault), OUTCOME_OK);
    write_document(keys);
}

static void keys_that_were_made_are_loaded(void **state)
{
    OWNED_KEYS made = {0}, loaded = {0};
    struct file_fault fault = {0};

    (void)state;
    make_keys(&made);
    assert_int_equal(keys_load(folder, credential_path, &loaded, &fault), OUTCOME_OK);
    assert_memory_equal(loaded.signing.public_key, made.signing.public_key, 32);
    assert_memory_equal(loaded.sealing.public_key, made.sealing.public_key, 32);
    assert_memory_equal(loaded.log.public_key, made.log.public_key, 32);
    assert_memory_equal(loaded.witness.public_key, made.witness.public_key, 32);
    assert_memory_equal(loaded.master, made.master, STORE_MASTER_BYTES);
    assert_string_equal(loaded.document.oin.text, OIN);
    assert_true(loaded.document_json.length > 0);
}

static void no_two_keys_are_the_same(void **state)
{
    OWNED_KEYS keys = {0};

    (void)state;
    make_keys(&keys);
    assert_memory_not_equal(keys.signing.public_key, keys.log.public_key, 32);
    assert_memory_not_equal(keys.signing.public_key, keys.witness.public_key, 32);
    assert_memory_not_equal(keys.log.public_key, keys.witness.public_key, 32);
}

static void keys_are_never_written_over(void **state)
{
    OWNED_KEYS first = {0}, second = {0};
    struct file_fault fault = {0};

    (void)state;
    make_keys(&first);
    assert_int_equal(keys_create(folder, bytes_of_text(CREDENTIAL), &second, &fault),
                     OUTCOME_EXISTS);
    assert_null(second.master);
}

static void another_credential_opens_nothing(void **state)
{
    OWNED_KEYS made = {0}, loaded = {0};
    struct file_fault fault = {0};

    (void)state;
    make_keys(&made);
    assert_int_equal(
        file_write(credential_path, bytes_of_text("0123456789abcdef0123456789abcdeF"), 0600, NULL),
        OUTCOME_OK);
    assert_int_equal(keys_load(folder, credential_path, &loaded, &fault), OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(fault.check, FILE_CHECK_CONTENTS);
    assert_null(loaded.master);
}

static void a_short_credential_is_refused(void **state)
{
    OWNED_KEYS made = {0}, loaded = {0};
    struct file_fault fault = {0};

    (void)state;
    make_keys(&made);
    assert_int_equal(
        file_write(credential_path, bytes_of_text("0123456789abcdef0123456789abcde"), 0600, NULL),
        OUTCOME_OK);
    assert_int_equal(keys_load(folder, credential_path, &loaded, &fault), OUTCOME_KEY_FILE_WRONG);
    assert_string_equal(fault.path, credential_path);
}

static void a_key_open_to_others_is_refused(void **state)
{
    OWNED_KEYS made = {0}, loaded = {0};
    struct file_fault fault = {0};

    (void)state;
    make_keys(&made);
    assert_int_equal(chmod(in_folder("log.key"), 0640), 0);
    assert_int_equal(keys_load(folder, credential_path, &loaded, &fault), OUTCOME_FILE_WRONG);
    assert_int_equal(fault.check, FILE_CHECK_MODE);
    assert_string_equal(fault.path, in_folder("log.key"));
}

static void a_key_in_the_place_of_another_is_refused(void **state)
{
    OWNED_KEYS made = {0}, loaded = {0};
    OWNED_BUFFER file = {0};
    struct file_fault fault = {0};

    (void)state;
    make_keys(&made);
    assert_int_equal(file_read(in_folder("log.key"), 4096, &file, NULL), OUTCOME_OK);
    assert_int_equal(file_write(in_folder("getuige.key"), buffer_bytes(&file), 0600, NULL),
                     OUTCOME_OK);
    assert_int_equal(keys_load(folder, credential_path, &loaded, &fault), OUTCOME_KEY_FILE_WRONG);
}

static void a_document_of_other_keys_is_refused(void **state)
{
    OWNED_KEYS first = {0}, second = {0}, loaded = {0};
    OWNED_BUFFER document = {0};
    struct file_fault fault = {0};

    (void)state;
    make_keys(&first);
    buffer_wipe(&document);
    assert_int_equal(file_read(in_folder("sleuteldocument.json"), 65536, &document, NULL),
                     OUTCOME_OK);
    make_keys(&second);
    assert_int_equal(keys_write_document(folder, buffer_bytes(&document), NULL), OUTCOME_OK);
    assert_int_equal(keys_load(folder, credential_path, &loaded, &fault), OUTCOME_KEY_FILE_WRONG);
}

static void a_damaged_document_is_refused(void **state)
{
    OWNED_KEYS made = {0}, loaded = {0};
    OWNED_BUFFER document = {0};
    struct file_fault fault = {0};

    (void)state;
    make_keys(&made);
    assert_int_equal(file_read(in_folder("sleuteldocument.json"), 65536, &document, NULL),
                     OUTCOME_OK);
    document.data[40] ^= 1;
    assert_int_equal(keys_write_document(folder, buffer_bytes(&document), NULL), OUTCOME_OK);
    assert_int_equal(keys_load(folder, credential_path, &loaded, &fault), OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(fault.check, FILE_CHECK_CONTENTS);
}

static void scarce_memory_is_told(void **state)
{
    OWNED_KEYS made = {0};
    struct own_keys loaded = {0};
    enum outcome outcome;

    (void)state;
    make_keys(&made);
    WITH_SCARCE_MEMORY(outcome, keys_load(folder, credential_path, &loaded, NULL),
                       keys_wipe(&loaded));
    assert_int_equal(outcome, OUTCOME_OK);
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(credential_path, sizeof credential_path, "%s/sleutelbestand", folder);
    return 0;
}

static int remove_folder(void **state)
{
    char command[FILE_PATH_MAX_BYTES];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_were_made_are_loaded),
        cmocka_unit_test(no_two_keys_are_the_same),
        cmocka_unit_test(keys_are_never_written_over),
        cmocka_unit_test(another_credential_opens_nothing),
        cmocka_unit_test(a_short_credential_is_refused),
        cmocka_unit_test(a_key_open_to_others_is_refused),
        cmocka_unit_test(a_key_in_the_place_of_another_is_refused),
        cmocka_unit_test(a_document_of_other_keys_is_refused),
        cmocka_unit_test(a_damaged_document_is_refused),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
