/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/server_parts.h"

static enum turn dispatch(struct connection *connection, struct bytes body, enum outcome refused)
{
    const struct server_application *application = &connection->loop->server->application;
    const struct http_head *head = &connection->head;
    struct http_request *request = &connection->exchange.request;

    *request = (struct http_request){
        .peer = &connection->peer, .head = head, .body = body, .refused = refused};
    request->language = language_preferred(head->accept_language);
    if (head->transaction_id.length == sizeof request->transaction_id - 1)
        memcpy(request->transaction_id, head->transaction_id.data, head->transaction_id.length);
    connection_enter(connection, STAGE_ANSWERING, 0);
    connection->answered = false;
    connection->in_callback = true;
    application->on_request(application->context, &connection->exchange);
    connection->in_callback = false;
    return connection->answered ? answer_begin(connection) : TURN_ANSWER;
}

static enum turn fill_input(struct connection *connection)
{
    size_t n = 0;
    enum turn turn;

    if (!connection->input) {
        connection->input = malloc(INPUT_BYTES);
        if (!connection->input)
            return TURN_END;
    }
    turn = tls_read(connection, connection->input + connection->input_length,
                    INPUT_BYTES - connection->input_length, &n);
    if (n > 0 && connection->input_length == 0)
        connection_enter(connection, STAGE_HEAD, connection_limits(connection)->head_s);
    connection->input_length += n;
    return turn;
}

static bool is_for_programs(const struct http_head *head)
{
    static const char api[] = "/v1/";

    return head->path.length >= sizeof api - 1 &&
           bytes_equal(bytes_of(head->path.data, sizeof api - 1), bytes_of_text(api));
}

/* Cross-site requests ride on the browser's certificate; browsers say where they come from. What
 * another site may do is lead somebody to a page: an image or a frame of ours would put looks in
 * the log under his name. A browser too old to say where from still names its origin when it
 * changes something, which no program does; the forms of our own pages have their token. */
static bool comes_from_elsewhere(const struct connection *connection)
{
    const struct http_head *head = &connection->head;
    const struct bytes site = head->sec_fetch_site;
    const bool unsafe = http_method_is_unsafe(head->method);

    if (connection->peer.listener != LISTENER_LOCAL)
        return false;
    if (!site.data)
        return unsafe && head->origin.data && is_for_programs(head);
    if (bytes_equal(site, bytes_of_text("same-origin")) || bytes_equal(site, bytes_of_text("none")))
        return false;
    return unsafe || (head->sec_fetch_dest.data &&
                      !bytes_equal(head->sec_fetch_dest, bytes_of_text("document")));
}

static enum outcome permit(struct connection *connection)
{
    const struct server_application *application = &connection->loop->server->application;
    const size_t bound = connection->listener->options.body_max_bytes;
    size_t most = bound;

    if (comes_from_elsewhere(connection))
        return OUTCOME_CSRF;
    if (application->on_head)
        TRY(application->on_head(application->context, &connection->head, &connection->peer,
                                 &most));
    if (connection->head.content_length > (most < bound ? most : bound))
        return OUTCOME_TOO_LARGE;
    return OUTCOME_OK;
}

/* Larger requests take more of the share: what one costs grows with its body. */
static bool is_within_share(struct connection *connection)
{
    struct guard *callers = &connection->loop->server->callers;
    const uint64_t more = connection->head.content_length / TURN_BYTES;

    return connection->peer.listener != LISTENER_PARTNER ||
           guard_take(callers, &connection->caller_key, 1 + (unsigned)(more < 1024 ? more : 1024));
}

/* Of what all large bodies together may take. */
static bool take_body_room(struct connection *connection, size_t length)
{
    struct server *server = connection->loop->server;

    if (atomic_fetch_add(&server->body_bytes, length) + length <= server->limits.bodies_max_bytes) {
        connection->body_counted = length;
        return true;
    }
    atomic_fetch_sub(&server->body_bytes, length);
    return false;
}

/* A small body stays behind its head in the input; a large one gets a buffer of its own, once. */
static enum outcome begin_body(struct connection *connection)
{
    const size_t length = (size_t)connection->head.content_length;
    const size_t here = connection->input_length - connection->head.length;

    connection_enter(connection, STAGE_BODY, connection_limits(connection)->body_s);
    if (connection->head.length + length <= INPUT_BYTES) {
        connection->small_body = length;
        return OUTCOME_OK;
    }
    if (!take_body_room(connection, length))
        return OUTCOME_BUSY;
    if (!buffer_room(&connection->body, length))
        return OUTCOME_OUT_OF_MEMORY;
    connection->body.length = here; /* less than `length`, or it would have been small */
    memcpy(connection->body.data, connection->input + connection->head.length, here);
    wipe(connection->input + connection->head.length, here);
    connection->input_length = connection->head.length;
    return OUTCOME_OK;
}

static enum turn accept_head(struct connection *connection)
{
    enum outcome outcome;

    if (tls_still_good(connection) != OUTCOME_OK) {
        connection_turned_away(connection, OUTCOME_STRANGER);
        return TURN_END;
    }
    outcome = is_within_share(connection) ? permit(connection) : OUTCOME_TOO_MANY;
    if (outcome == OUTCOME_OK)
        outcome = begin_body(connection);
    if (outcome == OUTCOME_OK)
        return TURN_ON;
    if (outcome == OUTCOME_TOO_LARGE) { /* who asks is known here, so it gets its line in the log */
        connection->closing = true;
        return dispatch(connection, (struct bytes){0}, outcome);
    }
    if (outcome == OUTCOME_CSRF || outcome == OUTCOME_TOO_MANY)
        connection_turned_away(connection, outcome);
    return answer_refuse(connection, outcome);
}

enum turn request_read_head(struct connection *connection)
{
    const struct bytes received = bytes_of(connection->input, connection->input_length);
    enum outcome refusal = OUTCOME_OK;

    if (received.length == connection->input_seen)
        return fill_input(connection);
    switch (http_head_read(received, connection->input_seen, &connection->head, &refusal)) {
    case HTTP_COMPLETE:
        return accept_head(connection);
    case HTTP_REFUSED:
        return answer_framing_fault(connection, refusal);
    case HTTP_INCOMPLETE:
    default:
        connection->input_seen = received.length;
        return TURN_ON;
    }
}

enum turn request_read_body(struct connection *connection)
{
    const size_t length = (size_t)connection->head.content_length;
    const size_t head = connection->head.length;
    struct buffer *body = &connection->body;
    enum turn turn;
    size_t n = 0;

    if (!body->data) {
        if (connection->input_length < head + length)
            return fill_input(connection);
        return dispatch(connection, bytes_of(connection->input + head, length), OUTCOME_OK);
    }
    if (body->length == length)
        return dispatch(connection, buffer_bytes(body), OUTCOME_OK);
    turn = tls_read(connection, body->data + body->length, length - body->length, &n);
    body->length += n;
    return turn;
}
