/* SPDX-License-Identifier: EUPL-1.2 */
/* A page on its way through its parts, without a gateway around it: each part's answer is laid in
 * the reply, as its handler would. What memory running out leaves is a whole page or a 503. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/built_in.h"
#include "gateway/call.h"
#include "gateway/pages.h"
#include "gateway/pages_run.h"
#include "gateway/settings.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_page.h"

#define ID "0b0e1f0a-1111-4222-8333-444455556666"
#define ROW                                                                                        \
    "{\"id\":\"" ID "\",\"dossier\":\"D-0000000000000001\",\"van\":\"00000099000000020000\","      \
    "\"vanNaam\":\"" HOSTILE_JSON "\",\"signaalcode\":\"OVL.GELUID\",\"signaalnaam\":\"Geluid\","  \
    "\"doel\":\"TOELEIDING\",\"ontvangenOp\":\"2026-11-30T09:00:00Z\",\"stand\":\"ONTV\","         \
    "\"geaccepteerd\":false,\"antwoordUiterlijk\":\"2026-12-02\"}"

static uint8_t form_key[32];
static char name[] = "Wijkteam";
static struct settings settings;
static struct gateway gateway = {.settings = &settings, .form_key = form_key};

struct visit {
    const char *path, *body; /* body NULL: GET */
    const char *query, *site;
    const char *answers[WEB_PARTS_MAX];
    int status; /* of the answers; 0: 200 */
};

static void begin(const struct visit *visit, struct http_request *request, struct http_head *head,
                  struct call *call)
{
    *head = (struct http_head){
        .method = visit->body ? HTTP_POST : HTTP_GET,
        .path = bytes_of_text(visit->path),
        .content_type = bytes_of_text("application/x-www-form-urlencoded"),
        .accept = bytes_of_text("text/html"),
        .query = bytes_of_text(visit->query ? visit->query : ""),
    };
    if (visit->site)
        head->sec_fetch_site = bytes_of_text(visit->site);
    *request =
        (struct http_request){.head = head, .body = bytes_of_text(visit->body ? visit->body : "")};
    call->gateway = &gateway;
    call->request = request;
    call->caller.roles.bits = UINT32_C(1) << ROLE_ONTVANGER;
    call->now_ms = INT64_C(1796378400000);
    memset(call->caller.fingerprint, 'a', 64);
}

static enum outcome walk(struct call *call, const struct visit *visit)
{
    bool runs = false;

    TRY(web_begin(call, &runs));
    for (size_t i = 0; runs || !web_is_over(call->web); i++) {
        if (runs) {
            assert_non_null(call->route);
            reply_with(call->reply, visit->status ? visit->status : 200, "application/json",
                       bytes_of_text(visit->answers[i]));
        }
        runs = web_next(call);
    }
    return OUTCOME_OK;
}

/* OK: a page. OUT_OF_MEMORY: what the server makes a 503 of. Anything else fails the test. */
static enum outcome visited(const struct visit *visit, int status, struct buffer *out)
{
    struct http_request request;
    struct http_head head;
    struct reply reply = {0};
    struct call call = {.reply = &reply};
    enum outcome outcome = OUTCOME_OUT_OF_MEMORY;

    begin(visit, &request, &head, &call);
    call.web = web_run_new(&call);
    if (call.web)
        outcome = walk(&call, visit);
    web_run_free(call.web);
    json_decref(call.extra);
    if (outcome == OUTCOME_OK && (reply.body.failed || reply.status == 503))
        outcome = OUTCOME_OUT_OF_MEMORY;
    if (outcome == OUTCOME_OK) {
        assert_int_equal(reply.status, status);
        if (status != 303)
            assert_string_equal(reply.content_type, "text/html; charset=utf-8");
        *out = reply.body;
        reply.body = (struct buffer){0}; /* handed over */
    }
    reply_wipe(&reply);
    return outcome;
}

static const struct visit inbox = {
    .path = "/postvak", .answers = {"{\"postvak\":[" ROW "," ROW "],\"volgende\":null}"}};
static const struct visit start = {
    .path = "/",
    .answers = {"{\"waarschuwingen\":[]}",
                "{\"verzonden\":[],\"escalaties\":[],\"postvak\":[{\"id\":\"" ID
                "\",\"signaalnaam\":\"Geluid\",\"organisatieNaam\":\"C\",\"uiterlijkDatum\":"
                "\"2026-12-01\",\"trap\":\"TE_LAAT\"}]}",
                "{\"postvak\":[" ROW "],\"volgende\":null}"}};
static const struct visit signal_page = {.path = "/postvak/" ID, .answers = {ROW}};

static void whole(const struct visit *visit, int status)
{
    struct buffer page = {0}, again = {0};
    enum outcome outcome;

    assert_int_equal(visited(visit, status, &page), OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, visited(visit, status, &again), {
        assert_int_equal(again.length, page.length);
        assert_memory_equal(again.data, page.data, page.length);
        buffer_wipe(&again);
    });
    buffer_wipe(&page);
}

