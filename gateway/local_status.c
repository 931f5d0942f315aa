/* SPDX-License-Identifier: EUPL-1.2 */
/* Status: counts, never content. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/alarms.h"
#include "gateway/clock.h"
#include "gateway/clock_watch.h"
#include "gateway/covenant_dates.h"
#include "gateway/deliver.h"
#include "gateway/delivery_trouble.h"
#include "gateway/erasure_status.h"
#include "gateway/handlers.h"
#include "gateway/key_renewal.h"
#include "gateway/late_counts.h"
#include "gateway/recovery.h"
#include "gateway/registry_line.h"
#include "gateway/queue_room.h"
#include "gateway/serve_store.h"
#include "gateway/store_damage.h"
#include "gateway/tls_files.h"
#include "gateway/version.h"

enum { PARTNERS_SHOWN_MAX = 128 };

/* Its keys here now; NULL: none counts. */
static const struct key_document *keys_of(const struct call *call, const struct oin *partner)
{
    const struct known_covenant *line =
        registry_line(call->registry, &call->gateway->settings->oin, partner, call->now_ms);

    return line ? known_keys(line, partner, call->now_ms / 1000) : NULL;
}

static json_t *deliveries_of(const struct call *call, const struct delivery_state *states,
                             size_t count)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct delivery_state *state = &states[i];
        const struct key_document *keys = keys_of(call, &state->partner);
        char at[INSTANT_TEXT_BYTES];
        json_t *row = json_pack("{ss ss sI sI sb sb}", "partij", state->partner.text, "naam",
                                registry_name(call->registry, &state->partner), "wachtrij",
                                (json_int_t)state->waiting, "vulling", (json_int_t)state->percent,
                                "onderweg", state->under_way, "geparkeerd", state->parked);
        if (row && keys)
            json_object_set_new(row, "adres", json_string(keys->address));
        if (row && state->receipt_ms) {
            instant_print(state->receipt_ms, at);
            json_object_set_new(row, "laatsteOntvangstbewijsOp", json_string(at));
        }
        if (row && state->failures)
            json_object_set_new(row, "laatsteFout",
                                json_string(state->last_code[0]
                                                ? state->last_code
                                                : outcome_code(state->last_failure)));
        json_array_append_new(rows, row);
    }
    return rows;
}

/* Of two successors of a key an alarm tells. */
static bool is_keyless(const struct call *call, const struct oin *partner)
{
    return !keys_of(call, partner) && !registry_is_forked(call->registry, partner, call->now_ms);
}

static void add_damage_warning(json_t *warnings, bool dutch, const struct store *store)
{
    const char *table = store_damaged_table(store);
    char text[320];

    if (!table)
        return;
    snprintf(text, sizeof text,
             dutch
                 ? "In de opslag is een gegeven beschadigd (tabel %s). Wat daarvan afhangt staat "
                   "stil, de rest gaat door. Verwijder of herstel zelf niets: stop de poort, "
                   "bewaar de gegevensmap en zet een reservekopie terug."
                 : "A record of the store is damaged (table %s). What depends on it stands still, "
                   "the rest goes on. Do not delete or mend anything yourself: stop the gateway, "
                   "keep the data folder and put back a backup.",
             table);
    json_array_append_new(warnings, json_string(text));
}

static void add_doubt_warning(json_t *warnings, bool dutch, struct gateway *gateway)
{
    int64_t now_ms;

    if (clock_certain(gateway, &now_ms))
        return;
    json_array_append_new(
        warnings,
        json_string(dutch ? "De klok versprong, of de gateway stond lang stil. Kijk of de klok goed "
                            "staat. Tot een partner dezelfde tijd geeft, of een uur lang, wordt er "
                            "niets beëindigd, gewist of te laat genoemd."
                          : "The clock leapt, or the gateway stood still for long. See whether the "
                            "clock is right. Until a partner gives the same time, or for an hour, "
                            "nothing is ended, erased or called late."));
}

