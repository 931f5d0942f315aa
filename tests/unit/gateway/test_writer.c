/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/writer.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_log.h"

enum { QUEUE_MAX = 2000, PIECES_MAX = 1500 };

static struct small_log log_;
static struct writer *writer;
static atomic_uint failed_times, queued_times, undone_times;
static _Atomic enum outcome failed_with;
static enum outcome undoing;

static void on_failed(void *context, enum outcome outcome)
{
    assert_ptr_equal(context, &log_);
    failed_with = outcome;
    failed_times++;
}

static void on_queued(void *context)
{
    assert_ptr_equal(context, &log_);
    queued_times++;
}

static enum outcome on_undone(void *context)
{
    assert_ptr_equal(context, &log_);
    undone_times++;
    return undoing;
}

static void start_writer(unsigned queue_max, uint64_t free_bytes_min)
{
    const struct writer_options options = {
        .audit = log_.audit,
        .queue_max = queue_max,
        .free_bytes_min = free_bytes_min,
        .on_failed = on_failed,
        .on_queued = on_queued,
        .on_undone = on_undone,
        .context = &log_,
    };

    assert_int_equal(writer_start(&options, &writer), OUTCOME_OK);
}

/* As a disk that fails: no file may be written any more. */
static void let_writes_fail(bool fail)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = fail ? 0 : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* --- pieces --- */

enum what { WORKS, IS_REFUSED, FAILS, BREAKS_THE_COMMIT, STICKS, QUEUES, WRITES_MUCH, INDEXES };
enum { MUCH = 300 }; /* rows: two such pieces are more than the writer puts in one commit */

struct piece {
    struct work work; /* first, so that `done` finds the piece */
    unsigned number;
    enum what what;
    unsigned runs, told;
    unsigned place; /* in the order of being told */
    enum outcome outcome;
};

static struct piece pieces[PIECES_MAX];
static atomic_uint told_count;

static void write_much(struct change *change, unsigned number)
{
    uint8_t key[8];

    for (unsigned i = 0; i < MUCH; i++) {
        write_u64(key, (uint64_t)number * MUCH + i);
        store_put(change, TABLE_COUNT, bytes_of(key, sizeof key), (struct bytes){0});
    }
}

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    static const uint8_t large[SMALL_MAP_BYTES];
    struct piece *piece = context;
    char key[16], number[16];
    const struct audit_entry entry = {.event = AUDIT_INTAKE,
                                      .result = piece->what == IS_REFUSED ? AUDIT_DENIED : AUDIT_OK,
                                      .committed = {[AUDIT_OBJECTS] = number}};

    piece->runs++;
    snprintf(key, sizeof key, "stuk-%05u", piece->number);
    snprintf(number, sizeof number, "%u", piece->number);
    store_put_sealed(change, TABLE_SENT, bytes_of_text(key), bytes_of_text(number));
    TRY(audit_record(audit, change, &entry));
    change->queued = change->queued || piece->what == QUEUES;
    if (piece->what == IS_REFUSED)
        return OUTCOME_NOT_ALLOWED;
    if (piece->what == FAILS)
        return OUTCOME_STORE_DAMAGED;
    if (piece->what == STICKS)
        store_put(change, TABLE_META, (struct bytes){0}, (struct bytes){0});
    if (piece->what == BREAKS_THE_COMMIT)
        let_writes_fail(true);
    if (piece->what == WRITES_MUCH)
        write_much(change, piece->number);
    if (piece->what == INDEXES)
        store_put(change, TABLE_ENTRY, bytes_of_text(key), bytes_of(large, SMALL_MAP_BYTES));
    return OUTCOME_OK;
}

static void done(struct work *work, enum outcome outcome)
{
    struct piece *piece = (struct piece *)work;

    piece->outcome = outcome;
    piece->told++;
    piece->place = told_count++;
}

static struct piece *make_piece(unsigned number, enum what what)
{
    struct piece *piece = &pieces[number];

    *piece = (struct piece){.number = number, .what = what};
    piece->work = (struct work){.apply = apply, .done = done, .context = piece};
    return piece;
}

static enum outcome submit(unsigned number, enum what what)
{
    return writer_submit(writer, &make_piece(number, what)->work);
}

