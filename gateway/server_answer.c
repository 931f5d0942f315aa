/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/server_parts.h"

enum turn answer_begin(struct connection *connection)
{
    struct exchange *exchange = &connection->exchange;
    const bool head_only = connection->head.method == HTTP_HEAD && connection->head.length > 0;

    connection->closing |=
        exchange->reply.close || connection->head.close || connection->loop->draining;
    if (reply_print(&exchange->reply, head_only, connection->closing, &connection->out,
                    &connection->rest) != OUTCOME_OK)
        return TURN_END;
    connection_enter(connection, STAGE_WRITING, connection_limits(connection)->reply_s);
    return TURN_ON;
}

enum turn answer_refuse(struct connection *connection, enum outcome outcome)
{
    struct reply *reply = &connection->exchange.reply;

    connection->closing |= connection->head.content_length > 0; /* it may never be read */
    reply_problem(reply, outcome, language_preferred(connection->head.accept_language), NULL);
    if (outcome == OUTCOME_METHOD_WRONG)
        reply_header(reply, "Allow", "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS");
    return answer_begin(connection);
}

enum turn answer_framing_fault(struct connection *connection, enum outcome outcome)
{
    connection_turned_away(connection, outcome);
    connection->head = (struct http_head){0};
    connection->closing = true;
    return answer_refuse(connection, outcome);
}

/* What the request was is wiped; what came behind it moves to the front. */
void answer_forget(struct connection *connection)
{
    const size_t whole = connection->head.length + connection->small_body;
    /* A client that left may have sent less than it announced. */
    const size_t used = whole < connection->input_length ? whole : connection->input_length;
    const size_t left = connection->input_length - used;

    reply_wipe(&connection->exchange.reply);
    connection->exchange = (struct exchange){0};
    buffer_wipe(&connection->body);
    atomic_fetch_sub(&connection->loop->server->body_bytes, connection->body_counted);
    connection->body_counted = 0;
    buffer_wipe(&connection->out);
    connection->out_sent = 0;
    connection->rest = (struct bytes){0};
    connection->head = (struct http_head){0};
    connection->small_body = 0;
    connection->input_seen = 0;
    if (!connection->input)
        return;
    memmove(connection->input, connection->input + used, left);
    wipe(connection->input + left, used);
    connection->input_length = left;
    if (left > 0)
        return;
    free(connection->input);
    connection->input = NULL;
}

static enum turn begin_lingering(struct connection *connection)
{
    ERR_clear_error();
    SSL_shutdown(connection->ssl);
    shutdown(connection->fd, SHUT_WR);
    connection_enter(connection, STAGE_LINGERING, LINGER_S);
    return TURN_ON;
}

static enum turn next_request(struct connection *connection)
{
    const struct server_limits *limits = connection_limits(connection);

    answer_forget(connection);
    connection_enter(connection, STAGE_HEAD,
                     connection->input_length ? limits->head_s : limits->idle_s);
    return connection->input_length || SSL_has_pending(connection->ssl) ? TURN_ON : TURN_READ;
}

enum turn answer_write(struct connection *connection)
{
    const struct bytes out = buffer_bytes(&connection->out);
    size_t written = 0;
    enum turn turn;

    if (connection->out_sent < out.length) {
        turn = tls_write(
            connection,
            bytes_of(out.data + connection->out_sent, out.length - connection->out_sent), &written);
        connection->out_sent += written;
    } else {
        turn = tls_write(connection, connection->rest, &written);
        connection->rest =
            bytes_of(connection->rest.data + written, connection->rest.length - written);
    }
    if (turn != TURN_ON || connection->out_sent < out.length || connection->rest.length)
        return turn;
    return connection->closing ? begin_lingering(connection) : next_request(connection);
}

/* Without RST: a client that is still sending could lose the refusal it has not read yet. */
enum turn answer_linger(struct connection *connection)
{
    uint8_t ignored[4096];
    const ssize_t n = recv(connection->fd, ignored, sizeof ignored, MSG_DONTWAIT);

    if (n > 0)
        return TURN_ON;
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? TURN_READ : TURN_END;
}
