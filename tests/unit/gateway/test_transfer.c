/* SPDX-License-Identifier: EUPL-1.2 */
/* The originator passes a signal on: what it decides, makes and tells; and that at every moment one
 * organisation holds it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/objections.h"
#include "gateway/transfer.h"
#include "gateway/withdrawals.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_passing.h"

/* --- what must hold --- */

static void a29_who_is_asked_for_is_holder_when_it_took_it_and_not_before(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0}, next = {0}, after = {0};
    OWNED_SIGNAL before = {0}, made = {0};
    OWNED_BUFFER told = {0};

    (void)state;
    small_hand_in(first);
    assert_int_equal(small_holder(first), TEAM);
    small_resident_names(first, MUNICIPALITY);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "");
    assert_int_equal(small_holder(first), TEAM); /* asked is not taken */
    assert_int_equal(small_last_answer(first), ANSWER_ONTV);
    assert_false(small_waits_for(TEAM, MESSAGE_KIND_TRANSFER, NULL));
    small_read_sent(first, &kept);
    assert_int_equal(kept.transfer.step, TRANSFER_ASKED);
    small_read_sent(kept.transfer.item, &next);
    assert_int_equal(kept_signal_item(&kept, &before), OUTCOME_OK);
    assert_int_equal(kept_signal_item(&next, &made), OUTCOME_OK);
    assert_string_equal(made.holder.text, small_number(MUNICIPALITY));
    assert_string_equal(made.lead.text, before.lead.text); /* the lead does not change */
    assert_string_not_equal(made.token, before.token);
    assert_true(made.token[0] && strcmp(made.id, before.id) != 0);
    assert_string_equal(made.contact, before.contact);
    assert_true(small_waits_for(MUNICIPALITY, MESSAGE_KIND_SIGNAL, NULL));
    small_arrives(kept.transfer.item);
    assert_int_equal(small_holder(first), MUNICIPALITY);
    assert_int_equal(small_last_answer(first), ANSWER_DOOR);
    assert_true(small_waits_for(TEAM, MESSAGE_KIND_TRANSFER, &told));
    assert_non_null(strstr(buffer_text(&told), "\"stap\":\"AANVAARD\""));
    assert_null(strstr(buffer_text(&told), kept.transfer.item)); /* nor does it learn its number */
    small_read_sent(first, &after);
    assert_int_equal(after.transfer.step, TRANSFER_ACCEPTED);
}

static void nothing_of_the_first_goes_along_that_the_new_article_does_not_list(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER item = {0};

    (void)state;
    small_hand_in(first);
    small_resident_names(first, MUNICIPALITY);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "");
    assert_true(small_waits_for(MUNICIPALITY, MESSAGE_KIND_SIGNAL, &item));
    assert_null(strstr(buffer_text(&item), first));
    assert_null(strstr(buffer_text(&item), small_number(TEAM))); /* who had it before */
    small_read_sent(first, &kept);
    assert_null(strstr(buffer_text(&item), kept.dossier));
    assert_null(strstr(buffer_text(&item), "Z-1"));
}

static void a30_never_back_and_never_a_third_time(void **state)
{
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES], third[UUID_TEXT_BYTES];

    (void)state;
    small_hand_in(first);
    assert_string_equal(small_asked(TEAM, first, TEAM), "OVERDRACHT_TERUG");
    assert_string_equal(small_asked(TEAM, first, CORPORATION), "OVERDRACHT_TERUG");
    small_goes_on(TEAM, first, MUNICIPALITY, second);
    small_resident_names(first, TEAM);
    assert_string_equal(small_asked(MUNICIPALITY, second, TEAM), "OVERDRACHT_TERUG");
    assert_string_equal(small_asked(MUNICIPALITY, second, CORPORATION), "OVERDRACHT_TERUG");
    assert_string_equal(small_asked(TEAM, first, GGZ), "STAP_NIET_MOGELIJK"); /* holds it no more */
    small_goes_on(MUNICIPALITY, second, GGZ, third);
    assert_int_equal(small_holder(first), GGZ);
    assert_string_equal(small_asked(GGZ, third, UNIVERSITY), "OVERDRACHT_TE_VAAK");
    assert_string_equal(small_asked(GGZ, third, TEAM), "OVERDRACHT_TE_VAAK");
    assert_int_equal(small_holder(first), GGZ);
}

static void what_no_article_or_resident_allows_stays(void **state)
{
    static const char stranger[] = "00000099000000990000";
    char first[UUID_TEXT_BYTES], nobody[UUID_TEXT_BYTES];
    struct small_question question;

    (void)state;
    small_hand_in(first);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "GEEN_TOESTEMMING");
    assert_string_equal(small_asked(TEAM, first, UNIVERSITY), "GEEN_BEPALING");
    question = small_ask_for(TEAM, first, stranger);
    assert_true(small_said(&question)[0] != '\0');
    assert_string_equal(small_asked(MUNICIPALITY, first, GGZ),
                        "NIET_GEVONDEN"); /* another's signal */
    uuid_print(uuid_v4(), nobody);
    assert_string_equal(small_asked(TEAM, nobody, MUNICIPALITY), "NIET_GEVONDEN");
    assert_int_equal(small_holder(first), TEAM);
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_SENT), 1);
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_QUEUE), 0);
}

static void bind_team(json_t *document)
{
    json_t *parties = json_object_get(document, "partijen");

    json_object_set_new(json_array_get(parties, TEAM), "beroepsgeheim", json_true());
}

