/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/fixed_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/scarce_memory.h"

struct fixed_server fixed_server;

static bool read_request(SSL *tls)
{
    size_t length = 0;

    while (length < FIXED_REQUEST_MAX - 1) {
        const char *end, *size;
        int count = SSL_read(tls, fixed_server.last_request + length,
                             (int)(FIXED_REQUEST_MAX - 1 - length));
        if (count <= 0)
            return false;
        atomic_fetch_add(&fixed_server.request_bytes, (size_t)count);
        length += (size_t)count;
        fixed_server.last_request[length] = '\0';
        end = strstr(fixed_server.last_request, "\r\n\r\n");
        size = strcasestr(fixed_server.last_request, "content-length: ");
        if (end && length >= (size_t)(end + 4 - fixed_server.last_request) +
                                 (size != NULL && size < end ? strtoul(size + 16, NULL, 10) : 0))
            return true;
    }
    return false;
}

static void write_answer(SSL *tls)
{
    char dots[4096];

    memset(dots, '.', sizeof dots);
    if (!fixed_server.answer)
        return;
    SSL_write(tls, fixed_server.answer, (int)strlen(fixed_server.answer));
    for (size_t left = fixed_server.padding; left > 0;) {
        size_t count = left < sizeof dots ? left : sizeof dots;
        if (SSL_write(tls, dots, (int)count) <= 0)
            return;
        left -= count;
    }
}

static void *serve(void *context)
{
    (void)context;
    memory_spares_me(true);
    for (;;) {
        int connection = accept(fixed_server.listener, NULL, NULL);
        SSL *tls;
        if (connection < 0)
            return NULL;
        atomic_fetch_add(&fixed_server.connections, 1);
        tls = SSL_new(fixed_server.tls);
        SSL_set_fd(tls, connection);
        if (SSL_accept(tls) == 1) {
            while (read_request(tls)) {
                atomic_fetch_add(&fixed_server.requests, 1);
                write_answer(tls);
            }
        }
        SSL_free(tls);
        close(connection);
    }
}

void fixed_server_start(const char *certificate, const char *key, const char *ca)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;

    memset(&fixed_server, 0, sizeof fixed_server);
    fixed_server.answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}";
    fixed_server.tls = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate_chain_file(fixed_server.tls, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey_file(fixed_server.tls, key, SSL_FILETYPE_PEM), 1);
    assert_int_equal(SSL_CTX_load_verify_locations(fixed_server.tls, ca, NULL), 1);
    SSL_CTX_set_verify(fixed_server.tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    fixed_server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fixed_server.listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fixed_server.listener, 16), 0);
    assert_int_equal(getsockname(fixed_server.listener, (struct sockaddr *)&address, &length), 0);
    fixed_server.port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&fixed_server.thread, NULL, serve, NULL), 0);
}

void fixed_server_stop(void)
{
    shutdown(fixed_server.listener, SHUT_RDWR);
    close(fixed_server.listener);
    pthread_join(fixed_server.thread, NULL);
    SSL_CTX_free(fixed_server.tls);
}
