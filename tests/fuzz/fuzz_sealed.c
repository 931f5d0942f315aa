/* SPDX-License-Identifier: EUPL-1.2 */
/* A sealed text from a stranger; and, read as a message, that it comes back as it was. */
#include <stdlib.h>

#include "crypto/ready.h"
#include "crypto/sealed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static const struct sealing_key *fixed_key(void)
{
    static struct sealing_key key;
    const uint8_t secret[SEALING_KEY_BYTES] = {0x08, [31] = 0x40};

    if (!key.secret) {
        require(crypto_ready() == OUTCOME_OK);
        require(sealing_key_from_secret(secret, &key) == OUTCOME_OK);
    }
    return &key;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sealing_key *key = fixed_key();
    struct bytes input = bytes_of(data, size);
    OWNED_BUFFER opened = {0}, closed = {0}, back = {0};
    enum outcome outcome = sealed_open(input, key, &opened);

    require(outcome == OUTCOME_OK || opened.length == 0);
    if (sealed_bucket(size) == 0)
        return 0;
    require(sealed_close(input, key->public_key, &closed) == OUTCOME_OK);
    require(sealed_open(buffer_bytes(&closed), key, &back) == OUTCOME_OK);
    require(bytes_equal(buffer_bytes(&back), input));
    return 0;
}
