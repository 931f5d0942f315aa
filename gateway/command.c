/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/command.h"

#include <stdlib.h>
#include <string.h>

enum { OPTION_COLUMN = 26 };

enum language command_language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"}; /* as POSIX orders them */

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return strncmp(value, "nl", 2) == 0 ? LANGUAGE_NL : LANGUAGE_EN;
    }
    return LANGUAGE_EN;
}

const char *say(const char *nl, const char *en)
{
    return command_language() == LANGUAGE_NL ? nl : en;
}

bool option_number(const char *text, int64_t least, int64_t most, int64_t *out_number)
{
    char *end;
    long long number;

    if (!text || text[0] < '0' || text[0] > '9' || strlen(text) > 18)
        return false;
    number = strtoll(text, &end, 10);
    if (*end != '\0' || number < least || number > most)
        return false;
    *out_number = number;
    return true;
}

/* --- help --- */

static void print_option(FILE *out, const struct option_row *row)
{
    int length = fprintf(out, "  --%s%s%s", row->name, row->operand ? " " : "",
                         row->operand ? row->operand : "");
    int gap = length < OPTION_COLUMN ? OPTION_COLUMN - length : 1;

    fprintf(out, "%*s%s\n", gap, "", row->help[command_language()]);
}

static void print_options(FILE *out, const struct option_row *rows)
{
    for (const struct option_row *row = rows; row && row->name; row++)
        print_option(out, row);
}

/* What every command takes; the places to write to are filled in by options_read(). */
static const struct option_row shared_rows[] = {
    {"json", NULL, {"antwoord als JSON", "answer as JSON"}, NULL, NULL},
    {"profile",
     "FILE",
     {"profiel van uw gateway (of zet WIJKPOORT_PROFILE)",
      "profile of your gateway (or set WIJKPOORT_PROFILE)"},
     NULL,
     NULL},
    {"help", NULL, {"deze uitleg", "this explanation"}, NULL, NULL},
    {NULL, NULL, {NULL, NULL}, NULL, NULL},
};

void command_help(FILE *out, const struct command *command, const struct option_row *rows)
{
    fprintf(out, "%s wijkpoort %s%s%s\n\n%s\n\n", say("Gebruik:", "Usage:"), command->name,
            command->usage[0] ? " " : "", command->usage, command->summary[command_language()]);
    if (command->alias)
        fprintf(out, say("Ook: wijkpoort %s\n\n", "Also: wijkpoort %s\n\n"), command->alias);
    print_options(out, rows);
    print_options(out, shared_rows);
}

int command_wrong_use(const struct command *command, const char *nl, const char *en)
{
    fprintf(stderr, "%s\n%s wijkpoort %s %s\n", say(nl, en), say("Gebruik:", "Usage:"),
            command->name, command->usage);
    return EXIT_WRONG_USE;
}

/* --- reading --- */

struct reading {
    const struct command *command;
    const struct option_row *rows;
    int argc;
    char **argv;
    int next; /* index in argv of the word to read */
    bool help;
    struct invocation *invocation;
};

static const struct option_row *row_named(const struct option_row *rows, const char *name,
                                          size_t length)
{
    for (; rows && rows->name; rows++) {
        if (strlen(rows->name) == length && strncmp(rows->name, name, length) == 0)
            return rows;
    }
    return NULL;
}

static bool refuse_option(const struct reading *reading, const char *word, const char *nl,
                          const char *en)
{
    fprintf(stderr, "%s: %s\n", word, say(nl, en));
    fprintf(stderr, say("Probeer: wijkpoort %s --help\n", "Try: wijkpoort %s --help\n"),
            reading->command->name);
    return false;
}

static void set_flag(struct reading *reading, const struct option_row *row)
{
    if (row->flag)
        *row->flag = true;
    else if (strcmp(row->name, "json") == 0)
        reading->invocation->json = true;
    else
        reading->help = true;
}

/* `word` is "--name", "--name=value" or "--name" with the value behind it. */
static bool read_option(struct reading *reading, const char *word)
{
    size_t length = strcspn(word + 2, "=");
    const char *value = word[2 + length] == '=' ? word + 2 + length + 1 : NULL;
    const struct option_row *row = row_named(reading->rows, word + 2, length);

    if (!row)
        row = row_named(shared_rows, word + 2, length);
    if (!row)
        return refuse_option(reading, word, "deze optie is er niet", "there is no such option");
    if (!row->operand) {
        if (value)
            return refuse_option(reading, word, "deze optie heeft geen waarde",
                                 "this option takes no value");
        set_flag(reading, row);
        return true;
    }
    if (!value && reading->next < reading->argc)
        value = reading->argv[reading->next++];
    if (!value)
        return refuse_option(reading, word, "hier hoort een waarde achter", "a value must follow");
    *(row->value ? row->value : &reading->invocation->profile) = value;
    return true;
}

static bool read_words(struct reading *reading)
{
    struct invocation *invocation = reading->invocation;
    bool options_ended = false;

    while (reading->next < reading->argc) {
        char *word = reading->argv[reading->next++];
        if (!options_ended && strcmp(word, "--") == 0)
            options_ended = true;
        else if (!options_ended && strncmp(word, "--", 2) == 0) {
            if (!read_option(reading, word))
                return false;
        } else
            invocation->words[invocation->word_count++] = word; /* never overtakes `next` */
    }
    return true;
}

bool options_read(const struct command *command, const struct option_row *rows, int argc,
                  char **argv, size_t words_least, size_t words_most,
                  struct invocation *out_invocation, int *out_exit)
{
    struct reading reading = {command, rows, argc, argv, 1, false, out_invocation};

    *out_invocation = (struct invocation){.command = command, .words = argv + (argc > 0)};
    *out_exit = EXIT_WRONG_USE;
    if (!read_words(&reading))
        return false;
    if (reading.help) {
        command_help(stdout, command, rows);
        *out_exit = EXIT_DONE;
        return false;
    }
    if (out_invocation->word_count < words_least || out_invocation->word_count > words_most) {
        *out_exit = command_wrong_use(command, "Er staan te veel of te weinig woorden.",
                                      "There are too many or too few words.");
        return false;
    }
    if (!out_invocation->profile)
        out_invocation->profile = getenv("WIJKPOORT_PROFILE");
    return true;
}

/* --- stopping --- */

int command_outcome(enum outcome outcome)
{
    if (outcome == OUTCOME_OK)
        return EXIT_DONE;
    fprintf(stderr, "%s\n", outcome_text(outcome, command_language()));
    return outcome_kind(outcome) == KIND_OURS ? EXIT_BROKEN : EXIT_REFUSED;
}

int command_file_fault(enum outcome outcome, const struct file_fault *fault)
{
    if (outcome == OUTCOME_OK || fault->check == FILE_CHECK_NONE)
        return command_outcome(outcome);
    fprintf(stderr, "%s: %s\n", fault->path, file_check_text(fault->check, command_language()));
    return outcome_kind(outcome) == KIND_OURS ? EXIT_BROKEN : EXIT_REFUSED;
}
