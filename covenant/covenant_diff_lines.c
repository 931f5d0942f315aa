/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/covenant_diff_lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/article_text.h"

#define TEXT_ROW(key, nl, en) [DIFF_##key] = {nl, en},
static const char *const texts[DIFF_TEXT_COUNT][LANGUAGE_COUNT] = {DIFF_TEXTS(TEXT_ROW)};

/* --- lines --- */

/* Not in the middle of a character. */
static void cut(char *text, size_t size)
{
    size_t length = strlen(text);

    if (length + 1 < size)
        return;
    while (length > 0 && ((uint8_t)text[length - 1] & 0xc0) == 0x80)
        length--;
    text[length > 0 ? length - 1 : 0] = '\0';
}

/* The formats stand in the table above, with as many words as each call gives. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void diff_line_add(struct comparison *c, bool wider, enum diff_text format, ...)
{
    struct covenant_diff *diff = c->diff;
    struct diff_line *more = realloc(diff->lines, (diff->count + 1) * sizeof *more);
    va_list words;

    if (!more) {
        diff->failed = true;
        return;
    }
    diff->lines = more;
    more[diff->count] = (struct diff_line){.article = c->article, .wider = wider};
    va_start(words, format);
    vsnprintf(more[diff->count].text, sizeof more->text, texts[format][c->language], words);
    va_end(words);
    cut(more[diff->count].text, sizeof more->text);
    diff->count++;
}
#pragma GCC diagnostic pop

const char *diff_word(const struct comparison *c, enum diff_text text)
{
    return texts[text][c->language];
}

static const char *or_none(const struct comparison *c, const char *text)
{
    return text && text[0] ? text : diff_word(c, DIFF_NONE);
}

void diff_texts(struct comparison *c, enum diff_text label, const char *before, const char *after,
                bool wider)
{
    if (strcmp(before ? before : "", after ? after : "") != 0)
        diff_line_add(c, wider, DIFF_OTHER, diff_word(c, label), or_none(c, before),
                      or_none(c, after));
}

void diff_numbers(struct comparison *c, enum diff_text label, int64_t before, int64_t after,
                  bool more_is_wider)
{
    char was[24], becomes[24];

    snprintf(was, sizeof was, "%lld", (long long)before);
    snprintf(becomes, sizeof becomes, "%lld", (long long)after);
    diff_texts(c, label, was, becomes, (after > before) == more_is_wider);
}

void diff_days(struct comparison *c, enum diff_text label, struct day before, struct day after,
               bool later_is_wider)
{
    char was[DAY_TEXT_BYTES], becomes[DAY_TEXT_BYTES];

    day_print(before, was);
    day_print(after, becomes);
    diff_texts(c, label, was, becomes, (day_compare(after, before) > 0) == later_is_wider);
}

/* What of one set is not in the other, as names; the buffer fails with the diff. */
void diff_names(struct comparison *c, enum diff_text format, enum diff_text label,
                struct buffer *names, bool wider)
{
    if (names->length > 0)
        diff_line_add(c, wider, format, diff_word(c, label),
                      buffer_text(names) ? buffer_text(names) : "");
    c->diff->failed = c->diff->failed || names->failed;
}

void diff_sets(struct comparison *c, enum diff_text label, uint32_t before, uint32_t after,
               diff_name name, bool more_is_wider)
{
    OWNED_BUFFER more = {0}, less = {0};

    for (unsigned member = 0; member < 32; member++) {
        if (has_bit(after & ~before, member))
            add_separated(&more, ", ", name(c, member));
        if (has_bit(before & ~after, member))
            add_separated(&less, ", ", name(c, member));
    }
    diff_names(c, DIFF_MORE, label, &more, more_is_wider);
    diff_names(c, DIFF_LESS, label, &less, !more_is_wider);
}

/* The names of the parties of `own` in `set` that are not in the other covenant's set. */
static void names_not_in(struct buffer *out, const struct covenant *own,
                         const struct party_set *set, const struct covenant *other,
                         const struct party_set *others)
{
    for (size_t i = 0; i < own->parties_count; i++) {
        const struct party *same = covenant_party(other, &own->parties[i].oin);
        if (party_set_has(set, i) &&
            !(same && party_set_has(others, covenant_party_index(other, same))))
            add_separated(out, ", ", own->parties[i].name);
    }
}

void diff_party_sets(struct comparison *c, enum diff_text label, const struct party_set *before,
                     const struct party_set *after, bool more_is_wider, bool less_is_wider)
{
    OWNED_BUFFER more = {0}, less = {0};

    names_not_in(&more, c->after, after, c->before, before);
    names_not_in(&less, c->before, before, c->after, after);
    diff_names(c, DIFF_MORE, label, &more, more_is_wider);
    diff_names(c, DIFF_LESS, label, &less, less_is_wider);
}

void diff_lists(struct comparison *c, enum diff_text label, const char *const *before,
                size_t before_count, const char *const *after, size_t after_count)
{
    OWNED_BUFFER more = {0}, less = {0};

    for (size_t i = 0; i < after_count; i++) {
        size_t j = 0;
        while (j < before_count && strcmp(before[j], after[i]) != 0)
            j++;
        if (j == before_count)
            add_separated(&more, ", ", after[i]);
    }
    for (size_t i = 0; i < before_count; i++) {
        size_t j = 0;
        while (j < after_count && strcmp(after[j], before[i]) != 0)
            j++;
        if (j == after_count)
            add_separated(&less, ", ", before[i]);
    }
    diff_names(c, DIFF_MORE, label, &more, true);
    diff_names(c, DIFF_LESS, label, &less, false);
}
