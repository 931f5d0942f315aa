/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/client.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/client_tls.h"

#define CIPHERS "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define GROUPS  "X25519:P-256:P-384"

struct transfer {
    struct client *client;
    CURL *easy;
    struct curl_slist *headers;
    bool checks_oin;
    bool other_oin; /* the server was somebody else */
    bool no_memory; /* to see who it was */
    bool outdated;  /* the connection that was reused no longer counts */
    bool fresh;     /* so this is the second attempt, over a new one */
    bool too_large;
    struct oin server_oin;
    size_t answer_max_bytes;
    struct client_answer answer;
    char error[CURL_ERROR_SIZE];
    struct transfer *previous, *next; /* in the client's list of those under way, or done */
};

struct client {
    CURLM *multi;
    struct client_identity identity; /* its texts are ours */
    struct client_tls *tls;
    unsigned generation;    /* how often it was read anew */
    atomic_bool may_differ; /* from the files */
    struct client_limits limits;
    struct transfer *under_way;        /* doubly linked */
    struct transfer *done, **done_end; /* oldest first */
    size_t under_way_count;
};

enum outcome client_ready(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? OUTCOME_OK : OUTCOME_INTERNAL;
}

void client_answer_wipe(struct client_answer *answer)
{
    buffer_wipe(&answer->body);
}

/* --- one transfer --- */

static void transfer_free(struct transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    client_answer_wipe(&transfer->answer);
    free(transfer);
}

static void transfer_free_at(struct transfer **transfer)
{
    transfer_free(*transfer);
    *transfer = NULL;
}
#define OWNED_TRANSFER __attribute__((cleanup(transfer_free_at))) struct transfer *

static size_t keep_body(char *data, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct buffer *body = &transfer->answer.body;
    size_t length = size * count;

    if (length > transfer->answer_max_bytes - body->length) {
        transfer->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    buffer_add(body, data, length);
    return body->failed ? CURL_WRITEFUNC_ERROR : length;
}

static enum outcome oin_of_peer(SSL *ssl, struct oin *out_oin)
{
    OWNED_CERTIFICATE certificate = NULL;
    OWNED_BUFFER der = {0};
    X509 *peer = SSL_get0_peer_certificate(ssl); /* owned by the connection */
    int length = peer ? i2d_X509(peer, NULL) : 0;
    uint8_t *room;

    if (length <= 0 || length > CERTIFICATE_MAX_BYTES)
        return OUTCOME_MALFORMED;
    room = buffer_room(&der, (size_t)length);
    if (!room)
        return OUTCOME_OUT_OF_MEMORY;
    if (i2d_X509(peer, &room) != length)
        return OUTCOME_MALFORMED;
    TRY(certificate_read_der(buffer_bytes(&der), &certificate));
    return certificate_oin(certificate, out_oin);
}

static SSL *session_of(const struct transfer *transfer)
{
    struct curl_tlssessioninfo *session = NULL;

    if (curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session ||
        session->backend != CURLSSLBACKEND_OPENSSL)
        return NULL;
    return session->internals;
}

static void look_who_answers(struct transfer *transfer, SSL *ssl)
{
    struct oin oin;
    const enum outcome outcome = ssl ? oin_of_peer(ssl, &oin) : OUTCOME_MALFORMED;

    transfer->no_memory = outcome == OUTCOME_OUT_OF_MEMORY;
    transfer->other_oin =
        !transfer->no_memory && (outcome != OUTCOME_OK || !oin_equal(&oin, &transfer->server_oin));
}

/* Runs on every connection, new or reused, when the request is about to be written. */
static int check_server(void *context, char *to_address, char *from_address, int to_port,
                        int from_port)
{
    struct transfer *transfer = context;
    SSL *ssl = session_of(transfer);

    (void)to_address, (void)from_address, (void)to_port, (void)from_port;
    transfer->outdated =
        ssl && !transfer->fresh && !client_tls_still_good(transfer->client->tls, ssl);
    if (transfer->outdated)
        return CURL_PREREQFUNC_ABORT;
    if (transfer->checks_oin)
        look_who_answers(transfer, ssl);
    if (transfer->other_oin || transfer->no_memory)
        return CURL_PREREQFUNC_ABORT;
    transfer->answer.left = true;
    return CURL_PREREQFUNC_OK;
}

static CURLcode arm(CURL *easy, void *ssl_context, void *context)
{
    const struct transfer *transfer = context;

    (void)easy;
    return client_tls_use(transfer->client->tls, ssl_context) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (curl_easy_setopt(transfer->easy, option, value) != CURLE_OK)                           \
            return OUTCOME_OUT_OF_MEMORY;                                                          \
    } while (0)

static enum outcome set_tls(struct transfer *transfer)
{
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3 | (long)CURL_SSLVERSION_MAX_TLSv1_3);
    SET(CURLOPT_TLS13_CIPHERS, CIPHERS);
    SET(CURLOPT_SSL_EC_CURVES, GROUPS);
    SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    SET(CURLOPT_CAINFO, NULL); /* the system's own authorities count for nothing */
    SET(CURLOPT_CAPATH, NULL);
    SET(CURLOPT_CA_CACHE_TIMEOUT, 0L); /* else the first of our stores serves for a day */
    SET(CURLOPT_SSL_CTX_FUNCTION, arm);
    SET(CURLOPT_SSL_CTX_DATA, transfer);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, transfer->checks_oin ? 0L : 2L);
    SET(CURLOPT_PREREQFUNCTION, check_server);
    SET(CURLOPT_PREREQDATA, transfer);
    return OUTCOME_OK;
}

