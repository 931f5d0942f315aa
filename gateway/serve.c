/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/serve.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "crypto/key_tree.h"
#include "crypto/ready.h"
#include "gateway/backup.h"
#include "gateway/call.h"
#include "gateway/clock.h"
#include "gateway/clock_watch.h"
#include "gateway/commands.h"
#include "gateway/deliver.h"
#include "gateway/event.h"
#include "gateway/key_renewal.h"
#include "gateway/key_ring.h"
#include "gateway/recovery.h"
#include "gateway/serve_store.h"
#include "gateway/server.h"
#include "gateway/store_damage.h"
#include "gateway/store_verify.h"
#include "gateway/timer.h"
#include "gateway/tls_files.h"
#include "gateway/turned_away.h"
#include "gateway/users.h"
#include "gateway/workers.h"

enum { UNDO_TRIES = 10, WORKER_QUEUE = 1024, LISTENERS = 3, BODY_MAX_BYTES = 3 * 1024 * 1024 };

/* --- gateway.h --- */

struct registry *gateway_registry(struct gateway *gateway)
{
    struct registry *registry;

    pthread_mutex_lock(&gateway->registry_lock);
    registry = registry_hold(gateway->registry);
    pthread_mutex_unlock(&gateway->registry_lock);
    return registry;
}

enum outcome gateway_reload(struct gateway *gateway, struct view *view)
{
    struct registry *fresh, *old;

    TRY(registry_load(view, gateway->lists, &gateway->settings->oin, clock_now_ms(), &fresh));
    pthread_mutex_lock(&gateway->registry_lock);
    old = gateway->registry;
    gateway->registry = fresh;
    pthread_mutex_unlock(&gateway->registry_lock);
    registry_release(old);
    gateway->registry_is_of_a_change = view->parts[0].writes;
    return OUTCOME_OK;
}

/* Most changes leave the covenants alone. Where not, being short of memory for a moment must not
 * be the end of the gateway. */
enum outcome gateway_undone(struct gateway *gateway)
{
    static const struct timespec a_moment = {0, 20 * 1000000};
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    for (int tries = 0; gateway->registry_is_of_a_change && tries < UNDO_TRIES; tries++) {
        if (tries)
            nanosleep(&a_moment, NULL);
        view_begin(gateway->store, &view);
        outcome = gateway_reload(gateway, &view);
        view_end(&view);
        if (outcome != OUTCOME_OUT_OF_MEMORY)
            break;
    }
    return outcome;
}

void gateway_stop(struct gateway *gateway, enum outcome why)
{
    pthread_mutex_lock(&gateway->registry_lock);
    gateway->stopped_by = why;
    pthread_mutex_unlock(&gateway->registry_lock);
    kill(getpid(), SIGTERM); /* the main thread waits for signals */
}

/* --- callbacks of the writer --- */

static void on_store_failed(void *context, enum outcome outcome)
{
    event_write(EVENT_STORE_FAILED, outcome, NULL, 0);
    gateway_stop(context, outcome == OUTCOME_STORE_DAMAGED ? outcome : OUTCOME_STORE_FAILED);
}

static void on_queued(void *context)
{
    struct gateway *gateway = context;

    delivery_wake(gateway->delivery);
}

static enum outcome on_undone(void *context)
{
    return gateway_undone(context);
}

static enum outcome clock_may_write(void *context, struct change *change)
{
    const struct gateway *gateway = context;

    return clock_allows(&change->view, gateway->settings, clock_now_ms());
}

/* --- opening, in order --- */

/* Else glibc raises what it takes from the system at once to the largest block ever freed, up to
 * 32 MiB, and each thread keeps its highest for good. Two heaps for all threads: what one leaves
 * between the pages that LMDB keeps is of use to the others, so that memory stops growing. */
enum { LARGE_BLOCK_BYTES = 512 * 1024, KEPT_FREE_BYTES = 1024 * 1024, HEAPS = 2 };

/* Before any key is read: no core file and no tracer gets to see them. */
static void confine(void)
{
    struct rlimit none = {0, 0};

    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_FREE_BYTES);
    mallopt(M_ARENA_MAX, HEAPS);
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static enum outcome open_settings(struct gateway *gateway, const char *path, struct fault *fault,
                                  struct file_fault *file_fault)
{
    OWNED_BUFFER file = {0};

