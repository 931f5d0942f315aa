/* SPDX-License-Identifier: EUPL-1.2 */
/* Mijn meldingen: one line per signal that this organisation sent. */
#include <string.h>

#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/table.h"

enum { SHORT_ID_BYTES = 9 };

/* What there is to do stands beneath the list: a column would make it too wide to read. */
static void print_steps(const json_t *items)
{
    bool first = true;

    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const json_t *step = json_object_get(item, "volgendeStap");
        if (!step)
            continue;
        if (first)
            printf("\n%s\n", say("Wat u nu kunt doen:", "What you can do now:"));
        first = false;
        printf("  %.8s  %s  %s\n", text_at(item, "id"), text_at(item, "bronsleutel"),
               text_at(step, "tekst"));
    }
}

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
    if (table_show(&table) != EXIT_DONE)
        return EXIT_BROKEN;
    print_steps(items);
    return EXIT_DONE;
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
    if (json_object_get(item, "volgendeStap"))
        printf("%s %s\n", say("Wat u nu kunt doen:", "What you can do now:"),
               text_at(json_object_get(item, "volgendeStap"), "tekst"));
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

/* "/v1/verzonden", or what was asked of it. NULL when it is no such list. */
static const char *path_of(const char *which)
{
    static const char *const paths[][2] = {
        {"open", "/v1/verzonden?welke=open"},
        {"te-laat", "/v1/verzonden?welke=te-laat"},
        {"afgerond", "/v1/verzonden?welke=afgerond"},
    };

    for (size_t i = 0; which && i < sizeof paths / sizeof paths[0]; i++)
        if (strcmp(which, paths[i][0]) == 0)
            return paths[i][1];
    return which ? NULL : "/v1/verzonden";
}

static int show(const struct invocation *invocation, struct api *api, const char *path)
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
        exit = api_get_all(api, path, "verzonden", &items);
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
    const char *which = NULL;
    const struct option_row rows[] = {
        {"welke",
         "open|te-laat|afgerond",
         {"alleen deze meldingen", "these signals only"},
         &which,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_sent, rows, argc, argv, 0, 1, &invocation, &exit))
        return exit;
    if (!path_of(which))
        return command_wrong_use(&command_sent, "Geef bij --welke open, te-laat of afgerond.",
                                 "Give open, te-laat or afgerond with --welke.");
    exit = api_open(&invocation, &api);
    return exit == EXIT_DONE ? show(&invocation, &api, path_of(which)) : exit;
}

const struct command command_sent = {
    .name = "sent",
    .alias = "mijn-meldingen",
    .summary = {"Toont wat u meldde en wat ermee gebeurde.",
                "Shows what you reported and what became of it."},
    .usage = "[ID] [--welke open|te-laat|afgerond]",
    .run = run,
};
