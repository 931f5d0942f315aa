/* SPDX-License-Identifier: EUPL-1.2 */
/* The start page: what is late first, what came in new, what somebody must look at. */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_list.h"

static void render(struct web_view *view);

/* clang-format off */
enum { PART_STATUS, PART_INBOX, PART_SENT };
static const struct web_part parts[] = {
    [PART_STATUS] = {.path = "/v1/status", .query = ""},
    [PART_INBOX] = {.path = "/v1/postvak", .query = "aantal=200", .optional = true},
    [PART_SENT] = {.path = "/v1/verzonden", .query = "aantal=200", .optional = true},
    {.path = NULL},
};
/* clang-format on */

const struct web_page page_start = {
    .path = "/",
    .name = {"Start", "Start"},
    .in_menu = true,
    .parts = parts,
    .render = render,
};

static void render(struct web_view *view)
{
    (void)parts;
    web_paragraph(view, web_say(view, "Welkom.", "Welcome."));
}
