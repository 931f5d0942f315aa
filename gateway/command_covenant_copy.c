/* SPDX-License-Identifier: EUPL-1.2 */
/* A draft after the example of another covenant. */
#include <errno.h>
#include <string.h>

#include "covenant/built_in.h"
#include "covenant/covenant_copy.h"
#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/covenant_source.h"

/* What the options say; `evaluation` and `out` may be left out. */
struct wishes {
    const char *id, *title, *from, *until, *evaluation, *out;
};

static bool read_wishes(const struct wishes *wishes, struct covenant_copy *out_copy)
{
    struct covenant_copy copy = {.id = wishes->id, .title = wishes->title};

    if (!wishes->id || !wishes->title || !wishes->from || !wishes->until ||
        !day_parse(wishes->from, &copy.from) || !day_parse(wishes->until, &copy.until))
        return false;
    copy.evaluation = covenant_copy_evaluation(copy.from, copy.until);
    if (wishes->evaluation && !day_parse(wishes->evaluation, &copy.evaluation))
        return false;
    *out_copy = copy;
    return true;
}

/* Never over a file that is there: it may be the covenant that was copied. */
static int write_draft(const char *path, const struct buffer *draft)
{
    FILE *file = path ? fopen(path, "wxe") : stdout;
    bool written;

    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return errno == EEXIST ? EXIT_REFUSED : EXIT_BROKEN;
    }
    written = fwrite(draft->data, 1, draft->length, file) == draft->length;
    written = (path ? fclose(file) : fflush(file)) == 0 && written;
    if (!written)
        return command_outcome(OUTCOME_FILE_WRONG);
    if (path)
        printf(say("Ontwerp geschreven: %s. Vul van elke partij het sleuteldocument in; "
                   "kijk na of DPIA, gebied en partijen kloppen.\n",
                   "Draft written: %s. Fill in the key document of each party; look whether "
                   "DPIA, area and parties are right.\n"),
               path);
    return EXIT_DONE;
}

static int copy_to(const struct invocation *invocation, const struct covenant_copy *copy,
                   const char *path)
{
    OWNED_CODE_LISTS lists = NULL;
    OWNED_COVENANT_SOURCE source = {0};
    OWNED_BUFFER draft = {0};
    struct covenant_fault fault = {0};
    enum outcome outcome = code_lists_load(&lists);
    int exit;

    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = covenant_source_read(invocation, invocation->words[0], lists, &source);
    if (exit != EXIT_DONE)
        return exit;
    outcome = covenant_copy(source.covenant, copy, &draft, &fault);
    if (outcome == OUTCOME_OK)
        return write_draft(path, &draft);
    if (fault.wrong == COVENANT_WRONG_NONE)
        return command_outcome(outcome);
    fprintf(stderr, "%s: %s\n", fault.at.where,
            covenant_wrong_text(fault.wrong, command_language()));
    return EXIT_REFUSED;
}

static int run_copy(int argc, char **argv)
{
    struct wishes wishes = {0};
    const struct option_row rows[] = {
        {"id", "NEW", {"het id van het nieuwe convenant", "the id of the new covenant"}, &wishes.id, NULL},
        {"title", "TEXT", {"de titel", "the title"}, &wishes.title, NULL},
        {"from", "DATE", {"geldig vanaf (jjjj-mm-dd)", "valid from (yyyy-mm-dd)"}, &wishes.from, NULL},
        {"until", "DATE", {"geldig tot en met", "valid until, inclusive"}, &wishes.until, NULL},
        {"evaluation",
         "DATE",
         {"evaluatie uiterlijk; anders binnen een jaar", "evaluation by; else within a year"},
         &wishes.evaluation,
         NULL},
        {"out", "FILE", {"waarheen; anders het scherm", "where to; else the screen"}, &wishes.out, NULL},
        {0},
    };
    struct covenant_copy copy;
    struct invocation invocation;
    int exit;

    if (!options_read(&command_covenant_copy, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!read_wishes(&wishes, &copy))
        return command_wrong_use(&command_covenant_copy,
                                 "Geef --id, --title, --from en --until; datums als 2027-01-31.",
                                 "Give --id, --title, --from and --until; dates as 2027-01-31.");
    return copy_to(&invocation, &copy, wishes.out);
}

const struct command command_covenant_copy = {
    .name = "covenant copy",
    .summary = {"Maakt een ontwerp naar het voorbeeld van een ander convenant.",
                "Makes a draft after the example of another covenant."},
    .usage = "FILE|ID|FINGERPRINT --id NEW --title TEXT --from DATE --until DATE",
    .run = run_copy,
};
