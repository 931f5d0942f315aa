/* SPDX-License-Identifier: EUPL-1.2 */
/* One leaf, its commitments and its place; the tree is in test_audit_tree.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/commitment.h"
#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/clock.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_log.h"

#define OIN_A "00000099000000010000"
#define OIN_B "00000099000000020000"
#define TX    "01930000-0000-7000-8000-000000000001"
#define HEX   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct small_log log_;

/* As docs/audit-log.md has them, in its order. */
static const char *const members[] = {"v",    "seq", "t",  "boot", "ev",  "ph",  "out",
                                      "why",  "tx",  "i",  "src",  "dst", "svc", "pa",
                                      "rule", "rh",  "md", "ret",  "c",   "n"};
enum { MEMBERS = sizeof members / sizeof members[0] };

static struct audit_entry full_entry(void)
{
    return (struct audit_entry){
        .event = AUDIT_RECV,
        .phase = AUDIT_OUTCOME,
        .result = AUDIT_DENIED,
        .why = "GEEN_BEPALING",
        .transaction = TX,
        .item = 7,
        .source = OIN_A,
        .destination = OIN_B,
        .service = "signalen",
        .rule = "sociaal-renoveren/1@1.2.0",
        .covenant = HEX,
        .digest = HEX,
        .committed = {"P-1042", "MELDER", "D-000000000042", "TOELEIDING", "bestand \"één\".csv"},
    };
}

static void assert_text(const json_t *leaf, const char *name, const char *expected)
{
    const char *value = json_string_value(json_object_get(leaf, name));

    if (!expected) {
        assert_null(json_object_get(leaf, name));
        return;
    }
    assert_non_null(value);
    assert_string_equal(value, expected);
}

static bool documented(const char *name, size_t *from)
{
    while (*from < MEMBERS && strcmp(members[*from], name) != 0)
        ++*from;
    return (*from)++ < MEMBERS;
}

static void assert_members_are_documented_and_in_order(json_t *leaf)
{
    const char *name;
    json_t *value;
    size_t at = 0;

    json_object_foreach (leaf, name, value)
        assert_true(documented(name, &at));
}

/* Every commitment of the leaf opens to the value, and the value is nowhere in the leaf. */
static void assert_commitments_open(uint64_t sequence, const struct audit_entry *entry)
{
    OWNED_BUFFER text = leaf_at(log_.small.store, sequence);
    OWNED_BUFFER opening_text = opening_at(log_.small.store, sequence);
    OWNED_JSON leaf = leaf_json(log_.small.store, sequence);
    OWNED_JSON opening = NULL;
    const json_t *commitments = json_object_get(leaf, "c");
    size_t count = 0;

    assert_true(json_is_object(commitments));
    if (opening_text.length)
        assert_int_equal(json_read(buffer_bytes(&opening_text), AUDIT_LEAF_MAX_BYTES, &opening),
                         OUTCOME_OK);
    for (unsigned i = 0; i < AUDIT_FIELD_COUNT; i++) {
        const char *name = audit_field_name(i), *value = entry->committed[i];
        const json_t *opened = json_object_get(opening, name);
        const char *salt_text = json_string_value(json_object_get(opened, "zout"));
        uint8_t salt[COMMITMENT_SALT_BYTES];
        if (!value) {
            assert_null(json_object_get(commitments, name));
            assert_null(opened);
            continue;
        }
        count++;
        assert_string_equal(json_string_value(json_object_get(opened, "waarde")), value);
        assert_int_equal(base64_decode_exact(bytes_of_text(salt_text), salt, sizeof salt),
                         OUTCOME_OK);
        assert_int_equal(commitment_check(json_string_value(json_object_get(commitments, name)),
                                          salt, name, bytes_of_text(value)),
                         OUTCOME_OK);
        assert_int_equal(commitment_check(json_string_value(json_object_get(commitments, name)),
                                          salt, name, bytes_of_text("iets anders")),
                         OUTCOME_SIGNATURE_WRONG);
        if (strlen(value) > 5)
            assert_null(memmem(text.data, text.length, value, strlen(value)));
    }
    assert_int_equal(json_object_size(commitments), count);
    assert_int_equal(json_object_size(opening), count);
}

