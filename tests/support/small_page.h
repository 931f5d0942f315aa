/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_page.h - one page, made from JSON texts as its parts would answer, for a person with
 * certain roles: the HTML, and whether a browser has nothing to mend in it.
 */
#pragma once

#include "gateway/pages.h"

/* What a browser shows as such a text, and would run were it not escaped. */
#define HOSTILE      "<script>alert('x')</script>\"&"
#define HOSTILE_JSON "<script>alert('x')</script>\\\"&"

struct small_page {
    const char *parts[WEB_PARTS_MAX]; /* JSON; NULL: left out */
    const char *query;                /* NULL: none */
    const char *path;                 /* of the form that was sent; NULL: none */
    const char *typed;                /* its body: "a=1&b=2" */
    const char *answer, *problem;     /* JSON */
    uint32_t roles;                   /* 1 << enum role */
    bool english;
};

/* The body that the form sends on, as JSON, or NULL with the place of the fault in `out_where`.
 * The caller frees it. */
json_t *small_page_body(const struct web_page *page, const char *path, const char *typed,
                        const char *parameter, char out_where[static JSON_WHERE_BYTES]);

/* <main> of the page (or its document), NUL-terminated; the caller owns the buffer. */
void small_page_show(const struct web_page *page, const struct small_page *shown,
                     struct buffer *out);

/* Each tag closed in order, no script, no style, no handler, no id twice. Fails the test. */
void assert_well_formed(const char *html);
void assert_shows(const char *html, const char *text);
void assert_hides(const char *html, const char *text);
