/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * role.h - what a person or system may be within one organisation, and sets of
 * such roles. The word crosses the wire and stands in the store; the names are
 * for people. Pure. Does not say who has a role: that stands in the store.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "crypto/outcome.h"

/* clang-format off */
/*    word                 payload log    confirms Dutch / English */
#define ROLES(X)                                                                \
    X(MELDER,              false, false, false, "melder", "reporter")                  \
    X(ONTVANGER,           true,  false, false, "ontvanger", "receiver")               \
    X(GGZ_CONTACTPUNT,     true,  false, false, "contactpunt GGZ", "mental health contact point") \
    X(BEGELEIDER,          true,  false, false, "begeleider", "support worker")        \
    X(REGIEHOUDER,         true,  false, false, "regiehouder", "lead")                 \
    X(CONVENANTBEHEERDER,  false, false, true,  "convenantbeheerder", "covenant manager") \
    X(FG,                  false, true,  true,  "functionaris gegevensbescherming", "data protection officer") \
    X(AUDITOR,             false, true,  false, "auditor", "auditor")                  \
    X(BELEIDSANALIST,      false, false, false, "beleidsanalist", "policy analyst")    \
    X(ONDERZOEKER,         true,  false, false, "onderzoeker", "researcher")           \
    X(BEHEERDER,           false, false, false, "beheerder", "administrator")          \
    X(SYSTEEM,             true,  false, false, "systeem", "system")
/* clang-format on */

#define ROLE_ENUM(word, payload, log, confirms, nl, en) ROLE_##word,
enum role { ROLES(ROLE_ENUM) ROLE_COUNT };
#undef ROLE_ENUM

struct role_set {
    uint32_t bits; /* 1 << enum role; also the stored form */
};

bool role_parse(const char *word, enum role *out_role); /* false and untouched when unknown */
const char *role_word(enum role role);                  /* "GGZ_CONTACTPUNT" */
const char *role_name(enum role role, enum language language);
/* Does the role read what was sent about people (a reporter writes it, and reads only what
 * became of it), read the log, or confirm the roles of others? Such a role counts after a
 * second person confirmed it. */
bool role_reads_payload(enum role role);
bool role_reads_log(enum role role);
bool role_confirms(enum role role);

struct role_set role_set_with(struct role_set set, enum role role);
struct role_set role_set_without(struct role_set set, enum role role);
bool role_set_has(struct role_set set, enum role role);
bool role_set_overlaps(struct role_set a, struct role_set b);
bool role_set_is_valid(struct role_set set); /* no bit beyond the table: check what was stored */
bool role_set_needs_confirmation(struct role_set set); /* any of the three, in any of its roles */
