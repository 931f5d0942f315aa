/* SPDX-License-Identifier: EUPL-1.2 */
/* What a partner has us look up: nothing that came before is passed over, and it takes its turn
 * beside the clock's other work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/access_requests.h"
#include "gateway/clock.h"
#include "gateway/dossier.h"
#include "gateway/match.h"
#include "gateway/persons.h"
#include "gateway/receive.h"
#include "gateway/withdrawal_seek.h"
#include "tests/support/small_signal.h"

enum { PERSONS = 600, SOUGHT = 2560, ASKED = 60, PASS_MOST_MS = 2000 };

static struct small_town town;
static struct small_gateway small;

static void identity_at(unsigned number, struct identity *out)
{
    char text[8];

    snprintf(text, sizeof text, "%u", number);
    assert_int_equal(identity_pch("1234AB", text, "", "", out), OUTCOME_OK);
}

/* Made for us, of an address that nobody here has. */
static void token_of(unsigned number, char out[static TOKEN_TEXT_BYTES])
{
    const struct known_covenant *known = small_gateway_known(&small);
    struct identity identity;

    identity_at(PERSONS + 1 + number, &identity);
    assert_int_equal(person_token_text(known, &known->keys[0], PURPOSE_TOELEIDING, &identity,
                                       &town.parties[TEAM].oin, out),
                     OUTCOME_OK);
}

static enum outcome apply_persons(struct change *change, struct audit *audit, void *context)
{
    const struct gateway *gateway = &small.gateway;

    (void)audit, (void)context;
    for (unsigned i = 0; i < PERSONS; i++) {
        char dossier[DOSSIER_BYTES];
        struct identity identity;
        identity_at(1 + i, &identity);
        TRY(dossier_make(change, gateway->store, gateway->local_id_key, &identity, dossier));
    }
    return change->outcome;
}

static enum outcome apply_withdrawals(struct change *change, struct audit *audit, void *context)
{
    (void)audit, (void)context;
    for (unsigned i = 0; i < SOUGHT; i++) {
        struct seek seek = {.from = town.parties[MUNICIPALITY].oin,
                            .role = ROLE_MELDER,
                            .item = {.about = WITHDRAWAL_OF_TOKEN,
                                     .reason = WITHDRAWAL_INGETROKKEN,
                                     .purpose = PURPOSE_TOELEIDING,
                                     .at_ms = town.now_ms / 1000 * 1000}};
        memcpy(seek.covenant, small_gateway_known(&small)->covenant->fingerprint,
               sizeof seek.covenant);
        uuid_print(uuid_v4(), seek.item.id);
        token_of(i, seek.item.token);
        TRY(seek_add(change, &seek));
    }
    return change->outcome;
}

static enum outcome apply_questions(struct change *change, struct audit *audit, void *context)
{
    const char *fingerprint = small_gateway_known(&small)->covenant->fingerprint;

    (void)audit, (void)context;
    for (unsigned i = 0; i < ASKED; i++) {
        struct access_item item = {.purpose = PURPOSE_TOELEIDING, .at_ms = town.now_ms};
        uuid_print(uuid_v4(), item.request);
        for (unsigned j = 0; j < ACCESS_TOKENS_MAX; j++) {
            token_of(i * ACCESS_TOKENS_MAX + j, item.token);
            TRY(access_received(change, &town.parties[MUNICIPALITY].oin, fingerprint, &item,
                                town.now_ms));
        }
    }
    return change->outcome;
}

static size_t looked(void)
{
    struct access_request request;
    const struct access_request *after = NULL;
    size_t count = 0;
    struct view view;

    view_begin(small.gateway.store, &view);
    while (access_next(&view, after, &request) == OUTCOME_OK) {
        after = &request;
        count += request.looked;
    }
    view_end(&view);
    return count;
}

static void withdrawals_take_their_turn(void **state)
{
    int64_t before_ms;
    size_t left;

    (void)state;
    small_gateway_write(&small, apply_withdrawals, NULL);
    before_ms = clock_monotonic_ms();
    assert_int_equal(seek_pass(&small.gateway), OUTCOME_OK);
    left = rows_in(small.gateway.store, TABLE_SEEK);
    assert_in_range(left, 1, SOUGHT - 1);
    assert_true(clock_monotonic_ms() - before_ms < PASS_MOST_MS);
    assert_int_equal(seek_pass(&small.gateway), OUTCOME_OK);
    assert_true(rows_in(small.gateway.store, TABLE_SEEK) < left); /* and it goes on */
}

static void questions_of_residents_take_their_turn(void **state)
{
    int64_t before_ms;
    size_t done;

    (void)state;
    small_gateway_write(&small, apply_questions, NULL);
    before_ms = clock_monotonic_ms();
    assert_int_equal(access_pass(&small.gateway, town.now_ms), OUTCOME_OK);
    done = looked();
    assert_in_range(done, 1, ASKED - 1);
    assert_true(clock_monotonic_ms() - before_ms < PASS_MOST_MS);
    assert_int_equal(access_pass(&small.gateway, town.now_ms), OUTCOME_OK);
    assert_true(looked() > done);
}

/* --- in which order --- */

static void posts(enum small_place from, enum message_kind kind, struct bytes item)
{
    struct small_message message = small_message_make(
        &town, from, TEAM, kind, small_gateway_known(&small)->covenant->fingerprint, &item, 1);
    OWNED_BUFFER body = small_message_text(&town, &message);
    OWNED_RECEIPT receipt = NULL;
    struct small_call call;
    struct fault fault = {0};

    assert_int_equal(small_gateway_receive(&small, from, kind, buffer_bytes(&body), &call),
                     OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                  small.gateway.keys.signing.public_key, &receipt, &fault),
                     OUTCOME_OK);
    assert_int_equal(receipt->answers[0].result, RECEIPT_ACCEPTED);
    small_call_end(&call);
}

/* Both came after this pass had matched: it must be tied to its token all the same. */
static void k1_what_came_just_before_its_withdrawal_goes_too(void **state)
{
    struct small_signal signal = small_signal_make(&town, small_gateway_known(&small), TEAM);
    struct withdrawal_item item = {.about = WITHDRAWAL_OF_TOKEN,
                                   .reason = WITHDRAWAL_INGETROKKEN,
                                   .purpose = signal.signal.purpose,
                                   .at_ms = town.now_ms / 1000 * 1000};
    OWNED_BUFFER text = small_signal_text(&signal);
    OWNED_BUFFER withdrawal = {0};

    (void)state;
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    posts(CORPORATION, MESSAGE_KIND_SIGNAL, buffer_bytes(&text));
    uuid_print(uuid_v4(), item.id);
    memcpy(item.token, signal.signal.token, sizeof item.token);
    assert_int_equal(withdrawal_item_print(&item, &withdrawal), OUTCOME_OK);
    posts(MUNICIPALITY, MESSAGE_KIND_WITHDRAWAL, buffer_bytes(&withdrawal));
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 1);
    assert_int_equal(seek_pass(&small.gateway), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_SEEK), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 0);
}

static int make_house(void **state)
{
    (void)state;
    small_town_make(&town);
    small_gateway_make(&small, &town, TEAM);
    small_gateway_in_force(&small);
    return 0;
}

static int make(void **state)
{
    make_house(state);
    small_gateway_write(&small, apply_persons, NULL);
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
        cmocka_unit_test_setup_teardown(k1_what_came_just_before_its_withdrawal_goes_too,
                                        make_house, end),
        WITH_GATEWAY(withdrawals_take_their_turn),
        WITH_GATEWAY(questions_of_residents_take_their_turn),
    };

    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