static bool is_stored(unsigned number)
{
    char key[16];
    OWNED_BUFFER value = {0};
    enum outcome outcome;

    snprintf(key, sizeof key, "stuk-%05u", number);
    outcome = value_in(log_.small.store, TABLE_SENT, bytes_of_text(key), &value);
    assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_NOT_FOUND);
    return outcome == OUTCOME_OK;
}

/* --- a piece that holds the writer up, so that what follows comes in one batch --- */

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool entered, open;
};

static struct gate gate;

static enum outcome apply_gate(struct change *change, struct audit *audit, void *context)
{
    (void)change, (void)audit, (void)context;
    pthread_mutex_lock(&gate.lock);
    gate.entered = true;
    pthread_cond_broadcast(&gate.moved);
    while (!gate.open)
        pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    return OUTCOME_OK;
}

static void forget(struct work *work, enum outcome outcome)
{
    (void)work, (void)outcome;
}

static void hold_writer(void)
{
    static struct work work;

    work = (struct work){.apply = apply_gate, .done = forget};
    gate = (struct gate){PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};
    assert_int_equal(writer_submit(writer, &work), OUTCOME_OK);
    pthread_mutex_lock(&gate.lock);
    while (!gate.entered)
        pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void let_go(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
}

/* Ends the writer, so that all it did can be looked at. */
static void finish(void)
{
    writer_stop(writer);
    writer = NULL;
}

/* The leaves are contiguous and of these pieces, in this order. */
static void assert_leaves(const unsigned *numbers, size_t count)
{
    assert_int_equal(rows_in(log_.small.store, TABLE_LEAF), count);
    for (size_t i = 0; i < count; i++) {
        OWNED_JSON leaf = leaf_json(log_.small.store, i);
        OWNED_BUFFER opening = opening_at(log_.small.store, i);
        OWNED_JSON opened = NULL;
        char number[16];
        snprintf(number, sizeof number, "%u", numbers[i]);
        assert_int_equal(json_integer_value(json_object_get(leaf, "seq")), i);
        assert_int_equal(json_read(buffer_bytes(&opening), 4096, &opened), OUTCOME_OK);
        assert_string_equal(
            json_string_value(json_object_get(json_object_get(opened, "objects"), "waarde")),
            number);
    }
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    assert_int_equal(audit_size(log_.audit), count);
}

/* --- facts --- */

static void what_is_handed_in_is_stored_before_it_is_told(void **state)
{
    (void)state;
    start_writer(QUEUE_MAX, 0);
    assert_int_equal(writer_run(writer, apply, make_piece(3, WORKS)), OUTCOME_OK);
    assert_true(is_stored(3));
    assert_int_equal(writer_run(writer, apply, make_piece(4, IS_REFUSED)), OUTCOME_NOT_ALLOWED);
    assert_int_equal(writer_run(writer, apply, make_piece(5, FAILS)), OUTCOME_STORE_DAMAGED);
    finish();
    assert_leaves((const unsigned[]){3, 4}, 2);
}

static void many_pieces_share_one_commit_and_keep_their_order(void **state)
{
    (void)state;
    start_writer(QUEUE_MAX, 0);
    hold_writer();
    for (unsigned i = 0; i < 400; i++)
        assert_int_equal(submit(i, WORKS), OUTCOME_OK);
    let_go();
    assert_int_equal(writer_run(writer, apply, make_piece(400, WORKS)), OUTCOME_OK);
    /* The gate's, at most six of the four hundred, perhaps one for the last. */
    assert_true(writer_counts(writer).commits <= 8);
    assert_int_equal(writer_counts(writer).leaves, 401);
    finish();
    for (unsigned i = 0; i < 400; i++) {
        assert_int_equal(pieces[i].outcome, OUTCOME_OK);
        assert_int_equal(pieces[i].place, i);
        assert_int_equal(pieces[i].told, 1);
        assert_int_equal(pieces[i].runs, 1);
    }
    assert_int_equal(rows_in(log_.small.store, TABLE_SENT), 401);
    assert_int_equal(rows_in(log_.small.store, TABLE_LEAF), 401);
}

static void what_is_more_than_a_commit_holds_goes_into_the_next(void **state)
{
    static const unsigned left[] = {0, 1, 2, 3, 5, 6, 7, 8, 9};

    (void)state;
    start_writer(QUEUE_MAX, 0);
    hold_writer();
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(submit(i, i == 4 ? FAILS : i == 6 ? IS_REFUSED : WRITES_MUCH), OUTCOME_OK);
    let_go();
    assert_int_equal(writer_run(writer, apply_gate, NULL), OUTCOME_OK);
    assert_int_equal(writer_counts(writer).commits, 6); /* the gate's, 01, 23, 567, 89, the last */
    finish();
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(pieces[i].told, 1);
        assert_int_equal(pieces[i].place, i);
        assert_int_equal(is_stored(i), i != 4);
    }
    assert_int_equal(pieces[0].runs, 1); /* what was committed before the failure is not undone */
    assert_int_equal(undone_times, 1);
    assert_int_equal(rows_in(log_.small.store, TABLE_COUNT), 8 * MUCH);
    assert_leaves(left, 9);
}

