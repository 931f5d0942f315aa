/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/lifting.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"

#define HEX   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TOKEN "wp1.pch.g.2026H2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct oin corporation = {"00000099000000010000"}, team = {"00000099000000020000"};
static struct signing_key key, stranger;

static struct day day(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text, &day));
    return day;
}

static struct proof good(void)
{
    struct proof proof = {
        .id = "0123456789abcdef0123456789abcdef",
        .covenant = HEX,
        .to = corporation,
        .token = TOKEN,
        .purposes = bit_of(PURPOSE_TOELEIDING),
        .from = day("2026-12-02"),
        .until = day("2027-12-01"),
        .state = PROOF_GIVEN,
        .sequence = 1,
    };

    assert_true(proof_groups_add(&proof.groups, "ZORG_OM_BEWONER"));
    return proof;
}

static struct lifting_matter matter(void)
{
    return (struct lifting_matter){
        .fingerprint = HEX,
        .sender = &corporation,
        .token = TOKEN,
        .purpose = PURPOSE_TOELEIDING,
        .group = "ZORG_OM_BEWONER",
        .today = day("2026-12-10"),
    };
}

static void it_holds_for_just_that_signal(void **state)
{
    struct proof proof = good();
    struct lifting_matter m = matter();

    (void)state;
    assert_true(lifting_holds(&proof, &m));
    m.fingerprint = OTHER;
    assert_false(lifting_holds(&proof, &m));
    m = matter();
    m.sender = &team;
    assert_false(lifting_holds(&proof, &m));
    m = matter();
    m.token = "wp1.pch.g.2026H2.BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_false(lifting_holds(&proof, &m));
    m.token = ""; /* a signal without one can have nothing bound to it */
    assert_false(lifting_holds(&proof, &m));
    m = matter();
    m.purpose = PURPOSE_WAAKVLAM;
    assert_false(lifting_holds(&proof, &m));
    m = matter();
    m.group = "OVERLAST";
    assert_false(lifting_holds(&proof, &m));
}

static void it_holds_in_its_window_only(void **state)
{
    struct proof proof = good();
    struct lifting_matter m = matter();

    (void)state;
    m.today = day("2026-12-01");
    assert_false(lifting_holds(&proof, &m));
    m.today = day("2026-12-02");
    assert_true(lifting_holds(&proof, &m));
    m.today = day("2027-12-01");
    assert_true(lifting_holds(&proof, &m));
    m.today = day("2027-12-02");
    assert_false(lifting_holds(&proof, &m));
    m = matter();
    proof.state = PROOF_WITHDRAWN;
    assert_false(lifting_holds(&proof, &m));
}

static enum outcome opened(struct bytes text, struct proof *out)
{
    OWNED_JSON object = NULL;

    TRY(json_read(text, 8192, &object));
    return lifting_open(object, key.public_key, out, NULL);
}

static enum outcome travels(const struct proof *proof, const struct signing_key *by)
{
    OWNED_BUFFER text = {0};
    struct proof read = {0};

    TRY(lifting_sign(proof, by, &text));
    TRY(opened(buffer_bytes(&text), &read));
    return strcmp(read.token, proof->token) == 0 ? OUTCOME_OK : OUTCOME_INTERNAL;
}

static void it_travels_signed(void **state)
{
    struct proof proof = good();
    enum outcome outcome;

    (void)state;
    assert_int_equal(travels(&proof, &key), OUTCOME_OK);
    assert_int_equal(travels(&proof, &stranger), OUTCOME_SIGNATURE_WRONG);
    WITH_SCARCE_MEMORY(outcome, travels(&proof, &key), (void)0);
}

/* The adversary has a true consent to share, signed by the same partner for the same recipient. */
static void a_consent_to_share_never_passes_for_it(void **state)
{
    OWNED_BUFFER consent = {0}, lifting = {0};
    OWNED_JSON object = NULL;
    struct proof proof = good(), read;

    (void)state;
    assert_int_equal(proof_sign(&proof, &key, &consent), OUTCOME_OK);
    assert_int_not_equal(opened(buffer_bytes(&consent), &read), OUTCOME_OK);
    assert_int_equal(lifting_sign(&proof, &key, &lifting), OUTCOME_OK);
    assert_int_equal(json_read(buffer_bytes(&lifting), 8192, &object), OUTCOME_OK);
    assert_int_not_equal(proof_open(object, key.public_key, &read, NULL), OUTCOME_OK);
}

static int make_keys(void **state)
{
    (void)state;
    json_ready();
    return crypto_ready() == OUTCOME_OK && signing_key_new(&key) == OUTCOME_OK &&
                   signing_key_new(&stranger) == OUTCOME_OK
               ? 0
               : -1;
}

static int drop_keys(void **state)
{
    (void)state;
    signing_key_wipe(&key);
    signing_key_wipe(&stranger);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_holds_for_just_that_signal),
        cmocka_unit_test(it_holds_in_its_window_only),
        cmocka_unit_test(it_travels_signed),
        cmocka_unit_test(a_consent_to_share_never_passes_for_it),
    };

    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
