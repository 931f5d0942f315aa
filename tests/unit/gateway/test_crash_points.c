/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A gateway's day, done again for each call by which it writes: at that call the process is
 * killed, or the disk fails. Then it is started again and every client asks once more. What was
 * acknowledged must be there, once; all that was asked must be there, once; the log must be whole.
 *
 * THOROUGH=1 takes every call; otherwise a sample, by SEED.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/disk_fault.h"
#include "tests/support/small_crash.h"

enum { SAMPLE = 25, LATE_MS = 2000 };

static struct disk disk;
static struct crash crash;
static struct folder folder;
static long points_tried, late_ms;

/* What a child leaves behind for us, whatever becomes of it. */
static struct told {
    long calls; /* counted when the day was over */
    bool opened, survived;
    enum outcome open_outcome;
    size_t acknowledged; /* steps from the first on; more may follow after one that was refused */
    bool is_acknowledged[CRASH_STEPS_MAX];
    uint8_t answer[CRASH_STEPS_MAX][SHA256_BYTES];
    enum outcome outcome[CRASH_STEPS_MAX];
    bool after_failure[CRASH_STEPS_MAX]; /* the disk had failed when this step was acknowledged */
    char struck[512];
    enum outcome store_failed;
    struct crash_tally tally;
    char wrong[256];
    long opening_ms;
} * told;

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static void note_struck(void)
{
    snprintf(told->struck, sizeof told->struck, "%s", disk.struck());
}

static void take_step(size_t step)
{
    OWNED_BUFFER answer = {0};
    const bool failed_before = disk.struck()[0] != '\0';
    enum outcome outcome = crash_step(&crash, step, &answer);

    told->outcome[step] = outcome;
    if (outcome != OUTCOME_OK)
        return;
    assert_int_equal(sha256(buffer_bytes(&answer), told->answer[step]), OUTCOME_OK);
    told->after_failure[step] = failed_before;
    told->is_acknowledged[step] = true; /* last: the kill may come at any call */
}

/* --- in a child: the day under a fault --- */

static void day_under(long at, const char *what)
{
    crash_place(&crash, &folder, false);
    disk.skip_syncs(true); /* the kernel outlives the process */
    disk.arm(folder_path(&folder, "data"), at, what);
    told->open_outcome = crash_open(&crash);
    told->opened = told->open_outcome == OUTCOME_OK;
    for (size_t step = 0; told->opened && step < crash_step_count(&crash); step++) {
        take_step(step);
        note_struck();
    }
    note_struck();
    told->calls = disk.seen();
    if (told->opened) {
        told->store_failed = crash.small.failed;
        crash_close(&crash);
    }
    told->survived = true;
}

/* --- in another child: the next start, and every client once more --- */

static void wrong(const char *what, size_t step, enum outcome outcome)
{
    if (!told->wrong[0])
        snprintf(told->wrong, sizeof told->wrong, "%s: %s %s", what,
                 step < crash_step_count(&crash) ? crash_step_name(&crash, step) : "",
                 outcome_code(outcome));
}

static void ask_again(size_t step)
{
    OWNED_BUFFER answer = {0};
    uint8_t digest[SHA256_BYTES];
    enum outcome outcome = crash_step(&crash, step, &answer);
    const bool was_done = outcome == OUTCOME_STEP_NOT_ALLOWED || outcome == OUTCOME_EXISTS ||
                          outcome == OUTCOME_NOT_FOUND;

    if (outcome != OUTCOME_OK && !was_done)
        wrong("asked again", step, outcome);
    if (outcome != OUTCOME_OK || !told->is_acknowledged[step] || !crash_step_repeats(&crash, step))
        return;
    assert_int_equal(sha256(buffer_bytes(&answer), digest), OUTCOME_OK);
    if (memcmp(digest, told->answer[step], sizeof digest) != 0)
        wrong("another answer the second time", step, outcome);
}

static void next_day(void)
{
    const long began = now_ms();
    enum outcome outcome;

    crash_place(&crash, &folder, false);
    disk.skip_syncs(true);
    outcome = crash_open(&crash);
    told->opening_ms = now_ms() - began;
    if (outcome != OUTCOME_OK) {
        wrong("does not start", CRASH_STEPS_MAX, outcome);
        return;
    }
    for (size_t step = 0; step < crash_step_count(&crash); step++)
        ask_again(step);
    crash_count(&crash, &told->tally);
    crash_close(&crash);
    outcome = crash_open(&crash); /* the log is checked at each opening */
    if (outcome != OUTCOME_OK)
        wrong("does not start a second time", CRASH_STEPS_MAX, outcome);
    else
        crash_close(&crash);
}

