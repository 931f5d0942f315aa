/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A folder in which another system leaves its exports: each is handed in as `push` does, and put
 * away with a report beside it. Once, or again and again until it is told to stop.
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "covenant/adapter.h"
#include "covenant/built_in.h"
#include "gateway/clock.h"
#include "gateway/clock_belief.h"
#include "gateway/commands.h"
#include "gateway/dropbox.h"
#include "gateway/push_options.h"
#include "gateway/upload.h"

enum {
    FILE_MAX_BYTES = 8 * 1024 * 1024 + 1, /* one more than an adapter takes: it says so itself */
    QUIET_S = 5,                          /* two looks so far apart see the same: it is whole */
    PAUSE_S = 60,
    KEEP_DAYS = 14,
    SECONDS_MAX = 24 * 60 * 60,
    DAYS_MAX = 3650,
};

struct work {
    const struct invocation *invocation;
    const struct push_options *push;
    struct dropbox box;
    int64_t quiet_s, pause_s, keep_days;
    bool once;
    struct clock_belief *belief;
};

static volatile sig_atomic_t told_to_stop;

static void on_stop(int signal_number)
{
    (void)signal_number;
    told_to_stop = 1;
}

static void rest(int64_t seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds};

    if (!told_to_stop && seconds > 0)
        nanosleep(&left, NULL); /* a signal ends it */
}

/* --- the reports: places and reasons, never what stood in a cell --- */

static void print_warnings(const struct import *import, FILE *out)
{
    for (size_t i = 0; i < IMPORT_WARNING_COUNT; i++)
        if (import->warnings[i])
            fprintf(out, "%s %s\n", say("Let op:", "Mind:"),
                    import_warning_text((enum import_warning)i, command_language()));
}

static int print_text(const struct upload *upload, FILE *out)
{
    OWNED_BUFFER fault = {0};

    print_warnings(upload->import, out);
    if (!upload->import->refused) {
        upload_print_counts(upload, out);
        return upload_print_refusals(upload, out);
    }
    import_fault_print(&upload->import->file_fault, command_language(), &fault);
    if (!buffer_text(&fault))
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    fprintf(out, "%s\n%s\n", buffer_text(&fault),
            say("Het bestand is geweigerd; er is niets verstuurd.",
                "The file is refused; nothing was sent."));
    return EXIT_DONE;
}

static json_t *as_json(const struct upload *upload, const char *name)
{
    const struct import_fault *fault = &upload->import->file_fault;
    char at[INSTANT_TEXT_BYTES];
    json_t *report;

    instant_print(clock_now_ms(), at);
    if (!upload->import->refused) {
        report = upload_as_json(upload);
        if (report && (json_object_set_new(report, "bestand", json_string(name)) != 0 ||
                       json_object_set_new(report, "verwerktOp", json_string(at)) != 0)) {
            json_decref(report);
            return NULL;
        }
        return report;
    }
    return json_pack("{s:s, s:s, s:{s:I, s:s*, s:I, s:s, s:s}}", "bestand", name, "verwerktOp", at,
                     "fout", "rij", (json_int_t)fault->row, "kolom", fault->column_name,
                     "kolomnummer", (json_int_t)fault->column, "code",
                     import_fault_code(fault->code), "tekst",
                     import_fault_text(fault->code, command_language()));
}

/* Both reports, and with them the file to its place. */
static int settle(const struct work *work, const struct dropbox_found *file,
                  const struct upload *upload)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    OWNED_BUFFER json = {0};
    struct file_fault fault = {0};
    enum outcome outcome;
    int exit = out ? print_text(upload, out) : command_outcome(OUTCOME_OUT_OF_MEMORY);

    if (out && fclose(out) != 0)
        exit = command_outcome(OUTCOME_OUT_OF_MEMORY);
    if (exit == EXIT_DONE) {
        outcome = json_write_new(as_json(upload, file->name), &json);
        if (outcome == OUTCOME_OK)
            outcome = dropbox_settle(&work->box, file,
                                     upload->import->refused ? DROPBOX_REFUSED : DROPBOX_DONE,
                                     bytes_of((const uint8_t *)text, length), buffer_bytes(&json),
                                     &fault);
        exit = outcome == OUTCOME_OK ? EXIT_DONE : command_file_fault(outcome, &fault);
        if (outcome != OUTCOME_OK)
            exit = EXIT_BROKEN; /* of our own disk: the file is handed in again */
    }
    free(text);
    return exit;
}

