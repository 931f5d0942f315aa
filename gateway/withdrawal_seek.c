/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/withdrawal_seek.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/wire.h"
#include "crypto/encoding.h"
#include "gateway/clock.h"
#include "gateway/match.h"
#include "gateway/persons.h"
#include "gateway/withdrawals.h"

enum {
    SEEK_BATCH = 64,
    SEEK_PASS_MS = 400, /* then the timer's other work gets its turn */
    SEEK_MAX_BYTES = 2048,
    SEQUENCE_BYTES = 8,
    HITS_MAX = 4096, /* of persons: an address has one */
};

struct sought {
    uint8_t sequence[SEQUENCE_BYTES];
    struct seek seek;
    struct token token;
    bool of_persons; /* whose own records it may end */
};

struct hit { /* a person here whose token it is */
    size_t place;
    char dossier[DOSSIER_BYTES];
    uint8_t hash[STORE_HASH_BYTES];
};

struct seeking {
    struct gateway *gateway;
    int64_t now_ms;
    size_t count, hit_count;
    struct sought sought[SEEK_BATCH];
    struct hit hits[HITS_MAX];
};

/* --- the rows --- */

enum outcome seek_add(struct change *change, const struct seek *seek)
{
    OWNED_BUFFER text = {0};
    uint8_t sequence[SEQUENCE_BYTES];

    buffer_format(&text,
                  "{\"van\":\"%s\",\"rol\":\"%s\",\"convenant\":\"%s\",\"intrekking\":\"%s\","
                  "\"item\":",
                  seek->from.text, role_word(seek->role), seek->covenant, seek->withdrawal);
    TRY(withdrawal_item_print(&seek->item, &text));
    buffer_add_byte(&text, '}');
    TRY(buffer_outcome(&text));
    write_u64(sequence, store_next_sequence(change, TABLE_SEEK, (struct bytes){0}));
    store_put_sealed(change, TABLE_SEEK, bytes_of(sequence, sizeof sequence), buffer_bytes(&text));
    return change->outcome;
}

static enum outcome read_seek(struct bytes text, struct seek *out)
{
    OWNED_JSON object = NULL;
    const json_t *item;
    const char *from, *role;

    TRY(json_read(text, SEEK_MAX_BYTES, &object));
    TRY(json_text_at(object, "van", OIN_LENGTH, &from, NULL));
    TRY(json_text_at(object, "rol", 32, &role, NULL));
    if ((from[0] && !oin_parse(from, &out->from)) || !role_parse(role, &out->role))
        return OUTCOME_MALFORMED;
    TRY(wire_text_at(object, "convenant", out->covenant, sizeof out->covenant, NULL));
    TRY(wire_text_at(object, "intrekking", out->withdrawal, sizeof out->withdrawal, NULL));
    TRY(json_object_at(object, "item", &item, NULL));
    return withdrawal_item_parse(item, &out->item, NULL);
}

static enum outcome collect(struct seeking *seeking, struct view *view)
{
    uint8_t from[SEQUENCE_BYTES] = {0};

    while (seeking->count < SEEK_BATCH) {
        struct sought *sought = &seeking->sought[seeking->count];
        struct bytes key, value;
        enum outcome outcome = store_next(view, TABLE_SEEK, bytes_of(from, sizeof from),
                                          seeking->count > 0, &key, &value);
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        if (key.length != SEQUENCE_BYTES)
            return OUTCOME_STORE_DAMAGED;
        memcpy(from, key.data, sizeof from);
        memcpy(sought->sequence, from, sizeof from);
        TRY(store_read_outcome(read_seek(value, &sought->seek)));
        TRY(store_read_outcome(token_parse(sought->seek.item.token, &sought->token)));
        seeking->count++;
    }
    return OUTCOME_OK;
}

/* --- whose token is it? --- */

static bool has_purpose(const struct covenant *covenant, enum purpose purpose)
{
    for (size_t i = 0; i < covenant->articles_count; i++) {
        if (covenant->articles[i].purpose == purpose)
            return true;
    }
    return false;
}

/* A person's records for a purpose end under whichever covenant they were made. So a partner must
 * have part in that purpose by a version that counts here, and not only by its own proposal. */
static bool is_of_persons(const struct registry *registry, const struct seek *seek)
{
    const struct known_covenant *named = registry_find(registry, seek->covenant);

    if (!named || !seek->from.text[0]) /* our own desk did its own persons at once */
        return false;
    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        if (known->ours && strcmp(known->covenant->id, named->covenant->id) == 0 &&
            has_purpose(known->covenant, seek->item.purpose))
            return true;
    }
    return false;
}

static enum outcome look_at_person(struct seeking *seeking, const struct registry *registry,
                                   const char *dossier, const struct identity *identity)
{
    for (size_t i = 0; i < seeking->count; i++) {
        const struct sought *sought = &seeking->sought[i];
        struct hit *hit;
        bool is = false;
        if (!sought->of_persons)
            continue;
        TRY(person_has_token(registry_find(registry, sought->seek.covenant),
                             sought->seek.item.purpose, &sought->token, identity,
                             &seeking->gateway->settings->oin, &is));
        if (!is)
            continue;
        if (seeking->hit_count == HITS_MAX)
            return OUTCOME_TOO_MANY;
        hit = &seeking->hits[seeking->hit_count];
        hit->place = i;
        memcpy(hit->dossier, dossier, sizeof hit->dossier);
        TRY(dossier_hash_identity(seeking->gateway->store, seeking->gateway->local_id_key, identity,
                                  hit->hash));
        seeking->hit_count++;
    }
    return OUTCOME_OK;
}

