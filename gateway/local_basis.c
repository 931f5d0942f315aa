/* SPDX-License-Identifier: EUPL-1.2 */
/* /v1/gegeven-toestemmingen: what residents chose, recorded at a desk; each with a slip. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/basis_request.h"
#include "covenant/basis_words.h"
#include "covenant/slip.h"
#include "gateway/basis_recording.h"
#include "gateway/basis_use.h"
#include "gateway/buddy_store.h"
#include "gateway/handlers.h"
#include "gateway/housing_store.h"
#include "gateway/kept_signal.h"

#define KNOWN_WORD "BEKEND" /* in the log */

enum { PURPOSES_TEXT_BYTES = 256, DOSSIERS_TEXT_BYTES = 200 * DOSSIER_BYTES };

static enum outcome refuse(struct call *call, enum basis_refusal refusal)
{
    enum language language = call->request->language;

    snprintf(call->detail, sizeof call->detail, "%s", basis_refusal_text(refusal, language));
    json_decref(call->extra);
    call->extra = json_pack("{ss ss}", "reden", basis_refusal_code(refusal), "oplossing",
                            basis_refusal_fix(refusal, language));
    return OUTCOME_NOT_ALLOWED;
}

/* --- a record as it is shown --- */

static enum outcome add_slip(json_t *row, const struct slip *slip)
{
    OWNED_BUFFER text = {0}, html = {0};

    TRY(slip_print_text(slip, &text));
    TRY(slip_print_html(slip, &html));
    if (!buffer_text(&text) || !buffer_text(&html))
        return OUTCOME_OUT_OF_MEMORY;
    return json_object_set_new(row, "afschrift",
                               json_pack("{ss ss}", "tekst", buffer_text(&text), "html",
                                         buffer_text(&html)))
               ? OUTCOME_OUT_OF_MEMORY
               : OUTCOME_OK;
}

/* The record's own members, but for the chain: that is for whoever opens the store. */
static enum outcome record_row(const struct kept_basis *kept, bool waits, json_t **out_row)
{
    OWNED_BUFFER text = {0};
    OWNED_JSON row = NULL;

    TRY(basis_print(kept->basis, &text));
    TRY(json_read(buffer_bytes(&text), BASIS_MAX_BYTES, &row));
    json_object_del(row, "keten");
    if ((kept->replaces[0] &&
         json_object_set_new(row, "vervangt", json_string(kept->replaces))) ||
        json_object_set_new(row, "wachtOpTweede", json_boolean(waits)))
        return OUTCOME_OUT_OF_MEMORY;
    *out_row = row;
    row = NULL; /* handed over */
    return OUTCOME_OK;
}

static struct basis_scope scope_of(const struct call *call, const struct known_covenant *known)
{
    return (struct basis_scope){
        .covenant = known->covenant,
        .self = covenant_party(known->covenant, &call->gateway->settings->oin),
        .today = amsterdam_day(call->now_ms),
    };
}

static bool waits_for_second(const struct basis_scope *scope, const struct basis *basis)
{
    return basis->state == PROOF_GIVEN && basis_scope_asks_second(scope, basis) &&
           !basis_has_event(basis, BASIS_EVENT_MEDEBEVESTIGD);
}

bool basis_awaits_second(const struct call *call, const struct known_covenant *known,
                         const struct basis *basis)
{
    struct basis_scope scope;

    if (!known)
        return false;
    scope = scope_of(call, known);
    return waits_for_second(&scope, basis);
}

static enum outcome record_event(struct call *call, struct change *change, enum audit_event event,
                                 const struct basis *basis, const char *what)
{
    struct audit_entry entry = call_entry(call, event);
    char purposes[PURPOSES_TEXT_BYTES] = "", object[128];

    for (unsigned i = 1; i < PURPOSE_COUNT; i++) {
        size_t used = strlen(purposes);
        if (has_bit(basis->purposes, i))
            snprintf(purposes + used, sizeof purposes - used, "%s%s", used ? " " : "",
                     purpose_word((enum purpose)i));
    }
    snprintf(object, sizeof object, "%s%s%s", basis->id, what[0] ? " " : "", what);
    entry.covenant = call->covenant[0] ? call->covenant : NULL;
    entry.committed[AUDIT_SUBJECT] = basis->dossier;
    entry.committed[AUDIT_PURPOSE] = purposes;
    entry.committed[AUDIT_OBJECTS] = object;
    return audit_record(call->gateway->audit, change, &entry);
}

