/* SPDX-License-Identifier: EUPL-1.2 */
/* What a recipient does with what its sender takes back, in whatever order the two arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "covenant/withdrawal_item.h"
#include "crypto/ready.h"
#include "gateway/ended.h"
#include "gateway/erasure.h"
#include "gateway/kept_signal.h"
#include "gateway/match.h"
#include "gateway/receive.h"
#include "gateway/release.h"
#include "gateway/withdrawal_seek.h"
#include "gateway/withdrawals.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;
static enum small_place here;

static void stands_at(enum small_place place)
{
    here = place;
    small_town_make(&town);
    small_gateway_make(&small, &town, place);
    small_gateway_in_force(&small);
}

static void ends(void)
{
    small_gateway_end(&small);
    small_town_end(&town);
}

/* --- sending --- */

static enum outcome deliver(enum small_place from, enum message_kind kind, struct bytes item,
                            struct receipt **out_receipt)
{
    const char *fingerprint = small_gateway_known(&small)->covenant->fingerprint;
    struct small_message message =
        small_message_make(&town, from, here, kind, fingerprint, &item, 1);
    OWNED_BUFFER body = {0};
    struct small_call call;
    struct fault fault = {0};
    enum outcome outcome;

    message.role = ROLE_MELDER;
    memory_spares_me(true);
    body = small_message_text(&town, &message);
    memory_spares_me(false);
    outcome = small_gateway_receive(&small, from, kind, buffer_bytes(&body), &call);
    memory_spares_me(true);
    if (outcome == OUTCOME_OK)
        assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                      town.parties[here].signing.public_key, out_receipt, &fault),
                         OUTCOME_OK);
    small_call_end(&call);
    memory_spares_me(false);
    return outcome;
}

static struct receipt_answer post(enum small_place from, enum message_kind kind, struct bytes item)
{
    OWNED_RECEIPT receipt = NULL;

    assert_int_equal(deliver(from, kind, item, &receipt), OUTCOME_OK);
    assert_int_equal(receipt->answer_count, 1);
    return receipt->answers[0];
}

static struct receipt_answer post_signal(const struct small_signal *signal)
{
    OWNED_BUFFER text = small_signal_text(signal);

    return post(CORPORATION, MESSAGE_KIND_SIGNAL, buffer_bytes(&text));
}

static struct withdrawal_item item_about(enum withdrawal_about about,
                                         const struct small_signal *signal)
{
    struct withdrawal_item item = {.about = about,
                                   .reason = WITHDRAWAL_INGETROKKEN,
                                   .at_ms = town.now_ms / 1000 * 1000,
                                   .purpose = PURPOSE_NONE};

    uuid_print(uuid_v4(), item.id);
    if (about == WITHDRAWAL_OF_PROOF) {
        memcpy(item.proof, signal->proof.id, sizeof item.proof);
        item.sequence = signal->proof.sequence + 1;
    } else if (about == WITHDRAWAL_OF_SIGNAL) {
        memcpy(item.signal, signal->signal.id, sizeof item.signal);
    } else {
        memcpy(item.token, signal->signal.token, sizeof item.token);
        item.purpose = signal->signal.purpose;
    }
    return item;
}

static struct receipt_answer post_withdrawal(enum small_place from,
                                             const struct withdrawal_item *item)
{
    OWNED_BUFFER text = {0};

    assert_int_equal(withdrawal_item_print(item, &text), OUTCOME_OK);
    return post(from, MESSAGE_KIND_WITHDRAWAL, buffer_bytes(&text));
}

static void assert_answer(struct receipt_answer answer, enum receipt_result result,
                          const char *code)
{
    assert_int_equal(answer.result, result);
    assert_string_equal(answer.code, code);
}

static size_t inbox(void)
{
    return rows_in(small.gateway.store, TABLE_INBOX);
}

static struct small_signal signal_for_here(void)
{
    return small_signal_make(&town, small_gateway_known(&small), here);
}

static struct small_signal signal_at_team(void)
{
    stands_at(TEAM);
    return signal_for_here();
}

/* Another of the same consent. */
static struct small_signal another(const struct small_signal *signal)
{
    struct small_signal other = *signal;

    uuid_print(uuid_v4(), other.signal.id);
    return other;
}

/* --- one of each --- */

