/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/agreement_store.h"

#include <stdio.h>
#include <string.h>

enum { DAY_BYTES = 8, ID_LENGTH = UUID_TEXT_BYTES - 1, PLACE_BYTES = DAY_BYTES + ID_LENGTH };

static struct bytes key_of(const struct agreement_place *place, uint8_t out[static PLACE_BYTES])
{
    write_u64(out, (uint64_t)place->until.number);
    memcpy(out + DAY_BYTES, place->id, ID_LENGTH);
    return bytes_of(out, place->id[0] ? PLACE_BYTES : DAY_BYTES);
}

static struct agreement_place place_of(const struct basis *basis)
{
    struct agreement_place place = {.until = basis->until};

    memcpy(place.id, basis->id, sizeof place.id);
    return place;
}

void agreement_put(struct change *change, const struct basis *basis)
{
    const struct agreement_place place = place_of(basis);
    uint8_t key[PLACE_BYTES];

    if (basis_is_any_agreement(basis))
        store_put(change, TABLE_AGREEMENT, key_of(&place, key), (struct bytes){0});
}

void agreement_forget(struct change *change, const struct agreement_place *place)
{
    uint8_t key[PLACE_BYTES];

    store_delete(change, TABLE_AGREEMENT, key_of(place, key));
}

enum outcome agreement_next(struct view *view, struct agreement_place *place)
{
    uint8_t from[PLACE_BYTES];
    struct bytes key, value;

    TRY(store_next(view, TABLE_AGREEMENT, key_of(place, from), place->id[0] != '\0', &key, &value));
    if (key.length != PLACE_BYTES || read_u64(key.data) > INT32_MAX)
        return OUTCOME_STORE_DAMAGED;
    place->until.number = (int32_t)read_u64(key.data);
    memcpy(place->id, key.data + DAY_BYTES, ID_LENGTH);
    place->id[ID_LENGTH] = '\0';
    return OUTCOME_OK;
}

void agreement_place_print(const struct agreement_place *place,
                           char out[static AGREEMENT_PLACE_TEXT_BYTES])
{
    char day[DAY_TEXT_BYTES];

    day_print(place->until, day);
    snprintf(out, AGREEMENT_PLACE_TEXT_BYTES, "%s.%s", day, place->id);
}

bool agreement_place_parse(const char *text, struct agreement_place *out)
{
    enum { DAY_LENGTH = DAY_TEXT_BYTES - 1 };
    char day[DAY_TEXT_BYTES];
    struct uuid uuid;

    if (strlen(text) != DAY_LENGTH + 1 + ID_LENGTH || text[DAY_LENGTH] != '.' ||
        !uuid_parse(text + DAY_LENGTH + 1, &uuid))
        return false;
    memcpy(day, text, DAY_LENGTH);
    day[DAY_LENGTH] = '\0';
    if (!day_parse(day, &out->until))
        return false;
    memcpy(out->id, text + DAY_LENGTH + 1, sizeof out->id);
    return true;
}
