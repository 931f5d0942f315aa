/* SPDX-License-Identifier: EUPL-1.2 */
/* What is due today or late, in what you sent, in the inbox, and as lead. */
#include <string.h>

#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/table.h"

enum { SHORT_ID_BYTES = 9 };

static void add_rows(struct table *table, const char *list, const json_t *items)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        char id[SHORT_ID_BYTES];
        snprintf(id, sizeof id, "%.8s", text_at(item, "id"));
        table_row(table,
                  (const char *[]){list, id, text_at(item, "signaalnaam"),
                                   text_at(item, "organisatieNaam"), text_at(item, "termijnNaam"),
                                   text_at(item, "uiterlijkDatum"), text_at(item, "trapNaam")});
    }
}

static int print_late(const json_t *late)
{
    OWNED_TABLE table = table_with(7);

    table_row(&table, (const char *[]){say("lijst", "list"), say("nummer", "number"),
                                       say("signaal", "signal"), say("organisatie", "organisation"),
                                       say("termijn", "term"), say("uiterlijk", "due"),
                                       say("stand", "state")});
    add_rows(&table, say("verzonden", "sent"), json_object_get(late, "verzonden"));
    add_rows(&table, say("postvak", "inbox"), json_object_get(late, "postvak"));
    add_rows(&table, say("regie", "lead"), json_object_get(late, "escalaties"));
    if (table.row_count == 1) {
        printf("%s\n", say("Niets is te laat.", "Nothing is late."));
        return EXIT_DONE;
    }
    return table_show(&table);
}

static int run(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON late = NULL;
    struct invocation invocation;
    int exit;

    if (!options_read(&command_late, NULL, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get(&api, "/v1/te-laat", &late);
    if (exit != EXIT_DONE)
        return exit;
    return invocation.json ? api_print_json(late) : print_late(late);
}

const struct command command_late = {
    .name = "late",
    .alias = "te-laat",
    .summary = {"Toont wat vandaag moet of te laat is.", "Shows what is due today or late."},
    .usage = "",
    .run = run,
};
