/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"

size_t vectors_each(const char *name, void (*run)(const json_t *vector))
{
    char path[128];
    json_t *file, *vector;
    size_t i, count;

    snprintf(path, sizeof path, "tests/vectors/%s.json", name);
    file = json_load_file(path, 0, NULL);
    assert_non_null(file);
    assert_true(json_is_string(json_object_get(file, "bron")));
    count = json_array_size(json_object_get(file, "gevallen"));
    json_array_foreach (json_object_get(file, "gevallen"), i, vector) {
        run(vector);
    }
    json_decref(file);
    return count;
}

const char *vector_text(const json_t *vector, const char *name)
{
    const char *text = json_string_value(json_object_get(vector, name));

    assert_non_null(text);
    return text;
}

struct buffer vector_hex(const json_t *vector, const char *name)
{
    const char *text = vector_text(vector, name);
    struct buffer bytes = {0};
    uint8_t *room = buffer_room(&bytes, strlen(text) / 2);

    assert_non_null(room);
    assert_true(hex_decode(text, room, strlen(text) / 2));
    return bytes;
}
