/* SPDX-License-Identifier: EUPL-1.2 */
/* /v1/noodsleuteldocumenten: our endorsement of another organisation's emergency document. */
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/handlers.h"
#include "gateway/registry.h"

enum { DOCUMENT_TEXT_MAX_BYTES = BASE64_BYTES(KEY_DOCUMENT_MAX_BYTES) };

struct endorsing {
    struct buffer envelope;
    struct key_document document;
    char fingerprint[HEX_BYTES(KEY_DOCUMENT_DIGEST_BYTES)];
};

static void endorsing_free(void *state)
{
    struct endorsing *endorsing = state;

    buffer_wipe(&endorsing->envelope);
    free(endorsing);
}

static enum outcome read_body(struct call *call, struct endorsing *endorsing)
{
    static const char *const members[] = {"sleuteldocument", "vingerafdruk", NULL};
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    const char *text, *fingerprint;
    enum outcome outcome;

    TRY(call_body(call, members, &body));
    TRY(json_text_at(body, "sleuteldocument", DOCUMENT_TEXT_MAX_BYTES, &text, &fault));
    TRY(json_text_at(body, "vingerafdruk", sizeof endorsing->fingerprint - 1, &fingerprint,
                     &fault));
    TRY(base64_decode(bytes_of_text(text), &endorsing->envelope));
    outcome = key_document_peek(buffer_bytes(&endorsing->envelope), &endorsing->document, &fault);
    if (outcome != OUTCOME_OK)
        call_fault(call, &fault);
    TRY(outcome);
    hex_encode(bytes_of(endorsing->document.digest, sizeof endorsing->document.digest),
               endorsing->fingerprint);
    return strcmp(endorsing->fingerprint, fingerprint) == 0 ? OUTCOME_OK
                                                            : OUTCOME_FINGERPRINT_WRONG;
}

/* It must follow a document that we know, of a party that agreed to a covenant as we did. */
static enum outcome check_place(struct call *call, const struct endorsing *endorsing)
{
    const struct key_document *document = &endorsing->document;
    enum outcome outcome = OUTCOME_NOT_ALLOWED;
    struct fault fault = {0};

    if (!document->emergency)
        return OUTCOME_STEP_NOT_ALLOWED;
    for (size_t i = 0; i < call->registry->count && outcome != OUTCOME_OK; i++) {
        const struct known_covenant *known = &call->registry->covenants[i];
        const struct key_document *previous;
        struct key_document read;
        if (!known_ever_agreed(known, &document->oin) ||
            !known_ever_agreed(known, &call->gateway->settings->oin))
            continue;
        previous = key_chain_find(known_chain(known, &document->oin), document->previous);
        outcome = previous ? key_document_read_draft(buffer_bytes(&endorsing->envelope), previous,
                                                     &read, &fault)
                           : OUTCOME_KEY_UNKNOWN;
    }
    return outcome;
}

static enum outcome record(struct call *call, struct change *change,
                           const struct endorsing *endorsing)
{
    struct audit_entry entry = call_entry(call, AUDIT_KEY);

    entry.destination = endorsing->document.oin.text;
    entry.committed[AUDIT_OBJECTS] = endorsing->fingerprint;
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome apply(struct call *call, struct change *change)
{
    struct endorsing *endorsing = call->state;
    OWNED_BUFFER endorsed = {0}, base64 = {0};

    TRY(key_document_endorse(buffer_bytes(&endorsing->envelope), &call->gateway->settings->oin,
                             gateway_signing_key(call->gateway), &endorsed));
    buffer_add_base64(&base64, buffer_bytes(&endorsed));
    if (!buffer_text(&base64))
        return OUTCOME_OUT_OF_MEMORY;
    TRY(record(call, change, endorsing));
    return call_reply(call, 201,
                      json_pack("{ss ss si ss sI}", "oin", endorsing->document.oin.text, "naam",
                                endorsing->document.name, "volgnr", (int)endorsing->document.number,
                                "sleuteldocument", buffer_text(&base64), "bevestigingen",
                                (json_int_t)endorsing->document.endorser_count + 1));
}

enum outcome post_emergency_document(struct call *call)
{
    struct endorsing *endorsing = calloc(1, sizeof *endorsing);

    if (!endorsing)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = endorsing;
    call->free_state = endorsing_free;
    TRY(read_body(call, endorsing));
    TRY(check_place(call, endorsing));
    call->apply = apply;
    return OUTCOME_OK;
}
