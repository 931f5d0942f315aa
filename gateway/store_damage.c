/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store_damage.h"

#include "gateway/store_parts.h"

void store_damage_met(struct store *store, enum table table)
{
    int none = 0;

    atomic_compare_exchange_strong(&store->damaged, &none, 1 + (int)table);
}

void store_damage_in_change(struct change *change)
{
    store_damage_met(change->view.store, change->view.store->read_last);
}

const char *store_damaged_table(const struct store *store)
{
    /* C11's atomic_load() takes no const; it does not write. */
    const int damaged = atomic_load(&((struct store *)(uintptr_t)store)->damaged);

    return damaged ? table_name((enum table)(damaged - 1)) : NULL;
}

enum outcome store_named_outcome(struct view *view, enum table table, struct bytes key,
                                 enum outcome outcome)
{
    if (outcome != OUTCOME_NOT_FOUND)
        return store_read_outcome(outcome);
    return store_has(view, table, key) ? OUTCOME_NOT_FOUND : OUTCOME_STORE_DAMAGED;
}