static void a_commit_that_fails_fails_what_was_left_for_the_next(void **state)
{
    (void)state;
    start_writer(QUEUE_MAX, 0);
    hold_writer();
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(submit(i, i == 3 ? BREAKS_THE_COMMIT : WRITES_MUCH), OUTCOME_OK);
    let_go();
    while (told_count < 6)
        sched_yield();
    finish();
    let_writes_fail(false);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(pieces[i].outcome, i < 2 ? OUTCOME_OK : OUTCOME_STORE_FAILED);
        assert_int_equal(pieces[i].told, 1);
    }
    assert_int_equal(pieces[5].runs, 0);
    assert_int_equal(failed_times, 1);
    assert_leaves((const unsigned[]){0, 1}, 2);
}

static void a_failing_piece_leaves_no_trace_and_the_others_are_contiguous(void **state)
{
    static const unsigned left[] = {0, 2, 3, 5, 7};
    static const enum what whats[] = {WORKS, FAILS,  WORKS,  IS_REFUSED,
                                      FAILS, QUEUES, STICKS, WORKS};
    enum { COUNT = sizeof whats / sizeof whats[0] };

    (void)state;
    start_writer(QUEUE_MAX, 0);
    hold_writer();
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(submit(i, whats[i]), OUTCOME_OK);
    let_go();
    finish();
    for (unsigned i = 0; i < COUNT; i++) {
        const bool ours = whats[i] == FAILS || whats[i] == STICKS;
        assert_int_equal(pieces[i].told, 1);
        assert_int_equal(is_stored(i), !ours);
    }
    assert_int_equal(pieces[0].outcome, OUTCOME_OK);
    assert_int_equal(pieces[1].outcome, OUTCOME_STORE_DAMAGED);
    assert_int_equal(pieces[3].outcome, OUTCOME_NOT_ALLOWED);
    assert_int_equal(pieces[4].outcome, OUTCOME_STORE_DAMAGED);
    assert_int_equal(pieces[6].outcome, OUTCOME_STORE_FAILED);
    assert_int_equal(pieces[0].runs, 4); /* once more for each that failed */
    assert_int_equal(pieces[1].runs, 1);
    assert_int_equal(failed_times, 0);
    assert_int_equal(queued_times, 1);
    assert_int_equal(undone_times, 3);
    assert_leaves(left, 5);
}

static void after_an_undoing_that_failed_nothing_is_acknowledged(void **state)
{
    (void)state;
    undoing = OUTCOME_OUT_OF_MEMORY;
    start_writer(QUEUE_MAX, 0);
    hold_writer();
    assert_int_equal(submit(0, WORKS), OUTCOME_OK);
    assert_int_equal(submit(1, FAILS), OUTCOME_OK);
    assert_int_equal(submit(2, WORKS), OUTCOME_OK);
    let_go();
    while (failed_times == 0)
        sched_yield();
    assert_int_equal(writer_run(writer, apply, make_piece(3, WORKS)), OUTCOME_STORE_FAILED);
    finish();
    assert_int_equal(pieces[0].outcome, OUTCOME_STORE_FAILED);
    assert_int_equal(pieces[1].outcome, OUTCOME_STORE_DAMAGED);
    assert_int_equal(pieces[2].outcome, OUTCOME_STORE_FAILED);
    assert_int_equal(pieces[0].runs, 1); /* not again on what is not to be trusted */
    assert_int_equal(failed_times, 1);
    assert_int_equal(failed_with, OUTCOME_OUT_OF_MEMORY);
    assert_leaves(NULL, 0);
}

