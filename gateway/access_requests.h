/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * access_requests.h - residents who ask what is known of them: at our own desk, or at a partner's
 * that passed the question on. Each has a month, from the day it came, to be answered in; two more
 * when there is a reason that the law knows.
 *
 * A partner's request holds a token for each purpose. It is looked up by the clock, not while the
 * partner waits, so that its receipt is the same for a stranger as for somebody known; one leaf
 * says that was looked, hit or miss. Nothing goes back but the receipt: the FG here answers the
 * resident. Names persons by dossier number only. Does not write letters: gateway/access_letter.h.
 */
#pragma once

#include "covenant/access_item.h"
#include "covenant/day.h"
#include "gateway/dossier.h"
#include "gateway/gateway.h"

enum {
    ACCESS_TOKENS_MAX = 64, /* of one request: purposes times half-years */
    ACCESS_DOSSIERS_MAX = DOSSIERS_MAX,
    ACCESS_PARTNERS_MAX = 100,
    ACCESS_MONTHS = 1,
    ACCESS_MORE_MONTHS = 2,
    ACCESS_WARN_DAYS = 7,
    ACCESS_MONTH_MAX = 200, /* new ones of one partner in a month: more is no desk, but a flood */
    ACCESS_MONTH_DAYS = 31,
};

/* clang-format off */
/*    word           Dutch / English: why it may take longer (AVG 12, third paragraph) */
#define ACCESS_DELAYS(X)                                                                \
    X(NONE,          "niet verlengd", "not extended")                                   \
    X(INGEWIKKELD,   "het verzoek is ingewikkeld", "the request is complex")            \
    X(VEEL_VERZOEKEN, "er zijn veel verzoeken", "there are many requests")
/* clang-format on */
#define ACCESS_DELAY_ENUM(word, nl, en) ACCESS_DELAY_##word,
enum access_delay { ACCESS_DELAYS(ACCESS_DELAY_ENUM) ACCESS_DELAY_COUNT };
#undef ACCESS_DELAY_ENUM
const char *access_delay_word(enum access_delay delay);
bool access_delay_parse(const char *word, enum access_delay *out_delay); /* not NONE */

struct access_token { /* still to be looked up */
    char covenant[SHA256_HEX_BYTES];
    enum purpose purpose;
    char token[TOKEN_TEXT_BYTES];
};

struct access_request {
    struct oin from; /* whose desk it came to: our own, or a partner */
    char id[UUID_TEXT_BYTES];
    int64_t at_ms; /* here */
    enum access_delay delay;
    int64_t done_ms; /* 0: open */
    bool looked;     /* a partner's: its tokens were looked up */
    size_t token_count;
    struct access_token tokens[ACCESS_TOKENS_MAX];
    size_t dossier_count;
    char dossiers[ACCESS_DOSSIERS_MAX][DOSSIER_BYTES];
    size_t asked_count; /* our own: the partners that were asked */
    struct oin asked[ACCESS_PARTNERS_MAX];
};

/* The last day on which it may be answered. */
struct day access_due(const struct access_request *request);

/* NOT_FOUND; STORE_DAMAGED when it does not read; OUT_OF_MEMORY. */
MUST_USE enum outcome access_get(struct view *view, const struct oin *from, const char *id,
                                 struct access_request *out);
/* By its number alone, whoever it came from. */
MUST_USE enum outcome access_find(struct view *view, const char *id, struct access_request *out);
/* In the order of desks: the first after `after` (NULL: of all). NOT_FOUND at the end. */
MUST_USE enum outcome access_next(struct view *view, const struct access_request *after,
                                  struct access_request *out);
MUST_USE enum outcome access_put(struct change *change, const struct access_request *request);

/* A partner's item, in the change that receives it. TOO_MANY, with nothing written, for a new request
 * above ACCESS_MONTH_MAX: that depends on what the partner itself sent and on nothing else, so it
 * says nothing of whether somebody is known or what our FG does. */
MUST_USE enum outcome access_received(struct change *change, const struct oin *from,
                                      const char *covenant, const struct access_item *item,
                                      int64_t now_ms);
/* Our own: queues an item for each party, purpose and half-year in force; fills `asked`. */
MUST_USE enum outcome access_ask_partners(struct gateway *gateway, struct change *change,
                                          const struct registry *registry,
                                          const struct identity *identity,
                                          struct access_request *request);
/* What came in about who has this identity, under our own tokens. Adds to `dossiers` what is not
 * there yet. */
MUST_USE enum outcome access_own_dossiers(struct gateway *gateway, struct view *view,
                                          const struct registry *registry,
                                          const struct identity *identity,
                                          struct access_request *request);
/* For the two above and the clock. */
MUST_USE enum outcome access_add_dossiers(struct view *view,
                                          const uint8_t hash[static STORE_HASH_BYTES],
                                          struct access_request *request);

/* Extended (once, while it is open: else STEP_NOT_ALLOWED) or done (once); a leaf, and its alarms
 * end. */
MUST_USE enum outcome access_extend(struct gateway *gateway, struct change *change,
                                    struct access_request *request, enum access_delay delay);
MUST_USE enum outcome access_close(struct gateway *gateway, struct change *change,
                                   struct access_request *request, int64_t now_ms);

/* One pass of the clock: looks up what partners asked; alarms a week before the last day and when
 * it is over. Waits for the writer, only when there is something to do. */
MUST_USE enum outcome access_pass(struct gateway *gateway, int64_t now_ms);
