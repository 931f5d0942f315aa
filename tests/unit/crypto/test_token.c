/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "crypto/token.h"
#include "tests/support/vectors.h"

static const struct oin wijkteam = {"00000099000000020000"}, ggz = {"00000099000000030000"};

static size_t take_field(struct bytes value, size_t at, char *out)
{
    size_t length = read_u16(value.data + at);

    memcpy(out, value.data + at + 2, length);
    out[length] = '\0';
    return at + 2 + length;
}

/* The canonical fields of a published value, through the function of its type. */
static void identity_of(const char *type, struct bytes value, struct identity *out)
{
    char fields[4][80] = {"", "", "", ""};
    size_t at = 0;

    if (strcmp(type, "bsn") == 0 || strcmp(type, "adr") == 0) {
        memcpy(fields[0], value.data, value.length);
        assert_int_equal(type[0] == 'b' ? identity_bsn(fields[0], out)
                                        : identity_adr(fields[0], out),
                         OUTCOME_OK);
        return;
    }
    for (int i = 0; at < value.length; i++)
        at = take_field(value, at, fields[i]);
    if (strcmp(type, "nbd") == 0)
        assert_int_equal(identity_nbd(fields[0], fields[1], fields[2], out), OUTCOME_OK);
    else
        assert_int_equal(identity_pch(fields[0], fields[1], fields[2], fields[3], out), OUTCOME_OK);
}

static void tokens_are_as_published(const json_t *vector, const uint8_t *y,
                                    const struct token_domain *domain)
{
    const json_t *row;
    size_t i;

    json_array_foreach (json_object_get(vector, "token_to"), i, row) {
        OWNED_BUFFER expected = vector_hex(row, "token");
        uint8_t value[TOKEN_VALUE_BYTES];
        struct oin recipient;

        assert_true(oin_parse(vector_text(row, "oin"), &recipient));
        token_value(y, domain, &recipient, value);
        assert_memory_equal(value, expected.data, sizeof value);
    }
    assert_int_equal(i, 2);
}

static void a_pseudonym_is_as_published(const json_t *vector)
{
    OWNED_BUFFER value = vector_hex(vector, "value_hex"), x = vector_hex(vector, "x");
    OWNED_BUFFER expected_domain = vector_hex(vector, "domain"), y = vector_hex(vector, "y");
    OWNED_BUFFER shared_key = vector_hex(vector, "shared_mode_key");
    OWNED_BUFFER shared_y = vector_hex(vector, "shared_mode_y");
    OWNED_BUFFER local_key = vector_hex(vector, "local_key");
    OWNED_BUFFER expected_id = vector_hex(vector, "local_id");
    uint8_t got_y[TOKEN_Y_BYTES], got_id[LOCAL_ID_BYTES];
    struct token_domain domain;
    struct identity identity;

    identity_of(vector_text(vector, "type"), buffer_bytes(&value), &identity);
    assert_true(bytes_equal(bytes_of(identity.data, identity.length), buffer_bytes(&x)));
    assert_int_equal(token_domain_make(vector_text(vector, "covenant"),
                                       vector_text(vector, "purpose"), vector_text(vector, "epoch"),
                                       &domain),
                     OUTCOME_OK);
    assert_true(bytes_equal(bytes_of(domain.data, domain.length), buffer_bytes(&expected_domain)));
    token_y_shared(shared_key.data, &domain, &identity, got_y);
    assert_memory_equal(got_y, shared_y.data, sizeof got_y);
    local_id(local_key.data, &identity, got_id);
    assert_memory_equal(got_id, expected_id.data, sizeof got_id);
    tokens_are_as_published(vector, y.data, &domain);
    identity_wipe(&identity);
    assert_int_equal(identity.length, 0);
}

static void the_pseudonyms_are_as_published(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("pseudonym", a_pseudonym_is_as_published), 5);
}

/* --- what may not change, and what must --- */

struct question {
    const char *covenant, *purpose, *epoch;
    const struct oin *recipient;
    const char *number;
    uint8_t key;
};

static struct token token_of(struct question question)
{
    uint8_t key[KEY_BYTES];
    struct token_domain domain;
    struct identity identity;
    struct token token;

    memset(key, question.key, sizeof key);
    assert_int_equal(identity_pch("1234AB", question.number, NULL, "", &identity), OUTCOME_OK);
    assert_int_equal(
        token_domain_make(question.covenant, question.purpose, question.epoch, &domain),
        OUTCOME_OK);
    token_make_shared(key, &domain, &identity, question.recipient, &token);
    return token;
}

