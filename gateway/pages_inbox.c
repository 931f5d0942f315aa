/* SPDX-License-Identifier: EUPL-1.2 */
/* Postvak: what came in for us, late first. */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_list.h"

static void render(struct web_view *view);

static const struct web_part parts[] = {
    {.path = "/v1/postvak"},
    {.path = NULL},
};

const struct web_page page_inbox = {
    .path = "/postvak",
    .name = {"Postvak", "Inbox"},
    .in_menu = true,
    .parts = parts,
    .render = render,
};

static void render(struct web_view *view)
{
    const json_t *rows = json_object_get(view->parts[0], "postvak");
    const char *const heads[] = {web_say(view, "Signaal", "Signal"), web_say(view, "Van", "From")};

    web_table(view, web_say(view, "Signalen", "Signals"), heads, 2);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        web_row(view);
        web_cell_text(view, heads[0], web_text_at(row, "signaalnaam"));
        web_cell_text(view, heads[1], web_text_at(row, "vanNaam"));
        web_row_end(view);
    }
    web_table_end(view);
}
