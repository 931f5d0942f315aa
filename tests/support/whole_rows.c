/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/whole_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/json.h"
#include "gateway/basis_store.h"
#include "gateway/escalation.h"
#include "gateway/housing_store.h"
#include "gateway/kept_signal.h"
#include "gateway/outgoing.h"
#include "gateway/queue.h"
#include "gateway/withdrawal.h"

enum { ITEM_MAX_BYTES = 1024 * 1024 };

struct row {
    struct view *view;
    struct bytes key, value; /* the caller's own */
};

/* --- of one row --- */

static enum outcome read_signal(const struct row *row)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};

    TRY(kept_signal_read(row->value, &kept));
    return kept_signal_item(&kept, &signal);
}

static enum outcome read_queued(const struct row *row)
{
    OWNED_JSON item = NULL;
    OWNED_SIGNAL signal = {0};
    struct queued queued;
    struct fault fault = {0};

    TRY(queued_read(row->value, &queued));
    TRY(json_read(queued.item, ITEM_MAX_BYTES, &item));
    return queued.kind == MESSAGE_KIND_SIGNAL ? signal_parse(item, &signal, &fault) : OUTCOME_OK;
}

static enum outcome read_basis(const struct row *row)
{
    OWNED_KEPT_BASIS kept = {0};
    char id[UUID_TEXT_BYTES] = {0};

    if (row->key.length != sizeof id - 1)
        return OUTCOME_STORE_DAMAGED;
    memcpy(id, row->key.data, sizeof id - 1);
    return basis_get(row->view, id, &kept);
}

static enum outcome read_withdrawal(const struct row *row)
{
    OWNED_WITHDRAWAL withdrawal = {0};

    return withdrawal_read(row->value, &withdrawal);
}

/* --- of one table, by a reader that walks it --- */

static void walk_messages(struct view *view)
{
    OWNED_BUFFER after = {0};
    enum outcome outcome = OUTCOME_OK;

    while (outcome == OUTCOME_OK) {
        OWNED_OUTGOING outgoing = NULL;
        outcome = outgoing_next(view, &after, &outgoing);
    }
    assert_int_equal(outcome, OUTCOME_NOT_FOUND);
}

static void walk_escalations(struct view *view)
{
    OWNED_BUFFER after = {0};
    struct escalation escalation;
    enum outcome outcome = OUTCOME_OK;

    while (outcome == OUTCOME_OK)
        outcome = escalation_next(view, &after, &escalation);
    assert_int_equal(outcome, OUTCOME_NOT_FOUND);
}

static void walk_housing(struct view *view)
{
    char id[UUID_TEXT_BYTES] = "";
    struct kept_housing housing;
    enum outcome outcome = OUTCOME_OK;

    while (outcome == OUTCOME_OK)
        outcome = housing_next(view, id, &housing);
    assert_int_equal(outcome, OUTCOME_NOT_FOUND);
}

/* --- of all --- */

static const struct {
    enum table table;
    enum outcome (*read)(const struct row *row);
} readers[] = {
    {TABLE_SENT, read_signal}, {TABLE_INBOX, read_signal},          {TABLE_QUEUE, read_queued},
    {TABLE_BASIS, read_basis}, {TABLE_WITHDRAWAL, read_withdrawal},
};

static enum outcome read_next(struct view *view, size_t reader, struct buffer *after)
{
    OWNED_BUFFER value_copy = {0};
    struct bytes key, value;

    TRY(store_next(view, readers[reader].table, buffer_bytes(after), after->length > 0, &key,
                   &value));
    after->length = 0;
    buffer_add_bytes(after, key);
    buffer_add_bytes(&value_copy, value);
    assert_int_equal(
        readers[reader].read(&(struct row){view, buffer_bytes(after), buffer_bytes(&value_copy)}),
        OUTCOME_OK);
    return OUTCOME_OK;
}

void assert_rows_are_whole(struct store *store)
{
    struct view view;

    view_begin(store, &view);
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        OWNED_BUFFER after = {0};
        enum outcome outcome = OUTCOME_OK;
        while (outcome == OUTCOME_OK)
            outcome = read_next(&view, i, &after);
        assert_int_equal(outcome, OUTCOME_NOT_FOUND);
    }
    walk_messages(&view);
    walk_escalations(&view);
    walk_housing(&view);
    view_end(&view);
}
