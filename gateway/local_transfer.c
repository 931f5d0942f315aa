/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/postvak/{}/overdracht: the holder asks the originator to pass a signal on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/wire.h"
#include "gateway/handlers.h"
#include "gateway/steps.h"
#include "gateway/transfer.h"

enum { NAME_MAX_BYTES = 32 };

static const char *const members[] = {"naar", NULL};

struct asking {
    struct oin to;
    enum party_kind to_kind; /* named instead: the only party of that kind. PARTY_NONE: not so */
    char id[UUID_TEXT_BYTES]; /* of the question */
};

static enum outcome say(struct call *call, enum outcome outcome, const char *nl, const char *en)
{
    snprintf(call->detail, sizeof call->detail, "%s",
             call->request->language == LANGUAGE_NL ? nl : en);
    return outcome;
}

/* "GEMEENTE" says enough where there is one. */
static enum outcome find_recipient(struct call *call, const struct covenant *covenant,
                                   struct asking *asking)
{
    const struct party *found = NULL;

    if (asking->to_kind == PARTY_NONE)
        return OUTCOME_OK;
    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *party = &covenant->parties[i];
        if (party->kind != asking->to_kind)
            continue;
        if (found)
            return say(call, OUTCOME_MALFORMED, "Er zijn meer organisaties van deze soort. Noem het OIN.",
                       "There are several organisations of this kind. Name the OIN.");
        found = party;
    }
    if (!found)
        return say(call, OUTCOME_NOT_ALLOWED, "Geen organisatie van deze soort staat in het convenant.",
                   "No organisation of this kind is in the covenant.");
    asking->to = found->oin;
    return OUTCOME_OK;
}

/* What this gateway can know. Who had it before, and how often it was passed on, only the
 * originator knows; and it decides. */
static enum outcome check_recipient(struct call *call, const struct kept_signal *kept,
                                    const struct covenant *covenant, const struct oin *to)
{
    if (oin_equal(to, &call->gateway->settings->oin))
        return say(call, OUTCOME_STEP_NOT_ALLOWED, "U bent zelf al de houder.",
                   "You are the holder yourself.");
    if (oin_equal(to, &kept->partner))
        return say(call, OUTCOME_STEP_NOT_ALLOWED,
                   "Het signaal komt van deze organisatie. Antwoord met GEHV en TERUG_NAAR_MELDER.",
                   "The signal came from this organisation. Answer GEHV with TERUG_NAAR_MELDER.");
    if (!covenant_party(covenant, to))
        return say(call, OUTCOME_NOT_ALLOWED, "Deze organisatie staat niet in het convenant.",
                   "This organisation is not in the covenant.");
    return OUTCOME_OK;
}

static enum outcome check_step(struct call *call, const struct kept_signal *kept,
                               const struct article *article, bool secrecy)
{
    struct progress progress;
    struct feedback_context context = {
        .voice = FEEDBACK_VOICE_TRANSFER,
        .level = article->feedback_level,
        .secrecy_bound = secrecy,
        .transfer_waits = kept->transfer.step == TRANSFER_ASKED,
    };
    enum feedback_refusal refusal;

    kept_signal_progress(kept, &article->terms, secrecy, &progress);
    context.current = progress.current;
    refusal = feedback_refusal(&context, ANSWER_DOOR);
    if (refusal == FEEDBACK_REFUSAL_NONE)
        return OUTCOME_OK;
    context.voice = FEEDBACK_VOICE_HOLDER;
    context.stays_local = secrecy;
    return steps_refused(call, &context, refusal);
}

