/* SPDX-License-Identifier: EUPL-1.2 */
/* What the originator looks at beside the question itself: which article, an objection, the key of
 * the half-year; and what it hears late, or twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/basis_store.h"
#include "gateway/objections.h"
#include "gateway/persons.h"
#include "gateway/transfer.h"
#include "gateway/withdrawals.h"
#include "tests/support/small_passing.h"
#include "tests/support/small_rows.h"

static void given_a_signal_for(enum small_place recipient, char out_first[static UUID_TEXT_BYTES])
{
    small_hand_in(out_first);
    small_resident_names(out_first, recipient);
}

static size_t waiting(void)
{
    return rows_in(passing_gateway.gateway.store, TABLE_QUEUE);
}

/* --- which article --- */

/* Before the article that allows it, some that differ from it in one thing each. */
static void add_decoys(json_t *document)
{
    static const char *const decoys[] = {
        "{\"van\":\"GEMEENTE\"}",
        "{\"doel\":\"WAAKVLAM\"}",
        "{\"signalen\":[\"OVL.BURENRUZIE\"]}",
        "{\"signalen\":[\"FIN.UITZETTING\"],\"wijze\":\"WET\",\"grondslag\":{\"avg6\":\"c\","
        "\"wet\":\"Wet art. 1\"},"
        "\"velden\":[\"contactmoment\",\"contactenvelop\"]}",
    };
    json_t *articles = json_object_get(document, "bepalingen");

    json_array_append_new(json_object_get(json_array_get(articles, 0), "signalen"),
                          json_string("FIN.UITZETTING")); /* which a law may ask for too */

    for (size_t i = 0; i < sizeof decoys / sizeof decoys[0]; i++) {
        json_t *decoy = json_deep_copy(json_array_get(articles, i));
        OWNED_JSON differs = json_loads(decoys[i], 0, NULL);
        assert_non_null(differs);
        json_object_set_new(decoy, "nr", json_integer((json_int_t)i + 100));
        json_object_set_new(decoy, "naar", json_pack("[s]", "GEMEENTE"));
        json_object_update(decoy, differs);
        json_array_insert_new(articles, i, decoy);
    }
}

static int begins_with_decoys(void **state)
{
    (void)state;
    return small_passing_begins_with(add_decoys);
}

static void the_article_is_the_one_that_allows_it(void **state)
{
    char first[UUID_TEXT_BYTES];

    (void)state;
    small_hand_in_code("FIN.UITZETTING", first);
    small_arrives(first);
    small_resident_names(first, MUNICIPALITY);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "");
}

static void make_it_a_law(json_t *document)
{
    OWNED_JSON law = json_loads("{\"signalen\":[\"FIN.UITZETTING\"],\"wijze\":\"WET\","
                                "\"grondslag\":{\"avg6\":\"c\",\"wet\":\"Wet art. 1\"},"
                                "\"velden\":[\"contactmoment\",\"contactenvelop\"]}",
                                0, NULL);

    assert_non_null(law);
    json_object_update(json_array_get(json_object_get(document, "bepalingen"), 0), law);
}

static int begins_with_a_law(void **state)
{
    (void)state;
    return small_passing_begins_with(make_it_a_law);
}

/* What a law asked for needs no word of the resident to go on under that law, and no token. */
static void what_went_by_law_goes_on_by_law(void **state)
{
    struct import_row row = small_row(&passing_town, "Z-1", "FIN.UITZETTING");
    char first[UUID_TEXT_BYTES], next[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct small_intake s;

    (void)state;
    snprintf(row.recipient, sizeof row.recipient, "WIJKTEAM");
    small_intake_decide(&s, &passing_gateway, &row, 1);
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_SENT_LAW);
    memcpy(first, s.rows[0].id, sizeof first);
    small_intake_end(&s);
    small_arrives(first);
    small_goes_on(TEAM, first, MUNICIPALITY, next);
    small_read_sent(next, &kept);
    assert_int_equal(kept_signal_item(&kept, &signal), OUTCOME_OK);
    assert_false(has_bit(signal.fields, FIELD_PROOF) || has_bit(signal.fields, FIELD_TOKEN));
}

/* --- what else may stand in the way --- */

static enum outcome apply_objection(struct change *change, struct audit *audit, void *context)
{
    const struct gateway *gateway = &passing_gateway.gateway;
    OWNED_KEPT_SIGNAL kept = {0};
    struct identity identity = {0};
    uint8_t hash[STORE_HASH_BYTES];
    struct uuid uuid;

    (void)audit;
    TRY(kept_signal_load(&change->view, TABLE_SENT, context, &uuid, &kept));
    TRY(person_get(&change->view, kept.dossier, &identity));
    TRY(dossier_hash_identity(gateway->store, gateway->local_id_key, &identity, hash));
    return objection_put(change, hash, PURPOSE_TOELEIDING, passing_town.now_ms);
}

static void what_the_resident_objects_to_goes_no_further(void **state)
{
    char first[UUID_TEXT_BYTES];

    (void)state;
    given_a_signal_for(MUNICIPALITY, first);
    small_gateway_write(&passing_gateway, apply_objection, first);
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "BEZWAAR");
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_SENT), 1);
}

static void without_the_key_of_this_half_year_nothing_is_made(void **state)
{
    char first[UUID_TEXT_BYTES];

    (void)state;
    given_a_signal_for(MUNICIPALITY, first);
    passing_town.now_ms += INT64_C(190) * 86400000;
    assert_string_equal(small_asked(TEAM, first, MUNICIPALITY), "SLEUTEL_ONTBREEKT");
    assert_int_equal(rows_in(passing_gateway.gateway.store, TABLE_SENT), 1);
}

/* --- late, or twice --- */

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

