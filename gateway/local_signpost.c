/* SPDX-License-Identifier: EUPL-1.2 */
/* GET /v1/wegwijzer: where one can go with a signal, and the desk of each partner. From the covenants
 * alone: nothing in it is about anybody. */
#include "covenant/in_force.h"
#include "covenant/signpost.h"
#include "gateway/handlers.h"

static json_t *way_row(const struct covenant *covenant, const struct party *self,
                       const struct way *way, const struct standing *standing)
{
    json_t *row = json_pack("{ss ss ss ss ss ss sb}", "convenant", covenant->id, "signaalcode",
                            way->code->code, "signaalnaam", way->code->name, "naar",
                            way->to->oin.text, "naarNaam", way->to->name, "naarSoort",
                            party_kind_word(way->to->kind), "vast", way->chosen);

    if (row && way->article) {
        json_object_set_new(row, "bepaling", json_integer(way->article->number));
        json_object_set_new(row, "wijze", json_string(lane_word(way->article->lane)));
        json_object_set_new(row, "vanKracht",
                            json_boolean(article_in_force(covenant, way->article, self, way->to,
                                                          standing) == FORCE_IN_FORCE));
    }
    if (row && way->to->desk_name) {
        json_object_set_new(row, "contactpunt", json_string(way->to->desk_name));
        json_object_set_new(row, "telefoon", json_string(way->to->desk_phone));
    }
    return row;
}

static enum outcome add_ways(const struct call *call, const struct known_covenant *known,
                             const struct party *self, json_t *rows)
{
    const struct code_lists *lists = call->gateway->lists;
    struct standing standing = known_standing(known, call->now_ms);
    struct way ways[COVENANT_PARTIES_MAX];

    for (size_t i = 0; i < lists->signals_count; i++) {
        size_t count = lists->signals[i].blocked
                           ? 0
                           : signpost_ways(known->covenant, self, &lists->signals[i],
                                           COVENANT_PARTIES_MAX, ways);
        for (size_t k = 0; k < count; k++)
            if (json_array_append_new(rows, way_row(known->covenant, self, &ways[k], &standing)) != 0)
                return OUTCOME_OUT_OF_MEMORY;
    }
    return OUTCOME_OK;
}

static enum outcome add_desks(const struct covenant *covenant, json_t *rows)
{
    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *party = &covenant->parties[i];
        if (party->desk_name &&
            json_array_append_new(
                rows, json_pack("{ss ss ss ss ss ss}", "convenant", covenant->id, "oin",
                                party->oin.text, "organisatieNaam", party->name, "soort",
                                party_kind_word(party->kind), "naam", party->desk_name, "telefoon",
                                party->desk_phone)) != 0)
            return OUTCOME_OUT_OF_MEMORY;
    }
    return OUTCOME_OK;
}

/* The version that applies of each covenant, once. */
static bool applies(const struct call *call, const struct known_covenant *known)
{
    return registry_choose(call->registry, known->covenant->id, call->now_ms) == known;
}

enum outcome get_signpost(struct call *call)
{
    OWNED_JSON ways = json_array();
    OWNED_JSON desks = json_array();

    if (!ways || !desks)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < call->registry->count; i++) {
        const struct known_covenant *known = &call->registry->covenants[i];
        const struct party *self =
            covenant_party(known->covenant, &call->gateway->settings->oin);
        if (!self || !applies(call, known))
            continue;
        TRY(add_ways(call, known, self, ways));
        TRY(add_desks(known->covenant, desks));
    }
    return call_reply(call, 200, json_pack("{sO sO}", "wegen", ways, "contactpunten", desks));
}
