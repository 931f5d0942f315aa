/* SPDX-License-Identifier: EUPL-1.2 */
/* Postvak: what came in, what is due, and the two steps to a resident's details. */
#include <string.h>

#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/table.h"

#define INBOX  "/v1/postvak"
#define MEMBER "postvak"

enum { SHORT_ID_BYTES = 9 };

/* --- inbox --- */

/* The reporter wants to come along to the first contact: whom to call. */
static int print_warm(const json_t *items)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const json_t *desk = json_object_get(item, "contactpunt");
        if (flag_at(item, "warmeOverdracht"))
            printf(say("%.8s: warme overdracht, de melder gaat graag mee. %s %s\n",
                       "%.8s: warm handover, the reporter would come along. %s %s\n"),
                   text_at(item, "id"), text_at(desk, "naam"), text_at(desk, "telefoon"));
    }
    return EXIT_DONE;
}

/* "INBH", and what was asked of it: who asked to pass it on is holder until another has it. */
static void state_of(const json_t *item, char *out, size_t size)
{
    const char *step = text_at(json_object_get(item, "overdracht"), "stand");
    const char *asked = strcmp(step, "GEVRAAGD") == 0
                            ? say(", doorzetten gevraagd", ", passing on asked")
                        : strcmp(step, "GEWEIGERD") == 0
                            ? say(", doorzetten geweigerd", ", passing on refused")
                            : "";

    snprintf(out, size, "%s%s", text_at(item, "stand"), asked);
}

static int print_list(const json_t *items)
{
    OWNED_TABLE table = table_with(7);

    table_row(&table,
              (const char *[]){say("nummer", "number"), say("ontvangen", "received"),
                               say("signaal", "signal"), say("van", "from"), say("gebied", "area"),
                               say("stand", "state"), say("antwoord uiterlijk", "answer due")});
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        char id[SHORT_ID_BYTES], received[DAY_TEXT_BYTES], name[128], state[64];
        state_of(item, state, sizeof state);
        snprintf(name, sizeof name, "%s%s",
                 flag_at(item, "warmeOverdracht") ? say("warm: ", "warm: ") : "",
                 text_at(item, "signaalnaam"));
        snprintf(id, sizeof id, "%.8s", text_at(item, "id"));
        day_at(item, "ontvangenOp", received);
        table_row(&table, (const char *[]){
                              id, received, name, text_at(item, "vanNaam"),
                              text_at(json_object_get(item, "gebied"), "code"),
                              state, text_at(item, "antwoordUiterlijk")});
    }
    return table_show(&table) == EXIT_DONE ? print_warm(items) : EXIT_BROKEN;
}

static int print_csv(const json_t *items)
{
    OWNED_BUFFER csv = {0};
    enum outcome outcome = command_edge()->inbox_csv(items, &csv);

    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    fwrite(csv.data, 1, csv.length, stdout);
    return EXIT_DONE;
}

