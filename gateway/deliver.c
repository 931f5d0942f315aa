/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/deliver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/client.h"
#include "gateway/clock.h"
#include "gateway/event.h"
#include "gateway/outgoing.h"

enum {
    POLL_MS = 1000,
    PARK_AFTER = 8, /* refusals in a row before a message stops holding up the next */
    PARTNERS_MAX = 128,
    URL_BYTES = KEY_DOCUMENT_ADDRESS_BYTES + 64,
    CONNECT_MS = 10000,
    BACKOFF_DOUBLINGS_MAX = 16,
};

struct parcel { /* a message on its way */
    struct parcel *next;
    struct outgoing *outgoing;
    int64_t next_try_ms; /* monotonic */
    unsigned failures;
    bool under_way;
    bool parked;
};

struct delivery {
    struct gateway *gateway;
    struct client *client;
    pthread_t thread;
    pthread_mutex_t lock; /* over what status reads: states and the list's flags */
    struct parcel *parcels;
    struct delivery_state states[PARTNERS_MAX];
    size_t state_count;
    bool stopping;
};

static bool is_stopping(struct delivery *delivery)
{
    bool stopping;

    pthread_mutex_lock(&delivery->lock);
    stopping = delivery->stopping;
    pthread_mutex_unlock(&delivery->lock);
    return stopping;
}

static struct delivery_state *state_of(struct delivery *delivery, const struct oin *partner)
{
    for (size_t i = 0; i < delivery->state_count; i++) {
        if (oin_equal(&delivery->states[i].partner, partner))
            return &delivery->states[i];
    }
    if (delivery->state_count == PARTNERS_MAX)
        return NULL;
    delivery->states[delivery->state_count].partner = *partner;
    return &delivery->states[delivery->state_count++];
}

static enum outcome add_parcel(struct delivery *delivery, struct outgoing *taken_outgoing)
{
    struct parcel *parcel = calloc(1, sizeof *parcel);

    if (!parcel) {
        outgoing_free(taken_outgoing); /* it is stored: the next start finds it */
        return OUTCOME_OUT_OF_MEMORY;
    }
    parcel->outgoing = taken_outgoing;
    parcel->next = delivery->parcels;
    delivery->parcels = parcel;
    return OUTCOME_OK;
}

static void drop_parcel(struct delivery *delivery, struct parcel *parcel)
{
    struct parcel **link = &delivery->parcels;

    pthread_mutex_lock(&delivery->lock);
    while (*link != parcel)
        link = &(*link)->next;
    *link = parcel->next;
    pthread_mutex_unlock(&delivery->lock);
    outgoing_free(parcel->outgoing);
    free(parcel);
}

static bool has_parcel(const struct delivery *delivery, const struct oin *partner)
{
    for (const struct parcel *parcel = delivery->parcels; parcel; parcel = parcel->next) {
        if (!parcel->parked && oin_equal(&parcel->outgoing->partner, partner))
            return true;
    }
    return false;
}

/* --- trying --- */

static int64_t pause_ms(const struct delivery *delivery, unsigned failures)
{
    const struct settings *settings = delivery->gateway->settings;
    unsigned doublings = failures < BACKOFF_DOUBLINGS_MAX ? failures : BACKOFF_DOUBLINGS_MAX;
    int64_t pause = settings->retry_least_ms << (doublings ? doublings - 1 : 0);
    uint32_t drawn;

    if (pause > settings->retry_most_s * 1000)
        pause = settings->retry_most_s * 1000;
    random_bytes(&drawn, sizeof drawn);
    return pause / 2 + drawn % (pause / 2 + 1); /* jitter, so that partners do not march in step */
}

static void try_failed(struct delivery *delivery, struct parcel *parcel, enum outcome outcome,
                       const char *code, int64_t retry_after_s, bool refused)
{
    struct delivery_state *state = state_of(delivery, &parcel->outgoing->partner);
    int64_t pause = pause_ms(delivery, ++parcel->failures);

    if (retry_after_s * 1000 > pause && retry_after_s <= delivery->gateway->settings->retry_most_s)
        pause = retry_after_s * 1000;
    parcel->next_try_ms = clock_monotonic_ms() + pause;
    if (refused && parcel->failures >= PARK_AFTER && !parcel->parked) {
        parcel->parked = true;
        event_write(EVENT_DELIVERY_PARKED, outcome, &parcel->outgoing->partner, parcel->failures);
    } else if (parcel->failures == 1) {
        event_write(EVENT_DELIVERY_FAILED, outcome, &parcel->outgoing->partner, 1);
    }
    if (!state)
        return;
    pthread_mutex_lock(&delivery->lock);
    state->failures = parcel->failures;
    state->last_failure = outcome;
    snprintf(state->last_code, sizeof state->last_code, "%s", code);
    pthread_mutex_unlock(&delivery->lock);
}

