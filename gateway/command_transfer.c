/* SPDX-License-Identifier: EUPL-1.2 */
/* Passes a signal on to another organisation of the covenant. */
#include "gateway/api.h"
#include "gateway/commands.h"

static int print_asked(const json_t *answer)
{
    printf(say("Gevraagd: doorzetten naar %s. Tot die het heeft, blijft u de houder: kijk in het "
               "postvak hoe het staat.\n",
               "Asked: to pass it on to %s. Until that one has it, you stay the holder: the inbox "
               "shows how it stands.\n"),
           text_at(answer, "naarNaam"));
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    const char *to = NULL;
    const struct option_row rows[] = {
        {"to",
         "PARTY",
         {"naar wie: een OIN, of een soort als GEMEENTE", "to whom: an OIN, or a kind as GEMEENTE"},
         &to,
         NULL},
        {"naar",
         "PARTY",
         {"hetzelfde als --to", "the same as --to"},
         &to,
         NULL},
        {0},
    };
    struct invocation invocation;
    char id[API_ID_BYTES], path[API_URL_BYTES];
    int exit;

    if (!options_read(&command_transfer, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!to)
        return command_wrong_use(&command_transfer, "Zeg met --to naar welke organisatie.",
                                 "Say with --to to which organisation.");
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_find_id(&api, "/v1/postvak", "postvak", invocation.words[0], id);
    if (exit != EXIT_DONE)
        return exit;
    snprintf(path, sizeof path, "/v1/postvak/%s/overdracht", id);
    exit = api_post(&api, path, json_pack("{ss}", "naar", to), &answer);
    if (exit != EXIT_DONE)
        return exit;
    return invocation.json ? api_print_json(answer) : print_asked(answer);
}

const struct command command_transfer = {
    .name = "transfer",
    .alias = "doorzetten",
    .summary = {"Zet een signaal door naar een andere organisatie.",
                "Passes a signal on to another organisation."},
    .usage = "ID --to PARTY",
    .run = run,
};
