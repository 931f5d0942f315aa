/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/registry.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"

static void known_wipe(struct known_covenant *known)
{
    for (size_t i = 0; known->chains && i < known->covenant->parties_count; i++)
        key_chain_wipe(&known->chains[i]);
    free(known->chains);
    secret_free(known->keys);
    covenant_free(known->covenant);
}

struct registry *registry_hold(struct registry *registry)
{
    atomic_fetch_add(&registry->users, 1);
    return registry;
}

void registry_release(struct registry *registry)
{
    if (!registry || atomic_fetch_sub(&registry->users, 1) > 1)
        return;
    for (size_t i = 0; i < registry->count; i++)
        known_wipe(&registry->covenants[i]);
    free(registry);
}

void registry_release_at(struct registry **registry)
{
    registry_release(*registry);
    *registry = NULL;
}

static enum outcome load_chains(struct known_covenant *known)
{
    struct covenant *covenant = known->covenant;

    known->chains = calloc(covenant->parties_count, sizeof *known->chains);
    if (!known->chains)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < covenant->parties_count; i++) {
        struct fault fault = {0};
        TRY(key_chain_begin(covenant->parties[i].key_document, &known->chains[i], &fault));
    }
    return OUTCOME_OK;
}

static enum outcome take_statement(struct known_covenant *known, size_t party, struct bytes json)
{
    const struct key_chain *chain = &known->chains[party];
    struct statement statement;
    struct fault fault = {0};
    char hash[SHA256_HEX_BYTES];

    /* It was verified when it came; the key of that day is in the chain still. */
    for (size_t i = chain->count; i-- > 0;) {
        enum outcome outcome =
            statement_open(json, chain->documents[i].signing_key, &statement, hash, &fault);
        if (outcome == OUTCOME_SIGNATURE_WRONG)
            continue;
        TRY(outcome);
        known->verdicts[party] = statement.verdict;
        memcpy(known->last_hash[party], hash, sizeof hash);
        known->statement_count[party]++;
        return OUTCOME_OK;
    }
    return OUTCOME_STORE_DAMAGED;
}

static enum outcome load_statements(struct view *view, struct known_covenant *known)
{
    const struct covenant *covenant = known->covenant;
    OWNED_BUFFER from = {0};
    struct bytes prefix, key, value;
    enum outcome outcome;
    bool after = false;

