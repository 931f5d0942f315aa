/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/note.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/vectors.h"

#define MARK "\xe2\x80\x94 "

/* --- published --- */

static void a_tampered_note_is_refused(const char *text, const struct note_key *key)
{
    OWNED_BUFFER copy = {0};

    buffer_add_text(&copy, text);
    for (size_t at = 0; at < copy.length; at++) {
        for (int bit = 0; bit < 8; bit++) {
            struct note note;
            copy.data[at] ^= (uint8_t)(1 << bit);
            /* A changed name or id is an unknown key; all else is malformed or wrong. */
            if (note_parse(buffer_bytes(&copy), &note) == OUTCOME_OK)
                assert_int_not_equal(note_verify(&note, key), OUTCOME_OK);
            copy.data[at] ^= (uint8_t)(1 << bit);
        }
    }
}

static void a_published_note_is_verified(const json_t *vector)
{
    const char *text = vector_text(vector, "note");
    OWNED_BUFFER vkey = {0};
    struct note_key key;
    struct note note;

    assert_int_equal(note_key_parse(vector_text(vector, "vkey"), &key), OUTCOME_OK);
    note_key_print(&key, &vkey);
    assert_string_equal(buffer_text(&vkey), vector_text(vector, "vkey"));
    assert_int_equal(note_parse(bytes_of_text(text), &note), OUTCOME_OK);
    assert_int_equal(note.signature_count, 1);
    assert_true(bytes_equal(note.text, bytes_of_text(vector_text(vector, "text"))));
    assert_int_equal(note_verify(&note, &key), OUTCOME_OK);
    a_tampered_note_is_refused(text, &key);
}

static void the_published_notes_are_verified(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("signed-notes", a_published_note_is_verified), 6);
}

static size_t signed_count;

static void a_published_note_is_signed_alike(const json_t *vector)
{
    OWNED_SIGNING_KEY key = {0};
    OWNED_BUFFER seed = {0}, note = {0};

    if (!json_object_get(vector, "seed"))
        return;
    signed_count++;
    seed = vector_hex(vector, "seed");
    assert_int_equal(signing_key_from_seed(seed.data, &key), OUTCOME_OK);
    assert_int_equal(note_sign(bytes_of_text(vector_text(vector, "text")),
                               vector_text(vector, "name"), &key, &note),
                     OUTCOME_OK);
    assert_string_equal(buffer_text(&note), vector_text(vector, "note"));
}

static void the_published_signature_comes_out(void **state)
{
    (void)state;
    signed_count = 0;
    (void)vectors_each("signed-notes", a_published_note_is_signed_alike);
    assert_int_equal(signed_count, 1);
}

/* --- our own --- */

struct signer {
    struct signing_key key;
    struct note_key public_key;
};

static struct signer *signer_named(const char *name)
{
    static struct signer signers[4];
    static size_t next;
    struct signer *signer = &signers[next++ % 4];
    uint8_t seed[SIGNING_SEED_BYTES];

    signing_key_wipe(&signer->key);
    memset(seed, name[0], sizeof seed);
    assert_int_equal(signing_key_from_seed(seed, &signer->key), OUTCOME_OK);
    assert_int_equal(note_key_make(name, signer->key.public_key, &signer->public_key), OUTCOME_OK);
    return signer;
}

static struct buffer note_of(const char *text, const struct signer *signer)
{
    struct buffer note = {0};

    assert_int_equal(note_sign(bytes_of_text(text), signer->public_key.name, &signer->key, &note),
                     OUTCOME_OK);
    return note;
}

/* Adds the signature lines of `other` to `note`. */
static void add_lines(struct buffer *note, const struct buffer *other)
{
    const uint8_t *lines = memmem(other->data, other->length, "\n\n", 2);

    buffer_add(note, lines + 2, (size_t)(other->data + other->length - lines) - 2);
}

static void lines_of_unknown_keys_are_ignored(void **state)
{
    const struct signer *a = signer_named("a/log1"), *b = signer_named("b/log1");
    const struct signer *c = signer_named("c/log1");
    OWNED_BUFFER note = note_of("text\n", a), more = note_of("text\n", b);
    struct note parsed;

    (void)state;
    add_lines(&note, &more);
    /* Another kind of key, with a longer signature. */
    buffer_add_text(&note, MARK "witness AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n");
    assert_int_equal(note_parse(buffer_bytes(&note), &parsed), OUTCOME_OK);
    assert_int_equal(parsed.signature_count, 3);
    assert_int_equal(note_verify(&parsed, &a->public_key), OUTCOME_OK);
    assert_int_equal(note_verify(&parsed, &b->public_key), OUTCOME_OK);
    assert_int_equal(note_verify(&parsed, &c->public_key), OUTCOME_KEY_UNKNOWN);
}

