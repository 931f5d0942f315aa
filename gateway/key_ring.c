/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/key_ring.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/key_documents.h"

enum { NAME_DIGITS_LEAST = 4, NAME_DIGITS_MOST = 7, FOLDERS_MAX = KEY_CHAIN_MAX };

static void own_document_wipe(struct own_document *own)
{
    buffer_wipe(&own->envelope);
    signing_key_wipe(&own->signing);
    sealing_key_wipe(&own->sealing);
    signing_key_wipe(&own->witness);
}

void key_ring_free(struct key_ring *ring)
{
    while (ring) {
        struct key_ring *older = ring->older;
        for (size_t i = 0; i < ring->count; i++)
            own_document_wipe(&ring->documents[i]);
        free(ring->documents);
        key_chain_wipe(&ring->chain);
        free(ring);
        ring = older;
    }
}

void key_ring_free_at(struct key_ring **ring)
{
    key_ring_free(*ring);
    *ring = NULL;
}

/* --- reading --- */

static void take_keys(struct own_keys *keys, struct own_document *own)
{
    own->signing = keys->signing;
    own->sealing = keys->sealing;
    own->witness = keys->witness;
    keys->signing = keys->witness = (struct signing_key){0}; /* handed over */
    keys->sealing = (struct sealing_key){0};
}

static enum outcome read_first(const struct settings *settings, struct own_document *own,
                               struct file_fault *fault)
{
    OWNED_KEYS keys = {0};

    TRY(keys_load(settings->key_folder, settings->credential_file, &keys, fault));
    memcpy(own->folder, settings->key_folder, strlen(settings->key_folder) + 1);
    own->document = keys.document;
    own->envelope = keys.document_json;
    keys.document_json = (struct buffer){0}; /* handed over */
    take_keys(&keys, own);
    return OUTCOME_OK;
}

static bool is_of(const uint8_t *secret, const uint8_t *mine, const uint8_t *named)
{
    return !secret ||
           bytes_equal(bytes_of(mine, SIGNING_PUBLIC_BYTES), bytes_of(named, SIGNING_PUBLIC_BYTES));
}

/* Keys that another document names would make every partner refuse us. */
static bool keys_fit(const struct own_document *own)
{
    return is_of(own->signing.secret, own->signing.public_key, own->document.signing_key) &&
           is_of(own->sealing.secret, own->sealing.public_key, own->document.sealing_key) &&
           is_of(own->witness.secret, own->witness.public_key, own->document.witness_key);
}

static enum outcome read_later(const struct settings *settings, const char *name,
                               struct own_document *own, struct file_fault *fault)
{
    OWNED_KEYS keys = {0};

    TRY(path_join(settings->key_folder, name, own->folder, fault));
    TRY(keys_read_later_document(own->folder, &own->envelope, &own->document, fault));
    TRY(keys_load_later(own->folder, settings->credential_file, &keys, fault));
    take_keys(&keys, own);
    if (keys_fit(own))
        return OUTCOME_OK;
    file_fault_at(fault, FILE_CHECK_CONTENTS, own->folder);
    return OUTCOME_KEY_FILE_WRONG;
}

static bool is_folder_name(const char *name)
{
    size_t digits = strspn(name, "0123456789");

    return digits >= NAME_DIGITS_LEAST && digits <= NAME_DIGITS_MOST &&
           (name[digits] == '\0' || strcmp(name + digits, KEY_FOLDER_EMERGENCY) == 0);
}

static int filter_folder(const struct dirent *entry)
{
    return is_folder_name(entry->d_name);
}

/* In the order of their numbers: each follows one before it. */
static int compare_folders(const struct dirent **a, const struct dirent **b)
{
    const long one = strtol((*a)->d_name, NULL, 10), other = strtol((*b)->d_name, NULL, 10);

    return one == other ? strcmp((*a)->d_name, (*b)->d_name) : one < other ? -1 : 1;
}

static enum outcome read_all(const struct settings *settings, struct dirent **names, size_t count,
                             struct key_ring *ring, struct file_fault *fault)
{
    ring->documents = calloc(count + 1, sizeof *ring->documents);
    if (!ring->documents)
        return OUTCOME_OUT_OF_MEMORY;
    ring->count = 1;
    TRY(read_first(settings, &ring->documents[0], fault));
    for (size_t i = 0; i < count; i++)
        TRY(read_later(settings, names[i]->d_name, &ring->documents[ring->count++], fault));
    return OUTCOME_OK;
}

