/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/progress.h"

static const struct terms usual = {
    .confirm_workdays = 2, .decide_workdays = 10, .outcome_days = 28};

static struct day day(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text, &day));
    return day;
}

static int64_t instant(const char *text)
{
    int64_t ms = 0;

    assert_true(instant_parse(text, &ms));
    return ms;
}

static void assert_line(const struct progress *progress, const char *today, const char *expected)
{
    OWNED_BUFFER text = {0};

    progress_print(progress, "Buurtteam", day(today), LANGUAGE_NL, &text);
    assert_string_equal(buffer_text(&text), expected);
}

static struct progress received(bool secrecy_bound)
{
    struct progress progress = {0};

    progress_received(&progress, instant("2026-12-03T09:12:44Z"), &usual, secrecy_bound);
    return progress;
}

static void answer(struct progress *progress, enum answer code, const char *on)
{
    struct feedback feedback = {.code = code, .on = day(on), .next_step = NEXT_STEP_COUNT};

    progress_answered(progress, &feedback);
}

static void terms_count_from_the_receipt(void **state)
{
    struct due_days days = due_days_from(instant("2026-12-03T09:12:44Z"), &usual, false);

    (void)state;
    assert_int_equal(day_compare(days.due[TERM_CONFIRM], day("2026-12-07")), 0);
    assert_int_equal(day_compare(days.due[TERM_DECIDE], day("2026-12-17")), 0);
    assert_int_equal(day_compare(days.due[TERM_OUTCOME], day("2026-12-31")), 0);
}

/* 23:30 UTC is the next day in Amsterdam, winter and summer. */
static void terms_count_by_the_amsterdam_day(void **state)
{
    struct due_days winter = due_days_from(instant("2026-12-03T23:30:00Z"), &usual, false);
    struct due_days summer = due_days_from(instant("2027-07-05T22:30:00Z"), &usual, false);

    (void)state;
    assert_int_equal(day_compare(winter.due[TERM_CONFIRM], day("2026-12-08")), 0);
    assert_int_equal(day_compare(summer.due[TERM_OUTCOME], day("2027-08-03")), 0);
}

static void an_article_without_a_term_sets_none(void **state)
{
    const struct terms none = {0};
    struct due_days days = due_days_from(0, &none, false);
    int64_t release = 5;

    (void)state;
    assert_false(days.has[TERM_CONFIRM] || days.has[TERM_DECIDE] || days.has[TERM_OUTCOME]);
    assert_false(due_days_release(&days, &release));
    assert_int_equal(release, 5);
}

static void silence_ends_at_five_on_the_day_of_the_decision(void **state)
{
    struct due_days days = due_days_from(instant("2026-12-03T09:12:44Z"), &usual, true);
    int64_t release = 0;

    (void)state;
    assert_false(days.has[TERM_CONFIRM]);
    assert_true(days.has[TERM_DECIDE]);
    assert_false(days.has[TERM_OUTCOME]);
    assert_true(due_days_release(&days, &release));
    assert_int_equal(release, instant("2026-12-17T16:00:00Z")); /* winter: one hour ahead */
    days = due_days_from(instant("2027-07-05T08:00:00Z"), &usual, true);
    assert_true(due_days_release(&days, &release));
    assert_int_equal(release, instant("2027-07-19T15:00:00Z")); /* summer: two */
}

static void without_a_decision_term_silence_ends_with_the_outcome(void **state)
{
    const struct terms outcome_only = {.confirm_workdays = 2, .outcome_days = 28};
    const struct terms confirm_only = {.confirm_workdays = 2};
    struct due_days days = due_days_from(instant("2026-12-03T09:12:44Z"), &outcome_only, true);
    int64_t release = 0;

    (void)state;
    assert_true(due_days_release(&days, &release));
    assert_int_equal(release, instant("2026-12-31T16:00:00Z"));
    days = due_days_from(instant("2026-12-03T09:12:44Z"), &confirm_only, true);
    assert_true(due_days_release(&days, &release));
    assert_int_equal(release, instant("2026-12-07T16:00:00Z"));
}

