/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The table of subcommands and the table of adapters: the one file that names
 * both sides of the house.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "adapters/answers_csv.h"
#include "adapters/corporation_csv.h"
#include "adapters/csv.h"
#include "adapters/inbox_csv.h"
#include "adapters/survey_csv.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/api.h"
#include "gateway/client.h"
#include "gateway/commands.h"
#include "gateway/json_memory.h"

static const struct command *const commands[] = {
    &command_init,
    &command_serve,
    &command_status,
    &command_backup,
    &command_restore,
    &command_doctor,
    &command_key_show,
    &command_key_renew,
    &command_key_endorse,
    &command_user_request,
    &command_user_add,
    &command_user_confirm,
    &command_user_remove,
    &command_user_list,
    &command_covenant_add,
    &command_covenant_check,
    &command_covenant_sign,
    &command_covenant_reject,
    &command_covenant_revoke,
    &command_covenant_list,
    &command_covenant_show,
    &command_covenant_ask,
    &command_covenant_print,
    &command_covenant_copy,
    &command_covenant_pack,
    &command_push,
    &command_dropbox,
    &command_report_proof, /* before the one word it begins with */
    &command_report,
    &command_sent,
    &command_route,
    &command_late,
    &command_table,
    &command_inbox,
    &command_open,
    &command_accept,
    &command_answer,
    &command_transfer,
    &command_consent_record,
    &command_consent_confirm,
    &command_consent_list,
    &command_consent_form,
    &command_consent_withdraw,
    &command_consent_statement,
    &command_agreement_list,
    &command_agreement_record,
    &command_agreement_slip,
    &command_agreement_end,
    &command_recall,
    &command_rights_object,
    &command_rights_report,
    &command_rights_list,
    &command_rights_done,
    &command_audit_list,
    &command_audit_checkpoint,
    &command_audit_export,
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

/* --- adapters --- */

static const struct adapter *const adapters[] = {&corporation_csv, &survey_csv, NULL};

static const char *cell_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static struct inbox_row inbox_row_of(const json_t *item, char received[static DAY_TEXT_BYTES])
{
    day_at(item, "ontvangenOp", received);
    return (struct inbox_row){
        .received = received,
        .id = cell_of(item, "id"),
        .code = cell_of(item, "signaalcode"),
        .name = cell_of(item, "signaalnaam"),
        .from = cell_of(item, "vanNaam"),
        .state = cell_of(item, "stand"),
        .answer_by = cell_of(item, "antwoordUiterlijk"),
        .area = cell_of(json_object_get(item, "gebied"), "code"),
    };
}

static enum outcome print_inbox(const json_t *items, struct buffer *out)
{
    size_t count = json_array_size(items);
    struct inbox_row *rows = calloc(count + 1, sizeof *rows);
    char(*days)[DAY_TEXT_BYTES] = calloc(count + 1, sizeof *days);
    enum outcome outcome = OUTCOME_OUT_OF_MEMORY;

    for (size_t i = 0; rows && days && i < count; i++)
        rows[i] = inbox_row_of(json_array_get(items, i), days[i]);
    if (rows && days)
        outcome = inbox_csv_print(rows, count, out);
    free(rows);
    free(days);
    return outcome;
}

const struct edge *command_edge(void)
{
    static const struct edge edge = {adapters, print_inbox, answers_csv_parse, csv_write_start,
                                     csv_write_row};

    return &edge;
}

/* --- choosing --- */

static bool begins_with_word(const char *name, const char *word)
{
    size_t length = strlen(word);

    return strncmp(name, word, length) == 0 && name[length] == ' ';
}

/* The commands whose first word it is; all of them when there is none. */
static void print_usage(FILE *out, const char *word)
{
    size_t shown = 0;

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        shown += begins_with_word(commands[i]->name, word);
    fprintf(out, "%s wijkpoort %s\n\n", say("Gebruik:", "Usage:"),
            say("OPDRACHT [--help]", "COMMAND [--help]"));
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (shown && !begins_with_word(commands[i]->name, word))
            continue;
        fprintf(out, "  %-19s%s%s%s%s\n", commands[i]->name,
                commands[i]->summary[command_language()], commands[i]->alias ? " (" : "",
                commands[i]->alias ? commands[i]->alias : "", commands[i]->alias ? ")" : "");
    }
}

/* How many words of argv the name takes; 0 when it is not this name. */
static int words_matched(const char *name, int argc, char **argv)
{
    const char *second = name ? strchr(name, ' ') : NULL;
    size_t first_length = second ? (size_t)(second - name) : name ? strlen(name) : 0;

    if (!name || strlen(argv[0]) != first_length || strncmp(argv[0], name, first_length) != 0)
        return 0;
    if (!second)
        return 1;
    return argc > 1 && strcmp(argv[1], second + 1) == 0 ? 2 : 0;
}

static int run_named(int argc, char **argv)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        int words = words_matched(commands[i]->name, argc, argv);
        if (words == 0)
            words = words_matched(commands[i]->alias, argc, argv);
        if (words > 0)
            return commands[i]->run(argc - words + 1, argv + words - 1);
    }
    fprintf(stderr, say("Deze opdracht is er niet: %s\n\n", "There is no such command: %s\n\n"),
            argv[0]);
    print_usage(stderr, argv[0]);
    return EXIT_WRONG_USE;
}

int main(int argc, char **argv)
{
    enum outcome ready;

    umask(077); /* what we make is ours unless a file's mode says otherwise */
    signal(SIGPIPE, SIG_IGN);
    json_ready();
    json_memory_watch();
    ready = crypto_ready();
    if (ready == OUTCOME_OK)
        ready = client_ready();
    if (ready != OUTCOME_OK)
        return command_outcome(ready);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(argc < 2 ? stderr : stdout, "");
        return argc < 2 ? EXIT_WRONG_USE : EXIT_DONE;
    }
    return run_named(argc - 1, argv + 1);
}
