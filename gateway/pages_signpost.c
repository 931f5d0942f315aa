/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Wegwijzer: where do I go with this, and whom do I call? Anybody in the house, before anything is
 * written down. From the covenants alone: nothing here is about a resident.
 */
#include <string.h>

#include "gateway/pages_list.h"
#include "gateway/pages_words.h"

/* What happens with it, in words: by itself, or by telephone. */
static const char *way_of(const struct web_view *view, const json_t *way)
{
    const char *lane = web_text_at(way, "wijze");

    if (!web_number_at(way, "bepaling"))
        return web_say(view, "Alleen bellen: hier gaat niets vanzelf heen.",
                       "Call only: nothing goes there by itself.");
    if (!web_flag_at(way, "vanKracht"))
        return web_say(view, "Nu even niet: nog niet iedereen is akkoord.",
                       "Not now: not everybody has agreed yet.");
    if (strcmp(lane, lane_word(LANE_LAW)) == 0)
        return web_say(view, "Melden: de wet schrijft het voor.", "Report: a law prescribes it.");
    if (strcmp(lane, lane_word(LANE_CONSENT)) == 0)
        return web_say(view, "Melden, als de bewoner het goed vindt.",
                       "Report, if the resident agrees.");
    return web_say(view, "Melden: het telt alleen mee.", "Report: it only counts.");
}

static void show_way(struct web_view *view, const char *const *heads, const json_t *way)
{
    web_row(view);
    web_cell_text(view, heads[0], web_text_at(way, "signaalnaam"));
    web_cell_text(view, heads[1], web_text_at(way, "naarNaam"));
    web_cell_text(view, heads[2], way_of(view, way));
    web_row_end(view);
}

static void show_ways(struct web_view *view, const json_t *ways)
{
    const char *const heads[] = {web_say(view, "Wat u ziet", "What you see"),
                                 web_say(view, "Naar wie", "To whom"), web_say(view, "Hoe", "How")};
    const json_t *way;
    size_t i;

    if (json_array_size(ways) == 0) {
        web_paragraph(view, web_say(view, "Er zijn nog geen afspraken van kracht.",
                                    "No agreements are in force yet."));
        return;
    }
    web_table(view,
              web_say(view, "Waar gaat u heen met wat u ziet", "Where to go with what you see"),
              heads, 3);
    json_array_foreach (ways, i, way)
        show_way(view, heads, way);
    web_table_end(view);
}

static void show_desks(struct web_view *view, const json_t *desks)
{
    const char *const heads[] = {web_say(view, "Organisatie", "Organisation"),
                                 web_say(view, "Contactpunt", "Contact point"),
                                 web_say(view, "Telefoon", "Telephone")};
    const json_t *desk;
    size_t i;

    if (json_array_size(desks) == 0)
        return;
    web_table(view, web_say(view, "Wie u kunt bellen", "Whom you can call"), heads, 3);
    json_array_foreach (desks, i, desk) {
        web_row(view);
        web_cell_text(view, heads[0], web_text_at(desk, "organisatieNaam"));
        web_cell_text(view, heads[1], web_text_at(desk, "naam"));
        web_cell_text(view, heads[2], web_text_at(desk, "telefoon"));
        web_row_end(view);
    }
    web_table_end(view);
}

static void render(struct web_view *view)
{
    web_paragraph(view, web_say(view, "Zo is het afgesproken. Twijfelt u? Vraag het bij Mag dit?",
                                "This was agreed. In doubt? Ask at May I?"));
    show_ways(view, json_object_get(view->parts[0], "wegen"));
    show_desks(view, json_object_get(view->parts[0], "contactpunten"));
    if (web_may(view, HTTP_POST, "/v1/invoer"))
        web_button_link(view, "/melden", web_say(view, "Melden", "Report"));
}

static const struct web_part parts[] = {{.path = "/v1/wegwijzer", .query = ""}, {.path = NULL}};

const struct web_page page_signpost = {
    .path = "/wegwijzer",
    .name = {"Wegwijzer", "Signpost"},
    .in_menu = true,
    .parts = parts,
    .render = render,
};
