/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * basis_words.h - the words of a basis record, and its bounds. For people each
 * word has a Dutch and an English name.
 */
#pragma once

#include "covenant/basis.h"

/* Each parser answers false and leaves *out alone for what is not in its table (NULL too). */
bool basis_kind_parse(const char *word, enum basis_kind *out_kind);
bool basis_ground_parse(const char *word, enum basis_ground *out_ground);
bool basis_channel_parse(const char *word, enum basis_channel *out_channel);
bool basis_event_parse(const char *word, enum basis_event_kind *out_kind);

const char *basis_kind_word(enum basis_kind kind); /* "" for what is not in the table */
const char *basis_ground_word(enum basis_ground ground);
const char *basis_channel_word(enum basis_channel channel);
const char *basis_event_word(enum basis_event_kind kind);

const char *basis_kind_name(enum basis_kind kind, enum language language);
const char *basis_ground_name(enum basis_ground ground, enum language language);
const char *basis_channel_name(enum basis_channel channel, enum language language);
const char *basis_event_name(enum basis_event_kind kind, enum language language);

/* Fails with MALFORMED and names the member. */
MUST_USE enum outcome basis_check(const struct basis *basis, struct fault *fault);
