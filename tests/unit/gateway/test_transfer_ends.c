/* SPDX-License-Identifier: EUPL-1.2 */
/* A signal that was passed on, or is about to be, ends: recalled, withdrawn, erased; and what is
 * counted of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/erasure.h"
#include "gateway/figures.h"
#include "gateway/transfer.h"
#include "gateway/withdrawals.h"
#include "tests/support/small_passing.h"
#include "tests/support/small_rows.h"

/* --- withdrawn, recalled --- */

struct end {
    const char *basis, *item;
    char id[UUID_TEXT_BYTES];
};

static enum outcome apply_end(struct change *change, struct audit *audit, void *context)
{
    struct end *end = context;
    const struct withdrawal_cause cause = {.reason = end->basis ? WITHDRAWAL_INGETROKKEN
                                                                : WITHDRAWAL_TERUGGETROKKEN,
                                           .role = ROLE_MELDER,
                                           .now_ms = passing_town.now_ms};

    (void)audit;
    return end->basis
               ? withdraw_basis(&passing_gateway.gateway, change, end->basis, &cause, end->id)
               : withdraw_sent(&passing_gateway.gateway, change, end->item, &cause, end->id);
}

static void a_recall_reaches_all_who_had_it_from_either_end(void **state)
{
    (void)state;
    for (int from_last = 0; from_last < 2; from_last++) {
        char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES], third[UUID_TEXT_BYTES];
        struct end end = {0};
        small_passing_begins(NULL);
        small_hand_in(first);
        small_goes_on(TEAM, first, MUNICIPALITY, second);
        small_goes_on(MUNICIPALITY, second, GGZ, third);
        end.item = from_last ? third : first;
        small_gateway_write(&passing_gateway, apply_end, &end);
        assert_int_equal(small_last_answer(first), ANSWER_INGT);
        assert_int_equal(small_last_answer(second), ANSWER_INGT);
        assert_int_equal(small_last_answer(third), ANSWER_INGT);
        for (enum small_place place = TEAM; place <= MUNICIPALITY; place++)
            assert_true(small_waits_for(place, MESSAGE_KIND_WITHDRAWAL, NULL));
        assert_string_equal(small_asked(GGZ, third, UNIVERSITY), "STAP_NIET_MOGELIJK");
        small_passing_ends(NULL);
    }
}

static void a_consent_that_ends_on_the_way_leaves_the_old_holder(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER told = {0};
    struct small_word word;
    struct end end = {0};

    (void)state;
    small_hand_in(first);
    word = small_resident_names(first, MUNICIPALITY);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "");
    end.basis = word.id;
    small_gateway_write(&passing_gateway, apply_end, &end);
    assert_int_equal(small_holder(first), TEAM);
    assert_int_equal(small_last_answer(first), ANSWER_ONTV);
    assert_true(small_waits_for(TEAM, MESSAGE_KIND_TRANSFER, &told));
    assert_non_null(strstr(buffer_text(&told), "\"reden\":\"TOESTEMMING_INGETROKKEN\""));
    assert_false(small_waits_for(MUNICIPALITY, MESSAGE_KIND_SIGNAL, NULL));
    small_read_sent(first, &kept);
    assert_int_equal(kept.transfer.step, TRANSFER_REFUSED);
}

/* The team may have it all the same: its receipt was lost, and the recall is on its way. */
static void what_was_recalled_before_its_receipt_is_not_passed_on(void **state)
{
    char first[UUID_TEXT_BYTES];
    struct end end = {.item = first};

    (void)state;
    small_hand_in_only(first);
    small_resident_names(first, MUNICIPALITY);
    small_gateway_write(&passing_gateway, apply_end, &end);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "TERUGGETROKKEN");
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_SENT), 1);
    assert_false(small_waits_for(MUNICIPALITY, MESSAGE_KIND_SIGNAL, NULL));
}

/* The two holders had it under words of their own: one of these may have ended before. */
static void a_recall_goes_on_where_one_holder_had_lost_it_before(void **state)
{
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES], basis[UUID_TEXT_BYTES];
    struct end of_row = {.basis = basis}, recall = {.item = first}, again = {.item = first};
    struct view view;

    (void)state;
    small_hand_in(first);
    small_goes_on(TEAM, first, MUNICIPALITY, second);
    view_begin(passing_gateway.gateway.store, &view);
    assert_int_equal(withdrawal_record_of(&view, first, basis), OUTCOME_OK);
    view_end(&view);
    small_gateway_write(&passing_gateway, apply_end, &of_row);
    assert_int_equal(small_last_answer(first), ANSWER_INGT);
    assert_int_equal(small_last_answer(second), ANSWER_ONTV);
    small_gateway_write(&passing_gateway, apply_end, &recall);
    assert_int_equal(small_last_answer(second), ANSWER_INGT);
    assert_true(small_waits_for(MUNICIPALITY, MESSAGE_KIND_WITHDRAWAL, NULL));
    assert_string_not_equal(recall.id, of_row.id);
    small_gateway_write(&passing_gateway, apply_end, &again);
    assert_string_equal(again.id, of_row.id); /* nothing is left to recall */
}

static enum outcome apply_refusal(struct change *change, struct audit *audit, void *context)
{
    struct queued queued = {.kind = MESSAGE_KIND_SIGNAL};
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    (void)audit;
    memcpy(queued.id, context, sizeof queued.id);
    TRY(kept_signal_load(&change->view, TABLE_SENT, queued.id, &uuid, &kept));
    TRY(queue_take_out(change, &kept.partner, queued.id, NULL));
    snprintf(kept.refusal, sizeof kept.refusal, "GEEN_BEPALING");
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return transfer_ended(&passing_gateway.gateway, change, &queued, kept.refusal);
}

