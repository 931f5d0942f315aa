/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/pages_form.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"
#include "crypto/utf8.h"

enum { NAME_MAX_BYTES = 40, INTEGER_MAX_DIGITS = 15 };

void form_wipe(struct form *form)
{
    wipe(form, sizeof *form);
    form->token = "";
}

/* --- decoding --- */

static int hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* One decoded byte from the front of `text`; -1 on a broken escape. What a browser always escapes
 * is not taken bare: nobody else speaks this form to us. */
static int decode_one(struct bytes *text)
{
    int byte = text->data[0], high, low;
    size_t taken = 1;

    if (byte == '+') {
        byte = ' ';
    } else if (byte == '%') {
        high = text->length < 3 ? -1 : hex_value(text->data[1]);
        low = text->length < 3 ? -1 : hex_value(text->data[2]);
        if (high < 0 || low < 0)
            return -1;
        byte = high << 4 | low;
        taken = 3;
    } else if (byte <= 0x20 || byte >= 0x7f || byte == '=') {
        return -1;
    }
    *text = bytes_of(text->data + taken, text->length - taken);
    return byte;
}

/* Into `out`, which has room for it and a NUL; the length, or -1. */
static int decode(struct bytes text, size_t most, char *out)
{
    size_t length = 0;

    while (text.length) {
        int byte = decode_one(&text);
        if (byte < 0x20 || byte == 0x7f || length == most)
            return -1;
        out[length++] = (char)byte;
    }
    out[length] = '\0';
    return utf8_is_valid(bytes_of(out, length)) ? (int)length : -1;
}

/* A space before or after a postcode is the thumb's, not the writer's. */
static size_t trim(char *text, size_t length)
{
    size_t before = 0;

    while (length && text[length - 1] == ' ')
        length--;
    while (before < length && text[before] == ' ')
        before++;
    memmove(text, text + before, length - before);
    text[length - before] = '\0';
    return length - before;
}

/* Takes "a=1" off the front of "a=1&b=2". */
static struct bytes next_pair(struct bytes *rest)
{
    const uint8_t *mark = memchr(rest->data, '&', rest->length);
    const size_t length = mark ? (size_t)(mark - rest->data) : rest->length;
    const struct bytes pair = bytes_of(rest->data, length);
    const size_t taken = mark ? length + 1 : length;

    *rest = bytes_of(rest->data + taken, rest->length - taken);
    return pair;
}