static int begins_with_a_bound_team(void **state)
{
    (void)state;
    return small_passing_begins_with(bind_team);
}

/* That it wants to pass somebody on would say that it looked at him. */
static void a30_who_is_bound_to_secrecy_passes_nothing_on(void **state)
{
    char first[UUID_TEXT_BYTES];

    (void)state;
    small_hand_in(first);
    small_resident_names(first, MUNICIPALITY);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "NIET_TOEGESTAAN");
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_SENT), 1);
}

static enum outcome apply_elsewhere(struct change *change, struct audit *audit, void *context)
{
    const char *id = context;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    (void)audit;
    TRY(kept_signal_load(&change->view, TABLE_SENT, id, &uuid, &kept));
    memset(kept.covenant, 'a', sizeof kept.covenant - 1);
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return change->outcome;
}

static void what_went_under_another_covenant_is_not_found(void **state)
{
    char first[UUID_TEXT_BYTES];

    (void)state;
    small_hand_in(first);
    small_resident_names(first, MUNICIPALITY);
    small_gateway_write(&passing_gateway, apply_elsewhere, first);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "NIET_GEVONDEN");
}

static void only_one_waits_at_a_time(void **state)
{
    char first[UUID_TEXT_BYTES];

    (void)state;
    small_hand_in(first);
    small_resident_names(first, MUNICIPALITY);
    small_resident_names(first, GGZ);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "");
    assert_string_equal(small_asked(TEAM, first, GGZ), "STAP_NIET_MOGELIJK");
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_SENT), 2);
}

static void the_same_question_has_one_effect(void **state)
{
    char first[UUID_TEXT_BYTES];
    struct small_question question;

    (void)state;
    small_hand_in(first);
    small_resident_names(first, MUNICIPALITY);
    question = small_ask_for(TEAM, first, small_number(MUNICIPALITY));
    assert_string_equal(small_said(&question), "");
    assert_string_equal(small_said(&question), "");
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_SENT), 2);
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_QUEUE), 1);
}

struct ending {
    char item[UUID_TEXT_BYTES];
    const char *why;
};

static enum outcome apply_ending(struct change *change, struct audit *audit, void *context)
{
    const struct ending *ending = context;
    struct queued queued = {.kind = MESSAGE_KIND_SIGNAL};

    (void)audit;
    memcpy(queued.id, ending->item, sizeof queued.id);
    return transfer_ended(&passing_gateway.gateway, change, &queued, ending->why);
}

static void a29_who_refuses_never_holds_it(void **state)
{
    struct ending ending = {.why = "GEEN_BEPALING"};
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER told = {0};

    (void)state;
    small_hand_in(first);
    small_resident_names(first, MUNICIPALITY);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "");
    small_read_sent(first, &kept);
    memcpy(ending.item, kept.transfer.item, sizeof ending.item);
    small_gateway_write(&passing_gateway, apply_ending, &ending);
    small_gateway_write(&passing_gateway, apply_ending, &ending); /* told once */
    assert_int_equal(small_holder(first), TEAM);
    assert_int_equal(small_last_answer(first), ANSWER_ONTV); /* its terms run on */
    assert_true(small_waits_for(TEAM, MESSAGE_KIND_TRANSFER, &told));
    assert_non_null(strstr(buffer_text(&told), "\"reden\":\"GEEN_BEPALING\""));
    small_resident_names(first, GGZ);
    assert_string_equal(small_asked(TEAM, first, GGZ), ""); /* and may ask again */
}

/* --- after a restart; want of memory --- */

static void the_holder_is_the_same_after_a_restart(void **state)
{
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};

    (void)state;
    small_hand_in(first);
    small_resident_names(first, MUNICIPALITY);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "");
    small_gateway_restart(&passing_gateway);
    assert_int_equal(small_holder(first), TEAM);
    small_read_sent(first, &kept);
    memcpy(second, kept.transfer.item, sizeof second);
    small_arrives(second);
    small_gateway_restart(&passing_gateway);
    assert_int_equal(small_holder(first), MUNICIPALITY);
}

static void scarce_memory_asks_nothing_by_half(void **state)
{
    char first[UUID_TEXT_BYTES];
    struct small_question question;
    struct receipt *receipt = NULL;
    enum outcome outcome;

    (void)state;
    small_hand_in(first);
    small_resident_names(first, MUNICIPALITY);
    question = small_ask_for(TEAM, first, small_number(MUNICIPALITY));
    WITH_SCARCE_MEMORY(outcome, small_put_question(&question, &receipt), receipt_free(receipt));
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_SENT), 2);
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_QUEUE), 1);
}

#define FACT(fact) cmocka_unit_test_setup_teardown(fact, small_passing_begins, small_passing_ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT(a29_who_is_asked_for_is_holder_when_it_took_it_and_not_before),
        FACT(nothing_of_the_first_goes_along_that_the_new_article_does_not_list),
        FACT(a30_never_back_and_never_a_third_time),
        FACT(what_no_article_or_resident_allows_stays),
        cmocka_unit_test_setup_teardown(a30_who_is_bound_to_secrecy_passes_nothing_on,
                                        begins_with_a_bound_team, small_passing_ends),
        FACT(what_went_under_another_covenant_is_not_found),
        FACT(only_one_waits_at_a_time),
        FACT(the_same_question_has_one_effect),
        FACT(a29_who_refuses_never_holds_it),
        FACT(the_holder_is_the_same_after_a_restart),
        FACT(scarce_memory_asks_nothing_by_half),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