static void every_part_makes_another_token(void **state)
{
    static const struct question questions[] = {
        {"vb", "TOELEIDING", "2026H2", &wijkteam, "5", 3},
        {"vc", "TOELEIDING", "2026H2", &wijkteam, "5", 3},
        {"vb", "WAAKVLAM", "2026H2", &wijkteam, "5", 3},
        {"vb", "TOELEIDING", "2027H1", &wijkteam, "5", 3},
        {"vb", "TOELEIDING", "2026H2-2", &wijkteam, "5", 3},
        {"vb", "TOELEIDING", "2026H2", &ggz, "5", 3},
        {"vb", "TOELEIDING", "2026H2", &wijkteam, "6", 3},
        {"vb", "TOELEIDING", "2026H2", &wijkteam, "5", 4},
    };
    enum { COUNT = sizeof questions / sizeof *questions };

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        struct token a = token_of(questions[i]), same = token_of(questions[i]);
        assert_true(token_equal(&a, &same));
        for (size_t j = 0; j < i; j++) {
            struct token b = token_of(questions[j]);
            assert_memory_not_equal(a.value, b.value, sizeof a.value);
            assert_false(token_equal(&a, &b));
        }
    }
}

static void what_is_not_canonical_gets_no_identity(void **state)
{
    struct identity identity;

    (void)state;
    assert_int_equal(identity_bsn("12345672", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_bsn("999990018", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_bsn(NULL, &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_adr("0363010000123456", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_adr(NULL, &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_pch("1234ab", "5", "", "", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_pch("1234AB", "05", "", "", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_pch("1234AB", "5", "a", "", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_pch("1234AB", "5", "", "b", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_pch(NULL, "5", "", "", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_nbd("Jong", "19800229", "j", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_nbd("", "19800229", "j", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_nbd("jong", "1980-02-29", "j", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_nbd("jong", "19800229", "jj", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_nba("jong", "19800229", "5", &identity), OUTCOME_MALFORMED);
    assert_int_equal(identity_nba("jong", "19800229", "0363200000123456", &identity), OUTCOME_OK);
}

static void the_longest_name_fits_and_one_more_is_refused(void **state)
{
    char name[66];
    struct identity identity;

    (void)state;
    memset(name, 'a', sizeof name);
    name[64] = '\0';
    assert_int_equal(identity_nba(name, "19800229", "0363200000123456", &identity), OUTCOME_OK);
    name[64] = 'a';
    name[65] = '\0';
    assert_int_equal(identity_nba(name, "19800229", "0363200000123456", &identity),
                     OUTCOME_MALFORMED);
}

static void only_half_years_are_epochs(void **state)
{
    static const char *const right[] = {"2026H2", "0000H1", "2026H1-1", "2026H2-9999"};
    static const char *const wrong[] = {"",       "2026",     "2026H3",    "2026H0",
                                        "2026h1", "2026H1-",  "2026H1 ",   "2026H1-12345",
                                        "26H1",   "2026H1-a", "2026H1-1-1"};
    struct token_domain domain;

    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        assert_true(token_epoch_valid(right[i]));
        assert_int_equal(token_domain_make("vb", "SIA", right[i], &domain), OUTCOME_OK);
        assert_string_equal(domain.epoch, right[i]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(token_epoch_valid(wrong[i]));
        assert_int_equal(token_domain_make("vb", "SIA", wrong[i], &domain), OUTCOME_MALFORMED);
    }
}

static void a_domain_needs_its_parts_and_has_its_limit(void **state)
{
    struct token_domain domain;
    char long_id[TOKEN_DOMAIN_MAX_BYTES + 1];

    (void)state;
    memset(long_id, 'a', sizeof long_id - 1);
    long_id[sizeof long_id - 1] = '\0';
    assert_int_equal(token_domain_make("", "SIA", "2026H2", &domain), OUTCOME_MALFORMED);
    assert_int_equal(token_domain_make("vb", "", "2026H2", &domain), OUTCOME_MALFORMED);
    assert_int_equal(token_domain_make(NULL, "SIA", "2026H2", &domain), OUTCOME_MALFORMED);
    assert_int_equal(token_domain_make("vb", "SIA", NULL, &domain), OUTCOME_MALFORMED);
    assert_int_equal(token_domain_make(long_id, "SIA", "2026H2", &domain), OUTCOME_TOO_LARGE);
}

/* --- the wire form --- */

static const char wire[] = "wp1.pch.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

static void a_token_comes_back_from_its_text(void **state)
{
    char text[TOKEN_TEXT_BYTES];
    struct token token;

    (void)state;
    assert_int_equal(token_parse(wire, &token), OUTCOME_OK);
    assert_int_equal(token.type, TOKEN_PCH);
    assert_int_equal(token.strength, TOKEN_SHARED);
    assert_string_equal(token.epoch, "2026H2");
    for (int i = 0; i < TOKEN_VALUE_BYTES; i++)
        assert_int_equal(token.value[i], i);
    token_print(&token, text);
    assert_string_equal(text, wire);
}

static void every_type_and_strength_has_its_text(void **state)
{
    struct token token = {.epoch = "2026H2-1234"}, again;
    char text[TOKEN_TEXT_BYTES];

    (void)state;
    for (int type = 0; type < TOKEN_TYPE_COUNT; type++) {
        for (int strength = TOKEN_SHARED; strength <= TOKEN_SPLIT; strength++) {
            token.type = (enum token_type)type;
            token.strength = (enum token_strength)strength;
            random_bytes(token.value, sizeof token.value);
            token_print(&token, text);
            assert_int_equal(token_parse(text, &again), OUTCOME_OK);
            assert_true(token_equal(&token, &again));
        }
    }
}

static void any_other_text_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "wp1",
        "wp2.pch.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "wp1.xyz.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "wp1.PCH.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "wp1.pch.k.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "wp1.pch.gg.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "wp1.pch.g.2026H3.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "wp1.pch.g..AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "wp1.pch.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
        "wp1.pch.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "wp1.pch.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9",
        "wp1.pch.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8.",
        "wp1.pch.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8.x",
        " wp1.pch.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "wp1.pch.g.2026H2.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH/8",
    };
    struct token token = {.epoch = "untouched"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(token_parse(wrong[i], &token), OUTCOME_MALFORMED);
    assert_int_equal(token_parse(NULL, &token), OUTCOME_MALFORMED);
    assert_string_equal(token.epoch, "untouched");
}

static void any_character_changed_is_another_token_or_none(void **state)
{
    struct token token, other;
    char text[TOKEN_TEXT_BYTES];

    (void)state;
    assert_int_equal(token_parse(wire, &token), OUTCOME_OK);
    for (size_t at = 0; at < strlen(wire); at++) {
        for (int bit = 0; bit < 7; bit++) {
            memcpy(text, wire, sizeof wire);
            text[at] = (char)(text[at] ^ (1 << bit));
            if (token_parse(text, &other) == OUTCOME_OK)
                assert_false(token_equal(&token, &other));
        }
    }
}

static void two_recipients_cannot_join_their_proofs(void **state)
{
    uint8_t key[KEY_BYTES] = {7}, a[PROOF_ID_BYTES], b[PROOF_ID_BYTES], long_id[65] = {0};

    (void)state;
    assert_int_equal(proof_id(key, bytes_of_text("record"), &wijkteam, a), OUTCOME_OK);
    assert_int_equal(proof_id(key, bytes_of_text("record"), &ggz, b), OUTCOME_OK);
    assert_memory_not_equal(a, b, sizeof a);
    assert_int_equal(proof_id(key, bytes_of_text("recorD"), &wijkteam, b), OUTCOME_OK);
    assert_memory_not_equal(a, b, sizeof a);
    assert_int_equal(proof_id(key, bytes_of(long_id, 64), &ggz, b), OUTCOME_OK);
    assert_int_equal(proof_id(key, bytes_of(long_id, 65), &ggz, b), OUTCOME_TOO_LARGE);
}

/* hashlib.blake2b(LP("wijkpoort/v1/pid") LP("record") LP(oin), key=7 0…, digest_size=32)[:16] */
static void a_proof_id_is_as_another_library_computes_it(void **state)
{
    uint8_t key[KEY_BYTES] = {7}, id[PROOF_ID_BYTES];
    char hex[HEX_BYTES(PROOF_ID_BYTES)];

    (void)state;
    assert_int_equal(proof_id(key, bytes_of_text("record"), &wijkteam, id), OUTCOME_OK);
    hex_encode(bytes_of(id, sizeof id), hex);
    assert_string_equal(hex, "1b2ee4f8ff21653d66cb8e735a8855d4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pseudonyms_are_as_published),
        cmocka_unit_test(every_part_makes_another_token),
        cmocka_unit_test(what_is_not_canonical_gets_no_identity),
        cmocka_unit_test(the_longest_name_fits_and_one_more_is_refused),
        cmocka_unit_test(only_half_years_are_epochs),
        cmocka_unit_test(a_domain_needs_its_parts_and_has_its_limit),
        cmocka_unit_test(a_token_comes_back_from_its_text),
        cmocka_unit_test(every_type_and_strength_has_its_text),
        cmocka_unit_test(any_other_text_is_refused),
        cmocka_unit_test(any_character_changed_is_another_token_or_none),
        cmocka_unit_test(two_recipients_cannot_join_their_proofs),
        cmocka_unit_test(a_proof_id_is_as_another_library_computes_it),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