/* --- recording --- */

struct recording {
    struct basis_request request;
    const struct known_covenant *known; /* in call->registry */
    char dossier[DOSSIER_BYTES];        /* "" until it is made */
};

static void recording_free(void *state)
{
    struct recording *recording = state;

    basis_request_wipe(&recording->request);
    free(recording);
}

static enum outcome choose_covenant(struct call *call, struct recording *recording,
                                    const struct known_covenant *known)
{
    if (!known || !covenant_party(known->covenant, &call->gateway->settings->oin))
        return OUTCOME_COVENANT_UNKNOWN;
    recording->known = known;
    memcpy(call->covenant, known->covenant->fingerprint, sizeof call->covenant);
    return OUTCOME_OK;
}

/* By an address: the covenant that was named, or the only one. By a signal: the signal's own. */
static enum outcome find_subject(struct call *call, struct view *view, struct recording *recording,
                                 struct basis_list *list)
{
    const struct basis_request *request = &recording->request;
    const struct gateway *gateway = call->gateway;
    OWNED_KEPT_SIGNAL kept = {0};
    struct uuid uuid = {{0}};
    struct bytes value;
    enum outcome outcome;

    recording->dossier[0] = '\0';
    if (request->has_address) {
        const char *id = request->covenant[0] ? request->covenant : NULL;
        TRY(choose_covenant(call, recording, registry_choose(call->registry, id, call->now_ms)));
        TRY(basis_list_of_identity(gateway, view, &request->identity, list));
        outcome = dossier_of_identity(view, gateway->store, gateway->local_id_key,
                                      &request->identity, recording->dossier);
        return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
    }
    uuid_parse(request->signal, &uuid);
    TRY(store_get(view, TABLE_INBOX, bytes_of(uuid.bytes, sizeof uuid.bytes), &value));
    TRY(kept_signal_read(value, &kept));
    TRY(choose_covenant(call, recording, registry_find(call->registry, kept.covenant)));
    memcpy(recording->dossier, kept.dossier, sizeof recording->dossier);
    return basis_list_of_dossier(view, kept.dossier, list);
}

static enum outcome new_basis(struct call *call, const struct recording *recording,
                              const struct basis_scope *scope, struct basis **out_basis)
{
    const struct basis_request *request = &recording->request;
    struct basis *basis = calloc(1, sizeof *basis);

    if (!basis)
        return OUTCOME_OUT_OF_MEMORY;
    *basis = request->basis;
    basis->collected_by = call->role;
    uuid_print(uuid_v4(), basis->id);
    if (!request->has_until)
        basis->until = basis_scope_until(scope, basis->from);
    if (!request->has_retention)
        basis->retention_days = basis_scope_retention(scope, basis);
    basis->state = PROOF_GIVEN;
    basis->sequence = 1;
    basis->events[0] = (struct basis_event){.kind = BASIS_EVENT_GEGEVEN,
                                            .at_ms = call->now_ms / 1000 * 1000};
    basis->event_count = 1;
    *out_basis = basis;
    return OUTCOME_OK;
}

/* The same choice, taken down today by the same person: a second press on the button, or a command
 * that never heard its answer. A second record would go on when the resident stops the one whose
 * number is on his slip. Two who look for a buddy at one address are two. */
static const struct kept_basis *taken_down_before(const struct call *call,
                                                  const struct recording *recording,
                                                  const struct basis_list *earlier,
                                                  const struct basis *basis)
{
    for (size_t i = 0; basis->kind != BASIS_MAATJE && i < earlier->count; i++) {
        const struct kept_basis *kept = &earlier->items[i];
        if (strcmp(kept->certificate, call->caller.fingerprint) == 0 &&
            strcmp(kept->replaces, recording->request.replaces) == 0 &&
            kept->basis->state == PROOF_GIVEN &&
            !basis_has_event(kept->basis, BASIS_EVENT_VERVANGEN) &&
            day_compare(amsterdam_day(kept->basis->events[0].at_ms),
                        amsterdam_day(call->now_ms)) == 0 &&
            basis_says_the_same(kept->basis, basis))
            return kept;
    }
    return NULL;
}

