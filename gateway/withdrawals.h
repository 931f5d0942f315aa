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
 * Order of use, one step: withdraw_basis(), withdraw_sent() or withdraw_received(). Several steps
 * in one statement: withdrawal_begin(), the functions that take a `struct withdrawing`,
 * withdrawal_finish(). Does not decide whether somebody may withdraw: any desk may, for anybody.
 */
#pragma once

#include "covenant/receipt.h"
#include "covenant/withdrawal_item.h"
#include "gateway/ended.h"
#include "gateway/gateway.h"
#include "gateway/kept_signal.h"
#include "gateway/queue.h"
#include "gateway/withdrawal.h"

struct withdrawal_cause {
    enum withdrawal_reason reason;
    enum role role;                  /* of who took it; ROLE_SYSTEEM: nobody did */
    const struct oin *from;          /* the partner that told us; NULL: our own desk */
    const struct audit_entry *entry; /* who asks, for our leaves; NULL: the gateway itself */
    int64_t now_ms;
};

/* --- in one step; `out_id` is the number of the record that tells of it --- */

/* At the source. A record that was withdrawn before keeps its first number, and nothing is done.
 * NOT_FOUND when there is no such basis record. */
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

/* The basis record that a signal of ours rests on; "" when it rests on none, or is gone. */
MUST_USE enum outcome withdrawal_record_of(struct view *view, const char *item_id,
                                           char out_record[static UUID_TEXT_BYTES]);

/* --- in several --- */

struct withdrawing {
    struct gateway *gateway;
    struct change *change;
    const struct withdrawal_cause *cause;
    struct registry *registry;
    struct withdrawal withdrawal;
};
void withdrawal_begin(struct gateway *gateway, struct change *change,
                      const struct withdrawal_cause *cause, struct withdrawing *out_work);
/* The leaf, and the record. */
MUST_USE enum outcome withdrawal_finish(struct withdrawing *work);
void withdrawing_wipe(struct withdrawing *work);
#define OWNED_WITHDRAWING __attribute__((cleanup(withdrawing_wipe))) struct withdrawing

/* EXISTS when it ended before: then `out_first` is the number of the record of that time. */
MUST_USE enum outcome withdrawing_basis(struct withdrawing *work, const char *basis_id,
                                        char out_first[static UUID_TEXT_BYTES]);
MUST_USE enum outcome withdrawing_sent(struct withdrawing *work, const char *item_id,
                                       char out_first[static UUID_TEXT_BYTES]);
/* NOT_FOUND when it is not here, or is for another purpose. */
MUST_USE enum outcome withdrawing_received(struct withdrawing *work, struct uuid item_id,
                                           enum purpose purpose);
/* All of one person here, for one purpose or (PURPOSE_NONE) for all: basis records; with an
 * objection, which is kept under the hash, also what went by law. */
MUST_USE enum outcome withdrawing_dossier(struct withdrawing *work, const char *dossier,
                                          const uint8_t identity_hash[static STORE_HASH_BYTES],
                                          enum purpose purpose);
/* What was received about who has this hash, an identity's or a token's, and the basis records that
 * were made here about that. */
MUST_USE enum outcome withdrawing_received_under(struct withdrawing *work,
                                                 const uint8_t hash[static STORE_HASH_BYTES],
                                                 enum purpose purpose);
/* A leaf about one thing that ended; `dossier` may be "". */
MUST_USE enum outcome withdrawing_record(struct withdrawing *work, const char *why,
                                         const char *dossier, const char *objects);
/* Queues the item for the partner, before all that waits. */
MUST_USE enum outcome withdrawing_tell(struct withdrawing *work, const struct oin *partner,
                                       const char *covenant, int article,
                                       const struct withdrawal_item *about);

/* --- what a partner says --- */

/* In the change that receives it; `cause->from` says so. `out_code` is what we did, for the receipt: the same whether or
 * not anything was here. */
MUST_USE enum outcome withdrawal_received(struct gateway *gateway, struct change *change,
                                          const char *covenant,
                                          const struct withdrawal_item *item,
                                          const struct withdrawal_cause *cause,
                                          const char **out_code);

/* A proof that itself says INGETROKKEN: the same. */
MUST_USE enum outcome withdrawal_by_proof(struct gateway *gateway, struct change *change,
                                          const struct oin *from, const char *proof_id,
                                          int64_t sequence, int64_t now_ms);

/* The receipt for an item that told a partner: what it did, or why it refused. The signed receipt
 * itself is kept beside the record. */
struct withdrawal_answer {
    const struct receipt_answer *answer;
    const char *message; /* its number, and below its receipt as it came */
    struct bytes receipt;
    int64_t received_ms;
};
MUST_USE enum outcome withdrawal_answered(struct gateway *gateway, struct change *change,
                                          const struct oin *partner, const char *item_id,
                                          const struct withdrawal_answer *answer);
/* Into the queue once more, under the number it had. */
MUST_USE enum outcome withdrawal_queue_again(struct gateway *gateway, struct change *change,
                                             const struct withdrawal *withdrawal,
                                             const struct told *told);
/* To a partner whose store was put back: all that it signed for since then, or has not yet. It
 * signs again. */
MUST_USE enum outcome withdrawals_tell_again(struct gateway *gateway, struct change *change,
                                             const struct oin *partner, int64_t since_ms);
/* A partner refused a signal of ours because its consent ended: it knows what we do not (any more),
 * so the record ends here too. */
MUST_USE enum outcome withdrawal_learned(struct gateway *gateway, struct change *change,
                                         const struct oin *partner, const char *item_id,
                                         int64_t now_ms);
/* One pass of the clock: an alarm for each partner that has not answered for a day; what was
 * refused is asked again each hour. */
MUST_USE enum outcome withdrawals_pass(struct gateway *gateway, int64_t now_ms);
enum { WITHDRAWAL_LATE_MS = 24 * 60 * 60 * 1000, WITHDRAWAL_AGAIN_MS = 60 * 60 * 1000 };

/* For who judges a signal that came: what it bears ended. `out_reason` is why. */
struct arriving {
    const struct oin *from;
    const char *item_id;
    const char *proof_id; /* NULL: it has none, and rests on a law */
    const char *token;    /* "": it has none */
    struct day proof_from;
};
MUST_USE enum outcome withdrawal_ended_it(struct view *view, const struct arriving *arriving,
                                          bool *out_ended, enum withdrawal_reason *out_reason);
/* The code of that, for a receipt and a melder: TOESTEMMING_INGETROKKEN, BEZWAAR, TERUGGETROKKEN. */
const char *withdrawal_refusal(enum withdrawal_reason reason);
/* Why a signal of ours may not leave any more; NULL: it may. */
MUST_USE enum outcome withdrawal_stopped(struct view *view, const char *item_id,
                                         const char **out_code);
