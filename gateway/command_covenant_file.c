/* SPDX-License-Identifier: EUPL-1.2 */
/* A covenant as a file: is it well formed, and the one A4 that people sign for. */
#include <string.h>

#include "covenant/built_in.h"
#include "covenant/covenant.h"
#include "covenant/covenant_text.h"
#include "crypto/encoding.h"
#include "gateway/api.h"
#include "gateway/commands.h"

static int covenant_wrong(const char *path, enum outcome outcome,
                          const struct covenant_fault *fault)
{
    if (fault->wrong == COVENANT_WRONG_NONE)
        return command_outcome(outcome);
    fprintf(stderr, "%s: %s: %s\n", path, fault->at.where,
            covenant_wrong_text(fault->wrong, command_language()));
    return EXIT_REFUSED;
}

/* --- check --- */

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

static int parse_file(const char *path, const struct code_lists *lists,
                      struct covenant **out_covenant)
{
    OWNED_BUFFER raw = {0};
    struct file_fault file_fault = {0};
    struct covenant_fault fault = {0};
    enum outcome outcome = file_read(path, COVENANT_MAX_BYTES, &raw, &file_fault);

    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &file_fault);
    outcome = covenant_parse(buffer_bytes(&raw), lists, out_covenant, &fault);
    return outcome == OUTCOME_OK ? EXIT_DONE : covenant_wrong(path, outcome, &fault);
}

static int run_check(int argc, char **argv)
{
    OWNED_CODE_LISTS lists = NULL;
    OWNED_COVENANT covenant = NULL;
    struct invocation invocation;
    enum outcome outcome;
    int exit;

    if (!options_read(&command_covenant_check, NULL, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    outcome = code_lists_load(&lists);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = parse_file(invocation.words[0], lists, &covenant);
    return exit == EXIT_DONE ? tell_checked(&invocation, covenant) : exit;
}

const struct command command_covenant_check = {
    .name = "covenant check",
    .summary = {"Controleert een convenantbestand en toont de vingerafdruk.",
                "Checks a covenant file and shows its fingerprint."},
    .usage = "FILE",
    .run = run_check,
};

/* --- print --- */

/* What is added to the gateway already: its raw bytes by fingerprint. */
static int fetch(const struct invocation *invocation, const char *fingerprint,
                 const struct code_lists *lists, struct covenant **out_covenant)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    OWNED_BUFFER raw = {0};
    struct covenant_fault fault = {0};
    char path[API_URL_BYTES];
    enum outcome outcome;
    int exit = api_open(invocation, &api);

    snprintf(path, sizeof path, "/v1/convenanten/%s", fingerprint);
    if (exit == EXIT_DONE)
        exit = api_get(&api, path, &answer);
    if (exit != EXIT_DONE)
        return exit;
    outcome = base64_decode(bytes_of_text(text_at(answer, "bestand")), &raw);
    if (outcome == OUTCOME_OK)
        outcome = covenant_parse(buffer_bytes(&raw), lists, out_covenant, &fault);
    if (outcome != OUTCOME_OK)
        return covenant_wrong(fingerprint, outcome, &fault);
    return strcmp((*out_covenant)->fingerprint, fingerprint) == 0
               ? EXIT_DONE
               : command_outcome(OUTCOME_FINGERPRINT_WRONG);
}

static int print_page(const struct covenant *covenant, bool html)
{
    OWNED_BUFFER page = {0};
    enum outcome outcome =
        html ? covenant_print_html(covenant, &page) : covenant_print_text(covenant, &page);

    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    fwrite(page.data, 1, page.length, stdout);
    return EXIT_DONE;
}

static int run_print(int argc, char **argv)
{
    OWNED_CODE_LISTS lists = NULL;
    OWNED_COVENANT covenant = NULL;
    bool html = false;
    const struct option_row rows[] = {
        {"html", NULL, {"als HTML", "as HTML"}, NULL, &html},
        {0},
    };
    struct invocation invocation;
    uint8_t digest[SHA256_BYTES];
    enum outcome outcome;
    int exit;

    if (!options_read(&command_covenant_print, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    outcome = code_lists_load(&lists);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    if (hex_decode(invocation.words[0], digest, sizeof digest))
        exit = fetch(&invocation, invocation.words[0], lists, &covenant);
    else
        exit = parse_file(invocation.words[0], lists, &covenant);
    return exit == EXIT_DONE ? print_page(covenant, html) : exit;
}

const struct command command_covenant_print = {
    .name = "covenant print",
    .summary = {"Drukt een convenant af op een A4, met de vingerafdruk.",
                "Prints a covenant on one A4, with its fingerprint."},
    .usage = "FILE|FINGERPRINT [--html]",
    .run = run_print,
};
