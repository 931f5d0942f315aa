/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * secrecy.h - what of our workers' answers may leave when we are bound to secrecy: nothing, unless
 * the resident lifted it here, in a DOORBREKING_BEROEPSGEHEIM record about the dossier of the very
 * signal, for who sent it, for its purpose and group, in its window.
 *
 * Then each answer up to the article's level leaves with a proof of it (covenant/lifting.h). The
 * fixed answer of 17:00 waits while something was told and the resident lets us go on telling;
 * where nothing was told it leaves as for everybody.
 * No record says BEWIJS_AFGEGEVEN for it: withdrawing it tells nobody, silence simply returns.
 */
#pragma once

#include "gateway/basis_use.h"
#include "gateway/kept_signal.h"

struct secret_answer { /* one of our workers', about a signal that was received */
    const struct gateway *gateway;
    const struct known_covenant *known;
    const struct article *article;
    const struct kept_signal *kept; /* without the new answer */
    const struct signal *signal;
    int64_t now_ms;
};

/* Did the resident lift it for this signal? *out_basis is the caller's, or NULL. */
MUST_USE enum outcome secrecy_lifted(const struct secret_answer *about, struct view *view,
                                     struct basis **out_basis);
/* May this code leave now, after what left before? The record is the one that lifts. */
bool secrecy_lets_out(const struct secret_answer *about, enum answer code);
/* Adds the proof that goes with the answer. */
MUST_USE enum outcome secrecy_proof(const struct secret_answer *about, const struct basis *basis,
                                    struct buffer *out_json);

enum secrecy_hour { SECRECY_LET_GO, SECRECY_WAIT, SECRECY_ANSWERED };
/* What the fixed hour does with a signal that is still here. */
MUST_USE enum outcome secrecy_at_the_hour(const struct secret_answer *about, struct view *view,
                                          enum secrecy_hour *out_hour);

/* The record was withdrawn: of its answers, what waits or is sealed does not leave any more. */
MUST_USE enum outcome secrecy_returns(struct change *change, const struct basis *basis);
