/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/served.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MANY = 65536 }; /* what all tests of one address and one partner ask together */

void served_make_pki(struct served *served)
{
    const struct pki_leaf leaves[] = {
        {.name = "server",
         .ca = "ca",
         .oin = "00000099000000009000",
         .server = true,
         .client = true},
        {.name = "client", .ca = "ca", .oin = SERVED_OIN, .client = true},
        {.name = "person", .ca = "ca", .client = true},
        {.name = "stranger", .ca = "other_ca", .oin = SERVED_OIN, .client = true},
        {.name = "no_eku", .ca = "ca", .oin = SERVED_OIN, .server = true},
        {.name = "expired",
         .ca = "ca",
         .oin = SERVED_OIN,
         .client = true,
         .from_s = -864000,
         .days = 1},
    };

    pki_begin(&served->pki);
    pki_new_ca(&served->pki, "ca");
    pki_new_ca(&served->pki, "other_ca");
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++)
        pki_new_leaf(&served->pki, &leaves[i]);
}

static bool path_is(const struct http_request *request, const char *path)
{
    return bytes_equal(request->head->path, bytes_of_text(path));
}

static void reply_peer(struct exchange *exchange)
{
    const struct peer *peer = exchange->request.peer;
    char text[256];

    snprintf(text, sizeof text, "%d %s %s %s", (int)peer->listener,
             peer->has_oin ? peer->oin.text : "-", peer->address, exchange->request.transaction_id);
    reply_with(&exchange->reply, 200, "text/plain", bytes_of_text(text));
}

static void reply_large(struct exchange *exchange)
{
    uint8_t *room = buffer_room(&exchange->reply.body, SERVED_LARGE_BYTES);

    exchange->reply.status = 200;
    exchange->reply.content_type = "application/octet-stream";
    for (size_t i = 0; room && i < SERVED_LARGE_BYTES; i++)
        room[i] = (uint8_t)(i * 31 >> 3);
}

static void put_later(struct served *served, struct exchange *exchange)
{
    pthread_mutex_lock(&served->later_lock);
    served->later[served->later_count++] = exchange;
    pthread_cond_signal(&served->later_ready);
    pthread_mutex_unlock(&served->later_lock);
}

static void on_request(void *context, struct exchange *exchange)
{
    struct served *served = context;
    struct http_request *request = &exchange->request;

    if (request->refused != OUTCOME_OK) {
        atomic_fetch_add(&served->turned_away[request->refused], 1);
        reply_problem(&exchange->reply, request->refused, request->language, NULL);
        exchange_finish(exchange);
        return;
    }
    atomic_fetch_add(&served->requests, 1);
    if (path_is(request, "/later")) {
        put_later(served, exchange);
        return;
    }
    if (path_is(request, "/peer"))
        reply_peer(exchange);
    else if (path_is(request, "/large"))
        reply_large(exchange);
    else if (path_is(request, "/header"))
        reply_header(&exchange->reply, "Location", "/a\r\nSet-Cookie: b=c");
    else if (!path_is(request, "/broken"))
        reply_with(&exchange->reply, 200, "application/octet-stream", request->body);
    exchange_finish(exchange);
}

static enum outcome on_head(void *context, const struct http_head *head, const struct peer *peer,
                            size_t *body_max_bytes)
{
    (void)context;
    (void)peer;
    if (bytes_equal(head->path, bytes_of_text("/absent")))
        return OUTCOME_NOT_FOUND;
    if (bytes_equal(head->path, bytes_of_text("/ten")))
        *body_max_bytes = 10;
    return OUTCOME_OK;
}

static void on_turned_away(void *context, const struct peer *peer, enum outcome cause)
{
    struct served *served = context;

    if (strcmp(peer->address, "127.0.0.1") == 0)
        atomic_fetch_add(&served->turned_away[cause], 1);
}

/* The thread that answers /later. */
static void *answer_later(void *context)
{
    struct served *served = context;

    pthread_mutex_lock(&served->later_lock);
    while (!served->later_ends || served->later_count) {
        if (served->later_count == 0 || (served->later_held && !served->later_ends)) {
            pthread_cond_wait(&served->later_ready, &served->later_lock);
            continue;
        }
        struct exchange *exchange = served->later[--served->later_count];
        pthread_mutex_unlock(&served->later_lock);
        reply_with(&exchange->reply, 200, "application/octet-stream", exchange->request.body);
        exchange_finish(exchange);
        pthread_mutex_lock(&served->later_lock);
    }
    pthread_mutex_unlock(&served->later_lock);
    return NULL;
}

