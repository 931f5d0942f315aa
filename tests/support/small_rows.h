/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_rows.h - rows as the corporation of the small town hands them in, and the
 * intake they are decided in. Stops the test when it cannot do its work.
 */
#pragma once

#include "gateway/intake.h"
#include "tests/support/small_gateway.h"

/* Reported today, in the complex of the covenant, with an address; {code, no consent}. */
struct import_row small_row(const struct small_town *town, const char *key, const char *code);
/* The same with consent that was given `days` from today (negative: ago). */
struct import_row small_row_consented(const struct small_town *town, const char *key,
                                      const char *code, int days);
/* Arrears with all four conditions met. */
struct import_row small_row_arrears(const struct small_town *town, const char *key);

struct small_intake {
    struct small_call call;
    struct intake intake;
    struct intake_row rows[8];
};

/* The rows decided; the caller ends it. */
void small_intake_decide(struct small_intake *s, struct small_gateway *small,
                         const struct import_row *rows, size_t count);
/* And stored, in one piece of work. */
void small_intake_store(struct small_intake *s);
enum outcome small_intake_try(struct small_intake *s); /* which may fail */
void small_intake_end(struct small_intake *s);
