/* SPDX-License-Identifier: EUPL-1.2 */
/* What a row leaves in the store of the corporation of the small town, and what it answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/basis_store.h"
#include "gateway/kept_signal.h"
#include "gateway/objections.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_records.h"
#include "tests/support/small_rows.h"
#include "tests/support/whole_rows.h"

/* --- handing in --- */

static enum intake_result hand_in(const struct import_row *row)
{
    struct small_intake s;
    enum intake_result result;

    small_intake_decide(&s, &small, row, 1);
    small_intake_store(&s);
    result = s.rows[0].result;
    small_intake_end(&s);
    return result;
}

static void assert_rows(enum table table, size_t count)
{
    assert_int_equal(rows_in(small.gateway.store, table), count);
}

static void assert_sent(size_t signals, size_t persons)
{
    assert_rows(TABLE_SENT, signals);
    assert_rows(TABLE_SENT_ORDER, signals);
    assert_rows(TABLE_QUEUE, signals);
    assert_rows(TABLE_PERSON, persons);
    assert_rows(TABLE_DOSSIER, persons);
}

static void assert_leaf(uint64_t sequence, const char *event, const char *result)
{
    OWNED_JSON leaf = leaf_json(small.gateway.store, sequence);

    assert_string_equal(json_string_value(json_object_get(leaf, "ev")), event);
    assert_string_equal(json_string_value(json_object_get(leaf, "out")), result);
}

/* --- counted --- */

static uint64_t count_of(const char *code, const char *area)
{
    char key[80];
    OWNED_BUFFER value = {0};
    struct date date = day_date(amsterdam_day(town.now_ms));

    snprintf(key, sizeof key, "%04d-%02d/%s/%s", date.year, date.month, code, area);
    if (value_in(small.gateway.store, TABLE_COUNT, bytes_of_text(key), &value) != OUTCOME_OK)
        return 0;
    assert_int_equal(value.length, 8);
    return read_u64(value.data);
}

static void a_counted_row_leaves_a_number_and_no_person(void **state)
{
    const struct import_row rows[] = {small_row(&town, "Z-1", "OVL.GELUID"),
                                      small_row(&town, "Z-2", "OVL.GELUID"),
                                      small_row(&town, "Z-3", "OVL.STANK")};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(hand_in(&rows[i]), INTAKE_COUNTED);
    assert_int_equal(count_of("OVL.GELUID", "CPL-VD-01"), 2);
    assert_int_equal(count_of("OVL.STANK", "CPL-VD-01"), 1);
    assert_rows(TABLE_COUNT, 2);
    assert_rows(TABLE_SOURCE, 3);
    assert_sent(0, 0);
    assert_rows(TABLE_BASIS, 0);
    assert_int_equal(audit_size(small.gateway.audit), 3);
    assert_leaf(0, "intake", "ok");
    assert_int_equal(small.queued_times, 0);
}

/* --- sent --- */

static void a_sent_row_leaves_all_that_belongs_to_it(void **state)
{
    const struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);

    (void)state;
    assert_int_equal(hand_in(&row), INTAKE_SENT_CONSENT);
    assert_sent(1, 1);
    assert_rows(TABLE_BASIS, 1);
    assert_rows(TABLE_SOURCE, 1);
    assert_rows(TABLE_COUNT, 0);
    assert_int_equal(audit_size(small.gateway.audit), 2);
    assert_leaf(0, "consent", "ok");
    assert_leaf(1, "intake", "ok");
    assert_int_equal(small.queued_times, 1);
}

/* The queue, the kept signal, the record of consent and the log speak of one dossier. */
static void all_of_one_row_is_under_one_dossier(void **state)
{
    const struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_KEPT_BASIS basis = {0};
    char record[UUID_TEXT_BYTES];
    struct queued queued;
    struct bytes key, value;
    struct view view;
    uint64_t sequence;

    (void)state;
    assert_int_equal(hand_in(&row), INTAKE_SENT_CONSENT);
    view_begin(small.gateway.store, &view);
    assert_int_equal(queue_next(&view, &town.parties[TEAM].oin, 0, &sequence, &queued), OUTCOME_OK);
    assert_int_equal(queued.kind, MESSAGE_KIND_SIGNAL);
    assert_int_equal(queued.role, ROLE_MELDER);
    assert_int_equal(queued.purpose, PURPOSE_TOELEIDING);
    assert_string_equal(queued.rule, "sociaal-renoveren-voorbeelddreef/1@1.2.0");
    view_end(&view);
    view_begin(small.gateway.store, &view);
    assert_int_equal(store_next(&view, TABLE_SENT, (struct bytes){0}, false, &key, &value),
                     OUTCOME_OK);
    assert_int_equal(kept_signal_read(value, &kept), OUTCOME_OK);
    assert_string_equal(kept.dossier, queued.dossier);
    assert_string_equal(kept.source_key, "Z-1");
    assert_string_equal(kept.actor, "P-1042");
    assert_int_equal(kept.received_ms, 0);
    assert_int_equal(basis_next(&view, queued.dossier, "", record), OUTCOME_OK);
    assert_int_equal(basis_get(&view, record, &basis), OUTCOME_OK);
    assert_string_equal(basis.basis->dossier, queued.dossier);
    assert_string_equal(basis.actor, "P-1042");
    assert_string_equal(basis.certificate, "");
    assert_true(basis_is_live(basis.basis, amsterdam_day(town.now_ms)));
    assert_int_equal(basis_next(&view, queued.dossier, record, record), OUTCOME_NOT_FOUND);
    assert_int_equal(store_next(&view, TABLE_PERSON, (struct bytes){0}, false, &key, &value),
                     OUTCOME_OK);
    assert_true(bytes_equal(key, bytes_of_text(queued.dossier)));
    view_end(&view);
}

