/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/shared_key_item.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"

#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define ITEM                                                                                       \
    "{\"id\":\"01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a\","                                            \
    "\"convenant\":\"sociaal-renoveren-voorbeelddreef\",\"tijdvak\":\"2026H2\",\"sleutel\":\"" KEY \
    "\"}"

static enum outcome parse(struct bytes text, struct shared_key_item *out, struct fault *fault)
{
    OWNED_JSON item = NULL;

    TRY(json_read(text, 1024, &item));
    return shared_key_item_parse(item, out, fault);
}

static void a_key_is_read_and_printed_as_it_was(void **state)
{
    OWNED_SHARED_KEY_ITEM item = {0};
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(parse(bytes_of_text(ITEM), &item, NULL), OUTCOME_OK);
    for (int i = 0; i < SHARED_KEY_BYTES; i++)
        assert_int_equal(item.key[i], i);
    assert_string_equal(item.epoch, "2026H2");
    assert_int_equal(shared_key_item_print(&item, &text), OUTCOME_OK);
    assert_string_equal(buffer_text(&text), ITEM);
}

static void each_bound_is_kept(void **state)
{
    static const struct {
        const char *old, *new, *where;
    } rows[] = {
        {"4c3e", "7c3e", "id"},
        {"sociaal-renoveren-voorbeelddreef", "", "convenant"},
        {"sociaal-renoveren-voorbeelddreef", "a@1.0", "convenant"},
        {"sociaal-renoveren-voorbeelddreef",
         "12345678901234567890123456789012345678901234567890123456789012345", "convenant"},
        {"2026H2", "2026H3", "tijdvak"},
        {"2026H2", "", "tijdvak"},
        {KEY, "", "sleutel"},
        {KEY, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", "sleutel"}, /* 31 bytes */
        {KEY, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g", "sleutel"}, /* 33 bytes */
        {KEY, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "sleutel"},  /* no padding */
        {KEY, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=", "sleutel"}, /* bits left over */
        {"\"tijdvak\"", "\"naam\":1,\"tijdvak\"", "onbekend veld"},
    };
    size_t ran = 0;

    (void)state;
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        OWNED_SHARED_KEY_ITEM item = {0};
        struct fault fault = {0};
        OWNED_BUFFER text = {0};
        const char *at = strstr(ITEM, rows[ran].old);
        assert_non_null(at);
        buffer_add(&text, ITEM, (size_t)(at - ITEM));
        buffer_add_text(&text, rows[ran].new);
        buffer_add_text(&text, at + strlen(rows[ran].old));
        assert_int_equal(parse(buffer_bytes(&text), &item, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, rows[ran].where);
        assert_int_equal(item.id[0], 0);
    }
    assert_int_equal(ran, 12);
    assert_int_equal(shared_key_item_parse(NULL, &(struct shared_key_item){0}, NULL),
                     OUTCOME_MALFORMED);
}

static void any_key_survives_the_journey(void **state)
{
    struct dice dice = dice_throw_from(32);
    int ran = 0;

    (void)state;
    for (; ran < 1000; ran++) {
        OWNED_SHARED_KEY_ITEM item = {0}, read = {0};
        OWNED_BUFFER text = {0};
        dice_uuid(&dice, 4, item.id);
        dice_word(&dice, "abc019-._/", 1, SHARED_KEY_COVENANT_MAX_BYTES, item.covenant);
        strcpy(item.epoch, dice_coin(&dice) ? "2026H1" : "2027H2-1234");
        dice_bytes(&dice, item.key, sizeof item.key);
        assert_int_equal(shared_key_item_print(&item, &text), OUTCOME_OK);
        assert_int_equal(parse(buffer_bytes(&text), &read, NULL), OUTCOME_OK);
        assert_string_equal(read.id, item.id);
        assert_string_equal(read.covenant, item.covenant);
        assert_string_equal(read.epoch, item.epoch);
        assert_memory_equal(read.key, item.key, sizeof item.key);
    }
    assert_int_equal(ran, 1000);
}

static void what_could_not_be_read_is_not_printed(void **state)
{
    OWNED_SHARED_KEY_ITEM item = {0};
    OWNED_BUFFER out = {0};

    (void)state;
    assert_int_equal(parse(bytes_of_text(ITEM), &item, NULL), OUTCOME_OK);
    item.epoch[0] = 'x';
    assert_int_equal(shared_key_item_print(&item, &out), OUTCOME_MALFORMED);
    item.epoch[0] = '2';
    item.id[0] = 'x';
    assert_int_equal(shared_key_item_print(&item, &out), OUTCOME_MALFORMED);
    assert_int_equal(out.length, 0);
}

static void nothing_is_left_after_wiping(void **state)
{
    static const struct shared_key_item none;
    struct shared_key_item item = {0};

    (void)state;
    assert_int_equal(parse(bytes_of_text(ITEM), &item, NULL), OUTCOME_OK);
    shared_key_item_wipe(&item);
    assert_memory_equal(&item, &none, sizeof item);
}

static enum outcome there_and_back(void)
{
    OWNED_SHARED_KEY_ITEM item = {0};
    OWNED_BUFFER text = {0};

    TRY(parse(bytes_of_text(ITEM), &item, NULL));
    return shared_key_item_print(&item, &text);
}

static void scarce_memory_is_told(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, there_and_back(), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_read_and_printed_as_it_was),
        cmocka_unit_test(each_bound_is_kept),
        cmocka_unit_test(any_key_survives_the_journey),
        cmocka_unit_test(what_could_not_be_read_is_not_printed),
        cmocka_unit_test(nothing_is_left_after_wiping),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
