/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/contact.h"

#include <string.h>

#include "covenant/wire.h"
#include "crypto/encoding.h"
#include "crypto/ready.h"

#define PAD_MARK 0x80 /* ISO/IEC 7816-4, as sodium_pad */

static bool postcode_is_valid(const char *text)
{
    char same[POSTCODE_BYTES];

    return canonical_postcode(text, same) == OUTCOME_OK && strcmp(text, same) == 0;
}

static bool number_is_valid(const char *text)
{
    char same[HOUSE_NUMBER_BYTES];

    return canonical_house_number(text, same) == OUTCOME_OK && strcmp(text, same) == 0;
}

static bool letter_is_valid(const char *text)
{
    char same[HOUSE_LETTER_BYTES];

    return canonical_house_letter(text, same) == OUTCOME_OK && strcmp(text, same) == 0;
}

static bool addition_is_valid(const char *text)
{
    char same[HOUSE_ADDITION_BYTES];

    return canonical_house_addition(text, same) == OUTCOME_OK && strcmp(text, same) == 0;
}

/* The length of the UTF-8 character at `text`, or 0 for none: Jansson refuses what is no UTF-8,
 * so a name that could not be read back must not be printed either. */
static size_t utf8_length(const unsigned char *text)
{
    size_t length = text[0] < 0x80                      ? 1
                    : text[0] >= 0xC2 && text[0] < 0xE0 ? 2
                    : text[0] >= 0xE0 && text[0] < 0xF0 ? 3
                    : text[0] >= 0xF0 && text[0] < 0xF5 ? 4
                                                        : 0;

    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xED && text[1] > 0x9F) ||
        (text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] > 0x8F))
        return 0; /* a longer spelling than needed, half a pair, or beyond Unicode */
    return length;
}

/* What a terminal or a page obeys instead of shows: controls of one byte and of two, and what ends
 * a line or turns the direction of the rest. `at` is valid UTF-8. */
static bool is_obeyed(const unsigned char *at)
{
    if (at[0] < 0x20 || at[0] == 0x7F)
        return true;
    if (at[0] == 0xC2)
        return at[1] < 0xA0; /* U+0080..9F */
    return at[0] == 0xE2 && ((at[1] == 0x80 && at[2] >= 0xA8 && at[2] <= 0xAE) ||
                             (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9));
}

static bool name_is_valid(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at) {
        size_t length = utf8_length(at);
        if (length == 0 || is_obeyed(at))
            return false;
        at += length;
    }
    return true;
}

static bool phone_is_valid(const char *text)
{
    return text[strspn(text, WIRE_DIGITS " +-")] == '\0' && strpbrk(text, WIRE_DIGITS);
}

static bool language_is_valid(const char *text)
{
    return strlen(text) == 2 && strspn(text, "abcdefghijklmnopqrstuvwxyz") == 2;
}

enum outcome contact_check(const struct contact *contact, struct fault *fault)
{
    if (!postcode_is_valid(contact->postcode))
        return wire_wrong(fault, "adres.postcode");
    if (!number_is_valid(contact->number))
        return wire_wrong(fault, "adres.huisnummer");
    if (contact->letter[0] && !letter_is_valid(contact->letter))
        return wire_wrong(fault, "adres.huisletter");
    if (contact->addition[0] && !addition_is_valid(contact->addition))
        return wire_wrong(fault, "adres.toevoeging");
    if (!name_is_valid(contact->name))
        return wire_wrong(fault, "naam");
    if (contact->phone[0] && !phone_is_valid(contact->phone))
        return wire_wrong(fault, "telefoon");
    if (contact->language[0] && !language_is_valid(contact->language))
        return wire_wrong(fault, "taal");
    return OUTCOME_OK;
}

static void add_optional(struct buffer *out, const char *name, const char *text)
{
    if (text[0]) {
        wire_add_name(out, name);
        buffer_add_json_text(out, text);
    }
}

