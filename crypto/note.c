/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/note.h"

#include <string.h>

#include "crypto/encoding.h"
#include "crypto/sha256.h"

enum {
    ID_BYTES = 4,
    ID_HEX_LENGTH = 8,
    VKEY_MAX_BYTES = NOTE_NAME_BYTES + 64,
};

/* U+2014 and a space stand before each signature. */
static const char signature_mark[] = "\xe2\x80\x94 ";

static uint32_t read_id(const uint8_t data[static ID_BYTES])
{
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

static void write_id(uint8_t out[static ID_BYTES], uint32_t id)
{
    for (int i = 0; i < ID_BYTES; i++)
        out[i] = (uint8_t)(id >> (24 - 8 * i));
}

/* --- text: UTF-8, no control character but newline --- */

/* How long the UTF-8 character at `data` is; 0 when it is none (also surrogates, overlong
 * forms and what lies above U+10FFFF). */
static size_t character_length(const uint8_t *data, size_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = data[0] < 0x80             ? 1
                    : (data[0] & 0xe0) == 0xc0 ? 2
                    : (data[0] & 0xf0) == 0xe0 ? 3
                    : (data[0] & 0xf8) == 0xf0 ? 4
                                               : 0;
    uint32_t point;

    if (length < 2 || length > left)
        return length > left ? 0 : length;
    point = data[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((data[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (data[i] & 0x3fU);
    }
    return point < least[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)
               ? 0
               : length;
}

static bool is_note_text(struct bytes text)
{
    for (size_t i = 0; i < text.length;) {
        size_t length = character_length(text.data + i, text.length - i);
        if (length == 0 || (text.data[i] < 0x20 && text.data[i] != '\n'))
            return false;
        i += length;
    }
    return true;
}

/* The spaces of Unicode that are longer than one byte in UTF-8. */
static bool holds_wide_space(struct bytes name)
{
    static const char *const spaces[] = {
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
        "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
        "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
    };

    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (memmem(name.data, name.length, spaces[i], strlen(spaces[i])))
            return true;
    return false;
}

static bool is_key_name(struct bytes name)
{
    if (name.length == 0 || name.length >= NOTE_NAME_BYTES || !is_note_text(name))
        return false;
    for (size_t i = 0; i < name.length; i++)
        if (name.data[i] <= 0x20 || name.data[i] == '+')
            return false;
    return !holds_wide_space(name);
}

/* --- keys --- */

static enum outcome key_id(struct bytes name, const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                           uint32_t *out_id)
{
    static const uint8_t middle[] = {'\n', NOTE_KEY_ED25519};
    const struct bytes parts[] = {
        name,
        bytes_of(middle, sizeof middle),
        bytes_of(public_key, SIGNING_PUBLIC_BYTES),
    };
    uint8_t hash[SHA256_BYTES];

    TRY(sha256_parts(parts, 3, hash));
    *out_id = read_id(hash);
    return OUTCOME_OK;
}

enum outcome note_key_make(const char *name, const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                           struct note_key *out)
{
    uint32_t id;

    if (!is_key_name(bytes_of_text(name)))
        return OUTCOME_MALFORMED;
    TRY(key_id(bytes_of_text(name), public_key, &id));
    *out = (struct note_key){.id = id};
    memcpy(out->name, name, strlen(name) + 1);
    memcpy(out->public_key, public_key, SIGNING_PUBLIC_BYTES);
    return OUTCOME_OK;
}

enum outcome note_key_parse(const char *vkey, struct note_key *out)
{
    uint8_t id[ID_BYTES], typed_key[1 + SIGNING_PUBLIC_BYTES];
    char name[NOTE_NAME_BYTES], id_hex[ID_HEX_LENGTH + 1];
    struct note_key key;
    const char *plus = vkey ? strchr(vkey, '+') : NULL;

    if (!plus || (size_t)(plus - vkey) >= sizeof name || strnlen(plus, 80) < 2 + ID_HEX_LENGTH ||
        plus[1 + ID_HEX_LENGTH] != '+')
        return OUTCOME_MALFORMED;
    memcpy(name, vkey, (size_t)(plus - vkey));
    name[plus - vkey] = '\0';
    memcpy(id_hex, plus + 1, ID_HEX_LENGTH);
    id_hex[ID_HEX_LENGTH] = '\0';
    if (!hex_decode(id_hex, id, sizeof id))
        return OUTCOME_MALFORMED;
    TRY(base64_decode_exact(bytes_of_text(plus + 2 + ID_HEX_LENGTH), typed_key, sizeof typed_key));
    if (typed_key[0] != NOTE_KEY_ED25519)
        return OUTCOME_MALFORMED;
    TRY(note_key_make(name, typed_key + 1, &key));
    if (key.id != read_id(id))
        return OUTCOME_MALFORMED;
    *out = key;
    return OUTCOME_OK;
}

void note_key_print(const struct note_key *key, struct buffer *out)
{
    uint8_t typed_key[1 + SIGNING_PUBLIC_BYTES];

    typed_key[0] = NOTE_KEY_ED25519;
    memcpy(typed_key + 1, key->public_key, SIGNING_PUBLIC_BYTES);
    buffer_format(out, "%s+%08x+", key->name, key->id);
    buffer_add_base64(out, bytes_of(typed_key, sizeof typed_key));
}

/* --- notes --- */

enum outcome note_sign(struct bytes text, const char *name, const struct signing_key *key,
                       struct buffer *out)
{
    uint8_t signed_id[ID_BYTES + SIGNATURE_BYTES];
    struct note_key named;

    if (text.length == 0 || text.data[text.length - 1] != '\n' || !is_note_text(text))
        return OUTCOME_MALFORMED;
    TRY(note_key_make(name, key->public_key, &named));
    write_id(signed_id, named.id);
    TRY(signature_make(key, text, signed_id + ID_BYTES));
    buffer_add_bytes(out, text);
    buffer_format(out, "\n%s%s ", signature_mark, name);
    buffer_add_base64(out, bytes_of(signed_id, sizeof signed_id));
    buffer_add_byte(out, '\n');
    return buffer_outcome(out);
}

/* Lends text and signature lines; the last empty line stands between them. */
static bool split(struct bytes whole, struct bytes *out_text, struct bytes *out_lines)
{
    if (whole.length == 0 || whole.data[whole.length - 1] != '\n')
        return false;
    for (size_t i = whole.length - 1; i > 1; i--) {
        if (whole.data[i - 1] == '\n' && whole.data[i] == '\n') {
            *out_text = bytes_of(whole.data, i);
            *out_lines = bytes_of(whole.data + i + 1, whole.length - i - 1);
            return out_lines->length > 0;
        }
    }
    return false;
}

/* Base64 of at least the id and one byte; only the id is decoded here: what follows may be
 * of a kind that we do not know. */
static enum outcome parse_blob(struct bytes base64, struct note_signature *out)
{
    OWNED_BUFFER blob = {0};

    TRY(base64_decode(base64, &blob));
    if (blob.length <= ID_BYTES)
        return OUTCOME_MALFORMED;
    out->id = read_id(blob.data);
    out->base64 = base64;
    return OUTCOME_OK;
}

/* One line without its newline. */
static enum outcome parse_signature(struct bytes line, struct note_signature *out)
{
    size_t mark = sizeof signature_mark - 1;
    const uint8_t *space;

    if (line.length <= mark || memcmp(line.data, signature_mark, mark) != 0)
        return OUTCOME_MALFORMED;
    line = bytes_of(line.data + mark, line.length - mark);
    space = memchr(line.data, ' ', line.length);
    if (!space)
        return OUTCOME_MALFORMED;
    out->name = bytes_of(line.data, (size_t)(space - line.data));
    if (!is_key_name(out->name))
        return OUTCOME_MALFORMED;
    return parse_blob(bytes_of(space + 1, line.length - out->name.length - 1), out);
}

enum outcome note_parse(struct bytes bytes, struct note *out)
{
    struct note note = {0};
    struct bytes lines;

    if (bytes.length > NOTE_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    if (!split(bytes, &note.text, &lines) || !is_note_text(bytes))
        return OUTCOME_MALFORMED;
    while (lines.length > 0) {
        /* The lines end with a newline, so one is found. */
        const uint8_t *end = memchr(lines.data, '\n', lines.length);
        size_t length = (size_t)(end - lines.data);

        if (note.signature_count == NOTE_SIGNATURES_MAX)
            return OUTCOME_TOO_LARGE;
        TRY(parse_signature(bytes_of(lines.data, length),
                            &note.signatures[note.signature_count++]));
        lines = bytes_of(end + 1, lines.length - length - 1);
    }
    *out = note;
    return OUTCOME_OK;
}

static enum outcome verify_line(const struct note *note, const struct note_signature *line,
                                const struct note_key *key)
{
    uint8_t signed_id[ID_BYTES + SIGNATURE_BYTES];

    if (base64_decode_exact(line->base64, signed_id, sizeof signed_id) != OUTCOME_OK)
        return OUTCOME_SIGNATURE_WRONG;
    return signature_check(key->public_key, note->text, signed_id + ID_BYTES);
}

enum outcome note_verify(const struct note *note, const struct note_key *key)
{
    struct bytes name = bytes_of_text(key->name);
    bool signed_by_key = false;

    for (size_t i = 0; i < note->signature_count; i++) {
        const struct note_signature *line = &note->signatures[i];

        if (line->id != key->id || !bytes_equal(line->name, name))
            continue;
        TRY(verify_line(note, line, key));
        signed_by_key = true;
    }
    return signed_by_key ? OUTCOME_OK : OUTCOME_KEY_UNKNOWN;
}
