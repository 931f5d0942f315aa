/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `agreement`: what is signed beforehand with a resident, so that help comes at once when things go
 * wrong again. Recorded with a paper to take home, listed as it ends, opened again, ended. Whom it
 * is about comes from a file or standard input, as with `consent record`.
 */
#include <string.h>

#include "gateway/api.h"
#include "gateway/clock.h"
#include "gateway/command_person.h"
#include "gateway/commands.h"
#include "gateway/table.h"

#define AGREEMENTS "/v1/waakvlamafspraken"
#define MEMBER     "afspraken"

enum { SHORT_ID_BYTES = 9 };

/* --- record --- */

/* clang-format off */
static const struct member {
    const char *option, *member, *operand;
    const char *help[LANGUAGE_COUNT];
} members[] = {
    {"begeleider", "begeleider",      "OIN|KIND", {"organisatie die meteen komt", "organisation that comes at once"}},
    {"wijze",      "werkwijze",       "WORD",     {"GESPREK, FORMULIER, TELEFOON, BALIE", "GESPREK, FORMULIER, TELEFOON, BALIE"}},
    {"formulier",  "formulierVersie", "WORD",     {"versie van de uitleg die de bewoner kreeg", "version of the explanation the resident was given"}},
    {"van",        "geldigVan",       "DAY",      {"dag waarop de bewoner het zei (anders vandaag)", "day the resident said so (else today)"}},
    {"tot",        "geldigTot",       "DAY",      {"laatste dag (anders 12 maanden)", "last day (else 12 months)"}},
    {"intrekken",  "intrekkanaal",    "WORD",     {"hoe de bewoner stopt (anders zoals gegeven)", "how the resident stops (else as given)"}},
    {"vervangt",   "vervangt",        "ID",       {"de eerdere afspraak waarvoor dit in de plaats komt", "the earlier agreement that this takes the place of"}},
    {"convenant",  "convenant",       "ID",       {"onder dit convenant", "under this covenant"}},
};
/* clang-format on */

enum { MEMBER_COUNT = sizeof members / sizeof members[0] };

static int fill_body(struct api *api, json_t *body, const char *const *values)
{
    char today[DAY_TEXT_BYTES], id[API_ID_BYTES];
    int exit = EXIT_DONE;

    for (size_t i = 0; i < MEMBER_COUNT && exit == EXIT_DONE; i++) {
        const char *value = values[i];
        if (!value)
            continue;
        if (strcmp(members[i].member, "vervangt") == 0) {
            exit = api_find_id(api, AGREEMENTS, MEMBER, value, id);
            value = id;
        }
        if (exit == EXIT_DONE)
            json_object_set_new(body, members[i].member, json_string(value));
    }
    day_print(amsterdam_day(clock_now_ms()), today);
    if (!json_object_get(body, "geldigVan"))
        json_object_set_new(body, "geldigVan", json_string(today));
    return exit;
}

static int send_record(const struct invocation *invocation, const char *const *values,
                       const char *page)
{
    OWNED_API api = {0};
    OWNED_JSON body = NULL;
    OWNED_JSON answer = NULL;
    int exit = person_read_record(invocation->words[0], &body);

    if (exit != EXIT_DONE)
        return exit;
    exit = api_open(invocation, &api);
    if (exit == EXIT_DONE)
        exit = fill_body(&api, body, values);
    if (exit == EXIT_DONE)
        exit = api_post(&api, AGREEMENTS, json_incref(body), &answer);
    return exit == EXIT_DONE ? person_show_paper(invocation, page, answer) : exit;
}