    buffer_add_text(&from, covenant->fingerprint);
    TRY(buffer_outcome(&from));
    while ((outcome = store_next(view, TABLE_STATEMENT, buffer_bytes(&from), after, &key,
                                 &value)) == OUTCOME_OK) {
        char text[OIN_LENGTH + 1] = {0};
        struct oin oin;
        const struct party *party;
        prefix = bytes_of(key.data, key.length < 64 ? key.length : 64);
        if (!bytes_equal(prefix, bytes_of_text(covenant->fingerprint)))
            break;
        if (key.length != 64 + OIN_LENGTH + 8)
            return OUTCOME_STORE_DAMAGED;
        memcpy(text, key.data + 64, OIN_LENGTH);
        party = oin_parse(text, &oin) ? covenant_party(covenant, &oin) : NULL;
        if (!party)
            return OUTCOME_STORE_DAMAGED;
        from.length = 0;
        buffer_add_bytes(&from, key); /* before the value's reading moves on */
        TRY(take_statement(known, covenant_party_index(covenant, party), value));
        TRY(buffer_outcome(&from));
        after = true;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* Keys are stored under LP(covenant id) then the epoch; one id is never another's beginning. */
static enum outcome load_keys(struct view *view, struct known_covenant *known)
{
    OWNED_BUFFER prefix = {0}, from = {0};
    struct bytes key, value;
    enum outcome outcome;
    bool after = false;

    known->keys = secret_new(REGISTRY_KEYS_MAX * sizeof *known->keys);
    if (!known->keys)
        return OUTCOME_OUT_OF_MEMORY;
    buffer_add_u16(&prefix, (uint16_t)strlen(known->covenant->id));
    buffer_add_text(&prefix, known->covenant->id);
    TRY(buffer_outcome(&prefix)); /* a shorter one would take in the keys of others */
    buffer_add_bytes(&from, buffer_bytes(&prefix));
    TRY(buffer_outcome(&from));
    while ((outcome = store_next(view, TABLE_SHARED_KEY, buffer_bytes(&from), after, &key,
                                 &value)) == OUTCOME_OK) {
        struct shared_key *shared;
        size_t length = key.length - prefix.length;
        if (key.length < prefix.length ||
            !bytes_equal(bytes_of(key.data, prefix.length), buffer_bytes(&prefix)))
            break;
        if (length >= TOKEN_EPOCH_BYTES || value.length != SHARED_KEY_BYTES)
            return OUTCOME_STORE_DAMAGED;
        /* The newest epochs count: the oldest makes room. */
        if (known->key_count == REGISTRY_KEYS_MAX) {
            memmove(known->keys, known->keys + 1, (REGISTRY_KEYS_MAX - 1) * sizeof *known->keys);
            known->key_count--;
        }
        shared = &known->keys[known->key_count++];
        memset(shared, 0, sizeof *shared);
        memcpy(shared->epoch, key.data + prefix.length, length);
        memcpy(shared->key, value.data, SHARED_KEY_BYTES);
        from.length = 0;
        buffer_add_bytes(&from, key);
        TRY(buffer_outcome(&from));
        after = true;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome load_covenant(struct view *view, const struct code_lists *lists,
                                  const char *fingerprint, struct bytes raw,
                                  struct registry *registry)
{
    struct known_covenant *known = &registry->covenants[registry->count];
    struct covenant_fault fault = {0};

    TRY(store_read_outcome(covenant_parse(raw, lists, &known->covenant, &fault)));
    registry->count++;
    if (strcmp(known->covenant->fingerprint, fingerprint) != 0)
        return OUTCOME_STORE_DAMAGED;
    TRY(load_chains(known));
    TRY(load_statements(view, known));
    return load_keys(view, known);
}

static enum outcome load_all(struct view *view, const struct code_lists *lists,
                             struct registry *registry)
{
    char from[SHA256_HEX_BYTES] = "";
    struct bytes key, raw;
    enum outcome outcome;

    while ((outcome = store_next(view, TABLE_COVENANT, bytes_of_text(from), from[0], &key, &raw)) ==
           OUTCOME_OK) {
        if (key.length != SHA256_HEX_BYTES - 1)
            return OUTCOME_STORE_DAMAGED;
        if (registry->count == REGISTRY_COVENANTS_MAX)
            return OUTCOME_TOO_MANY;
        memcpy(from, key.data, key.length);
        TRY(load_covenant(view, lists, from, raw, registry));
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome registry_load(struct view *view, const struct code_lists *lists,
                           struct registry **out_registry)
{
    struct registry *registry = calloc(1, sizeof *registry);
    enum outcome outcome;

    if (!registry)
        return OUTCOME_OUT_OF_MEMORY;
    atomic_init(&registry->users, 1);
    outcome = load_all(view, lists, registry);
    if (outcome != OUTCOME_OK) {
        registry_release(registry);
        return outcome;
    }
    *out_registry = registry;
    return OUTCOME_OK;
}

const struct known_covenant *registry_find(const struct registry *registry, const char *fingerprint)
{
    for (size_t i = 0; i < registry->count; i++) {
        if (strcmp(registry->covenants[i].covenant->fingerprint, fingerprint) == 0)
            return &registry->covenants[i];
    }
    return NULL;
}

/* A version is replaced by the one that names its fingerprint as the one before. */
static bool is_replaced(const struct registry *registry, const struct known_covenant *known)
{
    for (size_t i = 0; i < registry->count; i++) {
        const char *previous = registry->covenants[i].covenant->previous;
        if (previous && strcmp(previous, known->covenant->fingerprint) == 0)
            return true;
    }
    return false;
}

const struct known_covenant *registry_choose(const struct registry *registry, const char *id)
{
    const struct known_covenant *chosen = NULL;

    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        if ((id && strcmp(known->covenant->id, id) != 0) || is_replaced(registry, known))
            continue;
        if (chosen)
            return NULL;
        chosen = known;
    }
    return chosen;
}

bool registry_knows(const struct registry *registry, const struct oin *oin)
{
    for (size_t i = 0; i < registry->count; i++) {
        if (covenant_party(registry->covenants[i].covenant, oin))
            return true;
    }
    return false;
}

const char *registry_name(const struct registry *registry, const struct oin *oin)
{
    for (size_t i = 0; i < registry->count; i++) {
        const struct party *party = covenant_party(registry->covenants[i].covenant, oin);
        if (party)
            return party->name;
    }
    return oin->text;
}

struct standing known_standing(const struct known_covenant *known, int64_t now_ms)
{
    struct standing standing = {.today = amsterdam_day(now_ms)};

    memcpy(standing.verdicts, known->verdicts, sizeof standing.verdicts);
    return standing;
}

const struct key_document *known_keys(const struct known_covenant *known, const struct oin *oin,
                                      int64_t at_s)
{
    const struct party *party = covenant_party(known->covenant, oin);

    return party ? key_chain_at(&known->chains[covenant_party_index(known->covenant, party)], at_s)
                 : NULL;
}

const struct shared_key *known_shared_key(const struct known_covenant *known, const char *epoch)
{
    for (size_t i = 0; i < known->key_count; i++) {
        if (strcmp(known->keys[i].epoch, epoch) == 0)
            return &known->keys[i];
    }
    return NULL;
}

bool known_in_force(const struct known_covenant *known, int64_t now_ms)
{
    struct standing standing = known_standing(known, now_ms);

    if (covenant_in_time(known->covenant, &standing) != FORCE_IN_FORCE)
        return false;
    for (size_t i = 0; i < known->covenant->parties_count; i++) {
        if (known->verdicts[i] != VERDICT_AGREED)
            return false;
    }
    return true;
}
