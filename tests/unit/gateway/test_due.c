/* SPDX-License-Identifier: EUPL-1.2 */
/* Terms of signals at the team of the small town, which got them, and at the corporation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/due.h"
#include "gateway/erasure.h"
#include "gateway/escalation.h"
#include "gateway/late_counts.h"
#include "gateway/store_damage.h"
#include "tests/support/small_gateway.h"

enum { MANY = 300 };

static struct small_town town;
static struct small_gateway small;
static const struct terms terms = {
    .confirm_workdays = 2, .decide_workdays = 10, .outcome_days = 28};

/* --- a signal, as the store has it --- */

struct one {
    enum due_side side;
    char id[UUID_TEXT_BYTES];
    int64_t received_ms;
    const char *actor;
    enum answer answers[4]; /* ANSWER_ONTV: no more */
    struct day next_day;
    bool refused;
};

static enum outcome put(struct change *change, struct audit *audit, void *context)
{
    const struct one *one = context;
    const struct known_covenant *known = small_gateway_known(&small);
    const bool sent = one->side == DUE_SENT;
    OWNED_KEPT_SIGNAL kept = {.partner = town.parties[sent ? TEAM : CORPORATION].oin,
                              .taken_ms = one->received_ms,
                              .received_ms = one->received_ms};
    struct signal signal = {.article = 1,
                            .purpose = PURPOSE_TOELEIDING,
                            .code = "OVL.BURENRUZIE",
                            .holder = town.parties[TEAM].oin,
                            .lead = town.parties[MUNICIPALITY].oin,
                            .sent_ms = instant_hour(one->received_ms),
                            .fields = bit_of(FIELD_WEEK),
                            .week = {2026, 49}};
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    (void)audit;
    memcpy(signal.id, one->id, sizeof signal.id);
    snprintf(signal.covenant, sizeof signal.covenant, "%s", known->covenant->reference);
    memcpy(kept.covenant, known->covenant->fingerprint, sizeof kept.covenant);
    snprintf(kept.actor, sizeof kept.actor, "%s", one->actor ? one->actor : "");
    memcpy(kept.dossier, "D-0123456789012345", DOSSIER_BYTES);
    if (one->refused)
        memcpy(kept.refusal, "TE_LAAT", sizeof "TE_LAAT");
    for (size_t i = 0; i < 4 && one->answers[i] != ANSWER_ONTV; i++) {
        struct feedback *answer = &kept.answers[kept.answer_count++];
        *answer =
            (struct feedback){.code = one->answers[i], .on = {20000}, .next_step = NEXT_STEP_COUNT};
        if (one->answers[i] == ANSWER_GEHV) {
            answer->next_step = NEXT_STEP_HERHAALBEZOEK;
            answer->has_next_day = true;
            answer->next_day = one->next_day;
        }
        uuid_print(uuid_v4(), answer->id);
        memcpy(answer->signal, one->id, sizeof answer->signal);
    }
    TRY(signal_print(&signal, &kept.item));
    TRY(kept_signal_print(&kept, &text));
    assert_true(uuid_parse(one->id, &uuid));
    store_put_sealed(change, sent ? TABLE_SENT : TABLE_INBOX,
                     bytes_of(uuid.bytes, sizeof uuid.bytes), buffer_bytes(&text));
    return due_plan(change, one->side, one->id, &kept, &terms, false);
}

static int64_t at(const char *text)
{
    int64_t ms = 0;

    assert_true(instant_parse(text, &ms));
    return ms;
}

static void received(enum due_side side, const char *when, struct one *out)
{
    *out = (struct one){.side = side, .received_ms = at(when), .actor = "1000"};
    uuid_print(uuid_v4(), out->id);
    small_gateway_write(&small, put, out);
}

/* --- the clock --- */

struct taking {
    int64_t now_ms;
    bool more;
};

static enum outcome apply_take(struct change *change, struct audit *audit, void *context)
{
    struct taking *taking = context;

    (void)audit;
    return due_take(&small.gateway, change, taking->now_ms, &taking->more);
}

static void until(const char *moment)
{
    struct taking taking = {at(moment), true};
    bool due;

    while (taking.more)
        small_gateway_write(&small, apply_take, &taking);
    assert_int_equal(due_is_due(small.gateway.store, at(moment), &due), OUTCOME_OK);
    assert_false(due);
}