static void a_known_key_must_be_right_in_every_line(void **state)
{
    const struct signer *a = signer_named("a/log1");
    OWNED_BUFFER good = note_of("text\n", a), other = note_of("other\n", a);
    struct note parsed;

    (void)state;
    add_lines(&good, &other); /* a true line, then one over another text */
    assert_int_equal(note_parse(buffer_bytes(&good), &parsed), OUTCOME_OK);
    assert_int_equal(note_verify(&parsed, &a->public_key), OUTCOME_SIGNATURE_WRONG);
}

static void the_same_name_with_another_key_is_another_signer(void **state)
{
    const struct signer *a = signer_named("a/log1");
    struct signer *thief = signer_named("z");
    OWNED_BUFFER note = {0};
    struct note parsed;

    (void)state;
    assert_int_equal(note_sign(bytes_of_text("text\n"), "a/log1", &thief->key, &note), OUTCOME_OK);
    assert_int_equal(note_parse(buffer_bytes(&note), &parsed), OUTCOME_OK);
    assert_int_equal(note_verify(&parsed, &a->public_key), OUTCOME_KEY_UNKNOWN);
}

/* The id is only a hint: with the id of a's key the signature is still not a's. */
static void a_borrowed_id_does_not_help(void **state)
{
    const struct signer *a = signer_named("a/log1"), *thief = signer_named("z");
    uint8_t forged[4 + SIGNATURE_BYTES];
    OWNED_BUFFER note = {0};
    struct note parsed;

    (void)state;
    for (int i = 0; i < 4; i++)
        forged[i] = (uint8_t)(a->public_key.id >> (24 - 8 * i));
    assert_int_equal(signature_make(&thief->key, bytes_of_text("text\n"), forged + 4), OUTCOME_OK);
    buffer_add_text(&note, "text\n\n" MARK "a/log1 ");
    buffer_add_base64(&note, bytes_of(forged, sizeof forged));
    buffer_add_byte(&note, '\n');
    assert_int_equal(note_parse(buffer_bytes(&note), &parsed), OUTCOME_OK);
    assert_int_equal(note_verify(&parsed, &a->public_key), OUTCOME_SIGNATURE_WRONG);
}

static void a_text_may_hold_empty_lines(void **state)
{
    const struct signer *a = signer_named("a/log1");
    OWNED_BUFFER note = note_of("one\n\n" MARK "two\n\nthree\n", a);
    struct note parsed;

    (void)state;
    assert_int_equal(note_parse(buffer_bytes(&note), &parsed), OUTCOME_OK);
    assert_true(bytes_equal(parsed.text, bytes_of_text("one\n\n" MARK "two\n\nthree\n")));
    assert_int_equal(note_verify(&parsed, &a->public_key), OUTCOME_OK);
}

static void what_is_no_note_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "\n",
        "\n\n",
        "text",
        "text\n",
        "text\n\n",
        "text\n\n" MARK "a AAECAwQF",     /* no newline at the end */
        "text\n\n" MARK "a AAECAwQF\n\n", /* an empty line at the end */
        "text\n" MARK "a AAECAwQF\n",     /* no empty line before */
        "text\n\n- a AAECAwQF\n",         /* another dash */
        "text\n\n\xe2\x80\x94"
        "a AAECAwQF\n",                   /* no space */
        "text\n\n" MARK "a\n",            /* no signature */
        "text\n\n" MARK " AAECAwQF\n",    /* no name */
        "text\n\n" MARK "a  AAECAwQF\n",  /* two spaces */
        "text\n\n" MARK "a AAECAwQF \n",  /* a space at the end */
        "text\n\n" MARK "a b AAECAwQF\n", /* a name of two words */
        "text\n\n" MARK "a+b AAECAwQF\n", /* a plus */
        "text\n\n" MARK "a\xc2\xa0"
        "b AAECAwQF\n",                 /* a no-break space */
        "text\n\n" MARK "a AAECAw==\n", /* an id and no signature */
        "text\n\n" MARK "a AAECAwR\n",  /* no base64 */
        "text\n\n" MARK "a AAECAwQF\r\n",
        "te\txt\n\n" MARK "a AAECAwQF\n",
        "te\xffxt\n\n" MARK "a AAECAwQF\n",             /* no UTF-8 */
        "te\xc0\xafxt\n\n" MARK "a AAECAwQF\n",         /* overlong */
        "te\xed\xa0\x80xt\n\n" MARK "a AAECAwQF\n",     /* surrogate */
        "te\xf4\x90\x80\x80xt\n\n" MARK "a AAECAwQF\n", /* above U+10FFFF */
    };
    struct note note = {.signature_count = 77};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(note_parse(bytes_of_text(wrong[i]), &note), OUTCOME_MALFORMED);
    assert_int_equal(note_parse(bytes_of("te\0xt\n\n" MARK "a AAECAwQF\n", 22), &note),
                     OUTCOME_MALFORMED);
    assert_int_equal(note_parse(bytes_of(NULL, 0), &note), OUTCOME_MALFORMED);
    assert_int_equal(note.signature_count, 77);
}

