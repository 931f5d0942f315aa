/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/small_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "crypto/json.h"

void small_log_make(struct small_log *log)
{
    *log = (struct small_log){0};
    small_store_make(&log->small);
    assert_int_equal(signing_key_new(&log->key), OUTCOME_OK);
    assert_int_equal(audit_open(log->small.store, SMALL_ORIGIN, &log->key, &log->audit),
                     OUTCOME_OK);
}

enum outcome small_log_reopen(struct small_log *log)
{
    audit_close(log->audit);
    log->audit = NULL;
    small_store_reopen(&log->small);
    return audit_open(log->small.store, SMALL_ORIGIN, &log->key, &log->audit);
}

void small_log_end(struct small_log *log)
{
    audit_close(log->audit);
    signing_key_wipe(&log->key);
    small_store_end(&log->small);
}

void small_log_append(struct small_log *log, const struct audit_entry *entry)
{
    struct change *change = change_of(log->small.store);

    audit_mark(log->audit);
    assert_int_equal(audit_record(log->audit, change, entry), OUTCOME_OK);
    assert_int_equal(audit_seal(log->audit, change), OUTCOME_OK);
    change_done(change);
}

void small_log_fill(struct small_log *log, size_t count)
{
    struct change *change = change_of(log->small.store);

    audit_mark(log->audit);
    for (size_t i = 0; i < count; i++) {
        char number[24];
        struct audit_entry entry = {
            .event = AUDIT_INTAKE, .item = (int)i + 1, .committed = {[AUDIT_OBJECTS] = number}};
        snprintf(number, sizeof number, "%zu", i);
        assert_int_equal(audit_record(log->audit, change, &entry), OUTCOME_OK);
    }
    assert_int_equal(audit_seal(log->audit, change), OUTCOME_OK);
    change_done(change);
}

struct buffer leaf_at(struct store *store, uint64_t sequence)
{
    struct buffer leaf = {0};
    uint8_t key[8];

    write_u64(key, sequence);
    assert_int_equal(value_in(store, TABLE_LEAF, bytes_of(key, sizeof key), &leaf), OUTCOME_OK);
    return leaf;
}

struct buffer opening_at(struct store *store, uint64_t sequence)
{
    struct buffer opening = {0};
    uint8_t key[8];
    enum outcome outcome;

    write_u64(key, sequence);
    outcome = value_in(store, TABLE_OPENING, bytes_of(key, sizeof key), &opening);
    assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_NOT_FOUND);
    return opening;
}

json_t *leaf_json(struct store *store, uint64_t sequence)
{
    OWNED_BUFFER leaf = leaf_at(store, sequence);
    json_t *object = NULL;

    assert_int_equal(json_read(buffer_bytes(&leaf), AUDIT_LEAF_MAX_BYTES, &object), OUTCOME_OK);
    return object;
}
