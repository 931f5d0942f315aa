/* SPDX-License-Identifier: EUPL-1.2 */
/* What the lead of the small town's covenant, its corporation, is told; and what nobody may tell
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/escalation.h"
#include "gateway/receive.h"
#include "tests/support/small_gateway.h"

static struct small_town town;
static struct small_gateway small;

/* A signal of the team's that lies too long at the GGZ. */
static struct escalation_item of_the_team(void)
{
    struct escalation_item item = {.code = "OVL.BURENRUZIE",
                                   .term = TERM_DECIDE,
                                   .due = amsterdam_day(town.now_ms),
                                   .holder = town.parties[GGZ].oin,
                                   .reporter = town.parties[TEAM].oin};

    uuid_print(uuid_v4(), item.id);
    uuid_print(uuid_v4(), item.signal);
    return item;
}

static struct receipt *post_text(enum small_place from, struct bytes bytes)
{
    const char *fingerprint = small_gateway_known(&small)->covenant->fingerprint;
    OWNED_BUFFER body = {0};
    struct small_message message;
    struct small_call call;
    struct receipt *receipt = NULL;
    struct fault fault = {0};

    message = small_message_make(&town, from, small.place, MESSAGE_KIND_ESCALATION, fingerprint,
                                 &bytes, 1);
    body = small_message_text(&town, &message);
    assert_int_equal(
        small_gateway_receive(&small, from, MESSAGE_KIND_ESCALATION, buffer_bytes(&body), &call),
        OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                  town.parties[small.place].signing.public_key, &receipt, &fault),
                     OUTCOME_OK);
    small_call_end(&call);
    return receipt;
}

static struct receipt *post(enum small_place from, const struct escalation_item *item)
{
    OWNED_BUFFER text = {0};

    assert_int_equal(escalation_item_print(item, &text), OUTCOME_OK);
    return post_text(from, buffer_bytes(&text));
}

static void assert_taken(enum small_place from, const struct escalation_item *item,
                         enum receipt_result result)
{
    OWNED_RECEIPT receipt = post(from, item);

    assert_int_equal(receipt->answer_count, 1);
    assert_int_equal(receipt->answers[0].result, result);
}

static size_t standing(void)
{
    return rows_in(small.gateway.store, TABLE_ESCALATION);
}

static void what_cannot_be_late_yet_is_refused(void **state)
{
    struct escalation_item item = of_the_team();
    OWNED_RECEIPT receipt = NULL;

    (void)state;
    item.due = day_plus(item.due, 2);
    receipt = post(TEAM, &item);
    assert_int_equal(receipt->answers[0].result, RECEIPT_REFUSED);
    assert_string_equal(receipt->answers[0].code, "TIJD_ONJUIST");
    assert_int_equal(standing(), 0);
    item.due = day_plus(item.due, -1); /* its calendar may be a day on */
    assert_taken(TEAM, &item, RECEIPT_ACCEPTED);
    assert_int_equal(standing(), 1);
}

static void the_lead_is_told_once_and_that_it_is_over(void **state)
{
    struct escalation_item item = of_the_team(), over = item;

    (void)state;
    assert_taken(TEAM, &item, RECEIPT_ACCEPTED);
    assert_taken(TEAM, &item, RECEIPT_KNOWN);
    assert_int_equal(standing(), 1);
    over.settled = true;
    uuid_print(uuid_v4(), over.id);
    assert_taken(TEAM, &over, RECEIPT_ACCEPTED);
    assert_int_equal(standing(), 0);
}

static void what_is_no_escalation_is_refused(void **state)
{
    struct escalation_item item = of_the_team();
    OWNED_RECEIPT receipt = NULL;
    char text[256];

    (void)state;
    snprintf(text, sizeof text, "{\"id\":\"%s\",\"stand\":\"OPEN\"}", item.id);
    receipt = post_text(TEAM, bytes_of_text(text));
    assert_int_equal(receipt->answers[0].result, RECEIPT_REFUSED);
    assert_string_equal(receipt->answers[0].code, outcome_code(OUTCOME_MALFORMED));
    assert_int_equal(standing(), 0);
}

