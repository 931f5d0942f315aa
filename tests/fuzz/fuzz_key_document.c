/* SPDX-License-Identifier: EUPL-1.2 */
/* A key document as a stranger may send it: first as an envelope, then as the
 * payload of one, so that the search need not find base64 within JSON. */
#include <stdint.h>
#include <stdlib.h>

#include "crypto/dsse.h"
#include "crypto/key_document.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
    if (!condition)
        abort();
}

static void ready(void)
{
    static bool done;

    if (!done) {
        json_ready();
        expect(crypto_ready() == OUTCOME_OK);
    }
    done = true;
}

static void read_envelope(struct bytes envelope)
{
    struct key_document document, first;
    struct fault fault = {0};
    OWNED_KEY_CHAIN chain = {0};

    if (key_document_peek(envelope, &document, &fault) != OUTCOME_OK)
        return;
    expect(document.from_s < document.until_s && document.number >= 1 && document.name[0]);
    expect(document.emergency ? document.number > 1 && document.endorser_count <= KEY_ENDORSERS
                              : document.endorser_count == 0);
    if (key_document_read_first(envelope, &first, &fault) != OUTCOME_OK)
        return;
    expect(first.number == 1 && !first.has_previous);
    if (key_chain_begin(envelope, &chain, NULL) == OUTCOME_OK)
        expect(key_chain_add(&chain, envelope, NULL) == OUTCOME_EXISTS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dsse_signature signatures[2] = {{.length = SIGNATURE_BYTES}, {.length = 70}};
    OWNED_BUFFER envelope = {0};

    ready();
    read_envelope(bytes_of(data, size));
    if (dsse_assemble(bytes_of(data, size), KEY_DOCUMENT_TYPE, signatures, 2, &envelope) ==
        OUTCOME_OK)
        read_envelope(buffer_bytes(&envelope));
    envelope.length = 0;
    if (dsse_assemble(bytes_of(data, size), KEY_DOCUMENT_EMERGENCY_TYPE, signatures, 1,
                      &envelope) == OUTCOME_OK)
        read_envelope(buffer_bytes(&envelope));
    return 0;
}
