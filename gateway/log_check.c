/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/log_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/checkpoint.h"
#include "crypto/record.h"
#include "crypto/sha256.h"

enum {
    LEVELS = MERKLE_TILE_LEVELS_MAX + 1,
    HASH_KEY_BYTES = 9,
    LOG_SHIFT = 40, /* a position is (number - 1) << LOG_SHIFT | sequence */
    NUMBER_TEXT_BYTES = 8,
};

void log_check_begin(const struct note_key *key, struct log_check *out_check)
{
    *out_check = (struct log_check){.key = key, .number = 1, .last_number = 1};
}

static struct bytes value_of(struct bytes stored)
{
    return stored.length < RECORD_TAGGED_EXTRA_BYTES
               ? (struct bytes){0}
               : bytes_of(stored.data + RECORD_TAGGED_EXTRA_BYTES,
                          stored.length - RECORD_TAGGED_EXTRA_BYTES);
}

/* Two levels are the same, row by row, when their digests are. */
static enum outcome add_hash(struct log_rows *rows, uint64_t position,
                             const struct merkle_hash *hash)
{
    uint8_t whole[sizeof rows->digest + 8 + sizeof hash->bytes];

    rows->count++;
    memcpy(whole, rows->digest, sizeof rows->digest);
    write_u64(whole + sizeof rows->digest, position);
    memcpy(whole + sizeof rows->digest + 8, hash->bytes, sizeof hash->bytes);
    return sha256(bytes_of(whole, sizeof whole), rows->digest);
}

/* --- META --- */

static enum outcome add_note(struct log_check *check, uint64_t number, struct bytes text)
{
    struct log_note *more = realloc(check->notes, (check->note_count + 1) * sizeof *more);

    if (!more)
        return OUTCOME_OUT_OF_MEMORY;
    check->notes = more;
    check->notes[check->note_count] = (struct log_note){.number = number};
    buffer_add_bytes(&check->notes[check->note_count].text, text);
    return buffer_outcome(&check->notes[check->note_count++].text);
}

static bool begins_with(struct bytes key, const char *text)
{
    const size_t length = strlen(text);

    return key.length >= length && bytes_equal(bytes_of(key.data, length), bytes_of(text, length));
}

/* The number behind "log.checkpoint."; 0 when it is none. */
static uint64_t number_behind(struct bytes key, size_t at)
{
    uint64_t number = 0;

    if (key.length - at > NUMBER_TEXT_BYTES)
        return 0;
    for (; at < key.length; at++) {
        if (key.data[at] < '0' || key.data[at] > '9')
            return 0;
        number = number * 10 + (uint64_t)(key.data[at] - '0');
    }
    return number;
}

static enum outcome take_meta(struct log_check *check, struct bytes key, struct bytes value)
{
    static const char newest[] = "log.checkpoint", earlier[] = "log.checkpoint.";

    if (bytes_equal(key, bytes_of_text(newest)))
        return add_note(check, 0, value);
    if (begins_with(key, earlier))
        return add_note(check, number_behind(key, strlen(earlier)), value);
    if (bytes_equal(key, bytes_of_text("log.number")))
        check->last_number = value.length == 8 ? read_u64(value.data) : 0;
    if (bytes_equal(key, bytes_of_text("log.frontier")))
        buffer_add_bytes(&check->edge, value);
    return buffer_outcome(&check->edge);
}

/* --- one log, whole --- */

static const struct log_note *note_of(const struct log_check *check, uint64_t number)
{
    for (size_t i = 0; i < check->note_count; i++) {
        if (check->notes[i].number == (number == check->last_number ? 0 : number))
            return &check->notes[i];
    }
    return NULL;
}

static enum outcome verify_note(const struct log_check *check, struct checkpoint *out)
{
    const struct log_note *note = note_of(check, check->number);
    const size_t length = strlen(check->key->name);
    char name[NOTE_NAME_BYTES + NUMBER_TEXT_BYTES];
    struct note_key key;

    if (!note || length == 0)
        return OUTCOME_STORE_DAMAGED;
    snprintf(name, sizeof name, "%.*s%" PRIu64, (int)length - 1, check->key->name, check->number);
    TRY(note_key_make(name, check->key->public_key, &key));
    return checkpoint_verify(buffer_bytes(&note->text), &key, name, out);
}

static enum outcome end_log(const struct log_check *check)
{
    struct checkpoint checkpoint;
    struct merkle_hash root;