static void sixteen_signatures_are_taken_and_thirty_three_are_not(void **state)
{
    const struct signer *a = signer_named("a/log1");
    OWNED_BUFFER note = note_of("text\n", a);
    struct note parsed;

    (void)state;
    for (int lines = 1; lines < NOTE_SIGNATURES_MAX; lines++)
        buffer_add_text(&note, MARK "w AAECAwQF\n");
    assert_int_equal(note_parse(buffer_bytes(&note), &parsed), OUTCOME_OK);
    assert_int_equal(parsed.signature_count, NOTE_SIGNATURES_MAX);
    assert_int_equal(note_verify(&parsed, &a->public_key), OUTCOME_OK);
    buffer_add_text(&note, MARK "w AAECAwQF\n");
    assert_int_equal(note_parse(buffer_bytes(&note), &parsed), OUTCOME_TOO_LARGE);
}

static void a_note_over_the_limit_is_refused(void **state)
{
    const struct signer *a = signer_named("a/log1");
    OWNED_BUFFER text = {0}, note = {0};
    struct note parsed;

    (void)state;
    while (text.length < NOTE_MAX_BYTES)
        buffer_add_byte(&text, 'x');
    buffer_add_byte(&text, '\n');
    assert_int_equal(note_sign(buffer_bytes(&text), "a", &a->key, &note), OUTCOME_OK);
    assert_int_equal(note_parse(buffer_bytes(&note), &parsed), OUTCOME_TOO_LARGE);
}

static void what_cannot_be_a_note_is_not_signed(void **state)
{
    static const char *const texts[] = {"", "text", "te\txt\n", "te\xffxt\n"};
    static const char *const names[] = {"", "a b", "a+b", "a\nb", "a\xe3\x80\x80z"};
    const struct signer *a = signer_named("a/log1");
    OWNED_BUFFER note = {0};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(note_sign(bytes_of_text(texts[i]), "a", &a->key, &note),
                         OUTCOME_MALFORMED);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(note_sign(bytes_of_text("text\n"), names[i], &a->key, &note),
                         OUTCOME_MALFORMED);
    assert_int_equal(note.length, 0);
}

/* --- keys --- */

static void a_name_of_255_bytes_is_the_longest(void **state)
{
    uint8_t public_key[SIGNING_PUBLIC_BYTES] = {1};
    char name[257];
    OWNED_BUFFER vkey = {0};
    struct note_key key, again;

    (void)state;
    memset(name, 'n', sizeof name);
    name[255] = '\0';
    assert_int_equal(note_key_make(name, public_key, &key), OUTCOME_OK);
    note_key_print(&key, &vkey);
    assert_int_equal(note_key_parse(buffer_text(&vkey), &again), OUTCOME_OK);
    assert_string_equal(again.name, name);
    name[255] = 'n';
    name[256] = '\0';
    assert_int_equal(note_key_make(name, public_key, &key), OUTCOME_MALFORMED);
    assert_int_equal(note_key_make(NULL, public_key, &key), OUTCOME_MALFORMED);
}

static void a_wrong_vkey_is_refused(void **state)
{
    static const char right[] =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    static const char *const wrong[] = {
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530d903a+",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", /* id */
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", /* name */
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", /* type 2 */
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=", /* short */
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    };
    struct note_key key;

    (void)state;
    assert_int_equal(note_key_parse(right, &key), OUTCOME_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(note_key_parse(wrong[i], &key), OUTCOME_MALFORMED);
    assert_int_equal(note_key_parse(NULL, &key), OUTCOME_MALFORMED);
}

static enum outcome sign_and_parse(const struct signer *signer, struct buffer *note)
{
    struct note parsed;

    buffer_wipe(note);
    TRY(note_sign(bytes_of_text("text\n"), "a/log1", &signer->key, note));
    return note_parse(buffer_bytes(note), &parsed);
}

static void scarce_memory_is_survived(void **state)
{
    const struct signer *a = signer_named("a/log1");
    OWNED_BUFFER note = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, sign_and_parse(a, &note), buffer_wipe(&note));
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_notes_are_verified),
        cmocka_unit_test(the_published_signature_comes_out),
        cmocka_unit_test(lines_of_unknown_keys_are_ignored),
        cmocka_unit_test(a_known_key_must_be_right_in_every_line),
        cmocka_unit_test(the_same_name_with_another_key_is_another_signer),
        cmocka_unit_test(a_borrowed_id_does_not_help),
        cmocka_unit_test(a_text_may_hold_empty_lines),
        cmocka_unit_test(what_is_no_note_is_refused),
        cmocka_unit_test(sixteen_signatures_are_taken_and_thirty_three_are_not),
        cmocka_unit_test(a_note_over_the_limit_is_refused),
        cmocka_unit_test(what_cannot_be_a_note_is_not_signed),
        cmocka_unit_test(a_name_of_255_bytes_is_the_longest),
        cmocka_unit_test(a_wrong_vkey_is_refused),
        cmocka_unit_test(scarce_memory_is_survived),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
