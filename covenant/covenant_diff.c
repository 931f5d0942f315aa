/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/covenant_diff.h"

#include <stdlib.h>
#include <string.h>

#include "covenant/article_text.h"
#include "covenant/covenant_diff_lines.h"
#include "covenant/signpost.h"

void covenant_diff_wipe(struct covenant_diff *diff)
{
    free(diff->lines);
    *diff = (struct covenant_diff){0};
}

/* --- names --- */

static const char *name_of_field(const struct comparison *c, unsigned member)
{
    return field_name((enum field)member, c->language);
}

static const char *name_of_kind(const struct comparison *c, unsigned member)
{
    return party_kind_name((enum party_kind)member, c->language);
}

static const char *name_of_act(const struct comparison *c, unsigned member)
{
    return act_name((enum act)member, c->language);
}

static const char *name_of_condition(const struct comparison *c, unsigned member)
{
    return condition_name((enum condition)member, c->language);
}

static const char *name_of_level(const struct comparison *c, unsigned member)
{
#define LEVEL_WORD(name, text) text,
    static const char *const words[AREA_LEVEL_COUNT] = {AREA_LEVELS(LEVEL_WORD)};
#undef LEVEL_WORD

    (void)c;
    return member < AREA_LEVEL_COUNT ? words[member] : "";
}

/* --- the covenant as a whole --- */

static const char *desk_of(const struct comparison *c, const char *text)
{
    return text ? text : diff_word(c, DIFF_NONE);
}

static bool same_text(const char *left, const char *right)
{
    return strcmp(left ? left : "", right ? right : "") == 0;
}

static void compare_party(struct comparison *c, const struct party *before,
                          const struct party *after)
{
    diff_texts(c, DIFF_NAME, before->name, after->name, false);
    if (before->kind != after->kind)
        diff_line_add(c, true, DIFF_OTHER, after->name, party_kind_name(before->kind, c->language),
                      party_kind_name(after->kind, c->language));
    if (before->secrecy != after->secrecy)
        diff_line_add(c, before->secrecy, before->secrecy ? DIFF_PARTY_OPEN : DIFF_PARTY_SECRET,
                      after->name);
    if (before->population != after->population)
        diff_line_add(c, after->population > before->population, DIFF_POPULATION, after->name,
                      (long long)before->population, (long long)after->population);
    if (!same_text(before->desk_name, after->desk_name))
        diff_line_add(c, false, DIFF_DESK, after->name, desk_of(c, before->desk_name),
                      desk_of(c, after->desk_name));
    if (!same_text(before->desk_phone, after->desk_phone))
        diff_line_add(c, false, DIFF_DESK, after->name, desk_of(c, before->desk_phone),
                      desk_of(c, after->desk_phone));
    if (!bytes_equal(before->key_document, after->key_document))
        diff_line_add(c, false, DIFF_PARTY_KEYS, after->name);
}

static void compare_parties(struct comparison *c)
{
    for (size_t i = 0; i < c->after->parties_count; i++) {
        const struct party *party = &c->after->parties[i];
        const struct party *before = covenant_party(c->before, &party->oin);
        if (before)
            compare_party(c, before, party);
        else
            diff_line_add(c, true, DIFF_PARTY_NEW, party->name,
                          party_kind_name(party->kind, c->language));
    }
    for (size_t i = 0; i < c->before->parties_count; i++) {
        const struct party *party = &c->before->parties[i];
        if (!covenant_party(c->after, &party->oin))
            diff_line_add(c, false, DIFF_PARTY_GONE, party->name,
                          party_kind_name(party->kind, c->language));
    }
}

static const char *way_of(const struct comparison *c, const struct covenant *covenant,
                          const struct signpost *signpost)
{
    const struct party *party;

    if (!signpost)
        return diff_word(c, DIFF_NONE);
    party = signpost->oin.text[0] ? covenant_party(covenant, &signpost->oin) : NULL;
    return party ? party->name : party_kind_name(signpost->kind, c->language);
}

/* A route opens no path, but rows that went nowhere may now go there by themselves. */
static void compare_ways(struct comparison *c)
{
    const struct code_lists *lists = c->after->lists;

    for (size_t i = 0; i < lists->signals_count; i++) {
        const struct signal_code *code = &lists->signals[i];
        const struct signpost *after = signpost_of(c->after, code);
        const char *was = way_of(c, c->before, signpost_of(c->before, code));
        const char *becomes = way_of(c, c->after, after);
        if (strcmp(was, becomes) != 0)
            diff_line_add(c, after != NULL, DIFF_WAY, code->name, was, becomes);
    }
}

static const char *key_giver_of(const struct covenant *covenant)
{
    return covenant->has_key_giver ? covenant->parties[covenant->key_giver].name : NULL;
}

