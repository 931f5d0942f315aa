/* SPDX-License-Identifier: EUPL-1.2 */
/* How a message ends: with a receipt for each of its items, or taken back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/clock.h"
#include "gateway/due.h"
#include "gateway/key_documents.h"
#include "gateway/notices.h"
#include "gateway/outgoing_parts.h"
#include "gateway/recovery.h"
#include "gateway/reported.h"
#include "gateway/transfer.h"
#include "gateway/withdrawals.h"

struct ending {
    struct gateway *gateway;
    const struct outgoing *outgoing;
    const struct receipt *receipt; /* NULL: taken back */
    struct bytes receipt_json;     /* as it came */
    int64_t now_ms;
};

/* --- with a receipt --- */

/* An item without an answer would be sent again at once, and again without one: the partner
 * could fill our log so. */
static bool answers_each(const struct receipt *receipt, const struct outgoing *outgoing)
{
    if (receipt->answer_count != outgoing->count)
        return false;
    for (size_t i = 0; i < outgoing->count; i++) {
        if (!receipt_find(receipt, outgoing->items[i].queued.id))
            return false;
    }
    return true;
}

/* Terms count from this instant, and the partner's clock sets it: no further off than clocks are,
 * before the message was made or after now. */
static int64_t received_ms_of(const struct ending *ending)
{
    int64_t least_ms = (ending->outgoing->issued_s - MESSAGE_CLOCK_SLACK_S) * 1000;
    int64_t most_ms = ending->now_ms / 1000 * 1000 + MESSAGE_CLOCK_SLACK_S * 1000;
    int64_t received_ms = ending->receipt->received_ms;

    if (received_ms > most_ms)
        received_ms = most_ms;
    return received_ms < least_ms ? least_ms : received_ms; /* also when our clock went back */
}

static enum outcome note_withdrawal(const struct ending *ending, struct change *change,
                                    const struct queued *queued,
                                    const struct receipt_answer *answer)
{
    const struct withdrawal_answer said = {.answer = answer,
                                           .message = ending->outgoing->id,
                                           .receipt = ending->receipt_json,
                                           .received_ms = received_ms_of(ending)};

    return withdrawal_answered(ending->gateway, change, &ending->outgoing->partner, queued->id,
                               &said);
}

static enum outcome apply_answer(const struct ending *ending, struct change *change, size_t place)
{
    const struct outgoing *outgoing = ending->outgoing;
    const struct queued *queued = &outgoing->items[place].queued;
    const struct receipt_answer *answer = receipt_find(ending->receipt, queued->id);
    const struct outgoing_leaf taken = {AUDIT_OUTCOME, AUDIT_OK, NULL};

    if (queued->kind == MESSAGE_KIND_RECOVERY)
        TRY(recovery_answered(change, &outgoing->partner));
    TRY(notice_settle(change, outgoing->covenant, &outgoing->partner, queued,
                      received_ms_of(ending),
                      answer->result == RECEIPT_REFUSED ? answer->code : NULL));
    if (queued->kind == MESSAGE_KIND_WITHDRAWAL)
        TRY(note_withdrawal(ending, change, queued, answer));
    if (queued->kind == MESSAGE_KIND_KEY_DOCUMENT && answer->result == RECEIPT_REFUSED)
        TRY(key_documents_refused(change, outgoing->covenant, &outgoing->partner, ending->now_ms));
    if (answer->result == RECEIPT_REFUSED && queued->kind == MESSAGE_KIND_SIGNAL &&
        strcmp(answer->code, refusal_code(REFUSAL_CONSENT_WITHDRAWN)) == 0)
        TRY(withdrawal_learned(ending->gateway, change, &outgoing->partner, queued->id,
                               ending->now_ms));
    if (answer->result == RECEIPT_REFUSED)
        return outgoing_refused(ending->gateway, change, outgoing, place, answer->code);
    TRY(outgoing_arrived(ending->gateway, change, queued, received_ms_of(ending)));
    if (queued->kind == MESSAGE_KIND_SIGNAL)
        TRY(due_follow(ending->gateway, change, DUE_SENT, queued->id));
    TRY(transfer_arrived(ending->gateway, change, queued));
    if (queued->kind == MESSAGE_KIND_SIGNAL)
        TRY(reported_delivered(ending->gateway, change, outgoing, ending->receipt, answer,
                               ending->receipt_json));
    return outgoing_record(ending->gateway, change, outgoing, place, taken);
}

