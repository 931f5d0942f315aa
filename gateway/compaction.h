/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * compaction.h - erased for good: after records were erased keys/ is written anew, so that their
 * wrapped keys are not in its free pages either, and one leaf says for how many that is now true.
 *
 * Within a minute after a withdrawal, and after the daily run; not while a backup is made, and no
 * more often than leaves the disk to others. A file system that does not write in place (btrfs,
 * ZFS) or a disk that moves its blocks may keep old bytes: disks must be encrypted
 * (docs/threat-model.md).
 */
#pragma once

#include "gateway/erasure.h"

struct compaction_watch { /* the timer's; {0} at the start */
    int64_t next_ms;      /* monotonic: not before */
};
/* For the timer, twice a second. Waits for the writer, only when there is something to do. */
MUST_USE enum outcome compaction_pass(struct gateway *gateway, struct compaction_watch *watch);

struct compaction_state {
    int64_t at_ms;  /* when keys/ was last written anew; 0: never */
    uint64_t count; /* records whose keys went by it */
};
MUST_USE enum outcome compaction_state(struct view *view, struct compaction_state *out_state);