static enum outcome apply_end(struct change *change, struct audit *audit, void *context)
{
    const struct one *one = context;
    struct uuid id;

    (void)audit;
    assert_true(uuid_parse(one->id, &id));
    return due_end(change, one->side, id);
}

static size_t rows(enum table table)
{
    return rows_in(small.gateway.store, table);
}

static size_t leaves(void)
{
    return rows(TABLE_LEAF);
}

/* The stage of it among what is late; COUNT: it is not. */
static enum term_stage standing(const struct one *one)
{
    enum term_stage stage = TERM_STAGE_COUNT;
    OWNED_BUFFER after = {0};
    struct due_row row;
    struct uuid id;
    struct view view;

    assert_true(uuid_parse(one->id, &id));
    view_begin(small.gateway.store, &view);
    while (due_next(&view, one->side, NULL, &after, &row) == OUTCOME_OK)
        if (bytes_equal(bytes_of(row.id.bytes, 16), bytes_of(id.bytes, 16)))
            stage = row.standing.stage;
    view_end(&view);
    return stage;
}

static size_t queued_escalations(enum small_place lead, struct escalation_item *out, size_t max)
{
    struct queued queued;
    struct view view;
    uint64_t sequence = 0;
    size_t count = 0;

    view_begin(small.gateway.store, &view);
    while (queue_next(&view, &town.parties[lead].oin, sequence, &sequence, &queued) == OUTCOME_OK) {
        OWNED_JSON item = NULL;
        struct fault fault = {0};
        assert_int_equal(queued.kind, MESSAGE_KIND_ESCALATION);
        assert_string_equal(queued.dossier, "");
        assert_true(count < max);
        assert_int_equal(json_read(queued.item, ESCALATION_ITEM_MAX_BYTES, &item), OUTCOME_OK);
        assert_int_equal(escalation_item_parse(item, &out[count++], &fault), OUTCOME_OK);
        sequence++;
    }
    view_end(&view);
    return count;
}

/* --- facts --- */

