/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * late_counts.h - how many signals are due today or late, and how many escalations stand: numbers
 * for the status and for who is notified. Counts rows, opens none; up to 100,000 of each.
 */
#pragma once

#include <jansson.h>

#include "gateway/store.h"

struct late_counts {
    size_t sent;     /* reported here, late elsewhere */
    size_t received; /* due today or late here */
    size_t escalations;
};

/* `reporter` NULL: of everybody; else a keyed hash (erasure_reporter()) of who sent it. */
MUST_USE enum outcome late_counts(struct store *store, const uint8_t *reporter,
                                  struct late_counts *out);
json_t *late_counts_json(const struct late_counts *counts); /* NULL: out of memory */
