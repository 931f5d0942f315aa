/* SPDX-License-Identifier: EUPL-1.2 */
/* The fixed answer of a partner bound to secrecy, at the GGZ of the small town. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/kept_signal.h"
#include "gateway/release.h"
#include "gateway/secrecy.h"
#include "tests/support/small_gateway.h"

enum { PLANS_MAX = 700 };

static struct small_town town;
static struct small_gateway small;
static const struct terms terms = {
    .confirm_workdays = 2, .decide_workdays = 10, .outcome_days = 28};

/* --- signals that wait for their hour --- */

struct plan {
    char id[UUID_TEXT_BYTES];
    int64_t received_ms, due_ms;
};

static int64_t due_of(int64_t received_ms, const struct terms *of)
{
    struct due_days days = due_days_from(received_ms, of, true);
    int64_t due_ms = -1;

    return due_days_release(&days, &due_ms) ? due_ms : -1;
}

static enum outcome put_signal(struct change *change, const struct plan *plan)
{
    const struct known_covenant *known = small_gateway_known(&small);
    OWNED_KEPT_SIGNAL kept = {.partner = town.parties[CORPORATION].oin,
                              .taken_ms = plan->received_ms,
                              .received_ms = plan->received_ms};
    struct signal signal = {.article = 2,
                            .purpose = PURPOSE_TOELEIDING,
                            .code = "ZORG.EENZAAM",
                            .holder = town.parties[GGZ].oin,
                            .lead = town.parties[CORPORATION].oin,
                            .sent_ms = instant_hour(plan->received_ms),
                            .fields = bit_of(FIELD_WEEK),
                            .week = {2026, 49}};
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    memcpy(signal.id, plan->id, sizeof signal.id);
    snprintf(signal.covenant, sizeof signal.covenant, "%s", known->covenant->reference);
    memcpy(kept.covenant, known->covenant->fingerprint, sizeof kept.covenant);
    dossier_new(kept.dossier);
    TRY(signal_print(&signal, &kept.item));
    TRY(kept_signal_print(&kept, &text));
    assert_true(uuid_parse(plan->id, &uuid));
    store_put_sealed(change, TABLE_INBOX, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return release_plan(change, plan->id, plan->received_ms, &terms);
}

static enum outcome apply_plan(struct change *change, struct audit *audit, void *context)
{
    (void)audit;
    return put_signal(change, context);
}

static void plan_one(int64_t received_ms, struct plan *out)
{
    *out = (struct plan){.received_ms = received_ms, .due_ms = due_of(received_ms, &terms)};
    uuid_print(uuid_v4(), out->id);
    small_gateway_write(&small, apply_plan, out);
}

/* --- letting go --- */

struct letting_go {
    int64_t now_ms;
    bool more;
};

static enum outcome apply_release(struct change *change, struct audit *audit, void *context)
{
    struct letting_go *letting_go = context;