static void each_step_is_taken_once_with_a_leaf(void **state)
{
    struct one one;
    size_t before;

    (void)state;
    received(DUE_RECEIVED, "2026-11-23T10:00:00Z", &one);
    before = leaves();
    until("2026-11-25T07:59:59Z");
    assert_int_equal(standing(&one), TERM_STAGE_COUNT);
    until("2026-11-25T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_TODAY);
    assert_int_equal(leaves(), before + 1);
    until("2026-11-25T20:00:00Z");
    assert_int_equal(leaves(), before + 1);
    until("2026-11-26T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_LATE);
    until("2026-11-30T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_ESCALATED);
    assert_int_equal(leaves(), before + 3);
    small_gateway_restart(&small);
    until("2026-12-06T08:00:00Z");
    assert_int_equal(leaves(), before + 3);
    until("2027-12-06T08:00:00Z");
    assert_int_equal(leaves(), before + 9); /* of three terms */
    assert_int_equal(rows(TABLE_DUE), 0);
}

static void after_downtime_all_come_in_order(void **state)
{
    struct one one;
    size_t before;

    (void)state;
    received(DUE_RECEIVED, "2026-11-23T10:00:00Z", &one);
    before = leaves();
    until("2027-11-23T10:00:00Z");
    assert_int_equal(leaves(), before + 9);
    assert_int_equal(standing(&one), TERM_STAGE_ESCALATED);
    until("2026-11-26T08:00:00Z"); /* the clock was put right: nothing comes twice */
    assert_int_equal(leaves(), before + 9);
}

static void an_answer_takes_its_term_away(void **state)
{
    struct one one;

    (void)state;
    received(DUE_RECEIVED, "2026-11-23T10:00:00Z", &one);
    until("2026-11-26T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_LATE);
    one.answers[0] = ANSWER_BEOO;
    small_gateway_write(&small, put, &one);
    assert_int_equal(standing(&one), TERM_STAGE_COUNT);
    until("2026-12-07T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_TODAY); /* the decision */
    one.answers[1] = ANSWER_AFGR;
    small_gateway_write(&small, put, &one);
    assert_int_equal(standing(&one), TERM_STAGE_COUNT);
    assert_int_equal(rows(TABLE_DUE) + rows(TABLE_LATE), 0);
}

static void a_day_agreed_comes_back_once_and_another_again(void **state)
{
    struct one one;
    size_t before;

    (void)state;
    received(DUE_RECEIVED, "2026-11-23T10:00:00Z", &one);
    one.answers[0] = ANSWER_GEHV;
    assert_true(day_parse("2027-01-13", &one.next_day));
    small_gateway_write(&small, put, &one);
    before = leaves();
    until("2027-01-13T07:59:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_COUNT);
    until("2027-01-13T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_FOLLOW_UP);
    until("2027-02-13T08:00:00Z");
    assert_int_equal(leaves(), before + 1);
    assert_true(day_parse("2027-03-01", &one.next_day));
    small_gateway_write(&small, put, &one);
    assert_int_equal(standing(&one), TERM_STAGE_COUNT);
    until("2027-03-01T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_FOLLOW_UP);
    assert_int_equal(leaves(), before + 2);
}

static void the_lead_is_told_once_and_that_it_is_over(void **state)
{
    struct escalation_item items[8] = {{.settled = false}};
    struct one one;
    char number[OIN_LENGTH + 1];

    (void)state;
    received(DUE_SENT, "2026-11-23T10:00:00Z", &one);
    until("2026-11-27T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_LATE);
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 0);
    until("2026-11-30T08:00:00Z");
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 1);
    assert_false(items[0].settled);
    assert_string_equal(items[0].signal, one.id);
    assert_string_equal(items[0].code, "OVL.BURENRUZIE");
    assert_int_equal(items[0].term, TERM_CONFIRM);
    assert_true(oin_equal(&items[0].holder, &town.parties[TEAM].oin));
    snprintf(number, sizeof number, "%s", town.parties[small.place].oin.text);
    assert_string_equal(items[0].reporter.text, number);
    one.answers[0] = ANSWER_BEOO;
    small_gateway_write(&small, put, &one);
    small_gateway_write(&small, put, &one);
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 2);
    assert_true(items[1].settled);
    assert_string_equal(items[1].signal, one.id);
    assert_string_not_equal(items[0].id, items[1].id);
    assert_int_equal(rows(TABLE_ESCALATED), 0);
}

static enum outcome apply_lead_put_back(struct change *change, struct audit *audit, void *context)
{
    const enum small_place *place = context;

    (void)audit;
    return escalations_tell_again(change, &town.parties[*place].oin);
}

static void a_lead_whose_store_was_put_back_is_told_again(void **state)
{
    enum small_place lead = MUNICIPALITY, other = TEAM;
    struct escalation_item items[8] = {{.settled = false}};
    struct one one;

    (void)state;
    received(DUE_SENT, "2026-11-23T10:00:00Z", &one);
    until("2026-11-30T08:00:00Z");
    small_gateway_write(&small, apply_lead_put_back, &other);
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 1);
    small_gateway_write(&small, apply_lead_put_back, &lead);
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 2);
    assert_string_equal(items[0].id, items[1].id); /* so that who has it knows it */
    assert_false(items[1].settled);
    assert_int_equal(rows(TABLE_ESCALATED), 1);
}

/* Ended late and opened again: the lead heard that it was over, and must hear that it is not. */
static void what_is_opened_again_goes_to_the_lead_again(void **state)
{
    struct escalation_item items[8] = {{.settled = false}};
    struct one one;

    (void)state;
    received(DUE_SENT, "2026-11-23T10:00:00Z", &one);
    until("2027-02-01T08:00:00Z");
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 3); /* of three terms */
    one.answers[0] = ANSWER_AFGR;
    small_gateway_write(&small, put, &one);
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 6);
    one.answers[1] = ANSWER_HERO;
    small_gateway_write(&small, put, &one);
    until("2027-02-01T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_ESCALATED);
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 7);
    assert_false(items[6].settled);
    assert_int_equal(items[6].term, TERM_OUTCOME);
    for (size_t i = 0; i < 6; i++) /* what the lead knows by its number has no effect there */
        assert_string_not_equal(items[6].id, items[i].id);
    until("2027-03-01T08:00:00Z");
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 7);
    one.answers[2] = ANSWER_AFGR;
    small_gateway_write(&small, put, &one);
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 8);
    assert_true(items[7].settled);
    for (size_t i = 0; i < 7; i++)
        assert_string_not_equal(items[7].id, items[i].id);
}

