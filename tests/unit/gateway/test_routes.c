/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of routes beside docs/local-api.md, read here by other means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/message.h"
#include "gateway/call.h"
#include "gateway/handlers.h"
#include "gateway/receive.h"
#include "tests/support/dice.h"

enum { ROWS_MAX = 64, TEXT_BYTES = 160, SEGMENT_BYTES = 64 };

struct documented {
    char method[8];
    char path[TEXT_BYTES]; /* "/v1/postvak/{id}/inhoud" */
    uint32_t roles;        /* 0: any */
};

static struct documented rows[ROWS_MAX];
static size_t row_count;

/* --- the page --- */

static uint32_t read_roles(const char *cell, uint32_t same)
{
    uint32_t roles = 0;
    char word[64];
    int used;

    while (sscanf(cell, " %63[A-Za-z_]%n", word, &used) == 1) {
        enum role role;
        if (strcmp(word, "same") == 0)
            return same;
        if (strcmp(word, "any") == 0)
            return 0;
        assert_true(role_parse(word, &role));
        roles |= UINT32_C(1) << role;
        cell += used;
        cell += strspn(cell, " ,");
    }
    assert_true(roles != 0);
    return roles;
}

static int read_page(void **state)
{
    FILE *page = fopen("docs/local-api.md", "r");
    char line[4096];

    (void)state;
    if (!page)
        return -1;
    while (fgets(line, sizeof line, page)) {
        struct documented *row = &rows[row_count];
        char cell[TEXT_BYTES];
        if (sscanf(line, "| `%7[A-Z] %159[^`]` | %159[^|]", row->method, row->path, cell) != 3)
            continue;
        row->roles = read_roles(cell, row_count ? rows[row_count - 1].roles : 0);
        if (++row_count == ROWS_MAX)
            break;
    }
    fclose(page);
    return 0;
}

/* --- asking --- */

static const struct route *find(enum listener_kind listener, const char *method, const char *path,
                                char *parameter, bool *out_other)
{
    struct http_head head = {.path = bytes_of_text(path)};
    char unused[65];
    bool other;

    for (unsigned i = 0; i < HTTP_METHOD_COUNT; i++) {
        if (strcmp(http_method_text(i), method) == 0)
            head.method = i;
    }
    return route_find(listener, &head, parameter ? parameter : unused,
                      out_other ? out_other : &other);
}

/* The pattern with `value` for what stands between braces. */
static void fill_in(const char *pattern, const char *value, char out[static 2 * TEXT_BYTES])
{
    const char *open = strchr(pattern, '{'), *close = strchr(pattern, '}');

    if (open)
        snprintf(out, 2 * TEXT_BYTES, "%.*s%s%s", (int)(open - pattern), pattern, value, close + 1);
    else
        snprintf(out, 2 * TEXT_BYTES, "%s", pattern);
}

static void every_documented_request_is_there_with_its_roles(void **state)
{
    (void)state;
    assert_true(row_count >= 20);
    for (size_t i = 0; i < row_count; i++) {
        char path[2 * TEXT_BYTES], parameter[65];
        const struct route *route;
        fill_in(rows[i].path, "waarde", path);
        route = find(LISTENER_LOCAL, rows[i].method, path, parameter, NULL);
        assert_non_null(route);
        assert_non_null(route->handle);
        assert_int_equal(route->roles, rows[i].roles);
        assert_string_equal(parameter, strchr(rows[i].path, '{') ? "waarde" : "");
        assert_true(route->body_max_bytes > 0);
        assert_true(route->service[0] != '\0');
    }
}

