/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/serve_store.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/audit_index.h"
#include "gateway/clock.h"
#include "gateway/command.h"
#include "gateway/event.h"
#include "gateway/fatal.h"
#include "gateway/serve.h"
#include "gateway/store_damage.h"
#include "gateway/store_room.h"
#include "gateway/store_verify.h"

enum { ORIGIN_BYTES = 64, AT_ONCE_MS = 500 };

/* A folder that is not there, or is empty, is a slip in the settings or a disk that was not
 * mounted: an empty store in its stead would have forgotten every message that was acknowledged. */
static enum outcome check_data_folder(const struct gateway *gateway, struct file_fault *fault)
{
    const char *folder = gateway->settings->data_folder;
    char store[FILE_PATH_MAX_BYTES], may_begin[FILE_PATH_MAX_BYTES];
    struct stat info;

    if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode)) {
        file_fault_at(fault, errno == ENOENT ? FILE_CHECK_MISSING : FILE_CHECK_FOLDER, folder);
        return OUTCOME_FILE_WRONG;
    }
    TRY(path_join(folder, "store", store, fault));
    TRY(path_join(folder, STORE_MAY_BEGIN, may_begin, fault));
    if (stat(store, &info) != 0 && errno == ENOENT && !file_exists(may_begin)) {
        file_fault_at(fault, FILE_CHECK_MISSING, store);
        return OUTCOME_FILE_WRONG;
    }
    return OUTCOME_OK;
}

void serve_store_begun(const struct gateway *gateway)
{
    struct file_fault fault = {0};
    char may_begin[FILE_PATH_MAX_BYTES];

    if (path_join(gateway->settings->data_folder, STORE_MAY_BEGIN, may_begin, &fault) == OUTCOME_OK)
        unlink(may_begin);
}

static void print_origin(const struct gateway *gateway, char out[static ORIGIN_BYTES])
{
    snprintf(out, ORIGIN_BYTES, "wijkpoort/%s/log1", gateway->settings->oin.text);
}

/* The log's public key stands in the key document, which takes no secret to read. */
static enum outcome log_key_of(const struct gateway *gateway, struct note_key *out_key,
                               struct file_fault *fault)
{
    OWNED_BUFFER json = {0};
    struct key_document document;
    char origin[ORIGIN_BYTES];

    TRY(keys_load_document(gateway->settings->key_folder, &json, &document, fault));
    print_origin(gateway, origin);
    return note_key_make(origin, document.log_key, out_key);
}

enum outcome serve_store_check(struct gateway *gateway, struct file_fault *fault)
{
    struct note_key log_key;

    TRY(check_data_folder(gateway, fault));
    TRY(log_key_of(gateway, &log_key, fault));
    TRY(store_check(gateway->settings->data_folder, &log_key, &gateway->damage));
    fatal_prepare(gateway->settings->data_folder); /* from here on its pages are in our memory */
    return OUTCOME_OK;
}

static void name_place(struct gateway *gateway, const char *table)
{
    char *path = gateway->damage.path;
    const size_t size = sizeof gateway->damage.path;

    if (table)
        snprintf(path, size, say("%s, tabel %s", "%s, table %s"), gateway->settings->data_folder,
                 table);
    else
        snprintf(path, size, "%s", gateway->settings->data_folder);
}

/* What only the keys could find is told by the folder it is in, and the table where that is known.
 */
static enum outcome with_keys(struct gateway *gateway, enum outcome outcome, enum store_flaw flaw)
{
    if (outcome == OUTCOME_STORE_DAMAGED && gateway->damage.flaw == STORE_FLAW_NONE) {
        gateway->damage = (struct store_damage){.flaw = flaw};
        name_place(gateway, gateway->store ? store_damaged_table(gateway->store) : NULL);
    }
    return outcome;
}

/* index/ follows store/ by a commit, so it never knows of leaves that are not there; but when
 * store/ was put back it does. */
static enum outcome check_index(struct gateway *gateway)
{
    enum outcome outcome;
    bool ahead;
    struct view view;

    view_begin(gateway->store, &view);
    outcome = audit_index_is_ahead(&view, gateway->audit, &ahead);
    view_end(&view);
    TRY(outcome);
    return ahead ? with_keys(gateway, OUTCOME_STORE_DAMAGED, STORE_FLAW_BACK) : OUTCOME_OK;
}

static enum outcome open_all(struct gateway *gateway)
{
    char origin[ORIGIN_BYTES];
    size_t swept = 0;

    TRY(store_open(gateway->settings->data_folder, (size_t)gateway->settings->store_mib << 20,
                   gateway->keys.master, &gateway->store));
    TRY(store_sweep_after_crash(gateway->store, &swept));
    if (swept)
        event_write(EVENT_KEYS_SWEPT, OUTCOME_OK, NULL, (int64_t)swept);
    print_origin(gateway, origin);
    TRY(store_reserve(gateway->store));
    TRY(audit_open(gateway->store, origin, &gateway->keys.log, &gateway->audit));
    return check_index(gateway);
}

enum outcome serve_store_open(struct gateway *gateway)
{
    return with_keys(gateway, open_all(gateway), STORE_FLAW_RECORD);
}

enum outcome serve_store_verify(struct gateway *gateway, bool whole)
{
    const int64_t until = whole ? INT64_MAX : clock_monotonic_ms() + AT_ONCE_MS;

    return with_keys(gateway, store_verify_some(gateway->store, &gateway->verified, until),
                     STORE_FLAW_RECORD);
}

enum outcome serve_store_found(struct gateway *gateway, enum outcome outcome)
{
    return with_keys(gateway, outcome, STORE_FLAW_RECORD);
}

static void on_damaged(void *context)
{
    struct gateway *gateway = context;

    with_keys(gateway, OUTCOME_STORE_DAMAGED, STORE_FLAW_RECORD);
    writer_fail(gateway->writer, OUTCOME_STORE_DAMAGED);
}

enum outcome serve_store_watch(struct gateway *gateway)
{
    if (store_verify_is_done(&gateway->verified))
        return OUTCOME_OK;
    return store_watch_start(gateway->store, &gateway->verified, on_damaged, gateway,
                             &gateway->watch);
}

bool serve_store_is_verified(const struct gateway *gateway)
{
    return store_verify_is_done(&gateway->verified) || store_watch_is_done(gateway->watch);
}

void serve_store_tell(const struct gateway *gateway)
{
    if (gateway->damage.flaw != STORE_FLAW_NONE)
        store_damage_print(&gateway->damage);
}
