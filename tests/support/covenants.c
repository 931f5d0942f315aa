/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/covenants.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/built_in.h"

const struct code_lists *test_code_lists(void)
{
    static struct code_lists *lists;

    if (!lists)
        assert_int_equal(code_lists_load(&lists), OUTCOME_OK);
    return lists;
}

json_t *sample_covenant_json(void)
{
    json_t *document = json_load_file("tests/cases/covenant/sociaal-renoveren.json", 0, NULL);

    assert_non_null(document);
    return document;
}

enum outcome parse_covenant_json(const json_t *document, struct covenant **out_covenant,
                                 struct covenant_fault *fault)
{
    OWNED_BUFFER text = {0};

    assert_int_equal(json_write(document, &text), OUTCOME_OK);
    return covenant_parse(buffer_bytes(&text), test_code_lists(), out_covenant, fault);
}

json_t *large_covenant_json(size_t parties, size_t articles)
{
    json_t *document = sample_covenant_json();
    json_t *all = json_object_get(document, "partijen");
    json_t *rules = json_object_get(document, "bepalingen");

    for (size_t i = json_array_size(all); i < parties; i++) {
        json_t *party = json_deep_copy(json_array_get(all, 1));
        char oin[OIN_LENGTH + 1] = "00000099000099000000";
        oin[17] = (char)('0' + i % 10);
        oin[18] = (char)('0' + i / 10 % 10);
        json_object_set_new(party, "oin", json_string(oin));
        json_array_append_new(all, party);
    }
    for (size_t i = json_array_size(rules); i < articles; i++) {
        json_t *rule = json_deep_copy(json_array_get(rules, i % 3 == 2 ? 4 : 0));
        json_object_set_new(rule, "nr", json_integer((json_int_t)i + 10));
        json_array_append_new(rules, rule);
    }
    return document;
}

struct covenant *sample_covenant(void)
{
    OWNED_JSON document = sample_covenant_json();
    struct covenant *covenant = NULL;
    struct covenant_fault fault = {0};

    assert_int_equal(parse_covenant_json(document, &covenant, &fault), OUTCOME_OK);
    return covenant;
}

struct oin oin_of(const char *text)
{
    struct oin oin = {0};

    assert_true(oin_parse(text, &oin));
    return oin;
}

struct day day_of_text(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text, &day));
    return day;
}

/* The OIN of party i < 10 of a random covenant. */
static void number_oin(size_t i, char out[static OIN_LENGTH + 1])
{
    memcpy(out, "00000099000000000000", OIN_LENGTH + 1);
    out[15] = (char)('0' + i % 10);
}

static json_t *random_parties(struct dice *dice, enum party_kind *kinds, size_t count)
{
    json_t *parties = json_array();

    for (size_t i = 0; i < count; i++) {
        char oin[OIN_LENGTH + 1];
        kinds[i] = (enum party_kind)(1 + dice_number(dice, dice_coin(dice) ? 4 : 16));
        number_oin(i, oin);
        json_array_append_new(parties, json_pack("{s:s, s:s, s:s, s:b}", "oin", oin, "naam",
                                                 "Partij", "soort", party_kind_word(kinds[i]),
                                                 "beroepsgeheim", dice_coin(dice)));
    }
    return parties;
}

static json_t *random_words(struct dice *dice, const char *(*word_at)(unsigned), unsigned from,
                            unsigned count, unsigned one_in)
{
    json_t *words = json_array();

    for (unsigned i = from; i < count; i++) {
        if (dice_number(dice, one_in) == 0)
            json_array_append_new(words, json_string(word_at(i)));
    }
    return words;
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

static bool among(const json_t *words, const char *word)
{
    for (size_t i = 0; i < json_array_size(words); i++) {
        if (strcmp(json_string_value(json_array_get(words, i)), word) == 0)
            return true;
    }
    return false;
}

static void add_word(json_t *words, const char *word)
{
    if (!among(words, word))
        json_array_append_new(words, json_string(word));
}

static json_t *random_codes(struct dice *dice, enum lane lane, bool joining_in)
{
    const struct code_lists *lists = test_code_lists();
    json_t *codes = json_array();

    while (json_array_size(codes) == 0) {
        for (size_t i = 0; i < lists->signals_count; i++) {
            bool may = !joining_in || strncmp(lists->signals[i].code, "MEED.", 5) == 0;
            if (may && has_bit(lists->signals[i].lanes, lane) && dice_number(dice, 3) == 0)
                add_word(codes, lists->signals[i].code);
        }
    }
    return codes;
}

/* What the law says of an early signal no covenant says otherwise. */
static void keep_to_the_statute(json_t *article)
{
    for (unsigned i = 0; i < CONDITION_COUNT; i++) {
        if (has_bit(STATUTE_CONDITIONS, i))
            add_word(json_object_get(article, "voorwaarden"), condition_at(i));
    }
}

static void fill_individual(struct dice *dice, json_t *article, enum lane lane,
                            enum purpose purpose, const json_t *forbidden_fields)
{
    bool research = purpose == PURPOSE_ONDERZOEK;
    bool welfare = among(json_object_get(article, "naar"), "WELZIJN");
    bool early = lane == LANE_LAW; /* both its codes, or the purpose */
    json_t *fields = json_array();

    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        if (field_is_sendable((enum field)i) && dice_coin(dice) &&
            (!early || has_bit(STATUTE_FIELDS, i)) &&
            !among(forbidden_fields, field_word((enum field)i)))
            add_word(fields, field_word((enum field)i));
    }
    add_word(fields, lane == LANE_CONSENT ? "bewijs" : "contactenvelop");
    json_object_set_new(article, "velden", fields);
    if (!research || welfare || dice_coin(dice))
        json_object_set_new(article, "signalen", random_codes(dice, lane, welfare));
    if (dice_number(dice, 3) == 0 || lane == LANE_LAW)
        json_object_set_new(article, "voorwaarden",
                            random_words(dice, condition_at, 0, CONDITION_COUNT, 3));
    if (early)
        keep_to_the_statute(article);
    json_object_set_new(article, "bewaarDagen", json_integer(30));
    json_object_set_new(
        article, "terugkoppeling",
        json_pack("{s:i, s:i}", "niveau", (int)dice_number(dice, 3), "besluitWerkdagen", 10));
}

