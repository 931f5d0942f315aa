/* SPDX-License-Identifier: EUPL-1.2 */
/* GET /v1/attenderingen: where somebody may need help, by what the reporter handed in himself. */
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/handlers.h"
#include "gateway/repeat.h"

enum { CURSOR_BYTES = 2 * STORE_HASH_BYTES + 1 };

struct listing {
    json_t *rows;
    char from[CURSOR_BYTES]; /* "": the beginning */
    char next[CURSOR_BYTES]; /* "": this is the last page */
};

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

/* Of a dossier number, which a reporter does not get to see: it leads to others' records. */
static enum outcome cursor_of(const struct call *call, const char *dossier,
                              char out[static CURSOR_BYTES])
{
    uint8_t hash[STORE_HASH_BYTES];

    TRY(store_hash(call->gateway->store, "attenderingen", bytes_of_text(dossier), hash));
    hex_encode(bytes_of(hash, sizeof hash), out);
    return OUTCOME_OK;
}

static enum outcome next_dossier(struct view *view, char dossier[static DOSSIER_BYTES])
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_REPEAT, bytes_of_text(dossier), dossier[0] != '\0', &key, &value));
    snprintf(dossier, DOSSIER_BYTES, "%.*s", (int)key.length, (const char *)key.data);
    return OUTCOME_OK;
}

/* To the row that the page before ended with; MALFORMED when it is not there (any more). */
static enum outcome go_to(const struct call *call, struct view *view, const struct listing *listing,
                          char dossier[static DOSSIER_BYTES])
{
    char cursor[CURSOR_BYTES] = "";
    enum outcome outcome = OUTCOME_OK;

    while (outcome == OUTCOME_OK && strcmp(cursor, listing->from) != 0) {
        outcome = next_dossier(view, dossier);
        if (outcome == OUTCOME_OK)
            outcome = cursor_of(call, dossier, cursor);
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_MALFORMED : outcome;
}

static enum outcome collect(struct call *call, struct view *view, struct listing *listing)
{
    const struct day today = amsterdam_day(call->now_ms);
    char dossier[DOSSIER_BYTES] = "", last[DOSSIER_BYTES] = "";
    enum outcome outcome;

    TRY(go_to(call, view, listing, dossier));
    while ((outcome = next_dossier(view, dossier)) == OUTCOME_OK) {
        struct repeats repeats;
        TRY(repeat_get(call->gateway, view, dossier, today, &repeats));
        if (!is_for(call, &repeats))
            continue;
        if (json_array_size(listing->rows) == call_page_size(call))
            return cursor_of(call, last, listing->next);
        if (json_array_append_new(listing->rows, row_of(call, &repeats)) != 0)
            return OUTCOME_OUT_OF_MEMORY;
        memcpy(last, dossier, sizeof last);
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
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
    struct listing listing = {.rows = rows};
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    call->state = count;
    call->free_state = free;
    if (!count || !rows)
        return OUTCOME_OUT_OF_MEMORY;
    if (call_cursor(call, listing.from, sizeof listing.from) &&
        strlen(listing.from) != CURSOR_BYTES - 1)
        return OUTCOME_MALFORMED;
    view_begin(call->gateway->store, &view);
    if (call->gateway->settings->repeat_count > 0)
        outcome = collect(call, &view, &listing);
    view_end(&view);
    TRY(outcome);
    *count = json_array_size(rows);
    call->apply = apply;
    return call_reply(call, 200,
                      json_pack("{sO ss?}", "attenderingen", rows, "volgende",
                                listing.next[0] ? listing.next : NULL));
}
