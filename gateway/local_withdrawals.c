/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/intrekkingen, /v1/bezwaren, /v1/verzonden/…/terugtrekking; GET /v1/intrekkingen/…: what
 * a resident, or who reported, takes back at a desk; each answers with the statement to print. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/agreement.h"
#include "covenant/basis_request.h"
#include "gateway/alarms.h"
#include "gateway/basis_store.h"
#include "gateway/erasure.h"
#include "gateway/handlers.h"
#include "gateway/objections.h"
#include "gateway/persons.h"
#include "gateway/repeat.h"
#include "gateway/taking.h"
#include "gateway/withdrawal_seek.h"
#include "gateway/withdrawal_statement.h"
#include "gateway/withdrawals.h"

struct taking {
    char basis[UUID_TEXT_BYTES];    /* toestemming: one basis record; "" */
    char received[UUID_TEXT_BYTES]; /* signaal: what one received signal rests on; "" */
    char sent[UUID_TEXT_BYTES];     /* in the path: one signal of ours; "" */
    bool by_address;
    struct identity identity;
    enum purpose purpose; /* PURPOSE_NONE: all */
    bool lift;            /* the resident takes the objection back */
    enum withdrawal_reason reason;
    char id[UUID_TEXT_BYTES]; /* of the statement */
};

static void taking_free(void *state)
{
    struct taking *taking = state;

    identity_wipe(&taking->identity);
    free(taking);
}

static enum outcome new_taking(struct call *call, enum withdrawal_reason reason,
                               struct taking **out_taking)
{
    struct taking *taking = calloc(1, sizeof *taking);

    if (!taking)
        return OUTCOME_OUT_OF_MEMORY;
    taking->reason = reason;
    taking->purpose = PURPOSE_NONE;
    call->state = taking;
    call->free_state = taking_free;
    *out_taking = taking;
    return OUTCOME_OK;
}

/* --- the statement --- */

static enum outcome reply_statement(struct call *call, struct view *view, const char *id)
{
    HELD_REGISTRY registry = gateway_registry(call->gateway);
    OWNED_WITHDRAWAL withdrawal = {0};
    OWNED_BUFFER checkpoint = {0};
    json_t *statement = NULL;
    struct bytes note = {0};
    struct statement_paper paper = {
        .withdrawal = &withdrawal,
        .registry = registry,
        .self = call->gateway->settings->oin,
        .origin = audit_note_key(call->gateway->audit)->name,
        .language = call->request->language,
    };

    TRY(withdrawal_get(view, id, &withdrawal));
    TRY(audit_checkpoint(view, &note));
    buffer_add_bytes(&checkpoint, note);
    TRY(buffer_outcome(&checkpoint));
    paper.checkpoint = buffer_bytes(&checkpoint);
    TRY(withdrawal_statement_json(&paper, &statement));
    return call_reply(call, 200, statement);
}

static enum outcome finish_statement(struct call *call)
{
    const struct taking *taking = call->state;
    struct view view;
    enum outcome outcome;

    view_begin(call->gateway->store, &view);
    outcome = reply_statement(call, &view, taking->id);
    view_end(&view);
    return outcome;
}

static enum outcome record_look(struct call *call, struct change *change, const char *id)
{
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);
    OWNED_WITHDRAWAL withdrawal = {0};

    TRY(withdrawal_get(&change->view, id, &withdrawal));
    if (withdrawal.dossier[0])
        entry.committed[AUDIT_SUBJECT] = withdrawal.dossier;
    entry.committed[AUDIT_OBJECTS] = id;
    return audit_record(call->gateway->audit, change, &entry);
}

/* The answer comes before the leaf: what is refused has written nothing. */
static enum outcome apply_looking(struct call *call, struct change *change)
{
    TRY(reply_statement(call, &change->view, call->parameter));
    if (role_set_has(call->caller.roles, ROLE_FG)) /* whom the alarm asks to look */
        TRY(alarm_settle(call->gateway, change, ALARM_RESIDENT_DENIES, call->parameter));
    return record_look(call, change, call->parameter);
}

enum outcome get_withdrawal(struct call *call)
{
    call->apply = apply_looking;
    return OUTCOME_OK;
}

/* --- by address, at any desk --- */

struct desk {
    struct withdrawing *work;
    const struct taking *taking;
    uint8_t hash[STORE_HASH_BYTES]; /* of the address */
};

static enum outcome end_own(struct desk *desk)
{
    char dossier[DOSSIER_BYTES] = "";
    enum outcome outcome;

