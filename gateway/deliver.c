/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/deliver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/client.h"
#include "gateway/clock.h"
#include "gateway/deliver_parts.h"
#include "gateway/event.h"
#include "gateway/recovery.h"
#include "gateway/store_damage.h"

enum {
    POLL_MS = 1000,
    CONNECTIONS_MAX = 128,
    URL_BYTES = KEY_DOCUMENT_ADDRESS_BYTES + 64,
    CONNECT_MS = 10000,
    PROBLEM_MAX_BYTES = 64 * 1024,
};

static bool is_stopping(struct delivery *delivery)
{
    bool stopping;

    pthread_mutex_lock(&delivery->lock);
    stopping = delivery->stopping;
    pthread_mutex_unlock(&delivery->lock);
    return stopping;
}

/* --- trying --- */

static enum outcome post(struct delivery *delivery, struct parcel *parcel)
{
    const struct outgoing *outgoing = parcel->outgoing;
    HELD_REGISTRY registry = gateway_registry(delivery->gateway);
    const struct known_covenant *known = registry_find(registry, outgoing->covenant);
    const struct key_document *keys =
        known ? known_keys_for(known, &outgoing->partner, clock_now_ms() / 1000, outgoing->kind)
              : NULL;
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
    parcel_posted(delivery, parcel, true);
    return OUTCOME_OK;
}

static void try_parcel(struct delivery *delivery, struct parcel *parcel)
{
    struct failure failure = {0};
    bool taken_back = false;

    failure.outcome = outgoing_review(delivery->gateway, parcel->outgoing, &taken_back);
    if (failure.outcome == OUTCOME_OK && !taken_back)
        failure.outcome = post(delivery, parcel);
    if (taken_back)
        parcel_drop(delivery, parcel);
    else if (failure.outcome != OUTCOME_OK) {
        failure.kind = parcel_unanswered(delivery, parcel);
        parcel_failed(delivery, parcel, &failure);
    }
}

/* Between two tries only whether it may go still is asked. */
static void review(struct delivery *delivery, struct parcel *parcel)
{
    bool taken_back = false;
    enum outcome outcome = outgoing_review(delivery->gateway, parcel->outgoing, &taken_back);

    parcel->look_again = outcome != OUTCOME_OK; /* again at the next round */
    if (taken_back)
        parcel_drop(delivery, parcel);
}

static void try_parcels(struct delivery *delivery)
{
    struct parcel *parcel, *next;

    for (parcel = delivery->parcels; parcel; parcel = next) {
        next = parcel->next;
        if (parcel->under_way)
            continue;
        if (!parcel_waits(delivery, parcel) && clock_monotonic_ms() >= parcel->next_try_ms) {
            parcel->look_again = false; /* it is asked before each try */
            try_parcel(delivery, parcel);
        } else if (parcel->look_again) {
            review(delivery, parcel);
        }
    }
}

/* --- what may no longer go --- */

/* A covenant was withdrawn, replaced or has expired, perhaps: what waits is looked through now, and
 * not when its partner can be reached again. */
static void look_for_ends(struct delivery *delivery)
{
    HELD_REGISTRY now = gateway_registry(delivery->gateway);
    struct day today = amsterdam_day(clock_now_ms());

    if (now == delivery->seen && day_compare(today, delivery->seen_day) == 0)
        return;
    registry_release(delivery->seen); /* held until here, so no other can have its place */
    delivery->seen = registry_hold(now);
    delivery->seen_day = today;
    for (struct parcel *parcel = delivery->parcels; parcel; parcel = parcel->next)
        parcel->look_again = true;
    for (struct partner *partner = delivery->partners; partner; partner = partner->next) {
        partner->sweeps = true;
        partner->sweep_from = 0;
    }
}

/* One piece of each queue, so that messages to others go on in between. */
static bool sweep_queues(struct delivery *delivery)
{
    bool more = false;

    for (struct partner *partner = delivery->partners; partner; partner = partner->next) {
        enum outcome outcome;
        if (!partner->sweeps)
            continue;
        outcome = outgoing_sweep(delivery->gateway, &partner->choice.partner, &partner->sweep_from);
        partner->sweeps = outcome != OUTCOME_NOT_FOUND;
        more = more || outcome == OUTCOME_OK; /* a failure waits for the next round */
    }
    return more;
}

