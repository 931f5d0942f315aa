/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/clock.h"

enum {
    BLIND_BYTES = 32,
    BOOT_BYTES = 16,
    TAIL_CHECKED = 65536, /* leaves rehashed before serving */
};

static const char *const event_words[AUDIT_EVENT_COUNT] = {
#define AUDIT_EVENT_WORD(name, word) [AUDIT_##name] = word,
    AUDIT_EVENTS(AUDIT_EVENT_WORD)
#undef AUDIT_EVENT_WORD
};
static const char *const phase_words[] = {NULL, "intent", "outcome"};
static const char *const result_words[] = {"ok", "denied", "error"};
static const char *const field_names[AUDIT_FIELD_COUNT] = {"actor", "role", "subject", "purpose",
                                                           "objects"};

struct audit {
    struct store *store;
    struct note_key note_key;
    const struct signing_key *key;
    struct merkle_frontier frontier, mark;
    int64_t last_ms, mark_ms; /* of the last leaf: the log's time never runs back */
    uint64_t base;            /* position of its first leaf in the store */
    char boot[HEX_BYTES(BOOT_BYTES)];
};

const char *audit_event_word(enum audit_event event)
{
    return event_words[event];
}

bool audit_event_parse(const char *word, enum audit_event *out_event)
{
    for (unsigned i = 0; i < AUDIT_EVENT_COUNT; i++) {
        if (strcmp(word, event_words[i]) == 0) {
            *out_event = i;
            return true;
        }
    }
    return false;
}

const char *audit_field_name(enum audit_field field)
{
    return field_names[field];
}

uint64_t audit_size(const struct audit *audit)
{
    return audit->frontier.size;
}

uint64_t audit_mark_size(const struct audit *audit)
{
    return audit->mark.size;
}

uint64_t audit_base(const struct audit *audit)
{
    return audit->base;
}

struct store *audit_store(const struct audit *audit)
{
    return audit->store;
}

const struct note_key *audit_note_key(const struct audit *audit)
{
    return &audit->note_key;
}

/* --- one leaf --- */

static void add_member(struct buffer *out, const char *name, const char *value)
{
    if (!value)
        return;
    buffer_format(out, ",\"%s\":", name);
    buffer_add_json_text(out, value);
}

static enum outcome add_commitments(const struct audit_entry *entry, struct audit_leaf *leaf)
{
    uint8_t salts[AUDIT_FIELD_COUNT][COMMITMENT_SALT_BYTES];
    bool any = false;

    random_bytes(salts, sizeof salts);
    buffer_add_text(&leaf->middle, ",\"c\":{");
    for (unsigned i = 0; i < AUDIT_FIELD_COUNT; i++) {
        const char *value = entry->committed[i];
        char commitment[COMMITMENT_TEXT_BYTES];
        if (!value)
            continue;
        TRY(commitment_print(salts[i], field_names[i], bytes_of_text(value), commitment));
        buffer_format(&leaf->middle, "%s\"%s\":\"%s\"", any ? "," : "", field_names[i], commitment);
        buffer_format(&leaf->opening, "%s\"%s\":{\"zout\":\"", any ? "," : "{", field_names[i]);
        buffer_add_base64(&leaf->opening, bytes_of(salts[i], sizeof salts[i]));
        buffer_add_text(&leaf->opening, "\",\"waarde\":");
        buffer_add_json_text(&leaf->opening, value);
        buffer_add_byte(&leaf->opening, '}');
        any = true;
    }
    buffer_add_byte(&leaf->middle, '}');
    if (any)
        buffer_add_byte(&leaf->opening, '}');
    wipe(salts, sizeof salts);
    return OUTCOME_OK;
}

enum outcome audit_prepare(const struct audit_entry *entry, struct audit_leaf *out_leaf)
{
    struct buffer *out = &out_leaf->middle;
    uint8_t blind[BLIND_BYTES];

