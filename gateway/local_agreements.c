/* SPDX-License-Identifier: EUPL-1.2 */
/* /v1/waakvlamafspraken: what is signed beforehand, so that help is there at once when things go
 * wrong again. */
#include <stdlib.h>
#include <string.h>

#include "gateway/agreement_paper.h"
#include "gateway/agreement_store.h"
#include "gateway/basis_recording.h"
#include "gateway/handlers.h"
#include "gateway/taking.h"

/* --- the list --- */

struct listing {
    struct buffer dossiers; /* of what is shown, a space between */
};

static void listing_free(void *state)
{
    struct listing *listing = state;

    buffer_wipe(&listing->dossiers);
    free(listing);
}

/* Who saw which households have an agreement: one leaf. */
static enum outcome apply_listing(struct call *call, struct change *change)
{
    struct listing *listing = call->state;
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);

    if (listing->dossiers.length)
        entry.committed[AUDIT_SUBJECT] = buffer_text(&listing->dossiers);
    return audit_record(call->gateway->audit, change, &entry);
}

static json_t *row_of(const struct call *call, const struct known_covenant *known,
                      const struct kept_basis *kept)
{
    const struct basis *basis = kept->basis;
    const struct party *party =
        known ? covenant_party(known->covenant, &basis->recipients[0]) : NULL;
    const enum agreement_standing standing = agreement_standing_of(
        basis, basis_awaits_second(call, known, basis), amsterdam_day(call->now_ms));
    char from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES];

    day_print(basis->from, from);
    day_print(basis->until, until);
    return json_pack("{ss ss ss ss ss ss ss ss}", "id", basis->id, "dossiernummer", basis->dossier,
                     "begeleider", basis->recipients[0].text, "begeleiderNaam",
                     party ? party->name : basis->recipients[0].text, "geldigVan", from,
                     "geldigTot", until, "stand", agreement_standing_word(standing), "standNaam",
                     agreement_standing_name(standing, call->request->language));
}

static enum outcome add_row(struct call *call, struct view *view,
                            const struct agreement_place *place, json_t *rows)
{
    struct listing *listing = call->state;
    OWNED_KEPT_BASIS kept = {0};
    enum outcome outcome = basis_get(view, place->id, &kept);

    if (outcome == OUTCOME_NOT_FOUND) /* erased; its row goes with the clock */
        return OUTCOME_OK;
    TRY(outcome);
    if (!basis_is_agreement(kept.basis, PURPOSE_WAAKVLAM))
        return OUTCOME_OK;
    buffer_format(&listing->dossiers, "%s%s", listing->dossiers.length ? " " : "",
                  kept.basis->dossier);
    return json_array_append_new(rows, row_of(call, basis_covenant(call, kept.basis), &kept))
               ? OUTCOME_OUT_OF_MEMORY
               : OUTCOME_OK;
}

static enum outcome fill_page(struct call *call, struct view *view, struct agreement_place *place,
                              json_t *rows)
{
    const size_t wanted = call_page_size(call);
    enum outcome outcome = OUTCOME_OK;

    while (json_array_size(rows) < wanted) {
        outcome = agreement_next(view, place);
        if (outcome != OUTCOME_OK)
            break;
        TRY(add_row(call, view, place, rows));
    }
    if (outcome == OUTCOME_NOT_FOUND)
        place->id[0] = '\0'; /* there is no next page */
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome get_relapse_agreements(struct call *call)
{
    struct listing *listing = calloc(1, sizeof *listing);
    OWNED_JSON rows = json_array();
    struct agreement_place place = {0};
    char cursor[AGREEMENT_PLACE_TEXT_BYTES] = "";
    enum outcome outcome;
    struct view view;

    if (!listing)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = listing;
    call->free_state = listing_free;
    if (call_cursor(call, cursor, sizeof cursor) && !agreement_place_parse(cursor, &place))
        return OUTCOME_MALFORMED;
    view_begin(call->gateway->store, &view);
    outcome = fill_page(call, &view, &place, rows);
    view_end(&view);
    TRY(outcome);
    TRY(buffer_outcome(&listing->dossiers)); /* nobody is shown without being named in the log */
    if (place.id[0])
        agreement_place_print(&place, cursor);
    call->apply = apply_listing;
    return call_reply(call, 200,
                      json_pack("{sO ss?}", "afspraken", rows, "volgende",
                                place.id[0] ? cursor : NULL));
}

/* --- recording --- */

enum outcome post_relapse_agreement(struct call *call)
{
    return basis_record(call, relapse_request_members, relapse_request_parse);
}

/* --- one of them --- */

static enum outcome get_agreement(struct call *call, struct view *view, struct kept_basis *out_kept)
{
    if (strlen(call->parameter) != UUID_TEXT_BYTES - 1)
        return OUTCOME_NOT_FOUND;
    TRY(basis_get(view, call->parameter, out_kept));
    return basis_is_agreement(out_kept->basis, PURPOSE_WAAKVLAM) ? OUTCOME_OK : OUTCOME_NOT_FOUND;
}

/* The paper says about which address it is: who opened it, is logged first. */
static enum outcome apply_opening(struct call *call, struct change *change)
{
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);
    OWNED_KEPT_BASIS kept = {0};

    TRY(get_agreement(call, &change->view, &kept));
    entry.committed[AUDIT_SUBJECT] = kept.basis->dossier;
    entry.committed[AUDIT_OBJECTS] = kept.basis->id;
    entry.committed[AUDIT_PURPOSE] = purpose_word(PURPOSE_WAAKVLAM);
    TRY(agreement_paper(call, &change->view, &kept));
    return audit_record(call->gateway->audit, change, &entry);
}

enum outcome get_relapse_agreement(struct call *call)
{
    call->apply = apply_opening;
    return OUTCOME_OK;
}

enum outcome post_relapse_end(struct call *call)
{
    OWNED_KEPT_BASIS kept = {0};
    enum outcome outcome;
    struct view view;

    view_begin(call->gateway->store, &view);
    outcome = get_agreement(call, &view, &kept);
    view_end(&view);
    TRY(outcome);
    return take_basis(call, call->parameter);
}
