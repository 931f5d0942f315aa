/* SPDX-License-Identifier: EUPL-1.2 */
/* /v1/reservekopieen: the administrator has a backup made. The leaf that says so is committed
 * before a byte is copied. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/backup.h"
#include "gateway/handlers.h"

static const char *const state_words[] = {"GEEN", "BEZIG", "KLAAR", "MISLUKT"};

static json_t *status_of(const struct call *call, const struct backup_status *status)
{
    const char *folder = call->gateway->settings->backup_folder;
    json_t *object =
        json_pack("{ss ss sI sI}", "stand", state_words[status->state], "map", folder, "gedaan",
                  (json_int_t)status->done, "totaal", (json_int_t)status->total);

    if (object && status->state != BACKUP_NONE)
        json_object_set_new(object, "naam", json_string(status->name));
    if (object && status->state == BACKUP_DONE) {
        json_object_set_new(object, "bytes", json_integer((json_int_t)status->bytes));
        json_object_set_new(object, "omvang", json_integer((json_int_t)status->log_size));
    }
    if (object && status->state == BACKUP_FAILED) {
        json_object_set_new(object, "code", json_string(outcome_code(status->outcome)));
        json_object_set_new(object, "reden",
                            json_string(outcome_text(status->outcome, call->request->language)));
    }
    return object;
}

enum outcome get_backup(struct call *call)
{
    struct backup_status status;

    backup_status(call->gateway->backup, &status);
    return call_reply(call, 200, status_of(call, &status));
}

static enum outcome apply(struct call *call, struct change *change)
{
    struct audit_entry entry = call_entry(call, AUDIT_EXPORT);
    char object[BACKUP_NAME_BYTES + 16];

    entry.phase = AUDIT_INTENT;
    snprintf(object, sizeof object, "reservekopie %s", (const char *)call->state);
    entry.committed[AUDIT_OBJECTS] = object;
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome finish(struct call *call)
{
    struct backup_status status;

    TRY(backup_begin(call->gateway->backup, call->state));
    backup_status(call->gateway->backup, &status);
    return call_reply(call, 202, status_of(call, &status));
}

static void usual_name(int64_t now_ms, char out[static BACKUP_NAME_BYTES])
{
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    strftime(out, BACKUP_NAME_BYTES, "%Y%m%d-%H%M%S", &utc);
}

static enum outcome read_name(struct call *call, char out[static BACKUP_NAME_BYTES])
{
    static const char *const members[] = {"naam", NULL};
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    const char *name = NULL;
    enum outcome outcome;

    TRY(call_body(call, members, &body));
    outcome = json_optional_text_at(body, "naam", BACKUP_NAME_BYTES - 1, &name, &fault);
    if (outcome == OUTCOME_OK && name && !backup_name_is_valid(name)) {
        fault_at(&fault, "naam");
        outcome = OUTCOME_MALFORMED;
    }
    call_fault(call, &fault);
    TRY(outcome);
    if (name)
        snprintf(out, BACKUP_NAME_BYTES, "%s", name);
    else
        usual_name(call->now_ms, out);
    return OUTCOME_OK;
}

/* The sentences of the store's own outcomes would send the administrator to the wrong place. */
static void explain(struct call *call, enum outcome outcome)
{
    bool dutch = call->request->language == LANGUAGE_NL;
    const char *sentence = NULL;

    if (outcome == OUTCOME_FILE_WRONG)
        sentence = dutch ? "De map voor reservekopieen (reservekopiemap) is er niet of is niet van "
                           "de poort alleen (0700)."
                         : "The folder for backups (reservekopiemap) is absent or not the "
                           "gateway's alone (0700).";
    else if (outcome == OUTCOME_STORE_FULL)
        sentence = dutch ? "Er is te weinig ruimte voor een reservekopie in reservekopiemap."
                         : "There is too little room for a backup in reservekopiemap.";
    if (sentence)
        snprintf(call->detail, sizeof call->detail, "%s", sentence);
}

enum outcome post_backup(struct call *call)
{
    char *name = calloc(1, BACKUP_NAME_BYTES);
    struct backup_status status;
    enum outcome outcome;

    if (!name)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = name;
    call->free_state = free;
    TRY(read_name(call, name));
    backup_status(call->gateway->backup, &status);
    if (status.state == BACKUP_BUSY)
        return OUTCOME_BUSY;
    outcome = backup_may_begin(call->gateway->backup, name);
    explain(call, outcome);
    TRY(outcome);
    call->apply = apply;
    call->finish = finish;
    return OUTCOME_OK;
}
