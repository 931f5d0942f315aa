/* SPDX-License-Identifier: EUPL-1.2 */
/* A store that fills up, readers that stay or die, a second process; and the log that a business
 * write cannot do without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <lmdb.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/store_room.h"
#include "gateway/writer.h"
#include "tests/support/small_log.h"

enum {
    LARGE_BYTES = 120000,
    ROWS_MAX = 4000,
    READER_SLOTS = 256,
    MANY_PAGES = 500,
    PAGE_BYTES = 4096,
};

static struct small_log log_;
static struct writer *writer;
static unsigned failed_times;

static void on_failed(void *context, enum outcome outcome)
{
    (void)context;
    (void)outcome;
    failed_times++;
}

static void on_queued(void *context)
{
    (void)context;
}

static enum outcome on_undone(void *context)
{
    (void)context;
    return OUTCOME_OK;
}

static void start(uint64_t free_bytes_min)
{
    const struct writer_options options = {
        .audit = log_.audit,
        .queue_max = 100,
        .free_bytes_min = free_bytes_min,
        .on_failed = on_failed,
        .on_queued = on_queued,
        .on_undone = on_undone,
        .context = &log_,
    };

    assert_int_equal(writer_start(&options, &writer), OUTCOME_OK);
}

/* Business, and the leaf that says so: sealed, so that keys/ fills too. */
static enum outcome apply_business(struct change *change, struct audit *audit, void *context)
{
    static const uint8_t large[LARGE_BYTES];
    const struct audit_entry entry = {.event = AUDIT_INTAKE};
    const unsigned *number = context;

    store_put_sealed(change, TABLE_SENT, bytes_of(number, sizeof *number),
                     bytes_of(large, sizeof large));
    return audit_record(audit, change, &entry);
}

static enum outcome apply_small(struct change *change, struct audit *audit, void *context)
{
    const struct audit_entry entry = {.event = AUDIT_INTAKE};
    const unsigned *number = context;

    store_put_sealed(change, TABLE_SENT, bytes_of(number, sizeof *number), bytes_of_text("klein"));
    return audit_record(audit, change, &entry);
}

static enum outcome apply_leaf(struct change *change, struct audit *audit, void *context)
{
    const struct audit_entry entry = {.event = AUDIT_DENY, .result = AUDIT_DENIED};

    (void)context;
    return audit_record(audit, change, &entry);
}

static enum outcome apply_removal(struct change *change, struct audit *audit, void *context)
{
    (void)audit;
    store_delete(change, TABLE_SENT, bytes_of(context, sizeof(unsigned)));
    return change->outcome;
}

static enum outcome add(unsigned number)
{
    return writer_run(writer, apply_business, &number);
}

static unsigned fill(unsigned from)
{
    while (from < ROWS_MAX && add(from) == OUTCOME_OK)
        from++;
    assert_true(from < ROWS_MAX);
    return from;
}

static off_t file_bytes_now(void)
{
    struct stat info;

    assert_int_equal(stat(folder_path(&log_.small.folder, "data/store/data.mdb"), &info), 0);
    return info.st_size;
}

/* Each business row has one leaf, each leaf of business its row. */
static void assert_row_and_leaf_go_together(size_t rows)
{
    size_t leaves = rows_in(log_.small.store, TABLE_LEAF), business = 0;

    for (uint64_t i = 0; i < leaves; i++) {
        OWNED_JSON leaf = leaf_json(log_.small.store, i);
        business += strcmp(json_string_value(json_object_get(leaf, "ev")), "intake") == 0;
    }
    assert_int_equal(rows_in(log_.small.store, TABLE_SENT), rows);
    assert_int_equal(business, rows);
}

/* --- memory --- */

