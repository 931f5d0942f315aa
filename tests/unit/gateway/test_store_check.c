/* SPDX-License-Identifier: EUPL-1.2 */
/* What the check without keys finds in a log of which every tag is right: its writer had the keys
 * of the store, but not the log's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/ready.h"
#include "gateway/clock.h"
#include "gateway/store_check.h"
#include "gateway/store_verify.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_log.h"

enum { LEAVES = 300 };

static struct small_log log_;
static struct note_key log_key;
static struct store_damage damage;

static int begin(void **state)
{
    (void)state;
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    small_log_make(&log_);
    assert_int_equal(note_key_make(SMALL_ORIGIN, log_.key.public_key, &log_key), OUTCOME_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_log_end(&log_);
    return 0;
}

static const char *data(void)
{
    return folder_path(&log_.small.folder, "data");
}

static void close_store(void)
{
    audit_close(log_.audit);
    log_.audit = NULL;
    store_close(log_.small.store);
    log_.small.store = NULL;
}

static enum outcome checked(void)
{
    close_store();
    return store_check(data(), &log_key, &damage);
}

static void assert_log_is_refused(void)
{
    assert_int_equal(checked(), OUTCOME_STORE_DAMAGED);
    assert_int_equal(damage.flaw, STORE_FLAW_LOG);
    assert_non_null(strstr(damage.path, "/data/store"));
}

static struct bytes key_of(uint64_t sequence, uint8_t out[static 8])
{
    write_u64(out, sequence);
    return bytes_of(out, 8);
}

static void put_leaf(struct change *change, uint64_t sequence, const struct buffer *leaf)
{
    uint8_t key[8];

    store_put(change, TABLE_LEAF, key_of(sequence, key), buffer_bytes(leaf));
}

static void a_sound_store_is_sound_with_any_number_of_leaves(void **state)
{
    (void)state;
    assert_int_equal(checked(), OUTCOME_OK);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    small_log_fill(&log_, 1);
    assert_int_equal(checked(), OUTCOME_OK);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    small_log_fill(&log_, LEAVES);
    assert_int_equal(checked(), OUTCOME_OK);
    assert_int_equal(damage.flaw, STORE_FLAW_NONE);
}

static void a_log_after_another_is_followed_too(void **state)
{
    struct change *change;

    (void)state;
    small_log_fill(&log_, LEAVES);
    change = change_of(log_.small.store);
    assert_int_equal(audit_end(log_.audit, change, 3), OUTCOME_OK);
    change_done(change);
    assert_int_equal(checked(), OUTCOME_OK);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    small_log_fill(&log_, LEAVES);
    assert_int_equal(checked(), OUTCOME_OK);
}

static void a_folder_that_is_not_there_is_sound(void **state)
{
    (void)state;
    assert_int_equal(store_check(folder_path(&log_.small.folder, "none"), &log_key, &damage),
                     OUTCOME_OK);
}

static void a_store_that_is_open_is_not_looked_at(void **state)
{
    (void)state;
    assert_int_equal(store_check(data(), &log_key, &damage), OUTCOME_STORE_IN_USE);
}

static void a_checkpoint_of_another_key_is_refused(void **state)
{
    struct signing_key other;

    (void)state;
    small_log_fill(&log_, 2);
    assert_int_equal(signing_key_new(&other), OUTCOME_OK);
    assert_int_equal(note_key_make(SMALL_ORIGIN, other.public_key, &log_key), OUTCOME_OK);
    signing_key_wipe(&other);
    assert_log_is_refused();
}

static void s9_the_last_leaf_cut_off_is_refused(void **state)
{
    struct change *change;
    uint8_t key[8];

    (void)state;
    small_log_fill(&log_, LEAVES);
    change = change_of(log_.small.store);
    store_delete(change, TABLE_LEAF, key_of(LEAVES - 1, key));
    change_done(change);
    assert_log_is_refused();
}

static void s9_a_leaf_too_many_is_refused(void **state)
{
    OWNED_BUFFER leaf = {0};
    struct change *change;

    (void)state;
    small_log_fill(&log_, LEAVES);
    leaf = leaf_at(log_.small.store, 0);
    change = change_of(log_.small.store);
    put_leaf(change, LEAVES, &leaf);
    change_done(change);
    assert_log_is_refused();
}

static void s9_a_leaf_in_the_middle_changed_is_refused(void **state)
{
    OWNED_BUFFER leaf = {0};
    struct change *change;

    (void)state;
    small_log_fill(&log_, LEAVES);
    leaf = leaf_at(log_.small.store, LEAVES / 2);
    leaf.data[leaf.length / 2] ^= 1;
    change = change_of(log_.small.store);
    put_leaf(change, LEAVES / 2, &leaf);
    change_done(change);
    assert_log_is_refused();
}

static void s9_two_leaves_swapped_are_refused(void **state)
{
    OWNED_BUFFER first = {0}, second = {0};
    struct change *change;

    (void)state;
    small_log_fill(&log_, LEAVES);
    first = leaf_at(log_.small.store, 10);
    second = leaf_at(log_.small.store, 11);
    change = change_of(log_.small.store);
    put_leaf(change, 10, &second);
    put_leaf(change, 11, &first);
    change_done(change);
    assert_log_is_refused();
}

static void s9_a_hash_of_the_tree_changed_is_refused(void **state)
{
    static const uint8_t zero[MERKLE_HASH_BYTES];
    uint8_t key[9] = {1}; /* the first full tile */
    struct change *change;

    (void)state;
    small_log_fill(&log_, LEAVES);
    change = change_of(log_.small.store);
    store_put(change, TABLE_HASH, bytes_of(key, sizeof key), bytes_of(zero, sizeof zero));
    change_done(change);
    assert_log_is_refused();
}