enum outcome contact_print_json(const struct contact *contact, struct buffer *out)
{
    TRY(contact_check(contact, NULL));
    buffer_add_text(out, "{\"adres\":{");
    wire_add_text(out, "postcode", contact->postcode);
    wire_add_text(out, "huisnummer", contact->number);
    add_optional(out, "huisletter", contact->letter);
    add_optional(out, "toevoeging", contact->addition);
    buffer_add_byte(out, '}');
    add_optional(out, "naam", contact->name);
    add_optional(out, "telefoon", contact->phone);
    add_optional(out, "taal", contact->language);
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}

/* At least one byte of padding, as sodium_pad. */
static enum outcome pad(struct buffer *plain)
{
    size_t length = plain->length / CONTACT_PAD_BYTES * CONTACT_PAD_BYTES + CONTACT_PAD_BYTES;
    size_t padding = length - plain->length;
    uint8_t *room = buffer_room(plain, padding);

    if (!room)
        return OUTCOME_OUT_OF_MEMORY;
    memset(room, 0, padding);
    room[0] = PAD_MARK;
    return length <= CONTACT_PADDED_MAX_BYTES ? OUTCOME_OK : OUTCOME_MALFORMED;
}

enum outcome contact_print(const struct contact *contact, struct buffer *out)
{
    OWNED_BUFFER plain = {0};

    TRY(contact_print_json(contact, &plain));
    TRY(pad(&plain));
    buffer_add_base64(out, buffer_bytes(&plain));
    return buffer_outcome(out);
}

/* The length before padding. Not constant time: the envelope lies within a signed message. */
static bool unpadded_length(struct bytes padded, size_t *out_length)
{
    size_t length = padded.length;

    while (length > 0 && padded.data[length - 1] == 0)
        length--;
    if (length == 0 || padded.data[length - 1] != PAD_MARK ||
        padded.length - length >= CONTACT_PAD_BYTES)
        return false;
    *out_length = length - 1;
    return true;
}

static enum outcome read_address(const json_t *object, struct contact *out, struct fault *fault)
{
    static const char *const names[] = {"postcode", "huisnummer", "huisletter", "toevoeging", NULL};
    const json_t *address;

    TRY(json_object_at(object, "adres", &address, fault));
    TRY(json_only(address, names, fault));
    TRY(wire_text_at(address, "postcode", out->postcode, sizeof out->postcode, fault));
    TRY(wire_text_at(address, "huisnummer", out->number, sizeof out->number, fault));
    TRY(wire_optional_text_at(address, "huisletter", out->letter, sizeof out->letter, fault));
    return wire_optional_text_at(address, "toevoeging", out->addition, sizeof out->addition, fault);
}

static enum outcome read_contact(const json_t *object, struct contact *out, struct fault *fault)
{
    static const char *const names[] = {"adres", "naam", "telefoon", "taal", NULL};

    TRY(json_only(object, names, fault));
    TRY(read_address(object, out, fault));
    TRY(wire_optional_text_at(object, "naam", out->name, sizeof out->name, fault));
    TRY(wire_optional_text_at(object, "telefoon", out->phone, sizeof out->phone, fault));
    TRY(wire_optional_text_at(object, "taal", out->language, sizeof out->language, fault));
    return contact_check(out, fault);
}

bool contact_text_is_valid(struct bytes base64)
{
    size_t length;

    return base64.length <= CONTACT_BASE64_MAX_BYTES && base64_decoded_length(base64, &length) &&
           length > 0 && length % CONTACT_PAD_BYTES == 0;
}

enum outcome contact_parse(struct bytes base64, struct contact *out_contact, struct fault *fault)
{
    OWNED_BUFFER padded = {0};
    OWNED_JSON object = NULL;
    OWNED_CONTACT contact = {0};
    size_t length;

    if (base64.length > CONTACT_BASE64_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    TRY(base64_decode(base64, &padded));
    if (padded.length == 0 || padded.length % CONTACT_PAD_BYTES != 0 ||
        !unpadded_length(buffer_bytes(&padded), &length))
        return wire_wrong(fault, "contactenvelop");
    TRY(json_read(bytes_of(padded.data, length), CONTACT_PADDED_MAX_BYTES, &object));
    TRY(read_contact(object, &contact, fault));
    *out_contact = contact;
    return OUTCOME_OK;
}

void contact_wipe(struct contact *contact)
{
    wipe(contact, sizeof *contact);
}
