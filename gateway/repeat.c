/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/repeat.h"

#include <stdio.h>
#include <string.h>

#include "gateway/erasure.h"
#include "gateway/objections.h"
#include "gateway/writer.h"

enum { VALUE_MAX_BYTES = 16 * 1024, SWEEP_AT_ONCE = 64 };

static const char group[] = "OVERLAST";

/* --- what is kept --- */

/* {"nummer":"1001","systeem":false,"meldingen":[{"dag","bron","code"}]}, in order of handing in. */
static enum outcome load(struct view *view, const char *dossier, json_t **out_kept)
{
    struct bytes value;

    TRY(store_get(view, TABLE_REPEAT, bytes_of_text(dossier), &value));
    TRY(store_read_outcome(json_read(value, VALUE_MAX_BYTES, out_kept)));
    return json_is_array(json_object_get(*out_kept, "meldingen")) ? OUTCOME_OK
                                                                   : OUTCOME_STORE_DAMAGED;
}

static enum outcome save(struct change *change, const char *dossier, const json_t *kept)
{
    OWNED_BUFFER text = {0};

    if (json_array_size(json_object_get(kept, "meldingen")) == 0) {
        store_delete(change, TABLE_REPEAT, bytes_of_text(dossier));
        return change->outcome;
    }
    TRY(json_write(kept, &text));
    store_put_sealed(change, TABLE_REPEAT, bytes_of_text(dossier), buffer_bytes(&text));
    return change->outcome;
}

static const char *word_at(const json_t *object, const char *name)
{
    const char *word = json_string_value(json_object_get(object, name));

    return word ? word : "";
}

static bool in_window(const struct gateway *gateway, const json_t *mark, struct day today)
{
    const int days = (int)gateway->settings->repeat_days;
    struct day day;

    return day_parse(word_at(mark, "dag"), &day) &&
           day_compare(day, day_plus(today, -days)) > 0 && day_compare(day, today) <= 0;
}

/* Those of before the window, and the earlier one of the same report. True: something went. */
static bool drop_old(const struct gateway *gateway, json_t *marks, struct day today,
                     const char *source)
{
    bool dropped = false;

    for (size_t i = json_array_size(marks); i-- > 0;) {
        const json_t *mark = json_array_get(marks, i);
        if (in_window(gateway, mark, today) && strcmp(word_at(mark, "bron"), source) != 0)
            continue;
        json_array_remove(marks, i);
        dropped = true;
    }
    return dropped;
}

/* --- noting --- */

static enum outcome has_objected(struct view *view, const uint8_t hash[static STORE_HASH_BYTES],
                                 bool *out_stands)
{
    *out_stands = false;
    for (enum purpose purpose = PURPOSE_NONE + 1; purpose < PURPOSE_COUNT && !*out_stands;
         purpose++)
        TRY(objection_stands(view, hash, purpose, out_stands));
    return OUTCOME_OK;
}

/* A row that says that the resident objects is heeded as a desk is: nothing of the address is
 * followed any more. */
static enum outcome forget_address(struct gateway *gateway, struct change *change,
                                   const uint8_t hash[static STORE_HASH_BYTES])
{
    char dossier[DOSSIER_BYTES] = "";
    enum outcome outcome;

    while ((outcome = dossier_next(&change->view, hash, dossier, dossier)) == OUTCOME_OK) {
        if (!store_has(&change->view, TABLE_REPEAT, bytes_of_text(dossier)))
            continue;
        repeat_forget(change, dossier);
        TRY(erasure_unlink_when_last(gateway, change, dossier));
    }
    return outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}

/* A report that came to nothing for another reason than consent was no report. */
static bool is_report(const struct intake_row *row)
{
    if (row->result == INTAKE_KNOWN || row->row.objection == IMPORT_ANSWER_YES)
        return false;
    return row->result != INTAKE_REFUSED ||
           (!row->has_fault &&
            (row->refusal == REFUSAL_NO_CONSENT || row->refusal == REFUSAL_CONSENT_EXPIRED ||
             row->refusal == REFUSAL_CONSENT_UNCONFIRMED));
}

static bool is_nuisance(const struct intake *intake, const struct intake_row *row)
{
    const struct code_lists *lists = intake->call->gateway->lists;
    const struct signal_code *code = signal_code_find(lists, row->row.codes[0]);

    return code && row->row.code_count == 1 && !code->blocked && !row->row.blocked &&
           strcmp(signal_group_word(lists, code->group), group) == 0;
}

static enum outcome add_mark(const struct intake *intake, const struct intake_row *row,
                             json_t *kept)
{
    json_t *marks = json_object_get(kept, "meldingen");
    char day[DAY_TEXT_BYTES];

    day_print(row->row.reported.day, day);
    while (json_array_size(marks) >= REPEAT_MARKS_MAX)
        json_array_remove(marks, 0);
    if (json_array_append_new(marks, json_pack("{ss ss ss}", "dag", day, "bron",
                                               row->row.source_key, "code", row->row.codes[0])) ||
        json_object_set_new(kept, "nummer", json_string(intake->call->caller.number)) ||
        json_object_set_new(kept, "systeem", json_boolean(intake->call->role == ROLE_SYSTEEM)))
        return OUTCOME_OUT_OF_MEMORY;
    return OUTCOME_OK;
}

static enum outcome note(struct intake *intake, struct intake_row *row, struct change *change)
{
    struct gateway *gateway = intake->call->gateway;
    const struct day today = amsterdam_day(intake->call->now_ms);
    char dossier[DOSSIER_BYTES];
    OWNED_JSON kept = NULL;
    enum outcome outcome;

