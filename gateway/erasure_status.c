/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/erasure_status.h"

enum outcome erasure_status(struct store *store, struct erasure_status *out_status)
{
    enum outcome outcome;
    struct view view;

    *out_status = (struct erasure_status){0};
    view_begin(store, &view);
    outcome = retention_state(&view, &out_status->retention);
    if (outcome == OUTCOME_OK)
        outcome = compaction_state(&view, &out_status->compaction);
    if (outcome == OUTCOME_OK)
        outcome = erasure_pending(&view, &out_status->pending);
    view_end(&view);
    return outcome;
}

static int add_instant(json_t *object, const char *name, int64_t at_ms)
{
    char text[INSTANT_TEXT_BYTES];

    if (!at_ms)
        return 0;
    instant_print(at_ms, text);
    return json_object_set_new(object, name, json_string(text));
}

json_t *erasure_status_json(struct gateway *gateway)
{
    int64_t now_ms;
    struct erasure_status status;
    json_t *object;

    if (erasure_status(gateway->store, &status) != OUTCOME_OK)
        return NULL;
    object = json_pack("{sI sI sI sb}", "gewist", (json_int_t)status.retention.erased,
                       "wachtOpSchijf", (json_int_t)status.pending.count, "herschreven",
                       (json_int_t)status.compaction.count, "wachtOpKlok",
                       !clock_certain(gateway, &now_ms));
    if (object && (add_instant(object, "laatsteRondeOp", status.retention.done_ms) ||
                   add_instant(object, "sleutelsHerschrevenOp", status.compaction.at_ms))) {
        json_decref(object);
        object = NULL;
    }
    return object;
}