static enum outcome look_at_persons(struct seeking *seeking, struct view *view)
{
    HELD_REGISTRY registry = gateway_registry(seeking->gateway);
    char dossier[DOSSIER_BYTES] = "";
    struct identity identity;
    enum outcome outcome;
    bool any = false;

    for (size_t i = 0; i < seeking->count; i++) {
        seeking->sought[i].of_persons = is_of_persons(registry, &seeking->sought[i].seek);
        any = any || seeking->sought[i].of_persons;
    }
    if (!any)
        return OUTCOME_OK;
    while ((outcome = person_next(view, dossier, &identity)) == OUTCOME_OK) {
        outcome = look_at_person(seeking, registry, dossier, &identity);
        identity_wipe(&identity);
        TRY(outcome);
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* --- in the change --- */

static enum outcome end_received(struct withdrawing *work, const struct sought *sought)
{
    uint8_t hash[STORE_HASH_BYTES];

    TRY(dossier_hash_token(work->gateway->store, sought->seek.item.token, hash));
    return withdrawing_received_under(work, hash, sought->seek.item.purpose);
}

static bool has_effect(const struct withdrawal *w)
{
    return w->erased || w->kept || w->record_count || w->told_count || w->delivered || w->waiting ||
           w->under_way || w->purposes;
}

/* The record of our own desk has been shown already; what was found now is added to it. */
static enum outcome add_to_desk(struct withdrawing *work, const char *id)
{
    OWNED_WITHDRAWAL desk = {0};
    const struct withdrawal *found = &work->withdrawal;
    enum outcome outcome = withdrawal_get(&work->change->view, id, &desk);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    desk.searching = false;
    desk.erased += found->erased;
    desk.kept += found->kept;
    for (size_t i = 0; i < found->told_count; i++) {
        struct told *told;
        TRY(withdrawal_add(&desk, &told));
        *told = found->told[i];
    }
    return withdrawal_put(work->change, &desk);
}

static enum outcome apply_one(struct seeking *seeking, struct change *change, size_t place)
{
    const struct sought *sought = &seeking->sought[place];
    const bool desk = !sought->seek.from.text[0];
    const struct withdrawal_cause cause = {.reason = sought->seek.item.reason,
                                           .role = sought->seek.role,
                                           .from = desk ? NULL : &sought->seek.from,
                                           .now_ms = seeking->now_ms};
    OWNED_WITHDRAWING work = {0};

    withdrawal_begin(seeking->gateway, change, &cause, &work);
    if (desk)
        memcpy(work.withdrawal.id, sought->seek.withdrawal, UUID_TEXT_BYTES);
    TRY(end_received(&work, sought));
    for (size_t i = 0; i < seeking->hit_count; i++) {
        const struct hit *hit = &seeking->hits[i];
        if (hit->place == place)
            TRY(withdrawing_dossier(&work, hit->dossier, hit->hash, sought->seek.item.purpose));
    }
    store_delete(change, TABLE_SEEK, bytes_of(sought->sequence, SEQUENCE_BYTES));
    if (desk)
        return add_to_desk(&work, sought->seek.withdrawal);
    return has_effect(&work.withdrawal) ? withdrawal_finish(&work) : change->outcome;
}

static enum outcome record_looked(struct seeking *seeking, struct change *change)
{
    char number[24];
    struct audit_entry entry = {
        .event = AUDIT_MATCH,
        .source = seeking->gateway->settings->oin.text,
        .service = "intrekkingen",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = number},
    };

    snprintf(number, sizeof number, "%zu", seeking->count);
    return audit_record(seeking->gateway->audit, change, &entry);
}

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    struct seeking *seeking = context;

    (void)audit;
    for (size_t i = 0; i < seeking->count; i++)
        TRY(apply_one(seeking, change, i));
    return record_looked(seeking, change);
}

/* What came before a withdrawal must be tied to its token before that is looked up: else it would
 * be passed over, and stay. What comes later is refused at once. */
static enum outcome seek_batch(struct seeking *seeking)
{
    struct view view;
    enum outcome outcome;

    view_begin(seeking->gateway->store, &view);
    outcome = collect(seeking, &view);
    view_end(&view);
    TRY(outcome);
    if (!seeking->count)
        return OUTCOME_OK;
    TRY(match_received(seeking->gateway));
    view_begin(seeking->gateway->store, &view);
    outcome = look_at_persons(seeking, &view);
    view_end(&view);
    TRY(outcome);
    return writer_run_essential(seeking->gateway->writer, apply, seeking);
}

static bool is_waiting(struct store *store)
{
    struct view view;
    size_t waiting;

    view_begin(store, &view);
    waiting = store_entries(&view, TABLE_SEEK);
    view_end(&view);
    return waiting > 0;
}

/* Each batch goes through all persons, and a partner can send more of them than we look up: what is
 * left waits for the next pass, so that terms, answers of 17:00 and a stop do not wait for it. */
enum outcome seek_pass(struct gateway *gateway)
{
    const int64_t until_ms = clock_monotonic_ms() + SEEK_PASS_MS;
    enum outcome outcome = OUTCOME_OK;
    size_t count = SEEK_BATCH;

    if (!is_waiting(gateway->store))
        return OUTCOME_OK;
    while (outcome == OUTCOME_OK && count == SEEK_BATCH && clock_monotonic_ms() < until_ms) {
        struct seeking *seeking = calloc(1, sizeof *seeking);
        if (!seeking)
            return OUTCOME_OUT_OF_MEMORY;
        seeking->gateway = gateway;
        seeking->now_ms = clock_now_ms();
        outcome = seek_batch(seeking);
        count = seeking->count;
        free(seeking);
    }
    return outcome;
}