static void asked(const char *first, enum small_place to, struct kept_signal *out_kept)
{
    assert_string_equal(small_asked(TEAM, first, to), "");
    small_read_sent(first, out_kept);
}

static void what_ended_before_ends_nothing_else(void **state)
{
    struct ending ending = {.why = "GEEN_BEPALING"};
    OWNED_KEPT_SIGNAL one = {0}, other = {0}, after = {0};
    char first[UUID_TEXT_BYTES];
    size_t before;

    (void)state;
    given_a_signal_for(MUNICIPALITY, first);
    small_resident_names(first, GGZ);
    asked(first, MUNICIPALITY, &one);
    memcpy(ending.item, one.transfer.item, sizeof ending.item);
    small_gateway_write(&passing_gateway, apply_ending, &ending);
    before = waiting();
    small_gateway_write(&passing_gateway, apply_ending, &ending);
    assert_int_equal(waiting(), before); /* its holder is told once */
    asked(first, GGZ, &other);
    small_gateway_write(&passing_gateway, apply_ending, &ending);
    small_read_sent(first, &after);
    assert_int_equal(after.transfer.step, TRANSFER_ASKED); /* of the other item */
    assert_string_equal(after.transfer.item, other.transfer.item);
}

/* Asked for once more after a refusal: it was shown one proof, and the record says so once. */
static void the_record_names_who_was_shown_it_once(void **state)
{
    struct ending ending = {.why = "GEEN_BEPALING"};
    OWNED_KEPT_SIGNAL one = {0}, other = {0};
    OWNED_KEPT_BASIS basis = {0};
    char first[UUID_TEXT_BYTES];
    struct small_word word;
    struct view view;
    int shown = 0;

    (void)state;
    small_hand_in(first);
    word = small_resident_names(first, MUNICIPALITY);
    asked(first, MUNICIPALITY, &one);
    memcpy(ending.item, one.transfer.item, sizeof ending.item);
    small_gateway_write(&passing_gateway, apply_ending, &ending);
    asked(first, MUNICIPALITY, &other);
    view_begin(passing_gateway.gateway.store, &view);
    assert_int_equal(basis_get(&view, word.id, &basis), OUTCOME_OK);
    view_end(&view);
    for (size_t i = 0; i < basis.basis->event_count; i++)
        shown += basis.basis->events[i].kind == BASIS_EVENT_BEWIJS_AFGEGEVEN;
    assert_int_equal(shown, 1);
}

struct basis_end {
    char basis[UUID_TEXT_BYTES], id[UUID_TEXT_BYTES];
};

static enum outcome apply_basis_end(struct change *change, struct audit *audit, void *context)
{
    struct basis_end *end = context;
    const struct withdrawal_cause cause = {
        .reason = WITHDRAWAL_INGETROKKEN, .role = ROLE_MELDER, .now_ms = passing_town.now_ms};

    (void)audit;
    return withdraw_basis(&passing_gateway.gateway, change, end->basis, &cause, end->id);
}

/* The two holders had it under words of their own, and the first of these ended on the way. */
static void what_was_withdrawn_stays_so_when_another_takes_it(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};
    struct basis_end end = {0};
    struct view view;

    (void)state;
    given_a_signal_for(MUNICIPALITY, first);
    asked(first, MUNICIPALITY, &kept);
    view_begin(passing_gateway.gateway.store, &view);
    assert_int_equal(withdrawal_record_of(&view, first, end.basis), OUTCOME_OK);
    view_end(&view);
    small_gateway_write(&passing_gateway, apply_basis_end, &end);
    assert_int_equal(small_last_answer(first), ANSWER_INGT);
    small_arrives(kept.transfer.item);
    assert_int_equal(small_last_answer(first), ANSWER_INGT);
    assert_int_equal(small_holder(first), MUNICIPALITY);
    assert_false(small_waits_for(TEAM, MESSAGE_KIND_TRANSFER, NULL)); /* of that it hears */
}

static enum outcome apply_answer(struct change *change, struct audit *audit, void *context)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct feedback answer = {.code = ANSWER_INBH,
                              .on = amsterdam_day(passing_town.now_ms),
                              .next_step = NEXT_STEP_COUNT};
    struct uuid uuid;

    (void)audit;
    uuid_print(uuid_v4(), answer.id);
    memcpy(answer.signal, context, sizeof answer.signal);
    TRY(kept_signal_load(&change->view, TABLE_SENT, context, &uuid, &kept));
    TRY(kept_signal_answer(&kept, &answer));
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return change->outcome;
}

static void who_answered_before_is_told_too(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};

    (void)state;
    given_a_signal_for(MUNICIPALITY, first);
    small_gateway_write(&passing_gateway, apply_answer, first);
    asked(first, MUNICIPALITY, &kept);
    small_arrives(kept.transfer.item);
    assert_int_equal(small_last_answer(first), ANSWER_DOOR);
    assert_true(small_waits_for(TEAM, MESSAGE_KIND_TRANSFER, NULL));
}

#define FACT(fact) cmocka_unit_test_setup_teardown(fact, small_passing_begins, small_passing_ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_article_is_the_one_that_allows_it, begins_with_decoys,
                                        small_passing_ends),
        cmocka_unit_test_setup_teardown(what_went_by_law_goes_on_by_law, begins_with_a_law,
                                        small_passing_ends),
        FACT(what_the_resident_objects_to_goes_no_further),
        FACT(without_the_key_of_this_half_year_nothing_is_made),
        FACT(what_ended_before_ends_nothing_else),
        FACT(the_record_names_who_was_shown_it_once),
        FACT(what_was_withdrawn_stays_so_when_another_takes_it),
        FACT(who_answered_before_is_told_too),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
