/* SPDX-License-Identifier: EUPL-1.2 */
/* A signal that was sealed under the version before, and comes after the change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/receive.h"
#include "tests/support/small_gateway.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;

static json_t *article_at(json_t *document, size_t place)
{
    return json_array_get(json_object_get(document, "bepalingen"), place);
}

/* Agreed by all, of this second. */
static void agree_next_version(json_t *document, const char *previous)
{
    const char *next;

    json_object_set_new(document, "versie", json_string("1.3.0"));
    json_object_set_new(document, "vorige", json_string(previous));
    next = small_gateway_add(&small, document);
    for (size_t i = 0; i < SMALL_PLACES; i++)
        town.parties[i].statement_hash[0] = '\0';
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, next, VERDICT_AGREED);
}

/* Sealed a second before the next version began: what becomes of its signal? */
static void assert_after_the_change(json_t *document, const char *wanted)
{
    const struct small_signal sent = small_signal_make(&town, small_gateway_known(&small), TEAM);
    OWNED_BUFFER text = small_signal_text(&sent);
    OWNED_BUFFER body = {0};
    OWNED_RECEIPT receipt = NULL;
    const struct bytes item = buffer_bytes(&text);
    char first[SHA256_HEX_BYTES];
    struct small_message message;
    struct small_call call;
    struct fault fault = {0};

    memcpy(first, small_gateway_known(&small)->covenant->fingerprint, sizeof first);
    message = small_message_make(&town, CORPORATION, TEAM, MESSAGE_KIND_SIGNAL, first, &item, 1);
    message.issued_s -= 1;
    body = small_message_text(&town, &message);
    agree_next_version(document, first);
    assert_int_equal(
        small_gateway_receive(&small, CORPORATION, MESSAGE_KIND_SIGNAL, buffer_bytes(&body), &call),
        OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                  town.parties[TEAM].signing.public_key, &receipt, &fault),
                     OUTCOME_OK);
    small_call_end(&call);
    assert_string_equal(receipt->answers[0].code, wanted);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), wanted[0] ? 0 : 1);
}

static void c3_sealed_before_the_change_it_counts_when_both_permit(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);

    (void)state;
    json_object_set_new(article_at(document, 0), "nr", json_integer(11)); /* by another number */
    assert_after_the_change(document, "");
}

static void c3_sealed_before_the_change_it_is_refused_when_the_new_one_does_not_permit(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);

    (void)state;
    json_object_set_new(article_at(document, 0), "signalen", json_pack("[s]", "ZORG.EENZAAM"));
    assert_after_the_change(document, "GEEN_BEPALING");
}

static int make(void **state)
{
    (void)state;
    small_town_make(&town);
    small_gateway_make(&small, &town, TEAM);
    small_gateway_in_force(&small);
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
        WITH_GATEWAY(c3_sealed_before_the_change_it_counts_when_both_permit),
        WITH_GATEWAY(c3_sealed_before_the_change_it_is_refused_when_the_new_one_does_not_permit),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
