/* SPDX-License-Identifier: EUPL-1.2 */
/* GET /v1/convenanten: the covenants that are here, and where each stands. */
#include "crypto/encoding.h"
#include "gateway/covenant_dates.h"
#include "gateway/handlers.h"
#include "gateway/new_covenant.h"
#include "gateway/notices.h"

static json_t *parties_of(const struct known_covenant *known)
{
    json_t *parties = json_array();

    for (size_t i = 0; i < known->covenant->parties_count; i++) {
        const struct party *party = &known->covenant->parties[i];
        const char *verdict = verdict_word(known->verdicts[i]);
        json_array_append_new(parties, json_pack("{ss ss ss ss}", "oin", party->oin.text, "naam",
                                                 party->name, "soort", party_kind_word(party->kind),
                                                 "oordeel", verdict[0] ? verdict : "WACHT"));
    }
    return parties;
}

static json_t *names_of(const struct covenant *covenant, const struct party_set *set)
{
    json_t *names = json_array();

    for (size_t i = 0; i < covenant->parties_count; i++) {
        if (party_set_has(set, i))
            json_array_append_new(names, json_string(covenant->parties[i].name));
    }
    return names;
}

static json_t *articles_of(const struct known_covenant *known, const struct standing *standing)
{
    const struct covenant *covenant = known->covenant;
    bool in_time =
        covenant_in_time(covenant, standing) == FORCE_IN_FORCE && !standing->has_successor;
    json_t *articles = json_array();

    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        struct party_set waiting = article_still_to_sign(covenant, article, standing);
        json_array_append_new(articles, json_pack("{si ss ss sb so}", "nr", article->number, "doel",
                                                  purpose_word(article->purpose), "wijze",
                                                  lane_word(article->lane), "vanKracht",
                                                  in_time && party_set_is_empty(&waiting),
                                                  "wachtOp", names_of(covenant, &waiting)));
    }
    return articles;
}

static json_t *origin_of(const struct call *call, const struct covenant_origin *origin)
{
    char at[INSTANT_TEXT_BYTES];
    json_t *object;

    instant_print(origin->at_ms, at);
    object = json_pack("{sb ss}", "papier", origin->on_paper, "op", at);
    if (object && origin->proposed) {
        json_object_set_new(object, "voorgesteldDoor", json_string(origin->from.text));
        json_object_set_new(object, "voorgesteldDoorNaam",
                            json_string(registry_name(call->registry, &origin->from)));
    }
    return object;
}

/* --- what we told, and who knows --- */

static json_t *notice_row(const struct call *call, const struct notice *notice)
{
    const char *what = notice->verdict == VERDICT_NONE ? "VOORSTEL" : verdict_word(notice->verdict);
    char at[INSTANT_TEXT_BYTES];
    json_t *row;

    instant_print(notice->since_ms, at);
    row = json_pack("{ss ss ss ss}", "wat", what, "partij", notice->partner.text, "naam",
                    registry_name(call->registry, &notice->partner), "sindsOp", at);
    if (row && notice->arrived_ms) {
        instant_print(notice->arrived_ms, at);
        json_object_set_new(row, "afgeleverdOp", json_string(at));
    }
    if (row && notice->refusal[0])
        json_object_set_new(row, "code", json_string(notice->refusal));
    return row;
}

