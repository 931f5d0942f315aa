/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * new_covenant.h - a covenant on its way into the store, from paper or proposed by a
 * partner: what must hold of it either way, and how it came here.
 *
 * Order of use: new_covenant_read() anywhere; within the change new_covenant_check(),
 * then new_covenant_put(). Adding replaces nothing and agrees to nothing: a version
 * counts once its parties have said so (gateway/registry.h).
 */
#pragma once

#include "gateway/gateway.h"

struct new_covenant {
    struct buffer raw; /* the file */
    struct covenant *covenant;
};
void new_covenant_free(void *state); /* NULL is fine */

/* Parses, is complete, every key document verifies and is of its party, and ours is ours: a
 * covenant that binds another key to our number would make us deaf. Fails as covenant_parse(),
 * and with NOT_ALLOWED (we are no party), SENDER_WRONG, SIGNATURE_WRONG or KEY_UNKNOWN. The raw
 * bytes are in `added`; the fault is filled when MALFORMED. */
MUST_USE enum outcome new_covenant_read(struct gateway *gateway, struct new_covenant *added,
                                        struct covenant_fault *fault);

/* Every party that was one already has a key here that is known of it: without paper nobody may
 * bring in another. KEY_UNKNOWN when not. */
MUST_USE enum outcome new_covenant_keeps_keys(const struct known_covenant *previous,
                                              const struct covenant *covenant);

/* What the covenants that are here say of it; `out_why` gets a sentence when it says no, in both
 * languages. EXISTS: it is here, whoever brought it; OTHER_BYTES: another of its id and version;
 * STEP_NOT_ALLOWED: it does not follow the version it names, or a newer one is in force already;
 * TOO_MANY: no room. */
enum { NEW_COVENANT_WHY_BYTES = 160 };
MUST_USE enum outcome new_covenant_check(const struct registry *registry,
                                         const struct covenant *covenant, int64_t now_ms,
                                         enum language language,
                                         char out_why[static NEW_COVENANT_WHY_BYTES]);

/* How it came here. */
struct covenant_origin {
    bool on_paper;   /* somebody here compared the fingerprint with paper */
    bool proposed;   /* a partner sent it */
    struct oin from; /* which; "" when not proposed */
    int64_t at_ms;   /* when it came */
};
/* {0} when nothing was noted, as by an older gateway. STORE_DAMAGED when it does not read. */
MUST_USE enum outcome covenant_origin_get(struct view *view, const char *fingerprint,
                                          struct covenant_origin *out_origin);
MUST_USE enum outcome covenant_origin_put(struct change *change, const char *fingerprint,
                                          const struct covenant_origin *origin);
/* Stores file and origin, and reads the picture of the covenants again. */
MUST_USE enum outcome new_covenant_put(struct gateway *gateway, struct change *change,
                                       const struct new_covenant *added,
                                       const struct covenant_origin *origin);
