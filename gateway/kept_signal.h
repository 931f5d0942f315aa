/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kept_signal.h - one signal as this gateway keeps it: what was sent to or came
 * from a partner, and all that happened to it since. Stored sealed, as a line of
 * JSON with the state and then the item's own JSON as it travelled.
 *
 * Predictable life: kept_signal_read() from the store's bytes, kept_signal_print()
 * for the store, kept_signal_wipe().
 */
#pragma once

#include "covenant/feedback.h"
#include "covenant/progress.h"
#include "covenant/signal.h"
#include "covenant/transfer_item.h"
#include "gateway/dossier.h"
#include "gateway/queue.h"

enum {
    KEPT_ANSWERS_MAX = 48,
    KEPT_SOURCE_BYTES = 65,
    KEPT_ACTOR_BYTES = 33,
    KEPT_CODE_BYTES = 33,
    KEPT_ROLE_BYTES = 24,
    KEPT_CONFIRMED_BYTES = 4, /* "nee" and its NUL */
};

/* The last transfer that was asked for this signal (gateway/transfer.h). With ACCEPTED it has
 * another holder, and its last answer here is DOOR. */
struct kept_transfer {
    enum transfer_step step; /* TRANSFER_NONE: none was ever asked; the rest only otherwise */
    char request[UUID_TEXT_BYTES]; /* id of the question */
    struct oin to;
    struct day on;
    char item[UUID_TEXT_BYTES];   /* sent: the signal that the new holder gets; received: "" */
    char reason[KEPT_CODE_BYTES]; /* of a refusal; "" */
};

/* It may not go any more, and may have arrived: its recipient is told not to use it. */
struct kept_recall {
    char withdrawal[UUID_TEXT_BYTES]; /* the record that tells it (gateway/withdrawal.h); "": none */
    int64_t signed_ms; /* when the recipient signed that it does not have it, or not any more; 0 */
};

struct kept_signal {
    struct oin partner;              /* sent: to whom; received: from whom */
    char covenant[SHA256_HEX_BYTES]; /* fingerprint */
    char dossier[DOSSIER_BYTES];
    int64_t taken_ms;                     /* handed in here, or received here */
    int64_t received_ms;                  /* ontvangenOp of the receipt, or when it showed without one; 0 */
    char source_key[KEPT_SOURCE_BYTES];   /* sent: the case in the own system */
    char actor[KEPT_ACTOR_BYTES];         /* sent: who reported; received: who accepted, "" */
    char accepted_role[KEPT_ROLE_BYTES];  /* received: the role that accepted; "" */
    char refusal[KEPT_CODE_BYTES];        /* why it will not arrive; "" */
    char confirmed[KEPT_CONFIRMED_BYTES]; /* received: did the resident confirm? "ja", or "" */
    struct feedback answers[KEPT_ANSWERS_MAX];
    size_t answer_count;
    uint64_t told;      /* bound to secrecy: 1 << place of each answer that left all the same */
    bool let_go;        /* after such answers the fixed one left: nothing more does */
    struct kept_transfer transfer;
    struct kept_recall recall; /* sent; with a refusal, which says why */
    /* sent, of a signal that was made by a transfer: */
    char earlier[UUID_TEXT_BYTES];      /* the one it took the place of; "": handed in here */
    struct oin holders[TRANSFERS_MAX];  /* who held it before, the first one first */
    size_t holder_count;
    struct buffer item; /* JSON text of the signal */
};

MUST_USE enum outcome kept_signal_read(struct bytes text, struct kept_signal *out_kept);
MUST_USE enum outcome kept_signal_print(const struct kept_signal *kept, struct buffer *out);
void kept_signal_wipe(struct kept_signal *kept); /* {0} is fine */
#define OWNED_KEPT_SIGNAL __attribute__((cleanup(kept_signal_wipe))) struct kept_signal

/* The first day that something a partner says of it can be of: a day before it was handed in or
 * received (another zone), and never after now, whatever our clock was then. */
struct day kept_signal_first_day(const struct kept_signal *kept, int64_t now_ms);
/* Told, and not signed for yet. */
bool kept_signal_recall_is_open(const struct kept_signal *kept);
/* The item itself; STORE_DAMAGED when it does not read. */
MUST_USE enum outcome kept_signal_item(const struct kept_signal *kept, struct signal *out_signal);
/* The signal of that number in TABLE_SENT or TABLE_INBOX; NOT_FOUND also for what is no number. */
MUST_USE enum outcome kept_signal_load(struct view *view, enum table table, const char *id,
                                       struct uuid *out_uuid, struct kept_signal *out_kept);
/* The contact details of an item that has them, as a reply shows them; the caller owns the value.
 */
MUST_USE enum outcome kept_signal_contact(const struct signal *signal, json_t **out_contact);
/* Where it stands, built from the answers. `terms` and `secrecy` are the article's and the
 * holding partner's. */
void kept_signal_progress(const struct kept_signal *kept, const struct terms *terms, bool secrecy,
                          struct progress *out_progress);
/* The same for who got the answers of a partner bound to secrecy: those that left. */
void kept_signal_told(const struct kept_signal *kept, const struct terms *terms,
                      struct progress *out_progress);
/* Queues an answer for who sent the signal; `rule` as in the log. */
MUST_USE enum outcome kept_signal_tell(struct change *change, const struct kept_signal *kept,
                                       const struct feedback *answer, enum role role,
                                       const char *rule, enum purpose purpose);
/* Fails with TOO_MANY when the signal has had all the answers it can keep. */
MUST_USE enum outcome kept_signal_answer(struct kept_signal *kept, const struct feedback *answer);