static void rows_about_one_address_share_its_dossier(void **state)
{
    struct import_row rows[] = {small_row_consented(&town, "Z-1", "OVL.GELUID", -1),
                                small_row_arrears(&town, "Z-2"),
                                small_row_consented(&town, "Z-3", "OVL.GELUID", -1)};

    (void)state;
    snprintf(rows[2].contact.number, sizeof rows[2].contact.number, "7");
    assert_int_equal(hand_in(&rows[0]), INTAKE_SENT_CONSENT);
    assert_int_equal(hand_in(&rows[1]), INTAKE_SENT_LAW);
    assert_sent(2, 1);
    small_gateway_restart(&small);
    assert_int_equal(hand_in(&rows[2]), INTAKE_SENT_CONSENT);
    assert_sent(3, 2);
}

static void nothing_of_the_person_stands_readable_in_the_store(void **state)
{
    struct import_row row = small_row_consented(&town, "ZAAK-4711", "OVL.GELUID", -1);
    OWNED_BUFFER file = {0};

    (void)state;
    snprintf(row.contact.name, sizeof row.contact.name, "Vandersteen");
    snprintf(row.contact.phone, sizeof row.contact.phone, "0612345678");
    assert_int_equal(hand_in(&row), INTAKE_SENT_CONSENT);
    file = file_bytes(folder_path(&small.small.folder, "data/store/data.mdb"));
    assert_null(memmem(file.data, file.length, "Vandersteen", 11));
    assert_null(memmem(file.data, file.length, "0612345678", 10));
    assert_null(memmem(file.data, file.length, "1234AB", 6));
    assert_null(memmem(file.data, file.length, "ZAAK-4711", 9));
}

/* --- want of memory --- */

/* Once a row is acknowledged it is there whole: one without its item could never be delivered. */
static void x1_a_row_is_stored_whole_or_refused_when_memory_runs_out(void **state)
{
    size_t stored = 0;
    bool hit = true;

    (void)state;
    for (int lasts = 0; hit; lasts++) {
        struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
        struct small_intake s;
        enum outcome outcome;
        snprintf(row.source_key, sizeof row.source_key, "Z-%d", lasts);
        small_intake_decide(&s, &small, &row, 1);
        memory_lasts_for(lasts);
        outcome = small_intake_try(&s);
        hit = memory_ran_out();
        memory_lasts_for(-1);
        stored += outcome == OUTCOME_OK;
        assert_true(outcome == OUTCOME_OK || (hit && outcome == OUTCOME_OUT_OF_MEMORY));
        assert_rows(TABLE_SENT, stored);
        assert_rows(TABLE_QUEUE, stored);
        assert_rows_are_whole(small.gateway.store);
        small_intake_end(&s);
    }
}

/* --- known --- */

static void a_row_pushed_again_changes_nothing(void **state)
{
    const struct import_row sent = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    const struct import_row counted = small_row(&town, "Z-2", "OVL.GELUID");
    uint64_t leaves;

    (void)state;
    hand_in(&sent);
    hand_in(&counted);
    leaves = audit_size(small.gateway.audit);
    for (int i = 0; i < 2; i++) {
        struct import_row moved = sent;
        moved.row = 99; /* elsewhere in the file */
        assert_int_equal(hand_in(&moved), INTAKE_KNOWN);
        assert_int_equal(hand_in(&counted), INTAKE_KNOWN);
        small_gateway_restart(&small);
    }
    assert_sent(1, 1);
    assert_int_equal(count_of("OVL.GELUID", "CPL-VD-01"), 1);
    assert_int_equal(audit_size(small.gateway.audit), leaves);
}

