/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_read.h - reading the members of a covenant, each with its place in the
 * document for the fault: what covenant_parse.c and article_parse.c share. Not for
 * others.
 */
#pragma once

#include "covenant/covenant.h"

struct place {
    struct covenant_fault *fault;
    char prefix[JSON_WHERE_BYTES / 2]; /* "bepalingen[2]." or "" */
};

struct place place_within(const struct place *outer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Fills the fault, the first one only; always MALFORMED. */
MUST_USE enum outcome place_wrong(const struct place *place, enum covenant_wrong wrong,
                                  const char *format, ...) __attribute__((format(printf, 3, 4)));

MUST_USE enum outcome read_only(const struct place *place, const json_t *object,
                                const char *const *names);
/* Text without control characters, 1 to max_bytes; the optional one leaves *out alone. */
MUST_USE enum outcome read_text(const struct place *place, const json_t *object, const char *name,
                                size_t max_bytes, const char **out);
MUST_USE enum outcome read_optional_text(const struct place *place, const json_t *object,
                                         const char *name, size_t max_bytes, const char **out);
MUST_USE enum outcome read_optional_int(const struct place *place, const json_t *object,
                                        const char *name, int least, int most, int *out);
MUST_USE enum outcome read_optional_bool(const struct place *place, const json_t *object,
                                         const char *name, bool *out);
MUST_USE enum outcome read_day(const struct place *place, const json_t *object, const char *name,
                               struct day *out);
MUST_USE enum outcome read_object(const struct place *place, const json_t *object, const char *name,
                                  const json_t **out);
MUST_USE enum outcome read_array(const struct place *place, const json_t *object, const char *name,
                                 size_t max_items, const json_t **out);
/* NULL when the member is absent. */
MUST_USE enum outcome read_optional_array(const struct place *place, const json_t *object,
                                          const char *name, size_t max_items, const json_t **out);
/* The text of item i. */
MUST_USE enum outcome read_item(const struct place *place, const json_t *array, const char *name,
                                size_t i, size_t max_bytes, const char **out);
/* An optional array of words of one vocabulary, none twice. */
MUST_USE enum outcome read_words(const struct place *place, const json_t *object, const char *name,
                                 bool (*parse)(const char *word, unsigned *out_member),
                                 uint32_t *out_set);
/* An optional array of OINs of parties, none twice. */
MUST_USE enum outcome read_parties(const struct place *place, const json_t *object,
                                   const char *name, const struct covenant *covenant,
                                   struct party_set *out_set);

bool kind_member(const char *word, unsigned *out_member);
bool field_member(const char *word, unsigned *out_member);
bool condition_member(const char *word, unsigned *out_member);
bool act_member(const char *word, unsigned *out_member);
bool area_level_member(const char *word, unsigned *out_member);

/* Reads article i of `bepalingen` into *article and checks the rules of one article. */
MUST_USE enum outcome article_parse(const struct covenant *covenant, const json_t *object,
                                    const struct place *place, struct article *article);
