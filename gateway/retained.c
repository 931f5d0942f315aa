/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/retained.h"

#include <stdio.h>
#include <string.h>

enum {
    DOSSIER_LENGTH = DOSSIER_BYTES - 1,
    UUID_BYTES = 16,
    HELD_BYTES = DOSSIER_LENGTH + 1 + UUID_BYTES,
    PLACE_BYTES = 8 + 4, /* sequence, day */
    DAY_BYTES = 4,
    DUE_BYTES = DAY_BYTES + 1 + UUID_BYTES,
};

static void write_day(uint8_t out[static DAY_BYTES], struct day day)
{
    const uint32_t number = day.number > 0 ? (uint32_t)day.number : 0;

    for (unsigned i = 0; i < DAY_BYTES; i++)
        out[i] = (uint8_t)(number >> (8 * (DAY_BYTES - 1 - i)));
}

static struct day read_day(const uint8_t in[static DAY_BYTES])
{
    uint32_t number = 0;

    for (unsigned i = 0; i < DAY_BYTES; i++)
        number = number << 8 | in[i];
    return (struct day){(int32_t)(number & INT32_MAX)};
}

static struct bytes held_key(enum record_kind kind, struct uuid id, const char *dossier,
                             uint8_t out[static HELD_BYTES])
{
    memset(out, 0, HELD_BYTES);
    memcpy(out, dossier, strnlen(dossier, DOSSIER_LENGTH));
    out[DOSSIER_LENGTH] = (uint8_t)kind;
    memcpy(out + DOSSIER_LENGTH + 1, id.bytes, UUID_BYTES);
    return bytes_of(out, HELD_BYTES);
}

/* Tombstones bear the capital of their kind. */
enum { FADES = 'a' - 'A' };

static struct bytes due_key(const struct retained *retained, uint8_t out[static DUE_BYTES])
{
    write_day(out, retained->look);
    out[DAY_BYTES] = (uint8_t)((int)retained->kind - (retained->fades ? FADES : 0));
    memcpy(out + DAY_BYTES + 1, retained->id.bytes, UUID_BYTES);
    return bytes_of(out, DUE_BYTES);
}

static enum outcome read_due(struct bytes key, struct retained *out)
{
    if (key.length != DUE_BYTES)
        return OUTCOME_STORE_DAMAGED;
    *out = (struct retained){.look = read_day(key.data)};
    out->fades = key.data[DAY_BYTES] <= 'Z';
    out->kind = key.data[DAY_BYTES] + (out->fades ? FADES : 0);
    memcpy(out->id.bytes, key.data + DAY_BYTES + 1, UUID_BYTES);
    return out->kind && strchr(RECORD_KINDS, (int)out->kind) ? OUTCOME_OK : OUTCOME_STORE_DAMAGED;
}

/* --- one record --- */

static enum outcome read_held(struct bytes value, struct retained *out)
{
    if (value.length != PLACE_BYTES)
        return OUTCOME_STORE_DAMAGED;
    out->sequence = read_u64(value.data);
    out->look = read_day(value.data + 8);
    return OUTCOME_OK;
}

enum outcome retained_get(struct view *view, enum record_kind kind, struct uuid id,
                          const char *dossier, struct retained *out)
{
    uint8_t key[HELD_BYTES];
    struct bytes value;

    TRY(store_get(view, TABLE_HELD, held_key(kind, id, dossier, key), &value));
    *out = (struct retained){.kind = kind, .id = id};
    snprintf(out->dossier, sizeof out->dossier, "%s", dossier);
    return read_held(value, out);
}

void retained_looked(struct change *change, const struct retained *looked)
{
    uint8_t key[DUE_BYTES];

    store_delete(change, TABLE_RETAINED, due_key(looked, key));
}

static void put_due(struct change *change, const struct retained *retained)
{
    uint8_t key[DUE_BYTES];

    store_put(change, TABLE_RETAINED, due_key(retained, key), (struct bytes){0});
}

