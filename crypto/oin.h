/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * oin.h - the number that *is* an organisation here: 20 positions [0-9A-Z],
 * compared byte for byte. Where it may come from (a certificate's subject,
 * never a name or a header) is certificate.h's matter.
 */
#pragma once

#include <stdbool.h>

enum { OIN_LENGTH = 20 };

struct oin {
    char text[OIN_LENGTH + 1];
};

/* True and *out filled when `text` is exactly one OIN; NULL is none. */
bool oin_parse(const char *text, struct oin *out);
bool oin_equal(const struct oin *a, const struct oin *b);
