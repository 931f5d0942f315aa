/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages_words.h - words and choices that several pages share: what was seen, who may know, what
 * travels, in the words of the people who fill it in. Codes stay codes on the wire.
 *
 * Pure. The arrays that a choice is built in belong to the caller and borrow their texts.
 */
#pragma once

#include "gateway/pages.h"

enum { SIGNAL_OPTIONS_MAX = SIGNAL_CODES_MAX + SIGNAL_GROUPS_MAX, PARTY_OPTIONS_MAX = 64 };

/* "Overlast" of OVERLAST; the word itself when it is new here. */
const char *web_group_name(const struct web_view *view, const char *group);

/* The languages a resident may speak, and "Nederlands" of "nl"; the code itself when new here. */
enum { LANGUAGE_OPTIONS = 6 };
const struct web_option *web_language_options(void);
const char *web_language_name(const char *code);

/* What may be seen, under the names of its groups (an option without a value is such a name): what
 * goes well first. `blocked`: also what may never be shared. How many there are. */
size_t web_signal_options(const struct web_view *view, bool blocked,
                          struct web_option out[static SIGNAL_OPTIONS_MAX]);

/* The other parties of the covenants in `covenants` (the answer of GET /v1/convenanten) that are
 * in force, each once: OIN and name. How many there are. */
size_t web_party_options(const struct web_view *view, const json_t *covenants,
                         struct web_option out[static PARTY_OPTIONS_MAX]);

/* The covenants in force: id and title. */
size_t web_covenant_options(const struct web_view *view, const json_t *covenants,
                            struct web_option out[static PARTY_OPTIONS_MAX]);

/* "de week, niet de dag" of "waarneemweek"; the word itself when it is new here. */
const char *web_field_name(const struct web_view *view, const char *field);

/* What has to be opened first: <details>. Script-free, and reached with the keyboard. */
void web_details(struct web_view *view, const char *summary, bool open);
void web_details_end(struct web_view *view);

/* The inputs of an address, and how they become members: the four rows of a form's table. */
#define WEB_ADDRESS_FIELDS                                                                         \
    {"postcode", FORM_TEXT, NULL}, {"huisnummer", FORM_TEXT, NULL},                                \
        {"huisletter", FORM_TEXT, NULL},                                                           \
    {                                                                                              \
        "toevoeging", FORM_TEXT, NULL                                                              \
    }
void web_address_inputs(struct web_view *view, bool required);

/* For `shape`: brings what people type to its one spelling ("1234 ab", "03-12-2026", "612,50").
 * Each leaves an absent member alone and fails with MALFORMED, naming the member. */
MUST_USE enum outcome web_shape_address(json_t *object, struct fault *fault);
MUST_USE enum outcome web_shape_day(json_t *object, const char *name, struct fault *fault);
MUST_USE enum outcome web_shape_cents(json_t *object, const char *name, struct fault *fault);
/* Moves the four members of an address into `adres`. */
MUST_USE enum outcome web_shape_nested_address(json_t *body, struct fault *fault);

/* A sentence with the name of somebody in it: `format` has one %s. Escaped by who prints it. */
#define WEB_SENTENCE_BYTES 320
const char *web_sentence(char out[static WEB_SENTENCE_BYTES], const char *format, const char *name);