/* Bytes that are lent out of malloc, pages of LMDB among them. A sanitizer's own says nothing. */
static size_t lent_bytes(void)
{
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

static enum outcome apply_many(struct change *change, struct audit *audit, void *context)
{
    static const uint8_t page[3000];

    (void)audit, (void)context;
    for (unsigned i = 0; i < MANY_PAGES; i++)
        store_put(change, TABLE_SENT, bytes_of(&i, sizeof i), bytes_of(page, sizeof page));
    return change->outcome;
}

/* Else the first busy day is when a gateway hears that there is no memory for it. */
static void a_large_commit_takes_no_memory_that_was_not_taken_at_the_start(void **state)
{
    const off_t file = file_bytes_now();
    size_t lent = lent_bytes();

    (void)state;
    assert_int_equal(store_reserve(log_.small.store), OUTCOME_OK);
    assert_int_equal(file_bytes_now(), file);
    assert_int_equal(rows_in(log_.small.store, TABLE_SENT), 0);
    if (lent)
        assert_true(lent_bytes() - lent > (size_t)MANY_PAGES * PAGE_BYTES);
    start(0);
    lent = lent_bytes();
    assert_int_equal(writer_run(writer, apply_many, NULL), OUTCOME_OK);
    assert_true(lent_bytes() < lent + (size_t)MANY_PAGES * PAGE_BYTES / 4);
    assert_int_equal(rows_in(log_.small.store, TABLE_SENT), MANY_PAGES);
}

/* --- S8 --- */

static void s8_a_full_map_says_no_keeps_room_for_the_log_and_goes_on_when_there_is_room(
    void **state)
{
    unsigned full, number = ROWS_MAX;
    size_t denied = 0;

    (void)state;
    start(0);
    full = fill(0);
    assert_int_equal(add(full), OUTCOME_STORE_FULL);
    assert_true(full > 20);
    for (; denied < 50; denied++) /* refusals still get their leaf */
        assert_int_equal(writer_run_essential(writer, apply_leaf, NULL), OUTCOME_OK);
    assert_int_equal(add(full), OUTCOME_STORE_FULL);
    assert_row_and_leaf_go_together(full);
    for (unsigned i = 0; i < full / 2; i++)
        assert_int_equal(writer_run_essential(writer, apply_removal, &i), OUTCOME_OK);
    assert_int_equal(writer_run(writer, apply_business, &number), OUTCOME_OK);
    assert_int_equal(failed_times, 0);
    assert_true(file_bytes_now() <= SMALL_MAP_BYTES);
}

static enum outcome apply_of_any_size(struct change *change, struct audit *audit, void *context)
{
    static const uint8_t bytes[LARGE_BYTES];
    const struct audit_entry entry = {.event = AUDIT_INTAKE};
    const unsigned *number = context;

    store_put_sealed(change, TABLE_SENT, bytes_of(number, sizeof *number),
                     bytes_of(bytes, (size_t)*number * 4099 % sizeof bytes));
    return audit_record(audit, change, &entry);
}

/* To the very last page, by pieces of every size: never a half, never a stop. LMDB finds some of
 * them too large only when it commits, and writes down which pages are free. */
static void s8_s12_to_the_last_page_no_row_is_without_its_leaf(void **state)
{
    unsigned rows = 0, number = 0, refused = 0, again = 0;

    (void)state;
    start(0);
    while (refused < 20 && number < ROWS_MAX) {
        enum outcome outcome =
            writer_run_essential(writer, number % 5 ? apply_of_any_size : apply_business, &number);
        assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_STORE_FULL);
        rows += outcome == OUTCOME_OK;
        refused += outcome == OUTCOME_STORE_FULL;
        number++;
    }
    assert_true(refused == 20 && rows > 20);
    for (; again < 150; again++, number++) {
        enum outcome outcome = writer_run_essential(writer, apply_of_any_size, &number);
        assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_STORE_FULL);
        rows += outcome == OUTCOME_OK;
    }
    assert_row_and_leaf_go_together(rows);
    assert_int_equal(failed_times, 0);
    writer_stop(writer);
    writer = NULL;
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    assert_row_and_leaf_go_together(rows);
}

static enum outcome apply_over(struct change *change, struct audit *audit, void *context)
{
    (void)context;
    return apply_business(change, audit, &(unsigned){0});
}

/* While one reads, no page that is given back can be used: it ends in a no, and passes. */
static void s8_a_reader_that_stays_ends_in_a_no_and_not_in_a_file_without_end(void **state)
{
    enum outcome outcome = OUTCOME_OK;
    struct bytes value;
    struct view view;
    off_t bytes;
    unsigned times;

    (void)state;
    start(0);
    assert_int_equal(add(0), OUTCOME_OK);
    view_begin(log_.small.store, &view);
    assert_int_equal(
        store_get(&view, TABLE_SENT, bytes_of(&(unsigned){0}, sizeof(unsigned)), &value),
        OUTCOME_OK);
    for (times = 0; outcome == OUTCOME_OK && times < ROWS_MAX; times++)
        outcome = writer_run(writer, apply_over, NULL);
    assert_int_equal(outcome, OUTCOME_STORE_FULL);
    assert_true(file_bytes_now() <= SMALL_MAP_BYTES);
    view_end(&view);
    for (int i = 0; i < 20; i++)
        assert_int_equal(writer_run(writer, apply_over, NULL), OUTCOME_OK);
    bytes = file_bytes_now();
    for (int i = 0; i < 40; i++)
        assert_int_equal(writer_run(writer, apply_over, NULL), OUTCOME_OK);
    assert_true(file_bytes_now() <= bytes + 512 * 1024); /* only the leaves are new */
    assert_int_equal(failed_times, 0);
}

