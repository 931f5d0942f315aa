/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/event.h"

#include <stdio.h>
#include <unistd.h>

#include "covenant/day.h"
#include "gateway/clock.h"

static const char *const words[EVENT_COUNT] = {
#define EVENT_WORD(name, word) [EVENT_##name] = word,
    EVENTS(EVENT_WORD)
#undef EVENT_WORD
};

void event_write(enum event event, enum outcome outcome, const struct oin *partner, int64_t number)
{
    char instant[INSTANT_TEXT_BYTES], line[256];
    int length;

    instant_print(clock_now_ms(), instant);
    length = snprintf(line, sizeof line, "%s %s %s partner=%s number=%lld\n", instant, words[event],
                      outcome_code(outcome), partner ? partner->text : "-", (long long)number);
    /* One write, so that lines of several threads do not mix; a full pipe is not our fault. */
    if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0)
        return;
}
