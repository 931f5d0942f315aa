/* SPDX-License-Identifier: EUPL-1.2 */
/* /v1/inzageverzoeken: a resident asks what is known; the FG takes it, sees what is open, and says
 * when it was answered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/basis_request.h"
#include "gateway/access_letter.h"
#include "gateway/audit_index.h"
#include "gateway/handlers.h"
#include "gateway/match.h"

struct taking_access {
    struct access_request request;
    struct identity identity;
    char name[CONTACT_NAME_MAX_BYTES + 1];
    char address[48];
};

static void taking_free(void *state)
{
    struct taking_access *taking = state;

    identity_wipe(&taking->identity);
    free(taking);
}

/* --- a resident asks here --- */

static enum outcome apply_taking(struct call *call, struct change *change)
{
    struct taking_access *taking = call->state;
    struct access_request *request = &taking->request;
    struct audit_entry entry = call_entry(call, AUDIT_RIGHTS);
    HELD_REGISTRY registry = gateway_registry(call->gateway);
    OWNED_BUFFER dossiers = {0};

    request->dossier_count = 0; /* this may be the second time */
    request->asked_count = 0;
    TRY(access_own_dossiers(call->gateway, &change->view, registry, &taking->identity, request));
    TRY(access_ask_partners(call->gateway, change, registry, &taking->identity, request));
    TRY(access_put(change, request));
    for (size_t i = 0; i < request->dossier_count; i++)
        buffer_format(&dossiers, "%s%s", i ? " " : "", request->dossiers[i]);
    if (!dossiers.length)
        buffer_add_byte(&dossiers, '-');
    entry.committed[AUDIT_SUBJECT] = buffer_text(&dossiers);
    entry.committed[AUDIT_PURPOSE] = purpose_word(PURPOSE_RECHTEN);
    entry.committed[AUDIT_OBJECTS] = request->id;
    TRY(buffer_outcome(&dossiers));
    change->queued = true;
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome finish_taking(struct call *call)
{
    struct taking_access *taking = call->state;
    HELD_REGISTRY registry = gateway_registry(call->gateway);
    const struct access_asker asker = {taking->name, taking->address};
    char until[DAY_TEXT_BYTES];
    json_t *letter = NULL, *asked = json_array();
    struct view view;
    enum outcome outcome = audit_index_catch_up(call->gateway);

    if (outcome == OUTCOME_OK) {
        view_begin(call->gateway->store, &view);
        outcome = access_letter(call->gateway, &view, registry, &taking->request, &asker,
                                call->request->language, &letter);
        view_end(&view);
    }
    for (size_t i = 0; outcome == OUTCOME_OK && i < taking->request.asked_count; i++)
        json_array_append_new(asked, json_string(taking->request.asked[i].text));
    if (outcome != OUTCOME_OK) {
        json_decref(asked);
        return outcome;
    }
    day_print(access_due(&taking->request), until);
    return call_reply(call, 201,
                      json_pack("{ss ss so so}", "id", taking->request.id, "uiterlijkDatum", until,
                                "gevraagd", asked, "afschrift", letter));
}

static enum outcome read_taking(struct call *call, const json_t *body, struct taking_access *taking,
                                struct fault *fault)
{
    OWNED_CONTACT contact = {0};
    const json_t *address;
    const char *name = "";

    TRY(json_object_at(body, "adres", &address, fault));
    TRY(basis_request_address(address, &contact, &taking->identity, fault));
    TRY(json_optional_text_at(body, "naam", CONTACT_NAME_MAX_BYTES, &name, fault));
    snprintf(taking->name, sizeof taking->name, "%s", name);
    snprintf(taking->address, sizeof taking->address, "%s %s%s%s%s", contact.postcode,
             contact.number, contact.letter, contact.addition[0] ? "-" : "", contact.addition);
    taking->request.from = call->gateway->settings->oin;
    taking->request.at_ms = call->now_ms;
    taking->request.looked = true;
    uuid_print(uuid_v4(), taking->request.id);
    return OUTCOME_OK;
}

enum outcome post_access_request(struct call *call)
{
    static const char *const members[] = {"adres", "naam", NULL};
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    struct taking_access *taking = calloc(1, sizeof *taking);
    enum outcome outcome;

