/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "covenant/day.h"
#include "gateway/alarms.h"
#include "gateway/clock.h"
#include "gateway/due.h"
#include "gateway/event.h"

enum { STATE_BYTES = 16, VARIABLES = 8, VARIABLE_BYTES = 600 };

static const char name[] = "notify";
/* Others with an inbox are told as ONTVANGER: who reads it there is the operator's to say. */
static const enum role told_roles[] = {ROLE_MELDER, ROLE_ONTVANGER, ROLE_REGIEHOUDER};

/* --- what was told --- */

struct notify_state {
    struct day day;       /* the last one told; 0: none */
    uint64_t escalations; /* that stood when the lead was last told */
};

static enum outcome load_state(struct view *view, struct notify_state *out)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, bytes_of_text(name), &value);

    *out = (struct notify_state){0};
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != STATE_BYTES)
        return OUTCOME_STORE_DAMAGED;
    out->day.number = (int32_t)read_u64(value.data);
    out->escalations = read_u64(value.data + 8);
    return OUTCOME_OK;
}

static enum outcome apply_state(struct change *change, struct audit *audit, void *context)
{
    const struct notify_state *state = context;
    uint8_t value[STATE_BYTES];

    (void)audit;
    write_u64(value, (uint64_t)state->day.number);
    write_u64(value + 8, state->escalations);
    store_put(change, TABLE_META, bytes_of_text(name), bytes_of(value, sizeof value));
    return change->outcome;
}

/* --- how it went --- */

struct result {
    struct gateway *gateway;
    bool failed;
};

static enum outcome apply_result(struct change *change, struct audit *audit, void *context)
{
    const struct result *result = context;
    const char *about = result->gateway->settings->oin.text;

    (void)audit;
    return result->failed ? alarm_raise(result->gateway, change, ALARM_NOTIFY_FAILED, about)
                          : alarm_settle(result->gateway, change, ALARM_NOTIFY_FAILED, about);
}

static enum outcome note_result(struct gateway *gateway, bool failed, int code)
{
    struct result result = {gateway, failed};
    struct view view;
    bool stands;

    if (failed)
        event_write(EVENT_NOTIFY_FAILED, OUTCOME_INTERNAL, NULL, code);
    view_begin(gateway->store, &view);
    stands = alarm_stands(&view, ALARM_NOTIFY_FAILED, gateway->settings->oin.text);
    view_end(&view);
    return stands == failed ? OUTCOME_OK : writer_run(gateway->writer, apply_result, &result);
}

/* --- the command --- */

/* Not 0: it cannot be set apart, and is not to run with what is ours. */
static int open_nothing(posix_spawn_file_actions_t *actions)
{
    return posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) |
           posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) |
           posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) |
           /* Store, keys and connections are ours alone. */
           posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
}

/* A group of its own, so that what it started goes with it; signals as a fresh program has them. */
static int set_apart(posix_spawnattr_t *attributes)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    return posix_spawnattr_setpgroup(attributes, 0) |
           posix_spawnattr_setsigmask(attributes, &none) |
           posix_spawnattr_setsigdefault(attributes, &all) |
           posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF);
}

static bool spawn(char *const *arguments, char *const *environment, pid_t *out_child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failed;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return false;
    }
    failed = open_nothing(&actions) | set_apart(&attributes);
    if (!failed)
        failed =
            posix_spawn(out_child, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return !failed;
}

