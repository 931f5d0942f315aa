/* SPDX-License-Identifier: EUPL-1.2 */
/* The messages under way and the partners they go to: what waits for what, and for how long. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/clock.h"
#include "gateway/deliver_parts.h"
#include "gateway/event.h"
#include "gateway/queue_room.h"
#include "gateway/recovery.h"

enum {
    PARKED_MAX = 8, /* who refuses so many refuses everything: what follows stays in the queue */
    BACKOFF_DOUBLINGS_MAX = 16,
    WAITING_SHOWN_MAX = 1000000,
};

int64_t backoff_ms(int64_t least_ms, int64_t most_ms, unsigned failures, uint32_t drawn)
{
    unsigned doublings = failures < BACKOFF_DOUBLINGS_MAX ? failures : BACKOFF_DOUBLINGS_MAX;
    int64_t pause = least_ms << (doublings ? doublings - 1 : 0);

    if (pause > most_ms)
        pause = most_ms;
    return pause / 2 + drawn % (pause / 2 + 1);
}

static int64_t pause_ms(const struct delivery *delivery, unsigned failures)
{
    const struct settings *settings = delivery->gateway->settings;
    uint32_t drawn;

    random_bytes(&drawn, sizeof drawn);
    return backoff_ms(settings->retry_least_ms, settings->retry_most_s * 1000, failures, drawn);
}

/* --- partners --- */

/* Is the partner in a state in which only one kind of message goes to it, and this is another? */
static bool is_stopped(const struct delivery *delivery, const struct oin *oin,
                       enum message_kind kind)
{
    for (const struct partner *partner = delivery->partners; partner; partner = partner->next) {
        if (oin_equal(&partner->choice.partner, oin))
            return (partner->recovers && kind != MESSAGE_KIND_RECOVERY) ||
                   (partner->forked && kind != MESSAGE_KIND_KEY_DOCUMENT);
    }
    return false;
}

static bool has_keys(const struct known_covenant *known, const struct oin *oin,
                     enum message_kind kind)
{
    return known_keys_for(known, oin, clock_now_ms() / 1000, kind) != NULL;
}

/* The document that one covenant has of a partner may not have begun, or be over: a proposal can
 * say anything of a third party, and what goes to it under other covenants does not wait for that.
 */
static bool lacks_keys(const struct delivery *delivery, const struct oin *oin,
                       enum message_kind kind, const char *covenant)
{
    HELD_REGISTRY registry = gateway_registry(delivery->gateway);
    const struct known_covenant *known = registry_find(registry, covenant);

    return known && covenant_party(known->covenant, oin) && !has_keys(known, oin, kind);
}

/* Statements and answers build on those before them, signals do not; nor do key documents, which
 * are told again with those that a refused message lacked. What is refused for itself holds up only
 * the former. */
static bool builds_on_earlier(enum message_kind kind)
{
    return kind != MESSAGE_KIND_SIGNAL && kind != MESSAGE_KIND_KEY_DOCUMENT;
}

static bool is_held_up(const void *context, const struct oin *oin, enum message_kind kind,
                       const char *covenant)
{
    const struct delivery *delivery = context;

    if (is_stopped(delivery, oin, kind) || lacks_keys(delivery, oin, kind, covenant))
        return true;
    for (const struct parcel *parcel = delivery->parcels; parcel; parcel = parcel->next) {
        const struct outgoing *outgoing = parcel->outgoing;
        bool holds_up = parcel->aside || (parcel->parked && builds_on_earlier(kind));
        if (holds_up && outgoing->kind == kind && strcmp(outgoing->covenant, covenant) == 0 &&
            oin_equal(&outgoing->partner, oin))
            return true;
    }
    return false;
}

struct partner *partner_find(struct delivery *delivery, const struct oin *oin)
{
    struct partner *partner = delivery->partners;

    while (partner && !oin_equal(&partner->choice.partner, oin))
        partner = partner->next;
    if (partner)
        return partner;
    partner = calloc(1, sizeof *partner);
    if (!partner)
        return NULL;
    partner->choice =
        (struct outgoing_choice){.partner = *oin, .is_held_up = is_held_up, .context = delivery};
    partner->sweeps = true; /* things may have ended while nobody looked */
    pthread_mutex_lock(&delivery->lock);
    partner->next = delivery->partners;
    delivery->partners = partner;
    pthread_mutex_unlock(&delivery->lock);
    return partner;
}

void partner_look_at_recovery(struct delivery *delivery, struct partner *partner)
{
    const bool recovers =
        delivery->put_back && recovery_waits(delivery->gateway->store, &partner->choice.partner);

    if (partner->recovers && !recovers)
        partner->choice.from = 0; /* what was held up may be looked at again */
    partner->recovers = recovers;
}

