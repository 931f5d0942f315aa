/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Users: the request on the user's own machine, the signing by the administrator,
 * the roles in the gateway's store. The key never leaves the user's machine.
 */
#include <string.h>

#include "covenant/role.h"
#include "gateway/api.h"
#include "gateway/authority.h"
#include "gateway/clock.h"
#include "gateway/commands.h"
#include "gateway/users.h"

enum { REQUEST_MAX_BYTES = 16 * 1024, ROLES_TEXT_BYTES = 256 };

/* What the gateway would refuse is told to who can still choose another. */
static bool is_staff_number(const char *name)
{
    if (user_number_is_valid(name))
        return true;
    fprintf(stderr, "%s: %s\n", name,
            say("een personeelsnummer heeft 1 tot 32 letters, cijfers, punten of streepjes, geen "
                "spaties; gebruik geen naam",
                "a staff number has 1 to 32 letters, digits, dots or dashes, no spaces; use no "
                "name"));
    return false;
}

/* --- user request --- */

static enum outcome write_request(const char *folder, const char *name, struct file_fault *fault)
{
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_BUFFER pem = {0};
    const struct certificate_subject subject = {.common_name = name};
    char path[FILE_PATH_MAX_BYTES];

    TRY(folder_make(folder, fault));
    TRY(path_join(folder, "sleutel.key", path, fault));
    TRY(private_key_create(path, &key, fault));
    TRY(certificate_request_make(&subject, key, &pem));
    TRY(path_join(folder, "verzoek.csr", path, fault));
    return file_write_new(path, buffer_bytes(&pem), 0644, fault);
}