static enum outcome tell(struct gateway *gateway, struct notify_watch *watch, enum role role,
                         const struct late_counts *counts)
{
    char variables[VARIABLES][VARIABLE_BYTES];
    char *environment[VARIABLES + 1] = {NULL};

    snprintf(variables[0], VARIABLE_BYTES, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
    snprintf(variables[1], VARIABLE_BYTES, "LANG=C.UTF-8");
    snprintf(variables[2], VARIABLE_BYTES, "WIJKPOORT_NAAM=%s", gateway->settings->name);
    snprintf(variables[3], VARIABLE_BYTES, "WIJKPOORT_ROL=%s", role_word(role));
    snprintf(variables[4], VARIABLE_BYTES, "WIJKPOORT_AANLEIDING=%s",
             watch->by_escalation ? "ESCALATIE" : "DAG");
    snprintf(variables[5], VARIABLE_BYTES, "WIJKPOORT_VERZONDEN=%zu", counts->sent);
    snprintf(variables[6], VARIABLE_BYTES, "WIJKPOORT_POSTVAK=%zu", counts->received);
    snprintf(variables[7], VARIABLE_BYTES, "WIJKPOORT_ESCALATIES=%zu", counts->escalations);
    for (size_t i = 0; i < VARIABLES; i++)
        environment[i] = variables[i];
    watch->killed = false;
    watch->child_ms = clock_monotonic_ms();
    if (spawn(gateway->settings->notify, environment, &watch->child))
        return OUTCOME_OK;
    watch->child = 0;
    return note_result(gateway, true, errno);
}

/* Its number is no other's as long as nobody waited for it. By itself too: it may have left its
 * group for another. */
static void kill_all_of_it(pid_t child)
{
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
}

/* Is it still running? Its result is noted when it is not. */
static enum outcome look_at_child(struct gateway *gateway, struct notify_watch *watch)
{
    siginfo_t about = {.si_pid = 0};
    int status = 0;
    pid_t ended;
    const bool is_ours =
        waitid(P_PID, (id_t)watch->child, &about, WEXITED | WNOHANG | WNOWAIT) == 0;

    if (is_ours && about.si_pid == 0) {
        if (!watch->killed && clock_monotonic_ms() - watch->child_ms >= NOTIFY_MOST_MS) {
            kill_all_of_it(watch->child);
            watch->killed = true;
        }
        return OUTCOME_OK;
    }
    if (is_ours)
        kill_all_of_it(watch->child); /* what it left behind */
    ended = waitpid(watch->child, &status, 0);
    watch->child = 0;
    return note_result(gateway, ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0,
                       ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

void notify_end(struct notify_watch *watch)
{
    if (!watch->child)
        return;
    kill_all_of_it(watch->child);
    (void)waitpid(watch->child, NULL, 0);
    watch->child = 0;
}

/* --- when --- */

/* A day that lies ahead was told by a clock that was wrong. */
static bool is_its_hour(const struct gateway *gateway, const struct notify_state *state,
                        int64_t now_ms)
{
    const struct wall_clock clock = amsterdam_clock(now_ms);
    const bool told = day_compare(state->day, clock.day) == 0 ||
                      day_compare(state->day, day_plus(clock.day, 1)) == 0;
    bool due;

    return !told && clock.hour >= gateway->settings->notify_hour && day_is_workday(clock.day) &&
           due_is_due(gateway->store, now_ms, &due) == OUTCOME_OK &&
           !due; /* first all of today's steps */
}

static bool is_at_once(const struct notify_watch *watch, const struct notify_state *state,
                       const struct late_counts *counts)
{
    return counts->escalations > state->escalations &&
           (!watch->at_once_ms || clock_monotonic_ms() - watch->at_once_ms >= NOTIFY_PAUSE_MS);
}

static bool has_to_tell(enum role role, const struct late_counts *counts)
{
    if (role == ROLE_MELDER)
        return counts->sent > 0;
    if (role == ROLE_ONTVANGER)
        return counts->received > 0;
    return counts->escalations > 0;
}

static void choose_roles(struct notify_watch *watch, const struct late_counts *counts)
{
    for (size_t i = 0; i < sizeof told_roles / sizeof told_roles[0]; i++) {
        if (has_to_tell(told_roles[i], counts) &&
            (!watch->by_escalation || told_roles[i] == ROLE_REGIEHOUDER))
            watch->roles |= UINT32_C(1) << told_roles[i];
    }
}

static enum outcome look(struct gateway *gateway, struct notify_watch *watch,
                         const struct late_counts *counts)
{
    int64_t now_ms;
    const bool certain = clock_certain(gateway, &now_ms);
    struct notify_state state;
    struct view view;
    enum outcome outcome;
    bool daily;

    view_begin(gateway->store, &view);
    outcome = load_state(&view, &state);
    view_end(&view);
    TRY(outcome);
    daily = certain && is_its_hour(gateway, &state, now_ms);
    if (!daily && !is_at_once(watch, &state, counts)) {
        if (counts->escalations >= state.escalations)
            return OUTCOME_OK;
        state.escalations = counts->escalations; /* some were settled: the next one is news */
        return writer_run(gateway->writer, apply_state, &state);
    }
    watch->by_escalation = !daily;
    if (counts->escalations > state.escalations)
        watch->at_once_ms = clock_monotonic_ms();
    state.escalations = counts->escalations;
    if (daily)
        state.day = amsterdam_day(now_ms);
    TRY(writer_run(gateway->writer, apply_state, &state));
    choose_roles(watch, counts);
    return OUTCOME_OK;
}

enum outcome notify_pass(struct gateway *gateway, struct notify_watch *watch)
{
    struct late_counts counts;

    if (!gateway->settings->notify[0])
        return OUTCOME_OK;
    if (watch->child)
        return look_at_child(gateway, watch);
    if (!watch->roles && clock_monotonic_ms() - watch->looked_ms < NOTIFY_LOOK_MS)
        return OUTCOME_OK;
    watch->looked_ms = clock_monotonic_ms();
    TRY(late_counts(gateway->store, NULL, &counts));
    if (!watch->roles)
        return look(gateway, watch, &counts);
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if (watch->roles >> role & 1) {
            watch->roles &= ~(UINT32_C(1) << role);
            return tell(gateway, watch, (enum role)role, &counts);
        }
    }
    return OUTCOME_OK;
}
