/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * clock.h - the only place that asks what time it is; everything else is told.
 */
#pragma once

#include <stdint.h>

int64_t clock_now_ms(void);       /* since 1970 UTC; may jump */
int64_t clock_monotonic_ms(void); /* for deadlines; never jumps */
int64_t clock_steady_ms(void);    /* the same, and goes on while the machine is suspended */
int64_t clock_monotonic_us(void); /* for how long something took */
