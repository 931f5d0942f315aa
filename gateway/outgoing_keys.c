/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a message that is under way must be made anew because a key was changed. */
#include <string.h>

#include "gateway/outgoing_parts.h"

/* After an emergency nobody believes what an earlier key of ours signed: a thief has it, too. */
static bool signer_counts(const struct key_chain *own, const char *keyid)
{
    char id[KEYID_TEXT_BYTES];

    for (size_t i = own->count; i-- > 0;) {
        const struct key_document *document = &own->documents[i];
        if (i == 0 && !document->emergency)
            return true; /* there was no emergency: a former key is believed for its time */
        if (signing_keyid(document->signing_key, id) == OUTCOME_OK && strcmp(id, keyid) == 0)
            return true;
        if (document->emergency)
            return false;
    }
    return true;
}

/* It was sealed for another key than the one we know now. */
static bool seal_is_old(const struct key_document *keys, const struct outgoing *outgoing)
{
    struct message_head head;
    struct fault fault = {0};
    char present[SHA256_HEX_BYTES];

    return keys && message_read(buffer_bytes(&outgoing->body), &head, &fault) == OUTCOME_OK &&
           sealed_key_id(keys->sealing_key, present) == OUTCOME_OK &&
           strcmp(head.recipient_key, present) != 0;
}

bool outgoing_keys_changed(struct gateway *gateway, const struct registry *registry,
                           const struct outgoing *outgoing, int64_t now_ms)
{
    const struct known_covenant *known = registry_find(registry, outgoing->covenant);
    const struct key_chain *own = known ? known_chain(known, &gateway->settings->oin) : NULL;

    if (!own)
        return false;
    if (!signer_counts(own, outgoing->signed_by))
        return true;
    if (outgoing->refused == OUTCOME_SIGNATURE_WRONG)
        return strcmp(outgoing->signed_by, gateway_signing_key(gateway)->keyid) != 0;
    return outgoing->refused == OUTCOME_KEY_UNKNOWN &&
           seal_is_old(known_keys_for(known, &outgoing->partner, now_ms / 1000, outgoing->kind),
                       outgoing);
}
