/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_signal.h - signals that the corporation of the small town may send: one with
 * consent to the team or the GGZ, one by law to the municipality. Stops the test when
 * it cannot do its work.
 */
#pragma once

#include "covenant/proof.h"
#include "covenant/signal.h"
#include "tests/support/small_gateway.h"

/* A good one in every part, to change before small_signal_text(). */
struct small_signal {
    const struct small_town *town;
    struct signal signal;
    struct proof proof; /* counts when FIELD_PROOF is there */
    enum small_place proof_signed_by;
};

/* `to` is TEAM (OVL.BURENRUZIE), GGZ (ZORG.EENZAAM) or MUNICIPALITY (FIN.HUURACHTERSTAND). */
struct small_signal small_signal_make(const struct small_town *town,
                                      const struct known_covenant *known, enum small_place to);
/* The item's JSON; the caller wipes it. */
struct buffer small_signal_text(const struct small_signal *small_signal);
