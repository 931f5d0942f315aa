/* SPDX-License-Identifier: EUPL-1.2 */
/* "Waar kan ik met dit signaal terecht?": the routing table and the desks of the partners. */
#include <string.h>

#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/table.h"

static const char *how_it_goes(const json_t *way)
{
    const char *lane = text_at(way, "wijze");

    if (!lane[0])
        return say("alleen zelf bellen", "only by calling yourself");
    if (!flag_at(way, "vanKracht"))
        return say("nog niet van kracht", "not in force yet");
    return strcmp(lane, "WET") == 0 ? say("op grond van de wet", "on the ground of the law")
                                    : say("met toestemming", "with consent");
}

static bool is_asked(const json_t *way, const char *code)
{
    return !code || strcmp(text_at(way, "signaalcode"), code) == 0;
}

static size_t print_ways(const json_t *ways, const char *code)
{
    OWNED_TABLE table = table_with(6);
    size_t shown = 0;

    table_row(&table, (const char *[]){say("code", "code"), say("signaal", "signal"),
                                       say("naar", "to"), say("hoe", "how"),
                                       say("contactpunt", "desk"), say("telefoon", "telephone")});
    for (size_t i = 0; i < json_array_size(ways); i++) {
        const json_t *way = json_array_get(ways, i);
        if (!is_asked(way, code))
            continue;
        shown++;
        table_row(&table, (const char *[]){text_at(way, "signaalcode"), text_at(way, "signaalnaam"),
                                           text_at(way, "naarNaam"), how_it_goes(way),
                                           text_at(way, "contactpunt"), text_at(way, "telefoon")});
    }
    if (shown > 0)
        table_show(&table);
    return shown;
}

static int print_answer(const json_t *answer, const char *code)
{
    if (print_ways(json_object_get(answer, "wegen"), code) > 0)
        return EXIT_DONE;
    fprintf(stderr, "%s\n",
            say("Voor dit signaal is er geen weg: geen bepaling van een convenant laat het ergens heen gaan.",
                "There is no way for this signal: no article of a covenant lets it go anywhere."));
    return EXIT_REFUSED;
}

static int run(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    struct invocation invocation;
    int exit;

    if (!options_read(&command_route, NULL, argc, argv, 0, 1, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get(&api, "/v1/wegwijzer", &answer);
    if (exit != EXIT_DONE)
        return exit;
    return invocation.json
               ? api_print_json(answer)
               : print_answer(answer, invocation.word_count ? invocation.words[0] : NULL);
}

const struct command command_route = {
    .name = "route",
    .alias = "wegwijzer",
    .summary = {"Zegt waar u met een signaal terecht kunt, en bij welk contactpunt.",
                "Says where you can go with a signal, and at which desk."},
    .usage = "[CODE]",
    .run = run,
};