    out->length = 0;
    out_leaf->opening.length = 0;
    add_member(out, "ev", event_words[entry->event]);
    add_member(out, "ph", phase_words[entry->phase]);
    add_member(out, "out", result_words[entry->result]);
    add_member(out, "why", entry->why);
    add_member(out, "tx", entry->transaction);
    if (entry->item)
        buffer_format(out, ",\"i\":%d", entry->item);
    add_member(out, "src", entry->source);
    add_member(out, "dst", entry->destination);
    add_member(out, "svc", entry->service);
    if (entry->rule)
        buffer_format(out, ",\"pa\":\"urn:wijkpoort:%s\"", entry->rule);
    add_member(out, "rule", entry->rule);
    add_member(out, "rh", entry->covenant);
    add_member(out, "md", entry->digest);
    add_member(out, "ret", entry->rule ? "UITWISSELING" : "BEHEER");
    TRY(add_commitments(entry, out_leaf));
    random_bytes(blind, sizeof blind);
    buffer_add_text(out, ",\"n\":\"");
    buffer_add_base64(out, bytes_of(blind, sizeof blind));
    buffer_add_text(out, "\"}");
    TRY(buffer_outcome(out));
    TRY(buffer_outcome(&out_leaf->opening));
    return out_leaf->opening.length > AUDIT_OPENING_MAX_BYTES ? OUTCOME_INTERNAL : OUTCOME_OK;
}

void audit_leaf_wipe(struct audit_leaf *leaf)
{
    buffer_wipe(&leaf->middle);
    buffer_wipe(&leaf->opening);
}

/* `base` tells the logs of one store apart at every level, as it does for leaves. */
static void hash_key(uint64_t base, unsigned level, uint64_t index, uint8_t out[static 9])
{
    out[0] = (uint8_t)level;
    write_u64(out + 1, base | index);
}

static void put_hash(const struct audit *audit, struct change *change, unsigned level,
                     uint64_t index, const struct merkle_hash *hash)
{
    uint8_t key[9];

    hash_key(audit->base, level, index, key);
    store_put(change, TABLE_HASH, bytes_of(key, sizeof key), bytes_of(hash->bytes, sizeof *hash));
}

static enum outcome append_hash(struct audit *audit, struct change *change,
                                const struct merkle_hash *hash)
{
    uint64_t groups = audit->frontier.size + 1;
    struct merkle_rows rows;

    TRY(merkle_append(&audit->frontier, hash, &rows));
    put_hash(audit, change, 0, audit->frontier.size - 1, hash);
    for (size_t i = 0; i < rows.count; i++) {
        groups /= MERKLE_TILE_WIDTH;
        put_hash(audit, change, (unsigned)i + 1, groups - 1, &rows.hash[i]);
    }
    return OUTCOME_OK;
}

enum outcome audit_append(struct audit *audit, struct change *change, const struct audit_leaf *leaf,
                          struct merkle_hash *out_hash)
{
    OWNED_BUFFER text = {0};
    struct merkle_hash hash;
    uint8_t key[8];
    int64_t now_ms = clock_now_ms();

    if (now_ms < audit->last_ms)
        now_ms = audit->last_ms;
    write_u64(key, audit->base | audit->frontier.size);
    buffer_format(&text, "{\"v\":1,\"seq\":%llu,\"t\":%lld,\"boot\":\"%s\"",
                  (unsigned long long)audit->frontier.size, (long long)now_ms, audit->boot);
    buffer_add_buffer(&text, &leaf->middle);
    TRY(buffer_outcome(&text));
    if (text.length > AUDIT_LEAF_MAX_BYTES)
        return OUTCOME_INTERNAL;
    TRY(merkle_leaf(buffer_bytes(&text), &hash));
    store_put(change, TABLE_LEAF, bytes_of(key, sizeof key), buffer_bytes(&text));
    if (leaf->opening.length)
        store_put_sealed(change, TABLE_OPENING, bytes_of(key, sizeof key),
                         buffer_bytes(&leaf->opening));
    TRY(append_hash(audit, change, &hash));
    audit->last_ms = now_ms;
    if (out_hash)
        *out_hash = hash;
    return change->outcome;
}

enum outcome audit_record(struct audit *audit, struct change *change,
                          const struct audit_entry *entry)
{
    OWNED_AUDIT_LEAF leaf = {0};

    TRY(audit_prepare(entry, &leaf));
    return audit_append(audit, change, &leaf, NULL);
}

