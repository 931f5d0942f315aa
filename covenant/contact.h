/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * contact.h - how to reach one resident: address, name, telephone, language.
 *
 * It travels as the member `contactenvelop`: base64 of the compact JSON object,
 * padded (0x80, then zeros) to 256 or 512 bytes so that its length says little.
 * Order of use: fill a struct or contact_parse(); contact_wipe() at last use.
 * Pure. Does not encrypt: the message around it is sealed, the stored record is
 * encrypted under its own key.
 */
#pragma once

#include <stdbool.h>

#include "crypto/bytes.h"
#include "crypto/canonical.h"
#include "crypto/json.h"
#include "crypto/outcome.h"

enum {
    CONTACT_NAME_MAX_BYTES = 80,
    CONTACT_PHONE_MAX_BYTES = 20,
    CONTACT_PAD_BYTES = 256, /* padded to a multiple of this */
    CONTACT_PADDED_MAX_BYTES = 512,
    CONTACT_BASE64_MAX_BYTES = 684, /* of 512 bytes */
};

struct contact {
    char postcode[POSTCODE_BYTES];           /* "1234AB" */
    char number[HOUSE_NUMBER_BYTES];         /* 1..99999 without leading zeros */
    char letter[HOUSE_LETTER_BYTES];         /* "A" or "" */
    char addition[HOUSE_ADDITION_BYTES];     /* [0-9A-Z-./] or "" */
    char name[CONTACT_NAME_MAX_BYTES + 1];   /* UTF-8 without control characters, or "" */
    char phone[CONTACT_PHONE_MAX_BYTES + 1]; /* digits, spaces, + and -, or "" */
    char language[3];                        /* "nl" (ISO 639-1), or "" */
};

/* Is each field within its bounds? Fails with MALFORMED and fills the fault ("adres.postcode"). */
MUST_USE enum outcome contact_check(const struct contact *contact, struct fault *fault);

/* Adds the base64 text to the buffer, without quotes. Fails with MALFORMED (a field out of
 * bounds) or OUT_OF_MEMORY. */
MUST_USE enum outcome contact_print(const struct contact *contact, struct buffer *out);

/* Reads what contact_print wrote. Fails with MALFORMED (not base64, not padded, an unknown
 * member, a value out of bounds), TOO_LARGE or OUT_OF_MEMORY. */
MUST_USE enum outcome contact_parse(struct bytes base64, struct contact *out_contact,
                                    struct fault *fault);

/* Has it the length and padding of such a text? A cheap look; contact_parse() is the proof. */
bool contact_text_is_valid(struct bytes base64);

/* Adds the object {adres, naam, telefoon, taal} as JSON: what an opened record shows. */
MUST_USE enum outcome contact_print_json(const struct contact *contact, struct buffer *out);

void contact_wipe(struct contact *contact);
#define OWNED_CONTACT __attribute__((cleanup(contact_wipe))) struct contact
