/* SPDX-License-Identifier: EUPL-1.2 */
/* A covenant as a file: is it well formed, and what is its fingerprint? */
#include <string.h>

#include "covenant/built_in.h"
#include "covenant/covenant.h"
#include "covenant/covenant_text.h"
#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/covenant_source.h"

static void print_fingerprint(const struct covenant *covenant)
{
    OWNED_BUFFER groups = {0};

    fingerprint_print_groups(covenant->fingerprint, &groups);
    printf("%s\n%s %.*s\n%s %s\n", covenant->reference, say("vingerafdruk", "fingerprint"),
           (int)groups.length, (const char *)groups.data, say("aaneen", "in one"),
           covenant->fingerprint);
}

static int tell_checked(const struct invocation *invocation, const struct covenant *covenant)
{
    struct covenant_fault fault = {0};
    bool complete = covenant_complete(covenant, &fault) == OUTCOME_OK;
    OWNED_JSON object = NULL;

    if (invocation->json) {
        object = json_pack("{s:s, s:s, s:s, s:b, s:s*}", "id", covenant->id, "versie",
                           covenant->version, "vingerafdruk", covenant->fingerprint, "compleet",
                           complete, "ontbreekt", complete ? NULL : fault.at.where);
        return object ? api_print_json(object) : command_outcome(OUTCOME_OUT_OF_MEMORY);
    }
    print_fingerprint(covenant);
    if (complete)
        printf("%s\n", say("Dit convenant kan worden toegevoegd.", "This covenant can be added."));
    else
        printf("%s %s: %s\n", say("Nog een ontwerp.", "Still a draft."), fault.at.where,
               covenant_wrong_text(fault.wrong, command_language()));
    return EXIT_DONE;
}

static int run_check(int argc, char **argv)
{
    OWNED_CODE_LISTS lists = NULL;
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER raw = {0};
    struct invocation invocation;
    enum outcome outcome;
    int exit;

    if (!options_read(&command_covenant_check, NULL, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    outcome = code_lists_load(&lists);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = covenant_source_file(invocation.words[0], lists, &raw, &covenant);
    return exit == EXIT_DONE ? tell_checked(&invocation, covenant) : exit;
}

const struct command command_covenant_check = {
    .name = "covenant check",
    .summary = {"Controleert een convenantbestand en toont de vingerafdruk.",
                "Checks a covenant file and shows its fingerprint."},
    .usage = "FILE",
    .run = run_check,
};
