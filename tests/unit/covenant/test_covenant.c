/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/covenant.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"

static void the_sample_is_read_whole(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    const struct article *article;
    size_t geluid;

    (void)state;
    assert_string_equal(covenant->reference, "sociaal-renoveren-voorbeelddreef@1.2.0");
    assert_int_equal(strlen(covenant->fingerprint), 64);
    assert_int_equal(covenant->parties_count, 5);
    assert_true(covenant->parties[2].secrecy);
    assert_int_equal(covenant->lead, 0);
    assert_string_equal(covenant->lead_title, "sociaal procesregisseur");
    assert_int_equal(covenant->articles_count, 5);
    article = covenant_article(covenant, 1);
    geluid =
        signal_code_index(test_code_lists(), signal_code_find(test_code_lists(), "OVL.GELUID"));
    assert_true(code_set_has(&article->codes, geluid));
    assert_int_equal(article->terms.decide_workdays, 10);
    assert_int_equal(article->retention_days, 365);
    assert_true(article_uses_tokens(article));
    article = covenant_article(covenant, 3);
    assert_int_equal(article->from, PARTY_NONE);
    assert_int_equal(article->threshold.cell_least, 10);
    assert_string_equal(article->epsilon, "1/2");
    article = covenant_article(covenant, 4);
    assert_int_equal(article->waves_count, 3);
    assert_true(article->basis.avg89);
    article = covenant_article(covenant, 5);
    assert_int_equal(article->conditions,
                     bit_of(CONDITION_CONTACT_TRIED) | bit_of(CONDITION_POINTED_TO_HELP) |
                         bit_of(CONDITION_REMINDED) | bit_of(CONDITION_NO_OBJECTION));
    assert_string_equal(article->feedback_list, "DDAS");
    assert_true(has_bit(covenant->forbidden_kinds, PARTY_POLITIE));
    assert_true(has_bit(covenant->forbidden_fields, FIELD_BSN));
    assert_true(has_bit(covenant->forbidden_acts, ACT_SCORE));
    assert_null(covenant_article(covenant, 6));
    assert_null(covenant_party(covenant, NULL));
}

static void the_fingerprint_is_that_of_the_raw_bytes(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_COVENANT compact = NULL;
    OWNED_COVENANT spaced = NULL;
    OWNED_BUFFER text = {0};
    char expected[SHA256_HEX_BYTES];

    (void)state;
    assert_int_equal(json_write(document, &text), OUTCOME_OK);
    assert_int_equal(covenant_parse(buffer_bytes(&text), test_code_lists(), &compact, NULL),
                     OUTCOME_OK);
    assert_int_equal(sha256_hex(buffer_bytes(&text), expected), OUTCOME_OK);
    assert_string_equal(compact->fingerprint, expected);
    buffer_add_byte(&text, '\n');
    assert_int_equal(covenant_parse(buffer_bytes(&text), test_code_lists(), &spaced, NULL),
                     OUTCOME_OK);
    assert_string_not_equal(spaced->fingerprint, compact->fingerprint);
}

/* One change to the sample: `path` is where, "" removes. The value is JSON. */
struct change {
    const char *path, *value;
    enum covenant_wrong wrong;
    const char *where;
};

static json_t *step_into(json_t *value, const char *step)
{
    char *end;
    unsigned long index = strtoul(step, &end, 10);

    return *end ? json_object_get(value, step) : json_array_get(value, index);
}

static void apply_change(json_t *document, const struct change *change)
{
    char path[80], *step, *next, *rest;
    json_t *value = NULL, *target = document;

    snprintf(path, sizeof path, "%s", change->path);
    step = strtok_r(path, ".", &rest);
    while ((next = strtok_r(NULL, ".", &rest))) {
        target = step_into(target, step);
        step = next;
        assert_non_null(target);
    }
    if (*change->value) {
        value = json_loads(change->value, JSON_DECODE_ANY, NULL);
        assert_non_null(value);
    }
    if (json_is_array(target)) {
        size_t index = strtoul(step, NULL, 10);
        if (index == json_array_size(target))
            assert_int_equal(json_array_append_new(target, value), 0);
        else
            assert_int_equal(json_array_set_new(target, index, value), 0);
    } else if (value) {
        assert_int_equal(json_object_set_new(target, step, value), 0);
    } else {
        assert_int_equal(json_object_del(target, step), 0);
    }
}

