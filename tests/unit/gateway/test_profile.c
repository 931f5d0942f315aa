/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/authority.h"
#include "gateway/clock.h"
#include "gateway/profile.h"
#include "tests/support/scarce_memory.h"

#define NOW_S INT64_C(1796288400) /* 2026-12-03 09:00 UTC */

static char folder[] = "/tmp/wijkpoort-profile-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[2][FILE_PATH_MAX_BYTES];
    static int turn;

    turn = !turn;
    assert_int_equal(path_join(folder, name, path[turn], NULL), OUTCOME_OK);
    return path[turn];
}

static enum outcome load(const char *text, struct profile *out, struct fault *fault)
{
    struct file_fault file_fault = {0};

    assert_int_equal(file_write(in_folder("p.json"), bytes_of_text(text), 0600, NULL), OUTCOME_OK);
    return profile_load(in_folder("p.json"), out, fault, &file_fault);
}

static void assert_refused(const char *text, const char *where)
{
    struct profile profile = {0};
    struct fault fault = {0};

    assert_int_equal(load(text, &profile, &fault), OUTCOME_FILE_WRONG);
    assert_string_equal(fault.where, where);
    assert_string_equal(profile.address, "");
}

static void a_profile_is_read_beside_its_files(void **state)
{
    struct profile profile;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(load("{\"adres\":\"https://127.0.0.1:8444/\",\"ca\":\"ca.pem\","
                          "\"certificaat\":\"c.pem\",\"sleutel\":\"/elders/k.key\"}",
                          &profile, &fault),
                     OUTCOME_OK);
    assert_string_equal(profile.address, "https://127.0.0.1:8444");
    assert_string_equal(profile.ca, in_folder("ca.pem"));
    assert_string_equal(profile.key, "/elders/k.key");
}

static void a_wrong_profile_is_refused_and_named(void **state)
{
    (void)state;
    assert_refused("{\"adres\":\"http://x\",\"ca\":\"a\",\"certificaat\":\"b\",\"sleutel\":\"c\"}",
                   "adres");
    assert_refused("{\"adres\":\"https://x\",\"ca\":\"a\",\"certificaat\":\"b\"}", "sleutel");
    assert_refused("{\"adres\":\"https://x\",\"ca\":1,\"certificaat\":\"b\",\"sleutel\":\"c\"}",
                   "ca");
    assert_refused("{\"wat\":1}", "onbekend veld");
    assert_refused("geen json", "");
}

static void a_written_folder_is_loaded(void **state)
{
    struct profile profile;
    struct fault fault = {0};
    struct file_fault file_fault = {0};

    (void)state;
    assert_int_equal(folder_make(in_folder("u"), &file_fault), OUTCOME_OK);
    assert_int_equal(profile_write_folder(in_folder("u"), "https://127.0.0.1:8444",
                                          bytes_of_text("ca"), bytes_of_text("cert"), &file_fault),
                     OUTCOME_OK);
    assert_int_equal(profile_load(in_folder("u/profiel.json"), &profile, &fault, &file_fault),
                     OUTCOME_OK);
    assert_string_equal(profile.certificate, in_folder("u/certificaat.pem"));
    assert_int_equal(profile_write_folder(in_folder("u"), "https://127.0.0.1:8444",
                                          bytes_of_text("ca"), bytes_of_text("cert"), &file_fault),
                     OUTCOME_EXISTS); /* never over another user's */
    file_fault = (struct file_fault){0};
    assert_int_equal(profile_folder_is_free(in_folder("u"), &file_fault), OUTCOME_EXISTS);
    assert_string_equal(file_fault.path, in_folder("u/ca.pem"));
    assert_int_equal(profile_folder_is_free(in_folder("leeg"), &file_fault), OUTCOME_OK);
}

static void an_authority_issues_what_a_request_asks_a_key_for(void **state)
{
    OWNED_AUTHORITY made = {0}, loaded = {0};
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_CERTIFICATE_REQUEST request = NULL;
    OWNED_CERTIFICATE certificate = NULL;
    OWNED_BUFFER request_pem = {0}, pem = {0}, name = {0};
    struct certificate_subject subject = {.common_name = "iemand anders"};
    struct file_fault fault = {0};
    char fingerprint[FINGERPRINT_TEXT_BYTES];
    int64_t now_s = clock_now_ms() / 1000;

    (void)state;
    assert_int_equal(authority_create(in_folder("ca"), "Corporatie", now_s, &made, &fault),
                     OUTCOME_OK);
    assert_int_equal(authority_load(in_folder("ca"), &loaded, &fault), OUTCOME_OK);
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    assert_int_equal(certificate_request_make(&subject, key, &request_pem), OUTCOME_OK);
    assert_int_equal(certificate_request_read(buffer_bytes(&request_pem), &request), OUTCOME_OK);
    assert_int_equal(authority_issue_requested(&loaded, "1042", request, now_s, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), &certificate), OUTCOME_OK);
    assert_int_equal(certificate_common_name(certificate, &name), OUTCOME_OK);
    assert_string_equal(buffer_text(&name), "1042"); /* our name, its key */
    assert_true(private_key_fits(key, certificate));
    assert_int_equal(pem_fingerprint(buffer_bytes(&pem), fingerprint), OUTCOME_OK);
    assert_int_equal(strlen(fingerprint), 64);
    assert_int_equal(pem_fingerprint(bytes_of_text("x"), fingerprint), OUTCOME_MALFORMED);
}

static void an_authority_is_never_made_twice(void **state)
{
    OWNED_AUTHORITY first = {0}, second = {0};
    struct file_fault fault = {0};

    (void)state;
    assert_int_equal(authority_create(in_folder("ca2"), "A", NOW_S, &first, &fault), OUTCOME_OK);
    assert_int_equal(authority_create(in_folder("ca2"), "A", NOW_S, &second, &fault),
                     OUTCOME_EXISTS);
}

static enum outcome load_again(void)
{
    struct profile profile;
    struct fault fault = {0};

    return profile_load(in_folder("p.json"), &profile, &fault, NULL);
}

static void scarce_memory_is_told(void **state)
{
    struct profile profile;
    struct fault fault = {0};
    enum outcome outcome;

    (void)state;
    assert_int_equal(
        load("{\"adres\":\"https://x\",\"ca\":\"a\",\"certificaat\":\"b\",\"sleutel\":\"c\"}",
             &profile, &fault),
        OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, load_again(), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
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
        cmocka_unit_test(a_profile_is_read_beside_its_files),
        cmocka_unit_test(a_wrong_profile_is_refused_and_named),
        cmocka_unit_test(a_written_folder_is_loaded),
        cmocka_unit_test(an_authority_issues_what_a_request_asks_a_key_for),
        cmocka_unit_test(an_authority_is_never_made_twice),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
