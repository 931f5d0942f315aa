/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/access_requests.h"

#include <stdio.h>
#include <string.h>

#include "covenant/wire.h"
#include "gateway/alarms.h"
#include "gateway/audit.h"
#include "gateway/persons.h"
#include "gateway/queue.h"

enum { REQUEST_MAX_BYTES = 64 * 1024, KEY_LENGTH = OIN_LENGTH + 16 };

static const char *const delays[ACCESS_DELAY_COUNT] = {
#define ACCESS_DELAY_WORD(word, nl, en) #word,
    ACCESS_DELAYS(ACCESS_DELAY_WORD)
#undef ACCESS_DELAY_WORD
};

const char *access_delay_word(enum access_delay delay)
{
    return delay == ACCESS_DELAY_NONE ? "" : delays[delay];
}

bool access_delay_parse(const char *word, enum access_delay *out_delay)
{
    for (unsigned i = ACCESS_DELAY_NONE + 1; word && i < ACCESS_DELAY_COUNT; i++) {
        if (strcmp(word, delays[i]) == 0) {
            *out_delay = (enum access_delay)i;
            return true;
        }
    }
    return false;
}

struct day access_due(const struct access_request *request)
{
    int months = ACCESS_MONTHS + (request->delay == ACCESS_DELAY_NONE ? 0 : ACCESS_MORE_MONTHS);

    return day_plus_months(amsterdam_day(request->at_ms), months);
}

/* --- the record --- */

static struct bytes key_of(const struct oin *from, const char *id, uint8_t out[static KEY_LENGTH])
{
    struct uuid uuid = {{0}};

    uuid_parse(id, &uuid);
    memcpy(out, from->text, OIN_LENGTH);
    memcpy(out + OIN_LENGTH, uuid.bytes, sizeof uuid.bytes);
    return bytes_of(out, KEY_LENGTH);
}

static json_t *tokens_json(const struct access_request *request)
{
    json_t *tokens = json_array();

    for (size_t i = 0; tokens && i < request->token_count; i++) {
        const struct access_token *token = &request->tokens[i];
        if (json_array_append_new(tokens, json_pack("{ss ss ss}", "convenant", token->covenant,
                                                    "doel", purpose_word(token->purpose),
                                                    "pseudoniem", token->token))) {
            json_decref(tokens);
            return NULL;
        }
    }
    return tokens;
}

static json_t *texts_json(const char *first, size_t size, size_t count)
{
    json_t *texts = json_array();

    for (size_t i = 0; texts && i < count; i++) {
        if (json_array_append_new(texts, json_string(first + i * size))) {
            json_decref(texts);
            return NULL;
        }
    }
    return texts;
}

enum outcome access_put(struct change *change, const struct access_request *request)
{
    OWNED_BUFFER text = {0};
    uint8_t key[KEY_LENGTH];
    OWNED_JSON object = json_pack(
        "{sI ss sI sb so so so}", "op", (json_int_t)request->at_ms, "verlengd",
        access_delay_word(request->delay), "klaar", (json_int_t)request->done_ms, "gezocht",
        request->looked, "pseudoniemen", tokens_json(request), "dossiers",
        texts_json((const char *)request->dossiers, DOSSIER_BYTES, request->dossier_count),
        "gevraagd",
        texts_json((const char *)request->asked, sizeof request->asked[0], request->asked_count));

    if (!object)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(json_write(object, &text));
    store_put_sealed(change, TABLE_ACCESS, key_of(&request->from, request->id, key),
                     buffer_bytes(&text));
    return change->outcome;
}

static enum outcome read_tokens(const json_t *tokens, struct access_request *out)
{
    const size_t count = json_array_size(tokens);

    if (count > ACCESS_TOKENS_MAX)
        return OUTCOME_MALFORMED;
    for (size_t i = 0; i < count; i++) {
        const json_t *object = json_array_get(tokens, i);
        struct access_token *token = &out->tokens[i];
        const char *purpose;
        TRY(wire_text_at(object, "convenant", token->covenant, sizeof token->covenant, NULL));
        TRY(wire_text_at(object, "pseudoniem", token->token, sizeof token->token, NULL));
        TRY(json_text_at(object, "doel", 32, &purpose, NULL));
        if (!purpose_parse(purpose, &token->purpose))
            return OUTCOME_MALFORMED;
    }
    out->token_count = count;
    return OUTCOME_OK;
}