static const struct change refused[] = {
    /* the head */
    {"formaat", "\"buurt-convenant/2\"", COVENANT_WRONG_FORM, "formaat"},
    {"formaat", "", COVENANT_WRONG_FORM, "formaat"},
    {"id", "\"Met Hoofdletters\"", COVENANT_WRONG_FORM, "id"},
    {"id", "\"\"", COVENANT_WRONG_FORM, "id"},
    {"versie", "\"een\"", COVENANT_WRONG_FORM, "versie"},
    {"versie", "1", COVENANT_WRONG_FORM, "versie"},
    {"titel", "\"twee\\nregels\"", COVENANT_WRONG_FORM, "titel"},
    {"titel", "\"\\u0085\"", COVENANT_WRONG_FORM, "titel"},
    {"titel", "\"\\u007f\"", COVENANT_WRONG_FORM, "titel"},
    {"groep", "\"a b\"", COVENANT_WRONG_FORM, "groep"},
    {"vorige", "\"3f9a\"", COVENANT_WRONG_FORM, "vorige"},
    {"pilot", "\"ja\"", COVENANT_WRONG_FORM, "pilot"},
    {"pilot", "true", COVENANT_WRONG_PILOT, "geldigTot"}, /* for longer than six months */
    {"dpiaKenmerk", "7", COVENANT_WRONG_FORM, "dpiaKenmerk"},
    {"onbekend", "1", COVENANT_WRONG_FORM, "onbekend veld"},
    /* dates */
    {"geldigVanaf", "\"1-12-2026\"", COVENANT_WRONG_FORM, "geldigVanaf"},
    {"geldigTot", "\"2026-11-30\"", COVENANT_WRONG_DATES, "geldigTot"},
    {"evaluatieDatum", "\"2026-11-30\"", COVENANT_WRONG_DATES, "evaluatieDatum"},
    {"evaluatieDatum", "\"2028-02-01\"", COVENANT_WRONG_DATES, "evaluatieDatum"},
    {"evaluatieDatum", "", COVENANT_WRONG_FORM, "evaluatieDatum"},
    /* area */
    {"gebied", "[]", COVENANT_WRONG_FORM, "gebied"},
    {"gebied.soort", "\"STRAAT\"", COVENANT_WRONG_FORM, "gebied.soort"},
    {"gebied.code", "", COVENANT_WRONG_FORM, "gebied.code"},
    {"gebied.aantalWoningen", "0", COVENANT_WRONG_FORM, "gebied.aantalWoningen"},
    {"gebied.plaats", "\"x\"", COVENANT_WRONG_FORM, "gebied.onbekend veld"},
    /* parties */
    {"partijen", "[]", COVENANT_WRONG_FORM, "partijen"},
    {"partijen", "{}", COVENANT_WRONG_FORM, "partijen"},
    {"partijen.1", "7", COVENANT_WRONG_FORM, "partijen[1].object"},
    {"partijen.1.oin", "\"0000009900000001000\"", COVENANT_WRONG_FORM, "partijen[1].oin"},
    {"partijen.1.oin", "\"0000009900000001000x\"", COVENANT_WRONG_FORM, "partijen[1].oin"},
    {"partijen.1.oin", "\"" SAMPLE_CORPORATION "\"", COVENANT_WRONG_TWICE, "partijen[1].oin"},
    {"partijen.2.naam", "\"\"", COVENANT_WRONG_FORM, "partijen[2].naam"},
    {"partijen.2.soort", "\"BAKKER\"", COVENANT_WRONG_FORM, "partijen[2].soort"},
    {"partijen.2.beroepsgeheim", "1", COVENANT_WRONG_FORM, "partijen[2].beroepsgeheim"},
    {"partijen.2.beroepsgeheim", "", COVENANT_WRONG_FORM, "partijen[2].beroepsgeheim"},
    {"partijen.2.bevolking", "-1", COVENANT_WRONG_FORM, "partijen[2].bevolking"},
    {"partijen.2.sleuteldocument", "\"e30\"", COVENANT_WRONG_FORM, "partijen[2].sleuteldocument"},
    {"partijen.2.sleuteldocument", "\"e3!=\"", COVENANT_WRONG_FORM, "partijen[2].sleuteldocument"},
    {"partijen.2.telefoon", "\"1\"", COVENANT_WRONG_FORM, "partijen[2].onbekend veld"},
    /* tasks */
    {"regie.oin", "\"00000099000000990000\"", COVENANT_WRONG_NOT_A_PARTY, "regie.oin"},
    {"regie.rol", "\"BAAS\"", COVENANT_WRONG_FORM, "regie.rol"},
    {"regie", "", COVENANT_WRONG_FORM, "regie"},
    {"sleutelgever", "\"00000099000000990000\"", COVENANT_WRONG_NOT_A_PARTY, "sleutelgever"},
    {"sleutelhouders", "[\"" SAMPLE_CORPORATION "\"]", COVENANT_WRONG_KEY_HOLDERS,
     "sleutelhouders"},
    {"sleutelhouders", "[\"" SAMPLE_GGZ "\",\"" SAMPLE_GGZ "\"]", COVENANT_WRONG_TWICE,
     "sleutelhouders[1]"},
    {"sleutelhouders", "[\"x\"]", COVENANT_WRONG_FORM, "sleutelhouders[0]"},
    {"sleutelhouders", "[7]", COVENANT_WRONG_FORM, "sleutelhouders[0]"},
    {"optellers", "[\"00000099000000990000\"]", COVENANT_WRONG_NOT_A_PARTY, "optellers[0]"},
    {"getuigen", "{\"aantal\":1,\"van\":[]}", COVENANT_WRONG_WITNESSES, "getuigen.aantal"},
    {"getuigen", "{\"aantal\":-1}", COVENANT_WRONG_FORM, "getuigen.aantal"},
    {"getuigen", "{\"soort\":1}", COVENANT_WRONG_FORM, "getuigen.onbekend veld"},
    /* what is forbidden */
    {"verboden", "", COVENANT_WRONG_FORM, "verboden"},
    {"verboden.velden.0", "\"bsnn\"", COVENANT_WRONG_FORM, "verboden.velden[0]"},
    {"verboden.velden.1", "\"bsn\"", COVENANT_WRONG_TWICE, "verboden.velden[1]"},
    {"verboden.ontvangers.0", "\"POLITE\"", COVENANT_WRONG_FORM, "verboden.ontvangers[0]"},
    {"verboden.handelingen.0", "\"KIJKEN\"", COVENANT_WRONG_FORM, "verboden.handelingen[0]"},
    {"verboden.meer", "[]", COVENANT_WRONG_FORM, "verboden.onbekend veld"},
    {"verboden.velden.6", "\"golf\"", COVENANT_WRONG_FORBIDDEN_FIELD, "bepalingen[3].velden[1]"},
    {"verboden.ontvangers.4", "\"GGZ\"", COVENANT_WRONG_FORBIDDEN_KIND, "bepalingen[1].naar[0]"},
    /* articles */
    {"bepalingen", "[]", COVENANT_WRONG_FORM, "bepalingen"},
    {"bepalingen.1.nr", "1", COVENANT_WRONG_TWICE, "bepalingen[1].nr"},
    {"bepalingen.1.nr", "0", COVENANT_WRONG_FORM, "bepalingen[1].nr"},
    {"bepalingen.1.nr", "", COVENANT_WRONG_FORM, "bepalingen[1].nr"},
    {"bepalingen.1.doel", "\"NIEUWSGIERIG\"", COVENANT_WRONG_FORM, "bepalingen[1].doel"},
    {"bepalingen.1.van", "\"BAKKER\"", COVENANT_WRONG_FORM, "bepalingen[1].van"},
    {"bepalingen.1.naar", "[]", COVENANT_WRONG_FORM, "bepalingen[1].naar"},
    {"bepalingen.1.naar", "[\"BAKKER\"]", COVENANT_WRONG_FORM, "bepalingen[1].naar[0]"},
    {"bepalingen.1.naar", "[\"HUURDERSORGANISATIE\"]", COVENANT_WRONG_COUNTS_ONLY,
     "bepalingen[1].naar"},
    {"bepalingen.1.naarOin", "[\"" SAMPLE_WIJKTEAM "\"]", COVENANT_WRONG_NOT_A_PARTY,
     "bepalingen[1].naarOin"},
    {"bepalingen.1.wijze", "\"GEWOON\"", COVENANT_WRONG_FORM, "bepalingen[1].wijze"},
    {"bepalingen.1.wijze", "\"WET\"", COVENANT_WRONG_LANE_NOT_OF_CODE, "bepalingen[1].signalen[0]"},
    {"bepalingen.1.grondslag", "", COVENANT_WRONG_FORM, "bepalingen[1].grondslag"},
    {"bepalingen.1.grondslag.avg6", "", COVENANT_WRONG_FORM, "bepalingen[1].grondslag.avg6"},
    {"bepalingen.1.grondslag.avg7", "\"a\"", COVENANT_WRONG_FORM,
     "bepalingen[1].grondslag.onbekend veld"},
    {"bepalingen.1.signalen", "", COVENANT_WRONG_NO_CODES, "bepalingen[1].signalen"},
    {"bepalingen.1.signalen", "[]", COVENANT_WRONG_NO_CODES, "bepalingen[1].signalen"},
    {"bepalingen.1.signalen.0", "\"ZORG.DEMENT\"", COVENANT_WRONG_CODE_UNKNOWN,
     "bepalingen[1].signalen[0]"},
    {"bepalingen.1.signalen.0", "\"X.PSYCHISCH\"", COVENANT_WRONG_CODE_BLOCKED,
     "bepalingen[1].signalen[0]"},
    {"bepalingen.1.signalen.0", "\"OVL.ONVEILIG\"", COVENANT_WRONG_LANE_NOT_OF_CODE,
     "bepalingen[1].signalen[0]"},
    {"bepalingen.1.signalen.1", "\"ZORG.EENZAAM\"", COVENANT_WRONG_TWICE,
     "bepalingen[1].signalen[1]"},
    {"bepalingen.1.velden", "", COVENANT_WRONG_FORM, "bepalingen[1].velden"},
    {"bepalingen.1.velden.0", "\"schoenmaat\"", COVENANT_WRONG_FORM, "bepalingen[1].velden[0]"},
    {"bepalingen.1.velden.0", "\"bsn\"", COVENANT_WRONG_FORBIDDEN_FIELD, "bepalingen[1].velden[0]"},
    {"bepalingen.1.velden.0", "\"medicatie\"", COVENANT_WRONG_FORM, "bepalingen[1].velden[0]"},
    {"bepalingen.1.velden.3", "\"golf\"", COVENANT_WRONG_NO_PROOF, "bepalingen[1].velden"},
    {"bepalingen.1.terugkoppeling.niveau", "3", COVENANT_WRONG_FORM,
     "bepalingen[1].terugkoppeling.niveau"},
    {"bepalingen.1.terugkoppeling.niveau", "", COVENANT_WRONG_FORM,
     "bepalingen[1].terugkoppeling.niveau"},
    {"bepalingen.1.terugkoppeling.snel", "1", COVENANT_WRONG_FORM,
     "bepalingen[1].terugkoppeling.onbekend veld"},
    {"bepalingen.1.terugkoppeling.besluitWerkdagen", "", COVENANT_WRONG_NO_DECISION_TERM,
     "bepalingen[1].terugkoppeling.besluitWerkdagen"},
    {"bepalingen.1.bewaarDagen", "", COVENANT_WRONG_NO_RETENTION, "bepalingen[1].bewaarDagen"},
    {"bepalingen.1.bewaarDagen", "4000", COVENANT_WRONG_FORM, "bepalingen[1].bewaarDagen"},
    {"bepalingen.1.periode", "\"MAAND\"", COVENANT_WRONG_FORM, "bepalingen[1].indicatoren"},
    {"bepalingen.1.vrij", "1", COVENANT_WRONG_FORM, "bepalingen[1].onbekend veld"},
    {"bepalingen.2.velden", "[\"gebied\"]", COVENANT_WRONG_INDIVIDUAL_IN_SUM,
     "bepalingen[2].velden"},
    {"bepalingen.2.indicatoren", "", COVENANT_WRONG_FORM, "bepalingen[2].indicatoren"},
    {"bepalingen.2.periode", "", COVENANT_WRONG_FORM, "bepalingen[2].periode"},
    {"bepalingen.2.periode", "\"UUR\"", COVENANT_WRONG_FORM, "bepalingen[2].periode"},
    {"bepalingen.2.gebiedsniveau.0", "\"STRAAT\"", COVENANT_WRONG_FORM,
     "bepalingen[2].gebiedsniveau[0]"},
    {"bepalingen.2.drempel.minimumCel", "0", COVENANT_WRONG_FORM,
     "bepalingen[2].drempel.minimumCel"},
    {"bepalingen.2.drempel.anders", "1", COVENANT_WRONG_FORM,
     "bepalingen[2].drempel.onbekend veld"},
    {"bepalingen.2.epsilon", "\"0.5\"", COVENANT_WRONG_FORM, "bepalingen[2].epsilon"},
    {"bepalingen.2.epsilon", "\"01/2\"", COVENANT_WRONG_FORM, "bepalingen[2].epsilon"},
    {"bepalingen.2.epsilon", "\"1/0\"", COVENANT_WRONG_FORM, "bepalingen[2].epsilon"},
    {"bepalingen.3.golven.0", "7", COVENANT_WRONG_FORM, "bepalingen[3].golven[0]"},
    {"bepalingen.4.grondslag.wet", "", COVENANT_WRONG_NO_LAW, "bepalingen[4].grondslag.wet"},
    {"bepalingen.4.voorwaarden.0", "\"zin\"", COVENANT_WRONG_FORM, "bepalingen[4].voorwaarden[0]"},
    {"bepalingen.0.naar", "[\"WELZIJN\"]", COVENANT_WRONG_JOINING_IN_ONLY, "bepalingen[0].naar"},
    {"bepalingen.3.naar", "[\"ONDERZOEK\",\"WELZIJN\"]", COVENANT_WRONG_JOINING_IN_ONLY,
     "bepalingen[3].naar"},
    {"bepalingen.4.velden.3", "\"gebied\"", COVENANT_WRONG_STATUTE_FIELDS, "bepalingen[4].velden"},
    {"bepalingen.4.velden.0", "\"pseudoniem\"", COVENANT_WRONG_STATUTE_FIELDS,
     "bepalingen[4].velden"},
    {"bepalingen.4.voorwaarden", "", COVENANT_WRONG_STATUTE_CONDITIONS,
     "bepalingen[4].voorwaarden"},
    {"bepalingen.4.voorwaarden.3", "\"huidigeHuurder\"", COVENANT_WRONG_STATUTE_CONDITIONS,
     "bepalingen[4].voorwaarden"},
    {"bepalingen.4.tweedeBevestiger", "1", COVENANT_WRONG_FORM, "bepalingen[4].tweedeBevestiger"},
};

