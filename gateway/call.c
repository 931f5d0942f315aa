/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crypto/encoding.h"
#include "gateway/event.h"
#include "gateway/handlers.h"
#include "gateway/json_memory.h"
#include "gateway/pages_form.h"
#include "gateway/pages_run.h"
#include "gateway/server.h"
#include "gateway/store_damage.h"
#include "gateway/turned_away.h"
#include "gateway/users.h"
#include "gateway/workers.h"

enum {
    LOOP_BODY_MAX_BYTES = 64 * 1024,
    UNKNOWN_BODY_MAX_BYTES = 4096,
    PAGE_USUAL = 100,
    PAGE_MAX = 200 /* so that the dossiers of a page fit in one opening */
};

static void next_part(void *context);

/* What one handler left; a page goes on with the next one. */
static void forget_state(struct call *call)
{
    if (call->free_state && call->state)
        call->free_state(call->state);
    call->state = NULL;
    call->free_state = NULL;
    call->apply = NULL;
    call->finish = NULL;
    json_decref(call->extra);
    call->extra = NULL;
    call->role = ROLE_COUNT;
    call->refused = OUTCOME_OK;
    call->digest[0] = call->covenant[0] = call->detail[0] = '\0';
}

static void call_free(void *taken)
{
    struct call *call = taken;

    forget_state(call);
    web_run_free(call->web);
    registry_release(call->registry);
    free(call);
}

static void count_reply(struct gateway *gateway, const struct exchange *exchange,
                        const struct route *route)
{
    const int digit = exchange->reply.status / 100;

    if (digit > 0 && digit < STATUS_CLASSES_COUNTED)
        atomic_fetch_add(&gateway->counters.requests[exchange->request.peer->listener]
                                                    [route_index(route)][digit],
                         1);
}

/* The answer goes first. What a large request leaves to be wiped is no work for the writer, behind
 * whom all others wait. */
static void call_end(struct call *call)
{
    const bool large = call->request->body.length > LOOP_BODY_MAX_BYTES;

    /* a page is made by a worker, also of what the writer has just written */
    if (call->web && !web_is_over(call->web)) {
        const enum outcome outcome = workers_submit(call->gateway->workers, next_part, call);
        if (outcome == OUTCOME_OK)
            return;
        /* the answer of one part is no page */
        reply_problem(call->reply, outcome, call->request->language, NULL);
    }
    reply_header(call->reply, "Fsc-Transaction-Id", call->transaction);
    count_reply(call->gateway, call->exchange, call->route);
    exchange_finish(call->exchange);
    if (!large || workers_submit(call->gateway->workers, call_free, call) != OUTCOME_OK)
        call_free(call);
}

static void add_extra(struct call *call)
{
    OWNED_JSON problem = NULL;
    OWNED_BUFFER text = {0};

    if (!call->extra ||
        json_read(buffer_bytes(&call->reply->body), 1 << 20, &problem) != OUTCOME_OK ||
        json_object_update(problem, call->extra) != 0 || json_write(problem, &text) != OUTCOME_OK)
        return;
    buffer_wipe(&call->reply->body);
    call->reply->body = text;
    text = (struct buffer){0}; /* handed over */
}

/* To our own people: where, and what not to do. The status may be what cannot be read. */
static void tell_damage(struct call *call)
{
    const char *table = store_damaged_table(call->gateway->store);

    if (table && call->request->peer->listener == LISTENER_LOCAL && !call->detail[0])
        snprintf(call->detail, sizeof call->detail,
                 call->request->language == LANGUAGE_NL
                     ? "Een gegeven in de opslag is beschadigd (tabel %s). Verwijder of herstel "
                       "zelf niets. Waarschuw de beheerder."
                     : "A record in the store is damaged (table %s). Do not delete or mend "
                       "anything. Tell the administrator.",
                 table);
}

static void end_with_problem(struct call *call, enum outcome outcome)
{
    char allowed[64];

    if (outcome == OUTCOME_STORE_DAMAGED)
        tell_damage(call);
    reply_problem(call->reply, outcome, call->request->language,
                  call->detail[0] ? call->detail : NULL);
    add_extra(call);
    /* Where a request is not what its head said, what follows it may not be one either. */
    call->reply->close = call->reply->status == 400;
    if (outcome == OUTCOME_METHOD_WRONG) {
        if (call->web)
            web_methods(call->request->head->path, allowed, sizeof allowed);
        else
            route_methods(call->request->peer->listener, call->request->head->path, allowed,
                          sizeof allowed);
        reply_header(call->reply, "Allow", allowed);
    }
    call_end(call);
}

static bool is_refusal(enum outcome outcome)
{
    return outcome_kind(outcome) == KIND_THEIRS || outcome_kind(outcome) == KIND_REFUSED;
}

