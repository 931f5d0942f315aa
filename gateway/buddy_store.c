/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/buddy_store.h"

#include <stdio.h>
#include <string.h>

#include "covenant/wire.h"
#include "crypto/json.h"
#include "gateway/alarms.h"
#include "gateway/audit.h"
#include "gateway/basis_store.h"
#include "gateway/erasure.h"
#include "gateway/store_damage.h"
#include "gateway/writer.h"

enum { MATCH_MAX_BYTES = 512, ID_LENGTH = UUID_TEXT_BYTES - 1, UUID_ITEMS = 4, AT_ONCE = 64 };

/* --- one match --- */

static enum outcome read_match(struct bytes text, struct buddy_match *out)
{
    OWNED_JSON match = NULL;

    TRY(json_read(text, MATCH_MAX_BYTES, &match));
    for (unsigned side = 0; side < BUDDY_SIDE_COUNT; side++)
        TRY(wire_uuid_at(match, buddy_side_member(side), UUID_ITEMS, out->choices[side], NULL));
    TRY(wire_day_at(match, "sinds", &out->since, NULL));
    return json_object_get(match, "gestopt") ? wire_day_at(match, "gestopt", &out->stopped, NULL)
                                             : OUTCOME_OK;
}

enum outcome buddy_get(struct view *view, const char *id, struct buddy_match *out)
{
    struct buddy_match match = {0};
    struct bytes value;

    if (strlen(id) != ID_LENGTH)
        return OUTCOME_NOT_FOUND;
    TRY(store_get(view, TABLE_BUDDY, bytes_of_text(id), &value));
    TRY(store_read_outcome(read_match(value, &match)));
    memcpy(match.id, id, sizeof match.id);
    *out = match;
    return OUTCOME_OK;
}

enum outcome buddy_put(struct change *change, const struct buddy_match *match)
{
    char since[DAY_TEXT_BYTES], stopped[DAY_TEXT_BYTES];
    OWNED_BUFFER text = {0};

    day_print(match->since, since);
    buffer_format(&text, "{\"vraagt\":\"%s\",\"draagt\":\"%s\",\"sinds\":\"%s\"",
                  match->choices[BUDDY_ASKS], match->choices[BUDDY_BEARS], since);
    if (match->stopped.number) {
        day_print(match->stopped, stopped);
        buffer_format(&text, ",\"gestopt\":\"%s\"", stopped);
    }
    buffer_add_byte(&text, '}');
    TRY(buffer_outcome(&text));
    store_put_sealed(change, TABLE_BUDDY, bytes_of_text(match->id), buffer_bytes(&text));
    for (unsigned side = 0; side < BUDDY_SIDE_COUNT; side++)
        store_put(change, TABLE_BUDDY_OF, bytes_of_text(match->choices[side]),
                  bytes_of_text(match->id));
    return change->outcome;
}

enum outcome buddy_next(struct view *view, char id[static UUID_TEXT_BYTES], struct buddy_match *out)
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_BUDDY, bytes_of_text(id), id[0] != '\0', &key, &value));
    if (key.length != ID_LENGTH)
        return OUTCOME_STORE_DAMAGED;
    memcpy(id, key.data, ID_LENGTH);
    id[ID_LENGTH] = '\0';
    return buddy_get(view, id, out);
}

enum outcome buddy_of_choice(struct view *view, const char *basis_id, struct buddy_match *out)
{
    char id[UUID_TEXT_BYTES];
    struct bytes value;

    TRY(store_get(view, TABLE_BUDDY_OF, bytes_of_text(basis_id), &value));
    if (value.length != ID_LENGTH)
        return OUTCOME_STORE_DAMAGED;
    memcpy(id, value.data, ID_LENGTH);
    id[ID_LENGTH] = '\0';
    return buddy_get(view, id, out);
}

enum outcome buddy_dossiers(struct view *view, const struct buddy_match *match,
                            char out[static BUDDY_DOSSIERS_BYTES])
{
    size_t used = 0;

    for (unsigned side = 0; side < BUDDY_SIDE_COUNT; side++) {
        OWNED_KEPT_BASIS kept = {0};
        TRY(store_read_outcome(basis_get(view, match->choices[side], &kept)));
        used += (size_t)snprintf(out + used, BUDDY_DOSSIERS_BYTES - used, "%s%.*s", side ? " " : "",
                                 DOSSIER_BYTES - 1, kept.basis->dossier);
    }
    return OUTCOME_OK;
}

