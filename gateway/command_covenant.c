/* SPDX-License-Identifier: EUPL-1.2 */
/* The covenants of the own gateway: add from paper, judge, list, show. */
#include <string.h>

#include "covenant/covenant.h"
#include "covenant/covenant_text.h"
#include "crypto/encoding.h"
#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/table.h"

enum { MARKED_BYTES = 128 };

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
    OWNED_API api = {0};
    OWNED_BUFFER file = {0}, body = {0};
    OWNED_JSON answer = NULL;
    struct file_fault fault = {0};
    enum outcome outcome = file_read(invocation->words[0], COVENANT_MAX_BYTES, &file, &fault);
    int exit;

    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    buffer_add_text(&body, "{\"bestand\":\"");
    buffer_add_base64(&body, buffer_bytes(&file));
    buffer_format(&body, "\",\"vingerafdruk\":\"%s\"}", fingerprint);
    outcome = buffer_outcome(&body);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = api_open(invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_post_text(&api, "/v1/convenanten", buffer_bytes(&body), &answer);
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

/* --- list --- */

static size_t count_agreed(const json_t *parties)
{
    size_t agreed = 0;

    for (size_t i = 0; i < json_array_size(parties); i++)
        agreed += strcmp(text_at(json_array_get(parties, i), "oordeel"), "AKKOORD") == 0;
    return agreed;
}

static int print_list(const json_t *covenants)
{
    OWNED_TABLE table = table_with(6);

    table_row(&table,
              (const char *[]){say("convenant", "covenant"), say("geldig tot", "valid until"),
                               say("akkoord", "agreed"), say("van kracht", "in force"),
                               say("reden", "reason"), say("vingerafdruk", "fingerprint")});
    for (size_t i = 0; i < json_array_size(covenants); i++) {
        const json_t *covenant = json_array_get(covenants, i);
        const json_t *parties = json_object_get(covenant, "partijen");
        char name[MARKED_BYTES], agreed[32];
        snprintf(name, sizeof name, "%s@%s", text_at(covenant, "id"), text_at(covenant, "versie"));
        snprintf(agreed, sizeof agreed, "%zu / %zu", count_agreed(parties),
                 json_array_size(parties));
        table_row(&table, (const char *[]){
                              name, text_at(covenant, "geldigTot"), agreed,
                              flag_at(covenant, "vanKracht") ? say("ja", "yes") : say("nee", "no"),
                              text_at(covenant, "reden"), text_at(covenant, "vingerafdruk")});
    }
    return table_show(&table);
}

static int run_list(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    struct invocation invocation;
    int exit;

    if (!options_read(&command_covenant_list, NULL, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get(&api, "/v1/convenanten", &answer);
    if (exit != EXIT_DONE)
        return exit;
    return invocation.json ? api_print_json(answer)
                           : print_list(json_object_get(answer, "convenanten"));
}

const struct command command_covenant_list = {
    .name = "covenant list",
    .summary = {"Toont de convenanten en of zij van kracht zijn.",
                "Shows the covenants and whether they are in force."},
    .usage = "",
    .run = run_list,
};

/* --- show --- */

static void print_waiting(const json_t *names)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        printf("%s%s", i ? ", " : say(" - wacht op ", " - waits for "),
               json_string_value(json_array_get(names, i)));
}

static int print_covenant(const json_t *covenant)
{
    const json_t *parties = json_object_get(covenant, "partijen");
    const json_t *articles = json_object_get(covenant, "bepalingen");

    printf("%s\n%s@%s\n%s - %s, %s %s\n%s\n", text_at(covenant, "titel"), text_at(covenant, "id"),
           text_at(covenant, "versie"), text_at(covenant, "geldigVanaf"),
           text_at(covenant, "geldigTot"), say("evaluatie", "evaluation"),
           text_at(covenant, "evaluatieDatum"), text_at(covenant, "vingerafdruk"));
    printf("%s: %s %s\n\n", say("van kracht", "in force"),
           flag_at(covenant, "vanKracht") ? say("ja", "yes") : say("nee", "no"),
           text_at(covenant, "reden"));
    for (size_t i = 0; i < json_array_size(parties); i++) {
        const json_t *party = json_array_get(parties, i);
        printf("  %-12s %s  %s (%s)\n", text_at(party, "oordeel"), text_at(party, "oin"),
               text_at(party, "naam"), text_at(party, "soort"));
    }
    printf("\n");
    for (size_t i = 0; i < json_array_size(articles); i++) {
        const json_t *article = json_array_get(articles, i);
        printf("  %s %lld  %s, %s: %s", say("bepaling", "article"),
               (long long)number_at(article, "nr"), text_at(article, "doel"),
               text_at(article, "wijze"),
               flag_at(article, "vanKracht") ? say("van kracht", "in force")
                                             : say("niet van kracht", "not in force"));
        print_waiting(json_object_get(article, "wachtOp"));
        printf("\n");
    }
    return EXIT_DONE;
}

static const json_t *find_covenant(const json_t *covenants, const char *fingerprint)
{
    for (size_t i = 0; i < json_array_size(covenants); i++) {
        const json_t *covenant = json_array_get(covenants, i);
        if (strcmp(text_at(covenant, "vingerafdruk"), fingerprint) == 0)
            return covenant;
    }
    return NULL;
}

static int run_show(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    struct invocation invocation;
    const json_t *covenant;
    char fingerprint[SHA256_HEX_BYTES];
    int exit;

    if (!options_read(&command_covenant_show, NULL, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!read_fingerprint(invocation.words[0], fingerprint))
        return wrong_fingerprint(&command_covenant_show);
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get(&api, "/v1/convenanten", &answer);
    if (exit != EXIT_DONE)
        return exit;
    covenant = find_covenant(json_object_get(answer, "convenanten"), fingerprint);
    if (!covenant)
        return command_outcome(OUTCOME_NOT_FOUND);
    return invocation.json ? api_print_json(covenant) : print_covenant(covenant);
}

const struct command command_covenant_show = {
    .name = "covenant show",
    .summary = {"Toont partijen, oordelen en bepalingen van een convenant.",
                "Shows parties, verdicts and articles of a covenant."},
    .usage = "FINGERPRINT",
    .run = run_show,
};