static enum outcome apply_let_go(struct change *change, struct audit *audit, void *context)
{
    const struct one *one = context;
    struct uuid id;

    (void)audit;
    assert_true(uuid_parse(one->id, &id));
    return due_let_go(&small.gateway, change, id);
}

/* The fixed answer left: what workers note among themselves after it brings no term back. */
static void after_the_fixed_answer_only_a_day_agreed_is_due(void **state)
{
    struct one one;
    size_t before;

    (void)state;
    received(DUE_RECEIVED, "2026-11-23T10:00:00Z", &one);
    until("2026-11-25T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_TODAY);
    small_gateway_write(&small, apply_let_go, &one);
    assert_int_equal(standing(&one), TERM_STAGE_COUNT);
    one.answers[0] = ANSWER_BEOO;
    small_gateway_write(&small, put, &one);
    before = leaves();
    until("2027-02-01T08:00:00Z");
    assert_int_equal(leaves(), before);
    assert_int_equal(standing(&one), TERM_STAGE_COUNT);
    one.answers[1] = ANSWER_GEHV;
    assert_true(day_parse("2027-03-01", &one.next_day));
    small_gateway_write(&small, put, &one);
    small_gateway_write(&small, apply_let_go, &one); /* again: the day stays */
    until("2027-03-01T08:00:00Z");
    assert_int_equal(standing(&one), TERM_STAGE_FOLLOW_UP);
    small_gateway_write(&small, apply_end, &one);
    assert_int_equal(rows(TABLE_DUE) + rows(TABLE_DUE_STATE) + rows(TABLE_LATE), 0);
}

static void what_is_gone_is_not_due_and_settles(void **state)
{
    struct escalation_item items[8] = {{.settled = false}};
    struct one one;

    (void)state;
    received(DUE_SENT, "2026-11-23T10:00:00Z", &one);
    until("2026-12-15T08:00:00Z"); /* two terms with the lead */
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 2);
    small_gateway_write(&small, apply_end, &one);
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 4);
    assert_true(items[2].settled && items[3].settled);
    assert_int_equal(
        rows(TABLE_DUE) + rows(TABLE_DUE_STATE) + rows(TABLE_LATE) + rows(TABLE_ESCALATED), 0);
    small_gateway_write(&small, apply_end, &one); /* again: nothing */
    assert_int_equal(queued_escalations(MUNICIPALITY, items, 8), 4);
}

static void what_was_refused_or_never_arrived_has_no_terms(void **state)
{
    struct one one = {.side = DUE_SENT, .received_ms = 0};

    (void)state;
    uuid_print(uuid_v4(), one.id);
    small_gateway_write(&small, put, &one);
    one.received_ms = at("2026-11-23T10:00:00Z");
    one.refused = true;
    small_gateway_write(&small, put, &one);
    assert_int_equal(rows(TABLE_DUE) + rows(TABLE_DUE_STATE), 0);
}

/* Its record went by a way that does not know of terms: nothing comes of it, and nothing stays. */
static enum outcome drop_record(struct change *change, struct audit *audit, void *context)
{
    const struct one *one = context;
    struct uuid id;

    (void)audit;
    assert_true(uuid_parse(one->id, &id));
    store_delete(change, TABLE_INBOX, bytes_of(id.bytes, 16));
    return change->outcome;
}

static void a_record_that_is_gone_holds_nobody_up(void **state)
{
    struct one gone, stays;
    size_t before;

    (void)state;
    received(DUE_RECEIVED, "2026-11-23T10:00:00Z", &gone);
    received(DUE_RECEIVED, "2026-11-23T10:00:00Z", &stays);
    small_gateway_write(&small, drop_record, &gone);
    before = leaves();
    until("2026-11-25T08:00:00Z");
    assert_int_equal(leaves(), before + 1);
    assert_int_equal(standing(&stays), TERM_STAGE_TODAY);
    assert_int_equal(rows(TABLE_DUE_STATE), 1);
}

static enum outcome spoil_record(struct change *change, struct audit *audit, void *context)
{
    const struct one *one = context;
    struct uuid id;

    (void)audit;
    assert_true(uuid_parse(one->id, &id));
    store_put_sealed(change, TABLE_INBOX, bytes_of(id.bytes, 16), bytes_of_text("geen signaal"));
    return change->outcome;
}