    if (check->frontier.size == 0)
        return note_of(check, check->number) ? OUTCOME_STORE_DAMAGED : OUTCOME_OK;
    TRY(store_read_outcome(verify_note(check, &checkpoint)));
    TRY(merkle_root(&check->frontier, &root));
    return checkpoint.size == check->frontier.size && merkle_hash_equal(&root, &checkpoint.root)
               ? OUTCOME_OK
               : OUTCOME_STORE_DAMAGED;
}

static enum outcome begin_log(struct log_check *check, uint64_t number)
{
    if (number < check->number || number > check->last_number)
        return OUTCOME_STORE_DAMAGED;
    TRY(end_log(check));
    check->number = number;
    check->frontier = (struct merkle_frontier){0};
    return OUTCOME_OK;
}

/* --- rows --- */

static enum outcome take_leaf(struct log_check *check, struct bytes key, struct bytes leaf)
{
    uint64_t position, base, groups;
    struct merkle_rows rows;
    struct merkle_hash hash;

    if (key.length != 8)
        return OUTCOME_STORE_DAMAGED;
    position = read_u64(key.data);
    if ((position >> LOG_SHIFT) + 1 != check->number)
        TRY(begin_log(check, (position >> LOG_SHIFT) + 1));
    base = (check->number - 1) << LOG_SHIFT;
    if (position != (base | check->frontier.size))
        return OUTCOME_STORE_DAMAGED;
    TRY(merkle_leaf(leaf, &hash));
    TRY(merkle_append(&check->frontier, &hash, &rows));
    TRY(add_hash(&check->reckoned[0], position, &hash));
    groups = check->frontier.size;
    for (size_t i = 0; i < rows.count; i++) {
        groups /= MERKLE_TILE_WIDTH;
        TRY(add_hash(&check->reckoned[i + 1], base | (groups - 1), &rows.hash[i]));
    }
    return OUTCOME_OK;
}

static enum outcome take_hash(struct log_check *check, struct bytes key, struct bytes value)
{
    struct merkle_hash hash;

    if (key.length != HASH_KEY_BYTES || key.data[0] >= LEVELS || value.length != sizeof hash.bytes)
        return OUTCOME_STORE_DAMAGED;
    memcpy(hash.bytes, value.data, sizeof hash.bytes);
    return add_hash(&check->stored[key.data[0]], read_u64(key.data + 1), &hash);
}

/* What a log that was put back would leave behind: openings of leaves that are not there. */
static enum outcome take_opening(const struct log_check *check, struct bytes key)
{
    const uint64_t base = (check->number - 1) << LOG_SHIFT;

    return key.length == 8 && read_u64(key.data) < (base | check->frontier.size)
               ? OUTCOME_OK
               : OUTCOME_STORE_DAMAGED;
}

enum outcome log_check_row(struct log_check *check, enum table table, struct bytes key,
                           struct bytes stored)
{
    if (table == TABLE_LEAF)
        return take_leaf(check, key, value_of(stored));
    if (table == TABLE_HASH)
        return take_hash(check, key, value_of(stored));
    if (table == TABLE_OPENING)
        return take_opening(check, key);
    return table == TABLE_META ? take_meta(check, key, value_of(stored)) : OUTCOME_OK;
}

static bool levels_agree(const struct log_check *check)
{
    for (unsigned i = 0; i < LEVELS; i++) {
        const struct log_rows *stored = &check->stored[i], *reckoned = &check->reckoned[i];
        if (reckoned->count != stored->count ||
            !bytes_equal(bytes_of(reckoned->digest, sizeof reckoned->digest),
                         bytes_of(stored->digest, sizeof stored->digest)))
            return false;
    }
    return true;
}

static enum outcome check_edge(const struct log_check *check)
{
    OWNED_BUFFER edge = {0};

    if (check->frontier.size == 0 && check->edge.length == 0)
        return OUTCOME_OK;
    merkle_frontier_print(&check->frontier, &edge);
    TRY(buffer_outcome(&edge));
    return bytes_equal(buffer_bytes(&edge), buffer_bytes(&check->edge)) ? OUTCOME_OK
                                                                        : OUTCOME_STORE_DAMAGED;
}

enum outcome log_check_end(struct log_check *check)
{
    if (check->number != check->last_number)
        TRY(begin_log(check, check->last_number));
    TRY(end_log(check));
    TRY(check_edge(check));
    return levels_agree(check) ? OUTCOME_OK : OUTCOME_STORE_DAMAGED;
}

void log_check_wipe(struct log_check *check)
{
    for (size_t i = 0; i < check->note_count; i++)
        buffer_wipe(&check->notes[i].text);
    free(check->notes);
    buffer_wipe(&check->edge);
    *check = (struct log_check){0};
}
