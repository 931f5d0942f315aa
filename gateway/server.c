/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/server.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/server_parts.h"

enum { LOOPS_MAX = 64 };

static void free_server_at(struct server **server)
{
    server_free(*server);
}
#define OWNED_SERVER __attribute__((cleanup(free_server_at))) struct server *

static unsigned or_usual(unsigned given, unsigned usual)
{
    return given ? given : usual;
}

/* Below the limit on descriptors, so that the store, the partners and the log have theirs. */
static unsigned fitting(unsigned connections)
{
    enum { OTHER_DESCRIPTORS = 64 };
    const rlim_t wanted = (rlim_t)connections + OTHER_DESCRIPTORS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return connections;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= wanted)
        return connections;
    return limit.rlim_cur > 2 * OTHER_DESCRIPTORS ? (unsigned)limit.rlim_cur - OTHER_DESCRIPTORS
                                                  : OTHER_DESCRIPTORS;
}

static struct server_limits with_usual(const struct server_limits *given)
{
    return (struct server_limits){
        .handshake_s = or_usual(given->handshake_s, 10),
        .head_s = or_usual(given->head_s, 10),
        .body_s = or_usual(given->body_s, 30),
        .reply_s = or_usual(given->reply_s, 30),
        .idle_s = or_usual(given->idle_s, 60),
        .drain_s = or_usual(given->drain_s, 10),
        .connections_max = fitting(or_usual(given->connections_max, 1024)),
        .connections_per_address = or_usual(given->connections_per_address, 256),
        .connections_per_caller = or_usual(given->connections_per_caller, 256),
        .handshakes_per_s = or_usual(given->handshakes_per_s, 200),
        .handshakes_per_address = or_usual(given->handshakes_per_address, 100),
        .requests_per_partner = or_usual(given->requests_per_partner, 200),
        .bodies_max_bytes = given->bodies_max_bytes ? given->bodies_max_bytes : 64 << 20,
    };
}

static enum outcome init_guards(struct server *server)
{
    const struct server_limits *limits = &server->limits;
    const struct guard_limits of_address = {
        .open_max = limits->connections_max,
        .open_per_key = limits->connections_per_address,
        .turns = limits->handshakes_per_s,
        .turns_per_key = limits->handshakes_per_address,
    };
    const struct guard_limits of_caller = {
        .open_max = limits->connections_max,
        .open_per_key = limits->connections_per_caller,
        .turns_per_key = limits->requests_per_partner,
    };

    TRY(guard_init(&server->addresses, &of_address));
    return guard_init(&server->callers, &of_caller);
}

static size_t loops_wanted(size_t given)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    const size_t wanted = given ? given : cores > 0 ? (size_t)cores : 1;

    return wanted < LOOPS_MAX ? wanted : LOOPS_MAX;
}

static enum outcome init_loops(struct server *server, size_t count)
{
    server->loops = calloc(count, sizeof *server->loops);
    if (!server->loops)
        return OUTCOME_OUT_OF_MEMORY;
    for (server->loop_count = 0; server->loop_count < count;)
        TRY(loop_init(&server->loops[server->loop_count++], server));
    server->resume = evtimer_new(server->loops[0].base, server_resume_accepting, server);
    return server->resume ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

static enum outcome init_listeners(struct server *server, const struct server_options *options,
                                   struct fault *fault)
{
    for (size_t i = 0; i < options->listener_count; i++)
        TRY(listener_init(&server->listeners[server->listener_count++], server,
                          &options->listeners[i], fault));
    for (size_t i = 0; i < server->listener_count; i++)
        TRY(listener_open(&server->listeners[i], fault));
    return OUTCOME_OK;
}

/* The first loop, which accepts, starts last: nobody is served by half a server. */
static enum outcome start_loops(struct server *server)
{
    for (size_t i = server->loop_count; i-- > 0;)
        TRY(loop_start(&server->loops[i]));
    return OUTCOME_OK;
}

enum outcome server_start(const struct server_options *options, struct server **out_server,
                          struct fault *fault)
{
    OWNED_SERVER server = calloc(1, sizeof *server);

    if (!server)
        return OUTCOME_OUT_OF_MEMORY;
    pthread_mutex_init(&server->reload_lock, NULL);
    server->application = options->application;
    server->limits = with_usual(&options->limits);
    if (options->listener_count == 0 || options->listener_count > SERVER_LISTENERS_MAX ||
        !options->application.on_request)
        return OUTCOME_INTERNAL;
    signal(SIGPIPE, SIG_IGN); /* a client that left is an outcome of write(), not the end */
    TRY(init_guards(server));
    TRY(init_loops(server, loops_wanted(options->loops)));
    TRY(init_listeners(server, options, fault));
    TRY(start_loops(server));
    *out_server = server;
    server = NULL; /* handed over */
    return OUTCOME_OK;
}

enum outcome server_check(const struct server_options *options, struct fault *fault)
{
    for (size_t i = 0; i < options->listener_count; i++) {
        SSL_CTX *tls = NULL;
        TRY(listener_check_address(&options->listeners[i], fault));
        TRY(tls_load(&options->listeners[i], &tls, fault));
        SSL_CTX_free(tls);
    }
    return OUTCOME_OK;
}

void exchange_finish(struct exchange *exchange)
{
    struct connection *connection = (struct connection *)(void *)exchange;

    /* in_callback is written by the loop's own thread only, hence the order of these two. */
    if (pthread_equal(pthread_self(), connection->loop->self) && connection->in_callback)
        connection->answered = true;
    else
        loop_put(connection->loop, connection);
}

uint16_t server_port(const struct server *server, size_t listener)
{
    return listener < server->listener_count ? server->listeners[listener].port : 0;
}

size_t server_connections(struct server *server)
{
    return guard_all_open(&server->addresses);
}

uint64_t server_handshakes(struct server *server)
{
    return atomic_load(&server->handshakes);
}

void server_stop(struct server *server)
{
    atomic_store(&server->stopping, true);
    for (size_t i = 0; i < server->loop_count; i++)
        if (server->loops[i].running)
            loop_wake(&server->loops[i]);
    for (size_t i = 0; i < server->loop_count; i++)
        if (server->loops[i].running)
            pthread_join(server->loops[i].thread, NULL);
    for (size_t i = 0; i < server->loop_count; i++)
        server->loops[i].running = false;
}

void server_free(struct server *server)
{
    if (!server)
        return;
    server_stop(server);
    listeners_close(server); /* before the base they hang on */
    if (server->resume)
        event_free(server->resume);
    for (size_t i = 0; i < server->loop_count; i++)
        loop_wipe(&server->loops[i]);
    for (size_t i = 0; i < server->listener_count; i++)
        listener_wipe(&server->listeners[i]);
    free(server->loops);
    guard_wipe(&server->addresses);
    guard_wipe(&server->callers);
    pthread_mutex_destroy(&server->reload_lock);
    free(server);
}