static enum outcome judge(const struct recording *recording, const struct basis_scope *scope,
                          const struct basis *basis, const struct basis_list *earlier,
                          struct kept_basis **out_replaced, enum basis_refusal *out_refusal)
{
    *out_replaced = NULL;
    *out_refusal = BASIS_REFUSAL_SECRECY;
    if (basis->kind == BASIS_DOORBREKING_BEROEPSGEHEIM && recording->request.has_address)
        return OUTCOME_OK;
    *out_refusal = basis_scope_check(scope, basis);
    if (*out_refusal != BASIS_REFUSAL_NONE)
        return OUTCOME_OK;
    return basis_against_earlier(earlier, basis, recording->request.replaces, scope->today,
                                 out_replaced, out_refusal);
}

static enum outcome replace(struct call *call, struct change *change, struct kept_basis *replaced)
{
    TRY(basis_add_event(replaced->basis, BASIS_EVENT_VERVANGEN, NULL,
                        call->now_ms / 1000 * 1000));
    TRY(basis_put(change, replaced));
    TRY(housing_forget(change, replaced->basis->id));
    TRY(buddy_choice_ended(call->gateway, change, replaced->basis->id,
                           amsterdam_day(call->now_ms)));
    return record_event(call, change, AUDIT_CONSENT, replaced->basis,
                        basis_event_word(BASIS_EVENT_VERVANGEN));
}

static enum outcome store_record(struct call *call, struct change *change,
                                 struct recording *recording, struct kept_basis *kept)
{
    const struct gateway *gateway = call->gateway;

    if (recording->request.has_address) /* also to one that is there: it may not say whose it is */
        TRY(dossier_make(change, gateway->store, gateway->local_id_key,
                         &recording->request.identity, recording->dossier));
    snprintf(kept->basis->dossier, sizeof kept->basis->dossier, "%s", recording->dossier);
    snprintf(kept->actor, sizeof kept->actor, "%s", call->caller.number);
    snprintf(kept->certificate, sizeof kept->certificate, "%s", call->caller.fingerprint);
    snprintf(kept->replaces, sizeof kept->replaces, "%s", recording->request.replaces);
    TRY(basis_put(change, kept));
    return record_event(call, change, AUDIT_CONSENT, kept->basis,
                        basis_kind_word(kept->basis->kind));
}

enum outcome basis_reply(struct call *call, int status, const struct known_covenant *known,
                                 const struct kept_basis *kept, const struct contact *address)
{
    struct basis_scope scope = scope_of(call, known);
    struct slip slip = {
        .basis = kept->basis,
        .covenant = known->covenant,
        .organisation = scope.self->name,
        .address = address,
        .replaces = kept->replaces,
        .waits = waits_for_second(&scope, kept->basis),
        .language = call->request->language,
    };
    OWNED_JSON row = NULL;

    TRY(record_row(kept, slip.waits, &row));
    TRY(add_slip(row, &slip));
    return call_reply(call, status, json_incref(row));
}

static enum outcome apply_recording(struct call *call, struct change *change)
{
    struct recording *recording = call->state;
    const struct contact *address =
        recording->request.has_address ? &recording->request.address : NULL;
    OWNED_BASIS_LIST earlier = {0};
    OWNED_KEPT_BASIS kept = {0};
    const struct kept_basis *before;
    struct kept_basis *replaced;
    struct basis_scope scope;
    struct fault fault = {0};
    enum basis_refusal refusal;
    enum outcome outcome;

    TRY(find_subject(call, &change->view, recording, &earlier));
    outcome = basis_request_resolve(&recording->request, recording->known->covenant, &fault);
    call_fault(call, &fault);
    TRY(outcome);
    scope = scope_of(call, recording->known);
    TRY(new_basis(call, recording, &scope, &kept.basis));
    before = taken_down_before(call, recording, &earlier, kept.basis);
    if (before) {
        TRY(record_event(call, change, AUDIT_CONSENT, before->basis, KNOWN_WORD));
        return basis_reply(call, 201, recording->known, before, address);
    }
    TRY(judge(recording, &scope, kept.basis, &earlier, &replaced, &refusal));
    if (refusal != BASIS_REFUSAL_NONE)
        return refuse(call, refusal);
    if (replaced)
        TRY(replace(call, change, replaced));
    TRY(store_record(call, change, recording, &kept));
    return basis_reply(call, 201, recording->known, &kept, address);
}

