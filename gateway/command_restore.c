/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Puts a backup in the place of a store that is gone. Nothing runs and nothing is overwritten: the
 * copy is made beside its place, opened and checked from its first leaf to its last, marked as
 * restored, and only then gets the name of the data folder.
 *
 * The log of a store that was put back never goes on: what came after the backup was signed too,
 * and partners saw it. The next start begins a new one, under a number that was never used.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/backup_files.h"
#include "gateway/clock.h"
#include "gateway/command.h"
#include "gateway/commands.h"
#include "gateway/key_store.h"
#include "gateway/recovery.h"
#include "gateway/serve.h"
#include "gateway/settings.h"
#include "gateway/store.h"

enum { HIGHEST_FILE_MAX_BYTES = 16 };

/* Beside the keys, which no backup of the store holds: a second restore of the same backup must
 * not begin the same log again. */
#define HIGHEST_FILE "logboek.nummer"

struct restoring {
    const char *from;
    struct settings *settings;
    struct own_keys keys;
    struct backup_manifest manifest;
    char beside[FILE_PATH_MAX_BYTES]; /* the data folder to be */
    int64_t asked_number;             /* 0: not asked */
    uint64_t number;
    struct fault fault;
    struct file_fault file_fault;
    const char *explained[LANGUAGE_COUNT]; /* a sentence instead of the outcome's own; NULL */
    uint64_t done, total;
};

static void restoring_wipe(struct restoring *r)
{
    settings_free(r->settings);
    keys_wipe(&r->keys);
    backup_manifest_wipe(&r->manifest);
}
#define OWNED_RESTORING __attribute__((cleanup(restoring_wipe))) struct restoring

static enum outcome explained(struct restoring *r, enum outcome outcome, const char *nl,
                              const char *en)
{
    r->explained[LANGUAGE_NL] = nl;
    r->explained[LANGUAGE_EN] = en;
    return outcome;
}

static void on_bytes(void *context, uint64_t bytes)
{
    struct restoring *r = context;

    r->done += bytes;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%llu / %llu MiB%s", (unsigned long long)(r->done >> 20),
                (unsigned long long)(r->total >> 20), r->done >= r->total ? "\n" : "");
}

/* --- what is there --- */

static enum outcome read_manifest(struct restoring *r)
{
    char path[FILE_PATH_MAX_BYTES];
    OWNED_BUFFER text = {0};
    enum outcome outcome;

    TRY(path_join(r->from, BACKUP_MANIFEST, path, &r->file_fault));
    TRY(file_read(path, BACKUP_MANIFEST_MAX_BYTES, &text, &r->file_fault));
    outcome = backup_manifest_read(buffer_bytes(&text), &r->manifest);
    if (outcome == OUTCOME_STORE_NEWER || outcome == OUTCOME_OUT_OF_MEMORY)
        return outcome;
    if (outcome != OUTCOME_OK) {
        file_fault_at(&r->file_fault, FILE_CHECK_CONTENTS, path);
        return OUTCOME_FILE_WRONG;
    }
    return oin_equal(&r->manifest.oin, &r->settings->oin)
               ? OUTCOME_OK
               : explained(r, OUTCOME_FILE_WRONG,
                           "Deze reservekopie is van een andere organisatie.",
                           "This backup is of another organisation.");
}

static enum outcome check_files(struct restoring *r)
{
    r->total = 2 * (r->manifest.files[0].bytes + r->manifest.files[1].bytes);
    for (size_t i = 0; i < BACKUP_FILES; i++) {
        const struct backup_file *wanted = &r->manifest.files[i];
        struct backup_file found = {0};
        char path[FILE_PATH_MAX_BYTES];
        enum outcome outcome;
        TRY(path_join(r->from, backup_file_name(i), path, &r->file_fault));
        outcome = backup_measure(path, on_bytes, r, &found);
        if (outcome == OUTCOME_OUT_OF_MEMORY)
            return outcome;
        if (outcome != OUTCOME_OK || found.bytes != wanted->bytes ||
            strcmp(found.sha256, wanted->sha256) != 0) {
            fprintf(stderr, "%s\n", path);
            return explained(r, OUTCOME_STORE_DAMAGED,
                             "Dit bestand van de reservekopie is niet meer zoals het werd gemaakt. "
                             "Neem een andere reservekopie.",
                             "This file of the backup is no longer as it was made. Take another "
                             "backup.");
        }
    }
    return OUTCOME_OK;
}

