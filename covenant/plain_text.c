/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/plain_text.h"

/* Characters, not bytes: continuation bytes take no column. */
int plain_width(struct bytes text)
{
    int count = 0;

    for (size_t i = 0; i < text.length; i++)
        count += (text.data[i] & 0xc0) != 0x80;
    return count;
}

/* The bytes that the first `width` characters take. */
static size_t bytes_of_width(struct bytes text, int width)
{
    int count = 0;
    size_t i = 0;

    for (; i < text.length; i++) {
        count += (text.data[i] & 0xc0) != 0x80;
        if (count > width)
            break;
    }
    return i;
}

/* Where to break before `length`, which is inside the text: at the last space, else right there. */
static size_t break_at(struct bytes text, size_t length)
{
    size_t space = length + 1;

    while (space > 0 && text.data[space - 1] != ' ')
        space--;
    while (space > 0 && text.data[space - 1] == ' ')
        space--;
    return space > 0 ? space : length;
}

/* Takes the next line of at most `width` characters. */
static struct bytes next_piece(struct bytes *rest, int width)
{
    size_t length = bytes_of_width(*rest, width), used;
    struct bytes piece;

    if (rest->length == 0)
        return *rest;
    if (length < rest->length)
        length = break_at(*rest, length);
    piece = bytes_of(rest->data, length);
    for (used = length; used < rest->length && rest->data[used] == ' '; used++)
        ;
    *rest =
        used < rest->length ? bytes_of(rest->data + used, rest->length - used) : bytes_of("", 0);
    return piece;
}

static void add_padded(struct buffer *out, struct bytes piece, int width)
{
    buffer_add_bytes(out, piece);
    for (int i = plain_width(piece); i < width; i++)
        buffer_add_byte(out, ' ');
}

/* Without the spaces that the last cells were padded with. */
static void end_line(struct buffer *out)
{
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->length--;
    buffer_add_byte(out, '\n');
}

void plain_labelled(struct buffer *out, const char *label, int label_width, struct bytes text)
{
    struct bytes rest = text;

    do {
        add_padded(out, bytes_of_text(label), label_width);
        buffer_add_bytes(out, next_piece(&rest, PLAIN_COLUMNS - label_width));
        end_line(out);
        label = "";
    } while (rest.length > 0);
}

void plain_paragraph(struct buffer *out, const char *text)
{
    plain_labelled(out, "", 0, bytes_of_text(text));
    buffer_add_byte(out, '\n');
}

void plain_row(struct buffer *out, const int widths[], const struct buffer cells[], size_t count)
{
    struct bytes rest[PLAIN_CELLS_MAX];
    bool more = true;

    for (size_t i = 0; i < count; i++)
        rest[i] = buffer_bytes(&cells[i]);
    while (more) {
        more = false;
        for (size_t i = 0; i < count; i++) {
            if (widths[i] == 0)
                continue;
            if (i > 0)
                buffer_add_byte(out, ' ');
            add_padded(out, next_piece(&rest[i], widths[i]), widths[i]);
            more = more || rest[i].length > 0;
        }
        end_line(out);
    }
}

size_t plain_lines(struct bytes text)
{
    size_t lines = 0;

    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n';
    return lines;
}
