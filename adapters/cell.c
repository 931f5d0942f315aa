/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/cell.h"

#include <string.h>

#include "crypto/canonical.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static uint8_t upper(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static uint8_t same(uint8_t c)
{
    return c;
}

static struct bytes without_first(struct bytes cell, size_t count)
{
    return bytes_of(cell.data + count, cell.length - count);
}

static bool starts_with(struct bytes cell, const char *start)
{
    size_t length = strlen(start);

    return cell.length >= length && memcmp(cell.data, start, length) == 0;
}

static bool ends_with(struct bytes cell, const char *end)
{
    size_t length = strlen(end);

    return cell.length >= length && memcmp(cell.data + cell.length - length, end, length) == 0;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char no_break_space[] = "\xC2\xA0";

static size_t space_before(struct bytes cell)
{
    if (starts_with(cell, no_break_space))
        return sizeof no_break_space - 1;
    return cell.length > 0 && is_space(cell.data[0]) ? 1 : 0;
}

static size_t space_behind(struct bytes cell)
{
    if (ends_with(cell, no_break_space))
        return sizeof no_break_space - 1;
    return cell.length > 0 && is_space(cell.data[cell.length - 1]) ? 1 : 0;
}

struct bytes cell_trim(struct bytes cell)
{
    size_t space;

    while ((space = space_before(cell)) > 0)
        cell = without_first(cell, space);
    while ((space = space_behind(cell)) > 0)
        cell.length -= space;
    return cell;
}

/* --- texts ------------------------------------------------------------------------------- */

static bool copy(struct bytes cell, char *out, size_t size, uint8_t (*letter)(uint8_t))
{
    if (cell.length >= size)
        return false;
    for (size_t i = 0; i < cell.length; i++)
        out[i] = (char)letter(cell.data[i]);
    out[cell.length] = '\0';
    return true;
}

bool cell_text(struct bytes cell, char *out, size_t size)
{
    return copy(cell, out, size, same);
}

bool cell_upper(struct bytes cell, char *out, size_t size)
{
    return copy(cell, out, size, upper);
}

bool cell_lower(struct bytes cell, char *out, size_t size)
{
    return copy(cell, out, size, lower);
}

bool cell_phone(struct bytes cell, char *out, size_t size)
{
    char text[64];
    size_t length = 0;

    for (size_t i = 0; i < cell.length; i++) {
        uint8_t c = cell.data[i];
        if (c == '(' || c == ')')
            continue;
        if (length + 1 >= sizeof text)
            return false;
        text[length++] = c == '.' ? ' ' : c == '/' ? '-' : (char)c;
    }
    return cell_text(cell_trim(bytes_of(text, length)), out, size);
}

/* --- days -------------------------------------------------------------------------------- */

/* Takes 1..most digits from the front. */
static bool take_number(struct bytes *cell, size_t most, int *out_number, size_t *out_digits)
{
    size_t digits = 0;
    int number = 0;

    while (digits < cell->length && digits < most && is_digit(cell->data[digits]))
        number = number * 10 + (cell->data[digits++] - '0');
    if (digits == 0)
        return false;
    *cell = without_first(*cell, digits);
    *out_number = number;
    *out_digits = digits;
    return true;
}

static bool take_separator(struct bytes *cell, uint8_t separator)
{
    if (cell->length == 0 || cell->data[0] != separator)
        return false;
    *cell = without_first(*cell, 1);
    return true;
}

/* Excel and databases write "3-12-2026 00:00" for a day. */
static struct bytes without_time(struct bytes cell)
{
    for (size_t i = 0; i < cell.length; i++) {
        if (cell.data[i] != ' ' && cell.data[i] != 'T')
            continue;
        for (size_t k = i + 1; k < cell.length; k++)
            if (!is_digit(cell.data[k]) && strchr(":.Z", cell.data[k]) == NULL)
                return cell;
        return bytes_of(cell.data, i);
    }
    return cell;
}

bool cell_day(struct bytes cell, struct import_day *out_day)
{
    struct bytes rest = without_time(cell);
    int part[3];
    size_t digits[3];
    struct day day;
    uint8_t separator;

    if (!take_number(&rest, 4, &part[0], &digits[0]) || rest.length == 0)
        return false;
    separator = rest.data[0];
    if (separator != '-' && separator != '/' && separator != '.')
        return false;
    if (!take_separator(&rest, separator) || !take_number(&rest, 2, &part[1], &digits[1]) ||
        !take_separator(&rest, separator) || !take_number(&rest, 4, &part[2], &digits[2]) ||
        rest.length != 0)
        return false;
    if (digits[0] == 4 && digits[2] <= 2 && separator == '-') {
        if (!day_from_date((struct date){part[0], part[1], part[2]}, &day))
            return false;
    } else if (digits[0] > 2 || digits[2] != 4 ||
               !day_from_date((struct date){part[2], part[1], part[0]}, &day)) {
        return false;
    }
    *out_day = (struct import_day){.known = true, .day = day};
    return true;
}

/* --- amounts ------------------------------------------------------------------------------- */

static struct bytes without_euro(struct bytes cell)
{
    static const char *const signs[] = {"\xE2\x82\xAC", "EUR", "eur"};

    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (starts_with(cell, signs[i]))
            cell = cell_trim(without_first(cell, strlen(signs[i])));
        else if (ends_with(cell, signs[i]))
            cell = cell_trim(bytes_of(cell.data, cell.length - strlen(signs[i])));
    }
    return cell;
}

