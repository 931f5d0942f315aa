/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_register.h - what a covenant gives for the record of processing
 * activities (article 30 GDPR), a row for each purpose, and its data flows, a row
 * for each article.
 *
 * Cells are texts, not escaped. What a covenant does not hold (a contact, an FG)
 * stays empty, for each organisation to fill in. Pure. Does not judge whether the
 * record is complete.
 */
#pragma once

#include "covenant/covenant.h"

enum { REGISTER_COLUMNS = 12, FLOW_COLUMNS = 8, SIGNPOST_COLUMNS = 5 };

const char *register_heading(size_t column, enum language language);
/* Fills REGISTER_COLUMNS empty buffers, which the caller wipes. False, and nothing is filled, when
 * no article has that purpose. */
bool register_row(const struct covenant *covenant, enum purpose purpose, enum language language,
                  struct buffer cells[static REGISTER_COLUMNS]);

const char *flow_heading(size_t column, enum language language);
void flow_row(const struct covenant *covenant, const struct article *article,
              enum language language, struct buffer cells[static FLOW_COLUMNS]);

/* Where one can go with a signal: a row for each party to which it may go, or which the routing
 * table names, of whichever party it comes. Fills nothing when there is none. */
const char *signpost_heading(size_t column, enum language language);
bool signpost_row(const struct covenant *covenant, const struct signal_code *code,
                  const struct party *to, enum language language,
                  struct buffer cells[static SIGNPOST_COLUMNS]);