void retained_look_again(struct change *change, const struct retained *looked, struct day again)
{
    struct retained next = *looked;

    retained_looked(change, looked);
    next.look = again;
    put_due(change, &next);
}

void retained_fade(struct change *change, enum record_kind kind, struct uuid id, struct day day)
{
    put_due(change, &(struct retained){.kind = kind, .id = id, .look = day, .fades = true});
}

void retained_put(struct change *change, const struct retained *retained)
{
    uint8_t held[HELD_BYTES], place[PLACE_BYTES];
    struct retained before;

    if (retained_get(&change->view, retained->kind, retained->id, retained->dossier, &before) ==
        OUTCOME_OK)
        retained_looked(change, &before);
    write_u64(place, retained->sequence);
    write_day(place + 8, retained->look);
    store_put(change, TABLE_HELD,
              held_key(retained->kind, retained->id, retained->dossier, held),
              bytes_of(place, sizeof place));
    put_due(change, retained);
}

enum outcome retained_delete(struct change *change, enum record_kind kind, struct uuid id,
                             const char *dossier)
{
    uint8_t key[HELD_BYTES];
    struct retained retained;
    enum outcome outcome = retained_get(&change->view, kind, id, dossier, &retained);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    retained_looked(change, &retained);
    store_delete(change, TABLE_HELD, held_key(kind, id, dossier, key));
    return change->outcome;
}

/* --- many --- */

enum outcome retained_of_dossier(struct view *view, const char *dossier,
                                 const struct retained *after, struct retained *out)
{
    uint8_t from[HELD_BYTES];
    struct bytes key, value;
    const size_t length = after ? HELD_BYTES : DOSSIER_LENGTH;

    if (strlen(dossier) != DOSSIER_LENGTH)
        return OUTCOME_NOT_FOUND;
    held_key(after ? after->kind : 0, after ? after->id : (struct uuid){{0}}, dossier, from);
    TRY(store_next(view, TABLE_HELD, bytes_of(from, length), after != NULL, &key, &value));
    if (key.length != HELD_BYTES)
        return OUTCOME_STORE_DAMAGED;
    if (!bytes_equal(bytes_of(key.data, DOSSIER_LENGTH), bytes_of_text(dossier)))
        return OUTCOME_NOT_FOUND;
    *out = (struct retained){.kind = key.data[DOSSIER_LENGTH]};
    memcpy(out->id.bytes, key.data + DOSSIER_LENGTH + 1, UUID_BYTES);
    snprintf(out->dossier, sizeof out->dossier, "%s", dossier);
    return read_held(value, out);
}

enum outcome retained_due(struct view *view, struct day today, struct retained *out)
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_RETAINED, (struct bytes){0}, false, &key, &value));
    TRY(read_due(key, out));
    return day_compare(out->look, today) > 0 ? OUTCOME_NOT_FOUND : OUTCOME_OK;
}

/* --- until when --- */

struct day retained_signal_until(int64_t received_ms, int retention_days)
{
    return day_plus(amsterdam_day(received_ms), retention_days + 1);
}

struct day retained_basis_until(const struct basis *basis)
{
    struct day end = basis->until;

    for (size_t i = 0; i < basis->event_count; i++) {
        struct day on = amsterdam_day(basis->events[i].at_ms);
        if (basis->events[i].kind == BASIS_EVENT_INGETROKKEN && day_compare(on, end) < 0)
            end = on;
    }
    return day_plus(end, basis->retention_days + 1);
}

void retained_put_basis(struct change *change, const struct basis *basis)
{
    struct retained retained = {.kind = RECORD_BASIS, .look = retained_basis_until(basis)};

    if (!uuid_parse(basis->id, &retained.id))
        return;
    memcpy(retained.dossier, basis->dossier, DOSSIER_LENGTH); /* a basis has room for longer ones */
    retained_put(change, &retained);
}
