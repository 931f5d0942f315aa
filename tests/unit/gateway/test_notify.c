/* SPDX-License-Identifier: EUPL-1.2 */
/* X9: the operator's command, that may do anything: hang, fork, leave its group, print without end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/ready.h"
#include "gateway/alarms.h"
#include "gateway/notify.h"
#include "tests/support/folder.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_gateway.h"

enum { FAR_MS = 20 * 1000, HIGH_FD = 700, WAITING = 1000 };

static struct small_town town;
static struct small_gateway small;
static struct folder folder;
static struct notify_watch watch;
static char our_name[] = "Gemeente Voorbeeldstad";
static char said[FOLDER_PATH_BYTES]; /* where the command says something */

/* --- what is run --- */

static void run_words(char *first, char *second, char *third, char *fourth)
{
    char **words = small.gateway.settings->notify;

    words[0] = first;
    words[1] = second;
    words[2] = third;
    words[3] = fourth;
    words[4] = NULL;
    unlink(said);
}

/* `script` goes by /bin/sh, with the file to write to as $0. */
static void runs(const char *script)
{
    static char shell[] = "/bin/sh", word[] = "-c", text[1000];

    snprintf(text, sizeof text, "%s", script);
    run_words(shell, word, text, said);
}

static void pass(void)
{
    assert_int_equal(notify_pass(&small.gateway, &watch), OUTCOME_OK);
}

static void begins(void)
{
    watch = (struct notify_watch){.roles = UINT32_C(1) << ROLE_REGIEHOUDER};
    pass();
}

static void rest(void)
{
    const struct timespec moment = {.tv_nsec = 5 * 1000 * 1000};

    nanosleep(&moment, NULL);
}

