/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/lifting.h"

#include <string.h>

enum outcome lifting_sign(const struct proof *proof, const struct signing_key *key,
                          struct buffer *out_json)
{
    OWNED_BUFFER payload = {0};

    TRY(proof_print(proof, &payload));
    return dsse_sign(buffer_bytes(&payload), LIFTING_TYPE, key, out_json);
}

enum outcome lifting_open(const json_t *object,
                          const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                          struct proof *out_proof, struct fault *fault)
{
    OWNED_DSSE dsse = {0};

    TRY(dsse_from_json(object, LIFTING_TYPE, PROOF_MAX_BYTES, &dsse));
    TRY(dsse_verify(&dsse, public_key));
    return proof_parse(dsse.payload, out_proof, fault);
}

bool lifting_holds(const struct proof *proof, const struct lifting_matter *matter)
{
    return proof_is_live(proof, matter->today) &&
           strcmp(proof->covenant, matter->fingerprint) == 0 &&
           oin_equal(&proof->to, matter->sender) && matter->token[0] &&
           strcmp(proof->token, matter->token) == 0 && has_bit(proof->purposes, matter->purpose) &&
           proof_groups_have(&proof->groups, matter->group);
}
