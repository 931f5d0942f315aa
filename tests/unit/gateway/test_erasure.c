/* SPDX-License-Identifier: EUPL-1.2 */
/* What is erased, and with it all that leads to it; what stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/match.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_records.h"

/* --- facts: what was received --- */

static void a_received_signal_goes_with_all_that_leads_to_it(void **state)
{
    struct received received = take_in(town.now_ms), other = take_in(town.now_ms);
    struct tombstone stone;
    OWNED_JSON leaf = NULL;

    (void)state;
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 4);
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_RECALLED), OUTCOME_OK);
    assert_false(is_there(TABLE_INBOX, &received.id));
    assert_true(is_there(TABLE_INBOX, &other.id));
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LINK), 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_HELD), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX_ORDER), 2); /* its place stays */
    stone = stone_of(RECORD_RECEIVED, received.id);
    assert_int_equal(stone.cause, ERASURE_RECALLED);
    assert_true(oin_equal(&stone.partner, &town.parties[CORPORATION].oin));
    assert_int_equal(stone.sequence, 0);
    assert_int_equal(pending_now(), 1);
    leaf = last_leaf();
    assert_string_equal(leaf_text(leaf, "ev"), "erase");
    assert_string_equal(leaf_text(leaf, "ph"), "intent");
    assert_string_equal(leaf_text(leaf, "why"), "TERUGGEROEPEN");
    assert_string_equal(leaf_text(leaf, "ret"), "UITWISSELING");
}

static void what_waits_to_be_matched_is_not_matched(void **state)
{
    struct received received = take_in(town.now_ms);

    (void)state;
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_WITHDRAWN), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), 0);
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 0);
}

static void what_is_not_here_cannot_be_erased(void **state)
{
    struct received received = take_in(town.now_ms);

    (void)state;
    assert_int_equal(erase_one(RECORD_SENT, received.id, ERASURE_TERM), OUTCOME_NOT_FOUND);
    assert_int_equal(erase_one(RECORD_BASIS, received.id, ERASURE_TERM), OUTCOME_NOT_FOUND);
    assert_int_equal(erase_one(RECORD_RECEIVED, uuid_v4(), ERASURE_TERM), OUTCOME_NOT_FOUND);
    assert_int_equal(pending_now(), 0);
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_NOT_FOUND);
    assert_int_equal(pending_now(), 1);
}

/* --- silence --- */

struct letting_go {
    int64_t now_ms;
    bool more;
};

static enum outcome apply_release(struct change *change, struct audit *audit, void *context)
{
    struct letting_go *letting_go = context;

    (void)audit;
    return release_due(&small.gateway, change, letting_go->now_ms, &letting_go->more);
}

static void an_erased_signal_is_still_answered_at_its_hour(void **state)
{
    struct received received = {
        .signal = small_signal_make(&town, small_gateway_known(&small), TEAM),
        .at_ms = town.now_ms,
        .releases = true};
    struct letting_go letting_go = {town.now_ms + INT64_C(40) * DAY_MS, false};
    const struct article *article;
    struct queued queued;
    struct view view;
    uint64_t sequence;

    (void)state;
    uuid_print(uuid_v4(), received.signal.signal.id);
    article = covenant_article(small_gateway_known(&small)->covenant,
                               received.signal.signal.article);
    assert_non_null(article);
    take_in_as(&received);
    if (article->terms.decide_workdays != 10)
        skip();
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_WITHDRAWN), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 1);
    small_gateway_write(&small, apply_release, &letting_go);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 0);
    view_begin(small.gateway.store, &view);
    assert_int_equal(
        queue_next(&view, &town.parties[CORPORATION].oin, 0, &sequence, &queued), OUTCOME_OK);
    assert_int_equal(queued.kind, MESSAGE_KIND_FEEDBACK);
    assert_string_equal(queued.covenant, small_gateway_known(&small)->covenant->fingerprint);
    assert_string_equal(queued.dossier, received.dossier);
    assert_non_null(memmem(queued.item.data, queued.item.length, received.signal.signal.id,
                           UUID_TEXT_BYTES - 1));
    view_end(&view);
}

