/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/release.h"

#include <stdio.h>
#include <string.h>

#include "gateway/due.h"
#include "gateway/kept_signal.h"
#include "gateway/queue.h"
#include "gateway/secrecy.h"
#include "gateway/store_damage.h"

enum { RELEASE_KEY_BYTES = 8 + 16, RELEASE_BATCH = 256 };

enum outcome release_plan(struct change *change, const char *item_id, int64_t received_ms,
                          const struct terms *terms)
{
    return release_plan_again(change, item_id, received_ms, terms, 0);
}

/* False when no term says when. */
static bool release_key(const char *item_id, int64_t received_ms, const struct terms *terms,
                        uint8_t out[static RELEASE_KEY_BYTES])
{
    struct due_days days = due_days_from(received_ms, terms, true);
    struct uuid uuid = {{0}};
    int64_t due_ms;

    if (!due_days_release(&days, &due_ms))
        return false;
    uuid_parse(item_id, &uuid);
    write_u64(out, (uint64_t)due_ms);
    memcpy(out + 8, uuid.bytes, sizeof uuid.bytes);
    return true;
}

enum outcome release_plan_again(struct change *change, const char *item_id, int64_t received_ms,
                                const struct terms *terms, int64_t since_ms)
{
    uint8_t key[RELEASE_KEY_BYTES];

    if (release_key(item_id, received_ms, terms, key) && (int64_t)read_u64(key) >= since_ms)
        store_put(change, TABLE_RELEASE, bytes_of(key, sizeof key), (struct bytes){0});
    return change->outcome;
}

enum outcome release_later(struct change *change, const struct uuid *item, int64_t now_ms)
{
    struct day next = day_add_workdays(amsterdam_day(now_ms), 1);
    uint8_t key[RELEASE_KEY_BYTES];

    write_u64(key, (uint64_t)amsterdam_instant(next, TERM_RELEASE_HOUR));
    memcpy(key + 8, item->bytes, sizeof item->bytes);
    store_put(change, TABLE_RELEASE, bytes_of(key, sizeof key), (struct bytes){0});
    return change->outcome;
}

enum outcome release_stands(struct view *view, const struct uuid *item, bool *out_stands)
{
    uint8_t from[RELEASE_KEY_BYTES] = {0};
    struct bytes key, value;
    enum outcome outcome;

    *out_stands = false;
    while ((outcome = store_next(view, TABLE_RELEASE, bytes_of(from, sizeof from), true, &key,
                                 &value)) == OUTCOME_OK) {
        if (key.length != sizeof from)
            return OUTCOME_STORE_DAMAGED;
        memcpy(from, key.data, sizeof from);
        *out_stands = bytes_equal(bytes_of(from + 8, 16), bytes_of(item->bytes, 16));
        if (*out_stands)
            return OUTCOME_OK;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* --- of a signal that was erased --- */

/* Partner, covenant, dossier, article, purpose: what a message to that partner and its leaf take.
 */
enum {
    COVENANT_LENGTH = SHA256_HEX_BYTES - 1,
    DOSSIER_LENGTH = DOSSIER_BYTES - 1,
    DETACHED_BYTES = OIN_LENGTH + COVENANT_LENGTH + DOSSIER_LENGTH + 8,
};

enum outcome release_detach(struct change *change, const struct kept_signal *kept,
                            const struct signal *signal, const struct terms *terms)
{
    uint8_t key[RELEASE_KEY_BYTES];
    OWNED_BUFFER value = {0};

    if (!release_key(signal->id, kept->received_ms, terms, key) ||
        !store_has(&change->view, TABLE_RELEASE, bytes_of(key, sizeof key)))
        return OUTCOME_OK;
    buffer_add(&value, kept->partner.text, OIN_LENGTH);
    buffer_add(&value, kept->covenant, COVENANT_LENGTH);
    buffer_add(&value, kept->dossier, DOSSIER_LENGTH);
    buffer_add_u64(&value, (uint64_t)signal->article);
    buffer_add_text(&value, purpose_word(signal->purpose));
    TRY(buffer_outcome(&value));
    store_put(change, TABLE_RELEASE, bytes_of(key, sizeof key), buffer_bytes(&value));
    return change->outcome;
}

static enum outcome read_detached(struct bytes value, const uint8_t id[static 16],
                                  struct kept_signal *kept, struct signal *signal)
{
    const uint8_t *at = value.data;
    char purpose[32] = "";
    struct uuid uuid;

    if (value.length <= DETACHED_BYTES || value.length >= DETACHED_BYTES + sizeof purpose)
        return OUTCOME_STORE_DAMAGED;
    memcpy(kept->partner.text, at, OIN_LENGTH);
    memcpy(kept->covenant, at += OIN_LENGTH, COVENANT_LENGTH);
    memcpy(kept->dossier, at += COVENANT_LENGTH, DOSSIER_LENGTH);
    signal->article = (int)read_u64(at += DOSSIER_LENGTH);
    memcpy(purpose, at + 8, value.length - DETACHED_BYTES);
    memcpy(uuid.bytes, id, sizeof uuid.bytes);
    uuid_print(uuid, signal->id);
    return purpose_parse(purpose, &signal->purpose) ? OUTCOME_OK : OUTCOME_STORE_DAMAGED;
}

static enum outcome first_due(struct view *view, int64_t now_ms,
                              uint8_t out_key[static RELEASE_KEY_BYTES])
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_RELEASE, (struct bytes){0}, false, &key, &value));
    if (key.length != RELEASE_KEY_BYTES)
        return OUTCOME_STORE_DAMAGED;
    if ((int64_t)read_u64(key.data) > now_ms)
        return OUTCOME_NOT_FOUND;
    memcpy(out_key, key.data, RELEASE_KEY_BYTES);
    return OUTCOME_OK;
}

