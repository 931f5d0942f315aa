/* SPDX-License-Identifier: EUPL-1.2 */
/* /v1/maatjes: two residents of this house who each said that they want to be brought together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/basis_store.h"
#include "gateway/buddy_store.h"
#include "gateway/counted.h"
#include "gateway/handlers.h"

#define BUDDY_CODE "MEED.BUDDY"

/* --- refusing --- */

/* Which of the two is missing, never whose, nor why: a number that is not there, a choice that is
 * over and one of another kind get the same answer. */
static enum outcome refuse(struct call *call, const char *reason, const char *nl, const char *en,
                           json_t *missing)
{
    snprintf(call->detail, sizeof call->detail, "%s",
             call->request->language == LANGUAGE_NL ? nl : en);
    json_decref(call->extra);
    call->extra = missing ? json_pack("{ss so}", "reden", reason, "ontbreekt", missing)
                          : json_pack("{ss}", "reden", reason);
    return OUTCOME_STEP_NOT_ALLOWED;
}

/* --- matching --- */

struct matching {
    char choices[BUDDY_SIDE_COUNT][UUID_TEXT_BYTES];
    struct buddy_match match;
};

static enum outcome look_at_choice(struct call *call, struct view *view, enum buddy_side side,
                                   char out_dossier[static DOSSIER_BYTES], json_t *missing)
{
    const struct matching *matching = call->state;
    OWNED_KEPT_BASIS kept = {0};
    enum outcome outcome = basis_get(view, matching->choices[side], &kept);

    out_dossier[0] = '\0';
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (outcome == OUTCOME_OK &&
        basis_is_live_buddy(kept.basis, side, amsterdam_day(call->now_ms))) {
        snprintf(out_dossier, DOSSIER_BYTES, "%.*s", DOSSIER_BYTES - 1, kept.basis->dossier);
        return OUTCOME_OK;
    }
    return json_array_append_new(missing, json_string(buddy_side_member(side)))
               ? OUTCOME_OUT_OF_MEMORY
               : OUTCOME_OK;
}

static enum outcome check_free(struct call *call, struct view *view)
{
    const struct matching *matching = call->state;

    for (unsigned side = 0; side < BUDDY_SIDE_COUNT; side++) {
        struct buddy_match match;
        enum outcome outcome = buddy_of_choice(view, matching->choices[side], &match);
        if (outcome == OUTCOME_OK)
            return refuse(call, "AL_GEKOPPELD", "Een van beiden heeft al een maatje.",
                          "One of the two has a buddy already.", NULL);
        if (outcome != OUTCOME_NOT_FOUND)
            return outcome;
    }
    return OUTCOME_OK;
}

static enum outcome check_choices(struct call *call, struct view *view,
                                  char dossiers[BUDDY_SIDE_COUNT][DOSSIER_BYTES])
{
    OWNED_JSON missing = json_array();

    if (!missing)
        return OUTCOME_OUT_OF_MEMORY;
    for (unsigned side = 0; side < BUDDY_SIDE_COUNT; side++)
        TRY(look_at_choice(call, view, side, dossiers[side], missing));
    if (json_array_size(missing) > 0)
        return refuse(call, "TOESTEMMING_ONTBREEKT",
                      "Voor een maatje moeten beide bewoners toestemming hebben gegeven.",
                      "For a buddy both residents must have given consent.", json_incref(missing));
    if (strcmp(dossiers[BUDDY_ASKS], dossiers[BUDDY_BEARS]) == 0)
        return refuse(call, "ZELFDE_BEWONER", "Een maatje is iemand van een ander adres.",
                      "A buddy is somebody of another address.", NULL);
    return check_free(call, view);
}

/* Only a number goes further: one more in the neighbourhood, in this month. */
static enum outcome count_match(struct call *call, struct change *change)
{
    const struct known_covenant *known = registry_choose(call->registry, NULL, call->now_ms);
    const char *area = known ? known->covenant->area.buurt : NULL;

    if (known && !area)
        area = known->covenant->area.code;
    return counted_add(change, amsterdam_day(call->now_ms), BUDDY_CODE, area ? area : "");
}

static const char *state_word(const struct buddy_match *match)
{
    return match->stopped.number ? "GESTOPT" : "GEKOPPELD";
}

static json_t *row_of(const struct buddy_match *match)
{
    char since[DAY_TEXT_BYTES], stopped[DAY_TEXT_BYTES];

    day_print(match->since, since);
    day_print(match->stopped, stopped);
    return json_pack("{ss ss ss ss ss ss?}", "id", match->id, "vraagt",
                     match->choices[BUDDY_ASKS], "draagt", match->choices[BUDDY_BEARS],
                     "sindsDatum", since, "stand", state_word(match), "gestoptDatum",
                     match->stopped.number ? stopped : NULL);
}