/* --- refused: one leaf, then the problem --- */

static enum outcome record_denial(struct call *call, struct change *change, struct audit *audit,
                                  enum outcome refusal)
{
    /* Other bytes under a known number are no mistake: one of the two partners must look. */
    struct audit_entry entry =
        call_entry(call, refusal == OUTCOME_OTHER_BYTES ? AUDIT_ALARM : AUDIT_DENY);

    entry.result = AUDIT_DENIED;
    entry.why = outcome_code(refusal);
    entry.digest = call->digest[0] ? call->digest : NULL;
    entry.covenant = call->covenant[0] ? call->covenant : NULL;
    TRY(audit_record(audit, change, &entry));
    return refusal;
}

/* What a step made of JSON is whole, or it is no answer. */
static enum outcome whole(enum outcome outcome)
{
    return outcome == OUTCOME_OK && json_memory_failed() ? OUTCOME_OUT_OF_MEMORY : outcome;
}

/* What is refused has no other effect: a handler that wrote before it refused is our mistake,
 * and leaves no trace. */
static enum outcome apply_call(struct change *change, struct audit *audit, void *context)
{
    struct call *call = context;
    uint64_t before = change->writes;
    enum outcome outcome;

    json_memory_forget();
    outcome = whole(call->apply(call, change));
    if (!is_refusal(outcome))
        return outcome;
    return change->writes == before ? record_denial(call, change, audit, outcome)
                                    : OUTCOME_INTERNAL;
}

static void finish_call(void *context)
{
    struct call *call = context;
    enum outcome outcome;

    json_memory_forget();
    outcome = whole(call->finish(call));
    if (outcome != OUTCOME_OK)
        end_with_problem(call, outcome);
    else
        call_end(call);
}

static void written(struct work *work, enum outcome outcome)
{
    struct call *call = work->context;

    if (outcome != OUTCOME_OK) {
        end_with_problem(call, outcome);
    } else if (!call->finish) {
        call_end(call);
    } else {
        outcome = workers_submit(call->gateway->workers, finish_call, call);
        if (outcome != OUTCOME_OK)
            end_with_problem(call, outcome);
    }
}

static enum outcome refuse_again(struct call *call, struct change *change)
{
    (void)change;
    return call->refused;
}

/* A refusal, and what is only looked at: those go on as long as the log takes them. */
static bool adds_to_log_only(const struct call *call)
{
    return call->refused != OUTCOME_OK || call->request->head->method == HTTP_GET ||
           (call->route && call->route->handle == search_log);
}

static void submit(struct call *call)
{
    enum outcome outcome;

    call->work = (struct work){
        .apply = apply_call, .done = written, .context = call, .essential = adds_to_log_only(call)};
    outcome = writer_submit(call->gateway->writer, &call->work);
    if (outcome != OUTCOME_OK)
        end_with_problem(call, outcome); /* no log, no exchange */
}

static void deny(struct call *call, enum outcome refusal)
{
    call->refused = refusal;
    call->apply = refuse_again;
    call->finish = NULL;
    submit(call);
}

/* --- taking a call --- */

/* In UTF-8, said or not: another charset would make other text of the same bytes. */
static bool is_json(struct bytes content_type)
{
    static const char *const forms[] = {"application/json", "application/json;charset=utf-8",
                                        "application/json; charset=utf-8"};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (content_type.length == strlen(forms[i]) &&
            strncasecmp((const char *)content_type.data, forms[i], content_type.length) == 0)
            return true;
    }
    return false;
}

/* Everything we answer is JSON, but for a few plain texts. */
static bool can_be_accepted(struct bytes accept)
{
    static const char *const ranges[] = {
        "*/*",        "application/*", "application/json", "application/problem+json",
        "text/plain", "text/*"};

    if (accept.length == 0)
        return true;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (memmem(accept.data, accept.length, ranges[i], strlen(ranges[i])))
            return true;
    }
    return false;
}

/* A body is JSON or is not taken: what a browser's form can send is not. */
static enum outcome check_form(const struct call *call)
{
    if (!can_be_accepted(call->request->head->accept))
        return OUTCOME_NOT_ACCEPTABLE;
    if (call->request->body.length > 0 && !is_json(call->request->head->content_type))
        return OUTCOME_MEDIA_WRONG;
    return OUTCOME_OK;
}

static enum outcome identify(struct gateway *gateway, const struct registry *registry,
                             const struct peer *peer, struct caller *out_caller)
{
    enum outcome outcome;

    if (peer->listener == LISTENER_PUBLIC)
        return OUTCOME_OK;
    if (peer->listener == LISTENER_PARTNER) {
        if (!peer->has_oin || !registry_knows(registry, &peer->oin) ||
            oin_equal(&peer->oin, &gateway->settings->oin))
            return OUTCOME_STRANGER;
        out_caller->oin = peer->oin;
        return OUTCOME_OK;
    }
    hex_encode(bytes_of(peer->fingerprint, sizeof peer->fingerprint), out_caller->fingerprint);
    outcome =
        user_find(gateway->store, out_caller->fingerprint, out_caller->number, &out_caller->roles);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_STRANGER : outcome;
}

