/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * keys/ written anew: what was deleted is nowhere in the files any more, what was not is all there,
 * while others read and write, and wherever the process or the disk breaks off (at each call by
 * which it writes with THOROUGH=1, else at every third).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/ready.h"
#include "crypto/record.h"
#include "tests/support/dice.h"
#include "tests/support/disk_fault.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_store.h"

enum { RECORDS = 600, ROUNDS = 40, MODEL = 64, CHANGES = 400 };

static struct disk disk;
static struct small_store small;

/* --- records by number --- */

static struct bytes key_of(unsigned number)
{
    static char keys[8][16];
    static unsigned turn;
    char *key = keys[turn++ % 8];

    snprintf(key, sizeof keys[0], "record-%05u", number);
    return bytes_of_text(key);
}

static void put(struct change *change, unsigned number, unsigned version)
{
    char value[48];

    snprintf(value, sizeof value, "waarde %u van record %u", version, number);
    store_put_sealed(change, TABLE_SENT, key_of(number), bytes_of_text(value));
}

static void put_many(struct store *store, unsigned from, unsigned to)
{
    struct change *change = change_of(store);

    for (unsigned i = from; i < to; i++)
        put(change, i, 0);
    change_done(change);
}

static void delete_one(struct store *store, unsigned number)
{
    struct change *change = change_of(store);

    store_delete(change, TABLE_SENT, key_of(number));
    change_done(change);
}

static bool has(struct store *store, unsigned number, unsigned version)
{
    OWNED_BUFFER value = {0};
    char wanted[48];
    enum outcome outcome = value_in(store, TABLE_SENT, key_of(number), &value);

    if (outcome == OUTCOME_NOT_FOUND)
        return false;
    assert_int_equal(outcome, OUTCOME_OK);
    snprintf(wanted, sizeof wanted, "waarde %u van record %u", version, number);
    assert_true(bytes_equal(buffer_bytes(&value), bytes_of_text(wanted)));
    return true;
}

/* What of the record's data key stands in keys/: its wrapped bytes. */
static struct buffer wrapped_key(struct store *store, unsigned number)
{
    uint8_t id[DATA_KEY_ID_BYTES];
    struct buffer stored, wrapped;
    struct view view;

    view_begin(store, &view);
    stored = stored_bytes(&view, TABLE_SENT, key_of(number));
    assert_int_equal(record_data_key_id(buffer_bytes(&stored), id), OUTCOME_OK);
    wrapped = stored_bytes(&view, TABLE_DATA_KEY, bytes_of(id, sizeof id));
    view_end(&view);
    buffer_wipe(&stored);
    return wrapped;
}

static bool file_holds(const char *path, struct bytes needle)
{
    OWNED_BUFFER whole = file_bytes(path);

    return memmem(whole.data, whole.length, needle.data, needle.length) != NULL;
}

static const char *keys_file(const char *name)
{
    char inside[64];

    snprintf(inside, sizeof inside, "data/%s", name);
    return folder_path(&small.folder, inside);
}

static bool is_there(const char *name)
{
    struct stat info;

    return lstat(keys_file(name), &info) == 0;
}

static enum outcome write_anew(struct store *store)
{
    TRY(store_anew_begin(store));
    TRY(change_tried(change_of(store)));
    return store_anew_end(store);
}

static int make(void **state)
{
    (void)state;
    disk.arm("/tmp", 0, "kill"); /* never: but no sync is waited for, the kernel outlives us */
    small_store_make(&small);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_store_end(&small);
    return 0;
}

/* --- what it is for --- */

static void a_deleted_key_is_in_no_file_any_more(void **state)
{
    OWNED_BUFFER erased = {0}, stays = {0};

    (void)state;
    put_many(small.store, 0, RECORDS);
    erased = wrapped_key(small.store, 300);
    stays = wrapped_key(small.store, 301);
    assert_true(file_holds(keys_file("keys/data.mdb"), buffer_bytes(&erased)));
    delete_one(small.store, 300);
    /* the search proves itself: LMDB leaves it in a page that is free again */
    assert_true(file_holds(keys_file("keys/data.mdb"), buffer_bytes(&erased)));
    assert_int_equal(write_anew(small.store), OUTCOME_OK);
    assert_false(file_holds(keys_file("keys/data.mdb"), buffer_bytes(&erased)));
    assert_true(file_holds(keys_file("keys/data.mdb"), buffer_bytes(&stays)));
    assert_false(is_there("keys/data.old"));
    assert_false(is_there("keys.anew"));
    for (unsigned i = 0; i < RECORDS; i++)
        assert_int_equal(has(small.store, i, 0), i != 300);
}

