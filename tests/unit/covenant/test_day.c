/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <string.h>

#include "covenant/day.h"
#include "tests/support/dice.h"

enum { FIRST_YEAR = 1900, LAST_YEAR = 2199 };

static struct day on(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text, &day));
    return day;
}

static int64_t at(const char *text)
{
    int64_t ms = 0;

    assert_true(instant_parse(text, &ms));
    return ms;
}

static void assert_day(struct day day, const char *text)
{
    char printed[DAY_TEXT_BYTES];

    day_print(day, printed);
    assert_string_equal(printed, text);
}

static void assert_instant(int64_t ms, const char *text)
{
    char printed[INSTANT_TEXT_BYTES];

    instant_print(ms, printed);
    assert_string_equal(printed, text);
}

static int naive_month_days(int year, int month)
{
    if (month == 2)
        return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Walks every day by hand: date, weekday and ISO week go up by one as a calendar does. */
static void the_calendar_agrees_with_a_walk_of_two_centuries(void **state)
{
    struct date date = {FIRST_YEAR, 1, 1};
    struct day day = on("1900-01-01");
    int weekday = 1; /* 1 January 1900 was a Monday, in week 1 */
    struct week week = {1900, 1};
    size_t ran = 0;

    (void)state;
    for (; date.year <= LAST_YEAR; ran++) {
        struct day same = {0};
        struct date back = day_date(day);
        assert_true(day_from_date(date, &same));
        assert_int_equal(same.number, day.number);
        assert_int_equal(back.year, date.year);
        assert_int_equal(back.month, date.month);
        assert_int_equal(back.day, date.day);
        assert_int_equal(day_weekday(day), weekday);
        assert_int_equal(day_week(day).year, week.year);
        assert_int_equal(day_week(day).number, week.number);
        assert_int_equal(week_monday(week).number, day.number - weekday + 1);
        day = day_plus(day, 1);
        if (++date.day > naive_month_days(date.year, date.month)) {
            date.day = 1;
            date.month = date.month % 12 + 1;
            date.year += date.month == 1;
        }
        if (weekday++ < 7)
            continue;
        weekday = 1;
        week.number++;
        /* A new Monday from 29 December to 4 January begins week 1. */
        if ((date.month == 12 && date.day >= 29) || (date.month == 1 && date.day <= 4))
            week = (struct week){date.year + (date.month == 12), 1};
    }
    assert_int_equal(ran, 109573); /* 300 years with 73 leap days */
}

static void texts_of_days_are_read_strictly(void **state)
{
    static const char *const wrong[] = {
        "",           "2026-12-3",  "2026-12-03 ", " 2026-12-03", "2026/12/03", "26-12-03",
        "2026-13-01", "2026-00-01", "2026-02-29",  "2100-02-29",  "2026-12-32", "2026-12-00",
        "1899-12-31", "20261203",   "2026-1203",   "2026-12-0x",  "+026-12-03", "-026-12-03",
    };
    struct day day = {7};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(day_parse(wrong[i], &day));
    assert_false(day_parse(NULL, &day));
    assert_int_equal(day.number, 7);
    assert_day(on("2026-12-03"), "2026-12-03");
    assert_day(on("2000-02-29"), "2000-02-29");
    assert_day(on("9999-12-31"), "9999-12-31");
    assert_int_equal(on("1970-01-01").number, 0);
}

static void texts_of_weeks_are_read_strictly(void **state)
{
    static const char *const wrong[] = {"",        "2026-49",  "2026-W00", "2026-W54", "2027-W53",
                                        "2026W49", "2026-w49", "2026-W4",  "1899-W01", "2026-W499"};
    struct week week = {1, 1};
    char printed[WEEK_TEXT_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(week_parse(wrong[i], &week));
    assert_false(week_parse(NULL, &week));
    assert_int_equal(week.year, 1);
    assert_true(week_parse("2026-W53", &week)); /* 2026 begins on a Thursday */
    assert_day(week_monday(week), "2026-12-28");
    week_print(day_week(on("2026-12-03")), printed);
    assert_string_equal(printed, "2026-W49");
    week_print(day_week(on("2027-01-03")), printed);
    assert_string_equal(printed, "2026-W53");
}

static void texts_of_instants_are_read_strictly(void **state)
{
    static const char *const wrong[] = {
        "",
        "2026-12-03",
        "2026-12-03T09:12:44",
        "2026-12-03T09:12:44z",
        "2026-12-03t09:12:44Z",
        "2026-12-03T09:12:44.5Z",
        "2026-12-03T09:12:44+01:00",
        "2026-12-03T24:00:00Z",
        "2026-12-03T23:60:00Z",
        "2026-12-03T23:59:60Z",
        "2026-02-30T00:00:00Z",
        "2026-12-03T09:12:44Z ",
    };
    int64_t ms = 5;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(instant_parse(wrong[i], &ms));
    assert_false(instant_parse(NULL, &ms));
    assert_int_equal(ms, 5);
    assert_int_equal(at("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(at("2026-12-03T09:12:44Z"), 1796289164000);
    assert_instant(1796289164999, "2026-12-03T09:12:44Z");
    assert_instant(-1, "1969-12-31T23:59:59Z");
    assert_instant(INT64_MAX, "9999-12-31T23:59:59Z");
    assert_instant(INT64_MIN, "1900-01-01T00:00:00Z");
    assert_instant(instant_hour(1796289164999), "2026-12-03T09:00:00Z");
    assert_instant(instant_hour(-1), "1969-12-31T23:00:00Z");
}

static void random_instants_are_read_back(void **state)
{
    struct dice dice = dice_throw_from(1);

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t ms = (int64_t)dice_number(&dice, UINT64_C(250000000000)) * 1000;
        char text[INSTANT_TEXT_BYTES];
        instant_print(ms, text);
        assert_int_equal(at(text), ms);
    }
}

/* Easter by the church's own tables: golden number, epact, Sunday after the full moon. */
static struct day naive_easter(int year)
{
    int golden = year % 19 + 1, century = year / 100 + 1;
    int skipped = 3 * century / 4 - 12, moon = (8 * century + 5) / 25 - 5;
    int epact = ((11 * golden + 20 + moon - skipped) % 30 + 30) % 30;
    struct day full = {0};
    int number;

    if (epact == 24 || (epact == 25 && golden > 11))
        epact++;
    number = 44 - epact;
    if (number < 21)
        number += 30;
    assert_true(day_from_date((struct date){year, 3, 1}, &full));
    full = day_plus(full, number - 1);
    do
        full = day_plus(full, 1);
    while (day_weekday(full) != 7);
    return full;
}

static bool naive_holiday(struct day day)
{
    struct date date = day_date(day);
    int since = day.number - naive_easter(date.year).number;

    if (since == -2 || since == 0 || since == 1 || since == 39 || since == 49 || since == 50)
        return true;
    if (date.month == 4 && date.day == 27)
        return day_weekday(day) != 7;
    if (date.month == 4 && date.day == 26)
        return day_weekday(day) == 6;
    return (date.month == 1 && date.day == 1) || (date.month == 5 && date.day == 5) ||
           (date.month == 12 && (date.day == 25 || date.day == 26));
}

static void holidays_agree_with_a_second_reckoning(void **state)
{
    size_t holidays = 0;

    (void)state;
    for (struct day day = on("1900-01-01"); day_date(day).year <= LAST_YEAR; day.number++) {
        assert_int_equal(day_is_holiday(day), naive_holiday(day));
        assert_int_equal(day_is_workday(day), day_weekday(day) <= 5 && !naive_holiday(day));
        holidays += day_is_holiday(day);
    }
    assert_in_range(holidays, (LAST_YEAR - 1899) * 10,
                    (LAST_YEAR - 1899) * 11); /* some fall together */
}

static void known_holidays_are_holidays(void **state)
{
    static const char *const holidays[] = {
        "2026-01-01", "2026-04-03", "2026-04-05", "2026-04-06", "2026-04-27",
        "2026-05-05", "2026-05-14", "2026-05-24", "2026-05-25", "2026-12-25",
        "2026-12-26", "2025-04-26", "2031-04-26", "2038-04-25", "2008-05-01",
    };

    (void)state;
    for (size_t i = 0; i < sizeof holidays / sizeof *holidays; i++)
        assert_true(day_is_holiday(on(holidays[i])));
    assert_false(day_is_holiday(on("2025-04-27"))); /* a Sunday: celebrated the day before */
    assert_false(day_is_holiday(on("2026-12-31")));
}

static void workdays_agree_with_a_walk(void **state)
{
    struct dice dice = dice_throw_from(2);

    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct day start = day_plus(on("1900-01-01"), (int)dice_number(&dice, 73000));
        int count = (int)dice_number(&dice, 40), passed = 0;
        struct day end = day_add_workdays(start, count);
        assert_true(day_is_workday(end));
        for (struct day day = day_plus(start, 1); day_compare(day, end) <= 0; day.number++)
            passed += day_is_workday(day);
        if (count > 0)
            assert_int_equal(passed, count);
        else
            assert_true(passed == !day_is_workday(start));
    }
    assert_day(day_add_workdays(on("2026-12-03"), 2), "2026-12-07");
    assert_day(day_add_workdays(on("2026-12-24"), 1), "2026-12-28");
    assert_day(day_add_workdays(on("2026-12-03"), 0), "2026-12-03");
    assert_day(day_add_workdays(on("2026-12-05"), 0), "2026-12-07");
}

static void months_end_where_they_end(void **state)
{
    (void)state;
    assert_day(day_plus_months(on("2026-01-31"), 1), "2026-02-28");
    assert_day(day_plus_months(on("2027-12-31"), 2), "2028-02-29");
    assert_day(day_plus_months(on("2026-12-03"), 12), "2027-12-03");
    assert_day(day_plus_months(on("2026-03-31"), -1), "2026-02-28");
}

/* Known changes; and each year has one day of 23 hours and one of 25, last Sundays both. */
static void amsterdam_changes_its_clock_twice_a_year(void **state)
{
    static const struct {
        const char *utc, *day;
        int hour, minute;
    } known[] = {
        {"2026-03-29T00:59:59Z", "2026-03-29", 1, 59}, {"2026-03-29T01:00:00Z", "2026-03-29", 3, 0},
        {"2026-10-25T00:59:59Z", "2026-10-25", 2, 59}, {"2026-10-25T01:00:00Z", "2026-10-25", 2, 0},
        {"2026-12-31T23:00:00Z", "2027-01-01", 0, 0},  {"2026-06-30T22:00:00Z", "2026-07-01", 0, 0},
        {"2030-03-31T01:00:00Z", "2030-03-31", 3, 0},  {"2027-10-31T01:00:00Z", "2027-10-31", 2, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct wall_clock clock = amsterdam_clock(at(known[i].utc));
        assert_day(clock.day, known[i].day);
        assert_int_equal(clock.hour, known[i].hour);
        assert_int_equal(clock.minute, known[i].minute);
    }
    for (int year = 1996; year <= LAST_YEAR; year++) {
        struct day first = {0};
        int hours = 0, short_days = 0, long_days = 0;
        assert_true(day_from_date((struct date){year, 1, 1}, &first));
        for (struct day day = first; day_date(day).year == year; day.number++) {
            hours = (int)((amsterdam_instant(day_plus(day, 1), 0) - amsterdam_instant(day, 0)) /
                          HOUR_MS);
            short_days += hours == 23;
            long_days += hours == 25;
            assert_true(hours == 24 || (day_weekday(day) == 7 && day_date(day).day >= 25));
        }
        assert_int_equal(short_days, 1);
        assert_int_equal(long_days, 1);
    }
}

static void local_hours_are_found_again(void **state)
{
    struct dice dice = dice_throw_from(3);

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct day day = day_plus(on("1996-01-01"), (int)dice_number(&dice, 38000));
        int hour = (int)dice_number(&dice, 24);
        struct wall_clock clock = amsterdam_clock(amsterdam_instant(day, hour));
        bool skipped = clock.hour != hour;
        assert_int_equal(clock.day.number, day.number);
        assert_true(!skipped || (hour == 2 && clock.hour == 3 && day_weekday(day) == 7));
    }
    assert_instant(amsterdam_instant(on("2026-12-17"), 17), "2026-12-17T16:00:00Z");
    assert_instant(amsterdam_instant(on("2026-07-17"), 9), "2026-07-17T07:00:00Z");
    assert_instant(amsterdam_instant(on("2026-10-25"), 2), "2026-10-25T00:00:00Z");
}

static void epochs_are_half_years(void **state)
{
    static const char *const wrong[] = {"",        "2026",     "2026H3",    "2026H0", "2026h2",
                                        "2026H2-", "2026H2-x", "2026H2-1x", "1899H1", "2026H22"};
    char epoch[EPOCH_TEXT_BYTES];
    struct day day = {9};

    (void)state;
    day_epoch(on("2026-06-30"), epoch);
    assert_string_equal(epoch, "2026H1");
    day_epoch(on("2026-07-01"), epoch);
    assert_string_equal(epoch, "2026H2");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(epoch_first_day(wrong[i], &day));
    assert_false(epoch_first_day(NULL, &day));
    assert_int_equal(day.number, 9);
    assert_true(epoch_first_day("2026H2", &day));
    assert_day(day, "2026-07-01");
    assert_true(epoch_first_day("2027H1-12", &day));
    assert_day(day, "2027-01-01");
}

/* One evening before it begins, and 31 days after it ended: what waited for a partner that was
 * away may still come. */
static void p1_an_epoch_is_open_from_its_eve_to_its_closing(void **state)
{
    static const struct {
        const char *epoch, *first, *last;
    } rows[] = {
        {"2026H2", "2026-06-30", "2027-01-31"},
        {"2027H1", "2026-12-31", "2027-07-31"},
        {"2027H1-12", "2026-12-31", "2027-07-31"},
        {"2028H1", "2027-12-31", "2028-07-31"}, /* with a leap day in it */
    };
    static const char *const none[] = {"", "2026", "2026H3", "2026H2x", "2026h2", "2026H2-"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct day first = on(rows[i].first), last = on(rows[i].last);
        assert_false(epoch_is_open(rows[i].epoch, day_plus(first, -1)));
        assert_false(epoch_is_open(rows[i].epoch, day_plus(last, 1)));
        for (struct day day = first; day.number <= last.number; day.number++)
            assert_true(epoch_is_open(rows[i].epoch, day));
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(epoch_is_open(none[i], on("2026-11-22")));
    assert_false(epoch_is_open(NULL, on("2026-11-22")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_calendar_agrees_with_a_walk_of_two_centuries),
        cmocka_unit_test(texts_of_days_are_read_strictly),
        cmocka_unit_test(texts_of_weeks_are_read_strictly),
        cmocka_unit_test(texts_of_instants_are_read_strictly),
        cmocka_unit_test(random_instants_are_read_back),
        cmocka_unit_test(holidays_agree_with_a_second_reckoning),
        cmocka_unit_test(known_holidays_are_holidays),
        cmocka_unit_test(workdays_agree_with_a_walk),
        cmocka_unit_test(months_end_where_they_end),
        cmocka_unit_test(amsterdam_changes_its_clock_twice_a_year),
        cmocka_unit_test(local_hours_are_found_again),
        cmocka_unit_test(epochs_are_half_years),
        cmocka_unit_test(p1_an_epoch_is_open_from_its_eve_to_its_closing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
