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

static void print_steps(FILE *out)
{
    for (size_t i = 0; i < NEXT_STEP_COUNT; i++)
        fprintf(out, "  %-22s%s\n", next_step_word((enum next_step)i),
                next_step_text((enum next_step)i, command_language()));
}

static void print_kinds(FILE *out)
{
    for (size_t i = PARTY_NONE + 1; i < PARTY_KIND_COUNT; i++)
        fprintf(out, "  %-22s%s\n", party_kind_word((enum party_kind)i),
                party_kind_name((enum party_kind)i, command_language()));
}

/* Codes, and the words that some bring along, as --help lists them after the options. */
static void print_codes(void)
{
    printf("\n%s\n", say("Codes:", "Codes:"));
    for (size_t i = 0; i < ANSWER_COUNT; i++)
        printf("  %-6s%s\n", answer_word((enum answer)i),
               answer_text((enum answer)i, command_language()));
    printf("\n%s\n", say("Vervolgstappen:", "Next steps:"));
    print_steps(stdout);
    printf("\n%s\n", say("Organisatiesoorten:", "Kinds of organisation:"));
    print_kinds(stdout);
}

/* What a code must bring along and the command does not say; of the rest the gateway judges. */
static int ask_for_extra(const char *code, const struct words *words)
{
    enum answer answer;
    enum answer_extra extra =
        answer_parse(code, &answer) ? answer_extra_of(answer) : ANSWER_EXTRA_NONE;

    if (extra == ANSWER_EXTRA_NEXT_STEP && !words->next_step) {
        fprintf(stderr, "%s\n", say("Zeg bij dit antwoord met --vervolgstap wat er hierna gebeurt:",
                                    "Say with --vervolgstap what comes after this answer:"));
        print_steps(stderr);
    } else if (extra == ANSWER_EXTRA_PARTNER_KIND && !words->partner_kind) {
        fprintf(stderr, "%s\n", say("Zeg bij dit antwoord met --organisatiesoort waarheen:",
                                    "Say with --organisatiesoort to which kind this refers:"));
        print_kinds(stderr);
    } else if (extra == ANSWER_EXTRA_REFERS_TO && !words->refers_to) {
        fprintf(stderr, "%s\n",
                say("Zeg bij dit antwoord met --verwijst-naar het nummer van het eerdere signaal.",
                    "Say with --verwijst-naar the number of the earlier signal."));
    } else {
        return EXIT_DONE;
    }
    return EXIT_WRONG_USE;
}

static int send_answer(const struct invocation *invocation, const struct words *words)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    char id[API_ID_BYTES];
    int exit = ask_for_extra(invocation->words[1], words);

    if (exit == EXIT_DONE)
        exit = api_open(invocation, &api);
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
