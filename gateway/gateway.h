/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * gateway.h - the parts of a running gateway, owned by serve() and passed down.
 * There are no globals: whoever needs a part gets the gateway.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "covenant/built_in.h"
#include "gateway/audit.h"
#include "gateway/clock_belief.h"
#include "gateway/counters.h"
#include "gateway/key_store.h"
#include "gateway/registry.h"
#include "gateway/settings.h"
#include "gateway/store.h"
#include "gateway/store_check.h"
#include "gateway/store_verify.h"
#include "gateway/writer.h"

struct server;
struct workers;
struct delivery;
struct timer;
struct turned_away;
struct tls_files;
struct backup;
struct key_ring;
struct key_renewal;

struct gateway {
    struct settings *settings;
    char settings_digest[SHA256_HEX_BYTES]; /* of the file, as it was at the start */
    struct own_keys keys; /* the first ones; the functions below give those of now */
    _Atomic(struct key_ring *) ring; /* NULL in a gateway without renewal: those above are all */
    struct key_renewal *renewal;
    uint8_t *local_id_key; /* secret memory, as the next */
    uint8_t *proof_id_key;
    uint8_t *form_key; /* of the tokens in forms; drawn at each start */
    struct code_lists *lists;
    struct store *store;
    struct store_damage damage;   /* found at the start, or by the watch */
    struct verify_place verified; /* how far, when the gateway began to listen */
    struct store_watch *watch;    /* NULL when all was verified before that */
    struct audit *audit;
    struct writer *writer;
    struct server *server;
    struct workers *workers;
    struct delivery *delivery;
    struct timer *timer;
    struct turned_away *turned_away;
    struct counters counters;
    struct clock_belief belief; /* is the clock to be believed? */
    struct tls_files *tls_files;
    struct backup *backup;
    pthread_mutex_t registry_lock;
    struct registry *registry;    /* through gateway_registry() only */
    bool registry_is_of_a_change; /* read within one; the writer's own */
    int64_t started_ms;
    enum outcome stopped_by; /* OK: by a signal; under registry_lock */
};

/* The present picture of the covenants; the caller releases it. */
struct registry *gateway_registry(struct gateway *gateway);
/* Reads the picture again, through the writer's view when within a change. */
MUST_USE enum outcome gateway_reload(struct gateway *gateway, struct view *view);
/* The same after changes were undone, so that nothing is decided on what is not in the store. */
MUST_USE enum outcome gateway_undone(struct gateway *gateway);
/* The key that signs now, from any thread; it stays until the gateway ends. */
const struct signing_key *gateway_signing_key(const struct gateway *gateway);
/* The one of this id, present or former; NULL when it is not (any longer) here. */
const struct sealing_key *gateway_sealing_key(struct gateway *gateway, const char *id);
/* Of the document that covenants pin. */
const uint8_t *gateway_first_signing_key(struct gateway *gateway);
/* A partner used a key that we no longer have: it is told our documents again. From any thread. */
void gateway_keys_unknown_to(struct gateway *gateway, const struct oin *partner);
/* Ends serve(): from any thread, once is enough. */
void gateway_stop(struct gateway *gateway, enum outcome why);
