/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_giving.h - the sleutelgever's duty: once a covenant is in force, draw the
 * shared key of the present half-year and send it to every party, sealed.
 */
#pragma once

#include "gateway/gateway.h"

/* Does nothing where we are not the giver or the key is there. Waits for the writer. */
MUST_USE enum outcome give_keys(struct gateway *gateway);
