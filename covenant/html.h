/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * html.h - a page to print or read: head and foot with the one style of all our
 * pages, and the only function that turns text into HTML.
 *
 * Order of use: html_begin(); html_element(), html_paragraph(), html_open(),
 * html_text(), html_row() and the like; html_end(). All add UTF-8 to a buffer,
 * which remembers its first failure: buffer_outcome() at the end.
 * No script, no reference to anything outside; a policy in the head forbids both,
 * should an escape ever be missing. Neutral: no logo, no font of one organisation.
 * Pure. Does not check that tags are closed in order; a test does.
 */
#pragma once

#include <stddef.h>

#include "crypto/bytes.h"
#include "crypto/outcome.h"

enum html_paper {
    HTML_LETTER, /* A4 upright, wide margins, 10.5 pt: letters, slips, forms, statements */
    HTML_TABLES, /* A4 lying, 8.5 pt: registers and lists */
    HTML_SHEET,  /* one A4 upright with narrow margins; the type follows html_begin_sheet() */
};

enum { HTML_SHEET_STEPS = 5 }; /* sizes of type on a sheet: 0 the largest */

/* Everything before the contents. `title` is shown by a browser, not on the page. */
void html_begin(struct buffer *out, enum html_paper paper, enum language language,
                const char *title);
void html_begin_sheet(struct buffer *out, unsigned step, enum language language, const char *title);
void html_end(struct buffer *out);

/* The one escape: & < > " ' become entities, so that it fits between tags and in a quoted
 * attribute. Control characters, and those that turn the direction of writing (a name could
 * otherwise re-order the line it stands in), become U+FFFD. NULL adds nothing. */
void html_text(struct buffer *out, const char *text);
void html_bytes(struct buffer *out, struct bytes text);

/* `tag` and `class` are ours, never data. `class` may be NULL. */
void html_open(struct buffer *out, const char *tag, const char *class); /* <tag class="…"> */
void html_close(struct buffer *out, const char *tag);
/* <tag class="…">escaped text</tag> and an end of line. */
void html_element(struct buffer *out, const char *tag, const char *class, const char *text);
void html_paragraph(struct buffer *out, const char *text);

/* A table: html_table(); html_row() for each; html_close(out, "table"). `heads` become the
 * header row, which a printer repeats on each page. Cells are escaped; NULL is an empty one. */
void html_table(struct buffer *out, const char *class, const char *const heads[], size_t count);
void html_row(struct buffer *out, const char *const cells[], size_t count);
/* Two columns, what and which: <dl>. html_open(out, "dl", NULL); html_pair() for each; close. */
void html_pair(struct buffer *out, const char *what, const char *which);

/* A line to sign on, with who signs beneath it. */
void html_signature(struct buffer *out, const char *who);
