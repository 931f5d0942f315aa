/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * terms - what the clock's look at terms costs with a million open signals, and how long it keeps
 * others from the writer, beside what this machine's commits cost in the same store and run.
 *
 *   terms [--signals N] [--due N] [--downtime N]
 *
 * Makes a store with N (1,000,000) open signals, sealed as real ones, of which some fall due on an
 * earlier day (1,000) and many during a downtime (100,000). Then, at each of three moments, the
 * clock's passes until nothing is due any more, while another thread asks the writer for an empty
 * change over and over: its longest wait is what the pass holds up. Before and after, the same
 * without passes: what the machine does to it by itself. Prints one object of JSON; times in
 * milliseconds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/ready.h"
#include "gateway/clock.h"
#include "gateway/due.h"
#include "tests/support/small_gateway.h"

enum { PER_CHANGE = 2000, PROBES_ALONE = 200, PROBES_AFTER = 2000, PROBE_PAUSE_US = 500 };

#define MAP_BYTES_MOST ((size_t)16 << 30)

static struct small_town town;
static struct small_gateway small;
static const struct terms terms = {
    .confirm_workdays = 2, .decide_workdays = 10, .outcome_days = 28};

static void must(enum outcome outcome, const char *what)
{
    if (outcome == OUTCOME_OK)
        return;
    fprintf(stderr, "terms: %s: %s\n", what, outcome_text(outcome, LANGUAGE_EN));
    exit(1);
}

static double ms_since(int64_t begun_us)
{
    return (double)(clock_monotonic_us() - begun_us) / 1000;
}

/* --- the store --- */

/* The one that the small gateway has, with room for a million. */
static void reopen_with_room(void)
{
    const struct writer_options options = {.queue_max = 2000};
    struct writer_options own = options;
    struct view view;

    small_gateway_close(&small);
    must(store_open(folder_path(&small.small.folder, "data"), MAP_BYTES_MOST, small_master,
                    &small.small.store),
         "open");
    small.gateway.store = small.small.store;
    must(audit_open(small.gateway.store, SMALL_ORIGIN, &small.gateway.keys.log,
                    &small.gateway.audit),
         "log");
    own.audit = small.gateway.audit;
    view_begin(small.gateway.store, &view);
    must(gateway_reload(&small.gateway, &view), "covenants");
    view_end(&view);
    must(writer_start(&own, &small.gateway.writer), "writer");
}

struct filling {
    int64_t received_ms;
    long count;
};

static enum outcome put_signal(struct change *change, int64_t received_ms)
{
    const struct known_covenant *known = small_gateway_known(&small);
    OWNED_KEPT_SIGNAL kept = {.partner = town.parties[CORPORATION].oin,
                              .taken_ms = received_ms,
                              .received_ms = received_ms};
    struct signal signal = {.article = 1,
                            .purpose = PURPOSE_TOELEIDING,
                            .code = "OVL.BURENRUZIE",
                            .holder = town.parties[TEAM].oin,
                            .lead = town.parties[CORPORATION].oin,
                            .sent_ms = instant_hour(received_ms),
                            .fields = bit_of(FIELD_WEEK),
                            .week = {2026, 49}};
    OWNED_BUFFER text = {0};
    struct uuid uuid = uuid_v4();

    uuid_print(uuid, signal.id);
    snprintf(signal.covenant, sizeof signal.covenant, "%s", known->covenant->reference);
    memcpy(kept.covenant, known->covenant->fingerprint, sizeof kept.covenant);
    dossier_new(kept.dossier);
    TRY(signal_print(&signal, &kept.item));
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_INBOX, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return due_plan(change, DUE_RECEIVED, signal.id, &kept, &terms, false);
}

static enum outcome apply_fill(struct change *change, struct audit *audit, void *context)
{
    const struct filling *filling = context;

    (void)audit;
    for (long i = 0; i < filling->count; i++)
        TRY(put_signal(change, filling->received_ms));
    return change->outcome;
}

static void fill(int64_t received_ms, long count)
{
    while (count > 0) {
        struct filling filling = {received_ms, count < PER_CHANGE ? count : PER_CHANGE};
        must(writer_run(small.gateway.writer, apply_fill, &filling), "fill");
        count -= filling.count;
    }
}

/* --- somebody else who wants to write --- */

struct probe {
    pthread_t thread;
    atomic_bool stopping;
    double longest_ms, sum_ms;
    long count, over_50_ms;
};

static enum outcome apply_probe(struct change *change, struct audit *audit, void *context)
{
    (void)audit;
    (void)context;
    store_put(change, TABLE_META, bytes_of_text("bench"), bytes_of_text("?"));
    return change->outcome;
}

static void probe_once(struct probe *probe)
{
    const int64_t begun_us = clock_monotonic_us();
    double waited_ms;

    must(writer_run(small.gateway.writer, apply_probe, NULL), "probe");
    waited_ms = ms_since(begun_us);
    probe->longest_ms = waited_ms > probe->longest_ms ? waited_ms : probe->longest_ms;
    probe->sum_ms += waited_ms;
    probe->over_50_ms += waited_ms > 50;
    probe->count++;
}

