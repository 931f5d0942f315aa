/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages.h - the web pages of the local listener: the same handlers, in HTML.
 *
 * A page names requests of the API (its parts) and a function that turns their JSON into HTML.
 * Each part goes through its own handler, as if it had been asked for by itself: roles, log and
 * paging are the API's. A form names the request it becomes, and a table of its fields; done, the
 * browser is sent on (303), refused, the same page is shown with the sentence and what was typed.
 * So no handler knows about HTML, and no page decides anything.
 *
 * pages_table.c   which pages there are
 * pages_run.c     one request for a page, part by part
 * pages_form.c    a form's bytes, and the JSON body they become
 * pages_token.c   what proves that a form was ours
 * pages_frame.c   what all pages have around them; pages of errors
 * pages_parts.c   inputs, tables, states: what pages are made of
 * pages_style.c   the one stylesheet
 * pages_*.c       one page each: a table of texts and a render function. Pure.
 *
 * A page holds nothing personal in its address. No script, nothing inline, one stylesheet of ours.
 */
#pragma once

#include <jansson.h>

#include "covenant/code_list.h"
#include "covenant/day.h"
#include "covenant/html.h"
#include "covenant/role.h"
#include "gateway/gateway.h"
#include "gateway/http_head.h"
#include "gateway/pages_form.h"

enum { WEB_PARTS_MAX = 6, WEB_FORMS_MAX = 8, WEB_TOKEN_BYTES = 56 };

struct web_view;

struct web_text {
    const char *nl, *en;
};

/* A request whose JSON answer a page shows. */
struct web_part {
    const char *path;  /* of a GET row of gateway/routes.c; "{}" is the page's own; NULL ends */
    const char *query; /* "aantal=200", or NULL: the query of the page itself (cursor) */
    bool optional;     /* left out (NULL) for who has no role for it, or when it fails */
    /* NULL: always. Else asked with the parts before this one: what would only be refused is not
     * asked, since each refusal is a line in the log. */
    bool (*wanted)(const struct web_view *view);
};

struct web_form {
    const char *path;   /* where the browser posts: "/postvak/{}/aanvaarding"; NULL ends */
    const char *action; /* the POST row of gateway/routes.c that it becomes; "{}" is the same */
    const struct form_field *fields;
    /* May change the body that `fields` made: constants, rows, cents. MALFORMED with a fault is
     * shown beside that field. NULL: nothing to change. */
    enum outcome (*shape)(const struct form *form, const char *parameter, json_t *body,
                          struct fault *fault);
    const char *then;     /* 303 to here, "{}" is the same; NULL: the page, with view->answer */
    const char *done;     /* ?gedaan=… after the 303, lower-case: shows the next as a message */
    struct web_text said; /* "Het signaal is aangenomen." */
};

struct web_page {
    const char *path;             /* "/postvak/{}" */
    struct web_text name;         /* in the menu, as h1 and in the title */
    bool in_menu;                 /* for who may see it */
    const struct web_part *parts; /* NULL: none */
    const struct web_form *forms; /* NULL: none */
    /* All of <main> under the h1. Who may see the page: who has the roles of every part that is
     * not optional and, without such a part, of the first form. */
    void (*render)(struct web_view *view);
    /* A whole document in place of the page: a paper to hand over, a table to keep. Its content
     * type, a constant; NULL: there is none now, and the page is shown. May be NULL. */
    const char *(*document)(struct web_view *view);
};

/* What a page is made of. Everything is lent. */
struct web_view {
    struct buffer *out;
    enum language language;
    const struct web_page *page;
    const char *organisation;
    struct oin self; /* our own OIN */
    struct role_set roles;
    const char *parameter; /* the page's "{}", or "" */
    int64_t now_ms;
    struct day today;
    const struct code_lists *lists;
    struct bytes query;                 /* of the page; http_query_value() */
    const json_t *parts[WEB_PARTS_MAX]; /* in the order of page->parts; NULL: left out */
    bool incomplete;                    /* a part that may be seen could not be had */
    bool from_elsewhere;                /* another site led here: it says nothing on our page */
    const struct web_form *posted;      /* the form that was sent, or NULL */
    const struct form *form;            /* what was typed, or NULL */
    const json_t *answer;               /* of a form without `then`, done */
    const json_t *problem;              /* of a form that was refused: code, detail, fouten, … */
    char token[WEB_TOKEN_BYTES];        /* for form_begin() only */
};

/* --- for pages (pages_parts.c): all escape what they are given --- */

const char *web_say(const struct web_view *view, const char *nl, const char *en);
const char *web_text(const struct web_view *view, struct web_text text);
/* May the user do this request of the API? For a link or a button that would only be refused. */
bool web_may(const struct web_view *view, enum http_method method, const char *path);

/* Members of answers: "" or 0 or false when absent. `name` may be "adres.postcode". */
const char *web_text_at(const json_t *object, const char *name);
int64_t web_number_at(const json_t *object, const char *name);
bool web_flag_at(const json_t *object, const char *name);
/* "donderdag 3 december 2026" of "2026-12-03"; "3 december 2026, 10:12" of an instant, in
 * Amsterdam; the text itself when it is neither. Both as <time>. */
void web_day(struct web_view *view, const char *day);
void web_instant(struct web_view *view, const char *instant);
/* "Week 48, vanaf maandag 23 november 2026" of "2026-W48"; "november 2026" of "2026-11"; the text
 * itself when it is neither. */