static int run_request(int argc, char **argv)
{
    const char *name = NULL, *folder = NULL;
    const struct option_row rows[] = {
        {"naam", "NUMBER", {"uw personeelsnummer", "your staff number"}, &name, NULL},
        {"uit",
         "DIR",
         {"map voor sleutel en verzoek", "folder for key and request"},
         &folder,
         NULL},
        {0},
    };
    struct invocation invocation;
    struct file_fault fault = {0};
    enum outcome outcome;
    int exit;

    if (!options_read(&command_user_request, rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    if (!name || !folder)
        return command_wrong_use(&command_user_request, "Geef --naam en --uit.",
                                 "Give --naam and --uit.");
    if (!is_staff_number(name))
        return EXIT_WRONG_USE;
    outcome = write_request(folder, name, &fault);
    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    printf(say("Gemaakt: %s/verzoek.csr. Geef dat bestand aan uw beheerder.\n"
               "De sleutel %s/sleutel.key blijft bij u.\n",
               "Made: %s/verzoek.csr. Give that file to your administrator.\n"
               "The key %s/sleutel.key stays with you.\n"),
           folder, folder);
    return EXIT_DONE;
}

const struct command command_user_request = {
    .name = "user request",
    .summary = {"Maakt uw sleutel en een verzoek om een certificaat.",
                "Makes your key and a request for a certificate."},
    .usage = "--naam NUMBER --uit DIR",
    .run = run_request,
};

/* --- user add --- */

struct addition {
    const char *request_path, *roles, *ca_folder, *out_folder;
    struct buffer name; /* of the request */
    struct buffer certificate;
    struct buffer ca;
    char fingerprint[FINGERPRINT_TEXT_BYTES];
};

static void addition_wipe(struct addition *addition)
{
    buffer_wipe(&addition->name);
    buffer_wipe(&addition->certificate);
    buffer_wipe(&addition->ca);
}

static enum outcome read_request(struct addition *addition, struct bytes pem,
                                 struct certificate_request **out_request)
{
    TRY(certificate_request_read(pem, out_request));
    TRY(certificate_request_common_name(*out_request, &addition->name));
    if (!buffer_text(&addition->name))
        return OUTCOME_OUT_OF_MEMORY;
    return is_staff_number(buffer_text(&addition->name)) ? OUTCOME_OK : OUTCOME_MALFORMED;
}

static enum outcome sign(struct addition *addition, struct file_fault *fault)
{
    OWNED_AUTHORITY authority = {0};
    OWNED_CERTIFICATE_REQUEST request = NULL;
    OWNED_BUFFER pem = {0};
    enum outcome outcome;

    TRY(file_read(addition->request_path, REQUEST_MAX_BYTES, &pem, fault));
    outcome = read_request(addition, buffer_bytes(&pem), &request);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_OUT_OF_MEMORY)
        file_fault_at(fault, FILE_CHECK_CONTENTS, addition->request_path);
    TRY(outcome);
    TRY(authority_load(addition->ca_folder, &authority, fault));
    TRY(authority_issue_requested(&authority, buffer_text(&addition->name), request,
                                  clock_now_ms() / 1000, &addition->certificate));
    buffer_add_buffer(&addition->ca, &authority.pem);
    TRY(buffer_outcome(&addition->ca));
    return pem_fingerprint(buffer_bytes(&addition->certificate), addition->fingerprint);
}

/* "MELDER,AUDITOR" as an array; NULL when a word is no role (named on stderr) or out of memory. */
static json_t *roles_array(const char *roles)
{
    OWNED_JSON array = json_array();
    char copy[ROLES_TEXT_BYTES], *rest = copy;
    json_t *result;

    if (strlen(roles) >= sizeof copy)
        return NULL;
    memcpy(copy, roles, strlen(roles) + 1);
    for (const char *word; (word = strsep(&rest, ","));) {
        enum role role;
        if (!role_parse(word, &role)) {
            fprintf(stderr, say("Deze rol is er niet: %s\n", "There is no such role: %s\n"), word);
            return NULL;
        }
        if (json_array_append_new(array, json_string(role_word(role))) != 0)
            return NULL;
    }
    result = array;
    array = NULL; /* handed over */
    return result;
}

static int print_waiting(const json_t *answer, const struct addition *addition)
{
    const json_t *waiting = json_object_get(answer, "wacht");

    printf(say("%.*s toegevoegd (%s). Profiel en certificaat staan in %s.\n",
               "%.*s added (%s). Profile and certificate stand in %s.\n"),
           (int)addition->name.length, (const char *)addition->name.data, addition->fingerprint,
           addition->out_folder);
    for (size_t i = 0; i < json_array_size(waiting); i++)
        printf(say("  %s telt pas na: wijkpoort user confirm %s (FG of convenantbeheerder)\n",
                   "  %s counts only after: wijkpoort user confirm %s (FG or covenant manager)\n"),
               json_string_value(json_array_get(waiting, i)), addition->fingerprint);
    return EXIT_DONE;
}

static int add(const struct invocation *invocation, struct addition *addition)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    json_t *roles = roles_array(addition->roles);
    struct file_fault fault = {0};
    enum outcome outcome;
    int exit;

    if (!roles)
        return EXIT_WRONG_USE;
    outcome = sign(addition, &fault);
    if (outcome == OUTCOME_OK)
        outcome = folder_make(addition->out_folder, &fault);
    if (outcome == OUTCOME_OK) /* else the number would be taken, for a certificate nobody has */
        outcome = profile_folder_is_free(addition->out_folder, &fault);
    exit = outcome == OUTCOME_OK ? api_open(invocation, &api) : command_file_fault(outcome, &fault);
    if (exit != EXIT_DONE) {
        json_decref(roles);
        return exit;
    }
    exit = api_post(&api, "/v1/gebruikers",
                    json_pack("{s:s, s:s, s:o}", "vingerafdruk", addition->fingerprint, "naam",
                              buffer_text(&addition->name), "rollen", roles),
                    &answer);
    if (exit != EXIT_DONE)
        return exit;
    outcome =
        profile_write_folder(addition->out_folder, api.profile.address, buffer_bytes(&addition->ca),
                             buffer_bytes(&addition->certificate), &fault);
    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    return invocation->json ? api_print_json(answer) : print_waiting(answer, addition);
}

static int run_add(int argc, char **argv)
{
    __attribute__((cleanup(addition_wipe))) struct addition addition = {0};
    const struct option_row rows[] = {
        {"request",
         "FILE",
         {"verzoek.csr van de gebruiker", "verzoek.csr of the user"},
         &addition.request_path,
         NULL},
        {"rollen",
         "ROLES",
         {"rollen met komma's: MELDER,AUDITOR", "roles with commas: MELDER,AUDITOR"},
         &addition.roles,
         NULL},
        {"ca",
         "DIR",
         {"map van uw certificaatuitgifte", "folder of your certificate authority"},
         &addition.ca_folder,
         NULL},
        {"uit",
         "DIR",
         {"map voor profiel en certificaat", "folder for profile and certificate"},
         &addition.out_folder,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_user_add, rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    if (!addition.request_path || !addition.roles || !addition.ca_folder || !addition.out_folder)
        return command_wrong_use(&command_user_add, "Geef --request, --rollen, --ca en --uit.",
                                 "Give --request, --rollen, --ca and --uit.");
    return add(&invocation, &addition);
}

const struct command command_user_add = {
    .name = "user add",
    .summary = {"Tekent het certificaat van een gebruiker en geeft rollen.",
                "Signs a user's certificate and gives roles."},
    .usage = "--request FILE --rollen ROLES --ca DIR --uit DIR",
    .run = run_add,
};