static void what_rests_on_a_consent_goes_with_it(void **state)
{
    struct small_signal first, second;
    struct withdrawal_item item;
    struct tombstone stone;
    struct view view;
    struct uuid id;

    (void)state;
    first = signal_at_team();
    second = another(&first);
    assert_answer(post_signal(&first), RECEIPT_ACCEPTED, "");
    assert_answer(post_signal(&second), RECEIPT_ACCEPTED, "");
    item = item_about(WITHDRAWAL_OF_PROOF, &first);
    assert_answer(post_withdrawal(CORPORATION, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    assert_int_equal(inbox(), 0);
    assert_true(uuid_parse(second.signal.id, &id));
    view_begin(small.gateway.store, &view);
    assert_int_equal(erasure_tombstone(&view, RECORD_RECEIVED, id, &stone), OUTCOME_OK);
    assert_int_equal(stone.cause, ERASURE_WITHDRAWN);
    view_end(&view);
    /* The same item again, and the same said under another number. */
    assert_answer(post_withdrawal(CORPORATION, &item), RECEIPT_KNOWN, WITHDRAWAL_ERASED);
    uuid_print(uuid_v4(), item.id);
    assert_answer(post_withdrawal(CORPORATION, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    ends();
}

static void an_older_proof_does_not_work_again(void **state)
{
    struct small_signal signal, later;
    struct withdrawal_item item;

    (void)state;
    signal = signal_at_team();
    item = item_about(WITHDRAWAL_OF_PROOF, &signal);
    assert_answer(post_withdrawal(CORPORATION, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    assert_answer(post_signal(&signal), RECEIPT_REFUSED, "TOESTEMMING_INGETROKKEN");
    later = another(&signal);
    later.proof.sequence = 9;
    assert_answer(post_signal(&later), RECEIPT_REFUSED, "TOESTEMMING_INGETROKKEN");
    /* A new consent has a number of its own. */
    later = another(&signal);
    snprintf(later.proof.id, sizeof later.proof.id, "ffffffffffffffffffffffffffffffff");
    assert_answer(post_signal(&later), RECEIPT_ACCEPTED, "");
    ends();
}

static void a_proof_that_says_so_itself_ends_what_came_before_it(void **state)
{
    struct small_signal signal, ended;

    (void)state;
    signal = signal_at_team();
    assert_answer(post_signal(&signal), RECEIPT_ACCEPTED, "");
    ended = another(&signal);
    ended.proof.state = PROOF_WITHDRAWN;
    ended.proof.sequence = 2;
    assert_answer(post_signal(&ended), RECEIPT_REFUSED, "TOESTEMMING_INGETROKKEN");
    assert_int_equal(inbox(), 0);
    signal = another(&signal);
    assert_answer(post_signal(&signal), RECEIPT_REFUSED, "TOESTEMMING_INGETROKKEN");
    ends();
}

static void another_partner_cannot_take_it_back(void **state)
{
    struct small_signal signal;
    struct withdrawal_item item;

    (void)state;
    signal = signal_at_team();
    assert_answer(post_signal(&signal), RECEIPT_ACCEPTED, "");
    item = item_about(WITHDRAWAL_OF_PROOF, &signal);
    assert_answer(post_withdrawal(MUNICIPALITY, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    item = item_about(WITHDRAWAL_OF_SIGNAL, &signal);
    assert_answer(post_withdrawal(MUNICIPALITY, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    assert_int_equal(inbox(), 1);
    signal = another(&signal);
    assert_answer(post_signal(&signal), RECEIPT_ACCEPTED, "");
    ends();
}

static void a_recalled_signal_goes_alone(void **state)
{
    struct small_signal first, second, late;
    struct withdrawal_item item;

    (void)state;
    first = signal_at_team();
    second = another(&first);
    post_signal(&first);
    post_signal(&second);
    item = item_about(WITHDRAWAL_OF_SIGNAL, &first);
    item.reason = WITHDRAWAL_TERUGGETROKKEN;
    assert_answer(post_withdrawal(CORPORATION, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    assert_int_equal(inbox(), 1);
    late = another(&first);
    item = item_about(WITHDRAWAL_OF_SIGNAL, &late);
    item.reason = WITHDRAWAL_TERUGGETROKKEN;
    assert_answer(post_withdrawal(CORPORATION, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    assert_answer(post_signal(&late), RECEIPT_REFUSED, "TERUGGETROKKEN");
    ends();
}

static void what_a_law_asks_for_is_kept_and_said_to_be(void **state)
{
    struct small_signal signal;
    struct withdrawal_item item;

    (void)state;
    stands_at(MUNICIPALITY);
    signal = signal_for_here();
    assert_answer(post_signal(&signal), RECEIPT_ACCEPTED, "");
    item = item_about(WITHDRAWAL_OF_SIGNAL, &signal);
    item.reason = WITHDRAWAL_BEZWAAR;
    assert_answer(post_withdrawal(CORPORATION, &item), RECEIPT_ACCEPTED, WITHDRAWAL_KEPT);
    assert_answer(post_withdrawal(CORPORATION, &item), RECEIPT_KNOWN, WITHDRAWAL_KEPT);
    assert_int_equal(inbox(), 1);
    /* It should not have been sent at all: then no law asks for it. */
    item = item_about(WITHDRAWAL_OF_SIGNAL, &signal);
    item.reason = WITHDRAWAL_TERUGGETROKKEN;
    assert_answer(post_withdrawal(CORPORATION, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    assert_int_equal(inbox(), 0);
    ends();
}

/* Its silence may not tell which of its signals somebody took back at its desk. */
static void the_hour_of_a_secrecy_bound_partner_stays(void **state)
{
    struct small_signal signal;
    struct withdrawal_item item;
    size_t planned;

    (void)state;
    stands_at(GGZ);
    signal = signal_for_here();
    assert_answer(post_signal(&signal), RECEIPT_ACCEPTED, "");
    planned = rows_in(small.gateway.store, TABLE_RELEASE);
    assert_int_equal(planned, 1);
    item = item_about(WITHDRAWAL_OF_PROOF, &signal);
    assert_answer(post_withdrawal(CORPORATION, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    assert_int_equal(inbox(), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), planned);
    ends();
}

static void a_moment_to_come_is_refused(void **state)
{
    struct small_signal signal;
    struct withdrawal_item item;

    (void)state;
    signal = signal_at_team();
    item = item_about(WITHDRAWAL_OF_TOKEN, &signal);
    item.at_ms += INT64_C(86400000);
    assert_answer(post_withdrawal(MUNICIPALITY, &item), RECEIPT_REFUSED, "ONJUIST_BERICHT");
    assert_answer(post_signal(&signal), RECEIPT_ACCEPTED, "");
    ends();
}

/* --- by token, from a desk that is neither --- */

static void a_token_is_looked_up_in_the_background(void **state)
{
    struct small_signal signal, after, fresh;
    struct withdrawal_item item;

    (void)state;
    signal = signal_at_team();
    post_signal(&signal);
    item = item_about(WITHDRAWAL_OF_TOKEN, &signal);
    assert_answer(post_withdrawal(MUNICIPALITY, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    assert_int_equal(inbox(), 1); /* not while the other waits */
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    assert_int_equal(seek_pass(&small.gateway), OUTCOME_OK);
    assert_int_equal(inbox(), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_SEEK), 0);
    after = another(&signal);
    snprintf(after.proof.id, sizeof after.proof.id, "ffffffffffffffffffffffffffffffff");
    assert_answer(post_signal(&after), RECEIPT_REFUSED, "TOESTEMMING_INGETROKKEN");
    fresh = another(&after);
    fresh.proof.from = day_plus(amsterdam_day(town.now_ms), 1);
    assert_answer(post_signal(&fresh), RECEIPT_REFUSED, "GEEN_TOESTEMMING"); /* not yet, not ended */
    ends();
}

/* The resident agreed anew, and withdrew that too: a sender that has not heard may not go on. */
static void a_token_that_ends_twice_ends_what_was_given_in_between(void **state)
{
    struct small_signal signal, between;
    struct withdrawal_item item;

    (void)state;
    signal = signal_at_team();
    item = item_about(WITHDRAWAL_OF_TOKEN, &signal);
    item.at_ms -= INT64_C(30) * 86400000;
    assert_answer(post_withdrawal(MUNICIPALITY, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    between = another(&signal);
    between.proof.from = day_plus(amsterdam_day(town.now_ms), -1);
    assert_answer(post_signal(&between), RECEIPT_ACCEPTED, "");
    item = item_about(WITHDRAWAL_OF_TOKEN, &signal);
    assert_answer(post_withdrawal(MUNICIPALITY, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    between = another(&between);
    assert_answer(post_signal(&between), RECEIPT_REFUSED, "TOESTEMMING_INGETROKKEN");
    ends();
}

static void a_purpose_outside_the_covenant_is_refused(void **state)
{
    struct small_signal signal;
    struct withdrawal_item item;

    (void)state;
    signal = signal_at_team();
    item = item_about(WITHDRAWAL_OF_TOKEN, &signal);
    item.purpose = PURPOSE_WAAKVLAM;
    assert_answer(post_withdrawal(MUNICIPALITY, &item), RECEIPT_REFUSED,
                  refusal_code(REFUSAL_NO_ARTICLE));
    assert_int_equal(rows_in(small.gateway.store, TABLE_SEEK), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_ENDED), 0);
    ends();
}

/* Whoever made so many, none stays. */
static void however_many_there_are_none_stays(void **state)
{
    struct small_signal signal, next;
    struct withdrawal_item item;

    (void)state;
    signal = signal_at_team();
    for (int i = 0; i < DOSSIERS_MAX + 9; i++) {
        next = another(&signal);
        snprintf(next.proof.id, sizeof next.proof.id, "%032x", i);
        post_signal(&next);
    }
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    item = item_about(WITHDRAWAL_OF_TOKEN, &signal);
    assert_answer(post_withdrawal(MUNICIPALITY, &item), RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    assert_int_equal(seek_pass(&small.gateway), OUTCOME_OK);
    assert_int_equal(inbox(), 0);
    ends();
}

/* A token names who has the key: it waits here as all that is personal. */
static void what_is_still_to_be_looked_up_is_sealed(void **state)
{
    struct small_signal signal;
    struct withdrawal_item item;
    size_t keys, of_proof;

    (void)state;
    signal = signal_at_team();
    keys = rows_in(small.gateway.store, TABLE_DATA_KEY);
    item = item_about(WITHDRAWAL_OF_PROOF, &signal);
    post_withdrawal(CORPORATION, &item);
    of_proof = rows_in(small.gateway.store, TABLE_DATA_KEY) - keys;
    item = item_about(WITHDRAWAL_OF_TOKEN, &signal);
    post_withdrawal(MUNICIPALITY, &item);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DATA_KEY), keys + 2 * of_proof + 1);
    ends();
}

static void nobody_can_tell_hit_from_miss(void **state)
{
    struct small_signal signal, stranger;
    struct withdrawal_item hit, miss;
    struct receipt_answer answers[2];
    size_t leaves;

    (void)state;
    signal = signal_at_team();
    stranger = another(&signal);
    stranger.signal.token[30] = stranger.signal.token[30] == 'A' ? 'B' : 'A';
    post_signal(&signal);
    hit = item_about(WITHDRAWAL_OF_TOKEN, &signal);
    miss = item_about(WITHDRAWAL_OF_TOKEN, &stranger);
    leaves = audit_size(small.gateway.audit);
    answers[0] = post_withdrawal(MUNICIPALITY, &hit);
    assert_int_equal(audit_size(small.gateway.audit), leaves + 1);
    answers[1] = post_withdrawal(MUNICIPALITY, &miss);
    assert_int_equal(audit_size(small.gateway.audit), leaves + 2);
    assert_int_equal(answers[0].result, answers[1].result);
    assert_string_equal(answers[0].code, answers[1].code);
    ends();
}

/* --- any order --- */

enum step { SIGNAL, LATE_SIGNAL, ENDED_PROOF_SIGNAL, WITHDRAW, RECALL, BY_TOKEN, STEPS };

struct cast {
    struct small_signal signal, late, saying;
    struct withdrawal_item withdrawal, recall, token;
};

static void play(const struct cast *cast, enum step step)
{
    switch (step) {
    case SIGNAL:
        post_signal(&cast->signal);
        break;
    case LATE_SIGNAL:
        post_signal(&cast->late);
        break;
    case ENDED_PROOF_SIGNAL:
        post_signal(&cast->saying);
        break;
    case WITHDRAW:
        assert_string_equal(post_withdrawal(CORPORATION, &cast->withdrawal).code,
                            WITHDRAWAL_ERASED);
        break;
    case RECALL:
        assert_string_equal(post_withdrawal(CORPORATION, &cast->recall).code, WITHDRAWAL_ERASED);
        break;
    case BY_TOKEN:
        assert_string_equal(post_withdrawal(MUNICIPALITY, &cast->token).code, WITHDRAWAL_ERASED);
        break;
    case STEPS:
        break;
    }
}

static struct cast new_cast(struct dice *dice)
{
    struct cast cast = {.signal = signal_for_here()};

    dice_word(dice, "0123456789abcdef", 32, 32, cast.signal.proof.id);
    uuid_print(uuid_v4(), cast.signal.signal.id);
    cast.signal.signal.token[30] = "ABCDEFGH"[dice_number(dice, 8)];
    cast.signal.signal.token[31] = "ABCDEFGH"[dice_number(dice, 8)];
    memcpy(cast.signal.proof.token, cast.signal.signal.token, sizeof cast.signal.proof.token);
    cast.late = another(&cast.signal);
    cast.saying = another(&cast.signal);
    cast.saying.proof.state = PROOF_WITHDRAWN;
    cast.saying.proof.sequence = 2;
    cast.withdrawal = item_about(WITHDRAWAL_OF_PROOF, &cast.signal);
    cast.recall = item_about(WITHDRAWAL_OF_SIGNAL, &cast.signal);
    cast.recall.reason = WITHDRAWAL_TERUGGETROKKEN;
    cast.token = item_about(WITHDRAWAL_OF_TOKEN, &cast.signal);
    return cast;
}

/* The signals and the withdrawal at least once, the rest or not, some twice; in any order, with the
 * clock passing now and then. */
static void play_all(const struct cast *cast, struct dice *dice)
{
    static const enum step always[] = {SIGNAL, LATE_SIGNAL, WITHDRAW};
    enum step order[STEPS * 3];
    size_t count = sizeof always / sizeof always[0];

    memcpy(order, always, sizeof always);
    for (unsigned step = 0; step < STEPS; step++) {
        if (dice_number(dice, 3) == 0)
            order[count++] = (enum step)step;
    }
    for (size_t i = count; i > 1; i--) {
        size_t j = dice_number(dice, i);
        enum step kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
    for (size_t i = 0; i < count; i++) {
        play(cast, order[i]);
        if (dice_coin(dice)) {
            assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
            assert_int_equal(seek_pass(&small.gateway), OUTCOME_OK);
        }
    }
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    assert_int_equal(seek_pass(&small.gateway), OUTCOME_OK);
}

static void k2_the_end_is_the_same_in_any_order(void **state)
{
    struct dice dice = dice_throw_from(0xb6);

    (void)state;
    stands_at(TEAM);
    for (int i = 0; i < 60; i++) {
        const struct cast cast = new_cast(&dice);
        struct small_signal again = another(&cast.signal);
        play_all(&cast, &dice);
        assert_int_equal(inbox(), 0);
        assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), 0);
        assert_int_equal(rows_in(small.gateway.store, TABLE_SEEK), 0);
        assert_answer(post_signal(&again), RECEIPT_REFUSED, "TOESTEMMING_INGETROKKEN");
        assert_string_equal(post_withdrawal(CORPORATION, &cast.withdrawal).code,
                            WITHDRAWAL_ERASED);
    }
    ends();
}

/* --- short of memory --- */

static struct bytes scarce_item;

static enum outcome receive_once(void)
{
    OWNED_RECEIPT receipt = NULL;

    return deliver(CORPORATION, MESSAGE_KIND_WITHDRAWAL, scarce_item, &receipt);
}

static void short_of_memory_nothing_is_half_withdrawn(void **state)
{
    struct small_signal signal;
    struct withdrawal_item item;
    OWNED_BUFFER text = {0};
    enum outcome outcome;

    (void)state;
    signal = signal_at_team();
    post_signal(&signal);
    item = item_about(WITHDRAWAL_OF_PROOF, &signal);
    assert_int_equal(withdrawal_item_print(&item, &text), OUTCOME_OK);
    scarce_item = buffer_bytes(&text);
    WITH_SCARCE_MEMORY_SAMPLED(200, outcome, receive_once(), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
    assert_int_equal(inbox(), 0);
    ends();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rests_on_a_consent_goes_with_it),
        cmocka_unit_test(an_older_proof_does_not_work_again),
        cmocka_unit_test(a_proof_that_says_so_itself_ends_what_came_before_it),
        cmocka_unit_test(another_partner_cannot_take_it_back),
        cmocka_unit_test(a_recalled_signal_goes_alone),
        cmocka_unit_test(what_a_law_asks_for_is_kept_and_said_to_be),
        cmocka_unit_test(the_hour_of_a_secrecy_bound_partner_stays),
        cmocka_unit_test(a_moment_to_come_is_refused),
        cmocka_unit_test(a_token_is_looked_up_in_the_background),
        cmocka_unit_test(a_token_that_ends_twice_ends_what_was_given_in_between),
        cmocka_unit_test(a_purpose_outside_the_covenant_is_refused),
        cmocka_unit_test(however_many_there_are_none_stays),
        cmocka_unit_test(what_is_still_to_be_looked_up_is_sealed),
        cmocka_unit_test(nobody_can_tell_hit_from_miss),
        cmocka_unit_test(k2_the_end_is_the_same_in_any_order),
        cmocka_unit_test(short_of_memory_nothing_is_half_withdrawn),
    };

    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