static int run_record(int argc, char **argv)
{
    const char *values[MEMBER_COUNT] = {0}, *page = NULL;
    struct option_row rows[MEMBER_COUNT + 2] = {0};
    struct invocation invocation;
    int exit;

    for (size_t i = 0; i < MEMBER_COUNT; i++)
        rows[i] = (struct option_row){members[i].option,
                                      members[i].operand,
                                      {members[i].help[0], members[i].help[1]},
                                      &values[i],
                                      NULL};
    rows[MEMBER_COUNT] =
        (struct option_row){"html",
                            "FILE",
                            {"schrijft het papier ook als HTML", "writes the slip as HTML too"},
                            &page,
                            NULL};
    if (!options_read(&command_agreement_record, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    return send_record(&invocation, values, page);
}

const struct command command_agreement_record = {
    .name = "agreement record",
    .alias = "afspraak record",
    .summary = {"Legt een waakvlamafspraak vast met een begeleider, en drukt het papier af.",
                "Records an agreement for relapse with a supporter, and prints the slip."},
    .usage = "FILE|- --begeleider WHO --wijze WORD --formulier WORD",
    .run = run_record,
};

/* --- list --- */

static int print_list(const json_t *items)
{
    OWNED_TABLE table = table_with(6);

    table_row(&table, (const char *[]){say("nummer", "number"), "dossier",
                                       say("begeleider", "supporter"), say("van", "from"),
                                       say("tot en met", "until"), say("stand", "state")});
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        char id[SHORT_ID_BYTES];
        snprintf(id, sizeof id, "%.8s", text_at(item, "id"));
        table_row(&table,
                  (const char *[]){id, text_at(item, "dossiernummer"),
                                   text_at(item, "begeleiderNaam"), text_at(item, "geldigVan"),
                                   text_at(item, "geldigTot"), text_at(item, "standNaam")});
    }
    return table_show(&table);
}

static int run_list(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON items = NULL;
    struct invocation invocation;
    int exit;

    if (!options_read(&command_agreement_list, NULL, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get_all(&api, AGREEMENTS, MEMBER, &items);
    if (exit != EXIT_DONE)
        return exit;
    return invocation.json ? api_print_json(items) : print_list(items);
}

const struct command command_agreement_list = {
    .name = "agreement list",
    .alias = "afspraak list",
    .summary = {"Toont de waakvlamafspraken; wat het eerst afloopt, staat bovenaan.",
                "Shows the agreements for relapse; what ends first stands on top."},
    .usage = "",
    .run = run_list,
};

/* --- slip and end --- */

static int find(const struct invocation *invocation, struct api *api, const char *what,
                char path[static API_URL_BYTES])
{
    char id[API_ID_BYTES];
    int exit = api_open(invocation, api);

    if (exit == EXIT_DONE)
        exit = api_find_id(api, AGREEMENTS, MEMBER, invocation->words[0], id);
    if (exit == EXIT_DONE)
        snprintf(path, API_URL_BYTES, AGREEMENTS "/%s%s", id, what);
    return exit;
}

static int run_one(const struct command *command, bool ends, int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    const char *page = NULL;
    const struct option_row rows[] = {
        {"html",
         "FILE",
         {"schrijft het papier ook als HTML", "writes the paper as HTML too"},
         &page,
         NULL},
        {0},
    };
    struct invocation invocation;
    char path[API_URL_BYTES];
    int exit;

    if (!options_read(command, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    exit = find(&invocation, &api, ends ? "/beeindiging" : "", path);
    if (exit == EXIT_DONE)
        exit = ends ? api_post(&api, path, json_object(), &answer) : api_get(&api, path, &answer);
    return exit == EXIT_DONE ? person_show_paper(&invocation, page, answer) : exit;
}

static int run_slip(int argc, char **argv)
{
    return run_one(&command_agreement_slip, false, argc, argv);
}

static int run_end(int argc, char **argv)
{
    return run_one(&command_agreement_end, true, argc, argv);
}

const struct command command_agreement_slip = {
    .name = "agreement slip",
    .alias = "afspraak slip",
    .summary = {"Drukt het papier van een afspraak opnieuw af; dat u keek, wordt vastgelegd.",
                "Prints the slip of an agreement again; that you looked is logged."},
    .usage = "ID [--html FILE]",
    .run = run_slip,
};

const struct command command_agreement_end = {
    .name = "agreement end",
    .alias = "afspraak end",
    .summary = {"Beëindigt een afspraak omdat de bewoner dat wil; wat verstuurd is, wordt gewist.",
                "Ends an agreement because the resident wants so; what was sent is erased."},
    .usage = "ID [--html FILE]",
    .run = run_end,
};