    TRY(settings_load(path, &gateway->settings, fault, file_fault));
    TRY(file_read(path, SETTINGS_FILE_MAX_BYTES, &file, file_fault));
    return sha256_hex(buffer_bytes(&file), gateway->settings_digest);
}

/* Before the store is looked at: under another number its log would seem damaged. */
static enum outcome check_oin(const struct gateway *gateway, struct fault *fault,
                              struct file_fault *file_fault)
{
    OWNED_BUFFER json = {0};
    struct key_document document;

    TRY(keys_load_document(gateway->settings->key_folder, &json, &document, file_fault));
    if (oin_equal(&document.oin, &gateway->settings->oin))
        return OUTCOME_OK;
    fault_at(fault, "oin, sleutelmap");
    return OUTCOME_SETTINGS_WRONG;
}

static enum outcome open_keys(struct gateway *gateway, struct file_fault *file_fault)
{
    TRY(keys_load(gateway->settings->key_folder, gateway->settings->credential_file, &gateway->keys,
                  file_fault));
    gateway->local_id_key = secret_new(KEY_BYTES);
    gateway->proof_id_key = secret_new(KEY_BYTES);
    gateway->form_key = secret_new(KEY_BYTES);
    if (!gateway->local_id_key || !gateway->proof_id_key || !gateway->form_key)
        return OUTCOME_OUT_OF_MEMORY;
    key_derive(gateway->keys.master, KEY_FOR_LOCAL, 1, gateway->local_id_key);
    key_derive(gateway->keys.master, KEY_FOR_PROOF, 1, gateway->proof_id_key);
    random_bytes(gateway->form_key, KEY_BYTES);
    return OUTCOME_OK;
}

static enum outcome open_covenants(struct gateway *gateway)
{
    struct view view;
    enum outcome outcome;

    view_begin(gateway->store, &view);
    outcome = registry_load(&view, gateway->lists, &gateway->settings->oin, clock_now_ms(),
                            &gateway->registry);
    if (outcome == OUTCOME_STORE_DAMAGED)
        store_damage_met(gateway->store, TABLE_COVENANT);
    view_end(&view);
    return outcome;
}

static enum outcome start_writer(struct gateway *gateway)
{
    const struct writer_options options = {
        .audit = gateway->audit,
        .queue_max = (unsigned)gateway->settings->write_queue,
        .free_bytes_min = (uint64_t)gateway->settings->free_space_mib << 20,
        .may_write = clock_may_write,
        .on_failed = on_store_failed,
        .on_queued = on_queued,
        .on_undone = on_undone,
        .context = gateway,
    };

    return writer_start(&options, &gateway->writer);
}

/* --- the log's own first and last entries, and the first users --- */

static enum outcome record_own(struct gateway *gateway, struct audit *audit, struct change *change,
                               enum audit_event event, const char *object)
{
    struct audit_entry entry = {
        .event = event,
        .source = gateway->settings->oin.text,
        .service = "serve",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = object},
    };

    return audit_record(audit, change, &entry);
}

/* Once in the life of a store: later the settings file opens no door. */
static enum outcome take_first_users(struct gateway *gateway, struct audit *audit,
                                     struct change *change)
{
    static const char taken[] = "users.first";
    struct bytes known;
    enum outcome outcome = store_get(&change->view, TABLE_META, bytes_of_text(taken), &known);

    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    store_put(change, TABLE_META, bytes_of_text(taken), bytes_of_text(gateway->settings_digest));
    for (size_t i = 0; i < gateway->settings->first_user_count; i++) {
        const struct first_user *given = &gateway->settings->first_users[i];
        struct user user = {0};
        enum role role;
        char object[160];
        if (!role_parse(given->role, &role) || !user_fingerprint_is_valid(given->fingerprint))
            return OUTCOME_SETTINGS_WRONG;
        user.roles = role_set_with(user.roles, role);
        snprintf(user.fingerprint, sizeof user.fingerprint, "%s", given->fingerprint);
        snprintf(user.number, sizeof user.number, "%s", given->role);
        user_put(change, &user);
        snprintf(object, sizeof object, "eersteGebruiker %s %s", given->role, given->fingerprint);
        TRY(record_own(gateway, audit, change, AUDIT_POLICY, object));
    }
    event_write(EVENT_FIRST_USERS, OUTCOME_OK, NULL, (int64_t)gateway->settings->first_user_count);
    return change->outcome;
}

