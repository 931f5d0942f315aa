/* SPDX-License-Identifier: EUPL-1.2 */
/* The questions about a covenant that was read; reading is covenant_parse.c's. */
#include "covenant/covenant.h"

#include <stdio.h>
#include <stdlib.h>

bool code_set_has(const struct code_set *set, size_t index)
{
    return index < SIGNAL_CODES_MAX && (set->words[index / 64] >> index % 64 & 1) != 0;
}

void party_set_add(struct party_set *set, size_t index)
{
    if (index < COVENANT_PARTIES_MAX)
        set->words[index / 64] |= UINT64_C(1) << index % 64;
}

bool party_set_has(const struct party_set *set, size_t index)
{
    return index < COVENANT_PARTIES_MAX && (set->words[index / 64] >> index % 64 & 1) != 0;
}

size_t party_set_count(const struct party_set *set)
{
    size_t count = 0;

    for (size_t i = 0; i < COVENANT_PARTIES_MAX; i++)
        count += party_set_has(set, i);
    return count;
}

bool party_set_is_empty(const struct party_set *set)
{
    return party_set_count(set) == 0;
}

const char *covenant_wrong_text(enum covenant_wrong wrong, enum language language)
{
#define COVENANT_WRONG_ROW(name, nl, en) [COVENANT_WRONG_##name] = {nl, en},
    static const char *const texts[COVENANT_WRONG_COUNT][LANGUAGE_COUNT] = {
        COVENANT_WRONGS(COVENANT_WRONG_ROW)};
#undef COVENANT_WRONG_ROW

    if ((unsigned)wrong >= COVENANT_WRONG_COUNT)
        return "";
    return texts[wrong][language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

static enum outcome missing(struct covenant_fault *fault, enum covenant_wrong wrong,
                            const char *name)
{
    if (fault && fault->wrong == COVENANT_WRONG_NONE) {
        fault_at(&fault->at, "%s", name);
        fault->wrong = wrong;
    }
    return OUTCOME_MALFORMED;
}

enum outcome covenant_complete(const struct covenant *covenant, struct covenant_fault *fault)
{
    char name[JSON_WHERE_BYTES];

    for (size_t i = 0; i < covenant->parties_count; i++) {
        snprintf(name, sizeof name, "partijen[%zu].sleuteldocument", i);
        if (covenant->parties[i].key_document.length == 0)
            return missing(fault, COVENANT_WRONG_NO_KEY_DOCUMENT, name);
    }
    if (covenant->has_key_giver || !party_set_is_empty(&covenant->key_holders))
        return OUTCOME_OK;
    for (size_t i = 0; i < covenant->articles_count; i++) {
        if (article_uses_tokens(&covenant->articles[i]))
            return missing(fault, COVENANT_WRONG_NO_KEY_GIVER, "sleutelgever");
    }
    return OUTCOME_OK;
}

void covenant_free(struct covenant *covenant)
{
    if (!covenant)
        return;
    for (size_t i = 0; covenant->envelopes && i < covenant->parties_count; i++)
        buffer_wipe(&covenant->envelopes[i]);
    free(covenant->envelopes);
    free(covenant->parties);
    free(covenant->articles);
    free(covenant->signposts);
    json_decref(covenant->document);
    free(covenant);
}

void covenant_free_at(struct covenant **covenant)
{
    covenant_free(*covenant);
    *covenant = NULL;
}

const struct party *covenant_party(const struct covenant *covenant, const struct oin *oin)
{
    for (size_t i = 0; oin && i < covenant->parties_count; i++) {
        if (oin_equal(&covenant->parties[i].oin, oin))
            return &covenant->parties[i];
    }
    return NULL;
}

size_t covenant_party_index(const struct covenant *covenant, const struct party *party)
{
    return (size_t)(party - covenant->parties);
}

const struct article *covenant_article(const struct covenant *covenant, int number)
{
    for (size_t i = 0; i < covenant->articles_count; i++) {
        if (covenant->articles[i].number == number)
            return &covenant->articles[i];
    }
    return NULL;
}

void covenant_rule_print(const struct covenant *covenant, int article, char *out, size_t size)
{
    snprintf(out, size, "%s/%d@%s", covenant->id, article, covenant->version);
}

bool article_has_sender(const struct article *article, const struct party *from)
{
    return article->from == PARTY_NONE || article->from == from->kind;
}

static bool names_one_of_kind(const struct covenant *covenant, const struct article *article,
                              enum party_kind kind)
{
    for (size_t i = 0; i < covenant->parties_count; i++) {
        if (covenant->parties[i].kind == kind && party_set_has(&article->to_named, i))
            return true;
    }
    return false;
}

bool article_has_recipient(const struct covenant *covenant, const struct article *article,
                           const struct party *to)
{
    if (!has_bit(article->to_kinds, to->kind))
        return false;
    return party_set_has(&article->to_named, covenant_party_index(covenant, to)) ||
           !names_one_of_kind(covenant, article, to->kind);
}

bool article_has_code(const struct covenant *covenant, const struct article *article,
                      const struct signal_code *code)
{
    if (article->has_codes)
        return code && code_set_has(&article->codes, signal_code_index(covenant->lists, code));
    return !code || (article->lane == LANE_AGGREGATE && has_bit(code->lanes, LANE_AGGREGATE));
}

bool article_is_early_signal(const struct covenant *covenant, const struct article *article)
{
    const struct signal_code *arrears = signal_code_find(covenant->lists, "FIN.HUURACHTERSTAND");

    return article->lane == LANE_LAW &&
           (article->purpose == PURPOSE_VROEGSIGNALERING ||
            (arrears &&
             code_set_has(&article->codes, signal_code_index(covenant->lists, arrears))));
}

bool article_uses_tokens(const struct article *article)
{
    return has_bit(article->fields, FIELD_TOKEN) || has_bit(article->fields, FIELD_STUDY_TOKEN);
}

uint32_t covenant_token_purposes(const struct covenant *covenant, const struct party *party)
{
    uint32_t purposes = 0;

    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        if (has_bit(article->fields, FIELD_TOKEN) &&
            (article_has_sender(article, party) || article_has_recipient(covenant, article, party)))
            purposes |= bit_of(article->purpose);
    }
    return purposes;
}
