/* SPDX-License-Identifier: EUPL-1.2 */
/* One log after another in the same store: what stands in META about them. */
#include <stdio.h>

#include "gateway/audit.h"

enum { META_NAME_BYTES = 40 };

/* 0 when it is not there. */
static enum outcome meta_number(struct view *view, const char *name, uint64_t *out_number)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, bytes_of_text(name), &value);

    if (outcome == OUTCOME_NOT_FOUND) {
        *out_number = 0;
        return OUTCOME_OK;
    }
    TRY(outcome);
    if (value.length != 8)
        return OUTCOME_STORE_DAMAGED;
    *out_number = read_u64(value.data);
    return *out_number > AUDIT_LOGS_MAX ? OUTCOME_STORE_DAMAGED : OUTCOME_OK;
}

static void put_number(struct change *change, const char *name, uint64_t number)
{
    uint8_t bytes[8];

    write_u64(bytes, number);
    store_put(change, TABLE_META, bytes_of_text(name), bytes_of(bytes, sizeof bytes));
}

enum outcome audit_log_number(struct view *view, uint64_t *out_number)
{
    uint64_t number;

    TRY(meta_number(view, "log.number", &number));
    *out_number = number ? number : 1;
    return OUTCOME_OK;
}

enum outcome audit_ended_number(struct view *view, uint64_t *out_number)
{
    return meta_number(view, "log.ended", out_number);
}

enum outcome audit_committed_size(struct view *view, uint64_t *out_size)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, bytes_of_text("log.frontier"), &value);

    if (outcome == OUTCOME_NOT_FOUND) {
        *out_size = 0;
        return OUTCOME_OK;
    }
    TRY(outcome);
    if (value.length < 8)
        return OUTCOME_STORE_DAMAGED;
    *out_size = read_u64(value.data);
    return OUTCOME_OK;
}

static struct bytes earlier_name(uint64_t number, char out[static META_NAME_BYTES])
{
    snprintf(out, META_NAME_BYTES, "log.checkpoint.%llu", (unsigned long long)number);
    return bytes_of_text(out);
}

enum outcome audit_earlier_checkpoint(struct view *view, uint64_t number, struct bytes *out_note)
{
    char name[META_NAME_BYTES];

    return store_get(view, TABLE_META, earlier_name(number, name), out_note);
}

enum outcome audit_end(const struct audit *audit, struct change *change, uint64_t number)
{
    const uint64_t ended = (audit_base(audit) >> AUDIT_LOG_SHIFT) + 1;
    char name[META_NAME_BYTES];
    OWNED_BUFFER note = {0};
    struct bytes last;

    if (number <= ended || number > AUDIT_LOGS_MAX)
        return OUTCOME_INTERNAL;
    TRY(store_read_outcome(audit_checkpoint(&change->view, &last)));
    buffer_add_bytes(&note, last);
    TRY(buffer_outcome(&note));
    store_put(change, TABLE_META, earlier_name(ended, name), buffer_bytes(&note));
    put_number(change, "log.ended", ended);
    put_number(change, "log.number", number);
    store_delete(change, TABLE_META, bytes_of_text("log.checkpoint"));
    store_delete(change, TABLE_META, bytes_of_text("log.frontier"));
    return change->outcome;
}