static void nobody_speaks_for_another_or_of_what_there_is_not(void **state)
{
    struct escalation_item item = of_the_team();

    (void)state;
    item.reporter = town.parties[GGZ].oin; /* of another's signals */
    assert_taken(TEAM, &item, RECEIPT_REFUSED);
    item = of_the_team();
    item.holder = town.parties[OTHER_TEAM].oin; /* no party */
    assert_taken(TEAM, &item, RECEIPT_REFUSED);
    item = of_the_team();
    memcpy(item.code, "OVL.BESTAAT_NIET", sizeof "OVL.BESTAAT_NIET");
    assert_taken(TEAM, &item, RECEIPT_REFUSED);
    assert_int_equal(standing(), 0);
}

/* Settling another's is settling nothing: what stands is each sender's own. */
static void nobody_settles_what_another_told(void **state)
{
    struct escalation_item item = of_the_team(), over = item;

    (void)state;
    assert_taken(TEAM, &item, RECEIPT_ACCEPTED);
    over.settled = true;
    over.reporter = town.parties[GGZ].oin;
    uuid_print(uuid_v4(), over.id);
    assert_taken(GGZ, &over, RECEIPT_ACCEPTED);
    assert_int_equal(standing(), 1);
}

static enum outcome apply_many(struct change *change, struct audit *audit, void *context)
{
    const char *fingerprint = small_gateway_known(&small)->covenant->fingerprint;
    struct escalation_item *last = context;

    (void)audit;
    for (int i = 0; i < ESCALATIONS_OF_ONE_MAX; i++) {
        *last = of_the_team();
        TRY(escalation_received(change, &last->reporter, fingerprint, last, town.now_ms));
    }
    return OUTCOME_OK;
}

static void one_partner_cannot_fill_the_store(void **state)
{
    struct escalation_item last, item = of_the_team(), other = of_the_team();

    (void)state;
    small_gateway_write(&small, apply_many, &last);
    assert_taken(TEAM, &item, RECEIPT_REFUSED);
    other.reporter = town.parties[GGZ].oin;
    other.holder = town.parties[TEAM].oin;
    assert_taken(GGZ, &other, RECEIPT_ACCEPTED); /* another is not held up */
    last.settled = true;
    uuid_print(uuid_v4(), last.id);
    assert_taken(TEAM, &last, RECEIPT_ACCEPTED);
    assert_taken(TEAM, &item, RECEIPT_ACCEPTED);
    assert_int_equal(standing(), ESCALATIONS_OF_ONE_MAX + 1);
}

/* --- what stands at the lead --- */

static enum outcome apply_escalation(struct change *change, struct audit *audit, void *context)
{
    const struct escalation_item *item = context;

    (void)audit;
    return escalation_received(change, &item->reporter,
                               small_gateway_known(&small)->covenant->fingerprint, item,
                               town.now_ms);
}

static void the_lead_keeps_an_escalation_until_it_is_settled(void **state)
{
    struct escalation_item item = {.code = "OVL.BURENRUZIE",
                                   .term = TERM_DECIDE,
                                   .due = {20000},
                                   .holder = town.parties[TEAM].oin,
                                   .reporter = town.parties[CORPORATION].oin};
    struct escalation found;
    OWNED_BUFFER after = {0};
    struct view view;

    (void)state;
    uuid_print(uuid_v4(), item.id);
    uuid_print(uuid_v4(), item.signal);
    small_gateway_write(&small, apply_escalation, &item);
    small_gateway_write(&small, apply_escalation, &item);
    assert_int_equal(standing(), 1);
    view_begin(small.gateway.store, &view);
    assert_int_equal(escalation_next(&view, &after, &found), OUTCOME_OK);
    assert_string_equal(found.item.signal, item.signal);
    assert_int_equal(found.since_ms, town.now_ms);
    assert_int_equal(escalation_next(&view, &after, &found), OUTCOME_NOT_FOUND);
    view_end(&view);
    item.settled = true;
    item.term = TERM_OUTCOME; /* another term of it does not stand */
    small_gateway_write(&small, apply_escalation, &item);
    assert_int_equal(standing(), 1);
    item.term = TERM_DECIDE;
    small_gateway_write(&small, apply_escalation, &item);
    small_gateway_write(&small, apply_escalation, &item);
    assert_int_equal(standing(), 0);
}

