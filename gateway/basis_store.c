/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/basis_store.h"

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/agreement_store.h"
#include "gateway/lined.h"
#include "gateway/retained.h"

enum {
    LINE_MAX_BYTES = 512,
    DOSSIER_LENGTH = DOSSIER_BYTES - 1,
    ID_LENGTH = UUID_TEXT_BYTES - 1,
    PLACE_BYTES = DOSSIER_LENGTH + ID_LENGTH,
};

void kept_basis_wipe(struct kept_basis *kept)
{
    basis_free(kept->basis);
    wipe(kept, sizeof *kept);
}

/* --- one record --- */

static enum outcome read_text(const json_t *line, const char *name, char *out, size_t size)
{
    const char *text;

    TRY(json_text_at(line, name, size - 1, &text, NULL));
    snprintf(out, size, "%s", text);
    return OUTCOME_OK;
}

static enum outcome read_line(const json_t *line, struct kept_basis *out)
{
    TRY(read_text(line, "door", out->actor, sizeof out->actor));
    TRY(read_text(line, "certificaat", out->certificate, sizeof out->certificate));
    return read_text(line, "vervangt", out->replaces, sizeof out->replaces);
}

enum outcome basis_get(struct view *view, const char *id, struct kept_basis *out_kept)
{
    OWNED_KEPT_BASIS kept = {0};
    OWNED_JSON line = NULL;
    struct bytes value, document;
    struct fault fault = {0};

    TRY(store_get(view, TABLE_BASIS, bytes_of_text(id), &value));
    TRY(lined_read(value, LINE_MAX_BYTES, &line, &document));
    TRY(store_read_outcome(read_line(line, &kept)));
    TRY(store_read_outcome(basis_parse(document, &kept.basis, &fault)));
    *out_kept = kept;
    kept = (struct kept_basis){0}; /* handed over */
    return OUTCOME_OK;
}

static struct bytes place_of(const char *dossier, const char *id, uint8_t out[static PLACE_BYTES])
{
    memcpy(out, dossier, DOSSIER_LENGTH);
    memcpy(out + DOSSIER_LENGTH, id, ID_LENGTH);
    return bytes_of(out, PLACE_BYTES);
}

enum outcome basis_put(struct change *change, const struct kept_basis *kept)
{
    OWNED_BUFFER text = {0};
    uint8_t place[PLACE_BYTES];

    if (strlen(kept->basis->dossier) != DOSSIER_LENGTH || strlen(kept->basis->id) != ID_LENGTH)
        return OUTCOME_INTERNAL;
    buffer_format(&text, "{\"door\":\"%s\",\"certificaat\":\"%s\",\"vervangt\":\"%s\"}\n",
                  kept->actor, kept->certificate, kept->replaces);
    TRY(basis_print(kept->basis, &text));
    store_put_sealed(change, TABLE_BASIS, bytes_of_text(kept->basis->id), buffer_bytes(&text));
    store_put(change, TABLE_BASIS_OF, place_of(kept->basis->dossier, kept->basis->id, place),
              (struct bytes){0});
    retained_put_basis(change, kept->basis);
    agreement_put(change, kept->basis);
    return change->outcome;
}

void basis_delete(struct change *change, const char *dossier, const char *id)
{
    uint8_t place[PLACE_BYTES];

    store_delete(change, TABLE_BASIS, bytes_of_text(id));
    store_delete(change, TABLE_BASIS_OF, place_of(dossier, id, place));
}

/* --- those of one dossier --- */

enum outcome basis_next(struct view *view, const char *dossier, const char *after,
                        char out_id[static UUID_TEXT_BYTES])
{
    uint8_t from[PLACE_BYTES];
    struct bytes key, value;

    if (strlen(dossier) != DOSSIER_LENGTH)
        return OUTCOME_NOT_FOUND;
    memcpy(from, dossier, DOSSIER_LENGTH);
    if (after[0])
        place_of(dossier, after, from);
    TRY(store_next(view, TABLE_BASIS_OF, bytes_of(from, after[0] ? PLACE_BYTES : DOSSIER_LENGTH),
                   after[0] != '\0', &key, &value));
    if (key.length != PLACE_BYTES)
        return OUTCOME_STORE_DAMAGED;
    if (!bytes_equal(bytes_of(key.data, DOSSIER_LENGTH), bytes_of_text(dossier)))
        return OUTCOME_NOT_FOUND;
    memcpy(out_id, key.data + DOSSIER_LENGTH, ID_LENGTH);
    out_id[ID_LENGTH] = '\0';
    return OUTCOME_OK;
}
