/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A file of a partner system: parsed whole, decided whole, then sent. Exits 0 when
 * the file went in, also when single rows were refused: the report names those.
 */
#include <string.h>

#include "covenant/adapter.h"
#include "covenant/built_in.h"
#include "gateway/commands.h"
#include "gateway/upload.h"

enum {
    FILE_MAX_BYTES = 64 * 1024 * 1024, /* the adapter knows its own, lower, limit */
    IDENTIFIERS_MAX = 16,
    IDENTIFIERS_TEXT_BYTES = 512,
};

struct push {
    const char *adapter_name, *covenant, *identifiers;
    bool trial;
    char identifier_text[IDENTIFIERS_TEXT_BYTES];
    const char *identifier_names[IDENTIFIERS_MAX];
    struct mapping mapping;
};

static const struct adapter *find_adapter(const char *name)
{
    const struct adapter *const *adapters = command_edge()->adapters;

    for (; *adapters; adapters++) {
        if (!name || strcmp((*adapters)->name, name) == 0)
            return *adapters;
    }
    return NULL;
}

static int no_adapter(const char *name)
{
    const struct adapter *const *adapters = command_edge()->adapters;

    fprintf(stderr,
            say("Deze adapter is er niet: %s. Wel:\n", "There is no such adapter: %s. There is:\n"),
            name);
    for (; *adapters; adapters++)
        fprintf(stderr, "  %-20s%s\n", (*adapters)->name,
                (*adapters)->description[command_language()]);
    return EXIT_WRONG_USE;
}

static bool read_identifiers(struct push *push)
{
    char *rest = push->identifier_text;

    if (!push->identifiers)
        return true;
    if (strlen(push->identifiers) >= sizeof push->identifier_text)
        return false;
    memcpy(push->identifier_text, push->identifiers, strlen(push->identifiers) + 1);
    push->mapping.identifiers = push->identifier_names;
    for (const char *name; (name = strsep(&rest, ","));) {
        if (push->mapping.identifier_count == IDENTIFIERS_MAX)
            return false;
        push->identifier_names[push->mapping.identifier_count++] = name;
    }
    return true;
}

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

static int parse_file(const char *path, const struct adapter *adapter, const struct push *push,
                      struct import *out_import)
{
    OWNED_BUFFER text = {0};
    OWNED_CODE_LISTS lists = NULL;
    struct file_fault fault = {0};
    enum outcome outcome = file_read(path, FILE_MAX_BYTES, &text, &fault);

    if (outcome == OUTCOME_OK)
        outcome = code_lists_load(&lists);
    if (outcome == OUTCOME_OK)
        outcome = adapter->parse(buffer_bytes(&text), lists, &push->mapping, out_import);
    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    print_warnings(out_import);
    return out_import->refused ? print_file_fault(out_import) : EXIT_DONE;
}

static int send_file(const struct invocation *invocation, const struct push *push,
                     const struct adapter *adapter, const struct import *import)
{
    OWNED_API api = {0};
    OWNED_UPLOAD upload = {
        .adapter = adapter->name,
        .covenant = push->covenant,
        .rows = import->rows,
        .row_count = import->row_count,
        .import = import,
    };
    int exit = api_open(invocation, &api);

    if (exit == EXIT_DONE)
        exit = upload_send(&upload, &api, true);
    if (exit == EXIT_DONE && !push->trial)
        exit = upload_send(&upload, &api, false);
    return exit == EXIT_DONE ? upload_report(&upload, invocation->json) : exit;
}

static int run(int argc, char **argv)
{
    OWNED_IMPORT import = {0};
    struct push push = {0};
    const struct option_row rows[] = {
        {"adapter",
         "NAME",
         {"soort bestand (anders de eerste)", "kind of file (else the first)"},
         &push.adapter_name,
         NULL},
        {"convenant", "ID", {"onder dit convenant", "under this covenant"}, &push.covenant, NULL},
        {"kenmerk",
         "COLUMNS",
         {"kolommen met eigen kenmerken, met komma's",
          "columns with identifiers of your own, with commas"},
         &push.identifiers,
         NULL},
        {"proef",
         NULL,
         {"alleen beslissen, niets versturen", "only decide, send nothing"},
         NULL,
         &push.trial},
        {0},
    };
    const struct adapter *adapter;
    struct invocation invocation;
    int exit;

    if (!options_read(&command_push, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!read_identifiers(&push))
        return command_wrong_use(&command_push, "Noem hoogstens 16 kolommen bij --kenmerk.",
                                 "Name at most 16 columns with --kenmerk.");
    adapter = find_adapter(push.adapter_name);
    if (!adapter)
        return no_adapter(push.adapter_name);
    exit = parse_file(invocation.words[0], adapter, &push, &import);
    return exit == EXIT_DONE ? send_file(&invocation, &push, adapter, &import) : exit;
}

const struct command command_push = {
    .name = "push",
    .summary = {"Leest een bestand met meldingen, beslist over elke regel en verstuurt.",
                "Reads a file of reports, decides on each row and sends."},
    .usage = "FILE [--adapter NAME] [--convenant ID] [--kenmerk COLUMNS] [--proef]",
    .run = run,
};