static void a_damaged_record_is_an_alarm_and_holds_nobody_up(void **state)
{
    struct one damaged, stays;
    size_t before;

    (void)state;
    small.holds_anything = true;
    received(DUE_RECEIVED, "2026-11-23T10:00:00Z", &damaged);
    received(DUE_RECEIVED, "2026-11-23T10:00:00Z", &stays);
    small_gateway_write(&small, spoil_record, &damaged);
    before = leaves();
    until("2026-11-25T08:00:00Z");
    assert_int_equal(leaves(), before + 2); /* the alarm is one */
    assert_int_equal(standing(&stays), TERM_STAGE_TODAY);
    assert_string_equal(store_damaged_table(small.gateway.store), "INBOX"); /* a status tells it */
}

static void many_are_taken_in_pieces(void **state)
{
    struct taking taking = {at("2026-11-25T08:00:00Z"), true};
    struct late_counts counts;
    struct one one;
    size_t before, pieces = 0;

    (void)state;
    for (int i = 0; i < MANY; i++)
        received(DUE_RECEIVED, "2026-11-23T10:00:00Z", &one);
    before = leaves();
    for (; taking.more; pieces++)
        small_gateway_write(&small, apply_take, &taking);
    assert_in_range(pieces, MANY / DUE_PIECE_ROWS, MANY + 1);
    assert_int_equal(leaves(), before + MANY);
    assert_int_equal(late_counts(small.gateway.store, NULL, &counts), OUTCOME_OK);
    assert_int_equal(counts.received, MANY);
    assert_int_equal(counts.sent + counts.escalations, 0);
}

static void who_reported_sees_his_own(void **state)
{
    uint8_t hash[STORE_HASH_BYTES];
    struct one mine, other;
    struct view view;
    size_t count = 0;

    (void)state;
    received(DUE_SENT, "2026-11-23T10:00:00Z", &mine);
    other = (struct one){.side = DUE_SENT, .received_ms = mine.received_ms, .actor = "1001"};
    uuid_print(uuid_v4(), other.id);
    small_gateway_write(&small, put, &other);
    until("2026-11-26T08:00:00Z");
    assert_int_equal(erasure_reporter(small.gateway.store, "1000", hash), OUTCOME_OK);
    view_begin(small.gateway.store, &view);
    assert_int_equal(due_count(&view, DUE_SENT, hash, 10, &count), OUTCOME_OK);
    assert_int_equal(count, 1);
    assert_int_equal(due_count(&view, DUE_SENT, NULL, 10, &count), OUTCOME_OK);
    assert_int_equal(count, 2);
    view_end(&view);
}

/* --- the house --- */

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, TEAM);
    small_gateway_in_force(&small);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    return 0;
}

static int make_town(void **state)
{
    (void)state;
    if (crypto_ready() != OUTCOME_OK)
        return -1;
    small_town_make(&town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}

static void what_cannot_be_read_is_no_quiet_day(void **state)
{
    bool due;

    (void)state;
    small_readers_take(small.gateway.store);
    assert_int_equal(due_is_due(small.gateway.store, 0, &due), OUTCOME_BUSY);
    small_readers_give();
}

#define FACT(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT(each_step_is_taken_once_with_a_leaf),
        FACT(after_downtime_all_come_in_order),
        FACT(an_answer_takes_its_term_away),
        FACT(a_day_agreed_comes_back_once_and_another_again),
        FACT(the_lead_is_told_once_and_that_it_is_over),
        FACT(a_lead_whose_store_was_put_back_is_told_again),
        FACT(what_is_opened_again_goes_to_the_lead_again),
        FACT(after_the_fixed_answer_only_a_day_agreed_is_due),
        FACT(what_is_gone_is_not_due_and_settles),
        FACT(what_was_refused_or_never_arrived_has_no_terms),
        FACT(a_record_that_is_gone_holds_nobody_up),
        FACT(a_damaged_record_is_an_alarm_and_holds_nobody_up),
        FACT(many_are_taken_in_pieces),
        FACT(who_reported_sees_his_own),
        FACT(what_cannot_be_read_is_no_quiet_day),
    };

    return cmocka_run_group_tests(tests, make_town, end_town);
}
