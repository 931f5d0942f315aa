/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * second_evaluator.h - "may this go?", answered a second time, from the text of the domain instead
 * of from the program. Plain and slow: each rule is a function of its own that looks at one thing,
 * every rule is asked of every article, and no rule knows of another.
 *
 * It shares with the decision only what it is asked (struct request) and the covenant as it was
 * read; of the covenant's own questions it uses none. Where the two differ, one of them is wrong.
 */
#pragma once

#include "covenant/decision.h"

/* Each rule, whether it is one of the whole covenant, and the line it comes from: "domain A6" is
 * row A6 of the seed table, B, C, D, E its other parts, "design" the design and its part. */
/* clang-format off */
#define SECOND_RULES(X)                                                                           \
    X(ACT,              true,  "domain A6, E7: no lookup of persons, no score; it cannot be allowed")       \
    X(KIND_FORBIDDEN,   true,  "domain A40, E8: an explicit list of who never gets it; deny wins")          \
    X(FIELD_FORBIDDEN,  true,  "domain A40: an explicit list of what never goes; deny wins")                \
    X(CODE_KNOWN,       true,  "domain A1: an unknown code refuses the row")                                \
    X(CODE_OPEN,        true,  "domain B1, E6: health and criminal matters are refused")                    \
    X(FROM_IS_PARTY,    true,  "domain A21: a peer outside the list gets 403")                              \
    X(TO_IS_PARTY,      true,  "domain A21, A24: no recipient outside the list")                            \
    X(BEGUN,            true,  "design 6: the window holds")                                                \
    X(NOT_ENDED,        true,  "domain A39: after geldigTot 403")                                           \
    X(EVALUATED,        true,  "domain A39, design 6: a missed evaluation stops traffic")                   \
    X(NOT_RECEIVED,     true,  "design 7: of what is counted nothing individual leaves")                    \
    X(NUMBER,           false, "design 8: the item names its article")                                      \
    X(SENDER,           false, "design 6: van")                                                             \
    X(RECIPIENT,        false, "design 6: naar (a soort; naarOin where a soort has several)")               \
    X(NOT_ITSELF,       false, "design 6: an exchange is between partners")                                 \
    X(PURPOSE,          false, "domain C5: one purpose, one processing activity")                           \
    X(CODE,             false, "domain A11: a signal without route is refused before it leaves")            \
    X(LANE,             false, "domain A28: each recipient gets at most the projection it may")             \
    X(LANE_OF_CODE,     true,  "domain C1: allowed mode of the code")                                       \
    X(COUNTS_ONLY,      true,  "domain A36, C4: such bodies get aggregates only")                           \
    X(WELFARE,          true,  "domain A13: WELZIJN gets MEED.* and aggregates only")                       \
    X(SENDER_AGREED,    false, "design 6: van has agreed")                                                  \
    X(RECIPIENT_AGREED, false, "design 6: every naar it uses has agreed")                                   \
    X(KEY_AGREED,       false, "design 6: its key holders have agreed")                                     \
    X(COUNTERS_AGREED,  false, "design 6: its aggregators have agreed")                                     \
    X(ROLE,             false, "domain C4: who reports")                                                    \
    X(FIELDS,           false, "design 7: the receiver refuses an item that holds more")                    \
    X(EPOCH,            false, "design 9: epochs of six months with a closing window")                      \
    X(NO_OBJECTION,     false, "domain E3, B1: a tenant's no stops it")                                     \
    X(CURRENT_TENANT,   false, "the WET lane: an early signal is about a current tenant")                   \
    X(NO_PLAN,          false, "the WET lane: of whom no payment plan is running")                          \
    X(ADULT,            false, "the WET lane: and who is 18 or older; what is not said is asked for")       \
    X(CONDITIONS,       false, "domain B3: the four conditions; known to the sender only")                  \
    X(PROOF_PRESENT,    false, "domain A2: nothing leaves without consent")                                 \
    X(PROOF_GENUINE,    false, "design 7: the proof is signed")                                             \
    X(PROOF_STANDS,     false, "domain B6: after a withdrawal it stops")                                    \
    X(PROOF_PURPOSE,    false, "domain A27: consent per purpose")                                           \
    X(PROOF_RECIPIENT,  false, "domain A27: and per recipient")                                             \
    X(PROOF_GROUP,      false, "domain C6: signaalgroepen")                                                 \
    X(PROOF_TOKEN,      false, "design 7: the proof names its token")                                       \
    X(PROOF_BEGUN,      false, "domain A8: an expired agreement is refused, and one not begun")             \
    X(PROOF_NOT_ENDED,  false, "domain A8: vraag opnieuw toestemming")
/* clang-format on */
#define SECOND_RULE_ENUM(name, whole, source) SECOND_##name,
enum second_rule { SECOND_RULES(SECOND_RULE_ENUM) SECOND_RULE_COUNT };
#undef SECOND_RULE_ENUM

struct second_answer {
    bool permitted;
    int article; /* the first of which every rule holds; 0 when none */
    enum purpose purpose;
    uint32_t fields;
    struct terms terms;
    int retention_days;
    int feedback_level;
    bool silence;
};

struct second_answer second_evaluate(const struct request *request);

/* How far an article is from permitting: what it is not about (whom, what for, what, how), and the
 * conditions not met. Signatures that lack are one, and so is a consent that is not there at all. */
struct second_distance {
    unsigned scope, conditions;
};

/* The rules that fail when this article is used; those of the whole covenant are among them. NULL:
 * those of the whole covenant alone. A set: 1 << enum second_rule. */
uint64_t second_failing(const struct request *request, const struct article *article);
struct second_distance second_distance(uint64_t failing);
bool second_fails(uint64_t failing, enum second_rule rule);
const char *second_rule_name(enum second_rule rule);   /* "PROOF_GROUP" */
const char *second_rule_source(enum second_rule rule); /* the line it comes from */
