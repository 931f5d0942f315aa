/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * GET /v1/metrics: the Prometheus text format, version 0.0.4. Counts and sizes; nothing
 * about a person, no id of a signal or message, no address. A partner is its OIN.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/clock.h"
#include "gateway/deliver.h"
#include "gateway/erasure_status.h"
#include "gateway/handlers.h"
#include "gateway/server.h"
#include "gateway/tally.h"
#include "gateway/turned_away.h"
#include "gateway/version.h"
#include "gateway/workers.h"

enum { PARTNERS_SHOWN_MAX = 128, LABELS_BYTES = 160 };

static const char *const listeners[LISTENER_KIND_COUNT] = {"partner", "lokaal", "publiek"};

/* All that is asked of others, once, so that the numbers of one answer belong together. */
struct scrape {
    const struct metric *metric;
    struct buffer *out;
    struct gateway *gateway;
    struct writer_counts writer;
    struct workers_state workers;
    struct delivery_state *partners;
    size_t partner_count;
    size_t leaves, releases, matches;
    struct erasure_status erasing;
    int64_t now_ms;
};

struct metric {
    const char *name;
    enum { COUNTER, GAUGE, HISTOGRAM } type;
    const char *help;
    void (*print)(struct scrape *scrape);
};

/* --- one sample a line --- */

static void put(struct scrape *scrape, const char *labels, uint64_t value)
{
    buffer_format(scrape->out, "%s%s%s%s %llu\n", scrape->metric->name, labels[0] ? "{" : "",
                  labels, labels[0] ? "}" : "", (unsigned long long)value);
}

static void put_seconds(struct scrape *scrape, const char *suffix, const char *labels,
                        uint64_t microseconds)
{
    buffer_format(scrape->out, "%s%s%s%s%s %llu.%06llu\n", scrape->metric->name, suffix,
                  labels[0] ? "{" : "", labels, labels[0] ? "}" : "",
                  (unsigned long long)(microseconds / 1000000),
                  (unsigned long long)(microseconds % 1000000));
}

/* --- requests and connections --- */

static void print_info(struct scrape *scrape)
{
    put(scrape, "version=\"" WIJKPOORT_VERSION "\"", 1);
}

static void print_route(struct scrape *scrape, enum listener_kind listener,
                        const struct route *route)
{
    for (unsigned digit = 2; digit < STATUS_CLASSES_COUNTED; digit++) {
        uint64_t count = scrape->gateway->counters.requests[listener][route_index(route)][digit];
        char labels[LABELS_BYTES];
        if (digit == 3 || (!route && !count)) /* this API redirects nobody */
            continue;
        snprintf(labels, sizeof labels,
                 "listener=\"%s\",method=\"%s\",route=\"%s\",status=\"%uxx\"", listeners[listener],
                 route ? http_method_text(route->method) : "", route ? route->path : "", digit);
        put(scrape, labels, count);
    }
}

static void print_requests(struct scrape *scrape)
{
    const struct route *route;

    for (size_t i = 0; (route = route_at(i)); i++)
        print_route(scrape, route->listener, route);
    for (unsigned listener = 0; listener < LISTENER_KIND_COUNT; listener++)
        print_route(scrape, listener, NULL);
}

static void print_connections(struct scrape *scrape)
{
    put(scrape, "", server_connections(scrape->gateway->server));
}

static void print_handshakes(struct scrape *scrape)
{
    put(scrape, "", server_handshakes(scrape->gateway->server));
}

static void print_turned_away(struct scrape *scrape)
{
    for (unsigned listener = 0; listener < LISTENER_KIND_COUNT; listener++) {
        for (unsigned cause = 0; cause < OUTCOME_COUNT; cause++) {
            uint64_t count = turned_away_of(scrape->gateway->turned_away, listener, cause);
            char labels[LABELS_BYTES];
            if (!count && cause != OUTCOME_STRANGER)
                continue;
            snprintf(labels, sizeof labels, "listener=\"%s\",cause=\"%s\"", listeners[listener],
                     outcome_code(cause));
            put(scrape, labels, count);
        }
    }
}

static void print_workers(struct scrape *scrape)
{
    put(scrape, "", scrape->workers.threads);
}

static void print_workers_busy(struct scrape *scrape)
{
    put(scrape, "", scrape->workers.busy);
}

static void print_workers_queued(struct scrape *scrape)
{
    put(scrape, "", scrape->workers.queued);
}

/* --- the writer, the log and the store --- */

