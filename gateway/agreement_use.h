/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * agreement_use.h - what an agreement means for a row that is handed in.
 *
 * A second signal of relapse about one household, to the same organisation, within 30 days of one
 * that is still open, is not sent: the first stands for it, and who hands it in hears on which day
 * that was. Does not look at whose report the first was.
 */
#pragma once

#include "gateway/intake.h"

/* What was agreed, and the resident's choice that it rests on, belong to what a row says: with
 * another agreement it is another row. */
MUST_USE enum outcome agreement_digest(struct intake_row *row);
/* The day on which a signal must be looked at for erasure: the day after the end date of the
 * agreement it carries (NULL: none), if that comes before `otherwise`. */
struct day agreement_look_day(const struct housing_agreement *housing, struct day otherwise);

/* At the end of intake_known(): turns a row that would leave into KNOWN, with `merged`, or does
 * nothing. */
MUST_USE enum outcome agreement_merge(struct intake *intake, struct intake_row *row,
                                      struct view *view);
