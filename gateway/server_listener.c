/* SPDX-License-Identifier: EUPL-1.2 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/server_parts.h"

enum {
    BACKLOG = 512,
    SHORTAGE_PAUSE_MS = 200, /* without descriptors, accept() would fail in a busy loop */
    ACCEPTS_MAX = 32,        /* in a row, before those who are in have their turn */
};

static void turned_away(const struct listener *listener, enum outcome cause, const char *address)
{
    const struct server_application *application = &listener->server->application;
    struct peer peer = {.listener = listener->options.kind};

    snprintf(peer.address, sizeof peer.address, "%.45s", address);
    if (application->on_turned_away)
        application->on_turned_away(application->context, &peer, cause);
}

static void print_address(const struct sockaddr *address, socklen_t length, char *out, size_t size)
{
    static const char mapped[] = "::ffff:";

    if (getnameinfo(address, length, out, (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
        snprintf(out, size, "?");
    if (strncmp(out, mapped, sizeof mapped - 1) == 0)
        memmove(out, out + sizeof mapped - 1, strlen(out + sizeof mapped - 1) + 1);
}

static void pause_accepting(struct server *server, int ms);

/* Before a byte is read, let alone a key used. A closed handshake would cost its sender nothing
 * and leave us a TIME_WAIT, hence the reset. */
static bool may_shake(struct server *server, const struct guard_key *key, int fd)
{
    const struct linger at_once = {.l_onoff = 1};

    if (guard_take(&server->addresses, key, 1) && guard_open(&server->addresses, key))
        return true;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
    return false;
}

static void on_accept(struct evconnlistener *acceptor, evutil_socket_t fd, struct sockaddr *address,
                      int length, void *context)
{
    struct listener *listener = context;
    struct server *server = listener->server;
    struct loop *loop = &server->loops[server->next_loop];
    const struct guard_key key = guard_key_of_address(address);
    struct connection *connection;
    char text[NI_MAXHOST];

    (void)acceptor;
    if (++server->accepted >= ACCEPTS_MAX)
        pause_accepting(server, 0);
    print_address(address, (socklen_t)length, text, sizeof text);
    if (!may_shake(server, &key, fd)) {
        turned_away(listener, OUTCOME_TOO_MANY, text);
        return;
    }
    connection = connection_new(listener, fd, &key, text);
    if (!connection) {
        close(fd);
        guard_close(&server->addresses, &key);
        return;
    }
    server->next_loop = (server->next_loop + 1) % server->loop_count;
    if (loop == server->loops)
        connection_begin(connection, loop);
    else
        loop_put(loop, connection);
}

static void enable_acceptors(struct server *server, bool enable)
{
    for (size_t i = 0; i < server->listener_count; i++) {
        struct evconnlistener *acceptor = server->listeners[i].acceptor;
        if (acceptor && enable)
            evconnlistener_enable(acceptor);
        else if (acceptor)
            evconnlistener_disable(acceptor);
    }
}

void server_resume_accepting(evutil_socket_t fd, short what, void *context)
{
    struct server *server = context;

    (void)fd;
    (void)what;
    server->accepted = 0;
    enable_acceptors(server, true);
}

static void pause_accepting(struct server *server, int ms)
{
    enable_acceptors(server, false);
    event_add(server->resume, &(struct timeval){.tv_usec = ms * 1000});
}

static void on_accept_error(struct evconnlistener *acceptor, void *context)
{
    struct listener *listener = context;

    (void)acceptor;
    pause_accepting(listener->server, SHORTAGE_PAUSE_MS);
}

static enum outcome bind_address(struct listener *listener, const struct addrinfo *found)
{
    const unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
    struct sockaddr_storage bound = {0};
    socklen_t length = sizeof bound;
    const int on = 1;
    int fd;

    listener->acceptor =
        evconnlistener_new_bind(listener->server->loops[0].base, on_accept, listener, flags,
                                BACKLOG, found->ai_addr, (int)found->ai_addrlen);
    if (!listener->acceptor)
        return errno == EADDRINUSE ? OUTCOME_ADDRESS_TAKEN : OUTCOME_SETTINGS_WRONG;
    evconnlistener_set_error_cb(listener->acceptor, on_accept_error);
    fd = evconnlistener_get_fd(listener->acceptor);
    /* Accepted sockets inherit it; without it a reply in two records waits 40 ms. */
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &length) != 0)
        return OUTCOME_INTERNAL;
    listener->port =
        ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&bound)->sin6_port
                                          : ((struct sockaddr_in *)(void *)&bound)->sin_port);
    return OUTCOME_OK;
}

