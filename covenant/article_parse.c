/* SPDX-License-Identifier: EUPL-1.2 */
/* One article of a covenant: its members, then the rules it must keep to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/covenant_read.h"

enum {
    NUMBER_MOST = 999,
    NOTE_MAX_BYTES = 300,
    WORD_MAX_BYTES = 48,
    WORKDAYS_MOST = 250,
    DAYS_MOST = 3650,
    CELL_MOST = 1000,
};

static enum outcome read_identity(const struct place *place, const json_t *object,
                                  struct article *article)
{
    const char *purpose, *from, *lane;

    if (!json_object_get(object, "nr"))
        return place_wrong(place, COVENANT_WRONG_FORM, "nr");
    TRY(read_optional_int(place, object, "nr", 1, NUMBER_MOST, &article->number));
    TRY(read_text(place, object, "doel", WORD_MAX_BYTES, &purpose));
    if (!purpose_parse(purpose, &article->purpose))
        return place_wrong(place, COVENANT_WRONG_FORM, "doel");
    TRY(read_text(place, object, "van", WORD_MAX_BYTES, &from));
    if (strcmp(from, "*") != 0 && !party_kind_parse(from, &article->from))
        return place_wrong(place, COVENANT_WRONG_FORM, "van");
    TRY(read_text(place, object, "wijze", WORD_MAX_BYTES, &lane));
    if (!lane_parse(lane, &article->lane))
        return place_wrong(place, COVENANT_WRONG_FORM, "wijze");
    return OUTCOME_OK;
}

static enum outcome read_recipients(const struct covenant *covenant, const struct place *place,
                                    const json_t *object, struct article *article)
{
    TRY(read_words(place, object, "naar", kind_member, &article->to_kinds));
    if (!article->to_kinds)
        return place_wrong(place, COVENANT_WRONG_FORM, "naar");
    TRY(read_parties(place, object, "naarOin", covenant, &article->to_named));
    for (size_t i = 0; i < covenant->parties_count; i++) {
        if (party_set_has(&article->to_named, i) &&
            !has_bit(article->to_kinds, covenant->parties[i].kind))
            return place_wrong(place, COVENANT_WRONG_NOT_A_PARTY, "naarOin");
    }
    return OUTCOME_OK;
}

static enum outcome read_codes(const struct covenant *covenant, const struct place *place,
                               const json_t *object, struct article *article)
{
    const json_t *array;
    const char *text;

    TRY(read_optional_array(place, object, "signalen", SIGNAL_CODES_MAX, &array));
    article->has_codes = array != NULL;
    if (array && json_array_size(array) == 0)
        return place_wrong(place, COVENANT_WRONG_NO_CODES, "signalen");
    for (size_t i = 0; i < json_array_size(array); i++) {
        const struct signal_code *code;
        size_t index;
        TRY(read_item(place, array, "signalen", i, SIGNAL_CODE_MAX_BYTES, &text));
        code = signal_code_find(covenant->lists, text);
        if (!code)
            return place_wrong(place, COVENANT_WRONG_CODE_UNKNOWN, "signalen[%zu]", i);
        if (code->blocked)
            return place_wrong(place, COVENANT_WRONG_CODE_BLOCKED, "signalen[%zu]", i);
        if (!has_bit(code->lanes, article->lane))
            return place_wrong(place, COVENANT_WRONG_LANE_NOT_OF_CODE, "signalen[%zu]", i);
        index = signal_code_index(covenant->lists, code);
        if (code_set_has(&article->codes, index))
            return place_wrong(place, COVENANT_WRONG_TWICE, "signalen[%zu]", i);
        article->codes.words[index / 64] |= UINT64_C(1) << index % 64;
    }
    return OUTCOME_OK;
}

static enum outcome read_fields(const struct covenant *covenant, const struct place *place,
                                const json_t *object, struct article *article)
{
    const json_t *array;

    TRY(read_words(place, object, "velden", field_member, &article->fields));
    array = json_object_get(object, "velden");
    for (size_t i = 0; i < json_array_size(array); i++) {
        enum field field = FIELD_COUNT;
        if (!field_parse(json_string_value(json_array_get(array, i)), &field))
            return OUTCOME_INTERNAL; /* read_words took it */
        if (has_bit(covenant->forbidden_fields, field))
            return place_wrong(place, COVENANT_WRONG_FORBIDDEN_FIELD, "velden[%zu]", i);
        if (!field_is_sendable(field))
            return place_wrong(place, COVENANT_WRONG_FORM, "velden[%zu]", i);
    }
    return OUTCOME_OK;
}