/* An empty folder may be in the place: a mounted disk, or what init made. */
static enum outcome check_place(struct restoring *r)
{
    static const char *const parts[] = {"store", "keys", "index", "store.new", "keys.new"};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char path[FILE_PATH_MAX_BYTES];
        TRY(path_join(r->settings->data_folder, parts[i], path, &r->file_fault));
        if (file_exists(path))
            return explained(r, OUTCOME_EXISTS,
                             "Er staat al een opslag in de gegevensmap. Zet die map eerst opzij "
                             "(gooi haar niet weg) en probeer het dan weer.",
                             "There is a store in the data folder already. Move that folder aside "
                             "first (do not throw it away), then try again.");
    }
    if (snprintf(r->beside, sizeof r->beside, "%s.herstel", r->settings->data_folder) >=
        (int)sizeof r->beside)
        return OUTCOME_FILE_WRONG;
    copy_remove(r->beside); /* of an earlier restore that was cut short */
    return file_exists(r->beside)
               ? explained(r, OUTCOME_EXISTS,
                           "Naast de gegevensmap staat een map met de naam .herstel waarin andere "
                           "bestanden staan. Zet die eerst opzij.",
                           "Beside the data folder stands a folder named .herstel that holds other "
                           "files. Move it aside first.")
               : OUTCOME_OK;
}

/* --- the number of the next log --- */

static enum outcome highest_used(struct restoring *r, char path[static FILE_PATH_MAX_BYTES],
                                 int64_t *out_number)
{
    OWNED_BUFFER text = {0};

    *out_number = 0;
    TRY(path_join(r->settings->key_folder, HIGHEST_FILE, path, &r->file_fault));
    if (!file_exists(path))
        return OUTCOME_OK;
    TRY(file_read(path, HIGHEST_FILE_MAX_BYTES, &text, &r->file_fault));
    if (!buffer_text(&text))
        return OUTCOME_OUT_OF_MEMORY;
    text.data[strcspn(buffer_text(&text), "\n")] = '\0';
    if (option_number(buffer_text(&text), 1, AUDIT_LOGS_MAX, out_number))
        return OUTCOME_OK;
    file_fault_at(&r->file_fault, FILE_CHECK_CONTENTS, path);
    return OUTCOME_FILE_WRONG;
}

static enum outcome choose_number(struct restoring *r, const struct audit *audit)
{
    const int64_t present = (int64_t)(audit_base(audit) >> AUDIT_LOG_SHIFT) + 1;
    char path[FILE_PATH_MAX_BYTES];
    OWNED_BUFFER text = {0};
    int64_t highest;

    TRY(highest_used(r, path, &highest));
    if (highest < present)
        highest = present;
    if (r->asked_number && r->asked_number <= highest)
        return explained(r, OUTCOME_EXISTS,
                         "Dit nummer van een logboek is al gebruikt. Kies een hoger nummer.",
                         "This number of a log was used already. Choose a higher one.");
    r->number = (uint64_t)(r->asked_number ? r->asked_number : highest + 1);
    buffer_format(&text, "%llu\n", (unsigned long long)r->number);
    TRY(buffer_outcome(&text));
    /* Before the store is in place: a number that was never used is no harm. */
    return file_write(path, buffer_bytes(&text), 0600, &r->file_fault);
}

/* --- the copy --- */

static enum outcome same_log(struct restoring *r, struct store *store)
{
    struct bytes note;
    struct view view;
    enum outcome outcome;

    view_begin(store, &view);
    outcome = store_read_outcome(audit_checkpoint(&view, &note));
    if (outcome == OUTCOME_OK && !bytes_equal(note, buffer_bytes(&r->manifest.note)))
        outcome = OUTCOME_STORE_DAMAGED;
    view_end(&view);
    return outcome;
}

static enum outcome mark(struct restoring *r, const struct audit *audit)
{
    const struct recovery recovery = {.since_ms = r->manifest.made_ms,
                                      .restored_ms = clock_now_ms()};
    struct change *change = calloc(1, sizeof *change);
    enum outcome outcome;

    if (!change)
        return OUTCOME_OUT_OF_MEMORY;
    outcome = change_begin(audit_store(audit), change);
    if (outcome == OUTCOME_OK)
        outcome = audit_end(audit, change, r->number);
    if (outcome == OUTCOME_OK)
        outcome = recovery_mark(change, &recovery);
    if (outcome == OUTCOME_OK)
        outcome = change_commit(change);
    else
        change_abort(change);
    free(change);
    return outcome;
}

static enum outcome check_log(struct restoring *r, struct store *store)
{
    char origin[64];
    struct audit *audit = NULL;
    enum outcome outcome;

    snprintf(origin, sizeof origin, "wijkpoort/%s/log1", r->settings->oin.text);
    outcome = audit_open(store, origin, &r->keys.log, &audit);
    if (outcome == OUTCOME_OK)
        outcome = same_log(r, store);
    if (outcome == OUTCOME_OK)
        outcome = audit_check_all(audit);
    if (outcome == OUTCOME_OK)
        outcome = choose_number(r, audit);
    if (outcome == OUTCOME_OK)
        outcome = mark(r, audit);
    audit_close(audit);
    return outcome;
}

