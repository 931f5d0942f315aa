/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake_parts.h - what the files that decide about a row share: intake_decide.c (lane, recipient,
 * decision), intake_item.c (tokens, basis, item), intake_matrix.c (one row for several recipients).
 * Not for others.
 */
#pragma once

#include "crypto/token.h"
#include "gateway/intake.h"

void intake_refuse(struct intake_row *row, enum refusal refusal);
const char *intake_group(const struct intake *intake, const struct signal_code *code);
/* The first article of ours that lets the code go to that party in that lane; NULL. */
const struct article *intake_article(const struct intake *intake, const struct party *to,
                                     const struct signal_code *code, enum lane lane);
struct basis_wish intake_wish(const struct intake *intake, const struct intake_row *row,
                              const struct article *article, const struct party *to,
                              const struct signal_code *code);
/* Did the resident agree at a desk that this party gets it, where the row itself says nothing? */
bool intake_allowed_at_desk(const struct intake *intake, const struct intake_row *row,
                            const struct party *to, const struct signal_code *code);
MUST_USE enum outcome intake_decide_lane(struct intake *intake, struct intake_row *row,
                                         const struct signal_code *code, enum lane lane);

struct tokens { /* each "" where the article does not list it */
    char own[TOKEN_TEXT_BYTES];
    char study[TOKEN_TEXT_BYTES];
};

const char *intake_token_of_proof(const struct tokens *tokens); /* the one that it is about */
uint32_t intake_fields(const struct intake_row *row, const struct tokens *tokens, bool has_proof);
/* Each of these may refuse the row instead. */
MUST_USE enum outcome intake_tokens(struct intake *intake, struct intake_row *row,
                                    struct tokens *out);
MUST_USE enum outcome intake_basis(struct intake *intake, struct intake_row *row,
                                   const struct signal_code *code);
MUST_USE enum outcome intake_proof(struct intake *intake, struct intake_row *row, const char *token,
                                   struct proof_facts *out_facts, struct buffer *out_text);
MUST_USE enum outcome intake_item(struct intake *intake, struct intake_row *row,
                                  const struct signal_code *code, const struct tokens *tokens,
                                  struct bytes proof, uint32_t fields);

/* The lane in which a part of a row (struct intake_row, part) goes to its recipient. */
enum lane intake_lane_of_part(const struct intake *intake, const struct intake_row *row,
                              const struct signal_code *code);
