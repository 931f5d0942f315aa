/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/key_document.h"
#include "crypto/ready.h"
#include "tests/support/certificates.h"
#include "tests/support/key_documents.h"
#include "tests/support/scarce_memory.h"

static struct test_party us, them; /* made once */

static int make_parties(void **state)
{
    (void)state;
    test_party_make("00000099000000010000", &us);
    test_party_make("00000099000000020000", &them);
    return 0;
}

static int free_parties(void **state)
{
    (void)state;
    test_party_free(&us);
    test_party_free(&them);
    return 0;
}

static void o1_the_document_in_force_follows_the_clock(void **state)
{
    struct key_document documents[3];
    OWNED_BUFFER first = test_first(&us, &documents[0]);
    OWNED_BUFFER second = test_next(&us, 1, &documents[0], &documents[1]);
    OWNED_BUFFER third = test_next(&us, 2, &documents[1], &documents[2]);
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    assert_null(key_chain_at(&chain, test_now_s));
    assert_int_equal(key_chain_begin(buffer_bytes(&first), &chain, NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&second), NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&third), NULL), OUTCOME_OK);
    assert_int_equal(chain.count, 3);
    assert_null(key_chain_at(&chain, test_now_s - 1));
    assert_int_equal(key_chain_at(&chain, test_now_s)->number, 1);
    assert_int_equal(key_chain_at(&chain, test_now_s + DAY_S - 1)->number, 1);
    assert_int_equal(key_chain_at(&chain, test_now_s + DAY_S)->number, 2);
    assert_int_equal(key_chain_at(&chain, test_now_s + 3 * DAY_S)->number, 3);
    assert_int_equal(key_chain_at(&chain, test_now_s + 365 * DAY_S - 1)->number, 3);
    assert_null(key_chain_at(&chain, test_now_s + 365 * DAY_S));
    assert_false(chain.forked);
}

static void a_known_document_changes_nothing(void **state)
{
    struct key_document documents[2];
    OWNED_BUFFER first = test_first(&us, &documents[0]);
    OWNED_BUFFER second = test_next(&us, 1, &documents[0], &documents[1]);
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    assert_int_equal(key_chain_begin(buffer_bytes(&first), &chain, NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&second), NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&second), NULL), OUTCOME_EXISTS);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&first), NULL), OUTCOME_EXISTS);
    assert_int_equal(chain.count, 2);
    assert_false(chain.forked);
}

static void c2_of_two_successors_neither_counts(void **state)
{
    struct key_document documents[4];
    OWNED_BUFFER first = test_first(&us, &documents[0]);
    OWNED_BUFFER second = test_next(&us, 1, &documents[0], &documents[1]);
    OWNED_BUFFER third = test_next(&us, 2, &documents[1], &documents[2]);
    OWNED_BUFFER other = test_next(&us, 1, &documents[0], &documents[3]);
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    assert_int_equal(key_chain_begin(buffer_bytes(&first), &chain, NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&second), NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&third), NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&other), NULL), OUTCOME_OTHER_BYTES);
    assert_true(chain.forked);
    assert_int_equal(chain.count, 1);
    assert_int_equal(key_chain_at(&chain, test_now_s + 9 * DAY_S)->number, 1);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&second), NULL), OUTCOME_OTHER_BYTES);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&third), NULL), OUTCOME_KEY_UNKNOWN);
    assert_int_equal(chain.count, 1);
}

static void a_stranger_cannot_fork_a_chain(void **state)
{
    struct key_document documents[2], draft;
    OWNED_BUFFER first = test_first(&us, &documents[0]);
    OWNED_BUFFER second = test_next(&us, 1, &documents[0], &documents[1]), forged = {0};
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    assert_int_equal(key_chain_begin(buffer_bytes(&first), &chain, NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&second), NULL), OUTCOME_OK);
    draft = test_draft(&us, 1, &documents[0]);
    assert_int_equal(key_document_make(&draft, us.tls, us.tls_key, &them.signing[0], &forged),
                     OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&forged), NULL), OUTCOME_SIGNATURE_WRONG);
    assert_false(chain.forked);
    assert_int_equal(chain.count, 2);
}

static void a_document_without_its_predecessor_is_not_taken(void **state)
{
    struct key_document documents[3], theirs;
    OWNED_BUFFER first = test_first(&us, &documents[0]);
    OWNED_BUFFER second = test_next(&us, 1, &documents[0], &documents[1]);
    OWNED_BUFFER third = test_next(&us, 2, &documents[1], &documents[2]);
    OWNED_BUFFER another_first = test_first(&them, &theirs);
    OWNED_KEY_CHAIN chain = {0};
    struct fault fault = {0};

    (void)state;
    assert_int_equal(key_chain_begin(buffer_bytes(&second), &chain, NULL), OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(key_chain_begin(buffer_bytes(&first), &chain, NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&third), &fault), OUTCOME_KEY_UNKNOWN);
    assert_string_equal(fault.where, "vorige");
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&another_first), NULL),
                     OUTCOME_KEY_UNKNOWN);
    assert_int_equal(chain.count, 1);
}

static void a_chain_has_its_limit(void **state)
{
    struct key_document first, next;
    OWNED_BUFFER one = test_first(&us, &first), two = test_next(&us, 1, &first, &next);
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    buffer_wipe(&one);
    chain.documents = calloc(KEY_CHAIN_MAX, sizeof *chain.documents);
    assert_non_null(chain.documents);
    chain.count = KEY_CHAIN_MAX;
    chain.documents[KEY_CHAIN_MAX - 1] = first;
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&two), NULL), OUTCOME_TOO_LARGE);
    assert_int_equal(chain.count, KEY_CHAIN_MAX);
}

static enum outcome chain_of_two(struct bytes first, struct bytes second, struct key_chain *out)
{
    OWNED_KEY_CHAIN chain = {0};

    TRY(key_chain_begin(first, &chain, NULL));
    TRY(key_chain_add(&chain, second, NULL));
    *out = chain;
    chain = (struct key_chain){0};
    return OUTCOME_OK;
}

static void scarce_memory_is_survived(void **state)
{
    struct key_document first, next;
    OWNED_BUFFER one = test_first(&us, &first), two = test_next(&us, 1, &first, &next);
    OWNED_KEY_CHAIN chain = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, chain_of_two(buffer_bytes(&one), buffer_bytes(&two), &chain),
                       key_chain_wipe(&chain));
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(o1_the_document_in_force_follows_the_clock),
        cmocka_unit_test(a_known_document_changes_nothing),
        cmocka_unit_test(c2_of_two_successors_neither_counts),
        cmocka_unit_test(a_stranger_cannot_fork_a_chain),
        cmocka_unit_test(a_document_without_its_predecessor_is_not_taken),
        cmocka_unit_test(a_chain_has_its_limit),
        cmocka_unit_test(scarce_memory_is_survived),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, make_parties, free_parties);
}