bool release_is_due(struct store *store, int64_t now_ms)
{
    uint8_t key[RELEASE_KEY_BYTES];
    struct view view;
    enum outcome outcome;

    view_begin(store, &view);
    outcome = first_due(&view, now_ms, key);
    view_end(&view);
    return outcome == OUTCOME_OK;
}

static enum outcome queue_answer(struct change *change, const struct kept_signal *kept,
                                 const struct known_covenant *known, const struct signal *signal,
                                 const struct feedback *answer)
{
    char rule[QUEUE_RULE_BYTES];

    covenant_rule_print(known->covenant, signal->article, rule, sizeof rule);
    return kept_signal_tell(change, kept, answer, ROLE_SYSTEEM, rule, signal->purpose);
}

static enum outcome record_release(struct gateway *gateway, struct change *change,
                                   const struct kept_signal *kept,
                                   const struct known_covenant *known, const struct signal *signal)
{
    char rule[QUEUE_RULE_BYTES];
    struct audit_entry entry = {
        .rule = rule,
        .event = AUDIT_ANSWER,
        .source = gateway->settings->oin.text,
        .destination = kept->partner.text,
        .service = "antwoorden",
        .covenant = kept->covenant,
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM),
                      [AUDIT_SUBJECT] = kept->dossier,
                      [AUDIT_PURPOSE] = purpose_word(signal->purpose),
                      [AUDIT_OBJECTS] = signal->id},
    };

    covenant_rule_print(known->covenant, signal->article, rule, sizeof rule);
    return audit_record(gateway->audit, change, &entry);
}

/* The same for the same signal, so that the partner which has it knows it when it comes again. */
static enum outcome release_id(const struct store *store, struct bytes item_key,
                               char out[static UUID_TEXT_BYTES])
{
    uint8_t hash[STORE_HASH_BYTES];

    TRY(store_hash(store, "afgehandeld", item_key, hash));
    uuid_print(uuid_of_hash(hash), out);
    return OUTCOME_OK;
}

/* What stands with the release when the signal was erased, else the signal itself. */
static enum outcome released_signal(struct change *change,
                                    const uint8_t key[static RELEASE_KEY_BYTES],
                                    struct kept_signal *kept, struct signal *signal)
{
    struct bytes value;

    TRY(store_get(&change->view, TABLE_RELEASE, bytes_of(key, RELEASE_KEY_BYTES), &value));
    if (value.length)
        return read_detached(value, key + 8, kept, signal);
    TRY(store_get(&change->view, TABLE_INBOX, bytes_of(key + 8, 16), &value));
    TRY(kept_signal_read(value, kept));
    return kept_signal_item(kept, signal);
}

