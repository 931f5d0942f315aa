/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/key_renewal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/alarms.h"
#include "gateway/clock.h"
#include "gateway/event.h"
#include "gateway/key_documents.h"

enum {
    STILL_PASSES = 3, /* one more than TLS files: a document comes after its certificate */
    SETTLE_PASSES = 10,
    ASKERS_MAX = 64,
    ASKER_PAUSE_MS = 10 * 60 * 1000,
};

struct asker { /* a partner that does not know our keys */
    struct oin oin;
    int64_t told_ms; /* monotonic; 0: not yet */
};

struct key_renewal {
    struct gateway *gateway;
    uint64_t used, seen;
    unsigned still, passes;
    size_t taken;                    /* that are not in use yet */
    pthread_mutex_t lock;            /* guards what follows */
    char fault[FILE_PATH_MAX_BYTES]; /* the folder that was not taken up; "" */
    struct asker askers[ASKERS_MAX];
    size_t asker_count;
};

/* --- gateway.h --- */

/* C11's atomic_load() takes no const; it does not write. */
static const struct key_ring *ring_of(const struct gateway *gateway)
{
    return atomic_load(&((struct gateway *)(uintptr_t)gateway)->ring);
}

const struct signing_key *gateway_signing_key(const struct gateway *gateway)
{
    const struct key_ring *ring = ring_of(gateway);

    return ring ? key_ring_signing(ring, clock_now_ms() / 1000) : &gateway->keys.signing;
}

const struct sealing_key *gateway_sealing_key(struct gateway *gateway, const char *id)
{
    const struct key_ring *ring = atomic_load(&gateway->ring);

    if (ring)
        return key_ring_sealing(ring, id);
    return strcmp(gateway->keys.sealing.id, id) == 0 ? &gateway->keys.sealing : NULL;
}

const uint8_t *gateway_first_signing_key(struct gateway *gateway)
{
    const struct key_ring *ring = atomic_load(&gateway->ring);

    return ring ? ring->chain.documents[0].signing_key : gateway->keys.signing.public_key;
}

/* --- the ring --- */

static uint64_t stamp_of(const struct gateway *gateway)
{
    const char *const paths[] = {gateway->settings->key_folder};

    return files_stamp(paths, 1);
}

static enum outcome read_ring(struct gateway *gateway, struct file_fault *fault)
{
    struct key_ring *ring;
    enum outcome outcome;
    struct view view;

    view_begin(gateway->store, &view);
    outcome = key_ring_load(gateway->settings, &view, &ring, fault);
    view_end(&view);
    TRY(outcome);
    ring->older = atomic_load(&gateway->ring);
    atomic_store(&gateway->ring, ring);
    return OUTCOME_OK;
}

enum outcome key_renewal_new(struct gateway *gateway, struct key_renewal **out,
                             struct file_fault *fault)
{
    struct key_renewal *renewal = calloc(1, sizeof *renewal);
    enum outcome outcome;

    if (!renewal)
        return OUTCOME_OUT_OF_MEMORY;
    pthread_mutex_init(&renewal->lock, NULL);
    renewal->gateway = gateway;
    outcome = read_ring(gateway, fault);
    if (outcome != OUTCOME_OK) {
        key_renewal_free(renewal);
        return outcome;
    }
    *out = renewal;
    return OUTCOME_OK;
}

void key_renewal_free(struct key_renewal *renewal)
{
    if (renewal)
        pthread_mutex_destroy(&renewal->lock);
    free(renewal);
}

/* --- taking up, in the change --- */

struct taking {
    struct gateway *gateway;
    const struct key_ring *found; /* all that lies there */
    const char *refused;          /* the folder of the first that was not taken up */
    enum outcome why;
    size_t taken;
};

static enum outcome record_taken(const struct taking *taking, struct audit *audit,
                                 struct change *change, const struct key_document *document)
{
    char digest[HEX_BYTES(KEY_DOCUMENT_DIGEST_BYTES)], object[160];
    const struct audit_entry entry = {
        .event = AUDIT_KEY,
        .source = taking->gateway->settings->oin.text,
        .service = "sleuteldocumenten",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = object},
    };

    hex_encode(bytes_of(document->digest, sizeof document->digest), digest);
    snprintf(object, sizeof object, "sleuteldocument %lld %s%s", (long long)document->number,
             digest, document->emergency ? " noodwissel" : "");
    return audit_record(audit, change, &entry);
}

