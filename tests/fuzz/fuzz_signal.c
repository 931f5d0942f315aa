/* SPDX-License-Identifier: EUPL-1.2 */
/* One signal item and the contact envelope in it: what is read can be printed, and reads the
 * same again. */
#include <stdlib.h>

#include "covenant/signal.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void try_contact(const char *base64)
{
    OWNED_CONTACT contact = {0};
    OWNED_BUFFER again = {0};

    if (contact_parse(bytes_of_text(base64), &contact, NULL) == OUTCOME_OK)
        must(contact_print(&contact, &again) == OUTCOME_OK);
}

static void try_signal(const json_t *item)
{
    OWNED_SIGNAL signal = {0}, same = {0};
    OWNED_BUFFER text = {0}, again = {0};
    OWNED_JSON second = NULL;

    if (signal_parse(item, &signal, NULL) != OUTCOME_OK)
        return;
    if (has_bit(signal.fields, FIELD_CONTACT))
        try_contact(signal.contact);
    must(signal_print(&signal, &text) == OUTCOME_OK);
    must(json_read(buffer_bytes(&text), text.length, &second) == OUTCOME_OK);
    must(signal_parse(second, &same, NULL) == OUTCOME_OK);
    must(signal_print(&same, &again) == OUTCOME_OK);
    must(bytes_equal(buffer_bytes(&text), buffer_bytes(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    OWNED_JSON item = NULL;

    if (!ready) {
        json_ready();
        must(crypto_ready() == OUTCOME_OK);
        ready = true;
    }
    if (json_read(bytes_of(data, size), SIGNAL_MAX_BYTES, &item) == OUTCOME_OK)
        try_signal(item);
    return 0;
}