/* An edit of the settings file is a change like any other, though made outside the house. */
static enum outcome record_settings(struct gateway *gateway, struct audit *audit,
                                    struct change *change)
{
    static const char name[] = "settings.digest";
    char object[96];
    struct bytes known;
    enum outcome outcome = store_get(&change->view, TABLE_META, bytes_of_text(name), &known);

    if (outcome == OUTCOME_OK && bytes_equal(known, bytes_of_text(gateway->settings_digest)))
        return OUTCOME_OK;
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    store_put(change, TABLE_META, bytes_of_text(name), bytes_of_text(gateway->settings_digest));
    snprintf(object, sizeof object, "instellingen %s", gateway->settings_digest);
    return record_own(gateway, audit, change, AUDIT_POLICY, object);
}

static enum outcome apply_start(struct change *change, struct audit *audit, void *context)
{
    struct gateway *gateway = context;

    TRY(recovery_start(gateway, audit, change)); /* nothing stands in a new log before this */
    TRY(record_own(gateway, audit, change, AUDIT_START, "start"));
    TRY(record_settings(gateway, audit, change));
    return take_first_users(gateway, audit, change);
}

static enum outcome apply_stop(struct change *change, struct audit *audit, void *context)
{
    return record_own(context, audit, change, AUDIT_STOP, "stop");
}

/* --- the listeners --- */

/* As a check it only looks at what listening would need. */
static enum outcome listen_all(struct gateway *gateway, bool check, struct fault *fault)
{
    const struct settings *s = gateway->settings;
    const struct listener_options listeners[LISTENERS] = {
        {"partner", LISTENER_PARTNER, s->partner_address, (uint16_t)s->partner_port,
         s->partner_certificate, s->partner_key, s->partners_ca, s->partners_crl, BODY_MAX_BYTES,
         s->crl_grace_h * 3600, s->rsa_bits_min},
        {"lokaal", LISTENER_LOCAL, s->local_address, (uint16_t)s->local_port, s->local_certificate,
         s->local_key, s->local_ca, s->local_crl, BODY_MAX_BYTES, s->crl_grace_h * 3600,
         s->rsa_bits_min},
        {"publiek", LISTENER_PUBLIC, s->public_address, (uint16_t)s->public_port,
         s->partner_certificate, s->partner_key, NULL, NULL, 4096, 0, 0},
    };
    const struct server_options options = {
        .listeners = listeners,
        .listener_count = LISTENERS,
        .loops = (size_t)s->loops,
        .limits = {.handshake_s = (unsigned)s->handshake_s,
                   .head_s = (unsigned)s->head_s,
                   .body_s = (unsigned)s->body_s,
                   .idle_s = (unsigned)s->idle_s,
                   .connections_max = (unsigned)s->connections_max,
                   .connections_per_address = (unsigned)s->connections_per_address,
                   .connections_per_caller = (unsigned)s->connections_per_caller,
                   .handshakes_per_s = (unsigned)s->handshakes_per_s,
                   .handshakes_per_address = (unsigned)s->handshakes_per_address,
                   .requests_per_partner = (unsigned)s->requests_per_partner,
                   .bodies_max_bytes = (size_t)s->bodies_mib << 20},
        .application = {gateway, call_on_head, call_on_request, turned_away_by_server},
    };

    return check ? server_check(&options, fault) : server_start(&options, &gateway->server, fault);
}

/* --- serving --- */

static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
}

static void wait_for_end(struct gateway *gateway, const sigset_t *set)
{
    int signal_number;

    while (sigwait(set, &signal_number) == 0 && signal_number == SIGHUP)
        tls_files_reload(gateway->tls_files);
}

/* How far a start came: what was never begun is not ended either. */
enum stage { STAGE_OPENING, STAGE_IN_LOG, STAGE_SERVING };

static void record_end(struct gateway *gateway, enum stage stage)
{
    if (stage < STAGE_IN_LOG)
        return;
    if (writer_run_essential(gateway->writer, apply_stop, gateway) == OUTCOME_OK &&
        stage == STAGE_SERVING)
        event_write(EVENT_STOPPED, OUTCOME_OK, NULL, 0);
}

/* In reverse, as the next; both tolerate what was never made. */
static void stop_all(struct gateway *gateway, enum stage stage)
{
    if (gateway->server)
        server_stop(gateway->server);
    timer_stop(gateway->timer);
    store_watch_stop(gateway->watch);
    workers_stop(gateway->workers);
    delivery_stop(gateway->delivery);
    backup_free(gateway->backup); /* waits for the one being made: it ends with a leaf */
    gateway->delivery = NULL;     /* the writer may still want to wake it */
    record_end(gateway, stage);
    writer_stop(gateway->writer);
}