/* The resident's paper names who was told: not who never had it. */
static void who_refused_it_is_told_of_no_recall(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};
    struct end end = {.item = first};

    (void)state;
    small_hand_in(first);
    small_resident_names(first, MUNICIPALITY);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "");
    small_read_sent(first, &kept);
    small_gateway_write(&passing_gateway, apply_refusal, kept.transfer.item);
    small_gateway_write(&passing_gateway, apply_end, &end);
    assert_true(small_waits_for(TEAM, MESSAGE_KIND_WITHDRAWAL, NULL));
    assert_false(small_waits_for(MUNICIPALITY, MESSAGE_KIND_WITHDRAWAL, NULL));
}

/* The case changed in the own system: the resident does not agree any more. */
static void a_row_that_says_no_reaches_who_had_it_passed_on(void **state)
{
    struct import_row row = small_row(&passing_town, "Z-1", "OVL.GELUID");
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES];
    struct small_intake s;

    (void)state;
    small_hand_in(first);
    small_goes_on(TEAM, first, MUNICIPALITY, second);
    snprintf(row.recipient, sizeof row.recipient, "WIJKTEAM");
    row.consent = IMPORT_ANSWER_NO;
    small_intake_decide(&s, &passing_gateway, &row, 1);
    small_intake_store(&s);
    small_intake_end(&s);
    assert_int_equal(small_last_answer(first), ANSWER_INGT);
    assert_int_equal(small_last_answer(second), ANSWER_INGT);
    assert_true(small_waits_for(MUNICIPALITY, MESSAGE_KIND_WITHDRAWAL, NULL));
}

/* --- figures --- */

/* How many terms of that place were closed. */
static size_t closed_at(enum small_place place)
{
    OWNED_BUFFER after = {0};
    struct bytes key, value;
    struct view view;
    size_t count = 0;

    view_begin(passing_gateway.gateway.store, &view);
    while (store_next(&view, TABLE_FIGURE, buffer_bytes(&after), after.length > 0, &key, &value) ==
           OUTCOME_OK) {
        after.length = 0;
        buffer_add_bytes(&after, key);
        if (strstr(buffer_text(&after), small_number(place)) &&
            strstr(buffer_text(&after), "/dicht"))
            count++;
    }
    view_end(&view);
    return count;
}

static void who_passed_it_on_answered_it(void **state)
{
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES];

    (void)state;
    small_hand_in(first);
    assert_int_equal(closed_at(TEAM), 0);
    small_goes_on(TEAM, first, MUNICIPALITY, second);
    assert_int_equal(closed_at(TEAM), 1);
    assert_int_equal(closed_at(MUNICIPALITY), 0);
}

static enum outcome apply_figures(struct change *change, struct audit *audit, void *context)
{
    const char *id = context;
    OWNED_KEPT_SIGNAL kept = {0};

    (void)audit;
    small_read_sent(id, &kept);
    return figures_arrived(&passing_gateway.gateway, change, &kept, passing_town.now_ms);
}

/* The terms by which partners should have answered. */
static uint64_t terms_counted(void)
{
    OWNED_BUFFER after = {0};
    struct bytes key, value;
    struct view view;
    uint64_t sum = 0;

    view_begin(passing_gateway.gateway.store, &view);
    while (store_next(&view, TABLE_FIGURE, buffer_bytes(&after), after.length > 0, &key, &value) ==
           OUTCOME_OK) {
        after.length = 0;
        buffer_add_bytes(&after, key);
        if (strstr(buffer_text(&after), "/partij/"))
            sum += read_u64(value.data);
    }
    view_end(&view);
    return sum;
}

/* Nobody can answer what was taken back, and nobody is late for that. */
static void what_is_withdrawn_in_time_counts_against_nobody(void **state)
{
    char first[UUID_TEXT_BYTES];
    struct end end = {.item = first};

    (void)state;
    small_hand_in(first);
    small_gateway_write(&passing_gateway, apply_figures, first);
    assert_true(terms_counted() > 0);
    small_gateway_write(&passing_gateway, apply_end, &end);
    assert_int_equal(terms_counted(), 0);
}

/* --- erased by its term --- */

static enum outcome apply_erasure(struct change *change, struct audit *audit, void *context)
{
    struct uuid id;

    (void)audit;
    assert_true(uuid_parse(context, &id));
    return erase_sent(&passing_gateway.gateway, change, id, ERASURE_TERM);
}

/* Nobody comes for it any more, and whoever waits for that could never end it. */
static void a_new_item_that_is_erased_unread_leaves_the_old_holder(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0}, after = {0};

    (void)state;
    small_hand_in(first);
    small_resident_names(first, MUNICIPALITY);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "");
    small_read_sent(first, &kept);
    small_gateway_write(&passing_gateway, apply_erasure, kept.transfer.item);
    small_read_sent(first, &after);
    assert_int_equal(after.transfer.step, TRANSFER_REFUSED);
    assert_true(small_waits_for(TEAM, MESSAGE_KIND_TRANSFER, NULL));
}

#define FACT(fact) cmocka_unit_test_setup_teardown(fact, small_passing_begins, small_passing_ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recall_reaches_all_who_had_it_from_either_end),
        FACT(a_consent_that_ends_on_the_way_leaves_the_old_holder),
        FACT(what_was_recalled_before_its_receipt_is_not_passed_on),
        FACT(a_recall_goes_on_where_one_holder_had_lost_it_before),
        FACT(who_refused_it_is_told_of_no_recall),
        FACT(a_row_that_says_no_reaches_who_had_it_passed_on),
        FACT(who_passed_it_on_answered_it),
        FACT(what_is_withdrawn_in_time_counts_against_nobody),
        FACT(a_new_item_that_is_erased_unread_leaves_the_old_holder),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
