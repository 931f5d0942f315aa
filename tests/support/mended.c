/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/mended.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <string.h>

static void copy(struct mended *mended, const struct request *request)
{
    const struct covenant *covenant = request->covenant;

    assert_true(covenant->parties_count < MENDED_PARTIES);
    assert_true(covenant->articles_count < MENDED_ARTICLES);
    memset(mended, 0, sizeof *mended);
    mended->request = *request;
    mended->covenant = *covenant;
    mended->standing = *request->standing;
    memcpy(mended->parties, covenant->parties, covenant->parties_count * sizeof *covenant->parties);
    memcpy(mended->articles, covenant->articles,
           covenant->articles_count * sizeof *covenant->articles);
    mended->covenant.parties = mended->parties;
    mended->covenant.articles = mended->articles;
    mended->request.covenant = &mended->covenant;
    mended->request.standing = &mended->standing;
}

static struct party *party_named(struct mended *mended, const char *oin)
{
    for (size_t i = 0; i < mended->covenant.parties_count; i++)
        if (strcmp(mended->parties[i].oin.text, oin) == 0)
            return &mended->parties[i];
    return NULL;
}

static struct article *article_named(struct mended *mended, int number)
{
    for (size_t i = 0; i < mended->covenant.articles_count; i++)
        if (mended->articles[i].number == number)
            return &mended->articles[i];
    return NULL;
}

static unsigned member_of(const char *word, const char *(*word_at)(unsigned), unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(word_at(i), word) == 0)
            return i;
    fail_msg("the detail is no word of ours: %s", word);
    return 0;
}

static const char *field_at(unsigned i)
{
    return field_word((enum field)i);
}

static const char *kind_at(unsigned i)
{
    return party_kind_word((enum party_kind)i);
}

static const char *condition_at(unsigned i)
{
    return condition_word((enum condition)i);
}

static bool leave_out(struct mended *mended, const char *field)
{
    mended->request.fields &= ~bit_of(member_of(field, field_at, FIELD_COUNT));
    return true;
}

/* Whom the detail names: "van" or "naar". One that names nobody cannot become a party. */
static bool add_party(struct mended *mended, const char *detail)
{
    bool from = strcmp(detail, "van") == 0;
    const struct oin *oin = from ? &mended->request.from : &mended->request.to;
    struct party *party = &mended->parties[mended->covenant.parties_count];

    if (!oin->text[0])
        return false;
    *party = (struct party){.oin = *oin, .name = "Nieuw", .kind = PARTY_OPVANG};
    mended->covenant.parties_count++;
    return true;
}

static bool add_article(struct mended *mended)
{
    struct article *article = &mended->articles[mended->covenant.articles_count++];

    *article = mended->articles[0];
    article->number = mended->request.article;
    return true;
}

static bool add_recipient(struct mended *mended, struct article *article)
{
    struct party *to = party_named(mended, mended->request.to.text);

    if (strcmp(mended->request.to.text, mended->request.from.text) == 0)
        return false; /* nobody is his own recipient */
    article->to_kinds |= bit_of(to->kind);
    article->to_named.words[0] |= UINT64_C(1) << (to - mended->parties);
    return true;
}

static bool add_code(struct mended *mended, struct article *article)
{
    const struct code_lists *lists = mended->covenant.lists;

    for (size_t i = 0; i < lists->signals_count; i++) {
        if (mended->request.code && strcmp(lists->signals[i].code, mended->request.code) == 0) {
            article->has_codes = true;
            article->codes.words[i / 64] |= UINT64_C(1) << i % 64;
            return true;
        }
    }
    return false; /* it carried none, and the article speaks of codes */
}

static bool use_lane(struct mended *mended, const struct article *article)
{
    const struct code_lists *lists = mended->covenant.lists;

    if (article) {
        mended->request.lane = article->lane;
        return true;
    }
    for (size_t i = 0; i < lists->signals_count; i++)
        for (unsigned lane = 1; lane < LANE_COUNT; lane++)
            if (mended->request.code && strcmp(lists->signals[i].code, mended->request.code) == 0 &&
                has_bit(lists->signals[i].lanes, lane))
                mended->request.lane = (enum lane)lane;
    if (mended->request.lane == LANE_NONE)
        mended->request.lane = LANE_CONSENT;
    return true;
}

static bool have_signed(struct mended *mended, const char *oin)
{
    const struct party *party = party_named(mended, oin);

    if (!party)
        fail_msg("the detail is no party: %s", oin);
    mended->standing.verdicts[party - mended->parties] = VERDICT_AGREED;
    return true;
}

static bool ask_consent(struct mended *mended, const struct article *article)
{
    struct day today = mended->standing.today;

    mended->request.proof = (struct proof_facts){.present = true,
                                                 .authentic = true,
                                                 .token_matches = true,
                                                 .purposes = bit_of(article->purpose),
                                                 .recipient = mended->request.to,
                                                 .groups = UINT32_MAX,
                                                 .from = today,
                                                 .until = today};
    return true;
}

