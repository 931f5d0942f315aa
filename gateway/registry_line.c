/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/registry_line.h"

/* 0: the two do not share it. */
static int worth_of(const struct known_covenant *known, const struct oin *self,
                    const struct oin *partner, int64_t now_ms)
{
    if (!covenant_party(known->covenant, partner) || !covenant_party(known->covenant, self))
        return 0;
    return 1 + 4 * known_ever_agreed(known, partner) +
           2 * (known_keys(known, partner, now_ms / 1000) != NULL) +
           !known_is_replaced(known, now_ms);
}

const struct known_covenant *registry_line(const struct registry *registry, const struct oin *self,
                                           const struct oin *partner, int64_t now_ms)
{
    const struct known_covenant *best = NULL;
    int most = 0;

    for (size_t i = 0; i < registry->count; i++) {
        int worth = worth_of(&registry->covenants[i], self, partner, now_ms);
        if (worth > most) {
            best = &registry->covenants[i];
            most = worth;
        }
    }
    return best;
}
