/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/fatal.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/command.h"

/* A signal handler gets no argument of ours. Written once, before there are threads. */
static char last_words[PATH_MAX + 512];
static size_t last_words_length;
static struct sigaction segv_before;

static void on_fatal(int number)
{
    const ssize_t written = write(STDERR_FILENO, last_words, last_words_length);

    (void)written; /* nobody is left to tell */
    if (number == SIGBUS)
        _exit(EXIT_DAMAGED);
    sigaction(SIGSEGV, &segv_before, NULL); /* the same access ends the process now */
}

void fatal_prepare(const char *folder)
{
    struct sigaction action = {.sa_handler = on_fatal};
    const int length = snprintf(
        last_words, sizeof last_words,
        say("%s: de opslag kan niet meer worden gelezen; de poort stopt en bevestigt niets meer. "
            "Verwijder of herstel zelf niets. Kijk de schijf na en start opnieuw: dan wordt de "
            "hele opslag eerst nagelopen.\n",
            "%s: the store cannot be read any more; the gateway stops and acknowledges nothing. "
            "Do not delete or mend anything yourself. Check the disk and start again: then the "
            "whole store is looked through first.\n"),
        folder);

    last_words_length =
        length < 0 ? 0
                   : ((size_t)length < sizeof last_words ? (size_t)length : sizeof last_words - 1);
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGSEGV, &action, &segv_before);
}