static void escalation_waits_three_working_days(void **state)
{
    (void)state;
    /* Thursday 24 December 2026: Christmas and the weekend do not count. */
    assert_int_equal(term_escalation(day("2026-12-24")), instant("2026-12-30T08:00:00Z"));
}

static void each_term_has_a_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < TERM_COUNT; i++) {
        assert_string_not_equal(term_name((enum term)i, LANGUAGE_NL), "");
        assert_string_not_equal(term_name((enum term)i, LANGUAGE_EN), "");
    }
    assert_string_equal(term_name(TERM_COUNT, LANGUAGE_NL), "");
}

static void without_a_receipt_it_is_not_delivered(void **state)
{
    struct progress progress = {0};
    enum term term;
    struct day due;

    (void)state;
    assert_line(&progress, "2027-01-01", "nog niet afgeleverd");
    assert_false(progress_has_ended(&progress));
    assert_false(progress_is_late(&progress, day("2030-01-01")));
    assert_false(progress_next_term(&progress, &term, &due));
}

static void the_reporter_reads_by_when(void **state)
{
    struct progress wijkteam = received(false), ggz = received(true);

    (void)state;
    assert_line(&wijkteam, "2026-12-04", "ontvangen; antwoord uiterlijk 07-12-2026");
    assert_line(&ggz, "2026-12-04", "ontvangen; antwoord uiterlijk 17-12-2026");
}

static void a_second_receipt_moves_nothing(void **state)
{
    struct progress progress = received(false);

    (void)state;
    progress_received(&progress, instant("2027-02-01T09:00:00Z"), &usual, false);
    assert_line(&progress, "2026-12-04", "ontvangen; antwoord uiterlijk 07-12-2026");
}

static void the_day_after_the_term_it_is_late(void **state)
{
    struct progress progress = received(false);

    (void)state;
    assert_false(progress_is_late(&progress, day("2026-12-07")));
    assert_true(progress_is_late(&progress, day("2026-12-08")));
    assert_line(&progress, "2026-12-08",
                "te laat bij Buurtteam: het eerste antwoord had er uiterlijk op 07-12-2026 moeten "
                "zijn.");
}

static void assessing_twice_wins_no_time(void **state)
{
    struct progress progress = received(false);

    (void)state;
    answer(&progress, ANSWER_BEOO, "2026-12-04");
    assert_line(&progress, "2026-12-10",
                "Buurtteam: in beoordeling; besluit uiterlijk 17-12-2026.");
    answer(&progress, ANSWER_BEOO, "2026-12-16");
    assert_int_equal(day_compare(progress.first_answer, day("2026-12-04")), 0);
    assert_false(progress.met[TERM_DECIDE]);
    assert_line(&progress, "2026-12-18",
                "te laat bij Buurtteam: twee keer \u201cin beoordeling\u201d, en verder niets; het "
                "besluit had er uiterlijk op 17-12-2026 moeten zijn.");
}

/* Overviews are no answer: with the second one it is overdue, whatever day it is. */
static void a33_assessing_twice_in_a_row_is_overdue_at_once(void **state)
{
    struct progress progress = received(false);

    (void)state;
    answer(&progress, ANSWER_BEOO, "2026-12-04");
    assert_false(progress_is_late(&progress, day("2026-12-04")));
    answer(&progress, ANSWER_BEOO, "2026-12-05");
    assert_true(progress_is_late(&progress, day("2026-12-05")));
    assert_int_equal(progress_late_term(&progress, day("2026-12-05")), TERM_COUNT);
    assert_line(&progress, "2026-12-05",
                "te laat bij Buurtteam: twee keer \u201cin beoordeling\u201d, en verder niets; "
                "besluit uiterlijk 17-12-2026.");
    answer(&progress, ANSWER_BEOO, "2026-12-06"); /* nor does a third one help */
    assert_true(progress_is_late(&progress, day("2026-12-06")));
    answer(&progress, ANSWER_INBH, "2026-12-07");
    assert_false(progress_is_late(&progress, day("2026-12-07")));
    assert_true(progress.met[TERM_DECIDE]);
}

