/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/vectors.h"

#define ROOT "vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ="

static size_t checkpoint_count;

static void a_published_checkpoint_is_read(const json_t *vector)
{
    OWNED_BUFFER text = {0}, root = {0};
    struct checkpoint checkpoint;
    struct note_key key;
    const char *note = vector_text(vector, "note"), *origin;

    if (!json_object_get(vector, "origin"))
        return; /* a note that is no checkpoint */
    checkpoint_count++;
    origin = vector_text(vector, "origin");
    assert_int_equal(note_key_parse(vector_text(vector, "vkey"), &key), OUTCOME_OK);
    assert_int_equal(checkpoint_verify(bytes_of_text(note), &key, origin, &checkpoint), OUTCOME_OK);
    assert_string_equal(checkpoint.origin, origin);
    assert_int_equal(checkpoint.size, json_integer_value(json_object_get(vector, "size")));
    buffer_add_base64(&root, bytes_of(checkpoint.root.bytes, MERKLE_HASH_BYTES));
    assert_string_equal(buffer_text(&root), vector_text(vector, "root"));
    checkpoint_print(&checkpoint, &text);
    assert_string_equal(buffer_text(&text), vector_text(vector, "text"));
    assert_int_equal(checkpoint_verify(bytes_of_text(note), &key, "another/log1", &checkpoint),
                     OUTCOME_MALFORMED);
}

static void the_published_checkpoints_are_read(void **state)
{
    (void)state;
    checkpoint_count = 0;
    (void)vectors_each("signed-notes", a_published_checkpoint_is_read);
    assert_int_equal(checkpoint_count, 4);
}

static const char our_origin[] = "wijkpoort/00000099000000010000/log1";

static struct checkpoint our_checkpoint(void)
{
    struct checkpoint checkpoint = {.size = 70000};

    memcpy(checkpoint.origin, our_origin, sizeof our_origin);
    random_bytes(checkpoint.root.bytes, sizeof checkpoint.root.bytes);
    return checkpoint;
}

static void our_checkpoint_is_verified_and_every_changed_bit_is_refused(void **state)
{
    OWNED_SIGNING_KEY key = {0};
    OWNED_BUFFER note = {0};
    struct checkpoint checkpoint = our_checkpoint(), read;
    struct note_key known;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(note_key_make(our_origin, key.public_key, &known), OUTCOME_OK);
    assert_int_equal(checkpoint_sign(&checkpoint, &key, &note), OUTCOME_OK);
    assert_int_equal(checkpoint_verify(buffer_bytes(&note), &known, our_origin, &read), OUTCOME_OK);
    assert_int_equal(read.size, checkpoint.size);
    assert_true(merkle_hash_equal(&read.root, &checkpoint.root));
    for (size_t bit = 0; bit < 8 * note.length; bit++) {
        note.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(checkpoint_verify(buffer_bytes(&note), &known, our_origin, &read),
                             OUTCOME_OK);
        note.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void an_origin_that_is_no_key_name_is_not_signed(void **state)
{
    OWNED_SIGNING_KEY key = {0};
    OWNED_BUFFER note = {0};
    struct checkpoint checkpoint = our_checkpoint();

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    checkpoint.origin[3] = ' ';
    assert_int_equal(checkpoint_sign(&checkpoint, &key, &note), OUTCOME_MALFORMED);
    checkpoint.origin[0] = '\0';
    assert_int_equal(checkpoint_sign(&checkpoint, &key, &note), OUTCOME_MALFORMED);
    assert_int_equal(note.length, 0);
}

static void extension_lines_are_ignored(void **state)
{
    struct checkpoint checkpoint;

    (void)state;
    assert_int_equal(
        checkpoint_parse(bytes_of_text("o\n5\n" ROOT "\nmore\nand more\n"), &checkpoint),
        OUTCOME_OK);
    assert_int_equal(checkpoint.size, 5);
}

static void any_other_text_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "o\n",
        "o\n5\n",
        "o\n5\n" ROOT,
        "\n5\n" ROOT "\n",
        "o\n\n" ROOT "\n",
        "o\n5\n\n",
        "o\n05\n" ROOT "\n",
        "o\n+5\n" ROOT "\n",
        "o\n-5\n" ROOT "\n",
        "o\n 5\n" ROOT "\n",
        "o\n5x\n" ROOT "\n",
        "o\n0x5\n" ROOT "\n",
        "o\n4611686018427387904\n" ROOT "\n",  /* 2^62 */
        "o\n18446744073709551616\n" ROOT "\n", /* 2^64 */
        "o\n5\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJA==\n",
        "o\n5\n" ROOT " \n",
        "o\n5\n" ROOT "\n\n",
        "o\n5\n" ROOT "\nmore\n\nafter\n",
        "o\n5\n" ROOT "\nmore",
    };
    struct checkpoint checkpoint = {.size = 77};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(checkpoint_parse(bytes_of_text(wrong[i]), &checkpoint), OUTCOME_MALFORMED);
    assert_int_equal(checkpoint_parse(bytes_of(NULL, 0), &checkpoint), OUTCOME_MALFORMED);
    assert_int_equal(checkpoint.size, 77);
}