static void print_commit_seconds(struct scrape *scrape)
{
    const struct writer_counts *counts = &scrape->writer;
    const char *name = scrape->metric->name;

    for (size_t i = 0; i < WRITER_BOUNDS; i++)
        buffer_format(scrape->out, "%s_bucket{le=\"%u.%03u\"} %llu\n", name,
                      writer_bounds_ms[i] / 1000, writer_bounds_ms[i] % 1000,
                      (unsigned long long)counts->commits_within[i]);
    buffer_format(scrape->out, "%s_bucket{le=\"+Inf\"} %llu\n", name,
                  (unsigned long long)counts->commits);
    put_seconds(scrape, "_sum", "", counts->commit_us);
    buffer_format(scrape->out, "%s_count %llu\n", name, (unsigned long long)counts->commits);
}

static void print_commits(struct scrape *scrape)
{
    put(scrape, "", scrape->writer.commits);
}

static void print_syncs(struct scrape *scrape)
{
    put(scrape, "", scrape->writer.syncs);
}

static void print_pieces(struct scrape *scrape)
{
    put(scrape, "", scrape->writer.pieces);
}

static void print_leaves(struct scrape *scrape)
{
    put(scrape, "", scrape->writer.leaves);
}

static void print_last_commit(struct scrape *scrape)
{
    put(scrape, "", (uint64_t)scrape->writer.last_commit_ms / 1000);
}

static void print_log(struct scrape *scrape)
{
    put(scrape, "", scrape->leaves);
}

static void print_store(struct scrape *scrape)
{
    static const char *const parts[] = {"store", "keys", "index"};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char path[FILE_PATH_MAX_BYTES], labels[LABELS_BYTES];
        struct stat info;
        snprintf(path, sizeof path, "%s/%s/data.mdb", scrape->gateway->settings->data_folder,
                 parts[i]);
        if (stat(path, &info) != 0)
            continue;
        snprintf(labels, sizeof labels, "part=\"%s\"", parts[i]);
        put(scrape, labels, (uint64_t)info.st_size);
    }
}

static void print_store_limit(struct scrape *scrape)
{
    put(scrape, "", (uint64_t)scrape->gateway->settings->store_mib << 20);
}

static void print_disk_free(struct scrape *scrape)
{
    put(scrape, "", store_free_bytes(scrape->gateway->store));
}

/* --- partners --- */

#define PRINT_OF_PARTNER(name, value)                                                              \
    static void name(struct scrape *scrape)                                                        \
    {                                                                                              \
        for (size_t i = 0; i < scrape->partner_count; i++) {                                       \
            const struct delivery_state *state = &scrape->partners[i];                             \
            char labels[LABELS_BYTES];                                                             \
            snprintf(labels, sizeof labels, "partner=\"%s\"", state->partner.text);                \
            put(scrape, labels, (uint64_t)(value));                                                \
        }                                                                                          \
    }

PRINT_OF_PARTNER(print_waiting, state->waiting)
PRINT_OF_PARTNER(print_under_way, state->under_way)
PRINT_OF_PARTNER(print_parked, state->parked)
PRINT_OF_PARTNER(print_delivered, state->delivered)
PRINT_OF_PARTNER(print_failed, state->attempts_failed)
PRINT_OF_PARTNER(print_refused, state->messages_refused)
PRINT_OF_PARTNER(print_receipt, state->receipt_ms / 1000)
PRINT_OF_PARTNER(print_oldest, state->oldest_ms && scrape->now_ms > state->oldest_ms
                                   ? (scrape->now_ms - state->oldest_ms) / 1000
                                   : 0)

/* --- signals --- */

/* One caller a minute looks anew; whoever comes meanwhile gets the numbers that stand there. */
static enum outcome refresh_tally(struct gateway *gateway, int64_t now_ms)
{
    struct counters *counters = &gateway->counters;
    int_fast64_t before = counters->tallied_ms;
    int64_t monotonic_ms = clock_monotonic_ms();
    struct tally received, sent;

    if (before && monotonic_ms - before < TALLY_PAUSE_MS)
        return OUTCOME_OK;
    if (!atomic_compare_exchange_strong(&counters->tallied_ms, &before, monotonic_ms))
        return OUTCOME_OK;
    TRY(tally_received(gateway, now_ms, &received));
    TRY(tally_sent(gateway, now_ms, &sent));
    counters->received_open = received.open;
    counters->received_late = received.late;
    counters->sent_open = sent.open;
    counters->sent_late = sent.late;
    return OUTCOME_OK;
}

