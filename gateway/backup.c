/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/backup.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "gateway/backup_files.h"
#include "gateway/clock.h"

#define UNFINISHED "in.aanmaak" /* no name that can be asked for */

struct backup {
    struct gateway *gateway;
    pthread_mutex_t lock; /* over status and `started` */
    struct backup_status status;
    bool started; /* there is a thread to join */
    pthread_t thread;
    /* of the one being made; the thread's own: */
    char part[FILE_PATH_MAX_BYTES], whole[FILE_PATH_MAX_BYTES];
    struct backup_manifest manifest;
};

enum outcome backup_new(struct gateway *gateway, struct backup **out_backup)
{
    struct backup *backup = calloc(1, sizeof *backup);

    if (!backup)
        return OUTCOME_OUT_OF_MEMORY;
    backup->gateway = gateway;
    pthread_mutex_init(&backup->lock, NULL);
    *out_backup = backup;
    return OUTCOME_OK;
}

void backup_free(struct backup *backup)
{
    if (!backup)
        return;
    if (backup->started)
        pthread_join(backup->thread, NULL);
    pthread_mutex_destroy(&backup->lock);
    backup_manifest_wipe(&backup->manifest);
    free(backup);
}

bool backup_name_is_valid(const char *name)
{
    size_t length = strlen(name);

    return length > 0 && length < BACKUP_NAME_BYTES &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* --- the thread's work, in order --- */

static void on_bytes(void *context, uint64_t bytes)
{
    struct backup *backup = context;

    pthread_mutex_lock(&backup->lock);
    backup->status.done += bytes;
    pthread_mutex_unlock(&backup->lock);
}

static enum outcome begin_folder(struct backup *backup, const char *name)
{
    const char *folder = backup->gateway->settings->backup_folder;

    TRY(path_join(folder, UNFINISHED, backup->part, NULL));
    TRY(path_join(folder, name, backup->whole, NULL));
    copy_remove(backup->part); /* of one that a stop cut short */
    return mkdir(backup->part, 0700) == 0 ? OUTCOME_OK : OUTCOME_FILE_WRONG;
}

static enum outcome copy_store(struct backup *backup)
{
    TRY(store_copy(backup->gateway->store, backup->part));
    on_bytes(backup, store_bytes_in(backup->part));
    return OUTCOME_OK;
}

static enum outcome read_checkpoint(struct backup *backup, struct store *store)
{
    struct backup_manifest *manifest = &backup->manifest;
    struct bytes stored;
    struct note note;
    enum outcome outcome;
    struct view view;

    view_begin(store, &view);
    outcome = audit_checkpoint(&view, &stored);
    if (outcome == OUTCOME_OK)
        buffer_add_bytes(&manifest->note, stored);
    view_end(&view);
    TRY(store_read_outcome(outcome));
    TRY(buffer_outcome(&manifest->note));
    TRY(store_read_outcome(note_parse(buffer_bytes(&manifest->note), &note)));
    return store_read_outcome(checkpoint_parse(note.text, &manifest->checkpoint));
}

/* What cannot be opened is no backup: better to hear that today. The sweep removes the keys that
 * came after the records, and finds a record whose key is not there. */
static enum outcome check_copy(struct backup *backup)
{
    const struct gateway *gateway = backup->gateway;
    struct store *store = NULL;
    size_t swept;
    enum outcome outcome = store_open(backup->part, (size_t)gateway->settings->store_mib << 20,
                                      gateway->keys.master, &store);

    if (outcome == OUTCOME_OK)
        outcome = store_sweep(store, &swept);
    if (outcome == OUTCOME_OK)
        outcome = read_checkpoint(backup, store);
    store_close(store);
    copy_tidy(backup->part);
    return outcome;
}

static enum outcome write_manifest(struct backup *backup)
{
    struct backup_manifest *manifest = &backup->manifest;
    char path[FILE_PATH_MAX_BYTES];
    OWNED_BUFFER text = {0};

    manifest->oin = backup->gateway->settings->oin;
    manifest->made_ms = clock_now_ms();
    for (size_t i = 0; i < BACKUP_FILES; i++) {
        TRY(path_join(backup->part, backup_file_name(i), path, NULL));
        TRY(backup_measure(path, on_bytes, backup, &manifest->files[i]));
    }
    TRY(backup_manifest_print(manifest, &text));
    TRY(path_join(backup->part, BACKUP_MANIFEST, path, NULL));
    return file_write_new(path, buffer_bytes(&text), 0600, NULL);
}

static enum outcome make(struct backup *backup, const char *name)
{
    TRY(begin_folder(backup, name));
    TRY(copy_store(backup));
    TRY(check_copy(backup));
    TRY(write_manifest(backup));
    TRY(copy_sync(backup->part));
    if (rename(backup->part, backup->whole) != 0)
        return OUTCOME_FILE_WRONG;
    return path_sync(backup->gateway->settings->backup_folder);
}

/* --- its end --- */

struct ending {
    struct backup *backup;
    enum outcome outcome;
};

static enum outcome apply_outcome(struct change *change, struct audit *audit, void *context)
{
    const struct ending *ending = context;
    const struct backup *backup = ending->backup;
    char object[BACKUP_NAME_BYTES + 64];
    struct audit_entry entry = {
        .event = AUDIT_EXPORT,
        .phase = AUDIT_OUTCOME,
        .result = ending->outcome == OUTCOME_OK ? AUDIT_OK : AUDIT_ERROR,
        .why = ending->outcome == OUTCOME_OK ? NULL : outcome_code(ending->outcome),
        .source = backup->gateway->settings->oin.text,
        .service = "reservekopieen",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = object},
    };

    snprintf(object, sizeof object, "reservekopie %s", backup->status.name);
    if (ending->outcome == OUTCOME_OK)
        entry.digest = backup->manifest.files[0].sha256;
    return audit_record(audit, change, &entry);
}