static unsigned group_named(const struct mended *mended, const char *word)
{
    unsigned group = 0;

    assert_true(signal_group_find(mended->covenant.lists, word, &group));
    return group;
}

static bool mend_whole(struct mended *mended, const struct decision *refused)
{
    struct covenant *covenant = &mended->covenant;

    switch ((int)refused->refusal) {
    case REFUSAL_CODE_UNKNOWN:
        mended->request.code = covenant->lists->signals[0].code;
        return true;
    case REFUSAL_ACT_FORBIDDEN:
        mended->request.act = ACT_NONE;
        return true;
    case REFUSAL_RECIPIENT_FORBIDDEN:
        covenant->forbidden_kinds &= ~bit_of(member_of(refused->detail, kind_at, PARTY_KIND_COUNT));
        return true;
    case REFUSAL_FIELD_FORBIDDEN:
    case REFUSAL_FIELD_TOO_MANY:
        return leave_out(mended, refused->detail);
    case REFUSAL_NOT_A_PARTY:
        return add_party(mended, refused->detail);
    case REFUSAL_NOT_YET_VALID:
        mended->standing.today = covenant->valid_from;
        return true;
    case REFUSAL_EXPIRED:
        covenant->valid_until = covenant->evaluation = mended->standing.today;
        return true;
    case REFUSAL_EVALUATION_MISSED:
        covenant->evaluation = mended->standing.today;
        return true;
    case REFUSAL_NO_ARTICLE:
        return mended->request.article != 0 && add_article(mended);
    case REFUSAL_COUNTS_ONLY:
    case REFUSAL_JOINING_IN_ONLY:
        mended->request.lane = LANE_AGGREGATE;
        return mended->request.side != SIDE_RECEIVER; /* a count that arrives cannot be mended */
    default:
        return false;
    }
}

static bool mend_article(struct mended *mended, const struct decision *refused)
{
    struct article *article = article_named(mended, refused->article);

    switch ((int)refused->refusal) {
    case REFUSAL_NO_ARTICLE_FROM:
        article->from = PARTY_NONE;
        return true;
    case REFUSAL_NO_ARTICLE_TO:
        return add_recipient(mended, article);
    case REFUSAL_NO_ARTICLE_PURPOSE:
        mended->request.purpose = article->purpose;
        return true;
    case REFUSAL_NO_ARTICLE_CODE:
        return add_code(mended, article);
    case REFUSAL_LANE_NOT_ALLOWED:
        return use_lane(mended, article);
    case REFUSAL_UNSIGNED:
    case REFUSAL_WITHDRAWN:
        return have_signed(mended, refused->detail);
    case REFUSAL_WRONG_ROLE:
        mended->request.role = ROLE_MELDER;
        return true;
    case REFUSAL_OTHER_EPOCH:
        day_epoch(mended->standing.today, mended->epoch);
        mended->request.epoch = mended->epoch;
        return true;
    case REFUSAL_CONDITION_MISSING:
    case REFUSAL_TENANT_UNSAID: /* the column is filled in, and well */
    case REFUSAL_PLAN_UNSAID:
    case REFUSAL_AGE_UNSAID:
    case REFUSAL_PLAN_RUNS: /* it was not kept */
        mended->request.conditions |=
            bit_of(member_of(refused->detail, condition_at, CONDITION_COUNT));
        return true;
    default:
        return false;
    }
}

static bool mend_proof(struct mended *mended, const struct decision *refused)
{
    struct article *article = article_named(mended, refused->article);
    struct proof_facts *proof = &mended->request.proof;

    switch ((int)refused->refusal) {
    case REFUSAL_NO_CONSENT:
        return ask_consent(mended, article);
    case REFUSAL_PROOF_WRONG:
        proof->authentic = true;
        return true;
    case REFUSAL_PROOF_OTHER_PURPOSE:
        proof->purposes |= bit_of(article->purpose);
        return true;
    case REFUSAL_PROOF_OTHER_RECIPIENT:
        proof->recipient = mended->request.to;
        return true;
    case REFUSAL_PROOF_OTHER_GROUP:
        proof->groups |= bit_of(group_named(mended, refused->detail));
        return true;
    case REFUSAL_PROOF_OTHER_TOKEN:
        proof->token_matches = true;
        return true;
    case REFUSAL_CONSENT_NOT_YET:
        mended->standing.today = proof->from;
        return true;
    case REFUSAL_CONSENT_EXPIRED:
        proof->until = mended->standing.today;
        return true;
    default:
        return false;
    }
}

bool mend(struct mended *mended, const struct request *request, const struct decision *refused)
{
    copy(mended, request);
    return mend_whole(mended, refused) || mend_article(mended, refused) ||
           mend_proof(mended, refused);
}
