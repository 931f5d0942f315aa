/* SPDX-License-Identifier: EUPL-1.2 */
/* Which pages there are, in the order of the menu. */
#include <string.h>

#include "gateway/call.h"
#include "gateway/pages.h"
#include "gateway/pages_list.h"

/* clang-format off */
static const struct web_page *const pages[] = {
    &page_start,
    &page_inbox,
    &page_signal,
    &page_report,
    &page_sent,
    &page_proof,
    &page_consent_new,
    &page_consent_find,
    &page_slip,
    &page_statement,
    &page_consents,
    &page_relapse,
    &page_check,
    &page_signpost,
    &page_figures,
    &page_log,
};
/* clang-format on */

enum { PAGE_COUNT = sizeof pages / sizeof pages[0] };

const struct web_page *web_page_at(size_t index)
{
    return index < PAGE_COUNT ? pages[index] : NULL;
}

/* "{}" takes one segment of at most 64 characters. */
static bool fits(const char *pattern, struct bytes path, char out_parameter[static 65])
{
    const char *open = strstr(pattern, "{}");
    const size_t before = open ? (size_t)(open - pattern) : strlen(pattern);
    size_t length = 0, after;

    out_parameter[0] = '\0';
    if (path.length < before ||
        !bytes_equal(bytes_of(path.data, before), bytes_of(pattern, before)))
        return false;
    if (!open)
        return path.length == before;
    while (before + length < path.length && path.data[before + length] != '/')
        length++;
    after = before + length;
    if (length == 0 || length > 64 ||
        !bytes_equal(bytes_of(path.data + after, path.length - after), bytes_of_text(open + 2)))
        return false;
    memcpy(out_parameter, path.data + before, length);
    out_parameter[length] = '\0';
    return true;
}

/* Leaves *out_parameter alone when there is none. */
static const struct web_form *form_at(const struct web_page *page, struct bytes path,
                                      char out_parameter[static 65])
{
    char parameter[65];

    for (const struct web_form *form = page->forms; form && form->path; form++) {
        if (!fits(form->path, path, parameter))
            continue;
        memcpy(out_parameter, parameter, sizeof parameter);
        return form;
    }
    return NULL;
}

/* A page's own path wins over a form's with a parameter: "/postvak/x" is no form of "/postvak". */
const struct web_page *web_find(struct bytes path, char out_parameter[static 65],
                                const struct web_form **out_form)
{
    *out_form = NULL;
    for (size_t i = 0; i < PAGE_COUNT; i++) {
        if (!fits(pages[i]->path, path, out_parameter))
            continue;
        *out_form = form_at(pages[i], path, out_parameter);
        return pages[i];
    }
    for (size_t i = 0; i < PAGE_COUNT; i++) {
        *out_form = form_at(pages[i], path, out_parameter);
        if (*out_form)
            return pages[i];
    }
    return NULL;
}

static bool may(struct role_set roles, enum http_method method, const char *path)
{
    const struct http_head head = {.method = method, .path = bytes_of_text(path)};
    char parameter[65];
    bool other_method;
    const struct route *route = route_find(LISTENER_LOCAL, &head, parameter, &other_method);

    return route && roles.bits &&
           (!route->roles || role_set_overlaps((struct role_set){route->roles}, roles));
}

bool web_may(const struct web_view *view, enum http_method method, const char *path)
{
    return may(view->roles, method, path);
}

bool web_may_see(struct role_set roles, const struct web_page *page)
{
    bool needed = false;

    for (const struct web_part *part = page->parts; part && part->path; part++) {
        if (part->optional)
            continue;
        if (!may(roles, HTTP_GET, part->path))
            return false;
        needed = true;
    }
    return roles.bits && (needed || !page->forms || may(roles, HTTP_POST, page->forms[0].action));
}

void web_path(struct buffer *out, const char *path, const char *parameter)
{
    const char *open = strstr(path, "{}");

    if (!open) {
        buffer_add_text(out, path);
        return;
    }
    buffer_add(out, path, (size_t)(open - path));
    buffer_add_text(out, parameter);
    buffer_add_text(out, open + 2);
}
