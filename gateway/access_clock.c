/* SPDX-License-Identifier: EUPL-1.2 */
/* What the clock does about requests for access: looks up what partners asked, and warns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/json.h"
#include "gateway/access_requests.h"
#include "gateway/alarms.h"
#include "gateway/audit.h"
#include "gateway/clock.h"
#include "gateway/persons.h"
#include "gateway/writer.h"

enum { ACCESS_PASS_MS = 400 }; /* then the timer's other work gets its turn */

struct looking {
    struct gateway *gateway;
    int64_t now_ms;
    bool certain; /* false: nothing is told as late */
    struct access_request request;
    enum alarm alarm;
};

/* --- whose token is it? --- */

static enum outcome look_at_person(struct looking *looking, struct view *view,
                                   const struct registry *registry, const struct identity *identity)
{
    for (size_t i = 0; i < looking->request.token_count; i++) {
        const struct access_token *asked = &looking->request.tokens[i];
        uint8_t hash[STORE_HASH_BYTES];
        struct token token;
        bool is = false;
        TRY(store_read_outcome(token_parse(asked->token, &token)));
        TRY(person_has_token(registry_find(registry, asked->covenant), asked->purpose, &token,
                             identity, &looking->gateway->settings->oin, &is));
        if (!is)
            continue;
        TRY(dossier_hash_identity(looking->gateway->store, looking->gateway->local_id_key, identity,
                                  hash));
        return access_add_dossiers(view, hash, &looking->request);
    }
    return OUTCOME_OK;
}

/* Those whose signals left from here: nothing leads from a token for us to them. */
static enum outcome look_at_persons(struct looking *looking, struct view *view)
{
    HELD_REGISTRY registry = gateway_registry(looking->gateway);
    char dossier[DOSSIER_BYTES] = "";
    struct identity identity;
    enum outcome outcome;

    while ((outcome = person_next(view, dossier, &identity)) == OUTCOME_OK) {
        outcome = look_at_person(looking, view, registry, &identity);
        identity_wipe(&identity);
        TRY(outcome);
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome look_up(struct looking *looking, struct view *view)
{
    for (size_t i = 0; i < looking->request.token_count; i++) {
        uint8_t hash[STORE_HASH_BYTES];
        TRY(dossier_hash_token(looking->gateway->store, looking->request.tokens[i].token, hash));
        TRY(access_add_dossiers(view, hash, &looking->request));
    }
    return look_at_persons(looking, view);
}

/* --- in the change --- */

/* Hit or miss, the same leaf: what was found stands in the request. */
static enum outcome record_look(struct looking *looking, struct change *change)
{
    struct audit_entry entry = {
        .event = AUDIT_RIGHTS,
        .source = looking->gateway->settings->oin.text,
        .destination = looking->gateway->settings->oin.text,
        .service = "inzageverzoeken",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM),
                      [AUDIT_PURPOSE] = purpose_word(PURPOSE_RECHTEN),
                      [AUDIT_OBJECTS] = looking->request.id},
    };
    OWNED_BUFFER dossiers = {0};

    for (size_t i = 0; i < looking->request.dossier_count; i++)
        buffer_format(&dossiers, "%s%s", i ? " " : "", looking->request.dossiers[i]);
    if (!dossiers.length)
        buffer_add_byte(&dossiers, '-');
    entry.committed[AUDIT_SUBJECT] = buffer_text(&dossiers);
    TRY(buffer_outcome(&dossiers));
    return audit_record(looking->gateway->audit, change, &entry);
}

/* Another item of the same request may have come since it was read: then it is looked up again. */
static enum outcome apply_look(struct change *change, struct audit *audit, void *context)
{
    struct looking *looking = context;
    struct access_request now;

    (void)audit;
    TRY(access_get(&change->view, &looking->request.from, looking->request.id, &now));
    if (now.done_ms || now.token_count != looking->request.token_count)
        return OUTCOME_OK;
    looking->request.looked = true;
    looking->request.delay = now.delay;
    TRY(access_put(change, &looking->request));
    return record_look(looking, change);
}

static enum outcome apply_alarm(struct change *change, struct audit *audit, void *context)
{
    struct looking *looking = context;
    struct access_request now;

    (void)audit;
    TRY(access_get(&change->view, &looking->request.from, looking->request.id, &now));
    if (now.done_ms || day_compare(access_due(&now), access_due(&looking->request)) != 0)
        return OUTCOME_OK;
    if (looking->alarm == ALARM_ACCESS_LATE)
        TRY(alarm_settle(looking->gateway, change, ALARM_ACCESS_SOON, now.id));
    return alarm_raise(looking->gateway, change, looking->alarm, now.id);
}

/* --- one pass --- */

static bool is_due(struct view *view, struct looking *looking)
{
    const struct day due = access_due(&looking->request);
    const struct day today = amsterdam_day(looking->now_ms);

    if (!looking->certain || looking->request.done_ms ||
        day_compare(today, day_plus(due, -ACCESS_WARN_DAYS)) < 0)
        return false;
    looking->alarm = day_compare(today, due) > 0 ? ALARM_ACCESS_LATE : ALARM_ACCESS_SOON;
    return !alarm_stands(view, looking->alarm, looking->request.id);
}

/* The first after `after` about which something must be done; NOT_FOUND. */
static enum outcome find_work(struct view *view, struct looking *looking, bool *out_look)
{
    const struct access_request *after = looking->request.id[0] ? &looking->request : NULL;
    enum outcome outcome;

    while ((outcome = access_next(view, after, &looking->request)) == OUTCOME_OK) {
        *out_look =
            !looking->request.done_ms && !looking->request.looked && looking->request.token_count;
        if (*out_look)
            return look_up(looking, view);
        if (is_due(view, looking))
            return OUTCOME_OK;
        after = &looking->request;
    }
    return outcome;
}

/* What a partner asked goes through all persons each time: what is left waits for the next pass. */
static enum outcome work_on(struct looking *looking)
{
    const int64_t until_ms = clock_monotonic_ms() + ACCESS_PASS_MS;

    do {
        struct view view;
        bool look = false;
        enum outcome outcome;

        view_begin(looking->gateway->store, &view);
        outcome = store_entries(&view, TABLE_ACCESS) ? find_work(&view, looking, &look)
                                                     : OUTCOME_NOT_FOUND;
        view_end(&view);
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        TRY(writer_run_essential(looking->gateway->writer, look ? apply_look : apply_alarm,
                                 looking));
    } while (clock_monotonic_ms() < until_ms);
    return OUTCOME_OK;
}

enum outcome access_pass(struct gateway *gateway, int64_t now_ms)
{
    struct looking *looking = calloc(1, sizeof *looking);
    enum outcome outcome;
    int64_t clock_ms;

    if (!looking)
        return OUTCOME_OUT_OF_MEMORY;
    looking->gateway = gateway;
    looking->now_ms = now_ms;
    looking->certain = clock_certain(gateway, &clock_ms);
    outcome = work_on(looking);
    free(looking);
    return outcome;
}