    TRY(dossier_make(change, gateway->store, gateway->local_id_key, &row->identity, dossier));
    outcome = load(&change->view, dossier, &kept);
    if (outcome == OUTCOME_NOT_FOUND)
        kept = json_pack("{s[]}", "meldingen");
    else
        TRY(outcome);
    if (!kept)
        return OUTCOME_OUT_OF_MEMORY;
    drop_old(gateway, json_object_get(kept, "meldingen"), today, row->row.source_key);
    TRY(add_mark(intake, row, kept));
    drop_old(gateway, json_object_get(kept, "meldingen"), today, ""); /* itself too, when old */
    row->repeats = json_array_size(json_object_get(kept, "meldingen"));
    if (row->repeats < (size_t)gateway->settings->repeat_count)
        row->repeats = 0;
    return save(change, dossier, kept);
}

enum outcome repeat_note(struct intake *intake, struct intake_row *row, struct change *change)
{
    struct gateway *gateway = intake->call->gateway;
    const bool objects = row->row.objection == IMPORT_ANSWER_YES && !row->has_fault;
    uint8_t hash[STORE_HASH_BYTES];
    bool stands;

    row->repeats = 0;
    if (!row->has_identity ||
        (!objects && (gateway->settings->repeat_count == 0 || !is_report(row) ||
                      !is_nuisance(intake, row))))
        return OUTCOME_OK;
    TRY(dossier_hash_identity(gateway->store, gateway->local_id_key, &row->identity, hash));
    if (objects)
        return forget_address(gateway, change, hash);
    TRY(has_objected(&change->view, hash, &stands));
    return stands ? OUTCOME_OK : note(intake, row, change);
}

/* --- asking --- */

enum outcome repeat_get(const struct gateway *gateway, struct view *view, const char *dossier,
                        struct day today, struct repeats *out)
{
    struct repeats found = {0};
    OWNED_JSON kept = NULL;
    const json_t *marks;

    TRY(load(view, dossier, &kept));
    marks = json_object_get(kept, "meldingen");
    for (size_t i = 0; i < json_array_size(marks); i++) {
        const json_t *mark = json_array_get(marks, i);
        struct day day;
        if (!in_window(gateway, mark, today) || !day_parse(word_at(mark, "dag"), &day))
            continue;
        if (found.count == 0 || day_compare(day, found.first) < 0)
            found.first = day;
        if (found.count == 0 || day_compare(day, found.last) > 0)
            found.last = day;
        snprintf(found.source, sizeof found.source, "%s", word_at(mark, "bron"));
        found.count++;
    }
    snprintf(found.actor, sizeof found.actor, "%s", word_at(kept, "nummer"));
    found.system = json_is_true(json_object_get(kept, "systeem"));
    *out = found;
    return OUTCOME_OK;
}

/* --- forgetting --- */

void repeat_forget(struct change *change, const char *dossier)
{
    store_delete(change, TABLE_REPEAT, bytes_of_text(dossier));
}

enum outcome repeat_forget_source(struct change *change, const char *dossier, const char *source)
{
    OWNED_JSON kept = NULL;
    enum outcome outcome = load(&change->view, dossier, &kept);
    json_t *marks;

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    marks = json_object_get(kept, "meldingen");
    for (size_t i = json_array_size(marks); i-- > 0;)
        if (strcmp(word_at(json_array_get(marks, i), "bron"), source) == 0)
            json_array_remove(marks, i);
    return save(change, dossier, kept);
}

struct sweep {
    struct gateway *gateway;
    struct day today;
    size_t count;
    char dossiers[SWEEP_AT_ONCE][DOSSIER_BYTES];
};

static enum outcome apply_sweep(struct change *change, struct audit *audit, void *context)
{
    const struct sweep *sweep = context;

    (void)audit; /* nothing that was shared: its day was over */
    for (size_t i = 0; i < sweep->count; i++) {
        OWNED_JSON kept = NULL;
        enum outcome outcome = load(&change->view, sweep->dossiers[i], &kept);
        if (outcome == OUTCOME_NOT_FOUND)
            continue;
        TRY(outcome);
        drop_old(sweep->gateway, json_object_get(kept, "meldingen"), sweep->today, "");
        TRY(save(change, sweep->dossiers[i], kept));
        if (json_array_size(json_object_get(kept, "meldingen")) == 0)
            TRY(erasure_unlink_when_last(sweep->gateway, change, sweep->dossiers[i]));
    }
    return change->outcome;
}

/* The first so many dossiers in which a mark is over. */
static enum outcome find_old(struct sweep *sweep)
{
    char after[DOSSIER_BYTES] = "";
    enum outcome outcome;
    struct bytes key, value;
    struct view view;

    view_begin(sweep->gateway->store, &view);
    while (sweep->count < SWEEP_AT_ONCE &&
           (outcome = store_next(&view, TABLE_REPEAT, bytes_of_text(after), after[0] != '\0', &key,
                                 &value)) == OUTCOME_OK) {
        OWNED_JSON kept = NULL;
        snprintf(after, sizeof after, "%.*s", (int)key.length, (const char *)key.data);
        outcome = load(&view, after, &kept);
        if (outcome != OUTCOME_OK)
            break;
        if (drop_old(sweep->gateway, json_object_get(kept, "meldingen"), sweep->today, ""))
            memcpy(sweep->dossiers[sweep->count++], after, sizeof after);
    }
    view_end(&view);
    return sweep->count == SWEEP_AT_ONCE || outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome repeat_sweep(struct gateway *gateway, struct day today)
{
    struct sweep sweep = {.gateway = gateway, .today = today};

    do {
        sweep.count = 0;
        TRY(find_old(&sweep));
        if (sweep.count)
            TRY(writer_run(gateway->writer, apply_sweep, &sweep));
    } while (sweep.count == SWEEP_AT_ONCE); /* or the rest would stay until tomorrow's round */
    return OUTCOME_OK;
}