enum outcome buddy_remove(struct gateway *gateway, struct change *change,
                          const struct buddy_match *match)
{
    for (unsigned side = 0; side < BUDDY_SIDE_COUNT; side++)
        store_delete(change, TABLE_BUDDY_OF, bytes_of_text(match->choices[side]));
    store_delete(change, TABLE_BUDDY, bytes_of_text(match->id));
    TRY(alarm_settle(gateway, change, ALARM_BUDDY_STOPPED, match->id));
    return erasure_add_pending(change, 1);
}

/* --- when a choice ends --- */

/* Whose choice ended is in the leaf of that; here that the match did, of both. */
static enum outcome record_stop(struct gateway *gateway, struct change *change,
                                const struct buddy_match *match)
{
    char dossiers[BUDDY_DOSSIERS_BYTES] = "";
    const struct audit_entry entry = {
        .event = AUDIT_WITHDRAW,
        .source = gateway->settings->oin.text,
        .service = "maatjes",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM),
                      [AUDIT_SUBJECT] = dossiers,
                      [AUDIT_OBJECTS] = match->id},
    };

    TRY(buddy_dossiers(&change->view, match, dossiers));
    return audit_record(gateway->audit, change, &entry);
}

enum outcome buddy_choice_ended(struct gateway *gateway, struct change *change,
                                const char *basis_id, struct day today)
{
    struct buddy_match match;
    enum outcome outcome = buddy_of_choice(&change->view, basis_id, &match);

    if (outcome == OUTCOME_NOT_FOUND || (outcome == OUTCOME_OK && match.stopped.number))
        return OUTCOME_OK;
    TRY(outcome);
    match.stopped = today;
    TRY(buddy_put(change, &match));
    TRY(record_stop(gateway, change, &match));
    return alarm_raise(gateway, change, ALARM_BUDDY_STOPPED, match.id);
}

enum outcome buddy_choice_erased(struct gateway *gateway, struct change *change,
                                 const char *basis_id)
{
    struct buddy_match match;
    enum outcome outcome = buddy_of_choice(&change->view, basis_id, &match);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    return buddy_remove(gateway, change, &match);
}

/* --- the clock --- */

struct looking {
    struct gateway *gateway;
    struct day today;
    size_t count;
    char ended[AT_ONCE][UUID_TEXT_BYTES]; /* choices that are over */
};

static enum outcome look_at(struct looking *looking, struct view *view,
                            const struct buddy_match *match)
{
    for (unsigned side = 0; side < BUDDY_SIDE_COUNT; side++) {
        OWNED_KEPT_BASIS kept = {0};
        enum outcome outcome = store_named_outcome(view, TABLE_BASIS,
                                                   bytes_of_text(match->choices[side]),
                                                   basis_get(view, match->choices[side], &kept));
        if (outcome == OUTCOME_NOT_FOUND) /* erased meanwhile, and the match with it */
            return OUTCOME_OK;
        TRY(outcome);
        if (basis_is_live_buddy(kept.basis, side, looking->today))
            continue;
        memcpy(looking->ended[looking->count++], match->choices[side], UUID_TEXT_BYTES);
        break;
    }
    return OUTCOME_OK;
}

static enum outcome find_ended(struct looking *looking, struct view *view)
{
    char id[UUID_TEXT_BYTES] = "";
    struct buddy_match match;
    enum outcome outcome = OUTCOME_OK;

    while (looking->count < AT_ONCE && (outcome = buddy_next(view, id, &match)) == OUTCOME_OK)
        if (match.stopped.number == 0)
            TRY(look_at(looking, view, &match));
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome apply_ended(struct change *change, struct audit *audit, void *context)
{
    struct looking *looking = context;

    (void)audit;
    for (size_t i = 0; i < looking->count; i++)
        TRY(buddy_choice_ended(looking->gateway, change, looking->ended[i], looking->today));
    return change->outcome;
}

enum outcome buddy_look(struct gateway *gateway, struct day today)
{
    struct looking looking = {.gateway = gateway, .today = today};
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    do {
        looking.count = 0;
        view_begin(gateway->store, &view);
        outcome = find_ended(&looking, &view);
        view_end(&view);
        TRY(outcome);
        if (looking.count)
            TRY(writer_run(gateway->writer, apply_ended, &looking));
    } while (looking.count == AT_ONCE);
    return OUTCOME_OK;
}
