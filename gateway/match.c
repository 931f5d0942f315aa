/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/kept_signal.h"
#include "gateway/store_damage.h"

/* A batch is one commit, and each row of it lies at random in two tables (gateway/writer.c). */
enum { MATCH_BATCH = 64, SEQUENCE_BYTES = 8, ITEM_ID_BYTES = 16, HASHES_MAX = 2 };

struct matched {
    uint8_t sequence[SEQUENCE_BYTES];
    uint8_t item[ITEM_ID_BYTES];
    char dossier[DOSSIER_BYTES];
    uint8_t hashes[HASHES_MAX][STORE_HASH_BYTES]; /* of token and address */
    size_t hash_count;
    bool damaged;
};

struct matching {
    struct gateway *gateway;
    size_t count;
    struct matched matched[MATCH_BATCH];
};

/* --- reading, beside the writer --- */

static enum outcome hash_address(struct gateway *gateway, const struct signal *signal,
                                 struct matched *matched)
{
    OWNED_CONTACT contact = {0};
    struct fault fault = {0};
    struct identity identity;
    enum outcome outcome;

    if (!has_bit(signal->fields, FIELD_CONTACT))
        return OUTCOME_OK;
    outcome = contact_parse(bytes_of_text(signal->contact), &contact, &fault);
    if (outcome != OUTCOME_OK) /* unread it names nobody; want of memory is tried again */
        return outcome_kind(outcome) == KIND_OURS ? outcome : OUTCOME_OK;
    TRY(identity_pch(contact.postcode, contact.number, contact.letter, contact.addition,
                     &identity));
    outcome = dossier_hash_identity(gateway->store, gateway->local_id_key, &identity,
                                    matched->hashes[matched->hash_count++]);
    identity_wipe(&identity);
    return outcome;
}

static enum outcome match_one(struct gateway *gateway, struct view *view, struct matched *matched)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct bytes value;
    enum outcome outcome =
        store_get(view, TABLE_INBOX, bytes_of(matched->item, sizeof matched->item), &value);

    if (outcome == OUTCOME_NOT_FOUND) /* erased before its turn */
        return OUTCOME_OK;
    TRY(outcome);
    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    memcpy(matched->dossier, kept.dossier, sizeof matched->dossier);
    if (has_bit(signal.fields, FIELD_TOKEN))
        TRY(dossier_hash_token(gateway->store, signal.token,
                               matched->hashes[matched->hash_count++]));
    return hash_address(gateway, &signal, matched);
}

/* One record that does not read may not keep all others waiting: an alarm, and on. */
static enum outcome match_or_mark(struct gateway *gateway, struct view *view,
                                  struct matched *matched)
{
    enum outcome outcome = match_one(gateway, view, matched);

    matched->damaged = outcome == OUTCOME_STORE_DAMAGED;
    if (matched->damaged)
        store_damage_met(view->store, TABLE_INBOX);
    return matched->damaged ? OUTCOME_OK : outcome;
}

/* The first of those that wait. */
static enum outcome collect(struct matching *matching, struct view *view)
{
    uint8_t from[SEQUENCE_BYTES] = {0};
    struct bytes key, value;
    enum outcome outcome;

    matching->count = 0;
    while (matching->count < MATCH_BATCH) {
        struct matched *matched = &matching->matched[matching->count];
        outcome = store_next(view, TABLE_MATCH, bytes_of(from, sizeof from), matching->count > 0,
                             &key, &value);
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        if (key.length != SEQUENCE_BYTES || value.length != ITEM_ID_BYTES)
            return OUTCOME_STORE_DAMAGED;
        *matched = (struct matched){0};
        memcpy(from, key.data, sizeof from);
        memcpy(matched->sequence, from, sizeof from);
        memcpy(matched->item, value.data, sizeof matched->item);
        TRY(match_or_mark(matching->gateway, view, matched));
        matching->count++;
    }
    return OUTCOME_OK;
}

/* --- in the change --- */

static enum outcome record_match(struct gateway *gateway, struct audit *audit,
                                 struct change *change, size_t count)
{
    char number[24];
    struct audit_entry entry = {
        .event = AUDIT_MATCH,
        .source = gateway->settings->oin.text,
        .service = "postvak",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = number},
    };

    snprintf(number, sizeof number, "%zu", count);
    return audit_record(audit, change, &entry);
}

static enum outcome record_damage(struct gateway *gateway, struct audit *audit,
                                  struct change *change)
{
    struct audit_entry entry = {
        .event = AUDIT_ALARM,
        .result = AUDIT_ERROR,
        .why = outcome_code(OUTCOME_STORE_DAMAGED),
        .source = gateway->settings->oin.text,
        .service = "postvak",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM)},
    };

    return audit_record(audit, change, &entry);
}

static enum outcome link_one(const struct matched *matched, struct change *change)
{
    /* Erased since it was read: then nothing may point to it again. */
    bool there =
        store_has(&change->view, TABLE_INBOX, bytes_of(matched->item, sizeof matched->item));

    for (size_t i = 0; there && i < matched->hash_count; i++)
        dossier_link(change, matched->hashes[i], matched->dossier);
    store_delete(change, TABLE_MATCH, bytes_of(matched->sequence, sizeof matched->sequence));
    return change->outcome;
}

/* The clock and who makes a letter may have read the same: who is second finds it done. */
static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    const struct matching *matching = context;
    size_t count = 0;

    for (size_t i = 0; i < matching->count; i++) {
        const struct matched *matched = &matching->matched[i];
        if (!store_has(&change->view, TABLE_MATCH, bytes_of(matched->sequence, SEQUENCE_BYTES)))
            continue;
        if (matched->damaged)
            TRY(record_damage(matching->gateway, audit, change));
        TRY(link_one(matched, change));
        count++;
    }
    return count ? record_match(matching->gateway, audit, change, count) : change->outcome;
}

static enum outcome match_batch(struct matching *matching)
{
    struct view view;
    enum outcome outcome;

    view_begin(matching->gateway->store, &view);
    outcome = collect(matching, &view);
    view_end(&view);
    TRY(outcome);
    return matching->count ? writer_run(matching->gateway->writer, apply, matching) : OUTCOME_OK;
}

/* The last of those that wait now; NOT_FOUND when none does. */
static enum outcome last_waiting(struct store *store, uint64_t *out_last)
{
    uint8_t bound[SEQUENCE_BYTES];
    struct bytes key, value;
    enum outcome outcome;
    struct view view;

    write_u64(bound, UINT64_MAX);
    view_begin(store, &view);
    outcome = store_before(&view, TABLE_MATCH, bytes_of(bound, sizeof bound), &key, &value);
    if (outcome == OUTCOME_OK && key.length != sizeof bound)
        outcome = OUTCOME_STORE_DAMAGED;
    if (outcome == OUTCOME_OK)
        *out_last = read_u64(key.data);
    view_end(&view);
    return outcome;
}

static bool goes_on(const struct matching *matching, uint64_t last)
{
    return matching->count > 0 && read_u64(matching->matched[matching->count - 1].sequence) < last;
}

enum outcome match_received(struct gateway *gateway)
{
    struct matching *matching;
    uint64_t last = 0;
    enum outcome outcome = last_waiting(gateway->store, &last);

    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
    matching = calloc(1, sizeof *matching);
    if (!matching)
        return OUTCOME_OUT_OF_MEMORY;
    matching->gateway = gateway;
    do
        outcome = match_batch(matching);
    while (outcome == OUTCOME_OK && goes_on(matching, last));
    free(matching);
    return outcome;
}