static void keep(const char *name, struct buffer *out)
{
    assert_int_equal(value_in(log_.small.store, TABLE_META, bytes_of_text(name), out), OUTCOME_OK);
}

/* Leaves, hashes and the signed end of the log as they once were, the rest as it is now. */
static void s9_a_log_put_back_within_the_store_is_refused(void **state)
{
    static const char *const names[] = {"log.checkpoint", "log.frontier", "log.time"};
    struct buffer once[3] = {{0}, {0}, {0}};
    struct change *change;

    (void)state;
    small_log_fill(&log_, 20);
    for (size_t i = 0; i < 3; i++)
        keep(names[i], &once[i]);
    small_log_fill(&log_, 10);
    change = change_of(log_.small.store);
    for (uint64_t i = 20; i < 30; i++) {
        uint8_t key[8], hash[9] = {0};
        store_delete(change, TABLE_LEAF, key_of(i, key));
        write_u64(hash + 1, i);
        store_delete(change, TABLE_HASH, bytes_of(hash, sizeof hash));
    }
    for (size_t i = 0; i < 3; i++) {
        store_put(change, TABLE_META, bytes_of_text(names[i]), buffer_bytes(&once[i]));
        buffer_wipe(&once[i]);
    }
    change_done(change);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK); /* by its own end it is sound */
    assert_log_is_refused();
}

static void s7_a_record_of_no_known_form_is_refused(void **state)
{
    struct change *change = change_of(log_.small.store);

    (void)state;
    put_stored_bytes(change, TABLE_USER, bytes_of_text("wie"), bytes_of_text("zomaar"));
    change_done(change);
    assert_int_equal(checked(), OUTCOME_STORE_DAMAGED);
    assert_int_equal(damage.flaw, STORE_FLAW_FORM);
}

static void s7_a_part_that_is_gone_is_missed(void **state)
{
    (void)state;
    small_log_fill(&log_, 2);
    close_store();
    tree_remove(folder_path(&log_.small.folder, "data/index"));
    assert_int_equal(store_check(data(), &log_key, &damage), OUTCOME_OK); /* made from the rest */
    tree_remove(folder_path(&log_.small.folder, "data/keys"));
    assert_int_equal(store_check(data(), &log_key, &damage), OUTCOME_STORE_DAMAGED);
    assert_int_equal(damage.flaw, STORE_FLAW_MISSING);
    assert_int_equal(unlink(folder_path(&log_.small.folder, "data/store/data.mdb")), 0);
    assert_int_equal(store_check(data(), &log_key, &damage), OUTCOME_STORE_DAMAGED);
    assert_int_equal(damage.flaw, STORE_FLAW_MISSING);
}

