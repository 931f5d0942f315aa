/* SPDX-License-Identifier: EUPL-1.2 */
/* /v1/woonafspraken: an agreement in three parts, of which each party gets and reads its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/agreement.h"
#include "covenant/housing_request.h"
#include "gateway/basis_store.h"
#include "gateway/handlers.h"
#include "gateway/housing_store.h"
#include "gateway/intake.h"

static const char adapter[] = "woonafspraak";

struct recording {
    struct intake intake;
    struct intake_row rows[BASIS_RECIPIENTS_MAX];
    struct housing_request request;
    char record[UUID_TEXT_BYTES]; /* the resident's choice that it rests on */
    char dossier[DOSSIER_BYTES];
};

static void recording_free(void *state)
{
    struct recording *recording = state;

    for (size_t i = 0; i < recording->intake.count; i++)
        intake_row_wipe(&recording->rows[i]);
    housing_request_wipe(&recording->request);
    free(recording);
}

/* --- what it rests on --- */

static enum outcome refuse(struct call *call, enum refusal refusal)
{
    enum language language = call->request->language;

    snprintf(call->detail, sizeof call->detail, "%s", refusal_text(refusal, language));
    json_decref(call->extra);
    call->extra = json_pack("{ss ss}", "reden", refusal_code(refusal), "oplossing",
                            refusal_fix(refusal, language));
    return OUTCOME_NOT_ALLOWED;
}

static const struct basis *live_agreement(const struct basis_list *list, struct day today,
                                          enum refusal *out_refusal)
{
    *out_refusal = REFUSAL_AGREEMENT_MISSING;
    for (size_t i = 0; i < list->count; i++) {
        const struct basis *basis = list->items[i].basis;
        enum agreement_standing standing;
        if (!basis_is_agreement(basis, PURPOSE_WOONSTAP) || !list->items[i].certificate[0])
            continue;
        standing = agreement_standing_of(basis, false, today);
        if (standing == AGREEMENT_RUNS || standing == AGREEMENT_ENDS_SOON)
            return basis;
        *out_refusal = REFUSAL_AGREEMENT_EXPIRED;
    }
    return NULL;
}

static enum outcome choose_covenant(struct call *call, struct recording *recording)
{
    struct intake *intake = &recording->intake;
    const char *id = recording->request.covenant[0] ? recording->request.covenant : NULL;

    intake->known = registry_choose(call->registry, id, call->now_ms);
    if (!intake->known)
        return OUTCOME_COVENANT_UNKNOWN;
    memcpy(call->covenant, intake->known->covenant->fingerprint, sizeof call->covenant);
    intake->self = covenant_party(intake->known->covenant, &call->gateway->settings->oin);
    return intake->self ? OUTCOME_OK : OUTCOME_COVENANT_UNKNOWN;
}

/* --- a row for each party that the resident named --- */

static void fill_row(struct recording *recording, const struct oin *to, struct day today)
{
    struct intake *intake = &recording->intake;
    struct intake_row *row = &recording->rows[intake->count++];

    row->row.row = (unsigned)intake->count;
    /* One household has one with each party: what is written under another paper takes its place. */
    snprintf(row->row.source_key, sizeof row->row.source_key, "%s.%s", recording->dossier,
             to->text);
    memcpy(row->housing_record, recording->record, sizeof row->housing_record);
    snprintf(row->row.codes[0], sizeof row->row.codes[0], "%s", HOUSING_CODE);
    row->row.code_count = 1;
    row->row.reported = (struct import_day){.known = true, .day = today};
    snprintf(row->row.recipient, sizeof row->row.recipient, "%s", to->text);
    row->row.contact = recording->request.address;
    row->row.consent = IMPORT_ANSWER_ABSENT;
    row->has_housing = true;
    row->housing = recording->request.agreement;
}

static enum outcome find_agreement(struct call *call, struct recording *recording)
{
    const struct day today = amsterdam_day(call->now_ms);
    OWNED_BASIS_LIST list = {0};
    const struct basis *basis;
    enum refusal refusal;
    enum outcome outcome;
    struct view view;