static enum outcome queue_question(const struct call *call, struct change *change,
                                   const struct kept_signal *kept, const struct signal *signal,
                                   const char *rule)
{
    const struct asking *asking = call->state;
    struct transfer_item about = {
        .on = kept->transfer.on, .step = TRANSFER_ASKED, .to = asking->to};
    struct queued queued = {
        .kind = MESSAGE_KIND_TRANSFER, .role = call->role, .purpose = signal->purpose};
    OWNED_BUFFER text = {0};

    memcpy(about.id, asking->id, sizeof about.id);
    memcpy(about.signal, signal->id, sizeof about.signal);
    TRY(transfer_item_print(&about, &text));
    memcpy(queued.covenant, kept->covenant, sizeof queued.covenant);
    memcpy(queued.id, about.id, sizeof queued.id);
    memcpy(queued.dossier, kept->dossier, sizeof queued.dossier);
    snprintf(queued.rule, sizeof queued.rule, "%s", rule);
    queued.item = buffer_bytes(&text);
    return queue_add(change, &kept->partner, &queued);
}

static enum outcome record(const struct call *call, struct change *change,
                           const struct kept_signal *kept, const struct signal *signal,
                           const char *rule)
{
    struct audit_entry entry = call_entry(call, AUDIT_TRANSFER);

    entry.destination = kept->transfer.to.text;
    entry.rule = rule;
    entry.covenant = kept->covenant;
    entry.committed[AUDIT_SUBJECT] = kept->dossier;
    entry.committed[AUDIT_PURPOSE] = purpose_word(signal->purpose);
    entry.committed[AUDIT_OBJECTS] = signal->id;
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome store_question(const struct call *call, struct change *change,
                                   struct kept_signal *kept, struct uuid uuid)
{
    const struct asking *asking = call->state;
    OWNED_BUFFER text = {0};

    kept->transfer = (struct kept_transfer){
        .step = TRANSFER_ASKED, .to = asking->to, .on = amsterdam_day(call->now_ms)};
    memcpy(kept->transfer.request, asking->id, sizeof kept->transfer.request);
    TRY(kept_signal_print(kept, &text));
    store_put_sealed(change, TABLE_INBOX, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return change->outcome;
}

static enum outcome apply(struct call *call, struct change *change)
{
    struct asking *asking = call->state;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    const struct known_covenant *known;
    const struct article *article;
    const struct party *self;
    struct uuid uuid;
    char rule[QUEUE_RULE_BYTES];

    TRY(kept_signal_load(&change->view, TABLE_INBOX, call->parameter, &uuid, &kept));
    TRY(kept_signal_item(&kept, &signal));
    known = registry_find(call->registry, kept.covenant);
    article = known ? covenant_article(known->covenant, signal.article) : NULL;
    self = known ? covenant_party(known->covenant, &call->gateway->settings->oin) : NULL;
    if (!article || !self)
        return OUTCOME_STORE_DAMAGED;
    TRY(check_step(call, &kept, article, self->secrecy));
    TRY(find_recipient(call, known->covenant, asking));
    TRY(check_recipient(call, &kept, known->covenant, &asking->to));
    covenant_rule_print(known->covenant, article->number, rule, sizeof rule);
    TRY(store_question(call, change, &kept, uuid));
    TRY(queue_question(call, change, &kept, &signal, rule));
    TRY(record(call, change, &kept, &signal, rule));
    return call_reply(call, 202,
                      json_pack("{ss ss ss ss}", "signaal", signal.id, "naar", asking->to.text,
                                "naarNaam", registry_name(call->registry, &asking->to), "stand",
                                transfer_step_word(TRANSFER_ASKED)));
}

enum outcome post_transfer(struct call *call)
{
    struct asking *asking = calloc(1, sizeof *asking);
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    enum outcome outcome;
    const char *to;

    if (!asking)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = asking;
    call->free_state = free;
    TRY(call_body(call, members, &body));
    outcome = json_text_at(body, "naar", NAME_MAX_BYTES, &to, &fault);
    if (outcome == OUTCOME_OK && !party_kind_parse(to, &asking->to_kind))
        outcome = wire_oin_at(body, "naar", &asking->to, &fault);
    call_fault(call, &fault);
    TRY(outcome);
    uuid_print(uuid_v4(), asking->id);
    call->apply = apply;
    return OUTCOME_OK;
}
