/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_log.h - an audit log on a small store. Stops the test when it cannot do its
 * work.
 */
#pragma once

#include <jansson.h>

#include "gateway/audit.h"
#include "tests/support/small_store.h"

#define SMALL_ORIGIN "wijkpoort/00000099000000010000/log1"

struct small_log {
    struct small_store small;
    struct signing_key key;
    struct audit *audit;
};

void small_log_make(struct small_log *log);
/* As after a restart; tells what audit_open() said, `audit` is NULL unless OK. */
enum outcome small_log_reopen(struct small_log *log);
void small_log_end(struct small_log *log);

/* One entry in a change of its own, as the writer does it. */
void small_log_append(struct small_log *log, const struct audit_entry *entry);
/* Entries that differ, in one change. */
void small_log_fill(struct small_log *log, size_t count);

/* Copies that the caller wipes. The opening is empty when there is none. */
struct buffer leaf_at(struct store *store, uint64_t sequence);
struct buffer opening_at(struct store *store, uint64_t sequence);
/* The leaf parsed; the caller owns it. */
json_t *leaf_json(struct store *store, uint64_t sequence);
