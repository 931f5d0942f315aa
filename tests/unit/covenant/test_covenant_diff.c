/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/covenant_diff.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"

static struct covenant *parsed(const json_t *document)
{
    struct covenant *covenant = NULL;
    struct covenant_fault fault = {0};

    if (parse_covenant_json(document, &covenant, &fault) != OUTCOME_OK)
        fail_msg("%s: %s", fault.at.where, covenant_wrong_text(fault.wrong, LANGUAGE_EN));
    return covenant;
}

static json_t *article(json_t *document, size_t i)
{
    return json_array_get(json_object_get(document, "bepalingen"), i);
}

/* One change to the sample, made by a case, and the line it must give. */
struct change_case {
    const char *line;
    int article;
    bool wider;         /* of the line; the way back is the opposite unless `both` */
    bool both;          /* wider whichever way */
    bool neither;       /* wider in neither */
    const char *back;   /* the line of the way back */
    const char *object; /* where: "", "gebied", "bepalingen/0", "partijen/1" */
    const char *name;
    const char *value; /* JSON; NULL: taken away */
};

static json_t *place_of(json_t *document, const char *path)
{
    const char *slash = strchr(path, '/');
    char first[32];

    if (!path[0])
        return document;
    if (!slash)
        return json_object_get(document, path);
    snprintf(first, sizeof first, "%.*s", (int)(slash - path), path);
    json_t *item = json_array_get(json_object_get(document, first), (size_t)(slash[1] - '0'));
    return slash[2] ? json_object_get(item, slash + 3) : item;
}

