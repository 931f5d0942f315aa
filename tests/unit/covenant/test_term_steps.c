/* SPDX-License-Identifier: EUPL-1.2 */
/* What happens when a term nears and passes, against a reckoning of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "covenant/term_steps.h"
#include "tests/support/dice.h"

enum { STEPS_MAX = 32, CASES = 4000, NINE = 9 };

static const struct terms usual = {
    .confirm_workdays = 2, .decide_workdays = 10, .outcome_days = 28};

static int64_t at(const char *text)
{
    int64_t ms = 0;

    assert_true(instant_parse(text, &ms));
    return ms;
}

static struct progress received(const char *when, const struct terms *terms, bool secrecy)
{
    struct progress progress = {0};

    progress_received(&progress, at(when), terms, secrecy);
    return progress;
}

static void answered(struct progress *progress, enum answer code)
{
    struct feedback feedback = {.code = code, .on = {0}, .next_step = NEXT_STEP_COUNT};

    progress_answered(progress, &feedback);
}

/* All steps to the end, as one that was down for ever would take them. */
static size_t all_steps(const struct progress *progress, enum term_side side,
                        struct term_step out[static STEPS_MAX])
{
    uint32_t taken = 0;
    size_t count = 0;

    while (term_step_next(progress, side, taken, &out[count])) {
        taken |= term_step_bit(out[count].term, out[count].stage);
        assert_true(++count < STEPS_MAX);
    }
    return count;
}

static void assert_step(const struct term_step *step, enum term term, enum term_stage stage,
                        const char *when)
{
    char text[INSTANT_TEXT_BYTES];

    instant_print(step->at_ms, text);
    assert_int_equal(step->term, term);
    assert_int_equal(step->stage, stage);
    assert_string_equal(text, when);
}

static void a_holder_is_reminded_then_late_then_with_the_lead(void **state)
{
    struct progress progress = received("2026-11-23T10:00:00Z", &usual, false);
    struct term_step steps[STEPS_MAX];

    (void)state;
    assert_int_equal(all_steps(&progress, TERM_SIDE_HOLDER, steps), 9);
    assert_step(&steps[0], TERM_CONFIRM, TERM_STAGE_TODAY, "2026-11-25T08:00:00Z");
    assert_step(&steps[1], TERM_CONFIRM, TERM_STAGE_LATE, "2026-11-26T08:00:00Z");
    assert_step(&steps[2], TERM_CONFIRM, TERM_STAGE_ESCALATED, "2026-11-30T08:00:00Z");
    assert_step(&steps[3], TERM_DECIDE, TERM_STAGE_TODAY, "2026-12-07T08:00:00Z");
    assert_step(&steps[6], TERM_OUTCOME, TERM_STAGE_TODAY, "2026-12-21T08:00:00Z");
    assert_step(&steps[8], TERM_OUTCOME, TERM_STAGE_ESCALATED, "2026-12-24T08:00:00Z");
    assert_int_equal(all_steps(&progress, TERM_SIDE_SENDER, steps), 6); /* no reminder */
    assert_step(&steps[0], TERM_CONFIRM, TERM_STAGE_LATE, "2026-11-26T08:00:00Z");
}

