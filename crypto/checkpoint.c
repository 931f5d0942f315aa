/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/checkpoint.h"

#include <inttypes.h>
#include <string.h>

#include "crypto/encoding.h"

void checkpoint_print(const struct checkpoint *checkpoint, struct buffer *out)
{
    buffer_format(out, "%s\n%" PRIu64 "\n", checkpoint->origin, checkpoint->size);
    buffer_add_base64(out, bytes_of(checkpoint->root.bytes, sizeof checkpoint->root.bytes));
    buffer_add_byte(out, '\n');
}

enum outcome checkpoint_sign(const struct checkpoint *checkpoint, const struct signing_key *key,
                             struct buffer *out)
{
    OWNED_BUFFER text = {0};

    checkpoint_print(checkpoint, &text);
    TRY(buffer_outcome(&text));
    return note_sign(buffer_bytes(&text), checkpoint->origin, key, out);
}

/* Takes the next line, without its newline, off `text`; false when there is none or it is
 * empty. */
static bool take_line(struct bytes *text, struct bytes *out_line)
{
    const uint8_t *end = text->length ? memchr(text->data, '\n', text->length) : NULL;
    size_t length;

    if (!end || end == text->data)
        return false;
    length = (size_t)(end - text->data);
    *out_line = bytes_of(text->data, length);
    *text = bytes_of(end + 1, text->length - length - 1);
    return true;
}

/* Decimal, without leading zeros, within a tree's bound. */
static bool parse_size(struct bytes line, uint64_t *out_size)
{
    enum { DIGITS_MAX = 19 }; /* of 2^62 */
    uint64_t size = 0;

    if (line.length > DIGITS_MAX || (line.data[0] == '0' && line.length > 1))
        return false;
    for (size_t i = 0; i < line.length; i++) {
        if (line.data[i] < '0' || line.data[i] > '9')
            return false;
        size = size * 10 + (uint64_t)(line.data[i] - '0');
    }
    *out_size = size;
    return size >> MERKLE_HEIGHT_MAX == 0;
}

enum outcome checkpoint_parse(struct bytes text, struct checkpoint *out)
{
    struct checkpoint checkpoint = {0};
    struct bytes origin, size, root, extension;

    if (!take_line(&text, &origin) || !take_line(&text, &size) || !take_line(&text, &root))
        return OUTCOME_MALFORMED;
    if (origin.length >= sizeof checkpoint.origin || memchr(origin.data, '\0', origin.length) ||
        !parse_size(size, &checkpoint.size))
        return OUTCOME_MALFORMED;
    TRY(base64_decode_exact(root, checkpoint.root.bytes, sizeof checkpoint.root.bytes));
    while (text.length > 0)
        if (!take_line(&text, &extension))
            return OUTCOME_MALFORMED;
    memcpy(checkpoint.origin, origin.data, origin.length);
    *out = checkpoint;
    return OUTCOME_OK;
}

enum outcome checkpoint_verify(struct bytes bytes, const struct note_key *key, const char *origin,
                               struct checkpoint *out)
{
    struct note note;
    struct checkpoint checkpoint;

    TRY(note_parse(bytes, &note));
    TRY(note_verify(&note, key));
    TRY(checkpoint_parse(note.text, &checkpoint));
    if (strcmp(checkpoint.origin, origin) != 0)
        return OUTCOME_MALFORMED;
    *out = checkpoint;
    return OUTCOME_OK;
}
