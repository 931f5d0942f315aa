/* SPDX-License-Identifier: EUPL-1.2 */
/* A letter of access written down: as text, and as a page. */
#include <stdio.h>
#include <string.h>

#include "covenant/html.h"
#include "covenant/plain_text.h"
#include "gateway/access_letter_parts.h"

enum { LABEL = 17 };

#define TEXT_ROW(key, nl, en) [LETTER_##key] = {nl, en},
static const char *const texts[LETTER_TEXT_COUNT][LANGUAGE_COUNT] = {LETTER_TEXTS(TEXT_ROW)};

const char *letter_word(const struct letter *letter, enum letter_text text)
{
    return texts[text][letter->language];
}

void letter_day(struct day day, char *out, size_t size)
{
    struct date date = day_date(day);

    snprintf(out, size, "%02d-%02d-%04d", date.day, date.month, date.year);
}

/* Our own formats, with three texts. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void look_text(const struct letter *letter, const struct shown_look *look,
                      char out[static LOOK_BYTES])
{
    const char *role = role_name(look->role, letter->language);

    if (look->times == 1)
        snprintf(out, LOOK_BYTES, letter_word(letter, LETTER_BY_ROLE), role);
    else
        snprintf(out, LOOK_BYTES, letter_word(letter, LETTER_BY_ROLE_OFTEN), role, look->times);
}
#pragma GCC diagnostic pop

/* --- the letter as text --- */

static void add_text_pair(struct buffer *out, const char *label, const char *text)
{
    plain_labelled(out, label, LABEL, bytes_of_text(text));
}

static void add_text_signals(struct buffer *out, const struct letter *letter)
{
    static const enum letter_text heads[SIGNAL_COLUMNS] = {
        LETTER_WHEN, LETTER_WHAT, LETTER_WHOM, LETTER_PURPOSE, LETTER_BASIS, LETTER_UNTIL};

    for (size_t i = 0; i < letter->signal_count; i++) {
        for (int column = 0; column < SIGNAL_COLUMNS; column++)
            add_text_pair(out, letter_word(letter, heads[column]),
                          letter->signals[i].cells[column]);
        buffer_add_byte(out, '\n');
    }
}

static void add_text_unasked(struct buffer *out, const struct letter *letter)
{
    if (!letter->unasked_count)
        return;
    plain_labelled(out, "", 0, bytes_of_text(letter_word(letter, LETTER_BY_SELF)));
    for (size_t i = 0; i < letter->unasked_count; i++)
        add_text_pair(out, "  -", registry_name(letter->registry, &letter->unasked[i]));
    buffer_add_byte(out, '\n');
}

static void add_text_rest(struct buffer *out, const struct letter *letter)
{
    char day[16], text[LOOK_BYTES];

    if (letter->look_count)
        plain_labelled(out, "", 0, bytes_of_text(letter_word(letter, LETTER_LOOKED)));
    for (size_t i = 0; i < letter->look_count; i++) {
        letter_day(letter->looks[i].day, day, sizeof day);
        look_text(letter, &letter->looks[i], text);
        add_text_pair(out, day, text);
    }
    if (letter->look_count)
        buffer_add_byte(out, '\n');
    if (letter->consents.length) {
        plain_labelled(out, "", 0, bytes_of_text(letter_word(letter, LETTER_CONSENTS)));
        buffer_add_buffer(out, &letter->consents);
        buffer_add_byte(out, '\n');
    }
    plain_labelled(out, "", 0, bytes_of_text(letter_word(letter, LETTER_ASKED)));
    for (size_t i = 0; i < letter->request->asked_count; i++)
        add_text_pair(out, "  -", registry_name(letter->registry, &letter->request->asked[i]));
    plain_paragraph(out, letter_word(letter, letter->request->asked_count ? LETTER_ASKED_WHY
                                                                          : LETTER_ASKED_NONE));
    add_text_unasked(out, letter);
    plain_paragraph(out, letter_word(letter, LETTER_LEFT_OUT));
    plain_paragraph(out, letter_word(letter, LETTER_RIGHTS));
}

static void add_text(struct buffer *out, const struct letter *letter)
{
    char day[16];

    letter_day(amsterdam_day(letter->request->at_ms), day, sizeof day);
    plain_paragraph(out, letter_word(letter, LETTER_TITLE));
    add_text_pair(out, letter_word(letter, LETTER_FROM_US),
                  registry_name(letter->registry, &letter->gateway->settings->oin));
    add_text_pair(out, letter_word(letter, LETTER_DATE), day);
    add_text_pair(out, letter_word(letter, LETTER_ADDRESS), letter->asker->address);
    add_text_pair(out, letter_word(letter, LETTER_REQUEST), letter->request->id);
    buffer_add_byte(out, '\n');
    plain_paragraph(out, letter_word(letter, LETTER_DEAR));
    if (letter->signal_count == 0)
        plain_paragraph(out, letter_word(letter, LETTER_NOTHING));
    else
        plain_paragraph(out, letter_word(letter, LETTER_SHARED));
    add_text_signals(out, letter);
    add_text_rest(out, letter);
}

/* --- and as a page --- */