static void until_over(void)
{
    for (int i = 0; watch.child && i < FAR_MS / 5; i++) {
        pass();
        rest();
    }
    assert_int_equal(watch.child, 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie, and no other child */
    assert_int_equal(errno, ECHILD);
}

static bool is_said(void)
{
    return access(said, F_OK) == 0;
}

static void until_said(void)
{
    for (int i = 0; !is_said() && i < FAR_MS / 5; i++)
        rest();
    assert_true(is_said());
}

static struct buffer what_was_said(void)
{
    struct buffer text;

    until_over();
    until_said();
    text = file_bytes(said);
    buffer_add(&text, "", 1);
    assert_false(text.failed);
    return text;
}

static bool is_alarm(void)
{
    struct view view;
    bool stands;

    view_begin(small.gateway.store, &view);
    stands = alarm_stands(&view, ALARM_NOTIFY_FAILED, small.gateway.settings->oin.text);
    view_end(&view);
    return stands;
}

/* As if the time for one command were over. */
static void time_is_over(void)
{
    watch.child_ms -= NOTIFY_MOST_MS;
}

/* Dead and waiting for init counts: not every machine has an init that looks at once. */
static bool is_gone(pid_t child)
{
    char path[64], line[256] = "", *mark;
    FILE *file;

    if (kill(child, 0) != 0)
        return true;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    file = fopen(path, "r");
    if (!file)
        return true;
    if (!fgets(line, sizeof line, file))
        line[0] = '\0';
    fclose(file);
    mark = strrchr(line, ')');
    return !mark || mark[1] == '\0' || mark[2] == 'Z' || mark[2] == 'X';
}

/* The numbers that were said are of processes that are no more. */
static void nobody_is_left(void)
{
    OWNED_BUFFER text = what_was_said();
    char *rest_of = NULL;

    for (char *word = strtok_r((char *)text.data, " \n", &rest_of); word;
         word = strtok_r(NULL, " \n", &rest_of)) {
        const pid_t child = (pid_t)strtol(word, NULL, 10);
        assert_true(child > 1);
        for (int i = 0; !is_gone(child) && i < FAR_MS / 5; i++)
            rest();
        assert_true(is_gone(child));
    }
}

static int setup(void **state)
{
    (void)state;
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    json_ready();
    small_town_make(&town);
    small_gateway_make(&small, &town, MUNICIPALITY);
    small.gateway.settings->name = our_name;
    folder_begin(&folder);
    snprintf(said, sizeof said, "%s", folder_path(&folder, "gezegd"));
    watch = (struct notify_watch){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    notify_end(&watch);
    folder_remove(&folder);
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

/* --- what it gets --- */

static void test_gets_counts_and_nothing_else(void **state)
{
    static const char *const wanted[] = {
        "LANG=C.UTF-8\n",        "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n",
        "WIJKPOORT_NAAM=",       "WIJKPOORT_ROL=REGIEHOUDER\n",
        "WIJKPOORT_VERZONDEN=0", "WIJKPOORT_POSTVAK=0",
        "WIJKPOORT_ESCALATIES=0"};

    (void)state;
    assert_int_equal(setenv("WIJKPOORT_GEHEIM", "sleutel", 1), 0);
    runs("tr '\\0' '\\n' </proc/$$/environ >$0.nieuw && mv $0.nieuw $0");
    begins();
    OWNED_BUFFER text = what_was_said();
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        assert_non_null(strstr((char *)text.data, wanted[i]));
    assert_null(strstr((char *)text.data, "GEHEIM"));
    assert_null(strstr((char *)text.data, "HOME="));
    assert_false(is_alarm());
}

/* The gateway's own are closed on exec; one that a library forgot is closed all the same. */
static void test_gets_no_descriptor(void **state)
{
    const int secret = open("/dev/zero", O_RDONLY);

    (void)state;
    assert_true(secret >= 0);
    assert_int_equal(dup2(secret, HIGH_FD), HIGH_FD);
    runs("for f in /proc/$$/fd/*; do echo ${f##*/} $(readlink $f); done >$0.nieuw; mv $0.nieuw $0");
    begins();
    OWNED_BUFFER text = what_was_said();
    close(secret);
    close(HIGH_FD);
    assert_non_null(strstr((char *)text.data, "0 /dev/null\n"));
    assert_non_null(strstr((char *)text.data, "2 /dev/null\n"));
    assert_null(strstr((char *)text.data, "/dev/zero"));
    assert_null(strstr((char *)text.data, ".mdb"));
    assert_null(strstr((char *)text.data, "socket"));
}

/* What cannot be set apart is not run at all: it would get what is ours. */
static void test_is_not_run_when_it_cannot_be_set_apart(void **state)
{
    struct rlimit before, none;

    (void)state;
    runs("sleep 1000");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 2; /* 2 can then not be opened for it */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    begins();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(watch.child, 0);
    assert_true(is_alarm());
}

/* --- what it does --- */

static void test_a_failure_is_an_alarm_until_it_works(void **state)
{
    static char none[] = "/nergens/programma";

    (void)state;
    runs("exit 1");
    begins();
    until_over();
    assert_true(is_alarm());
    runs("exit 0");
    begins();
    until_over();
    assert_false(is_alarm());
    runs("kill -SEGV $$");
    begins();
    until_over();
    assert_true(is_alarm());
    runs("exit 0");
    begins();
    until_over();
    run_words(none, NULL, NULL, NULL);
    begins();
    until_over();
    assert_true(is_alarm());
}

static void test_what_it_prints_goes_nowhere(void **state)
{
    (void)state;
    runs("head -c 30000000 /dev/zero; head -c 30000000 /dev/urandom >&2; echo klaar >$0");
    begins();
    OWNED_BUFFER text = what_was_said();
    assert_string_equal((char *)text.data, "klaar\n");
    assert_false(is_alarm());
}

static const char hangs[] = "trap '' TERM INT HUP; sleep 1000 & a=$!; (trap '' TERM; sleep 1000 & "
                            "echo $! >>$0.nieuw; wait) & echo $a $! $$ >>$0.nieuw; sleep 0.2; "
                            "mv $0.nieuw $0; while :; do sleep 1000; done";

static void test_one_that_hangs_is_killed_with_what_it_began(void **state)
{
    pid_t child;

    (void)state;
    runs(hangs);
    begins();
    child = watch.child;
    until_said();
    for (size_t i = 0; i < WAITING; i++) { /* whatever waits meanwhile, one runs */
        watch.roles = UINT32_C(1) << ROLE_MELDER | UINT32_C(1) << ROLE_ONTVANGER;
        pass();
        assert_int_equal(watch.child, child);
    }
    watch.roles = 0;
    time_is_over();
    nobody_is_left();
    assert_true(is_alarm());
}

/* It ends well, and leaves others behind. */
static void test_what_it_leaves_behind_is_killed(void **state)
{
    (void)state;
    runs("sleep 1000 & echo $! >$0.nieuw; mv $0.nieuw $0");
    begins();
    nobody_is_left();
    assert_false(is_alarm());
}

static void test_the_end_waits_for_nobody(void **state)
{
    (void)state;
    runs(hangs);
    begins();
    until_said();
    notify_end(&watch);
    nobody_is_left();
}

/* Its group is then ours, not that of its number: it is killed all the same, and we are not. */
static void test_one_that_left_its_group_is_killed(void **state)
{
    static char moves[] = "--moves", self[FOLDER_PATH_BYTES];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

    (void)state;
    assert_true(length > 0);
    self[length] = '\0';
    for (int ends = 0; ends < 2; ends++) {
        run_words(self, moves, said, NULL);
        begins();
        until_said();
        time_is_over();
        if (ends)
            notify_end(&watch);
        nobody_is_left();
    }
}

static int move(const char *path)
{
    FILE *file;

    alarm(60); /* whatever the gateway does, this ends */
    if (setpgid(0, getpgid(getppid())) != 0)
        return 1;
    file = fopen(path, "w");
    if (!file || fprintf(file, "%d\n", (int)getpid()) < 0 || fclose(file) != 0)
        return 1;
    for (;;)
        pause();
}

/* --- memory --- */

/* What was told to the lead before was more than there is now. */
static enum outcome apply_told(struct change *change, struct audit *audit, void *context)
{
    uint8_t value[16] = {0};

    (void)audit;
    (void)context;
    write_u64(value + 8, 5);
    store_put(change, TABLE_META, bytes_of_text("notify"), bytes_of(value, sizeof value));
    return change->outcome;
}

static uint64_t told(void)
{
    struct bytes value;
    struct view view;
    uint64_t count;

    view_begin(small.gateway.store, &view);
    assert_int_equal(store_get(&view, TABLE_META, bytes_of_text("notify"), &value), OUTCOME_OK);
    assert_int_equal(value.length, 16);
    count = read_u64(value.data + 8);
    view_end(&view);
    return count;
}

static enum outcome look_anew(void)
{
    watch = (struct notify_watch){0};
    return notify_pass(&small.gateway, &watch);
}

static void test_looking_when_memory_runs_out(void **state)
{
    enum outcome outcome;

    (void)state;
    runs("exit 0");
    small_gateway_write(&small, apply_told, NULL);
    WITH_SCARCE_MEMORY(outcome, look_anew(), {});
    assert_int_equal(told(), 0);
}

static enum outcome to_its_end(void)
{
    enum outcome outcome = notify_pass(&small.gateway, &watch);

    while (outcome == OUTCOME_OK && watch.child) {
        rest();
        outcome = notify_pass(&small.gateway, &watch);
    }
    return outcome;
}

static enum outcome fails_then_works(void)
{
    runs("exit 1");
    watch = (struct notify_watch){.roles = UINT32_C(1) << ROLE_REGIEHOUDER};
    TRY(to_its_end());
    runs("exit 0");
    watch = (struct notify_watch){.roles = UINT32_C(1) << ROLE_REGIEHOUDER};
    return to_its_end();
}

static void test_the_result_when_memory_runs_out(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY_SAMPLED(8, outcome, fails_then_works(), {});
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_false(is_alarm());
}

#define IN_A_GATEWAY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int count, char **words)
{
    const struct CMUnitTest tests[] = {
        IN_A_GATEWAY(test_gets_counts_and_nothing_else),
        IN_A_GATEWAY(test_gets_no_descriptor),
        IN_A_GATEWAY(test_is_not_run_when_it_cannot_be_set_apart),
        IN_A_GATEWAY(test_a_failure_is_an_alarm_until_it_works),
        IN_A_GATEWAY(test_what_it_prints_goes_nowhere),
        IN_A_GATEWAY(test_one_that_hangs_is_killed_with_what_it_began),
        IN_A_GATEWAY(test_what_it_leaves_behind_is_killed),
        IN_A_GATEWAY(test_the_end_waits_for_nobody),
        IN_A_GATEWAY(test_one_that_left_its_group_is_killed),
        IN_A_GATEWAY(test_looking_when_memory_runs_out),
        IN_A_GATEWAY(test_the_result_when_memory_runs_out),
    };

    if (count == 3 && strcmp(words[1], "--moves") == 0)
        return move(words[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
