/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/counted.h"

#include <string.h>

enum outcome counted_add(struct change *change, struct day day, const char *code, const char *area)
{
    const struct date date = day_date(day);
    OWNED_BUFFER key = {0};
    uint8_t number[8] = {0};
    struct bytes value;
    enum outcome outcome;

    buffer_format(&key, "%04d-%02d/%s/%s", date.year, date.month, code, area);
    TRY(buffer_outcome(&key));
    outcome = store_get(&change->view, TABLE_COUNT, buffer_bytes(&key), &value);
    if (outcome == OUTCOME_OK && value.length == sizeof number)
        memcpy(number, value.data, sizeof number);
    else if (outcome != OUTCOME_NOT_FOUND)
        return outcome == OUTCOME_OK ? OUTCOME_STORE_DAMAGED : outcome;
    write_u64(number, read_u64(number) + 1);
    store_put(change, TABLE_COUNT, buffer_bytes(&key), bytes_of(number, sizeof number));
    return change->outcome;
}