static enum outcome apply_receipt(struct change *change, struct audit *audit, void *context)
{
    const struct ending *ending = context;

    (void)audit;
    for (size_t i = 0; i < ending->outgoing->count; i++)
        TRY(apply_answer(ending, change, i));
    outgoing_delete(change, ending->outgoing);
    return change->outcome;
}

static void first_refusal(const struct receipt *receipt, char out[static RECEIPT_CODE_BYTES])
{
    for (size_t i = 0; i < receipt->answer_count && !out[0]; i++) {
        if (receipt->answers[i].result == RECEIPT_REFUSED)
            memcpy(out, receipt->answers[i].code, RECEIPT_CODE_BYTES);
    }
}

/* It may be as old as the message: of the partner's keys that were in force since, the newest that
 * fits. */
static enum outcome open_receipt(const struct known_covenant *known, const struct ending *ending,
                                 struct bytes json, struct receipt **out_receipt)
{
    const struct outgoing *outgoing = ending->outgoing;
    const struct key_chain *chain = known_chain(known, &outgoing->partner);
    const int64_t latest_s = ending->now_ms / 1000 + MESSAGE_CLOCK_SLACK_S;
    enum outcome outcome = OUTCOME_KEY_UNKNOWN;
    struct fault fault = {0};

    if (!known_keys_for(known, &outgoing->partner, ending->now_ms / 1000, outgoing->kind))
        return OUTCOME_KEY_UNKNOWN;
    for (size_t i = chain->count; i-- > 0;) {
        const struct key_document *document = &chain->documents[i];
        if (document->from_s > latest_s)
            continue;
        outcome = receipt_open(json, document->signing_key, out_receipt, &fault);
        if (outcome != OUTCOME_SIGNATURE_WRONG || document->emergency ||
            document->from_s <= outgoing->issued_s - MESSAGE_CLOCK_SLACK_S)
            break;
    }
    return outcome;
}

enum outcome outgoing_received(struct gateway *gateway, const struct outgoing *outgoing,
                               struct bytes receipt_json,
                               char out_refused[static RECEIPT_CODE_BYTES])
{
    OWNED_RECEIPT receipt = NULL;
    HELD_REGISTRY registry = gateway_registry(gateway);
    struct ending ending = {.gateway = gateway, .outgoing = outgoing, .now_ms = clock_now_ms()};
    const struct known_covenant *known = registry_find(registry, outgoing->covenant);

    if (!known)
        return OUTCOME_KEY_UNKNOWN;
    TRY(open_receipt(known, &ending, receipt_json, &receipt));
    if (!receipt_is_for(receipt, outgoing->id, outgoing->digest) ||
        !answers_each(receipt, outgoing))
        return OUTCOME_HEAD_DIFFERS;
    clock_partner_says(gateway, receipt->received_ms, ending.now_ms);
    ending.receipt = receipt;
    ending.receipt_json = receipt_json;
    TRY(writer_run_essential(gateway->writer, apply_receipt, &ending));
    out_refused[0] = '\0';
    if (!message_kind_needs_article(outgoing->kind))
        first_refusal(receipt, out_refused);
    return OUTCOME_OK;
}

/* --- taken back --- */

/* It expired, or was sealed by a clock that was ahead and has been set right since: until then it
 * lies in the future for the partner, which refuses it. */
static bool is_out_of_time(const struct ending *ending)
{
    int64_t now_s = ending->now_ms / 1000;

    return now_s >= ending->outgoing->expires_s ||
           ending->outgoing->issued_s > now_s + MESSAGE_CLOCK_SLACK_S;
}

