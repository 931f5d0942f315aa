/* SPDX-License-Identifier: EUPL-1.2 */
/* A partner whose store was put back is told what it told us itself, and forgot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/recovery_back.h"
#include "gateway/withdrawals.h"
#include "tests/support/small_rows.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;

static void stands_at(enum small_place place)
{
    small_town_make(&town);
    small_gateway_make(&small, &town, place);
    small_gateway_in_force(&small);
}

static int ends(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

/* --- told back --- */

struct back {
    enum small_place partner;
    int64_t since_ms;
    char item[UUID_TEXT_BYTES];
    enum outcome (*of)(struct change *change, const struct back *back);
};

static enum outcome of_ours(struct change *change, const struct back *back)
{
    return recovery_back_sent(&small.gateway, change, &town.parties[back->partner].oin,
                              back->since_ms, back->item);
}

static enum outcome of_theirs(struct change *change, const struct back *back)
{
    struct uuid id;

    assert_true(uuid_parse(back->item, &id));
    return recovery_back_received(&small.gateway, change, &town.parties[back->partner].oin,
                                  back->since_ms, id);
}

static enum outcome apply_back(struct change *change, struct audit *audit, void *context)
{
    const struct back *back = context;

    (void)audit;
    return back->of(change, back);
}

static void assert_told(struct back *back, size_t told)
{
    small_gateway_write(&small, apply_back, back);
    assert_int_equal(rows_in(small.gateway.store, TABLE_TOLD), told);
}

static void assert_waits(enum small_place partner, const char *item)
{
    struct queued queued;
    uint64_t place;
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(queue_next(&view, &town.parties[partner].oin, 0, &place, &queued), OUTCOME_OK);
    assert_int_equal(queued.kind, MESSAGE_KIND_WITHDRAWAL);
    assert_non_null(memmem(queued.item.data, queued.item.length, item, strlen(item)));
    assert_non_null(memmem(queued.item.data, queued.item.length, "\"signaal\"", 9));
    view_end(&view);
}

static void assert_told_only_to_who_forgot(struct back *back)
{
    const enum small_place partner = back->partner;
    const int64_t since_ms = back->since_ms;

    back->partner = MUNICIPALITY;
    assert_told(back, 0);
    back->partner = partner;
    back->since_ms = town.now_ms + 60000; /* it had that before its backup */
    assert_told(back, 0);
    back->since_ms = since_ms;
    assert_told(back, 1);
    assert_waits(partner, back->item);
}

/* --- a signal of ours --- */

static enum outcome apply_gone(struct change *change, struct audit *audit, void *context)
{
    const struct back *back = context;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid id;

    (void)audit;
    TRY(kept_signal_load(&change->view, TABLE_SENT, back->item, &id, &kept));
    TRY(queue_take_out(change, &kept.partner, back->item, NULL));
    kept.received_ms = town.now_ms / 1000 * 1000;
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, bytes_of(id.bytes, sizeof id.bytes), buffer_bytes(&text));
    return change->outcome;
}

static void hand_in(struct back *back, char basis[static UUID_TEXT_BYTES])
{
    const struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    struct small_intake s;

    small_intake_decide(&s, &small, &row, 1);
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_SENT_CONSENT);
    memcpy(back->item, s.rows[0].id, sizeof back->item);
    memcpy(basis, s.rows[0].basis->id, UUID_TEXT_BYTES);
    small_intake_end(&s);
    small_gateway_write(&small, apply_gone, back);
}

struct taking_back {
    const char *basis;
    const struct oin *from; /* NULL: at our own desk */
};

static enum outcome apply_taking_back(struct change *change, struct audit *audit, void *context)
{
    const struct taking_back *taking = context;
    const struct withdrawal_cause cause = {.reason = WITHDRAWAL_INGETROKKEN,
                                           .role = ROLE_ONTVANGER,
                                           .from = taking->from,
                                           .now_ms = town.now_ms};
    char number[UUID_TEXT_BYTES];

    (void)audit;
    return withdraw_basis(&small.gateway, change, taking->basis, &cause, number);
}

static void what_was_withdrawn_at_its_desk_is_told_back(void **state)
{
    struct back back = {.partner = TEAM, .of = of_ours};
    char basis[UUID_TEXT_BYTES];
    struct taking_back taking = {.basis = basis};

    (void)state;
    stands_at(CORPORATION);
    taking.from = &town.parties[TEAM].oin;
    back.since_ms = town.now_ms - 1000;
    hand_in(&back, basis);
    assert_told(&back, 0); /* nothing ended */
    small_gateway_write(&small, apply_taking_back, &taking);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 0); /* it had done its part */
    assert_told_only_to_who_forgot(&back);
}

static void what_we_told_it_is_not_told_back(void **state)
{
    struct back back = {.partner = TEAM, .of = of_ours};
    char basis[UUID_TEXT_BYTES];
    struct taking_back taking = {.basis = basis};

    (void)state;
    stands_at(CORPORATION);
    back.since_ms = town.now_ms - 1000;
    hand_in(&back, basis);
    small_gateway_write(&small, apply_taking_back, &taking);
    assert_told(&back, 1); /* by the withdrawal itself */
}

/* --- a signal of theirs --- */

static void deliver(enum message_kind kind, struct bytes item)
{
    struct small_message message =
        small_message_make(&town, CORPORATION, TEAM, kind,
                           small_gateway_known(&small)->covenant->fingerprint, &item, 1);
    OWNED_BUFFER body = small_message_text(&town, &message);
    struct small_call call;

    assert_int_equal(small_gateway_receive(&small, CORPORATION, kind, buffer_bytes(&body), &call),
                     OUTCOME_OK);
    small_call_end(&call);
}

static void what_was_erased_here_is_told_back_to_its_sender(void **state)
{
    struct withdrawal_item item = {
        .about = WITHDRAWAL_OF_PROOF, .reason = WITHDRAWAL_INGETROKKEN, .purpose = PURPOSE_NONE};
    struct back back = {.partner = CORPORATION, .of = of_theirs};
    OWNED_BUFFER text = {0}, withdrawal = {0};
    struct small_signal signal;

    (void)state;
    stands_at(TEAM);
    back.since_ms = town.now_ms - 1000;
    signal = small_signal_make(&town, small_gateway_known(&small), TEAM);
    text = small_signal_text(&signal);
    deliver(MESSAGE_KIND_SIGNAL, buffer_bytes(&text));
    memcpy(back.item, signal.signal.id, sizeof back.item);
    assert_told(&back, 0); /* it is here */
    item.at_ms = town.now_ms / 1000 * 1000;
    uuid_print(uuid_v4(), item.id);
    memcpy(item.proof, signal.proof.id, sizeof item.proof);
    item.sequence = signal.proof.sequence + 1;
    assert_int_equal(withdrawal_item_print(&item, &withdrawal), OUTCOME_OK);
    deliver(MESSAGE_KIND_WITHDRAWAL, buffer_bytes(&withdrawal));
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 0);
    assert_told_only_to_who_forgot(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_was_withdrawn_at_its_desk_is_told_back, ends),
        cmocka_unit_test_teardown(what_we_told_it_is_not_told_back, ends),
        cmocka_unit_test_teardown(what_was_erased_here_is_told_back_to_its_sender, ends),
    };

    json_ready();
    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
