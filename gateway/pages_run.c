/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/pages_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/pages.h"

enum { PART_ANSWER_MAX_BYTES = 16 * 1024 * 1024, SEE_OTHER = 303 };

/* Forms go to us, style comes from us, and nobody frames the page; nothing else is there. */
static const char page_policy[] = "default-src 'none'; style-src 'self'; form-action 'self'; "
                                  "frame-ancestors 'none'; base-uri 'none'";

enum stage {
    STAGE_BEGINS,
    STAGE_FORM,
    STAGE_PART,
    STAGE_OVER,
};

/* A paper brings its style within itself, and refers to nothing at all. */
static const char paper_policy[] = "default-src 'none'; style-src 'unsafe-inline'; "
                                   "form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

struct web_run {
    const struct web_page *page; /* NULL: there is none */
    const struct web_form *web_form;
    char parameter[65];
    enum stage stage;
    size_t part; /* the one that runs, or the next */
    int status;  /* of the page: that of the form's problem, or 200 */
    json_t *parts[WEB_PARTS_MAX], *answer, *problem;
    bool incomplete, keeps_typed;
    struct form form;

    /* What the part is asked: the call's request points here. */
    const struct http_request *asked; /* as it came */
    struct http_request request;
    struct http_head head;
    struct buffer path, body;
};

bool web_is_for(enum listener_kind listener, const struct http_head *head)
{
    static const char api[] = "/v1/";

    return listener == LISTENER_LOCAL &&
           (head->path.length < sizeof api - 1 ||
            !bytes_equal(bytes_of(head->path.data, sizeof api - 1), bytes_of_text(api)));
}

static bool is_icon(const struct http_head *head)
{
    return bytes_equal(head->path, bytes_of_text("/favicon.ico"));
}

bool web_is_style(const struct http_head *head)
{
    return (head->method == HTTP_GET || head->method == HTTP_HEAD) &&
           (bytes_equal(head->path, bytes_of_text(web_style_path())) || is_icon(head));
}

void web_reply_style(const struct http_head *head, struct reply *reply)
{
    if (is_icon(head))
        reply_with(reply, 204, NULL, (struct bytes){0});
    else
        reply_with(reply, 200, "text/css; charset=utf-8", web_style());
    reply->cache_control = "private, max-age=31536000, immutable";
}

struct web_run *web_run_new(struct call *call)
{
    struct web_run *run = calloc(1, sizeof *run);

    if (!run)
        return NULL;
    run->asked = call->request;
    run->status = 200;
    run->page = web_find(call->request->head->path, run->parameter, &run->web_form);
    run->form.token = "";
    return run;
}

void web_run_free(struct web_run *run)
{
    if (!run)
        return;
    for (size_t i = 0; i < WEB_PARTS_MAX; i++)
        json_decref(run->parts[i]);
    json_decref(run->answer);
    json_decref(run->problem);
    form_wipe(&run->form);
    buffer_wipe(&run->path);
    buffer_wipe(&run->body);
    free(run);
}

bool web_is_over(const struct web_run *run)
{
    return run->stage == STAGE_OVER;
}

/* --- what is asked of a part --- */

/* As if it had been asked for by itself: what the path, the query and the body say is all that a
 * handler knows. */
static enum outcome ask(struct call *call, enum http_method method, const char *path,
                        struct bytes query)
{
    struct web_run *run = call->web;
    bool other_method;

    buffer_wipe(&run->path);
    web_path(&run->path, path, run->parameter);
    TRY(buffer_outcome(&run->path));
    run->head = *run->asked->head;
    run->head.method = method;
    run->head.path = buffer_bytes(&run->path);
    run->head.query = query;
    run->request = *run->asked;
    run->request.head = &run->head;
    run->request.body = buffer_bytes(&run->body);
    call->request = &run->request;
    call->route = route_find(LISTENER_LOCAL, &run->head, call->parameter, &other_method);
    return call->route ? OUTCOME_OK : OUTCOME_INTERNAL;
}