static const struct change_case cases[] = {
    {"gegevens: erbij gebied", 2, true, .back = "gegevens: eraf gebied", .object = "bepalingen/1",
     .name = "velden",
     .value = "[\"waarneemweek\",\"pseudoniem\",\"contactenvelop\",\"bewijs\",\"gebied\"]"},
    {"signalen: eraf Eenzaamheid", 2, false, .back = "signalen: erbij Eenzaamheid",
     .object = "bepalingen/1", .name = "signalen", .value = "[\"ZORG.ZELFREDZAAM\"]"},
    {"naar: erbij gemeente", 1, true, .back = "naar: eraf gemeente", .object = "bepalingen/0",
     .name = "naar", .value = "[\"WIJKTEAM\",\"GEMEENTE\"]"},
    {"van: was corporatie, wordt *", 1, true, true, .back = "van: was *, wordt corporatie",
     .object = "bepalingen/0", .name = "van", .value = "\"*\""},
    {"bewaren (dagen): was 365, wordt 400", 1, true, .back = "bewaren (dagen): was 400, wordt 365",
     .object = "bepalingen/0", .name = "bewaarDagen", .value = "400"},
    {"niveau van terugkoppeling: was 1, wordt 2", 1, true,
     .back = "niveau van terugkoppeling: was 2, wordt 1", .object = "bepalingen/0/terugkoppeling",
     .name = "niveau", .value = "2"},
    {"terug binnen: was 2/10 wd/28 d, wordt 2/5 wd/28 d", 1, false, .neither = true,
     .back = "terug binnen: was 2/5 wd/28 d, wordt 2/10 wd/28 d",
     .object = "bepalingen/0/terugkoppeling", .name = "besluitWerkdagen", .value = "5"},
    {"met name genoemde ontvangers: erbij Buurtteam Voorbeeldstad", 1, false,
     .back = "met name genoemde ontvangers: eraf Buurtteam Voorbeeldstad", .object = "bepalingen/0",
     .name = "naarOin", .value = "[\"" SAMPLE_WIJKTEAM "\"]"},
    {"een tweede medewerker bevestigt voortaan", 1, false,
     .back = "een tweede medewerker bevestigt niet meer", .object = "bepalingen/0",
     .name = "tweedeBevestiger", .value = "true"},
    {"kleinste aantal dat wordt getoond: was 10, wordt 5", 3, true,
     .back = "kleinste aantal dat wordt getoond: was 5, wordt 10", .object = "bepalingen/2/drempel",
     .name = "minimumCel", .value = "5"},
    {"afronding: was 5, wordt 10", 3, false, .back = "afronding: was 10, wordt 5",
     .object = "bepalingen/2/drempel", .name = "afronding", .value = "10"},
    {"gebiedsniveau: erbij BUURT", 3, true, .back = "gebiedsniveau: eraf BUURT",
     .object = "bepalingen/2", .name = "gebiedsniveau", .value = "[\"COMPLEX\",\"BUURT\"]"},
    {"periode: was MAAND, wordt KWARTAAL", 3, true, true,
     .back = "periode: was KWARTAAL, wordt MAAND", .object = "bepalingen/2", .name = "periode",
     .value = "\"KWARTAAL\""},
    {"epsilon: was 1/2, wordt 1/4", 3, true, true, .back = "epsilon: was 1/4, wordt 1/2",
     .object = "bepalingen/2", .name = "epsilon", .value = "\"1/4\""},
    {"cijfers: eraf aandeelTeruggekoppeld", 3, false,
     .back = "cijfers: erbij aandeelTeruggekoppeld", .object = "bepalingen/2",
     .name = "indicatoren", .value = "[\"aantalSignalen\",\"aantalAdressenMetOndersteuning\"]"},
    {"metingen: eraf LOGEERWONING", 4, false, .back = "metingen: erbij LOGEERWONING",
     .object = "bepalingen/3", .name = "golven", .value = "[\"VOOR\",\"NA_OPLEVERING\"]"},
    {"nooit: eraf nationaliteit", 0, true, .back = "nooit: erbij nationaliteit",
     .object = "verboden", .name = "velden",
     .value = "[\"bsn\",\"naamMelder\",\"diagnose\",\"strafrechtelijk\",\"vrijeTekst\"]"},
    {"nooit: eraf risicoscore", 0, true, .back = "nooit: erbij risicoscore", .object = "verboden",
     .name = "handelingen", .value = "[\"ZOEKEN_OP_PSEUDONIEM\",\"KOPPELEN_TUSSEN_DOELEN\"]"},
    {"niet aan: eraf politie", 0, true, .back = "niet aan: erbij politie", .object = "verboden",
     .name = "ontvangers", .value = "[\"HANDHAVING\",\"NETBEHEERDER\",\"ANDERE_VERHUURDER\"]"},
    {"geldig tot: was 2028-01-31, wordt 2028-06-30", 0, true,
     .back = "geldig tot: was 2028-06-30, wordt 2028-01-31", .object = "", .name = "geldigTot",
     .value = "\"2028-06-30\""},
    {"geldig vanaf: was 2026-12-01, wordt 2027-01-01", 0, false,
     .back = "geldig vanaf: was 2027-01-01, wordt 2026-12-01", .object = "", .name = "geldigVanaf",
     .value = "\"2027-01-01\""},
    {"titel: was Sociaal renoveren Voorbeelddreef, wordt <b>", 0, false, .neither = true,
     .back = "titel: was <b>, wordt Sociaal renoveren Voorbeelddreef", .object = "",
     .name = "titel", .value = "\"<b>\""},
    {"DPIA: was DPIA-2026-014, wordt niets", 0, false, .neither = true,
     .back = "DPIA: was niets, wordt DPIA-2026-014", .object = "", .name = "dpiaKenmerk",
     .value = NULL},
    {"aantal woningen: was 174, wordt 200", 0, true, .back = "aantal woningen: was 200, wordt 174",
     .object = "gebied", .name = "aantalWoningen", .value = "200"},
    {"GGZ Voorbeeld heeft niet langer beroepsgeheim", 0, true,
     .back = "GGZ Voorbeeld heeft nu beroepsgeheim", .object = "partijen/2",
     .name = "beroepsgeheim", .value = "false"},
    {"aantal bewoners van GGZ Voorbeeld: was 0, wordt 900", 0, true,
     .back = "aantal bewoners van GGZ Voorbeeld: was 900, wordt 0", .object = "partijen/2",
     .name = "bevolking", .value = "900"},
    {"sleutelgever: was niets, wordt Gemeente Voorbeeldstad", 0, true, true,
     .back = "sleutelgever: was Gemeente Voorbeeldstad, wordt niets", .object = "",
     .name = "sleutelgever", .value = "\"" SAMPLE_GEMEENTE "\""},
    {"sleutelhouders: erbij Buurtteam Voorbeeldstad, Gemeente Voorbeeldstad", 0, true, true,
     .back = "sleutelhouders: eraf Buurtteam Voorbeeldstad, Gemeente Voorbeeldstad", .object = "",
     .name = "sleutelhouders", .value = "[\"" SAMPLE_GEMEENTE "\",\"" SAMPLE_WIJKTEAM "\"]"},
};

static const struct diff_line *find_line(const struct covenant_diff *diff, const char *text)
{
    for (size_t i = 0; i < diff->count; i++) {
        if (strcmp(diff->lines[i].text, text) == 0)
            return &diff->lines[i];
    }
    fail_msg("not told: %s (of %zu lines; the first: %s)", text, diff->count,
             diff->count ? diff->lines[0].text : "");
    return NULL;
}

