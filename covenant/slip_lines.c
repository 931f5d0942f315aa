/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/slip_lines.h"

#include <string.h>

#include "covenant/html.h"

enum { WIDTH = 78, INDENT = 4 };

struct buffer *slip_line(struct slip_lines *lines, const char *member, const char *label)
{
    size_t place = lines->count;

    if (place == SLIP_LINES_MAX)
        return &lines->values[SLIP_LINES_MAX];
    lines->count++;
    lines->members[place] = member;
    lines->labels[place] = label;
    return &lines->values[place];
}

enum outcome slip_lines_outcome(const struct slip_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        TRY(buffer_outcome(&lines->values[i]));
    return lines->values[SLIP_LINES_MAX].length ? OUTCOME_INTERNAL : OUTCOME_OK;
}

void slip_lines_wipe(struct slip_lines *lines)
{
    for (size_t i = 0; i <= SLIP_LINES_MAX; i++)
        buffer_wipe(&lines->values[i]);
}

/* --- text: a label, and its value indented beneath it, broken between words --- */

static size_t word_at(struct bytes text, size_t start)
{
    size_t end = start;

    while (end < text.length && text.data[end] != ' ')
        end++;
    return end - start;
}

static void add_wrapped(struct buffer *out, struct bytes text)
{
    size_t column = 0;

    for (size_t i = 0; i < text.length;) {
        size_t length = word_at(text, i);
        if (column > 0 && column + 1 + length > WIDTH - INDENT) {
            buffer_add_byte(out, '\n');
            column = 0;
        }
        buffer_add_text(out, column > 0 ? " " : "    ");
        buffer_add(out, text.data + i, length);
        column += length + (column > 0);
        i += length;
        while (i < text.length && text.data[i] == ' ')
            i++;
    }
    buffer_add_byte(out, '\n');
}

enum outcome slip_lines_text(const struct slip_lines *lines, struct buffer *out)
{
    buffer_format(out, "%s\n\n", lines->title);
    for (size_t i = 0; i < SLIP_OPENINGS; i++)
        if (lines->opening[i])
            buffer_format(out, "%s\n", lines->opening[i]);
    buffer_add_byte(out, '\n');
    for (size_t i = 0; i < lines->count; i++) {
        buffer_format(out, "%s\n", lines->labels[i]);
        add_wrapped(out, buffer_bytes(&lines->values[i]));
    }
    for (size_t i = 0; i < SLIP_SIGNATURES; i++)
        if (lines->signatures[i])
            buffer_format(out, "\n%s\n    ______________________________\n", lines->signatures[i]);
    return buffer_outcome(out);
}

/* --- HTML --- */

static void add_pair(struct buffer *out, const char *label, struct bytes value)
{
    html_open(out, "dt", NULL);
    html_text(out, label);
    html_close(out, "dt");
    html_open(out, "dd", NULL);
    html_bytes(out, value);
    html_close(out, "dd");
    buffer_add_byte(out, '\n');
}

enum outcome slip_lines_html(const struct slip_lines *lines, struct buffer *out)
{
    bool signatures = lines->signatures[0] != NULL;

    html_begin(out, HTML_LETTER, lines->language, lines->title);
    html_element(out, "h1", NULL, lines->title);
    for (size_t i = 0; i < SLIP_OPENINGS; i++)
        if (lines->opening[i])
            html_paragraph(out, lines->opening[i]);
    html_open(out, "dl", NULL);
    for (size_t i = 0; i < lines->count; i++)
        add_pair(out, lines->labels[i], buffer_bytes(&lines->values[i]));
    html_close(out, "dl");
    if (signatures)
        html_open(out, "div", "signatures");
    for (size_t i = 0; i < SLIP_SIGNATURES; i++)
        if (lines->signatures[i])
            html_signature(out, lines->signatures[i]);
    if (signatures)
        html_close(out, "div");
    html_end(out);
    return buffer_outcome(out);
}