/* A link on another site could end in "?gedaan=…": done, we would say, and it was not. */
static bool is_from_elsewhere(const struct http_head *head)
{
    const struct bytes site = head->sec_fetch_site;

    return site.data && !bytes_equal(site, bytes_of_text("same-origin")) &&
           !bytes_equal(site, bytes_of_text("none"));
}

static void add_view(const struct call *call, struct web_view *out_view)
{
    struct web_run *run = call->web;

    *out_view = (struct web_view){
        .language = run->asked->language,
        .page = run->page,
        .organisation = call->gateway->settings->name,
        .self = call->gateway->settings->oin,
        .roles = call->caller.roles,
        .parameter = run->parameter,
        .now_ms = call->now_ms,
        .today = amsterdam_day(call->now_ms),
        .lists = call->gateway->lists,
        .query = run->asked->head->query,
        .incomplete = run->incomplete,
        .from_elsewhere = is_from_elsewhere(run->asked->head),
        .posted = run->answer || run->problem ? run->web_form : NULL,
        .form = run->problem && !run->keeps_typed ? NULL : &run->form,
        .answer = run->answer,
        .problem = run->problem,
    };
    for (size_t i = 0; i < WEB_PARTS_MAX; i++)
        out_view->parts[i] = run->parts[i];
}

/* From run->part on: the first that this user may see. */
static enum outcome ask_next(struct call *call, bool *out_runs)
{
    struct web_run *run = call->web;
    struct web_view who;

    *out_runs = false;
    run->stage = STAGE_PART;
    buffer_wipe(&run->body);
    add_view(call, &who);
    for (; run->page->parts && run->part < WEB_PARTS_MAX; run->part++) {
        const struct web_part *part = &run->page->parts[run->part];
        if (!part->path)
            break;
        if (part->optional && !web_may(&who, HTTP_GET, part->path))
            continue;
        if (part->wanted && !part->wanted(&who))
            continue;
        *out_runs = true;
        return ask(call, HTTP_GET, part->path,
                   part->query ? bytes_of_text(part->query) : run->asked->head->query);
    }
    return OUTCOME_OK;
}

/* --- the beginning --- */

static bool names(struct bytes accept, const char *range)
{
    return accept.length && memmem(accept.data, accept.length, range, strlen(range)) != NULL;
}

static bool takes_html(const struct http_request *request)
{
    const struct bytes accept = request->head->accept;

    return accept.length == 0 || names(accept, "text/html") || names(accept, "text/*") ||
           names(accept, "*/*");
}

static bool is_form(struct bytes content_type)
{
    static const char *const forms[] = {"application/x-www-form-urlencoded",
                                        "application/x-www-form-urlencoded;charset=utf-8",
                                        "application/x-www-form-urlencoded; charset=utf-8"};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (content_type.length == strlen(forms[i]) &&
            strncasecmp((const char *)content_type.data, forms[i], content_type.length) == 0)
            return true;
    return false;
}

/* What another site typed into our form is not shown on our page: only a browser that says that
 * the form was ours, or the token, proves who typed. */
static enum outcome check_token(struct call *call)
{
    struct web_run *run = call->web;
    const enum outcome outcome = web_token_check(call->gateway->form_key, call->caller.fingerprint,
                                                 amsterdam_day(call->now_ms), run->form.token);

    run->keeps_typed = outcome == OUTCOME_OK ||
                       bytes_equal(run->asked->head->sec_fetch_site, bytes_of_text("same-origin"));
    if (outcome == OUTCOME_CSRF)
        snprintf(call->detail, sizeof call->detail, "%s",
                 call->request->language == LANGUAGE_NL
                     ? "Deze pagina stond te lang open. Kijk na wat er staat en verstuur opnieuw."
                     : "This page was open for too long. Check what it says and send it again.");
    return outcome;
}

static enum outcome begin_form(struct call *call)
{
    struct web_run *run = call->web;
    const struct web_form *web_form = run->web_form;
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    enum outcome outcome;

