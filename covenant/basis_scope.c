/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/basis_scope.h"

#include <string.h>

#include "covenant/buddy.h"

struct words {
    const char *code;
    const char *text[LANGUAGE_COUNT];
    const char *fix[LANGUAGE_COUNT];
};

#define ROW(name, code, nl, en, fix_nl, fix_en) {code, {nl, en}, {fix_nl, fix_en}},
static const struct words refusals[] = {BASIS_REFUSALS(ROW)};
#undef ROW

const char *basis_refusal_code(enum basis_refusal refusal)
{
    return refusals[refusal].code;
}

const char *basis_refusal_text(enum basis_refusal refusal, enum language language)
{
    return refusals[refusal].text[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

const char *basis_refusal_fix(enum basis_refusal refusal, enum language language)
{
    return refusals[refusal].fix[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

/* --- which articles speak of it --- */

bool article_has_group(const struct covenant *covenant, const struct article *article,
                       const char *group)
{
    const struct code_lists *lists = covenant->lists;
    unsigned wanted;

    if (!article->has_codes)
        return strcmp(group, BASIS_GROUP_RESEARCH) == 0;
    if (!signal_group_find(lists, group, &wanted))
        return false;
    for (size_t i = 0; i < lists->signals_count; i++)
        if (code_set_has(&article->codes, i) && lists->signals[i].group == wanted)
            return true;
    return false;
}

static bool goes_from_to(const struct covenant *covenant, const struct article *article,
                         const struct party *from, const struct party *to)
{
    return from != to && article_has_sender(article, from) &&
           article_has_recipient(covenant, article, to);
}

/* Does the article carry something between us and this party, as a record of that kind says? */
static bool is_between(const struct basis_scope *scope, const struct article *article,
                       enum basis_kind kind, const struct party *other)
{
    const struct covenant *covenant = scope->covenant;

    switch (kind) {
    case BASIS_GRONDSLAG:
        return goes_from_to(covenant, article, scope->self, other);
    case BASIS_DOORBREKING_BEROEPSGEHEIM:
        return goes_from_to(covenant, article, other, scope->self);
    case BASIS_INSTEMMING_HULP:
        return article_has_sender(article, scope->self) ||
               article_has_recipient(covenant, article, scope->self);
    case BASIS_MAATJE: /* nothing goes anywhere: no article speaks of it */
    case BASIS_KIND_COUNT:
        break;
    }
    return false;
}

struct cell {
    enum purpose purpose;
    const struct party *recipient;
    const char *group;
};

static bool speaks_of(const struct basis_scope *scope, const struct article *article,
                      enum basis_kind kind, const struct cell *cell)
{
    return article->lane == LANE_CONSENT && article->purpose == cell->purpose &&
           is_between(scope, article, kind, cell->recipient) &&
           article_has_group(scope->covenant, article, cell->group);
}

/* --- each purpose, recipient and group of a record --- */

typedef bool cell_visit(const struct cell *cell, void *context);

/* False when a visit says so; the recipients are parties. */
static bool each_cell(const struct covenant *covenant, const struct basis *basis,
                      cell_visit *visit, void *context)
{
    for (unsigned purpose = 1; purpose < PURPOSE_COUNT; purpose++) {
        if (!has_bit(basis->purposes, purpose))
            continue;
        for (size_t r = 0; r < basis->recipient_count; r++) {
            for (size_t g = 0; g < basis->groups.count; g++) {
                struct cell cell = {.purpose = (enum purpose)purpose,
                                    .recipient = covenant_party(covenant, &basis->recipients[r]),
                                    .group = basis->groups.words[g]};
                if (!cell.recipient || !visit(&cell, context))
                    return false;
            }
        }
    }
    return true;
}

struct look {
    const struct basis_scope *scope;
    enum basis_kind kind;
    int retention_days;
    bool second;
};

static bool has_article(const struct cell *cell, void *context)
{
    struct look *look = context;
    const struct covenant *covenant = look->scope->covenant;
    bool found = false;

    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        if (!speaks_of(look->scope, article, look->kind, cell))
            continue;
        found = true;
        look->second = look->second || article->second_confirmer;
        if (article->retention_days < look->retention_days)
            look->retention_days = article->retention_days;
    }
    return found;
}

static struct look look_over(const struct basis_scope *scope, const struct basis *basis,
                             bool *out_all)
{
    struct look look = {
        .scope = scope, .kind = basis->kind, .retention_days = BASIS_RETENTION_DAYS_MAX};

    if (basis->kind == BASIS_MAATJE) {
        look.retention_days = BUDDY_RETENTION_DAYS;
        *out_all = buddy_fits(basis, scope->self);
        return look;
    }
    *out_all = each_cell(scope->covenant, basis, has_article, &look);
    return look;
}

int basis_scope_retention(const struct basis_scope *scope, const struct basis *basis)
{
    bool all;

    return look_over(scope, basis, &all).retention_days;
}

bool basis_scope_asks_second(const struct basis_scope *scope, const struct basis *basis)
{
    bool all;

    return look_over(scope, basis, &all).second;
}

struct day basis_scope_until(const struct basis_scope *scope, struct day from)
{
    struct day last = day_plus(day_plus_months(from, BASIS_MONTHS_MAX), -1);

    return day_compare(last, scope->covenant->valid_until) < 0 ? last
                                                               : scope->covenant->valid_until;
}

/* An agreement to help is with ourselves; the others name who else may know. */
static bool recipients_fit(const struct basis_scope *scope, const struct basis *basis)
{
    for (size_t i = 0; i < basis->recipient_count; i++) {
        const struct party *party = covenant_party(scope->covenant, &basis->recipients[i]);
        if (!party || (party == scope->self) !=
                          (basis->kind == BASIS_INSTEMMING_HULP || basis->kind == BASIS_MAATJE))
            return false;
    }
    return true;
}

enum basis_refusal basis_scope_check(const struct basis_scope *scope, const struct basis *basis)
{
    struct look look;
    bool all;

    if (basis->kind == BASIS_DOORBREKING_BEROEPSGEHEIM &&
        (!scope->self->secrecy || basis->collected_by != ROLE_GGZ_CONTACTPUNT))
        return BASIS_REFUSAL_SECRECY;
    /* What leaves under it counts as the resident's own word: no law or duty may pass for that. */
    if (basis->kind == BASIS_DOORBREKING_BEROEPSGEHEIM &&
        basis->ground != BASIS_GROUND_TOESTEMMING)
        return BASIS_REFUSAL_LIFTED_BY_OTHER;
    if (!recipients_fit(scope, basis))
        return BASIS_REFUSAL_RECIPIENT;
    look = look_over(scope, basis, &all);
    if (!all)
        return BASIS_REFUSAL_NO_ARTICLE;
    if (day_compare(basis->from, scope->today) > 0)
        return BASIS_REFUSAL_FUTURE;
    if (day_compare(basis->until, scope->today) < 0 ||
        day_compare(basis->until, basis_scope_until(scope, basis->from)) > 0)
        return BASIS_REFUSAL_TOO_LONG;
    return basis->retention_days > look.retention_days ? BASIS_REFUSAL_RETENTION
                                                       : BASIS_REFUSAL_NONE;
}

/* --- wider or not --- */

static bool one_allows(const struct basis *basis, enum purpose purpose, const struct oin *recipient,
                       const char *group, const struct basis *const *others, size_t count,
                       struct day today)
{
    for (size_t i = 0; i < count; i++)
        if (basis_covers(others[i], purpose, recipient, group, today) &&
            day_compare(basis->until, others[i]->until) <= 0)
            return true;
    return false;
}

bool basis_is_within(const struct basis *basis, const struct basis *const *others, size_t count,
                     struct day today)
{
    for (unsigned purpose = 1; purpose < PURPOSE_COUNT; purpose++) {
        if (!has_bit(basis->purposes, purpose))
            continue;
        for (size_t r = 0; r < basis->recipient_count; r++)
            for (size_t g = 0; g < basis->groups.count; g++)
                if (!one_allows(basis, (enum purpose)purpose, &basis->recipients[r],
                                basis->groups.words[g], others, count, today))
                    return false;
    }
    return true;
}
