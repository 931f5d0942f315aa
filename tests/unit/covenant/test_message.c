/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "covenant/message.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"

#define HEX_A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BERICHT "01a23b2d-72e0-7c3e-9b1d-1f2e3d4c5b6a"
#define ROUTE                                                                                      \
    "\"van\":\"00000099000000010000\",\"aan\":\"00000099000000020000\",\"convenant\":\"" HEX_A     \
    "\",\"soort\":\"signaal\",\"bericht\":\"" BERICHT "\""
#define BODY    "{\"kop\":{" ROUTE ",\"sleutel\":\"" HEX_B "\"},\"inhoud\":\"QUJD\"}"
#define PAYLOAD "{" ROUTE ",\"iat\":1000,\"exp\":2000,\"rol\":\"MELDER\",\"items\":[{\"id\":1}]}"

static const struct message_route route = {
    .from = {"00000099000000010000"},
    .to = {"00000099000000020000"},
    .covenant = HEX_A,
    .kind = MESSAGE_KIND_SIGNAL,
    .id = BERICHT,
};

/* `text` with the first `old` replaced; the caller frees it. */
static char *altered(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    char *out;

    assert_non_null(at);
    out = malloc(strlen(text) + strlen(new) + 1);
    assert_non_null(out);
    memcpy(out, text, (size_t)(at - text));
    strcpy(out + (at - text), new);
    strcat(out, at + strlen(old));
    return out;
}

static void a_head_is_read(void **state)
{
    struct message_head head = {0};

    (void)state;
    assert_int_equal(message_read(bytes_of_text(BODY), &head, NULL), OUTCOME_OK);
    assert_string_equal(head.route.from.text, route.from.text);
    assert_string_equal(head.route.to.text, route.to.text);
    assert_string_equal(head.route.covenant, HEX_A);
    assert_int_equal(head.route.kind, MESSAGE_KIND_SIGNAL);
    assert_string_equal(head.route.id, BERICHT);
    assert_string_equal(head.recipient_key, HEX_B);
    assert_true(bytes_equal(head.content, bytes_of("QUJD", 4)));
}

static void a_written_message_is_read_back(void **state)
{
    struct message_head head = {.route = route, .recipient_key = HEX_B}, read = {0};
    OWNED_BUFFER body = {0};

    (void)state;
    head.content = bytes_of_text("QUJD");
    assert_int_equal(message_write(&head, &body), OUTCOME_OK);
    assert_string_equal(buffer_text(&body), BODY);
    assert_int_equal(message_read(buffer_bytes(&body), &read, NULL), OUTCOME_OK);
}

static void a_wrong_head_is_refused(void **state)
{
    static const char *const rows[][2] = {
        {"\"van\":", "\"Van\":"},
        {"00000099000000010000", "0000009900000001000"},
        {"00000099000000010000", "000000990000000100000"},
        {"00000099000000020000", "0000009900000002000a"},
        {HEX_A, HEX_A "a"},
        {HEX_A, "AAAA"},
        {"\"signaal\"", "\"signalen\""},
        {"\"signaal\"", "7"},
        {BERICHT, "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a"}, /* version 4 */
        {BERICHT, "01A23b2d-72e0-7c3e-9b1d-1f2e3d4c5b6a"},
        {",\"sleutel\":\"" HEX_B "\"", ""},
        {",\"sleutel\"", ",\"extra\":1,\"sleutel\""},
        {"{\"kop\"", "{\"meer\":1,\"kop\""},
        {"QUJD", ""},
        {"QUJD", "QU JD"},
        {",\"inhoud\":\"QUJD\"", ""},
        {"\"kop\":{", "\"kop\":[{"},
    };
    size_t ran = 0;

    (void)state;
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        struct message_head head = {.recipient_key = "untouched"};
        char *body = altered(BODY, rows[ran][0], rows[ran][1]);
        assert_int_equal(message_read(bytes_of_text(body), &head, NULL), OUTCOME_MALFORMED);
        assert_string_equal(head.recipient_key, "untouched");
        free(body);
    }
    assert_int_equal(ran, 17);
    assert_int_equal(message_read(bytes_of(NULL, 0), &(struct message_head){0}, NULL),
                     OUTCOME_MALFORMED);
}

