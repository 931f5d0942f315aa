/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/housing_store.h"

#include <stdio.h>
#include <string.h>

#include "covenant/wire.h"
#include "crypto/json.h"
#include "gateway/audit.h"
#include "gateway/erasure.h"
#include "gateway/writer.h"

enum { HOUSING_MAX_BYTES = 512, ID_LENGTH = UUID_TEXT_BYTES - 1, WORD_MAX_BYTES = 24, AT_ONCE = 64 };

/* --- one --- */

static enum outcome read_housing(struct bytes text, struct kept_housing *out)
{
    OWNED_JSON housing = NULL;
    const char *dossier;

    TRY(json_read(text, HOUSING_MAX_BYTES, &housing));
    TRY(json_text_at(housing, "dossier", DOSSIER_BYTES - 1, &dossier, NULL));
    snprintf(out->dossier, sizeof out->dossier, "%s", dossier);
    TRY(wire_oin_at(housing, "van", &out->from, NULL));
    TRY(wire_day_at(housing, field_word(FIELD_END_DAY), &out->agreement.until, NULL));
    out->fields = bit_of(FIELD_END_DAY);
    for (unsigned part = 0; part < HOUSING_PART_COUNT; part++) {
        const char *word = json_string_value(
            json_object_get(housing, field_word(housing_field((enum housing_part)part))));
        if (!word)
            continue;
        if (!housing_value_parse((enum housing_part)part, word, &out->agreement.values[part]))
            return OUTCOME_MALFORMED;
        out->fields |= bit_of(housing_field((enum housing_part)part));
    }
    return OUTCOME_OK;
}

enum outcome housing_put(struct change *change, const struct kept_housing *housing)
{
    OWNED_BUFFER text = {0};

    buffer_add_byte(&text, '{');
    wire_add_text(&text, "dossier", housing->dossier);
    wire_add_text(&text, "van", housing->from.text);
    wire_add_day(&text, field_word(FIELD_END_DAY), housing->agreement.until);
    for (unsigned part = 0; part < HOUSING_PART_COUNT; part++) {
        const enum field field = housing_field((enum housing_part)part);
        if (has_bit(housing->fields, field))
            wire_add_text(&text, field_word(field),
                          housing_value_word((enum housing_part)part,
                                             housing->agreement.values[part]));
    }
    buffer_add_byte(&text, '}');
    TRY(buffer_outcome(&text));
    store_put_sealed(change, TABLE_HOUSING, bytes_of_text(housing->id), buffer_bytes(&text));
    return change->outcome;
}

enum outcome housing_get(struct view *view, const char *id, struct kept_housing *out)
{
    struct kept_housing housing = {0};
    struct bytes value;

    TRY(store_get(view, TABLE_HOUSING, bytes_of_text(id), &value));
    TRY(store_read_outcome(read_housing(value, &housing)));
    snprintf(housing.id, sizeof housing.id, "%s", id);
    *out = housing;
    return OUTCOME_OK;
}

enum outcome housing_next(struct view *view, char id[static UUID_TEXT_BYTES],
                          struct kept_housing *out)
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_HOUSING, bytes_of_text(id), id[0] != '\0', &key, &value));
    if (key.length != ID_LENGTH)
        return OUTCOME_STORE_DAMAGED;
    memcpy(id, key.data, ID_LENGTH);
    id[ID_LENGTH] = '\0';
    return housing_get(view, id, out);
}

enum outcome housing_forget(struct change *change, const char *id)
{
    if (!store_has(&change->view, TABLE_HOUSING, bytes_of_text(id)))
        return OUTCOME_OK;
    store_delete(change, TABLE_HOUSING, bytes_of_text(id));
    return erasure_add_pending(change, 1);
}

/* --- the clock --- */

struct looking {
    struct gateway *gateway;
    size_t count;
    struct kept_housing past[AT_ONCE];
};

static enum outcome find_past(struct looking *looking, struct view *view, struct day today)
{
    char id[UUID_TEXT_BYTES] = "";
    struct kept_housing housing;
    enum outcome outcome = OUTCOME_OK;

    while (looking->count < AT_ONCE &&
           (outcome = housing_next(view, id, &housing)) == OUTCOME_OK) {
        if (day_compare(housing.agreement.until, today) < 0)
            looking->past[looking->count++] = housing;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome apply_past(struct change *change, struct audit *audit, void *context)
{
    struct looking *looking = context;

    for (size_t i = 0; i < looking->count; i++) {
        const struct audit_entry entry = {
            .event = AUDIT_ERASE,
            .source = looking->gateway->settings->oin.text,
            .service = "woonafspraken",
            .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM),
                          [AUDIT_SUBJECT] = looking->past[i].dossier,
                          [AUDIT_PURPOSE] = purpose_word(PURPOSE_WOONSTAP),
                          [AUDIT_OBJECTS] = looking->past[i].id},
        };
        TRY(housing_forget(change, looking->past[i].id));
        TRY(audit_record(audit, change, &entry));
    }
    return change->outcome;
}

enum outcome housing_look(struct gateway *gateway, struct day today)
{
    struct looking looking = {.gateway = gateway};
    enum outcome outcome;
    struct view view;

    do {
        looking.count = 0;
        view_begin(gateway->store, &view);
        outcome = find_past(&looking, &view, today);
        view_end(&view);
        TRY(outcome);
        if (looking.count)
            TRY(writer_run(gateway->writer, apply_past, &looking));
    } while (looking.count == AT_ONCE);
    return OUTCOME_OK;
}
