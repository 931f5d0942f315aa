/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/lifting.h"
#include "gateway/due.h"
#include "gateway/figures.h"
#include "gateway/kept_signal.h"
#include "gateway/receive.h"

/* Who is bound to secrecy signs that the resident lifted it. What does not verify is as if it were
 * not there: then the answer is refused for its level. */
static enum outcome open_lifting(const struct reception *reception, struct received_item *item)
{
    const struct oin *from = &reception->head.route.from;
    struct proof *proof = calloc(1, sizeof *proof);
    enum outcome outcome = OUTCOME_SIGNATURE_WRONG;
    struct fault fault = {0};
    const uint8_t *key;

    if (!proof)
        return OUTCOME_OUT_OF_MEMORY;
    /* It is as old as the answer that waited with it: any key of the party's chain will do. */
    for (size_t which = 0; outcome == OUTCOME_SIGNATURE_WRONG; which++) {
        outcome =
            known_signer(reception->known, from, dsse_hint(item->feedback->lifting), which, &key);
        if (outcome == OUTCOME_OK)
            outcome = lifting_open(item->feedback->lifting, key, proof, &fault);
    }
    if (outcome == OUTCOME_OK)
        item->lifting = proof;
    else
        free(proof);
    return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_OK;
}

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    struct fault fault = {0};

    item->feedback = calloc(1, sizeof *item->feedback);
    if (!item->feedback)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = feedback_parse(item->json, item->feedback, &fault);
    if (item->form == OUTCOME_OK && item->feedback->lifting)
        TRY(open_lifting(reception, item));
    item->feedback->lifting = NULL; /* what it points into is released after preparing */
    /* It was answered at the latest when it came: a clock that is ahead gains nobody a day. */
    if (item->form == OUTCOME_OK &&
        day_compare(item->feedback->on, amsterdam_day(reception->received_ms)) > 0)
        item->feedback->on = amsterdam_day(reception->received_ms);
    return item->form == OUTCOME_OUT_OF_MEMORY ? item->form : OUTCOME_OK;
}

static bool is_lifted(const struct reception *reception, const struct received_item *item,
                      const struct signal *signal)
{
    const struct code_lists *lists = reception->call->gateway->lists;
    const struct signal_code *code = signal_code_find(lists, signal->code);
    struct lifting_matter matter = {
        .fingerprint = reception->head.route.covenant,
        .sender = &reception->head.route.to,
        .token = signal->token,
        .purpose = signal->purpose,
        .group = code ? signal_group_word(lists, code->group) : "",
        .today = amsterdam_day(reception->received_ms),
    };

    return item->lifting && lifting_holds(item->lifting, &matter);
}

static enum feedback_refusal refusal_of(const struct kept_signal *kept,
                                        const struct article *article, const struct party *holder,
                                        bool lifted, enum answer code)
{
    struct progress progress;
    struct feedback_context context = {
        .voice =
            code == ANSWER_AFGH && holder->secrecy ? FEEDBACK_VOICE_RELEASE : FEEDBACK_VOICE_HOLDER,
        .level = article->feedback_level,
        .secrecy_bound = holder->secrecy,
        .secrecy_lifted = lifted,
        .explicit_consent = lifted,
        .transfer_waits = kept->transfer.step == TRANSFER_ASKED,
    };

    kept_signal_progress(kept, &article->terms, holder->secrecy, &progress);
    context.current = progress.received ? progress.current : ANSWER_ONTV;
    return feedback_refusal(&context, code);
}

static enum outcome store_answer(const struct reception *reception, struct kept_signal *kept,
                                 struct received_item *item, struct bytes key,
                                 struct change *change)
{
    OWNED_BUFFER text = {0};

    if (kept_signal_answer(kept, item->feedback) != OUTCOME_OK) {
        item->refusal = outcome_code(OUTCOME_TOO_MANY);
        return OUTCOME_OK;
    }
    TRY(kept_signal_print(kept, &text));
    store_put_sealed(change, TABLE_SENT, key, buffer_bytes(&text));
    return figures_answered(reception->call->gateway, change, kept, reception->received_ms);
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    const struct party *holder = covenant_party(known->covenant, &reception->head.route.from);
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct uuid uuid = {{0}};
    struct bytes key, value;
    const struct article *article;
    enum outcome outcome;

    item->rule[0] = '\0';
    item->dossier[0] = '\0';
    uuid_parse(item->feedback->signal, &uuid);
    key = bytes_of(uuid.bytes, sizeof uuid.bytes);
    outcome = store_get(&change->view, TABLE_SENT, key, &value);
    if (outcome == OUTCOME_OK)
        outcome = kept_signal_read(value, &kept);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    /* Of another partner, or under another covenant: it does not exist for the one who asks. */
    if (outcome == OUTCOME_NOT_FOUND || !oin_equal(&kept.partner, &reception->head.route.from) ||
        strcmp(kept.covenant, reception->head.route.covenant) != 0) {
        item->refusal = outcome_code(OUTCOME_NOT_FOUND);
        return OUTCOME_OK;
    }
    TRY(kept_signal_item(&kept, &signal));
    article = covenant_article(known->covenant, signal.article);
    if (!article)
        return OUTCOME_STORE_DAMAGED;
    memcpy(item->dossier, kept.dossier, sizeof item->dossier);
    item->purpose = signal.purpose;
    covenant_rule_print(known->covenant, article->number, item->rule, sizeof item->rule);
    if (day_compare(item->feedback->on,
                    kept_signal_first_day(&kept, reception->received_ms)) < 0) {
        item->refusal = outcome_code(OUTCOME_TIME_WRONG);
        return OUTCOME_OK;
    }
    if (refusal_of(&kept, article, holder, holder->secrecy && is_lifted(reception, item, &signal),
                   item->feedback->code) != FEEDBACK_REFUSAL_NONE) {
        item->refusal = outcome_code(OUTCOME_STEP_NOT_ALLOWED);
        return OUTCOME_OK;
    }
    TRY(store_answer(reception, &kept, item, key, change));
    return due_plan(change, DUE_SENT, signal.id, &kept, &article->terms, holder->secrecy);
}

static void wipe_item(struct received_item *item)
{
    free(item->feedback);
    free(item->lifting);
}

const struct item_kind receive_feedback_kind = {MESSAGE_KIND_FEEDBACK, AUDIT_RECV, prepare, apply,
                                                wipe_item};