/* Neither a method more nor one less: so what is not documented is not there. */
static void the_methods_of_each_path_are_the_documented_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < row_count; i++) {
        char path[2 * TEXT_BYTES], methods[128], expected[128] = "";
        fill_in(rows[i].path, "waarde", path);
        for (size_t j = 0; j < row_count; j++) {
            size_t used = strlen(expected);
            if (strcmp(rows[j].path, rows[i].path) == 0)
                snprintf(expected + used, sizeof expected - used, "%s%s%s", used ? ", " : "",
                         rows[j].method, strcmp(rows[j].method, "GET") == 0 ? ", HEAD" : "");
        }
        route_methods(LISTENER_LOCAL, bytes_of_text(path), methods, sizeof methods);
        assert_string_equal(methods, expected);
        for (unsigned method = 0; method < HTTP_METHOD_COUNT; method++) {
            bool other, listed = strstr(expected, http_method_text(method)) != NULL;
            assert_int_equal(
                find(LISTENER_LOCAL, http_method_text(method), path, NULL, &other) != NULL, listed);
            if (!listed)
                assert_true(other);
        }
    }
}

static void partners_may_post_messages_and_nothing_else(void **state)
{
    size_t found = 0;

    (void)state;
    for (unsigned kind = 0; kind < MESSAGE_KIND_COUNT; kind++) {
        const char *path = message_kind_path(kind);
        const struct route *route = find(LISTENER_PARTNER, "POST", path, NULL, NULL);
        bool other;
        if (!route)
            continue;
        found++;
        assert_ptr_equal(route->handle, receive_message);
        assert_int_equal(route->body_max_bytes, MESSAGE_MAX_BYTES);
        assert_null(find(LISTENER_PARTNER, "GET", path, NULL, &other));
        assert_true(other);
        assert_null(find(LISTENER_PUBLIC, "POST", path, NULL, &other));
        assert_false(other);
    }
    assert_in_range(found, 6, MESSAGE_KIND_COUNT);
    for (size_t i = 0; i < row_count; i++) {
        char path[2 * TEXT_BYTES];
        const struct route *route;
        enum message_kind kind;
        fill_in(rows[i].path, "waarde", path);
        route = find(LISTENER_PARTNER, rows[i].method, path, NULL, NULL);
        /* Some words are a collection for both; a partner's is for messages all the same. */
        if (message_kind_of_path(bytes_of_text(path), &kind) && route)
            assert_ptr_equal(route->handle, receive_message);
        else
            assert_null(route);
    }
}

static void the_public_listener_has_the_status_and_the_description_alone(void **state)
{
    const struct route *route = find(LISTENER_PUBLIC, "GET", "/v1/status", NULL, NULL);

    (void)state;
    assert_non_null(route);
    assert_ptr_equal(route->handle, get_public_status);
    assert_ptr_not_equal(find(LISTENER_LOCAL, "GET", "/v1/status", NULL, NULL), route);
    route = find(LISTENER_PUBLIC, "GET", "/v1/openapi.json", NULL, NULL);
    assert_non_null(route);
    assert_ptr_equal(route->handle, get_public_openapi);
    for (size_t i = 0; i < row_count; i++) {
        char path[2 * TEXT_BYTES];
        fill_in(rows[i].path, "waarde", path);
        if (strcmp(path, "/v1/status") != 0 && strcmp(path, "/v1/openapi.json") != 0)
            assert_null(find(LISTENER_PUBLIC, rows[i].method, path, NULL, NULL));
    }
}

static void what_is_nowhere_is_not_found(void **state)
{
    static const char *const paths[] = {"",
                                        "/",
                                        "/v1",
                                        "/v1/",
                                        "/v1/statu",
                                        "/v1/status/",
                                        "/v1/statuss",
                                        "//v1/status",
                                        "/V1/status",
                                        "/v1/postvak/",
                                        "/v1/postvak/a/",
                                        "/v1/postvak//inhoud",
                                        "/v1/postvak/a/b/inhoud",
                                        "/v1/postvak/a/inhoud/",
                                        "/v1/postvak/a/inhoudx",
                                        "/v1/convenanten/",
                                        "/v1/convenanten//oordelen",
                                        "/v1/convenanten/a/oordelen/b",
                                        "/v1/gebruikers/",
                                        "/v1/log",
                                        "/v1/logregels",
                                        "/v2/status"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        for (unsigned method = 0; method < HTTP_METHOD_COUNT; method++) {
            bool other = true;
            assert_null(find(LISTENER_LOCAL, http_method_text(method), paths[i], NULL, &other));
            assert_false(other);
        }
    }
}

