/* SPDX-License-Identifier: EUPL-1.2 */
/* The coded answer to one signal; or a file of them (gateway/answer_file.h). */
#include "covenant/feedback.h"
#include "gateway/answer_file.h"
#include "gateway/api.h"
#include "gateway/commands.h"

struct words {
    const char *next_step, *next_day, *refers_to, *partner_kind;
};

static int print_answer(const json_t *answer)
{
    enum answer code;
    bool known = answer_parse(text_at(answer, "code"), &code);
    bool local =
        json_is_string(json_object_get(answer, "stand")) && text_at(answer, "stand")[0] == 'L';

    printf("%s: %s\n", text_at(answer, "code"),
           known ? answer_text(code, command_language()) : text_at(answer, "stand"));
    if (local)
        printf("%s\n", say("Dit antwoord blijft door het beroepsgeheim bij uw organisatie.",
                           "Professional secrecy keeps this answer within your organisation."));
    return EXIT_DONE;
}

/* The codes, as --help lists them after the options. */
static void print_codes(void)
{
    printf("\n%s\n", say("Codes:", "Codes:"));
    for (size_t i = 0; i < ANSWER_COUNT; i++)
        printf("  %-6s%s\n", answer_word((enum answer)i),
               answer_text((enum answer)i, command_language()));
}

static int send_answer(const struct invocation *invocation, const struct words *words)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    char id[API_ID_BYTES];
    int exit = api_open(invocation, &api);

    if (exit == EXIT_DONE)
        exit = api_find_id(&api, "/v1/postvak", "postvak", invocation->words[0], id);
    if (exit == EXIT_DONE)
        exit = api_post(&api, "/v1/antwoorden",
                        json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:s*}", "signaal", id, "code",
                                  invocation->words[1], "vervolgstap", words->next_step,
                                  "vervolgdatum", words->next_day, "verwijstNaar", words->refers_to,
                                  "organisatiesoort", words->partner_kind),
                        &answer);
    if (exit != EXIT_DONE)
        return exit;
    return invocation->json ? api_print_json(answer) : print_answer(answer);
}

static int run(int argc, char **argv)
{
    struct words words = {0};
    const char *file = NULL;
    bool trial = false;
    const struct option_row rows[] = {
        {"bestand",
         "FILE",
         {"antwoorden uit een CSV, een regel per signaal", "answers out of a CSV, a line a signal"},
         &file,
         NULL},
        {"proef",
         NULL,
         {"bij --bestand: alleen beslissen, niets versturen",
          "with --bestand: only decide, send nothing"},
         NULL,
         &trial},
        {"vervolgstap",
         "STEP",
         {"wat er hierna gebeurt, bij GEHV en NBER", "what comes next, with GEHV and NBER"},
         &words.next_step,
         NULL},
        {"vervolgdatum",
         "DAY",
         {"tot wanneer, bij WACHTEN_TOT_DATUM", "until when, with WACHTEN_TOT_DATUM"},
         &words.next_day,
         NULL},
        {"verwijst-naar",
         "ID",
         {"het eerdere signaal, bij HERH", "the earlier signal, with HERH"},
         &words.refers_to,
         NULL},
        {"organisatiesoort",
         "KIND",
         {"naar welke soort organisatie, bij VERW", "to which kind of organisation, with VERW"},
         &words.partner_kind,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_answer, rows, argc, argv, 0, 2, &invocation, &exit)) {
        if (exit == EXIT_DONE)
            print_codes();
        return exit;
    }
    if (invocation.word_count != (file ? 0 : 2) || (trial && !file))
        return command_wrong_use(&command_answer,
                                 "Geef een signaal en een code, of --bestand met een CSV.",
                                 "Give a signal and a code, or --bestand with a CSV.");
    if (file)
        return answer_file(&invocation, file, trial);
    return send_answer(&invocation, &words);
}

const struct command command_answer = {
    .name = "answer",
    .alias = "antwoorden",
    .summary = {"Beantwoordt een signaal met een code.", "Answers a signal with a code."},
    .usage = "ID CODE | --bestand FILE [--proef] [--vervolgstap STEP] [--vervolgdatum DAY] [--verwijst-naar ID] "
             "[--organisatiesoort KIND]",
    .run = run,
};