static void the_bytes_of_the_old_file_are_written_over(void **state)
{
    static uint8_t after[SMALL_MAP_BYTES];
    OWNED_BUFFER stays = {0};
    struct stat info;
    int file;

    (void)state;
    put_many(small.store, 0, RECORDS);
    stays = wrapped_key(small.store, 301);
    assert_int_equal(store_anew_begin(small.store), OUTCOME_OK);
    change_done(change_of(small.store));
    assert_true(file_holds(keys_file("keys/data.old"), buffer_bytes(&stays)));
    file = open(keys_file("keys/data.old"), O_RDONLY);
    assert_true(file >= 0);
    assert_int_equal(store_anew_end(small.store), OUTCOME_OK);
    assert_int_equal(fstat(file, &info), 0);
    assert_int_equal(info.st_nlink, 0);
    assert_in_range(info.st_size, 4096, sizeof after);
    assert_int_equal(pread(file, after, sizeof after, 0), info.st_size);
    close(file);
    for (off_t i = 0; i < info.st_size; i++)
        assert_int_equal(after[i], 0);
}

static void what_is_written_meanwhile_is_there_after_it(void **state)
{
    struct change *change;
    OWNED_BUFFER erased = {0};

    (void)state;
    put_many(small.store, 0, 100);
    erased = wrapped_key(small.store, 7);
    assert_int_equal(store_anew_begin(small.store), OUTCOME_OK);
    change = change_of(small.store);
    put(change, 200, 0);
    store_delete(change, TABLE_SENT, key_of(7));
    store_delete(change, TABLE_SENT, key_of(8));
    put(change, 9, 1); /* under the key it has */
    change_done(change);
    assert_int_equal(store_anew_end(small.store), OUTCOME_OK);
    small_store_reopen(&small);
    assert_true(has(small.store, 200, 0));
    assert_false(has(small.store, 7, 0));
    assert_false(has(small.store, 8, 0));
    assert_true(has(small.store, 9, 1));
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 99);
    assert_int_equal(write_anew(small.store), OUTCOME_OK);
    assert_false(file_holds(keys_file("keys/data.mdb"), buffer_bytes(&erased)));
}

static void several_changes_between_copy_and_swap_all_count(void **state)
{
    size_t swept;

    (void)state;
    put_many(small.store, 0, 50);
    for (unsigned round = 0; round < 5; round++) {
        assert_int_equal(write_anew(small.store), OUTCOME_OK);
        put_many(small.store, 100 + 10 * round, 110 + 10 * round);
        delete_one(small.store, round);
    }
    small_store_reopen(&small);
    assert_int_equal(store_sweep(small.store, &swept), OUTCOME_OK);
    assert_int_equal(swept, 0);
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 95);
}

/* --- who is in its way --- */

static void a_reader_holds_it_up_and_nothing_is_lost(void **state)
{
    struct bytes value;
    struct view view;

    (void)state;
    put_many(small.store, 0, 20);
    view_begin(small.store, &view);
    assert_int_equal(store_get(&view, TABLE_SENT, key_of(3), &value), OUTCOME_OK);
    assert_int_equal(write_anew(small.store), OUTCOME_BUSY);
    assert_int_equal(store_get(&view, TABLE_SENT, key_of(4), &value), OUTCOME_OK);
    view_end(&view);
    assert_false(is_there("keys.anew"));
    assert_false(is_there("keys/data.old"));
    put_many(small.store, 20, 40);
    assert_int_equal(write_anew(small.store), OUTCOME_OK);
    for (unsigned i = 0; i < 40; i++)
        assert_true(has(small.store, i, 0));
}

static void without_a_commit_it_is_not_done(void **state)
{
    (void)state;
    put_many(small.store, 0, 20);
    assert_int_equal(store_anew_begin(small.store), OUTCOME_OK);
    assert_int_equal(store_anew_end(small.store), OUTCOME_BUSY);
    assert_int_equal(store_anew_begin(small.store), OUTCOME_BUSY);
    put_many(small.store, 20, 40); /* the change that comes at last */
    assert_int_equal(store_anew_begin(small.store), OUTCOME_OK); /* ends the first too */
    put_many(small.store, 40, 60);
    assert_int_equal(store_anew_end(small.store), OUTCOME_OK);
    small_store_reopen(&small);
    for (unsigned i = 0; i < 60; i++)
        assert_true(has(small.store, i, 0));
}

static void a_view_over_it_is_not_possible_and_one_after_it_is(void **state)
{
    struct bytes value;
    struct view view;

    (void)state;
    put_many(small.store, 0, 20);
    view_begin(small.store, &view); /* of store/ only: keys/ is begun when first used */
    assert_true(store_has(&view, TABLE_SENT, key_of(3)));
    assert_int_equal(write_anew(small.store), OUTCOME_OK);
    assert_int_equal(store_get(&view, TABLE_SENT, key_of(3), &value), OUTCOME_OK);
    view_end(&view);
}

