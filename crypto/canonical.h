/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * canonical.h - canonicalisation `c1`: the one spelling of a field that both
 * sides reach before they hash it. Each takes the text of one field as people
 * and systems write it and fails with MALFORMED when there is no sure answer:
 * a lossy guess would give two residents one token.
 *
 * Says nothing about whether an address or number exists. Names (types nbd and
 * nba) have no canonicaliser here: whoever builds an identity hands in `c1` names.
 */
#pragma once

#include "crypto/bytes.h"

enum {
    BSN_BYTES = 9 + 1,
    POSTCODE_BYTES = 6 + 1,
    HOUSE_NUMBER_BYTES = 5 + 1,
    HOUSE_LETTER_BYTES = 1 + 1,
    HOUSE_ADDITION_BYTES = 8 + 1,
    BAG_ID_BYTES = 16 + 1,
    BIRTH_DATE_BYTES = 8 + 1,
};

/* Nine ASCII digits, not all zero, whose weighted sum (9…2, -1) is a multiple of 11.
 * Reads exactly nine characters. */
bool bsn_passes(const char digits[static 9]);

/* Spaces (also U+00A0), '.' and '-' left out; eight digits get one zero in front. */
MUST_USE enum outcome canonical_bsn(const char *text, char out[static BSN_BYTES]);
/* 1234AB: spaces left out, upper case, first digit not 0. */
MUST_USE enum outcome canonical_postcode(const char *text, char out[static POSTCODE_BYTES]);
/* 1..99999 without leading zeros. */
MUST_USE enum outcome canonical_house_number(const char *text, char out[static HOUSE_NUMBER_BYTES]);
/* One letter, upper case, or empty; NULL counts as empty. */
MUST_USE enum outcome canonical_house_letter(const char *text, char out[static HOUSE_LETTER_BYTES]);
/* At most eight of [0-9A-Z-./], upper case, spaces left out, or empty; NULL counts as empty. */
MUST_USE enum outcome canonical_house_addition(const char *text,
                                               char out[static HOUSE_ADDITION_BYTES]);
/* Nummeraanduiding: 16 digits as they stand, object type 20 at positions 5 and 6. */
MUST_USE enum outcome canonical_bag_id(const char *text, char out[static BAG_ID_BYTES]);
/* YYYYMMDD from YYYY-MM-DD, YYYYMMDD or DD-MM-YYYY; a partial date (00) gives no answer. */
MUST_USE enum outcome canonical_birth_date(const char *text, char out[static BIRTH_DATE_BYTES]);
