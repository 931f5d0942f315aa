/* SPDX-License-Identifier: EUPL-1.2 */
/* What waits when a covenant ends is taken out in pieces, with a leaf each; what is told to whom is
 * kept until it arrived; people are reminded in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/covenant_dates.h"
#include "gateway/notices.h"
#include "gateway/outgoing.h"
#include "gateway/tell_parties.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_sender.h"

static struct small_sender sender;

/* --- the sweep --- */

static size_t sweep_all(void)
{
    uint64_t from = 0;
    size_t pieces = 1;
    enum outcome outcome;

    while ((outcome = outgoing_sweep(&sender.small.gateway, &sender.town.parties[TEAM].oin,
                                     &from)) == OUTCOME_OK)
        pieces++;
    assert_int_equal(outcome, OUTCOME_NOT_FOUND);
    return pieces;
}

static void what_may_go_stays_where_it_is(void **state)
{
    char id[UUID_TEXT_BYTES];
    size_t leaves;

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    sender_queue_text(&sender, MESSAGE_KIND_STATEMENT, "{}", id);
    leaves = sender_leaves(&sender);
    (void)sweep_all();
    assert_int_equal(sender_waiting(&sender), 2);
    assert_int_equal(sender_leaves(&sender), leaves);
}

static void a_withdrawal_takes_out_what_waits_and_nothing_else(void **state)
{
    OWNED_KEPT_SIGNAL kept = {0};
    char signals[3][UUID_TEXT_BYTES], other[UUID_TEXT_BYTES];
    size_t leaves;

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), signals[0]);
    sender_queue_text(&sender, MESSAGE_KIND_STATEMENT, "{}", other);
    sender_queue_text(&sender, MESSAGE_KIND_FEEDBACK, "{}", other); /* what is open is answered */
    sender_queue_signal(&sender, sender_in_days(&sender, 5), signals[1]);
    sender_queue_text(&sender, MESSAGE_KIND_SHARED_KEY, "{}", other);
    sender_queue_signal(&sender, sender_in_days(&sender, 5), signals[2]);
    small_gateway_hears(&sender.small, TEAM, sender.fingerprint, VERDICT_WITHDRAWN);
    leaves = sender_leaves(&sender);
    (void)sweep_all();
    assert_int_equal(sender_waiting(&sender), 2);
    assert_int_equal(sender_leaves(&sender), leaves + 4);
    assert_string_equal(sender_leaf_member(&sender, 1, "why"), "CONVENANT_INGETROKKEN");
    assert_string_equal(sender_leaf_member(&sender, 1, "ph"), "outcome");
    assert_string_equal(sender_leaf_member(&sender, 1, "md"), ""); /* nothing was sealed */
    sender_read_sent(&sender, signals[1], &kept);
    assert_string_equal(kept.refusal, "CONVENANT_INGETROKKEN");
    (void)sweep_all();
    assert_int_equal(sender_leaves(&sender), leaves + 4);
}

static void much_is_taken_out_in_pieces(void **state)
{
    char id[UUID_TEXT_BYTES];

    (void)state;
    for (int i = 0; i < 300; i++)
        sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    small_gateway_hears(&sender.small, CORPORATION, sender.fingerprint, VERDICT_WITHDRAWN);
    assert_in_range(sweep_all(), 3, 4);
    assert_int_equal(sender_waiting(&sender), 0);
}

/* Between its reading of the queue and the change another may have taken it out. */
static void what_was_taken_out_meanwhile_is_not_ended_twice(void **state)
{
    char id[UUID_TEXT_BYTES];
    struct outgoing_choice choice = sender_choice(&sender);
    struct outgoing *outgoing = NULL;
    size_t leaves;

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    small_gateway_hears(&sender.small, TEAM, sender.fingerprint, VERDICT_WITHDRAWN);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing), OUTCOME_NOT_YET);
    leaves = sender_leaves(&sender);
    (void)sweep_all();
    assert_int_equal(sender_leaves(&sender), leaves);
}

