/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/figures_freeze.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/clock.h"
#include "gateway/retention.h"

enum {
    LOOK_MS = 2000,
    STOCK_BYTES = 16,
    RESTORED_BYTES = 16,
    PIECE_ROWS = 256,
    MONTHS_MAX = 120,     /* closed in one look: ten years of downtime */
    MONTHS_KEPT_BACK = 3, /* a quarter, and the month whose signals are looked at again */
    CLOSE_HOUR = 3,
};

static const char stock_name[] = "voorraad", restored_name[] = "figures.log";

/* --- months --- */

static struct day first_day(const char *month)
{
    char text[DAY_TEXT_BYTES];
    struct day day = {0};

    snprintf(text, sizeof text, "%.7s-01", month);
    (void)day_parse(text, &day);
    return day;
}

bool figures_month_is_valid(const char *month)
{
    char text[DAY_TEXT_BYTES];
    struct day day;

    snprintf(text, sizeof text, "%.7s-01", month);
    return strlen(month) == FIGURES_MONTH_BYTES - 1 && day_parse(text, &day);
}

static void month_plus(const char *month, int months, char out[static FIGURES_MONTH_BYTES])
{
    figures_month(day_plus_months(first_day(month), months), out);
}

/* --- what is there --- */

static struct bytes month_key(const char *month)
{
    return bytes_of(month, FIGURES_MONTH_BYTES - 1);
}

enum outcome figures_frozen(struct view *view, const char *month, struct bytes *out_text)
{
    if (!figures_month_is_valid(month))
        return OUTCOME_NOT_FOUND;
    return store_get(view, TABLE_REPORT, month_key(month), out_text);
}

static enum outcome take_month(enum outcome outcome, struct bytes key,
                               char out[static FIGURES_MONTH_BYTES])
{
    TRY(outcome);
    if (key.length < FIGURES_MONTH_BYTES - 1)
        return OUTCOME_STORE_DAMAGED;
    memcpy(out, key.data, FIGURES_MONTH_BYTES - 1);
    out[FIGURES_MONTH_BYTES - 1] = '\0';
    return figures_month_is_valid(out) ? OUTCOME_OK : OUTCOME_NOT_FOUND;
}

enum outcome figures_frozen_next(struct view *view, const char *after,
                                 char out_month[static FIGURES_MONTH_BYTES],
                                 struct bytes *out_text)
{
    struct bytes from = after[0] ? month_key(after) : bytes_of_text("0"), key;
    enum outcome outcome = store_next(view, TABLE_REPORT, from, true, &key, out_text);

    return take_month(outcome, key, out_month);
}

/* The month that comes next: after the last report, or else the first that was counted in. */
static enum outcome month_to_close(struct view *view, char out[static FIGURES_MONTH_BYTES])
{
    char last[FIGURES_MONTH_BYTES];
    struct bytes key, value;
    enum outcome outcome = store_before(view, TABLE_REPORT, bytes_of_text("9999-99"), &key, &value);

    outcome = take_month(outcome, key, last);
    if (outcome == OUTCOME_OK) {
        month_plus(last, 1, out);
        return OUTCOME_OK;
    }
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    outcome = store_next(view, TABLE_FIGURE, bytes_of_text("0"), false, &key, &value);
    return take_month(outcome, key, out);
}

/* --- was a backup put back? --- */

struct restored {
    uint64_t log;  /* number of the log that was open when this was noted */
    int64_t at_ms; /* when a later one was first seen; 0: never */
};

static enum outcome read_restored(struct view *view, struct restored *out)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, bytes_of_text(restored_name), &value);

    *out = (struct restored){0};
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != RESTORED_BYTES)
        return OUTCOME_STORE_DAMAGED;
    *out = (struct restored){read_u64(value.data), (int64_t)read_u64(value.data + 8)};
    return OUTCOME_OK;
}


static enum outcome apply_restored(struct change *change, struct audit *audit, void *context)
{
    const struct restored *restored = context;
    uint8_t value[RESTORED_BYTES];

    (void)audit;
    write_u64(value, restored->log);
    write_u64(value + 8, (uint64_t)restored->at_ms);
    store_put(change, TABLE_META, bytes_of_text(restored_name), bytes_of(value, sizeof value));
    return change->outcome;
}

static enum outcome note_log(struct gateway *gateway, uint64_t log, struct restored *restored)
{
    if (restored->log == log)
        return OUTCOME_OK;
    if (restored->log)
        restored->at_ms = clock_now_ms();
    restored->log = log;
    return writer_run(gateway->writer, apply_restored, restored);
}

