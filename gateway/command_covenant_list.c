/* SPDX-License-Identifier: EUPL-1.2 */
/* The covenants of the own gateway: where each stands, who must still sign, who knows. */
#include <string.h>

#include "covenant/statement.h"
#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/table.h"

enum { NAME_BYTES = 128, FOR_PEOPLE_BYTES = 64 };

/* --- what both show --- */

static size_t count_agreed(const json_t *parties)
{
    size_t agreed = 0;

    for (size_t i = 0; i < json_array_size(parties); i++)
        agreed += strcmp(text_at(json_array_get(parties, i), "oordeel"), "AKKOORD") == 0;
    return agreed;
}

static void print_waiting(const json_t *names)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        printf("%s%s", i ? ", " : say(" - wacht op ", " - waits for "),
               json_string_value(json_array_get(names, i)));
}

static void print_articles(const json_t *covenant)
{
    const json_t *articles = json_object_get(covenant, "bepalingen");

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
}

static const char *what_of(const json_t *told)
{
    enum verdict verdict;

    return verdict_parse(text_at(told, "wat"), &verdict)
               ? verdict_name(verdict, command_language())
               : say("voorstel", "proposal");
}

/* One line for each party and each thing that we said: does it know? */
static void print_deliveries(const json_t *covenant, bool all)
{
    const json_t *rows = json_object_get(covenant, "afleveringen");

    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *told = json_array_get(rows, i);
        bool arrived = text_at(told, "afgeleverdOp")[0] != '\0';
        const char *code = text_at(told, "code");
        if (arrived && !code[0] && !all)
            continue;
        printf("  %s -> %s: %s %s%s%s\n", what_of(told), text_at(told, "naam"),
               arrived ? say("afgeleverd op", "delivered at")
                       : say("nog niet afgeleverd sinds", "not delivered yet, since"),
               arrived ? text_at(told, "afgeleverdOp") : text_at(told, "sindsOp"),
               code[0] ? say(", geweigerd: ", ", refused: ") : "", code);
    }
}

/* "nog 41 dagen", "12 dagen geleden" */
static const char *days_for_people(int64_t days, char out[static FOR_PEOPLE_BYTES])
{
    if (days >= 0)
        snprintf(out, FOR_PEOPLE_BYTES, say("nog %lld dagen", "%lld days left"), (long long)days);
    else
        snprintf(out, FOR_PEOPLE_BYTES, say("%lld dagen geleden", "%lld days ago"),
                 (long long)-days);
    return out;
}

/* --- list --- */

static void add_row(struct table *table, const json_t *covenant)
{
    const json_t *parties = json_object_get(covenant, "partijen");
    char name[NAME_BYTES], agreed[32], evaluation[FOR_PEOPLE_BYTES], until[FOR_PEOPLE_BYTES];

    snprintf(name, sizeof name, "%s@%s%s", text_at(covenant, "id"), text_at(covenant, "versie"),
             flag_at(covenant, "pilot") ? " (pilot)" : "");
    snprintf(agreed, sizeof agreed, "%zu / %zu", count_agreed(parties), json_array_size(parties));
    snprintf(evaluation, sizeof evaluation, "%s (%lld)", text_at(covenant, "evaluatieDatum"),
             (long long)number_at(covenant, "dagenTotEvaluatie"));
    snprintf(until, sizeof until, "%s (%lld)", text_at(covenant, "geldigTot"),
             (long long)number_at(covenant, "dagenTotEinde"));
    table_row(table, (const char *[]){name, text_at(covenant, "reden"), agreed, evaluation, until,
                                      text_at(covenant, "vingerafdruk")});
}

static int print_list(const json_t *covenants)
{
    OWNED_TABLE table = table_with(6);
    int exit;

    table_row(&table, (const char *[]){say("convenant", "covenant"), say("stand", "state"),
                                       say("akkoord", "agreed"),
                                       say("evaluatie (dagen)", "evaluation (days)"),
                                       say("geldig tot (dagen)", "valid until (days)"),
                                       say("vingerafdruk", "fingerprint")});
    for (size_t i = 0; i < json_array_size(covenants); i++)
        add_row(&table, json_array_get(covenants, i));
    exit = table_show(&table);
    for (size_t i = 0; exit == EXIT_DONE && i < json_array_size(covenants); i++) {
        const json_t *covenant = json_array_get(covenants, i);
        printf("\n%s@%s: %s\n", text_at(covenant, "id"), text_at(covenant, "versie"),
               text_at(covenant, "reden"));
        print_articles(covenant);
        print_deliveries(covenant, false);
    }
    return exit;
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
    .summary = {"Toont de convenanten, waar zij staan en wie nog moet tekenen.",
                "Shows the covenants, where they stand and who must still sign."},
    .usage = "",
    .run = run_list,
};

