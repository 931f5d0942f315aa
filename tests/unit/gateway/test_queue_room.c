/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/queue_room.h"
#include "tests/support/small_sender.h"

static struct small_sender sender;

static const struct oin *team(void)
{
    return &sender.town.parties[TEAM].oin;
}

static void fill(int count)
{
    char id[UUID_TEXT_BYTES];

    for (int i = 0; i < count; i++)
        sender_queue_text(&sender, MESSAGE_KIND_STATEMENT, "{}", id);
}

static unsigned percent_for(const struct oin *partner)
{
    struct view view;
    unsigned percent;

    view_begin(sender.small.gateway.store, &view);
    percent = queue_percent(&view, sender.small.gateway.settings, partner);
    view_end(&view);
    return percent;
}

static void q3_items_count_for_their_own_partner(void **state)
{
    (void)state;
    sender.small.gateway.settings->queue_items = 10;
    assert_int_equal(percent_for(team()), 0);
    fill(7);
    assert_int_equal(percent_for(team()), 70);
    fill(3);
    assert_int_equal(percent_for(team()), 100);
    assert_int_equal(percent_for(&sender.town.parties[GGZ].oin), 0);
}

static void q3_bytes_count_for_all(void **state)
{
    (void)state;
    fill(600);
    sender.small.gateway.settings->queue_mib = 1;
    assert_in_range(percent_for(team()), 10, 100);
    assert_int_equal(percent_for(&sender.town.parties[GGZ].oin), percent_for(team()));
}

static void take_out(uint64_t place)
{
    struct change *change = change_of(sender.small.gateway.store);

    queue_delete(change, team(), place);
    change_done(change);
}

/* One that is held up at the front does not make the queue look full. */
static void q3_a_gap_is_not_counted(void **state)
{
    (void)state;
    sender.small.gateway.settings->queue_items = 10;
    fill(9);
    for (uint64_t i = 1; i < 8; i++)
        take_out(QUEUE_MIDDLE + i);
    assert_int_equal(percent_for(team()), 20);
}

static void look(struct queue_watch *watch)
{
    assert_int_equal(queue_watch_look(watch, &sender.small.gateway), OUTCOME_OK);
}

static void q3_one_alarm_at_80_percent_until_it_came_down(void **state)
{
    struct queue_watch watch = {0};
    size_t before = sender_leaves(&sender);

    (void)state;
    sender.small.gateway.settings->queue_items = 10;
    fill(7);
    look(&watch);
    assert_int_equal(sender_leaves(&sender), before);
    fill(1);
    look(&watch);
    look(&watch);
    assert_int_equal(sender_leaves(&sender), before + 1);
    assert_string_equal(sender_leaf_member(&sender, 1, "ev"), "alarm");
    assert_string_equal(sender_leaf_member(&sender, 1, "why"), "WACHTRIJ_VOL");
    assert_string_equal(sender_leaf_member(&sender, 1, "dst"), team()->text);
    take_out(QUEUE_MIDDLE); /* 70 %: the alarm stands */
    look(&watch);
    fill(1);
    look(&watch);
    assert_int_equal(sender_leaves(&sender), before + 1);
    take_out(QUEUE_MIDDLE + 1);
    take_out(QUEUE_MIDDLE + 2);
    look(&watch);
    fill(2);
    look(&watch);
    assert_int_equal(sender_leaves(&sender), before + 2);
}

static int make(void **state)
{
    (void)state;
    small_sender_make(&sender);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_sender_end(&sender);
    return 0;
}

static int make_town(void **state)
{
    (void)state;
    small_town_make(&sender.town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&sender.town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(q3_items_count_for_their_own_partner),
        WITH_GATEWAY(q3_bytes_count_for_all),
        WITH_GATEWAY(q3_a_gap_is_not_counted),
        WITH_GATEWAY(q3_one_alarm_at_80_percent_until_it_came_down),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
