/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "crypto/ready.h"
#include "crypto/record.h"
#include "gateway/backup_files.h"
#include "tests/support/small_log.h"

enum { ROWS = 64, COPIES = 12, COPIES_THOROUGH = 200 };

static struct small_store small;

static int begin(void **state)
{
    (void)state;
    small_store_make(&small);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_store_end(&small);
    return 0;
}

static void key_of(unsigned number, char out[static 16])
{
    snprintf(out, 16, "row-%u", number);
}

static void put_row(struct store *store, unsigned number)
{
    struct change *change = change_of(store);
    char key[16];

    key_of(number, key);
    store_put_sealed(change, TABLE_PERSON, bytes_of_text(key), bytes_of_text("somebody"));
    change_done(change);
}

static void delete_row(struct store *store, unsigned number)
{
    struct change *change = change_of(store);
    char key[16];

    key_of(number, key);
    store_delete(change, TABLE_PERSON, bytes_of_text(key));
    change_done(change);
}

static void copy_to(const char *name)
{
    const char *path = folder_path(&small.folder, name);

    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(store_copy(small.store, path), OUTCOME_OK);
}

static enum outcome opens(const char *name, struct store **out_store)
{
    struct store *store = NULL;
    size_t swept;
    enum outcome outcome =
        store_open(folder_path(&small.folder, name), SMALL_MAP_BYTES, small_master, &store);

    if (outcome == OUTCOME_OK)
        outcome = store_sweep(store, &swept);
    if (outcome == OUTCOME_OK && out_store)
        *out_store = store;
    else
        store_close(store);
    return outcome;
}

/* --- a copy of a store that is written to --- */

static atomic_bool stopping;

static void *write_on(void *store)
{
    for (unsigned number = 0; !atomic_load(&stopping); number++) {
        put_row(store, number);
        if (number >= ROWS)
            delete_row(store, number - ROWS);
    }
    return NULL;
}

static void s11_a_copy_made_while_records_come_and_go_is_a_store(void **state)
{
    const char *thorough = getenv("THOROUGH");
    const int copies = thorough && strcmp(thorough, "1") == 0 ? COPIES_THOROUGH : COPIES;
    size_t rows = 0, keys = 0;
    int sound = 0;
    pthread_t writer;

    (void)state;
    atomic_store(&stopping, false);
    assert_int_equal(pthread_create(&writer, NULL, write_on, small.store), 0);
    for (int i = 0; i < copies; i++) {
        struct store *store = NULL;
        copy_to("copy");
        if (opens("copy", &store) == OUTCOME_OK) {
            sound++;
            rows += rows_in(store, TABLE_PERSON);
            keys += rows_in(store, TABLE_DATA_KEY);
            store_close(store);
        }
        tree_remove(folder_path(&small.folder, "copy"));
    }
    atomic_store(&stopping, true);
    pthread_join(writer, NULL);
    assert_int_equal(sound, copies);
    assert_true(rows > 0);
    assert_int_equal(rows, keys);
    put_row(small.store, UINT32_MAX); /* with it go the keys that waited for the copies */
    assert_int_equal(rows_in(small.store, TABLE_PERSON), rows_in(small.store, TABLE_DATA_KEY));
}

static void s11_the_harness_sees_a_copy_without_a_key(void **state)
{
    (void)state;
    put_row(small.store, 1);
    put_row(small.store, 2);
    copy_to("one");
    delete_row(small.store, 1);
    copy_to("two");
    tree_remove(folder_path(&small.folder, "one/keys"));
    tree_copy(folder_path(&small.folder, "two/keys"), folder_path(&small.folder, "one/keys"));
    assert_int_equal(opens("one", NULL), OUTCOME_STORE_DAMAGED);
    assert_int_equal(opens("two", NULL), OUTCOME_OK);
}

static void s11_a_copy_keeps_the_keys_of_what_is_deleted_after_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROWS; i++)
        put_row(small.store, i);
    copy_to("copy");
    for (unsigned i = 0; i < ROWS; i++)
        delete_row(small.store, i);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 0);
    assert_int_equal(opens("copy", NULL), OUTCOME_OK);
}

/* --- put back twice: the same step made again draws other keys and nonces --- */

