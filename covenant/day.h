/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * day.h - days, weeks and instants, and what the clock on an Amsterdam wall says.
 *
 * Instants are milliseconds since 1970 UTC; on the wire whole seconds with a Z.
 * Days and terms are Amsterdam's. Its summer time is computed by the rule of the
 * EU (last Sunday of March to last Sunday of October, 01:00 UTC), so that no time
 * zone data is needed and no environment variable counts. Pure: the present comes
 * in as an argument. Knows the years 1900 to 9999 only; summer time before 1996
 * was otherwise and is not known here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    DAY_TEXT_BYTES = 11,     /* "2026-12-03" and its NUL */
    WEEK_TEXT_BYTES = 9,     /* "2026-W49" */
    INSTANT_TEXT_BYTES = 21, /* "2026-12-03T09:12:44Z" */
    EPOCH_TEXT_BYTES = 7,    /* "2026H2" */
    HOUR_MS = 3600 * 1000,
    DAY_MS = 24 * HOUR_MS,
};

struct day {
    int32_t number; /* days since 1970-01-01 */
};

struct date {
    int year, month, day; /* 2026, 1..12, 1..31 */
};

struct week {
    int year, number; /* ISO 8601: 2026, 1..53 */
};

struct wall_clock {
    struct day day;
    int hour, minute, second;
};

/* Each parser takes exactly one form, leaves *out alone and answers false on any other
 * (also for NULL and for a day that no calendar has). Each printer writes the NUL too. */
bool day_parse(const char *text, struct day *out_day);
void day_print(struct day day, char out[static DAY_TEXT_BYTES]);
bool week_parse(const char *text, struct week *out_week);
void week_print(struct week week, char out[static WEEK_TEXT_BYTES]);
bool instant_parse(const char *text, int64_t *out_ms);
/* The second it falls in; what lies outside the years known is written as their edge. */
void instant_print(int64_t ms, char out[static INSTANT_TEXT_BYTES]);

bool day_from_date(struct date date, struct day *out_day); /* false when no such day */
struct date day_date(struct day day);
int day_compare(struct day a, struct day b);            /* < 0, 0, > 0 */
struct day day_plus(struct day day, int days);          /* days may be negative */
struct day day_plus_months(struct day day, int months); /* 31 January + 1: 28 February */
int day_weekday(struct day day);                        /* 1 Monday .. 7 Sunday */
struct week day_week(struct day day);
struct day week_monday(struct week week);

bool day_is_holiday(struct day day); /* a Dutch public holiday (Easter and Pentecost included) */
bool day_is_workday(struct day day); /* Monday to Friday, no holiday */
/* The workday on which a term of `workdays` (>= 0) counted from `day` falls: the day itself
 * does not count. With 0: the day itself, or the next workday. */
struct day day_add_workdays(struct day day, int workdays);

struct wall_clock amsterdam_clock(int64_t ms);
struct day amsterdam_day(int64_t ms);
/* The instant of that hour (0..23). The hour that spring skips is the one after it; of the
 * hour that autumn has twice it is the first. */
int64_t amsterdam_instant(struct day day, int hour);

int64_t instant_hour(int64_t ms); /* the start of its hour, UTC */

/* The half-year a day lies in: the time a key of the covenant is used for. */
void day_epoch(struct day day, char out[static EPOCH_TEXT_BYTES]);
/* Is a token of that epoch ("2026H2", "2026H2-1") still good today, or already? Of the half-year of
 * now; of the one before it for EPOCH_CLOSING_DAYS more, since what waited for a partner that was
 * away arrives late; of the next on its last evening only, since clocks may differ. */
enum { EPOCH_CLOSING_DAYS = 31 };
bool epoch_is_open(const char *epoch, struct day today);
/* The first day of "2026H2" (also of "2026H2-1"); false when it is no epoch. */
bool epoch_first_day(const char *epoch, struct day *out_day);
