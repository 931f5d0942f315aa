/* SPDX-License-Identifier: EUPL-1.2 */
/* A signal that brings our part of an agreement to rent again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/housing_store.h"
#include "gateway/receive.h"
#include "tests/support/small_gateway.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;

enum { HOUSING_ARTICLE = 6, OTHER_ARTICLE };

/* Two articles that let the parts through: one of the agreement, one of another purpose. */
static void add_articles(json_t *document)
{
    json_t *articles = json_object_get(document, "bepalingen");

    for (int number = HOUSING_ARTICLE; number <= OTHER_ARTICLE; number++) {
        json_t *article = json_deep_copy(json_array_get(articles, 0));
        json_t *fields = json_object_get(article, "velden");
        json_object_set_new(article, "nr", json_integer(number));
        json_object_set_new(article, "signalen", json_pack("[s]", HOUSING_CODE));
        if (number == HOUSING_ARTICLE)
            json_object_set_new(article, "doel", json_string(purpose_word(PURPOSE_WOONSTAP)));
        json_array_append_new(fields, json_string(field_word(FIELD_HELP)));
        json_array_append_new(fields, json_string(field_word(FIELD_END_DAY)));
        json_array_append_new(articles, article);
    }
}

static struct small_signal part_for_the_team(int article)
{
    struct small_signal sent = small_signal_make(&town, small_gateway_known(&small), TEAM);

    sent.signal.article = article;
    if (article == HOUSING_ARTICLE)
        sent.signal.purpose = PURPOSE_WOONSTAP;
    snprintf(sent.signal.code, sizeof sent.signal.code, "%s", HOUSING_CODE);
    sent.signal.housing.until = day_plus(amsterdam_day(town.now_ms), 60);
    assert_true(
        housing_value_parse(HOUSING_HELP, "BUDGETHULP", &sent.signal.housing.values[HOUSING_HELP]));
    sent.signal.fields |= bit_of(FIELD_HELP) | bit_of(FIELD_END_DAY);
    sent.proof.purposes = bit_of(sent.signal.purpose);
    sent.proof.groups.count = 0;
    assert_true(proof_groups_add(&sent.proof.groups, HOUSING_GROUP));
    return sent;
}

static void assert_taken_in(const struct small_signal *sent)
{
    OWNED_BUFFER text = small_signal_text(sent), body = {0};
    const struct bytes item = buffer_bytes(&text);
    const struct small_message message =
        small_message_make(&town, CORPORATION, TEAM, MESSAGE_KIND_SIGNAL,
                           small_gateway_known(&small)->covenant->fingerprint, &item, 1);
    OWNED_RECEIPT receipt = NULL;
    struct small_call call;
    struct fault fault = {0};

    body = small_message_text(&town, &message);
    assert_int_equal(
        small_gateway_receive(&small, CORPORATION, MESSAGE_KIND_SIGNAL, buffer_bytes(&body), &call),
        OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                  town.parties[TEAM].signing.public_key, &receipt, &fault),
                     OUTCOME_OK);
    small_call_end(&call);
    assert_string_equal(receipt->answers[0].code, "");
    assert_int_equal(receipt->answers[0].result, RECEIPT_ACCEPTED);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 1);
}

static void our_part_is_kept_beside_the_signal(void **state)
{
    const struct small_signal sent = part_for_the_team(HOUSING_ARTICLE);
    struct kept_housing kept;
    struct view view;

    (void)state;
    assert_taken_in(&sent);
    view_begin(small.gateway.store, &view);
    assert_int_equal(housing_get(&view, sent.signal.id, &kept), OUTCOME_OK);
    view_end(&view);
    assert_true(oin_equal(&kept.from, &town.parties[CORPORATION].oin));
    assert_int_equal(kept.fields, bit_of(FIELD_HELP) | bit_of(FIELD_END_DAY));
    assert_int_equal(kept.agreement.values[HOUSING_HELP], sent.signal.housing.values[HOUSING_HELP]);
    assert_int_equal(day_compare(kept.agreement.until, sent.signal.housing.until), 0);
    assert_int_equal(kept.dossier[0], 'D');
}

/* It stays with the signal: no agreement to rent again was made for it. */
static void a_part_under_another_purpose_is_no_agreement(void **state)
{
    const struct small_signal sent = part_for_the_team(OTHER_ARTICLE);

    (void)state;
    assert_taken_in(&sent);
    assert_int_equal(rows_in(small.gateway.store, TABLE_HOUSING), 0);
}

/* Nothing would say when it must go. */
static void a_part_without_an_end_is_not_kept_as_an_agreement(void **state)
{
    struct small_signal sent = part_for_the_team(HOUSING_ARTICLE);

    (void)state;
    sent.signal.fields &= ~bit_of(FIELD_END_DAY);
    assert_taken_in(&sent);
    assert_int_equal(rows_in(small.gateway.store, TABLE_HOUSING), 0);
}

static int make(void **state)
{
    OWNED_JSON document = NULL;
    const char *fingerprint;

    (void)state;
    small_town_make(&town);
    small_gateway_make(&small, &town, TEAM);
    document = small_covenant_json(&town);
    add_articles(document);
    fingerprint = small_gateway_add(&small, document);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, fingerprint, VERDICT_AGREED);
    small_gateway_get_key(&small, json_string_value(json_object_get(document, "id")));
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(our_part_is_kept_beside_the_signal),
        WITH_GATEWAY(a_part_under_another_purpose_is_no_agreement),
        WITH_GATEWAY(a_part_without_an_end_is_not_kept_as_an_agreement),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