static const struct form_field *field_named(const struct form_field *fields, const char *name)
{
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

/* --- reading --- */

struct reading {
    struct form *form;
    const struct form_field *fields;
    struct fault *fault;
    size_t used; /* of form->text */
};

static enum outcome refuse(struct reading *reading, const char *name, enum outcome outcome)
{
    if (name)
        fault_at(reading->fault, "%s", name);
    return outcome;
}

static enum outcome keep(struct reading *reading, const struct form_field *field, char *text)
{
    struct form *form = reading->form;

    if (!field) { /* the token */
        if (form->token[0])
            return OUTCOME_MALFORMED;
        form->token = text;
        return OUTCOME_OK;
    }
    if (field->kind != FORM_LIST) {
        for (size_t i = 0; i < form->count; i++)
            if (form->values[i].field == field)
                return refuse(reading, field->name, OUTCOME_MALFORMED);
    }
    if (form->count == FORM_VALUES_MAX)
        return OUTCOME_TOO_LARGE;
    form->values[form->count++] = (struct form_value){field, text};
    return OUTCOME_OK;
}

static enum outcome read_pair(struct reading *reading, struct bytes pair)
{
    const uint8_t *mark = pair.length ? memchr(pair.data, '=', pair.length) : NULL;
    const size_t before = mark ? (size_t)(mark - pair.data) : 0;
    char name[NAME_MAX_BYTES + 1], *text = reading->form->text + reading->used;
    const struct form_field *field;
    struct bytes value;
    int length;

    if (!mark || decode(bytes_of(pair.data, before), NAME_MAX_BYTES, name) <= 0)
        return OUTCOME_MALFORMED;
    field = field_named(reading->fields, name);
    if (!field && strcmp(name, FORM_TOKEN_FIELD) != 0)
        return OUTCOME_MALFORMED;
    value = bytes_of(mark + 1, pair.length - before - 1);
    if (value.length > 3 * (size_t)FORM_VALUE_MAX_BYTES)
        return refuse(reading, field ? field->name : NULL, OUTCOME_TOO_LARGE);
    length = decode(value, FORM_VALUE_MAX_BYTES, text);
    if (length < 0)
        return refuse(reading, field ? field->name : NULL, OUTCOME_MALFORMED);
    reading->used += trim(text, (size_t)length) + 1;
    return keep(reading, field, text);
}

/* The decoded values are never longer than the body, so that each has its room and its NUL. */
static enum outcome read_all(struct reading *reading, struct bytes body)
{
    size_t pairs = 0;

    if (body.length > FORM_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    while (body.length) {
        if (++pairs > FORM_VALUES_MAX)
            return OUTCOME_TOO_LARGE;
        TRY(read_pair(reading, next_pair(&body)));
    }
    return OUTCOME_OK;
}

enum outcome form_read(struct bytes body, const struct form_field *fields, struct form *out_form,
                       struct fault *fault)
{
    struct reading reading = {.form = out_form, .fields = fields, .fault = fault};
    enum outcome outcome;

    form_wipe(out_form);
    outcome = read_all(&reading, body);
    if (outcome != OUTCOME_OK)
        form_wipe(out_form);
    return outcome;
}

/* --- using --- */

const char *form_value(const struct form *form, const char *name)
{
    for (size_t i = 0; form && i < form->count; i++)
        if (strcmp(form->values[i].field->name, name) == 0)
            return form->values[i].text;
    return "";
}

bool form_has(const struct form *form, const char *name, const char *value)
{
    for (size_t i = 0; form && i < form->count; i++)
        if (strcmp(form->values[i].field->name, name) == 0 &&
            strcmp(form->values[i].text, value) == 0)
            return true;
    return false;
}

/* "12", never " 12", "+12", "012" or "1e3". */
static json_t *integer_of(const char *text)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    const size_t length = strlen(digits);

    if (length == 0 || length > INTEGER_MAX_DIGITS || strspn(digits, "0123456789") != length ||
        (digits[0] == '0' && (length > 1 || digits != text)))
        return json_string(text);
    return json_integer(strtoll(text, NULL, 10));
}

static json_t *list_of(const struct form *form, const struct form_field *field)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < form->count; i++) {
        if (form->values[i].field != field || !form->values[i].text[0])
            continue;
        if (json_array_append_new(list, json_string(form->values[i].text))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* The object that a member stands in: "adres.postcode" is made as it is met. */
static json_t *object_for(json_t *body, const char *member, const char **out_last)
{
    const char *dot = strchr(member, '.');
    char name[NAME_MAX_BYTES + 1];
    json_t *inner;

    *out_last = dot ? dot + 1 : member;
    if (!dot)
        return body;
    if ((size_t)(dot - member) > NAME_MAX_BYTES)
        return NULL;
    memcpy(name, member, (size_t)(dot - member));
    name[dot - member] = '\0';
    inner = json_object_get(body, name);
    if (inner)
        return inner;
    return json_object_set_new(body, name, json_object()) ? NULL : json_object_get(body, name);
}

static enum outcome add_member(json_t *body, const struct form *form,
                               const struct form_field *field)
{
    const char *text = form_value(form, field->name), *last;
    const bool has_text = text[0] != '\0';
    json_t *object, *value = NULL;

    if (field->kind == FORM_OWN ||
        (!has_text && (field->kind == FORM_TEXT || field->kind == FORM_INTEGER)))
        return OUTCOME_OK;
    object = object_for(body, field->member ? field->member : field->name, &last);
    if (!object)
        return OUTCOME_OUT_OF_MEMORY;
    switch (field->kind) {
    case FORM_INTEGER:
        value = integer_of(text);
        break;
    case FORM_FLAG:
        value = json_boolean(strcmp(text, "ja") == 0);
        break;
    case FORM_LIST:
        value = list_of(form, field);
        break;
    case FORM_TEXT:
    case FORM_OWN:
    default:
        value = json_string(text);
    }
    return json_object_set_new(object, last, value) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

enum outcome form_json(const struct form *form, const struct form_field *fields, json_t **out_body)
{
    OWNED_JSON body = json_object();

    if (!body)
        return OUTCOME_OUT_OF_MEMORY;
    for (; fields->name; fields++)
        TRY(add_member(body, form, fields));
    *out_body = body;
    body = NULL; /* handed over */
    return OUTCOME_OK;
}

/* "rijen[0].adres.postcode" and "adres.postcode" both end in the member of one field. */
const char *form_field_of(const struct form_field *fields, const char *where)
{
    const size_t length = strlen(where);

    for (; fields->name; fields++) {
        const char *member = fields->member ? fields->member : fields->name;
        const size_t tail = strlen(member);
        if (tail <= length && strcmp(where + length - tail, member) == 0 &&
            (tail == length || where[length - tail - 1] == '.'))
            return fields->name;
    }
    return NULL;
}