static void s8_without_a_place_for_a_reader_one_is_told_to_come_back(void **state)
{
    static struct view views[READER_SLOTS + 1];
    struct bytes value;
    const unsigned number = 0;
    enum outcome outcome = OUTCOME_OK;
    size_t count = 0;

    (void)state;
    start(0);
    assert_int_equal(add(0), OUTCOME_OK);
    while (count <= READER_SLOTS && outcome == OUTCOME_OK) {
        view_begin(log_.small.store, &views[count]);
        outcome = store_get(&views[count], TABLE_SENT, bytes_of(&number, sizeof number), &value);
        count++;
    }
    assert_int_equal(outcome, OUTCOME_BUSY);
    assert_int_equal(add(1), OUTCOME_OK); /* who writes needs none */
    while (count > 0)
        view_end(&views[--count]);
    view_begin(log_.small.store, &views[0]);
    assert_int_equal(store_get(&views[0], TABLE_SENT, bytes_of(&number, sizeof number), &value),
                     OUTCOME_OK);
    view_end(&views[0]);
}

/* As a tool that looks into the store and is killed: LMDB's own mdb_stat and mdb_copy. */
static int read_and_die(const char *path)
{
    MDB_env *env;
    MDB_txn *txn;

    if (mdb_env_create(&env) == 0 && mdb_env_open(env, path, MDB_RDONLY | MDB_NOTLS, 0600) == 0 &&
        mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) == 0)
        kill(getpid(), SIGKILL);
    return 1;
}