static void assert_leaf_says(uint64_t sequence, const struct audit_entry *entry)
{
    static const char *const phases[] = {NULL, "intent", "outcome"};
    static const char *const results[] = {"ok", "denied", "error"};
    OWNED_JSON leaf = leaf_json(log_.small.store, sequence);
    char activity[128];
    uint8_t bytes[32];

    assert_members_are_documented_and_in_order(leaf);
    assert_int_equal(json_integer_value(json_object_get(leaf, "v")), 1);
    assert_int_equal(json_integer_value(json_object_get(leaf, "seq")), sequence);
    assert_true(hex_decode(json_string_value(json_object_get(leaf, "boot")), bytes, 16));
    assert_text(leaf, "ev", audit_event_word(entry->event));
    assert_text(leaf, "ph", phases[entry->phase]);
    assert_text(leaf, "out", results[entry->result]);
    assert_text(leaf, "why", entry->why);
    assert_text(leaf, "tx", entry->transaction);
    assert_int_equal(json_integer_value(json_object_get(leaf, "i")), entry->item);
    assert_int_equal(json_object_get(leaf, "i") != NULL, entry->item != 0);
    assert_text(leaf, "src", entry->source);
    assert_text(leaf, "dst", entry->destination);
    assert_text(leaf, "svc", entry->service);
    snprintf(activity, sizeof activity, "urn:wijkpoort:%s", entry->rule ? entry->rule : "");
    assert_text(leaf, "pa", entry->rule ? activity : NULL);
    assert_text(leaf, "rule", entry->rule);
    assert_text(leaf, "rh", entry->covenant);
    assert_text(leaf, "md", entry->digest);
    assert_text(leaf, "ret", entry->rule ? "UITWISSELING" : "BEHEER");
    assert_int_equal(
        base64_decode_exact(bytes_of_text(json_string_value(json_object_get(leaf, "n"))), bytes,
                            sizeof bytes),
        OUTCOME_OK);
    assert_commitments_open(sequence, entry);
}

static void a_leaf_has_the_documented_members_in_order(void **state)
{
    const struct audit_entry entry = full_entry(), bare = {.event = AUDIT_START};

    (void)state;
    small_log_append(&log_, &entry);
    small_log_append(&log_, &bare);
    assert_leaf_says(0, &entry);
    assert_leaf_says(1, &bare);
    assert_int_equal(rows_in(log_.small.store, TABLE_OPENING), 1);
}

static void the_stored_bytes_are_as_documented(void **state)
{
    static const char begin[] = "{\"v\":1,\"seq\":0,\"t\":";
    static const char rest[] =
        "\"ev\":\"recv\",\"ph\":\"outcome\",\"out\":\"denied\",\"why\":\"GEEN_BEPALING\","
        "\"tx\":\"" TX "\",\"i\":7,\"src\":\"" OIN_A "\",\"dst\":\"" OIN_B
        "\",\"svc\":\"signalen\",\"pa\":\"urn:wijkpoort:sociaal-renoveren/1@1.2.0\","
        "\"rule\":\"sociaal-renoveren/1@1.2.0\",\"rh\":\"" HEX "\",\"md\":\"" HEX
        "\",\"ret\":\"UITWISSELING\",\"c\":{\"actor\":\"";
    const struct audit_entry entry = full_entry();
    OWNED_BUFFER leaf = {0};

    (void)state;
    small_log_append(&log_, &entry);
    leaf = leaf_at(log_.small.store, 0);
    assert_memory_equal(leaf.data, begin, sizeof begin - 1);
    assert_non_null(memmem(leaf.data, leaf.length, rest, sizeof rest - 1));
}

static const char *maybe(struct dice *dice, const char *value)
{
    return dice_coin(dice) ? value : NULL;
}

static void random_entries_make_leaves_that_say_the_same(void **state)
{
    struct dice dice = dice_throw_from(51);

    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        char values[AUDIT_FIELD_COUNT][100];
        struct audit_entry entry = full_entry();
        entry.event = (enum audit_event)dice_number(&dice, AUDIT_EVENT_COUNT);
        entry.phase = (enum audit_phase)dice_number(&dice, 3);
        entry.result = (enum audit_result)dice_number(&dice, 3);
        entry.item = (int)dice_number(&dice, 4) * 100;
        entry.why = maybe(&dice, entry.why);
        entry.transaction = maybe(&dice, entry.transaction);
        entry.source = maybe(&dice, entry.source);
        entry.destination = maybe(&dice, entry.destination);
        entry.service = maybe(&dice, entry.service);
        entry.rule = maybe(&dice, entry.rule);
        entry.covenant = maybe(&dice, entry.covenant);
        entry.digest = maybe(&dice, entry.digest);
        for (unsigned field = 0; field < AUDIT_FIELD_COUNT; field++) {
            dice_word(&dice, "abc\"\\\n\t/<>&'\x01\x7f ", 0, 90, values[field]);
            entry.committed[field] = maybe(&dice, values[field]);
        }
        small_log_append(&log_, &entry);
        assert_leaf_says(i, &entry);
    }
}

