/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/uuid.h"

#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"

enum { UUID_PARTS = 5, VERSION_AT = 6, VARIANT_AT = 8 };

/* Bytes of each part between the hyphens. */
static const size_t parts[UUID_PARTS] = {4, 2, 2, 2, 6};

static void mark(struct uuid *uuid, unsigned version)
{
    uuid->bytes[VERSION_AT] = (uint8_t)(version << 4 | (uuid->bytes[VERSION_AT] & 0x0f));
    uuid->bytes[VARIANT_AT] = (uint8_t)(0x80 | (uuid->bytes[VARIANT_AT] & 0x3f));
}

struct uuid uuid_v4(void)
{
    struct uuid uuid;

    random_bytes(uuid.bytes, sizeof uuid.bytes);
    mark(&uuid, 4);
    return uuid;
}

struct uuid uuid_of_hash(const uint8_t hash[static 16])
{
    struct uuid uuid;

    memcpy(uuid.bytes, hash, sizeof uuid.bytes);
    mark(&uuid, 4);
    return uuid;
}

struct uuid uuid_v7(int64_t now_ms)
{
    struct uuid uuid;

    random_bytes(uuid.bytes, sizeof uuid.bytes);
    for (int i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)((uint64_t)now_ms >> (40 - 8 * i));
    mark(&uuid, 7);
    return uuid;
}

bool uuid_parse(const char *text, struct uuid *out)
{
    char digits[2 * sizeof out->bytes + 1] = {0};
    struct uuid uuid;
    size_t at = 0, filled = 0;

    if (!text || strnlen(text, UUID_TEXT_BYTES) != UUID_TEXT_BYTES - 1)
        return false;
    for (int i = 0; i < UUID_PARTS; i++) {
        if (i > 0 && text[at++] != '-')
            return false;
        memcpy(digits + filled, text + at, 2 * parts[i]);
        filled += 2 * parts[i];
        at += 2 * parts[i];
    }
    if (!hex_decode(digits, uuid.bytes, sizeof uuid.bytes) ||
        (uuid.bytes[VARIANT_AT] & 0xc0) != 0x80 || uuid_version(uuid) == 0)
        return false;
    *out = uuid;
    return true;
}

void uuid_print(struct uuid uuid, char out[static UUID_TEXT_BYTES])
{
    const uint8_t *from = uuid.bytes;

    for (int i = 0; i < UUID_PARTS; i++) {
        if (i > 0)
            *out++ = '-';
        hex_encode(bytes_of(from, parts[i]), out);
        from += parts[i];
        out += 2 * parts[i];
    }
}

int uuid_version(struct uuid uuid)
{
    return uuid.bytes[VERSION_AT] >> 4;
}

bool uuid_equal(struct uuid a, struct uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}