/* --- answers --- */

/* The partner's own word for it, when it is one of a machine code's form. */
static void problem_code(const json_t *problem, char out[static DELIVERY_CODE_BYTES])
{
    const char *code;

    if (json_text_at(problem, "code", DELIVERY_CODE_BYTES - 1, &code, NULL) == OUTCOME_OK &&
        code[strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0')
        snprintf(out, DELIVERY_CODE_BYTES, "%s", code);
}

static void problem_clock(const json_t *problem, struct failure *failure)
{
    const json_t *clock;
    const char *here;

    if (json_object_at(problem, "klok", &clock, NULL) == OUTCOME_OK &&
        json_text_at(clock, "hierOp", INSTANT_TEXT_BYTES - 1, &here, NULL) == OUTCOME_OK &&
        instant_parse(here, &failure->partner_ms))
        failure->at_ms = clock_now_ms();
}

static void read_problem(struct bytes body, struct failure *failure)
{
    OWNED_JSON problem = NULL;

    if (json_read(body, PROBLEM_MAX_BYTES, &problem) != OUTCOME_OK)
        return;
    problem_code(problem, failure->code);
    problem_clock(problem, failure);
}

static bool is_code_of(const char *code, enum outcome outcome)
{
    return strcmp(code, outcome_code(outcome)) == 0;
}

/* A partner that does not know us, the covenant or a key yet will, in days perhaps: that is no
 * poison, and what stands under another covenant need not wait for it. */
static enum failure_kind kind_of(long http_status, const char *code)
{
    if (http_status < 400 || http_status >= 500 || is_code_of(code, OUTCOME_TOO_MANY))
        return FAILURE_PASSING;
    if (is_code_of(code, OUTCOME_STRANGER) || is_code_of(code, OUTCOME_COVENANT_UNKNOWN) ||
        is_code_of(code, OUTCOME_NOT_IN_FORCE) || is_code_of(code, OUTCOME_KEY_UNKNOWN))
        return FAILURE_ASIDE;
    return FAILURE_REFUSED;
}

/* What it cannot process so often is poison to it, perhaps this one message alone: a withdrawal
 * does not wait for that. The same kind does, since each might meet the same. */
static bool breaks_on_it(const struct parcel *parcel, long http_status)
{
    return http_status == 500 && parcel->failures + 1 >= DELIVERY_STUCK_AFTER;
}

/* A 201 whose receipt proves nothing is as good as a refusal; a trouble of ours is not. */
static void take_receipt(struct delivery *delivery, struct parcel *parcel, struct bytes body)
{
    char refused[RECEIPT_CODE_BYTES];
    struct failure failure = {
        .outcome = outgoing_received(delivery->gateway, parcel->outgoing, body, refused)};

    if (failure.outcome == OUTCOME_OK) {
        parcel_delivered(delivery, parcel, refused);
        return;
    }
    if (outcome_kind(failure.outcome) != KIND_OURS && failure.outcome != OUTCOME_KEY_UNKNOWN)
        failure.kind = FAILURE_REFUSED;
    parcel_failed(delivery, parcel, &failure);
}

struct impostor {
    struct gateway *gateway;
    const struct outgoing *outgoing;
};

static enum outcome record_impostor(struct change *change, struct audit *audit, void *context)
{
    const struct impostor *impostor = context;
    const struct audit_entry entry = {
        .event = AUDIT_ALARM,
        .result = AUDIT_DENIED,
        .why = outcome_code(OUTCOME_SENDER_WRONG),
        .source = impostor->gateway->settings->oin.text,
        .destination = impostor->outgoing->partner.text,
        .service = message_kind_path(impostor->outgoing->kind) + sizeof "/v1/" - 1,
        .covenant = impostor->outgoing->covenant,
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM)},
    };

    return audit_record(audit, change, &entry);
}

/* Who answers at the partner's address is not the partner, or can no longer show that it is: one of
 * the two must look. Recorded once for as long as it lasts; it was sent nothing. */