static void add_clock_warning(json_t *warnings, bool dutch, struct gateway *gateway)
{
    char text[160];
    int64_t behind_ms;
    struct view view;
    enum outcome outcome;

    view_begin(gateway->store, &view);
    outcome = clock_behind_ms(&view, clock_now_ms(), &behind_ms);
    view_end(&view);
    if (outcome != OUTCOME_OK || behind_ms <= gateway->settings->clock_tolerance_s * 1000) {
        add_doubt_warning(warnings, dutch, gateway);
        return;
    }
    snprintf(text, sizeof text,
             dutch ? "De klok loopt %lld seconden achter op het logboek. Er wordt niets "
                     "vastgelegd tot de klok goed staat."
                   : "The clock is %lld seconds behind the log. Nothing is recorded until the "
                     "clock is right.",
             (long long)(behind_ms / 1000));
    json_array_append_new(warnings, json_string(text));
}

static void add_warnings(json_t *warnings, bool dutch, const char *name,
                         const struct delivery_state *state)
{
    char text[SETTINGS_TEXT_MAX_BYTES];

    if (state->partner_ms) {
        char there[INSTANT_TEXT_BYTES], here[INSTANT_TEXT_BYTES];
        instant_print(state->partner_ms, there);
        instant_print(state->at_ms, here);
        snprintf(text, sizeof text,
                 dutch ? "%s weigert om de tijd: daar was het %s, hier %s. Controleer beide "
                         "klokken."
                       : "%s refuses because of the time: there it was %s, here %s. Check both "
                         "clocks.",
                 name, there, here);
        json_array_append_new(warnings, json_string(text));
    }
    if (state->percent >= QUEUE_ALARM_PERCENT) {
        snprintf(text, sizeof text,
                 dutch ? "De wachtrij naar %s is voor %u %% vol."
                       : "The queue to %s is %u %% full.",
                 name, state->percent);
        json_array_append_new(warnings, json_string(text));
    }
}

/* To whose it is: when the certificates of those who may add users have all ended, nobody can be
 * added any more. */
static void add_own_warning(json_t *warnings, bool dutch, const struct call *call)
{
    const int64_t until_s = call->request->peer->until_s;
    char day[DAY_TEXT_BYTES], text[256];

    if (!until_s || until_s - call->now_ms / 1000 > CERTIFICATE_ENDING_S)
        return;
    day_print(amsterdam_day(until_s * 1000), day);
    snprintf(text, sizeof text,
             dutch ? "Uw eigen certificaat geldt tot %s. Daarna komt u er niet meer in. Vraag nu "
                     "een nieuw: wijkpoort user request."
                   : "Your own certificate ends on %s. After that you do not get in any more. Ask "
                     "for a new one now: wijkpoort user request.",
             day);
    json_array_append_new(warnings, json_string(text));
}

static json_t *warnings_of(const struct call *call, const struct delivery_state *states,
                           size_t count)
{
    bool dutch = call->request->language == LANGUAGE_NL;
    json_t *warnings = json_array();

    add_damage_warning(warnings, dutch, call->gateway->store);
    if (!serve_store_is_verified(call->gateway))
        json_array_append_new(warnings, json_string(dutch ? "De opslag wordt nagelopen."
                                                          : "The store is being looked through."));
    add_clock_warning(warnings, dutch, call->gateway);
    add_own_warning(warnings, dutch, call);
    for (size_t i = 0; i < call->registry->count; i++) {
        if (call->registry->covenants[i].covenant->has_key_giver) {
            json_array_append_new(
                warnings,
                json_string(dutch ? "De pseudoniemen zijn van een gedeelde sleutel: elke partij "
                                    "kan ze terugrekenen."
                                  : "The tokens come from a shared key: every party can reverse "
                                    "them."));
            break;
        }
    }
    for (size_t i = 0; i < count; i++) {
        OWNED_BUFFER text = {0};
        delivery_trouble_print(&states[i], registry_name(call->registry, &states[i].partner),
                               is_keyless(call, &states[i].partner), call->request->language,
                               &text);
        if (text.length && buffer_text(&text))
            json_array_append_new(warnings, json_string(buffer_text(&text)));
        add_warnings(warnings, dutch, registry_name(call->registry, &states[i].partner),
                     &states[i]);
    }
    covenant_dates_warn(call->registry, &call->gateway->settings->oin, call->now_ms,
                        call->request->language, warnings);
    recovery_warn(call->gateway, call->registry, call->request->language, warnings);
    key_renewal_warn(call->gateway, call->request->language, warnings);
    tls_files_warn(call->gateway->tls_files, call->request->language, warnings);
    if (alarms_warn(call->gateway, call->registry, call->request->language, warnings) != OUTCOME_OK)
        json_array_append_new(warnings,
                              json_string(dutch ? "De lijst met alarmen kan niet worden gelezen."
                                                : "The list of alarms cannot be read."));
    return warnings;
}