/* Between the two stands something that was done: not in a row. */
static void assessing_again_after_reopening_is_not_twice_in_a_row(void **state)
{
    struct progress progress = received(false);

    (void)state;
    answer(&progress, ANSWER_BEOO, "2026-12-04");
    answer(&progress, ANSWER_NOPG, "2026-12-05");
    answer(&progress, ANSWER_HERO, "2026-12-06");
    answer(&progress, ANSWER_BEOO, "2026-12-07");
    assert_false(progress_is_late(&progress, day("2026-12-07")));
}

static void a_signal_taken_up_waits_for_its_outcome(void **state)
{
    struct progress progress = received(false);

    (void)state;
    answer(&progress, ANSWER_INBH, "2026-12-09");
    assert_line(&progress, "2026-12-18",
                "Buurtteam: in behandeling genomen; uitkomst uiterlijk 31-12-2026.");
    assert_line(&progress, "2027-01-01",
                "te laat bij Buurtteam: in behandeling genomen, maar de uitkomst had er uiterlijk op "
                "31-12-2026 moeten zijn.");
    answer(&progress, ANSWER_AFGR, "2027-01-02");
    assert_line(&progress, "2027-03-01", "Buurtteam: afgerond.");
    assert_true(progress_has_ended(&progress));
}

static void no_request_for_help_names_the_next_step(void **state)
{
    struct progress progress = received(false);
    struct feedback feedback = {.code = ANSWER_GEHV,
                                .on = day("2026-12-16"),
                                .next_step = NEXT_STEP_HERHAALBEZOEK,
                                .has_next_day = true,
                                .next_day = day("2027-01-13")};
    OWNED_BUFFER english = {0};

    (void)state;
    progress_answered(&progress, &feedback);
    assert_line(&progress, "2026-12-17",
                "Buurtteam: geen hulpvraag nu; nieuw bezoek op 13-01-2027.");
    progress_print(&progress, "Buurtteam", day("2026-12-17"), LANGUAGE_EN, &english);
    assert_string_equal(buffer_text(&english),
                        "Buurtteam: no request for help now; new visit on 13-01-2027.");
    feedback.next_step = NEXT_STEP_WACHTEN_TOT_DATUM;
    progress_answered(&progress, &feedback);
    assert_line(&progress, "2026-12-17", "Buurtteam: geen hulpvraag nu; er wordt gewacht tot 13-01-2027.");
    feedback.next_step = NEXT_STEP_BEMOEIZORG_OVERWEGEN;
    feedback.has_next_day = false;
    progress_answered(&progress, &feedback);
    assert_line(&progress, "2026-12-17",
                "Buurtteam: geen hulpvraag nu; bemoeizorg wordt overwogen.");
}

static void a_referral_names_the_kind_of_organisation(void **state)
{
    struct progress progress = received(false);
    struct feedback feedback = {.code = ANSWER_VERW,
                                .on = day("2026-12-16"),
                                .next_step = NEXT_STEP_COUNT,
                                .partner_kind = PARTY_WELZIJN};

    (void)state;
    progress_answered(&progress, &feedback);
    assert_line(&progress, "2026-12-17", "Buurtteam: doorverwezen naar het welzijnswerk.");
}

static void a_reopened_signal_needs_an_outcome_again(void **state)
{
    struct progress progress = received(false);
    enum term term;
    struct day due;

    (void)state;
    answer(&progress, ANSWER_NOPG, "2026-12-04");
    assert_false(progress_next_term(&progress, &term, &due));
    answer(&progress, ANSWER_HERO, "2026-12-10");
    assert_false(progress_has_ended(&progress));
    assert_true(progress_next_term(&progress, &term, &due));
    assert_int_equal(term, TERM_OUTCOME);
    assert_int_equal(day_compare(due, day("2026-12-31")), 0);
}

static void the_release_ends_the_silence(void **state)
{
    struct progress progress = received(true);

    (void)state;
    answer(&progress, ANSWER_AFGH, "2026-12-17");
    assert_line(&progress, "2027-02-01", "Buurtteam: afgehandeld; de uitkomst wordt niet gedeeld.");
}

/* --- every state and term, read by people --- */

