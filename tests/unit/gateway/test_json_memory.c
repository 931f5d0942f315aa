/* SPDX-License-Identifier: EUPL-1.2 */
/* X1: what is made of JSON while memory runs out is whole, or is known not to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/json_memory.h"
#include "tests/support/scarce_memory.h"

static const char wanted[] = "{\"adres\":{\"postcode\":\"1234AB\"},\"doel\":\"TOELEIDING\","
                             "\"velden\":[\"a\",\"b\"]}";

/* As handlers and commands do: what cannot be added is not looked at. */
static json_t *made(void)
{
    json_t *body = json_pack("{s{ss}}", "adres", "postcode", "1234AB"), *words = json_array();

    if (body)
        json_object_set_new(body, "doel", json_string("TOELEIDING"));
    if (words) {
        json_array_append_new(words, json_string("a"));
        json_array_append_new(words, json_string("b"));
    }
    if (!body)
        json_decref(words);
    else
        json_object_set_new(body, "velden", words);
    return body;
}

static enum outcome written(struct buffer *out)
{
    json_memory_forget();
    TRY(json_write_new(made(), out));
    return json_memory_failed() ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

static void what_is_not_whole_is_known(void **state)
{
    enum outcome outcome;

    (void)state;
    for (int count = 0; count < 60; count++) {
        struct buffer out = {0};
        memory_lasts_for(count);
        outcome = written(&out);
        memory_lasts_for(-1);
        if (outcome == OUTCOME_OK) {
            assert_int_equal(out.length, strlen(wanted));
            assert_memory_equal(out.data, wanted, out.length);
        } else {
            assert_int_equal(outcome, OUTCOME_OUT_OF_MEMORY);
        }
        buffer_wipe(&out);
    }
    assert_int_equal(outcome, OUTCOME_OK);
}

static void *look(void *failed)
{
    *(bool *)failed = json_memory_failed();
    return NULL;
}

static void each_thread_knows_of_its_own(void **state)
{
    bool failed = true;
    pthread_t other;

    (void)state;
    json_memory_watch(); /* once more is nothing */
    memory_lasts_for(0);
    assert_null(json_object());
    memory_lasts_for(-1);
    assert_true(json_memory_failed());
    assert_int_equal(pthread_create(&other, NULL, look, &failed), 0);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_false(failed);
    json_memory_forget();
    assert_false(json_memory_failed());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_whole_is_known),
        cmocka_unit_test(each_thread_knows_of_its_own),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    json_ready();
    json_memory_watch();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
