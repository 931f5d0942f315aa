/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * utf8.h - is this text UTF-8, as RFC 3629 has it? No overlong form, no
 * surrogate, nothing above U+10FFFF. Pure. Says nothing of control characters.
 */
#pragma once

#include <stdbool.h>

#include "crypto/bytes.h"

bool utf8_is_valid(struct bytes text);