static void each_wrong_covenant_is_refused_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        OWNED_JSON document = sample_covenant_json();
        struct covenant *covenant = NULL;
        struct covenant_fault fault = {0};
        apply_change(document, &refused[i]);
        if (parse_covenant_json(document, &covenant, &fault) != OUTCOME_MALFORMED)
            fail_msg("%s = %s was taken", refused[i].path, refused[i].value);
        assert_null(covenant);
        assert_string_equal(fault.at.where, refused[i].where);
        assert_string_equal(covenant_wrong_text(fault.wrong, LANGUAGE_EN),
                            covenant_wrong_text(refused[i].wrong, LANGUAGE_EN));
    }
}

static const struct change taken[] = {
    {"pilot", "false", COVENANT_WRONG_NONE, ""},
    {"dpiaKenmerk", "", COVENANT_WRONG_NONE, ""},
    {"vorige", "\"e1ee4de8e1140cedc7460498ea8c1352f220e2a9190257ef3d1d25dd10d3f1ce\"",
     COVENANT_WRONG_NONE, ""},
    {"evaluatieDatum", "\"2028-01-31\"", COVENANT_WRONG_NONE, ""},
    {"evaluatieDatum", "\"2026-12-01\"", COVENANT_WRONG_NONE, ""},
    {"sleutelgever", "\"" SAMPLE_CORPORATION "\"", COVENANT_WRONG_NONE, ""},
    {"sleutelhouders", "[\"" SAMPLE_GGZ "\",\"" SAMPLE_GEMEENTE "\"]", COVENANT_WRONG_NONE, ""},
    {"optellers", "[]", COVENANT_WRONG_NONE, ""},
    {"getuigen", "{\"aantal\":1,\"van\":[\"" SAMPLE_GGZ "\"]}", COVENANT_WRONG_NONE, ""},
    {"partijen.0.sleuteldocument", "\"e30=\"", COVENANT_WRONG_NONE, ""},
    {"bepalingen.0.naarOin", "[\"" SAMPLE_WIJKTEAM "\"]", COVENANT_WRONG_NONE, ""},
    {"bepalingen.0.tweedeBevestiger", "true", COVENANT_WRONG_NONE, ""},
    {"bepalingen.1.terugkoppeling", "", COVENANT_WRONG_NONE, ""},
    {"verboden", "{}", COVENANT_WRONG_NONE, ""},
};