static void print_open(struct scrape *scrape)
{
    put(scrape, "list=\"postvak\"", scrape->gateway->counters.received_open);
    put(scrape, "list=\"verzonden\"", scrape->gateway->counters.sent_open);
}

static void print_late(struct scrape *scrape)
{
    put(scrape, "list=\"postvak\"", scrape->gateway->counters.received_late);
    put(scrape, "list=\"verzonden\"", scrape->gateway->counters.sent_late);
}

static void print_releases(struct scrape *scrape)
{
    put(scrape, "", scrape->releases);
}

static void print_matches(struct scrape *scrape)
{
    put(scrape, "", scrape->matches);
}

static void print_erased(struct scrape *scrape)
{
    put(scrape, "", scrape->erasing.retention.erased);
}

static void print_erasure_run(struct scrape *scrape)
{
    put(scrape, "", (uint64_t)scrape->erasing.retention.done_ms / 1000);
}

static void print_erasure_pending(struct scrape *scrape)
{
    put(scrape, "", scrape->erasing.pending.count);
}

static void print_keys_anew(struct scrape *scrape)
{
    put(scrape, "", (uint64_t)scrape->erasing.compaction.at_ms / 1000);
}

/* --- the process --- */

static void print_start(struct scrape *scrape)
{
    put(scrape, "", (uint64_t)scrape->gateway->started_ms / 1000);
}

static void print_memory(struct scrape *scrape)
{
    long pages = 0, ignored;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file && fscanf(file, "%ld %ld", &ignored, &pages) != 2)
        pages = 0;
    if (file)
        fclose(file);
    put(scrape, "", (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE));
}

static void print_descriptors(struct scrape *scrape)
{
    uint64_t count = 0;
    DIR *folder = opendir("/proc/self/fd");

    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    put(scrape, "", count > 3 ? count - 3 : 0); /* ".", ".." and the folder itself */
}

static void print_descriptors_max(struct scrape *scrape)
{
    struct rlimit limit = {0, 0};

    getrlimit(RLIMIT_NOFILE, &limit);
    put(scrape, "", limit.rlim_cur);
}

static void print_cpu(struct scrape *scrape)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) == 0)
        put_seconds(scrape, "", "",
                    (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                        (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec));
}

/* --- the table --- */

