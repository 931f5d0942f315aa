/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a resident, or who reported, takes back: one command, one paper. It waits a moment for the
 * receipts of the partners that answer at once, and prints them; the others come later
 * (`consent statement`).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/api.h"
#include "gateway/command_person.h"
#include "gateway/commands.h"

#define WITHDRAWALS "/v1/intrekkingen"
#define CONSENTS    "/v1/gegeven-toestemmingen"

enum { WAIT_MOST_S = 60, WAIT_USUAL_S = 3, LOOK_FIRST_MS = 250 };

struct paper {
    const char *page; /* --html */
    const char *wait; /* --wacht */
    int64_t wait_s;
};

#define PAPER_ROWS(paper)                                                                          \
    {"html",                                                                                       \
     "FILE",                                                                                       \
     {"schrijft het papier ook als HTML", "writes the paper as HTML too"},                         \
     &(paper)->page,                                                                               \
     NULL},                                                                                        \
    {                                                                                              \
        "wacht", "S",                                                                              \
            {"seconden wachten op bewijzen van partijen (anders 3)",                               \
             "seconds to wait for receipts of partners (else 3)"},                                 \
            &(paper)->wait, NULL                                                                   \
    }

static bool paper_is_right(struct paper *paper)
{
    paper->wait_s = WAIT_USUAL_S;
    return !paper->wait || option_number(paper->wait, 0, WAIT_MOST_S, &paper->wait_s);
}

static bool is_settled(const json_t *statement)
{
    return number_at(statement, "openstaand") == 0 && !flag_at(statement, "wordtGezocht");
}

static int look(struct api *api, const char *id, json_t **out_statement)
{
    char path[API_URL_BYTES];

    snprintf(path, sizeof path, WITHDRAWALS "/%s", id);
    return api_get(api, path, out_statement);
}

/* Each look is a line in the log, so they come ever further apart. */
static int wait_for_receipts(struct api *api, const struct paper *paper, json_t **statement)
{
    int64_t left_ms = paper->wait_s * 1000, pause_ms = LOOK_FIRST_MS;

    while (!is_settled(*statement) && left_ms > 0) {
        json_t *newer = NULL;
        int exit;
        if (pause_ms > left_ms)
            pause_ms = left_ms;
        usleep((useconds_t)(pause_ms * 1000));
        left_ms -= pause_ms;
        pause_ms *= 2;
        exit = look(api, text_at(*statement, "id"), &newer);
        if (exit != EXIT_DONE)
            return exit;
        json_decref(*statement);
        *statement = newer;
    }
    return EXIT_DONE;
}

static int send(const struct invocation *invocation, struct api *api, const struct paper *paper,
                const char *path, json_t *taken_body)
{
    OWNED_JSON statement = NULL;
    int exit = api_post(api, path, taken_body, &statement);

    if (exit == EXIT_DONE)
        exit = wait_for_receipts(api, paper, &statement);
    return exit == EXIT_DONE ? person_show_paper(invocation, paper->page, statement) : exit;
}

/* --- consent withdraw --- */

struct what {
    const char *address, *purpose, *received;
};

static int body_of(struct api *api, const struct invocation *invocation, const struct what *what,
                   json_t **out_body)
{
    char id[API_ID_BYTES];
    json_t *address = NULL;
    int exit;

    if (what->address) {
        exit = person_read_address(what->address, &address);
        if (exit == EXIT_DONE)
            *out_body = json_pack("{so ss*}", "adres", address, "doel", what->purpose);
        return exit;
    }
    exit = what->received ? api_find_id(api, "/v1/postvak", "postvak", what->received, id)
                          : api_find_id(api, CONSENTS, "toestemmingen", invocation->words[0], id);
    if (exit == EXIT_DONE)
        *out_body = json_pack("{ss}", what->received ? "signaal" : "toestemming", id);
    return exit;
}

static int run_withdraw(int argc, char **argv)
{
    OWNED_API api = {0};
    struct what what = {0};
    struct paper paper = {0};
    const struct option_row rows[] = {
        {"adres",
         "FILE|-",
         {"alles van dit adres, bij alle partijen; uit een bestand of - voor invoer",
          "all of this address, at all parties; from a file or - for input"},
         &what.address,
         NULL},
        {"doel",
         "WORD",
         {"met --adres: alleen dit doel", "with --adres: this purpose only"},
         &what.purpose,
         NULL},
        {"signaal",
         "ID",
         {"waar dit ontvangen signaal op rust", "what this received signal rests on"},
         &what.received,
         NULL},
        PAPER_ROWS(&paper),
        {0},
    };
    struct invocation invocation;
    json_t *body = NULL;
    int exit;

    if (!options_read(&command_consent_withdraw, rows, argc, argv, 0, 1, &invocation, &exit))
        return exit;
    if ((invocation.word_count == 1) + !!what.address + !!what.received != 1 ||
        (what.purpose && !what.address) || !paper_is_right(&paper))
        return command_wrong_use(&command_consent_withdraw,
                                 "Geef het kenmerk van het papier, of --adres, of --signaal.",
                                 "Give the number on the slip, or --adres, or --signaal.");
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = body_of(&api, &invocation, &what, &body);
    return exit == EXIT_DONE ? send(&invocation, &api, &paper, WITHDRAWALS, body) : exit;
}

