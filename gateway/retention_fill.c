/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/retention_fill.h"

#include <string.h>

#include "gateway/basis_store.h"
#include "gateway/kept_signal.h"

enum { PIECE_ROWS = 128 };

struct filling {
    struct gateway *gateway;
    struct retention_watch *watch;
    /* of this piece, set anew by each run of it: */
    uint8_t key[64];
    size_t length;
    bool at_end;
};

/* Kept until it is looked at on the first day it can be: nothing that came before was planned. */
static enum outcome plan_signal(struct gateway *gateway, struct change *change,
                                enum record_kind kind, uint64_t sequence, struct uuid id)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    const enum table table = kind == RECORD_RECEIVED ? TABLE_INBOX : TABLE_SENT;
    struct retained retained = {.kind = kind, .id = id, .sequence = sequence};
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    const struct known_covenant *known;
    const struct article *article;
    struct bytes value;
    enum outcome outcome =
        store_get(&change->view, table, bytes_of(id.bytes, sizeof id.bytes), &value);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    known = registry_find(registry, kept.covenant);
    article = known ? covenant_article(known->covenant, signal.article) : NULL;
    if (!article) /* every covenant that was ever here still is */
        return OUTCOME_STORE_DAMAGED;
    memcpy(retained.dossier, kept.dossier, sizeof retained.dossier);
    retained.look = retained_signal_until(kept.taken_ms, article->retention_days);
    retained_put(change, &retained);
    return change->outcome;
}

static enum outcome fill_ordered(struct gateway *gateway, struct change *change,
                                 enum record_kind kind, struct bytes key, struct bytes value)
{
    struct uuid id;
    uint64_t sequence;

    if (key.length != 8 || value.length != sizeof id.bytes)
        return OUTCOME_STORE_DAMAGED;
    sequence = read_u64(key.data);
    memcpy(id.bytes, value.data, sizeof id.bytes);
    return plan_signal(gateway, change, kind, sequence, id);
}

static enum outcome fill_basis(struct change *change, struct bytes key)
{
    OWNED_KEPT_BASIS kept = {0};
    char id[UUID_TEXT_BYTES] = "";

    if (key.length != UUID_TEXT_BYTES - 1)
        return OUTCOME_STORE_DAMAGED;
    memcpy(id, key.data, key.length);
    TRY(basis_get(&change->view, id, &kept));
    return basis_put(change, &kept);
}

static enum outcome fill_link(struct change *change, struct bytes key)
{
    uint8_t hash[STORE_HASH_BYTES];
    char dossier[DOSSIER_BYTES] = "";

    if (key.length != sizeof hash + sizeof dossier - 1)
        return OUTCOME_STORE_DAMAGED;
    memcpy(hash, key.data, sizeof hash);
    memcpy(dossier, key.data + sizeof hash, sizeof dossier - 1);
    dossier_link(change, hash, dossier);
    return change->outcome;
}

static const enum table tables[] = {TABLE_INBOX_ORDER, TABLE_SENT_ORDER, TABLE_BASIS,
                                    TABLE_DOSSIER};
enum { TABLES_FILLED = sizeof tables / sizeof tables[0] };

static enum outcome fill_row(struct filling *filling, struct change *change, enum table table,
                             struct bytes key, struct bytes value)
{
    if (table == TABLE_INBOX_ORDER)
        return fill_ordered(filling->gateway, change, RECORD_RECEIVED, key, value);
    if (table == TABLE_SENT_ORDER)
        return fill_ordered(filling->gateway, change, RECORD_SENT, key, value);
    return table == TABLE_BASIS ? fill_basis(change, key) : fill_link(change, key);
}

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    struct filling *filling = context;
    const enum table table = tables[filling->watch->fill_table];

    (void)audit;
    filling->at_end = false;
    filling->length = filling->watch->fill_length;
    memcpy(filling->key, filling->watch->fill, filling->length);
    for (int i = 0; i < PIECE_ROWS; i++) {
        struct bytes key, value;
        enum outcome outcome =
            store_next(&change->view, table, bytes_of(filling->key, filling->length),
                       filling->length > 0, &key, &value);
        filling->at_end = outcome == OUTCOME_NOT_FOUND;
        if (filling->at_end)
            break;
        TRY(outcome);
        if (key.length > sizeof filling->key)
            return OUTCOME_STORE_DAMAGED;
        memcpy(filling->key, key.data, key.length);
        filling->length = key.length;
        TRY(fill_row(filling, change, table, bytes_of(filling->key, filling->length), value));
    }
    return change->outcome;
}

enum outcome retention_fill(struct gateway *gateway, struct retention_watch *watch,
                            bool *out_filled)
{
    struct filling filling = {.gateway = gateway, .watch = watch};

    *out_filled = false;
    TRY(writer_run(gateway->writer, apply, &filling));
    memcpy(watch->fill, filling.key, filling.length);
    watch->fill_length = filling.at_end ? 0 : filling.length;
    watch->fill_table += filling.at_end;
    *out_filled = watch->fill_table == TABLES_FILLED;
    if (*out_filled)
        watch->fill_table = 0;
    return OUTCOME_OK;
}