void partner_look_at_keys(struct delivery *delivery, struct partner *partner)
{
    HELD_REGISTRY registry = gateway_registry(delivery->gateway);
    const struct oin *oin = &partner->choice.partner;
    const bool forked = registry_is_forked(registry, oin, clock_now_ms());
    size_t keyed = 0;

    for (size_t i = 0; i < registry->count; i++)
        keyed += has_keys(&registry->covenants[i], oin, MESSAGE_KIND_KEY_DOCUMENT);
    if (partner->forked != forked || partner->keyed != keyed)
        partner->choice.from = 0; /* something else may go from now on */
    partner->forked = forked;
    partner->keyed = keyed;
}

/* Under a covenant that the partner never agreed to, its keys and address are what somebody else
 * says of it: that nobody answers there tells nothing of the partner. */
enum failure_kind parcel_unanswered(const struct delivery *delivery, const struct parcel *parcel)
{
    HELD_REGISTRY registry = gateway_registry(delivery->gateway);
    const struct oin *oin = &parcel->outgoing->partner;
    const struct known_covenant *known = registry_find(registry, parcel->outgoing->covenant);

    return known && has_keys(known, oin, parcel->outgoing->kind) && known_ever_agreed(known, oin)
               ? FAILURE_PASSING
               : FAILURE_ASIDE;
}

bool parcel_waits(const struct delivery *delivery, const struct parcel *parcel)
{
    return is_stopped(delivery, &parcel->outgoing->partner, parcel->outgoing->kind);
}

bool partner_is_busy(const struct delivery *delivery, const struct partner *partner)
{
    size_t parked = 0;

    for (const struct parcel *parcel = delivery->parcels; parcel; parcel = parcel->next) {
        if (!oin_equal(&parcel->outgoing->partner, &partner->choice.partner))
            continue;
        if (is_stopped(delivery, &partner->choice.partner, parcel->outgoing->kind))
            continue;
        if (!parcel->aside && !parcel->parked)
            return true;
        parked += parcel->parked;
    }
    return parked >= PARKED_MAX;
}

void partner_composed(struct delivery *delivery, struct partner *partner, enum outcome outcome)
{
    bool worked = outcome == OUTCOME_OK || outcome == OUTCOME_NOT_FOUND;

    pthread_mutex_lock(&delivery->lock);
    partner->compose_failures = worked ? 0 : partner->compose_failures + 1;
    partner->last_failure = worked ? OUTCOME_OK : outcome;
    pthread_mutex_unlock(&delivery->lock);
    if (worked)
        return;
    partner->next_compose_ms = clock_monotonic_ms() + pause_ms(delivery, partner->compose_failures);
    if (partner->compose_failures == 1)
        event_write(EVENT_DELIVERY_FAILED, outcome, &partner->choice.partner, 1);
}

void partners_free(struct delivery *delivery)
{
    while (delivery->partners) {
        struct partner *partner = delivery->partners;
        delivery->partners = partner->next;
        free(partner);
    }
}

/* What it held up may be looked at again. */
static void let_pass(struct delivery *delivery, const struct oin *oin)
{
    for (struct partner *partner = delivery->partners; partner; partner = partner->next) {
        if (oin_equal(&partner->choice.partner, oin))
            partner->choice.from = 0;
    }
}

/* --- parcels --- */

struct parcel *parcel_new(void)
{
    return calloc(1, sizeof(struct parcel));
}

void parcel_add(struct delivery *delivery, struct parcel *taken_parcel)
{
    pthread_mutex_lock(&delivery->lock);
    taken_parcel->next = delivery->parcels;
    delivery->parcels = taken_parcel;
    pthread_mutex_unlock(&delivery->lock);
}

void parcel_drop(struct delivery *delivery, struct parcel *parcel)
{
    struct parcel **link = &delivery->parcels;

    pthread_mutex_lock(&delivery->lock);
    while (*link != parcel)
        link = &(*link)->next;
    *link = parcel->next;
    pthread_mutex_unlock(&delivery->lock);
    let_pass(delivery, &parcel->outgoing->partner);
    outgoing_free(parcel->outgoing);
    free(parcel);
}

void parcel_posted(struct delivery *delivery, struct parcel *parcel, bool under_way)
{
    pthread_mutex_lock(&delivery->lock);
    parcel->under_way = under_way;
    pthread_mutex_unlock(&delivery->lock);
}

/* True when it is parked by this. */
static bool take_place(struct parcel *parcel, enum failure_kind kind)
{
    bool parks;

    parcel->refusals = kind == FAILURE_REFUSED ? parcel->refusals + 1 : 0;
    if (kind != FAILURE_PASSING)
        parcel->aside = kind == FAILURE_ASIDE;
    parks = parcel->refusals >= DELIVERY_STUCK_AFTER && !parcel->parked;
    parcel->parked = parcel->parked || parks;
    return parks;
}

static void count_failure(struct partner *partner, const struct failure *failure)
{
    partner->attempts_failed++;
    partner->messages_refused += failure->kind == FAILURE_REFUSED;
}

