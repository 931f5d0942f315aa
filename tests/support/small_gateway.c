/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/small_gateway.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/built_in.h"
#include "crypto/ready.h"
#include "gateway/json_memory.h"
#include "gateway/registry.h"
#include "gateway/statements.h"
#include "gateway/store_check.h"
#include "tests/support/whole_rows.h"

const uint8_t small_shared_key[32] = "een gedeelde sleutel, 32 bytes..";

static void on_failed(void *context, enum outcome outcome)
{
    struct small_gateway *small = context;

    small->failed = outcome;
}

static void on_queued(void *context)
{
    struct small_gateway *small = context;

    small->queued_times++;
}

static enum outcome on_undone(void *context)
{
    struct small_gateway *small = context;

    return gateway_undone(&small->gateway);
}

static enum outcome start(struct small_gateway *small)
{
    struct gateway *gateway = &small->gateway;
    const struct writer_options options = {.queue_max = 2000,
                                           .on_failed = on_failed,
                                           .on_queued = on_queued,
                                           .on_undone = on_undone,
                                           .context = small};
    struct writer_options own = options;
    enum outcome outcome;
    struct view view;

    gateway->store = small->small.store;
    TRY(audit_open(gateway->store, SMALL_ORIGIN, &gateway->keys.log, &gateway->audit));
    own.audit = gateway->audit;
    view_begin(gateway->store, &view);
    outcome = gateway_reload(gateway, &view);
    view_end(&view);
    TRY(outcome);
    return writer_start(&own, &gateway->writer);
}

static void stop(struct small_gateway *small)
{
    writer_stop(small->gateway.writer);
    audit_close(small->gateway.audit);
}

/* Keys as the town gave them: copies, in secret memory of their own. */
static void copy_keys(struct small_gateway *small)
{
    const struct small_party *own = &small->town->parties[small->place];
    struct own_keys *keys = &small->gateway.keys;
    uint8_t seed[SIGNING_SEED_BYTES];

    signing_key_seed(&own->signing, seed);
    assert_int_equal(signing_key_from_seed(seed, &keys->signing), OUTCOME_OK);
    assert_int_equal(sealing_key_from_secret(own->sealing.secret, &keys->sealing), OUTCOME_OK);
    assert_int_equal(signing_key_new(&keys->log), OUTCOME_OK);
    small->gateway.local_id_key = secret_new(KEY_BYTES);
    small->gateway.proof_id_key = secret_new(KEY_BYTES);
    small->gateway.form_key = secret_new(KEY_BYTES);
    assert_non_null(small->gateway.proof_id_key);
    assert_non_null(small->gateway.form_key);
    memset(small->gateway.local_id_key, 1, KEY_BYTES);
    memset(small->gateway.proof_id_key, 2, KEY_BYTES);
}

void small_gateway_make(struct small_gateway *small, struct small_town *town,
                        enum small_place place)
{
    memset(small, 0, sizeof *small);
    small->town = town;
    small->place = place;
    for (size_t i = 0; i < SMALL_PLACES; i++)
        town->parties[i].statement_hash[0] = '\0';
    json_memory_watch();
    small->gateway.settings = calloc(1, sizeof *small->gateway.settings);
    assert_non_null(small->gateway.settings);
    small->gateway.settings->oin = town->parties[place].oin;
    small->gateway.settings->queue_items = 1000000;
    small->gateway.settings->queue_mib = 1024;
    small->gateway.settings->clock_tolerance_s = 120;
    pthread_mutex_init(&small->gateway.registry_lock, NULL);
    assert_int_equal(code_lists_load(&small->gateway.lists), OUTCOME_OK);
    copy_keys(small);
    small_store_make(&small->small);
    assert_int_equal(start(small), OUTCOME_OK);
}

void small_gateway_restart(struct small_gateway *small)
{
    stop(small);
    small_store_reopen(&small->small);
    assert_int_equal(start(small), OUTCOME_OK);
}

void small_gateway_close(struct small_gateway *small)
{
    stop(small);
    small->gateway.writer = NULL;
    small->gateway.audit = NULL;
    store_close(small->small.store);
    small->small.store = NULL;
}

enum outcome small_gateway_open(struct small_gateway *small)
{
    const char *data = folder_path(&small->small.folder, "data");
    struct store_damage damage = {0};
    struct note_key log_key;
    size_t swept;

    TRY(note_key_make(SMALL_ORIGIN, small->gateway.keys.log.public_key, &log_key));
    TRY(store_check_here(data, &log_key, &damage)); /* as serve() does, in a child */
    TRY(store_open(folder_path(&small->small.folder, "data"), SMALL_MAP_BYTES, small_master,
                   &small->small.store));
    TRY(store_sweep(small->small.store, &swept));
    return start(small);
}