/* --- in the parent --- */

static int in_child(void (*work)(long at, const char *what), long at, const char *what)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        work(at, what);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void next_day_in_child(long at, const char *what)
{
    (void)at;
    (void)what;
    next_day();
}

static struct crash_tally wanted;

static void begin_point(void)
{
    memset(told, 0, sizeof *told);
    crash_place(&crash, &folder, true);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Half of what is no write is the whole of it; what was interrupted is done again. */
static bool leaves_the_disk_whole(const char *what)
{
    const bool is_write = strstr(told->struck, "write ") || strstr(told->struck, "writev ");

    return begins(what, "EINTR") || (begins(what, "short") && !is_write);
}

/* Where the disk refuses to give blocks nothing was written: that is a no, and no more. */
static bool only_says_no(const char *what)
{
    return begins(told->struck, "fallocate") && begins(what, "ENOSPC");
}

static const char *judge_day(const char *what, int status)
{
    const bool kills = strstr(what, "kill") || strstr(what, "tear");

    if (!told->struck[0] && !kills)
        return told->survived ? "" : "ended without a fault";
    if (kills)
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? "" : "was not killed";
    if (!told->survived)
        return "crashed";
    if (begins(what, "EINTR") && strstr(told->struck, "sync"))
        return "";     /* no signal of ours does that; to stop is as good as to go on */
    if (!told->opened) /* it may also refuse to start, as long as the next start succeeds */
        return "";
    if (leaves_the_disk_whole(what) || only_says_no(what))
        return told->store_failed == OUTCOME_OK ? "" : "a no stopped the gateway";
    if (told->store_failed == OUTCOME_OK)
        return "the disk failed and the gateway went on";
    for (size_t step = 0; step < crash_step_count(&crash); step++) {
        if (told->after_failure[step])
            return "acknowledged after the disk had failed";
    }
    return "";
}

static const char *try_point(long at, const char *what)
{
    static char said[1024];
    const char *fault;
    int status;

    begin_point();
    status = in_child(day_under, at, what);
    fault = judge_day(what, status);
    if (!fault[0]) {
        in_child(next_day_in_child, 0, NULL);
        fault = told->wrong[0] ? told->wrong : crash_difference(&told->tally, &wanted);
    }
    points_tried++;
    late_ms = told->opening_ms > late_ms ? told->opening_ms : late_ms;
    if (!fault[0])
        return "";
    snprintf(said, sizeof said, "%s at call %ld (%s): %s", what, at, told->struck, fault);
    return said;
}

static bool thorough(void)
{
    return getenv("THOROUGH") != NULL;
}

static const char *const kills[] = {"kill", "killafter", "tear"};
static const char *const failures[] = {"EIO", "EIO+", "ENOSPC", "ENOSPC+", "short", "EINTR"};

/* How many calls the undisturbed day takes; and what must be there after it. */
static long measure(void)
{
    long calls;

    begin_point();
    assert_int_equal(in_child(day_under, 0, "count"), 0);
    assert_string_equal(told->wrong, "");
    assert_true(told->survived && told->opened);
    for (size_t step = 0; step < crash_step_count(&crash); step++) {
        if (!told->is_acknowledged[step])
            fail_msg("%s: %s", crash_step_name(&crash, step), outcome_code(told->outcome[step]));
    }
    calls = told->calls;
    in_child(next_day_in_child, 0, NULL);
    assert_string_equal(told->wrong, "");
    wanted = told->tally;
    return calls;
}

static void sweep(const char *name, const char *const kinds[], size_t kind_count)
{
    const char *seed_text = getenv("SEED");
    const unsigned seed = seed_text ? (unsigned)strtoul(seed_text, NULL, 10) : 20261122;
    struct dice dice = dice_throw_from(seed);
    const long calls = measure(), all = calls * (long)kind_count;
    const long stride = thorough() || all <= SAMPLE ? 1 : all / SAMPLE;
    long faults = 0;

    points_tried = late_ms = 0;
    for (long i = stride == 1 ? 0 : (long)dice_number(&dice, (uint64_t)stride); i < all;
         i += stride) {
        const char *said = try_point(i / (long)kind_count + 1, kinds[i % (long)kind_count]);
        if (said[0] && faults++ < 5)
            print_error("    %s\n", said);
    }
    print_message("    %s: %ld calls that write, %ld of %ld points (seed %u), the next start took "
                  "%ld ms at most\n",
                  name, calls, points_tried, all, seed, late_ms);
    assert_int_equal(faults, 0);
    assert_true(late_ms < (thorough() ? LATE_MS : 5 * LATE_MS)); /* `check` may run beside others */
}

static void s1_killed_at_a_call_that_writes_nothing_acknowledged_is_lost_or_doubled(void **state)
{
    sweep(*state, kills, sizeof kills / sizeof kills[0]);
}

static void s4_s5_s12_after_the_first_error_of_the_disk_nothing_is_acknowledged(void **state)
{
    sweep(*state, failures, sizeof failures / sizeof failures[0]);
}

/* As fsync itself reports it: once, and then it works again, with what was written gone. */
static void s4_a_sync_that_fails_once_and_then_works_ends_the_acknowledging(void **state)
{
    static const char *const kinds[] = {"syncEIO", "syncENOSPC"};
    const long calls = measure(), stride = thorough() ? 1 : 4;
    long faults = 0, tried = 0;

    for (long at = 1; at <= calls; at += stride) {
        for (size_t kind = 0; kind < 2; kind++) {
            const char *said = try_point(at, kinds[kind]);
            if (!told->struck[0]) {
                at = calls;
                break;
            }
            tried++;
            if (said[0] && faults++ < 5)
                print_error("    %s\n", said);
        }
    }
    print_message("    %s: %ld syncs that failed\n", (const char *)*state, tried);
    assert_true(tried >= 2);
    assert_int_equal(faults, 0);
}

/* --- the harness itself --- */

static void s1_the_harness_sees_a_broken_gateway(void **state)
{
    struct crash_tally other = wanted;

    (void)state;
    (void)measure();
    other = wanted;
    other.rows[TABLE_META]++;
    assert_string_not_equal(crash_difference(&wanted, &other), "");
    other = wanted;
    other.leaves[0].count++;
    assert_string_not_equal(crash_difference(&wanted, &other), "");
    assert_string_equal(crash_difference(&wanted, &wanted), "");
    /* a day of which nothing is on disk, though it was acknowledged: as without any sync */
    begin_point();
    assert_int_equal(in_child(day_under, 0, "count"), 0);
    crash_place(&crash, &folder, true);
    for (size_t step = 0; step < crash_step_count(&crash); step++)
        told->answer[step][0] ^= 1;
    in_child(next_day_in_child, 0, NULL);
    assert_string_not_equal(told->wrong, "");
}

static int make_nothing(void **state)
{
    static char day[] = "first start";

    crash_make(&crash, CORPORATION, true);
    *state = day;
    return 0;
}

static int make_team(void **state)
{
    static char day[] = "receive, accept, answer, deliver";

    crash_make(&crash, TEAM, false);
    *state = day;
    return 0;
}

static int make_corporation(void **state)
{
    static char day[] = "push, deliver, add and remove a user";

    crash_make(&crash, CORPORATION, false);
    *state = day;
    return 0;
}

static int end_crash(void **state)
{
    (void)state;
    crash_end(&crash);
    return 0;
}

#define OF_ALL(fact)                                                                               \
    {#fact "_of_a_first_start", fact, make_nothing, end_crash, NULL},                              \
        {#fact "_of_the_team", fact, make_team, end_crash, NULL},                                  \
    {                                                                                              \
#fact "_of_the_corporation", fact, make_corporation, end_crash, NULL                       \
    }

/* In memory where that can be: a kill does not ask what is on disk. */
static void begin_folder(void)
{
    snprintf(folder.path, sizeof folder.path, "/dev/shm/wijkpoort-test-XXXXXX");
    if (!mkdtemp(folder.path))
        folder_begin(&folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(s1_the_harness_sees_a_broken_gateway, make_team, end_crash),
        OF_ALL(s1_killed_at_a_call_that_writes_nothing_acknowledged_is_lost_or_doubled),
        OF_ALL(s4_s5_s12_after_the_first_error_of_the_disk_nothing_is_acknowledged),
        OF_ALL(s4_a_sync_that_fails_once_and_then_works_ends_the_acknowledging),
    };
    int failed;

    (void)argc;
    disk = disk_begin(argv);
    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (told == MAP_FAILED)
        return 1;
    begin_folder();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    folder_remove(&folder);
    return failed;
}
