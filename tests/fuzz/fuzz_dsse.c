/* SPDX-License-Identifier: EUPL-1.2 */
/* A signed envelope from a stranger: it opens or it does not, both ways of reading agree, and
 * nothing verifies but what the one key signed. */
#include <stdlib.h>

#include "crypto/dsse.h"
#include "crypto/json.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TYPE "application/vnd.wijkpoort.signaal.v1+json"
enum { MAX_BYTES = 1 << 20 };

static void require(bool truth)
{
    if (!truth)
        abort();
}

static const struct signing_key *key_of_seed_zero(void)
{
    static struct signing_key key;
    const uint8_t seed[SIGNING_SEED_BYTES] = {0};

    if (!key.secret) {
        json_ready();
        require(crypto_ready() == OUTCOME_OK);
        require(signing_key_from_seed(seed, &key) == OUTCOME_OK);
    }
    return &key;
}

static void write_and_reopen(const struct dsse *dsse)
{
    OWNED_BUFFER text = {0};
    OWNED_DSSE again = {0};
    OWNED_JSON object = NULL;

    require(dsse_assemble(dsse->payload, dsse->type, dsse->signatures, dsse->signature_count,
                          &text) == OUTCOME_OK);
    require(dsse_open_several(buffer_bytes(&text), TYPE, 2 * MAX_BYTES, &again) == OUTCOME_OK);
    require(bytes_equal(buffer_bytes(&again.pae), buffer_bytes(&dsse->pae)));
    require(dsse_to_json(dsse, &object) == OUTCOME_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct signing_key *key = key_of_seed_zero();
    OWNED_DSSE dsse = {0}, one = {0};
    enum outcome several = dsse_open_several(bytes_of(data, size), TYPE, MAX_BYTES, &dsse);
    enum outcome single = dsse_open(bytes_of(data, size), TYPE, MAX_BYTES, &one);

    if (several != OUTCOME_OK) {
        require(single != OUTCOME_OK);
        return 0;
    }
    require((single == OUTCOME_OK) == (dsse.signature_count == 1));
    write_and_reopen(&dsse);
    /* The one payload that this key ever signed is in the corpus. */
    if (dsse_verify_at(&dsse, 0, key->public_key) == OUTCOME_OK)
        require(bytes_equal(dsse.payload, bytes_of_text("{\"a\":1}")));
    return 0;
}