enum outcome basis_record(struct call *call, const char *const *members, basis_body_parse *parse)
{
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    struct recording *recording = calloc(1, sizeof *recording);
    enum outcome outcome;

    if (!recording)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = recording;
    call->free_state = recording_free;
    TRY(call_body(call, members, &body));
    outcome = parse(body, &recording->request, &fault);
    if (outcome == OUTCOME_OK && !recording->request.has_address &&
        recording->request.basis.kind == BASIS_GRONDSLAG) {
        fault_at(&fault, "signaal"); /* what we share ourselves is about an address that we know */
        outcome = OUTCOME_MALFORMED;
    }
    call_fault(call, &fault);
    TRY(outcome);
    call->apply = apply_recording;
    return OUTCOME_OK;
}

enum outcome post_basis(struct call *call)
{
    return basis_record(call, basis_request_members, basis_request_parse);
}

/* --- confirming --- */

const struct known_covenant *basis_covenant(const struct call *call, const struct basis *basis)
{
    for (size_t i = 0; i < call->registry->count; i++) {
        const struct known_covenant *known = &call->registry->covenants[i];
        bool all = covenant_party(known->covenant, &call->gateway->settings->oin) != NULL;
        for (size_t r = 0; r < basis->recipient_count; r++)
            all = all && covenant_party(known->covenant, &basis->recipients[r]);
        if (all)
            return known;
    }
    return NULL;
}

/* A second certificate does not make a second person: the staff number counts too. */
static bool is_second_person(const struct caller *caller, const struct kept_basis *kept)
{
    return strcmp(caller->fingerprint, kept->certificate) != 0 &&
           strcmp(caller->number, kept->actor) != 0;
}

static enum outcome apply_confirmation(struct call *call, struct change *change)
{
    OWNED_KEPT_BASIS kept = {0};
    const struct known_covenant *known;

    TRY(basis_get(&change->view, call->parameter, &kept));
    if (!is_second_person(&call->caller, &kept))
        return refuse(call, BASIS_REFUSAL_SAME_PERSON);
    TRY(basis_add_event(kept.basis, BASIS_EVENT_MEDEBEVESTIGD, NULL, call->now_ms / 1000 * 1000));
    known = basis_covenant(call, kept.basis);
    if (!known)
        return OUTCOME_COVENANT_UNKNOWN;
    TRY(basis_put(change, &kept));
    TRY(record_event(call, change, AUDIT_CONSENT, kept.basis,
                     basis_event_word(BASIS_EVENT_MEDEBEVESTIGD)));
    return basis_reply(call, 200, known, &kept, NULL);
}

enum outcome post_basis_confirmation(struct call *call)
{
    if (strlen(call->parameter) != UUID_TEXT_BYTES - 1)
        return OUTCOME_NOT_FOUND;
    call->apply = apply_confirmation;
    return OUTCOME_OK;
}

/* --- looking --- */

struct looking {
    struct contact address;
    struct identity identity;
    struct buffer dossiers; /* of what is shown, each once, a space between */
};

static void looking_free(void *state)
{
    struct looking *looking = state;

    contact_wipe(&looking->address);
    identity_wipe(&looking->identity);
    buffer_wipe(&looking->dossiers);
    free(looking);
}

/* All dossiers are of one length, so that none is a part of another. */
static void note_dossier(struct buffer *dossiers, const char *dossier)
{
    if (dossiers->length && memmem(dossiers->data, dossiers->length, dossier, strlen(dossier)))
        return;
    buffer_format(dossiers, "%s%s", dossiers->length ? " " : "", dossier);
}

