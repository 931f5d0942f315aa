/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/small_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct small_town town;
struct small_gateway small;

struct bytes id_key(const struct uuid *id)
{
    return bytes_of(id->bytes, sizeof id->bytes);
}

bool is_there(enum table table, const struct uuid *id)
{
    struct view view;
    bool there;

    view_begin(small.gateway.store, &view);
    there = store_has(&view, table, id_key(id));
    view_end(&view);
    return there;
}

/* --- a signal that was received --- */

int retention_days(const struct signal *signal)
{
    return covenant_article(small_gateway_known(&small)->covenant, signal->article)
        ->retention_days;
}

static enum outcome apply_received(struct change *change, struct audit *audit, void *context)
{
    struct received *received = context;
    const struct known_covenant *known = small_gateway_known(&small);
    const struct terms terms = {.decide_workdays = 10};
    OWNED_KEPT_SIGNAL kept = {.partner = town.parties[CORPORATION].oin,
                              .taken_ms = received->at_ms,
                              .received_ms = received->at_ms};
    struct retained retained = {.kind = RECORD_RECEIVED, .id = received->id};
    OWNED_BUFFER text = {0};
    uint8_t sequence[8];

    (void)audit;
    dossier_new(received->dossier);
    memcpy(kept.dossier, received->dossier, sizeof kept.dossier);
    memcpy(retained.dossier, received->dossier, sizeof kept.dossier);
    memcpy(kept.covenant, known->covenant->fingerprint, sizeof kept.covenant);
    kept.item = small_signal_text(&received->signal);
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_INBOX, id_key(&received->id), buffer_bytes(&text));
    retained.sequence = store_next_sequence(change, TABLE_INBOX_ORDER, (struct bytes){0});
    retained.look =
        retained_signal_until(received->at_ms, retention_days(&received->signal.signal));
    write_u64(sequence, retained.sequence);
    store_put(change, TABLE_INBOX_ORDER, bytes_of(sequence, 8), id_key(&received->id));
    store_put(change, TABLE_MATCH, bytes_of(sequence, 8), id_key(&received->id));
    retained_put(change, &retained);
    return received->releases ? release_plan(change, received->signal.signal.id, received->at_ms,
                                             &terms)
                              : change->outcome;
}

struct received take_in(int64_t at_ms)
{
    struct received received = {
        .signal = small_signal_make(&town, small_gateway_known(&small), TEAM), .at_ms = at_ms};

    uuid_print(uuid_v4(), received.signal.signal.id);
    take_in_as(&received);
    return received;
}

void take_in_as(struct received *received)
{
    assert_true(uuid_parse(received->signal.signal.id, &received->id));
    small_gateway_write(&small, apply_received, received);
}

/* --- erasing --- */

struct erasing {
    struct uuid id;
    enum record_kind kind;
    enum erasure_cause cause;
    enum outcome outcome;
};

static enum outcome apply_erasing(struct change *change, struct audit *audit, void *context)
{
    struct erasing *erasing = context;

    (void)audit;
    erasing->outcome =
        erasing->kind == RECORD_RECEIVED
            ? erase_received(&small.gateway, change, erasing->id, erasing->cause)
        : erasing->kind == RECORD_SENT
            ? erase_sent(&small.gateway, change, erasing->id, erasing->cause)
            : erase_basis(&small.gateway, change, erasing->id, erasing->cause);
    return erasing->outcome;
}

enum outcome erase_one(enum record_kind kind, struct uuid id, enum erasure_cause cause)
{
    struct erasing erasing = {id, kind, cause, OUTCOME_OK};
    enum outcome outcome = writer_run(small.gateway.writer, apply_erasing, &erasing);

    assert_true(outcome == erasing.outcome || outcome == OUTCOME_OUT_OF_MEMORY);
    return outcome;
}

struct tombstone stone_of(enum record_kind kind, struct uuid id)
{
    struct tombstone stone;
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(erasure_tombstone(&view, kind, id, &stone), OUTCOME_OK);
    view_end(&view);
    return stone;
}