static enum outcome read_basis(const struct place *outer, const json_t *object,
                               struct article *article)
{
    static const char *const names[] = {"avg6",          "avg9",        "avg89", "wet",
                                        "beroepsgeheim", "toelichting", NULL};
    struct place place = place_within(outer, "grondslag.");
    const json_t *basis;

    TRY(read_object(outer, object, "grondslag", &basis));
    TRY(read_only(&place, basis, names));
    TRY(read_text(&place, basis, "avg6", WORD_MAX_BYTES, &article->basis.avg6));
    TRY(read_optional_text(&place, basis, "avg9", WORD_MAX_BYTES, &article->basis.avg9));
    TRY(read_optional_bool(&place, basis, "avg89", &article->basis.avg89));
    TRY(read_optional_text(&place, basis, "wet", NOTE_MAX_BYTES, &article->basis.law));
    TRY(read_optional_text(&place, basis, "beroepsgeheim", NOTE_MAX_BYTES,
                           &article->basis.secrecy));
    return read_optional_text(&place, basis, "toelichting", NOTE_MAX_BYTES, &article->basis.note);
}

static enum outcome read_feedback(const struct place *outer, const json_t *object,
                                  struct article *article)
{
    static const char *const names[] = {"niveau",           "codelijst",     "bevestigingWerkdagen",
                                        "besluitWerkdagen", "uitkomstDagen", NULL};
    struct place place = place_within(outer, "terugkoppeling.");
    struct terms *terms = &article->terms;
    const json_t *feedback;

    if (!json_object_get(object, "terugkoppeling"))
        return OUTCOME_OK;
    article->has_feedback = true;
    TRY(read_object(outer, object, "terugkoppeling", &feedback));
    TRY(read_only(&place, feedback, names));
    if (!json_object_get(feedback, "niveau"))
        return place_wrong(&place, COVENANT_WRONG_FORM, "niveau");
    TRY(read_optional_int(&place, feedback, "niveau", 0, 2, &article->feedback_level));
    TRY(read_optional_text(&place, feedback, "codelijst", WORD_MAX_BYTES, &article->feedback_list));
    TRY(read_optional_int(&place, feedback, "bevestigingWerkdagen", 1, WORKDAYS_MOST,
                          &terms->confirm_workdays));
    TRY(read_optional_int(&place, feedback, "besluitWerkdagen", 1, WORKDAYS_MOST,
                          &terms->decide_workdays));
    return read_optional_int(&place, feedback, "uitkomstDagen", 1, DAYS_MOST, &terms->outcome_days);
}

static enum outcome read_texts(const struct place *place, const json_t *object, const char *name,
                               size_t max, const char **out_texts, size_t *out_count)
{
    const json_t *array;

    TRY(read_optional_array(place, object, name, max, &array));
    for (size_t i = 0; i < json_array_size(array); i++)
        TRY(read_item(place, array, name, i, WORD_MAX_BYTES, &out_texts[i]));
    *out_count = json_array_size(array);
    return OUTCOME_OK;
}

static enum outcome read_threshold(const struct place *outer, const json_t *object,
                                   struct threshold *out)
{
    static const char *const names[] = {"minimumCel", "afronding", "minimumNoemerPercentage", NULL};
    struct place place = place_within(outer, "drempel.");
    const json_t *threshold;

    if (!json_object_get(object, "drempel"))
        return OUTCOME_OK;
    TRY(read_object(outer, object, "drempel", &threshold));
    TRY(read_only(&place, threshold, names));
    TRY(read_optional_int(&place, threshold, "minimumCel", 1, CELL_MOST, &out->cell_least));
    TRY(read_optional_int(&place, threshold, "afronding", 1, CELL_MOST, &out->round_to));
    return read_optional_int(&place, threshold, "minimumNoemerPercentage", 1, CELL_MOST,
                             &out->denominator_least);
}

