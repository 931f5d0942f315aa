/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/recovery.h"

#include <stdio.h>

#include "crypto/checkpoint.h"
#include "crypto/encoding.h"

static const char name[] = "restored";

enum { RECORD_BYTES = 16 };

enum outcome recovery_mark(struct change *change, const struct recovery *recovery)
{
    uint8_t record[RECORD_BYTES];

    write_u64(record, (uint64_t)recovery->since_ms);
    write_u64(record + 8, (uint64_t)recovery->restored_ms);
    store_put(change, TABLE_META, bytes_of_text(name), bytes_of(record, sizeof record));
    return change->outcome;
}

enum outcome recovery_read(struct view *view, struct recovery *out_recovery)
{
    struct bytes value;

    TRY(store_get(view, TABLE_META, bytes_of_text(name), &value));
    if (value.length != RECORD_BYTES)
        return OUTCOME_STORE_DAMAGED;
    out_recovery->since_ms = (int64_t)read_u64(value.data);
    out_recovery->restored_ms = (int64_t)read_u64(value.data + 8);
    return OUTCOME_OK;
}

/* --- the first leaf --- */

/* "<origin> <size> <root> reservekopie <instant> hersteld <instant>": what lies between these two
 * is not known here any more. */
static enum outcome describe(struct bytes note_text, const struct recovery *recovery,
                             struct buffer *out)
{
    char since[INSTANT_TEXT_BYTES], restored[INSTANT_TEXT_BYTES];
    struct checkpoint checkpoint;
    struct note note;

    TRY(store_read_outcome(note_parse(note_text, &note)));
    TRY(store_read_outcome(checkpoint_parse(note.text, &checkpoint)));
    instant_print(recovery->since_ms, since);
    instant_print(recovery->restored_ms, restored);
    buffer_format(out, "%s %llu ", checkpoint.origin, (unsigned long long)checkpoint.size);
    buffer_add_base64(out, bytes_of(checkpoint.root.bytes, MERKLE_HASH_BYTES));
    buffer_format(out, " reservekopie %s hersteld %s", since, restored);
    return buffer_outcome(out);
}

static enum outcome record_gap(struct gateway *gateway, struct audit *audit, struct change *change,
                               const struct recovery *recovery)
{
    char digest[SHA256_HEX_BYTES];
    OWNED_BUFFER object = {0};
    struct audit_entry entry = {
        .event = AUDIT_GAP,
        .source = gateway->settings->oin.text,
        .service = "restore",
        .digest = digest,
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM)},
    };
    struct bytes note;
    uint64_t ended;

    TRY(audit_ended_number(&change->view, &ended));
    TRY(store_read_outcome(audit_earlier_checkpoint(&change->view, ended, &note)));
    TRY(sha256_hex(note, digest));
    TRY(describe(note, recovery, &object));
    entry.committed[AUDIT_OBJECTS] = buffer_text(&object);
    TRY(buffer_outcome(&object));
    return audit_record(audit, change, &entry);
}

enum outcome recovery_start(struct gateway *gateway, struct audit *audit, struct change *change)
{
    struct recovery recovery;

    if (audit_base(audit) == 0 || audit_size(audit) > 0)
        return OUTCOME_OK;
    TRY(store_read_outcome(recovery_read(&change->view, &recovery)));
    return record_gap(gateway, audit, change, &recovery);
}
