/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_SECONDS = 10 };

bool tcp_connect(struct tls_client *client, uint16_t port)
{
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int on = 1;

    *client = (struct tls_client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connect(client->fd, (const struct sockaddr *)(const void *)&to, sizeof to) == 0;
}

bool tls_connect(struct tls_client *client, uint16_t port, const struct tls_client_options *options)
{
    if (!tcp_connect(client, port))
        return false;
    client->context = SSL_CTX_new(TLS_client_method());
    if (options->max_version)
        SSL_CTX_set_max_proto_version(client->context, options->max_version);
    if (options->certificate &&
        (SSL_CTX_use_certificate_chain_file(client->context, options->certificate) != 1 ||
         SSL_CTX_use_PrivateKey_file(client->context, options->key, SSL_FILETYPE_PEM) != 1))
        return false;
    client->ssl = SSL_new(client->context);
    SSL_set_fd(client->ssl, client->fd);
    if (options->session)
        SSL_set_session(client->ssl, options->session);
    return SSL_connect(client->ssl) == 1;
}

bool tls_send(struct tls_client *client, const void *data, size_t length)
{
    size_t sent = 0;

    if (!client->ssl)
        return send(client->fd, data, length, MSG_NOSIGNAL) == (ssize_t)length;
    return SSL_write_ex(client->ssl, data, length, &sent) == 1 && sent == length;
}

bool tls_send_text(struct tls_client *client, const char *text)
{
    return tls_send(client, text, strlen(text));
}

size_t tls_receive(struct tls_client *client, void *into, size_t most, int seconds)
{
    struct pollfd ready = {.fd = client->fd, .events = POLLIN};
    size_t n = 0;

    if (!(client->ssl && SSL_pending(client->ssl)) && poll(&ready, 1, seconds * 1000) <= 0)
        return 0;
    if (!client->ssl) {
        const ssize_t got = recv(client->fd, into, most, 0);
        return got > 0 ? (size_t)got : 0;
    }
    return SSL_read_ex(client->ssl, into, most, &n) == 1 ? n : 0;
}

void tls_close(struct tls_client *client)
{
    SSL_free(client->ssl);
    SSL_CTX_free(client->context);
    if (client->fd >= 0)
        close(client->fd);
    *client = (struct tls_client){.fd = -1};
}

/* Receives until the text holds `wanted` bytes; false when the stream ends before. */
static bool receive_more(struct tls_client *client, struct http_answer *answer, size_t *length,
                         size_t most)
{
    size_t n;

    answer->text = realloc(answer->text, *length + most + 1);
    n = tls_receive(client, answer->text + *length, most, ANSWER_SECONDS);
    *length += n;
    answer->text[*length] = '\0';
    return n > 0;
}

struct http_answer http_receive(struct tls_client *client, bool without_body)
{
    struct http_answer answer = {.text = calloc(1, 1)};
    const char *length_text;
    size_t length = 0, head;
    char *end;

    /* One byte at a time, so that a next response is left alone. */
    while (!(end = strstr(answer.text, "\r\n\r\n")))
        if (!receive_more(client, &answer, &length, 1))
            return answer;
    head = (size_t)(end - answer.text) + 4;
    answer.status = atoi(answer.text + strlen("HTTP/1.1 "));
    length_text = http_answer_header(&answer, "Content-Length");
    answer.body_length = without_body || !length_text ? 0 : strtoul(length_text, NULL, 10);
    while (length < head + answer.body_length)
        if (!receive_more(client, &answer, &length, head + answer.body_length - length))
            break;
    answer.body_length = length - head;
    answer.body = answer.text + head;
    return answer;
}

const char *http_answer_header(const struct http_answer *answer, const char *name)
{
    static _Thread_local char value[1024];
    const char *line = answer->text;

    while ((line = strstr(line, "\r\n")) && strncmp(line, "\r\n\r\n", 4) != 0) {
        line += 2;
        if (strncasecmp(line, name, strlen(name)) != 0 || line[strlen(name)] != ':')
            continue;
        line += strlen(name) + 1;
        line += strspn(line, " ");
        snprintf(value, sizeof value, "%.*s", (int)strcspn(line, "\r"), line);
        return value;
    }
    return NULL;
}

void http_answer_wipe(struct http_answer *answer)
{
    free(answer->text);
    *answer = (struct http_answer){0};
}

int http_count_answers(struct tls_client *client, int seconds)
{
    static char text[256 * 1024];
    size_t length = 0, n;
    int count = 0;

    while (length < sizeof text - 1 &&
           (n = tls_receive(client, text + length, sizeof text - 1 - length, seconds)) > 0)
        length += n;
    text[length] = '\0';
    for (const char *at = text; (at = strstr(at, "HTTP/1.1 ")); at++)
        count++;
    return count;
}
