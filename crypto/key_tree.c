/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/key_tree.h"

#include <sodium.h>

_Static_assert(crypto_kdf_KEYBYTES == KEY_BYTES, "crypto_kdf takes our master key");
_Static_assert(crypto_kdf_CONTEXTBYTES == 8, "crypto_kdf takes our contexts");

static const char contexts[KEY_PURPOSE_COUNT][crypto_kdf_CONTEXTBYTES + 1] = {
#define KEY_CONTEXT(name, context) [KEY_FOR_##name] = context,
    KEY_PURPOSES(KEY_CONTEXT)
#undef KEY_CONTEXT
};

void key_derive(const uint8_t master[static KEY_BYTES], enum key_purpose purpose, uint64_t version,
                uint8_t out_key[static KEY_BYTES])
{
    /* It fails only for a length it does not know. */
    (void)crypto_kdf_derive_from_key(out_key, KEY_BYTES, version, contexts[purpose], master);
}
