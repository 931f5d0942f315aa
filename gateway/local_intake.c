/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/invoer: rows from a file or one signal from a page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/adapter.h"
#include "covenant/terms.h"
#include "gateway/handlers.h"
#include "gateway/intake.h"
#include "gateway/queue_room.h"
#include "gateway/repeat.h"

static const char *const members[] = {"adapter", "proef", "convenant", "rijen", NULL};

static void intake_free(void *state)
{
    struct intake *intake = state;

    for (size_t i = 0; i < intake->count; i++)
        intake_row_wipe(&intake->rows[i]);
    free(intake->rows);
    free(intake);
}

static bool adapter_name_is_valid(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    return length > 0 && length < INTAKE_ADAPTER_BYTES && name[length] == '\0';
}

static enum outcome read_head(struct intake *intake, const json_t *body, struct fault *fault)
{
    const char *adapter, *covenant = NULL;

    TRY(json_text_at(body, "adapter", INTAKE_ADAPTER_BYTES - 1, &adapter, fault));
    TRY(json_boolean_at(body, "proef", &intake->trial, fault));
    TRY(json_optional_text_at(body, "convenant", COVENANT_ID_MAX_BYTES, &covenant, fault));
    if (!adapter_name_is_valid(adapter)) {
        fault_at(fault, "adapter");
        return OUTCOME_MALFORMED;
    }
    snprintf(intake->adapter, sizeof intake->adapter, "%s", adapter);
    intake->known = registry_choose(intake->call->registry, covenant, intake->call->now_ms);
    if (!intake->known && !covenant && intake->call->registry->count > 1)
        snprintf(intake->call->detail, sizeof intake->call->detail, "%s",
                 intake->call->request->language == LANGUAGE_NL
                     ? "Er is meer dan een convenant. Noem er een met --convenant."
                     : "There is more than one covenant. Name one with --convenant.");
    if (!intake->known)
        return OUTCOME_COVENANT_UNKNOWN;
    memcpy(intake->call->covenant, intake->known->covenant->fingerprint,
           sizeof intake->call->covenant);
    intake->self = covenant_party(intake->known->covenant, &intake->call->gateway->settings->oin);
    return intake->self ? OUTCOME_OK : OUTCOME_COVENANT_UNKNOWN;
}

static enum outcome read_rows(struct intake *intake, const json_t *body, struct fault *fault)
{
    const json_t *rows;

    TRY(json_array_at(body, "rijen", INTAKE_ROWS_MAX, &rows, fault));
    intake->rows = calloc(json_array_size(rows) + 1, sizeof *intake->rows);
    if (!intake->rows)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        struct fault inner = {0};
        enum outcome outcome =
            import_row_parse(json_array_get(rows, i), &intake->rows[i].row, &inner);
        intake->count++;
        if (outcome != OUTCOME_OK) {
            fault_at(fault, "rijen[%zu].%s", i, inner.where);
            return outcome;
        }
    }
    return OUTCOME_OK;
}

static enum outcome decide_rows(struct intake *intake)
{
    for (size_t i = 0; i < intake->count; i++)
        TRY(intake_decide(intake, &intake->rows[i]));
    return OUTCOME_OK;
}

static enum outcome look_up_rows(struct intake *intake)
{
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    view_begin(intake->call->gateway->store, &view);
    for (size_t i = 0; i < intake->count && outcome == OUTCOME_OK; i++)
        outcome = intake_known(intake, &intake->rows[i], &view);
    view_end(&view);
    return outcome;
}

static bool goes_out(enum intake_result result)
{
    return result == INTAKE_SENT_CONSENT || result == INTAKE_SENT_LAW;
}

/* Nothing is dropped later, so nothing is promised now: the caller keeps the rows. */
static enum outcome check_room(const struct intake *intake)
{
    const struct party *checked = NULL;
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    view_begin(intake->call->gateway->store, &view);
    for (size_t i = 0; i < intake->count && outcome == OUTCOME_OK; i++) {
        const struct intake_row *row = &intake->rows[i];
        if (!goes_out(row->decided) || row->to == checked)
            continue;
        checked = row->to;
        if (queue_percent(&view, intake->call->gateway->settings, &checked->oin) >= 100)
            outcome = OUTCOME_QUEUE_FULL;
    }
    view_end(&view);
    return outcome;
}

