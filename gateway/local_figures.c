/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * GET /v1/maandrapporten, /v1/maandrapporten/{jjjj-mm}, /v1/nakoming, /v1/knelpunten: what may be
 * shown of the own counts. All of it comes out of reports that were closed: a period that is not
 * over, or one that somebody chooses, could be asked for day by day and subtracted.
 */
#include <string.h>

#include "gateway/figures_freeze.h"
#include "gateway/handlers.h"

enum { MONTHS_SHOWN_MAX = 36 };

/* Somebody took figures along: that is in the log, with the month when one was named. */
static enum outcome apply(struct call *call, struct change *change)
{
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);

    if (call->parameter[0])
        entry.committed[AUDIT_OBJECTS] = call->parameter;
    return audit_record(call->gateway->audit, change, &entry);
}

/* --- one month, the bytes as they were frozen --- */

enum outcome get_month_report(struct call *call)
{
    struct bytes text;
    struct view view;
    enum outcome outcome;

    view_begin(call->gateway->store, &view);
    outcome = figures_frozen(&view, call->parameter, &text);
    if (outcome == OUTCOME_OK)
        outcome = call_reply_text(call, "application/json", text);
    view_end(&view);
    TRY(outcome);
    call->apply = apply;
    return OUTCOME_OK;
}

/* --- which months --- */

struct period {
    char from[FIGURES_MONTH_BYTES], until[FIGURES_MONTH_BYTES]; /* both inclusive; "": open */
};

static enum outcome read_month(struct call *call, const char *name,
                               char out[static FIGURES_MONTH_BYTES])
{
    struct fault fault = {0};
    const struct bytes query = call->request->head->query;
    char text[FIGURES_MONTH_BYTES + 1];

    out[0] = '\0';
    if (!http_query_value(query, name, text, sizeof text)) {
        /* not there, or longer than any month */
        if (query.length == 0 || !memmem(query.data, query.length, name, strlen(name)))
            return OUTCOME_OK;
        text[0] = '\0';
    }
    if (figures_month_is_valid(text)) {
        memcpy(out, text, FIGURES_MONTH_BYTES);
        return OUTCOME_OK;
    }
    fault_at(&fault, "%s", name);
    call_fault(call, &fault);
    return OUTCOME_MALFORMED;
}

static bool is_within(const struct period *period, const char *month)
{
    return (!period->from[0] || strcmp(month, period->from) >= 0) &&
           (!period->until[0] || strcmp(month, period->until) <= 0);
}

/* --- a part of each --- */

/* What a list shows of one report; it is taken. */
typedef json_t *part_of_report(const json_t *report);

static enum outcome add_month(const char *month, struct bytes text, part_of_report *part,
                              json_t *rows)
{
    OWNED_JSON report = NULL;
    json_t *row;

    TRY(store_read_outcome(json_read(text, FIGURES_REPORT_MAX_BYTES, &report)));
    row = part(report);
    if (!row || json_object_set_new(row, "maand", json_string(month)) ||
        json_array_insert_new(rows, 0, row)) /* newest first */
        return OUTCOME_OUT_OF_MEMORY;
    if (json_array_size(rows) > MONTHS_SHOWN_MAX)
        json_array_remove(rows, MONTHS_SHOWN_MAX);
    return OUTCOME_OK;
}

static enum outcome add_months(struct view *view, const struct period *period, part_of_report *part,
                               json_t *rows)
{
    char month[FIGURES_MONTH_BYTES] = "";
    struct bytes text;
    enum outcome outcome;

    while ((outcome = figures_frozen_next(view, month, month, &text)) == OUTCOME_OK)
        if (is_within(period, month))
            TRY(add_month(month, text, part, rows));
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome reply_with_months(struct call *call, const char *name, part_of_report *part)
{
    OWNED_JSON rows = json_array();
    struct period period;
    struct view view;
    enum outcome outcome;

    TRY(read_month(call, "van", period.from));
    TRY(read_month(call, "tot", period.until));
    view_begin(call->gateway->store, &view);
    outcome = add_months(&view, &period, part, rows);
    view_end(&view);
    TRY(outcome);
    call->apply = apply;
    return call_reply(call, 200, json_pack("{sO}", name, rows));
}

static json_t *copy_of(const json_t *report, const char *name)
{
    const json_t *part = json_object_get(report, name);

    return part ? json_deep_copy(part) : json_object(); /* a report that was lost says nothing */
}

static json_t *compliance_of(const json_t *report)
{
    return copy_of(report, "nakoming");
}

static json_t *reasons_of(const json_t *report)
{
    return copy_of(report, "knelpunten");
}

static json_t *summary_of(const json_t *report)
{
    json_t *summary = copy_of(report, "moeheid");
    json_t *made = json_object_get(report, "gemaaktOp");
    json_t *total = json_object_get(json_object_get(report, "signalen"), "totaal");

    json_object_set(summary, "gemaaktOp", made);
    json_object_set_new(summary, "signalen", total ? json_deep_copy(total) : json_null());
    return summary;
}

enum outcome get_compliance(struct call *call)
{
    return reply_with_months(call, "nakoming", compliance_of);
}

enum outcome get_bottlenecks(struct call *call)
{
    return reply_with_months(call, "knelpunten", reasons_of);
}

enum outcome get_month_reports(struct call *call)
{
    return reply_with_months(call, "maandrapporten", summary_of);
}
