/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_format.h - which form the records of a store have: a number in a file of its own beside
 * store/, so that a gateway older than the form can say no before it touches anything.
 *
 * A store without the file is of the first form, from before there was one. Each record bears the
 * version of its own form too (crypto/record.h): without this file a newer one is refused as
 * damaged, not misread.
 * A change of form adds one here, and the step that leads to it in store_format_reach().
 */
#pragma once

#include "crypto/outcome.h"

enum { STORE_FORMAT = 2 }; /* 2: records are planned to go (gateway/retention_fill.c) */
#define STORE_FORMAT_FILE "vorm"

/* Before the folder is opened or locked. STORE_NEWER when it is of a later form than ours,
 * STORE_DAMAGED when the file holds no number. */
MUST_USE enum outcome store_format_check(const char *folder);
/* With the store open: brings it to our form and says so, in that order; a crash in between is
 * repeated at the next start. */
MUST_USE enum outcome store_format_reach(const char *folder);