/* --- one file --- */

/* A file that we may not read is that file's: those after it do not wait for it. */
static int parse(const struct work *work, const struct dropbox_found *file,
                 struct import *out_import)
{
    OWNED_BUFFER text = {0};
    OWNED_CODE_LISTS lists = NULL;
    struct file_fault fault = {0};
    enum outcome outcome = dropbox_read(&work->box, file, FILE_MAX_BYTES, &text, &fault);

    if (outcome == OUTCOME_TOO_LARGE) {
        *out_import = (struct import){.refused = true};
        out_import->file_fault = (struct import_fault){.code = IMPORT_FAULT_TOO_LARGE};
        return EXIT_DONE;
    }
    if (outcome == OUTCOME_FILE_WRONG) {
        command_file_fault(outcome, &fault);
        return EXIT_REFUSED;
    }
    if (outcome == OUTCOME_OK)
        outcome = code_lists_load(&lists);
    if (outcome == OUTCOME_OK)
        outcome = work->push->adapter->parse(buffer_bytes(&text), lists, &work->push->mapping,
                                             out_import);
    return outcome == OUTCOME_OK ? EXIT_DONE : command_file_fault(outcome, &fault);
}

static int send_rows(const struct work *work, struct upload *upload)
{
    OWNED_API api = {0};
    int exit = api_open(work->invocation, &api);

    if (exit == EXIT_DONE)
        exit = upload_send(upload, &api, true);
    return exit == EXIT_DONE ? upload_send(upload, &api, false) : exit;
}

static void say_what_became(const struct dropbox_found *file, const struct upload *upload)
{
    printf("%s: ", file->name);
    if (upload->import->refused)
        printf(say("geweigerd, %s; het verslag staat in geweigerd/\n",
                   "refused, %s; the report is in geweigerd/\n"),
               import_fault_code(upload->import->file_fault.code));
    else
        upload_print_counts(upload, stdout);
    fflush(stdout);
}

/* A refusal by the gateway is not the file's fault (no covenant in force, a role that is missing):
 * the file stays where it is, and is handed in again. */
static int hand_in(const struct work *work, const struct dropbox_found *file)
{
    OWNED_IMPORT import = {0};
    OWNED_UPLOAD upload = {.adapter = work->push->adapter->name,
                           .covenant = work->push->covenant,
                           .import = &import};
    int exit = parse(work, file, &import);

    upload.rows = import.rows;
    upload.row_count = import.row_count;
    if (exit == EXIT_DONE && !import.refused)
        exit = send_rows(work, &upload);
    if (exit != EXIT_DONE) {
        fprintf(stderr, say("%s: blijft staan en gaat later weer mee.\n",
                            "%s: stays where it is and goes again later.\n"), file->name);
        return exit;
    }
    if (!dropbox_is_same(&work->box, file)) /* written in meanwhile: not whole after all */
        return EXIT_DONE;
    exit = settle(work, file, &upload);
    if (exit == EXIT_DONE)
        say_what_became(file, &upload);
    return exit == EXIT_DONE && import.refused ? EXIT_REFUSED : exit;
}

/* --- one pass --- */

static int take(const struct work *work, struct dropbox_list *list)
{
    struct file_fault fault = {0};
    enum outcome outcome = dropbox_look(&work->box, list, &fault);

    if (outcome == OUTCOME_OK && list->count > 0)
        rest(work->quiet_s);
    if (told_to_stop) { /* in the middle of that: nobody knows whether they are whole */
        list->count = 0;
        return EXIT_DONE;
    }
    if (outcome == OUTCOME_OK && list->others > 0)
        fprintf(stderr, say("%zu andere bestanden blijven liggen: alleen .csv wordt gelezen.\n",
                            "%zu other files are left: only .csv is read.\n"), list->others);
    if (outcome == OUTCOME_OK)
        outcome = dropbox_take(&work->box, list, clock_now_ms(), &fault);
    if (outcome == OUTCOME_OK)
        outcome = dropbox_taken(&work->box, list, &fault);
    return outcome == OUTCOME_OK ? EXIT_DONE : command_file_fault(outcome, &fault);
}

