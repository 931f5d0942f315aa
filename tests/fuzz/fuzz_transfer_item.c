/* SPDX-License-Identifier: EUPL-1.2 */
/* One transfer: what is read can be printed, and reads the same again. */
#include "covenant/transfer_item.h"
#include "tests/fuzz/item.h"

FUZZ_ITEM(struct transfer_item, transfer_item_parse, transfer_item_print, TRANSFER_ITEM_MAX_BYTES)
