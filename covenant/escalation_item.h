/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * escalation_item.h - the item of soort escalatie: a term passed at a partner, and the lead of the
 * covenant hears it from who sent the signal; later, that it was answered or ended.
 *
 *   {"id": UUID, "stand": "OPEN" or "OPGELOST", "signaal": item id, "code": signal code,
 *    "termijn": "EERSTE_ANTWOORD" | "BESLUIT" | "UITKOMST", "uiterlijk": day, "houder": OIN,
 *    "melder": OIN}
 *
 * No token, area or content: it names organisations, not a person. Both standings of one matter
 * have an id of their own and the same signal and term. Pure.
 */
#pragma once

#include <jansson.h>

#include "covenant/day.h"
#include "covenant/terms.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/oin.h"
#include "crypto/outcome.h"
#include "crypto/uuid.h"

enum { ESCALATION_CODE_BYTES = 33, ESCALATION_ITEM_MAX_BYTES = 512 };

struct escalation_item {
    char id[UUID_TEXT_BYTES];
    bool settled; /* stand: OPGELOST */
    char signal[UUID_TEXT_BYTES];
    char code[ESCALATION_CODE_BYTES];
    enum term term;
    struct day due; /* uiterlijk */
    struct oin holder, reporter;
};

/* Fails with MALFORMED. Does not know codes or parties: the covenant does. */
MUST_USE enum outcome escalation_item_parse(const json_t *object, struct escalation_item *out_item,
                                            struct fault *fault);
/* Adds the JSON. Fails with MALFORMED (out of bounds) or OUT_OF_MEMORY. */
MUST_USE enum outcome escalation_item_print(const struct escalation_item *item, struct buffer *out);