/* --- closing one month --- */

struct closing {
    struct gateway *gateway;
    char month[FIGURES_MONTH_BYTES];
    int64_t now_ms;
    struct restored restored;
    struct own_stock stock;
    struct buffer text;
};

static enum outcome read_stock(struct view *view, struct own_stock *out)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_REPORT, bytes_of_text(stock_name), &value);

    *out = (struct own_stock){0};
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != STOCK_BYTES)
        return OUTCOME_STORE_DAMAGED;
    *out = (struct own_stock){read_u64(value.data) != 0, read_u64(value.data + 8)};
    return OUTCOME_OK;
}

static enum outcome read_earlier(struct view *view, const char *month, json_t **out_report)
{
    struct bytes text;
    enum outcome outcome = figures_frozen(view, month, &text);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    return store_read_outcome(json_read(text, FIGURES_REPORT_MAX_BYTES, out_report));
}

struct gathered { /* what a report is made of, owned */
    struct month_figures *months[FIGURES_MONTHS_BACK];
    json_t *earlier[FIGURES_MONTHS_BACK];
    uint64_t addresses;
};

static void gathered_wipe(struct gathered *gathered)
{
    for (size_t i = 0; i < FIGURES_MONTHS_BACK; i++) {
        month_figures_free_at(&gathered->months[i]);
        json_decref(gathered->earlier[i]);
    }
}

static enum outcome gather(struct closing *closing, struct view *view, struct gathered *out)
{
    for (size_t i = 0; i < FIGURES_MONTHS_BACK; i++) {
        char month[FIGURES_MONTH_BYTES];
        month_plus(closing->month, -(int)i, month);
        TRY(month_figures_read(view, closing->gateway->lists, month, &out->months[i]));
        if (i > 0)
            TRY(read_earlier(view, month, &out->earlier[i]));
    }
    TRY(figures_addresses(view, &out->addresses));
    return read_stock(view, &closing->stock);
}

static int64_t closes_ms(const char *month)
{
    return amsterdam_instant(day_plus_months(first_day(month), 1), CLOSE_HOUR);
}

static enum outcome make_text(struct closing *closing, const struct gathered *gathered)
{
    HELD_REGISTRY registry = gateway_registry(closing->gateway);
    struct report_matter matter = {
        .oin = closing->gateway->settings->oin.text,
        .name = closing->gateway->settings->name,
        .lists = closing->gateway->lists,
        .registry = registry,
        .made_ms = closing->now_ms,
        .restored = closing->restored.at_ms >= amsterdam_instant(first_day(closing->month), 0),
        .lost = closing->restored.at_ms >= closes_ms(closing->month),
        .addresses = gathered->addresses,
        .stock = &closing->stock,
    };

    for (size_t i = 0; i < FIGURES_MONTHS_BACK; i++) {
        matter.months[i] = gathered->months[i];
        matter.earlier[i] = gathered->earlier[i];
    }
    return figures_report(&matter, &closing->text);
}

static enum outcome apply_closing(struct change *change, struct audit *audit, void *context)
{
    const struct closing *closing = context;
    const struct audit_entry entry = {
        .event = AUDIT_ROUND,
        .source = closing->gateway->settings->oin.text,
        .service = "maandrapporten",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = closing->month},
    };
    uint8_t stock[STOCK_BYTES];

    if (store_has(&change->view, TABLE_REPORT, month_key(closing->month)))
        return OUTCOME_OK; /* once and for all */
    store_put(change, TABLE_REPORT, month_key(closing->month), buffer_bytes(&closing->text));
    write_u64(stock, closing->stock.shown);
    write_u64(stock + 8, closing->stock.first);
    store_put(change, TABLE_REPORT, bytes_of_text(stock_name), bytes_of(stock, sizeof stock));
    return audit_record(audit, change, &entry);
}

static enum outcome close_month(struct closing *closing)
{
    struct gathered gathered = {.addresses = 0};
    struct view view;
    enum outcome outcome;

    view_begin(closing->gateway->store, &view);
    outcome = gather(closing, &view, &gathered);
    view_end(&view);
    if (outcome == OUTCOME_OK)
        outcome = make_text(closing, &gathered);
    gathered_wipe(&gathered);
    if (outcome == OUTCOME_OK)
        outcome = writer_run(closing->gateway->writer, apply_closing, closing);
    buffer_wipe(&closing->text);
    return outcome;
}

/* --- counts that no report needs any more --- */

struct clearing {
    char counts[FIGURES_MONTH_BYTES]; /* months before it go */
    char seen[FIGURES_MONTH_BYTES];   /* rows that were seen in months before it go */
    bool more;
};

