/* SPDX-License-Identifier: EUPL-1.2 */
/* What becomes of one item: may it still go, what the log and its sender's record say of it. */
#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/clock.h"
#include "gateway/due.h"
#include "gateway/erasure.h"
#include "gateway/figures.h"
#include "gateway/kept_signal.h"
#include "gateway/outgoing_parts.h"
#include "gateway/recall.h"
#include "gateway/transfer.h"
#include "gateway/withdrawals.h"

/* In the words that the one who reported it reads: why it does not go, and what would help. */
static enum refusal refusal_of(enum force force)
{
    switch (force) {
    case FORCE_NOT_YET:
        return REFUSAL_NOT_YET_VALID;
    case FORCE_EXPIRED:
        return REFUSAL_EXPIRED;
    case FORCE_EVALUATION_MISSED:
        return REFUSAL_EVALUATION_MISSED;
    case FORCE_WITHDRAWN:
        return REFUSAL_WITHDRAWN;
    case FORCE_UNSIGNED:
        return REFUSAL_UNSIGNED;
    case FORCE_IN_FORCE:
        break;
    }
    return REFUSAL_NONE;
}

/* What was sealed under a version that was replaced since may still arrive, as at the receiver. */
static const char *signal_stopped_by(const struct known_covenant *known, const struct oin *from,
                                     const struct outgoing *outgoing, size_t place, int64_t now_ms)
{
    const struct outgoing_item *item = &outgoing->items[place];
    const struct covenant *covenant = known->covenant;
    const struct article *article = covenant_article(covenant, item->article);
    const struct party *to = covenant_party(covenant, &outgoing->partner);
    struct standing standing = known_standing(known, now_ms);
    enum force force;

    if (!article)
        return refusal_code(REFUSAL_NO_ARTICLE);
    force = article_in_force(covenant, article, covenant_party(covenant, from), to, &standing);
    if (force != FORCE_IN_FORCE)
        return refusal_code(refusal_of(force));
    if (known_is_replaced(known, outgoing->issued_s * 1000))
        return refusal_code(REFUSAL_REPLACED);
    if (item->has_proof && day_compare(standing.today, item->proof_until) > 0)
        return refusal_code(REFUSAL_CONSENT_EXPIRED);
    return NULL;
}

const char *outgoing_stopped_by(const struct registry *registry, const struct oin *from,
                                const struct outgoing *outgoing, size_t place, int64_t now_ms)
{
    const struct known_covenant *known = registry_find(registry, outgoing->covenant);
    const struct oin *to = &outgoing->partner;

    if (!known || !covenant_party(known->covenant, from) || !covenant_party(known->covenant, to))
        return outcome_code(OUTCOME_COVENANT_UNKNOWN);
    if (outgoing->kind == MESSAGE_KIND_SIGNAL)
        return signal_stopped_by(known, from, outgoing, place, now_ms);
    if (outgoing->kind == MESSAGE_KIND_SHARED_KEY &&
        (known_verdict(known, from) == VERDICT_WITHDRAWN ||
         known_verdict(known, to) == VERDICT_WITHDRAWN))
        return outcome_code(OUTCOME_NOT_IN_FORCE);
    return NULL;
}

