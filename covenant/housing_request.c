/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/housing_request.h"

#include "covenant/wire.h"
#include "crypto/ready.h"

enum { WORD_MAX_BYTES = 24 };

uint32_t housing_fields_of(const struct covenant *covenant, const struct party *party)
{
    uint32_t fields = 0;

    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        if (article->purpose == PURPOSE_WOONSTAP && article->lane == LANE_CONSENT &&
            article_has_recipient(covenant, article, party))
            fields |= article->fields & HOUSING_FIELDS;
    }
    return fields & ~covenant->forbidden_fields;
}

/* --- a request --- */

const char *const housing_request_members[] = {"convenant", "adres",          "aflossing",
                                               "hulp",      "huurvoorwaarde", "eindDatum",
                                               NULL};

static enum outcome read_values(const json_t *body, struct housing_agreement *out,
                                struct fault *fault)
{
    for (unsigned part = 0; part < HOUSING_PART_COUNT; part++) {
        const char *name = field_word(housing_field(part)), *word;
        TRY(json_text_at(body, name, WORD_MAX_BYTES, &word, fault));
        if (!housing_value_parse(part, word, &out->values[part]))
            return wire_wrong(fault, name);
    }
    return wire_day_at(body, field_word(FIELD_END_DAY), &out->until, fault);
}

enum outcome housing_request_parse(const json_t *body, struct housing_request *out,
                                   struct fault *fault)
{
    const json_t *address;

    TRY(json_only(body, housing_request_members, fault));
    *out = (struct housing_request){0};
    TRY(wire_optional_text_at(body, "convenant", out->covenant, sizeof out->covenant, fault));
    TRY(json_object_at(body, "adres", &address, fault));
    TRY(basis_request_address(address, &out->address, &out->identity, fault));
    return read_values(body, &out->agreement, fault);
}

void housing_request_wipe(struct housing_request *request)
{
    wipe(request, sizeof *request);
}
