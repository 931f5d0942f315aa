/* SPDX-License-Identifier: EUPL-1.2 */
/* What ends at our own desk of what was received: of one purpose, of consent or of a law, and told
 * to its sender as far as there is room. What partners say: test_receive_withdrawal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/ready.h"
#include "gateway/receive.h"
#include "gateway/withdrawals.h"
#include "tests/support/small_passing.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;
static struct small_signal here; /* it was received */

static void received_at(enum small_place place)
{
    struct bytes item;
    OWNED_BUFFER text = {0}, body = {0};
    struct small_message message;
    struct small_call call;

    small_town_make(&town);
    small_gateway_make(&small, &town, place);
    here = small_signal_make(&town, small_gateway_in_force(&small), place);
    text = small_signal_text(&here);
    item = buffer_bytes(&text);
    message = small_message_make(&town, CORPORATION, place, MESSAGE_KIND_SIGNAL,
                                 small_gateway_known(&small)->covenant->fingerprint, &item, 1);
    body = small_message_text(&town, &message);
    assert_int_equal(
        small_gateway_receive(&small, CORPORATION, MESSAGE_KIND_SIGNAL, buffer_bytes(&body), &call),
        OUTCOME_OK);
    small_call_end(&call);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 1);
}

static int ends(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

struct ending {
    enum withdrawal_reason reason;
    enum purpose purpose;
    size_t told; /* before: so many have been told already, and after */
    enum outcome outcome;
};

static enum outcome apply_ending(struct change *change, struct audit *audit, void *context)
{
    struct ending *ending = context;
    const struct withdrawal_cause cause = {
        .reason = ending->reason, .role = ROLE_MELDER, .now_ms = town.now_ms};
    OWNED_WITHDRAWING work = {0};
    struct uuid id;

    (void)audit;
    assert_true(uuid_parse(here.signal.id, &id));
    withdrawal_begin(&small.gateway, change, &cause, &work);
    work.withdrawal.told_count = ending->told;
    ending->outcome = withdrawing_received(&work, id, ending->purpose);
    ending->told = work.withdrawal.told_count;
    work.withdrawal.told_count = 0; /* nothing is put of it */
    return change->outcome;
}

static void assert_ends(struct ending ending, enum outcome outcome, size_t told, size_t left)
{
    small_gateway_write(&small, apply_ending, &ending);
    assert_int_equal(ending.outcome, outcome);
    assert_int_equal(ending.told, told);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), left);
}

static void the_other_purposes_go_on(void **state)
{
    (void)state;
    received_at(TEAM);
    assert_ends((struct ending){WITHDRAWAL_INGETROKKEN, PURPOSE_WAAKVLAM, 0, OUTCOME_OK},
                OUTCOME_NOT_FOUND, 0, 1);
    assert_ends((struct ending){WITHDRAWAL_INGETROKKEN, PURPOSE_TOELEIDING, 0, OUTCOME_OK},
                OUTCOME_OK, 1, 0);
}

static void who_withdraws_consent_ends_nothing_of_a_law(void **state)
{
    (void)state;
    received_at(MUNICIPALITY);
    assert_ends((struct ending){WITHDRAWAL_INGETROKKEN, PURPOSE_NONE, 0, OUTCOME_OK},
                OUTCOME_NOT_FOUND, 0, 1);
    /* An objection does not either, where the law says that it is kept; but its sender hears. */
    assert_ends((struct ending){WITHDRAWAL_BEZWAAR, PURPOSE_NONE, 0, OUTCOME_OK}, OUTCOME_OK, 1, 1);
}

/* A sender of very many may not keep the resident from withdrawing. */
static void what_there_is_no_room_to_tell_ends_all_the_same(void **state)
{
    (void)state;
    received_at(TEAM);
    assert_ends(
        (struct ending){WITHDRAWAL_INGETROKKEN, PURPOSE_NONE, WITHDRAWAL_TOLD_MAX / 2, OUTCOME_OK},
        OUTCOME_OK, WITHDRAWAL_TOLD_MAX / 2, 0);
}

/* --- a signal of ours, given back --- */

struct given_back {
    char item[UUID_TEXT_BYTES];
    enum small_place by;
};

static enum outcome apply_given_back(struct change *change, struct audit *audit, void *context)
{
    const struct given_back *back = context;
    const struct withdrawal_cause cause = {.reason = WITHDRAWAL_TERUGGETROKKEN,
                                           .role = ROLE_ONTVANGER,
                                           .from = &passing_town.parties[back->by].oin,
                                           .now_ms = passing_town.now_ms};
    struct withdrawal_item item = {.about = WITHDRAWAL_OF_SIGNAL,
                                   .reason = cause.reason,
                                   .at_ms = passing_town.now_ms / 1000 * 1000};
    const char *code = NULL;

    (void)audit;
    uuid_print(uuid_v4(), item.id);
    memcpy(item.signal, back->item, sizeof item.signal);
    TRY(withdrawal_received(&passing_gateway.gateway, change,
                            small_gateway_known(&passing_gateway)->covenant->fingerprint, &item,
                            &cause, &code));
    assert_string_equal(code, WITHDRAWAL_ERASED); /* whoever asks, whatever was here */
    return change->outcome;
}

static void only_who_has_it_gives_it_back(void **state)
{
    struct given_back back = {.by = GGZ};

    (void)state;
    small_hand_in(back.item);
    small_gateway_write(&passing_gateway, apply_given_back, &back);
    assert_int_equal(small_last_answer(back.item), ANSWER_ONTV);
    back.by = TEAM;
    small_gateway_write(&passing_gateway, apply_given_back, &back);
    assert_int_equal(small_last_answer(back.item), ANSWER_INGT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_other_purposes_go_on, ends),
        cmocka_unit_test_teardown(who_withdraws_consent_ends_nothing_of_a_law, ends),
        cmocka_unit_test_setup_teardown(only_who_has_it_gives_it_back, small_passing_begins,
                                        small_passing_ends),
        cmocka_unit_test_teardown(what_there_is_no_room_to_tell_ends_all_the_same, ends),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
