/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * command.h - what every subcommand of `wijkpoort` shares: its row in the table
 * of main.c, its options, its language and its exit codes.
 *
 * Order of use in a command: options_read() with its own rows; work; return an
 * exit code. `--help`, `--json` and `--profile` are understood by every command
 * and explained from the same rows, so that help cannot drift from behaviour.
 * Texts for people go to stderr when they refuse and to stdout when they answer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "crypto/bytes.h"
#include "crypto/outcome.h"
#include "gateway/files.h"

enum exit_code {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1,
    EXIT_WRONG_USE = 2,
    EXIT_BROKEN = 3,
    EXIT_STORE_FAILED = 4, /* serve only: it stopped itself, because the disk failed */
    EXIT_DAMAGED = 5,      /* serve only: the store is damaged; starting again does not help */
};

struct command {
    const char *name;  /* "push", or with its second word "covenant add" */
    const char *alias; /* Dutch, for daily verbs; NULL */
    const char *summary[LANGUAGE_COUNT];
    const char *usage;                 /* what follows the name: "FILE --fingerprint HEX" */
    int (*run)(int argc, char **argv); /* argv[0] is the command's own name */
};

/* One option of a command. `value` receives the word that follows, `flag` that it was there;
 * exactly one of the two is set. */
struct option_row {
    const char *name;    /* "fingerprint" for --fingerprint */
    const char *operand; /* "HEX"; NULL for a flag */
    const char *help[LANGUAGE_COUNT];
    const char **value;
    bool *flag;
};

/* What every command takes, and the words that are no options. */
struct invocation {
    const struct command *command;
    bool json;
    const char *profile; /* --profile, else WIJKPOORT_PROFILE, else NULL */
    size_t word_count;
    char **words; /* moved to the front of argv */
};

/* Reads argv against the rows (the last has name NULL). Words must number least..most.
 * Returns true to go on; false when the command ends here with *out_exit: help was asked (0),
 * or the use was wrong (2, explained on stderr). */
bool options_read(const struct command *command, const struct option_row *rows, int argc,
                  char **argv, size_t words_least, size_t words_most,
                  struct invocation *out_invocation, int *out_exit);

/* A whole number within bounds; false otherwise. */
bool option_number(const char *text, int64_t least, int64_t most, int64_t *out_number);

/* Dutch when LC_ALL, LC_MESSAGES or LANG says nl, else English. */
enum language command_language(void);
/* The one of the two that command_language() asks for. */
const char *say(const char *nl, const char *en) __attribute__((format_arg(1), format_arg(2)));

/* "wijkpoort covenant add FILE --fingerprint HEX", what it does, and its options. */
void command_help(FILE *out, const struct command *command, const struct option_row *rows);

/* Print why a command stopped, and give the exit code for it. */
int command_outcome(enum outcome outcome);
int command_file_fault(enum outcome outcome, const struct file_fault *fault);
int command_wrong_use(const struct command *command, const char *nl, const char *en);