static void random_batches_hold_what_did_not_fail(void **state)
{
    struct dice dice = dice_throw_from(71);
    unsigned left[PIECES_MAX], left_count = 0, number = 0;

    (void)state;
    start_writer(QUEUE_MAX, 0);
    while (number < 600) {
        hold_writer();
        for (uint64_t i = 1 + dice_number(&dice, 40); i > 0; i--) {
            enum what what = dice_number(&dice, 12) == 0  ? FAILS
                             : dice_number(&dice, 4) == 0 ? IS_REFUSED
                                                          : WORKS;
            assert_int_equal(submit(number, what), OUTCOME_OK);
            if (what != FAILS)
                left[left_count++] = number;
            number++;
        }
        let_go();
        assert_int_equal(writer_run(writer, apply_gate, NULL), OUTCOME_OK);
    }
    finish();
    for (unsigned i = 0; i < number; i++)
        assert_int_equal(is_stored(i), pieces[i].what != FAILS);
    assert_leaves(left, left_count);
}

static void a_full_queue_refuses_and_does_not_call(void **state)
{
    (void)state;
    start_writer(3, 0);
    hold_writer();
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(submit(i, WORKS), OUTCOME_OK);
    assert_int_equal(submit(3, WORKS), OUTCOME_BUSY);
    assert_int_equal(writer_run(writer, apply, make_piece(4, WORKS)), OUTCOME_BUSY);
    let_go();
    finish();
    assert_int_equal(pieces[2].told, 1);
    assert_int_equal(pieces[3].told, 0);
    assert_int_equal(pieces[3].runs, 0);
    assert_leaves((const unsigned[]){0, 1, 2}, 3);
}

static void stopping_finishes_what_is_queued(void **state)
{
    (void)state;
    start_writer(QUEUE_MAX, 0);
    for (unsigned i = 0; i < 1400; i++)
        assert_int_equal(submit(i, WORKS), OUTCOME_OK);
    finish();
    for (unsigned i = 0; i < 1400; i++) {
        assert_int_equal(pieces[i].told, 1);
        assert_int_equal(pieces[i].outcome, OUTCOME_OK);
    }
    assert_int_equal(rows_in(log_.small.store, TABLE_LEAF), 1400);
    writer_stop(NULL);
}

static void after_a_failed_commit_nothing_is_acknowledged(void **state)
{
    (void)state;
    start_writer(QUEUE_MAX, 0);
    assert_int_equal(writer_run(writer, apply, make_piece(0, WORKS)), OUTCOME_OK);
    hold_writer();
    assert_int_equal(submit(1, WORKS), OUTCOME_OK);
    assert_int_equal(submit(2, BREAKS_THE_COMMIT), OUTCOME_OK);
    assert_int_equal(submit(3, IS_REFUSED), OUTCOME_OK);
    let_go();
    assert_int_equal(writer_run(writer, apply, make_piece(4, WORKS)), OUTCOME_STORE_FAILED);
    assert_int_equal(submit(5, WORKS), OUTCOME_STORE_FAILED);
    finish();
    let_writes_fail(false);
    for (unsigned i = 1; i < 4; i++) {
        assert_int_equal(pieces[i].told, 1);
        assert_int_equal(pieces[i].outcome, OUTCOME_STORE_FAILED);
        assert_false(is_stored(i));
    }
    assert_int_equal(pieces[5].told, 0);
    assert_int_equal(failed_times, 1);
    assert_int_equal(failed_with, OUTCOME_STORE_FAILED);
    assert_int_equal(queued_times, 0);
    assert_int_equal(undone_times, 1);
    assert_leaves((const unsigned[]){0}, 1);
}

static void too_little_free_space_takes_nothing_in_and_goes_on(void **state)
{
    (void)state;
    start_writer(QUEUE_MAX, UINT64_MAX);
    assert_int_equal(writer_run(writer, apply, make_piece(0, WORKS)), OUTCOME_STORE_FULL);
    assert_int_equal(writer_run(writer, apply, make_piece(1, WORKS)), OUTCOME_STORE_FULL);
    assert_int_equal(pieces[0].runs, 0);
    assert_int_equal(failed_times, 0);
    finish();
    assert_leaves(NULL, 0);
}

static enum outcome apply_large(struct change *change, struct audit *audit, void *context)
{
    static const uint8_t large[SMALL_MAP_BYTES / 16];
    const struct audit_entry entry = {.event = AUDIT_INTAKE};
    const unsigned *number = context;