void small_gateway_end(struct small_gateway *small)
{
    if (!small->holds_anything && small->small.store)
        assert_rows_are_whole(small->small.store);
    stop(small);
    registry_release(small->gateway.registry);
    code_lists_free(small->gateway.lists);
    secret_free(small->gateway.local_id_key);
    secret_free(small->gateway.form_key);
    secret_free(small->gateway.proof_id_key);
    keys_wipe(&small->gateway.keys);
    free(small->gateway.settings);
    pthread_mutex_destroy(&small->gateway.registry_lock);
    small_store_end(&small->small);
}

void small_gateway_write(struct small_gateway *small,
                         enum outcome (*apply)(struct change *, struct audit *, void *),
                         void *context)
{
    assert_int_equal(writer_run(small->gateway.writer, apply, context), OUTCOME_OK);
}

/* --- covenants --- */

struct adding {
    struct small_gateway *small;
    struct bytes text;
    const char *fingerprint;
    enum small_place place;
    int64_t sequence;
};

static enum outcome apply_covenant(struct change *change, struct audit *audit, void *context)
{
    const struct adding *adding = context;

    (void)audit;
    store_put(change, TABLE_COVENANT, bytes_of_text(adding->fingerprint), adding->text);
    return gateway_reload(&adding->small->gateway, &change->view);
}

const char *small_gateway_add(struct small_gateway *small, const json_t *document)
{
    static char fingerprint[SHA256_HEX_BYTES];
    OWNED_BUFFER text = small_covenant_text(document);
    struct adding adding = {
        .small = small, .text = buffer_bytes(&text), .fingerprint = fingerprint};

    assert_int_equal(sha256_hex(buffer_bytes(&text), fingerprint), OUTCOME_OK);
    small_gateway_write(small, apply_covenant, &adding);
    return fingerprint;
}

static enum outcome apply_statement(struct change *change, struct audit *audit, void *context)
{
    const struct adding *adding = context;

    (void)audit;
    TRY(statement_put(change, adding->fingerprint, &adding->small->town->parties[adding->place].oin,
                      adding->sequence, adding->text));
    return gateway_reload(&adding->small->gateway, &change->view);
}

void small_gateway_hears(struct small_gateway *small, enum small_place place,
                         const char *fingerprint, enum verdict verdict)
{
    OWNED_BUFFER text = small_statement(small->town, place, fingerprint, verdict);
    HELD_REGISTRY registry = gateway_registry(&small->gateway);
    const struct known_covenant *known = registry_find(registry, fingerprint);
    struct adding adding = {
        .small = small, .text = buffer_bytes(&text), .fingerprint = fingerprint, .place = place};
    const struct party *party;

    assert_non_null(known);
    party = covenant_party(known->covenant, &small->town->parties[place].oin);
    assert_non_null(party);
    adding.sequence = known->statement_count[covenant_party_index(known->covenant, party)];
    small_gateway_write(small, apply_statement, &adding);
}

static enum outcome apply_key(struct change *change, struct audit *audit, void *context)
{
    const struct adding *adding = context;
    char epoch[EPOCH_TEXT_BYTES];

    (void)audit;
    day_epoch(amsterdam_day(adding->small->town->now_ms), epoch);
    TRY(shared_key_put(change, adding->fingerprint, epoch, small_shared_key));
    return gateway_reload(&adding->small->gateway, &change->view);
}

void small_gateway_get_key(struct small_gateway *small, const char *covenant_id)
{
    struct adding adding = {.small = small, .fingerprint = covenant_id};

    small_gateway_write(small, apply_key, &adding);
}

const struct known_covenant *small_gateway_known(struct small_gateway *small)
{
    assert_int_equal(small->gateway.registry->count, 1);
    return &small->gateway.registry->covenants[0];
}

const struct known_covenant *small_gateway_in_force(struct small_gateway *small)
{
    OWNED_JSON document = small_covenant_json(small->town);
    const char *fingerprint = small_gateway_add(small, document);

    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(small, place, fingerprint, VERDICT_AGREED);
    small_gateway_get_key(small, json_string_value(json_object_get(document, "id")));
    return small_gateway_known(small);
}

/* --- calls --- */

void small_call_make(struct small_call *small_call, struct small_gateway *small,
                     enum listener_kind listener, enum http_method method, const char *path,
                     struct bytes body)
{
    struct call *call = &small_call->call;