void web_week(struct web_view *view, const char *week);
const char *web_month(const struct web_view *view, const char *month, char out[static 32]);
/* A sentence of the API that goes on where another began: here it begins a line. */
void web_capital(struct web_view *view, const char *text);
/* "12,50" of 1250 cents: euro in Dutch style. */
void web_euro(struct web_view *view, int64_t cents);

void web_heading(struct web_view *view, int level, const char *text); /* 2 or 3 */
void web_paragraph(struct web_view *view, const char *text);
void web_link(struct web_view *view, const char *href, const char *text);
void web_button_link(struct web_view *view, const char *href, const char *text);

/* How something stands: an icon that screen readers pass over, and the word. */
enum web_tone { WEB_NEUTRAL, WEB_GOOD, WEB_WARN, WEB_LATE };
void web_state(struct web_view *view, enum web_tone tone, const char *word);
/* A message in a box: role alert for WARN and LATE, status for the others. */
void web_message(struct web_view *view, enum web_tone tone, const char *text);

/* <table> with a caption, in a frame that scrolls by itself on a narrow screen.
 * web_table(); for each row web_row(), per cell web_cell() + contents, or web_cell_text();
 * web_row_end(); web_table_end(). On 320 px each row becomes a list with `heads` as names. */
void web_table(struct web_view *view, const char *caption, const char *const *heads, size_t count);
void web_row(struct web_view *view);
void web_cell(struct web_view *view, const char *head);
void web_cell_end(struct web_view *view);
void web_cell_text(struct web_view *view, const char *head, const char *text);
void web_row_end(struct web_view *view);
void web_table_end(struct web_view *view);

/* What and which: web_list(); web_pair() or web_pair_open() + contents + web_pair_close(). */
void web_list(struct web_view *view);
void web_pair(struct web_view *view, const char *what, const char *which);
void web_pair_open(struct web_view *view, const char *what);
void web_pair_close(struct web_view *view);
void web_list_end(struct web_view *view);

/* For `document`: what our own printer made (html.h), as it is. NULL when it is empty. */
const char *web_paper(struct web_view *view, const char *html);

/* --- forms --- */

struct web_option {
    const char *value; /* NULL in a select: the name of a group, for those up to the next */
    const char *label;
};

struct web_input {
    const char *name;
    const char *label;
    const char *hint;         /* a sentence under the label, or NULL */
    const char *value;        /* at first; what was typed wins. NULL: "" */
    const char *type;         /* "text" (also for NULL), "date", "tel", "number" */
    const char *autocomplete; /* NULL: "off" */
    unsigned most;            /* characters; 0: no bound of its own */
    unsigned width;           /* of the box, in characters; 0: usual */
    bool required;            /* said in the label of the others: "(niet verplicht)" */
    bool depends;             /* needed with one answer only, as its hint says: neither */
};

/* `path` is one of page->forms, "{}" the page's parameter. */
void form_begin(struct web_view *view, const char *path);
/* The same to the path of another id: rows of a list that each have a button. */
void form_begin_for(struct web_view *view, const char *path, const char *parameter);
void form_input(struct web_view *view, const struct web_input *input);
void form_hidden(struct web_view *view, const char *name, const char *value);
/* A list to choose one of; `empty` is its first line without a value, NULL: none. */
void form_select(struct web_view *view, const struct web_input *input, const char *empty,
                 const struct web_option *options, size_t count);
/* One of a few, and any of a few: in a fieldset with `label` as legend. */
void form_radios(struct web_view *view, const struct web_input *input,
                 const struct web_option *options, size_t count);
void form_boxes(struct web_view *view, const struct web_input *input,
                const struct web_option *options, size_t count);
/* One box by itself, with value "ja". */
void form_box(struct web_view *view, const struct web_input *input);
void form_group(struct web_view *view, const char *legend); /* <fieldset> */
void form_group_end(struct web_view *view);
/* The button; `quiet` for what is not the first thing to do. Then </form>. */
void form_end(struct web_view *view, const char *button);
void form_end_quiet(struct web_view *view, const char *button);

/* --- for the frame and the gateway --- */

/* What to fill in (pages_faults.c), or `otherwise` where there is no sentence for the field. */
const char *web_fault(const struct web_view *view, const char *field, const char *otherwise);

/* The table. NULL when there is none; out_form is set when the path is a form's. */
const struct web_page *web_find(struct bytes path, char out_parameter[static 65],
                                const struct web_form **out_form);
const struct web_page *web_page_at(size_t index); /* NULL behind the last */
bool web_may_see(struct role_set roles, const struct web_page *page);
/* "{}" replaced by the parameter. */
void web_path(struct buffer *out, const char *path, const char *parameter);

/* The whole page from <!doctype> to </html>, with what went wrong at the top. */
void web_print(struct web_view *view);
/* A page for a problem: a title, the sentence, a way back. `view->page` may be NULL. */
void web_print_problem(struct web_view *view, int status, const json_t *problem);

/* A token for the forms of this certificate today, and whether one is of today or yesterday:
 * made with the gateway's own key, drawn at its start. CSRF when it is not. */
MUST_USE enum outcome web_token_make(const uint8_t key[static 32], const char *fingerprint,
                                     struct day day, char out[static WEB_TOKEN_BYTES]);
MUST_USE enum outcome web_token_check(const uint8_t key[static 32], const char *fingerprint,
                                      struct day today, const char *token);

/* The stylesheet: its path holds a hash of it, so that browsers may keep it for good. */
const char *web_style_path(void);
struct bytes web_style(void);
