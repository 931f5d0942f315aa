/* SPDX-License-Identifier: EUPL-1.2 */
/* GET /v1/te-laat: what is due today or late, for who reported it, for who holds it, and for the
 * lead. From the rows that the clock made (gateway/due.h), so its cost does not grow with what is
 * open. */
#include <stdlib.h>
#include <string.h>

#include "gateway/due.h"
#include "gateway/erasure.h"
#include "gateway/escalation.h"
#include "gateway/handlers.h"
#include "gateway/late_counts.h"

enum {
    LATE_SHOWN_MAX = 100,   /* of each list, those that are longest due */
    LATE_LOOKED_MAX = 2000, /* rows to choose these from; of one reporter they lie in order */
    LATE_COUNTED_MAX = 100000,
};

struct late {
    json_t *sent, *inbox, *escalations;
    struct buffer dossiers; /* of the rows, each once, a space between */
};

static void late_free(void *state)
{
    struct late *late = state;

    json_decref(late->sent);
    json_decref(late->inbox);
    json_decref(late->escalations);
    buffer_wipe(&late->dossiers);
    free(late);
}

/* --- rows --- */

static int by_day(const void *left, const void *right)
{
    const struct due_row *a = left, *b = right;

    return day_compare(a->standing.due, b->standing.due);
}

static enum outcome gather(struct view *view, enum due_side side, const uint8_t *reporter,
                           struct due_row *out_rows, size_t *out_count)
{
    OWNED_BUFFER after = {0};
    enum outcome outcome = OUTCOME_OK;

    for (*out_count = 0; *out_count < LATE_LOOKED_MAX && outcome == OUTCOME_OK;) {
        outcome = due_next(view, side, reporter, &after, &out_rows[*out_count]);
        *out_count += outcome == OUTCOME_OK;
    }
    qsort(out_rows, *out_count, sizeof *out_rows, by_day);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static int add_standing(const struct call *call, json_t *row, enum term term, enum term_stage stage,
                        struct day due)
{
    const enum language language = call->request->language;
    char text[DAY_TEXT_BYTES];
    int failed = 0;