static enum outcome read_texts(const json_t *texts, char *first, size_t size, size_t max,
                               size_t *out_count)
{
    *out_count = json_array_size(texts);
    if (*out_count > max)
        return OUTCOME_MALFORMED;
    for (size_t i = 0; i < *out_count; i++) {
        const char *text = json_string_value(json_array_get(texts, i));
        if (!text || strlen(text) >= size)
            return OUTCOME_MALFORMED;
        snprintf(first + i * size, size, "%s", text);
    }
    return OUTCOME_OK;
}

static enum outcome read_request(struct bytes text, struct access_request *out)
{
    OWNED_JSON object = NULL;
    const char *delay;

    TRY(json_read(text, REQUEST_MAX_BYTES, &object));
    TRY(json_integer_at(object, "op", 0, INT64_MAX, &out->at_ms, NULL));
    TRY(json_integer_at(object, "klaar", 0, INT64_MAX, &out->done_ms, NULL));
    TRY(json_boolean_at(object, "gezocht", &out->looked, NULL));
    TRY(json_text_at(object, "verlengd", 32, &delay, NULL));
    if (delay[0] && !access_delay_parse(delay, &out->delay))
        return OUTCOME_MALFORMED;
    TRY(read_tokens(json_object_get(object, "pseudoniemen"), out));
    TRY(read_texts(json_object_get(object, "dossiers"), (char *)out->dossiers, DOSSIER_BYTES,
                   ACCESS_DOSSIERS_MAX, &out->dossier_count));
    return read_texts(json_object_get(object, "gevraagd"), (char *)out->asked, sizeof out->asked[0],
                      ACCESS_PARTNERS_MAX, &out->asked_count);
}

static enum outcome read_row(struct bytes key, struct bytes value, struct access_request *out)
{
    struct uuid uuid;
    char from[OIN_LENGTH + 1] = "";

    if (key.length != KEY_LENGTH)
        return OUTCOME_STORE_DAMAGED;
    *out = (struct access_request){.delay = ACCESS_DELAY_NONE};
    memcpy(from, key.data, OIN_LENGTH);
    memcpy(uuid.bytes, key.data + OIN_LENGTH, sizeof uuid.bytes);
    uuid_print(uuid, out->id);
    if (!oin_parse(from, &out->from))
        return OUTCOME_STORE_DAMAGED;
    return store_read_outcome(read_request(value, out));
}

enum outcome access_get(struct view *view, const struct oin *from, const char *id,
                        struct access_request *out)
{
    uint8_t key[KEY_LENGTH];
    struct bytes value;

    TRY(store_get(view, TABLE_ACCESS, key_of(from, id, key), &value));
    return read_row(bytes_of(key, sizeof key), value, out);
}

enum outcome access_next(struct view *view, const struct access_request *after,
                         struct access_request *out)
{
    uint8_t from[KEY_LENGTH] = {0}, found[KEY_LENGTH];
    struct bytes key, value;

    if (after)
        (void)key_of(&after->from, after->id, from);
    TRY(store_next(view, TABLE_ACCESS, bytes_of(from, sizeof from), after != NULL, &key, &value));
    if (key.length != sizeof found)
        return OUTCOME_STORE_DAMAGED;
    memcpy(found, key.data, sizeof found);
    return read_row(bytes_of(found, sizeof found), value, out);
}

enum outcome access_find(struct view *view, const char *id, struct access_request *out)
{
    const struct access_request *after = NULL;
    enum outcome outcome;

    while ((outcome = access_next(view, after, out)) == OUTCOME_OK) {
        if (strcmp(out->id, id) == 0)
            return OUTCOME_OK;
        after = out;
    }
    return outcome;
}

/* --- what a partner asks --- */