static void a_counted_row_with_other_content_is_refused_as_changed(void **state)
{
    struct import_row row = small_row(&town, "Z-1", "OVL.GELUID");

    (void)state;
    assert_int_equal(hand_in(&row), INTAKE_COUNTED);
    snprintf(row.moment, sizeof row.moment, "RENOVATIE");
    assert_int_equal(hand_in(&row), INTAKE_REFUSED);
    assert_leaf(1, "deny", "denied");
}

/* What came of the changed row, and which signal it says that it replaces. */
static enum intake_result hand_in_changed(const struct import_row *row,
                                          char out_replaces[static UUID_TEXT_BYTES])
{
    struct small_intake s;
    enum intake_result result;

    small_intake_decide(&s, &small, row, 1);
    small_intake_store(&s);
    result = s.rows[0].result;
    memcpy(out_replaces, s.rows[0].replaces, UUID_TEXT_BYTES);
    small_intake_end(&s);
    return result;
}

static void a_row_with_other_content_recalls_what_it_sent(void **state)
{
    struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    char replaces[UUID_TEXT_BYTES];

    (void)state;
    hand_in(&row);
    snprintf(row.contact.phone, sizeof row.contact.phone, "0612345678");
    assert_int_equal(hand_in_changed(&row, replaces), INTAKE_SENT_CONSENT);
    assert_int_equal(replaces[14], '4');
    assert_rows(TABLE_SENT, 2);
    assert_rows(TABLE_QUEUE, 2); /* the recall and the new one: what waited is gone */
    assert_rows(TABLE_WITHDRAWAL, 1);
    assert_int_equal(hand_in(&row), INTAKE_KNOWN);
    /* As it was at first: that was recalled, and has no second life. */
    row.contact.phone[0] = '\0';
    assert_int_equal(hand_in_changed(&row, replaces), INTAKE_REFUSED);
    assert_rows(TABLE_QUEUE, 2); /* two recalls */
    assert_rows(TABLE_WITHDRAWAL, 2);
}

static void a_row_that_says_no_now_is_a_withdrawal(void **state)
{
    struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    struct import_row other = small_row_consented(&town, "Z-2", "OVL.GELUID", -1);
    char replaces[UUID_TEXT_BYTES];

    (void)state;
    hand_in(&row);
    row.consent = IMPORT_ANSWER_NO;
    row.consent_given.known = false;
    assert_int_equal(hand_in_changed(&row, replaces), INTAKE_COUNTED);
    assert_int_equal(replaces[14], '4');
    assert_rows(TABLE_WITHDRAWAL, 1);
    assert_rows(TABLE_QUEUE, 1); /* the withdrawal */
    assert_int_equal(hand_in(&other), INTAKE_REFUSED); /* the consent of that day is over */
}

static void a_fault_in_a_changed_row_takes_nothing_back(void **state)
{
    struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    char replaces[UUID_TEXT_BYTES];

    (void)state;
    hand_in(&row);
    row.contact.number[0] = '\0';
    row.contact.postcode[0] = '\0';
    assert_int_equal(hand_in_changed(&row, replaces), INTAKE_REFUSED);
    assert_string_equal(replaces, "");
    assert_rows(TABLE_WITHDRAWAL, 0);
    assert_sent(1, 1);
}

static void a_refused_row_may_be_corrected(void **state)
{
    struct import_row row = small_row_arrears(&town, "Z-1");

    (void)state;
    row.reminded.known = false;
    assert_int_equal(hand_in(&row), INTAKE_REFUSED);
    assert_rows(TABLE_SOURCE, 0);
    assert_sent(0, 0);
    assert_leaf(0, "deny", "denied");
    row.reminded = row.reported;
    assert_int_equal(hand_in(&row), INTAKE_SENT_LAW);
    assert_sent(1, 1);
}

static enum outcome object(struct change *change, struct audit *audit, void *context)
{
    const struct import_row *row = context;
    const struct gateway *gateway = &small.gateway;
    uint8_t hash[STORE_HASH_BYTES];
    struct identity identity;

    (void)audit;
    TRY(identity_pch(row->contact.postcode, row->contact.number, row->contact.letter,
                     row->contact.addition, &identity));
    TRY(dossier_hash_identity(gateway->store, gateway->local_id_key, &identity, hash));
    return objection_put(change, hash, PURPOSE_VROEGSIGNALERING, town.now_ms);
}

