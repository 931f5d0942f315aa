/* SPDX-License-Identifier: EUPL-1.2 */
/* GET /v1/attenderingen: where somebody may need help, by what the reporter handed in himself. */
#include <stdlib.h>
#include <string.h>

#include "gateway/handlers.h"
#include "gateway/repeat.h"

enum { SHOWN_MAX = 200, LOOKED_AT_MAX = 20000 };

static const char advice[LANGUAGE_COUNT][160] = {
    [LANGUAGE_NL] = "Bespreek dit met de bewoner en vraag toestemming om hulp in te schakelen. Er is "
                    "niets verstuurd en niets besloten.",
    [LANGUAGE_EN] = "Talk with the resident and ask consent to bring in help. Nothing was sent and "
                    "nothing was decided."};

const char *repeat_advice(enum language language)
{
    return advice[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

static bool is_for(const struct call *call, const struct repeats *repeats)
{
    return repeats->count >= (size_t)call->gateway->settings->repeat_count &&
           (repeats->system || strcmp(repeats->actor, call->caller.number) == 0);
}

static json_t *row_of(const struct call *call, const struct repeats *repeats)
{
    char first[DAY_TEXT_BYTES], last[DAY_TEXT_BYTES];

    day_print(repeats->first, first);
    day_print(repeats->last, last);
    return json_pack("{ss ss si ss ss ss}", "code", "OVL.HERHAALD", "bronsleutel", repeats->source,
                     "aantal", (int)repeats->count, "eersteDatum", first, "laatsteDatum", last,
                     "advies", repeat_advice(call->request->language));
}

static enum outcome collect(struct call *call, struct view *view, json_t *rows)
{
    const struct day today = amsterdam_day(call->now_ms);
    char after[DOSSIER_BYTES] = "";
    struct bytes key, value;

    for (size_t i = 0; i < LOOKED_AT_MAX && json_array_size(rows) < SHOWN_MAX; i++) {
        struct repeats repeats;
        enum outcome outcome = store_next(view, TABLE_REPEAT, bytes_of_text(after),
                                          after[0] != '\0', &key, &value);
        if (outcome == OUTCOME_NOT_FOUND)
            break;
        TRY(outcome);
        snprintf(after, sizeof after, "%.*s", (int)key.length, (const char *)key.data);
        TRY(repeat_get(call->gateway, view, after, today, &repeats));
        if (is_for(call, &repeats) && json_array_append_new(rows, row_of(call, &repeats)) != 0)
            return OUTCOME_OUT_OF_MEMORY;
    }
    return OUTCOME_OK;
}

/* Who looked, and how many there were; about whom stands in no leaf, since nothing is opened. */
static enum outcome apply(struct call *call, struct change *change)
{
    const size_t *count = call->state;
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);
    char number[24];

    snprintf(number, sizeof number, "%zu", *count);
    entry.committed[AUDIT_OBJECTS] = number;
    return audit_record(call->gateway->audit, change, &entry);
}

/* Read before the writer: it would keep all others waiting. */
enum outcome get_repeats(struct call *call)
{
    size_t *count = calloc(1, sizeof *count);
    OWNED_JSON rows = json_array();
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    call->state = count;
    call->free_state = free;
    if (!count || !rows)
        return OUTCOME_OUT_OF_MEMORY;
    view_begin(call->gateway->store, &view);
    if (call->gateway->settings->repeat_count > 0)
        outcome = collect(call, &view, rows);
    view_end(&view);
    TRY(outcome);
    *count = json_array_size(rows);
    call->apply = apply;
    return call_reply(call, 200, json_pack("{sO}", "attenderingen", rows));
}