/* Done or not: what became of them is not the partner's to learn from this. */
static enum outcome check_room(struct view *view, const struct oin *from, int64_t now_ms)
{
    struct access_request request = {.from = *from};
    const int64_t since_ms = now_ms - ACCESS_MONTH_DAYS * INT64_C(86400000);
    enum outcome outcome;
    int count = 0;

    while ((outcome = access_next(view, &request, &request)) == OUTCOME_OK &&
           oin_equal(&request.from, from)) {
        count += request.at_ms > since_ms;
        if (count >= ACCESS_MONTH_MAX)
            return OUTCOME_TOO_MANY;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* Another half-year's token of the same request comes beside the first; more than there can be is
 * one that no gateway of ours makes. */
enum outcome access_received(struct change *change, const struct oin *from, const char *covenant,
                             const struct access_item *item, int64_t now_ms)
{
    struct access_request request;
    struct access_token *token;
    enum outcome outcome = access_get(&change->view, from, item->request, &request);

    if (outcome == OUTCOME_NOT_FOUND) {
        TRY(check_room(&change->view, from, now_ms));
        request =
            (struct access_request){.from = *from, .at_ms = now_ms, .delay = ACCESS_DELAY_NONE};
        memcpy(request.id, item->request, sizeof request.id);
        outcome = OUTCOME_OK;
    }
    TRY(outcome);
    if (request.token_count == ACCESS_TOKENS_MAX)
        return OUTCOME_OK;
    token = &request.tokens[request.token_count++];
    snprintf(token->covenant, sizeof token->covenant, "%s", covenant);
    memcpy(token->token, item->token, sizeof token->token);
    token->purpose = item->purpose;
    request.looked = false;
    return access_put(change, &request);
}

/* --- what we ask --- */

struct asking {
    struct gateway *gateway;
    struct change *change;
    const struct known_covenant *known;
    const struct identity *identity;
    struct access_request *request;
    int64_t now_ms;
};

static enum outcome queue_item(const struct asking *asking, const struct party *party,
                               const struct shared_key *key, enum purpose purpose,
                               const char *request)
{
    struct queued queued = {
        .kind = MESSAGE_KIND_ACCESS_REQUEST, .role = ROLE_FG, .purpose = PURPOSE_RECHTEN};
    struct access_item item = {.at_ms = asking->now_ms / 1000 * 1000, .purpose = purpose};
    OWNED_BUFFER text = {0};

    uuid_print(uuid_v4(), item.id);
    memcpy(item.request, request, sizeof item.request);
    TRY(person_token_text(asking->known, key, purpose, asking->identity, &party->oin, item.token));
    TRY(access_item_print(&item, &text));
    memcpy(queued.covenant, asking->known->covenant->fingerprint, sizeof queued.covenant);
    memcpy(queued.id, item.id, sizeof queued.id);
    if (asking->request->dossier_count)
        memcpy(queued.dossier, asking->request->dossiers[0], sizeof queued.dossier);
    queued.item = buffer_bytes(&text);
    return queue_add(asking->change, &party->oin, &queued);
}

static void add_asked(struct access_request *request, const struct oin *partner)
{
    for (size_t i = 0; i < request->asked_count; i++) {
        if (oin_equal(&request->asked[i], partner))
            return;
    }
    if (request->asked_count < ACCESS_PARTNERS_MAX)
        request->asked[request->asked_count++] = *partner;
}

static enum outcome ask_party(const struct asking *asking, const struct party *party)
{
    const uint32_t purposes = covenant_token_purposes(asking->known->covenant, party);
    char request[UUID_TEXT_BYTES];

    if (!purposes || !asking->known->key_count)
        return OUTCOME_OK;
    uuid_print(uuid_v4(), request);
    for (unsigned purpose = 1; purpose < PURPOSE_COUNT; purpose++) {
        for (size_t i = 0; has_bit(purposes, purpose) && i < asking->known->key_count; i++)
            TRY(queue_item(asking, party, &asking->known->keys[i], (enum purpose)purpose, request));
    }
    add_asked(asking->request, &party->oin);
    return OUTCOME_OK;
}

/* Of each covenant the version that applies; a token does not depend on the version. */
static bool is_current(const struct gateway *gateway, const struct registry *registry, size_t i,
                       int64_t now_ms)
{
    const struct known_covenant *known = &registry->covenants[i];

    return registry_choose(registry, known->covenant->id, now_ms) == known &&
           covenant_party(known->covenant, &gateway->settings->oin);
}

enum outcome access_ask_partners(struct gateway *gateway, struct change *change,
                                 const struct registry *registry, const struct identity *identity,
                                 struct access_request *request)
{
    for (size_t i = 0; i < registry->count; i++) {
        const struct asking asking = {gateway,  change,  &registry->covenants[i],
                                      identity, request, request->at_ms};
        const struct covenant *covenant = asking.known->covenant;
        if (!is_current(gateway, registry, i, request->at_ms))
            continue;
        for (size_t j = 0; j < covenant->parties_count; j++) {
            if (!oin_equal(&covenant->parties[j].oin, &gateway->settings->oin))
                TRY(ask_party(&asking, &covenant->parties[j]));
        }
    }
    return OUTCOME_OK;
}

/* --- dossiers --- */

enum outcome access_add_dossiers(struct view *view, const uint8_t hash[static STORE_HASH_BYTES],
                                 struct access_request *request)
{
    char found[ACCESS_DOSSIERS_MAX][DOSSIER_BYTES];
    size_t count = 0;

    TRY(dossier_list(view, hash, found, ACCESS_DOSSIERS_MAX, &count));
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < request->dossier_count && strcmp(request->dossiers[j], found[i]) != 0)
            j++;
        if (j == request->dossier_count && j < ACCESS_DOSSIERS_MAX)
            memcpy(request->dossiers[request->dossier_count++], found[i], DOSSIER_BYTES);
    }
    return OUTCOME_OK;
}

