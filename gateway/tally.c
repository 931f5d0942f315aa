/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/tally.h"

#include <string.h>

#include "gateway/kept_signal.h"

struct counting {
    struct gateway *gateway;
    struct registry *registry;
    struct day today;
    bool sent;
    struct tally tally;
};

/* Whose terms run: the other's for what we sent, our own for what we got. */
static bool holder_is_secret(const struct counting *counting, const struct known_covenant *known,
                             const struct kept_signal *kept)
{
    const struct oin *holder = counting->sent ? &kept->partner : &counting->gateway->settings->oin;
    const struct party *party = covenant_party(known->covenant, holder);

    return party && party->secrecy;
}

static enum outcome count_one(struct counting *counting, struct bytes value)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    const struct known_covenant *known;
    const struct article *article;
    struct progress progress;

    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    known = registry_find(counting->registry, kept.covenant);
    article = known ? covenant_article(known->covenant, signal.article) : NULL;
    if (!article || kept.refusal[0])
        return OUTCOME_OK;
    kept_signal_progress(&kept, &article->terms, holder_is_secret(counting, known, &kept),
                         &progress);
    counting->tally.open += !progress_has_ended(&progress);
    counting->tally.late += progress_is_late(&progress, counting->today);
    return OUTCOME_OK;
}

static enum outcome count_rows(struct counting *counting, struct view *view, enum table order,
                               enum table signals)
{
    uint64_t bound = UINT64_MAX;

    for (int i = 0; i < TALLY_ROWS_MAX; i++) {
        uint8_t from[8], id[16];
        struct bytes key, value;
        enum outcome outcome;
        write_u64(from, bound);
        outcome = store_before(view, order, bytes_of(from, sizeof from), &key, &value);
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        if (key.length != sizeof from || value.length != sizeof id)
            return OUTCOME_STORE_DAMAGED;
        bound = read_u64(key.data);
        memcpy(id, value.data, sizeof id);
        outcome = store_get(view, signals, bytes_of(id, sizeof id), &value);
        if (outcome == OUTCOME_OK)
            outcome = count_one(counting, value);
        if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND) /* erased: its place stays */
            return outcome;
    }
    return OUTCOME_OK;
}

static enum outcome count_list(struct gateway *gateway, int64_t now_ms, bool sent,
                               struct tally *out_tally)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    struct counting counting = {
        .gateway = gateway, .registry = registry, .today = amsterdam_day(now_ms), .sent = sent};
    struct view view;
    enum outcome outcome;

    view_begin(gateway->store, &view);
    outcome = count_rows(&counting, &view, sent ? TABLE_SENT_ORDER : TABLE_INBOX_ORDER,
                         sent ? TABLE_SENT : TABLE_INBOX);
    view_end(&view);
    TRY(outcome);
    *out_tally = counting.tally;
    return OUTCOME_OK;
}

enum outcome tally_received(struct gateway *gateway, int64_t now_ms, struct tally *out_tally)
{
    return count_list(gateway, now_ms, false, out_tally);
}

enum outcome tally_sent(struct gateway *gateway, int64_t now_ms, struct tally *out_tally)
{
    return count_list(gateway, now_ms, true, out_tally);
}