/* The file was exported before, and says "bezwaar nee". */
static void an_objection_at_the_desk_stops_what_is_pushed_later(void **state)
{
    struct import_row row = small_row_arrears(&town, "Z-1"), other;
    struct small_intake s;

    (void)state;
    small_intake_decide(&s, &small, &row, 1); /* decided before, stored after */
    small_gateway_write(&small, object, &row);
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_REFUSED);
    assert_int_equal(s.rows[0].refusal, REFUSAL_OBJECTION);
    small_intake_end(&s);
    assert_sent(0, 0);
    assert_rows(TABLE_SOURCE, 0);
    assert_leaf(0, "deny", "denied");
    row = small_row_consented(&town, "Z-2", "OVL.GELUID", -1); /* another purpose */
    assert_int_equal(hand_in(&row), INTAKE_SENT_CONSENT);
    other = small_row_arrears(&town, "Z-3"); /* another address */
    snprintf(other.contact.number, sizeof other.contact.number, "99");
    assert_int_equal(hand_in(&other), INTAKE_SENT_LAW);
}

static void one_key_twice_in_one_push_is_one_row(void **state)
{
    const struct import_row rows[] = {small_row_consented(&town, "Z-1", "OVL.GELUID", -1),
                                      small_row_consented(&town, "Z-1", "OVL.GELUID", -1),
                                      small_row_consented(&town, "Z-1", "OVL.BURENRUZIE", -1)};
    struct small_intake s;

    (void)state;
    small_intake_decide(&s, &small, rows, 3);
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_SENT_CONSENT);
    assert_int_equal(s.rows[1].result, INTAKE_KNOWN);
    assert_int_equal(s.rows[2].result, INTAKE_REFUSED);
    assert_int_equal(s.rows[2].refusal, REFUSAL_CHANGED);
    small_intake_end(&s);
    assert_sent(1, 1);
}

static void the_same_key_of_another_system_is_another_row(void **state)
{
    const struct import_row row = small_row(&town, "Z-1", "OVL.GELUID");
    struct small_intake s;

    (void)state;
    assert_int_equal(hand_in(&row), INTAKE_COUNTED);
    small_intake_decide(&s, &small, &row, 1);
    snprintf(s.intake.adapter, sizeof s.intake.adapter, "pagina");
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_COUNTED);
    small_intake_end(&s);
    assert_int_equal(count_of("OVL.GELUID", "CPL-VD-01"), 2);
}

/* Else who reported it goes away with a no that the clock takes back. */
static void l1_by_a_clock_in_doubt_the_time_refuses_no_row(void **state)
{
    static const struct {
        const char *code;
        int days; /* the consent's */
        enum outcome outcome;
    } rows[] = {{"OVL.GELUID", -1, OUTCOME_OK},
                {"OVL.GELUID", -800, OUTCOME_CLOCK_WRONG},
                {"OVL.GELUID", 1, OUTCOME_CLOCK_WRONG},
                {"OVL.BESTAATNIET", -800, OUTCOME_OK}}; /* refused, and not for the time */

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct import_row row = small_row_consented(&town, "Z-1", rows[i].code, rows[i].days);
        struct small_intake s;
        small_intake_decide(&s, &small, NULL, 0);
        s.call.call.in_doubt = true;
        s.intake.count = 1;
        s.rows[0].row = row;
        assert_int_equal(intake_decide(&s.intake, &s.rows[0]), rows[i].outcome);
        small_intake_end(&s);
    }
}

#define WITH_GATEWAY(fact)                                                                         \
    cmocka_unit_test_setup_teardown(fact, small_records_corporation, small_records_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(l1_by_a_clock_in_doubt_the_time_refuses_no_row),
        WITH_GATEWAY(a_counted_row_leaves_a_number_and_no_person),
        WITH_GATEWAY(a_sent_row_leaves_all_that_belongs_to_it),
        WITH_GATEWAY(all_of_one_row_is_under_one_dossier),
        WITH_GATEWAY(rows_about_one_address_share_its_dossier),
        WITH_GATEWAY(nothing_of_the_person_stands_readable_in_the_store),
        WITH_GATEWAY(x1_a_row_is_stored_whole_or_refused_when_memory_runs_out),
        WITH_GATEWAY(a_row_pushed_again_changes_nothing),
        WITH_GATEWAY(a_counted_row_with_other_content_is_refused_as_changed),
        WITH_GATEWAY(a_row_with_other_content_recalls_what_it_sent),
        WITH_GATEWAY(a_row_that_says_no_now_is_a_withdrawal),
        WITH_GATEWAY(a_fault_in_a_changed_row_takes_nothing_back),
        WITH_GATEWAY(a_refused_row_may_be_corrected),
        WITH_GATEWAY(an_objection_at_the_desk_stops_what_is_pushed_later),
        WITH_GATEWAY(one_key_twice_in_one_push_is_one_row),
        WITH_GATEWAY(the_same_key_of_another_system_is_another_row),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, small_records_town, small_records_town_end);
}
