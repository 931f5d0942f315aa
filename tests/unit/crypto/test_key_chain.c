/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/dsse.h"
#include "crypto/key_document.h"
#include "crypto/ready.h"
#include "tests/support/certificates.h"
#include "tests/support/key_documents.h"
#include "tests/support/scarce_memory.h"

static struct test_party us, them, third_party, fourth; /* made once */

static int make_parties(void **state)
{
    (void)state;
    test_party_make("00000099000000010000", &us);
    test_party_make("00000099000000020000", &them);
    test_party_make("00000099000000030000", &third_party);
    test_party_make("00000099000000040000", &fourth);
    return 0;
}

static int free_parties(void **state)
{
    (void)state;
    test_party_free(&us);
    test_party_free(&them);
    test_party_free(&third_party);
    test_party_free(&fourth);
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
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&third), NULL), OUTCOME_OTHER_BYTES);
    assert_int_equal(chain.count, 1);
    assert_int_equal(chain.kept, 4); /* what they signed before is read yet */
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
    chain.count = chain.kept = KEY_CHAIN_MAX;
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

/* --- an emergency --- */

static struct buffer endorsed(const struct buffer *envelope, const struct test_party *by)
{
    struct buffer out = {0};

    assert_int_equal(key_document_endorse(buffer_bytes(envelope), &by->oin, &by->signing[0], &out),
                     OUTCOME_OK);
    return out;
}

/* After `previous`, with the `which`th signing key, endorsed by so many others. */
static struct buffer emergency(size_t which, const struct key_document *previous, size_t others)
{
    struct key_document draft = test_draft(&us, which, previous);
    struct buffer envelope = {0};

    draft.number = previous->number + 1;
    draft.from_s = previous->from_s;
    assert_int_equal(key_document_make_emergency(&draft, us.tls, us.tls_key, &envelope),
                     OUTCOME_OK);
    for (size_t i = 0; i < others; i++) {
        struct buffer more = endorsed(&envelope, i == 0 ? &them : &third_party);
        buffer_wipe(&envelope);
        envelope = more;
    }
    return envelope;
}

static void an_emergency_replaces_what_the_thief_made(void **state)
{
    struct key_document documents[4];
    OWNED_BUFFER first = test_first(&us, &documents[0]);
    OWNED_BUFFER second = test_next(&us, 1, &documents[0], &documents[1]);
    OWNED_BUFFER third = test_next(&us, 2, &documents[1], &documents[2]);
    OWNED_BUFFER settled = emergency(3, &documents[0], 2);
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    assert_int_equal(key_chain_begin(buffer_bytes(&first), &chain, NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&second), NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&third), NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&settled), NULL), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(key_chain_add_endorsed(&chain, buffer_bytes(&settled), NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add_endorsed(&chain, buffer_bytes(&settled), NULL), OUTCOME_EXISTS);
    assert_int_equal(chain.count, 2);
    assert_int_equal(chain.kept, 4);
    assert_memory_equal(chain.documents[1].signing_key, us.signing[3].public_key, 32);
    assert_true(oin_equal(&chain.documents[1].endorsers[1], &third_party.oin));
    assert_memory_equal(key_chain_at(&chain, test_now_s)->signing_key, us.signing[3].public_key,
                        32);
    assert_null(key_chain_at(&chain, test_now_s - 1));
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&third), NULL), OUTCOME_OTHER_BYTES);
    assert_false(chain.forked);
}