/* clang-format off */
static const struct metric metrics[] = {
    {"wijkpoort_info",                                 GAUGE,     "Always 1; the label is the version.", print_info},
    {"wijkpoort_requests_total",                       COUNTER,   "Requests answered, by listener, route and class of status.", print_requests},
    {"wijkpoort_connections",                          GAUGE,     "Connections that are open.", print_connections},
    {"wijkpoort_handshakes_total",                     COUNTER,   "TLS handshakes that succeeded.", print_handshakes},
    {"wijkpoort_turned_away_total",                    COUNTER,   "Callers sent away before any handler, by cause.", print_turned_away},
    {"wijkpoort_workers",                              GAUGE,     "Worker threads.", print_workers},
    {"wijkpoort_workers_busy",                         GAUGE,     "Worker threads at work.", print_workers_busy},
    {"wijkpoort_workers_queued",                       GAUGE,     "Pieces of work that wait for a worker.", print_workers_queued},
    {"wijkpoort_commits_total",                        COUNTER,   "Commits of the store.", print_commits},
    {"wijkpoort_commit_seconds",                       HISTOGRAM, "How long a commit took.", print_commit_seconds},
    {"wijkpoort_syncs_total",                          COUNTER,   "Synchronous writes asked of the disk.", print_syncs},
    {"wijkpoort_pieces_total",                         COUNTER,   "Pieces of work that were written, or refused with a leaf.", print_pieces},
    {"wijkpoort_leaves_total",                         COUNTER,   "Leaves added to the audit log.", print_leaves},
    {"wijkpoort_last_commit_timestamp_seconds",        GAUGE,     "When the last commit, and its checkpoint, was made.", print_last_commit},
    {"wijkpoort_log_leaves",                           GAUGE,     "Leaves of the audit log in the store.", print_log},
    {"wijkpoort_store_bytes",                          GAUGE,     "Size of the files of the store.", print_store},
    {"wijkpoort_store_limit_bytes",                    GAUGE,     "The most that one of these files may become.", print_store_limit},
    {"wijkpoort_disk_free_bytes",                      GAUGE,     "Free bytes on the disk of the store.", print_disk_free},
    {"wijkpoort_delivery_waiting_items",               GAUGE,     "Items in the queue for a partner.", print_waiting},
    {"wijkpoort_delivery_under_way",                   GAUGE,     "1 while a message to a partner has no receipt.", print_under_way},
    {"wijkpoort_delivery_oldest_seconds",              GAUGE,     "Age of the oldest message to a partner without a receipt.", print_oldest},
    {"wijkpoort_delivery_parked",                      GAUGE,     "1 while a message was refused again and again.", print_parked},
    {"wijkpoort_delivered_items_total",                COUNTER,   "Items with a receipt.", print_delivered},
    {"wijkpoort_delivery_failures_total",              COUNTER,   "Attempts that ended without a receipt.", print_failed},
    {"wijkpoort_delivery_refusals_total",              COUNTER,   "Attempts at which the partner refused the message.", print_refused},
    {"wijkpoort_delivery_receipt_timestamp_seconds",   GAUGE,     "When a partner's last receipt came; 0: not since the start.", print_receipt},
    {"wijkpoort_signals_open",                         GAUGE,     "Signals without a final answer, of the newest 5000 of each list, at most a minute old.", print_open},
    {"wijkpoort_signals_late",                         GAUGE,     "Signals whose term has passed, of the same.", print_late},
    {"wijkpoort_releases_waiting",                     GAUGE,     "Answers under secrecy that wait for their hour.", print_releases},
    {"wijkpoort_matches_waiting",                      GAUGE,     "Received signals that are not yet laid beside what is known.", print_matches},
    {"wijkpoort_erasure_run_timestamp_seconds",        GAUGE,     "When the daily erasing was last completed.", print_erasure_run},
    {"wijkpoort_erased_records",                       GAUGE,     "Records that went in it.", print_erased},
    {"wijkpoort_erased_on_disk",                       GAUGE,     "Erased records of which the keys may still lie on the disk.", print_erasure_pending},
    {"wijkpoort_keys_rewritten_timestamp_seconds",     GAUGE,     "When keys/ was last written anew without what was erased; 0: never.", print_keys_anew},
    {"process_start_time_seconds",                     GAUGE,     "When this process started.", print_start},
    {"process_resident_memory_bytes",                  GAUGE,     "Memory in use.", print_memory},
    {"process_open_fds",                               GAUGE,     "Open file descriptors.", print_descriptors},
    {"process_max_fds",                                GAUGE,     "The most of these.", print_descriptors_max},
    {"process_cpu_seconds_total",                      COUNTER,   "Processor time used.", print_cpu},
};
/* clang-format on */

static void print_all(struct scrape *scrape)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};

    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        scrape->metric = &metrics[i];
        buffer_format(scrape->out, "# HELP %s %s\n# TYPE %s %s\n", metrics[i].name, metrics[i].help,
                      metrics[i].name, types[metrics[i].type]);
        metrics[i].print(scrape);
    }
}

static enum outcome count_entries(struct scrape *scrape)
{
    struct view view;
    enum outcome outcome;

    view_begin(scrape->gateway->store, &view);
    scrape->leaves = store_entries(&view, TABLE_LEAF);
    scrape->matches = store_entries(&view, TABLE_MATCH);
    scrape->releases = store_entries(&view, TABLE_RELEASE);
    outcome = view.parts[0].outcome;
    view_end(&view);
    return outcome;
}

enum outcome get_metrics(struct call *call)
{
    struct gateway *gateway = call->gateway;
    OWNED_BUFFER text = {0};
    struct scrape scrape = {.out = &text, .gateway = gateway, .now_ms = call->now_ms};

    TRY(refresh_tally(gateway, call->now_ms));
    TRY(count_entries(&scrape));
    TRY(erasure_status(gateway->store, &scrape.erasing));
    scrape.partners = calloc(PARTNERS_SHOWN_MAX, sizeof *scrape.partners);
    if (!scrape.partners)
        return OUTCOME_OUT_OF_MEMORY;
    scrape.partner_count = delivery_states(gateway->delivery, scrape.partners, PARTNERS_SHOWN_MAX);
    scrape.writer = writer_counts(gateway->writer);
    scrape.workers = workers_state(gateway->workers);
    print_all(&scrape);
    free(scrape.partners);
    TRY(buffer_outcome(&text));
    return call_reply_text(call, "text/plain; version=0.0.4", buffer_bytes(&text));
}