static void with_scarce_memory_a_sound_store_is_not_called_damaged(void **state)
{
    enum outcome outcome;

    (void)state;
    small_log_fill(&log_, 3);
    close_store();
    WITH_SCARCE_MEMORY(outcome, store_check_here(data(), &log_key, &damage), (void)0);
}

/* --- with keys --- */

static void s7_a_record_moved_to_another_key_is_found_by_its_tag(void **state)
{
    struct verify_place place = {0};
    OWNED_BUFFER stored = {0};
    struct change *change;
    struct view view;
    uint8_t key[8];

    (void)state;
    small_log_fill(&log_, LEAVES);
    assert_int_equal(store_verify_some(log_.small.store, &place, INT64_MAX), OUTCOME_OK);
    assert_true(store_verify_is_done(&place));
    assert_true(place.rows > 4 * LEAVES); /* leaf, hash, opening, data key */
    view_begin(log_.small.store, &view);
    stored = stored_bytes(&view, TABLE_LEAF, key_of(3, key));
    view_end(&view);
    change = change_of(log_.small.store);
    put_stored_bytes(change, TABLE_LEAF, key_of(4, key), buffer_bytes(&stored));
    change_done(change);
    place = (struct verify_place){0};
    assert_int_equal(store_verify_some(log_.small.store, &place, INT64_MAX), OUTCOME_STORE_DAMAGED);
    assert_int_equal(place.table, TABLE_LEAF);
}

static void when_time_is_up_verifying_goes_on_later(void **state)
{
    struct verify_place place = {0};

    (void)state;
    small_log_fill(&log_, LEAVES);
    assert_int_equal(store_verify_some(log_.small.store, &place, 0), OUTCOME_OK);
    assert_false(store_verify_is_done(&place));
    assert_int_equal(store_verify_some(log_.small.store, &place, INT64_MAX), OUTCOME_OK);
    assert_true(store_verify_is_done(&place));
}

static void count_call(void *context)
{
    *(volatile int *)context += 1;
}

static void s7_the_watch_tells_of_a_damaged_record_and_only_then(void **state)
{
    const struct verify_place from = {0};
    struct store_watch *watch;
    struct change *change;
    volatile int told = 0;

    (void)state;
    small_log_fill(&log_, LEAVES);
    assert_int_equal(
        store_watch_start(log_.small.store, &from, count_call, (void *)(uintptr_t)&told, &watch),
        OUTCOME_OK);
    while (!store_watch_is_done(watch))
        usleep(1000);
    store_watch_stop(watch);
    assert_int_equal(told, 0);
    change = change_of(log_.small.store);
    put_stored_bytes(change, TABLE_USER, bytes_of_text("wie"),
                     bytes_of_text("\1\1geen goed merk!"));
    change_done(change);
    assert_int_equal(
        store_watch_start(log_.small.store, &from, count_call, (void *)(uintptr_t)&told, &watch),
        OUTCOME_OK);
    while (!told)
        usleep(1000);
    assert_false(store_watch_is_done(watch));
    store_watch_stop(watch);
    assert_int_equal(told, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sound_store_is_sound_with_any_number_of_leaves),
        TEST(a_log_after_another_is_followed_too),
        TEST(a_folder_that_is_not_there_is_sound),
        TEST(a_store_that_is_open_is_not_looked_at),
        TEST(a_checkpoint_of_another_key_is_refused),
        TEST(s9_the_last_leaf_cut_off_is_refused),
        TEST(s9_a_leaf_too_many_is_refused),
        TEST(s9_a_leaf_in_the_middle_changed_is_refused),
        TEST(s9_two_leaves_swapped_are_refused),
        TEST(s9_a_hash_of_the_tree_changed_is_refused),
        TEST(s9_a_log_put_back_within_the_store_is_refused),
        TEST(s7_a_record_of_no_known_form_is_refused),
        TEST(s7_a_part_that_is_gone_is_missed),
        TEST(with_scarce_memory_a_sound_store_is_not_called_damaged),
        TEST(s7_a_record_moved_to_another_key_is_found_by_its_tag),
        TEST(when_time_is_up_verifying_goes_on_later),
        TEST(s7_the_watch_tells_of_a_damaged_record_and_only_then),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