/* "1/2": two whole numbers from 1, without leading zeros, so that nobody rounds a privacy loss. */
static bool is_fraction(const char *text)
{
    size_t above = strspn(text, "0123456789");
    size_t below = text[above] == '/' ? strspn(text + above + 1, "0123456789") : 0;

    return above >= 1 && above <= 6 && text[0] != '0' && below >= 1 && below <= 6 &&
           text[above + 1] != '0' && text[above + 1 + below] == '\0';
}

static bool is_period(const char *text)
{
    static const char *const periods[] = {"MAAND", "KWARTAAL", "HALFJAAR", "JAAR"};

    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        if (strcmp(text, periods[i]) == 0)
            return true;
    }
    return false;
}

static enum outcome read_aggregate(const struct place *place, const json_t *object,
                                   struct article *article)
{
    TRY(read_texts(place, object, "indicatoren", ARTICLE_INDICATORS_MAX, article->indicators,
                   &article->indicators_count));
    TRY(read_optional_text(place, object, "periode", WORD_MAX_BYTES, &article->period));
    if (article->period && !is_period(article->period))
        return place_wrong(place, COVENANT_WRONG_FORM, "periode");
    TRY(read_words(place, object, "gebiedsniveau", area_level_member, &article->area_levels));
    TRY(read_threshold(place, object, &article->threshold));
    TRY(read_optional_text(place, object, "epsilon", WORD_MAX_BYTES, &article->epsilon));
    if (article->epsilon && !is_fraction(article->epsilon))
        return place_wrong(place, COVENANT_WRONG_FORM, "epsilon");
    return read_optional_int(place, object, "gevoeligheid", 1, CELL_MOST, &article->sensitivity);
}

static enum outcome read_individual(const struct place *place, const json_t *object,
                                    struct article *article)
{
    TRY(read_words(place, object, "voorwaarden", condition_member, &article->conditions));
    TRY(read_optional_int(place, object, "bewaarDagen", 1, DAYS_MOST, &article->retention_days));
    TRY(read_texts(place, object, "golven", ARTICLE_WAVES_MAX, article->waves,
                   &article->waves_count));
    TRY(read_optional_bool(place, object, "tweedeBevestiger", &article->second_confirmer));
    return read_optional_text(place, object, "sleutel", WORD_MAX_BYTES, &article->key);
}

static enum outcome check_aggregate(const struct place *place, const struct article *article)
{
    static const char *const individual = "velden";

    if (article->fields || article->conditions || article->has_feedback ||
        article->retention_days || article->waves_count || article->key ||
        article->second_confirmer)
        return place_wrong(place, COVENANT_WRONG_INDIVIDUAL_IN_SUM, "%s", individual);
    if (!article->indicators_count)
        return place_wrong(place, COVENANT_WRONG_FORM, "indicatoren");
    if (!article->period)
        return place_wrong(place, COVENANT_WRONG_FORM, "periode");
    return OUTCOME_OK;
}

static enum outcome check_secrecy(const struct covenant *covenant, const struct place *place,
                                  const struct article *article)
{
    if (!article->has_feedback || article->terms.decide_workdays)
        return OUTCOME_OK;
    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *party = &covenant->parties[i];
        if (party->secrecy && article_has_recipient(covenant, article, party))
            return place_wrong(place, COVENANT_WRONG_NO_DECISION_TERM,
                               "terugkoppeling.besluitWerkdagen");
    }
    return OUTCOME_OK;
}

/* Welfare organisations bring people together; debts and illness are no business of theirs. */
static enum outcome check_welfare(const struct covenant *covenant, const struct place *place,
                                  const struct article *article)
{
    if (!has_bit(article->to_kinds, PARTY_WELZIJN))
        return OUTCOME_OK;
    if (!article->has_codes)
        return place_wrong(place, COVENANT_WRONG_JOINING_IN_ONLY, "naar");
    for (size_t i = 0; i < covenant->lists->signals_count; i++) {
        if (code_set_has(&article->codes, i) &&
            !signal_code_is_joining_in(&covenant->lists->signals[i]))
            return place_wrong(place, COVENANT_WRONG_JOINING_IN_ONLY, "naar");
    }
    return OUTCOME_OK;
}