    while ((outcome = dossier_next(&desk->work->change->view, desk->hash, dossier, dossier)) ==
           OUTCOME_OK)
        TRY(withdrawing_dossier(desk->work, dossier, desk->hash, desk->taking->purpose));
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* What came in and was not matched yet is looked up by the clock. */
static enum outcome seek_later(struct desk *desk, const struct known_covenant *known,
                               const struct withdrawal_item *item)
{
    struct withdrawing *work = desk->work;
    struct seek seek = {.role = work->cause->role, .item = *item};

    if (store_entries(&work->change->view, TABLE_MATCH) == 0)
        return OUTCOME_OK;
    memcpy(seek.covenant, known->covenant->fingerprint, sizeof seek.covenant);
    memcpy(seek.withdrawal, work->withdrawal.id, sizeof seek.withdrawal);
    seek.item.reason = work->cause->reason;
    seek.item.at_ms = work->withdrawal.at_ms;
    uuid_print(uuid_v4(), seek.item.id);
    work->withdrawal.searching = true;
    return seek_add(work->change, &seek);
}

/* By our own token: what is here, and what comes later under it. */
static enum outcome end_here(struct desk *desk, const struct known_covenant *known,
                             const struct withdrawal_item *item)
{
    struct withdrawing *work = desk->work;
    const struct ended_name name = {ENDED_TOKEN, NULL, item->token};
    struct ended ended = {.at_ms = work->withdrawal.at_ms, .reason = work->cause->reason};
    uint8_t hash[STORE_HASH_BYTES];

    uuid_parse(work->withdrawal.id, &ended.withdrawal);
    TRY(ended_put(work->change, &name, &ended));
    TRY(dossier_hash_token(work->gateway->store, item->token, hash));
    TRY(withdrawing_received_under(work, hash, desk->taking->purpose));
    return seek_later(desk, known, item);
}

static enum outcome tell_party(struct desk *desk, const struct known_covenant *known,
                               const struct party *party, enum purpose purpose)
{
    struct withdrawal_item item = {.about = WITHDRAWAL_OF_TOKEN, .purpose = purpose};

    for (size_t i = 0; i < known->key_count; i++) {
        TRY(person_token_text(known, &known->keys[i], purpose, &desk->taking->identity, &party->oin,
                              item.token));
        TRY(oin_equal(&party->oin, &desk->work->gateway->settings->oin)
                ? end_here(desk, known, &item)
                : withdrawing_tell(desk->work, &party->oin, known->covenant->fingerprint, 0,
                                   &item));
    }
    return OUTCOME_OK;
}

static enum outcome tell_covenant(struct desk *desk, const struct known_covenant *known)
{
    const struct covenant *covenant = known->covenant;

    for (size_t i = 0; i < covenant->parties_count; i++) {
        const uint32_t purposes = covenant_token_purposes(covenant, &covenant->parties[i]);
        for (unsigned purpose = 1; purpose < PURPOSE_COUNT; purpose++) {
            if (has_bit(purposes, purpose) &&
                (desk->taking->purpose == PURPOSE_NONE || desk->taking->purpose == purpose))
                TRY(tell_party(desk, known, &covenant->parties[i], (enum purpose)purpose));
        }
    }
    return OUTCOME_OK;
}

/* The token does not depend on the version: the one that applies carries it. */
static enum outcome tell_all(struct desk *desk, int64_t now_ms)
{
    const struct registry *registry = desk->work->registry;

    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        if (registry_choose(registry, known->covenant->id, now_ms) == known &&
            covenant_party(known->covenant, &desk->work->gateway->settings->oin))
            TRY(tell_covenant(desk, known));
    }
    return OUTCOME_OK;
}

/* What we remember of reports about the address is nobody else's, and goes all the same. */
static enum outcome forget_repeats(const struct desk *desk)
{
    struct change *change = desk->work->change;
    char dossier[DOSSIER_BYTES] = "";
    enum outcome outcome;

    while ((outcome = dossier_next(&change->view, desk->hash, dossier, dossier)) == OUTCOME_OK) {
        repeat_forget(change, dossier);
        TRY(erasure_unlink_when_last(desk->work->gateway, change, dossier));
    }
    return outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}

static enum outcome take_address(struct call *call, struct withdrawing *work,
                                 const struct taking *taking)
{
    struct desk desk = {.work = work, .taking = taking};
    const struct gateway *gateway = call->gateway;

    TRY(dossier_hash_identity(gateway->store, gateway->local_id_key, &taking->identity, desk.hash));
    if (taking->reason == WITHDRAWAL_BEZWAAR) {
        TRY(objection_put(work->change, desk.hash, taking->purpose, call->now_ms));
        work->withdrawal.purposes |= bit_of(taking->purpose);
    }
    TRY(end_own(&desk));
    TRY(forget_repeats(&desk));
    TRY(withdrawing_received_under(work, desk.hash, taking->purpose));
    return tell_all(&desk, call->now_ms);
}

