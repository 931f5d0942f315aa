/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/bytes.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes bytes_of(const void *data, size_t length)
{
    return (struct bytes){data, length};
}

struct bytes bytes_of_text(const char *text)
{
    return bytes_of(text, text ? strlen(text) : 0);
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool bytes_equal_secret(struct bytes a, struct bytes b)
{
    return a.length == b.length && (a.length == 0 || sodium_memcmp(a.data, b.data, a.length) == 0);
}

char *bytes_to_text(struct bytes bytes)
{
    char *text = malloc(bytes.length + 1);
    if (!text)
        return NULL;
    if (bytes.length)
        memcpy(text, bytes.data, bytes.length);
    text[bytes.length] = '\0';
    return text;
}

/* Not realloc: that may leave a copy of a secret in freed memory. */
static bool grow(struct buffer *buffer, size_t more)
{
    size_t capacity = buffer->capacity ? buffer->capacity : 512;
    uint8_t *data;

    if (buffer->failed || more > SIZE_MAX / 4 || buffer->length > SIZE_MAX / 4) {
        buffer->failed = true;
        return false;
    }
    if (buffer->data && buffer->length + more <= buffer->capacity)
        return true; /* without data even no bytes want a place: NULL means want of memory */
    while (capacity < buffer->length + more)
        capacity *= 2;
    data = malloc(capacity);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    if (buffer->length)
        memcpy(data, buffer->data, buffer->length);
    if (buffer->data) {
        sodium_memzero(buffer->data, buffer->length);
        free(buffer->data);
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

uint8_t *buffer_room(struct buffer *buffer, size_t length)
{
    uint8_t *room;

    if (!grow(buffer, length))
        return NULL;
    room = buffer->data + buffer->length;
    buffer->length += length;
    return room;
}

void buffer_add(struct buffer *buffer, const void *data, size_t length)
{
    uint8_t *room;

    if (length == 0)
        return;
    room = buffer_room(buffer, length);
    if (room)
        memcpy(room, data, length);
}

void buffer_add_bytes(struct buffer *buffer, struct bytes bytes)
{
    buffer_add(buffer, bytes.data, bytes.length);
}

void buffer_add_buffer(struct buffer *buffer, const struct buffer *from)
{
    buffer_add_bytes(buffer, buffer_bytes(from));
    buffer->failed = buffer->failed || from->failed;
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_add_byte(struct buffer *buffer, uint8_t byte)
{
    buffer_add(buffer, &byte, 1);
}

void buffer_add_u16(struct buffer *buffer, uint16_t value)
{
    const uint8_t data[2] = {(uint8_t)(value >> 8), (uint8_t)value};

    buffer_add(buffer, data, sizeof data);
}

void buffer_add_u64(struct buffer *buffer, uint64_t value)
{
    uint8_t data[8];

    write_u64(data, value);
    buffer_add(buffer, data, sizeof data);
}

/* Into the room there is, and once more only when that was too little. */
void buffer_format(struct buffer *buffer, const char *format, ...)
{
    const size_t room = buffer->failed ? 0 : buffer->capacity - buffer->length;
    va_list list, again;
    int length;

    va_start(list, format);
    va_copy(again, list);
    length = vsnprintf(room ? (char *)buffer->data + buffer->length : NULL, room, format, list);
    va_end(list);
    if (length < 0)
        buffer->failed = true;
    else if ((size_t)length < room)
        buffer->length += (size_t)length;
    else if (grow(buffer, (size_t)length + 1)) {
        vsnprintf((char *)buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
    return bytes_of(buffer->data, buffer->length);
}

enum outcome buffer_outcome(const struct buffer *buffer)
{
    return buffer->failed ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

const char *buffer_text(struct buffer *buffer)
{
    if (!grow(buffer, 1))
        return NULL;
    buffer->data[buffer->length] = '\0';
    return (const char *)buffer->data;
}

void buffer_wipe(struct buffer *buffer)
{
    if (buffer->data) {
        sodium_memzero(buffer->data, buffer->capacity);
        free(buffer->data);
    }
    *buffer = (struct buffer){0};
}

uint16_t read_u16(const uint8_t data[static 2])
{
    return (uint16_t)(data[0] << 8 | data[1]);
}

uint64_t read_u64(const uint8_t data[static 8])
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++)
        value = value << 8 | data[i];
    return value;
}

void write_u64(uint8_t out[static 8], uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (56 - 8 * i));
}
