/* SPDX-License-Identifier: EUPL-1.2 */
/* /v1/convenanten: add, list, show, and say what we think of one. */
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

/* --- adding --- */

struct new_covenant {
    struct buffer raw;
    struct covenant *covenant;
};

static void new_covenant_free(void *state)
{
    struct new_covenant *added = state;

    buffer_wipe(&added->raw);
    covenant_free(added->covenant);
    free(added);
}

/* Every key document must verify, and ours must be ours: a covenant that binds another key to
 * our number would make us deaf. */
static enum outcome check_keys(const struct call *call, const struct covenant *covenant)
{
    const struct party *self = covenant_party(covenant, &call->gateway->settings->oin);
    struct fault fault = {0};

    if (!self)
        return OUTCOME_NOT_ALLOWED;
    for (size_t i = 0; i < covenant->parties_count; i++) {
        struct key_document document;
        TRY(key_document_read_first(covenant->parties[i].key_document, &document, &fault));
        if (!oin_equal(&document.oin, &covenant->parties[i].oin))
            return OUTCOME_SENDER_WRONG;
        if (&covenant->parties[i] == self &&
            !bytes_equal(bytes_of(document.signing_key, SIGNING_PUBLIC_BYTES),
                         bytes_of(call->gateway->keys.signing.public_key, SIGNING_PUBLIC_BYTES)))
            return OUTCOME_KEY_UNKNOWN;
    }
    return OUTCOME_OK;
}

static enum outcome read_covenant(struct call *call, struct new_covenant *added)
{
    static const char *const members[] = {"bestand", "vingerafdruk", NULL};
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    struct covenant_fault covenant_fault = {0};
    const char *file, *fingerprint;
    enum outcome outcome;

    TRY(call_body(call, members, &body));
    TRY(json_text_at(body, "bestand", COVENANT_MAX_BYTES * 4 / 3 + 4, &file, &fault));
    TRY(json_text_at(body, "vingerafdruk", SHA256_HEX_BYTES - 1, &fingerprint, &fault));
    TRY(base64_decode(bytes_of_text(file), &added->raw));
    outcome = covenant_parse(buffer_bytes(&added->raw), call->gateway->lists, &added->covenant,
                             &covenant_fault);
    if (outcome == OUTCOME_OK)
        outcome = covenant_complete(added->covenant, &covenant_fault);
    if (outcome == OUTCOME_MALFORMED) {
        call_fault(call, &covenant_fault.at);
        snprintf(call->detail, sizeof call->detail, "%s: %s", covenant_fault.at.where,
                 covenant_wrong_text(covenant_fault.wrong, call->request->language));
    }
    TRY(outcome);
    memcpy(call->covenant, added->covenant->fingerprint, sizeof call->covenant);
    if (strcmp(added->covenant->fingerprint, fingerprint) != 0)
        return OUTCOME_FINGERPRINT_WRONG;
    return check_keys(call, added->covenant);
}

static enum outcome record_policy(struct call *call, struct change *change, const char *object)
{
    struct audit_entry entry = call_entry(call, AUDIT_POLICY);

    entry.covenant = call->covenant;
    entry.committed[AUDIT_OBJECTS] = object;
    return audit_record(call->gateway->audit, change, &entry);
}

/* Signals name their covenant by id and version: two of one name could be taken for each other,
 * and whoever hands in the second knows that. */
static enum outcome check_name(struct call *call, const struct covenant *covenant)
{
    HELD_REGISTRY registry = gateway_registry(call->gateway);

    for (size_t i = 0; i < registry->count; i++) {
        if (strcmp(registry->covenants[i].covenant->reference, covenant->reference) != 0)
            continue;
        snprintf(call->detail, sizeof call->detail, "%s",
                 call->request->language == LANGUAGE_NL
                     ? "Er is al een convenant met dit id en deze versie, met een andere inhoud."
                     : "There is a covenant of this id and version already, with other content.");
        return OUTCOME_OTHER_BYTES;
    }
    return OUTCOME_OK;
}

static enum outcome apply_covenant(struct call *call, struct change *change)
{
    struct new_covenant *added = call->state;
    struct bytes key = bytes_of_text(added->covenant->fingerprint);