static void same_step(const char *name, uint8_t out[static DATA_KEY_ID_BYTES + RECORD_NONCE_BYTES])
{
    struct store *store = NULL;
    struct buffer stored;
    struct view view;

    assert_int_equal(opens(name, &store), OUTCOME_OK);
    put_row(store, 7);
    view_begin(store, &view);
    stored = stored_bytes(&view, TABLE_PERSON, bytes_of_text("row-7"));
    assert_true(stored.length > RECORD_SEALED_EXTRA_BYTES);
    memcpy(out, stored.data + 2, DATA_KEY_ID_BYTES + RECORD_NONCE_BYTES);
    buffer_wipe(&stored);
    view_end(&view);
    store_close(store);
}

static void s11_put_back_twice_no_data_key_and_no_nonce_comes_twice(void **state)
{
    uint8_t first[DATA_KEY_ID_BYTES + RECORD_NONCE_BYTES], second[sizeof first];

    (void)state;
    put_row(small.store, 7); /* a row that is there: written again under the key that it has */
    copy_to("one");
    copy_to("two");
    same_step("one", first);
    same_step("two", second);
    assert_memory_equal(first, second, DATA_KEY_ID_BYTES);
    assert_memory_not_equal(first + DATA_KEY_ID_BYTES, second + DATA_KEY_ID_BYTES,
                            RECORD_NONCE_BYTES);

    delete_row(small.store, 7); /* and one that is not: a key of its own */
    copy_to("three");
    copy_to("four");
    same_step("three", first);
    same_step("four", second);
    assert_memory_not_equal(first, second, DATA_KEY_ID_BYTES);
    assert_memory_not_equal(first + DATA_KEY_ID_BYTES, second + DATA_KEY_ID_BYTES,
                            RECORD_NONCE_BYTES);
}

/* --- the log after a log --- */

static enum outcome ended(struct small_log *log, uint64_t number)
{
    struct change *change = change_of(log->small.store);
    enum outcome outcome = audit_end(log->audit, change, number);

    if (outcome == OUTCOME_OK)
        return change_tried(change);
    change_dropped(change);
    return outcome;
}

static void s11_a_log_that_ended_is_followed_by_another(void **state)
{
    OWNED_BUFFER before = {0};
    struct small_log log;
    struct bytes note;
    struct view view;
    uint64_t number;

    (void)state;
    small_log_make(&log);
    small_log_fill(&log, 300);
    view_begin(log.small.store, &view);
    assert_int_equal(audit_checkpoint(&view, &note), OUTCOME_OK);
    buffer_add_bytes(&before, note);
    view_end(&view);
    assert_int_equal(ended(&log, 1), OUTCOME_INTERNAL);
    assert_int_equal(ended(&log, AUDIT_LOGS_MAX + 1), OUTCOME_INTERNAL);
    assert_int_equal(ended(&log, 5), OUTCOME_OK);
    for (unsigned round = 0; round < 2; round++) { /* an empty log is opened as often as need be */
        assert_int_equal(small_log_reopen(&log), OUTCOME_OK);
        assert_int_equal(audit_size(log.audit), 0);
        assert_int_equal(audit_base(log.audit), UINT64_C(4) << AUDIT_LOG_SHIFT);
        assert_string_equal(audit_note_key(log.audit)->name, "wijkpoort/00000099000000010000/log5");
    }
    small_log_fill(&log, 300);
    assert_int_equal(small_log_reopen(&log), OUTCOME_OK);
    assert_int_equal(audit_size(log.audit), 300);
    assert_int_equal(audit_check_all(log.audit), OUTCOME_OK);
    assert_int_equal(rows_in(log.small.store, TABLE_LEAF), 600);
    view_begin(log.small.store, &view);
    assert_int_equal(audit_earlier_checkpoint(&view, 1, &note), OUTCOME_OK);
    assert_true(bytes_equal(note, buffer_bytes(&before)));
    assert_int_equal(audit_ended_number(&view, &number), OUTCOME_OK);
    assert_int_equal(number, 1);
    assert_int_equal(audit_earlier_checkpoint(&view, 2, &note), OUTCOME_NOT_FOUND);
    view_end(&view);
    buffer_wipe(&before);
    small_log_end(&log);
}