static enum outcome set_http(struct transfer *transfer, const struct client_request *request)
{
    SET(CURLOPT_PROTOCOLS_STR, "https");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, ""); /* also not one of the environment */
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_USERAGENT, "wijkpoort");
    SET(CURLOPT_WRITEFUNCTION, keep_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HTTPHEADER, transfer->headers);
    if (strcmp(request->method, "POST") == 0) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDS, request->body.length ? (const char *)request->body.data : "");
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
    } else {
        SET(CURLOPT_CUSTOMREQUEST, request->method);
    }
    return OUTCOME_OK;
}

static enum outcome set_limits(struct transfer *transfer)
{
    const struct client_limits *limits = &transfer->client->limits;

    SET(CURLOPT_NOSIGNAL, 1L); /* threads */
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)limits->connect_ms);
    SET(CURLOPT_TIMEOUT_MS, (long)limits->total_ms);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->answer_max_bytes);
    SET(CURLOPT_ERRORBUFFER, transfer->error);
    SET(CURLOPT_PRIVATE, transfer);
    return OUTCOME_OK;
}

static enum outcome add_header(struct transfer *transfer, const char *header)
{
    struct curl_slist *headers = curl_slist_append(transfer->headers, header);

    if (!headers)
        return OUTCOME_OUT_OF_MEMORY;
    transfer->headers = headers;
    return OUTCOME_OK;
}

static bool names_content_type(const struct client_request *request)
{
    for (size_t i = 0; i < CLIENT_HEADERS_MAX && request->headers[i]; i++) {
        if (strncasecmp(request->headers[i], "Content-Type:", 13) == 0)
            return true;
    }
    return false;
}

static enum outcome add_headers(struct transfer *transfer, const struct client_request *request)
{
    TRY(add_header(transfer, "Expect:")); /* curl would ask 100-continue, which we refuse */
    if (request->body.length && !names_content_type(request)) /* twice would be refused */
        TRY(add_header(transfer, "Content-Type: application/json"));
    for (size_t i = 0; i < CLIENT_HEADERS_MAX && request->headers[i]; i++)
        TRY(add_header(transfer, request->headers[i]));
    return OUTCOME_OK;
}