/* Over Christmas: the 25th is a Friday, and the year begins with a holiday too. */
static void a10_an_eviction_is_due_on_the_third_working_day(void **state)
{
    static const struct terms eviction = {.decide_workdays = 3};
    static const struct {
        const char *received, *due, *late, *lead;
    } known[] = {
        {"2026-12-23T10:00:00Z", "2026-12-29", "2026-12-30T08:00:00Z", "2027-01-04T08:00:00Z"},
        {"2026-12-29T10:00:00Z", "2027-01-04", "2027-01-05T08:00:00Z", "2027-01-07T08:00:00Z"},
        {"2026-04-01T10:00:00Z", "2026-04-08", "2026-04-09T07:00:00Z", "2026-04-13T07:00:00Z"},
        {"2027-04-23T10:00:00Z", "2027-04-29", "2027-04-30T07:00:00Z", "2027-05-04T07:00:00Z"},
        {"2026-05-04T10:00:00Z", "2026-05-08", "2026-05-11T07:00:00Z", "2026-05-13T07:00:00Z"},
        {"2026-05-12T10:00:00Z", "2026-05-18", "2026-05-19T07:00:00Z", "2026-05-21T07:00:00Z"},
        {"2025-04-24T10:00:00Z", "2025-04-29", "2025-04-30T07:00:00Z", "2025-05-02T07:00:00Z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct progress progress = received(known[i].received, &eviction, false);
        struct term_step steps[STEPS_MAX];
        char due[DAY_TEXT_BYTES];
        day_print(progress.due.due[TERM_DECIDE], due);
        assert_string_equal(due, known[i].due);
        assert_int_equal(all_steps(&progress, TERM_SIDE_SENDER, steps), 2);
        assert_step(&steps[0], TERM_DECIDE, TERM_STAGE_LATE, known[i].late);
        assert_step(&steps[1], TERM_DECIDE, TERM_STAGE_ESCALATED, known[i].lead);
    }
}

static void a_term_that_was_met_has_no_step_left(void **state)
{
    struct progress progress = received("2026-11-23T10:00:00Z", &usual, false);
    struct term_step steps[STEPS_MAX], standing;

    (void)state;
    answered(&progress, ANSWER_BEOO);
    assert_int_equal(all_steps(&progress, TERM_SIDE_HOLDER, steps), 6);
    assert_int_equal(steps[0].term, TERM_DECIDE);
    assert_false(
        term_step_standing(&progress, term_step_bit(TERM_CONFIRM, TERM_STAGE_LATE), &standing));
    answered(&progress, ANSWER_INBH);
    assert_int_equal(all_steps(&progress, TERM_SIDE_HOLDER, steps), 3);
    answered(&progress, ANSWER_AFGR);
    assert_int_equal(all_steps(&progress, TERM_SIDE_HOLDER, steps), 0);
    answered(&progress, ANSWER_HERO); /* the outcome is open again */
    assert_int_equal(all_steps(&progress, TERM_SIDE_HOLDER, steps), 3);
}

/* Its answer leaves by itself: it is reminded of what its workers still owe, and never late. */
static void who_is_bound_to_secrecy_is_reminded_only(void **state)
{
    struct progress progress = received("2026-11-23T10:00:00Z", &usual, true);
    struct term_step steps[STEPS_MAX];

    (void)state;
    assert_int_equal(all_steps(&progress, TERM_SIDE_SECRET_HOLDER, steps), 1);
    assert_step(&steps[0], TERM_DECIDE, TERM_STAGE_TODAY, "2026-12-07T08:00:00Z");
    assert_int_equal(all_steps(&progress, TERM_SIDE_SENDER, steps), 2);
}

static void a_day_that_was_agreed_comes_back_to_the_holder(void **state)
{
    struct progress progress = received("2026-11-23T10:00:00Z", &usual, false);
    struct feedback again = {
        .code = ANSWER_GEHV, .next_step = NEXT_STEP_HERHAALBEZOEK, .has_next_day = true};
    struct term_step steps[STEPS_MAX];

    (void)state;
    assert_true(day_parse("2027-01-02", &again.next_day)); /* a Saturday, after a holiday */
    progress_answered(&progress, &again);
    assert_int_equal(all_steps(&progress, TERM_SIDE_HOLDER, steps), 1);
    assert_step(&steps[0], TERM_OUTCOME, TERM_STAGE_FOLLOW_UP, "2026-12-31T08:00:00Z");
    assert_int_equal(all_steps(&progress, TERM_SIDE_SENDER, steps), 0);
    assert_int_equal(all_steps(&progress, TERM_SIDE_SECRET_HOLDER, steps), 1);
}

static void without_receipt_or_terms_nothing_is_due(void **state)
{
    struct progress none = {0},
                    without = received("2026-11-23T10:00:00Z", &(struct terms){0}, false);
    struct term_step steps[STEPS_MAX];

    (void)state;
    assert_int_equal(all_steps(&none, TERM_SIDE_HOLDER, steps), 0);
    assert_int_equal(all_steps(&without, TERM_SIDE_HOLDER, steps), 0);
}

/* --- for any receipt and terms --- */

static struct terms some_terms(struct dice *dice)
{
    return (struct terms){.confirm_workdays = (int)dice_number(dice, 6),
                          .decide_workdays = (int)dice_number(dice, 20),
                          .outcome_days = (int)dice_number(dice, 90)};
}

/* Counted day by day, from the text of the law and not from day_add_workdays(). */
static struct day naive_workday(struct day from, int count)
{
    while (count > 0) {
        from = day_plus(from, 1);
        if (day_weekday(from) <= 5 && !day_is_holiday(from))
            count--;
    }
    return from;
}

static void each_step_comes_at_nine_on_a_working_day_in_order(void **state)
{
    struct dice dice = dice_throw_from(7);

    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct terms terms = some_terms(&dice);
        struct progress progress = {0};
        struct term_step steps[STEPS_MAX];
        size_t count;
        progress_received(
            &progress, at("1999-01-01T00:00:00Z") + (int64_t)dice_number(&dice, 73000) * 86399000,
            &terms, false);
        count = all_steps(&progress, TERM_SIDE_HOLDER, steps);
        for (size_t k = 0; k < count; k++) {
            struct wall_clock clock = amsterdam_clock(steps[k].at_ms);
            assert_int_equal(clock.hour, NINE);
            assert_int_equal(clock.minute, 0);
            assert_true(day_is_workday(clock.day));
            assert_true(k == 0 || steps[k - 1].at_ms <= steps[k].at_ms);
            if (steps[k].stage == TERM_STAGE_ESCALATED)
                assert_int_equal(clock.day.number, naive_workday(steps[k].due, 3).number);
            if (steps[k].stage == TERM_STAGE_LATE)
                assert_int_equal(clock.day.number, naive_workday(steps[k].due, 1).number);
        }
    }
}