static enum outcome check_early_signal(const struct covenant *covenant, const struct place *place,
                                       const struct article *article)
{
    if (!article_is_early_signal(covenant, article))
        return OUTCOME_OK;
    if (article->fields & ~STATUTE_FIELDS)
        return place_wrong(place, COVENANT_WRONG_STATUTE_FIELDS, "velden");
    if (STATUTE_CONDITIONS & ~article->conditions)
        return place_wrong(place, COVENANT_WRONG_STATUTE_CONDITIONS, "voorwaarden");
    return OUTCOME_OK;
}

static enum outcome check_individual(const struct covenant *covenant, const struct place *place,
                                     const struct article *article)
{
    if (article->indicators_count || article->period || article->area_levels || article->epsilon ||
        article->sensitivity)
        return place_wrong(place, COVENANT_WRONG_FORM, "indicatoren");
    for (unsigned kind = 0; kind < PARTY_KIND_COUNT; kind++) {
        if (has_bit(article->to_kinds, kind) && party_kind_counts_only((enum party_kind)kind))
            return place_wrong(place, COVENANT_WRONG_COUNTS_ONLY, "naar");
    }
    if (!article->has_codes && article->purpose != PURPOSE_ONDERZOEK)
        return place_wrong(place, COVENANT_WRONG_NO_CODES, "signalen");
    if (!article->fields)
        return place_wrong(place, COVENANT_WRONG_FORM, "velden");
    if (article->lane == LANE_CONSENT && !has_bit(article->fields, FIELD_PROOF))
        return place_wrong(place, COVENANT_WRONG_NO_PROOF, "velden");
    if (article->lane == LANE_LAW && !article->basis.law)
        return place_wrong(place, COVENANT_WRONG_NO_LAW, "grondslag.wet");
    if (!article->retention_days)
        return place_wrong(place, COVENANT_WRONG_NO_RETENTION, "bewaarDagen");
    TRY(check_welfare(covenant, place, article));
    TRY(check_early_signal(covenant, place, article));
    return check_secrecy(covenant, place, article);
}

static enum outcome check_forbidden(const struct covenant *covenant, const struct place *place,
                                    const json_t *object)
{
    const json_t *array = json_object_get(object, "naar");

    for (size_t i = 0; i < json_array_size(array); i++) {
        unsigned kind;
        if (kind_member(json_string_value(json_array_get(array, i)), &kind) &&
            has_bit(covenant->forbidden_kinds, kind))
            return place_wrong(place, COVENANT_WRONG_FORBIDDEN_KIND, "naar[%zu]", i);
    }
    return OUTCOME_OK;
}

enum outcome article_parse(const struct covenant *covenant, const json_t *object,
                           const struct place *place, struct article *article)
{
    static const char *const names[] = {"nr",          "doel",        "van",
                                        "naar",        "naarOin",     "wijze",
                                        "grondslag",   "signalen",    "velden",
                                        "voorwaarden", "bewaarDagen", "terugkoppeling",
                                        "golven",      "sleutel",     "tweedeBevestiger",
                                        "indicatoren", "periode",     "gebiedsniveau",
                                        "drempel",     "epsilon",     "gevoeligheid",
                                        NULL};

    TRY(read_only(place, object, names));
    TRY(read_identity(place, object, article));
    TRY(read_recipients(covenant, place, object, article));
    TRY(check_forbidden(covenant, place, object));
    TRY(read_basis(place, object, article));
    TRY(read_codes(covenant, place, object, article));
    TRY(read_fields(covenant, place, object, article));
    TRY(read_feedback(place, object, article));
    TRY(read_individual(place, object, article));
    TRY(read_aggregate(place, object, article));
    return article->lane == LANE_AGGREGATE ? check_aggregate(place, article)
                                           : check_individual(covenant, place, article);
}