static int run_inbox(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON items = NULL;
    bool csv = false;
    const struct option_row rows[] = {
        {"csv", NULL, {"als CSV voor Excel", "as CSV for Excel"}, NULL, &csv},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_inbox, rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get_all(&api, INBOX, MEMBER, &items);
    if (exit != EXIT_DONE)
        return exit;
    if (csv)
        return print_csv(items);
    return invocation.json ? api_print_json(items) : print_list(items);
}

const struct command command_inbox = {
    .name = "inbox",
    .alias = "postvak",
    .summary = {"Toont de signalen die op een antwoord wachten.",
                "Shows the signals that wait for an answer."},
    .usage = "[--csv]",
    .run = run_inbox,
};

/* --- open and accept --- */

/* Opens the API and makes "/v1/postvak/{id}/<step>" of the one word given. */
static int open_for_signal(const struct command *command, int argc, char **argv, const char *step,
                           struct invocation *invocation, struct api *api,
                           char out_path[static API_URL_BYTES])
{
    char id[API_ID_BYTES];
    int exit;

    if (!options_read(command, NULL, argc, argv, 1, 1, invocation, &exit))
        return exit == EXIT_DONE ? -1 : exit; /* -1: help was asked, nothing is left to do */
    exit = api_open(invocation, api);
    if (exit == EXIT_DONE)
        exit = api_find_id(api, INBOX, MEMBER, invocation->words[0], id);
    snprintf(out_path, API_URL_BYTES, INBOX "/%s/%s", exit == EXIT_DONE ? id : "", step);
    return exit;
}

static void print_line(const char *label, const json_t *contact, const char *name)
{
    if (text_at(contact, name)[0])
        printf("%-12s%s\n", label, text_at(contact, name));
}

static int print_contact(const json_t *answer)
{
    const json_t *contact = json_object_get(answer, "contact");
    const json_t *address = json_object_get(contact, "adres");

    printf("%-12s%s %s%s%s%s\n", say("adres", "address"), text_at(address, "postcode"),
           text_at(address, "huisnummer"), text_at(address, "huisletter"),
           text_at(address, "toevoeging")[0] ? "-" : "", text_at(address, "toevoeging"));
    print_line(say("naam", "name"), contact, "naam");
    print_line(say("telefoon", "telephone"), contact, "telefoon");
    print_line(say("taal", "language"), contact, "taal");
    return EXIT_DONE;
}

static int run_open(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    struct invocation invocation;
    char path[API_URL_BYTES];
    int exit = open_for_signal(&command_open, argc, argv, "inhoud", &invocation, &api, path);

    if (exit != EXIT_DONE)
        return exit < 0 ? EXIT_DONE : exit;
    exit = api_get(&api, path, &answer);
    if (exit != EXIT_DONE)
        return exit;
    return invocation.json ? api_print_json(answer) : print_contact(answer);
}

const struct command command_open = {
    .name = "open",
    .summary = {"Toont de contactgegevens van een aangenomen signaal; dit wordt vastgelegd.",
                "Shows the contact details of an accepted signal; this is logged."},
    .usage = "ID",
    .run = run_open,
};

/* "bevestigt de bewoner de toestemming?", asked at the first contact. */
static int confirm(const struct invocation *invocation, struct api *api, const char *id,
                   const char *answer_word)
{
    OWNED_JSON answer = NULL;
    char path[API_URL_BYTES];
    int exit;

    snprintf(path, sizeof path, INBOX "/%s/toestemming", id);
    exit = api_post(api, path, json_pack("{ss}", "bevestigd", answer_word), &answer);
    if (exit != EXIT_DONE)
        return exit;
    if (invocation->json)
        return api_print_json(answer);
    printf("%s\n", strcmp(answer_word, "ja") == 0
                       ? say("De bewoner bevestigt de toestemming.",
                             "The resident confirms the consent.")
                       : say("De bewoner bevestigt de toestemming niet: het signaal is hier gewist, "
                             "en de melder krijgt bericht.",
                             "The resident does not confirm the consent: the signal is erased here, "
                             "and the reporter is told."));
    return EXIT_DONE;
}

static int print_accepted(const struct invocation *invocation, const json_t *answer)
{
    if (invocation->json)
        return api_print_json(answer);
    printf(say("Aangenomen: %s. De contactgegevens: wijkpoort open %.8s\n",
               "Accepted: %s. The contact details: wijkpoort open %.8s\n"),
           text_at(answer, "id"), text_at(answer, "id"));
    return EXIT_DONE;
}

static int accept_signal(const struct invocation *invocation, const char *confirmed)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    char id[API_ID_BYTES], path[API_URL_BYTES];
    int exit = api_open(invocation, &api);

    if (exit == EXIT_DONE)
        exit = api_find_id(&api, INBOX, MEMBER, invocation->words[0], id);
    if (exit != EXIT_DONE)
        return exit;
    snprintf(path, sizeof path, INBOX "/%s/aanvaarding", id);
    exit = api_post(&api, path, json_object(), &answer);
    if (exit != EXIT_DONE)
        return exit;
    return confirmed ? confirm(invocation, &api, id, confirmed)
                     : print_accepted(invocation, answer);
}

static int run_accept(int argc, char **argv)
{
    const char *confirmed = NULL;
    const struct option_row rows[] = {
        {"bevestigd",
         "ja|nee",
         {"bij het eerste contact: bevestigt de bewoner de toestemming?",
          "at the first contact: does the resident confirm the consent?"},
         &confirmed,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_accept, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (confirmed && strcmp(confirmed, "ja") != 0 && strcmp(confirmed, "nee") != 0)
        return command_wrong_use(&command_accept, "Geef bij --bevestigd ja of nee.",
                                 "Give ja or nee with --bevestigd.");
    return accept_signal(&invocation, confirmed);
}

const struct command command_accept = {
    .name = "accept",
    .alias = "aannemen",
    .summary = {"Neemt een signaal aan; dit blijft binnen uw organisatie.",
                "Accepts a signal; this stays within your organisation."},
    .usage = "ID [--bevestigd ja|nee]",
    .run = run_accept,
};