static enum outcome clear_some(struct change *change, const char *prefix, const char *before,
                               size_t *left)
{
    const size_t length = strlen(prefix);

    while (*left > 0) {
        struct bytes key, value;
        enum outcome outcome =
            store_next(&change->view, TABLE_FIGURE, bytes_of_text(prefix[0] ? prefix : "0"), false,
                       &key, &value);
        OWNED_BUFFER name = {0};
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        if (key.length < length + FIGURES_MONTH_BYTES - 1 ||
            !bytes_equal(bytes_of(key.data, length), bytes_of_text(prefix)) ||
            strncmp((const char *)key.data + length, before, FIGURES_MONTH_BYTES - 1) >= 0)
            return OUTCOME_OK;
        buffer_add_bytes(&name, key);
        TRY(buffer_outcome(&name));
        store_delete(change, TABLE_FIGURE, buffer_bytes(&name));
        (*left)--;
    }
    return change->outcome;
}

static enum outcome apply_clearing(struct change *change, struct audit *audit, void *context)
{
    struct clearing *clearing = context;
    size_t left = PIECE_ROWS;

    (void)audit;
    TRY(clear_some(change, "", clearing->counts, &left));
    TRY(clear_some(change, "gezien/", clearing->seen, &left));
    clearing->more = left == 0;
    return change->outcome;
}

static bool has_row_before(struct view *view, const char *prefix, const char *month)
{
    const size_t length = strlen(prefix);
    struct bytes key, value;

    return store_next(view, TABLE_FIGURE, bytes_of_text(prefix[0] ? prefix : "0"), false, &key,
                      &value) == OUTCOME_OK &&
           key.length >= length + FIGURES_MONTH_BYTES - 1 &&
           bytes_equal(bytes_of(key.data, length), bytes_of_text(prefix)) &&
           strncmp((const char *)key.data + length, month, FIGURES_MONTH_BYTES - 1) < 0;
}

static enum outcome clear(struct gateway *gateway, const char *next)
{
    struct clearing clearing = {.more = true};
    struct view view;

    month_plus(next, -MONTHS_KEPT_BACK, clearing.counts);
    snprintf(clearing.seen, sizeof clearing.seen, "%s", next);
    view_begin(gateway->store, &view);
    clearing.more = has_row_before(&view, "", clearing.counts) ||
                    has_row_before(&view, "gezien/", clearing.seen);
    view_end(&view);
    return clearing.more ? writer_run(gateway->writer, apply_clearing, &clearing) : OUTCOME_OK;
}

/* --- the clock's work --- */

static enum outcome look(struct gateway *gateway, int64_t now_ms, struct closing *closing,
                         bool *out_due)
{
    struct retention_state round;
    uint64_t log = 1;
    struct view view;
    enum outcome outcome, next = OUTCOME_NOT_FOUND;

    *out_due = false;
    view_begin(gateway->store, &view);
    outcome = read_restored(&view, &closing->restored);
    if (outcome == OUTCOME_OK)
        outcome = audit_log_number(&view, &log);
    if (outcome == OUTCOME_OK)
        outcome = retention_state(&view, &round);
    if (outcome == OUTCOME_OK)
        next = month_to_close(&view, closing->month);
    view_end(&view);
    TRY(outcome);
    TRY(note_log(gateway, log, &closing->restored));
    if (next == OUTCOME_NOT_FOUND)
        return OUTCOME_OK; /* nothing was ever counted */
    TRY(next);
    /* the round of the first of the month, or a later one, was done: that clock was believed */
    *out_due = now_ms >= closes_ms(closing->month) &&
               day_compare(round.day, day_plus_months(first_day(closing->month), 1)) >= 0;
    return OUTCOME_OK;
}

enum outcome figures_pass(struct gateway *gateway, struct figures_watch *watch)
{
    struct closing closing = {.gateway = gateway};
    bool due = true;

    if (watch->looked_ms && clock_steady_ms() - watch->looked_ms < LOOK_MS)
        return OUTCOME_OK;
    watch->looked_ms = clock_steady_ms();
    for (int i = 0; due && i < MONTHS_MAX; i++) {
        if (!clock_certain(gateway, &closing.now_ms))
            return OUTCOME_OK;
        closing.month[0] = '\0';
        TRY(look(gateway, closing.now_ms, &closing, &due));
        if (due)
            TRY(close_month(&closing));
    }
    return closing.month[0] ? clear(gateway, closing.month) : OUTCOME_OK;
}
