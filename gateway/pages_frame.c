/* SPDX-License-Identifier: EUPL-1.2 */
/* What all pages have around them, and the pages of errors. */
#include <stdio.h>
#include <string.h>

#include "gateway/pages.h"
#include "gateway/version.h"

/* --- head and header --- */

static void add_head(struct web_view *view, const char *title)
{
    struct buffer *out = view->out;

    buffer_format(out,
                  "<!doctype html>\n<html lang=\"%s\" class=\"utrecht-root\">\n<head>\n"
                  "<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<title>%s",
                  view->language == LANGUAGE_NL ? "nl" : "en",
                  !view->problem ? "" : web_say(view, "Fout: ", "Error: "));
    html_text(out, title);
    buffer_add_text(out, " - ");
    html_text(out, view->organisation);
    buffer_format(out, "</title>\n<link rel=\"stylesheet\" href=\"%s\">\n</head>\n",
                  web_style_path());
}

static void add_user(struct web_view *view)
{
    size_t shown = 0;

    if (!view->roles.bits)
        return;
    buffer_add_text(view->out, "<p class=\"wp-user\">");
    html_text(view->out, web_say(view, "U bent: ", "You are: "));
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if (!role_set_has(view->roles, role))
            continue;
        buffer_add_text(view->out, shown++ ? ", " : "");
        html_text(view->out, role_name(role, view->language));
    }
    buffer_add_text(view->out, "</p>\n");
}

static bool is_of(const struct web_page *page, const struct web_page *shown)
{
    const size_t length = strlen(page->path);

    if (!shown)
        return false;
    return page == shown || (length > 1 && strncmp(shown->path, page->path, length) == 0 &&
                             shown->path[length] == '/');
}

static void add_menu(struct web_view *view)
{
    struct buffer *out = view->out;
    const struct web_page *page;

    if (!view->roles.bits)
        return;
    buffer_format(out, "<nav class=\"wp-menu\" aria-label=\"%s\">\n<ul>\n",
                  web_say(view, "Hoofdmenu", "Main menu"));
    for (size_t i = 0; (page = web_page_at(i)); i++) {
        if (!page->in_menu || !web_may_see(view->roles, page))
            continue;
        buffer_format(out, "<li><a class=\"utrecht-link\" href=\"%s\"%s>", page->path,
                      page == view->page        ? " aria-current=\"page\""
                      : is_of(page, view->page) ? " aria-current=\"true\""
                                                : "");
        html_text(out, web_text(view, page->name));
        buffer_add_text(out, "</a></li>\n");
    }
    buffer_add_text(out, "</ul>\n</nav>\n");
}

static void begin(struct web_view *view, const char *title)
{
    struct buffer *out = view->out;

    add_head(view, title);
    buffer_format(out,
                  "<body class=\"utrecht-document utrecht-body voorbeeld-theme wp-body\">\n"
                  "<a class=\"utrecht-skip-link utrecht-skip-link--visible-on-focus "
                  "wp-skip\" href=\"#inhoud\">%s</a>\n"
                  "<header class=\"wp-header\">\n<p class=\"wp-organisation\">",
                  web_say(view, "Naar de inhoud", "Skip to the content"));
    html_text(out, view->organisation);
    buffer_add_text(out, "</p>\n");
    add_user(view);
    add_menu(view);
    buffer_add_text(out, "</header>\n<main id=\"inhoud\" class=\"wp-main\" tabindex=\"-1\">\n"
                         "<h1 class=\"utrecht-heading-1\">");
    html_text(out, title);
    buffer_add_text(out, "</h1>\n");
}

static void end(struct web_view *view)
{
    buffer_format(view->out,
                  "</main>\n<footer class=\"wp-footer\"><p class=\"utrecht-paragraph\">%s "
                  "%s</p></footer>\n</body>\n</html>\n",
                  web_say(view, "Wat u hier opent, staat in het logboek. wijkpoort",
                          "What you open here is in the log. wijkpoort"),
                  WIJKPOORT_VERSION);
}