/* --- notices --- */

struct telling {
    const struct statement *statement;
    struct queued queued; /* to settle */
    const char *refusal;
};

static enum outcome apply_telling(struct change *change, struct audit *audit, void *context)
{
    const struct telling *telling = context;
    const struct known_covenant *known = small_gateway_known(&sender.small);

    (void)audit;
    return tell_statement(&sender.small.gateway, change, ROLE_CONVENANTBEHEERDER,
                          telling->statement, known->covenant, bytes_of_text("{}"));
}

static enum outcome apply_settling(struct change *change, struct audit *audit, void *context)
{
    const struct telling *telling = context;

    (void)audit;
    return notice_settle(change, sender.fingerprint, &sender.town.parties[TEAM].oin,
                         &telling->queued, sender.town.now_ms, telling->refusal);
}

static size_t count_notices(size_t *out_arrived, struct notice *out_of_team)
{
    OWNED_BUFFER after = {0};
    struct notice notice;
    struct view view;
    size_t count = 0;

    *out_arrived = 0;
    view_begin(sender.small.gateway.store, &view);
    while (notice_next(&view, sender.fingerprint, &after, &notice) == OUTCOME_OK) {
        count++;
        *out_arrived += notice.arrived_ms != 0;
        if (oin_equal(&notice.partner, &sender.town.parties[TEAM].oin))
            *out_of_team = notice;
    }
    view_end(&view);
    return count;
}

static void each_party_is_told_and_it_is_noted_when_it_knew(void **state)
{
    const struct statement statement = {.verdict = VERDICT_AGREED, .at_ms = 1000};
    struct telling telling = {.statement = &statement,
                              .queued = {.kind = MESSAGE_KIND_STATEMENT}};
    struct notice of_team = {0};
    size_t arrived;

    (void)state;
    small_gateway_write(&sender.small, apply_telling, &telling);
    assert_int_equal(count_notices(&arrived, &of_team), 4); /* not ourselves */
    assert_int_equal(arrived, 0);
    assert_int_equal(of_team.verdict, VERDICT_AGREED);
    assert_int_equal(of_team.since_ms, 1000);
    memcpy(telling.queued.id, of_team.item, sizeof of_team.item);
    small_gateway_write(&sender.small, apply_settling, &telling);
    assert_int_equal(count_notices(&arrived, &of_team), 4);
    assert_int_equal(arrived, 1);
    assert_int_equal(of_team.arrived_ms, sender.town.now_ms);
    assert_string_equal(of_team.refusal, "");
    telling.refusal = "STAP_NIET_MOGELIJK";
    small_gateway_write(&sender.small, apply_settling, &telling);
    (void)count_notices(&arrived, &of_team);
    assert_string_equal(of_team.refusal, "STAP_NIET_MOGELIJK");
    uuid_print(uuid_v4(), telling.queued.id); /* of no notice */
    small_gateway_write(&sender.small, apply_settling, &telling);
    assert_int_equal(count_notices(&arrived, &of_team), 4);
}

/* --- reminders --- */

static size_t warnings_at(int64_t now_ms, const char *wanted)
{
    HELD_REGISTRY registry = gateway_registry(&sender.small.gateway);
    OWNED_JSON warnings = json_array();

    covenant_dates_warn(registry, &sender.small.gateway.settings->oin, now_ms, LANGUAGE_NL,
                        warnings);
    for (size_t i = 0; wanted && i < json_array_size(warnings); i++) {
        if (strstr(json_string_value(json_array_get(warnings, i)), wanted))
            return json_array_size(warnings);
    }
    if (wanted)
        fail_msg("%s", wanted);
    return json_array_size(warnings);
}

