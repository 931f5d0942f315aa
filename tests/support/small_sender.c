/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/small_sender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "covenant/proof.h"
#include "crypto/ready.h"

void small_sender_make(struct small_sender *sender)
{
    const struct known_covenant *known;

    small_gateway_make(&sender->small, &sender->town, CORPORATION);
    known = small_gateway_in_force(&sender->small);
    memcpy(sender->fingerprint, known->covenant->fingerprint, sizeof sender->fingerprint);
}

void small_sender_end(struct small_sender *sender)
{
    small_gateway_end(&sender->small);
}

struct waiting {
    const struct small_sender *sender;
    struct queued queued;
    struct buffer item;
};

static enum outcome apply_queue(struct change *change, struct audit *audit, void *context)
{
    const struct waiting *waiting = context;

    (void)audit;
    return queue_add(change, &waiting->sender->town.parties[TEAM].oin, &waiting->queued);
}

void sender_queue(struct small_sender *sender, const struct queued *queued)
{
    struct waiting waiting = {.sender = sender, .queued = *queued};

    small_gateway_write(&sender->small, apply_queue, &waiting);
}

void sender_queue_text(struct small_sender *sender, enum message_kind kind, const char *text,
                       char out_id[static UUID_TEXT_BYTES])
{
    struct queued queued = {.kind = kind, .role = ROLE_SYSTEEM, .item = bytes_of_text(text)};

    uuid_print(uuid_v4(), queued.id);
    memcpy(queued.covenant, sender->fingerprint, sizeof queued.covenant);
    sender_queue(sender, &queued);
    memcpy(out_id, queued.id, UUID_TEXT_BYTES);
}

static struct buffer proof_until(const struct small_sender *sender, struct day until)
{
    struct proof proof = {.to = sender->town.parties[TEAM].oin,
                          .purposes = 1u << PURPOSE_TOELEIDING,
                          .from = day_plus(until, -30),
                          .until = until,
                          .sequence = 1};
    struct token token = {.type = TOKEN_PCH, .strength = TOKEN_SHARED};
    struct buffer text = {0};

    memset(proof.id, 'a', sizeof proof.id - 1);
    memcpy(proof.covenant, sender->fingerprint, sizeof proof.covenant);
    snprintf(token.epoch, sizeof token.epoch, "2026H2");
    token_print(&token, proof.token);
    assert_true(proof_groups_add(&proof.groups, "OVERLAST"));
    assert_int_equal(proof_sign(&proof, &sender->town.parties[CORPORATION].signing, &text),
                     OUTCOME_OK);
    return text;
}

static enum outcome apply_signal(struct change *change, struct audit *audit, void *context)
{
    const struct waiting *waiting = context;
    const struct small_sender *sender = waiting->sender;
    OWNED_KEPT_SIGNAL kept = {.partner = sender->town.parties[TEAM].oin,
                              .taken_ms = sender->town.now_ms};
    OWNED_BUFFER text = {0};
    struct uuid uuid = {{0}};

    memcpy(kept.covenant, sender->fingerprint, sizeof kept.covenant);
    buffer_add_bytes(&kept.item, buffer_bytes(&waiting->item));
    TRY(kept_signal_print(&kept, &text));
    uuid_parse(waiting->queued.id, &uuid);
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, 16), buffer_bytes(&text));
    return apply_queue(change, audit, context);
}