static void a_fault_says_where_and_not_what(void **state)
{
    struct message_head head = {0};
    struct fault fault = {0};
    char *body = altered(BODY, "00000099000000020000", "Jan Jansen");

    (void)state;
    assert_int_equal(message_read(bytes_of_text(body), &head, &fault), OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "aan");
    free(body);
}

static void a_body_one_over_the_limit_is_refused(void **state)
{
    struct message_head head = {0};
    uint8_t *body = malloc(MESSAGE_MAX_BYTES + 1);

    (void)state;
    assert_non_null(body);
    memset(body, ' ', MESSAGE_MAX_BYTES + 1);
    memcpy(body, BODY, strlen(BODY));
    assert_int_equal(message_read(bytes_of(body, MESSAGE_MAX_BYTES), &head, NULL), OUTCOME_OK);
    assert_int_equal(message_read(bytes_of(body, MESSAGE_MAX_BYTES + 1), &head, NULL),
                     OUTCOME_TOO_LARGE);
    free(body);
}

static void a_payload_is_read(void **state)
{
    OWNED_PAYLOAD payload = NULL;

    (void)state;
    assert_int_equal(payload_read(bytes_of_text(PAYLOAD), &payload, NULL), OUTCOME_OK);
    assert_int_equal(payload->head.issued_s, 1000);
    assert_int_equal(payload->head.expires_s, 2000);
    assert_int_equal(payload->head.role, ROLE_MELDER);
    assert_int_equal(json_array_size(payload->items), 1);
}

static void a_wrong_payload_is_refused(void **state)
{
    static const char *const rows[][2] = {
        {"\"iat\":1000,", ""},
        {"1000", "-1"},
        {"1000", "1.5"},
        {"1000", "\"1000\""},
        {"\"exp\":2000", "\"exp\":253402300800"}, /* the year 10000 */
        {"\"exp\":2000", "\"exp\":-1"},
        {"\"exp\":2000", "\"exp\":null"},
        {"\"exp\":2000,", ""},
        {"MELDER", "melder"},
        {"MELDER", "DIRECTEUR"},
        {"[{\"id\":1}]", "[]"},
        {"[{\"id\":1}]", "{}"},
        {"{\"id\":1}", "1"},
        {"{\"id\":1}", "{\"id\":1},null"},
        {"\"rol\"", "\"naam\":\"x\",\"rol\""},
        {"\"rol\"", "\"iat\":1000,\"rol\""},
    };
    size_t ran = 0;

    (void)state;
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        struct payload *payload = NULL;
        char *text = altered(PAYLOAD, rows[ran][0], rows[ran][1]);
        assert_int_equal(payload_read(bytes_of_text(text), &payload, NULL), OUTCOME_MALFORMED);
        assert_null(payload);
        free(text);
    }
    assert_int_equal(ran, 16);
}

static void five_hundred_items_fit_and_one_more_does_not(void **state)
{
    struct bytes items[MESSAGE_ITEMS_MAX + 1];
    struct payload_head head = {.route = route, .issued_s = 1, .expires_s = 2};
    OWNED_BUFFER text = {0};
    OWNED_PAYLOAD payload = NULL;
    struct payload *other = NULL;
    char *more;

    (void)state;
    for (size_t i = 0; i <= MESSAGE_ITEMS_MAX; i++)
        items[i] = bytes_of_text("{}");
    assert_int_equal(payload_write(&head, items, MESSAGE_ITEMS_MAX + 1, &text), OUTCOME_TOO_LARGE);
    assert_int_equal(payload_write(&head, items, 0, &text), OUTCOME_MALFORMED);
    assert_int_equal(payload_write(&head, items, MESSAGE_ITEMS_MAX, &text), OUTCOME_OK);
    assert_true(text.length <= payload_overhead_bytes() + MESSAGE_ITEMS_MAX * 3);
    assert_int_equal(payload_read(buffer_bytes(&text), &payload, NULL), OUTCOME_OK);
    assert_int_equal(json_array_size(payload->items), MESSAGE_ITEMS_MAX);
    more = altered(buffer_text(&text), "[{}", "[{},{}");
    assert_int_equal(payload_read(bytes_of_text(more), &other, NULL), OUTCOME_MALFORMED);
    free(more);
}

