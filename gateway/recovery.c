/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/recovery.h"

#include <stdio.h>
#include <string.h>

#include "covenant/recovery_item.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "gateway/clock.h"
#include "gateway/queue.h"
#include "gateway/registry_line.h"

static const char name[] = "restored";

static const char waits[] = "recovery.waits "; /* and the partner */

enum { RECORD_BYTES = 16, WAITS_BYTES = sizeof waits + OIN_LENGTH };

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

/* --- the questions --- */

static struct bytes waits_name(const struct oin *partner, char out[static WAITS_BYTES])
{
    snprintf(out, WAITS_BYTES, "%s%s", waits, partner->text);
    return bytes_of_text(out);
}

static enum outcome ask(struct change *change, const struct covenant *covenant,
                        const struct oin *partner, const struct recovery *recovery)
{
    struct queued queued = {.kind = MESSAGE_KIND_RECOVERY, .role = ROLE_SYSTEEM};
    struct recovery_item item = {.since_ms = recovery->since_ms - RECOVERY_MARGIN_MS};
    OWNED_BUFFER text = {0};
    char waiting[WAITS_BYTES];

    uuid_print(uuid_v4(), item.id);
    TRY(recovery_item_print(&item, &text));
    memcpy(queued.id, item.id, sizeof queued.id);
    memcpy(queued.covenant, covenant->fingerprint, sizeof queued.covenant);
    queued.item = buffer_bytes(&text);
    TRY(queue_add(change, partner, &queued));
    store_put(change, TABLE_META, waits_name(partner, waiting), (struct bytes){0});
    return change->outcome;
}

/* Once each. Under a covenant that the partner does not have the question would wait for ever, and
 * what it has for us with it. */
static enum outcome ask_all(struct gateway *gateway, struct change *change,
                            const struct recovery *recovery)
{
    HELD_REGISTRY registry = gateway_registry(gateway);

    for (size_t i = 0; i < registry->count; i++) {
        const struct covenant *covenant = registry->covenants[i].covenant;
        for (size_t j = 0; j < covenant->parties_count; j++) {
            const struct oin *partner = &covenant->parties[j].oin;
            const struct known_covenant *line = registry_line(
                registry, &gateway->settings->oin, partner, recovery->restored_ms);
            char waiting[WAITS_BYTES];
            if (!line || oin_equal(partner, &gateway->settings->oin) ||
                store_has(&change->view, TABLE_META, waits_name(partner, waiting)))
                continue;
            TRY(ask(change, line->covenant, partner, recovery));
        }
    }
    return change->outcome;
}

enum outcome recovery_start(struct gateway *gateway, struct audit *audit, struct change *change)
{
    struct recovery recovery;

    if (audit_base(audit) == 0 || audit_size(audit) > 0)
        return OUTCOME_OK;
    TRY(store_read_outcome(recovery_read(&change->view, &recovery)));
    TRY(record_gap(gateway, audit, change, &recovery));
    recovery.restored_ms = clock_now_ms();
    TRY(recovery_mark(change, &recovery));
    return ask_all(gateway, change, &recovery);
}

/* --- the answers --- */

enum outcome recovery_answered(struct change *change, const struct oin *partner)
{
    char waiting[WAITS_BYTES];

    store_delete(change, TABLE_META, waits_name(partner, waiting));
    return change->outcome;
}

static bool is_waiting(struct bytes key)
{
    return key.length == WAITS_BYTES - 1 &&
           bytes_equal(bytes_of(key.data, sizeof waits - 1), bytes_of_text(waits));
}

/* NOT_FOUND: the store was never put back. */
static enum outcome is_within(struct view *view, int64_t span_ms, bool *out_within)
{
    struct recovery recovery;

    TRY(recovery_read(view, &recovery));
    *out_within = clock_now_ms() < recovery.restored_ms + span_ms;
    return OUTCOME_OK;
}

static enum outcome waits_for(struct view *view, const struct oin *partner, bool *out_waits)
{
    char waiting[WAITS_BYTES];
    struct bytes nothing;

    TRY(store_get(view, TABLE_META, waits_name(partner, waiting), &nothing));
    return is_within(view, RECOVERY_MOST_MS, out_waits);
}

bool recovery_waits(struct store *store, const struct oin *partner)
{
    enum outcome outcome;
    struct view view;
    bool waits_now = true;

    view_begin(store, &view);
    outcome = waits_for(&view, partner, &waits_now);
    view_end(&view);
    return outcome != OUTCOME_NOT_FOUND && waits_now;
}

static enum outcome waits_for_any(struct view *view, bool *out_waits)
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_META, bytes_of_text(waits), false, &key, &value));
    return is_waiting(key) ? is_within(view, RECOVERY_MOST_MS, out_waits) : OUTCOME_NOT_FOUND;
}

enum outcome recovery_keys_may_come(struct view *view, bool *out_may_come)
{
    enum outcome outcome;

    *out_may_come = false;
    outcome = is_within(view, RECOVERY_MARGIN_MS, out_may_come);
    if (outcome == OUTCOME_OK && !*out_may_come)
        outcome = waits_for_any(view, out_may_come);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome recovery_was(struct view *view, bool *out_was)
{
    struct recovery recovery;
    enum outcome outcome = recovery_read(view, &recovery);

    *out_was = outcome == OUTCOME_OK;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static void add_warning(const struct registry *registry, const struct oin *partner,
                        enum language language, json_t *warnings)
{
    OWNED_BUFFER text = {0};

    buffer_format(&text,
                  language == LANGUAGE_NL
                      ? "Herstel bezig: %s heeft nog niet geantwoord wat wij misten."
                      : "Recovery under way: %s has not answered yet what we missed.",
                  registry_name(registry, partner));
    if (buffer_text(&text))
        json_array_append_new(warnings, json_string(buffer_text(&text)));
}

void recovery_warn(struct gateway *gateway, const struct registry *registry, enum language language,
                   json_t *warnings)
{
    struct bytes from = bytes_of_text(waits), key, value;
    char waiting[WAITS_BYTES];
    struct view view;

    view_begin(gateway->store, &view);
    while (store_next(&view, TABLE_META, from, true, &key, &value) == OUTCOME_OK &&
           is_waiting(key)) {
        struct oin partner = {{0}};
        memcpy(partner.text, key.data + sizeof waits - 1, OIN_LENGTH);
        from = waits_name(&partner, waiting);
        add_warning(registry, &partner, language, warnings);
    }
    view_end(&view);
}