    if (!is_form(run->asked->head->content_type))
        return OUTCOME_MEDIA_WRONG;
    run->stage = STAGE_FORM;
    outcome = form_read(run->asked->body, web_form->fields, &run->form, &fault);
    if (outcome == OUTCOME_OK)
        outcome = check_token(call);
    if (outcome == OUTCOME_OK)
        outcome = form_json(&run->form, web_form->fields, &body);
    if (outcome == OUTCOME_OK && web_form->shape)
        outcome = web_form->shape(&run->form, run->parameter, body, &fault);
    call_fault(call, &fault);
    TRY(outcome);
    TRY(json_write(body, &run->body));
    return ask(call, HTTP_POST, web_form->action, (struct bytes){0});
}

/* Who asks for the address that a form was sent to: reloaded after a refusal. */
static bool is_form_alone(const struct web_run *run)
{
    return run->web_form && strcmp(run->web_form->path, run->page->path) != 0;
}

enum outcome web_begin(struct call *call, bool *out_runs)
{
    struct web_run *run = call->web;
    const enum http_method method = run->asked->head->method;

    *out_runs = false;
    if (!run->page)
        return OUTCOME_NOT_FOUND;
    if (method != HTTP_GET && method != HTTP_HEAD && !(method == HTTP_POST && run->web_form))
        return OUTCOME_METHOD_WRONG;
    if (!takes_html(run->asked))
        return OUTCOME_NOT_ACCEPTABLE;
    if (!web_may_see(call->caller.roles, run->page))
        return OUTCOME_NO_ROLE;
    if (method == HTTP_POST) {
        *out_runs = true;
        return begin_form(call);
    }
    if (is_form_alone(run))
        return OUTCOME_OK; /* web_next() sends him to the page */
    return ask_next(call, out_runs);
}

/* --- the end --- */

static void end_with_page(struct call *call, const json_t *problem, int status)
{
    struct web_run *run = call->web;
    struct web_view view;
    const char *document = NULL;
    OWNED_BUFFER out = {0};

    run->stage = STAGE_OVER;
    add_view(call, &view);
    view.out = &out;
    if (web_token_make(call->gateway->form_key, call->caller.fingerprint, view.today, view.token) !=
        OUTCOME_OK)
        out.failed = true; /* no page whose forms would be refused */
    if (!problem && !view.problem && run->page && run->page->document)
        document = run->page->document(&view);
    if (problem)
        web_print_problem(&view, status, problem);
    else if (!document)
        web_print(&view);
    buffer_wipe(&call->reply->body); /* Allow and Retry-After stay */
    call->reply->status = status;
    call->reply->content_type = document ? document : "text/html; charset=utf-8";
    call->reply->content_security_policy = document ? paper_policy : page_policy;
    if (document && strncmp(document, "text/html", 9) != 0)
        reply_header(call->reply, "Content-Disposition", "attachment");
    call->reply->body = out;
    out = (struct buffer){0}; /* handed over; one that failed is answered as such */
}

static void end_elsewhere(struct call *call, const char *path, const char *done)
{
    struct web_run *run = call->web;
    OWNED_BUFFER to = {0};

    run->stage = STAGE_OVER;
    web_path(&to, path, run->parameter);
    if (done)
        buffer_format(&to, "?gedaan=%s", done);
    if (!buffer_text(&to)) {
        reply_problem(call->reply, OUTCOME_OUT_OF_MEMORY, run->asked->language, NULL);
        return;
    }
    reply_wipe(call->reply);
    call->reply->status = SEE_OTHER;
    reply_header(call->reply, "Location", buffer_text(&to));
}

/* A page was not to be: as HTML for who named that first, else the problem stays as it is. */
static void end_with_problem_page(struct call *call, json_t *problem)
{
    const struct bytes accept = call->web->asked->head->accept;
    const uint8_t *html = accept.length ? memmem(accept.data, accept.length, "text/html", 9) : NULL;
    const uint8_t *json =
        accept.length ? memmem(accept.data, accept.length, "application/", 12) : NULL;
    const uint8_t *xhtml =
        accept.length ? memmem(accept.data, accept.length, "application/xhtml", 17) : NULL;

    call->web->stage = STAGE_OVER;
    if (problem && html && (!json || json == xhtml || html < json))
        end_with_page(call, problem, call->reply->status);
}