    if (!taking)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = taking;
    call->free_state = taking_free;
    TRY(call_body(call, members, &body));
    outcome = read_taking(call, body, taking, &fault);
    if (outcome == OUTCOME_MALFORMED)
        call_fault(call, &fault);
    TRY(outcome);
    TRY(match_received(call->gateway)); /* so that the letter has what came in until now */
    call->apply = apply_taking;
    call->finish = finish_taking;
    return OUTCOME_OK;
}

/* --- what is open --- */

static json_t *row_of(const struct call *call, const struct access_request *request)
{
    const bool own = oin_equal(&request->from, &call->gateway->settings->oin);
    char at[INSTANT_TEXT_BYTES], until[DAY_TEXT_BYTES], done[INSTANT_TEXT_BYTES];
    json_t *dossiers = json_array();

    instant_print(request->at_ms, at);
    instant_print(request->done_ms, done);
    day_print(access_due(request), until);
    for (size_t i = 0; i < request->dossier_count; i++)
        json_array_append_new(dossiers, json_string(request->dossiers[i]));
    return json_pack("{ss ss ss ss ss ss so ss so}", "id", request->id, "via",
                     own ? "BALIE" : request->from.text, "viaNaam",
                     registry_name(call->registry, &request->from), "ontvangenOp", at,
                     "uiterlijkDatum", until, "verlengd", access_delay_word(request->delay),
                     "afgehandeldOp", request->done_ms ? json_string(done) : json_null(),
                     "gevonden",
                     !request->looked         ? "WORDT_GEZOCHT"
                     : request->done_ms       ? "AFGEHANDELD"
                     : request->dossier_count ? "GEVONDEN"
                                              : "NIETS_GEVONDEN",
                     "dossiers", dossiers);
}

static enum outcome apply_listing(struct call *call, struct change *change)
{
    struct audit_entry entry = call_entry(call, AUDIT_RIGHTS);
    OWNED_JSON rows = json_array();
    struct access_request request;
    const struct access_request *after = NULL;
    enum outcome outcome;

    while ((outcome = access_next(&change->view, after, &request)) == OUTCOME_OK) {
        after = &request;
        if (json_array_append_new(rows, row_of(call, &request)))
            return OUTCOME_OUT_OF_MEMORY;
    }
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    entry.committed[AUDIT_PURPOSE] = purpose_word(PURPOSE_RECHTEN);
    TRY(audit_record(call->gateway->audit, change, &entry));
    return call_reply(call, 200, json_pack("{sO}", "inzageverzoeken", rows));
}

enum outcome get_access_requests(struct call *call)
{
    call->apply = apply_listing;
    return OUTCOME_OK;
}

/* --- done, or longer --- */

struct handling {
    enum access_delay delay; /* NONE: it is done */
};

static enum outcome apply_handling(struct call *call, struct change *change)
{
    const struct handling *handling = call->state;
    struct audit_entry entry = call_entry(call, AUDIT_RIGHTS);
    struct access_request request;

    TRY(access_find(&change->view, call->parameter, &request));
    TRY(handling->delay == ACCESS_DELAY_NONE
            ? access_close(call->gateway, change, &request, call->now_ms)
            : access_extend(call->gateway, change, &request, handling->delay));
    entry.committed[AUDIT_PURPOSE] = purpose_word(PURPOSE_RECHTEN);
    entry.committed[AUDIT_OBJECTS] = request.id;
    entry.why =
        handling->delay == ACCESS_DELAY_NONE ? "AFGEHANDELD" : access_delay_word(handling->delay);
    TRY(audit_record(call->gateway->audit, change, &entry));
    return call_reply(call, 200, row_of(call, &request));
}

enum outcome post_access_handling(struct call *call)
{
    static const char *const members[] = {"verlenging", NULL};
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    struct handling *handling = calloc(1, sizeof *handling);
    const char *word = NULL;

    if (!handling)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = handling;
    call->free_state = free;
    handling->delay = ACCESS_DELAY_NONE;
    TRY(call_body(call, members, &body));
    TRY(json_optional_text_at(body, "verlenging", 32, &word, &fault));
    if (word && !access_delay_parse(word, &handling->delay)) {
        fault_at(&fault, "verlenging");
        call_fault(call, &fault);
        return OUTCOME_MALFORMED;
    }
    call->apply = apply_handling;
    return OUTCOME_OK;
}