static void close_all(struct gateway *gateway)
{
    server_free(gateway->server);
    registry_release(gateway->registry);
    audit_close(gateway->audit);
    store_close(gateway->store);
    tls_files_free(gateway->tls_files);
    turned_away_free(gateway->turned_away);
    code_lists_free(gateway->lists);
    secret_free(gateway->local_id_key);
    secret_free(gateway->form_key);
    secret_free(gateway->proof_id_key);
    key_renewal_free(gateway->renewal);
    key_ring_free(atomic_load(&gateway->ring));
    keys_wipe(&gateway->keys);
    settings_free(gateway->settings);
}

static enum outcome open_all(struct gateway *gateway, const char *path, bool check,
                             struct fault *fault, struct file_fault *file_fault)
{
    confine();
    TRY(open_settings(gateway, path, fault, file_fault));
    TRY(code_lists_load(&gateway->lists));
    TRY(turned_away_new(&gateway->turned_away));
    TRY(check_oin(gateway, fault, file_fault));
    TRY(serve_store_check(gateway, file_fault));
    TRY(open_keys(gateway, file_fault));
    TRY(serve_store_open(gateway));
    TRY(serve_store_verify(gateway, check));
    TRY(clock_belief_begin(gateway));
    TRY(serve_store_found(gateway, open_covenants(gateway)));
    return key_renewal_new(gateway, &gateway->renewal, file_fault);
}

static enum outcome start_all(struct gateway *gateway, struct fault *fault, enum stage *stage)
{
    TRY(start_writer(gateway));
    TRY(backup_new(gateway, &gateway->backup));
    TRY(workers_start((unsigned)gateway->settings->workers, WORKER_QUEUE, &gateway->workers));
    TRY(writer_run_essential(gateway->writer, apply_start, gateway));
    *stage = STAGE_IN_LOG;
    serve_store_begun(gateway);
    TRY(serve_store_watch(gateway));
    TRY(serve_store_found(gateway, delivery_start(gateway, &gateway->delivery)));
    TRY(tls_files_new(gateway, &gateway->tls_files));
    TRY(listen_all(gateway, false, fault));
    TRY(timer_start(gateway, &gateway->timer));
    *stage = STAGE_SERVING;
    return OUTCOME_OK;
}

/* What the server calls "partner.ca" is a setting to who reads it. */
static const char *setting_of(const struct gateway *gateway, enum outcome outcome,
                              const struct fault *fault, const struct file_fault *file_fault)
{
    static const char *const names[][2] = {
        {"partner.adres", "partnerAdres, partnerPoort"},
        {"partner.certificaat", "partnerCertificaat"},
        {"partner.sleutel", "partnerSleutel"},
        {"partner.ca", "partnersCa"},
        {"partner.crl", "partnersCrl"},
        {"lokaal.adres", "lokaalAdres, lokaalPoort"},
        {"lokaal.certificaat", "lokaalCertificaat"},
        {"lokaal.sleutel", "lokaalSleutel"},
        {"lokaal.ca", "lokaalCa"},
        {"lokaal.crl", "lokaalCrl"},
        {"publiek.adres", "publiekAdres, publiekPoort"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(fault->where, names[i][0]) == 0)
            return names[i][1];
    }
    if (fault->where[0] || !gateway->settings || file_fault->check == FILE_CHECK_NONE)
        return fault->where;
    if (outcome == OUTCOME_KEY_FILE_WRONG) /* the lock or the key: nobody can tell which */
        return "sleutelbestand, sleutelmap";
    return settings_name_of(gateway->settings, file_fault->path);
}

/* What the one who runs the gateway can do about a store that does not open, or failed. */
static const struct advice {
    enum outcome outcome;
    const char *text[LANGUAGE_COUNT];
} advices[] = {
    {OUTCOME_STORE_IN_USE,
     {"Er draait al een poort op deze map. Stop die eerst.",
      "Another gateway runs on this folder. Stop that one first."}},
    {OUTCOME_STORE_FULL,
     {"Er is niets verloren. Maak schijfruimte vrij of verhoog opslagMiB, en start opnieuw.",
      "Nothing is lost. Free some disk space or raise opslagMiB, and start again."}},
    {OUTCOME_STORE_FAILED,
     {"De poort bevestigt niets meer. Wat bevestigd was, blijft; al het andere bieden de "
      "afzenders opnieuw aan. Controleer de schijf en of de map nog op haar plaats staat, en "
      "start dan opnieuw: bij het starten wordt de opslag nagekeken.",
      "The gateway acknowledges nothing any more. What was acknowledged stays; all else is offered "
      "again by its senders. Check the disk, and that the folder is still in its place, then start "
      "again: at the start the store is checked."}},
    {OUTCOME_FILE_WRONG,
     {"De map moet er zijn, van de gebruiker van de poort zijn en te beschrijven zijn, op een "
      "schijf van deze machine.",
      "The folder must be there, belong to the gateway's user and be writable, on a disk of this "
      "machine."}},
};