void sender_queue_signal(struct small_sender *sender, struct day until,
                         char out_id[static UUID_TEXT_BYTES])
{
    const struct covenant *covenant = small_gateway_known(&sender->small)->covenant;
    OWNED_BUFFER proof = proof_until(sender, until);
    struct waiting waiting = {.sender = sender,
                              .queued = {.kind = MESSAGE_KIND_SIGNAL, .role = ROLE_MELDER}};
    struct signal signal = {.article = 1,
                            .purpose = PURPOSE_TOELEIDING,
                            .holder = sender->town.parties[TEAM].oin,
                            .lead = sender->town.parties[CORPORATION].oin,
                            .sent_ms = sender->town.now_ms / 3600000 * 3600000,
                            .fields = 1u << FIELD_PROOF,
                            .proof_text = buffer_bytes(&proof)};

    uuid_print(uuid_v4(), signal.id);
    memcpy(signal.covenant, covenant->reference, sizeof signal.covenant);
    snprintf(signal.code, sizeof signal.code, "OVL.BURENRUZIE");
    assert_int_equal(signal_print(&signal, &waiting.item), OUTCOME_OK);
    waiting.queued.item = buffer_bytes(&waiting.item);
    memcpy(waiting.queued.id, signal.id, sizeof signal.id);
    memcpy(waiting.queued.covenant, sender->fingerprint, sizeof waiting.queued.covenant);
    small_gateway_write(&sender->small, apply_signal, &waiting);
    buffer_wipe(&waiting.item);
    memcpy(out_id, signal.id, UUID_TEXT_BYTES);
}

struct day sender_in_days(const struct small_sender *sender, int days)
{
    return day_plus(amsterdam_day(sender->town.now_ms), days);
}

size_t sender_waiting(struct small_sender *sender)
{
    struct view view;
    size_t length;

    view_begin(sender->small.gateway.store, &view);
    length = queue_length(&view, &sender->town.parties[TEAM].oin, 1000);
    view_end(&view);
    return length;
}

size_t sender_leaves(struct small_sender *sender)
{
    return rows_in(sender->small.gateway.store, TABLE_LEAF);
}

const char *sender_leaf_member(struct small_sender *sender, size_t from_end, const char *name)
{
    static char text[128];
    OWNED_JSON leaf = leaf_json(sender->small.gateway.store, sender_leaves(sender) - from_end);
    const char *value = json_string_value(json_object_get(leaf, name));

    snprintf(text, sizeof text, "%s", value ? value : "");
    return text;
}

void sender_read_sent(struct small_sender *sender, const char *id, struct kept_signal *out_kept)
{
    OWNED_BUFFER text = {0};
    struct uuid uuid = {{0}};

    uuid_parse(id, &uuid);
    assert_int_equal(
        value_in(sender->small.gateway.store, TABLE_SENT, bytes_of(uuid.bytes, 16), &text),
        OUTCOME_OK);
    assert_int_equal(kept_signal_read(buffer_bytes(&text), out_kept), OUTCOME_OK);
}

static bool nothing_is_held_up(const void *context, const struct oin *partner,
                               enum message_kind kind, const char *covenant)
{
    (void)context, (void)partner, (void)kind, (void)covenant;
    return false;
}

struct outgoing_choice sender_choice(const struct small_sender *sender)
{
    return (struct outgoing_choice){.partner = sender->town.parties[TEAM].oin,
                                    .is_held_up = nothing_is_held_up};
}

struct outgoing *sender_composed(struct small_sender *sender)
{
    struct outgoing_choice choice = sender_choice(sender);
    struct outgoing *outgoing = NULL;

    assert_int_equal(outgoing_compose(&sender->small.gateway, &choice, &outgoing), OUTCOME_OK);
    return outgoing;
}

struct outgoing *sender_posted(struct small_sender *sender, char out_id[static UUID_TEXT_BYTES])
{
    struct outgoing *outgoing;

    sender_queue_signal(sender, sender_in_days(sender, 5), out_id);
    outgoing = sender_composed(sender);
    outgoing_posted(outgoing);
    return outgoing;
}

void sender_covenant_ends(struct small_sender *sender)
{
    small_gateway_hears(&sender->small, CORPORATION, sender->fingerprint, VERDICT_WITHDRAWN);
}

void sender_takes_back(struct small_sender *sender, const struct outgoing *outgoing)
{
    bool taken_back = false;

    assert_int_equal(outgoing_review(&sender->small.gateway, outgoing, &taken_back), OUTCOME_OK);
    assert_true(taken_back);
}
