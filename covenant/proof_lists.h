/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * proof_lists.h - the members `doelen`, `signaalgroepen` and `stand`, which a basis
 * record and its proofs spell alike. For proof.c, basis_document.c and basis_request.c only.
 */
#pragma once

#include "covenant/proof.h"

const char *proof_state_word(enum proof_state state);
bool proof_state_parse(const char *word, enum proof_state *out_state);

MUST_USE enum outcome proof_read_purposes(const json_t *object, uint32_t *out_purposes,
                                          struct fault *fault);
MUST_USE enum outcome proof_read_groups(const json_t *object, struct proof_groups *out_groups,
                                        struct fault *fault);
bool proof_purposes_are_valid(uint32_t purposes); /* at least one, all of our table */
bool proof_groups_are_valid(const struct proof_groups *groups);
void proof_add_purposes(struct buffer *out, uint32_t purposes);
void proof_add_groups(struct buffer *out, const struct proof_groups *groups);
