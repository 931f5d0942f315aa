/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * receive.h - a partner's message, from the raw body to the signed receipt.
 *
 * What needs no state is done before the writer: size, sender, key, seal,
 * signature, head, time, the form of each item, the signature of its proof, and
 * the texts of record and leaf as they will be when the item is accepted.
 * In the writer's change: replay, decision, effect, audit, receipt. A message
 * that is refused as a whole leaves one leaf; an item that is refused stands in
 * the receipt with its code, and has a leaf of its own.
 *
 * Each kind of item has a file of its own (receive_signal.c, …) with two
 * functions: `prepare` (pure) and `apply` (in the change).
 */
#pragma once

#include "covenant/access_item.h"
#include "covenant/escalation_item.h"
#include "covenant/feedback.h"
#include "covenant/message.h"
#include "covenant/proof.h"
#include "covenant/receipt.h"
#include "covenant/recovery_item.h"
#include "covenant/shared_key_item.h"
#include "covenant/signal.h"
#include "covenant/statement.h"
#include "covenant/transfer_item.h"
#include "covenant/withdrawal_item.h"
#include "gateway/call.h"
#include "gateway/dossier.h"

struct received_statement {
    struct statement statement;
    char hash[SHA256_HEX_BYTES];
    struct buffer envelope; /* as it will be stored */
};

/* What can be made ready of an item that will be accepted, so that the writer only puts it. */
struct foreseen {
    char dossier[DOSSIER_BYTES];
    struct buffer record;   /* signals: as it will stand in the inbox */
    struct audit_leaf leaf; /* empty: made in the change */
};

struct received_key_document {
    struct buffer envelope;
    struct key_document document;
};

struct received_item {
    const json_t *json; /* while preparing */
    char id[UUID_TEXT_BYTES];
    enum outcome form; /* why it does not read; OK when it does */
    struct proof_facts proof;
    struct proof *lifting; /* that of an answer, signed by who sent it; NULL: none, or not so */
    char proof_id[PROOF_ID_TEXT_BYTES]; /* of a proof that the sender signed; "" */
    int64_t proof_sequence;
    union {
        struct signal *signal;
        struct feedback *feedback;
        struct shared_key_item *shared_key; /* secret memory */
        struct received_statement *statement;
        struct recovery_item *recovery;
        struct withdrawal_item *withdrawal;
        struct access_item *access;
        struct escalation_item *escalation;
        struct transfer_item *transfer;
        struct received_key_document *key_document;
        struct new_covenant *proposal;
    };
    /* what apply decided, for receipt and log */
    const char *refusal; /* code; NULL: accepted */
    const char *code;    /* of what is accepted: what was done; NULL: nothing to say */
    char dossier[DOSSIER_BYTES];
    char rule[96];
    char epoch[EPOCH_TEXT_BYTES]; /* that of now, when its token is of another; or "" */
    enum purpose purpose;
    bool reload; /* it changed what stands about the covenants: read them again */
    struct foreseen foreseen;
};

struct reception {
    struct call *call;
    enum message_kind kind;
    struct message_head head;
    const struct sealing_key *key; /* ours, that it was sealed for */
    struct payload *payload;
    uint8_t digest[SHA256_BYTES];       /* of the member inhoud; in hexadecimal in call->digest */
    const struct known_covenant *known; /* within call->registry: for preparing only */
    int64_t received_ms;
    size_t count;
    struct received_item *items;
};

/* The handler of every resource collection of the partner API. */
MUST_USE enum outcome receive_message(struct call *call);

struct item_kind {
    enum message_kind kind;
    enum audit_event event; /* of the item's leaf */
    /* Reads item->json; sets item->form. Only want of memory is an outcome. */
    enum outcome (*prepare)(struct reception *reception, struct received_item *item);
    /* Effect, or item->refusal. `known` is the covenant as it stands in this change. */
    enum outcome (*apply)(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change);
    void (*wipe)(struct received_item *item);
};
extern const struct item_kind receive_signal_kind;
extern const struct item_kind receive_feedback_kind;
extern const struct item_kind receive_statement_kind;
extern const struct item_kind receive_shared_key_kind;
extern const struct item_kind receive_recovery_kind;
extern const struct item_kind receive_withdrawal_kind;
extern const struct item_kind receive_access_kind;
extern const struct item_kind receive_escalation_kind;
extern const struct item_kind receive_transfer_kind;
extern const struct item_kind receive_key_document_kind;
extern const struct item_kind receive_covenant_kind;

/* For a message of key documents that no known key signed: is it signed with the key of a document
 * that it carries and that counts? SIGNATURE_WRONG when not. */
MUST_USE enum outcome receive_by_new_key(const struct reception *reception,
                                         const struct dsse *envelope);

/* For prepare: the leaf of an item that has its rule and dossier and is not refused. */
MUST_USE enum outcome receive_foresee(struct reception *reception, struct received_item *item);

/* sender OIN | 16 bytes of the id: where an item's answer or a message's receipt is kept. */
enum { SEEN_KEY_BYTES = OIN_LENGTH + 16 };
struct bytes seen_key(const struct oin *from, const char *id, uint8_t out[static SEEN_KEY_BYTES]);
