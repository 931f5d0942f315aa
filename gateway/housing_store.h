/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * housing_store.h - the parts of an agreement in three parts that this organisation may read: of
 * its own under the number of the resident's choice, of a partner's under the number of the signal
 * that brought it. The parts of others are not kept here, also not by who wrote them down.
 *
 * Sealed. It goes with the choice or the signal it came from, whatever ends that, and when its end
 * date is past.
 */
#pragma once

#include "covenant/housing_agreement.h"
#include "crypto/oin.h"
#include "crypto/uuid.h"
#include "gateway/dossier.h"
#include "gateway/gateway.h"

struct kept_housing {
    char id[UUID_TEXT_BYTES]; /* basis record of ours, or signal received */
    char dossier[DOSSIER_BYTES];
    struct oin from; /* who recorded it */
    uint32_t fields; /* of HOUSING_FIELDS: which parts are here */
    struct housing_agreement agreement;
};

MUST_USE enum outcome housing_put(struct change *change, const struct kept_housing *housing);
/* NOT_FOUND, STORE_DAMAGED. */
MUST_USE enum outcome housing_get(struct view *view, const char *id, struct kept_housing *out);
/* The one after `id` ("" begins), which becomes its number; NOT_FOUND at the end, STORE_DAMAGED. */
MUST_USE enum outcome housing_next(struct view *view, char id[static UUID_TEXT_BYTES],
                                   struct kept_housing *out);
/* With the record it came from. Does nothing when none lies there. */
MUST_USE enum outcome housing_forget(struct change *change, const char *id);
/* The clock's work: those whose end date is past. Waits for the writer, only then. */
MUST_USE enum outcome housing_look(struct gateway *gateway, struct day today);
