/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * audit.h - the append-only log: one leaf per event, in the change that has the
 * event's effect, under an RFC 6962 tree with a signed checkpoint per commit.
 * (What operators read on stderr is something else: gateway/event.h.)
 *
 * A leaf holds nothing personal: who, in what role, about whom, why and what are
 * commitments; their values and salts (the opening) are a sealed record of their
 * own that can be erased while leaf, tree and proofs stand. docs/audit-log.md has
 * the form of both.
 *
 * Order of use: audit_open() at start; audit_prepare() anywhere;
 * audit_append() in the writer; the writer calls audit_mark(), audit_undo() and
 * audit_seal(). Leaves are hashed as the bytes that are stored.
 */
#pragma once

#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/outcome.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "crypto/uuid.h"
#include "gateway/store.h"

/* clang-format off */
#define AUDIT_EVENTS(X)                                                                            \
    X(INTAKE, "intake")     /* a row or signal was taken in */                                     \
    X(SEND, "send")         /* intent: sealed and about to leave; outcome: receipt or refusal */   \
    X(RECV, "recv")         /* an item of a partner was taken in or refused */                     \
    X(ANSWER, "answer")     /* a worker, or a release, answered */                                 \
    X(TRANSFER, "transfer")                                                                        \
    X(CONSENT, "consent")   /* a basis record was made */                                          \
    X(WITHDRAW, "withdraw")                                                                        \
    X(ACCESS, "access")     /* somebody read personal data, or accepted a signal */                \
    X(SEARCH, "search")     /* somebody asked the log */                                           \
    X(MATCH, "match")       /* received items were laid beside what was known, hit or miss */      \
    X(TERM, "term")                                                                                \
    X(DENY, "deny")         /* refused as a whole */                                               \
    X(EXPORT, "export")                                                                            \
    X(ERASE, "erase")                                                                              \
    X(POLICY, "policy")     /* covenant, statement, user, role, setting */                         \
    X(KEY, "key")           /* a key came or went */                                               \
    X(ENROL, "enrol")                                                                              \
    X(ROUND, "round")                                                                              \
    X(RIGHTS, "rights")                                                                            \
    X(START, "start")                                                                              \
    X(STOP, "stop")                                                                                \
    X(GAP, "gap")                                                                                  \
    X(ALARM, "alarm")                                                                              \
    X(FILL, "vulling")
/* clang-format on */

enum audit_event {
#define AUDIT_EVENT_ENUM(name, word) AUDIT_##name,
    AUDIT_EVENTS(AUDIT_EVENT_ENUM)
#undef AUDIT_EVENT_ENUM
        AUDIT_EVENT_COUNT
};

enum audit_phase { AUDIT_WHOLE, AUDIT_INTENT, AUDIT_OUTCOME }; /* WHOLE: one leaf for all */
enum audit_result { AUDIT_OK, AUDIT_DENIED, AUDIT_ERROR };

enum audit_field {              /* what is committed to */
                   AUDIT_ACTOR, /* staff number */
                   AUDIT_ROLE,
                   AUDIT_SUBJECT, /* dossier number, or several with a space between */
                   AUDIT_PURPOSE,
                   AUDIT_OBJECTS, /* item ids, file names, … */
                   AUDIT_FIELD_COUNT
};

struct audit_entry { /* all texts are borrowed; NULL: absent */
    enum audit_event event;
    enum audit_phase phase;
    enum audit_result result;
    const char *why;         /* machine code of a refusal */
    const char *transaction; /* UUID text, the same at both partners */
    int item;                /* place in the message from 1; 0: about the message or none */
    const char *source;      /* OIN */
    const char *destination; /* OIN */
    const char *service;     /* the resource: "signalen" */
    const char *rule;        /* "<covenant id>/<article>@<version>" */
    const char *covenant;    /* fingerprint */
    const char *digest;      /* SHA-256 of the sealed message */
    const char *committed[AUDIT_FIELD_COUNT];
};