static void each_right_variation_loads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        OWNED_JSON document = sample_covenant_json();
        OWNED_COVENANT covenant = NULL;
        struct covenant_fault fault = {0};
        apply_change(document, &taken[i]);
        if (parse_covenant_json(document, &covenant, &fault) != OUTCOME_OK)
            fail_msg("%s: %s", taken[i].path, fault.at.where);
    }
}

static void one_party_or_article_over_the_limit_is_refused(void **state)
{
    static const struct {
        const char *name, *key;
        size_t most;
    } limits[] = {{"partijen", "partijen", COVENANT_PARTIES_MAX},
                  {"bepalingen", "bepalingen", COVENANT_ARTICLES_MAX}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        OWNED_JSON document = sample_covenant_json();
        json_t *array = json_object_get(document, limits[i].key);
        struct covenant *covenant = NULL;
        struct covenant_fault fault = {0};
        for (size_t n = json_array_size(array); n < limits[i].most; n++) {
            json_t *copy = json_deep_copy(json_array_get(array, 1));
            char oin[OIN_LENGTH + 1];
            snprintf(oin, sizeof oin, "00000099%08u0000", (unsigned)(n & 0xffff) + 1000);
            if (i == 0)
                json_object_set_new(copy, "oin", json_string(oin));
            else
                json_object_set_new(copy, "nr", json_integer((json_int_t)n + 100));
            json_array_append_new(array, copy);
        }
        assert_int_equal(parse_covenant_json(document, &covenant, &fault), OUTCOME_OK);
        covenant_free_at(&covenant);
        json_array_append(array, json_array_get(array, 1));
        assert_int_equal(parse_covenant_json(document, &covenant, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.at.where, limits[i].name);
    }
}

static void what_is_no_json_or_too_large_is_refused(void **state)
{
    static uint8_t large[COVENANT_MAX_BYTES + 1];
    struct covenant *covenant = NULL;
    struct covenant_fault fault = {0};

    (void)state;
    assert_int_equal(covenant_parse(bytes_of("", 0), test_code_lists(), &covenant, &fault),
                     OUTCOME_MALFORMED);
    assert_string_equal(fault.at.where, "JSON");
    assert_int_equal(covenant_parse(bytes_of_text("[]"), test_code_lists(), &covenant, NULL),
                     OUTCOME_MALFORMED);
    assert_int_equal(
        covenant_parse(bytes_of(large, sizeof large), test_code_lists(), &covenant, &fault),
        OUTCOME_TOO_LARGE);
    assert_null(covenant);
}

static void the_first_fault_wins(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    struct covenant *covenant = NULL;
    struct covenant_fault fault = {.at = {"eerder"}, .wrong = COVENANT_WRONG_TWICE};

    (void)state;
    json_object_del(document, "id");
    assert_int_equal(parse_covenant_json(document, &covenant, &fault), OUTCOME_MALFORMED);
    assert_string_equal(fault.at.where, "eerder");
    assert_int_equal(fault.wrong, COVENANT_WRONG_TWICE);
}

static void a_draft_is_not_complete(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_COVENANT draft = sample_covenant();
    OWNED_COVENANT half = NULL;
    OWNED_COVENANT whole = NULL;
    json_t *parties = json_object_get(document, "partijen");
    struct covenant_fault fault = {0};

    (void)state;
    assert_int_equal(covenant_complete(draft, &fault), OUTCOME_MALFORMED);
    assert_string_equal(fault.at.where, "partijen[0].sleuteldocument");
    assert_int_equal(fault.wrong, COVENANT_WRONG_NO_KEY_DOCUMENT);
    for (size_t i = 0; i < json_array_size(parties); i++)
        json_object_set_new(json_array_get(parties, i), "sleuteldocument", json_string("e30="));
    assert_int_equal(parse_covenant_json(document, &half, NULL), OUTCOME_OK);
    assert_int_equal(half->parties[3].key_document.length, 2);
    assert_memory_equal(half->parties[3].key_document.data, "{}", 2);
    fault = (struct covenant_fault){0};
    assert_int_equal(covenant_complete(half, &fault), OUTCOME_MALFORMED);
    assert_string_equal(fault.at.where, "sleutelgever");
    json_object_set_new(document, "sleutelgever", json_string(SAMPLE_CORPORATION));
    assert_int_equal(parse_covenant_json(document, &whole, NULL), OUTCOME_OK);
    assert_int_equal(covenant_complete(whole, NULL), OUTCOME_OK);
}

/* Replaces @MARK@ by what the mark is for. */
static const char *filling_of(const char *mark, size_t length)
{
    static const struct {
        const char *mark, *filling;
    } fillings[] = {
        {"@ID@", "proef"},
        {"@TITEL@", "Proef"},
        {"@GROEP@", "proef"},
        {"@DPIA@", "DPIA-1"},
        {"@GELDIG_VANAF@", "2026-12-01"},
        {"@GELDIG_TOT@", "2027-11-30"},
        {"@EVALUATIE@", "2027-11-30"},
        {"@CORPORATIE_OIN@", SAMPLE_CORPORATION},
        {"@WIJKTEAM_OIN@", SAMPLE_WIJKTEAM},
        {"@GGZ_OIN@", SAMPLE_GGZ},
        {"@GEMEENTE_OIN@", SAMPLE_GEMEENTE},
    };

    for (size_t i = 0; i < sizeof fillings / sizeof *fillings; i++) {
        if (strlen(fillings[i].mark) == length && strncmp(fillings[i].mark, mark, length) == 0)
            return fillings[i].filling;
    }
    return length > 5 && memcmp(mark + length - 5, "NAAM@", 5) == 0 ? "Naam" : "e30=";
}

static void the_template_filled_in_is_a_complete_covenant(void **state)
{
    static char text[64 * 1024];
    FILE *file = fopen("config/convenant-sjabloon.json", "rb");
    OWNED_BUFFER filled = {0};
    OWNED_COVENANT covenant = NULL;
    struct covenant_fault fault = {0};
    size_t marks = 0;

    (void)state;
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    for (const char *c = text; *c; c++) {
        const char *end = *c == '@' ? strchr(c + 1, '@') : NULL;
        if (!end) {
            buffer_add_byte(&filled, (uint8_t)*c);
            continue;
        }
        buffer_add_text(&filled, filling_of(c, (size_t)(end - c) + 1));
        marks++;
        c = end;
    }
    assert_int_equal(marks, 21);
    if (covenant_parse(buffer_bytes(&filled), test_code_lists(), &covenant, &fault) != OUTCOME_OK)
        fail_msg("%s", fault.at.where);
    assert_int_equal(covenant_complete(covenant, &fault), OUTCOME_OK);
    assert_int_equal(covenant->parties_count, 4);
    assert_int_equal(covenant->articles_count, 8);
    assert_int_equal(covenant->witnesses_needed, 0);
}

static void the_named_recipient_stands_for_its_kind(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_COVENANT covenant = NULL;
    json_t *article = json_array_get(json_object_get(document, "bepalingen"), 0);
    const struct article *first;

    (void)state;
    json_object_set_new(json_array_get(json_object_get(document, "partijen"), 4), "soort",
                        json_string("WIJKTEAM"));
    json_object_set_new(article, "naar", json_pack("[s,s]", "WIJKTEAM", "GEMEENTE"));
    json_object_set_new(article, "naarOin", json_pack("[s]", SAMPLE_WIJKTEAM));
    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    first = &covenant->articles[0];
    assert_true(article_has_recipient(covenant, first, &covenant->parties[1]));
    assert_false(article_has_recipient(covenant, first, &covenant->parties[4]));
    assert_true(article_has_recipient(covenant, first, &covenant->parties[3]));
    assert_false(article_has_recipient(covenant, first, &covenant->parties[2]));
}

static void the_longest_name_of_an_article_fits(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_COVENANT covenant = NULL;
    struct covenant_fault fault;
    char id[COVENANT_ID_MAX_BYTES + 1], version[COVENANT_VERSION_MAX_BYTES + 1];
    char rule[COVENANT_RULE_BYTES], wanted[2 * COVENANT_RULE_BYTES];

    (void)state;
    memset(id, 'a', sizeof id - 1);
    memset(version, '1', sizeof version - 1);
    id[sizeof id - 1] = version[sizeof version - 1] = '\0';
    json_object_set_new(document, "id", json_string(id));
    json_object_set_new(document, "versie", json_string(version));
    assert_int_equal(parse_covenant_json(document, &covenant, &fault), OUTCOME_OK);
    snprintf(wanted, sizeof wanted, "%s/2147483647@%s", id, version);
    covenant_rule_print(covenant, INT32_MAX, rule, sizeof rule);
    assert_string_equal(rule, wanted);
}

static void every_wrong_has_a_text_in_both_languages(void **state)
{
    (void)state;
    for (int i = 0; i < COVENANT_WRONG_COUNT; i++) {
        assert_true(strlen(covenant_wrong_text((enum covenant_wrong)i, LANGUAGE_NL)) > 10);
        assert_true(strlen(covenant_wrong_text((enum covenant_wrong)i, LANGUAGE_EN)) > 10);
    }
    assert_string_equal(covenant_wrong_text(COVENANT_WRONG_COUNT, LANGUAGE_NL), "");
}

static void out_of_memory_leaves_nothing_behind(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_BUFFER text = {0};
    struct covenant *covenant = NULL;
    enum outcome outcome;

    (void)state;
    json_object_set_new(json_array_get(json_object_get(document, "partijen"), 0), "sleuteldocument",
                        json_string("e30="));
    assert_int_equal(json_write(document, &text), OUTCOME_OK);
    (void)test_code_lists();
    WITH_SCARCE_MEMORY(outcome,
                       covenant_parse(buffer_bytes(&text), test_code_lists(), &covenant, NULL),
                       covenant_free_at(&covenant));
    covenant_free(NULL);
}

static void random_bytes_in_a_covenant_never_crash_the_parser(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_BUFFER text = {0};
    struct dice dice = dice_throw_from(4);

    (void)state;
    assert_int_equal(json_write(document, &text), OUTCOME_OK);
    for (int i = 0; i < 3000; i++) {
        OWNED_COVENANT covenant = NULL;
        struct covenant_fault fault = {0};
        size_t at = dice_number(&dice, text.length);
        uint8_t old = text.data[at];
        text.data[at] ^= (uint8_t)(1 << dice_number(&dice, 8));
        if (covenant_parse(buffer_bytes(&text), test_code_lists(), &covenant, &fault) != OUTCOME_OK)
            assert_null(covenant);
        text.data[at] = old;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_is_read_whole),
        cmocka_unit_test(the_fingerprint_is_that_of_the_raw_bytes),
        cmocka_unit_test(each_wrong_covenant_is_refused_at_its_place),
        cmocka_unit_test(each_right_variation_loads),
        cmocka_unit_test(one_party_or_article_over_the_limit_is_refused),
        cmocka_unit_test(what_is_no_json_or_too_large_is_refused),
        cmocka_unit_test(the_first_fault_wins),
        cmocka_unit_test(a_draft_is_not_complete),
        cmocka_unit_test(the_template_filled_in_is_a_complete_covenant),
        cmocka_unit_test(the_named_recipient_stands_for_its_kind),
        cmocka_unit_test(the_longest_name_of_an_article_fits),
        cmocka_unit_test(every_wrong_has_a_text_in_both_languages),
        cmocka_unit_test(out_of_memory_leaves_nothing_behind),
        cmocka_unit_test(random_bytes_in_a_covenant_never_crash_the_parser),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