/* Where the resident had us tell something the fixed answer may wait, or is no longer due. */
static enum outcome hour_of(struct gateway *gateway, struct change *change,
                            const struct known_covenant *known, const struct kept_signal *kept,
                            const struct signal *signal, int64_t now_ms,
                            enum secrecy_hour *out_hour)
{
    struct secret_answer about = {
        .gateway = gateway,
        .known = known,
        .article = covenant_article(known->covenant, signal->article),
        .kept = kept,
        .signal = signal,
        .now_ms = now_ms,
    };

    *out_hour = SECRECY_LET_GO;
    return kept->told && about.article ? secrecy_at_the_hour(&about, &change->view, out_hour)
                                       : OUTCOME_OK;
}

/* The fixed answer ends what was told; the workers may go on among themselves. */
static enum outcome note_let_go(struct change *change, const uint8_t id[static 16],
                                struct kept_signal *kept)
{
    OWNED_BUFFER text = {0};

    if (!kept->told)
        return OUTCOME_OK;
    kept->let_go = true;
    TRY(kept_signal_print(kept, &text));
    store_put_sealed(change, TABLE_INBOX, bytes_of(id, 16), buffer_bytes(&text));
    return change->outcome;
}

/* Whatever the workers answered locally, and also when it was erased: the same code at the same
 * hour. */
static enum outcome let_go(struct gateway *gateway, struct change *change,
                           const struct registry *registry,
                           const uint8_t key[static RELEASE_KEY_BYTES], int64_t now_ms)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct feedback answer = {
        .code = ANSWER_AFGH, .on = amsterdam_day(now_ms), .next_step = NEXT_STEP_COUNT};
    const struct known_covenant *known;
    enum secrecy_hour hour;
    struct uuid uuid;

    TRY(released_signal(change, key, &kept, &signal));
    known = registry_find(registry, kept.covenant);
    if (!known)
        return OUTCOME_STORE_DAMAGED;
    TRY(hour_of(gateway, change, known, &kept, &signal, now_ms, &hour));
    memcpy(uuid.bytes, key + 8, sizeof uuid.bytes);
    if (hour != SECRECY_LET_GO)
        return hour == SECRECY_WAIT ? release_later(change, &uuid, now_ms) : OUTCOME_OK;
    TRY(release_id(gateway->store, bytes_of(key + 8, 16), answer.id));
    memcpy(answer.signal, signal.id, sizeof answer.signal);
    TRY(queue_answer(change, &kept, known, &signal, &answer));
    TRY(note_let_go(change, uuid.bytes, &kept));
    TRY(due_let_go(gateway, change, uuid));
    return record_release(gateway, change, &kept, known, &signal);
}

/* One record that does not read may not hold back every other answer: their silence is one. */
static enum outcome let_go_or_alarm(struct gateway *gateway, struct change *change,
                                    const struct registry *registry,
                                    const uint8_t key[static RELEASE_KEY_BYTES], int64_t now_ms)
{
    enum outcome outcome = let_go(gateway, change, registry, key, now_ms);
    struct audit_entry entry = {
        .event = AUDIT_ALARM,
        .result = AUDIT_ERROR,
        .why = outcome_code(outcome),
        .source = gateway->settings->oin.text,
        .service = "antwoorden",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM)},
    };

    if (outcome == OUTCOME_NOT_FOUND) /* it is not here, and nothing was planned to stay */
        return OUTCOME_OK;
    if (outcome != OUTCOME_STORE_DAMAGED)
        return outcome;
    store_damage_in_change(change);
    return audit_record(gateway->audit, change, &entry);
}

enum outcome release_due(struct gateway *gateway, struct change *change, int64_t now_ms,
                         bool *out_more)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    enum outcome outcome = OUTCOME_OK;
    uint8_t key[RELEASE_KEY_BYTES];

    for (int i = 0; i < RELEASE_BATCH; i++) {
        outcome = first_due(&change->view, now_ms, key);
        if (outcome != OUTCOME_OK)
            break;
        TRY(let_go_or_alarm(gateway, change, registry, key, now_ms));
        store_delete(change, TABLE_RELEASE, bytes_of(key, sizeof key));
    }
    *out_more = outcome == OUTCOME_OK;
    return change->outcome;
}