/* A stranger is counted instead of written down, so that he cannot fill the log. */
static enum outcome admit(struct gateway *gateway, const struct registry *registry,
                          const struct peer *peer, struct caller *out_caller)
{
    enum outcome outcome = identify(gateway, registry, peer, out_caller);

    if (outcome == OUTCOME_STRANGER)
        turned_away_count(gateway->turned_away, peer->listener, outcome);
    return outcome;
}

static enum outcome authorise(struct call *call)
{
    struct role_set wanted = {call->route->roles};

    if (call->route->listener != LISTENER_LOCAL)
        return OUTCOME_OK;
    if (!call->caller.roles.bits) /* none is in force yet */
        return OUTCOME_NO_ROLE;
    if (wanted.bits && !role_set_overlaps(wanted, call->caller.roles))
        return OUTCOME_NO_ROLE;
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if (role_set_has(call->caller.roles, role) &&
            (!wanted.bits || role_set_has(wanted, role))) {
            call->role = role;
            break;
        }
    }
    return OUTCOME_OK;
}

/* Searching by person across organisations does not exist. Who tries it meets its own code, and
 * with it a line in the log that an auditor can ask for, instead of one more address unknown. */
static enum outcome without_route(const struct call *call)
{
    static const char search[] = "/_zoek";
    const struct bytes path = call->request->head->path;
    const size_t length = sizeof search - 1;

    if (call->other_method)
        return OUTCOME_METHOD_WRONG;
    if (path.length > length &&
        bytes_equal(bytes_of(path.data + path.length - length, length), bytes_of(search, length)))
        return OUTCOME_ACT_FORBIDDEN;
    return OUTCOME_NOT_FOUND;
}

static enum outcome take_route(struct call *call)
{
    if (!call->route)
        return without_route(call);
    TRY(authorise(call));
    if (!call->web)
        TRY(check_form(call));
    json_memory_forget();
    return whole(call->route->handle(call));
}

static enum outcome take(struct call *call)
{
    bool runs = true;

    if (call->web)
        TRY(web_begin(call, &runs));
    return runs ? take_route(call) : OUTCOME_OK;
}

static void refuse(struct call *call, enum outcome outcome)
{
    if (is_refusal(outcome) && call->request->peer->listener != LISTENER_PUBLIC)
        deny(call, outcome);
    else
        end_with_problem(call, outcome);
}

static void go_on(struct call *call, enum outcome outcome)
{
    if (outcome != OUTCOME_OK)
        refuse(call, outcome);
    else if (call->apply)
        submit(call);
    else if (call->finish)
        finish_call(call);
    else
        call_end(call);
}

static void run_call(void *context)
{
    struct call *call = context;

    go_on(call, take(call));
}

static void next_part(void *context)
{
    struct call *call = context;
    const bool goes_on = web_next(call);

    forget_state(call);
    if (goes_on)
        go_on(call, take_route(call));
    else
        call_end(call);
}

static void new_transaction(struct call *call)
{
    struct uuid uuid;

    if (uuid_parse(call->request->transaction_id, &uuid) && uuid_version(uuid) == 7)
        uuid_print(uuid, call->transaction);
    else
        uuid_print(uuid_v7(call->now_ms), call->transaction);
}

static struct call *call_new(struct gateway *gateway, struct exchange *exchange)
{
    struct call *call = calloc(1, sizeof *call);

    if (!call)
        return NULL;
    call->gateway = gateway;
    call->exchange = exchange;
    call->request = &exchange->request;
    call->reply = &exchange->reply;
    call->registry = gateway_registry(gateway);
    call->role = ROLE_COUNT;
    call->in_doubt = !clock_certain(gateway, &call->now_ms);
    new_transaction(call);
    if (!web_is_for(call->request->peer->listener, call->request->head)) {
        call->route = route_find(call->request->peer->listener, call->request->head,
                                 call->parameter, &call->other_method);
    } else if (!(call->web = web_run_new(call))) {
        call_free(call);
        return NULL;
    }
    return call;
}

