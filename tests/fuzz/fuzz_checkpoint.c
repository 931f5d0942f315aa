/* SPDX-License-Identifier: EUPL-1.2 */
/* A checkpoint as a partner may send it: what is read must come out the same
 * when it is printed again, and a vkey likewise. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/checkpoint.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char vkey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

static void expect(bool condition)
{
    if (!condition)
        abort();
}

/* Without extension lines the text is exactly what we would print. */
static void read_text(struct bytes text)
{
    OWNED_BUFFER again = {0};
    struct checkpoint checkpoint;

    if (checkpoint_parse(text, &checkpoint) != OUTCOME_OK)
        return;
    checkpoint_print(&checkpoint, &again);
    expect(again.length <= text.length && memcmp(again.data, text.data, again.length) == 0);
}

static void read_vkey(struct bytes text)
{
    OWNED_BUFFER again = {0};
    struct note_key key;
    char *closed = bytes_to_text(text);

    if (closed && note_key_parse(closed, &key) == OUTCOME_OK) {
        note_key_print(&key, &again);
        expect(strcmp(buffer_text(&again), closed) == 0);
    }
    free(closed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = bytes_of(data, size);
    struct checkpoint checkpoint;
    struct note_key key;
    struct note note;

    expect(crypto_ready() == OUTCOME_OK && note_key_parse(vkey, &key) == OUTCOME_OK);
    read_text(bytes);
    read_vkey(bytes);
    if (note_parse(bytes, &note) == OUTCOME_OK) {
        expect(note.signature_count > 0 && note.text.length < size);
        read_text(note.text);
    }
    if (checkpoint_verify(bytes, &key, "go.sum database tree", &checkpoint) == OUTCOME_OK)
        expect(checkpoint.size > 0);
    return 0;
}
