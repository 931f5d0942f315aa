/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "gateway/server_parts.h"

int64_t server_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The inbox: one wake for all that is put in before the loop looks. */

void loop_wake(struct loop *loop)
{
    const uint64_t one = 1;

    /* Fails only when the counter is full, and then the loop is being woken already. */
    (void)!write(loop->wake_fd, &one, sizeof one);
}

void loop_put(struct loop *loop, struct connection *connection)
{
    pthread_mutex_lock(&loop->inbox_lock);
    connection->next_in_inbox = loop->inbox;
    loop->inbox = connection;
    /* Within the lock: once it is open, the loop may answer, end and be freed. */
    if (!connection->next_in_inbox)
        loop_wake(loop);
    pthread_mutex_unlock(&loop->inbox_lock);
}

/* The oldest first. */
static struct connection *loop_take(struct loop *loop)
{
    struct connection *taken, *reversed = NULL;

    pthread_mutex_lock(&loop->inbox_lock);
    taken = loop->inbox;
    loop->inbox = NULL;
    pthread_mutex_unlock(&loop->inbox_lock);
    while (taken) {
        struct connection *next = taken->next_in_inbox;
        taken->next_in_inbox = reversed;
        reversed = taken;
        taken = next;
    }
    return reversed;
}

static void begin_draining(struct loop *loop)
{
    loop->draining = true;
    loop->drain_until_ms = server_now_ms() + (int64_t)loop->server->limits.drain_s * 1000;
    if (loop == loop->server->loops)
        listeners_close(loop->server);
}

static void sweep(struct loop *loop)
{
    const int64_t now_ms = server_now_ms();
    struct connection *next;

    if (!loop->draining && atomic_load(&loop->server->stopping))
        begin_draining(loop);
    for (struct connection *connection = loop->connections; connection; connection = next) {
        next = connection->next;
        connection_sweep(connection, now_ms);
    }
    if (loop->draining && !loop->connections)
        event_base_loopbreak(loop->base);
}

static void on_sweep(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    sweep(context);
}

static void on_again(evutil_socket_t fd, short what, void *context)
{
    struct loop *loop = context;
    struct connection *next;

    (void)fd;
    (void)what;
    for (struct connection *connection = loop->connections; connection; connection = next) {
        next = connection->next;
        if (!connection->wants_turn)
            continue;
        connection->wants_turn = false;
        if (connection->stage != STAGE_ANSWERING)
            connection_advance(connection);
    }
}

static void on_wake(evutil_socket_t fd, short what, void *context)
{
    struct loop *loop = context;
    struct connection *next;
    uint64_t count;

    (void)what;
    if (read(fd, &count, sizeof count) < 0 && errno != EAGAIN)
        return;
    for (struct connection *connection = loop_take(loop); connection; connection = next) {
        next = connection->next_in_inbox;
        if (connection->loop)
            connection_answer(connection);
        else
            connection_begin(connection, loop);
    }
    if (atomic_load(&loop->server->stopping))
        sweep(loop);
}

static struct event_base *new_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    /* A base is used by its own thread only, so it needs no locks. */
    if (config && event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST |
                                                    EVENT_BASE_FLAG_NOLOCK) == 0)
        base = event_base_new_with_config(config);
    if (config)
        event_config_free(config);
    return base;
}

enum outcome loop_init(struct loop *loop, struct server *server)
{
    const struct timeval pace = {.tv_usec = SWEEP_MS * 1000};

    loop->server = server;
    pthread_mutex_init(&loop->inbox_lock, NULL);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->base = new_base();
    if (loop->wake_fd < 0 || !loop->base)
        return OUTCOME_OUT_OF_MEMORY;
    loop->wake = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
    loop->sweep = event_new(loop->base, -1, EV_PERSIST, on_sweep, loop);
    loop->again = evtimer_new(loop->base, on_again, loop);
    if (!loop->wake || !loop->sweep || !loop->again || event_add(loop->wake, NULL) != 0 ||
        event_add(loop->sweep, &pace) != 0)
        return OUTCOME_OUT_OF_MEMORY;
    return OUTCOME_OK;
}

static void *run(void *context)
{
    struct loop *loop = context;

    loop->self = pthread_self();
    event_base_dispatch(loop->base);
    return NULL;
}

enum outcome loop_start(struct loop *loop)
{
    loop->running = pthread_create(&loop->thread, NULL, run, loop) == 0;
    return loop->running ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

static void free_event(struct event *event)
{
    if (event)
        event_free(event);
}

void loop_wipe(struct loop *loop)
{
    struct connection *next;

    if (!loop->server)
        return;
    /* Accepted, but this loop had ended already. */
    for (struct connection *connection = loop->inbox; connection; connection = next) {
        next = connection->next_in_inbox;
        connection_free(connection);
    }
    free_event(loop->wake);
    free_event(loop->sweep);
    free_event(loop->again);
    if (loop->base)
        event_base_free(loop->base);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    pthread_mutex_destroy(&loop->inbox_lock);
}