    if (store_has(&change->view, TABLE_COVENANT, key))
        return OUTCOME_EXISTS;
    TRY(check_name(call, added->covenant));
    if (store_entries(&change->view, TABLE_COVENANT) >= REGISTRY_COVENANTS_MAX) {
        snprintf(call->detail, sizeof call->detail, "%s",
                 call->request->language == LANGUAGE_NL
                     ? "Deze poort heeft al het hoogste aantal convenanten."
                     : "This gateway has the highest number of covenants already.");
        return OUTCOME_TOO_MANY;
    }
    store_put(change, TABLE_COVENANT, key, buffer_bytes(&added->raw));
    TRY(record_policy(call, change, added->covenant->reference));
    TRY(gateway_reload(call->gateway, &change->view));
    return call_reply(call, 201,
                      json_pack("{ss ss ss}", "id", added->covenant->id, "versie",
                                added->covenant->version, "vingerafdruk",
                                added->covenant->fingerprint));
}

enum outcome post_covenant(struct call *call)
{
    struct new_covenant *added = calloc(1, sizeof *added);

    if (!added)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = added;
    call->free_state = new_covenant_free;
    TRY(read_covenant(call, added));
    call->apply = apply_covenant;
    return OUTCOME_OK;
}

/* --- agreeing --- */

/* To every other party, until each has acknowledged it. */
static enum outcome broadcast(struct call *call, struct change *change,
                              const struct covenant *covenant, struct bytes envelope)
{
    for (size_t i = 0; i < covenant->parties_count; i++) {
        struct queued queued = {.kind = MESSAGE_KIND_STATEMENT, .role = call->role};
        OWNED_BUFFER item = {0};
        if (oin_equal(&covenant->parties[i].oin, &call->gateway->settings->oin))
            continue;
        uuid_print(uuid_v4(), queued.id);
        memcpy(queued.covenant, covenant->fingerprint, sizeof queued.covenant);
        buffer_format(&item, "{\"id\":\"%s\",\"verklaring\":", queued.id);
        buffer_add_bytes(&item, envelope);
        buffer_add_byte(&item, '}');
        TRY(buffer_outcome(&item));
        queued.item = buffer_bytes(&item);
        TRY(queue_add(change, &covenant->parties[i].oin, &queued));
    }
    return change->outcome;
}

static enum outcome apply_verdict(struct call *call, struct change *change)
{
    HELD_REGISTRY registry = gateway_registry(call->gateway);
    const struct known_covenant *known = registry_find(registry, call->parameter);
    struct statement statement = {.oin = call->gateway->settings->oin,
                                  .verdict = *(enum verdict *)call->state,
                                  .at_ms = call->now_ms / 1000 * 1000};
    OWNED_BUFFER envelope = {0};
    char hash[SHA256_HEX_BYTES], at[INSTANT_TEXT_BYTES];
    size_t self;

    if (!known)
        return OUTCOME_NOT_FOUND;
    self = covenant_party_index(known->covenant, covenant_party(known->covenant, &statement.oin));
    memcpy(statement.covenant, known->covenant->fingerprint, sizeof statement.covenant);
    memcpy(statement.previous, known->last_hash[self], sizeof statement.previous);
    TRY(statement_make(&statement, &call->gateway->keys.signing, &envelope, hash));
    TRY(statement_follows(&statement, hash, known->verdicts[self], known->last_hash[self]));
    TRY(statement_put(change, statement.covenant, &statement.oin, known->statement_count[self],
                      buffer_bytes(&envelope)));
    TRY(broadcast(call, change, known->covenant, buffer_bytes(&envelope)));
    TRY(record_policy(call, change, verdict_word(statement.verdict)));
    TRY(gateway_reload(call->gateway, &change->view));
    instant_print(statement.at_ms, at);
    return call_reply(call, 201,
                      json_pack("{ss ss ss ss}", "vingerafdruk", statement.covenant, "oin",
                                statement.oin.text, "oordeel", verdict_word(statement.verdict),
                                "op", at));
}

enum outcome post_verdict(struct call *call)
{
    static const char *const members[] = {"oordeel", NULL};
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    enum verdict *verdict = calloc(1, sizeof *verdict);
    const char *word;

    if (!verdict)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = verdict;
    call->free_state = free;
    TRY(call_body(call, members, &body));
    TRY(json_text_at(body, "oordeel", 16, &word, &fault));
    if (!verdict_parse(word, verdict))
        return OUTCOME_MALFORMED;
    if (user_fingerprint_is_valid(call->parameter))
        memcpy(call->covenant, call->parameter, sizeof call->covenant);
    call->apply = apply_verdict;
    return OUTCOME_OK;
}