/* --- the batch --- */

void audit_mark(struct audit *audit)
{
    audit->mark = audit->frontier;
    audit->mark_ms = audit->last_ms;
}

void audit_undo(struct audit *audit)
{
    audit->frontier = audit->mark;
    audit->last_ms = audit->mark_ms;
}

static void put_meta(struct change *change, const char *name, struct bytes value)
{
    store_put(change, TABLE_META, bytes_of_text(name), value);
}

enum outcome audit_seal(struct audit *audit, struct change *change)
{
    OWNED_BUFFER note = {0}, frontier = {0};
    struct checkpoint checkpoint = {0};
    uint8_t time[8];

    if (audit->frontier.size == audit->mark.size)
        return change->outcome;
    snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", audit->note_key.name);
    checkpoint.size = audit->frontier.size;
    TRY(merkle_root(&audit->frontier, &checkpoint.root));
    TRY(checkpoint_sign(&checkpoint, audit->key, &note));
    merkle_frontier_print(&audit->frontier, &frontier);
    TRY(buffer_outcome(&frontier));
    write_u64(time, (uint64_t)audit->last_ms);
    put_meta(change, "log.checkpoint", buffer_bytes(&note));
    put_meta(change, "log.frontier", buffer_bytes(&frontier));
    put_meta(change, "log.time", bytes_of(time, sizeof time));
    return change->outcome;
}

enum outcome audit_checkpoint(struct view *view, struct bytes *out_note)
{
    return store_get(view, TABLE_META, bytes_of_text("log.checkpoint"), out_note);
}

/* --- opening --- */

struct opening { /* of the log, not of a leaf */
    const struct audit *audit;
    struct view *view;
};

static enum outcome stored_hash(const struct opening *log, unsigned level, uint64_t index,
                                struct merkle_hash *out)
{
    uint8_t key[9];
    struct bytes value;

    hash_key(log->audit->base, level, index, key);
    TRY(store_read_outcome(store_get(log->view, TABLE_HASH, bytes_of(key, sizeof key), &value)));
    if (value.length != sizeof *out)
        return OUTCOME_STORE_DAMAGED;
    memcpy(out->bytes, value.data, sizeof *out);
    return OUTCOME_OK;
}

/* The root of the newest full group of 2^bit leaves ending at `end`, from the rows. */
static enum outcome subtree(const struct opening *log, unsigned bit, uint64_t end,
                            struct merkle_hash *out)
{
    unsigned level = bit / 8, inner = bit % 8;
    uint64_t unit = (uint64_t)1 << (8 * level), count = (uint64_t)1 << inner;
    struct merkle_hash rows[MERKLE_TILE_WIDTH];

    for (uint64_t i = 0; i < count; i++)
        TRY(stored_hash(log, level, end / unit - count + i, &rows[i]));
    return merkle_root_of(rows, (size_t)count, out);
}

/* The frontier as the stored tree has it, to compare with the frontier as stored. */
static enum outcome check_tree(const struct opening *log)
{
    const struct merkle_frontier *frontier = &log->audit->frontier;
    uint64_t end = 0;

    for (int bit = MERKLE_HEIGHT_MAX - 1; bit >= 0; bit--) {
        struct merkle_hash hash;
        if (!(frontier->size >> bit & 1))
            continue;
        end += (uint64_t)1 << bit;
        /* merkle_root_of over tile rows is the same tree: a full group is a full subtree */
        if (bit % 8 == 0)
            TRY(stored_hash(log, (unsigned)bit / 8, end / ((uint64_t)1 << bit) - 1, &hash));
        else
            TRY(subtree(log, (unsigned)bit, end, &hash));
        if (!merkle_hash_equal(&hash, &frontier->at[bit]))
            return OUTCOME_STORE_DAMAGED;
    }
    return OUTCOME_OK;
}

/* The last `most` leaves against their hashes, and nothing after them. */
static enum outcome check_tail(const struct opening *log, uint64_t most)
{
    uint64_t size = log->audit->frontier.size, from = size > most ? size - most : 0;
    uint8_t key[8];

