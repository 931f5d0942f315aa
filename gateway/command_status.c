/* SPDX-License-Identifier: EUPL-1.2 */
/* How the gateway is: who you are to it, its log, its queues, its warnings. */
#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/table.h"

static void print_user(const json_t *user)
{
    const json_t *roles = json_object_get(user, "rollen");

    printf("%-12s%s:", say("u bent", "you are"), text_at(user, "naam"));
    for (size_t i = 0; i < json_array_size(roles); i++)
        printf(" %s", json_string_value(json_array_get(roles, i)));
    printf("\n");
}

static int print_deliveries(const json_t *deliveries)
{
    OWNED_TABLE table = table_with(5);

    if (json_array_size(deliveries) == 0)
        return EXIT_DONE;
    table_row(&table, (const char *[]){say("partij", "party"), say("wachtrij", "queued"),
                                       say("geparkeerd", "parked"),
                                       say("laatste ontvangst", "last receipt"),
                                       say("laatste fout", "last error")});
    for (size_t i = 0; i < json_array_size(deliveries); i++) {
        const json_t *row = json_array_get(deliveries, i);
        char queued[24], parked[24];
        snprintf(queued, sizeof queued, "%lld", (long long)number_at(row, "wachtrij"));
        snprintf(parked, sizeof parked, "%s",
                 json_is_true(json_object_get(row, "geparkeerd")) ? say("ja", "yes") : "");
        table_row(&table, (const char *[]){text_at(row, "naam"), queued, parked,
                                           text_at(row, "laatsteOntvangstbewijsOp"),
                                           text_at(row, "laatsteFout")});
    }
    printf("\n");
    return table_show(&table);
}

/* Only what there is to tell: a gateway of today has erased nothing yet. */
static void print_erasing(const json_t *erasing)
{
    const char *round = text_at(erasing, "laatsteRondeOp");
    const char *anew = text_at(erasing, "sleutelsHerschrevenOp");

    printf("%-12s%s %s, %lld %s", say("wissen", "erasing"), say("laatste ronde", "last round"),
           round[0] ? round : say("nog niet", "not yet"), (long long)number_at(erasing, "gewist"),
           say("gewist", "erased"));
    if (anew[0])
        printf("; %s %s", say("van de schijf", "off the disk"), anew);
    if (number_at(erasing, "wachtOpSchijf"))
        printf("; %lld %s", (long long)number_at(erasing, "wachtOpSchijf"),
               say("nog op de schijf", "still on the disk"));
    if (json_is_true(json_object_get(erasing, "wachtOpKlok")))
        printf("; %s", say("wacht tot de klok te vertrouwen is", "waits until the clock is believed"));
    printf("\n");
}

/* Only when there is something: `late` says what. */
static void print_late(const json_t *late)
{
    if (!number_at(late, "verzonden") && !number_at(late, "postvak") &&
        !number_at(late, "escalaties"))
        return;
    printf("%-12s%s %lld, %s %lld, %s %lld\n", say("te laat", "late"), say("verzonden", "sent"),
           (long long)number_at(late, "verzonden"), say("postvak", "inbox"),
           (long long)number_at(late, "postvak"), say("escalaties", "escalations"),
           (long long)number_at(late, "escalaties"));
}

static int print_status(const json_t *status)
{
    const json_t *log = json_object_get(status, "log");
    const json_t *warnings = json_object_get(status, "waarschuwingen");
    int exit;

    printf("%s (%s), wijkpoort %s\n", text_at(status, "naam"), text_at(status, "oin"),
           text_at(status, "versie"));
    printf("%-12s%s\n", say("gestart", "started"), text_at(status, "gestartOp"));
    print_user(json_object_get(status, "gebruiker"));
    printf("%-12s%s, %lld %s\n", say("logboek", "log"), text_at(log, "oorsprong"),
           (long long)number_at(log, "omvang"), say("regels", "entries"));
    print_erasing(json_object_get(status, "wissen"));
    print_late(json_object_get(status, "teLaat"));
    exit = print_deliveries(json_object_get(status, "afleveren"));
    for (size_t i = 0; i < json_array_size(warnings); i++)
        printf("%s%s %s\n", i ? "" : "\n", say("Let op:", "Mind:"),
               json_string_value(json_array_get(warnings, i)));
    return exit;
}

static int run(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON status = NULL;
    struct invocation invocation;
    int exit;

    if (!options_read(&command_status, NULL, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get(&api, "/v1/status", &status);
    if (exit != EXIT_DONE)
        return exit;
    return invocation.json ? api_print_json(status) : print_status(status);
}

const struct command command_status = {
    .name = "status",
    .summary = {"Toont hoe het met de poort gaat.", "Shows how the gateway is."},
    .usage = "",
    .run = run,
};