static enum outcome apply_matching(struct call *call, struct change *change)
{
    struct matching *matching = call->state;
    struct audit_entry entry = call_entry(call, AUDIT_CONSENT);
    char dossiers[BUDDY_SIDE_COUNT][DOSSIER_BYTES], both[2 * DOSSIER_BYTES];

    TRY(check_choices(call, &change->view, dossiers));
    matching->match.since = amsterdam_day(call->now_ms);
    memcpy(matching->match.choices, matching->choices, sizeof matching->match.choices);
    snprintf(both, sizeof both, "%s %s", dossiers[BUDDY_ASKS], dossiers[BUDDY_BEARS]);
    TRY(buddy_put(change, &matching->match));
    TRY(count_match(call, change));
    entry.committed[AUDIT_SUBJECT] = both;
    entry.committed[AUDIT_PURPOSE] = purpose_word(PURPOSE_TOELEIDING);
    entry.committed[AUDIT_OBJECTS] = matching->match.id;
    TRY(audit_record(call->gateway->audit, change, &entry));
    return call_reply(call, 201, row_of(&matching->match));
}

static enum outcome read_choices(const json_t *body, struct matching *matching, struct fault *fault)
{
    for (unsigned side = 0; side < BUDDY_SIDE_COUNT; side++) {
        const char *member = buddy_side_member(side), *text;
        struct uuid uuid;
        TRY(json_text_at(body, member, UUID_TEXT_BYTES - 1, &text, fault));
        if (!uuid_parse(text, &uuid)) {
            fault_at(fault, "%s", member);
            return OUTCOME_MALFORMED;
        }
        memcpy(matching->choices[side], text, UUID_TEXT_BYTES);
    }
    return OUTCOME_OK;
}

enum outcome post_buddy(struct call *call)
{
    static const char *const members[] = {"vraagt", "draagt", NULL};
    struct matching *matching = calloc(1, sizeof *matching);
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    enum outcome outcome;

    if (!matching)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = matching;
    call->free_state = free;
    TRY(call_body(call, members, &body));
    outcome = read_choices(body, matching, &fault);
    call_fault(call, &fault);
    TRY(outcome);
    uuid_print(uuid_v4(), matching->match.id);
    call->apply = apply_matching;
    return OUTCOME_OK;
}

/* --- ending --- */

/* One that stands, or one that stopped and of which the other resident now knows. */
static enum outcome apply_ending(struct call *call, struct change *change)
{
    struct audit_entry entry = call_entry(call, AUDIT_WITHDRAW);
    char dossiers[BUDDY_DOSSIERS_BYTES] = "";
    struct buddy_match match;

    TRY(buddy_get(&change->view, call->parameter, &match));
    TRY(buddy_dossiers(&change->view, &match, dossiers));
    entry.committed[AUDIT_SUBJECT] = dossiers;
    entry.committed[AUDIT_OBJECTS] = match.id;
    TRY(buddy_remove(call->gateway, change, &match));
    reply_with(call->reply, 204, NULL, (struct bytes){0});
    return audit_record(call->gateway->audit, change, &entry);
}

enum outcome post_buddy_end(struct call *call)
{
    call->apply = apply_ending;
    return OUTCOME_OK;
}

/* --- the list --- */

static enum outcome apply_listing(struct call *call, struct change *change)
{
    const struct audit_entry entry = call_entry(call, AUDIT_ACCESS);

    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome fill_page(struct call *call, struct view *view, json_t *rows,
                              char id[static UUID_TEXT_BYTES])
{
    const size_t wanted = call_page_size(call);
    enum outcome outcome = OUTCOME_OK;

    while (json_array_size(rows) < wanted) {
        struct buddy_match match;
        outcome = buddy_next(view, id, &match);
        if (outcome != OUTCOME_OK)
            break;
        if (json_array_append_new(rows, row_of(&match)) != 0)
            return OUTCOME_OUT_OF_MEMORY;
    }
    if (outcome == OUTCOME_NOT_FOUND)
        id[0] = '\0'; /* there is no next page */
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome get_buddies(struct call *call)
{
    OWNED_JSON rows = json_array();
    char id[UUID_TEXT_BYTES] = "";
    struct uuid cursor;
    struct view view;
    enum outcome outcome;

    if (call_cursor(call, id, sizeof id) && !uuid_parse(id, &cursor))
        return OUTCOME_MALFORMED;
    view_begin(call->gateway->store, &view);
    outcome = fill_page(call, &view, rows, id);
    view_end(&view);
    TRY(outcome);
    call->apply = apply_listing;
    return call_reply(call, 200,
                      json_pack("{sO ss?}", "maatjes", rows, "volgende", id[0] ? id : NULL));
}
