/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/canonical.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_digit(text[i]))
            return false;
    return true;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* How many bytes of white space stand here: a space, or U+00A0 as Excel exports it. */
static size_t space_length(const char *text)
{
    if (text[0] == ' ')
        return 1;
    return text[0] == '\xc2' && text[1] == '\xa0' ? 2 : 0;
}

/* Copies `text` in upper case without spaces and without the characters in `dropped`.
 * False when more than `room` characters are left. */
static bool squeeze(const char *text, const char *dropped, size_t room, char *out)
{
    size_t length = 0;

    while (*text) {
        size_t space = space_length(text);
        if (space > 0) {
            text += space;
        } else if (strchr(dropped, *text)) {
            text++;
        } else {
            if (length == room)
                return false;
            out[length++] = upper(*text++);
        }
    }
    out[length] = '\0';
    return true;
}

bool bsn_passes(const char digits[static 9])
{
    int sum = 0;
    bool zero = true;

    if (!all_digits(digits, 9))
        return false;
    for (int i = 0; i < 9; i++) {
        int digit = digits[i] - '0';
        sum += digit * (i < 8 ? 9 - i : -1);
        zero = zero && digit == 0;
    }
    return !zero && sum % 11 == 0;
}

enum outcome canonical_bsn(const char *text, char out[static BSN_BYTES])
{
    char digits[BSN_BYTES], padded[BSN_BYTES] = "0";

    if (!text || !squeeze(text, ".-", sizeof digits - 1, digits))
        return OUTCOME_MALFORMED;
    switch (strlen(digits)) {
    case 8: /* a spreadsheet ate the zero in front */
        memcpy(padded + 1, digits, sizeof padded - 1);
        break;
    case 9:
        memcpy(padded, digits, sizeof padded);
        break;
    default:
        return OUTCOME_MALFORMED;
    }
    if (!bsn_passes(padded))
        return OUTCOME_MALFORMED;
    memcpy(out, padded, sizeof padded);
    return OUTCOME_OK;
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

enum outcome canonical_postcode(const char *text, char out[static POSTCODE_BYTES])
{
    char code[POSTCODE_BYTES];

    if (!text || !squeeze(text, "", sizeof code - 1, code))
        return OUTCOME_MALFORMED;
    if (strlen(code) != POSTCODE_BYTES - 1 || !all_digits(code, 4) || code[0] == '0' ||
        !is_capital(code[4]) || !is_capital(code[5]))
        return OUTCOME_MALFORMED;
    memcpy(out, code, sizeof code);
    return OUTCOME_OK;
}

enum outcome canonical_house_number(const char *text, char out[static HOUSE_NUMBER_BYTES])
{
    char number[HOUSE_NUMBER_BYTES] = "";
    size_t length;

    if (!text)
        return OUTCOME_MALFORMED;
    while (space_length(text) > 0)
        text += space_length(text);
    while (*text == '0')
        text++;
    if (!squeeze(text, "", sizeof number - 1, number))
        return OUTCOME_MALFORMED;
    length = strlen(number);
    if (length == 0 || !all_digits(number, length) || strncmp(text, number, length) != 0)
        return OUTCOME_MALFORMED; /* the last: "1 2" is not house 12 */
    memcpy(out, number, sizeof number);
    return OUTCOME_OK;
}

enum outcome canonical_house_letter(const char *text, char out[static HOUSE_LETTER_BYTES])
{
    char letter[HOUSE_LETTER_BYTES];

    if (!squeeze(text ? text : "", "", sizeof letter - 1, letter))
        return OUTCOME_MALFORMED;
    if (letter[0] != '\0' && !is_capital(letter[0]))
        return OUTCOME_MALFORMED;
    memcpy(out, letter, sizeof letter);
    return OUTCOME_OK;
}

enum outcome canonical_house_addition(const char *text, char out[static HOUSE_ADDITION_BYTES])
{
    char addition[HOUSE_ADDITION_BYTES] = "";

    if (!squeeze(text ? text : "", "", sizeof addition - 1, addition))
        return OUTCOME_MALFORMED;
    for (const char *c = addition; *c; c++)
        if (!is_digit(*c) && !is_capital(*c) && !strchr("-./", *c))
            return OUTCOME_MALFORMED;
    memcpy(out, addition, sizeof addition);
    return OUTCOME_OK;
}

enum outcome canonical_bag_id(const char *text, char out[static BAG_ID_BYTES])
{
    if (!text || strnlen(text, BAG_ID_BYTES) != BAG_ID_BYTES - 1 ||
        !all_digits(text, BAG_ID_BYTES - 1) || memcmp(text + 4, "20", 2) != 0)
        return OUTCOME_MALFORMED;
    memcpy(out, text, BAG_ID_BYTES);
    return OUTCOME_OK;
}

static int number_at(const char *digits, size_t length)
{
    int number = 0;

    for (size_t i = 0; i < length; i++)
        number = number * 10 + (digits[i] - '0');
    return number;
}

/* Rearranges the three spellings to YYYYMMDD; false for any other. */
static bool date_digits(const char *text, char out[static BIRTH_DATE_BYTES])
{
    /* Where year, month and day begin, by the place of the first dash. */
    size_t length = strnlen(text, 11), year, month, day;

    if (length == 8)
        year = 0, month = 4, day = 6;
    else if (length == 10 && text[4] == '-' && text[7] == '-')
        year = 0, month = 5, day = 8;
    else if (length == 10 && text[2] == '-' && text[5] == '-')
        year = 6, month = 3, day = 0;
    else
        return false;
    memcpy(out, text + year, 4);
    memcpy(out + 4, text + month, 2);
    memcpy(out + 6, text + day, 2);
    out[8] = '\0';
    return all_digits(out, 8);
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : lengths[month - 1];
}

enum outcome canonical_birth_date(const char *text, char out[static BIRTH_DATE_BYTES])
{
    enum { YEAR_LEAST = 1880, YEAR_MOST = 2100 }; /* c1; before 1880 is a typing error */
    char digits[BIRTH_DATE_BYTES];
    int year, month, day;

    if (!text || !date_digits(text, digits))
        return OUTCOME_MALFORMED;
    year = number_at(digits, 4);
    month = number_at(digits + 4, 2);
    day = number_at(digits + 6, 2);
    if (year < YEAR_LEAST || year > YEAR_MOST || month < 1 || month > 12 || day < 1 ||
        day > month_length(year, month))
        return OUTCOME_MALFORMED;
    memcpy(out, digits, sizeof digits);
    return OUTCOME_OK;
}
