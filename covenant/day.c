/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/day.h"

#include <string.h>

enum {
    YEAR_LEAST = 1900,
    YEAR_MOST = 9999,
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    MONDAY = 1,
    SATURDAY = 6,
    SUNDAY = 7,
};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Counts years from 1 March, so that the leap day comes last: then the days before a month
 * are 153 for every five months, and a cycle of 400 years has 146,097 days. */
static struct day day_of(int year, int month, int day)
{
    int shifted = month > 2 ? year : year - 1;
    int era = shifted / 400, of_era = shifted % 400;
    int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return (struct day){era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468};
}

struct date day_date(struct day day)
{
    int shifted = day.number + 719468; /* never negative from 1900 on */
    int era = shifted / 146097, of_era = shifted % 146097;
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * of_year + 2) / 153;
    struct date date = {.day = of_year - (153 * month + 2) / 5 + 1,
                        .month = month < 10 ? month + 3 : month - 9};

    date.year = era * 400 + year + (date.month <= 2);
    return date;
}

bool day_from_date(struct date date, struct day *out_day)
{
    if (date.year < YEAR_LEAST || date.year > YEAR_MOST || date.month < 1 || date.month > 12 ||
        date.day < 1 || date.day > days_in_month(date.year, date.month))
        return false;
    *out_day = day_of(date.year, date.month, date.day);
    return true;
}

/* `form` has 0 for a digit and itself for any other character. */
static bool has_form(const char *text, const char *form)
{
    if (!text)
        return false;
    for (; *form; text++, form++) {
        if (*form == '0' ? *text < '0' || *text > '9' : *text != *form)
            return false;
    }
    return *text == '\0';
}