static void the_last_record_of_a_dossier_takes_the_person_with_it(void **state)
{
    struct sending first = send_one("", false), second = send_one(first.dossier, false);

    (void)state;
    assert_int_equal(rows_in(small.gateway.store, TABLE_PERSON), 1);
    assert_int_equal(erase_one(RECORD_SENT, first.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_PERSON), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 1);
    assert_int_equal(erase_one(RECORD_SENT, second.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_PERSON), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LINK), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_HELD), 0);
}

static void a_sent_signal_leaves_the_queue_too(void **state)
{
    struct sending waits = send_one("", true), other = send_one("", true);
    struct queued queued;
    struct view view;
    uint64_t sequence;

    (void)state;
    assert_int_equal(erase_one(RECORD_SENT, waits.id, ERASURE_WITHDRAWN), OUTCOME_OK);
    view_begin(small.gateway.store, &view);
    assert_int_equal(queue_next(&view, &town.parties[TEAM].oin, 0, &sequence, &queued),
                     OUTCOME_OK);
    assert_string_equal(queued.id, other.text);
    view_end(&view);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
}

static void its_reporter_alone_is_known_by_a_hash(void **state)
{
    struct sending sent = send_one("", false);
    uint8_t his[STORE_HASH_BYTES], another[STORE_HASH_BYTES];
    struct tombstone stone;

    (void)state;
    assert_int_equal(erase_one(RECORD_SENT, sent.id, ERASURE_TERM), OUTCOME_OK);
    stone = stone_of(RECORD_SENT, sent.id);
    assert_int_equal(erasure_reporter(small.gateway.store, "1001", his), OUTCOME_OK);
    assert_int_equal(erasure_reporter(small.gateway.store, "1002", another), OUTCOME_OK);
    assert_memory_equal(stone.reporter, his, sizeof his);
    assert_memory_not_equal(stone.reporter, another, sizeof another);
}

/* --- want of memory --- */

static void scarce_memory_erases_all_or_nothing(void **state)
{
    struct received received = take_in(town.now_ms);
    struct sending sent = send_one("", true);
    enum outcome outcome;
    int lasts = 0;

    (void)state;
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    do {
        memory_lasts_for(lasts++);
        outcome = erase_one(RECORD_RECEIVED, received.id, ERASURE_TERM);
        memory_lasts_for(-1);
        assert_int_equal(has_stone(RECORD_RECEIVED, received.id), outcome == OUTCOME_OK);
        assert_int_equal(is_there(TABLE_INBOX, &received.id), outcome != OUTCOME_OK);
    } while (outcome == OUTCOME_OUT_OF_MEMORY);
    assert_int_equal(outcome, OUTCOME_OK);
    assert_true(lasts > 5);
    lasts = 0;
    do {
        memory_lasts_for(lasts++);
        outcome = erase_one(RECORD_SENT, sent.id, ERASURE_TERM);
        memory_lasts_for(-1);
        assert_int_equal(has_stone(RECORD_SENT, sent.id), outcome == OUTCOME_OK);
        assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), outcome != OUTCOME_OK);
    } while (outcome == OUTCOME_OUT_OF_MEMORY);
    assert_int_equal(outcome, OUTCOME_OK);
}

#define AT_TEAM(fact)                                                                              \
    cmocka_unit_test_setup_teardown(fact, small_records_team, small_records_end)
#define AT_CORPORATION(fact)                                                                       \
    cmocka_unit_test_setup_teardown(fact, small_records_corporation, small_records_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_TEAM(a_received_signal_goes_with_all_that_leads_to_it),
        AT_TEAM(what_waits_to_be_matched_is_not_matched),
        AT_TEAM(what_is_not_here_cannot_be_erased),
        AT_TEAM(an_erased_signal_is_still_answered_at_its_hour),
        AT_CORPORATION(the_last_record_of_a_dossier_takes_the_person_with_it),
        AT_CORPORATION(a_sent_signal_leaves_the_queue_too),
        AT_CORPORATION(its_reporter_alone_is_known_by_a_hash),
        AT_CORPORATION(scarce_memory_erases_all_or_nothing),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, small_records_town, small_records_town_end);
}