enum outcome access_own_dossiers(struct gateway *gateway, struct view *view,
                                 const struct registry *registry, const struct identity *identity,
                                 struct access_request *request)
{
    uint8_t hash[STORE_HASH_BYTES];
    char token[TOKEN_TEXT_BYTES];

    TRY(dossier_hash_identity(gateway->store, gateway->local_id_key, identity, hash));
    TRY(access_add_dossiers(view, hash, request));
    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        for (size_t j = 0; j < known->key_count * PURPOSE_COUNT; j++) {
            const enum purpose purpose = (enum purpose)(j % PURPOSE_COUNT);
            if (purpose == PURPOSE_NONE)
                continue;
            TRY(person_token_text(known, &known->keys[j / PURPOSE_COUNT], purpose, identity,
                                  &gateway->settings->oin, token));
            TRY(dossier_hash_token(gateway->store, token, hash));
            TRY(access_add_dossiers(view, hash, request));
        }
    }
    return OUTCOME_OK;
}

/* --- the end --- */

static enum outcome settle_both(struct gateway *gateway, struct change *change,
                                const struct access_request *request)
{
    TRY(alarm_settle(gateway, change, ALARM_ACCESS_SOON, request->id));
    return alarm_settle(gateway, change, ALARM_ACCESS_LATE, request->id);
}

enum outcome access_extend(struct gateway *gateway, struct change *change,
                           struct access_request *request, enum access_delay delay)
{
    if (request->done_ms || request->delay != ACCESS_DELAY_NONE || delay == ACCESS_DELAY_NONE)
        return OUTCOME_STEP_NOT_ALLOWED;
    request->delay = delay;
    TRY(settle_both(gateway, change, request));
    return access_put(change, request);
}

/* What it is about need not be known any longer: the dossiers go, the dates stay. */
enum outcome access_close(struct gateway *gateway, struct change *change,
                          struct access_request *request, int64_t now_ms)
{
    if (request->done_ms)
        return OUTCOME_STEP_NOT_ALLOWED;
    request->done_ms = now_ms;
    request->token_count = 0;
    request->dossier_count = 0;
    TRY(settle_both(gateway, change, request));
    return access_put(change, request);
}
