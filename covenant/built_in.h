/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * built_in.h - the code lists of config/ that the program carries within itself,
 * so that a gateway and the auditor's verifier know the same codes without a file.
 */
#pragma once

#include "covenant/code_list.h"

/* Parses both lists. On OK the caller owns *out_lists: code_lists_free().
 * Fails with OUT_OF_MEMORY; MALFORMED only when the program was built from bad lists. */
MUST_USE enum outcome code_lists_load(struct code_lists **out_lists);
void code_lists_free(struct code_lists *lists); /* NULL is fine */

void code_lists_free_at(struct code_lists **lists);
#define OWNED_CODE_LISTS __attribute__((cleanup(code_lists_free_at))) struct code_lists *
