/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * queue_room.h - how full the queues are, against the bounds of the settings: so many
 * items for one partner (what is handed in for others goes on), so many bytes for all of
 * them together, messages on their way included.
 *
 * Asked at the entrance, before the writer: rows that are in hand at the same moment may
 * go past the bound by what they hold. Answers, statements and keys are never refused:
 * each follows from something that was taken in.
 */
#pragma once

#include "gateway/gateway.h"

enum { QUEUE_ALARM_PERCENT = 80, QUEUE_CALM_PERCENT = 70 };

/* Of one partner's items or of all bytes, whichever is the larger; 100 or more: full. */
unsigned queue_percent(struct view *view, const struct settings *settings,
                       const struct oin *partner);

/* What was alarmed about; {0} at the start. One thread. */
struct queue_watch {
    struct oin filling[32]; /* partners whose alarm stands */
    size_t count;
};
/* One event and one leaf for each queue that passes 80 %; again only after it came down to 70 %.
 * Waits for the writer, only then. */
MUST_USE enum outcome queue_watch_look(struct queue_watch *watch, struct gateway *gateway);
