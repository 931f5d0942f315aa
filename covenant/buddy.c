/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/buddy.h"

#include <string.h>

static const struct {
    const char *word, *member;
} sides[BUDDY_SIDE_COUNT] = {{"VRAGEND", "vraagt"}, {"DRAGEND", "draagt"}};

const char *buddy_side_word(enum buddy_side side)
{
    return sides[side].word;
}

const char *buddy_side_member(enum buddy_side side)
{
    return sides[side].member;
}

static bool has_side(const struct basis *basis, enum buddy_side side)
{
    return basis->kind == BASIS_MAATJE && basis->groups.count == 1 &&
           strcmp(basis->groups.words[0], sides[side].word) == 0;
}

bool basis_is_live_buddy(const struct basis *basis, enum buddy_side side, struct day today)
{
    return has_side(basis, side) && basis_is_live(basis, today) &&
           !basis_has_event(basis, BASIS_EVENT_VERVANGEN);
}

bool buddy_fits(const struct basis *basis, const struct party *self)
{
    return self->kind == PARTY_CORPORATIE && basis->ground == BASIS_GROUND_TOESTEMMING &&
           basis->purposes == bit_of(PURPOSE_TOELEIDING) &&
           (has_side(basis, BUDDY_ASKS) || has_side(basis, BUDDY_BEARS));
}