static void compare_area(struct comparison *c)
{
    const struct covenant *before = c->before, *after = c->after;

    diff_texts(c, DIFF_AREA, before->area.code, after->area.code, true);
    diff_texts(c, DIFF_AREA, before->area.name, after->area.name, false);
    diff_texts(c, DIFF_AREA, before->area.buurt, after->area.buurt, true);
    diff_numbers(c, DIFF_DWELLINGS, before->area.dwellings, after->area.dwellings, true);
}

static void compare_whole(struct comparison *c)
{
    const struct covenant *before = c->before, *after = c->after;

    diff_texts(c, DIFF_TITLE, before->title, after->title, false);
    diff_texts(c, DIFF_GROUP, before->group, after->group, false);
    diff_texts(c, DIFF_DPIA, before->dpia, after->dpia, false);
    diff_days(c, DIFF_FROM_DAY, before->valid_from, after->valid_from, false);
    diff_days(c, DIFF_UNTIL_DAY, before->valid_until, after->valid_until, true);
    diff_days(c, DIFF_EVALUATION, before->evaluation, after->evaluation, true);
    compare_area(c);
    if (before->pilot != after->pilot)
        diff_line_add(c, before->pilot, before->pilot ? DIFF_PILOT_LESS : DIFF_PILOT_MORE);
    compare_parties(c);
    compare_ways(c);
    diff_texts(c, DIFF_LEAD, before->parties[before->lead].name, after->parties[after->lead].name,
               false);
    diff_texts(c, DIFF_KEY_GIVER, key_giver_of(before), key_giver_of(after), true);
    /* who holds a part of the key, or sees sums, gains by it; with fewer holders the rest does */
    diff_party_sets(c, DIFF_KEY_HOLDERS, &before->key_holders, &after->key_holders, true, true);
    diff_party_sets(c, DIFF_AGGREGATORS, &before->aggregators, &after->aggregators, true, true);
    diff_party_sets(c, DIFF_WITNESSES, &before->witnesses, &after->witnesses, false, true);
    diff_numbers(c, DIFF_NEEDED, (int64_t)before->witnesses_needed,
                 (int64_t)after->witnesses_needed, false);
    diff_sets(c, DIFF_NEVER, before->forbidden_fields, after->forbidden_fields, name_of_field,
              false);
    diff_sets(c, DIFF_NEVER, before->forbidden_acts, after->forbidden_acts, name_of_act, false);
    diff_sets(c, DIFF_NOT_TO, before->forbidden_kinds, after->forbidden_kinds, name_of_kind, false);
}

/* --- one article --- */

static void compare_codes(struct comparison *c, const struct article *before,
                          const struct article *after)
{
    const struct code_lists *lists = c->after->lists;
    bool all_before = !before->has_codes && before->lane == LANE_AGGREGATE;
    bool all_after = !after->has_codes && after->lane == LANE_AGGREGATE;
    OWNED_BUFFER more = {0}, less = {0};

    if (all_before || all_after) { /* a list begins, or ends */
        if (all_before != all_after)
            diff_texts(c, DIFF_SIGNALS, all_before ? diff_word(c, DIFF_ALL_CODES) : "…",
                       all_after ? diff_word(c, DIFF_ALL_CODES) : "…", all_after);
        return;
    }
    for (size_t i = 0; i < lists->signals_count; i++) {
        bool was = before->has_codes && code_set_has(&before->codes, i);
        bool is = after->has_codes && code_set_has(&after->codes, i);
        if (was != is)
            add_separated(is ? &more : &less, ", ", lists->signals[i].name);
    }
    diff_names(c, DIFF_MORE, DIFF_SIGNALS, &more, true);
    diff_names(c, DIFF_LESS, DIFF_SIGNALS, &less, false);
}

/* Counts, then consent for each, then a law that asks nobody. */
static int reach_of(enum lane lane)
{
    return lane == LANE_AGGREGATE ? 0 : lane == LANE_CONSENT ? 1 : 2;
}

/* Naming nobody lets in every party of the kind; naming another lets in that one. */
static void compare_named(struct comparison *c, const struct article *before,
                          const struct article *after)
{
    bool named_before = !party_set_is_empty(&before->to_named);
    bool named_after = !party_set_is_empty(&after->to_named);

    diff_party_sets(c, DIFF_NAMED, &before->to_named, &after->to_named, named_before,
                    named_before && !named_after);
}

static void compare_lines(struct comparison *c, const struct article *before,
                          const struct article *after)
{
    OWNED_BUFFER was = {0}, becomes = {0};

    article_terms_text(&was, before, c->language);
    article_terms_text(&becomes, after, c->language);
    if (!before->period && !after->period)
        diff_texts(c, DIFF_TERMS, buffer_text(&was), buffer_text(&becomes), false);
    was.length = becomes.length = 0;
    article_basis_text(&was, before, c->language);
    article_basis_text(&becomes, after, c->language);
    if (before->lane == after->lane) /* which is told already */
        diff_texts(c, DIFF_BASIS, buffer_text(&was), buffer_text(&becomes), false);
    c->diff->failed = c->diff->failed || was.failed || becomes.failed;
}

