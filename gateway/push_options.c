/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/push_options.h"

#include <string.h>

#include "gateway/commands.h"

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

static bool split_identifiers(struct push_options *options)
{
    char *rest = options->identifier_text;

    if (!options->identifiers)
        return true;
    if (strlen(options->identifiers) >= sizeof options->identifier_text)
        return false;
    memcpy(options->identifier_text, options->identifiers, strlen(options->identifiers) + 1);
    options->mapping.identifiers = options->identifier_names;
    for (const char *name; (name = strsep(&rest, ","));) {
        if (options->mapping.identifier_count == PUSH_IDENTIFIERS_MAX)
            return false;
        options->identifier_names[options->mapping.identifier_count++] = name;
    }
    return true;
}

int push_options_ready(const struct command *command, struct push_options *options)
{
    if (!split_identifiers(options))
        return command_wrong_use(command, "Noem hoogstens 16 kolommen bij --kenmerk.",
                                 "Name at most 16 columns with --kenmerk.");
    options->adapter = find_adapter(options->adapter_name);
    return options->adapter ? EXIT_DONE : no_adapter(options->adapter_name);
}