static void each_kind_of_change_is_told_and_what_widens_is_marked(void **state)
{
    OWNED_COVENANT sample = sample_covenant();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct change_case *test = &cases[i];
        OWNED_JSON document = sample_covenant_json();
        json_t *place = place_of(document, test->object);
        assert_non_null(place);
        if (test->value)
            json_object_set_new(place, test->name, json_loads(test->value, JSON_DECODE_ANY, NULL));
        else
            json_object_del(place, test->name);
        OWNED_COVENANT changed = parsed(document);
        OWNED_COVENANT_DIFF there = {0};
        OWNED_COVENANT_DIFF back = {0};
        assert_int_equal(covenant_diff_make(sample, changed, LANGUAGE_NL, &there), OUTCOME_OK);
        assert_int_equal(covenant_diff_make(changed, sample, LANGUAGE_NL, &back), OUTCOME_OK);
        const struct diff_line *line = find_line(&there, test->line);
        assert_int_equal(line->article, test->article);
        assert_int_equal(line->wider, !test->neither && (test->wider || test->both));
        line = find_line(&back, test->back);
        assert_int_equal(line->article, test->article);
        assert_int_equal(line->wider, !test->neither && (!test->wider || test->both));
        assert_int_equal(there.count, 1);
        assert_int_equal(back.count, 1);
    }
}

static void a_pilot_that_goes_on_is_wider(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_COVENANT_DIFF there = {0};
    OWNED_COVENANT_DIFF back = {0};

    (void)state;
    json_object_set_new(document, "geldigTot", json_string("2027-05-31")); /* half a year */
    json_object_set_new(document, "evaluatieDatum", json_string("2027-05-01"));
    OWNED_COVENANT usual = parsed(document);
    json_object_set_new(document, "pilot", json_true());
    OWNED_COVENANT pilot = parsed(document);
    assert_int_equal(covenant_diff_make(usual, pilot, LANGUAGE_NL, &there), OUTCOME_OK);
    assert_false(find_line(&there, "is voortaan een pilot")->wider);
    assert_int_equal(covenant_diff_make(pilot, usual, LANGUAGE_NL, &back), OUTCOME_OK);
    assert_true(find_line(&back, "is geen pilot meer")->wider);
}

static void what_is_the_same_has_no_lines(void **state)
{
    struct dice dice = dice_throw_from(9);

    (void)state;
    for (int i = 0; i < 100; i++) {
        OWNED_JSON document = random_covenant_json(&dice);
        if (json_array_size(json_object_get(document, "bepalingen")) == 0)
            continue;
        OWNED_COVENANT one = parsed(document);
        OWNED_COVENANT_DIFF diff = {0};
        assert_int_equal(covenant_diff_make(one, one, LANGUAGE_NL, &diff), OUTCOME_OK);
        assert_int_equal(diff.count, 0);
    }
}

static void parties_and_articles_that_come_and_go_are_told(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_COVENANT sample = sample_covenant();
    OWNED_COVENANT_DIFF there = {0};
    OWNED_COVENANT_DIFF back = {0};

    (void)state;
    json_array_remove(json_object_get(document, "bepalingen"), 3);
    json_array_remove(json_object_get(document, "partijen"), 4);
    json_object_set_new(article(document, 0), "wijze", json_string("TOESTEMMING"));
    OWNED_COVENANT smaller = parsed(document);
    assert_int_equal(covenant_diff_make(sample, smaller, LANGUAGE_NL, &there), OUTCOME_OK);
    assert_false(
        find_line(&there, "partij vertrekt: Universiteit Voorbeeld (universiteit)")->wider);
    assert_false(find_line(&there, "bepaling vervalt: Onderzoek, corporatie → universiteit, "
                                   "toestemming")
                     ->wider);
    assert_int_equal(covenant_diff_wider(&there), 0);
    assert_int_equal(covenant_diff_make(smaller, sample, LANGUAGE_NL, &back), OUTCOME_OK);
    assert_true(find_line(&back, "nieuwe partij: Universiteit Voorbeeld (universiteit)")->wider);
    assert_int_equal(find_line(&back, "nieuwe bepaling: Onderzoek, corporatie → universiteit, "
                                      "toestemming")
                         ->article,
                     4);
    assert_int_equal(covenant_diff_wider(&back), 2);
}