static uint64_t counted(enum small_place from)
{
    struct view view;
    uint64_t count;

    view_begin(small.gateway.store, &view);
    assert_int_equal(escalation_standing(&view, &town.parties[from].oin, &count), OUTCOME_OK);
    view_end(&view);
    return count;
}

static enum outcome apply_no_count(struct change *change, struct audit *audit, void *context)
{
    char name[64];

    (void)audit;
    snprintf(name, sizeof name, "escalations %s",
             town.parties[*(enum small_place *)context].oin.text);
    store_delete(change, TABLE_META, bytes_of_text(name));
    return change->outcome;
}

static void what_is_told_again_counts_once(void **state)
{
    enum small_place from = TEAM;
    struct escalation_item item = of_the_team(), other = of_the_team();

    (void)state;
    small_gateway_write(&small, apply_escalation, &item);
    uuid_print(uuid_v4(), item.id); /* the same matter under another number */
    small_gateway_write(&small, apply_escalation, &item);
    assert_int_equal(counted(TEAM), 1);
    other.settled = true; /* which nobody told */
    small_gateway_write(&small, apply_escalation, &other);
    assert_int_equal(counted(TEAM), 1);
    small_gateway_write(&small, apply_no_count, &from); /* of a store from before it was counted */
    item.settled = true;
    small_gateway_write(&small, apply_escalation, &item);
    assert_int_equal(counted(TEAM), 0);
}

/* --- what is damaged --- */

struct row {
    enum table table;
    struct bytes key, value;
};

static enum outcome apply_row(struct change *change, struct audit *audit, void *context)
{
    const struct row *row = context;

    (void)audit;
    store_put_sealed(change, row->table, row->key, row->value);
    return change->outcome;
}

static enum outcome settled_all;

static enum outcome apply_settle_all(struct change *change, struct audit *audit, void *context)
{
    (void)audit;
    settled_all = escalation_settle(change, *(struct uuid *)context, NULL);
    return OUTCOME_OK;
}

static void what_does_not_read_is_damage(void **state)
{
    static const uint8_t bytes[200] = {0};
    uint8_t empty[8 + SHA256_HEX_BYTES - 1 + 2] = {0}; /* an item without members */
    struct row here = {TABLE_ESCALATION, bytes_of(bytes, OIN_LENGTH + 16 + 1),
                       bytes_of(bytes, 200)};
    struct row told = {TABLE_ESCALATED, bytes_of(bytes, 16 + 1), bytes_of(bytes, 200)};
    struct uuid signal = {{0}};
    struct escalation found;
    OWNED_BUFFER after = {0};
    struct view view;

    (void)state;
    small.holds_anything = true;
    small_gateway_write(&small, apply_row, &here);
    small_gateway_write(&small, apply_row, &told);
    view_begin(small.gateway.store, &view);
    assert_int_equal(escalation_next(&view, &after, &found), OUTCOME_STORE_DAMAGED);
    view_end(&view);
    here.value = bytes_of(empty, sizeof empty);
    memcpy(empty + sizeof empty - 2, "{}", 2);
    small_gateway_write(&small, apply_row, &here);
    view_begin(small.gateway.store, &view);
    assert_int_equal(escalation_next(&view, &after, &found), OUTCOME_STORE_DAMAGED);
    view_end(&view);
    small_gateway_write(&small, apply_settle_all, &signal);
    assert_int_equal(settled_all, OUTCOME_STORE_DAMAGED);
}

/* --- at who sent the signal --- */

struct raising {
    struct kept_signal kept;
    struct signal signal;
    enum term term;
};

static enum outcome apply_raise(struct change *change, struct audit *audit, void *context)
{
    const struct raising *raising = context;

    (void)audit;
    return escalation_raise(&small.gateway, change, &raising->kept, &raising->signal, raising->term,
                            amsterdam_day(town.now_ms), town.now_ms);
}

static enum outcome apply_settle_one(struct change *change, struct audit *audit, void *context)
{
    const struct raising *raising = context;
    struct progress progress = {.received = true, .current = ANSWER_INBH};
    struct uuid signal;

    (void)audit;
    assert_true(uuid_parse(raising->signal.id, &signal));
    progress.met[raising->term] = true;
    return escalation_settle(change, signal, &progress);
}

static size_t told_of(void)
{
    return rows_in(small.gateway.store, TABLE_ESCALATED);
}

