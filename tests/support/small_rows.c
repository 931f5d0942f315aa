/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/small_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

struct import_row small_row(const struct small_town *town, const char *key, const char *code)
{
    struct import_row row = {.row = 2,
                             .reported = {true, amsterdam_day(town->now_ms)},
                             .code_count = 1,
                             .contact = {.postcode = "1234AB", .number = "5"},
                             .complex = "CPL-VD-01",
                             .moment = "OVERLAST",
                             .consent = IMPORT_ANSWER_NO};
    struct fault fault = {0};

    snprintf(row.source_key, sizeof row.source_key, "%s", key);
    snprintf(row.codes[0], sizeof row.codes[0], "%s", code);
    assert_int_equal(import_row_check(&row, &fault), OUTCOME_OK);
    return row;
}

struct import_row small_row_consented(const struct small_town *town, const char *key,
                                      const char *code, int days)
{
    struct import_row row = small_row(town, key, code);

    row.consent = IMPORT_ANSWER_YES;
    row.consent_given = (struct import_day){true, day_plus(row.reported.day, days)};
    return row;
}

struct import_row small_row_arrears(const struct small_town *town, const char *key)
{
    struct import_row row = small_row(town, key, "FIN.HUURACHTERSTAND");

    row.contact_attempted = row.pointed_to_help = row.reminded = row.reported;
    row.objection = row.plan_running = IMPORT_ANSWER_NO;
    row.current_tenant = row.adult = IMPORT_ANSWER_YES;
    row.has_arrears = true;
    row.arrears_cents = 123450;
    return row;
}

void small_intake_decide(struct small_intake *s, struct small_gateway *small,
                         const struct import_row *rows, size_t count)
{
    memset(s, 0, sizeof *s);
    small_call_make(&s->call, small, LISTENER_LOCAL, HTTP_POST, "/v1/invoer", (struct bytes){0});
    s->intake = (struct intake){.call = &s->call.call,
                                .adapter = "corporatie_csv",
                                .known = registry_choose(s->call.call.registry, NULL, small->town->now_ms),
                                .count = count,
                                .rows = s->rows};
    assert_non_null(s->intake.known);
    s->intake.self = covenant_party(s->intake.known->covenant, &small->gateway.settings->oin);
    assert_true(count <= sizeof s->rows / sizeof s->rows[0]);
    for (size_t i = 0; i < count; i++) {
        s->rows[i].row = rows[i];
        assert_int_equal(intake_decide(&s->intake, &s->rows[i]), OUTCOME_OK);
    }
}

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    struct small_intake *s = context;

    (void)audit;
    for (size_t i = 0; i < s->intake.count; i++)
        TRY(intake_store(&s->intake, &s->rows[i], change));
    return change->outcome;
}

enum outcome small_intake_try(struct small_intake *s)
{
    return writer_run(s->call.call.gateway->writer, apply, s);
}

void small_intake_store(struct small_intake *s)
{
    assert_int_equal(small_intake_try(s), OUTCOME_OK);
}

void small_intake_end(struct small_intake *s)
{
    for (size_t i = 0; i < s->intake.count; i++)
        intake_row_wipe(&s->rows[i]);
    small_call_end(&s->call);
}