static enum outcome transfer_new(struct client *client, const struct client_request *request,
                                 size_t answer_max_bytes, void *tag, struct transfer **out_transfer)
{
    OWNED_TRANSFER transfer = calloc(1, sizeof *transfer);

    if (!transfer)
        return OUTCOME_OUT_OF_MEMORY;
    transfer->client = client;
    transfer->answer.tag = tag;
    transfer->answer_max_bytes = answer_max_bytes;
    transfer->checks_oin = request->server_oin != NULL;
    if (transfer->checks_oin)
        transfer->server_oin = *request->server_oin;
    transfer->easy = curl_easy_init();
    if (!transfer->easy)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(add_headers(transfer, request));
    TRY(set_tls(transfer));
    TRY(set_http(transfer, request));
    TRY(set_limits(transfer));

    *out_transfer = transfer;
    transfer = NULL; /* handed over */
    return OUTCOME_OK;
}

/* --- the client --- */

static bool copy_text(const char *text, const char **out)
{
    *out = text ? strdup(text) : NULL;
    return !text || *out;
}

static bool copy_identity(struct client *client, const struct client_identity *identity)
{
    bool copied;

    client->identity = *identity;
    copied = copy_text(identity->certificate, &client->identity.certificate);
    copied &= copy_text(identity->key, &client->identity.key);
    copied &= copy_text(identity->ca, &client->identity.ca);
    copied &= copy_text(identity->crl, &client->identity.crl);
    return copied;
}

static void free_identity(struct client_identity *identity)
{
    free((void *)(uintptr_t)identity->certificate);
    free((void *)(uintptr_t)identity->key);
    free((void *)(uintptr_t)identity->ca);
    free((void *)(uintptr_t)identity->crl);
}

enum outcome client_new(const struct client_identity *identity, const struct client_limits *limits,
                        struct client **out_client)
{
    OWNED_CLIENT client = calloc(1, sizeof *client);

    if (!client)
        return OUTCOME_OUT_OF_MEMORY;
    client->limits = *limits;
    client->done_end = &client->done;
    client->multi = curl_multi_init();
    if (!copy_identity(client, identity) || !client->multi)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(client_tls_load(&client->identity, client->generation, &client->tls));
    curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)limits->connections_max);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)limits->per_host_max);

    *out_client = client;
    client = NULL; /* handed over */
    return OUTCOME_OK;
}

static void free_list(struct client *client, struct transfer *transfer, bool in_multi)
{
    while (transfer) {
        struct transfer *next = transfer->next;
        if (in_multi)
            curl_multi_remove_handle(client->multi, transfer->easy);
        transfer_free(transfer);
        transfer = next;
    }
}

void client_free(struct client *client)
{
    if (!client)
        return;
    free_list(client, client->under_way, true);
    free_list(client, client->done, false);
    curl_multi_cleanup(client->multi);
    client_tls_free(client->tls);
    free_identity(&client->identity);
    free(client);
}

void client_free_at(struct client **client)
{
    client_free(*client);
    *client = NULL;
}

void client_reload(struct client *client)
{
    atomic_store(&client->may_differ, true);
}

/* A connection that stands keeps what it was made with, and is not used for another request. */
static void read_anew(struct client *client)
{
    struct client_tls *tls;
    enum outcome outcome;

    if (!atomic_exchange(&client->may_differ, false))
        return;
    outcome = client_tls_load(&client->identity, client->generation + 1, &tls);
    if (outcome == OUTCOME_OUT_OF_MEMORY) /* with the next request: nobody says it again */
        atomic_store(&client->may_differ, true);
    if (outcome != OUTCOME_OK)
        return;
    if (!client_tls_is_current(tls)) {
        client_tls_free(tls);
        return;
    }
    client_tls_free(client->tls);
    client->tls = tls;
    client->generation++;
}

static enum outcome start(struct client *client, const struct client_request *request,
                          size_t answer_max_bytes, void *tag)
{
    struct transfer *transfer;

    read_anew(client);
    TRY(transfer_new(client, request, answer_max_bytes, tag, &transfer));
    if (curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK) {
        transfer_free(transfer);
        return OUTCOME_OUT_OF_MEMORY;
    }
    transfer->next = client->under_way;
    if (transfer->next)
        transfer->next->previous = transfer;
    client->under_way = transfer;
    client->under_way_count++;
    return OUTCOME_OK;
}

enum outcome client_post(struct client *client, const struct client_request *request, void *tag)
{
    return start(client, request, CLIENT_RECEIPT_MAX_BYTES, tag);
}

