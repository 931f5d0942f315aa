/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * registry.h - the covenants this gateway knows, who signed them, which keys their
 * parties use and which shared keys are here: what stands in the store, read into
 * one immutable picture.
 *
 * A picture is made anew after each change (rare) and swapped; whoever uses one
 * holds it until registry_release(). The writer swaps within the change that
 * altered the store, so that no later piece of the same batch decides on the old.
 */
#pragma once

#include <stdatomic.h>

#include "covenant/decision.h"
#include "covenant/message.h"
#include "covenant/shared_key_item.h"
#include "crypto/token.h"
#include "gateway/store.h"

enum { REGISTRY_COVENANTS_MAX = 64, REGISTRY_KEYS_MAX = 4 };

struct shared_key {
    char epoch[TOKEN_EPOCH_BYTES];
    uint8_t key[SHARED_KEY_BYTES];
};

struct known_covenant {
    struct covenant *covenant;
    enum verdict verdicts[COVENANT_PARTIES_MAX];
    char last_hash[COVENANT_PARTIES_MAX][SHA256_HEX_BYTES]; /* of each party's last statement */
    int64_t statement_count[COVENANT_PARTIES_MAX];
    int64_t agreed_ms[COVENANT_PARTIES_MAX];    /* op of its agreement; INT64_MAX: none */
    int64_t withdrawn_ms[COVENANT_PARTIES_MAX]; /* op of its withdrawal; INT64_MAX: none */
    bool ours; /* our own people brought it in or agreed to it; else a partner only proposes it */
    struct known_covenant *earlier; /* the version that this one names before it; NULL: not here */
    int64_t began_ms;         /* when all had agreed and the window had begun; INT64_MAX: not yet */
    int64_t replaced_ms;      /* when a later version began; INT64_MAX: not yet */
    struct key_chain *chains; /* of each party */
    struct shared_key *keys;  /* secret memory, REGISTRY_KEYS_MAX: the next half-year's and back */
    size_t key_count;
};

/* First what all agreed to and nothing replaced, last what only a partner proposes: who looks for
 * the first that says something of a party meets no proposal that says otherwise. */
struct registry {
    atomic_int users;
    size_t count;
    struct known_covenant covenants[REGISTRY_COVENANTS_MAX];
};

/* Reads the picture from the store; the caller holds it. `self` is ourselves; `now_ms` tells which
 * half-year's keys are of use. Fails with STORE_DAMAGED when something stored does not read,
 * TOO_MANY, OUT_OF_MEMORY. */
MUST_USE enum outcome registry_load(struct view *view, const struct code_lists *lists,
                                    const struct oin *self, int64_t now_ms,
                                    struct registry **out_registry);
struct registry *registry_hold(struct registry *registry);
void registry_release(struct registry *registry); /* NULL is fine */
void registry_release_at(struct registry **registry);
#define HELD_REGISTRY __attribute__((cleanup(registry_release_at))) struct registry *

const struct known_covenant *registry_find(const struct registry *registry,
                                           const char *fingerprint);
/* By id: the version that applies. NULL `id`: the only one, NULL when there are several.
 * A version applies until the next one is in force: adding a file replaces nothing. What only a
 * partner proposes never applies. */
const struct known_covenant *registry_choose(const struct registry *registry, const char *id,
                                             int64_t now_ms);
/* The version that has come in its place by then, over several if need be; else the same. It must
 * be one of the registry's own. */
const struct known_covenant *registry_newest(const struct registry *registry,
                                             const struct known_covenant *known, int64_t at_ms);
bool registry_knows(const struct registry *registry, const struct oin *oin);
/* The party's name in the first covenant that has it; the OIN itself otherwise. */
const char *registry_name(const struct registry *registry, const struct oin *oin);
/* Its last word on this version; VERDICT_NONE of who is no party to it. */
enum verdict known_verdict(const struct known_covenant *known, const struct oin *oin);
/* Did it agree to this version, whatever it said since? */
bool known_ever_agreed(const struct known_covenant *known, const struct oin *oin);

/* The facts of today for decide() and article_in_force(). */
struct standing known_standing(const struct known_covenant *known, int64_t now_ms);
/* The party's key documents; NULL when it is no party. */
const struct key_chain *known_chain(const struct known_covenant *known, const struct oin *oin);
/* The key document in force for a party at an instant; NULL when there is none, and when two
 * successors of one of its documents were seen: then nothing moves until that is settled. */
const struct key_document *known_keys(const struct known_covenant *known, const struct oin *oin,
                                      int64_t at_s);
/* The same for one kind of message: of documents themselves also then, or it never could be. */
const struct key_document *known_keys_for(const struct known_covenant *known, const struct oin *oin,
                                          int64_t at_s, enum message_kind kind);
/* Of all signing keys that a party ever had those that an envelope's `hint` (dsse_hint) names, and
 * the last few when it names none; `which` from 0, NOT_FOUND after the last: for what stands within
 * a message and was signed before it (a statement, a proof). The message itself vouches that it is
 * the party's own. A party may have hundreds, and hundreds of proofs in one message: to try each
 * with each would keep everybody else waiting. OUT_OF_MEMORY. */
enum { SIGNERS_WITHOUT_HINT = 4 };
MUST_USE enum outcome known_signer(const struct known_covenant *known, const struct oin *oin,
                                   const char *hint, size_t which, const uint8_t **out_key);
/* Two successors of one key document of this party, in a covenant that was not replaced. */
bool registry_is_forked(const struct registry *registry, const struct oin *oin, int64_t now_ms);
/* NULL when the key of that half-year has not come yet. */
const struct shared_key *known_shared_key(const struct known_covenant *known, const char *epoch);
/* Is an article that uses tokens in force between any two parties? */
bool known_uses_tokens(const struct known_covenant *known, int64_t now_ms);
/* Had a later version come into force by then? That is for good: an older version does not come
 * back when the later one ends. */
bool known_is_replaced(const struct known_covenant *known, int64_t at_ms);
