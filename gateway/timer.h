/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * timer.h - the thread of what happens by itself: answers of secrecy-bound
 * partners at their hour, shared keys once a covenant is in force, matching what
 * came in, the minute's count of strangers. It keeps no state of its own: what is
 * due stands in the store, so a restart or a day of downtime skips nothing.
 */
#pragma once

#include "gateway/gateway.h"

struct timer;

MUST_USE enum outcome timer_start(struct gateway *gateway, struct timer **out_timer);
void timer_stop(struct timer *timer); /* NULL is fine */
