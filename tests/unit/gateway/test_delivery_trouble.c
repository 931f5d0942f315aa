/* SPDX-License-Identifier: EUPL-1.2 */
/* What does not pass by itself is told with what to do; what may pass still is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "gateway/delivery_trouble.h"

enum { MANY = 8 };

static void assert_says(const struct delivery_state *state, bool keyless, const char *nl,
                        const char *en)
{
    OWNED_BUFFER dutch = {0}, english = {0};

    delivery_trouble_print(state, "De GGZ", keyless, LANGUAGE_NL, &dutch);
    delivery_trouble_print(state, "De GGZ", keyless, LANGUAGE_EN, &english);
    if (!nl[0]) {
        assert_int_equal(dutch.length + english.length, 0);
        return;
    }
    assert_non_null(strstr(buffer_text(&dutch), nl));
    assert_non_null(strstr(buffer_text(&english), en));
    assert_non_null(strstr(buffer_text(&dutch), "De GGZ"));
    assert_non_null(strstr(buffer_text(&english), "De GGZ"));
    assert_null(strchr(buffer_text(&dutch), '%'));
    assert_null(strchr(buffer_text(&english), '%'));
}

static struct delivery_state answered(const char *code, unsigned failures)
{
    struct delivery_state state = {
        .failures = failures, .last_failure = OUTCOME_NOT_ALLOWED, .is_theirs = true};

    snprintf(state.last_code, sizeof state.last_code, "%s", code);
    return state;
}

static void what_a_partner_answers_again_and_again_is_told(void **state)
{
    static const char *const said[][3] = {
        {"ONBEKENDE_PARTIJ", "kent uw organisatie niet", "does not know your organisation"},
        {"CONVENANT_ONBEKEND", "Laat die partij het toevoegen", "Have that party add it"},
        {"CONVENANT_NIET_VAN_KRACHT", "niet van kracht", "not in force"},
        {"SLEUTEL_ONBEKEND", "wijkpoort key renew", "wijkpoort key renew"},
        {"HANDTEKENING_ONJUIST", "waarmee u tekent", "with which you sign"},
        {"OPSLAG_BESCHADIGD", "een reservekopie terugzetten", "put back a backup"},
        {"INTERNE_FOUT", "kan een bericht niet verwerken", "cannot process a message"},
        {"DRUK", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        struct delivery_state again = answered(said[i][0], MANY), once = answered(said[i][0], 1);
        assert_says(&again, false, said[i][1], said[i][2]);
        assert_says(&once, false, "", "");
    }
}

static void what_is_wrong_here_is_told_at_once(void **state)
{
    struct delivery_state here = {.failures = 1, .last_failure = OUTCOME_STORE_DAMAGED};

    (void)state;
    snprintf(here.last_code, sizeof here.last_code, "OPSLAG_BESCHADIGD");
    assert_says(&here, false, "kan hier niet worden gelezen", "cannot be read here");
    here.last_failure = OUTCOME_SENDER_WRONG;
    assert_says(&here, false, "antwoordt een ander", "somebody else answers");
    here = (struct delivery_state){.parked = true};
    assert_says(&here, false, "neemt een bericht niet aan", "refuses a message");
    here = (struct delivery_state){.waiting = 1};
    assert_says(&here, true, "telt hier geen sleuteldocument", "No key document");
    assert_says(&here, false, "", "");
    here.waiting = 0; /* nobody waits for them */
    assert_says(&here, true, "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_partner_answers_again_and_again_is_told),
        cmocka_unit_test(what_is_wrong_here_is_told_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
