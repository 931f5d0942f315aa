/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/basis.h"

#include <stdlib.h>
#include <string.h>

#include "covenant/basis_words.h"
#include "covenant/wire.h"
#include "crypto/encoding.h"
#include "crypto/ready.h"

void basis_free(struct basis *basis)
{
    if (!basis)
        return;
    wipe(basis, sizeof *basis);
    free(basis);
}

void basis_free_at(struct basis **basis)
{
    basis_free(*basis);
    *basis = NULL;
}

static struct day earliest(struct day a, struct day b)
{
    return day_compare(a, b) < 0 ? a : b;
}

static bool copy(char *out, size_t size, const char *text)
{
    size_t length = text ? strlen(text) : size;

    if (length >= size)
        return false;
    memcpy(out, text, length + 1);
    return true;
}

static enum outcome fill_from_push(const struct basis_push *push, struct basis *out)
{
    struct day last = day_plus(day_plus_months(push->given, BASIS_MONTHS_MAX), -1);

    if (!copy(out->id, sizeof out->id, push->id) ||
        !copy(out->dossier, sizeof out->dossier, push->dossier) ||
        !copy(out->notice, sizeof out->notice, push->notice))
        return OUTCOME_MALFORMED;
    out->kind = BASIS_GRONDSLAG;
    out->ground = BASIS_GROUND_TOESTEMMING;
    out->purposes = bit_of(push->purpose);
    out->recipients[0] = push->recipient;
    out->recipient_count = 1;
    out->groups = *push->groups;
    out->collected_by = push->collected_by;
    out->method = BASIS_CHANNEL_BRONSYSTEEM;
    out->from = push->given;
    out->until = earliest(last, push->covenant_until);
    out->retention_days = push->retention_days;
    out->withdrawal_channel = BASIS_CHANNEL_BALIE;
    out->state = PROOF_GIVEN;
    out->sequence = 1;
    out->events[0] = (struct basis_event){.kind = BASIS_EVENT_GEGEVEN, .at_ms = push->now_ms};
    out->event_count = 1;
    return basis_check(out, NULL);
}

enum outcome basis_from_push(const struct basis_push *push, struct basis **out_basis)
{
    OWNED_BASIS basis = NULL;

    if (day_compare(push->given, amsterdam_day(push->now_ms)) > 0 ||
        day_compare(push->given, push->covenant_until) > 0)
        return OUTCOME_NOT_ALLOWED;
    basis = calloc(1, sizeof *basis);
    if (!basis)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(fill_from_push(push, basis));
    *out_basis = basis;
    basis = NULL; /* handed over */
    return OUTCOME_OK;
}

bool basis_has_event(const struct basis *basis, enum basis_event_kind kind)
{
    for (size_t i = 0; i < basis->event_count; i++)
        if (basis->events[i].kind == kind)
            return true;
    return false;
}

bool basis_was_shown(const struct basis *basis, const struct oin *recipient)
{
    for (size_t i = 0; i < basis->event_count; i++)
        if (basis->events[i].kind == BASIS_EVENT_BEWIJS_AFGEGEVEN &&
            oin_equal(&basis->events[i].recipient, recipient))
            return true;
    return false;
}

static bool happens_once(enum basis_event_kind kind)
{
    return kind == BASIS_EVENT_MEDEBEVESTIGD || kind == BASIS_EVENT_VERVANGEN;
}

enum outcome basis_add_event(struct basis *basis, enum basis_event_kind kind,
                             const struct oin *recipient, int64_t now_ms)
{
    struct basis_event event = {.kind = kind, .at_ms = now_ms};

    if ((unsigned)kind >= BASIS_EVENT_COUNT ||
        (kind == BASIS_EVENT_BEWIJS_AFGEGEVEN) != (recipient != NULL))
        return OUTCOME_MALFORMED;
    if (basis->state == PROOF_WITHDRAWN || kind == BASIS_EVENT_GEGEVEN ||
        (happens_once(kind) && basis_has_event(basis, kind)))
        return OUTCOME_STEP_NOT_ALLOWED;
    /* The last place is kept for the withdrawal: the resident can always end it. */
    if (basis->event_count >= BASIS_EVENTS_MAX - (kind == BASIS_EVENT_INGETROKKEN ? 0 : 1))
        return OUTCOME_TOO_MANY;
    if (recipient)
        event.recipient = *recipient;
    basis->events[basis->event_count++] = event;
    if (kind == BASIS_EVENT_INGETROKKEN) {
        basis->state = PROOF_WITHDRAWN;
        basis->sequence++;
    }
    return OUTCOME_OK;
}

bool basis_is_live(const struct basis *basis, struct day today)
{
    return basis->state == PROOF_GIVEN && day_compare(basis->from, today) <= 0 &&
           day_compare(today, basis->until) <= 0;
}

static bool names_recipient(const struct basis *basis, const struct oin *recipient)
{
    for (size_t i = 0; i < basis->recipient_count; i++)
        if (oin_equal(&basis->recipients[i], recipient))
            return true;
    return false;
}

bool basis_covers(const struct basis *basis, enum purpose purpose, const struct oin *recipient,
                  const char *group, struct day today)
{
    return basis_is_live(basis, today) && !basis_has_event(basis, BASIS_EVENT_VERVANGEN) &&
           has_bit(basis->purposes, purpose) && names_recipient(basis, recipient) &&
           proof_groups_have(&basis->groups, group);
}

bool basis_says_the_same(const struct basis *basis, const struct basis *other)
{
    bool same =
        basis->kind == other->kind && basis->ground == other->ground &&
        basis->purposes == other->purposes && basis->method == other->method &&
        basis->withdrawal_channel == other->withdrawal_channel &&
        basis->retention_days == other->retention_days &&
        basis->recipient_count == other->recipient_count &&
        basis->groups.count == other->groups.count && day_compare(basis->from, other->from) == 0 &&
        day_compare(basis->until, other->until) == 0 &&
        strcmp(basis->citation, other->citation) == 0 && strcmp(basis->notice, other->notice) == 0;

    for (size_t i = 0; same && i < basis->recipient_count; i++)
        same = oin_equal(&basis->recipients[i], &other->recipients[i]);
    for (size_t i = 0; same && i < basis->groups.count; i++)
        same = proof_groups_have(&other->groups, basis->groups.words[i]);
    return same;
}

enum outcome basis_proof(const struct basis *basis, const uint8_t proof_id_key[static KEY_BYTES],
                         const char *covenant, const struct oin *recipient, const char *token,
                         struct proof *out_proof)
{
    uint8_t id[PROOF_ID_BYTES];
    struct proof proof = {
        .to = *recipient,
        .purposes = basis->purposes,
        .groups = basis->groups,
        .from = basis->from,
        .until = basis->until,
        .state = basis->state,
        .sequence = basis->sequence,
    };

    if (!names_recipient(basis, recipient))
        return OUTCOME_NOT_ALLOWED;
    if (!copy(proof.covenant, sizeof proof.covenant, covenant) ||
        !copy(proof.token, sizeof proof.token, token))
        return OUTCOME_MALFORMED;
    TRY(proof_id(proof_id_key, bytes_of_text(basis->id), recipient, id));
    hex_encode(bytes_of(id, sizeof id), proof.id);
    *out_proof = proof;
    return OUTCOME_OK;
}
