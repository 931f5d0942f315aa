/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/convenanten: a covenant from paper, which goes on to the other parties when it is a
 * new version; POST /v1/convenanten/{}/oordelen: what we say of one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/handlers.h"
#include "gateway/statements.h"
#include "gateway/tell_parties.h"
#include "gateway/users.h"

static enum outcome record_policy(struct call *call, struct change *change, const char *object)
{
    struct audit_entry entry = call_entry(call, AUDIT_POLICY);

    entry.covenant = call->covenant;
    entry.committed[AUDIT_OBJECTS] = object;
    return audit_record(call->gateway->audit, change, &entry);
}

/* --- adding --- */

static enum outcome read_covenant(struct call *call, struct new_covenant *added)
{
    static const char *const members[] = {"bestand", "vingerafdruk", NULL};
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    struct covenant_fault covenant_fault = {0};
    const char *file, *fingerprint;
    char own[SHA256_HEX_BYTES];
    enum outcome outcome;

    TRY(call_body(call, members, &body));
    TRY(json_text_at(body, "bestand", COVENANT_MAX_BYTES * 4 / 3 + 4, &file, &fault));
    TRY(json_text_at(body, "vingerafdruk", SHA256_HEX_BYTES - 1, &fingerprint, &fault));
    TRY(base64_decode(bytes_of_text(file), &added->raw));
    TRY(sha256_hex(buffer_bytes(&added->raw), own));
    outcome = new_covenant_read(call->gateway, added, &covenant_fault);
    if (covenant_fault.wrong != COVENANT_WRONG_NONE) {
        call_fault(call, &covenant_fault.at);
        snprintf(call->detail, sizeof call->detail, "%s: %s", covenant_fault.at.where,
                 covenant_wrong_text(covenant_fault.wrong, call->request->language));
    }
    if (added->covenant)
        memcpy(call->covenant, added->covenant->fingerprint, sizeof call->covenant);
    /* A file that is no whole covenant says so; any other must first be the one on paper. */
    if (added->covenant && covenant_fault.wrong == COVENANT_WRONG_NONE &&
        strcmp(own, fingerprint) != 0)
        return OUTCOME_FINGERPRINT_WRONG;
    return outcome;
}

static json_t *names_of(const struct covenant *covenant, const struct oin *own,
                        const struct party_set *told, bool want)
{
    json_t *names = json_array();

    for (size_t i = 0; i < covenant->parties_count; i++) {
        if (!oin_equal(&covenant->parties[i].oin, own) && party_set_has(told, i) == want)
            json_array_append_new(names, json_string(covenant->parties[i].name));
    }
    return names;
}

static enum outcome reply_added(struct call *call, const struct covenant *covenant,
                                const struct party_set *told)
{
    const struct oin *own = &call->gateway->settings->oin;

    return call_reply(call, 201,
                      json_pack("{ss ss ss so so}", "id", covenant->id, "versie", covenant->version,
                                "vingerafdruk", covenant->fingerprint, "voorgesteldAan",
                                names_of(covenant, own, told, true), "vanPapier",
                                names_of(covenant, own, told, false)));
}

/* It came here as a proposal, and somebody has now laid it beside the paper. The others have heard
 * of it from who proposed it. Twice from paper is one time too many. */
static enum outcome confirm(struct call *call, struct change *change,
                            const struct covenant *covenant)
{
    const struct party_set all = {{UINT64_MAX, UINT64_MAX}};
    struct covenant_origin origin;

    TRY(covenant_origin_get(&change->view, covenant->fingerprint, &origin));
    if (origin.on_paper || !origin.proposed)
        return OUTCOME_EXISTS;
    origin.on_paper = true;
    TRY(covenant_origin_put(change, covenant->fingerprint, &origin));
    TRY(record_policy(call, change, covenant->reference));
    TRY(gateway_reload(call->gateway, &change->view)); /* it is ours from here on */
    return reply_added(call, covenant, &all);
}

static enum outcome apply_covenant(struct call *call, struct change *change)
{
    HELD_REGISTRY registry = gateway_registry(call->gateway);
    const struct new_covenant *added = call->state;
    const struct covenant *covenant = added->covenant;
    const struct known_covenant *previous =
        covenant->previous ? registry_find(registry, covenant->previous) : NULL;
    const struct covenant_origin origin = {.on_paper = true, .at_ms = call->now_ms};
    struct party_set told = {0};
    enum outcome outcome =
        new_covenant_check(registry, covenant, call->now_ms, call->request->language, call->detail);

    if (outcome == OUTCOME_EXISTS)
        return confirm(call, change, covenant);
    TRY(outcome);
    TRY(tell_proposal(call->gateway, change, call->role, added,
                      previous ? previous->covenant : NULL, call->now_ms, &told));
    TRY(record_policy(call, change, covenant->reference));
    TRY(new_covenant_put(call->gateway, change, added, &origin));
    return reply_added(call, covenant, &told);
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

/* --- saying what we think of it --- */

/* Who agreed has withdrawing left, and nothing after that. */
static void say_what_is_possible(struct call *call, enum verdict last, enum verdict next)
{
    bool dutch = call->request->language == LANGUAGE_NL;

    if (last == VERDICT_WITHDRAWN)
        snprintf(call->detail, sizeof call->detail, "%s",
                 dutch ? "Uw organisatie heeft zich teruggetrokken. Weer meedoen kan met een "
                         "nieuwe versie."
                       : "Your organisation has withdrawn. To take part again, sign a new "
                         "version.");
    else if (last == next)
        snprintf(call->detail, sizeof call->detail, "%s",
                 dutch ? "Dat heeft uw organisatie al verklaard."
                       : "Your organisation has stated that already.");
    else if (last == VERDICT_AGREED)
        snprintf(call->detail, sizeof call->detail, "%s",
                 dutch ? "Uw organisatie is al akkoord. Trek dat in met covenant revoke."
                       : "Your organisation has agreed already. Withdraw that with covenant "
                         "revoke.");
    else
        snprintf(call->detail, sizeof call->detail, "%s",
                 dutch ? "Er is geen akkoord om in te trekken. Afwijzen kan met covenant reject."
                       : "There is no agreement to withdraw. To refuse: covenant reject.");
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
    enum outcome outcome;
    size_t self;

    if (!known)
        return OUTCOME_NOT_FOUND;
    self = covenant_party_index(known->covenant, covenant_party(known->covenant, &statement.oin));
    memcpy(statement.covenant, known->covenant->fingerprint, sizeof statement.covenant);
    memcpy(statement.previous, known->last_hash[self], sizeof statement.previous);
    TRY(statement_make(&statement, gateway_signing_key(call->gateway), &envelope, hash));
    outcome = statement_follows(&statement, hash, known->verdicts[self], known->last_hash[self]);
    if (outcome == OUTCOME_STEP_NOT_ALLOWED)
        say_what_is_possible(call, known->verdicts[self], statement.verdict);
    TRY(outcome);
    TRY(statement_put(change, statement.covenant, &statement.oin, known->statement_count[self],
                      buffer_bytes(&envelope)));
    TRY(tell_statement(call->gateway, change, call->role, &statement, known->covenant,
                       buffer_bytes(&envelope)));
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
