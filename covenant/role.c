/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/role.h"

#include <stddef.h>
#include <string.h>

static const struct row {
    const char *word;
    const char *name[LANGUAGE_COUNT];
    bool reads_payload;
    bool reads_log;
    bool confirms;
} rows[ROLE_COUNT] = {
#define ROLE_ROW(word, payload, log, confirms, nl, en)                                             \
    [ROLE_##word] = {#word, {nl, en}, payload, log, confirms},
    ROLES(ROLE_ROW)
#undef ROLE_ROW
};

bool role_parse(const char *word, enum role *out_role)
{
    for (size_t i = 0; word && i < ROLE_COUNT; i++) {
        if (strcmp(rows[i].word, word) == 0) {
            *out_role = (enum role)i;
            return true;
        }
    }
    return false;
}

const char *role_word(enum role role)
{
    return role < ROLE_COUNT ? rows[role].word : "";
}

const char *role_name(enum role role, enum language language)
{
    return role < ROLE_COUNT ? rows[role].name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL]
                             : "";
}

bool role_reads_payload(enum role role)
{
    return role < ROLE_COUNT && rows[role].reads_payload;
}

bool role_reads_log(enum role role)
{
    return role < ROLE_COUNT && rows[role].reads_log;
}

bool role_confirms(enum role role)
{
    return role < ROLE_COUNT && rows[role].confirms;
}

static uint32_t role_bit(enum role role)
{
    return role < ROLE_COUNT ? UINT32_C(1) << role : 0;
}

struct role_set role_set_with(struct role_set set, enum role role)
{
    return (struct role_set){set.bits | role_bit(role)};
}

struct role_set role_set_without(struct role_set set, enum role role)
{
    return (struct role_set){set.bits & ~role_bit(role)};
}

bool role_set_has(struct role_set set, enum role role)
{
    return (set.bits & role_bit(role)) != 0;
}

bool role_set_overlaps(struct role_set a, struct role_set b)
{
    return (a.bits & b.bits) != 0;
}

bool role_set_is_valid(struct role_set set)
{
    return set.bits < UINT32_C(1) << ROLE_COUNT;
}

bool role_set_needs_confirmation(struct role_set set)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        enum role role = (enum role)i;
        if (role_set_has(set, role) &&
            (role_reads_payload(role) || role_reads_log(role) || role_confirms(role)))
            return true;
    }
    return false;
}