struct audit_leaf {        /* an entry ready to be given its place */
    struct buffer middle;  /* JSON text after "boot" */
    struct buffer opening; /* JSON text; empty when nothing is committed to */
};
#define OWNED_AUDIT_LEAF __attribute__((cleanup(audit_leaf_wipe))) struct audit_leaf

enum { AUDIT_LEAF_MAX_BYTES = 4096, AUDIT_OPENING_MAX_BYTES = 16 * 1024 };

struct audit;

/* A store that was put back never goes on with its old log: other leaves under the same origin
 * would be a second history. It begins the next one, and keeps the leaves of those before it.
 * A leaf's position in the store is (number of its log - 1) << AUDIT_LOG_SHIFT | its sequence. */
enum { AUDIT_LOG_SHIFT = 40, AUDIT_LOGS_MAX = 8191 }; /* so positions fit JSON's integers */

/* Loads the log and checks its own end: frontier against the stored tree, checkpoint
 * signature and root, last leaves against their hashes, nothing after the last one.
 * `origin` is that of the first log and ends in "/log1"; a later number is the store's to say.
 * Fails with STORE_DAMAGED when they do not agree. The key is borrowed. */
MUST_USE enum outcome audit_open(struct store *store, const char *origin,
                                 const struct signing_key *key, struct audit **out_audit);
void audit_close(struct audit *audit);

/* INTERNAL when the opening is over its bound: what could not be read back is not written. */
MUST_USE enum outcome audit_prepare(const struct audit_entry *entry, struct audit_leaf *out_leaf);
void audit_leaf_wipe(struct audit_leaf *leaf);
/* In the writer: gives the leaf its sequence and stores it with its opening.
 * `out_hash` may be NULL. */
MUST_USE enum outcome audit_append(struct audit *audit, struct change *change,
                                   const struct audit_leaf *leaf, struct merkle_hash *out_hash);
/* Both in one, for events off the hot path. */
MUST_USE enum outcome audit_record(struct audit *audit, struct change *change,
                                   const struct audit_entry *entry);

/* For the writer: remember where the batch began, go back there, sign what it made. */
void audit_mark(struct audit *audit);
void audit_undo(struct audit *audit);
MUST_USE enum outcome audit_seal(struct audit *audit, struct change *change);
uint64_t audit_size(const struct audit *audit);      /* leaves; on the writer's thread */
uint64_t audit_mark_size(const struct audit *audit); /* leaves at the mark */

struct store *audit_store(const struct audit *audit);
uint64_t audit_base(const struct audit *audit); /* position of the log's first leaf */
/* All leaves against their hashes, of the log that is open: what audit_open() does for the last
 * ones. Fails with STORE_DAMAGED. */
MUST_USE enum outcome audit_check_all(const struct audit *audit);
/* Ends this log for good; the store is opened on a new, empty one with that number at the next
 * audit_open(). Nothing may be appended any more. INTERNAL when the number is not a later one. */
MUST_USE enum outcome audit_end(const struct audit *audit, struct change *change, uint64_t number);
/* The number of the log that the store is in, from 1. */
MUST_USE enum outcome audit_log_number(struct view *view, uint64_t *out_number);
/* Leaves of the present log, as committed. */
MUST_USE enum outcome audit_committed_size(struct view *view, uint64_t *out_size);
const struct note_key *audit_note_key(const struct audit *audit); /* name: the origin */
/* The newest signed checkpoint as committed; lent by the view. */
MUST_USE enum outcome audit_checkpoint(struct view *view, struct bytes *out_note);
/* The last one of a log that was ended. NOT_FOUND when it is not here. */
MUST_USE enum outcome audit_earlier_checkpoint(struct view *view, uint64_t number,
                                               struct bytes *out_note);
/* The number of the log that was ended last; 0: none. */
MUST_USE enum outcome audit_ended_number(struct view *view, uint64_t *out_number);
const char *audit_event_word(enum audit_event event);
bool audit_event_parse(const char *word, enum audit_event *out_event);
const char *audit_field_name(enum audit_field field); /* "actor" */