/* --- readers all the time --- */

static atomic_bool stop_reading;
static atomic_uint reads, failed_reads;
static _Atomic enum outcome last_failure;

static void *read_on(void *context)
{
    struct dice dice = dice_throw_from((uint64_t)(uintptr_t)context);

    while (!stop_reading) {
        struct bytes value;
        struct view view;
        view_begin(small.store, &view);
        for (int i = 0; i < 5; i++) {
            char key[16];
            enum outcome outcome;
            snprintf(key, sizeof key, "record-%05u", (unsigned)dice_number(&dice, 50));
            outcome = store_get(&view, TABLE_SENT, bytes_of_text(key), &value);
            failed_reads += outcome != OUTCOME_OK;
            last_failure = outcome != OUTCOME_OK ? outcome : last_failure;
        }
        view_end(&view);
        reads++;
    }
    return NULL;
}

static void threads_that_read_notice_nothing(void **state)
{
    pthread_t threads[2];
    unsigned done = 0;

    (void)state;
    put_many(small.store, 0, 50);
    stop_reading = false;
    reads = 0;
    for (uintptr_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, (void *)(i + 1)), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        enum outcome outcome;
        put_many(small.store, 100 + i, 101 + i);
        outcome = write_anew(small.store);
        assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_BUSY);
        done += outcome == OUTCOME_OK;
    }
    while (reads == 0)
        ;
    stop_reading = true;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(last_failure, OUTCOME_OK);
    assert_int_equal(failed_reads, 0);
    assert_true(done > 0);
}

/* --- against a model --- */

static void any_order_of_writing_and_writing_anew_is_like_the_model(void **state)
{
    struct dice dice = dice_throw_from(20261122);
    unsigned version[MODEL] = {0}; /* 0: not there */
    size_t swept;

    (void)state;
    for (unsigned i = 0; i < CHANGES; i++) {
        struct change *change;
        const uint64_t what = dice_number(&dice, 12);
        bool drops;
        unsigned before[MODEL];
        if (what == 0) {
            enum outcome outcome = store_anew_begin(small.store);
            assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_BUSY);
            continue;
        }
        if (what == 1) {
            enum outcome outcome = store_anew_end(small.store);
            assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_BUSY);
            continue;
        }
        if (what == 2) {
            small_store_reopen(&small);
            continue;
        }
        change = change_of(small.store);
        drops = dice_number(&dice, 6) == 0;
        memcpy(before, version, sizeof before);
        for (uint64_t n = dice_number(&dice, 4); n < 6; n++) {
            const unsigned number = (unsigned)dice_number(&dice, MODEL);
            if (dice_number(&dice, 3) == 0) {
                store_delete(change, TABLE_SENT, key_of(number));
                version[number] = 0;
            } else {
                version[number] = i + 1;
                put(change, number, version[number]);
            }
        }
        if (drops) {
            change_dropped(change);
            memcpy(version, before, sizeof version);
        } else {
            change_done(change);
        }
        for (unsigned number = 0; number < MODEL; number++)
            assert_int_equal(has(small.store, number, version[number]), version[number] > 0);
    }
    small_store_reopen(&small);
    assert_int_equal(store_sweep(small.store, &swept), OUTCOME_OK);
    for (unsigned number = 0; number < MODEL; number++)
        assert_int_equal(has(small.store, number, version[number]), version[number] > 0);
}

/* --- want of memory --- */

/* What could not be noted would be missing: then the old file stays. */
static void scarce_memory_changes_nothing(void **state)
{
    struct change *change;
    enum outcome outcome;

    (void)state;
    put_many(small.store, 0, 20);
    assert_int_equal(store_anew_begin(small.store), OUTCOME_OK);
    change = change_of(small.store);
    put(change, 30, 0);
    memory_lasts_for(0);
    outcome = change_tried(change);
    memory_lasts_for(-1);
    assert_int_equal(outcome, OUTCOME_OK);
    assert_int_equal(store_anew_end(small.store), OUTCOME_OUT_OF_MEMORY);
    assert_false(is_there("keys.anew"));
    assert_true(has(small.store, 30, 0));
    assert_int_equal(write_anew(small.store), OUTCOME_OK);
    assert_true(has(small.store, 30, 0));
}

/* --- wherever it breaks off --- */

static struct folder home; /* of the beginning: home/data */

enum { ERASED = 11, MEANWHILE = 12, LATER = 900 };

static void begin_again(void)
{
    tree_remove(keys_file(""));
    tree_copy(folder_path(&home, "data"), folder_path(&small.folder, "data"));
}

/* A process that writes keys/ anew, under a fault; ends with 0 when all went well, 1 when it said
 * no, 2 when it says that it must stop. */