void call_on_request(void *context, struct exchange *exchange)
{
    struct gateway *gateway = context;
    struct call *call;
    enum outcome outcome;

    if (web_is_for(exchange->request.peer->listener, exchange->request.head) &&
        web_is_style(exchange->request.head)) {
        web_reply_style(exchange->request.head, &exchange->reply);
        count_reply(gateway, exchange, NULL);
        exchange_finish(exchange);
        return;
    }
    call = call_new(gateway, exchange);
    if (!call) {
        reply_problem(&exchange->reply, OUTCOME_OUT_OF_MEMORY, exchange->request.language, NULL);
        exchange_finish(exchange);
        return;
    }
    outcome = admit(gateway, call->registry, call->request->peer, &call->caller);
    if (outcome != OUTCOME_OK) {
        end_with_problem(call, outcome);
        return;
    }
    if (call->request->refused != OUTCOME_OK) {
        refuse(call, call->request->refused);
        return;
    }
    if (!call->web && !(call->route && call->route->heavy) &&
        call->request->body.length <= LOOP_BODY_MAX_BYTES) {
        run_call(call);
        return;
    }
    outcome = workers_submit(gateway->workers, run_call, call);
    if (outcome != OUTCOME_OK)
        end_with_problem(call, outcome);
}

/* Before any of the body: who is not known here uploads nothing. */
enum outcome call_on_head(void *context, const struct http_head *head, const struct peer *peer,
                          size_t *body_max_bytes)
{
    struct gateway *gateway = context;
    HELD_REGISTRY registry = gateway_registry(gateway);
    struct caller caller = {0};
    char parameter[65];
    bool other_method;
    const struct route *route = route_find(peer->listener, head, parameter, &other_method);
    const bool for_people = web_is_for(peer->listener, head);
    size_t most = route        ? route->body_max_bytes
                  : for_people ? (size_t)FORM_MAX_BYTES
                               : (size_t)UNKNOWN_BODY_MAX_BYTES;

    /* who only reads is looked up in call_on_request(), which can say no with a page */
    if (for_people && head->method == HTTP_GET && head->content_length == 0)
        return OUTCOME_OK;
    TRY(admit(gateway, registry, peer, &caller));
    if (most < *body_max_bytes)
        *body_max_bytes = most;
    return OUTCOME_OK;
}

/* --- for handlers --- */

void call_fault(struct call *call, const struct fault *fault)
{
    if (!fault->where[0])
        return;
    if (!call->extra)
        call->extra = json_object();
    if (!json_object_get(call->extra, "fouten"))
        json_object_set_new(call->extra, "fouten", json_array());
    json_array_append_new(json_object_get(call->extra, "fouten"),
                          json_pack("{ss ss ss}", "waar", fault->where, "code",
                                    outcome_code(OUTCOME_MALFORMED), "tekst",
                                    call->request->language == LANGUAGE_NL
                                        ? "Dit ontbreekt, is onbekend of heeft niet de juiste vorm."
                                        : "This is missing, unknown or not of the right form."));
}

enum outcome call_body(struct call *call, const char *const *members, json_t **out_body)
{
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    enum outcome outcome;

    TRY(json_read(call->request->body, call->route->body_max_bytes, &body));
    outcome = json_only(body, members, &fault);
    if (outcome != OUTCOME_OK) {
        call_fault(call, &fault);
        return outcome;
    }
    *out_body = body;
    body = NULL; /* handed over */
    return OUTCOME_OK;
}

enum outcome call_reply(struct call *call, int status, json_t *taken_value)
{
    reply_wipe(call->reply);
    call->reply->status = status;
    call->reply->content_type = "application/json";
    return json_write_new(taken_value, &call->reply->body);
}

enum outcome call_reply_text(struct call *call, const char *content_type, struct bytes text)
{
    reply_with(call->reply, 200, content_type, text);
    return buffer_outcome(&call->reply->body);
}

struct audit_entry call_entry(const struct call *call, enum audit_event event)
{
    struct audit_entry entry = {
        .event = event,
        .transaction = call->transaction,
        .service = call->route ? call->route->service : NULL,
    };

    if (call->request->peer->listener == LISTENER_PARTNER) {
        entry.source = call->caller.oin.text;
        entry.destination = call->gateway->settings->oin.text;
    } else {
        entry.source = call->gateway->settings->oin.text;
        entry.committed[AUDIT_ACTOR] = call->caller.number;
        if (call->role < ROLE_COUNT)
            entry.committed[AUDIT_ROLE] = role_word(call->role);
    }
    return entry;
}

size_t call_page_size(const struct call *call)
{
    char text[8];
    char *end;
    unsigned long size;

    if (!http_query_value(call->request->head->query, "aantal", text, sizeof text))
        return PAGE_USUAL;
    size = strtoul(text, &end, 10);
    if (*end || size == 0)
        return PAGE_USUAL;
    return size < PAGE_MAX ? (size_t)size : PAGE_MAX;
}

bool call_cursor(const struct call *call, char *out, size_t out_size)
{
    return http_query_value(call->request->head->query, "cursor", out, out_size);
}
