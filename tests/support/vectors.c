/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/files.h"

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

static void write_golden(const char *path, struct bytes text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text.data, 1, text.length, file), text.length);
    assert_int_equal(fclose(file), 0);
}

void expect_golden(const char *path, struct buffer *text)
{
    OWNED_BUFFER known = {0};
    struct file_fault fault = {0};

    if (getenv("WRITE_GOLDEN"))
        write_golden(path, buffer_bytes(text));
    assert_int_equal(file_read(path, 1 << 20, &known, &fault), OUTCOME_OK);
    if (!bytes_equal(buffer_bytes(&known), buffer_bytes(text)))
        fail_msg("%s is another text; it is now:\n%s", path, buffer_text(text));
}