enum { TRIAL_SUBJECTS_MAX = 200 }; /* so that they fit in one opening */

/* Whose earlier choice, or open signal, the answer tells of; NULL: nobody's. */
static const char *told_of(const struct intake_row *row)
{
    if (row->merged[0])
        return row->merged_dossier;
    return row->earlier.count > 0 ? row->earlier.items[0].basis->dossier : NULL;
}

/* `taken_dossiers`, a space between, is emptied. */
static enum outcome record_trial(struct call *call, struct change *change,
                                 struct buffer *taken_dossiers)
{
    const struct intake *intake = call->state;
    struct audit_entry entry = call_entry(call, AUDIT_INTAKE);
    char number[16];
    enum outcome outcome = buffer_outcome(taken_dossiers);

    snprintf(number, sizeof number, "%zu", intake->count);
    entry.service = "invoer/proef";
    entry.covenant = call->covenant;
    entry.committed[AUDIT_OBJECTS] = number;
    if (taken_dossiers->length > 0)
        entry.committed[AUDIT_SUBJECT] = buffer_text(taken_dossiers);
    if (outcome == OUTCOME_OK)
        outcome = audit_record(call->gateway->audit, change, &entry);
    buffer_wipe(taken_dossiers);
    return outcome;
}

/* A trial stores nothing, but who tries row after row learns where somebody agreed to help: whom it
 * told of is in the log, as with a search at the desk. */
static enum outcome apply_trial(struct call *call, struct change *change)
{
    const struct intake *intake = call->state;
    OWNED_BUFFER dossiers = {0};
    const char *last = "";
    size_t count = 0;

    for (size_t i = 0; i < intake->count; i++) {
        const char *dossier = told_of(&intake->rows[i]);
        if (!dossier || strcmp(dossier, last) == 0)
            continue; /* parts of one row come after each other */
        if (count++ == TRIAL_SUBJECTS_MAX) {
            TRY(record_trial(call, change, &dossiers));
            count = 1;
        }
        buffer_format(&dossiers, "%s%s", dossiers.length ? " " : "", dossier);
        last = dossier;
    }
    return record_trial(call, change, &dossiers);
}

static enum outcome apply_rows(struct call *call, struct change *change)
{
    struct intake *intake = call->state;

    for (size_t i = 0; i < intake->count; i++) {
        TRY(intake_store(intake, &intake->rows[i], change));
        TRY(repeat_note(intake, &intake->rows[i], change));
    }
    return change->outcome;
}

static int add_refusal(json_t *answer, const struct intake_row *row, enum language language)
{
    OWNED_BUFFER reason = {0};
    const char *code = row->has_fault ? import_fault_code(row->fault) : refusal_code(row->refusal);
    const char *fix = row->has_fault ? "" : refusal_fix(row->refusal, language);

    buffer_add_text(&reason, row->has_fault ? import_fault_text(row->fault, language)
                                            : refusal_text(row->refusal, language));
    if (row->choices[0])
        buffer_format(&reason, " (%s)", row->choices);
    if (!buffer_text(&reason))
        return -1;
    return json_object_set_new(answer, "code", json_string(code)) |
           json_object_set_new(answer, "reden", json_string(buffer_text(&reason))) |
           json_object_set_new(answer, "oplossing", json_string(fix));
}

static json_t *fields_of(uint32_t fields)
{
    json_t *words = json_array();

    for (unsigned field = 0; field < FIELD_COUNT; field++) {
        if (has_bit(fields, field))
            json_array_append_new(words, json_string(field_word(field)));
    }
    return words;
}

/* What leaves, what for, and the last day for a first answer when it arrives now. */
static int add_agreed(json_t *answer, const struct intake *intake, const struct intake_row *row)
{
    struct due_days due =
        due_days_from(intake->call->now_ms, &row->article->terms, row->to->secrecy);
    char day[DAY_TEXT_BYTES];
    int failed =
        json_object_set_new(answer, "velden", fields_of(row->fields)) |
        json_object_set_new(answer, "doel", json_string(purpose_word(row->article->purpose)));

    for (unsigned term = 0; term < TERM_COUNT; term++) {
        if (!due.has[term])
            continue;
        day_print(due.due[term], day);
        return failed | json_object_set_new(answer, "antwoordUiterlijk", json_string(day));
    }
    return failed;
}