static void a_page_for_which_memory_runs_out_is_whole_or_none(void **state)
{
    (void)state;
    whole(&inbox, 200);
    whole(&start, 200);
    whole(&signal_page, 200);
}

static void so_is_a_page_of_an_error(void **state)
{
    const struct visit gone = {.path = "/postvak/" ID,
                               .answers = {"{\"status\":404,\"code\":\"NIET_GEVONDEN\",\"title\":"
                                           "\"Weg.\",\"detail\":\"Weg.\"}"},
                               .status = 404};
    struct buffer page = {0};

    (void)state;
    assert_int_equal(visited(&gone, 404, &page), OUTCOME_OK);
    assert_non_null(memmem(page.data, page.length, "Weg.", 4));
    assert_null(memmem(page.data, page.length, "<form", 5));
    buffer_wipe(&page);
}

static void a_part_that_cannot_be_read_is_no_empty_page(void **state)
{
    const struct visit broken = {.path = "/postvak", .answers = {"{\"postvak\":["}};
    struct http_request request;
    struct http_head head;
    struct reply reply = {0};
    struct call call = {.reply = &reply};

    (void)state;
    begin(&broken, &request, &head, &call);
    call.web = web_run_new(&call);
    assert_int_equal(walk(&call, &broken), OUTCOME_OK);
    assert_int_equal(reply.status, 500);
    assert_string_equal(reply.content_type, "application/problem+json");
    web_run_free(call.web);
    reply_wipe(&reply);
}

static void a_hundred_rows_of_hostile_names_stay_within_bounds(void **state)
{
    struct buffer answer = {0}, page = {0};
    struct visit visit = {.path = "/postvak"};

    (void)state;
    buffer_add_text(&answer, "{\"postvak\":[");
    for (int i = 0; i < 100; i++) {
        buffer_add_text(&answer, i ? "," : "");
        buffer_add_text(&answer, "{\"id\":\"" ID "\",\"stand\":\"ONTV\",\"geaccepteerd\":false,"
                                 "\"ontvangenOp\":\"2026-11-30T09:00:00Z\",\"vanNaam\":\"");
        for (int n = 0; n < 40; n++)
            buffer_add_text(&answer, HOSTILE_JSON);
        buffer_add_text(&answer, "\",\"signaalnaam\":\"a\"}");
    }
    buffer_add_text(&answer, "],\"volgende\":null}");
    visit.answers[0] = buffer_text(&answer);
    assert_int_equal(visited(&visit, 200, &page), OUTCOME_OK);
    assert_non_null(buffer_text(&page));
    assert_hides(buffer_text(&page), "<script");
    assert_true(page.length < 6 * answer.length + 100 * 1000 + 10000);
    buffer_wipe(&answer);
    buffer_wipe(&page);
}

static void a_form_without_its_token_runs_nothing(void **state)
{
    struct http_request request;
    struct http_head head;
    struct reply reply = {0};
    const struct visit forms[] = {
        {.path = "/postvak/" ID "/aanvaarding", .body = ""},
        {.path = "/postvak/" ID "/aanvaarding", .body = "formuliersleutel="},
        {.path = "/postvak/" ID "/aanvaarding", .body = "formuliersleutel=x"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct call call = {.reply = &reply};
        bool runs = false;
        begin(&forms[i], &request, &head, &call);
        call.web = web_run_new(&call);
        assert_int_equal(web_begin(&call, &runs), OUTCOME_CSRF);
        assert_null(call.route);
        web_run_free(call.web);
        reply_wipe(&reply);
    }
}

static void another_site_cannot_say_that_something_was_done(void **state)
{
    static const char *const sites[] = {NULL, "same-origin", "none", "cross-site", "same-site"};

    (void)state;
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++) {
        struct visit visit = inbox;
        struct buffer page = {0};
        visit.query = "gedaan=beantwoord";
        visit.site = sites[i];
        assert_int_equal(visited(&visit, 200, &page), OUTCOME_OK);
        assert_int_equal(strstr(buffer_text(&page), "Uw antwoord is vastgelegd") != NULL, i < 3);
        buffer_wipe(&page);
    }
}

static int lists(void **state)
{
    (void)state;
    settings.name = name;
    assert_true(oin_parse("00000099000000010000", &settings.oin));
    return code_lists_load(&gateway.lists) == OUTCOME_OK ? 0 : -1;
}

static int no_lists(void **state)
{
    (void)state;
    code_lists_free(gateway.lists);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_for_which_memory_runs_out_is_whole_or_none),
        cmocka_unit_test(so_is_a_page_of_an_error),
        cmocka_unit_test(a_part_that_cannot_be_read_is_no_empty_page),
        cmocka_unit_test(a_hundred_rows_of_hostile_names_stay_within_bounds),
        cmocka_unit_test(another_site_cannot_say_that_something_was_done),
        cmocka_unit_test(a_form_without_its_token_runs_nothing),
    };

    return cmocka_run_group_tests(tests, lists, no_lists);
}
