/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * notify.h - tells people that something is late, by a command of the operator's (a mail, say): the
 * setting `berichtgeving`. It is told a role and counts in its environment, never content, and
 * nothing of what it prints is read.
 *
 * Once per role and working day, at the hour of the setting, where there is something to tell; and
 * at once when the lead gets an escalation, at most every NOTIFY_PAUSE_MS. One at a time, without a
 * shell, with a clean environment and no descriptor of ours, and killed after NOTIFY_MOST_MS. That
 * it fails is an event and an alarm, and nothing else: the next day tries again. Which day was told
 * stands in the store before the command runs, so a crash tells once or not.
 */
#pragma once

#include "gateway/gateway.h"
#include "gateway/late_counts.h"

enum {
    NOTIFY_MOST_MS = 30 * 1000,
    NOTIFY_PAUSE_MS = 15 * 60 * 1000,
    NOTIFY_LOOK_MS = 2000,
};

struct notify_watch {  /* the timer's; {0} at the start */
    int64_t looked_ms; /* monotonic, as all here */
    pid_t child;       /* 0: none runs */
    int64_t child_ms;
    bool killed;
    uint32_t roles;     /* still to be told: 1 << enum role */
    bool by_escalation; /* why */
    int64_t at_once_ms; /* when an escalation was last told */
};

/* For the timer. Does nothing without the setting. Waits for the writer, only when it tells. */
MUST_USE enum outcome notify_pass(struct gateway *gateway, struct notify_watch *watch);
/* A command that still runs is ended. */
void notify_end(struct notify_watch *watch);