static void two_leaves_of_one_entry_share_no_salt_and_no_blinding(void **state)
{
    const struct audit_entry entry = full_entry();
    OWNED_JSON first = NULL;
    OWNED_JSON second = NULL;

    (void)state;
    small_log_append(&log_, &entry);
    small_log_append(&log_, &entry);
    first = leaf_json(log_.small.store, 0);
    second = leaf_json(log_.small.store, 1);
    assert_string_not_equal(json_string_value(json_object_get(first, "n")),
                            json_string_value(json_object_get(second, "n")));
    for (unsigned i = 0; i < AUDIT_FIELD_COUNT; i++)
        assert_string_not_equal(
            json_string_value(json_object_get(json_object_get(first, "c"), audit_field_name(i))),
            json_string_value(json_object_get(json_object_get(second, "c"), audit_field_name(i))));
}

static void every_event_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < AUDIT_EVENT_COUNT; i++) {
        enum audit_event event = AUDIT_EVENT_COUNT;
        assert_true(audit_event_parse(audit_event_word(i), &event));
        assert_int_equal(event, i);
    }
    for (unsigned i = 0; i < 3; i++) {
        enum audit_event event = AUDIT_FILL;
        assert_false(audit_event_parse((const char *[]){"", "RECV", "recv "}[i], &event));
        assert_int_equal(event, AUDIT_FILL);
    }
}

/* --- time --- */

static int64_t time_of(uint64_t sequence)
{
    OWNED_JSON leaf = leaf_json(log_.small.store, sequence);

    return json_integer_value(json_object_get(leaf, "t"));
}

static void put_time(int64_t ms)
{
    struct change *change = change_of(log_.small.store);
    uint8_t time[8];

    write_u64(time, (uint64_t)ms);
    store_put(change, TABLE_META, bytes_of_text("log.time"), bytes_of(time, sizeof time));
    change_done(change);
}

static void a_leaf_tells_when_it_was_written(void **state)
{
    const struct audit_entry entry = full_entry();
    int64_t before = clock_now_ms();

    (void)state;
    small_log_append(&log_, &entry);
    assert_in_range(time_of(0), before, clock_now_ms());
}

/* The clock was put back an hour while the gateway was down. */
static void time_never_runs_back(void **state)
{
    const struct audit_entry entry = full_entry();
    int64_t ahead = clock_now_ms() + 3600 * 1000;

    (void)state;
    small_log_append(&log_, &entry);
    put_time(ahead);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    small_log_append(&log_, &entry);
    small_log_append(&log_, &entry);
    assert_int_equal(time_of(1), ahead);
    assert_int_equal(time_of(2), ahead);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    small_log_append(&log_, &entry);
    assert_int_equal(time_of(3), ahead);
}

static void each_start_has_its_own_boot(void **state)
{
    const struct audit_entry entry = full_entry();
    OWNED_JSON first = NULL;
    OWNED_JSON second = NULL;
    OWNED_JSON third = NULL;

    (void)state;
    small_log_append(&log_, &entry);
    small_log_append(&log_, &entry);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
    small_log_append(&log_, &entry);
    first = leaf_json(log_.small.store, 0);
    second = leaf_json(log_.small.store, 1);
    third = leaf_json(log_.small.store, 2);
    assert_string_equal(json_string_value(json_object_get(first, "boot")),
                        json_string_value(json_object_get(second, "boot")));
    assert_string_not_equal(json_string_value(json_object_get(first, "boot")),
                            json_string_value(json_object_get(third, "boot")));
}

/* --- what must fail --- */

static void a_leaf_over_the_limit_is_our_own_fault_and_leaves_no_trace(void **state)
{
    static char rule[AUDIT_LEAF_MAX_BYTES + 1];
    struct audit_entry entry = full_entry();
    struct change *change = change_of(log_.small.store);

    (void)state;
    memset(rule, 'r', sizeof rule - 1);
    entry.rule = rule;
    assert_int_equal(audit_record(log_.audit, change, &entry), OUTCOME_INTERNAL);
    assert_int_equal(audit_size(log_.audit), 0);
    change_dropped(change);
}

