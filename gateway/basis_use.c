/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/basis_use.h"

#include <stdlib.h>
#include <string.h>

#include "covenant/agreement.h"
#include "crypto/ready.h"
#include "gateway/store_damage.h"

void basis_list_wipe(struct basis_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        kept_basis_wipe(&list->items[i]);
    free(list->items);
    *list = (struct basis_list){0};
}

static enum outcome add(struct basis_list *list, struct kept_basis *taken)
{
    struct kept_basis *items = realloc(list->items, (list->count + 1) * sizeof *items);

    if (!items)
        return OUTCOME_OUT_OF_MEMORY;
    list->items = items;
    items[list->count++] = *taken;
    *taken = (struct kept_basis){0}; /* handed over */
    return OUTCOME_OK;
}

static bool came_with_a_row(const struct kept_basis *kept)
{
    return kept->certificate[0] == '\0';
}

/* Can it say anything about a row? */
static bool speaks_of_rows(const struct kept_basis *kept)
{
    return !came_with_a_row(kept) || kept->basis->state == PROOF_WITHDRAWN ||
           basis_is_any_agreement(kept->basis);
}

static enum outcome list_dossier(struct view *view, const char *dossier, bool for_row,
                                 struct basis_list *list)
{
    char id[UUID_TEXT_BYTES] = "";
    enum outcome outcome;

    while ((outcome = basis_next(view, dossier, id, id)) == OUTCOME_OK) {
        OWNED_KEPT_BASIS kept = {0};
        outcome = store_named_outcome(view, TABLE_BASIS, bytes_of_text(id),
                                      basis_get(view, id, &kept));
        if (outcome == OUTCOME_NOT_FOUND) /* erased meanwhile */
            continue;
        TRY(outcome);
        if (!for_row || speaks_of_rows(&kept))
            TRY(add(list, &kept));
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome list_identity(const struct gateway *gateway, struct view *view,
                                  const struct identity *identity, bool for_row,
                                  struct basis_list *list)
{
    char dossier[DOSSIER_BYTES] = "";
    uint8_t hash[STORE_HASH_BYTES];
    enum outcome outcome;

    TRY(dossier_hash_identity(gateway->store, gateway->local_id_key, identity, hash));
    while ((outcome = dossier_next(view, hash, dossier, dossier)) == OUTCOME_OK)
        TRY(list_dossier(view, dossier, for_row, list));
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome basis_list_of_dossier(struct view *view, const char *dossier, struct basis_list *list)
{
    return list_dossier(view, dossier, false, list);
}

enum outcome basis_list_of_identity(const struct gateway *gateway, struct view *view,
                                    const struct identity *identity, struct basis_list *list)
{
    return list_identity(gateway, view, identity, false, list);
}

enum outcome basis_list_for_row(const struct gateway *gateway, struct view *view,
                                const struct identity *identity, struct basis_list *list)
{
    return list_identity(gateway, view, identity, true, list);
}

/* May something new rest on it today? */
static bool is_usable(const struct basis *basis, struct day today)
{
    return basis_is_live(basis, today) && !basis_has_event(basis, BASIS_EVENT_VERVANGEN);
}

static struct day withdrawn_on(const struct basis *basis)
{
    return amsterdam_day(basis->events[basis->event_count - 1].at_ms);
}

/* As basis_covers(), for one that was withdrawn: what it did cover. */
static bool did_cover(const struct basis *basis, enum purpose purpose, const struct oin *recipient,
                      const char *group)
{
    bool named = false;

    for (size_t i = 0; i < basis->recipient_count; i++)
        named = named || oin_equal(&basis->recipients[i], recipient);
    return named && has_bit(basis->purposes, purpose) && proof_groups_have(&basis->groups, group);
}

/* --- a row --- */

static bool allows(const struct kept_basis *kept, const struct basis_wish *wish)
{
    return !came_with_a_row(kept) && kept->basis->kind == BASIS_GRONDSLAG &&
           kept->basis->ground == BASIS_GROUND_TOESTEMMING &&
           (!purpose_takes_agreement(wish->purpose) ||
            basis_is_agreement(kept->basis, wish->purpose)) &&
           basis_covers(kept->basis, wish->purpose, &wish->recipient, wish->group, wish->today);
}

/* The resident's own word on paper, or its withdrawal, is later than or other than the row's. */
static enum refusal own_consent_refusal(const struct basis_list *list,
                                        const struct basis_wish *wish)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct kept_basis *kept = &list->items[i];
        const struct basis *basis = kept->basis;
        if (basis->kind != BASIS_GRONDSLAG)
            continue;
        if (basis->state == PROOF_WITHDRAWN &&
            did_cover(basis, wish->purpose, &wish->recipient, wish->group) &&
            day_compare(wish->given, withdrawn_on(basis)) <= 0)
            return REFUSAL_CONSENT_WITHDRAWN;
        if (!came_with_a_row(kept) && is_usable(basis, wish->today) &&
            !basis_is_any_agreement(basis))
            return REFUSAL_CONSENT_WIDER;
    }
    return wish->second ? REFUSAL_CONSENT_UNCONFIRMED : REFUSAL_NONE;
}

/* Nothing but an agreement that runs will do: what a row says itself was not signed beforehand. */
static enum refusal agreement_refusal(const struct basis_list *list, const struct basis_wish *wish)
{
    for (size_t i = 0; i < list->count; i++)
        if (basis_is_agreement(list->items[i].basis, wish->purpose) &&
            did_cover(list->items[i].basis, wish->purpose, &wish->recipient, wish->group))
            return REFUSAL_AGREEMENT_EXPIRED;
    return REFUSAL_AGREEMENT_MISSING;
}

enum refusal basis_for_row(const struct basis_list *list, const struct basis_wish *wish,
                           const struct kept_basis **out_known)
{
    bool waits = false;

    *out_known = NULL;
    for (size_t i = 0; i < list->count; i++) {
        if (!allows(&list->items[i], wish))
            continue;
        if (!wish->second || basis_has_event(list->items[i].basis, BASIS_EVENT_MEDEBEVESTIGD)) {
            *out_known = &list->items[i];
            return REFUSAL_NONE;
        }
        waits = true;
    }
    if (waits)
        return REFUSAL_CONSENT_UNCONFIRMED;
    if (purpose_takes_agreement(wish->purpose))
        return agreement_refusal(list, wish);
    return wish->own_consent ? own_consent_refusal(list, wish) : REFUSAL_NO_CONSENT;
}

/* --- a new record --- */

/* A date that was there before is no new word of the resident's. */
static bool is_fresh(const struct basis *basis, const struct basis *earlier, struct day today)
{
    return day_compare(basis->from, earlier->from) > 0 || day_compare(basis->from, today) == 0;
}

/* An agreement is a paper of its own: only an earlier one for the same purpose bounds it, and it
 * bounds no other choice. */
static bool bounds(const struct basis *earlier, const struct basis *basis)
{
    if (basis->kind == BASIS_MAATJE) /* who looks for a buddy may be one too */
        return strcmp(earlier->groups.words[0], basis->groups.words[0]) == 0;
    return (!basis_is_any_agreement(earlier) && !basis_is_any_agreement(basis)) ||
           earlier->purposes == basis->purposes;
}

static enum basis_refusal find_replaced(const struct basis_list *list, const struct basis *basis,
                                        const char *replaces, struct day today,
                                        struct kept_basis **out_replaced)
{
    for (size_t i = 0; i < list->count; i++) {
        struct kept_basis *kept = &list->items[i];
        if (strcmp(kept->basis->id, replaces) != 0)
            continue;
        if (kept->basis->kind != basis->kind || !is_usable(kept->basis, today) ||
            !is_fresh(basis, kept->basis, today) || !bounds(kept->basis, basis))
            return BASIS_REFUSAL_NOT_FRESH;
        *out_replaced = kept;
        return BASIS_REFUSAL_NONE;
    }
    return BASIS_REFUSAL_NOT_FRESH;
}

static bool was_withdrawn_since(const struct basis *basis, const struct basis *earlier)
{
    return earlier->kind == basis->kind && earlier->state == PROOF_WITHDRAWN &&
           day_compare(basis->from, withdrawn_on(earlier)) < 0;
}

static enum outcome check_not_wider(const struct basis_list *list, const struct basis *basis,
                                    struct day today, enum basis_refusal *out_refusal)
{
    const struct basis **others = calloc(list->count + 1, sizeof *others);
    size_t count = 0;