/* --- show --- */

static void print_origin(const json_t *origin)
{
    const char *name = text_at(origin, "voorgesteldDoorNaam");

    if (name[0])
        printf("%s %s (%s)%s\n", say("voorgesteld door", "proposed by"), name,
               text_at(origin, "op"),
               flag_at(origin, "papier")
                   ? say(", vergeleken met papier", ", compared with paper")
                   : say(", nog niet vergeleken met papier", ", not compared with paper yet"));
}

static void print_head(const json_t *covenant)
{
    char days[2][FOR_PEOPLE_BYTES];

    printf("%s\n%s@%s%s\n%s %s\n%s - %s (%s), %s %s (%s)\n%s\n", text_at(covenant, "titel"),
           text_at(covenant, "id"), text_at(covenant, "versie"),
           flag_at(covenant, "pilot") ? say(" - pilot", " - pilot") : "",
           say("stand:", "state:"), text_at(covenant, "reden"), text_at(covenant, "geldigVanaf"),
           text_at(covenant, "geldigTot"),
           days_for_people(number_at(covenant, "dagenTotEinde"), days[0]),
           say("evaluatie", "evaluation"), text_at(covenant, "evaluatieDatum"),
           days_for_people(number_at(covenant, "dagenTotEvaluatie"), days[1]),
           text_at(covenant, "vingerafdruk"));
    print_origin(json_object_get(covenant, "herkomst"));
}

static int print_covenant(const json_t *covenant)
{
    const json_t *parties = json_object_get(covenant, "partijen");

    print_head(covenant);
    printf("\n");
    for (size_t i = 0; i < json_array_size(parties); i++) {
        const json_t *party = json_array_get(parties, i);
        printf("  %-12s %s  %s (%s)\n", text_at(party, "oordeel"), text_at(party, "oin"),
               text_at(party, "naam"), text_at(party, "soort"));
    }
    printf("\n");
    print_articles(covenant);
    printf("\n");
    print_deliveries(covenant, true);
    return EXIT_DONE;
}

/* Paper has the fingerprint in groups: spaces do not count. */
static bool is_named(const json_t *covenant, const char *word)
{
    const char *fingerprint = text_at(covenant, "vingerafdruk");
    char name[NAME_BYTES];

    snprintf(name, sizeof name, "%s@%s", text_at(covenant, "id"), text_at(covenant, "versie"));
    if (strcmp(name, word) == 0 || strcmp(text_at(covenant, "id"), word) == 0)
        return true;
    for (; *word; word++) {
        if (*word != ' ' && *word != *fingerprint++)
            return false;
    }
    return *fingerprint == '\0';
}

/* Of several versions of an id the one in force, else the last. */
static const json_t *find_covenant(const json_t *covenants, const char *word)
{
    const json_t *found = NULL;

    for (size_t i = 0; i < json_array_size(covenants); i++) {
        const json_t *covenant = json_array_get(covenants, i);
        if (is_named(covenant, word) && (!found || !flag_at(found, "vanKracht")))
            found = covenant;
    }
    return found;
}

static int run_show(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    struct invocation invocation;
    const json_t *covenant;
    int exit;

    if (!options_read(&command_covenant_show, NULL, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get(&api, "/v1/convenanten", &answer);
    if (exit != EXIT_DONE)
        return exit;
    covenant = find_covenant(json_object_get(answer, "convenanten"), invocation.words[0]);
    if (!covenant)
        return command_outcome(OUTCOME_NOT_FOUND);
    return invocation.json ? api_print_json(covenant) : print_covenant(covenant);
}

const struct command command_covenant_show = {
    .name = "covenant show",
    .summary = {"Toont partijen, oordelen, bepalingen en wie het weet van een convenant.",
                "Shows parties, verdicts, articles and who knows of a covenant."},
    .usage = "FINGERPRINT|ID",
    .run = run_show,
};
