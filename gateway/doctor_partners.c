/* SPDX-License-Identifier: EUPL-1.2 */
/* The way to each partner, one step after the other: name, connection, TLS, OIN, an answer. The
 * first step that fails is the finding. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "covenant/built_in.h"
#include "covenant/covenant.h"
#include "crypto/encoding.h"
#include "gateway/api.h"
#include "gateway/clock.h"
#include "gateway/doctor.h"

enum { CONNECT_MS = 3000, TOTAL_MS = 8000, HOST_BYTES = 256, PROBLEM_MAX_BYTES = 64 * 1024 };

/* --- name and connection --- */

static bool split(const char *address, char host[static HOST_BYTES], char port[static 8])
{
    const char *at = strncmp(address, "https://", 8) == 0 ? address + 8 : NULL;
    size_t length;

    if (!at)
        return false;
    if (at[0] == '[') {
        length = strcspn(++at, "]");
        snprintf(host, HOST_BYTES, "%.*s", (int)length, at);
        at += length + (at[length] == ']');
    } else {
        length = strcspn(at, ":/");
        snprintf(host, HOST_BYTES, "%.*s", (int)length, at);
        at += length;
    }
    snprintf(port, 8, "%.6s", at[0] == ':' ? at + 1 : "443");
    port[strspn(port, "0123456789")] = '\0';
    return host[0] != '\0';
}

/* errno as connect() would have set it; 0: connected. */
static int connect_within(const struct addrinfo *place)
{
    OWNED_FILE descriptor = socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct pollfd wait = {.fd = descriptor, .events = POLLOUT};
    socklen_t length = sizeof(int);
    int error = 0;

    if (descriptor < 0)
        return errno;
    if (connect(descriptor, place->ai_addr, place->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    if (poll(&wait, 1, CONNECT_MS) != 1)
        return ETIMEDOUT;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

static enum finding reach(const char *address)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    char host[HOST_BYTES], port[8];
    struct addrinfo *places = NULL;
    int error = EHOSTUNREACH;

    if (!split(address, host, port) || getaddrinfo(host, port, &hints, &places) != 0)
        return FINDING_PARTNER_NAME;
    for (const struct addrinfo *place = places; place && error; place = place->ai_next)
        error = connect_within(place);
    freeaddrinfo(places);
    if (error == 0)
        return FINDING_PARTNER_GOOD;
    return error == ECONNREFUSED ? FINDING_PARTNER_CLOSED : FINDING_PARTNER_SILENT;
}

/* --- TLS and the answer --- */

/* What the TLS library says, in its own words, and what that means here. */
static const struct said {
    const char *part;
    enum finding finding;
} said[] = {
    {"another OIN", FINDING_PARTNER_OTHER_OIN},
    {"certificate has expired", FINDING_PARTNER_ENDED},
    {"certificate is not yet valid", FINDING_PARTNER_EARLY},
    {"certificate revoked", FINDING_PARTNER_REVOKED},
    {"CRL", FINDING_PARTNER_LIST},
    {"self-signed", FINDING_PARTNER_CHAIN},
    {"self signed", FINDING_PARTNER_CHAIN},
    {"issuer", FINDING_PARTNER_CHAIN},
    {"certificate verify failed", FINDING_PARTNER_CHAIN},
};

static enum finding finding_of_failure(const struct client_answer *answer)
{
    if (answer->outcome == OUTCOME_TIMEOUT)
        return FINDING_PARTNER_SLOW;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        if (strstr(answer->reason, said[i].part))
            return said[i].finding;
    }
    return answer->outcome == OUTCOME_SENDER_WRONG ? FINDING_PARTNER_CHAIN
                                                   : FINDING_PARTNER_REFUSES;
}

/* The partner listener has nothing to read: 404 in our own form is the answer that is hoped for. */
static enum finding finding_of_answer(const struct client_answer *answer)
{
    OWNED_JSON problem = NULL;
    const char *code = NULL;

    if (json_read(buffer_bytes(&answer->body), PROBLEM_MAX_BYTES, &problem) != OUTCOME_OK ||
        json_text_at(problem, "code", 40, &code, NULL) != OUTCOME_OK)
        return FINDING_PARTNER_ODD;
    return strcmp(code, outcome_code(OUTCOME_STRANGER)) == 0 ? FINDING_PARTNER_STRANGER
                                                             : FINDING_PARTNER_GOOD;
}

static void ask(struct doctor *doctor, struct client *client, const struct party *party,
                const char *address)
{
    char url[KEY_DOCUMENT_ADDRESS_BYTES + 32];
    const struct client_request request = {.method = "GET", .url = url, .server_oin = &party->oin};
    OWNED_ANSWER answer = {0};

    snprintf(url, sizeof url, "%s/v1/status", address);
    if (client_call(client, &request, &answer) == OUTCOME_OK)
        doctor_finding(doctor, finding_of_answer(&answer), party->name, address);
    else
        doctor_finding(doctor, finding_of_failure(&answer), party->name,
                       answer.reason[0] ? answer.reason : address);
}

/* --- who the partners are: from the covenants of the own gateway --- */

struct round {
    struct doctor *doctor;
    struct client *client;
    const struct settings *settings;
    struct code_lists *lists;
    json_t *status; /* of the gateway */
    json_t *asked;  /* OINs */
};

/* Of the document in the covenant, its first. "": it does not count now. */
static void first_address(const struct party *party, char out[static KEY_DOCUMENT_ADDRESS_BYTES])
{
    struct key_chain chain = {0};
    const struct key_document *keys = NULL;
    struct fault fault = {0};

    if (key_chain_begin(party->key_document, &chain, &fault) == OUTCOME_OK)
        keys = key_chain_at(&chain, clock_now_ms() / 1000);
    snprintf(out, KEY_DOCUMENT_ADDRESS_BYTES, "%s", keys ? keys->address : "");
    key_chain_wipe(&chain);
}

/* Where the gateway delivers to it now: others may have followed its first document, which the
 * gateway alone knows. "": none counts; NULL: it has not begun to deliver to it. */
static const char *address_of(const struct round *round, const struct party *party)
{
    const json_t *rows = json_object_get(round->status, "afleveren");

    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (strcmp(text_at(row, "partij"), party->oin.text) == 0)
            return text_at(row, "adres");
    }
    return NULL;
}