static const char *from_name(const struct comparison *c, const struct article *article)
{
    return article->from == PARTY_NONE ? "*" : party_kind_name(article->from, c->language);
}

static void compare_reach(struct comparison *c, const struct article *before,
                          const struct article *after)
{
    if (before->purpose != after->purpose) /* other purpose, other key: nothing of it is old */
        diff_texts(c, DIFF_PURPOSE, purpose_name(before->purpose, c->language),
                   purpose_name(after->purpose, c->language), true);
    if (before->from != after->from)
        diff_texts(c, DIFF_SENDER, from_name(c, before), from_name(c, after), true);
    diff_sets(c, DIFF_RECIPIENTS, before->to_kinds, after->to_kinds, name_of_kind, true);
    compare_named(c, before, after);
    if (before->lane != after->lane)
        diff_texts(c, DIFF_LANE, lane_name(before->lane, c->language),
                   lane_name(after->lane, c->language),
                   reach_of(after->lane) > reach_of(before->lane));
    compare_codes(c, before, after);
    diff_sets(c, DIFF_FIELDS, before->fields, after->fields, name_of_field, true);
    diff_sets(c, DIFF_CONDITIONS, before->conditions, after->conditions, name_of_condition, false);
    diff_numbers(c, DIFF_LEVEL, before->feedback_level, after->feedback_level, true);
    diff_numbers(c, DIFF_KEPT, before->retention_days, after->retention_days, true);
    if (before->second_confirmer != after->second_confirmer)
        diff_line_add(c, before->second_confirmer,
                      before->second_confirmer ? DIFF_CONFIRM_LESS : DIFF_CONFIRM_MORE);
}

/* The bounds of a sum: a lower one, or a finer place or time, tells more of fewer people. */
static void compare_sums(struct comparison *c, const struct article *before,
                         const struct article *after)
{
    diff_lists(c, DIFF_WAVES, before->waves, before->waves_count, after->waves, after->waves_count);
    diff_lists(c, DIFF_INDICATORS, before->indicators, before->indicators_count, after->indicators,
               after->indicators_count);
    diff_texts(c, DIFF_PERIOD, before->period, after->period, true);
    diff_sets(c, DIFF_LEVELS, before->area_levels, after->area_levels, name_of_level, true);
    diff_numbers(c, DIFF_CELL, before->threshold.cell_least, after->threshold.cell_least, false);
    diff_numbers(c, DIFF_ROUND, before->threshold.round_to, after->threshold.round_to, false);
    diff_numbers(c, DIFF_DENOMINATOR, before->threshold.denominator_least,
                 after->threshold.denominator_least, false);
    diff_texts(c, DIFF_EPSILON, before->epsilon, after->epsilon, true);
    diff_numbers(c, DIFF_SENSITIVITY, before->sensitivity, after->sensitivity, false);
}

static void tell_article(struct comparison *c, enum diff_text format,
                         const struct covenant *covenant, const struct article *article, bool wider)
{
    OWNED_BUFFER parties = {0};

    article_parties_text(&parties, covenant, article, c->language);
    diff_line_add(c, wider, format, purpose_name(article->purpose, c->language),
                  buffer_text(&parties) ? buffer_text(&parties) : "",
                  lane_name(article->lane, c->language));
    c->diff->failed = c->diff->failed || parties.failed;
}

static void compare_articles(struct comparison *c)
{
    for (size_t i = 0; i < c->after->articles_count; i++) {
        const struct article *after = &c->after->articles[i];
        const struct article *before = covenant_article(c->before, after->number);
        c->article = after->number;
        if (!before) {
            tell_article(c, DIFF_ARTICLE_NEW, c->after, after, true);
            continue;
        }
        compare_reach(c, before, after);
        compare_sums(c, before, after);
        compare_lines(c, before, after);
        diff_texts(c, DIFF_FEEDBACK_LIST, before->feedback_list, after->feedback_list, false);
        diff_texts(c, DIFF_KEY, before->key, after->key, true);
    }
    for (size_t i = 0; i < c->before->articles_count; i++) {
        const struct article *before = &c->before->articles[i];
        c->article = before->number;
        if (!covenant_article(c->after, before->number))
            tell_article(c, DIFF_ARTICLE_GONE, c->before, before, false);
    }
}

enum outcome covenant_diff_make(const struct covenant *before, const struct covenant *after,
                                enum language language, struct covenant_diff *out_diff)
{
    struct comparison c = {.before = before,
                           .after = after,
                           .language = language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL,
                           .diff = out_diff};

    *out_diff = (struct covenant_diff){0};
    compare_whole(&c);
    compare_articles(&c);
    return out_diff->failed ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

size_t covenant_diff_wider(const struct covenant_diff *diff)
{
    size_t wider = 0;

    for (size_t i = 0; i < diff->count; i++)
        wider += diff->lines[i].wider;
    return wider;
}
