/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * basis_recording.h - one way to record a choice of a resident at a desk, whatever the body that
 * brings it: POST /v1/gegeven-toestemmingen, and the agreements.
 */
#pragma once

#include "covenant/basis_request.h"
#include "gateway/basis_store.h"
#include "gateway/call.h"

/* Reads the body with `parse`, and leaves the rest to the call's change: what the covenant and
 * earlier choices allow, the record, its leaf, and 201 with the slip. */
typedef enum outcome basis_body_parse(const json_t *body, struct basis_request *out,
                                      struct fault *fault);
MUST_USE enum outcome basis_record(struct call *call, const char *const *members,
                                   basis_body_parse *parse);

/* The covenant in force that knows all recipients of the record; NULL: none. */
const struct known_covenant *basis_covenant(const struct call *call, const struct basis *basis);
/* Must a second member of staff still confirm it? False without a covenant. */
bool basis_awaits_second(const struct call *call, const struct known_covenant *known,
                         const struct basis *basis);
/* The record with its slip. `address` may be NULL. */
MUST_USE enum outcome basis_reply(struct call *call, int status, const struct known_covenant *known,
                                  const struct kept_basis *kept, const struct contact *address);