static const char *const days_after[] = {"2026-12-04", "2026-12-09", "2026-12-21", "2027-02-01"};
static const struct terms term_sets[] = {
    {2, 10, 28}, {0, 10, 28}, {2, 0, 28}, {2, 10, 0}, {0, 0, 28}, {0, 10, 0}, {2, 0, 0}, {0, 0, 0}};

static void assert_reads_well(const char *line, enum language language)
{
    static const char *const accidents[] = {"  ", " ;", " .", " ,", "..", ";.", ":.", ": ;", "(null)",
                                            ";;", "%", NULL};
    static const char *const dutch[] = {"uiterlijk", "moeten", "antwoord", "laat", "niet", NULL};

    assert_true(strlen(line) >= strlen("received"));
    for (size_t i = 0; accidents[i]; i++)
        assert_null(strstr(line, accidents[i]));
    for (size_t i = 0; language == LANGUAGE_EN && dutch[i]; i++)
        assert_null(strstr(line, dutch[i]));
    if (strncmp(line, "ontvangen", 9) != 0 && strncmp(line, "received", 8) != 0)
        assert_int_equal(line[strlen(line) - 1], '.');
}

/* Each different line is shown once: a person reads them beside the test. */
static void show_line(struct buffer *seen, const struct progress *progress, const char *today,
                      enum language language)
{
    OWNED_BUFFER line = {0};

    progress_print(progress, "Buurtteam", day(today), language, &line);
    assert_reads_well(buffer_text(&line), language);
    buffer_add_byte(&line, '\n');
    if (seen->length && strstr(buffer_text(seen), buffer_text(&line)))
        return;
    print_message("    %s", buffer_text(&line));
    buffer_add_text(seen, buffer_text(&line));
}

static void show_answer(struct buffer *seen, const struct terms *terms, bool secrecy,
                        const struct feedback *feedback, bool twice)
{
    for (size_t i = 0; i < sizeof days_after / sizeof days_after[0]; i++) {
        struct progress progress = {0};
        progress_received(&progress, instant("2026-12-03T09:12:44Z"), terms, secrecy);
        if (feedback)
            progress_answered(&progress, feedback);
        if (feedback && twice)
            progress_answered(&progress, feedback);
        show_line(seen, &progress, days_after[i], LANGUAGE_NL);
        show_line(seen, &progress, days_after[i], LANGUAGE_EN);
    }
}

static void show_code(struct buffer *seen, const struct terms *terms, enum answer code)
{
    struct feedback feedback = {.code = code, .on = day("2026-12-04"),
                                .next_step = NEXT_STEP_COUNT, .next_day = day("2027-01-13")};

    if (code == ANSWER_ONTV) {
        show_answer(seen, terms, false, NULL, false);
        return;
    }
    if (answer_extra_of(code) == ANSWER_EXTRA_NEXT_STEP) {
        for (unsigned step = 0; step < NEXT_STEP_COUNT; step++) {
            feedback.next_step = (enum next_step)step;
            feedback.has_next_day = true;
            show_answer(seen, terms, false, &feedback, false);
            feedback.has_next_day = false;
            if (step != NEXT_STEP_WACHTEN_TOT_DATUM) /* that one needs its day */
                show_answer(seen, terms, false, &feedback, false);
        }
        return;
    }
    for (unsigned kind = PARTY_NONE + 1; kind < PARTY_KIND_COUNT; kind++) {
        feedback.partner_kind =
            answer_extra_of(code) == ANSWER_EXTRA_PARTNER_KIND ? (enum party_kind)kind : PARTY_NONE;
        show_answer(seen, terms, false, &feedback, code == ANSWER_BEOO && kind == PARTY_GGZ);
    }
}

static void a32_every_state_and_term_has_a_line_without_accidents(void **state)
{
    const struct feedback released = {.code = ANSWER_AFGH, .on = day("2026-12-17"),
                                      .next_step = NEXT_STEP_COUNT};
    OWNED_BUFFER seen = {0};

    (void)state;
    for (size_t terms = 0; terms < sizeof term_sets / sizeof term_sets[0]; terms++) {
        for (unsigned code = 0; code < ANSWER_COUNT; code++)
            show_code(&seen, &term_sets[terms], (enum answer)code);
        show_answer(&seen, &term_sets[terms], true, NULL, false);
        show_answer(&seen, &term_sets[terms], true, &released, false);
    }
}

