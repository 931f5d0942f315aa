/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/own_count.h"

static uint64_t rounded(uint64_t counted)
{
    return (counted + OWN_COUNT_STEP / 2) / OWN_COUNT_STEP * OWN_COUNT_STEP;
}

struct own_cell own_count(uint64_t counted)
{
    if (counted < OWN_COUNT_LEAST)
        return (struct own_cell){OWN_WITHHELD, 0};
    return (struct own_cell){OWN_COUNTED, rounded(counted)};
}

/* All parts are below 10. Does each of them may still be 0, whatever the others are? */
static bool hides_each(uint64_t shown, size_t count)
{
    const uint64_t least = shown == OWN_COUNT_LEAST ? shown : shown - OWN_COUNT_STEP / 2;

    return least <= (OWN_COUNT_LEAST - 1) * ((uint64_t)count - 1);
}

struct own_cell own_above(const uint64_t counted[], const struct own_cell cells[], size_t count)
{
    struct own_cell above = {OWN_WITHHELD, 0};
    uint64_t total = 0;
    bool all_small = true;

    for (size_t i = 0; i < count; i++) {
        total += counted[i];
        all_small = all_small && counted[i] < OWN_COUNT_LEAST;
        if (cells[i].kind == OWN_WITHHELD)
            continue;
        above.kind = OWN_SUM;
        above.value += cells[i].value;
    }
    if (above.kind == OWN_SUM || !all_small)
        return above;
    above = own_count(total);
    if (above.kind == OWN_COUNTED && !hides_each(above.value, count))
        above = (struct own_cell){OWN_WITHHELD, 0};
    return above;
}

struct own_share own_share_of(uint64_t part, uint64_t rest, uint64_t shown)
{
    const uint64_t bound = OWN_COUNT_LEAST * 100;
    uint64_t about = rounded(part);

    if (part + rest < OWN_SHARE_LEAST || shown < OWN_COUNT_LEAST)
        return (struct own_share){OWN_SHARE_WITHHELD, 0};
    if (rest < OWN_COUNT_LEAST)
        return (struct own_share){OWN_SHARE_AT_LEAST, (unsigned)((shown * 100 - bound) / shown)};
    if (part < OWN_COUNT_LEAST)
        return (struct own_share){OWN_SHARE_AT_MOST, (unsigned)((bound + shown - 1) / shown)};
    if (about > shown)
        about = shown;
    return (struct own_share){OWN_SHARE_ABOUT, (unsigned)((about * 200 + shown) / (shown * 2))};
}

struct own_share own_share(uint64_t part, uint64_t whole)
{
    if (part > whole)
        return (struct own_share){OWN_SHARE_WITHHELD, 0};
    return own_share_of(part, whole - part, rounded(whole));
}

bool own_median(const uint64_t times[], size_t count, uint64_t *out_doubled)
{
    uint64_t total = 0, passed = 0, lower = UINT64_MAX;

    for (size_t i = 0; i < count; i++)
        total += times[i];
    if (total < OWN_SHARE_LEAST)
        return false;
    for (size_t i = 0; i < count; i++) {
        passed += times[i];
        if (lower == UINT64_MAX && passed >= (total + 1) / 2)
            lower = i;
        if (passed >= total / 2 + 1) {
            *out_doubled = lower + i;
            return true;
        }
    }
    return false;
}

struct own_cell own_stock(struct own_stock *stock, uint64_t counted)
{
    const uint64_t step = 2 * OWN_COUNT_STEP;
    struct own_cell cell = own_count(counted);

    if (cell.kind == OWN_WITHHELD)
        return cell;
    if (!stock->shown)
        *stock = (struct own_stock){true, cell.value};
    else
        cell.value = (counted + OWN_COUNT_STEP - stock->first % step) / step * step +
                     stock->first % step;
    return cell;
}