enum outcome served_start(struct served *served, const struct server_limits *limits, size_t loops,
                          const char *crl)
{
    char certificate[PKI_PATH_BYTES], key[PKI_PATH_BYTES], ca[PKI_PATH_BYTES], list[PKI_PATH_BYTES];
    struct listener_options options = {
        .name = "partner",
        .kind = LISTENER_PARTNER,
        .address = "127.0.0.1",
        .certificate_file = pki_path(&served->pki, "server", ".pem", certificate),
        .key_file = pki_path(&served->pki, "server", ".key", key),
        .client_ca_file = pki_path(&served->pki, "ca", ".pem", ca),
        .crl_file = crl ? pki_path(&served->pki, crl, ".crl", list) : NULL,
        .body_max_bytes = SERVED_BODY_MAX_BYTES,
    };
    struct listener_options listeners[] = {options, options, options};
    struct fault fault = {0};

    listeners[SERVED_LOCAL].kind = LISTENER_LOCAL;
    listeners[SERVED_PUBLIC].kind = LISTENER_PUBLIC;
    listeners[SERVED_PUBLIC].client_ca_file = listeners[SERVED_PUBLIC].crl_file = NULL;
    listeners[SERVED_PUBLIC].body_max_bytes = 0;
    const struct server_options server = {
        .listeners = listeners,
        .listener_count = 3,
        .loops = loops,
        .limits = limits ? *limits : (struct server_limits){.handshakes_per_s = MANY,
                                                            .handshakes_per_address = MANY,
                                                            .requests_per_partner = MANY},
        .application = {served, on_head, on_request, on_turned_away},
    };
    pthread_mutex_init(&served->later_lock, NULL);
    pthread_cond_init(&served->later_ready, NULL);
    TRY(server_start(&server, &served->server, &fault));
    return pthread_create(&served->later_thread, NULL, answer_later, served) == 0
               ? OUTCOME_OK
               : OUTCOME_INTERNAL;
}

static void set_later(struct served *served, bool held, bool ends)
{
    pthread_mutex_lock(&served->later_lock);
    served->later_held = held;
    served->later_ends = ends;
    pthread_cond_broadcast(&served->later_ready);
    pthread_mutex_unlock(&served->later_lock);
}

void served_hold(struct served *served)
{
    set_later(served, true, false);
}

void served_release(struct served *served)
{
    set_later(served, false, false);
}

void served_end(struct served *served)
{
    if (!served->server)
        return;
    served_release(served);
    server_stop(served->server);
    set_later(served, false, true);
    pthread_join(served->later_thread, NULL);
    server_free(served->server);
    served->server = NULL;
    pthread_mutex_destroy(&served->later_lock);
    pthread_cond_destroy(&served->later_ready);
    served->later_ends = false;
    served->requests = 0;
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        served->turned_away[i] = 0;
}

bool served_connect(struct served *served, size_t listener, const char *certificate,
                    struct tls_client *client)
{
    char pem[PKI_PATH_BYTES], key[PKI_PATH_BYTES];
    struct tls_client_options options = {0};

    if (certificate) {
        options.certificate = pki_path(&served->pki, certificate, ".pem", pem);
        options.key = pki_path(&served->pki, certificate, ".key", key);
    }
    return tls_connect(client, server_port(served->server, listener), &options);
}

struct http_answer served_ask(struct served *served, size_t listener, const char *method,
                              const char *path, const char *headers, const char *body)
{
    const char *certificate = listener == SERVED_PUBLIC ? NULL : "client";
    struct http_answer answer = {0};
    struct tls_client client;
    char text[4096];

    snprintf(text, sizeof text,
             "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %zu\r\n\r\n%s", method, path,
             headers, body ? strlen(body) : 0, body ? body : "");
    if (served_connect(served, listener, certificate, &client) && tls_send_text(&client, text))
        answer = http_receive(&client, strcmp(method, "HEAD") == 0);
    tls_close(&client);
    return answer;
}

bool served_turned_away(struct served *served, enum outcome cause, unsigned least)
{
    for (int i = 0; i < 500; i++) {
        if (atomic_load(&served->turned_away[cause]) >= least)
            return true;
        usleep(10000);
    }
    return false;
}