static void the_items_travel_unchanged(void **state)
{
    static const char item[] = "{ \"a\" : \"\\u00e9\" }";
    struct bytes items[] = {bytes_of_text(item), bytes_of_text("{}")};
    struct payload_head head = {
        .route = route, .issued_s = 1000, .expires_s = 2000, .role = ROLE_GGZ_CONTACTPUNT};
    OWNED_BUFFER text = {0};

    (void)state;
    head.route.kind = MESSAGE_KIND_BLIND_EVALUATION;
    assert_int_equal(payload_write(&head, items, 2, &text), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&text), item));
    assert_true(text.length <= payload_overhead_bytes() + strlen(item) + 4);
}

static void head_and_payload_must_say_the_same(void **state)
{
    static const char *const rows[][2] = {
        {"00000099000000010000", "00000099000000050000"},
        {"00000099000000020000", "00000099000000050000"},
        {HEX_A, HEX_B},
        {"\"signaal\"", "\"oordeel\""},
        {BERICHT, "01a23b2d-72e0-7c3e-9b1d-1f2e3d4c5b6b"},
    };
    struct message_head head = {0};
    OWNED_PAYLOAD same = NULL;

    (void)state;
    assert_int_equal(message_read(bytes_of_text(BODY), &head, NULL), OUTCOME_OK);
    assert_int_equal(payload_read(bytes_of_text(PAYLOAD), &same, NULL), OUTCOME_OK);
    assert_true(payload_matches_head(same, &head));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        OWNED_PAYLOAD payload = NULL;
        char *text = altered(PAYLOAD, rows[i][0], rows[i][1]);
        assert_int_equal(payload_read(bytes_of_text(text), &payload, NULL), OUTCOME_OK);
        assert_false(payload_matches_head(payload, &head));
        free(text);
    }
}

static void time_is_bounded_on_both_sides(void **state)
{
    struct payload payload = {.head = {.issued_s = 10000, .expires_s = 20000}};

    (void)state;
    assert_true(payload_time_allows(&payload, 10000));
    assert_true(payload_time_allows(&payload, 9880)); /* a clock 120 s ahead */
    assert_false(payload_time_allows(&payload, 9879));
    assert_true(payload_time_allows(&payload, 19999));
    assert_false(payload_time_allows(&payload, 20000));
    payload.head.expires_s = 10000 + MESSAGE_LIFETIME_MAX_S;
    assert_true(payload_time_allows(&payload, 10000));
    payload.head.expires_s++;
    assert_false(payload_time_allows(&payload, 10000));
}

/* Each part of a route by itself. */
static void assert_no_route_is_written(const struct bytes *item)
{
    for (int part = 0; part < 5; part++) {
        struct payload_head head = {.route = route, .issued_s = 1, .expires_s = 2};
        OWNED_BUFFER out = {0};
        if (part == 0)
            head.route.from.text[3] = 'a';
        else if (part == 1)
            head.route.to.text[19] = '\0';
        else if (part == 2)
            head.route.covenant[0] = '\0';
        else if (part == 3)
            head.route.kind = MESSAGE_KIND_COUNT;
        else
            head.route.id[14] = '4';
        assert_int_equal(payload_write(&head, item, 1, &out), OUTCOME_MALFORMED);
    }
}