static void before_an_emergency_no_key_counts_whatever_the_instant(void **state)
{
    struct key_document documents[2], draft;
    OWNED_BUFFER first = test_first(&us, &documents[0]), later = {0}, one = {0}, two = {0};
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    draft = test_draft(&us, 1, &documents[0]); /* a day later */
    assert_int_equal(key_document_make_emergency(&draft, us.tls, us.tls_key, &later), OUTCOME_OK);
    one = endorsed(&later, &them);
    two = endorsed(&one, &fourth);
    assert_int_equal(key_chain_begin(buffer_bytes(&first), &chain, NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add_endorsed(&chain, buffer_bytes(&two), NULL), OUTCOME_OK);
    assert_null(key_chain_at(&chain, test_now_s + DAY_S - 1));
    assert_int_equal(key_chain_at(&chain, test_now_s + DAY_S)->number, 2);
}

static void an_emergency_settles_a_fork_and_two_of_them_are_one(void **state)
{
    struct key_document documents[4];
    OWNED_BUFFER first = test_first(&us, &documents[0]);
    OWNED_BUFFER second = test_next(&us, 1, &documents[0], &documents[1]);
    OWNED_BUFFER other = test_next(&us, 1, &documents[0], &documents[2]);
    OWNED_BUFFER settled = emergency(2, &documents[0], 2), again = emergency(3, &documents[0], 2);
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    assert_int_equal(key_chain_begin(buffer_bytes(&first), &chain, NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&second), NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&other), NULL), OUTCOME_OTHER_BYTES);
    assert_true(chain.forked);
    assert_int_equal(key_chain_add_endorsed(&chain, buffer_bytes(&settled), NULL), OUTCOME_OK);
    assert_false(chain.forked);
    assert_int_equal(chain.count, 2);
    assert_int_equal(key_chain_add_endorsed(&chain, buffer_bytes(&again), NULL),
                     OUTCOME_OTHER_BYTES);
    assert_true(chain.forked);
    assert_int_equal(chain.count, 1);
}

/* So a store that is read back in the order of its keys gives the chain that stood. */
static void the_order_in_which_documents_came_does_not_matter(void **state)
{
    enum { COUNT = 5 };
    struct key_document documents[COUNT];
    OWNED_BUFFER first = test_first(&us, &documents[0]);
    struct buffer rest[COUNT] = {
        test_next(&us, 1, &documents[0], &documents[1]),
        test_next(&us, 2, &documents[1], &documents[2]),
        test_next(&us, 1, &documents[0], &documents[3]),
        emergency(3, &documents[1], 2),
        emergency(2, &documents[0], 2),
    };

    (void)state;
    for (int taken = 3; taken <= COUNT; taken++) { /* a fork; the same; settled */
        size_t count = 0;
        bool forked = false;
        for (int turn = 0; turn < 24; turn++) {
            OWNED_KEY_CHAIN chain = {0};
            assert_int_equal(key_chain_begin(buffer_bytes(&first), &chain, NULL), OUTCOME_OK);
            /* What has no predecessor yet waits for the next round. */
            for (int round = 0; round < COUNT; round++) {
                for (int i = 0; i < taken; i++) {
                    int which = (i * (1 + turn % 2) + turn + (turn / 7) * i) % taken;
                    enum outcome outcome =
                        key_chain_add_endorsed(&chain, buffer_bytes(&rest[which]), NULL);
                    assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_OTHER_BYTES ||
                                outcome == OUTCOME_EXISTS || outcome == OUTCOME_KEY_UNKNOWN);
                }
            }
            if (turn == 0) {
                count = chain.count;
                forked = chain.forked;
            }
            if (chain.kept == (size_t)taken + 1) {
                assert_int_equal(chain.count, count);
                assert_int_equal(chain.forked, forked);
            }
        }
        assert_int_equal(count, taken < COUNT ? 1 : 2);
        assert_int_equal(forked, taken < COUNT);
    }
    for (int i = 0; i < COUNT; i++)
        buffer_wipe(&rest[i]);
}