static enum outcome add_notices(const struct call *call, struct view *view,
                                const char *fingerprint, json_t *rows)
{
    OWNED_BUFFER after = {0};
    struct notice notice;
    enum outcome outcome;

    while ((outcome = notice_next(view, fingerprint, &after, &notice)) == OUTCOME_OK) {
        if (json_array_append_new(rows, notice_row(call, &notice)))
            return OUTCOME_OUT_OF_MEMORY;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* --- one covenant --- */

static json_t *dates_of(const struct call *call, const struct covenant *covenant)
{
    char from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES], evaluation[DAY_TEXT_BYTES];

    day_print(covenant->valid_from, from);
    day_print(covenant->valid_until, until);
    day_print(covenant->evaluation, evaluation);
    return json_pack("{ss ss ss si si}", "geldigVanaf", from, "geldigTot", until, "evaluatieDatum",
                     evaluation, "dagenTotEvaluatie",
                     covenant_days_to(covenant->evaluation, call->now_ms), "dagenTotEinde",
                     covenant_days_to(covenant->valid_until, call->now_ms));
}

static json_t *covenant_row(const struct call *call, const struct known_covenant *known)
{
    const struct covenant *covenant = known->covenant;
    struct standing standing = known_standing(known, call->now_ms);
    enum covenant_state state = covenant_state_of(known, call->now_ms);
    char epoch[EPOCH_TEXT_BYTES];
    OWNED_JSON dates = dates_of(call, covenant);
    json_t *row;

    day_epoch(standing.today, epoch);
    row = json_pack("{ss ss ss ss sb sb ss ss ss s{ss sb} so so}", "id", covenant->id, "versie",
                    covenant->version, "titel", covenant->title, "vingerafdruk",
                    covenant->fingerprint, "pilot", covenant->pilot, "vanKracht",
                    state == COVENANT_IN_FORCE, "stand", covenant_state_word(state), "code",
                    covenant_state_code(state), "reden",
                    covenant_state_name(state, call->request->language), "sleutel", "tijdvak",
                    epoch, "aanwezig", known_shared_key(known, epoch) != NULL, "partijen",
                    parties_of(known), "bepalingen", articles_of(known, &standing));
    if (row && covenant->previous)
        json_object_set_new(row, "vorige", json_string(covenant->previous));
    if (!row || !dates || json_object_update(row, dates)) {
        json_decref(row);
        return NULL;
    }
    return row;
}

static enum outcome add_row(const struct call *call, struct view *view,
                            const struct known_covenant *known, json_t *rows)
{
    OWNED_JSON row = covenant_row(call, known);
    OWNED_JSON told = json_array();
    struct covenant_origin origin;

    if (!row || !told)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(covenant_origin_get(view, known->covenant->fingerprint, &origin));
    TRY(add_notices(call, view, known->covenant->fingerprint, told));
    if (json_object_set_new(row, "herkomst", origin_of(call, &origin)) ||
        json_object_set(row, "afleveringen", told) || json_array_append(rows, row))
        return OUTCOME_OUT_OF_MEMORY;
    return OUTCOME_OK;
}

enum outcome get_covenants(struct call *call)
{
    OWNED_JSON rows = json_array();
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    view_begin(call->gateway->store, &view);
    for (size_t i = 0; outcome == OUTCOME_OK && i < call->registry->count; i++)
        outcome = add_row(call, &view, &call->registry->covenants[i], rows);
    view_end(&view);
    TRY(outcome);
    return call_reply(call, 200, json_pack("{sO}", "convenanten", rows));
}

enum outcome get_covenant(struct call *call)
{
    const struct known_covenant *known = registry_find(call->registry, call->parameter);
    OWNED_BUFFER file = {0};
    struct bytes raw;
    struct view view;
    enum outcome outcome;

    if (!known)
        return OUTCOME_NOT_FOUND;
    view_begin(call->gateway->store, &view);
    outcome = store_get(&view, TABLE_COVENANT, bytes_of_text(call->parameter), &raw);
    if (outcome == OUTCOME_OK)
        buffer_add_base64(&file, raw);
    view_end(&view);
    TRY(outcome);
    if (!buffer_text(&file))
        return OUTCOME_OUT_OF_MEMORY;
    return call_reply(call, 200,
                      json_pack("{ss ss ss ss}", "id", known->covenant->id, "versie",
                                known->covenant->version, "vingerafdruk",
                                known->covenant->fingerprint, "bestand", buffer_text(&file)));
}