static json_t *roles_of(const struct call *call)
{
    json_t *roles = json_array();

    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if (role_set_has(call->caller.roles, role))
            json_array_append_new(roles, json_string(role_word(role)));
    }
    return roles;
}

static json_t *user_of(const struct call *call)
{
    char until[INSTANT_TEXT_BYTES];

    instant_print(call->request->peer->until_s * 1000, until);
    return json_pack("{ss so ss*}", "naam", call->caller.number, "rollen", roles_of(call),
                     "certificaatLooptAfOp", call->request->peer->until_s ? until : NULL);
}

/* Of the present log; 0 when it cannot be told. */
static size_t log_size_of(struct gateway *gateway)
{
    struct view view;
    uint64_t size = 0;

    view_begin(gateway->store, &view);
    if (audit_committed_size(&view, &size) != OUTCOME_OK)
        size = 0;
    view_end(&view);
    return (size_t)size;
}

enum outcome get_status(struct call *call)
{
    struct gateway *gateway = call->gateway;
    struct delivery_state *states = calloc(PARTNERS_SHOWN_MAX, sizeof *states);
    struct writer_counts counts = writer_counts(gateway->writer);
    struct late_counts late = {0};
    OWNED_BUFFER vkey = {0};
    char started[INSTANT_TEXT_BYTES];
    enum outcome outcome;
    size_t count;

    if (!states)
        return OUTCOME_OUT_OF_MEMORY;
    count = delivery_states(gateway->delivery, states, PARTNERS_SHOWN_MAX);
    instant_print(gateway->started_ms, started);
    note_key_print(audit_note_key(gateway->audit), &vkey);
    outcome = late_counts(gateway->store, NULL, &late);
    if (outcome != OUTCOME_OK || !buffer_text(&vkey)) {
        free(states);
        return outcome == OUTCOME_OK ? OUTCOME_OUT_OF_MEMORY : outcome;
    }
    outcome = call_reply(
        call, 200,
        json_pack(
            "{ss ss ss ss so s{sI sI ss ss} s{sI sI sI} so so so so}", "oin",
            gateway->settings->oin.text, "naam", gateway->settings->name, "versie",
            WIJKPOORT_VERSION, "gestartOp", started, "gebruiker", user_of(call), "log", "omvang",
            (json_int_t)log_size_of(gateway), "begin", (json_int_t)audit_base(gateway->audit),
            "oorsprong", audit_note_key(gateway->audit)->name, "sleutel", buffer_text(&vkey),
            "schrijver", "vastleggingen", (json_int_t)counts.commits, "synchronisaties",
            (json_int_t)counts.syncs, "bladeren", (json_int_t)counts.leaves, "afleveren",
            deliveries_of(call, states, count), "waarschuwingen", warnings_of(call, states, count),
            "wissen", erasure_status_json(gateway), "teLaat", late_counts_json(&late)));
    free(states);
    return outcome;
}

enum outcome get_public_status(struct call *call)
{
    return call_reply(call, 200, json_pack("{sb ss}", "up", 1, "versie", WIJKPOORT_VERSION));
}
