/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/covenant_prune.h"

#include <string.h>

#include "gateway/notices.h"

enum { MONTH_DAYS = 31 };

struct pruning {
    struct gateway *gateway;
    struct registry *registry;
    int64_t before_ms; /* replaced before this */
    size_t count;
    const struct known_covenant *goes[REGISTRY_COVENANTS_MAX];
};

/* --- which may go --- */

static bool is_followed(const struct pruning *pruning, const struct known_covenant *known,
                        bool by_one_that_never_began)
{
    for (size_t i = 0; i < pruning->registry->count; i++) {
        const struct known_covenant *other = &pruning->registry->covenants[i];
        if (other->earlier == known &&
            (!by_one_that_never_began ||
             (other->began_ms == INT64_MAX && other->replaced_ms == INT64_MAX)))
            return true;
    }
    return false;
}

/* Nothing older is left that would count again without it, and what follows it can stand alone. */
static bool may_go(const struct pruning *pruning, const struct known_covenant *known)
{
    if (known->began_ms == INT64_MAX && known->earlier &&
        known->earlier->replaced_ms <= pruning->before_ms)
        return !is_followed(pruning, known, false);
    return !known->earlier && known->replaced_ms <= pruning->before_ms &&
           !is_followed(pruning, known, true);
}

/* What speaks of a covenant only because it is one, and what is no record of anybody's. Whatever
 * else is kept, also in a table that is new, is looked through. */
static const bool is_passed_over[TABLE_TOTAL] = {
    [TABLE_LEAF] = true,         [TABLE_HASH] = true,      [TABLE_OPENING] = true,
    [TABLE_COVENANT] = true,     [TABLE_STATEMENT] = true, [TABLE_COVENANT_ORIGIN] = true,
    [TABLE_NOTICE] = true,       [TABLE_ITEM_SEEN] = true, [TABLE_MESSAGE_SEEN] = true,
    [TABLE_DATA_KEY] = true,     [TABLE_ENTRY] = true,     [TABLE_INDEX_META] = true,
};

static void keep_named(struct pruning *pruning, struct bytes value)
{
    size_t kept = 0;

    for (size_t i = 0; i < pruning->count; i++) {
        const char *fingerprint = pruning->goes[i]->covenant->fingerprint;
        if (!value.length ||
            !memmem(value.data, value.length, fingerprint, SHA256_HEX_BYTES - 1))
            pruning->goes[kept++] = pruning->goes[i];
    }
    pruning->count = kept;
}

static enum outcome look_through(struct pruning *pruning, struct view *view, enum table table)
{
    OWNED_BUFFER from = {0};
    struct bytes key, value;
    enum outcome outcome;

    while (pruning->count) {
        outcome =
            store_next(view, table, buffer_bytes(&from), from.length > 0, &key, &value);
        if (outcome == OUTCOME_NOT_FOUND)
            break;
        TRY(outcome);
        keep_named(pruning, value);
        from.length = 0;
        buffer_add_bytes(&from, key);
        TRY(buffer_outcome(&from));
    }
    return OUTCOME_OK;
}

static enum outcome find(struct pruning *pruning)
{
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    for (size_t i = 0; i < pruning->registry->count; i++) {
        if (may_go(pruning, &pruning->registry->covenants[i]))
            pruning->goes[pruning->count++] = &pruning->registry->covenants[i];
    }
    view_begin(pruning->gateway->store, &view);
    for (unsigned table = 0; outcome == OUTCOME_OK && pruning->count && table < TABLE_TOTAL;
         table++) {
        if (!is_passed_over[table])
            outcome = look_through(pruning, &view, (enum table)table);
    }
    view_end(&view);
    return outcome;
}

/* --- they go --- */

static enum outcome delete_statements(struct change *change, const char *fingerprint)
{
    OWNED_BUFFER from = {0};
    struct bytes key, value;
    enum outcome outcome;

    buffer_add_text(&from, fingerprint);
    TRY(buffer_outcome(&from));
    while ((outcome = store_next(&change->view, TABLE_STATEMENT, buffer_bytes(&from), false, &key,
                                 &value)) == OUTCOME_OK) {
        OWNED_BUFFER place = {0};
        if (key.length < SHA256_HEX_BYTES - 1 ||
            !bytes_equal(bytes_of(key.data, SHA256_HEX_BYTES - 1), bytes_of_text(fingerprint)))
            break;
        buffer_add_bytes(&place, key); /* deleting moves the reading on */
        TRY(buffer_outcome(&place));
        store_delete(change, TABLE_STATEMENT, buffer_bytes(&place));
    }
    return outcome == OUTCOME_OK || outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}

static enum outcome delete_version(const struct pruning *pruning, struct change *change,
                                   const struct covenant *covenant)
{
    const struct audit_entry entry = {
        .event = AUDIT_POLICY,
        .source = pruning->gateway->settings->oin.text,
        .service = "convenanten",
        .covenant = covenant->fingerprint,
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM),
                      [AUDIT_OBJECTS] = covenant->reference},
    };
    struct bytes key = bytes_of_text(covenant->fingerprint);

    TRY(delete_statements(change, covenant->fingerprint));
    TRY(notices_delete(change, covenant->fingerprint));
    if (store_has(&change->view, TABLE_COVENANT_ORIGIN, key))
        store_delete(change, TABLE_COVENANT_ORIGIN, key);
    store_delete(change, TABLE_COVENANT, key);
    return audit_record(pruning->gateway->audit, change, &entry);
}

static enum outcome apply_prune(struct change *change, struct audit *audit, void *context)
{
    const struct pruning *pruning = context;

    (void)audit;
    for (size_t i = 0; i < pruning->count; i++)
        TRY(delete_version(pruning, change, pruning->goes[i]->covenant));
    return gateway_reload(pruning->gateway, &change->view);
}

enum outcome covenant_prune(struct gateway *gateway, int64_t now_ms, size_t *out_gone)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    struct pruning pruning = {.gateway = gateway,
                              .registry = registry,
                              .before_ms = now_ms - MONTH_DAYS * (int64_t)DAY_MS};

    TRY(find(&pruning));
    if (pruning.count)
        TRY(writer_run(gateway->writer, apply_prune, &pruning));
    *out_gone = pruning.count;
    return OUTCOME_OK;
}

enum outcome covenant_prune_look(struct prune_watch *watch, struct gateway *gateway, int64_t now_ms)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    size_t gone;

    if (registry->count <= REGISTRY_COVENANTS_MAX / 2 ||
        (watch->looked_ms && now_ms - watch->looked_ms < DAY_MS && now_ms >= watch->looked_ms))
        return OUTCOME_OK;
    watch->looked_ms = now_ms;
    return covenant_prune(gateway, now_ms, &gone);
}
