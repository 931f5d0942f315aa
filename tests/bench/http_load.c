/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * http_load - sends prepared bodies over C keep-alive connections of mutual TLS
 * for S seconds and reports the rate and the latencies.
 *
 *   http_load --port N --path /v1/signalen --certificate PEM --key PEM
 *             --bodies FILE [--again] [--connections C] [--seconds S] [--host IP]
 *
 * FILE holds one body per line; each is sent once, in order, or with --again from
 * the front when they run out. Without bodies left it ends. One thread, so that
 * it takes at most one core. It does not check the server's certificate: it
 * measures. Prints one line:
 *
 *   requests N  seconds S  rate R  p50_us N  p99_us N  max_us N  other_status N  broken N
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "crypto/bytes.h"

enum { CONNECTIONS_MAX = 1024, ANSWER_BYTES = 1024 * 1024, EVENTS = 128 };

struct options {
    const char *host, *path, *certificate, *key, *bodies;
    int port, connections, seconds;
    bool again;
};

struct flow { /* one connection with the one request it has under way */
    SSL *ssl;
    int fd;
    struct buffer request;
    size_t sent;
    char *answer;              /* ANSWER_BYTES */
    size_t received, expected; /* expected: 0 while the head is not whole */
    int64_t began_us;
    bool busy;
};

struct load {
    struct options options;
    struct bytes bodies; /* the file, mapped */
    size_t next;         /* in bodies */
    int epoll;
    struct flow flows[CONNECTIONS_MAX];
    int busy;
    uint32_t *latencies_us;
    size_t count, room;
    size_t other_status, broken;
    int64_t until_us;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void map_bodies(struct load *load)
{
    const int fd = open(load->options.bodies, O_RDONLY | O_CLOEXEC);
    struct stat about;
    void *mapped;

    if (fd < 0 || fstat(fd, &about) != 0 || about.st_size == 0)
        die(load->options.bodies);
    mapped = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapped == MAP_FAILED)
        die("mmap");
    load->bodies = bytes_of(mapped, (size_t)about.st_size);
    close(fd);
}

static bool next_body(struct load *load, struct bytes *out)
{
    const uint8_t *start, *end;

    if (load->next >= load->bodies.length && load->options.again)
        load->next = 0;
    if (load->next >= load->bodies.length)
        return false;
    start = load->bodies.data + load->next;
    end = memchr(start, '\n', load->bodies.length - load->next);
    if (!end)
        end = load->bodies.data + load->bodies.length;
    *out = bytes_of(start, (size_t)(end - start));
    load->next = (size_t)(end - load->bodies.data) + 1;
    return true;
}

static bool begin_request(struct load *load, struct flow *flow)
{
    struct bytes body;

    flow->began_us = now_us();
    if (flow->began_us >= load->until_us || !next_body(load, &body))
        return false;
    flow->request.length = 0;
    buffer_format(&flow->request,
                  "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
                  "Accept: application/json\r\nContent-Length: %zu\r\n\r\n",
                  load->options.path, load->options.host, body.length);
    buffer_add_bytes(&flow->request, body);
    if (flow->request.failed)
        die("memory");
    flow->sent = flow->received = flow->expected = 0;
    return true;
}

static void end_flow(struct load *load, struct flow *flow, bool broken)
{
    load->busy--;
    load->broken += broken;
    flow->busy = false;
    epoll_ctl(load->epoll, EPOLL_CTL_DEL, flow->fd, NULL);
}

static void record(struct load *load, const struct flow *flow)
{
    if (load->count == load->room) {
        load->room = load->room ? load->room * 2 : 65536;
        load->latencies_us = realloc(load->latencies_us, load->room * sizeof *load->latencies_us);
        if (!load->latencies_us)
            die("memory");
    }
    load->latencies_us[load->count++] = (uint32_t)(now_us() - flow->began_us);
    load->other_status += flow->answer[9] != '2';
}

/* How long the whole answer is, once its head is in. */
static size_t expected_length(const struct flow *flow)
{
    const char *end = memmem(flow->answer, flow->received, "\r\n\r\n", 4);
    const char *line = flow->answer;

    while (end && (line = memchr(line, '\n', (size_t)(end - line))) && ++line)
        if (strncasecmp(line, "content-length:", 15) == 0)
            return (size_t)(end + 4 - flow->answer) + strtoul(line + 15, NULL, 10);
    return end ? (size_t)(end + 4 - flow->answer) : 0;
}

enum step { STEP_ON, STEP_WAIT, STEP_BROKEN };

static enum step step_of(const struct flow *flow, int result)
{
    const int error = SSL_get_error(flow->ssl, result);

    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? STEP_WAIT : STEP_BROKEN;
}

static enum step send_some(struct flow *flow)
{
    size_t n = 0;
    const int result = SSL_write_ex(flow->ssl, flow->request.data + flow->sent,
                                    flow->request.length - flow->sent, &n);

    flow->sent += n;
    return result == 1 ? STEP_ON : step_of(flow, result);
}

static enum step receive_some(struct flow *flow)
{
    size_t n = 0;
    const int result =
        SSL_read_ex(flow->ssl, flow->answer + flow->received, ANSWER_BYTES - flow->received, &n);