/* --- messages at the top --- */

static void add_problem(struct web_view *view)
{
    const json_t *faults = json_object_get(view->problem, "fouten");
    const char *detail = web_text_at(view->problem, "detail");

    if (!view->problem)
        return;
    web_message(view, WEB_LATE,
                json_array_size(faults) && view->posted
                    ? web_say(view, "Er klopt nog iets niet. Er is niets gedaan.",
                              "Something is not right yet. Nothing was done.")
                : detail[0] ? detail
                            : web_text_at(view->problem, "title"));
    if (web_text_at(view->problem, "oplossing")[0])
        web_paragraph(view, web_text_at(view->problem, "oplossing"));
    if (!json_array_size(faults) || !view->posted)
        return;
    buffer_add_text(view->out, "<ul class=\"utrecht-unordered-list wp-faults\">\n");
    for (size_t i = 0; i < json_array_size(faults); i++) {
        const json_t *fault = json_array_get(faults, i);
        const char *where = web_text_at(fault, "waar");
        const char *field = form_field_of(view->posted->fields, where);
        buffer_add_text(view->out, "<li>");
        if (field) {
            buffer_format(view->out, "<a class=\"utrecht-link\" href=\"#veld-%s\">", field);
            html_text(view->out, web_fault(view, field, web_text_at(fault, "tekst")));
            buffer_add_text(view->out, "</a>");
        } else {
            html_text(view->out, where);
            buffer_add_text(view->out, ": ");
            html_text(view->out, web_text_at(fault, "tekst"));
        }
        buffer_add_text(view->out, "</li>\n");
    }
    buffer_add_text(view->out, "</ul>\n");
}

/* After a form was done: a word of ours in the address, so that nobody writes on our page. */
static void add_done(struct web_view *view)
{
    char done[32];

    if (view->problem || view->from_elsewhere ||
        !http_query_value(view->query, "gedaan", done, sizeof done))
        return;
    for (size_t i = 0; web_page_at(i); i++) {
        const struct web_form *form = web_page_at(i)->forms;
        for (; form && form->path; form++) {
            if (form->done && strcmp(form->done, done) == 0) {
                web_message(view, WEB_GOOD, web_text(view, form->said));
                return;
            }
        }
    }
}

void web_print(struct web_view *view)
{
    begin(view, web_text(view, view->page->name));
    add_problem(view);
    add_done(view);
    if (view->incomplete)
        web_message(view, WEB_WARN,
                    web_say(view, "Een deel van deze pagina kan nu niet worden getoond.",
                            "A part of this page cannot be shown now."));
    view->page->render(view);
    end(view);
}

void web_print_problem(struct web_view *view, int status, const json_t *problem)
{
    const char *detail = web_text_at(problem, "detail");

    view->posted = NULL;
    begin(view, status == 403   ? web_say(view, "Dit mag u niet", "You may not do this")
                : status == 404 ? web_say(view, "Niet gevonden", "Not found")
                : status == 409 ? web_say(view, "Dit kan nu niet", "Not possible now")
                : status == 503 ? web_say(view, "Probeer het later", "Try again later")
                                : web_say(view, "Dit ging niet", "This did not work"));
    web_message(view, WEB_LATE, detail[0] ? detail : web_text_at(problem, "title"));
    if (view->roles.bits) {
        buffer_add_text(view->out, "<p class=\"utrecht-paragraph\">");
        web_link(view, "/", web_say(view, "Naar de startpagina", "To the start page"));
        buffer_add_text(view->out, "</p>\n");
    }
    buffer_add_text(view->out, "<p class=\"utrecht-paragraph wp-small\">");
    html_text(view->out, web_say(view, "Voor de beheerder: ", "For the administrator: "));
    html_text(view->out, web_text_at(problem, "code"));
    buffer_add_text(view->out, "</p>\n");
    end(view);
}
