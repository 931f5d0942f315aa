/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * message.h - one message between two gateways: the head (kop) that anyone on
 * the route may read, and the payload that only the recipient sees after
 * opening and verifying. The payload repeats the head's five shared fields.
 *
 * Order of use, recipient: message_read() on the raw body; open and verify
 * `content` (crypto/); payload_read() on the verified bytes;
 * payload_matches_head(); payload_time_allows(); then the items.
 * Sender: payload_write(); sign and seal; message_write().
 * Pure. Does not seal, sign, or decide: an item is read by its own module.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "covenant/role.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/oin.h"
#include "crypto/outcome.h"
#include "crypto/sha256.h"
#include "crypto/uuid.h"

enum {
    MESSAGE_MAX_BYTES = 1400 * 1024,         /* 1 MiB sealed, in base64url, and the head */
    MESSAGE_PAYLOAD_MAX_BYTES = 1024 * 1024, /* the largest padding bucket */
    MESSAGE_ITEMS_MAX = 500,
    MESSAGE_CLOCK_SLACK_S = 120, /* how far a sender's clock may run ahead */
    MESSAGE_LIFETIME_MAX_S = 72 * 60 * 60,
};

/* clang-format off */
/*    name               word on the wire      path                      article */
#define MESSAGE_KINDS(X)                                                            \
    X(SIGNAL,            "signaal",            "/v1/signalen",           true)      \
    X(FEEDBACK,          "terugkoppeling",     "/v1/terugkoppelingen",   true)      \
    X(WITHDRAWAL,        "intrekking",         "/v1/intrekkingen",       true)      \
    X(PROOF,             "bewijs",             "/v1/bewijzen",           true)      \
    X(COVENANT,          "convenant",          "/v1/convenanten",        false)     \
    X(STATEMENT,         "oordeel",            "/v1/oordelen",           false)     \
    X(SHARED_KEY,        "sleutel",            "/v1/sleutels",           false)     \
    X(KEY_DOCUMENT,      "sleuteldocument",    "/v1/sleuteldocumenten",  false)     \
    X(TRANSFER,          "overdracht",         "/v1/overdrachten",       true)      \
    X(BLIND_EVALUATION,  "blindevaluatie",     "/v1/blindevaluaties",    true)      \
    X(SHARE,             "aandeel",            "/v1/aandelen",           true)      \
    X(ACCESS_REQUEST,    "inzageverzoek",      "/v1/inzageverzoeken",    false)      \
    X(RECOVERY,          "herstel",            "/v1/herstelverzoeken",   false)     \
    X(ESCALATION,        "escalatie",          "/v1/escalaties",         false)
/* clang-format on */

#define MESSAGE_KIND_ENUM(name, word, path, article) MESSAGE_KIND_##name,
enum message_kind { MESSAGE_KINDS(MESSAGE_KIND_ENUM) MESSAGE_KIND_COUNT };
#undef MESSAGE_KIND_ENUM

bool message_kind_parse(const char *word, enum message_kind *out_kind);
bool message_kind_of_path(struct bytes path, enum message_kind *out_kind);
const char *message_kind_word(enum message_kind kind); /* "signaal" */
const char *message_kind_path(enum message_kind kind); /* "/v1/signalen" */
const char *message_kind_type(enum message_kind kind); /* DSSE: "application/vnd.wijkpoort.…" */
/* False: being a party of the covenant is enough (new versions, statements and keys come before
 * any article is in force). */
bool message_kind_needs_article(enum message_kind kind);

/* The five fields that head and payload share. */
struct message_route {
    struct oin from;
    struct oin to;
    char covenant[SHA256_HEX_BYTES]; /* fingerprint */
    enum message_kind kind;
    char id[UUID_TEXT_BYTES]; /* bericht, version 7 */
};

struct message_head {
    struct message_route route;
    char recipient_key[SHA256_HEX_BYTES]; /* SHA-256 of the sealing key used */
    struct bytes content;                 /* inhoud: base64url, lent by the body */
};

struct payload_head {
    struct message_route route;
    int64_t issued_s;  /* iat */
    int64_t expires_s; /* exp */
    enum role role;
};

struct payload {
    struct payload_head head;
    json_t *items; /* array of 1..500 objects; owned */
};

/* Reads the outer object. `out_head->content` points into `body`.
 * Fails with MALFORMED, TOO_LARGE or OUT_OF_MEMORY. */
MUST_USE enum outcome message_read(struct bytes body, struct message_head *out_head,
                                   struct fault *fault);

/* Reads bytes whose signature was verified. The caller owns *out_payload.
 * Fails with MALFORMED, TOO_LARGE or OUT_OF_MEMORY. */
MUST_USE enum outcome payload_read(struct bytes verified, struct payload **out_payload,
                                   struct fault *fault);
void payload_free(struct payload *payload);
void payload_free_at(struct payload **payload);
#define OWNED_PAYLOAD __attribute__((cleanup(payload_free_at))) struct payload *

bool payload_matches_head(const struct payload *payload, const struct message_head *head);
/* iat <= now + 120 s and now < exp <= iat + 72 h: TIME_WRONG is the outcome when not. */
bool payload_time_allows(const struct payload *payload, int64_t now_s);

/* Adds the payload's JSON. Each item is a JSON object already printed; it is not parsed again.
 * Fails with MALFORMED (no items, or a head that payload_read would refuse), TOO_LARGE (over
 * 500 items) or OUT_OF_MEMORY. */
MUST_USE enum outcome payload_write(const struct payload_head *head, const struct bytes *items,
                                    size_t item_count, struct buffer *out);
/* The bytes payload_write() takes for the head and brackets; an item adds its length + 1. */
size_t payload_overhead_bytes(void);

/* Adds {"kop":…,"inhoud":"…"}. Fails with MALFORMED (a head that message_read would refuse,
 * content that is not base64url) or OUT_OF_MEMORY. */
MUST_USE enum outcome message_write(const struct message_head *head, struct buffer *out);