/* --- in the change --- */

/* A reporter takes back his own; a system what it handed in. For others it does not exist. */
static enum outcome may_recall(struct call *call, struct view *view, const char *item_id)
{
    OWNED_KEPT_SIGNAL kept = {0};
    struct uuid uuid = {{0}};
    struct bytes value;

    uuid_parse(item_id, &uuid);
    TRY(store_get(view, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes), &value));
    TRY(kept_signal_read(value, &kept));
    return role_set_has(call->caller.roles, ROLE_SYSTEEM) ||
                   strcmp(kept.actor, call->caller.number) == 0
               ? OUTCOME_OK
               : OUTCOME_NOT_FOUND;
}

static bool is_before(const struct basis *basis, const struct basis *later)
{
    return basis->purposes == later->purposes && basis_is_any_agreement(basis) &&
           basis_has_event(basis, BASIS_EVENT_VERVANGEN) && basis->state != PROOF_WITHDRAWN;
}

/* A resident who stops an agreement means also what was done under the paper that it took the
 * place of, a year ago: he signed one thing, each year anew. */
static enum outcome take_earlier(struct withdrawing *work, const char *basis_id)
{
    char id[UUID_TEXT_BYTES] = "", number[UUID_TEXT_BYTES];
    struct view *view = &work->change->view;
    OWNED_KEPT_BASIS later = {0};
    enum outcome outcome;