/* Numeric only: a name would be looked up, and mean something else tomorrow. */
static struct addrinfo *address_of(const struct listener_options *options)
{
    const struct addrinfo wanted = {.ai_family = AF_UNSPEC,
                                    .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    char port[8];

    snprintf(port, sizeof port, "%u", (unsigned)options->port);
    return getaddrinfo(options->address, port, &wanted, &found) == 0 ? found : NULL;
}

enum outcome listener_check_address(const struct listener_options *options, struct fault *fault)
{
    struct addrinfo *found = address_of(options);

    if (!found) {
        fault_at(fault, "%s.adres", options->name);
        return OUTCOME_SETTINGS_WRONG;
    }
    freeaddrinfo(found);
    return OUTCOME_OK;
}

enum outcome listener_open(struct listener *listener, struct fault *fault)
{
    struct addrinfo *found = address_of(&listener->options);
    enum outcome outcome = OUTCOME_SETTINGS_WRONG;

    if (found) {
        outcome = bind_address(listener, found);
        freeaddrinfo(found);
    }
    if (outcome != OUTCOME_OK)
        fault_at(fault, "%s.adres", listener->options.name);
    return outcome;
}

static bool copy_text(const char *text, const char **out)
{
    *out = text ? strdup(text) : NULL;
    return !text || *out;
}

enum outcome listener_init(struct listener *listener, struct server *server,
                           const struct listener_options *options, struct fault *fault)
{
    struct listener_options *own = &listener->options;
    bool copied;

    *own = *options;
    listener->server = server;
    pthread_mutex_init(&listener->tls_lock, NULL);
    copied = copy_text(options->name, &own->name);
    copied &= copy_text(options->address, &own->address);
    copied &= copy_text(options->certificate_file, &own->certificate_file);
    copied &= copy_text(options->key_file, &own->key_file);
    copied &= copy_text(options->client_ca_file, &own->client_ca_file);
    copied &= copy_text(options->crl_file, &own->crl_file);
    if (!copied)
        return OUTCOME_OUT_OF_MEMORY;
    /* Without a CA anyone would be let in: only PUBLIC may be so. */
    if ((own->client_ca_file == NULL) != (own->kind == LISTENER_PUBLIC)) {
        fault_at(fault, "%s.ca", own->name);
        return OUTCOME_SETTINGS_WRONG;
    }
    return tls_load(own, &listener->tls, fault);
}

static void free_text(const char *text)
{
    free((void *)(uintptr_t)text);
}

void listener_wipe(struct listener *listener)
{
    const struct listener_options *own = &listener->options;

    if (listener->acceptor)
        evconnlistener_free(listener->acceptor);
    SSL_CTX_free(listener->tls);
    free_text(own->name);
    free_text(own->address);
    free_text(own->certificate_file);
    free_text(own->key_file);
    free_text(own->client_ca_file);
    free_text(own->crl_file);
    pthread_mutex_destroy(&listener->tls_lock);
}

void listeners_close(struct server *server)
{
    for (size_t i = 0; i < server->listener_count; i++) {
        if (server->listeners[i].acceptor)
            evconnlistener_free(server->listeners[i].acceptor);
        server->listeners[i].acceptor = NULL;
    }
}