static void raise_alarm(struct delivery *delivery, const struct parcel *parcel)
{
    struct impostor impostor = {delivery->gateway, parcel->outgoing};
    enum outcome outcome;

    if (parcel->last.outcome == OUTCOME_SENDER_WRONG)
        return;
    outcome = writer_run(delivery->gateway->writer, record_impostor, &impostor);
    if (outcome != OUTCOME_OK)
        event_write(EVENT_DELIVERY_FAILED, outcome, &parcel->outgoing->partner, 0);
}

/* A key of ours that the partner does not know, or one of its that is gone there: once the other is
 * known the message is made anew. */
static void note_key_refused(struct outgoing *outgoing, const char *code)
{
    outgoing->refused = OUTCOME_OK;
    if (is_code_of(code, OUTCOME_KEY_UNKNOWN))
        outgoing->refused = OUTCOME_KEY_UNKNOWN;
    else if (is_code_of(code, OUTCOME_SIGNATURE_WRONG))
        outgoing->refused = OUTCOME_SIGNATURE_WRONG;
}

/* It does not know the key with which we sign: its store was put back, perhaps. All our documents
 * are told once more, unless a message with all of them is on its way. */
static void tell_keys_again(struct delivery *delivery, const struct outgoing *refused)
{
    HELD_REGISTRY registry = gateway_registry(delivery->gateway);
    const struct known_covenant *known = registry_find(registry, refused->covenant);
    const struct key_chain *own =
        known ? known_chain(known, &delivery->gateway->settings->oin) : NULL;

    if (!own || own->count < 2)
        return;
    for (const struct parcel *parcel = delivery->parcels; parcel; parcel = parcel->next) {
        const struct outgoing *other = parcel->outgoing;
        if (other->kind == MESSAGE_KIND_KEY_DOCUMENT && other->count + 1 >= own->count &&
            oin_equal(&other->partner, &refused->partner))
            return;
    }
    gateway_keys_unknown_to(delivery->gateway, &refused->partner);
}

/* Who refuses a message whole (4xx) has taken nothing of it; by 409 it knows a message of that
 * number. Anything else, or no answer, may come after it was stored. */
static bool may_be_there(const struct client_answer *answer)
{
    const bool refused = answer->outcome == OUTCOME_OK && answer->http_status >= 400 &&
                         answer->http_status < 500 && answer->http_status != 409;

    return answer->left && !refused;
}

static void take_answer(struct delivery *delivery, struct client_answer *answer)
{
    struct parcel *parcel = answer->tag;
    struct failure failure = {.outcome = answer->outcome, .retry_after_s = answer->retry_after_s};

    parcel_posted(delivery, parcel, false);
    if (may_be_there(answer))
        outgoing_posted(parcel->outgoing);
    if (answer->outcome == OUTCOME_OK && answer->http_status == 201) {
        take_receipt(delivery, parcel, buffer_bytes(&answer->body));
        return;
    }
    if (answer->outcome != OUTCOME_OK)
        failure.kind = parcel_unanswered(delivery, parcel);
    if (answer->outcome == OUTCOME_SENDER_WRONG)
        raise_alarm(delivery, parcel);
    if (answer->outcome == OUTCOME_OK) {
        failure.outcome = OUTCOME_NOT_ALLOWED;
        read_problem(buffer_bytes(&answer->body), &failure);
        failure.kind = breaks_on_it(parcel, answer->http_status)
                           ? FAILURE_ASIDE
                           : kind_of(answer->http_status, failure.code);
        note_key_refused(parcel->outgoing, failure.code);
        if (parcel->outgoing->refused != OUTCOME_OK)
            tell_keys_again(delivery, parcel->outgoing);
    }
    parcel_failed(delivery, parcel, &failure);
}

/* --- the queue --- */

static enum outcome compose(struct delivery *delivery, struct partner *partner)
{
    struct parcel *parcel = parcel_new();
    enum outcome outcome;

    if (!parcel)
        return OUTCOME_OUT_OF_MEMORY;
    outcome = outgoing_compose(delivery->gateway, &partner->choice, &parcel->outgoing);
    if (outcome == OUTCOME_OK)
        parcel_add(delivery, parcel);
    else
        free(parcel);
    return outcome;
}

static void compose_for(struct delivery *delivery, struct partner *partner)
{
    enum outcome outcome = OUTCOME_NOT_YET;

    partner_look_at_recovery(delivery, partner);
    partner_look_at_keys(delivery, partner);
    if (partner_is_busy(delivery, partner) || clock_monotonic_ms() < partner->next_compose_ms)
        return;
    while (outcome == OUTCOME_NOT_YET) /* some items were taken out: look again */
        outcome = compose(delivery, partner);
    partner_composed(delivery, partner, outcome);
}

