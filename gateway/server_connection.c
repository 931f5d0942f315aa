/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/ready.h"
#include "gateway/server_parts.h"

void connection_enter(struct connection *connection, enum stage stage, unsigned seconds)
{
    connection->stage = stage;
    connection->deadline_ms = seconds ? server_now_ms() + (int64_t)seconds * 1000 : INT64_MAX;
}

const struct server_limits *connection_limits(const struct connection *connection)
{
    return &connection->loop->server->limits;
}

void connection_turned_away(const struct connection *connection, enum outcome cause)
{
    const struct server_application *application = &connection->loop->server->application;

    if (application->on_turned_away)
        application->on_turned_away(application->context, &connection->peer, cause);
}

/* Guessing, scanning and half a handshake cost us more than the one who does it. */
static void shake_failed(struct connection *connection, enum outcome cause)
{
    guard_charge(&connection->loop->server->addresses, &connection->address_key,
                 FAILED_SHAKE_TURNS - 1);
    connection_turned_away(connection, cause);
}

/* One caller, from however many addresses, cannot hold all the connections there are. */
static enum turn welcome(struct connection *connection)
{
    struct server *server = connection->loop->server;

    atomic_fetch_add(&server->handshakes, 1);
    connection_enter(connection, STAGE_HEAD, server->limits.idle_s);
    if (!connection->peer.has_certificate)
        return TURN_ON;
    guard_prove(&server->addresses, &connection->address_key);
    connection->caller_key = guard_key_of_peer(&connection->peer);
    connection->is_counted = guard_open(&server->callers, &connection->caller_key);
    return connection->is_counted ? TURN_ON : answer_framing_fault(connection, OUTCOME_TOO_MANY);
}

static enum turn shake(struct connection *connection)
{
    enum turn turn = tls_shake(connection);

    if (turn == TURN_ON && tls_read_peer(connection) != OUTCOME_OK)
        turn = TURN_END;
    if (turn == TURN_END)
        shake_failed(connection, OUTCOME_STRANGER);
    return turn == TURN_ON ? welcome(connection) : turn;
}

static enum turn take_turn(struct connection *connection)
{
    switch (connection->stage) {
    case STAGE_SHAKING:
        return shake(connection);
    case STAGE_HEAD:
        return request_read_head(connection);
    case STAGE_BODY:
        return request_read_body(connection);
    case STAGE_WRITING:
        return answer_write(connection);
    case STAGE_LINGERING:
        return answer_linger(connection);
    case STAGE_ANSWERING:
    default:
        return TURN_ANSWER;
    }
}

static void arm(struct connection *connection, short interest);

void connection_advance(struct connection *connection)
{
    enum turn turn = TURN_ON;

    for (int turns = 0; turn == TURN_ON && turns < TURNS_MAX; turns++)
        turn = take_turn(connection);
    switch (turn) {
    case TURN_ON: /* the others first */
        connection->wants_turn = true;
        event_add(connection->loop->again, &(struct timeval){0, 0});
        return;
    case TURN_READ:
        arm(connection, EV_READ);
        return;
    case TURN_WRITE:
        arm(connection, EV_WRITE);
        return;
    case TURN_ANSWER: /* the interest stays as it is: mostly nothing comes before the reply */
        return;
    case TURN_END:
    default:
        connection_free(connection);
    }
}

static void on_event(evutil_socket_t fd, short what, void *context)
{
    struct connection *connection = context;

    (void)fd;
    (void)what;
    if (connection->stage == STAGE_ANSWERING)
        arm(connection, 0); /* pipelined bytes wait in the kernel */
    else
        connection_advance(connection);
}

static void arm(struct connection *connection, short interest)
{
    if (connection->armed == interest)
        return;
    event_del(&connection->event);
    connection->armed = interest;
    if (interest == 0)
        return;
    event_assign(&connection->event, connection->loop->base, connection->fd,
                 (short)(interest | EV_PERSIST), on_event, connection);
    event_add(&connection->event, NULL);
}

/* The life */

struct connection *connection_new(struct listener *listener, int fd, const struct guard_key *key,
                                  const char *address)
{
    struct connection *connection = calloc(1, sizeof *connection);

    if (!connection)
        return NULL;
    connection->listener = listener;
    connection->fd = fd;
    connection->address_key = *key;
    connection->peer.listener = listener->options.kind;
    strncpy(connection->peer.address, address, sizeof connection->peer.address - 1);
    return connection;
}

void connection_begin(struct connection *connection, struct loop *loop)
{
    connection->loop = loop;
    connection->next = loop->connections;
    if (connection->next)
        connection->next->previous = connection;
    loop->connections = connection;
    event_assign(&connection->event, loop->base, connection->fd, EV_READ | EV_PERSIST, on_event,
                 connection);
    /* Read before the context is taken: at worst the certificate is verified once too often. */
    connection->tls_generation = atomic_load(&loop->server->tls_generation);
    connection->ssl = tls_new_session(connection->listener);
    if (!connection->ssl || SSL_set_fd(connection->ssl, connection->fd) != 1) {
        connection_free(connection); /* never plain text */
        return;
    }
    connection_enter(connection, STAGE_SHAKING, connection_limits(connection)->handshake_s);
    arm(connection, EV_READ);
}

void connection_answer(struct connection *connection)
{
    if (answer_begin(connection) == TURN_END)
        connection_free(connection);
    else
        connection_advance(connection);
}

static void out_of_time(struct connection *connection)
{
    const bool reading = (connection->stage == STAGE_HEAD && connection->input_length) ||
                         connection->stage == STAGE_BODY;

    if (connection->stage == STAGE_SHAKING)
        shake_failed(connection, OUTCOME_TIMEOUT);
    if (!reading)
        connection_free(connection);
    else if (answer_framing_fault(connection, OUTCOME_TIMEOUT) == TURN_END)
        connection_free(connection);
    else
        connection_advance(connection);
}

void connection_sweep(struct connection *connection, int64_t now_ms)
{
    const struct loop *loop = connection->loop;
    const bool idle = connection->stage == STAGE_HEAD && connection->input_length == 0;

    if (now_ms >= connection->deadline_ms)
        out_of_time(connection);
    else if (loop->draining && connection->stage != STAGE_ANSWERING &&
             (idle || now_ms >= loop->drain_until_ms))
        connection_free(connection);
}

static void unlink_from_loop(struct connection *connection)
{
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connection->loop->connections = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
}

void connection_free(struct connection *connection)
{
    struct server *server = connection->listener->server;

    if (connection->loop) {
        unlink_from_loop(connection);
        event_del(&connection->event);
        answer_forget(connection);
    }
    if (connection->input) {
        wipe(connection->input, connection->input_length);
        free(connection->input);
    }
    SSL_free(connection->ssl);
    close(connection->fd);
    guard_close(&server->addresses, &connection->address_key);
    if (connection->is_counted)
        guard_close(&server->callers, &connection->caller_key);
    free(connection);
}
