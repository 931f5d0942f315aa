/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/registry.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/key_documents.h"
#include "gateway/new_covenant.h"

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

static enum outcome load_chains(struct view *view, struct known_covenant *known)
{
    struct covenant *covenant = known->covenant;

    known->chains = calloc(covenant->parties_count, sizeof *known->chains);
    if (!known->chains)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < covenant->parties_count; i++)
        TRY(key_documents_chain(view, &covenant->parties[i].oin, covenant->parties[i].key_document,
                                &known->chains[i]));
    return OUTCOME_OK;
}

/* A withdrawal follows the agreement it withdraws, whatever moment its signer wrote. */
static int64_t later_of(int64_t withdrawn_ms, int64_t agreed_ms)
{
    return agreed_ms != INT64_MAX && agreed_ms > withdrawn_ms ? agreed_ms : withdrawn_ms;
}

static enum outcome take_statement(struct known_covenant *known, size_t party, struct bytes json)
{
    const struct key_chain *chain = &known->chains[party];
    struct statement statement;
    struct fault fault = {0};
    char hash[SHA256_HEX_BYTES];

    /* It was verified when it came; the key of that day is here still, counting or not. */
    for (size_t i = chain->kept; i-- > 0;) {
        enum outcome outcome =
            statement_open(json, chain->documents[i].signing_key, &statement, hash, &fault);
        if (outcome == OUTCOME_SIGNATURE_WRONG)
            continue;
        TRY(store_read_outcome(outcome));
        known->verdicts[party] = statement.verdict;
        if (statement.verdict == VERDICT_AGREED)
            known->agreed_ms[party] = statement.at_ms;
        if (statement.verdict == VERDICT_WITHDRAWN)
            known->withdrawn_ms[party] = later_of(statement.at_ms, known->agreed_ms[party]);
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

/* The newest count: the oldest makes room. */
static void keep_key(struct known_covenant *known, struct bytes epoch, struct bytes key)
{
    struct shared_key *shared;

    if (known->key_count == REGISTRY_KEYS_MAX) {
        memmove(known->keys, known->keys + 1, (REGISTRY_KEYS_MAX - 1) * sizeof *known->keys);
        known->key_count--;
    }
    shared = &known->keys[known->key_count++];
    memset(shared, 0, sizeof *shared);
    memcpy(shared->epoch, epoch.data, epoch.length);
    memcpy(shared->key, key.data, SHARED_KEY_BYTES);
}

/* Keys are stored under LP(covenant id) then the epoch; one id is never another's beginning. Those
 * of a later half-year than `last` are passed over: they must not push out the key of today. */
static enum outcome load_keys(struct view *view, const char *last, struct known_covenant *known)
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
    buffer_add_buffer(&from, &prefix);
    TRY(buffer_outcome(&from));
    while ((outcome = store_next(view, TABLE_SHARED_KEY, buffer_bytes(&from), after, &key,
                                 &value)) == OUTCOME_OK) {
        char half[EPOCH_TEXT_BYTES] = {0};
        struct bytes epoch;
        if (key.length < prefix.length ||
            !bytes_equal(bytes_of(key.data, prefix.length), buffer_bytes(&prefix)))
            break;
        epoch = bytes_of(key.data + prefix.length, key.length - prefix.length);
        if (epoch.length < EPOCH_TEXT_BYTES - 1 || epoch.length >= TOKEN_EPOCH_BYTES ||
            value.length != SHARED_KEY_BYTES)
            return OUTCOME_STORE_DAMAGED;
        memcpy(half, epoch.data, EPOCH_TEXT_BYTES - 1); /* "2026H2" also of "2026H2-1" */
        if (strcmp(half, last) <= 0)
            keep_key(known, epoch, value);
        from.length = 0;
        buffer_add_bytes(&from, key);
        TRY(buffer_outcome(&from));
        after = true;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

struct loading {
    struct view *view;
    const struct code_lists *lists;
    const struct oin *self;
    char last_epoch[EPOCH_TEXT_BYTES]; /* the next half-year: no later key is of use */
    struct registry *registry;
};

/* What a partner proposes says nothing until somebody here has laid it beside paper or agreed. */
static enum outcome load_origin(const struct loading *loading, struct known_covenant *known)
{
    struct covenant_origin origin;

    TRY(covenant_origin_get(loading->view, known->covenant->fingerprint, &origin));
    known->ours = !origin.proposed || origin.on_paper || known_ever_agreed(known, loading->self);
    return OUTCOME_OK;
}

static enum outcome load_covenant(const struct loading *loading, const char *fingerprint,
                                  struct bytes raw)
{
    struct known_covenant *known = &loading->registry->covenants[loading->registry->count];
    struct covenant_fault fault = {0};

    TRY(store_read_outcome(covenant_parse(raw, loading->lists, &known->covenant, &fault)));
    loading->registry->count++;
    for (size_t i = 0; i < COVENANT_PARTIES_MAX; i++)
        known->agreed_ms[i] = known->withdrawn_ms[i] = INT64_MAX;
    if (strcmp(known->covenant->fingerprint, fingerprint) != 0)
        return OUTCOME_STORE_DAMAGED;
    TRY(load_chains(loading->view, known));
    TRY(load_statements(loading->view, known));
    TRY(load_origin(loading, known));
    return load_keys(loading->view, loading->last_epoch, known);
}

static enum outcome load_all(const struct loading *loading)
{
    char from[SHA256_HEX_BYTES] = "";
    struct bytes key, raw;
    enum outcome outcome;

    while ((outcome = store_next(loading->view, TABLE_COVENANT, bytes_of_text(from), from[0], &key,
                                 &raw)) == OUTCOME_OK) {
        if (key.length != SHA256_HEX_BYTES - 1)
            return OUTCOME_STORE_DAMAGED;
        if (loading->registry->count == REGISTRY_COVENANTS_MAX)
            return OUTCOME_TOO_MANY;
        memcpy(from, key.data, key.length);
        TRY(load_covenant(loading, from, raw));
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* --- versions --- */

/* The moment from which all had agreed within the window, unless one had withdrawn before it. */
static int64_t beginning_of(const struct known_covenant *known)
{
    int64_t began_ms = amsterdam_instant(known->covenant->valid_from, 0);

    for (size_t i = 0; i < known->covenant->parties_count; i++) {
        if (known->agreed_ms[i] > began_ms)
            began_ms = known->agreed_ms[i];
    }
    for (size_t i = 0; i < known->covenant->parties_count; i++) {
        if (known->withdrawn_ms[i] < began_ms) /* in the same second: it began, and ended */
            return INT64_MAX;
    }
    return began_ms;
}

/* The version that this one names as the one before it; NULL when it is not here. */
static struct known_covenant *previous_of(struct registry *registry,
                                          const struct known_covenant *known)
{
    for (size_t i = 0; known->covenant->previous && i < registry->count; i++) {
        struct known_covenant *other = &registry->covenants[i];
        if (strcmp(other->covenant->fingerprint, known->covenant->previous) == 0 &&
            strcmp(other->covenant->id, known->covenant->id) == 0)
            return other;
    }
    return NULL;
}

static const struct known_covenant *root_of(const struct known_covenant *known)
{
    while (known->earlier)
        known = known->earlier;
    return known;
}

static bool comes_after(const struct known_covenant *later, const struct known_covenant *known)
{
    for (later = later->earlier; later; later = later->earlier) {
        if (later == known)
            return true;
    }
    return false;
}

/* Two versions beside each other that both follow the same one: everybody reckons from the same
 * statements, so at each party the same one was first. */
static bool was_first(const struct known_covenant *one, const struct known_covenant *other)
{
    if (one->began_ms != other->began_ms)
        return one->began_ms < other->began_ms;
    return strcmp(one->covenant->fingerprint, other->covenant->fingerprint) < 0;
}

/* The first that began among those not looked at yet; NULL when none did. */
static struct known_covenant *next_begun(struct registry *registry, const bool *looked)
{
    struct known_covenant *next = NULL;

    for (size_t i = 0; i < registry->count; i++) {
        struct known_covenant *known = &registry->covenants[i];
        if (!looked[i] && known->began_ms != INT64_MAX && (!next || was_first(known, next)))
            next = known;
    }
    return next;
}

/* Only one line of versions counts: what begins beside one that had begun before it, does not. */
static void drop_second_lines(struct registry *registry)
{
    bool looked[REGISTRY_COVENANTS_MAX] = {false};
    struct known_covenant *known;

    while ((known = next_begun(registry, looked))) {
        for (size_t i = 0; i < registry->count; i++) {
            const struct known_covenant *first = &registry->covenants[i];
            if (looked[i] && first->began_ms != INT64_MAX && root_of(first) == root_of(known) &&
                !comes_after(known, first) && !comes_after(first, known))
                known->began_ms = INT64_MAX;
        }
        looked[known - registry->covenants] = true;
    }
}

/* A version is replaced by every later one that begins, also past one that never did. None
 * follows itself, because it names the hash of the one before it. */
static void order_versions(struct registry *registry)
{
    for (size_t i = 0; i < registry->count; i++) {
        struct known_covenant *known = &registry->covenants[i];
        known->earlier = previous_of(registry, known);
        known->began_ms = beginning_of(known);
        known->replaced_ms = INT64_MAX;
    }
    drop_second_lines(registry);
    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *later = &registry->covenants[i];
        for (struct known_covenant *earlier = later->earlier; earlier; earlier = earlier->earlier) {
            if (later->began_ms < earlier->replaced_ms)
                earlier->replaced_ms = later->began_ms;
        }
    }
}

static int rank_of(const struct known_covenant *known)
{
    if (known->began_ms != INT64_MAX && known->replaced_ms == INT64_MAX)
        return 0;
    return known->ours ? 1 : 2;
}

static int by_what_counts(const void *left, const void *right)
{
    const struct known_covenant *a = left, *b = right;
    const int rank = rank_of(a) - rank_of(b);

    return rank ? rank : strcmp(a->covenant->fingerprint, b->covenant->fingerprint);
}

/* What they say of each other is found anew, since it was where they stood before. */
static void order_all(struct registry *registry)
{
    order_versions(registry);
    qsort(registry->covenants, registry->count, sizeof registry->covenants[0], by_what_counts);
    order_versions(registry);
}

enum outcome registry_load(struct view *view, const struct code_lists *lists,
                           const struct oin *self, int64_t now_ms, struct registry **out_registry)
{
    struct registry *registry = calloc(1, sizeof *registry);
    struct loading loading = {.view = view, .lists = lists, .self = self, .registry = registry};
    enum outcome outcome;

    if (!registry)
        return OUTCOME_OUT_OF_MEMORY;
    atomic_init(&registry->users, 1);
    day_epoch(day_plus_months(amsterdam_day(now_ms), 6), loading.last_epoch);
    outcome = load_all(&loading);
    if (outcome != OUTCOME_OK) {
        registry_release(registry);
        return outcome;
    }
    order_all(registry);
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

static bool is_over(const struct known_covenant *known, int64_t now_ms)
{
    return day_compare(amsterdam_day(now_ms), known->covenant->valid_until) > 0;
}

/* Of two versions next to each other the earlier applies until the later has begun, or until its
 * own window is over. A proposal that nobody here judged takes no place: whoever makes one could
 * choose the parties that are told when a resident stops. */
static bool applies(const struct registry *registry, const struct known_covenant *known,
                    int64_t now_ms)
{
    if (known_is_replaced(known, now_ms) || !known->ours)
        return false;
    for (size_t i = 0; is_over(known, now_ms) && i < registry->count; i++) {
        if (registry->covenants[i].earlier == known && registry->covenants[i].ours)
            return false;
    }
    return !known->earlier || known->began_ms <= now_ms ||
           (is_over(known->earlier, now_ms) && !known_is_replaced(known->earlier, now_ms));
}

const struct known_covenant *registry_choose(const struct registry *registry, const char *id,
                                             int64_t now_ms)
{
    const struct known_covenant *chosen = NULL;

    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        if ((id && strcmp(known->covenant->id, id) != 0) || !applies(registry, known, now_ms))
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

enum verdict known_verdict(const struct known_covenant *known, const struct oin *oin)
{
    const struct party *party = covenant_party(known->covenant, oin);

    return party ? known->verdicts[covenant_party_index(known->covenant, party)] : VERDICT_NONE;
}

bool known_ever_agreed(const struct known_covenant *known, const struct oin *oin)
{
    const struct party *party = covenant_party(known->covenant, oin);

    return party && known->agreed_ms[covenant_party_index(known->covenant, party)] != INT64_MAX;
}

struct standing known_standing(const struct known_covenant *known, int64_t now_ms)
{
    struct standing standing = {.today = amsterdam_day(now_ms),
                                .has_successor = known_is_replaced(known, now_ms)};

    memcpy(standing.verdicts, known->verdicts, sizeof standing.verdicts);
    return standing;
}

const struct key_chain *known_chain(const struct known_covenant *known, const struct oin *oin)
{
    const struct party *party = covenant_party(known->covenant, oin);

    return party ? &known->chains[covenant_party_index(known->covenant, party)] : NULL;
}

const struct key_document *known_keys(const struct known_covenant *known, const struct oin *oin,
                                      int64_t at_s)
{
    const struct key_chain *chain = known_chain(known, oin);

    return chain && !chain->forked ? key_chain_at(chain, at_s) : NULL;
}

const struct key_document *known_keys_for(const struct known_covenant *known, const struct oin *oin,
                                          int64_t at_s, enum message_kind kind)
{
    const struct key_chain *chain = known_chain(known, oin);

    return chain && kind == MESSAGE_KIND_KEY_DOCUMENT ? key_chain_at(chain, at_s)
                                                      : known_keys(known, oin, at_s);
}

static enum outcome is_hinted_at(const struct key_chain *chain, size_t place, const char *hint,
                                 bool *out_is)
{
    char keyid[KEYID_TEXT_BYTES];

    *out_is = place < chain->count && place + SIGNERS_WITHOUT_HINT >= chain->count;
    if (!hint[0])
        return OUTCOME_OK;
    TRY(signing_keyid(chain->documents[place].signing_key, keyid));
    *out_is = strcmp(keyid, hint) == 0;
    return OUTCOME_OK;
}

enum outcome known_signer(const struct known_covenant *known, const struct oin *oin,
                          const char *hint, size_t which, const uint8_t **out_key)
{
    const struct key_chain *chain = known_chain(known, oin);

    for (size_t i = 0; chain && i < chain->kept; i++) {
        bool is;
        TRY(is_hinted_at(chain, i, hint, &is));
        if (!is || which-- > 0)
            continue;
        *out_key = chain->documents[i].signing_key;
        return OUTCOME_OK;
    }
    return OUTCOME_NOT_FOUND;
}

bool registry_is_forked(const struct registry *registry, const struct oin *oin, int64_t now_ms)
{
    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        const struct key_chain *chain = known_chain(known, oin);
        if (chain && chain->forked && !known_is_replaced(known, now_ms))
            return true;
    }
    return false;
}

const struct shared_key *known_shared_key(const struct known_covenant *known, const char *epoch)
{
    for (size_t i = 0; i < known->key_count; i++) {
        if (strcmp(known->keys[i].epoch, epoch) == 0)
            return &known->keys[i];
    }
    return NULL;
}

static bool is_in_force_from(const struct known_covenant *known, const struct article *article,
                             const struct party *from, const struct standing *standing)
{
    const struct covenant *covenant = known->covenant;

    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *to = &covenant->parties[i];
        if (to != from && article_has_recipient(covenant, article, to) &&
            article_in_force(covenant, article, from, to, standing) == FORCE_IN_FORCE)
            return true;
    }
    return false;
}

bool known_uses_tokens(const struct known_covenant *known, int64_t now_ms)
{
    const struct covenant *covenant = known->covenant;
    struct standing standing = known_standing(known, now_ms);

    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        for (size_t j = 0; article_uses_tokens(article) && j < covenant->parties_count; j++) {
            const struct party *from = &covenant->parties[j];
            if (article_has_sender(article, from) &&
                is_in_force_from(known, article, from, &standing))
                return true;
        }
    }
    return false;
}

bool known_is_replaced(const struct known_covenant *known, int64_t at_ms)
{
    return known->replaced_ms <= at_ms;
}

const struct known_covenant *registry_newest(const struct registry *registry,
                                             const struct known_covenant *known, int64_t at_ms)
{
    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *later = &registry->covenants[i];
        if (later->began_ms <= at_ms && !known_is_replaced(later, at_ms) &&
            comes_after(later, known))
            return later;
    }
    return known;
}