    store_put(change, TABLE_MESSAGE, bytes_of(number, sizeof *number),
              bytes_of(large, sizeof large));
    return audit_record(audit, change, &entry);
}

/* Each is told the truth; nothing that was acknowledged is lost, and the writer lives on. */
static void a_full_map_is_told_to_each_and_stops_nothing(void **state)
{
    unsigned stored = 0;

    (void)state;
    start_writer(QUEUE_MAX, 0);
    for (unsigned i = 0; i < 40; i++) {
        enum outcome outcome = writer_run(writer, apply_large, &i);
        assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_STORE_FULL);
        stored += outcome == OUTCOME_OK;
    }
    assert_in_range(stored, 5, 16);
    for (unsigned i = 0; i < 400; i++) { /* small ones, up to the last page */
        enum outcome outcome = writer_run(writer, apply, make_piece(i, WORKS));
        assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_STORE_FULL);
        assert_int_equal(is_stored(i), outcome == OUTCOME_OK);
        stored += outcome == OUTCOME_OK;
    }
    assert_int_equal(failed_times, 0);
    finish();
    assert_int_equal(rows_in(log_.small.store, TABLE_LEAF), stored);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    assert_int_equal(audit_size(log_.audit), stored);
}

/* It can be made again: the questions wait, and nobody who comes behind one. */
static void a_full_index_stops_only_who_writes_to_it(void **state)
{
    (void)state;
    start_writer(QUEUE_MAX, 0);
    hold_writer();
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(submit(i, i == 1 ? INDEXES : WORKS), OUTCOME_OK);
    let_go();
    finish();
    assert_int_equal(pieces[1].outcome, OUTCOME_STORE_FULL);
    assert_leaves((const unsigned[]){0, 2, 3}, 3);
}

static void scarce_memory_fails_pieces_and_leaves_no_trace(void **state)
{
    unsigned number = 0;
    enum outcome outcome;

    (void)state;
    start_writer(QUEUE_MAX, 0);
    do {
        make_piece(number, WORKS);
        memory_lasts_for((int)number);
        outcome = writer_run(writer, apply, &pieces[number]);
        memory_lasts_for(-1);
        if (outcome != OUTCOME_OK) {
            assert_int_equal(outcome, OUTCOME_OUT_OF_MEMORY);
            assert_false(is_stored(number));
        }
        number++;
    } while (outcome != OUTCOME_OK && failed_times == 0);
    assert_int_equal(failed_times, 0);
    assert_true(number > 5);
    finish();
    assert_leaves((const unsigned[]){number - 1}, 1);
}

static int make_log(void **state)
{
    (void)state;
    small_log_make(&log_);
    failed_times = queued_times = undone_times = told_count = 0;
    undoing = OUTCOME_OK;
    memset(pieces, 0, sizeof pieces);
    return 0;
}

static int end_log(void **state)
{
    (void)state;
    let_writes_fail(false);
    if (writer)
        finish();
    small_log_end(&log_);
    return 0;
}

#define WITH_LOG(fact) cmocka_unit_test_setup_teardown(fact, make_log, end_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(what_is_handed_in_is_stored_before_it_is_told),
        WITH_LOG(many_pieces_share_one_commit_and_keep_their_order),
        WITH_LOG(what_is_more_than_a_commit_holds_goes_into_the_next),
        WITH_LOG(a_commit_that_fails_fails_what_was_left_for_the_next),
        WITH_LOG(a_failing_piece_leaves_no_trace_and_the_others_are_contiguous),
        WITH_LOG(after_an_undoing_that_failed_nothing_is_acknowledged),
        WITH_LOG(random_batches_hold_what_did_not_fail),
        WITH_LOG(a_full_queue_refuses_and_does_not_call),
        WITH_LOG(stopping_finishes_what_is_queued),
        WITH_LOG(after_a_failed_commit_nothing_is_acknowledged),
        WITH_LOG(too_little_free_space_takes_nothing_in_and_goes_on),
        WITH_LOG(a_full_map_is_told_to_each_and_stops_nothing),
        WITH_LOG(a_full_index_stops_only_who_writes_to_it),
        WITH_LOG(scarce_memory_fails_pieces_and_leaves_no_trace),
    };

    signal(SIGXFSZ, SIG_IGN);
    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
