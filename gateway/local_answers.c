/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/antwoorden: a worker answers a signal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/due.h"
#include "gateway/handlers.h"
#include "gateway/kept_signal.h"
#include "gateway/queue.h"
#include "gateway/secrecy.h"
#include "gateway/steps.h"

static const char *const members[] = {
    "signaal", "code", "vervolgstap", "vervolgdatum", "verwijstNaar", "organisatiesoort",
    "proef",   NULL};

struct given {
    struct feedback answer;
    bool trial; /* proef: may it be said? Nothing follows */
};

/* The body is a feedback item without id and day: those are ours to give. */
static enum outcome read_answer(struct call *call, struct given *out_given)
{
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    char id[UUID_TEXT_BYTES], on[DAY_TEXT_BYTES];
    enum outcome outcome;

    TRY(call_body(call, members, &body));
    if (json_object_get(body, "proef")) {
        outcome = json_boolean_at(body, "proef", &out_given->trial, &fault);
        call_fault(call, &fault);
        TRY(outcome);
        json_object_del(body, "proef");
    }
    uuid_print(uuid_v4(), id);
    day_print(amsterdam_day(call->now_ms), on);
    if (json_object_set_new(body, "id", json_string(id)) ||
        json_object_set_new(body, "op", json_string(on)))
        return OUTCOME_OUT_OF_MEMORY;
    outcome = feedback_parse(body, &out_given->answer, &fault);
    call_fault(call, &fault);
    return outcome;
}

/* May the worker say this now? A secrecy-bound partner's answer stays here, so its level
 * and the release do not count; the order of steps does. */
static enum outcome check(struct call *call, const struct kept_signal *kept,
                          const struct article *article, bool secrecy, enum answer code)
{
    struct progress progress;
    struct feedback_context context = {
        .voice = FEEDBACK_VOICE_HOLDER,
        .level = article->feedback_level,
        .secrecy_bound = secrecy,
        .transfer_waits = kept->transfer.step == TRANSFER_ASKED,
        .stays_local = secrecy,
    };
    enum feedback_refusal refusal;

    kept_signal_progress(kept, &article->terms, secrecy, &progress);
    context.current = progress.current;
    refusal = feedback_refusal(&context, code);
    if (refusal == FEEDBACK_REFUSAL_NONE)
        return OUTCOME_OK;
    return steps_refused(call, &context, refusal);
}

static enum outcome record_answer(const struct call *call, struct change *change,
                                  const struct kept_signal *kept, const char *rule,
                                  enum purpose purpose, const char *signal)
{
    struct audit_entry entry = call_entry(call, AUDIT_ANSWER);

    entry.destination = kept->partner.text;
    entry.rule = rule;
    entry.covenant = kept->covenant;
    entry.committed[AUDIT_SUBJECT] = kept->dossier;
    entry.committed[AUDIT_PURPOSE] = purpose_word(purpose);
    entry.committed[AUDIT_OBJECTS] = signal;
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome store_answer(struct kept_signal *kept, const struct feedback *answer,
                                 struct bytes key, struct change *change)
{
    OWNED_BUFFER text = {0};

    TRY(kept_signal_answer(kept, answer));
    TRY(kept_signal_print(kept, &text));
    store_put_sealed(change, TABLE_INBOX, key, buffer_bytes(&text));
    return change->outcome;
}

/* Under secrecy the answer stays here, unless the resident lifted it for just this. */
static enum outcome decide_leaving(const struct secret_answer *about, struct change *change,
                                   bool secrecy, struct feedback *answer, struct buffer *out_proof,
                                   bool *out_leaves)
{
    OWNED_BASIS basis = NULL;

    *out_leaves = !secrecy;
    if (!secrecy)
        return OUTCOME_OK;
    TRY(secrecy_lifted(about, &change->view, &basis));
    *out_leaves = basis && secrecy_lets_out(about, answer->code);
    if (!*out_leaves)
        return OUTCOME_OK;
    TRY(secrecy_proof(about, basis, out_proof));
    answer->lifting_text = buffer_bytes(out_proof);
    return OUTCOME_OK;
}

/* What is kept is without the proof: that is for who gets it. */
static enum outcome keep_answer(struct kept_signal *kept, const struct feedback *answer, bool told,
                                struct bytes key, struct change *change)
{
    struct feedback bare = *answer;

    bare.lifting_text = (struct bytes){0};
    if (told && kept->answer_count < KEPT_ANSWERS_MAX)
        kept->told |= UINT64_C(1) << kept->answer_count;
    return store_answer(kept, &bare, key, change);
}

static enum outcome apply(struct call *call, struct change *change)
{
    const struct given *given = call->state;
    struct feedback answer = given->answer;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    OWNED_BUFFER proof = {0};
    struct uuid uuid = {{0}};
    struct secret_answer about = {
        .gateway = call->gateway, .kept = &kept, .signal = &signal, .now_ms = call->now_ms};
    const struct party *self;
    struct bytes key, value;
    char rule[QUEUE_RULE_BYTES];
    bool leaves;

    uuid_parse(answer.signal, &uuid);
    key = bytes_of(uuid.bytes, sizeof uuid.bytes);
    TRY(store_get(&change->view, TABLE_INBOX, key, &value));
    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    about.known = registry_find(call->registry, kept.covenant);
    if (!about.known)
        return OUTCOME_STORE_DAMAGED;
    about.article = covenant_article(about.known->covenant, signal.article);
    self = covenant_party(about.known->covenant, &call->gateway->settings->oin);
    if (!about.article || !self)
        return OUTCOME_STORE_DAMAGED;
    TRY(check(call, &kept, about.article, self->secrecy, answer.code));
    if (given->trial)
        return call_reply(call, 200,
                          json_pack("{ss ss ss}", "signaal", answer.signal, "code",
                                    answer_word(answer.code), "stand", "MOGELIJK"));
    covenant_rule_print(about.known->covenant, about.article->number, rule, sizeof rule);
    TRY(decide_leaving(&about, change, self->secrecy, &answer, &proof, &leaves));
    TRY(keep_answer(&kept, &answer, leaves && self->secrecy, key, change));
    TRY(due_plan(change, DUE_RECEIVED, answer.signal, &kept, &about.article->terms,
                 self->secrecy));
    if (leaves)
        TRY(kept_signal_tell(change, &kept, &answer, call->role, rule, signal.purpose));
    TRY(record_answer(call, change, &kept, rule, signal.purpose, answer.signal));
    return call_reply(call, 201,
                      json_pack("{ss ss ss}", "signaal", answer.signal, "code",
                                answer_word(answer.code), "stand",
                                leaves ? "VERZONDEN" : "LOKAAL"));
}

enum outcome post_answer(struct call *call)
{
    struct given *given = calloc(1, sizeof *given);

    if (!given)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = given;
    call->free_state = free;
    TRY(read_answer(call, given));
    call->apply = apply;
    return OUTCOME_OK;
}
