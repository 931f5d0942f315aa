/* SPDX-License-Identifier: EUPL-1.2 */
/* One escalation: what is read can be printed, and reads the same again. */
#include "covenant/escalation_item.h"
#include "tests/fuzz/item.h"

FUZZ_ITEM(struct escalation_item, escalation_item_parse, escalation_item_print,
          ESCALATION_ITEM_MAX_BYTES)