/* Older than its term: it says what happened, or with whom it is late. */
static void a32_what_is_older_than_its_term_is_late_or_has_ended(void **state)
{
    (void)state;
    for (unsigned code = 0; code < ANSWER_COUNT; code++) {
        struct progress progress = received(false);
        OWNED_BUFFER line = {0};
        if (code != ANSWER_ONTV)
            answer(&progress, (enum answer)code, "2026-12-04");
        progress_print(&progress, "Buurtteam", day("2027-06-01"), LANGUAGE_NL, &line);
        if (progress_has_ended(&progress) || code == ANSWER_DOOR)
            assert_non_null(strstr(buffer_text(&line), answer_text((enum answer)code, LANGUAGE_NL)));
        else
            assert_non_null(strstr(buffer_text(&line), "te laat bij Buurtteam: "));
    }
}

static void the_reporter_is_told_what_he_can_do(void **state)
{
    struct progress none = {0}, fresh = received(false), back = received(false);
    struct feedback feedback = {.code = ANSWER_GEHV, .on = day("2026-12-04"),
                                .next_step = NEXT_STEP_TERUG_NAAR_MELDER};

    (void)state;
    assert_int_equal(progress_step(&none, day("2026-12-03"), day("2026-12-03")),
                     REPORTER_STEP_NONE);
    assert_int_equal(progress_step(&none, day("2026-12-03"), day("2026-12-04")),
                     REPORTER_STEP_RING_UNDELIVERED);
    assert_int_equal(progress_step(&fresh, day("2026-12-03"), day("2026-12-07")),
                     REPORTER_STEP_NONE);
    assert_int_equal(progress_step(&fresh, day("2026-12-03"), day("2026-12-08")),
                     REPORTER_STEP_RING_LATE);
    progress_answered(&back, &feedback);
    assert_int_equal(progress_step(&back, day("2026-12-03"), day("2027-12-08")),
                     REPORTER_STEP_VISIT_AGAIN);
    for (unsigned i = REPORTER_STEP_NONE + 1; i < REPORTER_STEP_COUNT; i++) {
        assert_string_not_equal(reporter_step_word((enum reporter_step)i), "");
        print_message("    %s\n", reporter_step_text((enum reporter_step)i, LANGUAGE_NL));
        assert_string_not_equal(reporter_step_text((enum reporter_step)i, LANGUAGE_EN), "");
    }
    assert_string_equal(reporter_step_word(REPORTER_STEP_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_count_from_the_receipt),
        cmocka_unit_test(terms_count_by_the_amsterdam_day),
        cmocka_unit_test(an_article_without_a_term_sets_none),
        cmocka_unit_test(silence_ends_at_five_on_the_day_of_the_decision),
        cmocka_unit_test(without_a_decision_term_silence_ends_with_the_outcome),
        cmocka_unit_test(escalation_waits_three_working_days),
        cmocka_unit_test(each_term_has_a_name),
        cmocka_unit_test(without_a_receipt_it_is_not_delivered),
        cmocka_unit_test(the_reporter_reads_by_when),
        cmocka_unit_test(a_second_receipt_moves_nothing),
        cmocka_unit_test(the_day_after_the_term_it_is_late),
        cmocka_unit_test(assessing_twice_wins_no_time),
        cmocka_unit_test(a33_assessing_twice_in_a_row_is_overdue_at_once),
        cmocka_unit_test(assessing_again_after_reopening_is_not_twice_in_a_row),
        cmocka_unit_test(a_signal_taken_up_waits_for_its_outcome),
        cmocka_unit_test(no_request_for_help_names_the_next_step),
        cmocka_unit_test(a_referral_names_the_kind_of_organisation),
        cmocka_unit_test(a_reopened_signal_needs_an_outcome_again),
        cmocka_unit_test(the_release_ends_the_silence),
        cmocka_unit_test(a32_every_state_and_term_has_a_line_without_accidents),
        cmocka_unit_test(a32_what_is_older_than_its_term_is_late_or_has_ended),
        cmocka_unit_test(the_reporter_is_told_what_he_can_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
