/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A file of a partner system: parsed whole, decided whole, then sent. Exits 0 when
 * the file went in, also when single rows were refused: the report names those.
 */
#include <string.h>

#include "covenant/adapter.h"
#include "covenant/built_in.h"
#include "gateway/commands.h"
#include "gateway/push_options.h"
#include "gateway/upload.h"

enum { FILE_MAX_BYTES = 64 * 1024 * 1024 /* the adapter knows its own, lower, limit */ };

static void print_warnings(const struct import *import)
{
    for (size_t i = 0; i < IMPORT_WARNING_COUNT; i++) {
        if (import->warnings[i])
            fprintf(stderr, "%s %s\n", say("Let op:", "Mind:"),
                    import_warning_text((enum import_warning)i, command_language()));
    }
}

static int print_file_fault(const struct import *import)
{
    OWNED_BUFFER text = {0};

    import_fault_print(&import->file_fault, command_language(), &text);
    if (!buffer_text(&text))
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    fprintf(stderr, "%s\n%s\n", buffer_text(&text),
            say("Het bestand is geweigerd; er is niets verstuurd.",
                "The file is refused; nothing was sent."));
    return EXIT_REFUSED;
}

static int parse_file(const char *path, const struct push_options *push, struct import *out_import)
{
    OWNED_BUFFER text = {0};
    OWNED_CODE_LISTS lists = NULL;
    struct file_fault fault = {0};
    enum outcome outcome = file_read(path, FILE_MAX_BYTES, &text, &fault);

    if (outcome == OUTCOME_OK)
        outcome = code_lists_load(&lists);
    if (outcome == OUTCOME_OK)
        outcome = push->adapter->parse(buffer_bytes(&text), lists, &push->mapping, out_import);
    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    print_warnings(out_import);
    return out_import->refused ? print_file_fault(out_import) : EXIT_DONE;
}

static int send_file(const struct invocation *invocation, const struct push_options *push,
                     bool trial, const struct import *import)
{
    OWNED_API api = {0};
    OWNED_UPLOAD upload = {
        .adapter = push->adapter->name,
        .covenant = push->covenant,
        .rows = import->rows,
        .row_count = import->row_count,
        .import = import,
    };
    int exit = api_open(invocation, &api);

    if (exit == EXIT_DONE)
        exit = upload_send(&upload, &api, true);
    if (exit == EXIT_DONE && !trial)
        exit = upload_send(&upload, &api, false);
    return exit == EXIT_DONE ? upload_report(&upload, invocation->json) : exit;
}

static int run(int argc, char **argv)
{
    OWNED_IMPORT import = {0};
    struct push_options push = {0};
    bool trial = false;
    const struct option_row rows[] = {
        PUSH_OPTION_ROWS(push),
        {"proef",
         NULL,
         {"alleen beslissen, niets versturen", "only decide, send nothing"},
         NULL,
         &trial},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_push, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    exit = push_options_ready(&command_push, &push);
    if (exit == EXIT_DONE)
        exit = parse_file(invocation.words[0], &push, &import);
    return exit == EXIT_DONE ? send_file(&invocation, &push, trial, &import) : exit;
}

const struct command command_push = {
    .name = "push",
    .summary = {"Leest een bestand met meldingen, beslist over elke regel en verstuurt.",
                "Reads a file of reports, decides on each row and sends."},
    .usage = "FILE [--adapter NAME] [--convenant ID] [--kenmerk COLUMNS] [--proef]",
    .run = run,
};
