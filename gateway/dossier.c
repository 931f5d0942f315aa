/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/dossier.h"

#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "gateway/persons.h"

enum { LINK_BYTES = STORE_HASH_BYTES + DOSSIER_BYTES - 1 };

void dossier_new(char out[static DOSSIER_BYTES])
{
    uint64_t drawn;

    random_bytes(&drawn, sizeof drawn);
    snprintf(out, DOSSIER_BYTES, "D-%016llu", (unsigned long long)(drawn % 10000000000000000));
}

enum outcome dossier_hash_identity(const struct store *store,
                                   const uint8_t local_id_key[static KEY_BYTES],
                                   const struct identity *identity,
                                   uint8_t out[static STORE_HASH_BYTES])
{
    uint8_t id[LOCAL_ID_BYTES];

    local_id(local_id_key, identity, id);
    return store_hash(store, "lid", bytes_of(id, sizeof id), out);
}

enum outcome dossier_hash_token(const struct store *store, const char *token,
                                uint8_t out[static STORE_HASH_BYTES])
{
    return store_hash(store, "pseudoniem", bytes_of_text(token), out);
}

enum outcome dossier_list(struct view *view, const uint8_t hash[static STORE_HASH_BYTES],
                          char (*out)[DOSSIER_BYTES], size_t max, size_t *out_count)
{
    uint8_t from[STORE_HASH_BYTES + DOSSIER_BYTES] = {0};
    size_t length = STORE_HASH_BYTES, count = 0;
    struct bytes key, value;
    enum outcome outcome = OUTCOME_OK;

    memcpy(from, hash, STORE_HASH_BYTES);
    while (count < max) {
        outcome = store_next(view, TABLE_DOSSIER, bytes_of(from, length), length > STORE_HASH_BYTES,
                             &key, &value);
        if (outcome != OUTCOME_OK || key.length < STORE_HASH_BYTES ||
            memcmp(key.data, hash, STORE_HASH_BYTES) != 0)
            break;
        if (key.length != STORE_HASH_BYTES + DOSSIER_BYTES - 1)
            return OUTCOME_STORE_DAMAGED;
        memcpy(out[count], key.data + STORE_HASH_BYTES, DOSSIER_BYTES - 1);
        out[count++][DOSSIER_BYTES - 1] = '\0';
        memcpy(from, key.data, key.length);
        length = key.length;
    }
    *out_count = count;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome dossier_next(struct view *view, const uint8_t hash[static STORE_HASH_BYTES],
                          const char *after, char out[static DOSSIER_BYTES])
{
    uint8_t from[STORE_HASH_BYTES + DOSSIER_BYTES - 1];
    const size_t length = after[0] ? sizeof from : STORE_HASH_BYTES;
    struct bytes key, value;

    memcpy(from, hash, STORE_HASH_BYTES);
    if (after[0])
        memcpy(from + STORE_HASH_BYTES, after, DOSSIER_BYTES - 1);
    TRY(store_next(view, TABLE_DOSSIER, bytes_of(from, length), after[0], &key, &value));
    if (key.length < STORE_HASH_BYTES ||
        !bytes_equal(bytes_of(key.data, STORE_HASH_BYTES), bytes_of(hash, STORE_HASH_BYTES)))
        return OUTCOME_NOT_FOUND;
    if (key.length != sizeof from)
        return OUTCOME_STORE_DAMAGED;
    memcpy(out, key.data + STORE_HASH_BYTES, DOSSIER_BYTES - 1);
    out[DOSSIER_BYTES - 1] = '\0';
    return OUTCOME_OK;
}

enum outcome dossier_find(struct view *view, const uint8_t hash[static STORE_HASH_BYTES],
                          char out[static DOSSIER_BYTES])
{
    char found[1][DOSSIER_BYTES];
    size_t count;

    TRY(dossier_list(view, hash, found, 1, &count));
    if (count == 0)
        return OUTCOME_NOT_FOUND;
    memcpy(out, found[0], DOSSIER_BYTES);
    return OUTCOME_OK;
}

static struct bytes link_key(const char *dossier, const uint8_t hash[static STORE_HASH_BYTES],
                             uint8_t out[static LINK_BYTES])
{
    memcpy(out, dossier, DOSSIER_BYTES - 1);
    memcpy(out + DOSSIER_BYTES - 1, hash, STORE_HASH_BYTES);
    return bytes_of(out, LINK_BYTES);
}

static struct bytes dossier_key(const uint8_t hash[static STORE_HASH_BYTES], const char *dossier,
                                uint8_t out[static LINK_BYTES])
{
    memcpy(out, hash, STORE_HASH_BYTES);
    memcpy(out + STORE_HASH_BYTES, dossier, DOSSIER_BYTES - 1);
    return bytes_of(out, LINK_BYTES);
}

void dossier_link(struct change *change, const uint8_t hash[static STORE_HASH_BYTES],
                  const char *dossier)
{
    uint8_t key[LINK_BYTES];

    store_put(change, TABLE_DOSSIER, dossier_key(hash, dossier, key), (struct bytes){0});
    store_put(change, TABLE_LINK, link_key(dossier, hash, key), (struct bytes){0});
}

/* The rows go while they are walked, so each search begins at the dossier's first. */
enum outcome dossier_unlink(struct change *change, const char *dossier)
{
    const struct bytes prefix = bytes_of_text(dossier);
    uint8_t hash[STORE_HASH_BYTES], buffer[LINK_BYTES];
    struct bytes key, value;
    enum outcome outcome;

    while ((outcome = store_next(&change->view, TABLE_LINK, prefix, false, &key, &value)) ==
               OUTCOME_OK &&
           key.length == LINK_BYTES && bytes_equal(bytes_of(key.data, prefix.length), prefix)) {
        memcpy(hash, key.data + prefix.length, sizeof hash);
        store_delete(change, TABLE_DOSSIER, dossier_key(hash, dossier, buffer));
        store_delete(change, TABLE_LINK, link_key(dossier, hash, buffer));
        TRY(change->outcome);
    }
    store_delete(change, TABLE_PERSON, prefix);
    return outcome == OUTCOME_OK || outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}

enum outcome dossier_of_identity(struct view *view, const struct store *store,
                                 const uint8_t local_id_key[static KEY_BYTES],
                                 const struct identity *identity, char out[static DOSSIER_BYTES])
{
    uint8_t hash[STORE_HASH_BYTES];

    TRY(dossier_hash_identity(store, local_id_key, identity, hash));
    return dossier_find(view, hash, out);
}

enum outcome dossier_make(struct change *change, const struct store *store,
                          const uint8_t local_id_key[static KEY_BYTES],
                          const struct identity *identity, char out[static DOSSIER_BYTES])
{
    uint8_t hash[STORE_HASH_BYTES];
    enum outcome outcome;

    TRY(dossier_hash_identity(store, local_id_key, identity, hash));
    outcome = dossier_find(&change->view, hash, out);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (outcome == OUTCOME_NOT_FOUND) {
        dossier_new(out);
        dossier_link(change, hash, out);
    } else if (store_has(&change->view, TABLE_PERSON, bytes_of_text(out))) {
        return OUTCOME_OK;
    }
    /* The row that ties the dossier to an address: erase it, and the log names nobody. That of a
     * received signal has none yet, and a withdrawal by token looks for its person here. */
    return person_put(change, out, identity);
}