static void advise(enum outcome outcome, const char *folder)
{
    for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++) {
        if (advices[i].outcome == outcome)
            fprintf(stderr, "%s: %s\n", folder, advices[i].text[command_language()]);
    }
}

static int explain(const struct gateway *gateway, enum outcome outcome, const struct fault *fault,
                   const struct file_fault *file_fault)
{
    const char *setting = setting_of(gateway, outcome, fault, file_fault);

    event_write(EVENT_START_FAILED, outcome, NULL, 0);
    if (outcome == OUTCOME_OUT_OF_MEMORY) /* whatever was being read when it ran out is not wrong */
        return command_outcome(outcome);
    if (setting && setting[0])
        fprintf(stderr, "%s: ", setting);
    if (file_fault->check != FILE_CHECK_NONE)
        return command_file_fault(outcome, file_fault);
    if (gateway->settings && !fault->where[0]) {
        int code = command_outcome(outcome);
        advise(outcome, gateway->settings->data_folder);
        serve_store_tell(gateway);
        return outcome == OUTCOME_STORE_DAMAGED ? EXIT_DAMAGED : code;
    }
    return command_outcome(outcome);
}

static int serve(const char *path, bool check)
{
    struct gateway gateway = {.registry_lock = PTHREAD_MUTEX_INITIALIZER,
                              .started_ms = clock_now_ms()};
    struct file_fault file_fault = {0};
    struct fault fault = {0};
    sigset_t signals;
    enum stage stage = STAGE_OPENING;
    enum outcome outcome;
    int code = EXIT_DONE;

    block_signals(&signals);
    outcome = open_all(&gateway, path, check, &fault, &file_fault);
    if (outcome == OUTCOME_OK) /* before anything is written, or a partner called */
        outcome = listen_all(&gateway, true, &fault);
    if (outcome == OUTCOME_OK && !check) {
        outcome = start_all(&gateway, &fault, &stage);
        if (outcome == OUTCOME_OK) {
            event_write(EVENT_STARTED, OUTCOME_OK, &gateway.settings->oin, getpid());
            wait_for_end(&gateway, &signals);
        }
    }
    if (outcome != OUTCOME_OK)
        code = explain(&gateway, outcome, &fault, &file_fault);
    else if (check)
        puts(say("Alles klopt.", "All is well."));
    stop_all(&gateway, stage);
    if (code == EXIT_DONE && gateway.stopped_by != OUTCOME_OK) {
        code = gateway.stopped_by == OUTCOME_STORE_DAMAGED ? EXIT_DAMAGED : EXIT_STORE_FAILED;
        advise(gateway.stopped_by, gateway.settings->data_folder);
        serve_store_tell(&gateway);
    }
    close_all(&gateway);
    return code;
}

static int run(int argc, char **argv)
{
    const char *path = NULL;
    bool check = false;
    const struct option_row rows[] = {
        {"settings", "FILE", {"het bestand met instellingen", "the settings file"}, &path, NULL},
        {"check",
         NULL,
         {"doe alles van het starten, behalve luisteren", "do all of starting but listening"},
         NULL,
         &check},
        {0},
    };
    struct invocation invocation;
    int code;

    if (!options_read(&command_serve, rows, argc, argv, 0, 0, &invocation, &code))
        return code;
    if (!path)
        return command_wrong_use(&command_serve,
                                 "Noem het bestand met instellingen: --settings FILE.",
                                 "Name the settings file: --settings FILE.");
    return serve(path, check);
}

const struct command command_serve = {
    .name = "serve",
    .summary = {"Is de poort: luistert, bezorgt en houdt het logboek bij.",
                "Is the gateway: listens, delivers and keeps the log."},
    .usage = "--settings FILE [--check]",
    .run = run,
};
