/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/match.h"

#include <stdio.h>
#include <string.h>

#include "gateway/kept_signal.h"

enum { MATCH_BATCH = 128 };

struct matching {
    struct gateway *gateway;
    bool more;
};

static enum outcome link_address(struct gateway *gateway, struct change *change,
                                 const struct signal *signal, const char *dossier)
{
    OWNED_CONTACT contact = {0};
    struct fault fault = {0};
    struct identity identity;
    uint8_t hash[STORE_HASH_BYTES];
    enum outcome outcome;

    if (!has_bit(signal->fields, FIELD_CONTACT) ||
        contact_parse(bytes_of_text(signal->contact), &contact, &fault) != OUTCOME_OK)
        return OUTCOME_OK;
    TRY(identity_pch(contact.postcode, contact.number, contact.letter, contact.addition,
                     &identity));
    outcome = dossier_hash_identity(gateway->store, gateway->local_id_key, &identity, hash);
    identity_wipe(&identity);
    TRY(outcome);
    dossier_link(change, hash, dossier);
    return change->outcome;
}

static enum outcome match_one(struct gateway *gateway, struct change *change, struct bytes item_key)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    uint8_t hash[STORE_HASH_BYTES];
    struct bytes value;
    enum outcome outcome = store_get(&change->view, TABLE_INBOX, item_key, &value);

    if (outcome == OUTCOME_NOT_FOUND) /* erased before its turn */
        return OUTCOME_OK;
    TRY(outcome);
    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    if (has_bit(signal.fields, FIELD_TOKEN)) {
        TRY(dossier_hash_token(gateway->store, signal.token, hash));
        dossier_link(change, hash, kept.dossier);
    }
    return link_address(gateway, change, &signal, kept.dossier);
}

static enum outcome record_match(struct gateway *gateway, struct audit *audit,
                                 struct change *change, int count)
{
    char number[16];
    struct audit_entry entry = {
        .event = AUDIT_MATCH,
        .source = gateway->settings->oin.text,
        .service = "postvak",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = number},
    };

    snprintf(number, sizeof number, "%d", count);
    return audit_record(audit, change, &entry);
}

/* One record that does not read may not keep all others waiting: an alarm, and on. */
static enum outcome match_or_alarm(struct gateway *gateway, struct audit *audit,
                                   struct change *change, const uint8_t id[static 16])
{
    enum outcome outcome = match_one(gateway, change, bytes_of(id, 16));
    struct audit_entry entry = {
        .event = AUDIT_ALARM,
        .result = AUDIT_ERROR,
        .why = outcome_code(outcome),
        .source = gateway->settings->oin.text,
        .service = "postvak",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM)},
    };

    return outcome == OUTCOME_STORE_DAMAGED ? audit_record(audit, change, &entry) : outcome;
}

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    struct matching *matching = context;
    struct bytes key, value;
    enum outcome outcome = OUTCOME_OK;
    int count = 0;

    while (count < MATCH_BATCH) {
        uint8_t sequence[8], id[16];
        outcome = store_next(&change->view, TABLE_MATCH, (struct bytes){0}, false, &key, &value);
        if (outcome != OUTCOME_OK)
            break;
        if (key.length != sizeof sequence || value.length != sizeof id)
            return OUTCOME_STORE_DAMAGED;
        memcpy(sequence, key.data, sizeof sequence);
        memcpy(id, value.data, sizeof id);
        TRY(match_or_alarm(matching->gateway, audit, change, id));
        store_delete(change, TABLE_MATCH, bytes_of(sequence, sizeof sequence));
        count++;
    }
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    matching->more = outcome == OUTCOME_OK;
    return count ? record_match(matching->gateway, audit, change, count) : OUTCOME_OK;
}

static bool is_waiting(struct store *store)
{
    struct view view;
    size_t waiting;

    view_begin(store, &view);
    waiting = store_entries(&view, TABLE_MATCH);
    view_end(&view);
    return waiting > 0;
}

enum outcome match_received(struct gateway *gateway)
{
    struct matching matching = {gateway, is_waiting(gateway->store)};

    while (matching.more)
        TRY(writer_run(gateway->writer, apply, &matching));
    return OUTCOME_OK;
}
