/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages_form.h - what a browser's form sends, read strictly, and the JSON body that
 * the same request has on the API.
 *
 * Order of use: form_read(); form_value() and form_json(); form_wipe(). Values are
 * kept as they came, so that a refused form is shown again with what was typed.
 * Pure; no allocations but in form_json(). Knows no page: the page brings the table.
 */
#pragma once

#include <jansson.h>

#include "crypto/bytes.h"
#include "crypto/json.h"

enum {
    FORM_MAX_BYTES = 16 * 1024, /* of a body */
    FORM_VALUES_MAX = 96,       /* also of one that ticks all boxes of a list */
    FORM_VALUE_MAX_BYTES = 1024,
    FORM_FIELDS_MAX = 48,
};

enum form_kind {
    FORM_TEXT,    /* a text; empty: the member is left out */
    FORM_INTEGER, /* a whole number; anything else goes on as text, which the handler refuses by
                     name */
    FORM_FLAG,    /* "ja" is true; any other, or none, is false */
    FORM_LIST,    /* may be there several times: an array, empty when there is none */
    FORM_OWN,     /* taken, and for `shape` of the form alone: no member by itself */
};

/* One row of the closed list of what a form may send. */
struct form_field {
    const char *name; /* of the input */
    enum form_kind kind;
    const char *member; /* "adres.postcode": a member of a member; NULL: as `name` */
};

struct form_value {
    const struct form_field *field;
    const char *text; /* within the form's own bytes; "" when it was sent empty */
};

struct form {
    char text[FORM_MAX_BYTES + FORM_VALUES_MAX]; /* decoded, each with its NUL */
    struct form_value values[FORM_VALUES_MAX];
    size_t count;
    const char *token; /* "" when there was none */
};

/* The name of the hidden input that carries the token; no field may have it. */
#define FORM_TOKEN_FIELD "formuliersleutel"

/* Reads "a=1&b=two+words". `fields` ends with a NULL name. MALFORMED, with the field's name in
 * *fault where it is one of ours: a broken escape, no UTF-8, a control character (spaces at the
 * ends are taken off), an unknown name, a name twice that is no list. TOO_LARGE: a body, a value
 * or a number of values beyond the bounds. The form is then wiped. */
MUST_USE enum outcome form_read(struct bytes body, const struct form_field *fields,
                                struct form *out_form, struct fault *fault);
void form_wipe(struct form *form);

/* The value as typed; "" when absent (NULL form included). Of a list: the first. */
const char *form_value(const struct form *form, const char *name);
bool form_has(const struct form *form, const char *name, const char *value); /* ticked? */

/* A new object with the members of `fields`; the caller owns it. */
MUST_USE enum outcome form_json(const struct form *form, const struct form_field *fields,
                                json_t **out_body);

/* The input that a member of a problem ("adres.postcode", "rijen[0].signaalcode") belongs to: its
 * name, or NULL. */
const char *form_field_of(const struct form_field *fields, const char *where);