static void an_opening_of_any_value_is_read_back_or_not_written(void **state)
{
    static char value[AUDIT_OPENING_MAX_BYTES];
    struct audit_entry entry = full_entry();
    OWNED_AUDIT_LEAF leaf = {0};
    OWNED_BUFFER kept = {0};

    (void)state;
    entry.committed[AUDIT_OBJECTS] = value;
    memset(value, 1, AUDIT_LEAF_MAX_BYTES / 3); /* six bytes each once escaped */
    small_log_append(&log_, &entry);
    kept = opening_at(log_.small.store, 0);
    assert_true(kept.length > AUDIT_LEAF_MAX_BYTES && kept.length <= AUDIT_OPENING_MAX_BYTES);
    memset(value, 1, sizeof value / 6);
    assert_int_equal(audit_prepare(&entry, &leaf), OUTCOME_INTERNAL);
}

static enum outcome prepare(const struct audit_entry *entry, struct audit_leaf *leaf)
{
    enum outcome outcome = audit_prepare(entry, leaf);

    if (outcome != OUTCOME_OK)
        audit_leaf_wipe(leaf);
    return outcome;
}

static void scarce_memory_is_told(void **state)
{
    const struct audit_entry entry = full_entry();
    struct audit_leaf leaf = {0};
    struct audit *audit = NULL;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, prepare(&entry, &leaf), audit_leaf_wipe(&leaf));
    assert_int_equal(outcome, OUTCOME_OK);
    small_log_append(&log_, &entry);
    WITH_SCARCE_MEMORY(outcome, audit_open(log_.small.store, SMALL_ORIGIN, &log_.key, &audit),
                       audit_close(audit));
    assert_int_equal(outcome, OUTCOME_OK);
}

static enum outcome write_leaf(const struct audit_entry *entry)
{
    struct change *change = change_of(log_.small.store);
    enum outcome outcome;

    audit_mark(log_.audit);
    outcome = audit_record(log_.audit, change, entry);
    if (outcome == OUTCOME_OK)
        outcome = audit_seal(log_.audit, change);
    if (outcome == OUTCOME_OK)
        return change_tried(change);
    audit_undo(log_.audit);
    change_dropped(change);
    return outcome;
}

static void scarce_memory_while_writing_leaves_no_trace(void **state)
{
    const struct audit_entry entry = full_entry();
    enum outcome outcome;
    int lasts = 1; /* the change itself */

    (void)state;
    do {
        memory_lasts_for(lasts++);
        outcome = write_leaf(&entry);
        memory_lasts_for(-1);
        assert_int_equal(rows_in(log_.small.store, TABLE_LEAF), outcome == OUTCOME_OK);
        if (outcome != OUTCOME_OK)
            assert_int_equal(outcome, OUTCOME_OUT_OF_MEMORY);
    } while (outcome != OUTCOME_OK);
    assert_true(lasts > 5);
    assert_leaf_says(0, &entry);
    assert_int_equal(small_log_reopen(&log_), OUTCOME_OK);
}

static int make_log(void **state)
{
    (void)state;
    small_log_make(&log_);
    return 0;
}

static int end_log(void **state)
{
    (void)state;
    small_log_end(&log_);
    return 0;
}

#define WITH_LOG(fact) cmocka_unit_test_setup_teardown(fact, make_log, end_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(a_leaf_has_the_documented_members_in_order),
        WITH_LOG(the_stored_bytes_are_as_documented),
        WITH_LOG(random_entries_make_leaves_that_say_the_same),
        WITH_LOG(two_leaves_of_one_entry_share_no_salt_and_no_blinding),
        WITH_LOG(every_event_has_a_word_of_its_own),
        WITH_LOG(a_leaf_tells_when_it_was_written),
        WITH_LOG(time_never_runs_back),
        WITH_LOG(each_start_has_its_own_boot),
        WITH_LOG(a_leaf_over_the_limit_is_our_own_fault_and_leaves_no_trace),
        WITH_LOG(an_opening_of_any_value_is_read_back_or_not_written),
        WITH_LOG(scarce_memory_is_told),
        WITH_LOG(scarce_memory_while_writing_leaves_no_trace),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
