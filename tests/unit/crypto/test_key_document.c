/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/dsse.h"
#include "crypto/encoding.h"
#include "crypto/key_document.h"
#include "crypto/ready.h"
#include "crypto/sha256.h"
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

/* --- one document --- */

static void a_first_document_says_what_was_drafted(void **state)
{
    struct key_document draft = test_draft(&us, 0, NULL), read;
    uint8_t fingerprint[CERTIFICATE_FINGERPRINT_BYTES], digest[SHA256_BYTES];
    OWNED_BUFFER envelope = {0};
    OWNED_DSSE dsse = {0};

    (void)state;
    assert_int_equal(test_document_make(&us, &draft, &envelope), OUTCOME_OK);
    assert_int_equal(key_document_read_first(buffer_bytes(&envelope), &read, NULL), OUTCOME_OK);
    assert_true(oin_equal(&read.oin, &us.oin));
    assert_string_equal(read.name, draft.name);
    assert_string_equal(read.address, draft.address);
    assert_int_equal(read.number, 1);
    assert_false(read.has_previous);
    assert_int_equal(read.from_s, draft.from_s);
    assert_int_equal(read.until_s, draft.until_s);
    assert_memory_equal(read.signing_key, draft.signing_key, SIGNING_PUBLIC_BYTES);
    assert_memory_equal(read.sealing_key, draft.sealing_key, SIGNING_PUBLIC_BYTES);
    assert_memory_equal(read.log_key, draft.log_key, SIGNING_PUBLIC_BYTES);
    assert_memory_equal(read.witness_key, draft.witness_key, SIGNING_PUBLIC_BYTES);
    assert_int_equal(certificate_fingerprint(us.tls, fingerprint), OUTCOME_OK);
    assert_memory_equal(read.tls_fingerprint, fingerprint, sizeof fingerprint);
    assert_int_equal(dsse_open_several(buffer_bytes(&envelope), KEY_DOCUMENT_TYPE,
                                       KEY_DOCUMENT_MAX_BYTES, &dsse),
                     OUTCOME_OK);
    assert_int_equal(sha256(dsse.payload, digest), OUTCOME_OK);
    assert_memory_equal(read.digest, digest, sizeof digest);
}

