/* SPDX-License-Identifier: EUPL-1.2 */
/* Mag dit? The decision function on words alone: no personal data goes in. */
#include <string.h>

#include "gateway/api.h"
#include "gateway/commands.h"

enum { WORDS_TEXT_BYTES = 1024 };

struct question {
    const char *covenant, *to, *purpose, *code, *lane, *fields, *conditions;
    bool proof;
};

/* "a,b" as an array; "" and NULL as an empty one. NULL when out of memory. */
static json_t *words_array(const char *words)
{
    json_t *array = json_array();
    char copy[WORDS_TEXT_BYTES], *rest = copy;

    snprintf(copy, sizeof copy, "%s", words ? words : "");
    for (const char *word; (word = strsep(&rest, ","));) {
        if (word[0])
            json_array_append_new(array, json_string(word));
    }
    return array;
}

static json_t *question_json(const struct question *question)
{
    return json_pack("{s:s*, s:s, s:s*, s:s*, s:s, s:o, s:o, s:b}", "convenant", question->covenant,
                     "naar", question->to, "doel", question->purpose, "signaalcode", question->code,
                     "wijze", question->lane, "velden", words_array(question->fields),
                     "voorwaarden", words_array(question->conditions), "bewijs", question->proof);
}

static void print_permitted(const json_t *answer)
{
    const json_t *fields = json_object_get(answer, "velden");
    const json_t *terms = json_object_get(answer, "termijnen");
    const char *name;
    json_t *days;

    printf(say("Ja: bepaling %lld, doel %s.\n", "Yes: article %lld, purpose %s.\n"),
           (long long)number_at(answer, "bepaling"), text_at(answer, "doel"));
    printf("  %s", say("velden:", "fields:"));
    for (size_t i = 0; i < json_array_size(fields); i++)
        printf(" %s", json_string_value(json_array_get(fields, i)));
    printf(say("\n  bewaren: %lld dagen, terugkoppeling niveau %lld\n",
               "\n  kept for %lld days, feedback level %lld\n"),
           (long long)number_at(answer, "bewaarDagen"), (long long)number_at(answer, "niveau"));
    /* Jansson's iterator takes no const; it does not write. */
    json_object_foreach ((json_t *)(uintptr_t)terms, name, days) {
        printf("  %s: %lld\n", name, (long long)json_integer_value(days));
    }
}

static void print_refused(const json_t *answer)
{
    printf("%s %s", say("Nee.", "No."), text_at(answer, "reden"));
    if (number_at(answer, "bepaling") > 0)
        printf(" (%s %lld)", say("bepaling", "article"), (long long)number_at(answer, "bepaling"));
    printf(" [%s]\n", text_at(answer, "code"));
    if (text_at(answer, "oplossing")[0])
        printf("  %s\n", text_at(answer, "oplossing"));
}

static int ask(const struct invocation *invocation, const struct question *question)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    int exit = api_open(invocation, &api);
    bool permitted;

    if (exit == EXIT_DONE)
        exit = api_post(&api, "/v1/toetsingen", question_json(question), &answer);
    if (exit != EXIT_DONE)
        return exit;
    permitted = flag_at(answer, "toegestaan");
    if (invocation->json)
        exit = api_print_json(answer);
    else if (permitted)
        print_permitted(answer);
    else
        print_refused(answer);
    return exit == EXIT_DONE && !permitted ? EXIT_REFUSED : exit;
}

static int run(int argc, char **argv)
{
    struct question question = {0};
    const struct option_row rows[] = {
        {"naar",
         "OIN|KIND",
         {"aan wie: een OIN of een soort, zoals WIJKTEAM",
          "to whom: an OIN or a kind, like WIJKTEAM"},
         &question.to,
         NULL},
        {"wijze",
         "LANE",
         {"AGGREGAAT, TOESTEMMING of WET", "AGGREGAAT, TOESTEMMING or WET"},
         &question.lane,
         NULL},
        {"doel",
         "PURPOSE",
         {"doel, zoals TOELEIDING", "purpose, like TOELEIDING"},
         &question.purpose,
         NULL},
        {"signaalcode", "CODE", {"signaalcode", "signal code"}, &question.code, NULL},
        {"velden",
         "FIELDS",
         {"velden, met komma's", "fields, with commas"},
         &question.fields,
         NULL},
        {"voorwaarden",
         "WORDS",
         {"vervulde voorwaarden, met komma's: contactpoging, gewezenOpHulp, "
          "schriftelijkeHerinnering, geenBezwaar, huidigeHuurder, geenLopendPlan, meerderjarig",
          "fulfilled conditions, with commas: contactpoging, gewezenOpHulp, "
          "schriftelijkeHerinnering, geenBezwaar, huidigeHuurder, geenLopendPlan, meerderjarig"},
         &question.conditions,
         NULL},
        {"bewijs",
         NULL,
         {"er is een bewijs van toestemming", "there is a proof of consent"},
         NULL,
         &question.proof},
        {"convenant",
         "ID",
         {"onder dit convenant", "under this covenant"},
         &question.covenant,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_covenant_ask, rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    if (!question.to || !question.lane)
        return command_wrong_use(&command_covenant_ask, "Geef --naar en --wijze.",
                                 "Give --naar and --wijze.");
    return ask(&invocation, &question);
}

const struct command command_covenant_ask = {
    .name = "covenant ask",
    .summary = {"Mag dit? Vraagt het convenant zonder persoonsgegevens; 1 is nee.",
                "May this? Asks the covenant without personal data; exit 1 is no."},
    .usage = "--naar OIN|KIND --wijze LANE [--doel PURPOSE] [--signaalcode CODE] "
             "[--velden FIELDS] [--voorwaarden WORDS] [--bewijs]",
    .run = run,
};
