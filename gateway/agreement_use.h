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

/* At the end of intake_known(): turns a row that would leave into KNOWN, with `merged`, or does
 * nothing. */
MUST_USE enum outcome agreement_merge(struct intake *intake, struct intake_row *row,
                                      struct view *view);