/* What may count: verified as a partner would. */
static enum outcome judge(const struct taking *taking, struct change *change,
                          const struct own_document *own)
{
    const struct own_document *first = &taking->found->documents[0];
    HELD_REGISTRY registry = gateway_registry(taking->gateway);
    OWNED_KEY_CHAIN chain = {0};
    struct fault fault = {0};
    enum outcome outcome;

    TRY(key_documents_chain(&change->view, &first->document.oin, buffer_bytes(&first->envelope),
                            &chain));
    TRY(key_document_may_count(registry, &first->document.oin, &own->document,
                               buffer_bytes(&own->envelope), clock_now_ms() / 1000));
    outcome = key_chain_add_endorsed(&chain, buffer_bytes(&own->envelope), &fault);
    /* A second renewal beside an earlier one would make partners stop. */
    return outcome == OUTCOME_OTHER_BYTES && !chain.forked ? OUTCOME_OK : outcome;
}

static enum outcome take_one(struct taking *taking, struct audit *audit, struct change *change,
                             const struct own_document *own)
{
    enum outcome outcome = judge(taking, change, own);

    if (outcome_kind(outcome) == KIND_OURS)
        return outcome;
    if (outcome != OUTCOME_OK) {
        taking->why = taking->refused ? taking->why : outcome;
        taking->refused = taking->refused ? taking->refused : own->folder;
        return OUTCOME_OK;
    }
    key_document_put(change, &own->document, buffer_bytes(&own->envelope));
    TRY(change->outcome);
    taking->taken++;
    if (own->document.emergency)
        TRY(alarm_settle(taking->gateway, change, ALARM_KEY_MISUSED, own->document.oin.text));
    return record_taken(taking, audit, change, &own->document);
}

static enum outcome apply_taking(struct change *change, struct audit *audit, void *context)
{
    struct taking *taking = context;
    struct gateway *gateway = taking->gateway;

    taking->refused = NULL;
    taking->taken = 0;
    for (size_t i = 1; i < taking->found->count; i++) {
        const struct own_document *own = &taking->found->documents[i];
        bool is_here;
        TRY(key_document_is_here(&change->view, &own->document, &is_here));
        if (!is_here)
            TRY(take_one(taking, audit, change, own));
    }
    if (taking->taken == 0)
        return OUTCOME_OK;
    TRY(gateway_reload(gateway, &change->view));
    HELD_REGISTRY registry = gateway_registry(gateway);
    return key_documents_tell(gateway, change, registry);
}

/* --- the pass --- */

static void note_fault(struct key_renewal *renewal, const char *path, enum outcome why)
{
    pthread_mutex_lock(&renewal->lock);
    snprintf(renewal->fault, sizeof renewal->fault, "%s", path);
    pthread_mutex_unlock(&renewal->lock);
    if (path[0])
        event_write(EVENT_KEYS_TAKEN, why, NULL, 0);
}

static enum outcome look_for_new(const struct gateway *gateway, const struct key_ring *found,
                                 bool *out_is_new)
{
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    *out_is_new = false;
    view_begin(gateway->store, &view);
    for (size_t i = 1; i < found->count && outcome == OUTCOME_OK; i++) {
        bool is_here;
        outcome = key_document_is_here(&view, &found->documents[i].document, &is_here);
        *out_is_new = *out_is_new || !is_here;
    }
    view_end(&view);
    return outcome;
}

/* Until it succeeds: partners are told of the new ones by now, and the old would go on signing. */
static enum outcome use_taken(struct key_renewal *renewal)
{
    struct file_fault fault = {0};

    if (renewal->taken == 0)
        return OUTCOME_OK;
    TRY(read_ring(renewal->gateway, &fault));
    event_write(EVENT_KEYS_TAKEN, OUTCOME_OK, NULL, (int64_t)renewal->taken);
    renewal->taken = 0;
    return OUTCOME_OK;
}

static enum outcome take_up(struct key_renewal *renewal)
{
    struct gateway *gateway = renewal->gateway;
    struct taking taking = {.gateway = gateway};
    struct file_fault fault = {0};
    OWNED_KEY_RING found = NULL;
    enum outcome outcome = key_ring_load(gateway->settings, NULL, &found, &fault);
    bool is_new;

    if (outcome == OUTCOME_OUT_OF_MEMORY)
        return outcome;
    if (outcome != OUTCOME_OK) {
        note_fault(renewal, fault.path, outcome);
        return OUTCOME_OK;
    }
    note_fault(renewal, "", OUTCOME_OK);
    TRY(look_for_new(gateway, found, &is_new));
    if (!is_new)
        return OUTCOME_OK;
    taking.found = found;
    TRY(writer_run(gateway->writer, apply_taking, &taking));
    if (taking.refused)
        note_fault(renewal, taking.refused, taking.why);
    renewal->taken += taking.taken;
    return use_taken(renewal);
}

static enum outcome take_changes(struct key_renewal *renewal)
{
    const uint64_t now = stamp_of(renewal->gateway);

    TRY(use_taken(renewal));
    renewal->still = now == renewal->seen ? renewal->still + 1 : 0;
    renewal->seen = now;
    if (now == renewal->used || renewal->still < STILL_PASSES)
        return OUTCOME_OK;
    TRY(take_up(renewal));
    renewal->used = now;
    return OUTCOME_OK;
}