static void *run_probe(void *context)
{
    struct probe *probe = context;
    const struct timespec pause = {0, PROBE_PAUSE_US * 1000L};

    while (!probe->stopping) {
        probe_once(probe);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

/* --- passes --- */

struct moment {
    const char *name;
    int64_t now_ms;
};

static size_t leaves(void)
{
    return rows_in(small.gateway.store, TABLE_LEAF);
}

/* As due_pass_at(), with a watch around what is done in the writer. */
struct piece {
    int64_t now_ms;
    bool more;
    double longest_ms;
};

static enum outcome apply_piece(struct change *change, struct audit *audit, void *context)
{
    struct piece *piece = context;
    const int64_t begun_us = clock_monotonic_us();
    enum outcome outcome = due_take(&small.gateway, change, piece->now_ms, &piece->more);

    (void)audit;
    if (ms_since(begun_us) > piece->longest_ms)
        piece->longest_ms = ms_since(begun_us);
    return outcome;
}

/* The longest that one piece kept the writer before its commit, of the first second. */
static double longest_in_writer(int64_t now_ms)
{
    struct piece piece = {now_ms, true, 0};
    const int64_t begun_us = clock_monotonic_us();

    while (piece.more && ms_since(begun_us) < 1000)
        must(writer_run(small.gateway.writer, apply_piece, &piece), "piece");
    return piece.longest_ms;
}

static void measure(const struct moment *moment, double commit_ms, bool last)
{
    struct probe probe = {.stopping = false};
    const size_t before = leaves();
    const int64_t begun_us = clock_monotonic_us();
    double longest_ms = 0, whole_ms, in_writer_ms;
    size_t taken;
    long passes = 0;
    bool due;

    in_writer_ms = longest_in_writer(moment->now_ms);
    pthread_create(&probe.thread, NULL, run_probe, &probe);
    do {
        const int64_t pass_us = clock_monotonic_us();
        must(due_pass_at(&small.gateway, moment->now_ms), "pass");
        longest_ms = ms_since(pass_us) > longest_ms ? ms_since(pass_us) : longest_ms;
        passes++;
        must(due_is_due(small.gateway.store, moment->now_ms, &due), "look");
    } while (due);
    whole_ms = ms_since(begun_us);
    probe.stopping = true;
    pthread_join(probe.thread, NULL);
    taken = leaves() - before;
    printf("  {\"moment\": \"%s\", \"steps\": %zu, \"passes\": %ld, \"longest_pass_ms\": %.2f, "
           "\"all_ms\": %.1f, \"us_per_step\": %.1f, \"before_commit_at_most_ms\": %.2f, "
           "\"others_waited_at_most_ms\": %.2f, "
           "\"others_waited_ms\": %.2f, \"others\": %ld, \"others_over_50_ms\": %ld, "
           "\"in_commits_of_this_machine\": %.1f}%s\n",
           moment->name, taken, passes, longest_ms, whole_ms,
           taken ? whole_ms * 1000 / (double)taken : 0, in_writer_ms, probe.longest_ms,
           probe.count ? probe.sum_ms / (double)probe.count : 0, probe.count, probe.over_50_ms,
           probe.longest_ms / commit_ms, last ? "" : ",");
    fflush(stdout);
}

/* When the first step of what was received then is taken. */
static int64_t first_step(int64_t received_ms)
{
    struct progress progress = {0};
    struct term_step step;

    progress_received(&progress, received_ms, &terms, false);
    return term_step_next(&progress, TERM_SIDE_HOLDER, 0, &step) ? step.at_ms : 0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"signals", required_argument, NULL, 's'},
                                            {"due", required_argument, NULL, 'd'},
                                            {"downtime", required_argument, NULL, 't'},
                                            {0}};
    long signals = 1000000, due = 1000, downtime = 100000;
    struct probe alone = {.stopping = false};
    int64_t begun_us, day_one, day_two, rest;

    for (int found; (found = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (found == '?')
            return 2;
        *(found == 's' ? &signals : found == 'd' ? &due : &downtime) = strtol(optarg, NULL, 10);
    }
    must(crypto_ready(), "crypto");
    small_town_make(&town);
    small_gateway_make(&small, &town, TEAM);
    small_gateway_in_force(&small);
    reopen_with_room();
    day_one = town.now_ms;
    day_two = day_one + 14 * (int64_t)DAY_MS;
    rest = day_one + 60 * (int64_t)DAY_MS;
    begun_us = clock_monotonic_us();
    fill(day_one, due);
    fill(day_two, downtime);
    fill(rest, signals - due - downtime);
    printf("{\"signals\": %ld, \"filled_ms\": %.0f,\n", signals, ms_since(begun_us));
    for (int i = 0; i < PROBES_ALONE; i++)
        probe_once(&alone);
    printf(" \"commit_ms\": %.2f, \"longest_commit_ms\": %.2f, \"commits_over_50_ms\": %ld, "
           "\"moments\": [\n",
           alone.sum_ms / (double)alone.count, alone.longest_ms, alone.over_50_ms);
    const double commit_ms = alone.sum_ms / (double)alone.count;
    measure(&(struct moment){"nothing is due", first_step(day_one) - 1}, commit_ms, false);
    measure(&(struct moment){"a day's terms", first_step(day_one)}, commit_ms, false);
    measure(&(struct moment){"after downtime", first_step(day_two)}, commit_ms, true);
    struct probe after = {.stopping = false};
    for (int i = 0; i < PROBES_AFTER; i++)
        probe_once(&after);
    printf("], \"commit_after_ms\": %.2f, \"longest_commit_after_ms\": %.2f, "
           "\"commits_after\": %ld, \"commits_after_over_50_ms\": %ld}\n",
           after.sum_ms / (double)after.count, after.longest_ms, after.count, after.over_50_ms);
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}
