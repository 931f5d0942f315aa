/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/signpost.h"

#include <string.h>

const struct signpost *signpost_of(const struct covenant *covenant, const struct signal_code *code)
{
    for (size_t i = 0; code && i < covenant->signposts_count; i++)
        if (covenant->signposts[i].code == code)
            return &covenant->signposts[i];
    return NULL;
}

bool signpost_leads_to(const struct signpost *signpost, const struct party *party)
{
    if (!signpost)
        return false;
    return signpost->oin.text[0] ? oin_equal(&signpost->oin, &party->oin)
                                 : signpost->kind == party->kind;
}

const struct party *signpost_desk(const struct covenant *covenant, const struct signpost *signpost)
{
    const struct party *found = NULL;

    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *party = &covenant->parties[i];
        if (!signpost_leads_to(signpost, party) || !party->desk_name)
            continue;
        if (found)
            return NULL; /* two of a kind: neither is the one */
        found = party;
    }
    return found;
}

static const struct article *article_to(const struct covenant *covenant, const struct party *self,
                                        const struct party *to, const struct signal_code *code)
{
    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        if (article->lane != LANE_AGGREGATE && article_has_sender(article, self) &&
            article_has_recipient(covenant, article, to) &&
            article_has_code(covenant, article, code))
            return article;
    }
    return NULL;
}

size_t signpost_ways(const struct covenant *covenant, const struct party *self,
                     const struct signal_code *code, size_t most, struct way *out_ways)
{
    const struct signpost *signpost = signpost_of(covenant, code);
    size_t count = 0, open = 0;

    for (size_t i = 0; i < covenant->parties_count && count < most; i++) {
        const struct party *to = &covenant->parties[i];
        const struct article *article =
            to == self ? NULL : article_to(covenant, self, to, code);
        if (to == self || (!article && !signpost_leads_to(signpost, to)))
            continue;
        open += article != NULL;
        out_ways[count++] = (struct way){
            .code = code,
            .to = to,
            .article = article,
            .chosen = article && signpost_leads_to(signpost, to),
        };
    }
    for (size_t i = 0; i < count; i++)
        if (open == 1 && out_ways[i].article)
            out_ways[i].chosen = true;
    return count;
}

bool desk_phone_is_valid(const char *text)
{
    size_t digits = 0, length = strspn(text, "0123456789 +-");

    for (const char *c = text; *c; c++)
        digits += *c >= '0' && *c <= '9';
    return text[length] == '\0' && length <= DESK_PHONE_MAX_BYTES && digits >= 3;
}