/* Who saw whom, or looked for somebody who is not there: one leaf. */
static enum outcome apply_looking(struct call *call, struct change *change)
{
    struct looking *looking = call->state;
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);

    if (looking->dossiers.length)
        entry.committed[AUDIT_SUBJECT] = buffer_text(&looking->dossiers);
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome add_found(struct call *call, const struct kept_basis *kept,
                              const struct contact *address, struct looking *looking, json_t *rows)
{
    const struct known_covenant *known = basis_covenant(call, kept->basis);
    OWNED_JSON row = NULL;
    struct basis_scope scope;
    struct slip slip = {.basis = kept->basis,
                        .address = address,
                        .replaces = kept->replaces,
                        .language = call->request->language};

    if (known) {
        scope = scope_of(call, known);
        slip.covenant = known->covenant;
        slip.organisation = scope.self->name;
        slip.waits = waits_for_second(&scope, kept->basis);
    }
    TRY(record_row(kept, slip.waits, &row));
    if (known && address)
        TRY(add_slip(row, &slip));
    note_dossier(&looking->dossiers, kept->basis->dossier);
    return json_array_append(rows, row) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

static enum outcome reply_rows(struct call *call, const struct looking *looking, json_t *rows,
                               const char *cursor)
{
    /* Nobody is shown without being named in the log. */
    TRY(buffer_outcome(&looking->dossiers));
    call->apply = apply_looking;
    return call_reply(call, 200,
                      json_pack("{sO ss?}", "toestemmingen", rows, "volgende", cursor));
}

static enum outcome new_looking(struct call *call, struct looking **out_looking)
{
    struct looking *looking = calloc(1, sizeof *looking);

    if (!looking)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = looking;
    call->free_state = looking_free;
    *out_looking = looking;
    return OUTCOME_OK;
}

enum outcome search_basis(struct call *call)
{
    static const char *const members[] = {"adres", NULL};
    OWNED_JSON body = NULL;
    OWNED_JSON rows = json_array();
    OWNED_BASIS_LIST list = {0};
    struct looking *looking;
    const json_t *address;
    struct fault fault = {0};
    struct view view;
    enum outcome outcome;

    TRY(new_looking(call, &looking));
    TRY(call_body(call, members, &body));
    outcome = json_object_at(body, "adres", &address, &fault);
    if (outcome == OUTCOME_OK)
        outcome = basis_request_address(address, &looking->address, &looking->identity, &fault);
    call_fault(call, &fault);
    TRY(outcome);
    view_begin(call->gateway->store, &view);
    outcome = basis_list_of_identity(call->gateway, &view, &looking->identity, &list);
    view_end(&view);
    TRY(outcome);
    for (size_t i = 0; i < list.count; i++)
        TRY(add_found(call, &list.items[i], &looking->address, looking, rows));
    return reply_rows(call, looking, rows, NULL);
}

/* The record after `id` ("" begins); *id becomes its number. */
static enum outcome next_record(struct view *view, char id[static UUID_TEXT_BYTES],
                                struct kept_basis *out_kept)
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_BASIS, bytes_of_text(id), id[0] != '\0', &key, &value));
    if (key.length != UUID_TEXT_BYTES - 1)
        return OUTCOME_STORE_DAMAGED;
    memcpy(id, key.data, key.length);
    id[key.length] = '\0';
    return basis_get(view, id, out_kept);
}

static enum outcome fill_page(struct call *call, struct view *view, struct looking *looking,
                              json_t *rows, char id[static UUID_TEXT_BYTES])
{
    size_t wanted = call_page_size(call);
    enum outcome outcome = OUTCOME_OK;

    while (json_array_size(rows) < wanted) {
        OWNED_KEPT_BASIS kept = {0};
        outcome = next_record(view, id, &kept);
        if (outcome != OUTCOME_OK)
            break;
        TRY(add_found(call, &kept, NULL, looking, rows));
    }
    if (outcome == OUTCOME_NOT_FOUND)
        id[0] = '\0'; /* there is no next page */
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome get_basis(struct call *call)
{
    OWNED_JSON rows = json_array();
    char id[UUID_TEXT_BYTES] = "";
    struct looking *looking;
    struct uuid cursor;
    struct view view;
    enum outcome outcome;

    TRY(new_looking(call, &looking));
    if (call_cursor(call, id, sizeof id) && !uuid_parse(id, &cursor))
        return OUTCOME_MALFORMED;
    view_begin(call->gateway->store, &view);
    outcome = fill_page(call, &view, looking, rows, id);
    view_end(&view);
    TRY(outcome);
    return reply_rows(call, looking, rows, id[0] ? id : NULL);
}