    view_begin(call->gateway->store, &view);
    outcome = basis_list_of_identity(call->gateway, &view, &recording->request.identity, &list);
    view_end(&view);
    TRY(outcome);
    basis = live_agreement(&list, today, &refusal);
    if (!basis)
        return refuse(call, refusal);
    if (day_compare(recording->request.agreement.until, today) < 0 ||
        day_compare(recording->request.agreement.until, basis->until) > 0) {
        const struct fault fault = {"eindDatum"};
        call_fault(call, &fault);
        return OUTCOME_MALFORMED;
    }
    memcpy(recording->record, basis->id, sizeof recording->record);
    snprintf(recording->dossier, sizeof recording->dossier, "%.*s", DOSSIER_BYTES - 1,
             basis->dossier);
    for (size_t i = 0; i < basis->recipient_count; i++)
        fill_row(recording, &basis->recipients[i], today);
    return OUTCOME_OK;
}

/* --- in the change --- */

/* A withdrawal, or another paper, may have come since the rows were decided. */
static enum outcome still_runs(const struct call *call, struct view *view, bool *out_runs)
{
    const struct recording *recording = call->state;
    OWNED_KEPT_BASIS kept = {0};
    enum outcome outcome = basis_get(view, recording->record, &kept);
    enum agreement_standing standing;

    *out_runs = false;
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    standing = agreement_standing_of(kept.basis, false, amsterdam_day(call->now_ms));
    *out_runs = standing == AGREEMENT_RUNS || standing == AGREEMENT_ENDS_SOON;
    return OUTCOME_OK;
}

static bool is_there(enum intake_result result)
{
    return result == INTAKE_SENT_CONSENT || result == INTAKE_KNOWN;
}

/* Of our own only what we may read: the rest was written down for others. */
static enum outcome keep_own(struct call *call, struct change *change)
{
    const struct recording *recording = call->state;
    struct audit_entry entry = call_entry(call, AUDIT_INTAKE);
    struct kept_housing housing = {
        .from = call->gateway->settings->oin,
        .fields = housing_fields_of(recording->intake.known->covenant, recording->intake.self),
        .agreement = recording->request.agreement,
    };

    memcpy(housing.id, recording->record, sizeof housing.id);
    memcpy(housing.dossier, recording->dossier, sizeof housing.dossier);
    entry.covenant = call->covenant;
    entry.committed[AUDIT_SUBJECT] = recording->dossier;
    entry.committed[AUDIT_PURPOSE] = purpose_word(PURPOSE_WOONSTAP);
    entry.committed[AUDIT_OBJECTS] = recording->record;
    TRY(housing_put(change, &housing));
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome apply_recording(struct call *call, struct change *change)
{
    struct recording *recording = call->state;
    bool runs, any = false;

    TRY(still_runs(call, &change->view, &runs));
    for (size_t i = 0; i < recording->intake.count; i++) {
        TRY(intake_store(&recording->intake, &recording->rows[i], change));
        any = any || is_there(recording->rows[i].result);
    }
    return any && runs ? keep_own(call, change) : change->outcome;
}

/* --- the answer --- */

static json_t *fields_row(uint32_t fields)
{
    json_t *words = json_array();

    for (unsigned field = 0; field < FIELD_COUNT; field++)
        if (has_bit(fields & HOUSING_FIELDS, field))
            json_array_append_new(words, json_string(field_word((enum field)field)));
    return words;
}

static json_t *answer_row(const struct intake_row *row, enum language language)
{
    json_t *answer = json_pack("{ss ss}", "ontvanger", row->row.recipient, "uitkomst",
                               intake_result_word(row->result));

    if (!answer)
        return NULL;
    if (row->to)
        json_object_set_new(answer, "ontvangerNaam", json_string(row->to->name));
    if (row->result == INTAKE_REFUSED) {
        json_object_set_new(answer, "code", json_string(refusal_code(row->refusal)));
        json_object_set_new(answer, "reden", json_string(refusal_text(row->refusal, language)));
    } else if (row->article) {
        json_object_set_new(answer, "id", json_string(row->id));
        json_object_set_new(answer, "delen", fields_row(row->article->fields));
    }
    return answer;
}

static enum outcome finish(struct call *call)
{
    const struct recording *recording = call->state;
    OWNED_JSON rows = json_array();

    for (size_t i = 0; i < recording->intake.count; i++)
        if (json_array_append_new(rows,
                                  answer_row(&recording->rows[i], call->request->language)) != 0)
            return OUTCOME_OUT_OF_MEMORY;
    return call_reply(call, 201, json_pack("{ss sO}", "id", recording->record, "partijen", rows));
}

enum outcome post_housing(struct call *call)
{
    struct recording *recording = calloc(1, sizeof *recording);
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    enum outcome outcome;

