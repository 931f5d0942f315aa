/* SPDX-License-Identifier: EUPL-1.2 */
/* What a resident may ask: a letter with what is known here, and the month in which each question,
 * also one that a partner passed on, must be answered. */
#include <string.h>

#include "gateway/api.h"
#include "gateway/command_person.h"
#include "gateway/commands.h"
#include "gateway/table.h"

#define REQUESTS "/v1/inzageverzoeken"

/* --- rights report --- */

static int show_letter(const struct invocation *invocation, const char *page, const json_t *answer)
{
    int exit = person_show_paper(invocation, page, answer);

    if (exit != EXIT_DONE || invocation->json)
        return exit;
    fprintf(stderr, "%s %s, %s %s\n", say("kenmerk", "reference"), text_at(answer, "id"),
            say("afhandelen uiterlijk", "to be done by"), text_at(answer, "uiterlijkDatum"));
    return EXIT_DONE;
}

static int run_report(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    const char *person = NULL, *page = NULL;
    const struct option_row rows[] = {
        {"adres",
         "FILE|-",
         {"wie het vraagt: {\"adres\":{…},\"naam\":…}, uit een bestand of - voor invoer",
          "who asks: {\"adres\":{…},\"naam\":…}, from a file or - for input"},
         &person,
         NULL},
        {"html",
         "FILE",
         {"schrijft de brief ook als HTML", "writes the letter as HTML too"},
         &page,
         NULL},
        {0},
    };
    struct invocation invocation;
    json_t *body = NULL;
    int exit;

    if (!options_read(&command_rights_report, rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    if (!person)
        return command_wrong_use(&command_rights_report, "Geef --adres FILE of --adres -.",
                                 "Give --adres FILE or --adres -.");
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = person_read(person, &body);
    if (exit == EXIT_DONE && !json_object_get(body, "adres"))
        body = json_pack("{so}", "adres", body); /* the address alone */
    if (exit == EXIT_DONE)
        exit = api_post(&api, REQUESTS, body, &answer);
    return exit == EXIT_DONE ? show_letter(&invocation, page, answer) : exit;
}

const struct command command_rights_report = {
    .name = "rights report",
    .alias = "inzage",
    .summary = {"Drukt af wat hier van een bewoner bekend is, en vraagt het de partijen.",
                "Prints what is known here of a resident, and asks the parties."},
    .usage = "--adres FILE|- [--html FILE]",
    .run = run_report,
};

/* --- rights list --- */

static const char *found_text(const char *code)
{
    if (strcmp(code, "GEVONDEN") == 0)
        return say("gevonden", "found");
    if (strcmp(code, "NIETS_GEVONDEN") == 0)
        return say("niets gevonden", "nothing found");
    if (strcmp(code, "AFGEHANDELD") == 0)
        return say("afgehandeld", "done");
    return say("wordt gezocht", "being looked up");
}

static int print_list(const json_t *requests)
{
    OWNED_TABLE table = table_with(5);

    table_row(&table, (const char *[]){say("kenmerk", "reference"), say("via", "via"),
                                       say("uiterlijk", "by"), say("stand", "state"),
                                       say("dossiers", "dossiers")});
    for (size_t i = 0; i < json_array_size(requests); i++) {
        const json_t *request = json_array_get(requests, i);
        const json_t *dossiers = json_object_get(request, "dossiers");
        OWNED_BUFFER names = {0};
        for (size_t j = 0; j < json_array_size(dossiers); j++)
            buffer_format(&names, "%s%s", j ? " " : "",
                          json_string_value(json_array_get(dossiers, j)));
        table_row(&table, (const char *[]){text_at(request, "id"), text_at(request, "viaNaam"),
                                           text_at(request, "uiterlijkDatum"),
                                           found_text(text_at(request, "gevonden")),
                                           names.length ? buffer_text(&names) : "-"});
    }
    return table_show(&table);
}

static int run_list(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    struct invocation invocation;
    int exit;

    if (!options_read(&command_rights_list, NULL, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get(&api, REQUESTS, &answer);
    if (exit != EXIT_DONE)
        return exit;
    return invocation.json ? api_print_json(answer)
                           : print_list(json_object_get(answer, "inzageverzoeken"));
}

const struct command command_rights_list = {
    .name = "rights list",
    .summary = {"Toont de verzoeken om inzage en hun laatste dag.",
                "Shows the requests for access and their last day."},
    .usage = "",
    .run = run_list,
};

/* --- rights done --- */

static int run_done(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    const char *longer = NULL;
    const struct option_row rows[] = {
        {"verleng",
         "INGEWIKKELD|VEEL_VERZOEKEN",
         {"twee maanden langer, om deze reden; vertel het de bewoner",
          "two months longer, for this reason; tell the resident"},
         &longer,
         NULL},
        {0},
    };
    struct invocation invocation;
    char id[API_ID_BYTES], path[API_URL_BYTES];
    int exit;

    if (!options_read(&command_rights_done, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_find_id(&api, REQUESTS, "inzageverzoeken", invocation.words[0], id);
    if (exit != EXIT_DONE)
        return exit;
    snprintf(path, sizeof path, REQUESTS "/%s/afhandeling", id);
    exit = api_post(&api, path, json_pack("{ss*}", "verlenging", longer), &answer);
    if (exit != EXIT_DONE)
        return exit;
    if (invocation.json)
        return api_print_json(answer);
    printf("%s %s\n", longer ? say("Uiterlijk", "By") : say("Afgehandeld.", "Done."),
           longer ? text_at(answer, "uiterlijkDatum") : "");
    return EXIT_DONE;
}

const struct command command_rights_done = {
    .name = "rights done",
    .summary = {"Zegt dat een verzoek om inzage is beantwoord, of verlengt het.",
                "Says that a request for access was answered, or extends it."},
    .usage = "ID [--verleng REASON]",
    .run = run_done,
};