const struct command command_consent_withdraw = {
    .name = "consent withdraw",
    .alias = "intrekken",
    .summary = {"Trekt een toestemming in, bij elke partij; drukt af wie dat bevestigde.",
                "Withdraws a consent, at each party; prints who confirmed it."},
    .usage = "[ID | --adres FILE|- [--doel WORD] | --signaal ID]",
    .run = run_withdraw,
};

/* --- consent statement --- */

static int run_statement(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON statement = NULL;
    struct paper paper = {0};
    const struct option_row rows[] = {
        {"html",
         "FILE",
         {"schrijft het papier ook als HTML", "writes the paper as HTML too"},
         &paper.page,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_consent_statement, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = look(&api, invocation.words[0], &statement);
    return exit == EXIT_DONE ? person_show_paper(&invocation, paper.page, statement) : exit;
}

const struct command command_consent_statement = {
    .name = "consent statement",
    .summary = {"Drukt het papier van een intrekking opnieuw af, met de bewijzen die kwamen.",
                "Prints the paper of a withdrawal again, with the receipts that came."},
    .usage = "ID",
    .run = run_statement,
};

/* --- recall --- */

static int run_recall(int argc, char **argv)
{
    OWNED_API api = {0};
    struct paper paper = {0};
    const struct option_row rows[] = {PAPER_ROWS(&paper), {0}};
    struct invocation invocation;
    char id[API_ID_BYTES], path[API_URL_BYTES];
    int exit;

    if (!options_read(&command_recall, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!paper_is_right(&paper))
        return command_wrong_use(&command_recall, "Geef bij --wacht 0 tot 60.",
                                 "Give 0 to 60 with --wacht.");
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_find_id(&api, "/v1/verzonden", "verzonden", invocation.words[0], id);
    if (exit != EXIT_DONE)
        return exit;
    snprintf(path, sizeof path, "/v1/verzonden/%s/terugtrekking", id);
    return send(&invocation, &api, &paper, path, json_object());
}

const struct command command_recall = {
    .name = "recall",
    .alias = "terugtrekken",
    .summary = {"Trekt een signaal terug dat u meldde.", "Recalls a signal that you reported."},
    .usage = "ID",
    .run = run_recall,
};

/* --- rights object --- */

static int lift(struct api *api, json_t *address, const char *purpose)
{
    int exit =
        api_post(api, "/v1/bezwaren",
                 json_pack("{so ss sb}", "adres", address, "doel", purpose, "opheffen", 1), NULL);

    if (exit == EXIT_DONE)
        puts(say("Het bezwaar is opgeheven.", "The objection was lifted."));
    return exit;
}

static int run_object(int argc, char **argv)
{
    OWNED_API api = {0};
    struct paper paper = {0};
    const char *address_file = NULL, *purpose = NULL;
    bool lifts = false;
    const struct option_row rows[] = {
        {"adres",
         "FILE|-",
         {"van welk adres, uit een bestand of - voor invoer",
          "of which address, from a file or - for input"},
         &address_file,
         NULL},
        {"doel", "WORD", {"waartegen", "against what"}, &purpose, NULL},
        {"opheffen",
         NULL,
         {"de bewoner neemt het bezwaar terug", "the resident takes the objection back"},
         NULL,
         &lifts},
        PAPER_ROWS(&paper),
        {0},
    };
    struct invocation invocation;
    json_t *address = NULL;
    int exit;

    if (!options_read(&command_rights_object, rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    if (!address_file || !purpose || !paper_is_right(&paper))
        return command_wrong_use(&command_rights_object, "Geef --adres en --doel.",
                                 "Give --adres and --doel.");
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = person_read_address(address_file, &address);
    if (exit != EXIT_DONE)
        return exit;
    if (lifts)
        return lift(&api, address, purpose);
    return send(&invocation, &api, &paper, "/v1/bezwaren",
                json_pack("{so ss}", "adres", address, "doel", purpose));
}

const struct command command_rights_object = {
    .name = "rights object",
    .alias = "bezwaar",
    .summary = {"Legt bezwaar van een bewoner vast: over dit doel gaat niets meer uit.",
                "Records a resident's objection: for this purpose nothing leaves any more."},
    .usage = "--adres FILE|- --doel WORD [--opheffen]",
    .run = run_object,
};