    *out_refusal = BASIS_REFUSAL_WIDER;
    if (!others)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].basis->kind == basis->kind && is_usable(list->items[i].basis, today) &&
            bounds(list->items[i].basis, basis))
            others[count++] = list->items[i].basis;
    if (count == 0 || basis_is_within(basis, others, count, today))
        *out_refusal = BASIS_REFUSAL_NONE;
    free(others);
    return OUTCOME_OK;
}

enum outcome basis_against_earlier(const struct basis_list *list, const struct basis *basis,
                                   const char *replaces, struct day today,
                                   struct kept_basis **out_replaced,
                                   enum basis_refusal *out_refusal)
{
    *out_replaced = NULL;
    *out_refusal = BASIS_REFUSAL_WITHDRAWN_SINCE;
    for (size_t i = 0; i < list->count; i++)
        if (was_withdrawn_since(basis, list->items[i].basis))
            return OUTCOME_OK;
    if (!replaces[0])
        return check_not_wider(list, basis, today, out_refusal);
    *out_refusal = find_replaced(list, basis, replaces, today, out_replaced);
    return OUTCOME_OK;
}

/* --- secrecy --- */

const struct basis *basis_lifting(const struct basis_list *list, enum purpose purpose,
                                  const struct oin *recipient, const char *group, struct day today)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct basis *basis = list->items[i].basis;
        if (basis->kind == BASIS_DOORBREKING_BEROEPSGEHEIM &&
            basis_covers(basis, purpose, recipient, group, today))
            return basis;
    }
    return NULL;
}
