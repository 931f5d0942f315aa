/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as what a browser's form sends: bounded, UTF-8, no field twice, and JSON of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/utf8.h"
#include "gateway/pages_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct form_field fields[] = {
    {"code", FORM_TEXT, NULL},
    {"vervolgstap", FORM_TEXT, NULL},
    {"vervolgdatum", FORM_TEXT, NULL},
    {"postcode", FORM_TEXT, "adres.postcode"},
    {"huisnummer", FORM_TEXT, "adres.huisnummer"},
    {"naam", FORM_TEXT, NULL},
    {"aantal", FORM_INTEGER, NULL},
    {"akkoord", FORM_FLAG, NULL},
    {"groepen", FORM_LIST, NULL},
    {"eigen", FORM_OWN, NULL},
    {NULL, FORM_OWN, NULL},
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_value(const struct form *form, size_t at)
{
    const struct form_value *value = &form->values[at];
    const size_t length = strlen(value->text);

    must(length <= FORM_VALUE_MAX_BYTES && utf8_is_valid(bytes_of_text(value->text)));
    must(length == 0 || (value->text[0] != ' ' && value->text[length - 1] != ' '));
    for (size_t i = 0; i < length; i++)
        must((uint8_t)value->text[i] >= 0x20 && value->text[i] != 0x7f);
    for (size_t i = 0; i < at; i++)
        must(value->field->kind == FORM_LIST || form->values[i].field != value->field);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct form form;
    struct fault fault = {0};
    OWNED_JSON body = NULL;
    OWNED_BUFFER text = {0};
    const enum outcome outcome = form_read(bytes_of(data, size), fields, &form, &fault);

    if (outcome != OUTCOME_OK) {
        must(outcome == OUTCOME_MALFORMED || outcome == OUTCOME_TOO_LARGE);
        must(form.count == 0 && form.token[0] == '\0');
        must(!fault.where[0] || form_field_of(fields, fault.where) != NULL ||
             strcmp(fault.where, "postcode") == 0 || strcmp(fault.where, "huisnummer") == 0);
        return 0;
    }
    must(form.count <= FORM_VALUES_MAX);
    for (size_t i = 0; i < form.count; i++)
        check_value(&form, i);
    must(form_json(&form, fields, &body) == OUTCOME_OK);
    must(json_object_get(body, "eigen") == NULL);
    must(json_write(body, &text) == OUTCOME_OK); /* so it is all UTF-8 */
    form_wipe(&form);
    return 0;
}
