/* SPDX-License-Identifier: EUPL-1.2 */
/* One withdrawal: what is read can be printed, and reads the same again. */
#include "covenant/withdrawal_item.h"
#include "tests/fuzz/item.h"

FUZZ_ITEM(struct withdrawal_item, withdrawal_item_parse, withdrawal_item_print,
          WITHDRAWAL_ITEM_MAX_BYTES)