static void fill_aggregate(struct dice *dice, json_t *article)
{
    if (dice_coin(dice))
        json_object_set_new(article, "signalen", random_codes(dice, LANE_AGGREGATE, false));
    json_object_set_new(article, "indicatoren", json_pack("[s]", "aantalSignalen"));
    json_object_set_new(article, "periode", json_string("MAAND"));
}

/* NULL when the dice chose recipients that the covenant cannot have. */
static json_t *random_article(struct dice *dice, int number, const enum party_kind *kinds,
                              size_t count, const json_t *forbidden)
{
    enum lane lane = (enum lane)(1 + dice_number(dice, LANE_COUNT - 1));
    enum purpose purpose = (enum purpose)(1 + dice_number(dice, PURPOSE_COUNT - 1));
    json_t *to = json_array(), *article, *named = json_array();

    for (size_t tries = 1 + dice_number(dice, 3); tries > 0; tries--) {
        size_t i = dice_number(dice, count);
        if (among(json_object_get(forbidden, "ontvangers"), party_kind_word(kinds[i])) ||
            (lane != LANE_AGGREGATE && party_kind_counts_only(kinds[i])) ||
            (lane == LANE_LAW && kinds[i] == PARTY_WELZIJN))
            continue;
        add_word(to, party_kind_word(kinds[i]));
        if (dice_number(dice, 3) == 0) {
            char oin[OIN_LENGTH + 1];
            number_oin(i, oin);
            add_word(named, oin);
        }
    }
    if (json_array_size(to) == 0) {
        json_decref(to);
        json_decref(named);
        return NULL;
    }
    article = json_pack(
        "{s:i, s:s, s:s, s:o, s:s, s:{s:s}}", "nr", number, "doel", purpose_word(purpose), "van",
        dice_number(dice, 4) ? party_kind_word(kinds[dice_number(dice, count)]) : "*", "naar", to,
        "wijze", lane_word(lane), "grondslag", "avg6", "a");
    json_object_set_new(article, "naarOin", named);
    if (lane == LANE_LAW)
        json_object_set_new(json_object_get(article, "grondslag"), "wet", json_string("Wet"));
    if (lane == LANE_AGGREGATE)
        fill_aggregate(dice, article);
    else
        fill_individual(dice, article, lane, purpose, json_object_get(forbidden, "velden"));
    return article;
}

static json_t *random_forbidden(struct dice *dice)
{
    json_t *fields = random_words(dice, field_at, 0, FIELD_COUNT, 12);

    for (size_t i = json_array_size(fields); i-- > 0;) {
        const char *word = json_string_value(json_array_get(fields, i));
        if (strcmp(word, "bewijs") == 0 || strcmp(word, "contactenvelop") == 0)
            json_array_remove(fields, i); /* fill_individual counts on them */
    }
    return json_pack("{s:o, s:o}", "velden", fields, "ontvangers",
                     random_words(dice, kind_at, 1, PARTY_KIND_COUNT, 8));
}

static json_t *some_oins(struct dice *dice, size_t count, size_t least)
{
    json_t *oins = json_array();

    for (size_t i = 0; i < count && (least || dice_coin(dice)); i++) {
        char oin[OIN_LENGTH + 1];
        number_oin(i, oin);
        add_word(oins, oin);
        least -= least > 0;
    }
    return oins;
}

json_t *random_covenant_json(struct dice *dice)
{
    return random_covenant_of(dice, 8, 6);
}

json_t *random_covenant_of(struct dice *dice, size_t parties_most, size_t articles_most)
{
    enum party_kind kinds[10];
    size_t count = 2 + dice_number(dice, parties_most - 1);
    json_t *parties = random_parties(dice, kinds, count), *articles = json_array();
    json_t *forbidden = random_forbidden(dice), *document;
    size_t wanted = 1 + dice_number(dice, articles_most);

    for (int number = 1, tries = 0; json_array_size(articles) < wanted && tries < 200; tries++) {
        json_t *article = random_article(dice, number, kinds, count, forbidden);
        if (article && json_array_append_new(articles, article) == 0)
            number++;
    }
    document = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:o, s:{s:s}, s:o, s:o}", "formaat",
        "buurt-convenant/1", "id", "toeval", "versie", "1.0", "titel", "Toeval", "groep", "proef",
        "geldigVanaf", "2026-12-01", "geldigTot", "2028-01-31", "evaluatieDatum", "2027-11-30",
        "gebied", "soort", "BUURT", "code", "BU99990101", "partijen", parties, "regie", "oin",
        "00000099000000000000", "bepalingen", articles, "verboden", forbidden);
    if (dice_coin(dice))
        json_object_set_new(document, "sleutelgever", json_string("00000099000000010000"));
    if (dice_number(dice, 3) == 0)
        json_object_set_new(document, "sleutelhouders", some_oins(dice, count, 2));
    if (dice_number(dice, 3) == 0)
        json_object_set_new(document, "optellers", some_oins(dice, count, 0));
    assert_non_null(document);
    return document;
}