static void try_succeeded(struct delivery *delivery, struct parcel *parcel)
{
    struct delivery_state *state = state_of(delivery, &parcel->outgoing->partner);

    event_write(EVENT_DELIVERED, OUTCOME_OK, &parcel->outgoing->partner,
                (int64_t)parcel->outgoing->count);
    pthread_mutex_lock(&delivery->lock);
    if (state) {
        state->failures = 0;
        state->last_failure = OUTCOME_OK;
        state->last_code[0] = '\0';
        state->receipt_ms = clock_now_ms();
    }
    pthread_mutex_unlock(&delivery->lock);
    drop_parcel(delivery, parcel);
}

static enum outcome post(struct delivery *delivery, struct parcel *parcel)
{
    const struct outgoing *outgoing = parcel->outgoing;
    HELD_REGISTRY registry = gateway_registry(delivery->gateway);
    const struct known_covenant *known = registry_find(registry, outgoing->covenant);
    const struct key_document *keys =
        known ? known_keys(known, &outgoing->partner, clock_now_ms() / 1000) : NULL;
    char url[URL_BYTES], transaction[64];
    struct client_request request = {
        .method = "POST",
        .url = url,
        .server_oin = &outgoing->partner,
        .headers = {"Content-Type: application/json", transaction},
        .body = buffer_bytes(&outgoing->body),
    };

    if (!keys)
        return OUTCOME_KEY_UNKNOWN;
    snprintf(url, sizeof url, "%s%s", keys->address, message_kind_path(outgoing->kind));
    snprintf(transaction, sizeof transaction, "Fsc-Transaction-Id: %s", outgoing->id);
    TRY(client_post(delivery->client, &request, parcel));
    parcel->under_way = true;
    return OUTCOME_OK;
}

static void try_parcels(struct delivery *delivery)
{
    struct parcel *parcel, *next;

    for (parcel = delivery->parcels; parcel; parcel = next) {
        enum outcome outcome;
        next = parcel->next;
        if (parcel->under_way || clock_monotonic_ms() < parcel->next_try_ms)
            continue;
        if (clock_now_ms() / 1000 >= parcel->outgoing->expires_s) {
            if (outgoing_expired(delivery->gateway, parcel->outgoing) == OUTCOME_OK)
                drop_parcel(delivery, parcel);
            continue;
        }
        outcome = post(delivery, parcel);
        if (outcome != OUTCOME_OK)
            try_failed(delivery, parcel, outcome, outcome_code(outcome), 0, false);
    }
}