    (void)audit;
    return release_due(&small.gateway, change, letting_go->now_ms, &letting_go->more);
}

/* As the clock work does it; returns in how many changes. */
static int release_all(int64_t now_ms)
{
    struct letting_go letting_go = {now_ms, true};
    int changes = 0;

    while (letting_go.more) {
        small_gateway_write(&small, apply_release, &letting_go);
        changes++;
    }
    return changes;
}

/* The answers that wait for the corporation; gives back how many. */
static size_t queued_answers(struct feedback *out, size_t max)
{
    struct queued queued;
    struct view view;
    uint64_t sequence = 0;
    size_t count = 0;

    view_begin(small.gateway.store, &view);
    while (queue_next(&view, &town.parties[CORPORATION].oin, sequence, &sequence, &queued) ==
           OUTCOME_OK) {
        OWNED_JSON item = NULL;
        struct fault fault = {0};
        assert_int_equal(queued.kind, MESSAGE_KIND_FEEDBACK);
        assert_int_equal(queued.role, ROLE_SYSTEEM);
        assert_true(count < max);
        assert_int_equal(json_read(queued.item, FEEDBACK_MAX_BYTES, &item), OUTCOME_OK);
        assert_int_equal(feedback_parse(item, &out[count++], &fault), OUTCOME_OK);
        sequence++;
    }
    view_end(&view);
    return count;
}

/* --- facts --- */

static void nothing_leaves_before_its_hour(void **state)
{
    struct feedback answers[4];
    struct plan plan;

    (void)state;
    plan_one(town.now_ms, &plan);
    assert_true(plan.due_ms > town.now_ms + 9 * (int64_t)DAY_MS);
    assert_int_equal(amsterdam_clock(plan.due_ms).hour, TERM_RELEASE_HOUR);
    assert_int_equal(amsterdam_clock(plan.due_ms).minute, 0);
    assert_false(release_is_due(small.gateway.store, town.now_ms));
    assert_false(release_is_due(small.gateway.store, plan.due_ms - 1));
    assert_int_equal(release_all(plan.due_ms - 1), 1);
    assert_int_equal(queued_answers(answers, 4), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 1);
}

static void at_its_hour_the_answer_says_nothing_but_that_it_is_settled(void **state)
{
    struct feedback answers[4];
    struct plan plan;
    OWNED_JSON leaf = NULL;

    (void)state;
    plan_one(town.now_ms, &plan);
    assert_true(release_is_due(small.gateway.store, plan.due_ms));
    release_all(plan.due_ms);
    assert_int_equal(queued_answers(answers, 4), 1);
    assert_int_equal(answers[0].code, ANSWER_AFGH);
    assert_string_equal(answers[0].signal, plan.id);
    assert_int_equal(answers[0].on.number, amsterdam_day(plan.due_ms).number);
    assert_int_equal(answers[0].next_step, NEXT_STEP_COUNT);
    assert_string_equal(answers[0].refers_to, "");
    assert_int_equal(answers[0].partner_kind, PARTY_NONE);
    assert_true(small.queued_times > 0);
    leaf = leaf_json(small.gateway.store, 0);
    assert_string_equal(json_string_value(json_object_get(leaf, "ev")), "answer");
    assert_string_equal(json_string_value(json_object_get(leaf, "dst")), SAMPLE_CORPORATION);
}

static void an_answer_leaves_once(void **state)
{
    struct feedback answers[4];
    struct plan plan;

    (void)state;
    plan_one(town.now_ms, &plan);
    release_all(plan.due_ms);
    release_all(plan.due_ms + DAY_MS);
    assert_int_equal(queued_answers(answers, 4), 1);
    assert_false(release_is_due(small.gateway.store, INT64_MAX));
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 0);
}