/* --- partners that do not know our keys --- */

void gateway_keys_unknown_to(struct gateway *gateway, const struct oin *partner)
{
    struct key_renewal *renewal = gateway->renewal;
    size_t at = 0;

    if (!renewal)
        return;
    pthread_mutex_lock(&renewal->lock);
    while (at < renewal->asker_count && !oin_equal(&renewal->askers[at].oin, partner))
        at++;
    if (at == renewal->asker_count && at < ASKERS_MAX)
        renewal->askers[renewal->asker_count++] = (struct asker){.oin = *partner};
    pthread_mutex_unlock(&renewal->lock);
}

/* One that is due; it is forgotten once its pause is over, and may ask again. */
static bool next_asker(struct key_renewal *renewal, struct oin *out)
{
    const int64_t now_ms = clock_monotonic_ms();
    bool found = false;

    pthread_mutex_lock(&renewal->lock);
    for (size_t i = 0; i < renewal->asker_count && !found; i++) {
        struct asker *asker = &renewal->askers[i];
        if (asker->told_ms && now_ms - asker->told_ms >= ASKER_PAUSE_MS)
            *asker = renewal->askers[--renewal->asker_count];
        else if (!asker->told_ms) {
            asker->told_ms = now_ms;
            *out = asker->oin;
            found = true;
        }
    }
    pthread_mutex_unlock(&renewal->lock);
    return found;
}

struct forgetting {
    struct gateway *gateway;
    struct oin partner;
};

static enum outcome apply_forgetting(struct change *change, struct audit *audit, void *context)
{
    const struct forgetting *forgetting = context;
    HELD_REGISTRY registry = gateway_registry(forgetting->gateway);

    (void)audit;
    for (size_t i = 0; i < registry->count; i++)
        TRY(key_documents_forget(change, registry->covenants[i].covenant->fingerprint,
                                 &forgetting->partner));
    return change->outcome;
}

/* --- forks that are over: a new version of the covenant pinned other keys --- */

static bool is_over(const struct registry *registry, struct view *view, const struct oin *oin)
{
    return alarm_stands(view, ALARM_KEY_FORK, oin->text) &&
           !registry_is_forked(registry, oin, clock_now_ms());
}

/* The first party whose alarm has no cause any more. */
static bool find_over(struct gateway *gateway, struct oin *out)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    bool found = false;
    struct view view;

    view_begin(gateway->store, &view);
    for (size_t i = 0; i < registry->count; i++) {
        const struct covenant *covenant = registry->covenants[i].covenant;
        for (size_t j = 0; !found && j < covenant->parties_count; j++) {
            *out = covenant->parties[j].oin;
            found = is_over(registry, &view, out);
        }
    }
    view_end(&view);
    return found;
}

struct settling {
    struct gateway *gateway;
    struct oin partner;
};

static enum outcome apply_settling(struct change *change, struct audit *audit, void *context)
{
    const struct settling *settling = context;

    (void)audit;
    return alarm_settle(settling->gateway, change, ALARM_KEY_FORK, settling->partner.text);
}

static enum outcome settle_forks(struct key_renewal *renewal)
{
    struct settling settling = {.gateway = renewal->gateway};

    if (renewal->passes++ % SETTLE_PASSES != 0 || !find_over(renewal->gateway, &settling.partner))
        return OUTCOME_OK;
    return writer_run(renewal->gateway->writer, apply_settling, &settling);
}

enum outcome key_renewal_pass(struct key_renewal *renewal)
{
    struct forgetting forgetting = {.gateway = renewal->gateway};

    TRY(take_changes(renewal));
    if (next_asker(renewal, &forgetting.partner))
        TRY(writer_run(renewal->gateway->writer, apply_forgetting, &forgetting));
    TRY(settle_forks(renewal));
    return key_documents_pass(renewal->gateway);
}

void key_renewal_warn(struct gateway *gateway, enum language language, json_t *warnings)
{
    const struct key_ring *ring = atomic_load(&gateway->ring);
    OWNED_BUFFER text = {0};

    if (!ring) /* a gateway of a test */
        return;
    pthread_mutex_lock(&gateway->renewal->lock);
    if (gateway->renewal->fault[0])
        buffer_format(&text, "%s%s",
                      language == LANGUAGE_NL ? "Nieuwe sleutels zijn niet in gebruik genomen: "
                                              : "New keys were not taken into use: ",
                      gateway->renewal->fault);
    pthread_mutex_unlock(&gateway->renewal->lock);
    if (text.length && buffer_text(&text))
        json_array_append_new(warnings, json_string(buffer_text(&text)));
    if (key_ring_warn(ring, clock_now_ms() / 1000, language, warnings) != OUTCOME_OK)
        event_write(EVENT_KEYS_TAKEN, OUTCOME_OUT_OF_MEMORY, NULL, 0);
}
