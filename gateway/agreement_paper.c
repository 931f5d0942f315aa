/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/agreement_paper.h"

#include <string.h>

#include "gateway/persons.h"

/* The next length-prefixed part of `*rest`. */
static bool take_part(struct bytes *rest, struct bytes *out_part)
{
    size_t length;

    if (rest->length < 2)
        return false;
    length = read_u16(rest->data);
    if (rest->length - 2 < length)
        return false;
    *out_part = bytes_of(rest->data + 2, length);
    *rest = bytes_of(rest->data + 2 + length, rest->length - 2 - length);
    return true;
}

static bool take_text(struct bytes *rest, char *out, size_t size)
{
    struct bytes part;

    if (!take_part(rest, &part) || part.length >= size)
        return false;
    memcpy(out, part.data, part.length);
    out[part.length] = '\0';
    return true;
}

bool address_of_identity(const struct identity *identity, struct contact *out_address)
{
    struct bytes rest = bytes_of(identity->data, identity->length), part;

    *out_address = (struct contact){0};
    for (int i = 0; i < 4; i++) /* two labels, the canonical form, the value */
        if (!take_part(&rest, &part))
            return false;
    return identity->type == TOKEN_PCH && rest.length == 0 &&
           take_text(&part, out_address->postcode, sizeof out_address->postcode) &&
           take_text(&part, out_address->number, sizeof out_address->number) &&
           take_text(&part, out_address->letter, sizeof out_address->letter) &&
           take_text(&part, out_address->addition, sizeof out_address->addition) &&
           part.length == 0;
}

enum outcome agreement_paper(struct call *call, struct view *view, const struct kept_basis *kept)
{
    const struct known_covenant *known = basis_covenant(call, kept->basis);
    struct identity identity = {0};
    OWNED_CONTACT address = {0};
    enum outcome outcome;
    bool has_address;

    if (!known)
        return OUTCOME_COVENANT_UNKNOWN;
    outcome = person_get(view, kept->basis->dossier, &identity);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    has_address = outcome == OUTCOME_OK && address_of_identity(&identity, &address);
    identity_wipe(&identity);
    return basis_reply(call, 200, known, kept, has_address ? &address : NULL);
}