/* --- in between --- */

static bool is_done(const struct call *call)
{
    return call->reply->status > 0 && call->reply->status < 400;
}

/* The value is handed over: to the place of the part, or it is a form's. */
static void keep_form(struct call *call, json_t *taken_value)
{
    struct web_run *run = call->web;

    if (is_done(call)) {
        run->answer = taken_value;
        run->status = call->reply->status == 201 ? 200 : call->reply->status;
    } else {
        run->problem = taken_value;
        run->status = call->reply->status;
    }
}

/* False: the page ends here. */
static bool keep_part(struct call *call, json_t **value)
{
    struct web_run *run = call->web;
    const struct web_part *part = &run->page->parts[run->part];

    if (is_done(call)) {
        run->parts[run->part] = *value;
        *value = NULL;
    } else if (part->optional) {
        run->incomplete = true;
    } else {
        return false;
    }
    run->part++;
    return true;
}

/* One that sends elsewhere, shows nothing. */
static bool goes_elsewhere(struct call *call)
{
    struct web_run *run = call->web;

    if (run->stage == STAGE_FORM && is_done(call) && run->web_form->then) {
        end_elsewhere(call, run->web_form->then, run->web_form->done);
        return true;
    }
    if (run->stage == STAGE_BEGINS && call->reply->status == 0 && run->page && is_form_alone(run)) {
        end_elsewhere(call, run->page->path, NULL);
        return true;
    }
    return false;
}

/* What was answered, as a value: NULL when there was nothing. A part that cannot be read is not
 * left out of the page, which would then say that there is nothing: there is no page. */
static bool take_answer(struct call *call, json_t **out_value)
{
    enum outcome outcome;

    if (!call->reply->body.length && !call->reply->body.failed)
        return true;
    outcome = call->reply->body.failed
                  ? OUTCOME_OUT_OF_MEMORY
                  : json_read(buffer_bytes(&call->reply->body), PART_ANSWER_MAX_BYTES, out_value);
    if (outcome == OUTCOME_OK)
        return true;
    if (is_done(call) || call->reply->body.failed) /* a problem is told as it stands */
        reply_problem(call->reply,
                      outcome == OUTCOME_OUT_OF_MEMORY ? OUTCOME_OUT_OF_MEMORY : OUTCOME_INTERNAL,
                      call->web->asked->language, NULL);
    return false;
}

/* True: the next part runs. */
static bool ask_or_end(struct call *call)
{
    struct web_run *run = call->web;
    enum outcome outcome;
    bool runs = false;

    reply_wipe(call->reply);
    outcome = ask_next(call, &runs);
    if (outcome != OUTCOME_OK) {
        reply_problem(call->reply, outcome, run->asked->language, NULL);
        end_with_problem_page(call, NULL);
    } else if (!runs) {
        end_with_page(call, NULL, run->status);
    }
    return runs && run->stage == STAGE_PART;
}

bool web_next(struct call *call)
{
    struct web_run *run = call->web;
    OWNED_JSON value = NULL;
    bool ends = false;

    if (goes_elsewhere(call))
        return false;
    if (!take_answer(call, &value)) {
        ends = true;
    } else if (run->stage == STAGE_FORM && value) {
        keep_form(call, value);
        value = NULL;
    } else if (run->stage == STAGE_PART && call->reply->status) {
        ends = !keep_part(call, &value);
    } else if (call->reply->status) {
        ends = true;
    }
    if (!ends)
        return ask_or_end(call);
    end_with_problem_page(call, value);
    return false;
}

void web_methods(struct bytes path, char *out, size_t out_size)
{
    char parameter[65];
    const struct web_form *form;

    out[0] = '\0';
    if (web_find(path, parameter, &form))
        snprintf(out, out_size, "%s", form ? "GET, HEAD, POST" : "GET, HEAD");
}