/* Whatever may leave under the new version and might not under the old one: some line is wider. */
static void no_wider_covenant_goes_unmarked(void **state)
{
    struct dice dice = dice_throw_from(10);
    int compared = 0;

    (void)state;
    for (int i = 0; i < 300; i++) {
        OWNED_JSON document = random_covenant_json(&dice);
        OWNED_JSON more = json_deep_copy(document);
        json_t *rules = json_object_get(more, "bepalingen");
        size_t which =
            json_array_size(rules) ? (size_t)dice_number(&dice, json_array_size(rules)) : 0;
        json_t *rule = json_array_get(rules, which), *fields = json_object_get(rule, "velden");
        if (!fields || json_array_size(fields) < 2)
            continue;
        json_t *less = article(document, which);
        json_t *own = json_object_get(less, "velden");
        const char *word = json_string_value(json_array_get(own, 0));
        if (strcmp(word, "bewijs") == 0)
            continue;
        json_array_remove(own, 0);
        OWNED_COVENANT before = NULL;
        if (parse_covenant_json(document, &before, NULL) != OUTCOME_OK)
            continue;
        OWNED_COVENANT after = parsed(more);
        OWNED_COVENANT_DIFF diff = {0};
        assert_int_equal(covenant_diff_make(before, after, LANGUAGE_NL, &diff), OUTCOME_OK);
        assert_int_equal(covenant_diff_wider(&diff), 1);
        compared++;
    }
    assert_true(compared > 50);
}

static void on_paper_it_says_what_is_wider_and_escapes_names(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_COVENANT sample = sample_covenant();
    OWNED_COVENANT_DIFF diff = {0};
    OWNED_COVENANT_DIFF none = {0};
    OWNED_BUFFER text = {0}, html = {0}, empty = {0};

    (void)state;
    json_object_set_new(document, "titel", json_string("<b>Nieuw & \"ruim\"</b>"));
    json_object_set_new(article(document, 0), "bewaarDagen", json_integer(400));
    json_object_set_new(document, "vorige", json_string(sample->fingerprint));
    OWNED_COVENANT after = parsed(document);
    assert_int_equal(covenant_diff_make(sample, after, LANGUAGE_NL, &diff), OUTCOME_OK);
    assert_int_equal(covenant_diff_text(&diff, sample, after, LANGUAGE_NL, &text), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&text), "2 wijzigingen, waarvan 1 ruimer."));
    assert_non_null(strstr(buffer_text(&text), "Bepaling 1\nRUIMER  bewaren (dagen): was 365"));
    assert_null(strstr(buffer_text(&text), "Let op"));
    assert_int_equal(covenant_diff_html(&diff, sample, after, LANGUAGE_NL, &html), OUTCOME_OK);
    assert_null(strstr(buffer_text(&html), "<b>"));
    assert_non_null(strstr(buffer_text(&html), "&lt;b&gt;Nieuw &amp; &quot;ruim&quot;&lt;/b&gt;"));
    assert_non_null(strstr(buffer_text(&html), "<span class=\"mark\">RUIMER</span>"));
    assert_int_equal(covenant_diff_make(sample, sample, LANGUAGE_NL, &none), OUTCOME_OK);
    assert_int_equal(covenant_diff_text(&none, sample, sample, LANGUAGE_NL, &empty), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&empty), "Er verandert niets."));
    assert_non_null(strstr(buffer_text(&empty), "Let op: de nieuwe versie noemt deze niet"));
}

static enum outcome whole(const struct covenant *before, const struct covenant *after)
{
    OWNED_COVENANT_DIFF diff = {0};
    OWNED_BUFFER text = {0}, html = {0};

    TRY(covenant_diff_make(before, after, LANGUAGE_NL, &diff));
    TRY(covenant_diff_text(&diff, before, after, LANGUAGE_NL, &text));
    return covenant_diff_html(&diff, before, after, LANGUAGE_NL, &html);
}

static void scarce_memory_loses_no_line(void **state)
{
    OWNED_JSON document = large_covenant_json(6, 7);
    OWNED_COVENANT sample = sample_covenant();
    OWNED_COVENANT large = parsed(document);
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, whole(sample, large), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_change_is_told_and_what_widens_is_marked),
        cmocka_unit_test(a_pilot_that_goes_on_is_wider),
        cmocka_unit_test(what_is_the_same_has_no_lines),
        cmocka_unit_test(parties_and_articles_that_come_and_go_are_told),
        cmocka_unit_test(no_wider_covenant_goes_unmarked),
        cmocka_unit_test(on_paper_it_says_what_is_wider_and_escapes_names),
        cmocka_unit_test(scarce_memory_loses_no_line),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
