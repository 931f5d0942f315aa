/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/small_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

const uint8_t small_master[KEY_BYTES] = "een hoofdsleutel om te beproeven";

static const unsigned parts[TABLE_TOTAL] = {
#define TABLE_PART(name, environment) [TABLE_##name] = PART_##environment,
    TABLES(TABLE_PART)
#undef TABLE_PART
};

void small_store_make(struct small_store *small)
{
    folder_begin(&small->folder);
    small->store = NULL;
    small_store_reopen(small);
}

void small_store_reopen(struct small_store *small)
{
    store_close(small->store);
    small->store = NULL;
    assert_int_equal(store_open(folder_path(&small->folder, "data"), SMALL_MAP_BYTES, small_master,
                                &small->store),
                     OUTCOME_OK);
}

void small_store_end(struct small_store *small)
{
    store_close(small->store);
    folder_remove(&small->folder);
}

struct change *change_of(struct store *store)
{
    struct change *change = calloc(1, sizeof *change);

    assert_non_null(change);
    assert_int_equal(change_begin(store, change), OUTCOME_OK);
    return change;
}

enum outcome change_tried(struct change *change)
{
    enum outcome outcome = change_commit(change);

    free(change);
    return outcome;
}

void change_done(struct change *change)
{
    assert_int_equal(change_tried(change), OUTCOME_OK);
}

void change_dropped(struct change *change)
{
    change_abort(change);
    free(change);
}

size_t rows_in(struct store *store, enum table table)
{
    struct view view;
    size_t rows;

    view_begin(store, &view);
    rows = store_entries(&view, table);
    view_end(&view);
    return rows;
}

enum outcome value_in(struct store *store, enum table table, struct bytes key,
                      struct buffer *out_value)
{
    struct bytes value;
    struct view view;
    enum outcome outcome;

    view_begin(store, &view);
    outcome = store_get(&view, table, key, &value);
    if (outcome == OUTCOME_OK)
        buffer_add_bytes(out_value, value);
    view_end(&view);
    return outcome;
}

/* Tables stand in their environment in the order of the list. */
static unsigned place_of(enum table table)
{
    unsigned place = 0;

    for (unsigned i = 0; i < (unsigned)table; i++)
        place += parts[i] == parts[table];
    return place;
}

static struct transaction *part_of(struct view *view, enum table table)
{
    (void)store_entries(view, table); /* begins the part */
    assert_non_null(view->parts[parts[table]].handle);
    return &view->parts[parts[table]];
}

struct buffer stored_bytes(struct view *view, enum table table, struct bytes key)
{
    struct buffer copy = {0};
    struct bytes stored;

    assert_int_equal(transaction_get(part_of(view, table), place_of(table), key, &stored),
                     OUTCOME_OK);
    buffer_add_bytes(&copy, stored);
    return copy;
}

void put_stored_bytes(struct change *change, enum table table, struct bytes key,
                      struct bytes stored)
{
    struct transaction *part = part_of(&change->view, table);

    transaction_put(part, place_of(table), key, stored);
    assert_int_equal(part->outcome, OUTCOME_OK);
}

/* --- places for readers --- */

enum { READER_SLOTS = 256 };

static struct view readers[READER_SLOTS];
static size_t reader_count;

void small_readers_take(struct store *store)
{
    struct view one_more;

    for (reader_count = 0; reader_count < READER_SLOTS; reader_count++) {
        view_begin(store, &readers[reader_count]);
        (void)store_has(&readers[reader_count], TABLE_META, bytes_of_text("geen"));
        if (!readers[reader_count].parts[PART_STORE].handle)
            break;
    }
    view_begin(store, &one_more);
    assert_false(store_has(&one_more, TABLE_META, bytes_of_text("geen")));
    assert_null(one_more.parts[PART_STORE].handle);
    view_end(&one_more);
}

void small_readers_give(void)
{
    while (reader_count > 0)
        view_end(&readers[--reader_count]);
}