static int anew_under(long at, const char *what)
{
    enum outcome outcome, committed;
    struct change *change;

    disk.arm(folder_path(&small.folder, "data"), at, what);
    if (store_open(folder_path(&small.folder, "data"), SMALL_MAP_BYTES, small_master,
                   &small.store) != OUTCOME_OK)
        return 2;
    outcome = store_anew_begin(small.store);
    change = change_of(small.store);
    store_delete(change, TABLE_SENT, key_of(MEANWHILE));
    put(change, LATER, 0);
    committed = change_tried(change);
    if (outcome == OUTCOME_OK)
        outcome = store_anew_end(small.store);
    if (at == 0)
        printf("%ld", disk.seen());
    if (committed != OUTCOME_OK)
        return 2;
    return outcome == OUTCOME_OK ? 0 : 1;
}

static int in_child(long at, const char *what)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0)
        _exit(anew_under(at, what));
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static long calls_of_it(void)
{
    int ends[2];
    char text[24] = "";
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        anew_under(0, "kill");
        fflush(stdout);
        _exit(0);
    }
    close(ends[1]);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    close(ends[0]);
    waitpid(child, NULL, 0);
    return strtol(text, NULL, 10);
}

/* Whatever happened: every record that was there is there, the change in between is there or not,
 * and the next time all goes well. */
static void assert_whole_after_it(struct bytes erased)
{
    size_t swept;
    bool later;

    small.store = NULL;
    small_store_reopen(&small);
    assert_int_equal(store_sweep_after_crash(small.store, &swept), OUTCOME_OK);
    later = has(small.store, LATER, 0);
    assert_int_equal(has(small.store, MEANWHILE, 0), !later);
    for (unsigned i = 0; i < 40; i++) {
        if (i != ERASED && i != MEANWHILE)
            assert_true(has(small.store, i, 0));
    }
    assert_false(is_there("keys.anew"));
    assert_false(is_there("keys/data.old"));
    assert_int_equal(write_anew(small.store), OUTCOME_OK);
    assert_false(file_holds(keys_file("keys/data.mdb"), erased));
    store_close(small.store);
    small.store = NULL;
}

static void wherever_it_breaks_off_all_keys_are_there(void **state)
{
    static const char *const faults[] = {"kill", "killafter", "tear", "EIO+", "ENOSPC+", "EIO"};
    const long step = getenv("THOROUGH") ? 1 : 3;
    OWNED_BUFFER erased = {0};
    long calls;

    (void)state;
    put_many(small.store, 0, 40);
    erased = wrapped_key(small.store, ERASED);
    delete_one(small.store, ERASED);
    store_close(small.store);
    small.store = NULL;
    folder_begin(&home);
    tree_copy(folder_path(&small.folder, "data"), folder_path(&home, "data"));
    begin_again();
    calls = calls_of_it();
    assert_in_range(calls, 15, 200);
    for (size_t fault = 0; fault < sizeof faults / sizeof faults[0]; fault++) {
        for (long at = 1 + (long)fault % step; at <= calls; at += step) {
            int status;
            begin_again();
            status = in_child(at, faults[fault]);
            if (WIFSIGNALED(status))
                assert_int_equal(WTERMSIG(status), SIGKILL);
            assert_whole_after_it(buffer_bytes(&erased));
        }
    }
    folder_remove(&home);
    small_store_reopen(&small);
}

/* Without a second name for the old file nothing was changed; that is a no, and no more. */
static void what_only_says_no_stops_nothing(void **state)
{
    (void)state;
    put_many(small.store, 0, 20);
    file_put(keys_file("keys.anew"), bytes_of_text("geen map"));
    assert_int_equal(store_anew_begin(small.store), OUTCOME_FILE_WRONG);
    assert_int_equal(unlink(keys_file("keys.anew")), 0);
    assert_int_equal(write_anew(small.store), OUTCOME_OK);
}

#define WITH_STORE(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_deleted_key_is_in_no_file_any_more),
        WITH_STORE(the_bytes_of_the_old_file_are_written_over),
        WITH_STORE(what_is_written_meanwhile_is_there_after_it),
        WITH_STORE(several_changes_between_copy_and_swap_all_count),
        WITH_STORE(a_reader_holds_it_up_and_nothing_is_lost),
        WITH_STORE(without_a_commit_it_is_not_done),
        WITH_STORE(a_view_over_it_is_not_possible_and_one_after_it_is),
        WITH_STORE(threads_that_read_notice_nothing),
        WITH_STORE(any_order_of_writing_and_writing_anew_is_like_the_model),
        WITH_STORE(scarce_memory_changes_nothing),
        WITH_STORE(wherever_it_breaks_off_all_keys_are_there),
        WITH_STORE(what_only_says_no_stops_nothing),
    };

    (void)argc;
    disk = disk_begin(argv);
    disk.skip_syncs(true);
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