    TRY(basis_get(view, basis_id, &later));
    if (!basis_is_any_agreement(later.basis))
        return OUTCOME_OK;
    while ((outcome = basis_next(view, later.basis->dossier, id, id)) == OUTCOME_OK) {
        OWNED_KEPT_BASIS kept = {0};
        TRY(store_read_outcome(basis_get(view, id, &kept)));
        if (is_before(kept.basis, later.basis))
            TRY(withdrawing_basis(work, id, number));
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome take_one_basis(struct withdrawing *work, struct taking *taking)
{
    TRY(withdrawing_basis(work, taking->basis, taking->id));
    return take_earlier(work, taking->basis);
}

static enum outcome take(struct call *call, struct withdrawing *work, struct taking *taking)
{
    struct uuid uuid;

    if (taking->basis[0])
        return take_one_basis(work, taking);
    if (taking->sent[0])
        TRY(may_recall(call, &work->change->view, taking->sent));
    if (taking->sent[0])
        return withdrawing_sent(work, taking->sent, taking->id);
    if (taking->received[0])
        return uuid_parse(taking->received, &uuid) ? withdrawing_received(work, uuid, PURPOSE_NONE)
                                                   : OUTCOME_NOT_FOUND;
    return take_address(call, work, taking);
}

static enum outcome apply_taking(struct call *call, struct change *change)
{
    struct taking *taking = call->state;
    const struct audit_entry entry = call_entry(call, AUDIT_WITHDRAW);
    const struct withdrawal_cause cause = {
        .reason = taking->reason, .role = call->role, .entry = &entry, .now_ms = call->now_ms};
    OWNED_WITHDRAWING work = {0};
    enum outcome outcome;

    withdrawal_begin(call->gateway, change, &cause, &work);
    outcome = take(call, &work, taking);
    if (outcome == OUTCOME_EXISTS) /* the statement of then, with the receipts that came since */
        return taking->id[0] ? record_look(call, change, taking->id) : OUTCOME_NOT_FOUND;
    TRY(outcome);
    memcpy(taking->id, work.withdrawal.id, sizeof taking->id);
    return withdrawal_finish(&work);
}

static enum outcome take_in_change(struct call *call)
{
    call->apply = apply_taking;
    call->finish = finish_statement;
    return OUTCOME_OK;
}

/* --- bodies --- */

static enum outcome read_purpose(const json_t *body, struct taking *taking, struct fault *fault)
{
    const char *word = NULL;

    TRY(json_optional_text_at(body, "doel", 32, &word, fault));
    if (!word || purpose_parse(word, &taking->purpose))
        return OUTCOME_OK;
    fault_at(fault, "doel");
    return OUTCOME_MALFORMED;
}

static enum outcome read_address(const json_t *body, struct taking *taking, struct fault *fault)
{
    OWNED_CONTACT contact = {0};
    const json_t *address;

    TRY(json_object_at(body, "adres", &address, fault));
    TRY(basis_request_address(address, &contact, &taking->identity, fault));
    taking->by_address = true;
    return OUTCOME_OK;
}

static enum outcome read_id(const json_t *body, const char *name, char out[static UUID_TEXT_BYTES],
                            struct fault *fault)
{
    struct uuid uuid;
    const char *text;

    TRY(json_text_at(body, name, UUID_TEXT_BYTES - 1, &text, fault));
    if (!uuid_parse(text, &uuid)) {
        fault_at(fault, "%s", name);
        return OUTCOME_MALFORMED;
    }
    memcpy(out, text, UUID_TEXT_BYTES);
    return OUTCOME_OK;
}

/* Exactly one of the three says what ends; a purpose goes with an address only. */
static enum outcome read_withdrawal(const json_t *body, struct taking *taking, struct fault *fault)
{
    const bool basis = json_object_get(body, "toestemming"),
               received = json_object_get(body, "signaal"),
               address = json_object_get(body, "adres");

    if (basis + received + address != 1 || (!address && json_object_get(body, "doel"))) {
        fault_at(fault, "toestemming");
        return OUTCOME_MALFORMED;
    }
    if (basis)
        return read_id(body, "toestemming", taking->basis, fault);
    if (received)
        return read_id(body, "signaal", taking->received, fault);
    TRY(read_purpose(body, taking, fault));
    return read_address(body, taking, fault);
}

static enum outcome with_fault(struct call *call, enum outcome outcome, const struct fault *fault)
{
    if (outcome == OUTCOME_MALFORMED)
        call_fault(call, fault);
    return outcome;
}

enum outcome post_withdrawal(struct call *call)
{
    static const char *const members[] = {"toestemming", "signaal", "adres", "doel", NULL};
    OWNED_JSON body = NULL;
    struct taking *taking;
    struct fault fault = {0};

    TRY(new_taking(call, WITHDRAWAL_INGETROKKEN, &taking));
    TRY(call_body(call, members, &body));
    TRY(with_fault(call, read_withdrawal(body, taking, &fault), &fault));
    return take_in_change(call);
}

enum outcome take_basis(struct call *call, const char *basis_id)
{
    struct taking *taking;
    struct uuid uuid;

    TRY(new_taking(call, WITHDRAWAL_INGETROKKEN, &taking));
    if (!uuid_parse(basis_id, &uuid))
        return OUTCOME_NOT_FOUND;
    snprintf(taking->basis, sizeof taking->basis, "%s", basis_id);
    return take_in_change(call);
}

enum outcome post_recall(struct call *call)
{
    struct taking *taking;
    struct uuid uuid;

    TRY(new_taking(call, WITHDRAWAL_TERUGGETROKKEN, &taking));
    if (!uuid_parse(call->parameter, &uuid))
        return OUTCOME_NOT_FOUND;
    memcpy(taking->sent, call->parameter, UUID_TEXT_BYTES);
    return take_in_change(call);
}

/* --- objections --- */

static enum outcome apply_lifting(struct call *call, struct change *change)
{
    struct taking *taking = call->state;
    const struct gateway *gateway = call->gateway;
    struct audit_entry entry = call_entry(call, AUDIT_RIGHTS);
    char dossier[DOSSIER_BYTES] = "";
    uint8_t hash[STORE_HASH_BYTES];
    enum outcome outcome;

    TRY(dossier_hash_identity(gateway->store, gateway->local_id_key, &taking->identity, hash));
    outcome = dossier_find(&change->view, hash, dossier);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    TRY(objection_lift(change, hash, taking->purpose));
    entry.committed[AUDIT_PURPOSE] = purpose_word(taking->purpose);
    entry.committed[AUDIT_SUBJECT] = dossier[0] ? dossier : NULL;
    TRY(audit_record(gateway->audit, change, &entry));
    return call_reply(call, 200,
                      json_pack("{ss sb}", "doel", purpose_word(taking->purpose), "bezwaar", 0));
}

static enum outcome read_objection(const json_t *body, struct taking *taking, struct fault *fault)
{
    const char *word;

    TRY(json_text_at(body, "doel", 32, &word, fault));
    if (json_object_get(body, "opheffen"))
        TRY(json_boolean_at(body, "opheffen", &taking->lift, fault));
    TRY(read_purpose(body, taking, fault));
    return read_address(body, taking, fault);
}

enum outcome post_objection(struct call *call)
{
    static const char *const members[] = {"adres", "doel", "opheffen", NULL};
    OWNED_JSON body = NULL;
    struct taking *taking;
    struct fault fault = {0};

    TRY(new_taking(call, WITHDRAWAL_BEZWAAR, &taking));
    TRY(call_body(call, members, &body));
    TRY(with_fault(call, read_objection(body, taking, &fault), &fault));
    if (!taking->lift)
        return take_in_change(call);
    call->apply = apply_lifting;
    return OUTCOME_OK;
}