static void finish(struct backup *backup, enum outcome outcome)
{
    struct ending ending = {backup, outcome};
    enum outcome recorded = writer_run(backup->gateway->writer, apply_outcome, &ending);

    if (outcome == OUTCOME_OK)
        outcome = recorded;
    pthread_mutex_lock(&backup->lock);
    backup->status.state = outcome == OUTCOME_OK ? BACKUP_DONE : BACKUP_FAILED;
    backup->status.outcome = outcome;
    backup->status.bytes = backup->manifest.files[0].bytes + backup->manifest.files[1].bytes;
    backup->status.log_size = backup->manifest.checkpoint.size;
    pthread_mutex_unlock(&backup->lock);
}

static void *run(void *context)
{
    struct backup *backup = context;
    enum outcome outcome = make(backup, backup->status.name); /* the name stands while it is busy */

    if (outcome != OUTCOME_OK)
        copy_remove(backup->part);
    finish(backup, outcome);
    return NULL;
}

/* --- from outside --- */

enum outcome backup_may_begin(const struct backup *backup, const char *name)
{
    const struct settings *settings = backup->gateway->settings;
    char path[FILE_PATH_MAX_BYTES];
    struct statvfs info;

    TRY(folder_make(settings->backup_folder, NULL));
    TRY(path_join(settings->backup_folder, name, path, NULL));
    if (file_exists(path))
        return OUTCOME_EXISTS;
    if (statvfs(settings->backup_folder, &info) != 0)
        return OUTCOME_FILE_WRONG;
    /* A full disk would stop the gateway itself: they may share it. */
    return (uint64_t)info.f_bavail * info.f_frsize < store_bytes_in(settings->data_folder) +
                                                         ((uint64_t)settings->free_space_mib << 20)
               ? OUTCOME_STORE_FULL
               : OUTCOME_OK;
}

static enum outcome start_thread(struct backup *backup, const char *name)
{
    if (backup->status.state == BACKUP_BUSY)
        return OUTCOME_BUSY;
    if (backup->started)
        pthread_join(backup->thread, NULL);
    backup->started = false;
    backup_manifest_wipe(&backup->manifest);
    backup->manifest = (struct backup_manifest){0};
    backup->status = (struct backup_status){
        .state = BACKUP_BUSY, .total = 2 * store_bytes_in(backup->gateway->settings->data_folder)};
    snprintf(backup->status.name, sizeof backup->status.name, "%s", name);
    backup->started = pthread_create(&backup->thread, NULL, run, backup) == 0;
    if (!backup->started)
        backup->status = (struct backup_status){0};
    return backup->started ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

enum outcome backup_begin(struct backup *backup, const char *name)
{
    enum outcome outcome;

    pthread_mutex_lock(&backup->lock);
    outcome = start_thread(backup, name);
    pthread_mutex_unlock(&backup->lock);
    return outcome;
}

void backup_status(struct backup *backup, struct backup_status *out_status)
{
    pthread_mutex_lock(&backup->lock);
    *out_status = backup->status;
    pthread_mutex_unlock(&backup->lock);
}
