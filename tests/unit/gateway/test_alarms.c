/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/alarms.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_sender.h"

static struct small_sender sender;

static const char *team(void)
{
    return sender.town.parties[TEAM].oin.text;
}

struct step {
    enum outcome (*act)(struct gateway *, struct change *, enum alarm, const char *);
    enum alarm alarm;
    const char *about;
};

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    const struct step *step = context;

    (void)audit;
    return step->act(&sender.small.gateway, change, step->alarm, step->about);
}

static enum outcome run(struct step step)
{
    return writer_run(sender.small.gateway.writer, apply, &step);
}

static json_t *warnings(enum language language)
{
    json_t *list = json_array();
    struct registry *registry = gateway_registry(&sender.small.gateway);

    assert_int_equal(alarms_warn(&sender.small.gateway, registry, language, list), OUTCOME_OK);
    registry_release(registry);
    return list;
}

static bool stands(enum alarm alarm, const char *about)
{
    struct view view;
    bool result;

    view_begin(sender.small.gateway.store, &view);
    result = alarm_stands(&view, alarm, about);
    view_end(&view);
    return result;
}

static void an_alarm_stands_once_until_it_is_settled(void **state)
{
    size_t before = sender_leaves(&sender);
    json_t *list;

    (void)state;
    assert_int_equal(run((struct step){alarm_raise, ALARM_KEY_FORK, team()}), OUTCOME_OK);
    assert_int_equal(run((struct step){alarm_raise, ALARM_KEY_FORK, team()}), OUTCOME_OK);
    assert_int_equal(sender_leaves(&sender), before + 1);
    assert_string_equal(sender_leaf_member(&sender, 1, "ev"), "alarm");
    assert_string_equal(sender_leaf_member(&sender, 1, "why"), "SLEUTEL_SPLITSING");
    assert_true(stands(ALARM_KEY_FORK, team()));
    assert_false(stands(ALARM_WITHDRAWAL_LATE, team()));

    list = warnings(LANGUAGE_NL);
    assert_int_equal(json_array_size(list), 1);
    assert_non_null(strstr(json_string_value(json_array_get(list, 0)), "twee opvolgers"));
    assert_null(strstr(json_string_value(json_array_get(list, 0)), team())); /* by its name */
    json_decref(list);

    assert_int_equal(run((struct step){alarm_settle, ALARM_KEY_FORK, team()}), OUTCOME_OK);
    assert_int_equal(run((struct step){alarm_settle, ALARM_KEY_FORK, team()}), OUTCOME_OK);
    assert_int_equal(sender_leaves(&sender), before + 2);
    assert_false(stands(ALARM_KEY_FORK, team()));
    list = warnings(LANGUAGE_EN);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
}

static void alarms_about_others_stand_beside_each_other(void **state)
{
    json_t *list;

    (void)state;
    assert_int_equal(run((struct step){alarm_raise, ALARM_WITHDRAWAL_LATE, "a-1"}), OUTCOME_OK);
    assert_int_equal(run((struct step){alarm_raise, ALARM_WITHDRAWAL_LATE, "a-2"}), OUTCOME_OK);
    assert_int_equal(run((struct step){alarm_raise, ALARM_RESIDENT_DENIES, "a-1"}), OUTCOME_OK);
    assert_int_equal(run((struct step){alarm_settle, ALARM_WITHDRAWAL_LATE, "a-1"}), OUTCOME_OK);
    list = warnings(LANGUAGE_EN);
    assert_int_equal(json_array_size(list), 2);
    json_decref(list);
}

static void an_alarm_about_nothing_is_a_mistake_of_ours(void **state)
{
    char longer[ALARM_ABOUT_MAX_BYTES + 2];

    (void)state;
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(run((struct step){alarm_raise, ALARM_KEY_FORK, ""}), OUTCOME_INTERNAL);
    assert_int_equal(run((struct step){alarm_raise, ALARM_KEY_FORK, longer}), OUTCOME_INTERNAL);
    assert_int_equal(run((struct step){alarm_raise, ALARM_KEY_FORK, longer + 1}), OUTCOME_OK);
}

static enum outcome warn_into(json_t *list)
{
    HELD_REGISTRY registry = gateway_registry(&sender.small.gateway);

    return alarms_warn(&sender.small.gateway, registry, LANGUAGE_NL, list);
}

static void without_memory_the_list_is_refused_whole(void **state)
{
    enum outcome outcome;
    json_t *list = json_array();

    (void)state;
    assert_int_equal(run((struct step){alarm_raise, ALARM_KEY_FORK, team()}), OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, warn_into(list), json_array_clear(list));
    assert_int_equal(outcome, OUTCOME_OK);
    json_decref(list);
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

#define FRESH(test) cmocka_unit_test_setup_teardown(test, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(an_alarm_stands_once_until_it_is_settled),
        FRESH(alarms_about_others_stand_beside_each_other),
        FRESH(an_alarm_about_nothing_is_a_mistake_of_ours),
        FRESH(without_memory_the_list_is_refused_whole),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    json_ready();
    return cmocka_run_group_tests(tests, make_town, end_town);
}