/* The receipt bears whole seconds, and both count from it: whatever each does with the rest. */
static void both_sides_reckon_the_same_days(void **state)
{
    struct dice dice = dice_throw_from(8);

    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct terms terms = some_terms(&dice);
        const int64_t here_ms =
            at("1999-01-01T00:00:00Z") + (int64_t)dice_number(&dice, 73000) * 86400123;
        struct progress holder = {0}, sender = {0};
        struct term_step held[STEPS_MAX], sent[STEPS_MAX];
        char text[INSTANT_TEXT_BYTES];
        size_t count, after = 0;
        progress_received(&holder, here_ms, &terms, false);
        instant_print(here_ms, text); /* as it travels */
        progress_received(&sender, at(text), &terms, false);
        count = all_steps(&holder, TERM_SIDE_HOLDER, held);
        assert_int_equal(all_steps(&sender, TERM_SIDE_SENDER, sent), count / 3 * 2);
        for (size_t k = 0; k < count; k++) {
            if (held[k].stage == TERM_STAGE_TODAY)
                continue;
            assert_int_equal(held[k].at_ms, sent[after].at_ms);
            assert_int_equal(held[k].stage, sent[after++].stage);
        }
    }
}

static void days_on_which_the_clock_changes_have_their_nine_and_five(void **state)
{
    static const struct {
        const char *day, *nine, *five;
    } known[] = {
        {"2026-03-29", "2026-03-29T07:00:00Z", "2026-03-29T15:00:00Z"},
        {"2026-10-25", "2026-10-25T08:00:00Z", "2026-10-25T16:00:00Z"},
        {"2027-03-28", "2027-03-28T07:00:00Z", "2027-03-28T15:00:00Z"},
        {"2027-10-31", "2027-10-31T08:00:00Z", "2027-10-31T16:00:00Z"},
    };
    struct day day;
    char text[INSTANT_TEXT_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_true(day_parse(known[i].day, &day));
        instant_print(amsterdam_instant(day, NINE), text);
        assert_string_equal(text, known[i].nine);
        instant_print(amsterdam_instant(day, TERM_RELEASE_HOUR), text);
        assert_string_equal(text, known[i].five);
    }
    assert_true(day_parse("2026-03-29", &day)); /* two o'clock is not there: three it is */
    assert_int_equal(amsterdam_instant(day, 2), at("2026-03-29T01:00:00Z"));
    assert_true(day_parse("2026-10-25", &day)); /* and here it is twice: the first */
    assert_int_equal(amsterdam_instant(day, 2), at("2026-10-25T00:00:00Z"));
}

static void words_are_read_back(void **state)
{
    enum term term = TERM_COUNT;

    (void)state;
    for (unsigned i = 0; i < TERM_COUNT; i++) {
        assert_true(term_parse(term_word((enum term)i), &term));
        assert_int_equal(term, i);
    }
    assert_false(term_parse("besluit", &term));
    assert_false(term_parse(NULL, &term));
    assert_string_equal(term_word(TERM_COUNT), "");
    assert_string_equal(term_stage_word(TERM_STAGE_COUNT), "");
    assert_string_equal(term_stage_text(TERM_STAGE_LATE, LANGUAGE_NL), "te laat");
    assert_string_equal(term_stage_text(TERM_STAGE_LATE, LANGUAGE_EN), "late");
    assert_string_equal(term_stage_text(TERM_STAGE_COUNT, LANGUAGE_EN), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_holder_is_reminded_then_late_then_with_the_lead),
        cmocka_unit_test(a10_an_eviction_is_due_on_the_third_working_day),
        cmocka_unit_test(a_term_that_was_met_has_no_step_left),
        cmocka_unit_test(who_is_bound_to_secrecy_is_reminded_only),
        cmocka_unit_test(a_day_that_was_agreed_comes_back_to_the_holder),
        cmocka_unit_test(without_receipt_or_terms_nothing_is_due),
        cmocka_unit_test(each_step_comes_at_nine_on_a_working_day_in_order),
        cmocka_unit_test(both_sides_reckon_the_same_days),
        cmocka_unit_test(days_on_which_the_clock_changes_have_their_nine_and_five),
        cmocka_unit_test(words_are_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
