/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * http_floor - the server with a handler that does nothing: what a request costs
 * before any work of ours. Prints its port and serves until its input ends.
 *
 *   http_floor CERTIFICATE KEY CA [LOOPS]
 */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/ready.h"
#include "gateway/server.h"

static void on_request(void *context, struct exchange *exchange)
{
    static const char body[] = "{\"uitkomst\":\"AANVAARD\"}";

    (void)context;
    reply_with(&exchange->reply, 201, "application/json", bytes_of(body, sizeof body - 1));
    exchange_finish(exchange);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "http_floor CERTIFICATE KEY CA [LOOPS]\n");
        return 2;
    }
    const struct listener_options listener = {.name = "partner",
                                              .kind = LISTENER_PARTNER,
                                              .address = "127.0.0.1",
                                              .certificate_file = argv[1],
                                              .key_file = argv[2],
                                              .client_ca_file = argv[3],
                                              .body_max_bytes = 8 * 1024 * 1024};
    const struct server_options options = {.listeners = &listener,
                                           .listener_count = 1,
                                           .loops = argc > 4 ? strtoul(argv[4], NULL, 10) : 0,
                                           .application = {.on_request = on_request}};
    struct server *server = NULL;
    struct fault fault = {0};

    if (crypto_ready() != OUTCOME_OK || server_start(&options, &server, &fault) != OUTCOME_OK) {
        fprintf(stderr, "http_floor: %s\n", fault.where);
        return 1;
    }
    printf("%u\n", (unsigned)server_port(server, 0));
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    server_free(server);
    return 0;
}
