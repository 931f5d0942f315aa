/* SPDX-License-Identifier: EUPL-1.2 */
/* The covenants of the own gateway: add from paper, and judge. */
#include <string.h>

#include "covenant/covenant.h"
#include "crypto/encoding.h"
#include "gateway/api.h"
#include "gateway/commands.h"

/* Paper has the fingerprint in groups: spaces do not count. */
static bool read_fingerprint(const char *text, char out[static SHA256_HEX_BYTES])
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_BYTES];
    size_t length = 0;

    for (; *text; text++) {
        if (*text == ' ')
            continue;
        if (length == SHA256_HEX_BYTES - 1)
            return false;
        hex[length++] = *text;
    }
    hex[length] = '\0';
    if (!hex_decode(hex, digest, sizeof digest))
        return false;
    memcpy(out, hex, sizeof hex);
    return true;
}

static int wrong_fingerprint(const struct command *command)
{
    return command_wrong_use(command,
                             "Een vingerafdruk heeft 64 tekens 0-9 en a-f (spaties mogen).",
                             "A fingerprint has 64 characters 0-9 and a-f (spaces are fine).");
}

/* --- add --- */

static void print_names(const char *label, const json_t *names)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        printf("%s%s", i ? ", " : label, json_string_value(json_array_get(names, i)));
    if (json_array_size(names))
        printf("\n");
}

static void print_added(const json_t *answer)
{
    printf(
        say("Toegevoegd: %s versie %s. Gaat uw organisatie akkoord: wijkpoort covenant sign %s\n",
            "Added: %s version %s. If your organisation agrees: wijkpoort covenant sign %s\n"),
        text_at(answer, "id"), text_at(answer, "versie"), text_at(answer, "vingerafdruk"));
    print_names(say("Deze versie gaat vanzelf naar: ", "This version goes by itself to: "),
                json_object_get(answer, "voorgesteldAan"));
    print_names(say("Geef het bestand en de vingerafdruk op papier aan: ",
                    "Give the file and the fingerprint on paper to: "),
                json_object_get(answer, "vanPapier"));
}

static int add(const struct invocation *invocation, const char *fingerprint)
{
    OWNED_JSON answer = NULL;
    int exit = api_post_file(invocation, "/v1/convenanten", "bestand", COVENANT_MAX_BYTES,
                             fingerprint, &answer);

    if (exit != EXIT_DONE)
        return exit;
    if (invocation->json)
        return api_print_json(answer);
    print_added(answer);
    return EXIT_DONE;
}

static int run_add(int argc, char **argv)
{
    const char *text = NULL;
    const struct option_row rows[] = {
        {"fingerprint",
         "HEX",
         {"vingerafdruk, overgenomen van papier", "fingerprint, read from paper"},
         &text,
         NULL},
        {0},
    };
    struct invocation invocation;
    char fingerprint[SHA256_HEX_BYTES];
    int exit;

    if (!options_read(&command_covenant_add, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!text || !read_fingerprint(text, fingerprint))
        return wrong_fingerprint(&command_covenant_add);
    return add(&invocation, fingerprint);
}

const struct command command_covenant_add = {
    .name = "covenant add",
    .summary = {"Voegt een convenant toe, met de vingerafdruk van papier.",
                "Adds a covenant, with the fingerprint from paper."},
    .usage = "FILE --fingerprint HEX",
    .run = run_add,
};

/* --- sign, reject, revoke --- */

static int judge(const struct command *command, int argc, char **argv, const char *verdict)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    struct invocation invocation;
    char path[API_URL_BYTES], fingerprint[SHA256_HEX_BYTES];
    int exit;

    if (!options_read(command, NULL, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!read_fingerprint(invocation.words[0], fingerprint))
        return wrong_fingerprint(command);
    snprintf(path, sizeof path, "/v1/convenanten/%s/oordelen", fingerprint);
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_post(&api, path, json_pack("{s:s}", "oordeel", verdict), &answer);
    if (exit != EXIT_DONE)
        return exit;
    if (invocation.json)
        return api_print_json(answer);
    printf("%s  %s  %s\n", text_at(answer, "oordeel"), text_at(answer, "op"),
           text_at(answer, "vingerafdruk"));
    return EXIT_DONE;
}

static int run_sign(int argc, char **argv)
{
    return judge(&command_covenant_sign, argc, argv, "AKKOORD");
}

const struct command command_covenant_sign = {
    .name = "covenant sign",
    .summary = {"Verklaart dat uw organisatie akkoord gaat.",
                "States that your organisation agrees."},
    .usage = "FINGERPRINT",
    .run = run_sign,
};

static int run_reject(int argc, char **argv)
{
    return judge(&command_covenant_reject, argc, argv, "AFWIJZING");
}

const struct command command_covenant_reject = {
    .name = "covenant reject",
    .summary = {"Verklaart dat uw organisatie niet akkoord gaat.",
                "States that your organisation does not agree."},
    .usage = "FINGERPRINT",
    .run = run_reject,
};

static int run_revoke(int argc, char **argv)
{
    return judge(&command_covenant_revoke, argc, argv, "INTREKKING");
}

const struct command command_covenant_revoke = {
    .name = "covenant revoke",
    .summary = {"Trekt het akkoord van uw organisatie in; het verkeer stopt.",
                "Withdraws your organisation's agreement; traffic stops."},
    .usage = "FINGERPRINT",
    .run = run_revoke,
};
