/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * push_options.h - what `push` and `dropbox` must know about a file before they read it: which
 * adapter, under which covenant, and which columns are identifiers of its own.
 *
 * Order of use: PUSH_OPTION_ROWS in the command's rows; options_read(); push_options_ready().
 */
#pragma once

#include "covenant/adapter.h"
#include "gateway/command.h"

enum { PUSH_IDENTIFIERS_MAX = 16, PUSH_IDENTIFIERS_BYTES = 512 };

struct push_options { /* stays where it is: its parts point into it */
    const char *adapter_name, *covenant, *identifiers; /* as given; NULL */
    const struct adapter *adapter;
    struct mapping mapping;
    char identifier_text[PUSH_IDENTIFIERS_BYTES];
    const char *identifier_names[PUSH_IDENTIFIERS_MAX];
};

/* clang-format off */
#define PUSH_OPTION_ROWS(options)                                                                  \
    {"adapter", "NAME", {"soort bestand (anders de eerste)", "kind of file (else the first)"},      \
     &(options).adapter_name, NULL},                                                                \
    {"convenant", "ID", {"onder dit convenant", "under this covenant"}, &(options).covenant, NULL}, \
    {"kenmerk", "COLUMNS", {"kolommen met eigen kenmerken, met komma's",                            \
                            "columns with identifiers of your own, with commas"},                   \
     &(options).identifiers, NULL}
/* clang-format on */

/* Finds the adapter, splits the columns. EXIT_DONE, or EXIT_WRONG_USE, explained on stderr. */
int push_options_ready(const struct command *command, struct push_options *options);
