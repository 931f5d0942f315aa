/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * withdrawals.h - a consent or signal ends here: at its source, at who received it, or at a desk
 * that is neither. All that must follow at once is done in the caller's change; whom we told and
 * which receipts came stands in one record (gateway/withdrawal.h), which prints as a statement.
 *
 *   at the source      the basis record says INGETROKKEN; what waits does not leave, what is on
 *                      its way is taken back, each recipient ever served is told;
 *   at a recipient     the proof is marked as ended, what rests on it is erased, the source told;
 *   at another desk    each party is told by its own token of the address.
 *
 * Does not decide whether somebody may withdraw: any desk may, for any resident.
 */
#pragma once

#include "covenant/receipt.h"
#include "covenant/withdrawal_item.h"
#include "gateway/ended.h"
#include "gateway/gateway.h"

/* Why, and through whom. */
struct withdrawal_cause {
    enum withdrawal_reason reason;
    enum role role;         /* of who took it; ROLE_SYSTEEM for the gateway itself */
    const struct oin *from; /* the partner that told us; NULL: our own desk */
    int64_t now_ms;
};

/* At the source. `out_id` is the record's number, also when it was withdrawn before (then nothing
 * is done). NOT_FOUND when there is no such basis record. */
MUST_USE enum outcome withdraw_basis(struct gateway *gateway, struct change *change,
                                     const char *basis_id, const struct withdrawal_cause *cause,
                                     char out_id[static UUID_TEXT_BYTES]);
/* At the source: one signal, whatever it rests on. NOT_FOUND when we did not send it. */
MUST_USE enum outcome withdraw_sent(struct gateway *gateway, struct change *change,
                                    const char *item_id, const struct withdrawal_cause *cause,
                                    char out_id[static UUID_TEXT_BYTES]);
/* At a recipient's desk: what this signal rests on. NOT_FOUND when it is not, or no longer, here.
 * For the first contact: NIET_BEVESTIGD. */
MUST_USE enum outcome withdraw_received(struct gateway *gateway, struct change *change,
                                        const char *item_id, enum withdrawal_reason reason);

/* For who judges a signal that came: did the proof end that it bears? */
MUST_USE enum outcome proof_has_ended(struct view *view, const struct oin *from,
                                      const char *proof_id, bool *out_ended);