static void compose_all(struct delivery *delivery)
{
    HELD_REGISTRY registry = gateway_registry(delivery->gateway);

    for (size_t i = 0; i < registry->count; i++) {
        const struct covenant *covenant = registry->covenants[i].covenant;
        for (size_t j = 0; j < covenant->parties_count; j++) {
            const struct oin *oin = &covenant->parties[j].oin;
            struct partner *partner;
            if (oin_equal(oin, &delivery->gateway->settings->oin))
                continue;
            partner = partner_find(delivery, oin);
            if (partner)
                compose_for(delivery, partner);
        }
    }
}

static int next_pause(const struct delivery *delivery)
{
    int64_t now = clock_monotonic_ms(), pause = POLL_MS;

    for (const struct parcel *parcel = delivery->parcels; parcel; parcel = parcel->next) {
        if (!parcel->under_way && !parcel_waits(delivery, parcel) &&
            parcel->next_try_ms - now < pause)
            pause = parcel->next_try_ms > now ? parcel->next_try_ms - now : 0;
    }
    return (int)pause;
}

static void *deliver_forever(void *context)
{
    struct delivery *delivery = context;

    while (!is_stopping(delivery)) {
        struct client_answer answer = {0};
        bool more;
        look_for_ends(delivery);
        more = sweep_queues(delivery);
        compose_all(delivery);
        try_parcels(delivery);
        client_poll(delivery->client, more ? 0 : next_pause(delivery));
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
        struct parcel *parcel = parcel_new();
        outcome = parcel ? outgoing_next(&view, &after, &parcel->outgoing) : OUTCOME_OUT_OF_MEMORY;
        if (outcome == OUTCOME_OK)
            parcel_add(delivery, parcel);
        else
            free(parcel);
    }
    if (outcome == OUTCOME_STORE_DAMAGED)
        store_damage_met(delivery->gateway->store, TABLE_MESSAGE);
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
        .crl_grace_s = settings->crl_grace_h * 3600,
        .rsa_bits_min = settings->rsa_bits_min,
    };
    const struct client_limits limits = {
        .connect_ms = CONNECT_MS,
        .total_ms = settings->request_s * 1000,
        .connections_max = CONNECTIONS_MAX,
        .per_host_max = 2,
    };

    return client_new(&identity, &limits, &delivery->client);
}

static void delivery_free(struct delivery *delivery)
{
    client_free(delivery->client);
    while (delivery->parcels)
        parcel_drop(delivery, delivery->parcels);
    partners_free(delivery);
    registry_release(delivery->seen);
    pthread_mutex_destroy(&delivery->lock);
    free(delivery);
}

static enum outcome look_for_recovery(struct delivery *delivery)
{
    enum outcome outcome;
    struct view view;

    view_begin(delivery->gateway->store, &view);
    outcome = recovery_was(&view, &delivery->put_back);
    view_end(&view);
    return outcome;
}

enum outcome delivery_start(struct gateway *gateway, struct delivery **out_delivery)
{
    struct delivery *delivery = calloc(1, sizeof *delivery);
    enum outcome outcome;

    if (!delivery)
        return OUTCOME_OUT_OF_MEMORY;
    delivery->gateway = gateway;
    pthread_mutex_init(&delivery->lock, NULL);
    outcome = look_for_recovery(delivery);
    if (outcome == OUTCOME_OK)
        outcome = new_client(delivery);
    if (outcome == OUTCOME_OK)
        outcome = load_parcels(delivery);
    if (outcome == OUTCOME_OK &&
        pthread_create(&delivery->thread, NULL, deliver_forever, delivery) != 0)
        outcome = OUTCOME_OUT_OF_MEMORY;
    if (outcome != OUTCOME_OK) {
        delivery_free(delivery);
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
    delivery_free(delivery);
}

void delivery_reload(struct delivery *delivery)
{
    if (delivery)
        client_reload(delivery->client);
}

void delivery_wake(struct delivery *delivery)
{
    if (delivery)
        client_wake(delivery->client);
}
