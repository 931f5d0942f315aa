/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/utc.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t last_s = 253402300799; /* 9999-12-31T23:59:59Z */

static bool has_form(const char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

    if (strnlen(text, UTC_TEXT_BYTES) != UTC_TEXT_BYTES - 1)
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return true;
}

static int number_at(const char *text, size_t length)
{
    int number = 0;

    for (size_t i = 0; i < length; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

enum outcome utc_parse(const char *text, int64_t *out_s)
{
    char again[UTC_TEXT_BYTES];
    struct tm tm = {0};
    int64_t at_s;

    if (!text || !has_form(text))
        return OUTCOME_MALFORMED;
    tm.tm_year = number_at(text, 4) - 1900;
    tm.tm_mon = number_at(text + 5, 2) - 1;
    tm.tm_mday = number_at(text + 8, 2);
    tm.tm_hour = number_at(text + 11, 2);
    tm.tm_min = number_at(text + 14, 2);
    tm.tm_sec = number_at(text + 17, 2);
    at_s = timegm(&tm);
    /* timegm carries 31 February on into March: what is no moment prints otherwise. */
    utc_print(at_s, again);
    if (strcmp(text, again) != 0)
        return OUTCOME_MALFORMED;
    *out_s = at_s;
    return OUTCOME_OK;
}

void utc_print(int64_t at_s, char out[static UTC_TEXT_BYTES])
{
    time_t bounded = (time_t)(at_s < 0 ? 0 : at_s > last_s ? last_s : at_s);
    struct tm tm = {0};

    gmtime_r(&bounded, &tm);
    strftime(out, UTC_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