    if (!recording)
        return OUTCOME_OUT_OF_MEMORY;
    recording->intake.call = call;
    recording->intake.rows = recording->rows;
    snprintf(recording->intake.adapter, sizeof recording->intake.adapter, "%s", adapter);
    call->state = recording;
    call->free_state = recording_free;
    TRY(call_body(call, housing_request_members, &body));
    outcome = housing_request_parse(body, &recording->request, &fault);
    call_fault(call, &fault);
    TRY(outcome);
    TRY(choose_covenant(call, recording));
    TRY(find_agreement(call, recording));
    for (size_t i = 0; i < recording->intake.count; i++)
        TRY(intake_decide(&recording->intake, &recording->rows[i]));
    call->apply = apply_recording;
    call->finish = finish;
    return OUTCOME_OK;
}

/* --- reading one's parts --- */

struct reading {
    struct buffer dossiers;
};

static void reading_free(void *state)
{
    struct reading *reading = state;

    buffer_wipe(&reading->dossiers);
    free(reading);
}

static enum outcome apply_reading(struct call *call, struct change *change)
{
    struct reading *reading = call->state;
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);

    if (reading->dossiers.length)
        entry.committed[AUDIT_SUBJECT] = buffer_text(&reading->dossiers);
    entry.committed[AUDIT_PURPOSE] = purpose_word(PURPOSE_WOONSTAP);
    return audit_record(call->gateway->audit, change, &entry);
}

static json_t *part_of(const struct kept_housing *housing, enum housing_part part,
                       enum language language)
{
    const unsigned value = housing->agreement.values[part];

    return json_pack("{ss ss}", "code", housing_value_word(part, value), "naam",
                     housing_value_name(part, value, language));
}

static json_t *row_of(const struct call *call, const struct kept_housing *housing)
{
    char until[DAY_TEXT_BYTES];
    json_t *row;

    day_print(housing->agreement.until, until);
    row = json_pack("{ss ss ss ss ss}", "id", housing->id, "dossiernummer", housing->dossier, "van",
                    housing->from.text, "vanNaam", registry_name(call->registry, &housing->from),
                    "eindDatum", until);
    for (unsigned part = 0; row && part < HOUSING_PART_COUNT; part++) {
        const enum field field = housing_field((enum housing_part)part);
        if (has_bit(housing->fields, field) &&
            json_object_set_new(row, field_word(field),
                                part_of(housing, (enum housing_part)part,
                                        call->request->language)) != 0) {
            json_decref(row);
            return NULL;
        }
    }
    return row;
}

static enum outcome fill_page(struct call *call, struct view *view, json_t *rows,
                              char id[static UUID_TEXT_BYTES])
{
    struct reading *reading = call->state;
    const size_t wanted = call_page_size(call);
    enum outcome outcome = OUTCOME_OK;

    while (json_array_size(rows) < wanted) {
        struct kept_housing housing;
        outcome = housing_next(view, id, &housing);
        if (outcome != OUTCOME_OK)
            break;
        if (day_compare(housing.agreement.until, amsterdam_day(call->now_ms)) < 0)
            continue; /* over; the clock erases it */
        buffer_format(&reading->dossiers, "%s%s", reading->dossiers.length ? " " : "",
                      housing.dossier);
        if (json_array_append_new(rows, row_of(call, &housing)) != 0)
            return OUTCOME_OUT_OF_MEMORY;
    }
    if (outcome == OUTCOME_NOT_FOUND)
        id[0] = '\0'; /* there is no next page */
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome get_housing(struct call *call)
{
    struct reading *reading = calloc(1, sizeof *reading);
    OWNED_JSON rows = json_array();
    char id[UUID_TEXT_BYTES] = "";
    struct uuid cursor;
    struct view view;
    enum outcome outcome;

    if (!reading)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = reading;
    call->free_state = reading_free;
    if (call_cursor(call, id, sizeof id) && !uuid_parse(id, &cursor))
        return OUTCOME_MALFORMED;
    view_begin(call->gateway->store, &view);
    outcome = fill_page(call, &view, rows, id);
    view_end(&view);
    TRY(outcome);
    TRY(buffer_outcome(&reading->dossiers)); /* nobody is shown without being named in the log */
    call->apply = apply_reading;
    return call_reply(call, 200,
                      json_pack("{sO ss?}", "afspraken", rows, "volgende", id[0] ? id : NULL));
}