static void add_html_signals(struct buffer *out, const struct letter *letter)
{
    const char *heads[SIGNAL_COLUMNS] = {
        letter_word(letter, LETTER_WHEN),  letter_word(letter, LETTER_WHAT),
        letter_word(letter, LETTER_WHOM),  letter_word(letter, LETTER_PURPOSE),
        letter_word(letter, LETTER_BASIS), letter_word(letter, LETTER_UNTIL)};

    if (letter->signal_count == 0) {
        html_paragraph(out, letter_word(letter, LETTER_NOTHING));
        return;
    }
    html_element(out, "h2", NULL, letter_word(letter, LETTER_SHARED));
    html_table(out, "small dates", heads, SIGNAL_COLUMNS);
    for (size_t i = 0; i < letter->signal_count; i++) {
        const char *cells[SIGNAL_COLUMNS];
        for (int column = 0; column < SIGNAL_COLUMNS; column++)
            cells[column] = letter->signals[i].cells[column];
        html_row(out, cells, SIGNAL_COLUMNS);
    }
    html_close(out, "table");
}

static void add_html_looks(struct buffer *out, const struct letter *letter)
{
    char day[16], text[LOOK_BYTES];

    if (!letter->look_count)
        return;
    html_element(out, "h2", NULL, letter_word(letter, LETTER_LOOKED));
    html_open(out, "dl", "small");
    for (size_t i = 0; i < letter->look_count; i++) {
        letter_day(letter->looks[i].day, day, sizeof day);
        look_text(letter, &letter->looks[i], text);
        html_pair(out, day, text);
    }
    html_close(out, "dl");
}

static void add_html_consents(struct buffer *out, const struct letter *letter)
{
    struct bytes rest = buffer_bytes(&letter->consents);

    if (!rest.length)
        return;
    html_element(out, "h2", NULL, letter_word(letter, LETTER_CONSENTS));
    html_open(out, "ul", NULL);
    while (rest.length) {
        const uint8_t *end = memchr(rest.data, '\n', rest.length);
        size_t length = end ? (size_t)(end - rest.data) : rest.length;
        html_open(out, "li", NULL);
        html_bytes(out, bytes_of(rest.data, length));
        html_close(out, "li");
        rest = bytes_of(rest.data + length + (end != NULL), rest.length - length - (end != NULL));
    }
    html_close(out, "ul");
}

static void add_html_asked(struct buffer *out, const struct letter *letter)
{
    html_element(out, "h2", NULL, letter_word(letter, LETTER_ASKED));
    if (letter->request->asked_count)
        html_open(out, "ul", NULL);
    for (size_t i = 0; i < letter->request->asked_count; i++)
        html_element(out, "li", NULL, registry_name(letter->registry, &letter->request->asked[i]));
    if (letter->request->asked_count)
        html_close(out, "ul");
    html_paragraph(out, letter_word(letter, letter->request->asked_count ? LETTER_ASKED_WHY
                                                                         : LETTER_ASKED_NONE));
    if (!letter->unasked_count)
        return;
    html_paragraph(out, letter_word(letter, LETTER_BY_SELF));
    html_open(out, "ul", NULL);
    for (size_t k = 0; k < letter->unasked_count; k++)
        html_element(out, "li", NULL, registry_name(letter->registry, &letter->unasked[k]));
    html_close(out, "ul");
}

static void add_html(struct buffer *out, const struct letter *letter)
{
    char day[16];

    letter_day(amsterdam_day(letter->request->at_ms), day, sizeof day);
    html_begin(out, HTML_LETTER, letter->language, letter_word(letter, LETTER_TITLE));
    html_element(out, "h1", NULL, letter_word(letter, LETTER_TITLE));
    html_open(out, "dl", NULL);
    html_pair(out, letter_word(letter, LETTER_FROM_US),
              registry_name(letter->registry, &letter->gateway->settings->oin));
    html_pair(out, letter_word(letter, LETTER_DATE), day);
    html_pair(out, letter_word(letter, LETTER_ADDRESS), letter->asker->address);
    html_pair(out, letter_word(letter, LETTER_REQUEST), letter->request->id);
    html_close(out, "dl");
    html_paragraph(out, letter_word(letter, LETTER_DEAR));
    add_html_signals(out, letter);
    add_html_looks(out, letter);
    add_html_consents(out, letter);
    add_html_asked(out, letter);
    html_paragraph(out, letter_word(letter, LETTER_LEFT_OUT));
    html_paragraph(out, letter_word(letter, LETTER_RIGHTS));
    html_end(out);
}

enum outcome letter_write(const struct letter *letter, json_t **out_letter)
{
    OWNED_BUFFER text = {0}, html = {0};

    add_text(&text, letter);
    add_html(&html, letter);
    if (!buffer_text(&text) || !buffer_text(&html) || letter->consents.failed)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(buffer_outcome(&text));
    TRY(buffer_outcome(&html));
    *out_letter = json_pack("{ss ss sI sI}", "tekst", buffer_text(&text), "html",
                            buffer_text(&html), "regels", (json_int_t)letter->signal_count,
                            "gezien", (json_int_t)letter->look_count);
    return *out_letter ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}