/* What goes does not come back, so not by a clock that leapt while this looked on. */
static void clear(const struct work *work)
{
    const int64_t now_ms = clock_now_ms();

    if (clock_belief_look(work->belief, now_ms, clock_steady_ms()))
        dropbox_clear(&work->box, (int)work->keep_days, now_ms);
}

/* The gateway that is away stays away for the next file too. */
static int pass(const struct work *work)
{
    struct dropbox_list *list = calloc(1, sizeof *list);
    int exit = list ? take(work, list) : command_outcome(OUTCOME_OUT_OF_MEMORY);
    int worst = exit;

    for (size_t i = 0; exit != EXIT_BROKEN && worst != EXIT_BROKEN && list && i < list->count &&
                       !told_to_stop;
         i++) {
        exit = hand_in(work, &list->files[i]);
        worst = exit > worst ? exit : worst;
    }
    free(list);
    clear(work);
    return worst;
}

static int run_passes(const struct work *work)
{
    struct sigaction stop = {.sa_handler = on_stop};
    int exit;

    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    if (!work->once)
        fprintf(stderr,
                say("%s: kijkt elke %lld seconden wat er ligt; stoppen met Ctrl-C.\n",
                    "%s: looks every %lld seconds at what lies there; stop with Ctrl-C.\n"),
                work->invocation->words[0], (long long)work->pause_s);
    exit = pass(work);
    while (!work->once && !told_to_stop) {
        rest(work->pause_s);
        if (!told_to_stop)
            exit = pass(work);
    }
    return work->once ? exit : EXIT_DONE;
}

/* --- the command --- */

struct numbers {
    const char *quiet, *pause, *keep;
};

static bool read_numbers(const struct numbers *given, struct work *work)
{
    return (!given->quiet || option_number(given->quiet, 0, SECONDS_MAX, &work->quiet_s)) &&
           (!given->pause || option_number(given->pause, 1, SECONDS_MAX, &work->pause_s)) &&
           (!given->keep || option_number(given->keep, 0, DAYS_MAX, &work->keep_days));
}

static int open_and_work(const struct invocation *invocation, struct work *work)
{
    struct file_fault fault = {0};
    enum outcome outcome = dropbox_open(invocation->words[0], &work->box, &fault);
    int exit;

    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    exit = run_passes(work);
    dropbox_close(&work->box);
    return exit;
}

static int run(int argc, char **argv)
{
    struct push_options push = {0};
    struct numbers given = {0};
    struct invocation invocation;
    struct clock_belief belief = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct work work = {.invocation = &invocation,
                        .push = &push,
                        .quiet_s = QUIET_S,
                        .pause_s = PAUSE_S,
                        .keep_days = KEEP_DAYS,
                        .belief = &belief};
    const struct option_row rows[] = {
        PUSH_OPTION_ROWS(push),
        {"once", NULL, {"een keer kijken en ophouden", "look once and stop"}, NULL, &work.once},
        {"elke",
         "SECONDS",
         {"zo vaak kijken (60)", "look so often (60)"},
         &given.pause,
         NULL},
        {"rust",
         "SECONDS",
         {"zo lang moet een bestand niet veranderen (5)", "so long a file must not change (5)"},
         &given.quiet,
         NULL},
        {"bewaardagen",
         "DAYS",
         {"zo lang blijven bestanden en verslagen bewaard (14)",
          "so long files and reports are kept (14)"},
         &given.keep,
         NULL},
        {0},
    };
    int exit;

    if (!options_read(&command_dropbox, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!read_numbers(&given, &work))
        return command_wrong_use(
            &command_dropbox, "Geef bij --elke en --rust seconden (tot 86400), bij --bewaardagen dagen (tot 3650).",
            "Give seconds (up to 86400) with --elke and --rust, days (up to 3650) with --bewaardagen.");
    exit = push_options_ready(&command_dropbox, &push);
    return exit == EXIT_DONE ? open_and_work(&invocation, &work) : exit;
}

const struct command command_dropbox = {
    .name = "dropbox",
    .alias = "invoermap",
    .summary = {"Leest wat een ander systeem in een map zet, zoals push; met een verslag ernaast.",
                "Reads what another system leaves in a folder, as push does; with a report beside it."},
    .usage = "FOLDER [--once] [--adapter NAME] [--convenant ID] [--kenmerk COLUMNS] "
             "[--elke SECONDS] [--rust SECONDS] [--bewaardagen DAYS]",
    .run = run,
};
