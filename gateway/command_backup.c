/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks the running gateway for a backup and waits until it is made. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/api.h"
#include "gateway/commands.h"

enum { POLL_MS = 200 };

static void wait_a_little(void)
{
    const struct timespec pause = {0, POLL_MS * 1000000L};

    nanosleep(&pause, NULL);
}

static void show_progress(const json_t *status)
{
    long long done = (long long)number_at(status, "gedaan") >> 20;
    long long all = (long long)number_at(status, "totaal") >> 20;

    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%lld / %lld MiB", done < all ? done : all, all);
}

static int show_result(const json_t *status)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    if (strcmp(text_at(status, "stand"), "KLAAR") != 0) {
        fprintf(
            stderr,
            say("De reservekopie is niet gelukt: %s (%s)\n", "The backup was not made: %s (%s)\n"),
            text_at(status, "reden"), text_at(status, "code"));
        return EXIT_BROKEN;
    }
    printf(say("Reservekopie gemaakt: %s/%s, %lld bytes, logboek tot en met %lld regels.\n",
               "Backup made: %s/%s, %lld bytes, the log up to %lld entries.\n"),
           text_at(status, "map"), text_at(status, "naam"), (long long)number_at(status, "bytes"),
           (long long)number_at(status, "omvang"));
    puts(say("Bewaar de sleutelmap, het sleutelbestand en de instellingen op een andere plaats: "
             "zonder deze is de kopie niet te lezen.",
             "Keep the key folder, the credential file and the settings in another place: "
             "without them the copy cannot be read."));
    return EXIT_DONE;
}

static int wait_for_end(struct api *api, json_t **out_status)
{
    for (;;) {
        json_t *status = NULL;
        int exit = api_get(api, "/v1/reservekopieen", &status);
        if (exit != EXIT_DONE)
            return exit;
        if (strcmp(text_at(status, "stand"), "BEZIG") != 0) {
            *out_status = status;
            return EXIT_DONE;
        }
        show_progress(status);
        json_decref(status);
        wait_a_little();
    }
}

static int run(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON status = NULL;
    const char *name = NULL;
    const struct option_row rows[] = {
        {"uit",
         "NAME",
         {"naam van de nieuwe map binnen reservekopiemap (anders datum en tijd)",
          "name of the new folder within reservekopiemap (else date and time)"},
         &name,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_backup, rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_post(&api, "/v1/reservekopieen",
                        name ? json_pack("{ss}", "naam", name) : json_object(), NULL);
    if (exit == EXIT_DONE)
        exit = wait_for_end(&api, &status);
    if (exit != EXIT_DONE)
        return exit;
    if (!invocation.json)
        return show_result(status);
    exit = api_print_json(status);
    return strcmp(text_at(status, "stand"), "KLAAR") == 0 ? exit : EXIT_BROKEN;
}

const struct command command_backup = {
    .name = "backup",
    .summary = {"Laat de draaiende poort een reservekopie maken.",
                "Has the running gateway make a backup."},
    .usage = "[--uit NAME]",
    .run = run,
};
