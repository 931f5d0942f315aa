/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenants.h - covenants to test with: the sample of five parties and five articles
 * (tests/cases/covenant), one changed at a place, and random ones. Everything here
 * stops the test when it cannot do its work.
 */
#pragma once

#include <jansson.h>

#include "covenant/covenant.h"
#include "tests/support/dice.h"

#define SAMPLE_CORPORATION "00000099000000010000"
#define SAMPLE_WIJKTEAM    "00000099000000020000"
#define SAMPLE_GGZ         "00000099000000030000"
#define SAMPLE_GEMEENTE    "00000099000000040000"
#define SAMPLE_UNIVERSITY  "00000099000000050000"

const struct code_lists *test_code_lists(void); /* made once, lives to the end */

json_t *sample_covenant_json(void); /* the caller owns it */
/* Parses what `document` says; `fault` is filled when it does not load. */
enum outcome parse_covenant_json(const json_t *document, struct covenant **out_covenant,
                                 struct covenant_fault *fault);
struct covenant *sample_covenant(void); /* the caller owns it */

/* The sample made larger: more wijkteams, and articles like its first and fifth. */
json_t *large_covenant_json(size_t parties, size_t articles);

/* A random covenant that loads: 2..8 parties, 1..6 articles, valid 2026-12-01..2028-01-31. */
json_t *random_covenant_json(struct dice *dice);
/* The same with at most so many parties (<= 10) and articles; it may have none of the latter. */
json_t *random_covenant_of(struct dice *dice, size_t parties_most, size_t articles_most);
struct oin oin_of(const char *text);
struct day day_of_text(const char *text);