/* Whatever the workers noted: the same code, at the same hour. */
static void what_was_answered_here_changes_nothing(void **state)
{
    static const enum answer local[] = {ANSWER_BEOO, ANSWER_BEKD, ANSWER_NBER};
    struct plan plans[4];
    struct feedback answers[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        plan_one(town.now_ms, &plans[i]);
    for (size_t i = 0; i < 3; i++) {
        struct change *change = change_of(small.gateway.store);
        OWNED_KEPT_SIGNAL kept = {0};
        OWNED_BUFFER text = {0};
        struct feedback answer = {
            .code = local[i], .on = amsterdam_day(town.now_ms), .next_step = NEXT_STEP_COUNT};
        struct uuid uuid;
        struct bytes key, value;
        uuid_parse(plans[i].id, &uuid);
        key = bytes_of(uuid.bytes, sizeof uuid.bytes);
        uuid_print(uuid_v4(), answer.id);
        memcpy(answer.signal, plans[i].id, sizeof answer.signal);
        if (answer_extra_of(local[i]) == ANSWER_EXTRA_NEXT_STEP)
            answer.next_step = NEXT_STEP_HERHAALBEZOEK;
        assert_int_equal(store_get(&change->view, TABLE_INBOX, key, &value), OUTCOME_OK);
        assert_int_equal(kept_signal_read(value, &kept), OUTCOME_OK);
        assert_int_equal(kept_signal_answer(&kept, &answer), OUTCOME_OK);
        assert_int_equal(kept_signal_print(&kept, &text), OUTCOME_OK);
        store_put_sealed(change, TABLE_INBOX, key, buffer_bytes(&text));
        change_done(change);
    }
    release_all(plans[0].due_ms);
    assert_int_equal(queued_answers(answers, 4), 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(answers[i].code, ANSWER_AFGH);
}

static void what_is_due_leaves_in_the_order_it_was_due(void **state)
{
    struct dice dice = dice_throw_from(121);
    static struct plan plans[60];
    static struct feedback answers[60];
    size_t expected = 0, count;
    int64_t now_ms = town.now_ms + 40 * (int64_t)DAY_MS, before = 0;

    (void)state;
    for (size_t i = 0; i < 60; i++) {
        plan_one(town.now_ms + (int64_t)dice_number(&dice, 60) * DAY_MS, &plans[i]);
        expected += plans[i].due_ms <= now_ms;
    }
    assert_in_range(expected, 5, 55);
    release_all(now_ms);
    count = queued_answers(answers, 60);
    assert_int_equal(count, expected);
    for (size_t i = 0; i < count; i++) {
        const struct plan *plan = NULL;
        for (size_t j = 0; j < 60; j++) {
            if (strcmp(plans[j].id, answers[i].signal) == 0)
                plan = &plans[j];
        }
        assert_non_null(plan);
        assert_true(plan->due_ms >= before && plan->due_ms <= now_ms);
        before = plan->due_ms;
    }
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 60 - expected);
}

static void a_restart_forgets_no_hour(void **state)
{
    struct feedback answers[4];
    struct plan plan;

    (void)state;
    plan_one(town.now_ms, &plan);
    small_gateway_restart(&small);
    assert_false(release_is_due(small.gateway.store, plan.due_ms - 1));
    assert_true(release_is_due(small.gateway.store, plan.due_ms));
    release_all(plan.due_ms);
    small_gateway_restart(&small);
    assert_false(release_is_due(small.gateway.store, INT64_MAX));
    assert_int_equal(queued_answers(answers, 4), 1);
}

struct many {
    struct plan *plans;
    size_t count;
};

static enum outcome apply_many(struct change *change, struct audit *audit, void *context)
{
    const struct many *many = context;

    (void)audit;
    for (size_t i = 0; i < many->count; i++)
        TRY(put_signal(change, &many->plans[i]));
    return OUTCOME_OK;
}

static void many_at_one_hour_leave_in_several_changes(void **state)
{
    static struct plan plans[PLANS_MAX];
    static struct feedback answers[PLANS_MAX];
    struct many many = {plans, PLANS_MAX};

    (void)state;
    for (size_t i = 0; i < PLANS_MAX; i++) {
        plans[i].received_ms = town.now_ms;
        uuid_print(uuid_v4(), plans[i].id);
    }
    small_gateway_write(&small, apply_many, &many);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), PLANS_MAX);
    assert_true(release_all(due_of(town.now_ms, &terms)) > 1);
    assert_int_equal(queued_answers(answers, PLANS_MAX), PLANS_MAX);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 0);
    assert_int_equal(audit_size(small.gateway.audit), PLANS_MAX);
}

static void an_erased_signal_gets_no_answer_and_holds_nothing_up(void **state)
{
    struct feedback answers[4];
    struct plan erased, stays;
    struct change *change;
    struct uuid uuid;

    (void)state;
    plan_one(town.now_ms, &erased);
    plan_one(town.now_ms, &stays);
    change = change_of(small.gateway.store);
    uuid_parse(erased.id, &uuid);
    store_delete(change, TABLE_INBOX, bytes_of(uuid.bytes, sizeof uuid.bytes));
    change_done(change);
    release_all(stays.due_ms);
    assert_int_equal(queued_answers(answers, 4), 1);
    assert_string_equal(answers[0].signal, stays.id);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 0);
}