void parcel_failed(struct delivery *delivery, struct parcel *parcel, const struct failure *failure)
{
    const struct oin *oin = &parcel->outgoing->partner;
    struct partner *partner = partner_find(delivery, oin);
    int64_t most_s = delivery->gateway->settings->retry_most_s;
    int64_t pause;
    bool parks;

    pthread_mutex_lock(&delivery->lock);
    parcel->failures++;
    parcel->last = *failure;
    parks = take_place(parcel, failure->kind);
    if (partner)
        count_failure(partner, failure);
    pthread_mutex_unlock(&delivery->lock);
    let_pass(delivery, oin);
    pause = pause_ms(delivery, parcel->failures);
    if (failure->retry_after_s <= most_s && failure->retry_after_s * 1000 > pause)
        pause = failure->retry_after_s * 1000;
    parcel->next_try_ms = clock_monotonic_ms() + pause;
    if (failure->partner_ms && parcel->failures == 1)
        event_write(EVENT_CLOCK_DIFFERS, OUTCOME_TIME_WRONG, oin,
                    (failure->partner_ms - failure->at_ms) / 1000);
    if (parks)
        event_write(EVENT_DELIVERY_PARKED, failure->outcome, oin, parcel->failures);
    else if (parcel->failures == 1)
        event_write(EVENT_DELIVERY_FAILED, failure->outcome, oin, 1);
}

void parcel_delivered(struct delivery *delivery, struct parcel *parcel, const char *refused)
{
    const struct outgoing *outgoing = parcel->outgoing;
    struct partner *partner = partner_find(delivery, &outgoing->partner);

    event_write(EVENT_DELIVERED, OUTCOME_OK, &outgoing->partner, (int64_t)outgoing->count);
    if (refused[0])
        event_write(EVENT_DELIVERY_FAILED, OUTCOME_NOT_ALLOWED, &outgoing->partner, 1);
    if (partner) {
        pthread_mutex_lock(&delivery->lock);
        partner->receipt_ms = clock_now_ms();
        partner->delivered += outgoing->count;
        if (!message_kind_needs_article(outgoing->kind))
            snprintf(partner->refused, sizeof partner->refused, "%s", refused);
        pthread_mutex_unlock(&delivery->lock);
    }
    parcel_drop(delivery, parcel);
}

/* --- for a status --- */

static void show_failure(struct delivery_state *state, unsigned failures, enum outcome outcome,
                         const char *code)
{
    state->failures = failures;
    state->last_failure = outcome;
    state->is_theirs = code[0] != '\0';
    snprintf(state->last_code, sizeof state->last_code, "%s",
             code[0] ? code : outcome_code(outcome));
}

static void fill_state(const struct delivery *delivery, const struct partner *partner,
                       struct delivery_state *out)
{
    *out = (struct delivery_state){.partner = partner->choice.partner,
                                   .receipt_ms = partner->receipt_ms,
                                   .delivered = partner->delivered,
                                   .attempts_failed = partner->attempts_failed,
                                   .messages_refused = partner->messages_refused};
    if (partner->refused[0])
        show_failure(out, 1, OUTCOME_NOT_ALLOWED, partner->refused);
    if (partner->compose_failures)
        show_failure(out, partner->compose_failures, partner->last_failure, "");
    for (const struct parcel *parcel = delivery->parcels; parcel; parcel = parcel->next) {
        if (!oin_equal(&parcel->outgoing->partner, &out->partner))
            continue;
        out->under_way = true;
        out->parked = out->parked || parcel->parked;
        if (parcel->last.partner_ms) {
            out->partner_ms = parcel->last.partner_ms;
            out->at_ms = parcel->last.at_ms;
        }
        if (!out->oldest_ms || parcel->outgoing->issued_s * 1000 < out->oldest_ms)
            out->oldest_ms = parcel->outgoing->issued_s * 1000;
        if (parcel->failures > out->failures)
            show_failure(out, parcel->failures, parcel->last.outcome, parcel->last.code);
    }
}

/* In the same view as the queue: between the two an item is never in neither. */
static bool has_message(struct view *view, const struct oin *partner)
{
    size_t count;

    return store_count(view, TABLE_MESSAGE, bytes_of(partner->text, OIN_LENGTH), 1, &count) ==
               OUTCOME_OK &&
           count > 0;
}

size_t delivery_states(struct delivery *delivery, struct delivery_state *out, size_t max)
{
    struct view view;
    size_t count = 0;

    pthread_mutex_lock(&delivery->lock);
    for (const struct partner *partner = delivery->partners; partner && count < max;
         partner = partner->next)
        fill_state(delivery, partner, &out[count++]);
    pthread_mutex_unlock(&delivery->lock);
    view_begin(delivery->gateway->store, &view);
    for (size_t i = 0; i < count; i++) {
        out[i].waiting = queue_length(&view, &out[i].partner, WAITING_SHOWN_MAX);
        out[i].under_way = out[i].under_way || has_message(&view, &out[i].partner);
        out[i].percent = queue_percent(&view, delivery->gateway->settings, &out[i].partner);
    }
    view_end(&view);
    return count;
}