    day_print(due, text);
    failed |= json_object_set_new(row, "termijn", json_string(term_word(term)));
    failed |= json_object_set_new(row, "termijnNaam", json_string(term_name(term, language)));
    failed |= json_object_set_new(row, "uiterlijkDatum", json_string(text));
    failed |= json_object_set_new(row, "trap", json_string(term_stage_word(stage)));
    return failed |
           json_object_set_new(row, "trapNaam", json_string(term_stage_text(stage, language)));
}

static json_t *row_of(const struct call *call, const char *id, const char *code,
                      const struct oin *organisation)
{
    const struct signal_code *known = signal_code_find(call->gateway->lists, code);

    return json_pack("{ss ss ss ss ss}", "id", id, "signaalcode", code, "signaalnaam",
                     known ? known->name : "", "organisatie", organisation->text, "organisatieNaam",
                     registry_name(call->registry, organisation));
}

/* All dossiers are of one length, so that none is a part of another. */
static void note_dossier(struct late *late, const char *dossier)
{
    struct buffer *out = &late->dossiers;

    if (!out->length || !memmem(out->data, out->length, dossier, strlen(dossier)))
        buffer_format(out, "%s%s", out->length ? " " : "", dossier);
}

static enum outcome add_signal(struct call *call, struct view *view, const struct due_row *due,
                               json_t *rows)
{
    const enum table table = due->side == DUE_SENT ? TABLE_SENT : TABLE_INBOX;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    OWNED_JSON row = NULL;
    char id[UUID_TEXT_BYTES];
    struct bytes value;

    TRY(store_get(view, table, bytes_of(due->id.bytes, sizeof due->id.bytes), &value));
    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    uuid_print(due->id, id);
    row = row_of(call, id, signal.code, &kept.partner);
    if (!row ||
        add_standing(call, row, due->standing.term, due->standing.stage, due->standing.due) ||
        (due->side == DUE_SENT &&
         json_object_set_new(row, "bronsleutel", json_string(kept.source_key))))
        return OUTCOME_OUT_OF_MEMORY;
    note_dossier(call->state, kept.dossier);
    return json_array_append(rows, row) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

static enum outcome add_side(struct call *call, struct view *view, enum due_side side,
                             const uint8_t *reporter, json_t *rows)
{
    struct due_row *found = calloc(LATE_LOOKED_MAX, sizeof *found);
    enum outcome outcome = OUTCOME_OUT_OF_MEMORY;
    size_t count = 0;

    if (found)
        outcome = gather(view, side, reporter, found, &count);
    for (size_t i = 0; outcome == OUTCOME_OK && i < count && json_array_size(rows) < LATE_SHOWN_MAX;
         i++) {
        outcome = add_signal(call, view, &found[i], rows);
        if (outcome == OUTCOME_NOT_FOUND)
            outcome = OUTCOME_OK;
    }
    free(found);
    return outcome;
}

static enum outcome add_escalation(const struct call *call, const struct escalation *escalation,
                                   json_t *rows)
{
    const struct escalation_item *item = &escalation->item;
    json_t *row = row_of(call, item->signal, item->code, &item->holder);
    char since[INSTANT_TEXT_BYTES];

    instant_print(escalation->since_ms, since);
    if (!row || add_standing(call, row, item->term, TERM_STAGE_ESCALATED, item->due) ||
        json_object_set_new(row, "melder", json_string(item->reporter.text)) ||
        json_object_set_new(row, "melderNaam",
                            json_string(registry_name(call->registry, &item->reporter))) ||
        json_object_set_new(row, "gemeldOp", json_string(since))) {
        json_decref(row);
        return OUTCOME_OUT_OF_MEMORY;
    }
    return json_array_append_new(rows, row) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

static int by_day_of_escalation(const void *left, const void *right)
{
    const struct escalation *a = left, *b = right;

    return day_compare(a->item.due, b->item.due);
}

static enum outcome add_escalations(struct call *call, struct view *view, json_t *rows)
{
    struct escalation *found = calloc(LATE_LOOKED_MAX, sizeof *found);
    OWNED_BUFFER after = {0};
    enum outcome outcome = found ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
    size_t count = 0;

    while (outcome == OUTCOME_OK && count < LATE_LOOKED_MAX) {
        outcome = escalation_next(view, &after, &found[count]);
        count += outcome == OUTCOME_OK;
    }
    if (outcome == OUTCOME_NOT_FOUND)
        outcome = OUTCOME_OK;
    if (count)
        qsort(found, count, sizeof *found, by_day_of_escalation);
    for (size_t i = 0; outcome == OUTCOME_OK && i < count && i < LATE_SHOWN_MAX; i++)
        outcome = add_escalation(call, &found[i], rows);
    free(found);
    return outcome;
}

/* --- counts --- */

enum outcome late_counts(struct store *store, const uint8_t *reporter, struct late_counts *out)
{
    struct late_counts counts = {0};
    struct view view;
    enum outcome outcome;

    view_begin(store, &view);
    outcome = due_count(&view, DUE_SENT, reporter, LATE_COUNTED_MAX, &counts.sent);
    if (outcome == OUTCOME_OK)
        outcome = due_count(&view, DUE_RECEIVED, NULL, LATE_COUNTED_MAX, &counts.received);
    if (outcome == OUTCOME_OK)
        outcome = escalation_count(&view, LATE_COUNTED_MAX, &counts.escalations);
    view_end(&view);
    TRY(outcome);
    *out = counts;
    return OUTCOME_OK;
}

json_t *late_counts_json(const struct late_counts *counts)
{
    return json_pack("{sI sI sI}", "verzonden", (json_int_t)counts->sent, "postvak",
                     (json_int_t)counts->received, "escalaties", (json_int_t)counts->escalations);
}

/* --- the call --- */

static bool has_any(const struct call *call, uint32_t roles)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        if (roles >> role & 1 && role_set_has(call->caller.roles, (enum role)role))
            return true;
    return false;
}

static enum outcome fill(struct call *call, struct view *view, struct late *late,
                         const uint8_t *reporter)
{
    const uint32_t receivers = UINT32_C(1) << ROLE_ONTVANGER | UINT32_C(1) << ROLE_GGZ_CONTACTPUNT |
                               UINT32_C(1) << ROLE_BEGELEIDER;
    const bool is_lead = has_any(call, UINT32_C(1) << ROLE_REGIEHOUDER);

    if (is_lead || has_any(call, UINT32_C(1) << ROLE_MELDER))
        TRY(add_side(call, view, DUE_SENT, reporter, late->sent));
    if (has_any(call, receivers))
        TRY(add_side(call, view, DUE_RECEIVED, NULL, late->inbox));
    return is_lead ? add_escalations(call, view, late->escalations) : OUTCOME_OK;
}

/* Who saw whom: every person on the page is named in the one leaf. */
static enum outcome apply(struct call *call, struct change *change)
{
    struct late *late = call->state;
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);

    if (late->dossiers.length)
        entry.committed[AUDIT_SUBJECT] = buffer_text(&late->dossiers);
    return audit_record(call->gateway->audit, change, &entry);
}

enum outcome get_late(struct call *call)
{
    struct late *late = calloc(1, sizeof *late);
    uint8_t hash[STORE_HASH_BYTES];
    const uint8_t *reporter = NULL;
    struct view view;
    enum outcome outcome;

    if (!late)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = late;
    call->free_state = late_free;
    late->sent = json_array();
    late->inbox = json_array();
    late->escalations = json_array();
    if (!late->sent || !late->inbox || !late->escalations)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(erasure_reporter(call->gateway->store, call->caller.number, hash));
    if (!has_any(call, UINT32_C(1) << ROLE_REGIEHOUDER))
        reporter = hash;
    view_begin(call->gateway->store, &view);
    outcome = fill(call, &view, late, reporter);
    view_end(&view);
    TRY(outcome);
    TRY(buffer_outcome(&late->dossiers));
    call->apply = apply;
    return call_reply(call, 200,
                      json_pack("{sO sO sO}", "verzonden", late->sent, "postvak", late->inbox,
                                "escalaties", late->escalations));
}