static void the_hour_comes_from_the_first_term_there_is(void **state)
{
    const struct terms outcome_only = {.outcome_days = 28}, confirm_only = {.confirm_workdays = 2};
    const struct terms none = {0};
    struct change *change = change_of(small.gateway.store);
    char id[UUID_TEXT_BYTES];

    (void)state;
    uuid_print(uuid_v4(), id);
    assert_int_equal(release_plan(change, id, town.now_ms, &none), OUTCOME_OK);
    assert_int_equal(store_entries(&change->view, TABLE_RELEASE), 0);
    assert_int_equal(release_plan(change, id, town.now_ms, &outcome_only), OUTCOME_OK);
    assert_int_equal(release_plan(change, id, town.now_ms, &confirm_only), OUTCOME_OK);
    assert_int_equal(store_entries(&change->view, TABLE_RELEASE), 2);
    change_done(change);
    assert_true(release_is_due(small.gateway.store, due_of(town.now_ms, &confirm_only)));
    assert_false(release_is_due(small.gateway.store, due_of(town.now_ms, &confirm_only) - 1));
    assert_true(due_of(town.now_ms, &confirm_only) < due_of(town.now_ms, &outcome_only));
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, GGZ);
    small_gateway_in_force(&small);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    return 0;
}

static int make_town(void **state)
{
    (void)state;
    small_town_make(&town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}

/* --- a lifting that was withdrawn before its answer left --- */

static enum outcome apply_withdrawn(struct change *change, struct audit *audit, void *context)
{
    const struct plan *plan = context;
    struct basis basis = {.kind = BASIS_DOORBREKING_BEROEPSGEHEIM,
                          .recipients = {town.parties[CORPORATION].oin},
                          .recipient_count = 1};
    struct queued queued = {.kind = MESSAGE_KIND_FEEDBACK, .role = ROLE_GGZ_CONTACTPUNT};
    OWNED_BUFFER item = {0};

    (void)audit;
    dossier_new(basis.dossier);
    memcpy(queued.dossier, basis.dossier, sizeof queued.dossier);
    memset(queued.covenant, 'a', sizeof queued.covenant - 1);
    uuid_print(uuid_v4(), queued.id);
    buffer_format(&item, "{\"signaal\":\"%s\",\"bewijs\":{}}", plan->id);
    queued.item = buffer_bytes(&item);
    TRY(queue_add(change, &basis.recipients[0], &queued));
    return secrecy_returns(change, &basis);
}

static void a_lifting_withdrawn_in_time_adds_no_second_hour(void **state)
{
    struct feedback left[2];
    struct plan plan;

    (void)state;
    plan_one(town.now_ms, &plan);
    small_gateway_write(&small, apply_withdrawn, &plan);
    assert_int_equal(queued_answers(left, 2), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 1);
    (void)release_all(plan.due_ms);
    assert_int_equal(queued_answers(left, 2), 1);
    /* and where no hour stands any more, it comes to stand again */
    small_gateway_write(&small, apply_withdrawn, &plan);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 1);
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(nothing_leaves_before_its_hour),
        WITH_GATEWAY(at_its_hour_the_answer_says_nothing_but_that_it_is_settled),
        WITH_GATEWAY(an_answer_leaves_once),
        WITH_GATEWAY(what_was_answered_here_changes_nothing),
        WITH_GATEWAY(a_lifting_withdrawn_in_time_adds_no_second_hour),
        WITH_GATEWAY(what_is_due_leaves_in_the_order_it_was_due),
        WITH_GATEWAY(a_restart_forgets_no_hour),
        WITH_GATEWAY(many_at_one_hour_leave_in_several_changes),
        WITH_GATEWAY(an_erased_signal_gets_no_answer_and_holds_nothing_up),
        WITH_GATEWAY(the_hour_comes_from_the_first_term_there_is),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
