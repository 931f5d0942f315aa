/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "tests/support/small_page.h"

#include <stdio.h>
#include <string.h>

#include "covenant/built_in.h"

enum { DEPTH_MAX = 64, NAME_BYTES = 16, IDS_MAX = 256, ID_BYTES = 64 };

static const struct web_form *form_at(const struct web_page *page, const char *path)
{
    for (const struct web_form *form = page->forms; path && form && form->path; form++)
        if (strcmp(form->path, path) == 0)
            return form;
    assert_null(path);
    return NULL;
}

static json_t *json_of(const char *text)
{
    json_t *value = NULL;

    if (text && json_read(bytes_of_text(text), 1 << 20, &value) != OUTCOME_OK)
        fail_msg("no JSON: %s", text);
    return value;
}

json_t *small_page_body(const struct web_page *page, const char *path, const char *typed,
                        const char *parameter, char out_where[static JSON_WHERE_BYTES])
{
    const struct web_form *web_form = form_at(page, path);
    static struct form form;
    struct fault fault = {0};
    json_t *body = NULL;
    enum outcome outcome;

    out_where[0] = '\0';
    outcome = form_read(bytes_of_text(typed), web_form->fields, &form, &fault);
    if (outcome == OUTCOME_OK)
        outcome = form_json(&form, web_form->fields, &body);
    if (outcome == OUTCOME_OK && web_form->shape)
        outcome = web_form->shape(&form, parameter, body, &fault);
    memcpy(out_where, fault.where, JSON_WHERE_BYTES);
    if (outcome == OUTCOME_OK)
        return body;
    json_decref(body);
    return NULL;
}

static void fill(struct web_view *view, const struct web_page *page, const struct small_page *shown,
                 struct form *form)
{
    struct fault fault = {0};
    struct day day;

    assert_true(day_parse("2026-12-03", &day));
    view->page = page;
    view->language = shown->english ? LANGUAGE_EN : LANGUAGE_NL;
    view->organisation = "Corporatie Voorbeeld Wonen";
    assert_true(oin_parse("00000099000000010000", &view->self));
    view->roles.bits = shown->roles;
    view->parameter = "";
    view->today = day;
    view->now_ms = amsterdam_instant(day, 12);
    view->query = bytes_of_text(shown->query ? shown->query : "");
    view->posted = form_at(page, shown->path);
    if (view->posted)
        assert_int_equal(form_read(bytes_of_text(shown->typed ? shown->typed : ""),
                                   view->posted->fields, form, &fault),
                         OUTCOME_OK);
    view->form = form;
    snprintf(view->token, sizeof view->token, "%s", "token");
}

static void show(const struct web_page *page, const struct small_page *shown, struct buffer *out)
{
    static struct form form;
    struct code_lists *lists = NULL;
    OWNED_JSON answer = json_of(shown->answer);
    OWNED_JSON problem = json_of(shown->problem);
    json_t *parts[WEB_PARTS_MAX];
    struct web_view view = {.out = out, .answer = answer, .problem = problem};

    assert_int_equal(code_lists_load(&lists), OUTCOME_OK);
    view.lists = lists;
    form_wipe(&form);
    form.count = 0;
    fill(&view, page, shown, &form);
    for (size_t i = 0; i < WEB_PARTS_MAX; i++)
        view.parts[i] = parts[i] = json_of(shown->parts[i]);
    if (!page->document || problem || !page->document(&view))
        page->render(&view);
    for (size_t i = 0; i < WEB_PARTS_MAX; i++)
        json_decref(parts[i]);
    code_lists_free(lists);
}

void small_page_show(const struct web_page *page, const struct small_page *shown,
                     struct buffer *out)
{
    show(page, shown, out);
    assert_int_equal(buffer_outcome(out), OUTCOME_OK);
    assert_non_null(buffer_text(out));
}

/* --- reading it as a browser would --- */

struct reader {
    char open[DEPTH_MAX][NAME_BYTES];
    size_t depth;
    char ids[IDS_MAX][ID_BYTES];
    size_t id_count;
};

static bool is_void(const char *name)
{
    static const char *const names[] = {"input", "br", "hr", "img", "meta", "link"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void note_id(struct reader *reader, const char *tag, const char *end)
{
    const char *id = strstr(tag, " id=\"");
    size_t length;

    if (!id || id > end)
        return;
    id += 5;
    length = strcspn(id, "\"");
    assert_true(length > 0 && length < ID_BYTES && reader->id_count < IDS_MAX);
    for (size_t i = 0; i < reader->id_count; i++)
        if (strlen(reader->ids[i]) == length && strncmp(reader->ids[i], id, length) == 0)
            fail_msg("id twice: %.*s", (int)length, id);
    snprintf(reader->ids[reader->id_count++], ID_BYTES, "%.*s", (int)length, id);
}

static void close_tag(struct reader *reader, const char *name)
{
    if (reader->depth == 0 || strcmp(reader->open[reader->depth - 1], name) != 0)
        fail_msg("</%s> within <%s>", name, reader->depth ? reader->open[reader->depth - 1] : "");
    reader->depth--;
}

static void read_tag(struct reader *reader, const char *tag)
{
    const bool closes = tag[1] == '/';
    const char *name = tag + 1 + closes, *end = strchr(tag, '>');
    const size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz123456");
    char copy[NAME_BYTES];

    assert_non_null(end);
    assert_true(length > 0 && length < NAME_BYTES);
    snprintf(copy, sizeof copy, "%.*s", (int)length, name);
    assert_string_not_equal(copy, "script");
    assert_string_not_equal(copy, "style");
    if (closes) {
        close_tag(reader, copy);
        return;
    }
    note_id(reader, tag, end);
    for (const char *at = tag; at < end; at++)
        assert_false(strncmp(at, " on", 3) == 0 || strncmp(at, " style=", 7) == 0);
    if (is_void(copy))
        return;
    assert_true(reader->depth < DEPTH_MAX);
    snprintf(reader->open[reader->depth++], NAME_BYTES, "%s", copy);
}

void assert_well_formed(const char *html)
{
    static struct reader reader;

    reader = (struct reader){.depth = 0};
    for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<'))
        read_tag(&reader, at);
    if (reader.depth)
        fail_msg("not closed: <%s>", reader.open[reader.depth - 1]);
}

void assert_shows(const char *html, const char *text)
{
    if (!strstr(html, text))
        fail_msg("does not show \"%s\":\n%s", text, html);
}

void assert_hides(const char *html, const char *text)
{
    if (strstr(html, text))
        fail_msg("shows \"%s\":\n%s", text, html);
}
