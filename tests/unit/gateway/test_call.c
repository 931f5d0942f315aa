/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is let in, before any of a body is read, and what a few handlers refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/turned_away.h"
#include "gateway/users.h"
#include "tests/support/small_gateway.h"

static struct small_town town;
static struct small_gateway small;

static enum outcome at_the_door(const struct peer *peer, const char *path)
{
    const struct http_head head = {.method = HTTP_POST, .path = bytes_of_text(path)};
    size_t most = 1 << 24;
    enum outcome outcome = call_on_head(&small.gateway, &head, peer, &most);

    if (outcome == OUTCOME_OK)
        assert_true(most < 1 << 24); /* the route's own bound */
    return outcome;
}

static struct peer partner_of(enum small_place place)
{
    return (struct peer){.listener = LISTENER_PARTNER,
                         .has_certificate = true,
                         .has_oin = true,
                         .oin = town.parties[place].oin};
}

static void a_party_of_a_covenant_may_send_a_body(void **state)
{
    const struct peer team = partner_of(TEAM), other = partner_of(OTHER_TEAM),
                      self = partner_of(CORPORATION);
    struct peer nobody = team;

    (void)state;
    assert_int_equal(at_the_door(&team, "/v1/signalen"), OUTCOME_STRANGER);
    small_gateway_in_force(&small);
    nobody.has_oin = false;
    assert_int_equal(at_the_door(&team, "/v1/signalen"), OUTCOME_OK);
    assert_int_equal(at_the_door(&other, "/v1/signalen"), OUTCOME_STRANGER);
    assert_int_equal(at_the_door(&self, "/v1/signalen"), OUTCOME_STRANGER);
    assert_int_equal(at_the_door(&nobody, "/v1/signalen"), OUTCOME_STRANGER);
    assert_int_equal(turned_away_total(small.gateway.turned_away), 4);
}

static void a_user_may_send_a_body_until_he_is_removed(void **state)
{
    const struct peer peer = {.listener = LISTENER_LOCAL, .has_certificate = true};
    struct user user = {.number = "P-1"};
    struct change *change;

    (void)state;
    hex_encode(bytes_of(peer.fingerprint, sizeof peer.fingerprint), user.fingerprint);
    assert_int_equal(at_the_door(&peer, "/v1/invoer"), OUTCOME_STRANGER);
    change = change_of(small.gateway.store);
    user_put(change, &user);
    change_done(change);
    assert_int_equal(at_the_door(&peer, "/v1/invoer"), OUTCOME_OK);
    change = change_of(small.gateway.store);
    user_delete(change, user.fingerprint);
    change_done(change);
    assert_int_equal(at_the_door(&peer, "/v1/invoer"), OUTCOME_STRANGER);
}

static void a_user_who_does_not_read_is_our_own_failure(void **state)
{
    const struct peer peer = {.listener = LISTENER_LOCAL, .has_certificate = true};
    struct change *change = change_of(small.gateway.store);
    char fingerprint[USER_FINGERPRINT_BYTES];

    (void)state;
    hex_encode(bytes_of(peer.fingerprint, sizeof peer.fingerprint), fingerprint);
    store_put(change, TABLE_USER, bytes_of_text(fingerprint), bytes_of_text("{}"));
    change_done(change);
    assert_int_equal(at_the_door(&peer, "/v1/invoer"), OUTCOME_STORE_DAMAGED);
    assert_int_equal(turned_away_total(small.gateway.turned_away), 0);
}

static void anyone_may_read_in_public(void **state)
{
    const struct peer peer = {.listener = LISTENER_PUBLIC};

    (void)state;
    assert_int_equal(at_the_door(&peer, "/v1/status"), OUTCOME_OK);
    assert_int_equal(at_the_door(&peer, "/nowhere"), OUTCOME_OK);
}

/* --- adding covenants --- */

static enum outcome add(json_t *document)
{
    OWNED_BUFFER text = small_covenant_text(document);
    OWNED_BUFFER body = {0};
    char fingerprint[SHA256_HEX_BYTES];
    struct small_call call;
    enum outcome outcome;

    assert_int_equal(sha256_hex(buffer_bytes(&text), fingerprint), OUTCOME_OK);
    buffer_add_text(&body, "{\"bestand\":\"");
    buffer_add_base64(&body, buffer_bytes(&text));
    buffer_format(&body, "\",\"vingerafdruk\":\"%s\"}", fingerprint);
    small_call_make(&call, &small, LISTENER_LOCAL, HTTP_POST, "/v1/convenanten",
                    buffer_bytes(&body));
    outcome = small_call_run(&call);
    if (outcome == OUTCOME_TOO_MANY)
        assert_int_not_equal(call.call.detail[0], '\0');
    small_call_end(&call);
    return outcome;
}

static void no_more_covenants_are_taken_than_can_be_read(void **state)
{
    char id[32];

    (void)state;
    for (int i = 0; i <= REGISTRY_COVENANTS_MAX; i++) {
        OWNED_JSON document = small_covenant_json(&town);
        snprintf(id, sizeof id, "convenant-%d", i);
        json_object_set_new(document, "id", json_string(id));
        assert_int_equal(add(document), i < REGISTRY_COVENANTS_MAX ? OUTCOME_OK : OUTCOME_TOO_MANY);
    }
    assert_int_equal(rows_in(small.gateway.store, TABLE_COVENANT), REGISTRY_COVENANTS_MAX);
    small_gateway_restart(&small); /* and so it starts again */
    assert_int_equal(small.gateway.registry->count, REGISTRY_COVENANTS_MAX);
}

static int make_town(void **state)
{
    (void)state;
    small_town_make(&town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    return turned_away_new(&small.gateway.turned_away) == OUTCOME_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    turned_away_free(small.gateway.turned_away);
    small_gateway_end(&small);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(a_party_of_a_covenant_may_send_a_body),
        WITH_GATEWAY(a_user_may_send_a_body_until_he_is_removed),
        WITH_GATEWAY(a_user_who_does_not_read_is_our_own_failure),
        WITH_GATEWAY(anyone_may_read_in_public),
        WITH_GATEWAY(no_more_covenants_are_taken_than_can_be_read),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