/* --- answers --- */

/* A certificate that could not be looked at for want of memory fails like one that is false. */
static bool had_no_memory(const struct transfer *transfer, CURLcode code)
{
    long verified = X509_V_OK;

    curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    return transfer->no_memory || transfer->answer.body.failed || code == CURLE_OUT_OF_MEMORY ||
           verified == X509_V_ERR_OUT_OF_MEM;
}

static enum outcome outcome_of(const struct transfer *transfer, CURLcode code)
{
    if (transfer->other_oin)
        return OUTCOME_SENDER_WRONG;
    if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED)
        return OUTCOME_TOO_LARGE;
    if (had_no_memory(transfer, code))
        return OUTCOME_OUT_OF_MEMORY;
    if (code == CURLE_OK)
        return OUTCOME_OK;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return OUTCOME_TIMEOUT;
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR)
        return OUTCOME_SENDER_WRONG;
    return OUTCOME_UNREACHABLE;
}

static void complete(struct transfer *transfer, CURLcode code)
{
    struct client_answer *answer = &transfer->answer;
    const char *content_type = NULL;
    curl_off_t retry_after = 0;

    answer->outcome = outcome_of(transfer, code);
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &answer->http_status);
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &content_type);
    answer->retry_after_s = retry_after;
    snprintf(answer->content_type, sizeof answer->content_type, "%s",
             content_type ? content_type : "");
    if (transfer->other_oin)
        snprintf(answer->reason, sizeof answer->reason, "the server has another OIN");
    else if (code != CURLE_OK)
        snprintf(answer->reason, sizeof answer->reason, "%s",
                 transfer->error[0] ? transfer->error : curl_easy_strerror(code));
}

static void move_to_done(struct client *client, struct transfer *transfer)
{
    if (transfer->previous)
        transfer->previous->next = transfer->next;
    else
        client->under_way = transfer->next;
    if (transfer->next)
        transfer->next->previous = transfer->previous;
    client->under_way_count--;
    transfer->previous = transfer->next = NULL;
    *client->done_end = transfer;
    client->done_end = &transfer->next;
}

/* True when it is under way again. */
static bool go_over_a_new_connection(struct transfer *transfer)
{
    if (!transfer->outdated)
        return false;
    transfer->outdated = false;
    transfer->fresh = true;
    return curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           curl_multi_add_handle(transfer->client->multi, transfer->easy) == CURLM_OK;
}

static void collect(struct client *client)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(client->multi, &left))) {
        struct transfer *transfer = NULL;
        CURLcode code = message->data.result; /* gone after the removal */
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        curl_multi_remove_handle(client->multi, transfer->easy);
        if (go_over_a_new_connection(transfer))
            continue;
        complete(transfer, code);
        move_to_done(client, transfer);
    }
}

void client_poll(struct client *client, int timeout_ms)
{
    int running;

    curl_multi_perform(client->multi, &running);
    collect(client);
    if (client->done)
        return;
    curl_multi_poll(client->multi, NULL, 0, timeout_ms, NULL);
    curl_multi_perform(client->multi, &running);
    collect(client);
}

bool client_take(struct client *client, struct client_answer *out_answer)
{
    struct transfer *transfer = client->done;

    if (!transfer)
        return false;
    client->done = transfer->next;
    if (!client->done)
        client->done_end = &client->done;
    *out_answer = transfer->answer;
    transfer->answer.body = (struct buffer){0}; /* handed over */
    transfer_free(transfer);
    return true;
}

size_t client_under_way(const struct client *client)
{
    return client->under_way_count;
}

void client_wake(struct client *client)
{
    curl_multi_wakeup(client->multi);
}

enum outcome client_call(struct client *client, const struct client_request *request,
                         struct client_answer *out_answer)
{
    enum outcome outcome = start(client, request, CLIENT_ANSWER_MAX_BYTES, NULL);

    if (outcome != OUTCOME_OK) {
        *out_answer = (struct client_answer){.outcome = outcome};
        return outcome;
    }
    while (!client_take(client, out_answer))
        client_poll(client, 1000);
    return out_answer->outcome;
}