bool has_stone(enum record_kind kind, struct uuid id)
{
    struct tombstone stone;
    struct view view;
    enum outcome outcome;

    view_begin(small.gateway.store, &view);
    outcome = erasure_tombstone(&view, kind, id, &stone);
    view_end(&view);
    assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_NOT_FOUND);
    return outcome == OUTCOME_OK;
}

uint64_t pending_now(void)
{
    struct erasure_pending found;
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(erasure_pending(&view, &found), OUTCOME_OK);
    view_end(&view);
    return found.count;
}

json_t *last_leaf(void)
{
    return leaf_json(small.gateway.store, audit_size(small.gateway.audit) - 1);
}

const char *leaf_text(const json_t *leaf, const char *name)
{
    const char *text = json_string_value(json_object_get(leaf, name));

    return text ? text : "";
}

static enum outcome apply_sending(struct change *change, struct audit *audit, void *context)
{
    struct sending *sending = context;
    const struct known_covenant *known = small_gateway_known(&small);
    struct small_signal signal = small_signal_make(&town, known, TEAM);
    OWNED_KEPT_SIGNAL kept = {.partner = town.parties[TEAM].oin,
                              .taken_ms = sending->at_ms,
                              .received_ms = sending->received_ms,
                              .actor = "1001"};
    struct retained retained = {.kind = RECORD_SENT, .id = sending->id};
    OWNED_BUFFER text = {0};
    uint8_t sequence[8];

    (void)audit;
    if (!sending->dossier[0]) {
        struct identity identity;
        char number[8];
        snprintf(number, sizeof number, "%u", 1 + sending->id.bytes[0] * 7u);
        TRY(identity_pch("1234AB", number, "", "", &identity));
        TRY(dossier_make(change, small.gateway.store, small.gateway.local_id_key, &identity,
                         sending->dossier));
    }
    memcpy(signal.signal.id, sending->text, sizeof signal.signal.id);
    memcpy(kept.dossier, sending->dossier, sizeof kept.dossier);
    memcpy(retained.dossier, sending->dossier, sizeof kept.dossier);
    memcpy(kept.covenant, known->covenant->fingerprint, sizeof kept.covenant);
    kept.item = small_signal_text(&signal);
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, id_key(&sending->id), buffer_bytes(&text));
    retained.sequence = store_next_sequence(change, TABLE_SENT_ORDER, (struct bytes){0});
    retained.look = retained_signal_until(sending->at_ms, retention_days(&signal.signal));
    write_u64(sequence, retained.sequence);
    store_put(change, TABLE_SENT_ORDER, bytes_of(sequence, 8), id_key(&sending->id));
    retained_put(change, &retained);
    if (sending->queued) {
        struct queued queued = {.kind = MESSAGE_KIND_SIGNAL,
                                .role = ROLE_MELDER,
                                .purpose = signal.signal.purpose,
                                .item = buffer_bytes(&kept.item)};
        memcpy(queued.covenant, kept.covenant, sizeof queued.covenant);
        memcpy(queued.id, sending->text, sizeof queued.id);
        TRY(queue_add(change, &kept.partner, &queued));
    }
    return change->outcome;
}

struct sending send_one(const char *dossier, bool queued)
{
    struct sending sending = {
        .id = uuid_v4(), .at_ms = town.now_ms, .received_ms = queued ? 0 : town.now_ms,
        .queued = queued};

    snprintf(sending.dossier, sizeof sending.dossier, "%s", dossier);
    send_as(&sending);
    return sending;
}

void send_as(struct sending *sending)
{
    uuid_print(sending->id, sending->text);
    small_gateway_write(&small, apply_sending, sending);
}

/* --- for cmocka --- */

int small_records_team(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, TEAM);
    small_gateway_in_force(&small);
    return 0;
}

int small_records_corporation(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    small_gateway_in_force(&small);
    return 0;
}

int small_records_end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    return 0;
}

int small_records_town(void **state)
{
    (void)state;
    small_town_make(&town);
    return 0;
}

int small_records_town_end(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}