static void an_emergency_takes_two_others(void **state)
{
    struct key_document documents[2], out;
    OWNED_BUFFER first = test_first(&us, &documents[0]);
    OWNED_BUFFER renewal = test_next(&us, 1, &documents[0], &documents[1]);
    OWNED_BUFFER alone = emergency(1, &documents[0], 0), one = emergency(1, &documents[0], 1);
    OWNED_BUFFER two = emergency(1, &documents[0], 2), none = {0};
    struct fault fault = {0};

    (void)state;
    (void)first;
    assert_int_equal(key_document_read_emergency(buffer_bytes(&alone), &documents[0], &out, NULL),
                     OUTCOME_NOT_ALLOWED);
    assert_int_equal(key_document_read_emergency(buffer_bytes(&one), &documents[0], &out, &fault),
                     OUTCOME_NOT_ALLOWED);
    assert_string_equal(fault.where, "signatures");
    assert_int_equal(key_document_endorse(buffer_bytes(&one), &us.oin, &us.signing[0], &none),
                     OUTCOME_SENDER_WRONG);
    assert_int_equal(key_document_endorse(buffer_bytes(&one), &them.oin, &them.signing[0], &none),
                     OUTCOME_EXISTS);
    assert_int_equal(
        key_document_endorse(buffer_bytes(&two), &fourth.oin, &fourth.signing[0], &none),
        OUTCOME_EXISTS);
    assert_int_equal(
        key_document_endorse(buffer_bytes(&renewal), &them.oin, &them.signing[0], &none),
        OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(none.length, 0);
    /* Neither is a renewal, nor a renewal an emergency. */
    assert_int_equal(key_document_read_next(buffer_bytes(&two), &documents[0], &out, NULL),
                     OUTCOME_MALFORMED);
    assert_int_equal(key_document_read_first(buffer_bytes(&two), &out, NULL), OUTCOME_MALFORMED);
    assert_int_equal(key_document_read_emergency(buffer_bytes(&renewal), &documents[0], &out, NULL),
                     OUTCOME_MALFORMED);
    assert_int_equal(key_document_read_emergency(buffer_bytes(&two), &documents[1], &out, NULL),
                     OUTCOME_MALFORMED);
    assert_int_equal(key_document_read_emergency(buffer_bytes(&two), &documents[0], &out, NULL),
                     OUTCOME_OK);
}

static void an_endorsement_is_of_one_key_and_one_document(void **state)
{
    struct key_document first;
    OWNED_BUFFER one = test_first(&us, &first), two = emergency(1, &first, 2);
    struct bytes envelope = buffer_bytes(&two);

    (void)state;
    assert_int_equal(key_document_endorsed_by(envelope, 0, them.signing[0].public_key), OUTCOME_OK);
    assert_int_equal(key_document_endorsed_by(envelope, 1, third_party.signing[0].public_key),
                     OUTCOME_OK);
    assert_int_equal(key_document_endorsed_by(envelope, 1, them.signing[0].public_key),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(key_document_endorsed_by(envelope, 2, them.signing[0].public_key),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(key_document_endorsed_by(buffer_bytes(&one), 0, us.signing[0].public_key),
                     OUTCOME_SIGNATURE_WRONG);
}

/* As an envelope may say it: each spoiled in one way. */
static void an_emergency_that_lies_about_its_endorsers_is_refused(void **state)
{
    static const struct {
        size_t which;
        const char *keyid;
        enum outcome outcome;
    } lies[] = {
        {1, "00000099000000010000", OUTCOME_SENDER_WRONG}, /* itself */
        {2, "00000099000000020000", OUTCOME_MALFORMED},    /* the other once more */
        {1, "0000009900000002000", OUTCOME_MALFORMED},
        {2, "", OUTCOME_MALFORMED},
    };
    struct key_document first, out;
    OWNED_BUFFER one = test_first(&us, &first), two = emergency(1, &first, 2);

    (void)state;
    (void)one;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        OWNED_DSSE dsse = {0};
        OWNED_BUFFER spoiled = {0};
        assert_int_equal(dsse_open_several(buffer_bytes(&two), KEY_DOCUMENT_EMERGENCY_TYPE,
                                           KEY_DOCUMENT_MAX_BYTES, &dsse),
                         OUTCOME_OK);
        strcpy(dsse.signatures[lies[i].which].keyid, lies[i].keyid);
        assert_int_equal(dsse_assemble(dsse.payload, dsse.type, dsse.signatures, 3, &spoiled),
                         OUTCOME_OK);
        assert_int_equal(key_document_peek(buffer_bytes(&spoiled), &out, NULL), lies[i].outcome);
    }
}

/* With all keys but that of the certificate; and one that would come before all others. */
static void an_emergency_is_of_the_certificate_and_follows_something(void **state)
{
    struct key_document first, out;
    OWNED_BUFFER one = test_first(&us, &first), two = emergency(1, &first, 2);
    OWNED_BUFFER other = emergency(2, &first, 2), spoiled = {0}, payload = {0}, early = {0};
    OWNED_DSSE dsse = {0}, of_other = {0};
    struct fault fault = {0};
    const char *at;

    (void)state;
    (void)one;
    assert_int_equal(dsse_open_several(buffer_bytes(&two), KEY_DOCUMENT_EMERGENCY_TYPE,
                                       KEY_DOCUMENT_MAX_BYTES, &dsse),
                     OUTCOME_OK);
    assert_int_equal(dsse_open_several(buffer_bytes(&other), KEY_DOCUMENT_EMERGENCY_TYPE,
                                       KEY_DOCUMENT_MAX_BYTES, &of_other),
                     OUTCOME_OK);
    buffer_add_bytes(&payload, dsse.payload);
    at = strstr(buffer_text(&payload), ",\"vorige\"");
    assert_non_null(at);
    buffer_format(&early, "%.*s,\"vorige\":null}", (int)(at - buffer_text(&payload)),
                  buffer_text(&payload));
    strstr((char *)early.data, "\"volgnr\":2")[9] = '1';
    payload.length = 0;
    assert_int_equal(dsse_assemble(buffer_bytes(&early), dsse.type, dsse.signatures, 3, &payload),
                     OUTCOME_OK);
    assert_int_equal(key_document_peek(buffer_bytes(&payload), &out, &fault), OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "volgnr");
    dsse.signatures[0] = of_other.signatures[0];
    assert_int_equal(dsse_assemble(dsse.payload, dsse.type, dsse.signatures, 3, &spoiled),
                     OUTCOME_OK);
    assert_int_equal(key_document_read_emergency(buffer_bytes(&spoiled), &first, &out, NULL),
                     OUTCOME_SIGNATURE_WRONG);
}

/* A thief who has the signing key alone takes the bytes of an emergency as a renewal. */
static void the_signatures_of_one_type_do_not_count_under_the_other(void **state)
{
    struct key_document first, out;
    OWNED_BUFFER one = test_first(&us, &first), two = emergency(1, &first, 2), pae = {0};
    OWNED_BUFFER crossed = {0};
    OWNED_DSSE dsse = {0};
    struct dsse_signature signatures[2] = {{.length = SIGNATURE_BYTES}};

    (void)state;
    (void)one;
    assert_int_equal(dsse_open_several(buffer_bytes(&two), KEY_DOCUMENT_EMERGENCY_TYPE,
                                       KEY_DOCUMENT_MAX_BYTES, &dsse),
                     OUTCOME_OK);
    assert_int_equal(dsse_pae(KEY_DOCUMENT_TYPE, dsse.payload, &pae), OUTCOME_OK);
    assert_int_equal(signature_make(&us.signing[0], buffer_bytes(&pae), signatures[0].data),
                     OUTCOME_OK);
    signatures[1] = dsse.signatures[0];
    assert_int_equal(dsse_assemble(dsse.payload, KEY_DOCUMENT_TYPE, signatures, 2, &crossed),
                     OUTCOME_OK);
    assert_int_equal(key_document_read_next(buffer_bytes(&crossed), &first, &out, NULL),
                     OUTCOME_SIGNATURE_WRONG);
}

/* Who stole both keys and saw the emergency sends its payload as a renewal, and is there first. */
static void a_renewal_of_the_same_payload_does_not_keep_out_an_emergency(void **state)
{
    struct key_document first, renewed, draft;
    OWNED_BUFFER one = test_first(&us, &first), two = emergency(1, &first, 2), same = {0};
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    assert_int_equal(key_document_peek(buffer_bytes(&two), &renewed, NULL), OUTCOME_OK);
    assert_int_equal(key_document_make(&renewed, us.tls, us.tls_key, &us.signing[0], &same),
                     OUTCOME_OK);
    assert_int_equal(key_document_peek(buffer_bytes(&same), &draft, NULL), OUTCOME_OK);
    assert_memory_equal(draft.digest, renewed.digest, sizeof draft.digest);

    assert_int_equal(key_chain_begin(buffer_bytes(&one), &chain, NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&same), NULL), OUTCOME_OK);
    assert_int_equal(key_chain_add_endorsed(&chain, buffer_bytes(&two), NULL), OUTCOME_OK);
    assert_true(chain.documents[1].emergency);
    assert_int_equal(chain.count, 2);
    assert_int_equal(key_chain_add(&chain, buffer_bytes(&same), NULL), OUTCOME_OTHER_BYTES);
    assert_false(chain.forked);
}

/* However many successors a thief makes, there is room for the document that puts him out. */
static void renewals_leave_room_for_an_emergency(void **state)
{
    struct key_document first, last, next;
    OWNED_BUFFER one = test_first(&us, &first), nood = emergency(1, &first, 2);
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    last = first;
    assert_int_equal(key_chain_begin(buffer_bytes(&one), &chain, NULL), OUTCOME_OK);
    for (size_t i = 1; i <= KEY_CHAIN_RENEWALS; i++) {
        struct key_document draft = last;
        OWNED_BUFFER envelope = {0};
        draft.number++;
        draft.has_previous = true;
        memcpy(draft.previous, last.digest, sizeof draft.previous);
        assert_int_equal(key_document_make(&draft, us.tls, us.tls_key, &us.signing[0], &envelope),
                         OUTCOME_OK);
        assert_int_equal(key_document_peek(buffer_bytes(&envelope), &next, NULL), OUTCOME_OK);
        assert_int_equal(key_chain_add(&chain, buffer_bytes(&envelope), NULL),
                         i < KEY_CHAIN_RENEWALS ? OUTCOME_OK : OUTCOME_TOO_LARGE);
        last = next;
    }
    assert_int_equal(key_chain_add_endorsed(&chain, buffer_bytes(&nood), NULL), OUTCOME_OK);
    assert_int_equal(chain.count, 2);
    assert_int_equal(chain.kept, KEY_CHAIN_RENEWALS + 1);
}

static void the_log_s_key_stays(void **state)
{
    struct key_document first, draft, out;
    OWNED_BUFFER one = test_first(&us, &first), next = {0};
    struct fault fault = {0};

    (void)state;
    (void)one;
    draft = test_draft(&us, 1, &first);
    draft.log_key[0] ^= 1;
    assert_int_equal(test_document_make(&us, &draft, &next), OUTCOME_OK);
    assert_int_equal(key_document_read_next(buffer_bytes(&next), &first, &out, &fault),
                     OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "logsleutel");
}

static enum outcome emergency_in_all(struct bytes first, const struct key_document *previous)
{
    struct key_document draft = test_draft(&us, 1, previous);
    OWNED_BUFFER envelope = {0}, one = {0}, two = {0};
    OWNED_KEY_CHAIN chain = {0};

    TRY(key_document_make_emergency(&draft, us.tls, us.tls_key, &envelope));
    TRY(key_document_endorse(buffer_bytes(&envelope), &them.oin, &them.signing[0], &one));
    TRY(key_document_endorse(buffer_bytes(&one), &fourth.oin, &fourth.signing[0], &two));
    TRY(key_document_endorsed_by(buffer_bytes(&two), 1, fourth.signing[0].public_key));
    TRY(key_chain_begin(first, &chain, NULL));
    return key_chain_add_endorsed(&chain, buffer_bytes(&two), NULL);
}

static void scarce_memory_is_survived_in_an_emergency(void **state)
{
    struct key_document first;
    OWNED_BUFFER one = test_first(&us, &first);
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY_SAMPLED(12, outcome, emergency_in_all(buffer_bytes(&one), &first), (void)0);
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
        cmocka_unit_test(an_emergency_replaces_what_the_thief_made),
        cmocka_unit_test(before_an_emergency_no_key_counts_whatever_the_instant),
        cmocka_unit_test(an_emergency_settles_a_fork_and_two_of_them_are_one),
        cmocka_unit_test(the_order_in_which_documents_came_does_not_matter),
        cmocka_unit_test(an_emergency_takes_two_others),
        cmocka_unit_test(an_endorsement_is_of_one_key_and_one_document),
        cmocka_unit_test(an_emergency_that_lies_about_its_endorsers_is_refused),
        cmocka_unit_test(an_emergency_is_of_the_certificate_and_follows_something),
        cmocka_unit_test(the_signatures_of_one_type_do_not_count_under_the_other),
        cmocka_unit_test(a_renewal_of_the_same_payload_does_not_keep_out_an_emergency),
        cmocka_unit_test(renewals_leave_room_for_an_emergency),
        cmocka_unit_test(the_log_s_key_stays),
        cmocka_unit_test(scarce_memory_is_survived_in_an_emergency),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, make_parties, free_parties);
}