static void a_parameter_is_one_segment_of_at_most_64(void **state)
{
    char value[66], path[2 * TEXT_BYTES], parameter[65];

    (void)state;
    memset(value, 'a', 64);
    value[64] = '\0';
    fill_in("/v1/postvak/{id}/inhoud", value, path);
    assert_non_null(find(LISTENER_LOCAL, "GET", path, parameter, NULL));
    assert_string_equal(parameter, value);
    value[64] = 'a';
    value[65] = '\0';
    fill_in("/v1/postvak/{id}/inhoud", value, path);
    assert_null(find(LISTENER_LOCAL, "GET", path, parameter, NULL));
}

/* Segment by segment, from the page. */
static bool page_has(const char *method, const char *path)
{
    for (size_t i = 0; i < row_count; i++) {
        const char *p = rows[i].path, *q = path;
        if (strcmp(rows[i].method, method) != 0)
            continue;
        while (*p && *q) {
            size_t left = strcspn(p + 1, "/"), right = strcspn(q + 1, "/");
            bool open = p[1] == '{' && right > 0 && right <= SEGMENT_BYTES;
            if (*p != '/' || *q != '/' ||
                !(open || (left == right && memcmp(p + 1, q + 1, left) == 0)))
                break;
            p += 1 + left;
            q += 1 + right;
        }
        if (!*p && !*q)
            return true;
    }
    return false;
}

static void random_paths_are_found_as_the_page_has_them(void **state)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
    struct dice dice = dice_throw_from(101);
    size_t hits = 0;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        char path[2 * TEXT_BYTES + 8], value[80];
        const char *method = methods[dice_number(&dice, 4)];
        size_t length;
        bool expected;
        dice_word(&dice, "ab/", 0, dice_coin(&dice) ? 4 : 70, value);
        fill_in(rows[dice_number(&dice, row_count)].path, value, path);
        length = strlen(path);
        if (dice_number(&dice, 3) == 0)
            path[dice_number(&dice, length)] = "/aev{}"[dice_number(&dice, 6)];
        if (dice_number(&dice, 5) == 0)
            path[dice_number(&dice, length + 1)] = '\0';
        expected = page_has(method, path);
        hits += expected;
        assert_int_equal(find(LISTENER_LOCAL, method, path, NULL, NULL) != NULL, expected);
    }
    assert_true(hits > 10000);
}

static void the_list_of_methods_never_leaves_its_room(void **state)
{
    char out[32];

    (void)state;
    for (size_t size = 1; size < sizeof out; size++) {
        memset(out, 'x', sizeof out);
        route_methods(LISTENER_LOCAL, bytes_of_text("/v1/gebruikers"), out, size);
        assert_true(strlen(out) < size);
        for (size_t i = size; i < sizeof out; i++)
            assert_int_equal(out[i], 'x');
    }
    route_methods(LISTENER_LOCAL, bytes_of_text("/v1/niets"), out, sizeof out);
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_documented_request_is_there_with_its_roles),
        cmocka_unit_test(the_methods_of_each_path_are_the_documented_ones),
        cmocka_unit_test(partners_may_post_messages_and_nothing_else),
        cmocka_unit_test(the_public_listener_has_the_status_and_the_description_alone),
        cmocka_unit_test(what_is_nowhere_is_not_found),
        cmocka_unit_test(a_parameter_is_one_segment_of_at_most_64),
        cmocka_unit_test(random_paths_are_found_as_the_page_has_them),
        cmocka_unit_test(the_list_of_methods_never_leaves_its_room),
    };

    return cmocka_run_group_tests(tests, read_page, NULL);
}