static void the_sizes_at_the_edge_are_taken(void **state)
{
    struct checkpoint checkpoint;

    (void)state;
    assert_int_equal(checkpoint_parse(bytes_of_text("o\n0\n" ROOT "\n"), &checkpoint), OUTCOME_OK);
    assert_int_equal(checkpoint.size, 0);
    assert_int_equal(
        checkpoint_parse(bytes_of_text("o\n4611686018427387903\n" ROOT "\n"), &checkpoint),
        OUTCOME_OK);
    assert_true(checkpoint.size == (UINT64_C(1) << 62) - 1);
}

static void an_origin_over_255_bytes_is_refused(void **state)
{
    OWNED_BUFFER text = {0};
    struct checkpoint checkpoint;

    (void)state;
    for (int i = 0; i < 256; i++)
        buffer_add_byte(&text, 'o');
    buffer_add_text(&text, "\n5\n" ROOT "\n");
    assert_int_equal(checkpoint_parse(buffer_bytes(&text), &checkpoint), OUTCOME_MALFORMED);
    assert_int_equal(checkpoint_parse(bytes_of(text.data + 1, text.length - 1), &checkpoint),
                     OUTCOME_OK);
}

static void an_unknown_key_is_told_apart_from_a_wrong_signature(void **state)
{
    OWNED_SIGNING_KEY key = {0}, other = {0};
    OWNED_BUFFER note = {0};
    struct checkpoint checkpoint = our_checkpoint(), read;
    struct note_key stranger;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(signing_key_new(&other), OUTCOME_OK);
    assert_int_equal(note_key_make(our_origin, other.public_key, &stranger), OUTCOME_OK);
    assert_int_equal(checkpoint_sign(&checkpoint, &key, &note), OUTCOME_OK);
    assert_int_equal(checkpoint_verify(buffer_bytes(&note), &stranger, our_origin, &read),
                     OUTCOME_KEY_UNKNOWN);
}

static enum outcome sign_and_verify(const struct signing_key *key, struct buffer *note)
{
    struct checkpoint checkpoint = our_checkpoint(), read;
    struct note_key known;

    buffer_wipe(note);
    TRY(note_key_make(our_origin, key->public_key, &known));
    TRY(checkpoint_sign(&checkpoint, key, note));
    return checkpoint_verify(buffer_bytes(note), &known, our_origin, &read);
}

static void scarce_memory_is_survived(void **state)
{
    OWNED_SIGNING_KEY key = {0};
    OWNED_BUFFER note = {0};
    enum outcome outcome;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, sign_and_verify(&key, &note), buffer_wipe(&note));
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_checkpoints_are_read),
        cmocka_unit_test(our_checkpoint_is_verified_and_every_changed_bit_is_refused),
        cmocka_unit_test(an_origin_that_is_no_key_name_is_not_signed),
        cmocka_unit_test(extension_lines_are_ignored),
        cmocka_unit_test(any_other_text_is_refused),
        cmocka_unit_test(the_sizes_at_the_edge_are_taken),
        cmocka_unit_test(an_origin_over_255_bytes_is_refused),
        cmocka_unit_test(an_unknown_key_is_told_apart_from_a_wrong_signature),
        cmocka_unit_test(scarce_memory_is_survived),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
