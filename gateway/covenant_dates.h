/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_dates.h - where a covenant stands today, in one word, and what its people must
 * be reminded of: an evaluation or an end that comes near, or was missed.
 */
#pragma once

#include <jansson.h>

#include "gateway/registry.h"

/* clang-format off */
/*    name          word on the wire     the code that a message under it would get
 *    Dutch / English */
#define COVENANT_STATES(X)                                                                \
    X(IN_FORCE,     "VAN_KRACHT",        "",                                              \
      "van kracht", "in force")                                                           \
    X(PROPOSED,     "VOORGESTELD",       "CONVENANT_NIET_ONDERTEKEND",                    \
      "voorgesteld", "proposed")                                                          \
    X(REJECTED,     "AFGEWEZEN",         "CONVENANT_NIET_ONDERTEKEND",                    \
      "afgewezen", "rejected")                                                            \
    X(NOT_YET,      "NOG_NIET_GELDIG",   "CONVENANT_NOG_NIET_GELDIG",                     \
      "geldt nog niet", "not valid yet")                                                  \
    X(REPLACED,     "VERVANGEN",         "CONVENANT_VERVANGEN",                           \
      "vervangen", "replaced")                                                            \
    X(WITHDRAWN,    "INGETROKKEN",       "CONVENANT_INGETROKKEN",                         \
      "ingetrokken", "withdrawn")                                                         \
    X(MISSED,       "EVALUATIE_GEMIST",  "EVALUATIE_GEMIST",                              \
      "evaluatie gemist", "evaluation missed")                                            \
    X(EXPIRED,      "VERLOPEN",          "CONVENANT_VERLOPEN",                            \
      "verlopen", "expired")
/* clang-format on */
#define COVENANT_STATE_ENUM(name, word, code, nl, en) COVENANT_##name,
enum covenant_state { COVENANT_STATES(COVENANT_STATE_ENUM) COVENANT_STATE_COUNT };
#undef COVENANT_STATE_ENUM

/* Of the covenant as a whole: an article that does not need everybody can be in force before. */
enum covenant_state covenant_state_of(const struct known_covenant *known, int64_t now_ms);
const char *covenant_state_word(enum covenant_state state);
const char *covenant_state_code(enum covenant_state state); /* "" when in force */
const char *covenant_state_name(enum covenant_state state, enum language language);

/* The days that remain, 0 on the day itself, negative after it. */
int covenant_days_to(struct day day, int64_t now_ms);

/* For `status`: a sentence for each covenant that we agreed to and that has no newer version,
 * sixty days before its evaluation and before its end, once more within fourteen, and after
 * either was missed until sixty days after. */
void covenant_dates_warn(const struct registry *registry, const struct oin *own, int64_t now_ms,
                         enum language language, json_t *warnings);