/* The partner's own word for it, when it is one of a machine code's form. */
static void problem_code(struct bytes body, char out[static 40])
{
    OWNED_JSON problem = NULL;
    const char *code;

    out[0] = '\0';
    if (json_read(body, 64 * 1024, &problem) != OUTCOME_OK ||
        json_text_at(problem, "code", 39, &code, NULL) != OUTCOME_OK)
        return;
    if (code[strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0')
        snprintf(out, 40, "%s", code);
}

/* A partner that does not know us or the covenant yet will: that is no poison. */
static bool will_pass(const char *code)
{
    static const enum outcome passing[] = {OUTCOME_STRANGER, OUTCOME_COVENANT_UNKNOWN,
                                           OUTCOME_NOT_IN_FORCE, OUTCOME_TOO_MANY};

    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
        if (strcmp(code, outcome_code(passing[i])) == 0)
            return true;
    }
    return false;
}

static void take_answer(struct delivery *delivery, struct client_answer *answer)
{
    struct parcel *parcel = answer->tag;
    enum outcome outcome = answer->outcome;
    char code[40] = "";
    bool refused = false;

    parcel->under_way = false;
    if (outcome == OUTCOME_OK && answer->http_status == 201) {
        outcome =
            outgoing_received(delivery->gateway, parcel->outgoing, buffer_bytes(&answer->body));
        if (outcome == OUTCOME_OK) {
            try_succeeded(delivery, parcel);
            return;
        }
    } else if (outcome == OUTCOME_OK) {
        problem_code(buffer_bytes(&answer->body), code);
        refused = answer->http_status >= 400 && answer->http_status < 500 && !will_pass(code);
        outcome = OUTCOME_NOT_ALLOWED;
    }
    try_failed(delivery, parcel, outcome, code[0] ? code : outcome_code(outcome),
               answer->retry_after_s, refused);
}

/* --- the queue --- */

static void compose_for(struct delivery *delivery, const struct oin *partner)
{
    struct outgoing *outgoing = NULL;
    enum outcome outcome;

    while (!has_parcel(delivery, partner)) {
        outcome = outgoing_compose(delivery->gateway, partner, &outgoing);
        if (outcome == OUTCOME_NOT_YET) /* some items were taken out: look again */
            continue;
        if (outcome != OUTCOME_OK)
            return;
        pthread_mutex_lock(&delivery->lock);
        outcome = add_parcel(delivery, outgoing);
        pthread_mutex_unlock(&delivery->lock);
        if (outcome != OUTCOME_OK)
            return;
    }
}

static void compose_all(struct delivery *delivery)
{
    HELD_REGISTRY registry = gateway_registry(delivery->gateway);

    for (size_t i = 0; i < registry->count; i++) {
        const struct covenant *covenant = registry->covenants[i].covenant;
        for (size_t j = 0; j < covenant->parties_count; j++) {
            const struct oin *partner = &covenant->parties[j].oin;
            if (!oin_equal(partner, &delivery->gateway->settings->oin)) {
                pthread_mutex_lock(&delivery->lock);
                state_of(delivery, partner);
                pthread_mutex_unlock(&delivery->lock);
                compose_for(delivery, partner);
            }
        }
    }
}

static int next_pause(const struct delivery *delivery)
{
    int64_t now = clock_monotonic_ms(), pause = POLL_MS;

    for (const struct parcel *parcel = delivery->parcels; parcel; parcel = parcel->next) {
        if (!parcel->under_way && parcel->next_try_ms - now < pause)
            pause = parcel->next_try_ms > now ? parcel->next_try_ms - now : 0;
    }
    return (int)pause;
}

static void *deliver_forever(void *context)
{
    struct delivery *delivery = context;

    while (!is_stopping(delivery)) {
        struct client_answer answer = {0};
        compose_all(delivery);
        try_parcels(delivery);
        client_poll(delivery->client, next_pause(delivery));
        while (client_take(delivery->client, &answer)) {
            take_answer(delivery, &answer);
            client_answer_wipe(&answer);
        }
    }
    return NULL;
}

static enum outcome load_parcels(struct delivery *delivery)
{
    OWNED_BUFFER after = {0};
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    view_begin(delivery->gateway->store, &view);
    while (outcome == OUTCOME_OK) {
        struct outgoing *outgoing = NULL;
        outcome = outgoing_next(&view, &after, &outgoing);
        if (outcome == OUTCOME_OK)
            outcome = add_parcel(delivery, outgoing);
    }
    view_end(&view);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome new_client(struct delivery *delivery)
{
    const struct settings *settings = delivery->gateway->settings;
    const struct client_identity identity = {
        .certificate = settings->partner_certificate,
        .key = settings->partner_key,
        .ca = settings->partners_ca,
        .crl = settings->partners_crl,
    };
    const struct client_limits limits = {
        .connect_ms = CONNECT_MS,
        .total_ms = settings->request_s * 1000,
        .connections_max = PARTNERS_MAX,
        .per_host_max = 2,
    };

    return client_new(&identity, &limits, &delivery->client);
}

enum outcome delivery_start(struct gateway *gateway, struct delivery **out_delivery)
{
    struct delivery *delivery = calloc(1, sizeof *delivery);
    enum outcome outcome;

    if (!delivery)
        return OUTCOME_OUT_OF_MEMORY;
    delivery->gateway = gateway;
    pthread_mutex_init(&delivery->lock, NULL);
    outcome = new_client(delivery);
    if (outcome == OUTCOME_OK)
        outcome = load_parcels(delivery);
    if (outcome == OUTCOME_OK &&
        pthread_create(&delivery->thread, NULL, deliver_forever, delivery) != 0)
        outcome = OUTCOME_OUT_OF_MEMORY;
    if (outcome != OUTCOME_OK) {
        client_free(delivery->client);
        free(delivery);
        return outcome;
    }
    *out_delivery = delivery;
    return OUTCOME_OK;
}

void delivery_stop(struct delivery *delivery)
{
    if (!delivery)
        return;
    pthread_mutex_lock(&delivery->lock);
    delivery->stopping = true;
    pthread_mutex_unlock(&delivery->lock);
    client_wake(delivery->client);
    pthread_join(delivery->thread, NULL);
    client_free(delivery->client);
    while (delivery->parcels)
        drop_parcel(delivery, delivery->parcels);
    pthread_mutex_destroy(&delivery->lock);
    free(delivery);
}

void delivery_wake(struct delivery *delivery)
{
    if (delivery)
        client_wake(delivery->client);
}

static uint64_t count_waiting(struct view *view, const struct oin *partner)
{
    uint64_t sequence = 0, waiting = 0;
    struct queued queued;

    while (waiting < UINT16_MAX &&
           queue_next(view, partner, sequence, &sequence, &queued) == OUTCOME_OK) {
        waiting++;
        sequence++;
    }
    return waiting;
}

size_t delivery_states(struct delivery *delivery, struct delivery_state *out, size_t max)
{
    struct view view;
    size_t count;

    pthread_mutex_lock(&delivery->lock);
    count = delivery->state_count < max ? delivery->state_count : max;
    memcpy(out, delivery->states, count * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        for (const struct parcel *parcel = delivery->parcels; parcel; parcel = parcel->next) {
            if (!oin_equal(&parcel->outgoing->partner, &out[i].partner))
                continue;
            out[i].under_way = true;
            out[i].parked = out[i].parked || parcel->parked;
        }
    }
    pthread_mutex_unlock(&delivery->lock);
    view_begin(delivery->gateway->store, &view);
    for (size_t i = 0; i < count; i++)
        out[i].waiting = count_waiting(&view, &out[i].partner);
    view_end(&view);
    return count;
}
