/* SPDX-License-Identifier: EUPL-1.2 */
/* Users as the store knows them: list, confirm, remove. */
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/api.h"
#include "gateway/authority.h"
#include "gateway/commands.h"
#include "gateway/table.h"

enum { WORDS_BYTES = 256 };

static void join_words(const json_t *words, char out[static WORDS_BYTES])
{
    size_t length = 0;

    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(words) && length < WORDS_BYTES; i++) {
        int more = snprintf(out + length, WORDS_BYTES - length, "%s%s", i ? ", " : "",
                            json_string_value(json_array_get(words, i)));
        length += more > 0 ? (size_t)more : 0;
    }
}

static int print_users(const json_t *users)
{
    OWNED_TABLE table = table_with(4);

    table_row(&table, (const char *[]){say("naam", "name"), say("rollen", "roles"),
                                       say("wacht op bevestiging", "waits for confirmation"),
                                       say("vingerafdruk", "fingerprint")});
    for (size_t i = 0; i < json_array_size(users); i++) {
        const json_t *user = json_array_get(users, i);
        char roles[WORDS_BYTES], waiting[WORDS_BYTES];
        join_words(json_object_get(user, "rollen"), roles);
        join_words(json_object_get(user, "wacht"), waiting);
        table_row(&table, (const char *[]){text_at(user, "naam"), roles, waiting,
                                           text_at(user, "vingerafdruk")});
    }
    return table_show(&table);
}

static int run_list(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    struct invocation invocation;
    int exit;

    if (!options_read(&command_user_list, NULL, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get(&api, "/v1/gebruikers", &answer);
    if (exit != EXIT_DONE)
        return exit;
    return invocation.json ? api_print_json(answer)
                           : print_users(json_object_get(answer, "gebruikers"));
}

const struct command command_user_list = {
    .name = "user list",
    .summary = {"Toont de gebruikers en hun rollen.", "Shows the users and their roles."},
    .usage = "",
    .run = run_list,
};

static bool is_fingerprint(const char *text)
{
    uint8_t digest[CERTIFICATE_FINGERPRINT_BYTES];

    return hex_decode(text, digest, sizeof digest);
}

/* Opens the API for a command on one user; false with *out_exit when it ends here. */
static bool open_for_user(const struct command *command, int argc, char **argv,
                          struct invocation *invocation, struct api *api, int *out_exit)
{
    if (!options_read(command, NULL, argc, argv, 1, 1, invocation, out_exit))
        return false;
    if (!is_fingerprint(invocation->words[0])) {
        *out_exit = command_wrong_use(command, "Een vingerafdruk heeft 64 tekens 0-9 en a-f.",
                                      "A fingerprint has 64 characters 0-9 and a-f.");
        return false;
    }
    *out_exit = api_open(invocation, api);
    return *out_exit == EXIT_DONE;
}

static int run_confirm(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    struct invocation invocation;
    char path[API_URL_BYTES], roles[WORDS_BYTES];
    int exit;

    if (!open_for_user(&command_user_confirm, argc, argv, &invocation, &api, &exit))
        return exit;
    snprintf(path, sizeof path, "/v1/gebruikers/%s/bevestiging", invocation.words[0]);
    exit = api_post(&api, path, json_object(), &answer);
    if (exit != EXIT_DONE)
        return exit;
    if (invocation.json)
        return api_print_json(answer);
    join_words(json_object_get(answer, "rollen"), roles);
    printf(say("Bevestigd. Rollen: %s\n", "Confirmed. Roles: %s\n"), roles);
    return EXIT_DONE;
}

const struct command command_user_confirm = {
    .name = "user confirm",
    .summary = {"Bevestigt als tweede persoon de rollen van een gebruiker.",
                "Confirms a user's roles as the second person."},
    .usage = "FINGERPRINT",
    .run = run_confirm,
};

static int run_remove(int argc, char **argv)
{
    OWNED_API api = {0};
    struct invocation invocation;
    char path[API_URL_BYTES];
    int exit;

    if (!open_for_user(&command_user_remove, argc, argv, &invocation, &api, &exit))
        return exit;
    snprintf(path, sizeof path, "/v1/gebruikers/%s", invocation.words[0]);
    exit = api_delete(&api, path);
    if (exit == EXIT_DONE)
        printf("%s\n", say("Verwijderd; de toegang is direct geëindigd.",
                           "Removed; access has ended at once."));
    return exit;
}

const struct command command_user_remove = {
    .name = "user remove",
    .summary = {"Neemt een gebruiker direct alle toegang af.",
                "Takes all access from a user at once."},
    .usage = "FINGERPRINT",
    .run = run_remove,
};
