/* SPDX-License-Identifier: EUPL-1.2 */
/* Random changes to a store, beside the same in an array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/small_store.h"

enum { KEYS = 40, VALUE_MAX_BYTES = 600, CHANGES = 300 };

static const enum table tables[] = {TABLE_SENT, TABLE_INBOX, TABLE_META};
enum { TABLES_USED = sizeof tables / sizeof tables[0] };

struct row {
    bool present, sealed;
    size_t length;
    uint8_t value[VALUE_MAX_BYTES];
};

struct model {
    struct row rows[TABLES_USED][KEYS];
};

static struct small_store small;

static struct bytes key_of(size_t number, char out[static 8])
{
    snprintf(out, 8, "k%02zu", number);
    return bytes_of_text(out);
}

/* META holds readable rows only, the others sealed rows only, as in the gateway. */
static void change_at_random(struct dice *dice, struct change *change, struct model *model)
{
    size_t table = dice_number(dice, TABLES_USED), number = dice_number(dice, KEYS);
    struct row *row = &model->rows[table][number];
    struct bytes key;
    char text[8];

    key = key_of(number, text);
    if (dice_number(dice, 3) == 0) {
        store_delete(change, tables[table], key);
        row->present = false;
        return;
    }
    row->present = true;
    row->sealed = tables[table] != TABLE_META;
    row->length = dice_number(dice, VALUE_MAX_BYTES + 1);
    dice_bytes(dice, row->value, row->length);
    if (row->sealed)
        store_put_sealed(change, tables[table], key, bytes_of(row->value, row->length));
    else
        store_put(change, tables[table], key, bytes_of(row->value, row->length));
}

static void assert_row(struct view *view, enum table table, size_t number, const struct row *row)
{
    struct bytes value;
    char text[8];
    enum outcome outcome = store_get(view, table, key_of(number, text), &value);

    assert_int_equal(outcome, row->present ? OUTCOME_OK : OUTCOME_NOT_FOUND);
    assert_int_equal(store_has(view, table, key_of(number, text)), row->present);
    if (row->present)
        assert_true(bytes_equal(value, bytes_of(row->value, row->length)));
}

/* In order, each present row once, with its own value. */
static void assert_order(struct view *view, size_t table, const struct model *model)
{
    struct bytes key = {0}, value;
    char from[8] = "", text[8];
    size_t number = 0;

    while (store_next(view, tables[table], bytes_of_text(from), from[0] != '\0', &key, &value) ==
           OUTCOME_OK) {
        while (number < KEYS && !model->rows[table][number].present)
            number++;
        assert_true(number < KEYS);
        assert_true(bytes_equal(key, key_of(number, text)));
        assert_true(bytes_equal(
            value, bytes_of(model->rows[table][number].value, model->rows[table][number].length)));
        memcpy(from, text, sizeof from);
        number++;
    }
    while (number < KEYS)
        assert_false(model->rows[table][number++].present);
}

static void assert_store_is(const struct model *model)
{
    size_t sealed = 0;
    struct view view;

    view_begin(small.store, &view);
    for (size_t table = 0; table < TABLES_USED; table++) {
        size_t present = 0;
        for (size_t number = 0; number < KEYS; number++) {
            const struct row *row = &model->rows[table][number];
            assert_row(&view, tables[table], number, row);
            present += row->present;
            sealed += row->present && row->sealed;
        }
        assert_int_equal(store_entries(&view, tables[table]), present);
        assert_order(&view, table, model);
    }
    assert_int_equal(store_entries(&view, TABLE_DATA_KEY), sealed);
    view_end(&view);
}

static void random_changes_leave_what_an_array_would_hold(void **state)
{
    static struct model committed, changed;
    struct dice dice = dice_throw_from(31);

    (void)state;
    small_store_make(&small);
    for (int i = 0; i < CHANGES; i++) {
        struct change *change = change_of(small.store);
        changed = committed;
        for (uint64_t puts = 1 + dice_number(&dice, 12); puts > 0; puts--)
            change_at_random(&dice, change, &changed);
        if (dice_number(&dice, 4) == 0) {
            change_dropped(change);
        } else {
            change_done(change);
            committed = changed;
        }
        if (dice_number(&dice, 10) == 0)
            small_store_reopen(&small);
        if (i % 10 == 9)
            assert_store_is(&committed);
    }
    small_store_end(&small);
}

/* As after crashes between two commits, at random moments. */
static void a_sweep_takes_orphans_and_nothing_else(void **state)
{
    static struct model model;
    struct dice dice = dice_throw_from(32);

    (void)state;
    small_store_make(&small);
    for (int i = 0; i < 60; i++) {
        struct change *change = change_of(small.store);
        size_t removed, before;
        static struct model lost;
        if (dice_coin(&dice)) {
            change_at_random(&dice, change, &model);
            change_done(change);
            continue;
        }
        before = rows_in(small.store, TABLE_DATA_KEY);
        lost = model;
        for (size_t number = 0; number < KEYS; number++) { /* new keys only: none is deleted */
            char text[8];
            if (!lost.rows[0][number].present && dice_number(&dice, 8) == 0)
                store_put_sealed(change, TABLE_SENT, key_of(number, text), key_of(number, text));
        }
        if (change->view.parts[PART_KEYS].handle)
            assert_int_equal(transaction_commit(&change->view.parts[PART_KEYS]), OUTCOME_OK);
        change_dropped(change);
        assert_true(rows_in(small.store, TABLE_DATA_KEY) >= before);
        assert_int_equal(store_sweep(small.store, &removed), OUTCOME_OK);
        assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), before);
        assert_store_is(&model);
    }
    small_store_end(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_changes_leave_what_an_array_would_hold),
        cmocka_unit_test(a_sweep_takes_orphans_and_nothing_else),
    };

    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