static void look_at_party(const struct round *round, const struct party *party)
{
    const char *address = address_of(round, party);
    char first[KEY_DOCUMENT_ADDRESS_BYTES];
    enum finding finding;

    if (!address) {
        first_address(party, first);
        address = first;
    }
    if (!address[0]) {
        doctor_finding(round->doctor, FINDING_PARTNER_KEYS, party->name, NULL);
        return;
    }
    finding = reach(address);
    if (finding == FINDING_PARTNER_GOOD)
        ask(round->doctor, round->client, party, address);
    else
        doctor_finding(round->doctor, finding, party->name, address);
}

static void look_at_parties(struct round *round, struct bytes raw)
{
    struct covenant *covenant = NULL;
    struct covenant_fault fault = {0};

    if (covenant_parse(raw, round->lists, &covenant, &fault) != OUTCOME_OK)
        return; /* the gateway would have told */
    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *party = &covenant->parties[i];
        if (oin_equal(&party->oin, &round->settings->oin) ||
            json_object_get(round->asked, party->oin.text))
            continue;
        json_object_set_new(round->asked, party->oin.text, json_true());
        look_at_party(round, party);
    }
    covenant_free(covenant);
}

static int look_at_covenants(struct round *round, struct api *api)
{
    OWNED_JSON list = NULL;
    int exit = api_get(api, "/v1/convenanten", &list);
    const json_t *covenants = json_object_get(list, "convenanten");

    for (size_t i = 0; exit == EXIT_DONE && i < json_array_size(covenants); i++) {
        OWNED_JSON one = NULL;
        OWNED_BUFFER raw = {0};
        char path[128];
        snprintf(path, sizeof path, "/v1/convenanten/%.64s",
                 text_at(json_array_get(covenants, i), "vingerafdruk"));
        exit = api_get(api, path, &one);
        if (exit == EXIT_DONE &&
            base64_decode(bytes_of_text(text_at(one, "bestand")), &raw) == OUTCOME_OK)
            look_at_parties(round, buffer_bytes(&raw));
    }
    return exit;
}

static int look_at_gateway(struct round *round, struct api *api)
{
    const json_t *warnings;
    int exit = api_get(api, "/v1/status", &round->status);

    if (exit != EXIT_DONE)
        return exit;
    doctor_finding(round->doctor, FINDING_GATEWAY_GOOD, api->profile.address,
                   text_at(round->status, "versie"));
    warnings = json_object_get(round->status, "waarschuwingen");
    for (size_t i = 0; i < json_array_size(warnings); i++)
        doctor_finding(round->doctor, FINDING_GATEWAY_SAYS, NULL,
                       json_string_value(json_array_get(warnings, i)));
    return EXIT_DONE;
}

static enum outcome open_round(struct round *round)
{
    const struct settings *s = round->settings;
    const struct client_identity identity = {
        .certificate = s->partner_certificate,
        .key = s->partner_key,
        .ca = s->partners_ca,
        .crl = s->partners_crl,
        .crl_grace_s = s->crl_grace_h * 60 * 60,
        .rsa_bits_min = s->rsa_bits_min,
    };
    const struct client_limits limits = {CONNECT_MS, TOTAL_MS, 1, 1};

    TRY(code_lists_load(&round->lists));
    round->asked = json_object();
    return client_new(&identity, &limits, &round->client);
}

void doctor_partners(struct doctor *doctor, const struct settings *settings,
                     const struct invocation *invocation)
{
    struct round round = {.doctor = doctor, .settings = settings};
    OWNED_API api = {0};
    int exit;

    if (!invocation->profile) {
        doctor_finding(doctor, FINDING_PARTNERS_UNASKED, NULL, NULL);
        return;
    }
    exit = api_open(invocation, &api);
    if (exit == EXIT_DONE)
        exit = look_at_gateway(&round, &api);
    /* Without a certificate of our own nobody can be called; that was said above. */
    if (exit == EXIT_DONE && open_round(&round) == OUTCOME_OK)
        exit = look_at_covenants(&round, &api);
    if (exit != EXIT_DONE)
        doctor_finding(doctor, FINDING_GATEWAY_AWAY, invocation->profile, NULL);
    client_free(round.client);
    code_lists_free(round.lists);
    json_decref(round.asked);
    json_decref(round.status);
}
