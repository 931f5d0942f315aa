/* SPDX-License-Identifier: EUPL-1.2 */
/* Mijn meldingen: one line per signal that this organisation sent. */
#include <string.h>

#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/table.h"

enum { SHORT_ID_BYTES = 9 };

static int print_list(const json_t *items)
{
    OWNED_TABLE table = table_with(6);

    table_row(&table,
              (const char *[]){say("nummer", "number"), say("zaak", "case"),
                               say("signaal", "signal"), say("ontvanger", "recipient"),
                               say("stand", "state"), say("wat er gebeurde", "what happened")});
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        char id[SHORT_ID_BYTES];
        snprintf(id, sizeof id, "%.8s", text_at(item, "id"));
        table_row(&table,
                  (const char *[]){id, text_at(item, "bronsleutel"), text_at(item, "signaalnaam"),
                                   text_at(item, "ontvangerNaam"), text_at(item, "stand"),
                                   text_at(item, "regel")});
    }
    return table_show(&table);
}

static const json_t *find_item(const json_t *items, const char *id)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        if (strcmp(text_at(item, "id"), id) == 0)
            return item;
    }
    return NULL;
}

static int print_one(const json_t *item)
{
    const json_t *answers = json_object_get(item, "antwoorden");

    printf("%s  %s\n%s (%s) -> %s\n%s\n", text_at(item, "id"), text_at(item, "bronsleutel"),
           text_at(item, "signaalnaam"), text_at(item, "signaalcode"),
           text_at(item, "ontvangerNaam"), text_at(item, "regel"));
    if (text_at(item, "antwoordUiterlijk")[0])
        printf("%s %s\n", say("antwoord uiterlijk", "answer due"),
               text_at(item, "antwoordUiterlijk"));
    for (size_t i = 0; i < json_array_size(answers); i++) {
        const json_t *answer = json_array_get(answers, i);
        printf("  %s  %s  %s\n", text_at(answer, "op"), text_at(answer, "code"),
               text_at(answer, "naam"));
    }
    return EXIT_DONE;
}

static int show(const struct invocation *invocation, struct api *api)
{
    OWNED_JSON items = NULL;
    const json_t *item;
    char id[API_ID_BYTES];
    int exit;

    if (invocation->word_count == 1)
        exit = api_find_id(api, "/v1/verzonden", "verzonden", invocation->words[0], id);
    else
        exit = EXIT_DONE;
    if (exit == EXIT_DONE)
        exit = api_get_all(api, "/v1/verzonden", "verzonden", &items);
    if (exit != EXIT_DONE)
        return exit;
    if (invocation->word_count == 0)
        return invocation->json ? api_print_json(items) : print_list(items);
    item = find_item(items, id);
    return invocation->json ? api_print_json(item) : print_one(item);
}

static int run(int argc, char **argv)
{
    OWNED_API api = {0};
    struct invocation invocation;
    int exit;

    if (!options_read(&command_sent, NULL, argc, argv, 0, 1, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    return exit == EXIT_DONE ? show(&invocation, &api) : exit;
}

const struct command command_sent = {
    .name = "sent",
    .alias = "verzonden",
    .summary = {"Toont wat u meldde en wat ermee gebeurde.",
                "Shows what you reported and what became of it."},
    .usage = "[ID]",
    .run = run,
};