    memset(small_call, 0, sizeof *small_call);
    small_call->peer.listener = listener;
    small_call->head.method = method;
    small_call->head.path = bytes_of_text(path);
    small_call->head.content_type = bytes_of_text("application/json");
    small_call->exchange.request.peer = &small_call->peer;
    small_call->exchange.request.head = &small_call->head;
    small_call->exchange.request.body = body;
    call->gateway = &small->gateway;
    call->exchange = &small_call->exchange;
    call->request = &small_call->exchange.request;
    call->reply = &small_call->exchange.reply;
    call->registry = gateway_registry(&small->gateway);
    call->now_ms = small->town->now_ms;
    call->role = ROLE_MELDER;
    snprintf(call->caller.number, sizeof call->caller.number, "P-1042");
    uuid_print(uuid_v7(call->now_ms), call->transaction);
}

/* As gateway/call.c does: a step whose JSON is not whole is no answer. */
static enum outcome whole(enum outcome outcome)
{
    return outcome == OUTCOME_OK && json_memory_failed() ? OUTCOME_OUT_OF_MEMORY : outcome;
}

static enum outcome apply_call(struct change *change, struct audit *audit, void *context)
{
    struct call *call = context;

    (void)audit;
    json_memory_forget();
    return whole(call->apply(call, change));
}

enum outcome small_call_run(struct small_call *small_call)
{
    struct call *call = &small_call->call;
    bool other_method;

    json_memory_forget();
    call->route =
        route_find(small_call->peer.listener, &small_call->head, call->parameter, &other_method);
    assert_non_null(call->route);
    TRY(whole(call->route->handle(call)));
    if (call->apply)
        TRY(writer_run(call->gateway->writer, apply_call, call));
    json_memory_forget();
    return call->finish ? whole(call->finish(call)) : OUTCOME_OK;
}

void small_call_end(struct small_call *small_call)
{
    struct call *call = &small_call->call;

    if (call->free_state && call->state)
        call->free_state(call->state);
    json_decref(call->extra);
    registry_release(call->registry);
    reply_wipe(call->reply);
}

/* --- messages --- */

struct small_message small_message_make(const struct small_town *town, enum small_place from,
                                        enum small_place to, enum message_kind kind,
                                        const char *covenant, const struct bytes *items,
                                        size_t item_count)
{
    struct small_message message = {
        .from = from,
        .to = to,
        .kind = kind,
        .covenant = covenant,
        .role = ROLE_MELDER,
        .issued_s = town->now_ms / 1000,
        .expires_s = town->now_ms / 1000 + 3600,
        .items = items,
        .item_count = item_count,
        .signed_by = from,
        .sealed_for = to,
    };

    uuid_print(uuid_v7(town->now_ms), message.id);
    return message;
}

struct buffer small_message_text(const struct small_town *town, const struct small_message *message)
{
    OWNED_BUFFER payload = {0}, envelope = {0}, content = {0};
    struct buffer body = {0};
    struct message_head head = {.route = {.from = town->parties[message->from].oin,
                                          .to = town->parties[message->to].oin,
                                          .kind = message->kind}};
    struct payload_head payload_head;
    const uint8_t *sealed_for = town->parties[message->sealed_for].sealing.public_key;

    snprintf(head.route.covenant, sizeof head.route.covenant, "%s", message->covenant);
    memcpy(head.route.id, message->id, sizeof head.route.id);
    payload_head = (struct payload_head){.route = head.route,
                                         .issued_s = message->issued_s,
                                         .expires_s = message->expires_s,
                                         .role = message->role};
    assert_int_equal(payload_write(&payload_head, message->items, message->item_count, &payload),
                     OUTCOME_OK);
    assert_int_equal(dsse_sign(buffer_bytes(&payload), message_kind_type(message->kind),
                               &town->parties[message->signed_by].signing, &envelope),
                     OUTCOME_OK);
    assert_int_equal(sealed_close(buffer_bytes(&envelope), sealed_for, &content), OUTCOME_OK);
    assert_int_equal(sealed_key_id(sealed_for, head.recipient_key), OUTCOME_OK);
    head.content = buffer_bytes(&content);
    assert_int_equal(message_write(&head, &body), OUTCOME_OK);
    return body;
}

enum outcome small_gateway_receive(struct small_gateway *small, enum small_place from,
                                   enum message_kind kind, struct bytes body,
                                   struct small_call *out_call)
{
    small_call_make(out_call, small, LISTENER_PARTNER, HTTP_POST, message_kind_path(kind), body);
    out_call->call.caller.oin = small->town->parties[from].oin;
    return small_call_run(out_call);
}
