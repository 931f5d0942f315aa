/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * json_memory.h - did memory run out while JSON was made? A member that could not be added is
 * simply not there, and an answer without it says something else ("no article": call). So each step
 * of a call asks this in the end, and is a 503 when it did: no handler need look at each member.
 */
#pragma once

#include <stdbool.h>

/* Once, behind json_ready(), while there is one thread. More than once does nothing. */
void json_memory_watch(void);
/* For the thread that asks; before json_memory_watch() never. */
void json_memory_forget(void);
bool json_memory_failed(void); /* since json_memory_forget() */