/* Somebody reported it already: who asks hears when, not who. */
static int add_merged(json_t *answer, const struct intake_row *row, enum language language)
{
    char day[DAY_TEXT_BYTES];
    struct date date = day_date(row->merged_day);
    json_t *reason = json_sprintf(
        language == LANGUAGE_NL ? "al gemeld op %02d-%02d-%04d" : "reported already on %02d-%02d-%04d",
        date.day, date.month, date.year);

    day_print(row->merged_day, day);
    return json_object_set_new(answer, "reden", reason) |
           json_object_set_new(answer, "gemeldDatum", json_string(day));
}

static json_t *row_answer(const struct intake *intake, const struct intake_row *row,
                          enum language language)
{
    json_t *answer = json_pack("{si ss}", "rij", (int)row->row.row, "uitkomst",
                               row->result == INTAKE_REFUSED && intake_others_go(intake, row)
                                   ? "NIET_GEDEELD"
                                   : intake_result_word(row->result));
    int failed = answer ? 0 : -1;
    bool sent = goes_out(row->result);

    if (!failed && row->result == INTAKE_REFUSED)
        failed |= add_refusal(answer, row, language);
    if (!failed && row->result == INTAKE_KNOWN && row->merged[0])
        failed |= add_merged(answer, row, language);
    if (!failed && row->article && row->result != INTAKE_KNOWN)
        failed |= json_object_set_new(answer, "bepaling", json_integer(row->article->number));
    if (!failed && sent)
        failed |= json_object_set_new(answer, "ontvanger", json_string(row->to->oin.text)) |
                  json_object_set_new(answer, "ontvangerNaam", json_string(row->to->name)) |
                  json_object_set_new(answer, "id", json_string(row->id)) |
                  add_agreed(answer, intake, row);
    if (!failed && row->repeats > 0)
        failed |= json_object_set_new(
            answer, "attendering",
            json_pack("{ss si ss}", "code", "OVL.HERHAALD", "aantal", (int)row->repeats, "advies",
                      repeat_advice(language)));
    if (!failed && row->part)
        failed |= json_object_set_new(answer, "deel", json_true()) |
                  json_object_set_new(answer, "ontvanger", json_string(row->part->oin.text)) |
                  json_object_set_new(answer, "ontvangerNaam", json_string(row->part->name));
    if (!failed && row->replaces[0])
        failed |= json_object_set_new(answer, "vervangt", json_string(row->replaces));
    if (failed) {
        json_decref(answer);
        return NULL;
    }
    return answer;
}

static enum outcome finish(struct call *call)
{
    const struct intake *intake = call->state;
    OWNED_JSON rows = json_array();

    for (size_t i = 0; i < intake->count; i++) {
        if (json_array_append_new(
                rows, row_answer(intake, &intake->rows[i], call->request->language)) != 0)
            return OUTCOME_OUT_OF_MEMORY;
    }
    return call_reply(call, 200,
                      json_pack("{ss sb sO}", "convenant", intake->known->covenant->id, "proef",
                                intake->trial, "rijen", rows));
}

enum outcome post_intake(struct call *call)
{
    OWNED_JSON body = NULL;
    struct intake *intake = calloc(1, sizeof *intake);
    struct fault fault = {0};
    enum outcome outcome;

    if (!intake)
        return OUTCOME_OUT_OF_MEMORY;
    intake->call = call;
    call->state = intake;
    call->free_state = intake_free;
    TRY(call_body(call, members, &body));
    outcome = read_head(intake, body, &fault);
    if (outcome == OUTCOME_OK)
        outcome = read_rows(intake, body, &fault);
    call_fault(call, &fault);
    TRY(outcome);
    TRY(intake_expand(intake));
    TRY(decide_rows(intake));
    TRY(intake->trial ? look_up_rows(intake) : check_room(intake));
    call->apply = intake->trial ? apply_trial : apply_rows;
    call->finish = finish;
    return OUTCOME_OK;
}