static void each_term_is_told_once_and_settled_by_itself(void **state)
{
    struct raising raising = {
        .kept = {.partner = town.parties[GGZ].oin},
        .signal = {.code = "OVL.BURENRUZIE", .lead = town.parties[MUNICIPALITY].oin},
        .term = TERM_DECIDE};
    const char *fingerprint = small_gateway_known(&small)->covenant->fingerprint;
    struct view view;

    (void)state;
    uuid_print(uuid_v4(), raising.signal.id);
    memcpy(raising.kept.covenant, fingerprint, sizeof raising.kept.covenant);
    small_gateway_write(&small, apply_raise, &raising);
    small_gateway_write(&small, apply_raise, &raising);
    view_begin(small.gateway.store, &view);
    assert_int_equal(queue_length(&view, &town.parties[MUNICIPALITY].oin, 9), 1);
    view_end(&view);
    raising.term = TERM_OUTCOME;
    small_gateway_write(&small, apply_raise, &raising);
    assert_int_equal(told_of(), 2);
    small_gateway_write(&small, apply_settle_one, &raising);
    assert_int_equal(told_of(), 1);
}

/* A partner that is never heard of again. */
static void the_lead_lets_go_of_what_nobody_settled(void **state)
{
    struct escalation_item item = {.code = "OVL.BURENRUZIE",
                                   .term = TERM_DECIDE,
                                   .due = {20000},
                                   .holder = town.parties[TEAM].oin,
                                   .reporter = town.parties[CORPORATION].oin};
    const struct day last = day_plus(amsterdam_day(town.now_ms), ESCALATION_KEPT_DAYS);
    uint64_t count;
    struct view view;
    size_t before;

    (void)state;
    uuid_print(uuid_v4(), item.id);
    uuid_print(uuid_v4(), item.signal);
    small_gateway_write(&small, apply_escalation, &item);
    before = rows_in(small.gateway.store, TABLE_LEAF);
    assert_int_equal(escalation_sweep(&small.gateway, last), OUTCOME_OK);
    assert_int_equal(standing(), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LEAF), before);
    assert_int_equal(escalation_sweep(&small.gateway, day_plus(last, 1)), OUTCOME_OK);
    assert_int_equal(standing(), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LEAF), before + 1);
    view_begin(small.gateway.store, &view);
    assert_int_equal(escalation_standing(&view, &item.reporter, &count), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(count, 0);
}

/* --- the house --- */

static int make_at(enum small_place place)
{
    small_gateway_make(&small, &town, place);
    small_gateway_in_force(&small);
    return 0;
}

static int make(void **state)
{
    (void)state;
    return make_at(CORPORATION);
}

static int make_elsewhere(void **state)
{
    (void)state;
    return make_at(MUNICIPALITY);
}

static void who_does_not_lead_is_not_told(void **state)
{
    struct escalation_item item = of_the_team();

    (void)state;
    assert_taken(TEAM, &item, RECEIPT_REFUSED);
    assert_int_equal(standing(), 0);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_lead_is_told_once_and_that_it_is_over, make, end),
        cmocka_unit_test_setup_teardown(what_is_no_escalation_is_refused, make, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_late_yet_is_refused, make, end),
        cmocka_unit_test_setup_teardown(nobody_speaks_for_another_or_of_what_there_is_not, make,
                                        end),
        cmocka_unit_test_setup_teardown(nobody_settles_what_another_told, make, end),
        cmocka_unit_test_setup_teardown(one_partner_cannot_fill_the_store, make, end),
        cmocka_unit_test_setup_teardown(the_lead_keeps_an_escalation_until_it_is_settled, make,
                                        end),
        cmocka_unit_test_setup_teardown(what_is_told_again_counts_once, make, end),
        cmocka_unit_test_setup_teardown(what_does_not_read_is_damage, make, end),
        cmocka_unit_test_setup_teardown(each_term_is_told_once_and_settled_by_itself, make, end),
        cmocka_unit_test_setup_teardown(the_lead_lets_go_of_what_nobody_settled, make, end),
        cmocka_unit_test_setup_teardown(who_does_not_lead_is_not_told, make_elsewhere, end),
    };

    return cmocka_run_group_tests(tests, make_town, end_town);
}