static void leave_a_dead_reader(void)
{
    const char *path = folder_path(&log_.small.folder, "data/store");
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        execl("/proc/self/exe", "test_store_room", "--read-and-die", path, (char *)NULL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void s8_a_reader_that_died_gives_its_place_back(void **state)
{
    (void)state;
    start(0);
    assert_int_equal(add(0), OUTCOME_OK);
    leave_a_dead_reader();
    assert_int_equal(store_free_readers(log_.small.store), 1); /* each minute, by the timer */
    assert_int_equal(store_free_readers(log_.small.store), 0);
    leave_a_dead_reader();
    for (int i = 0; i < 150; i++) /* more than the map holds: also without the timer */
        assert_int_equal(writer_run(writer, apply_over, NULL), OUTCOME_OK);
    assert_int_equal(failed_times, 0);
}

/* --- S10 --- */

static void s10_a_second_opener_is_refused_and_the_first_goes_on(void **state)
{
    struct store *second = NULL;
    int status;
    pid_t child;

    (void)state;
    start(0);
    assert_int_equal(add(0), OUTCOME_OK);
    for (int i = 0; i < 3; i++) {
        child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(store_open(folder_path(&log_.small.folder, "data"), SMALL_MAP_BYTES, small_master,
                             &second) == OUTCOME_STORE_IN_USE
                      ? 0
                      : 1);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        assert_int_equal(add(1 + (unsigned)i), OUTCOME_OK);
    }
    assert_row_and_leaf_go_together(4);
}

/* Many first starts at once on a folder that is not there yet: one begins it, whole. */
static void s10_of_many_first_starts_at_once_one_succeeds(void **state)
{
    enum { STARTS = 8, TURNS = 5 };

    (void)state;
    for (int turn = 0; turn < TURNS; turn++) {
        char name[16];
        pid_t children[STARTS];
        int opened = 0, in_use = 0;
        int go[2], held[2];
        snprintf(name, sizeof name, "nieuw-%d", turn);
        assert_int_equal(pipe(go), 0);
        assert_int_equal(pipe(held), 0);
        for (int i = 0; i < STARTS; i++) {
            children[i] = fork();
            if (children[i] == 0) {
                struct store *store = NULL;
                enum outcome outcome;
                char byte;
                close(go[1]);
                close(held[1]);
                (void)!read(go[0], &byte, 1); /* all together, when the parent closes it */
                outcome = store_open(folder_path(&log_.small.folder, name), SMALL_MAP_BYTES,
                                     small_master, &store);
                if (outcome == OUTCOME_OK)
                    (void)!read(held[0], &byte, 1); /* keeps it while the others try */
                _exit(outcome == OUTCOME_OK ? 10 : outcome == OUTCOME_STORE_IN_USE ? 11 : 12);
            }
        }
        close(go[1]);
        for (int i = 0; i < STARTS - 1; i++) { /* all but the one that holds it come back */
            int status;
            assert_true(waitpid(-1, &status, 0) > 0);
            in_use += WIFEXITED(status) && WEXITSTATUS(status) == 11;
        }
        close(held[1]);
        for (int status; waitpid(-1, &status, 0) > 0;)
            opened += WIFEXITED(status) && WEXITSTATUS(status) == 10;
        close(go[0]);
        close(held[0]);
        assert_int_equal(in_use, STARTS - 1);
        assert_int_equal(opened, 1);
    }
}

/* --- S12 --- */

static enum outcome apply_without_log(struct change *change, struct audit *audit, void *context)
{
    static char long_word[8192]; /* more than a leaf takes */
    const struct audit_entry entry = {.event = AUDIT_INTAKE, .why = long_word};
    const unsigned *number = context;

    memset(long_word, 'x', sizeof long_word - 1);
    store_put_sealed(change, TABLE_SENT, bytes_of(number, sizeof *number), bytes_of_text("zaak"));
    return audit_record(audit, change, &entry);
}

static void s12_what_the_log_does_not_take_has_no_effect(void **state)
{
    (void)state;
    start(0);
    for (unsigned i = 0; i < 6; i++) {
        enum outcome outcome = writer_run(writer, i % 2 ? apply_without_log : apply_small, &i);
        assert_int_equal(outcome, i % 2 ? OUTCOME_INTERNAL : OUTCOME_OK);
    }
    assert_row_and_leaf_go_together(3);
}

/* --- S5, S6 --- */

static void s5_below_the_mark_only_the_log_grows_and_below_half_of_it_nothing(void **state)
{
    const uint64_t bytes = store_free_bytes(log_.small.store);

    (void)state;
    start(bytes + bytes / 2);
    assert_int_equal(add(0), OUTCOME_STORE_FULL);
    assert_int_equal(writer_run_essential(writer, apply_leaf, NULL), OUTCOME_OK);
    writer_stop(writer);
    start(UINT64_MAX);
    assert_int_equal(writer_run_essential(writer, apply_leaf, NULL), OUTCOME_STORE_FULL);
    assert_int_equal(failed_times, 0);
    assert_row_and_leaf_go_together(0);
}

static void s6_a_file_that_is_gone_or_replaced_stops_the_writer(void **state)
{
    static const char *const parts[] = {"store", "keys", "index"};
    char file[FOLDER_PATH_BYTES], name[64];

    for (size_t i = 0; i < 3; i++) {
        failed_times = 0;
        start(0);
        assert_int_equal(add((unsigned)i), OUTCOME_OK);
        snprintf(name, sizeof name, "data/%s/data.mdb", parts[i]);
        snprintf(file, sizeof file, "%s", folder_path(&log_.small.folder, name));
        assert_int_equal(rename(file, folder_path(&log_.small.folder, "opzij")), 0);
        if (i == 1) /* another in its place does not do either */
            file_put(file, bytes_of_text("een ander bestand"));
        assert_int_equal(add(100), OUTCOME_STORE_FAILED);
        assert_int_equal(writer_run_essential(writer, apply_leaf, NULL), OUTCOME_STORE_FAILED);
        assert_int_equal(failed_times, 1);
        assert_int_equal(rename(folder_path(&log_.small.folder, "opzij"), file), 0);
        writer_stop(writer);
        writer = NULL;
    }
    (void)state;
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    assert_row_and_leaf_go_together(3);
}

static int begin(void **state)
{
    (void)state;
    failed_times = 0;
    small_log_make(&log_);
    return 0;
}

static int end(void **state)
{
    (void)state;
    writer_stop(writer);
    writer = NULL;
    small_log_end(&log_);
    return 0;
}

#define WITH_LOG(fact) cmocka_unit_test_setup_teardown(fact, begin, end)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(a_large_commit_takes_no_memory_that_was_not_taken_at_the_start),
        WITH_LOG(s8_a_full_map_says_no_keeps_room_for_the_log_and_goes_on_when_there_is_room),
        WITH_LOG(s8_s12_to_the_last_page_no_row_is_without_its_leaf),
        WITH_LOG(s8_a_reader_that_stays_ends_in_a_no_and_not_in_a_file_without_end),
        WITH_LOG(s8_without_a_place_for_a_reader_one_is_told_to_come_back),
        WITH_LOG(s8_a_reader_that_died_gives_its_place_back),
        WITH_LOG(s10_a_second_opener_is_refused_and_the_first_goes_on),
        WITH_LOG(s10_of_many_first_starts_at_once_one_succeeds),
        WITH_LOG(s12_what_the_log_does_not_take_has_no_effect),
        WITH_LOG(s5_below_the_mark_only_the_log_grows_and_below_half_of_it_nothing),
        WITH_LOG(s6_a_file_that_is_gone_or_replaced_stops_the_writer),
    };

    if (argc == 3 && strcmp(argv[1], "--read-and-die") == 0)
        return read_and_die(argv[2]);
    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