static void a39_people_are_reminded_in_time(void **state)
{
    const struct covenant *covenant = small_gateway_known(&sender.small)->covenant;
    int64_t evaluation = amsterdam_instant(covenant->evaluation, 12);
    int64_t end = amsterdam_instant(covenant->valid_until, 12);

    (void)state;
    if (day_compare(covenant->evaluation, covenant->valid_until) != 0) {
        assert_int_equal(warnings_at(evaluation - 61 * (int64_t)DAY_MS, NULL), 0);
        assert_true(warnings_at(evaluation - 60 * (int64_t)DAY_MS, "over 60 dagen") >= 1);
        assert_true(warnings_at(evaluation - 14 * (int64_t)DAY_MS, "nog 14 dagen") >= 1);
        assert_true(warnings_at(evaluation + 1 * (int64_t)DAY_MS, "is gemist, 1 dagen") >= 1);
    }
    assert_true(warnings_at(end - 60 * (int64_t)DAY_MS, "loopt af op") >= 1);
    assert_true(warnings_at(end - 14 * (int64_t)DAY_MS, "Daarna stopt alle verkeer") >= 1);
    assert_int_equal(warnings_at(end + 1 * (int64_t)DAY_MS, "is verlopen op"), 1);
    assert_int_equal(warnings_at(end + 61 * (int64_t)DAY_MS, NULL), 0);
    small_gateway_hears(&sender.small, CORPORATION, sender.fingerprint, VERDICT_WITHDRAWN);
    assert_int_equal(warnings_at(end - 14 * (int64_t)DAY_MS, NULL), 0); /* no longer ours */
}

static void where_it_stands_is_one_word(void **state)
{
    const struct known_covenant *known = small_gateway_known(&sender.small);
    int64_t from = amsterdam_instant(known->covenant->valid_from, 0);
    int64_t end = amsterdam_instant(known->covenant->valid_until, 0);

    (void)state;
    assert_int_equal(covenant_state_of(known, sender.town.now_ms), COVENANT_IN_FORCE);
    assert_int_equal(covenant_state_of(known, from - 1), COVENANT_NOT_YET);
    assert_int_equal(covenant_state_of(known, end + DAY_MS + DAY_MS), COVENANT_EXPIRED);
    assert_int_equal(covenant_days_to(known->covenant->valid_from, from - 1), 1);
    small_gateway_hears(&sender.small, GGZ, sender.fingerprint, VERDICT_WITHDRAWN);
    known = small_gateway_known(&sender.small);
    assert_int_equal(covenant_state_of(known, sender.town.now_ms), COVENANT_WITHDRAWN);
    assert_string_equal(covenant_state_code(COVENANT_WITHDRAWN), "CONVENANT_INGETROKKEN");
    assert_string_equal(covenant_state_name(COVENANT_MISSED, LANGUAGE_EN), "evaluation missed");
}

static enum outcome sweep_once(void)
{
    uint64_t from = 0;

    return outgoing_sweep(&sender.small.gateway, &sender.town.parties[TEAM].oin, &from);
}

static void scarce_memory_leaves_the_queue_as_it_was(void **state)
{
    char id[UUID_TEXT_BYTES];
    enum outcome outcome;

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    WITH_SCARCE_MEMORY(outcome, sweep_once(), (void)0);
    assert_int_equal(outcome, OUTCOME_NOT_FOUND);
    assert_int_equal(sender_waiting(&sender), 1);
}

static int make(void **state)
{
    (void)state;
    small_town_make(&sender.town);
    small_sender_make(&sender);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_sender_end(&sender);
    small_town_end(&sender.town);
    return 0;
}

#define WITH_SENDER(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SENDER(what_may_go_stays_where_it_is),
        WITH_SENDER(a_withdrawal_takes_out_what_waits_and_nothing_else),
        WITH_SENDER(much_is_taken_out_in_pieces),
        WITH_SENDER(what_was_taken_out_meanwhile_is_not_ended_twice),
        WITH_SENDER(each_party_is_told_and_it_is_noted_when_it_knew),
        WITH_SENDER(a39_people_are_reminded_in_time),
        WITH_SENDER(where_it_stands_is_one_word),
        WITH_SENDER(scarce_memory_leaves_the_queue_as_it_was),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