/* --- the manifest --- */

static const char manifest_text[] =
    "{\"soort\":\"wijkpoort-reservekopie\",\"versie\":1,\"oin\":\"00000099000000010000\","
    "\"gemaaktOp\":\"2026-11-22T03:00:00Z\",\"oorsprong\":\"wijkpoort/00000099000000010000/log1\","
    "\"omvang\":1,\"wortel\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"controlepunt\":"
    "\"wijkpoort/00000099000000010000/log1\\u000a1\\u000a"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\\u000a\\u000a\xe2\x80\x94 x AAAAAAAA\\u000a\","
    "\"bestanden\":[{\"naam\":\"store/data.mdb\",\"bytes\":3,\"sha256\":\"aa\"},"
    "{\"naam\":\"keys/data.mdb\",\"bytes\":4,\"sha256\":\"bb\"}]}\n";

static enum outcome reads(const char *from, const char *to)
{
    OWNED_MANIFEST manifest = {0};
    OWNED_BUFFER text = {0};
    const char *at = from ? strstr(manifest_text, from) : NULL;

    if (from) {
        assert_non_null(at);
        buffer_add(&text, manifest_text, (size_t)(at - manifest_text));
        buffer_add_text(&text, to);
        buffer_add_text(&text, at + strlen(from));
    } else {
        buffer_add_text(&text, manifest_text);
    }
    return backup_manifest_read(buffer_bytes(&text), &manifest);
}

static void a_manifest_is_read_as_it_was_printed(void **state)
{
    OWNED_MANIFEST manifest = {0};
    OWNED_BUFFER again = {0};

    (void)state;
    assert_int_equal(backup_manifest_read(bytes_of_text(manifest_text), &manifest), OUTCOME_OK);
    assert_int_equal(backup_manifest_print(&manifest, &again), OUTCOME_OK);
    assert_string_equal(buffer_text(&again), manifest_text);
}

static void o3_a_manifest_of_another_kind_or_version_is_refused(void **state)
{
    (void)state;
    assert_int_equal(reads(NULL, NULL), OUTCOME_OK);
    assert_int_equal(reads("\"versie\":1", "\"versie\":2"), OUTCOME_STORE_NEWER);
    assert_int_equal(reads("\"versie\":1", "\"versie\":2,\"nieuw\":true"), OUTCOME_STORE_NEWER);
    assert_int_equal(reads("\"omvang\":1", "\"omvang\":1,\"nieuw\":true"), OUTCOME_MALFORMED);
    assert_int_equal(reads("wijkpoort-reservekopie", "iets"), OUTCOME_MALFORMED);
    assert_int_equal(reads("\"oin\":\"0", "\"oin\":\""), OUTCOME_MALFORMED);
    assert_int_equal(reads("03:00:00Z", "drie uur"), OUTCOME_MALFORMED);
    assert_int_equal(reads("store/data.mdb", "../../etc/passwd"), OUTCOME_MALFORMED);
    assert_int_equal(reads("\"bytes\":3", "\"bytes\":-3"), OUTCOME_MALFORMED);
    assert_int_equal(reads("\\u000a1\\u000a", "\\u000aeen\\u000a"), OUTCOME_MALFORMED);
    assert_int_equal(reads(",{\"naam\":\"keys/data.mdb\",\"bytes\":4,\"sha256\":\"bb\"}", ""),
                     OUTCOME_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(s11_a_copy_made_while_records_come_and_go_is_a_store, begin,
                                        end),
        cmocka_unit_test_setup_teardown(s11_the_harness_sees_a_copy_without_a_key, begin, end),
        cmocka_unit_test_setup_teardown(s11_a_copy_keeps_the_keys_of_what_is_deleted_after_it,
                                        begin, end),
        cmocka_unit_test_setup_teardown(s11_put_back_twice_no_data_key_and_no_nonce_comes_twice,
                                        begin, end),
        cmocka_unit_test(s11_a_log_that_ended_is_followed_by_another),
        cmocka_unit_test(a_manifest_is_read_as_it_was_printed),
        cmocka_unit_test(o3_a_manifest_of_another_kind_or_version_is_refused),
    };

    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