enum outcome outgoing_withdrawn(struct view *view, const struct outgoing *outgoing, size_t place,
                                const char **out_why)
{
    const char *id = outgoing->items[place].queued.id;
    struct tombstone stone;
    struct uuid uuid;
    enum outcome outcome;

    *out_why = NULL;
    if (outgoing->kind == MESSAGE_KIND_FEEDBACK) /* secrecy returned while it was under way */
        return withdrawal_stopped(view, id, out_why);
    if (outgoing->kind != MESSAGE_KIND_SIGNAL)
        return OUTCOME_OK;
    TRY(withdrawal_stopped(view, id, out_why));
    if (*out_why || !uuid_parse(id, &uuid))
        return OUTCOME_OK;
    outcome = erasure_tombstone(view, RECORD_SENT, uuid, &stone);
    if (outcome == OUTCOME_OK)
        *out_why = erasure_cause_word(stone.cause);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome outgoing_record(struct gateway *gateway, struct change *change,
                             const struct outgoing *outgoing, size_t place,
                             struct outgoing_leaf leaf)
{
    const struct queued *queued = &outgoing->items[place].queued;
    char digest[SHA256_HEX_BYTES];
    struct audit_entry entry = {
        .event = AUDIT_SEND,
        .phase = leaf.phase,
        .result = leaf.result,
        .why = leaf.why,
        .transaction = outgoing->id,
        .item = (int)place + 1,
        .source = gateway->settings->oin.text,
        .destination = outgoing->partner.text,
        .service = message_kind_path(outgoing->kind) + sizeof "/v1/" - 1,
        .rule = queued->rule[0] ? queued->rule : NULL,
        .covenant = outgoing->covenant,
        /* none when it was taken from the queue before anything was sealed */
        .digest = outgoing->body.length ? digest : NULL,
        .committed = {[AUDIT_ROLE] = role_word(queued->role), [AUDIT_OBJECTS] = queued->id},
    };

    hex_encode(bytes_of(outgoing->digest, SHA256_BYTES), digest);
    if (queued->dossier[0])
        entry.committed[AUDIT_SUBJECT] = queued->dossier;
    if (queued->purpose != PURPOSE_NONE)
        entry.committed[AUDIT_PURPOSE] = purpose_word(queued->purpose);
    return audit_record(gateway->audit, change, &entry);
}

/* Only a queued signal: what it became stands in its record at the one who sent it. An item that
 * arrived before, under a message whose receipt was lost, keeps that instant: terms count from
 * it on both sides. */
static enum outcome mark_sent(struct gateway *gateway, struct change *change,
                              const struct queued *queued, int64_t received_ms, const char *refusal)
{
    bool arrives, refused;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid = {{0}};
    struct bytes key, value;
    enum outcome outcome;

    if (queued->kind != MESSAGE_KIND_SIGNAL)
        return OUTCOME_OK;
    uuid_parse(queued->id, &uuid);
    key = bytes_of(uuid.bytes, sizeof uuid.bytes);
    outcome = store_get(&change->view, TABLE_SENT, key, &value);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    TRY(kept_signal_read(value, &kept));
    arrives = received_ms && !kept.received_ms;
    if (arrives)
        kept.received_ms = received_ms;
    refused = refusal && !kept.received_ms; /* what arrived did so, whatever is said later */
    if (refused && !kept.refusal[0])
        TRY(figures_refused(change, clock_now_ms(), refusal));
    if (refused) { /* for certain: it was never posted, or who got it says so */
        snprintf(kept.refusal, sizeof kept.refusal, "%s", refusal);
        kept.recall = (struct kept_recall){0};
    }
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, key, buffer_bytes(&text));
    return arrives ? figures_arrived(gateway, change, &kept, clock_now_ms()) : change->outcome;
}

enum outcome outgoing_arrived(struct gateway *gateway, struct change *change,
                              const struct queued *queued, int64_t received_ms)
{
    return mark_sent(gateway, change, queued, received_ms, NULL);
}

enum outcome outgoing_refused(struct gateway *gateway, struct change *change,
                              const struct outgoing *outgoing, size_t place, const char *why)
{
    TRY(mark_sent(gateway, change, &outgoing->items[place].queued, 0, why));
    TRY(transfer_ended(gateway, change, &outgoing->items[place].queued, why));
    return outgoing_record(gateway, change, outgoing, place,
                           (struct outgoing_leaf){AUDIT_OUTCOME, AUDIT_DENIED, why});
}

/* Nobody signed for it, and its holder has answered. */
static enum outcome arrived_unsigned(struct gateway *gateway, struct change *change,
                                     const struct queued *queued)
{
    TRY(outgoing_arrived(gateway, change, queued, clock_now_ms() / 1000 * 1000));
    TRY(due_follow(gateway, change, DUE_SENT, queued->id));
    return transfer_arrived(gateway, change, queued);
}

enum outcome outgoing_ended(struct gateway *gateway, struct change *change,
                            const struct outgoing *outgoing, size_t place, const char *why)
{
    const struct queued *queued = &outgoing->items[place].queued;
    bool may_be_there, arrived;

    TRY(recall_may_be_there(&change->view, queued, &may_be_there));
    if (!may_be_there)
        return outgoing_refused(gateway, change, outgoing, place, why);
    TRY(recall_stopped(gateway, change, queued, why, &arrived));
    if (arrived)
        TRY(arrived_unsigned(gateway, change, queued));
    return outgoing_record(gateway, change, outgoing, place,
                           (struct outgoing_leaf){AUDIT_OUTCOME, AUDIT_ERROR, why});
}