static enum outcome item_stopped_by(const struct ending *ending, const struct registry *registry,
                                    struct view *view, size_t place, bool certain,
                                    const char **out_why)
{
    TRY(outgoing_withdrawn(view, ending->outgoing, place, out_why));
    if (*out_why)
        return OUTCOME_OK;
    *out_why = outgoing_stopped_by(registry, &ending->gateway->settings->oin, ending->outgoing,
                                   place, ending->now_ms);
    return *out_why && !certain ? OUTCOME_CLOCK_WRONG : OUTCOME_OK;
}

static enum outcome end_stopped(const struct ending *ending, struct change *change,
                                const char *const why[static MESSAGE_ITEMS_MAX])
{
    for (size_t i = 0; i < ending->outgoing->count; i++) {
        if (why[i])
            TRY(outgoing_ended(ending->gateway, change, ending->outgoing, i, why[i]));
    }
    return change->outcome;
}

/* Before what waits: it was first, and a later signal about the same person must not overtake it.
 */
static enum outcome queue_again(const struct ending *ending, struct change *change,
                                const char *const why[static MESSAGE_ITEMS_MAX], size_t count)
{
    const struct outgoing *outgoing = ending->outgoing;
    const enum outcome cause = is_out_of_time(ending) ? OUTCOME_TIME_WRONG : OUTCOME_NOT_YET;
    const struct outgoing_leaf again = {AUDIT_OUTCOME, AUDIT_ERROR, outcome_code(cause)};
    uint64_t sequence;

    TRY(queue_front(change, &outgoing->partner, count, &sequence));
    for (size_t i = 0; i < outgoing->count; i++) {
        if (why[i])
            continue;
        TRY(outgoing_record(ending->gateway, change, outgoing, i, again));
        TRY(queue_put(change, &outgoing->partner, sequence++, &outgoing->items[i].queued));
    }
    return change->outcome;
}

static enum outcome apply_taking_back(struct change *change, struct audit *audit, void *context)
{
    struct ending *ending = context;
    const struct outgoing *outgoing = ending->outgoing;
    HELD_REGISTRY registry = gateway_registry(ending->gateway);
    const char *why[MESSAGE_ITEMS_MAX];
    size_t count = 0;
    const bool certain = clock_certain(ending->gateway, &ending->now_ms); /* that of the change */

    (void)audit;
    for (size_t i = 0; i < outgoing->count; i++) {
        TRY(item_stopped_by(ending, registry, &change->view, i, certain, &why[i]));
        count += !why[i];
    }
    TRY(end_stopped(ending, change, why));
    if (count)
        TRY(queue_again(ending, change, why, count));
    outgoing_delete(change, outgoing);
    return change->outcome;
}

/* What cannot be read stops it too: the change will say why. */
static bool must_be_taken_back(const struct ending *ending)
{
    HELD_REGISTRY registry = gateway_registry(ending->gateway);
    bool must = is_out_of_time(ending) ||
                outgoing_keys_changed(ending->gateway, registry, ending->outgoing, ending->now_ms);
    const char *why = NULL;
    struct view view;

    view_begin(ending->gateway->store, &view);
    for (size_t i = 0; !must && i < ending->outgoing->count; i++)
        must = item_stopped_by(ending, registry, &view, i, true, &why) != OUTCOME_OK || why;
    view_end(&view);
    return must;
}

enum outcome outgoing_review(struct gateway *gateway, const struct outgoing *outgoing,
                             bool *out_taken_back)
{
    struct ending ending = {.gateway = gateway, .outgoing = outgoing, .now_ms = clock_now_ms()};

    if (!must_be_taken_back(&ending)) {
        *out_taken_back = false;
        return OUTCOME_OK;
    }
    TRY(writer_run_essential(gateway->writer, apply_taking_back, &ending));
    *out_taken_back = true;
    return OUTCOME_OK;
}
