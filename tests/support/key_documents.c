/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/key_documents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/ready.h"
#include "tests/support/certificates.h"

void test_party_make(const char *oin, struct test_party *out)
{
    const struct certificate_order order = {
        .subject = {"poort", "Woonstichting Voorbeeld", oin}, .from_s = test_now_s, .days = 365};
    OWNED_BUFFER pem = {0};

    assert_true(oin_parse(oin, &out->oin));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(signing_key_new(&out->signing[i]), OUTCOME_OK);
    assert_int_equal(private_key_make(&out->tls_key), OUTCOME_OK);
    assert_int_equal(certificate_make_ca(&order, out->tls_key, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), &out->tls), OUTCOME_OK);
}

void test_party_free(struct test_party *party)
{
    for (size_t i = 0; i < 4; i++)
        signing_key_wipe(&party->signing[i]);
    private_key_free(party->tls_key);
    certificate_free(party->tls);
}

struct key_document test_draft(const struct test_party *party, size_t which,
                               const struct key_document *previous)
{
    struct key_document draft = {
        .oin = party->oin,
        .name = "Woonstichting \"Voorbeeld\" \xc3\xa9",
        .number = (int64_t)which + 1,
        .address = "https://poort.voorbeeld.nl:8443",
        .from_s = test_now_s + (int64_t)which * DAY_S,
        .until_s = test_now_s + 365 * DAY_S,
        .has_previous = previous != NULL,
    };

    memcpy(draft.signing_key, party->signing[which].public_key, SIGNING_PUBLIC_BYTES);
    random_bytes(draft.sealing_key, SIGNING_PUBLIC_BYTES);
    draft.sealing_key[31] &= 0x7f; /* or it would not be the one encoding */
    random_bytes(draft.log_key, SIGNING_PUBLIC_BYTES);
    random_bytes(draft.witness_key, SIGNING_PUBLIC_BYTES);
    if (previous) {
        memcpy(draft.previous, previous->digest, sizeof draft.previous);
        memcpy(draft.log_key, previous->log_key, sizeof draft.log_key);
    }
    return draft;
}

enum outcome test_document_make(const struct test_party *party, const struct key_document *draft,
                                struct buffer *out)
{
    size_t signer = draft->number > 1 ? (size_t)draft->number - 2 : 0;

    return key_document_make(draft, party->tls, party->tls_key, &party->signing[signer], out);
}

struct buffer test_first(const struct test_party *party, struct key_document *out)
{
    struct key_document draft = test_draft(party, 0, NULL);
    struct buffer envelope = {0};

    assert_int_equal(test_document_make(party, &draft, &envelope), OUTCOME_OK);
    assert_int_equal(key_document_read_first(buffer_bytes(&envelope), out, NULL), OUTCOME_OK);
    return envelope;
}

struct buffer test_next(const struct test_party *party, size_t which,
                        const struct key_document *previous, struct key_document *out)
{
    struct key_document draft = test_draft(party, which, previous);
    struct buffer envelope = {0};

    assert_int_equal(test_document_make(party, &draft, &envelope), OUTCOME_OK);
    assert_int_equal(key_document_read_next(buffer_bytes(&envelope), previous, out, NULL),
                     OUTCOME_OK);
    return envelope;
}