static enum outcome read_folder(const struct settings *settings, struct key_ring *ring,
                                struct file_fault *fault)
{
    struct dirent **names = NULL;
    enum outcome outcome = OUTCOME_TOO_LARGE;
    int count = scandir(settings->key_folder, &names, filter_folder, compare_folders);

    if (count < 0) {
        file_fault_at(fault, FILE_CHECK_OPEN, settings->key_folder);
        return OUTCOME_FILE_WRONG;
    }
    if (count <= FOLDERS_MAX)
        outcome = read_all(settings, names, (size_t)count, ring, fault);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return outcome;
}

/* --- which count --- */

static enum outcome add_document(const struct own_document *own, struct view *view,
                                 struct key_ring *ring, struct file_fault *fault)
{
    struct fault where = {0};
    enum outcome outcome;
    bool is_here = true;

    if (view)
        TRY(key_document_is_here(view, &own->document, &is_here));
    if (!is_here)
        return OUTCOME_OK; /* it was not taken up yet */
    outcome = key_chain_add_endorsed(&ring->chain, buffer_bytes(&own->envelope), &where);
    if (outcome == OUTCOME_OK || outcome == OUTCOME_EXISTS || outcome == OUTCOME_OTHER_BYTES ||
        outcome == OUTCOME_OUT_OF_MEMORY)
        return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_OK;
    file_fault_at(fault, FILE_CHECK_CONTENTS, own->folder);
    return OUTCOME_KEY_FILE_WRONG;
}

static bool has_signing_key(const struct key_ring *ring)
{
    for (size_t i = 0; i < ring->count; i++) {
        if (ring->documents[i].signing.secret)
            return true;
    }
    return false;
}

enum outcome key_ring_load(const struct settings *settings, struct view *view,
                           struct key_ring **out_ring, struct file_fault *fault)
{
    OWNED_KEY_RING ring = calloc(1, sizeof *ring);
    struct fault where = {0};

    if (!ring)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(read_folder(settings, ring, fault));
    TRY(key_chain_begin(buffer_bytes(&ring->documents[0].envelope), &ring->chain, &where));
    for (size_t i = 1; i < ring->count; i++)
        TRY(add_document(&ring->documents[i], view, ring, fault));
    if (!has_signing_key(ring)) {
        file_fault_at(fault, FILE_CHECK_MISSING, settings->key_folder);
        return OUTCOME_KEY_FILE_WRONG;
    }
    *out_ring = ring;
    ring = NULL; /* handed over */
    return OUTCOME_OK;
}

/* --- looking up --- */

static const struct signing_key *signing_of(const struct key_ring *ring,
                                            const struct key_document *document)
{
    for (size_t i = ring->count; i-- > 0;) {
        const struct signing_key *key = &ring->documents[i].signing;
        if (key->secret && is_of(key->secret, key->public_key, document->signing_key))
            return key;
    }
    return NULL;
}

const struct key_document *key_ring_document(const struct key_ring *ring, int64_t now_s)
{
    const struct key_document *document = key_chain_at(&ring->chain, now_s);

    return document ? document : &ring->chain.documents[ring->chain.count - 1];
}

const struct signing_key *key_ring_signing(const struct key_ring *ring, int64_t now_s)
{
    const struct signing_key *key = signing_of(ring, key_ring_document(ring, now_s));

    for (size_t i = ring->chain.count; !key && i-- > 0;)
        key = signing_of(ring, &ring->chain.documents[i]);
    for (size_t i = 0; !key && i < ring->count; i++)
        key = ring->documents[i].signing.secret ? &ring->documents[i].signing : NULL;
    return key;
}

const struct sealing_key *key_ring_sealing(const struct key_ring *ring, const char *id)
{
    for (size_t i = ring->count; i-- > 0;) {
        const struct sealing_key *key = &ring->documents[i].sealing;
        if (key->secret && strcmp(key->id, id) == 0)
            return key;
    }
    return NULL;
}

