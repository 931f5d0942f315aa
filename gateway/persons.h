/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * persons.h - who are known here by address, and which token is whose. A person's row ties a
 * dossier to an address, sealed: with it erased the dossier is nobody's.
 *
 * Nothing leads from a token to a person: who asks makes each person's token anew.
 */
#pragma once

#include "gateway/dossier.h"
#include "gateway/registry.h"

MUST_USE enum outcome person_put(struct change *change, const char *dossier,
                                 const struct identity *identity);
/* NOT_FOUND when the dossier is nobody's; STORE_DAMAGED. The caller wipes the identity. */
MUST_USE enum outcome person_get(struct view *view, const char *dossier,
                                 struct identity *out_identity);
/* The next person after `dossier` ("" begins), which becomes its dossier. NOT_FOUND at the end,
 * STORE_DAMAGED. The caller wipes the identity. */
MUST_USE enum outcome person_next(struct view *view, char dossier[static DOSSIER_BYTES],
                                  struct identity *out_identity);

/* The person's token for a recipient, as it travels, under a shared key of the covenant. */
MUST_USE enum outcome person_token_text(const struct known_covenant *known,
                                        const struct shared_key *key, enum purpose purpose,
                                        const struct identity *identity,
                                        const struct oin *recipient,
                                        char out[static TOKEN_TEXT_BYTES]);
/* Is it theirs, made for this recipient? `known` may be NULL. Another type or strength is never
 * theirs; neither is that of a half-year whose key is not here. */
MUST_USE enum outcome person_has_token(const struct known_covenant *known, enum purpose purpose,
                                       const struct token *token, const struct identity *identity,
                                       const struct oin *recipient, bool *out_is);