static void a_successor_is_signed_by_its_predecessor_s_key(void **state)
{
    struct key_document first, next, draft;
    OWNED_BUFFER one = test_first(&us, &first), other = test_next(&us, 1, &first, &next),
                 wrong = {0};

    (void)state;
    assert_true(next.has_previous);
    assert_memory_equal(next.previous, first.digest, sizeof first.digest);
    draft = test_draft(&us, 1, &first);
    /* Signed by its own new key, which nobody vouches for. */
    assert_int_equal(key_document_make(&draft, us.tls, us.tls_key, &us.signing[1], &wrong),
                     OUTCOME_OK);
    assert_int_equal(key_document_read_next(buffer_bytes(&wrong), &first, &next, NULL),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(key_document_read_first(buffer_bytes(&other), &next, NULL),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(key_document_read_next(buffer_bytes(&one), &first, &next, NULL),
                     OUTCOME_MALFORMED); /* a first is nobody's successor */
}

static void a_successor_must_follow(void **state)
{
    struct key_document first, next, drafts[4], out;
    OWNED_BUFFER one = test_first(&us, &first), two = test_next(&us, 1, &first, &next);
    static const char *const where[] = {"volgnr", "vorige", "geldigVan", "oin"};

    (void)state;
    assert_false(bytes_equal(buffer_bytes(&one), buffer_bytes(&two)));
    for (size_t i = 0; i < 4; i++)
        drafts[i] = test_draft(&us, 1, &first);
    drafts[0].number = 3;
    drafts[1].previous[0] ^= 1;
    drafts[2].from_s = first.from_s - 1;
    drafts[3].oin = them.oin;
    for (size_t i = 0; i < 4; i++) {
        const struct test_party *certified = i == 3 ? &them : &us;
        struct fault fault = {0};
        OWNED_BUFFER envelope = {0};
        assert_int_equal(key_document_make(&drafts[i], certified->tls, certified->tls_key,
                                           &us.signing[0], &envelope),
                         OUTCOME_OK);
        assert_int_equal(key_document_read_next(buffer_bytes(&envelope), &first, &out, &fault),
                         i == 3 ? OUTCOME_SENDER_WRONG : OUTCOME_MALFORMED);
        assert_string_equal(fault.where, where[i]);
    }
    assert_int_equal(key_document_read_next(buffer_bytes(&two), &next, &out, NULL),
                     OUTCOME_SIGNATURE_WRONG);
}

/* Whoever signs with his own key is nobody's successor, whatever number he gives himself. */
static void c2_a_document_that_signs_itself_is_a_first_or_nothing(void **state)
{
    struct key_document first, draft, out;
    OWNED_BUFFER one = test_first(&us, &first), envelope = {0};
    struct fault fault = {0};

    (void)state;
    (void)one;
    draft = test_draft(&us, 1, &first);
    assert_int_equal(key_document_make(&draft, us.tls, us.tls_key, &us.signing[1], &envelope),
                     OUTCOME_OK);
    assert_int_equal(key_document_read_first(buffer_bytes(&envelope), &out, &fault),
                     OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "volgnr");
    assert_int_equal(key_document_read_next(buffer_bytes(&envelope), &first, &out, NULL),
                     OUTCOME_SIGNATURE_WRONG);
}

/* Who is asked to endorse it reads it before anybody did; all else must be as it will be. */
static void a_draft_of_an_emergency_is_read_as_strictly_as_the_whole(void **state)
{
    struct key_document first, next, draft, out = {.number = 77};
    OWNED_BUFFER one = test_first(&us, &first), renewal = test_next(&us, 1, &first, &next);
    OWNED_BUFFER envelope = {0}, spoiled = {0};
    OWNED_DSSE dsse = {0};
    struct fault fault = {0};

    (void)state;
    (void)one;
    draft = test_draft(&us, 1, &first);
    assert_int_equal(key_document_make_emergency(&draft, us.tls, us.tls_key, &envelope),
                     OUTCOME_OK);
    assert_int_equal(key_document_read_draft(buffer_bytes(&renewal), &first, &out, &fault),
                     OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "payloadType");
    fault = (struct fault){0};
    assert_int_equal(key_document_read_draft(buffer_bytes(&envelope), &next, &out, &fault),
                     OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "volgnr");
    assert_int_equal(dsse_open_several(buffer_bytes(&envelope), KEY_DOCUMENT_EMERGENCY_TYPE,
                                       KEY_DOCUMENT_MAX_BYTES, &dsse),
                     OUTCOME_OK);
    dsse.signatures[0].data[20] ^= 1;
    assert_int_equal(dsse_assemble(dsse.payload, dsse.type, dsse.signatures, 1, &spoiled),
                     OUTCOME_OK);
    assert_int_equal(key_document_read_draft(buffer_bytes(&spoiled), &first, &out, NULL),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(out.number, 77);
    assert_int_equal(key_document_read_draft(buffer_bytes(&envelope), &first, &out, NULL),
                     OUTCOME_OK);
    assert_int_equal(out.number, 2);
    assert_true(out.emergency);
    assert_int_equal(out.endorser_count, 0);
    assert_int_equal(key_document_read_emergency(buffer_bytes(&envelope), &first, &out, NULL),
                     OUTCOME_NOT_ALLOWED);
}

/* --- what is refused --- */

static void what_the_reader_would_refuse_is_not_made(void **state)
{
    enum { COUNT = 13 };
    struct key_document drafts[COUNT];
    OWNED_BUFFER envelope = {0};

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        drafts[i] = test_draft(&us, 0, NULL);
    drafts[0].name[0] = '\0';
    drafts[1].name[0] = '\n';
    drafts[2].number = 0;
    drafts[3].number = 2; /* without a predecessor */
    memcpy(drafts[4].log_key, drafts[4].witness_key, SIGNING_PUBLIC_BYTES);
    memcpy(drafts[5].sealing_key, drafts[5].signing_key, SIGNING_PUBLIC_BYTES);
    drafts[6].until_s = drafts[6].from_s;
    memcpy(drafts[7].address, "http://a", 9);
    drafts[8].oin.text[19] = 'a';
    drafts[9].has_previous = true; /* number 1 */
    drafts[10].name[0] = (char)0xff;
    drafts[12].name[0] = 0x7f;
    drafts[11].signing_key[0] ^= 1; /* not the key that signs */
    for (size_t i = 0; i < COUNT; i++) {
        enum outcome outcome =
            key_document_make(&drafts[i], us.tls, us.tls_key, &us.signing[0], &envelope);
        assert_int_equal(outcome, OUTCOME_MALFORMED);
    }
    assert_int_equal(envelope.length, 0);
}

/* Nothing could be sealed for the first, and the others are second spellings. */
static void p3_a_key_that_is_no_key_is_in_no_document(void **state)
{
    struct key_document drafts[4], first;
    OWNED_BUFFER one = test_first(&us, &first), envelope = {0};

    (void)state;
    (void)one;
    for (size_t i = 0; i < 4; i++)
        drafts[i] = test_draft(&us, 1, &first);
    memset(drafts[0].sealing_key, 0, SIGNING_PUBLIC_BYTES);
    drafts[1].sealing_key[31] |= 0x80;
    memset(drafts[2].sealing_key, 0xff, SIGNING_PUBLIC_BYTES);
    drafts[2].sealing_key[31] = 0x7f;
    memset(drafts[3].signing_key, 0, SIGNING_PUBLIC_BYTES);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(
            key_document_make(&drafts[i], us.tls, us.tls_key, &us.signing[0], &envelope),
            OUTCOME_MALFORMED);
    assert_int_equal(envelope.length, 0);
}

static void the_certificate_must_be_the_organisation_s(void **state)
{
    struct key_document draft = test_draft(&us, 0, NULL);
    OWNED_BUFFER envelope = {0};

    (void)state;
    assert_int_equal(key_document_make(&draft, them.tls, them.tls_key, &us.signing[0], &envelope),
                     OUTCOME_SENDER_WRONG);
    assert_int_equal(key_document_make(&draft, us.tls, them.tls_key, &us.signing[0], &envelope),
                     OUTCOME_KEY_UNKNOWN);
    assert_int_equal(envelope.length, 0);
}

static void only_a_plain_https_base_is_an_address(void **state)
{
    static const char *const right[] = {
        "https://a",         "https://a.nl:1",    "https://127.0.0.1:65535",
        "https://[::1]:443", "https://[fe80::1]", "https://poort-1.voorbeeld.nl",
    };
    static const char *const wrong[] = {
        "",
        "https://",
        "HTTPS://a",
        "https://A.nl",
        "https://a/",
        "https://a/v1",
        "https://a?x",
        "https://a#x",
        "https://u@a",
        "https://a:",
        "https://a:0",
        "https://a:0443",
        "https://a:65536",
        "https://a:655360",
        "https://a:+443",
        "https://a:44 3",
        "https://.a",
        "https://-a",
        "https://[::1",
        "https://[]",
        "https://[::1]x",
        "https://a b",
        "https://a\\b",
    };

    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof *right + sizeof wrong / sizeof *wrong; i++) {
        size_t count = sizeof right / sizeof *right;
        const char *address = i < count ? right[i] : wrong[i - count];
        struct key_document draft = test_draft(&us, 0, NULL);
        OWNED_BUFFER envelope = {0};
        memcpy(draft.address, address, strlen(address) + 1);
        assert_int_equal(test_document_make(&us, &draft, &envelope),
                         i < count ? OUTCOME_OK : OUTCOME_MALFORMED);
    }
}

/* Signs `payload` as us, whatever it says. */
static struct buffer envelope_of(struct bytes payload, size_t signatures)
{
    struct dsse_signature made[2] = {0};
    struct buffer envelope = {0};
    OWNED_BUFFER pae = {0}, by_tls = {0};

    assert_int_equal(dsse_pae(KEY_DOCUMENT_TYPE, payload, &pae), OUTCOME_OK);
    assert_int_equal(signature_make(&us.signing[0], buffer_bytes(&pae), made[0].data), OUTCOME_OK);
    made[0].length = SIGNATURE_BYTES;
    assert_int_equal(private_key_sign(us.tls_key, buffer_bytes(&pae), &by_tls), OUTCOME_OK);
    memcpy(made[1].data, by_tls.data, by_tls.length);
    made[1].length = by_tls.length;
    assert_int_equal(dsse_assemble(payload, KEY_DOCUMENT_TYPE, made, signatures, &envelope),
                     OUTCOME_OK);
    return envelope;
}

/* The payload of a good first document, as JSON to be spoiled. */
static json_t *good_payload(void)
{
    struct key_document first;
    OWNED_BUFFER envelope = test_first(&us, &first);
    OWNED_DSSE dsse = {0};
    json_t *object;

    assert_int_equal(dsse_open_several(buffer_bytes(&envelope), KEY_DOCUMENT_TYPE,
                                       KEY_DOCUMENT_MAX_BYTES, &dsse),
                     OUTCOME_OK);
    assert_int_equal(json_read(dsse.payload, dsse.payload.length, &object), OUTCOME_OK);
    return object;
}

static enum outcome read_spoiled(json_t *taken_object, struct fault *fault)
{
    OWNED_BUFFER payload = {0}, envelope = {0};
    struct key_document out;

    assert_int_equal(json_write_new(taken_object, &payload), OUTCOME_OK);
    envelope = envelope_of(buffer_bytes(&payload), 2);
    return key_document_read_first(buffer_bytes(&envelope), &out, fault);
}

static void every_member_is_needed_and_no_other(void **state)
{
    OWNED_JSON good = good_payload();
    const char *name;
    json_t *value;

    (void)state;
    assert_int_equal(json_object_size(good), 13);
    json_object_foreach (good, name, value) {
        struct fault fault = {0};
        json_t *spoiled = json_copy(good);
        json_object_del(spoiled, name);
        assert_int_equal(read_spoiled(spoiled, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, name);
        spoiled = json_copy(good);
        json_object_set_new(spoiled, name, json_true());
        assert_int_equal(read_spoiled(spoiled, NULL), OUTCOME_MALFORMED);
    }
    json_object_set_new(good, "extra", json_true());
    assert_int_equal(read_spoiled(json_incref(good), NULL), OUTCOME_MALFORMED);
}

static void each_wrong_value_is_named(void **state)
{
    static const struct {
        const char *member, *value;
        enum outcome outcome;
    } rows[] = {
        {"oin", "0000009900000001000", OUTCOME_MALFORMED},
        {"ondertekensleutel", "AAAA", OUTCOME_MALFORMED},
        {"verzegelsleutel", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!", OUTCOME_MALFORMED},
        {"tlsVingerafdruk", "00", OUTCOME_MALFORMED},
        {"tlsVingerafdruk", "0000000000000000000000000000000000000000000000000000000000000000",
         OUTCOME_KEY_UNKNOWN},
        {"tlsCertificaat", "AAAA", OUTCOME_MALFORMED},
        {"tlsCertificaat", "!", OUTCOME_MALFORMED},
        {"geldigVan", "2026-12-03", OUTCOME_MALFORMED},
        {"geldigTot", "2020-01-01T00:00:00Z", OUTCOME_MALFORMED},
        {"vorige", "00", OUTCOME_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fault fault = {0};
        json_t *spoiled = good_payload();
        json_object_set_new(spoiled, rows[i].member, json_string(rows[i].value));
        assert_int_equal(read_spoiled(spoiled, &fault), rows[i].outcome);
        assert_string_equal(fault.where, rows[i].member);
    }
}

static void two_signatures_are_needed(void **state)
{
    OWNED_JSON good = good_payload();
    OWNED_BUFFER payload = {0}, envelope = {0};
    struct key_document out;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(json_write(good, &payload), OUTCOME_OK);
    envelope = envelope_of(buffer_bytes(&payload), 1);
    assert_int_equal(key_document_read_first(buffer_bytes(&envelope), &out, &fault),
                     OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "signatures");
}

static void either_signature_damaged_is_refused(void **state)
{
    struct key_document first, out;
    OWNED_BUFFER envelope = test_first(&us, &first);

    (void)state;
    for (size_t which = 0; which < 2; which++) {
        OWNED_BUFFER spoiled = {0};
        OWNED_DSSE dsse = {0};
        assert_int_equal(dsse_open_several(buffer_bytes(&envelope), KEY_DOCUMENT_TYPE,
                                           KEY_DOCUMENT_MAX_BYTES, &dsse),
                         OUTCOME_OK);
        dsse.signatures[which].data[20] ^= 1;
        assert_int_equal(
            dsse_assemble(dsse.payload, KEY_DOCUMENT_TYPE, dsse.signatures, 2, &spoiled),
            OUTCOME_OK);
        assert_int_equal(key_document_read_first(buffer_bytes(&spoiled), &out, NULL),
                         OUTCOME_SIGNATURE_WRONG);
    }
}

static void every_changed_byte_is_refused(void **state)
{
    struct key_document first, out;
    OWNED_BUFFER envelope = test_first(&us, &first);

    (void)state;
    for (size_t at = 0; at < envelope.length; at++) {
        envelope.data[at] ^= (uint8_t)(1 << at % 7);
        if (key_document_read_first(buffer_bytes(&envelope), &out, NULL) == OUTCOME_OK)
            /* Only a keyid may differ: it is a hint, and not signed. */
            assert_memory_equal(out.digest, first.digest, sizeof out.digest);
        envelope.data[at] ^= (uint8_t)(1 << at % 7);
    }
}

static void nothing_and_too_much_are_refused(void **state)
{
    OWNED_BUFFER large = {0};
    struct key_document out;

    (void)state;
    while (large.length <= 2 * KEY_DOCUMENT_MAX_BYTES)
        buffer_add_byte(&large, ' ');
    assert_int_equal(key_document_read_first(bytes_of(NULL, 0), &out, NULL), OUTCOME_MALFORMED);
    assert_int_equal(key_document_read_first(bytes_of_text("{}"), &out, NULL), OUTCOME_MALFORMED);
    assert_int_equal(key_document_read_first(buffer_bytes(&large), &out, NULL), OUTCOME_TOO_LARGE);
}

/* --- memory --- */

static enum outcome make_again(const struct key_document *draft, struct buffer *out)
{
    buffer_wipe(out);
    return test_document_make(&us, draft, out);
}

static void scarce_memory_is_survived(void **state)
{
    struct key_document draft = test_draft(&us, 0, NULL);
    OWNED_BUFFER made = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, make_again(&draft, &made), buffer_wipe(&made));
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_document_says_what_was_drafted),
        cmocka_unit_test(a_successor_is_signed_by_its_predecessor_s_key),
        cmocka_unit_test(a_successor_must_follow),
        cmocka_unit_test(a_draft_of_an_emergency_is_read_as_strictly_as_the_whole),
        cmocka_unit_test(what_the_reader_would_refuse_is_not_made),
        cmocka_unit_test(c2_a_document_that_signs_itself_is_a_first_or_nothing),
        cmocka_unit_test(p3_a_key_that_is_no_key_is_in_no_document),
        cmocka_unit_test(the_certificate_must_be_the_organisation_s),
        cmocka_unit_test(only_a_plain_https_base_is_an_address),
        cmocka_unit_test(every_member_is_needed_and_no_other),
        cmocka_unit_test(each_wrong_value_is_named),
        cmocka_unit_test(two_signatures_are_needed),
        cmocka_unit_test(either_signature_damaged_is_refused),
        cmocka_unit_test(every_changed_byte_is_refused),
        cmocka_unit_test(nothing_and_too_much_are_refused),
        cmocka_unit_test(scarce_memory_is_survived),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, make_parties, free_parties);
}
