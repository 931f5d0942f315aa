/* SPDX-License-Identifier: EUPL-1.2 */
/* GET /v1/convenanten: the covenants that are here, and where each stands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/handlers.h"
#include "gateway/queue.h"
#include "gateway/statements.h"
#include "gateway/users.h"

/* --- reading --- */

static const char *const force_codes[] = {"",
                                          "CONVENANT_NOG_NIET_GELDIG",
                                          "CONVENANT_VERLOPEN",
                                          "EVALUATIE_GEMIST",
                                          "CONVENANT_INGETROKKEN",
                                          "CONVENANT_NIET_ONDERTEKEND"};

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
    bool in_time = covenant_in_time(covenant, standing) == FORCE_IN_FORCE;
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

static json_t *covenant_row(const struct call *call, const struct known_covenant *known)
{
    const struct covenant *covenant = known->covenant;
    struct standing standing = known_standing(known, call->now_ms);
    char from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES], evaluation[DAY_TEXT_BYTES],
        epoch[EPOCH_TEXT_BYTES];
    enum force force = covenant_in_time(covenant, &standing);

    if (force == FORCE_IN_FORCE && !known_in_force_for_all(known, call->now_ms))
        force = FORCE_UNSIGNED;
    day_print(covenant->valid_from, from);
    day_print(covenant->valid_until, until);
    day_print(covenant->evaluation, evaluation);
    day_epoch(standing.today, epoch);
    return json_pack("{ss ss ss ss ss ss ss sb ss s{ss sb} so so}", "id", covenant->id, "versie",
                     covenant->version, "titel", covenant->title, "vingerafdruk",
                     covenant->fingerprint, "geldigVanaf", from, "geldigTot", until,
                     "evaluatieDatum", evaluation, "vanKracht", force == FORCE_IN_FORCE, "code",
                     force_codes[force], "sleutel", "tijdvak", epoch, "aanwezig",
                     known_shared_key(known, epoch) != NULL, "partijen", parties_of(known),
                     "bepalingen", articles_of(known, &standing));
}

enum outcome get_covenants(struct call *call)
{
    OWNED_JSON rows = json_array();

    for (size_t i = 0; i < call->registry->count; i++) {
        if (json_array_append_new(rows, covenant_row(call, &call->registry->covenants[i])))
            return OUTCOME_OUT_OF_MEMORY;
    }
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