/* Euros: digits, or groups of three with a point before each but the first. */
static bool read_euros(struct bytes text, int64_t *out_euros)
{
    size_t since_point = 0;
    bool has_point = false;
    int64_t euros = 0;

    if (text.length == 0 || text.length > 12)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '.') {
            if (since_point == 0 || since_point > 3 || (has_point && since_point != 3))
                return false;
            has_point = true;
            since_point = 0;
            continue;
        }
        if (!is_digit(text.data[i]))
            return false;
        euros = euros * 10 + (text.data[i] - '0');
        since_point++;
    }
    if (has_point && since_point != 3)
        return false;
    *out_euros = euros;
    return true;
}

/* "50", "5" (tenths), "-" and "--" behind the decimal sign. */
static bool read_hundredths(struct bytes text, int64_t *out_cents)
{
    if (bytes_equal(text, bytes_of_text("-")) || bytes_equal(text, bytes_of_text("--"))) {
        *out_cents = 0;
        return true;
    }
    if (text.length < 1 || text.length > 2 || !is_digit(text.data[0]) ||
        !is_digit(text.data[text.length - 1]))
        return false;
    *out_cents = (text.data[0] - '0') * 10;
    if (text.length == 2)
        *out_cents += text.data[1] - '0';
    return true;
}

/* Where the cents begin: the comma, or a point with one or two digits behind it and no other. */
static size_t decimal_at(struct bytes text)
{
    const uint8_t *comma = memchr(text.data, ',', text.length);
    const uint8_t *point = memchr(text.data, '.', text.length);
    size_t at;

    if (comma)
        return (size_t)(comma - text.data);
    if (!point)
        return text.length;
    at = (size_t)(point - text.data);
    return text.length - at <= 3 ? at : text.length;
}

bool cell_cents(struct bytes cell, int64_t *out_cents)
{
    struct bytes text = without_euro(cell);
    size_t decimal;
    int64_t euros = 0, cents = 0;

    if (text.length == 0)
        return false;
    decimal = decimal_at(text);
    if (!read_euros(bytes_of(text.data, decimal), &euros))
        return false;
    if (decimal < text.length && !read_hundredths(without_first(text, decimal + 1), &cents))
        return false;
    if (euros * 100 + cents > IMPORT_CENTS_MAX)
        return false;
    *out_cents = euros * 100 + cents;
    return true;
}

/* --- answers ------------------------------------------------------------------------------- */

bool cell_answer(struct bytes cell, enum import_answer *out_answer)
{
    static const struct {
        const char *word;
        enum import_answer answer;
    } words[] = {
        {"ja", IMPORT_ANSWER_YES},    {"j", IMPORT_ANSWER_YES},
        {"x", IMPORT_ANSWER_YES},     {"waar", IMPORT_ANSWER_YES},
        {"1", IMPORT_ANSWER_YES},     {"true", IMPORT_ANSWER_YES},
        {"nee", IMPORT_ANSWER_NO},    {"n", IMPORT_ANSWER_NO},
        {"onwaar", IMPORT_ANSWER_NO}, {"0", IMPORT_ANSWER_NO},
        {"false", IMPORT_ANSWER_NO},  {"onbekend", IMPORT_ANSWER_UNKNOWN},
    };
    char word[16];

    if (!cell_lower(cell, word, sizeof word))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i].word) == 0) {
            *out_answer = words[i].answer;
            return true;
        }
    return false;
}

/* --- BSN ----------------------------------------------------------------------------------- */

/* Nine digits in a row, no digit on either side, that pass: "BSN 999990019, belde terug". */
static bool holds_bsn(struct bytes cell)
{
    size_t run = 0;

    for (size_t i = 0; i <= cell.length; i++) {
        if (i < cell.length && is_digit(cell.data[i])) {
            run++;
            continue;
        }
        if (run == BSN_BYTES - 1 && bsn_passes((const char *)cell.data + i - run))
            return true;
        run = 0;
    }
    return false;
}

static bool is_bsn(struct bytes cell)
{
    char text[64], bsn[BSN_BYTES];

    return cell_text(cell, text, sizeof text) && canonical_bsn(text, bsn) == OUTCOME_OK;
}

bool cell_may_be_bsn(struct bytes cell)
{
    struct import_day day;
    size_t digits = 0;

    for (size_t i = 0; i < cell.length; i++)
        digits += is_digit(cell.data[i]);
    if (digits < BSN_BYTES - 2) /* most cells: eight digits is the least */
        return false;
    return (is_bsn(cell) && !cell_day(cell, &day)) || holds_bsn(cell);
}