    flow->received += n;
    if (result != 1)
        return step_of(flow, result);
    if (flow->expected == 0)
        flow->expected = expected_length(flow);
    return flow->expected > ANSWER_BYTES ? STEP_BROKEN : STEP_ON;
}

static void go_on(struct load *load, struct flow *flow)
{
    enum step step = STEP_ON;

    while (step == STEP_ON) {
        step = flow->sent < flow->request.length ? send_some(flow) : receive_some(flow);
        if (step != STEP_ON || flow->expected == 0 || flow->received < flow->expected)
            continue;
        record(load, flow);
        if (!begin_request(load, flow)) {
            end_flow(load, flow, false);
            return;
        }
    }
    if (step == STEP_BROKEN)
        end_flow(load, flow, true);
}

static void open_flow(struct load *load, struct flow *flow, SSL_CTX *tls)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)load->options.port)};
    struct epoll_event interest = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = flow};
    const int on = 1;

    flow->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    flow->answer = malloc(ANSWER_BYTES);
    flow->ssl = SSL_new(tls);
    if (inet_pton(AF_INET, load->options.host, &to.sin_addr) != 1 || flow->fd < 0 ||
        !flow->answer || !flow->ssl ||
        connect(flow->fd, (const struct sockaddr *)(const void *)&to, sizeof to) != 0)
        die("connect");
    setsockopt(flow->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    SSL_set_fd(flow->ssl, flow->fd);
    if (SSL_connect(flow->ssl) != 1)
        die("handshake");
    fcntl(flow->fd, F_SETFL, O_NONBLOCK);
    flow->busy = true;
    load->busy++;
    if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, flow->fd, &interest) != 0)
        die("epoll_ctl");
}

static SSL_CTX *new_context(const struct options *options)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());

    if (!tls || (options->certificate &&
                 (SSL_CTX_use_certificate_chain_file(tls, options->certificate) != 1 ||
                  SSL_CTX_use_PrivateKey_file(tls, options->key, SSL_FILETYPE_PEM) != 1)))
        die("certificate");
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(tls, 1);
    return tls;
}

static void run(struct load *load)
{
    struct epoll_event events[EVENTS];

    for (int i = 0; i < load->options.connections; i++) {
        if (begin_request(load, &load->flows[i]))
            go_on(load, &load->flows[i]);
        else
            end_flow(load, &load->flows[i], false);
    }
    while (load->busy > 0) {
        const int n = epoll_wait(load->epoll, events, EVENTS, 10000);
        if (n < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < n; i++) {
            struct flow *flow = events[i].data.ptr;
            if (flow->busy)
                go_on(load, flow);
        }
        if (n == 0) {
            load->broken += (size_t)load->busy; /* no answer for ten seconds */
            break;
        }
    }
}

static int compare(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static uint32_t at_share(const struct load *load, size_t percent)
{
    return load->count ? load->latencies_us[(load->count - 1) * percent / 100] : 0;
}

static void report(struct load *load, double seconds)
{
    if (load->count)
        qsort(load->latencies_us, load->count, sizeof *load->latencies_us, compare);
    printf("requests %zu  seconds %.2f  rate %.0f  p50_us %u  p99_us %u  max_us %u  "
           "other_status %zu  broken %zu\n",
           load->count, seconds, (double)load->count / seconds, at_share(load, 50),
           at_share(load, 99), at_share(load, 100), load->other_status, load->broken);
}

static void read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {{"host", required_argument, NULL, 'h'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"path", required_argument, NULL, 'u'},
                                          {"certificate", required_argument, NULL, 'c'},
                                          {"key", required_argument, NULL, 'k'},
                                          {"bodies", required_argument, NULL, 'b'},
                                          {"connections", required_argument, NULL, 'n'},
                                          {"seconds", required_argument, NULL, 's'},
                                          {"again", no_argument, NULL, 'a'},
                                          {NULL, 0, NULL, 0}};
    int name;

    *options = (struct options){.host = "127.0.0.1", .path = "/", .connections = 1, .seconds = 5};
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (name) {
        case 'h':
            options->host = optarg;
            break;
        case 'p':
            options->port = atoi(optarg);
            break;
        case 'u':
            options->path = optarg;
            break;
        case 'c':
            options->certificate = optarg;
            break;
        case 'k':
            options->key = optarg;
            break;
        case 'b':
            options->bodies = optarg;
            break;
        case 'n':
            options->connections = atoi(optarg);
            break;
        case 's':
            options->seconds = atoi(optarg);
            break;
        case 'a':
            options->again = true;
            break;
        default:
            exit(2);
        }
    }
    if (!options->port || !options->bodies || options->connections < 1 ||
        options->connections > CONNECTIONS_MAX || (options->certificate && !options->key)) {
        fprintf(stderr, "http_load: --port, --bodies (and --certificate with --key) are needed\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct load load;
    SSL_CTX *tls;
    int64_t began_us;

    read_options(argc, argv, &load.options);
    signal(SIGPIPE, SIG_IGN);
    map_bodies(&load);
    tls = new_context(&load.options);
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < load.options.connections; i++)
        open_flow(&load, &load.flows[i], tls);
    began_us = now_us();
    load.until_us = began_us + (int64_t)load.options.seconds * 1000000;
    run(&load);
    report(&load, (double)(now_us() - began_us) / 1e6);
    return load.broken ? 1 : 0;
}