static void what_could_not_be_read_is_not_written(void **state)
{
    struct payload_head head = {.route = route, .issued_s = 1, .expires_s = 2};
    struct message_head outer = {.route = route, .recipient_key = HEX_B};
    struct bytes item = bytes_of_text("{}");
    OWNED_BUFFER out = {0};

    (void)state;
    assert_int_equal(message_write(&outer, &out), OUTCOME_MALFORMED); /* no content */
    outer.content = bytes_of_text("QU=");
    assert_int_equal(message_write(&outer, &out), OUTCOME_MALFORMED);
    outer.content = bytes_of_text("QUJD");
    outer.recipient_key[3] = 'G';
    assert_int_equal(message_write(&outer, &out), OUTCOME_MALFORMED);
    outer.recipient_key[3] = '0';
    outer.route.id[14] = '4';
    assert_int_equal(message_write(&outer, &out), OUTCOME_MALFORMED);
    assert_no_route_is_written(&item);
    head.expires_s = 253402300800; /* the year 10000 */
    assert_int_equal(payload_write(&head, &item, 1, &out), OUTCOME_MALFORMED);
    head.expires_s = -1;
    assert_int_equal(payload_write(&head, &item, 1, &out), OUTCOME_MALFORMED);
    head.expires_s = 2;
    head.issued_s = -1;
    assert_int_equal(payload_write(&head, &item, 1, &out), OUTCOME_MALFORMED);
    head.issued_s = 1;
    head.role = ROLE_COUNT;
    assert_int_equal(payload_write(&head, &item, 1, &out), OUTCOME_MALFORMED);
    assert_int_equal(out.length, 0);
}

static void each_kind_has_its_word_path_and_type(void **state)
{
    int ran = 0;

    (void)state;
    for (int i = 0; i < MESSAGE_KIND_COUNT; i++, ran++) {
        enum message_kind kind = MESSAGE_KIND_COUNT;
        assert_true(message_kind_parse(message_kind_word((enum message_kind)i), &kind));
        assert_int_equal(kind, i);
        assert_true(
            message_kind_of_path(bytes_of_text(message_kind_path((enum message_kind)i)), &kind));
        assert_int_equal(kind, i);
    }
    assert_int_equal(ran, 14);
    assert_string_equal(message_kind_type(MESSAGE_KIND_SIGNAL),
                        "application/vnd.wijkpoort.signaal.v1+json");
    assert_true(message_kind_needs_article(MESSAGE_KIND_SIGNAL));
    assert_false(message_kind_needs_article(MESSAGE_KIND_STATEMENT));
    assert_false(message_kind_needs_article(MESSAGE_KIND_SHARED_KEY));
    assert_false(message_kind_needs_article(MESSAGE_KIND_RECOVERY));
    assert_false(message_kind_needs_article(MESSAGE_KIND_KEY_DOCUMENT));
    assert_true(message_kind_needs_article(MESSAGE_KIND_COUNT));
}

static void an_unknown_kind_is_none(void **state)
{
    enum message_kind kind = MESSAGE_KIND_PROOF;

    (void)state;
    assert_false(message_kind_parse(NULL, &kind));
    assert_false(message_kind_parse("", &kind));
    assert_false(message_kind_of_path(bytes_of_text("/v1/signalen/"), &kind));
    assert_false(message_kind_of_path(bytes_of(NULL, 0), &kind));
    assert_int_equal(kind, MESSAGE_KIND_PROOF);
    assert_string_equal(message_kind_word(MESSAGE_KIND_COUNT), "");
    assert_string_equal(message_kind_path(MESSAGE_KIND_COUNT), "");
    assert_string_equal(message_kind_type(MESSAGE_KIND_COUNT), "");
}

