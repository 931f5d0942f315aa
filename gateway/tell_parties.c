/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/tell_parties.h"

#include <string.h>

#include "covenant/covenant_item.h"
#include "gateway/notices.h"

struct news {
    struct gateway *gateway;
    struct change *change;
    const char *fingerprint; /* what it is about */
    enum verdict verdict;    /* VERDICT_NONE: a proposal */
    int64_t now_ms;
};

static enum outcome tell(const struct news *news, const struct oin *partner, struct queued *queued,
                         const struct buffer *item)
{
    struct notice notice = {
        .partner = *partner, .verdict = news->verdict, .since_ms = news->now_ms};

    TRY(buffer_outcome(item));
    queued->item = buffer_bytes(item);
    memcpy(notice.item, queued->id, sizeof notice.item);
    TRY(queue_add(news->change, partner, queued));
    return notice_put(news->change, news->fingerprint, &notice);
}

static bool is_own(const struct gateway *gateway, const struct party *party)
{
    return oin_equal(&party->oin, &gateway->settings->oin);
}

enum outcome tell_statement(struct gateway *gateway, struct change *change, enum role role,
                            const struct statement *statement, const struct covenant *covenant,
                            struct bytes envelope)
{
    const struct news news = {gateway, change, covenant->fingerprint, statement->verdict,
                              statement->at_ms};

    for (size_t i = 0; i < covenant->parties_count; i++) {
        struct queued queued = {.kind = MESSAGE_KIND_STATEMENT, .role = role};
        OWNED_BUFFER item = {0};
        if (is_own(gateway, &covenant->parties[i]))
            continue;
        uuid_print(uuid_v4(), queued.id);
        memcpy(queued.covenant, covenant->fingerprint, sizeof queued.covenant);
        buffer_format(&item, "{\"id\":\"%s\",\"verklaring\":", queued.id);
        buffer_add_bytes(&item, envelope);
        buffer_add_byte(&item, '}');
        TRY(tell(&news, &covenant->parties[i].oin, &queued, &item));
    }
    return change->outcome;
}

enum outcome tell_proposal(struct gateway *gateway, struct change *change, enum role role,
                           const struct new_covenant *added, const struct covenant *previous,
                           int64_t now_ms, struct party_set *out_told)
{
    const struct covenant *covenant = added->covenant;
    const struct news news = {gateway, change, covenant->fingerprint, VERDICT_NONE, now_ms};

    if (!previous || added->raw.length > COVENANT_ITEM_FILE_MAX_BYTES)
        return OUTCOME_OK;
    for (size_t i = 0; i < covenant->parties_count; i++) {
        struct queued queued = {.kind = MESSAGE_KIND_COVENANT, .role = role};
        OWNED_BUFFER item = {0};
        if (is_own(gateway, &covenant->parties[i]) ||
            !covenant_party(previous, &covenant->parties[i].oin))
            continue;
        uuid_print(uuid_v4(), queued.id);
        memcpy(queued.covenant, previous->fingerprint, sizeof queued.covenant);
        TRY(covenant_item_print(queued.id, covenant->fingerprint, buffer_bytes(&added->raw),
                                &item));
        TRY(tell(&news, &covenant->parties[i].oin, &queued, &item));
        party_set_add(out_told, i);
    }
    return change->outcome;
}

enum outcome tell_proposal_again(struct change *change, const struct known_covenant *known,
                                 const struct oin *partner)
{
    const struct known_covenant *previous = known->earlier;
    struct queued queued = {.kind = MESSAGE_KIND_COVENANT, .role = ROLE_SYSTEEM};
    OWNED_BUFFER item = {0};
    struct bytes raw;

    if (!previous || !covenant_party(previous->covenant, partner))
        return OUTCOME_OK;
    TRY(store_get(&change->view, TABLE_COVENANT, bytes_of_text(known->covenant->fingerprint),
                  &raw));
    if (raw.length > COVENANT_ITEM_FILE_MAX_BYTES)
        return OUTCOME_OK;
    uuid_print(uuid_v4(), queued.id);
    memcpy(queued.covenant, previous->covenant->fingerprint, sizeof queued.covenant);
    TRY(covenant_item_print(queued.id, known->covenant->fingerprint, raw, &item));
    queued.item = buffer_bytes(&item);
    return queue_add(change, partner, &queued);
}