static int digits(const char *text, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

static void put_digits(char *out, int value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

static bool date_at(const char *text, struct day *out_day)
{
    return day_from_date((struct date){digits(text, 4), digits(text + 5, 2), digits(text + 8, 2)},
                         out_day);
}

bool day_parse(const char *text, struct day *out_day)
{
    return has_form(text, "0000-00-00") && date_at(text, out_day);
}

void day_print(struct day day, char out[static DAY_TEXT_BYTES])
{
    struct date date = day_date(day);

    memcpy(out, "0000-00-00", DAY_TEXT_BYTES);
    put_digits(out, date.year, 4);
    put_digits(out + 5, date.month, 2);
    put_digits(out + 8, date.day, 2);
}

int day_compare(struct day a, struct day b)
{
    return (a.number > b.number) - (a.number < b.number);
}

struct day day_plus(struct day day, int days)
{
    return (struct day){day.number + days};
}

struct day day_plus_months(struct day day, int months)
{
    struct date date = day_date(day);
    int month = date.year * 12 + date.month - 1 + months;
    int last;

    date.year = month / 12;
    date.month = month % 12 + 1;
    last = days_in_month(date.year, date.month);
    return day_of(date.year, date.month, date.day < last ? date.day : last);
}

int day_weekday(struct day day)
{
    int of_week = (day.number + 3) % 7; /* 1970-01-01 was a Thursday */

    return (of_week < 0 ? of_week + 7 : of_week) + MONDAY;
}

struct week day_week(struct day day)
{
    /* A week belongs to the year of its Thursday. */
    struct day thursday = day_plus(day, 4 - day_weekday(day));
    struct date date = day_date(thursday);

    return (struct week){date.year, (thursday.number - day_of(date.year, 1, 1).number) / 7 + 1};
}

struct day week_monday(struct week week)
{
    struct day fourth = day_of(week.year, 1, 4); /* always in week 1 */

    return day_plus(fourth, (week.number - 1) * 7 + 1 - day_weekday(fourth));
}

bool week_parse(const char *text, struct week *out_week)
{
    struct week week, known;

    if (!has_form(text, "0000-W00"))
        return false;
    week = (struct week){digits(text, 4), digits(text + 6, 2)};
    if (week.year < YEAR_LEAST || week.number < 1)
        return false;
    known = day_week(week_monday(week)); /* week 53 of a short year is another week */
    if (known.year != week.year || known.number != week.number)
        return false;
    *out_week = week;
    return true;
}

void week_print(struct week week, char out[static WEEK_TEXT_BYTES])
{
    memcpy(out, "0000-W00", WEEK_TEXT_BYTES);
    put_digits(out, week.year, 4);
    put_digits(out + 6, week.number, 2);
}

static struct day easter(int year)
{
    /* Meeus/Jones/Butcher. */
    int a = year % 19, b = year / 100, c = year % 100;
    int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int n = h + l - 7 * ((a + 11 * h + 22 * l) / 451) + 114;

    return day_of(year, n / 31, n % 31 + 1);
}

/* 27 April, or the 26th when that is a Sunday. */
static struct day kings_day(int year)
{
    struct day day = day_of(year, 4, 27);

    return day_weekday(day) == SUNDAY ? day_plus(day, -1) : day;
}

bool day_is_holiday(struct day day)
{
    static const int after_easter[] = {-2, 0, 1, 39, 49, 50};
    static const struct {
        int month, day;
    } fixed[] = {{1, 1}, {5, 5}, {12, 25}, {12, 26}};
    struct date date = day_date(day);
    int since_easter = day.number - easter(date.year).number;

    for (size_t i = 0; i < sizeof after_easter / sizeof *after_easter; i++) {
        if (since_easter == after_easter[i])
            return true;
    }
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (date.month == fixed[i].month && date.day == fixed[i].day)
            return true;
    }
    return day_compare(day, kings_day(date.year)) == 0;
}

bool day_is_workday(struct day day)
{
    return day_weekday(day) < SATURDAY && !day_is_holiday(day);
}

struct day day_add_workdays(struct day day, int workdays)
{
    for (int left = workdays; left > 0;) {
        day = day_plus(day, 1);
        left -= day_is_workday(day);
    }
    while (!day_is_workday(day))
        day = day_plus(day, 1);
    return day;
}

static int64_t floor_to(int64_t ms, int64_t unit)
{
    int64_t rest = ms % unit;

    return ms - (rest < 0 ? rest + unit : rest);
}

static int64_t day_start(struct day day)
{
    return (int64_t)day.number * DAY_MS;
}

static int64_t within_years_known(int64_t ms)
{
    int64_t least = day_start(day_of(YEAR_LEAST, 1, 1));
    int64_t most = day_start(day_of(YEAR_MOST, 12, 31)) + DAY_MS - 1;

    return ms < least ? least : ms > most ? most : ms;
}

/* Date and time of an instant as if it were local. */
static struct wall_clock clock_of(int64_t ms)
{
    int64_t start, second;

    ms = within_years_known(ms);
    start = floor_to(ms, DAY_MS);
    second = (ms - start) / SECOND_MS;
    return (struct wall_clock){.day = {(int32_t)(start / DAY_MS)},
                               .hour = (int)(second / 3600),
                               .minute = (int)(second / 60 % 60),
                               .second = (int)(second % 60)};
}

bool instant_parse(const char *text, int64_t *out_ms)
{
    struct day day;
    int hour, minute, second;

    if (!has_form(text, "0000-00-00T00:00:00Z") || !date_at(text, &day))
        return false;
    hour = digits(text + 11, 2);
    minute = digits(text + 14, 2);
    second = digits(text + 17, 2);
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *out_ms =
        day_start(day) + (int64_t)hour * HOUR_MS + (int64_t)minute * MINUTE_MS + second * SECOND_MS;
    return true;
}

void instant_print(int64_t ms, char out[static INSTANT_TEXT_BYTES])
{
    struct wall_clock clock = clock_of(ms);

    memcpy(out, "0000-00-00T00:00:00Z", INSTANT_TEXT_BYTES);
    day_print(clock.day, out);
    out[DAY_TEXT_BYTES - 1] = 'T';
    put_digits(out + 11, clock.hour, 2);
    put_digits(out + 14, clock.minute, 2);
    put_digits(out + 17, clock.second, 2);
}

/* 01:00 UTC on the last Sunday of a month of 31 days. */
static int64_t last_sunday(int year, int month)
{
    struct day last = day_of(year, month, 31);

    return day_start(day_plus(last, -(day_weekday(last) % SUNDAY))) + HOUR_MS;
}

static int64_t amsterdam_offset(int64_t ms)
{
    int year = day_date(clock_of(ms).day).year;
    bool summer = ms >= last_sunday(year, 3) && ms < last_sunday(year, 10);

    return summer ? 2 * HOUR_MS : HOUR_MS;
}

struct wall_clock amsterdam_clock(int64_t ms)
{
    ms = within_years_known(ms);
    return clock_of(ms + amsterdam_offset(ms));
}

struct day amsterdam_day(int64_t ms)
{
    return amsterdam_clock(ms).day;
}

int64_t amsterdam_instant(struct day day, int hour)
{
    int64_t local = day_start(day) + (int64_t)hour * HOUR_MS;
    int64_t in_summer = local - 2 * HOUR_MS;

    return amsterdam_offset(in_summer) == 2 * HOUR_MS ? in_summer : local - HOUR_MS;
}

int64_t instant_hour(int64_t ms)
{
    return floor_to(ms, HOUR_MS);
}

void day_epoch(struct day day, char out[static EPOCH_TEXT_BYTES])
{
    struct date date = day_date(day);

    memcpy(out, "0000H1", EPOCH_TEXT_BYTES);
    put_digits(out, date.year, 4);
    out[5] = date.month <= 6 ? '1' : '2';
}

bool epoch_first_day(const char *epoch, struct day *out_day)
{
    char half[EPOCH_TEXT_BYTES] = "";

    if (!epoch || strnlen(epoch, EPOCH_TEXT_BYTES) < EPOCH_TEXT_BYTES - 1)
        return false;
    memcpy(half, epoch, EPOCH_TEXT_BYTES - 1);
    if (!has_form(half, "0000H0") || (half[5] != '1' && half[5] != '2'))
        return false;
    if (epoch[6] && (epoch[6] != '-' || !epoch[7] || epoch[7 + strspn(epoch + 7, "0123456789")]))
        return false;
    return day_from_date((struct date){digits(half, 4), half[5] == '1' ? 1 : 7, 1}, out_day);
}

bool epoch_is_open(const char *epoch, struct day today)
{
    static const int days[] = {0, 1, -EPOCH_CLOSING_DAYS};
    struct day first;
    char half[EPOCH_TEXT_BYTES];

    for (size_t i = 0; epoch_first_day(epoch, &first) && i < sizeof days / sizeof *days; i++) {
        day_epoch(day_plus(today, days[i]), half);
        if (strncmp(epoch, half, EPOCH_TEXT_BYTES - 1) == 0)
            return true;
    }
    return false;
}
