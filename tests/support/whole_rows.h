/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * whole_rows.h - does every row in a store read as what it should be? Beside the tags and seals,
 * which tell only that it stands there as it was written: a row that was written without a part
 * of itself is acknowledged, and then never read again.
 *
 * Knows the tables whose rows have parts. Each gateway of a small town is looked at when it ends.
 */
#pragma once

#include "gateway/store.h"

void assert_rows_are_whole(struct store *store);
