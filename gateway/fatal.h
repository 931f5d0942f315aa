/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fatal.h - last words when the store goes bad under a running gateway: a part of its files that
 * cannot be read any more is met as SIGBUS, wherever it is touched.
 *
 * Nothing is acknowledged after it, as nothing runs any more. SIGBUS ends the process with
 * EXIT_DAMAGED; SIGSEGV, which may be a fault of ours as well, ends it as it would have, after one
 * sentence. The next start looks through the whole store either way.
 */
#pragma once

/* Once, before there are threads. `folder` is named in the sentence, which is made now. */
void fatal_prepare(const char *folder);
