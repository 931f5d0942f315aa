/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/in_force.h"

enum force covenant_in_time(const struct covenant *covenant, const struct standing *standing)
{
    if (day_compare(standing->today, covenant->valid_from) < 0)
        return FORCE_NOT_YET;
    if (day_compare(standing->today, covenant->valid_until) > 0)
        return FORCE_EXPIRED;
    if (day_compare(standing->today, covenant->evaluation) > 0 && !standing->has_successor)
        return FORCE_EVALUATION_MISSED;
    return FORCE_IN_FORCE;
}

static void add_all(struct party_set *set, const struct party_set *more)
{
    for (size_t i = 0; i < sizeof set->words / sizeof *set->words; i++)
        set->words[i] |= more->words[i];
}

/* Those with a task that the article cannot do without. */
static void add_task_holders(const struct covenant *covenant, const struct article *article,
                             struct party_set *needed)
{
    if (article_uses_tokens(article)) {
        if (covenant->has_key_giver)
            party_set_add(needed, covenant->key_giver);
        add_all(needed, &covenant->key_holders);
    }
    if (article->lane == LANE_AGGREGATE)
        add_all(needed, &covenant->aggregators);
}

static enum force agreed(const struct covenant *covenant, const struct party_set *needed,
                         const struct standing *standing)
{
    enum force force = FORCE_IN_FORCE;

    for (size_t i = 0; i < covenant->parties_count; i++) {
        if (!party_set_has(needed, i) || standing->verdicts[i] == VERDICT_AGREED)
            continue;
        if (standing->verdicts[i] == VERDICT_WITHDRAWN)
            return FORCE_WITHDRAWN;
        force = FORCE_UNSIGNED;
    }
    return force;
}

enum force article_in_force(const struct covenant *covenant, const struct article *article,
                            const struct party *from, const struct party *to,
                            const struct standing *standing)
{
    struct party_set needed = {0};
    enum force force = covenant_in_time(covenant, standing);

    if (force != FORCE_IN_FORCE)
        return force;
    party_set_add(&needed, covenant_party_index(covenant, from));
    if (to)
        party_set_add(&needed, covenant_party_index(covenant, to));
    add_task_holders(covenant, article, &needed);
    return agreed(covenant, &needed, standing);
}

struct party_set article_still_to_sign(const struct covenant *covenant,
                                       const struct article *article,
                                       const struct standing *standing)
{
    struct party_set needed = {0}, missing = {0};

    add_task_holders(covenant, article, &needed);
    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *party = &covenant->parties[i];
        bool takes_part = party_set_has(&needed, i) || article_has_sender(article, party) ||
                          article_has_recipient(covenant, article, party);
        if (takes_part && standing->verdicts[i] != VERDICT_AGREED)
            party_set_add(&missing, i);
    }
    return missing;
}