    for (uint64_t i = from; i < size; i++) {
        struct merkle_hash stored, computed;
        struct bytes leaf;
        write_u64(key, log->audit->base | i);
        TRY(store_read_outcome(store_get(log->view, TABLE_LEAF, bytes_of(key, sizeof key), &leaf)));
        TRY(merkle_leaf(leaf, &computed));
        TRY(stored_hash(log, 0, i, &stored));
        if (!merkle_hash_equal(&stored, &computed))
            return OUTCOME_STORE_DAMAGED;
    }
    write_u64(key, log->audit->base | size);
    return store_has(log->view, TABLE_LEAF, bytes_of(key, sizeof key)) ? OUTCOME_STORE_DAMAGED
                                                                       : OUTCOME_OK;
}

enum outcome audit_check_all(const struct audit *audit)
{
    enum outcome outcome;
    struct view view;

    view_begin(audit->store, &view);
    outcome = check_tail(&(struct opening){audit, &view}, UINT64_MAX);
    view_end(&view);
    return outcome;
}

/* It outlives the log: the time of the next one does not run back behind it. */
static enum outcome load_time(struct audit *audit, struct view *view)
{
    struct bytes value;

    TRY(store_get(view, TABLE_META, bytes_of_text("log.time"), &value));
    if (value.length != 8)
        return OUTCOME_STORE_DAMAGED;
    audit->last_ms = (int64_t)read_u64(value.data);
    return OUTCOME_OK;
}

static enum outcome load(struct audit *audit, struct view *view)
{
    const struct opening log = {audit, view};
    const enum outcome time = load_time(audit, view);
    struct checkpoint checkpoint;
    struct merkle_hash root;
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, bytes_of_text("log.frontier"), &value);

    if (outcome == OUTCOME_NOT_FOUND && (time == OUTCOME_OK || time == OUTCOME_NOT_FOUND))
        return check_tail(&log, TAIL_CHECKED); /* a new log: then nothing may be in it */
    TRY(outcome);
    TRY(merkle_frontier_parse(value, &audit->frontier));
    TRY(store_read_outcome(time));
    TRY(store_read_outcome(audit_checkpoint(view, &value)));
    TRY(store_read_outcome(
        checkpoint_verify(value, &audit->note_key, audit->note_key.name, &checkpoint)));
    TRY(merkle_root(&audit->frontier, &root));
    if (checkpoint.size != audit->frontier.size || !merkle_hash_equal(&root, &checkpoint.root))
        return OUTCOME_STORE_DAMAGED;
    TRY(check_tree(&log));
    return check_tail(&log, TAIL_CHECKED);
}

/* The origin of the first log, with this store's number in place of its 1. */
static enum outcome choose_log(struct audit *audit, struct view *view, const char *origin)
{
    char name[NOTE_NAME_BYTES];
    size_t length = strlen(origin);
    uint64_t number;

    TRY(audit_log_number(view, &number));
    if (length < 1 || length + 8 > sizeof name)
        return OUTCOME_INTERNAL;
    audit->base = (number - 1) << AUDIT_LOG_SHIFT;
    snprintf(name, sizeof name, "%.*s%llu", (int)length - 1, origin, (unsigned long long)number);
    return note_key_make(name, audit->key->public_key, &audit->note_key);
}

enum outcome audit_open(struct store *store, const char *origin, const struct signing_key *key,
                        struct audit **out_audit)
{
    struct audit *audit = calloc(1, sizeof *audit);
    uint8_t boot[BOOT_BYTES];
    enum outcome outcome;
    struct view view;

    if (!audit)
        return OUTCOME_OUT_OF_MEMORY;
    audit->store = store;
    audit->key = key;
    random_bytes(boot, sizeof boot);
    hex_encode(bytes_of(boot, sizeof boot), audit->boot);
    view_begin(store, &view);
    outcome = choose_log(audit, &view, origin);
    if (outcome == OUTCOME_OK)
        outcome = load(audit, &view);
    view_end(&view);
    if (outcome != OUTCOME_OK) {
        audit_close(audit);
        return outcome;
    }
    audit_mark(audit);
    *out_audit = audit;
    return OUTCOME_OK;
}

void audit_close(struct audit *audit)
{
    free(audit);
}
