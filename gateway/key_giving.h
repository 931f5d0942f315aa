/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_giving.h - the sleutelgever's duty: once an article that uses tokens is in
 * force, draw the shared key of the present half-year, in its last month that of
 * the next as well, and send it, sealed, to every party that has agreed; to who agrees later, as
 * soon as that is known.
 *
 * That a party was given a key is remembered in the change that queues it, so that it
 * is queued once, also over restarts.
 */
#pragma once

#include "gateway/gateway.h"

/* Does nothing where we are not the giver or everyone has the key. Waits for the writer. */
MUST_USE enum outcome give_keys(struct gateway *gateway);
/* The partner's store was put back. As the giver we give it its keys once more; to a giver that we
 * agreed to we give back its own: else it would draw others, and no token would meet any more. */
MUST_USE enum outcome give_keys_again(struct gateway *gateway, struct change *change,
                                      const struct known_covenant *known,
                                      const struct oin *partner);