static enum outcome check_copy(struct restoring *r)
{
    struct store *store = NULL;
    size_t swept;
    enum outcome outcome =
        store_open(r->beside, (size_t)r->settings->store_mib << 20, r->keys.master, &store);

    if (outcome == OUTCOME_OK)
        outcome = store_sweep(store, &swept);
    if (outcome == OUTCOME_OK)
        outcome = check_log(r, store);
    store_close(store);
    copy_tidy(r->beside);
    return outcome;
}

static enum outcome put_in_place(struct restoring *r)
{
    char parent[FILE_PATH_MAX_BYTES];

    TRY(copy_sync(r->beside));
    if (path_join(r->settings->data_folder, STORE_MAY_BEGIN, parent, NULL) == OUTCOME_OK)
        unlink(parent); /* what init left: it allows an empty store, which this is not */
    TRY(path_folder(r->settings->data_folder, parent, &r->file_fault));
    if (rename(r->beside, r->settings->data_folder) != 0) /* takes an empty folder's place */
        return explained(r, OUTCOME_EXISTS,
                         "In de gegevensmap staan nog bestanden. Zet die map eerst opzij.",
                         "There are files in the data folder still. Move that folder aside first.");
    return path_sync(parent);
}

static enum outcome restore(struct restoring *r)
{
    enum outcome outcome;

    TRY(read_manifest(r));
    TRY(check_place(r));
    TRY(check_files(r));
    outcome = copy_files(r->from, r->beside, on_bytes, r);
    if (outcome == OUTCOME_OK)
        outcome = check_copy(r);
    if (outcome == OUTCOME_OK)
        outcome = put_in_place(r);
    if (outcome != OUTCOME_OK)
        copy_remove(r->beside);
    return outcome;
}

/* --- the command --- */

static enum outcome load(struct restoring *r, const char *path)
{
    TRY(settings_load(path, &r->settings, &r->fault, &r->file_fault));
    return keys_load(r->settings->key_folder, r->settings->credential_file, &r->keys,
                     &r->file_fault);
}

static int show(const struct restoring *r, enum outcome outcome)
{
    char made[INSTANT_TEXT_BYTES];

    if (outcome != OUTCOME_OK) {
        if (r->fault.where[0])
            fprintf(stderr, "%s: ", r->fault.where);
        if (r->explained[0]) {
            fprintf(stderr, "%s\n", r->explained[command_language()]);
            return EXIT_REFUSED;
        }
        return r->file_fault.check != FILE_CHECK_NONE ? command_file_fault(outcome, &r->file_fault)
                                                      : command_outcome(outcome);
    }
    instant_print(r->manifest.made_ms, made);
    printf(say("De opslag van %s staat in %s.\n", "The store of %s stands in %s.\n"), made,
           r->settings->data_folder);
    printf(say("Logboek %s eindigt bij %llu regels; bij de start begint log%llu.\n",
               "Log %s ends at %llu entries; at the start log%llu begins.\n"),
           r->manifest.checkpoint.origin, (unsigned long long)r->manifest.checkpoint.size,
           (unsigned long long)r->number);
    puts(say("Start de poort: zij vraagt eerst elke partij wat zij sindsdien miste. Lever daarna "
             "de meldingen van na dat moment opnieuw aan; wat al was aangekomen, wordt herkend.",
             "Start the gateway: it first asks each partner what it missed since. Then push the "
             "reports from after that moment again; what had arrived will be recognised."));
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    OWNED_RESTORING r = {0};
    const char *settings = NULL, *number = NULL;
    const struct option_row rows[] = {
        {"settings",
         "FILE",
         {"het bestand met instellingen", "the settings file"},
         &settings,
         NULL},
        {"log",
         "N",
         {"nummer van het nieuwe logboek (alleen nodig als de sleutelmap ook is teruggezet)",
          "number of the new log (only needed when the key folder was put back too)"},
         &number,
         NULL},
        {0},
    };
    struct invocation invocation;
    enum outcome outcome;
    int exit;

    if (!options_read(&command_restore, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!settings || (number && !option_number(number, 2, AUDIT_LOGS_MAX, &r.asked_number)))
        return command_wrong_use(&command_restore,
                                 "Noem het bestand met instellingen: --settings FILE, en als "
                                 "nummer van een logboek 2 of meer.",
                                 "Name the settings file: --settings FILE, and as number of a log "
                                 "2 or more.");
    r.from = invocation.words[0];
    outcome = load(&r, settings);
    if (outcome == OUTCOME_OK)
        outcome = restore(&r);
    return show(&r, outcome);
}

const struct command command_restore = {
    .name = "restore",
    .summary = {"Zet een reservekopie terug in een lege gegevensmap.",
                "Puts a backup back into an empty data folder."},
    .usage = "FOLDER --settings FILE [--log N]",
    .run = run,
};