/* Any route, sender to recipient: what was written is read, and head and payload match. */
static void any_message_survives_the_journey(void **state)
{
    struct dice dice = dice_throw_from(7);
    int ran = 0;

    (void)state;
    for (; ran < 500; ran++) {
        struct payload_head head = {0};
        struct message_head outer = {0}, read = {0};
        struct bytes item = bytes_of_text("{\"x\":[1,2]}");
        OWNED_BUFFER payload_text = {0}, body = {0};
        OWNED_PAYLOAD payload = NULL;
        char content[65];
        dice_word(&dice, "0123456789ABCZ", 20, 20, head.route.from.text);
        dice_word(&dice, "0123456789ABCZ", 20, 20, head.route.to.text);
        dice_word(&dice, "0123456789abcdef", 64, 64, head.route.covenant);
        head.route.kind = (enum message_kind)dice_number(&dice, MESSAGE_KIND_COUNT);
        dice_uuid(&dice, 7, head.route.id);
        head.issued_s = (int64_t)dice_number(&dice, 253402300800);
        head.expires_s = (int64_t)dice_number(&dice, 253402300800);
        head.role = (enum role)dice_number(&dice, ROLE_COUNT);
        outer.route = head.route;
        dice_word(&dice, "0123456789abcdef", 64, 64, outer.recipient_key);
        dice_word(&dice, "ABCabc019-_", 1, 64, content);
        outer.content = bytes_of_text(content);
        assert_int_equal(payload_write(&head, &item, 1, &payload_text), OUTCOME_OK);
        assert_true(payload_text.length <= payload_overhead_bytes() + item.length + 1);
        assert_int_equal(message_write(&outer, &body), OUTCOME_OK);
        assert_int_equal(payload_read(buffer_bytes(&payload_text), &payload, NULL), OUTCOME_OK);
        assert_int_equal(message_read(buffer_bytes(&body), &read, NULL), OUTCOME_OK);
        assert_true(payload_matches_head(payload, &read));
        assert_int_equal(payload->head.issued_s, head.issued_s);
        assert_int_equal(payload->head.expires_s, head.expires_s);
        assert_int_equal(payload->head.role, head.role);
        assert_string_equal(read.recipient_key, outer.recipient_key);
        assert_true(bytes_equal(read.content, outer.content));
    }
    assert_int_equal(ran, 500);
}

static enum outcome read_both(void)
{
    struct message_head head = {0};
    OWNED_PAYLOAD payload = NULL;

    TRY(message_read(bytes_of_text(BODY), &head, NULL));
    return payload_read(bytes_of_text(PAYLOAD), &payload, NULL);
}

static enum outcome write_both(void)
{
    struct payload_head head = {.route = route, .issued_s = 1, .expires_s = 2};
    struct message_head outer = {.route = route, .recipient_key = HEX_B};
    struct bytes item = bytes_of_text("{}");
    OWNED_BUFFER body = {0}, payload = {0};

    outer.content = bytes_of_text("QUJD");
    TRY(payload_write(&head, &item, 1, &payload));
    return message_write(&outer, &body);
}

static void scarce_memory_is_told(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, read_both(), (void)0);
    WITH_SCARCE_MEMORY(outcome, write_both(), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_read),
        cmocka_unit_test(a_written_message_is_read_back),
        cmocka_unit_test(a_wrong_head_is_refused),
        cmocka_unit_test(a_fault_says_where_and_not_what),
        cmocka_unit_test(a_body_one_over_the_limit_is_refused),
        cmocka_unit_test(a_payload_is_read),
        cmocka_unit_test(a_wrong_payload_is_refused),
        cmocka_unit_test(five_hundred_items_fit_and_one_more_does_not),
        cmocka_unit_test(the_items_travel_unchanged),
        cmocka_unit_test(head_and_payload_must_say_the_same),
        cmocka_unit_test(time_is_bounded_on_both_sides),
        cmocka_unit_test(what_could_not_be_read_is_not_written),
        cmocka_unit_test(each_kind_has_its_word_path_and_type),
        cmocka_unit_test(an_unknown_kind_is_none),
        cmocka_unit_test(any_message_survives_the_journey),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
