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

#include "covenant/signal.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TOKEN "wp1.pch.g.2026H2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define CORE                                                                                       \
    "\"id\":\"01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a\",\"convenant\":\"voorbeelddreef@1.2.0\","      \
    "\"bepaling\":1,\"doel\":\"TOELEIDING\",\"signaalcode\":\"OVL.BURENRUZIE\","                   \
    "\"houder\":\"00000099000000020000\",\"regiehouder\":\"00000099000000010000\","                \
    "\"verzondenOp\":\"2026-12-03T09:00:00Z\""
#define LISTED                                                                                     \
    ",\"gebied\":{\"soort\":\"COMPLEX\",\"code\":\"CPL-VD-01\"},\"contactmoment\":\"OVERLAST\","   \
    "\"waarneemweek\":\"2026-W49\",\"pseudoniem\":\"" TOKEN "\",\"bewijs\":{\"payload\":\"\"},"    \
    "\"hulpvraagBekend\":\"onbekend\",\"bedragAchterstand\":61250,"                                \
    "\"signaalDatum\":\"2026-12-04\",\"onderzoekspseudoniem\":\"" TOKEN "\",\"golf\":\"VOOR\","    \
    "\"antwoordcodes\":[\"W1.JA\",\"W2.NEE\"]"

static enum outcome parse(const char *text, struct signal *out, struct fault *fault)
{
    OWNED_JSON item = NULL;
    enum outcome outcome;

    TRY(json_read(bytes_of_text(text), SIGNAL_MAX_BYTES, &item));
    outcome = signal_parse(item, out, fault);
    out->proof = NULL; /* it dies with the item */
    return outcome;
}

static char *altered(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    char *out;

    assert_non_null(at);
    out = malloc(strlen(text) + strlen(new) + 1);
    assert_non_null(out);
    memcpy(out, text, (size_t)(at - text));
    strcpy(out + (at - text), new);
    strcat(out, at + strlen(old));
    return out;
}

static void a_whole_signal_is_read(void **state)
{
    OWNED_SIGNAL signal = {0};

    (void)state;
    assert_int_equal(parse("{" CORE LISTED "}", &signal, NULL), OUTCOME_OK);
    assert_string_equal(signal.covenant, "voorbeelddreef@1.2.0");
    assert_int_equal(signal.article, 1);
    assert_int_equal(signal.purpose, PURPOSE_TOELEIDING);
    assert_string_equal(signal.code, "OVL.BURENRUZIE");
    assert_string_equal(signal.holder.text, "00000099000000020000");
    assert_string_equal(signal.lead.text, "00000099000000010000");
    assert_int_equal(signal.fields & bit_of(FIELD_CONTACT), 0);
    assert_int_equal(signal.area_level, AREA_COMPLEX);
    assert_string_equal(signal.area_code, "CPL-VD-01");
    assert_int_equal(signal.week.year, 2026);
    assert_int_equal(signal.week.number, 49);
    assert_int_equal(signal.help_question, HELP_QUESTION_UNKNOWN);
    assert_int_equal(signal.arrears_cents, 61250);
    assert_int_equal(signal.answer_count, 2);
    assert_string_equal(signal.answers[1], "W2.NEE");
}

static void the_core_alone_is_a_signal(void **state)
{
    OWNED_SIGNAL signal = {0};

    (void)state;
    assert_int_equal(parse("{" CORE "}", &signal, NULL), OUTCOME_OK);
    assert_int_equal(signal.fields, 0);
}

static void what_was_read_is_printed_as_it_was(void **state)
{
    OWNED_JSON item = NULL;
    OWNED_SIGNAL signal = {0};
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(json_read(bytes_of_text("{" CORE LISTED "}"), SIGNAL_MAX_BYTES, &item),
                     OUTCOME_OK);
    assert_int_equal(signal_parse(item, &signal, NULL), OUTCOME_OK);
    assert_int_equal(signal_print(&signal, &text), OUTCOME_OK);
    assert_string_equal(buffer_text(&text), "{" CORE LISTED "}");
}

static void each_bound_is_kept(void **state)
{
    static const struct {
        const char *old, *new, *where;
    } rows[] = {
        {"01a23b2d-72e0-4c3e", "01a23b2d-72e0-7c3e", "id"}, /* version 7 tells the time */
        {"01a23b2d", "01A23b2d", "id"},
        {"voorbeelddreef@1.2.0", "voorbeelddreef", "convenant"},
        {"voorbeelddreef@1.2.0", "@1.2.0", "convenant"},
        {"voorbeelddreef@1.2.0", "voorbeelddreef@", "convenant"},
        {"voorbeelddreef@1.2.0", "a@b@c", "convenant"},
        {"voorbeelddreef@1.2.0", "voorbeelddreef 1.2.0", "convenant"},
        {"voorbeelddreef@1.2.0", "voor beeld@1", "convenant"},
        {"1.2.0", "1.2.00000000000000", "convenant"},
        {"\"bepaling\":1", "\"bepaling\":0", "bepaling"},
        {"\"bepaling\":1", "\"bepaling\":1000", "bepaling"},
        {"\"bepaling\":1", "\"bepaling\":\"1\"", "bepaling"},
        {"TOELEIDING", "toeleiding", "doel"},
        {"TOELEIDING", "", "doel"},
        {"OVL.BURENRUZIE", "ovl.burenruzie", "signaalcode"},
        {"OVL.BURENRUZIE", "OVL BURENRUZIE", "signaalcode"},
        {"OVL.BURENRUZIE", "ABCDEFGHIJKLMNOPQRSTUVWXY", "signaalcode"},
        {"00000099000000020000", "0000009900000002000", "houder"},
        {"00000099000000010000", "00000099000000010000 ", "regiehouder"},
        {"09:00:00Z", "09:12:44Z", "verzondenOp"}, /* the hour is enough */
        {"09:00:00Z", "09:00:00.000Z", "verzondenOp"},
        {"09:00:00Z", "09:00:00+01:00", "verzondenOp"},
        {"COMPLEX", "STRAAT", "gebied.soort"},
        {"CPL-VD-01", "", "gebied"},
        {"CPL-VD-01", "CPL VD", "gebied"},
        {"CPL-VD-01", "CPL-VD-01-CPL-VD-01-CPL-VD-01-CPL", "code"},
        {"\"COMPLEX\"", "\"BUURT\"", "gebied"},
        {"\"soort\":\"COMPLEX\"", "\"naam\":\"X\",\"soort\":\"COMPLEX\"", "onbekend veld"},
        {"OVERLAST\"", "BEZOEK\"", "contactmoment"},
        {"2026-W49", "2026-W54", "waarneemweek"},
        {"2026-W49", "2025-W53", "waarneemweek"}, /* that year has 52 */
        {"2026-W49", "2026-49", "waarneemweek"},
        {"\"pseudoniem\":\"wp1", "\"pseudoniem\":\"wp2", "pseudoniem"},
        {"\"pseudoniem\":\"wp1.pch", "\"pseudoniem\":\"wp1.abc", "pseudoniem"},
        {"{\"payload\":\"\"}", "\"x\"", "bewijs"},
        {"\"onbekend\"", "\"misschien\"", "hulpvraagBekend"},
        {"61250", "-1", "bedragAchterstand"},
        {"61250", "1000000001", "bedragAchterstand"},
        {"2026-12-04", "04-12-2026", "signaalDatum"},
        {"2026-12-04", "2026-02-29", "signaalDatum"},
        {"\"onderzoekspseudoniem\":\"wp1", "\"onderzoekspseudoniem\":\"x", "onderzoekspseudoniem"},
        {"\"VOOR\"", "\"TIJDENS\"", "golf"},
        {"[\"W1.JA\",\"W2.NEE\"]", "[]", "antwoordcodes"},
        {"\"W2.NEE\"", "\"ik ben bang\"", "antwoordcodes"},
        {"\"W2.NEE\"", "7", "antwoordcodes[1]"},
        {"\"W2.NEE\"", "\"ABCDEFGHIJKLMNOPQRSTUVWXY\"", "antwoordcodes[1]"},
        {"\"golf\"", "\"aflossing\":\"VEEL\",\"golf\"", "aflossing"},
        {"\"golf\"", "\"warmeOverdracht\":false,\"golf\"", "warmeOverdracht"}, /* or absent */
        {"\"golf\"", "\"eindDatum\":\"2026-02-30\",\"golf\"", "eindDatum"},
        {"\"golf\"", "\"toelichting\":\"x\",\"golf\"", "onbekend veld"},
        {"\"golf\"", "\"bsn\":\"999990019\",\"golf\"", "onbekend veld"},
        {"\"golf\"", "\"contactenvelop\":\"AAAA\",\"golf\"", "contactenvelop"},
    };
    size_t ran = 0;

    (void)state;
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        OWNED_SIGNAL signal = {.article = 77};
        struct fault fault = {0};
        char *text = altered("{" CORE LISTED "}", rows[ran].old, rows[ran].new);
        assert_int_equal(parse(text, &signal, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, rows[ran].where);
        assert_int_equal(signal.article, 77); /* left alone */
        free(text);
    }
    assert_int_equal(ran, 52);
}

static void each_member_of_the_core_is_needed(void **state)
{
    static const char *const names[] = {"id",          "convenant", "bepaling",    "doel",
                                        "signaalcode", "houder",    "regiehouder", "verzondenOp"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        OWNED_JSON item = NULL;
        OWNED_SIGNAL signal = {0};
        struct fault fault = {0};
        assert_int_equal(json_read(bytes_of_text("{" CORE LISTED "}"), SIGNAL_MAX_BYTES, &item),
                         OUTCOME_OK);
        json_object_del(item, names[i]);
        assert_int_equal(signal_parse(item, &signal, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, names[i]);
    }
}

static void what_is_no_object_is_no_signal(void **state)
{
    OWNED_JSON array = json_array();
    OWNED_SIGNAL signal = {0};

    (void)state;
    assert_int_equal(signal_parse(NULL, &signal, NULL), OUTCOME_MALFORMED);
    assert_int_equal(signal_parse(array, &signal, NULL), OUTCOME_MALFORMED);
}

static void research_carries_no_code(void **state)
{
    OWNED_SIGNAL signal = {0};
    char *text = altered("{" CORE "}", "OVL.BURENRUZIE", "");

    (void)state;
    assert_int_equal(parse(text, &signal, NULL), OUTCOME_OK);
    assert_string_equal(signal.code, "");
    free(text);
}

static void area_codes_have_the_form_of_their_level(void **state)
{
    static const struct {
        enum area_level level;
        const char *code;
        bool valid;
    } rows[] = {
        {AREA_BUURT, "BU99990104", true},
        {AREA_BUURT, "BU9999A1B4", true},
        {AREA_BUURT, "BU999901040", false},
        {AREA_BUURT, "BU9999010", false},
        {AREA_BUURT, "BUA9990104", false},
        {AREA_WIJK, "WK034403", true},
        {AREA_WIJK, "WK0344A3", true},
        {AREA_WIJK, "BU034403", false},
        {AREA_GEMEENTE, "GM0344", true},
        {AREA_GEMEENTE, "GM034", false},
        {AREA_GEMEENTE, "GM03440", false},
        {AREA_COMPLEX, "CPL-VD-01", true},
        {AREA_COMPLEX, "c 1", false},
        {AREA_COMPLEX, "a\"b", false},
        {AREA_LEVEL_COUNT, "GM0344", false},
        {AREA_GEMEENTE, "", false},
        {AREA_COMPLEX, "12345678901234567890123456789012", true},
        {AREA_COMPLEX, "123456789012345678901234567890123", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(area_code_is_valid(rows[i].level, rows[i].code), rows[i].valid);
}

static void words_are_read_back(void **state)
{
    enum area_level level = AREA_LEVEL_COUNT;
    enum help_question help = HELP_QUESTION_COUNT;

    (void)state;
    for (unsigned i = 0; i < AREA_LEVEL_COUNT; i++) {
        assert_true(area_level_parse(area_level_word((enum area_level)i), &level));
        assert_int_equal(level, i);
    }
    for (unsigned i = 0; i < HELP_QUESTION_COUNT; i++) {
        assert_true(help_question_parse(help_question_word((enum help_question)i), &help));
        assert_int_equal(help, i);
    }
    assert_false(area_level_parse(NULL, &level));
    assert_false(help_question_parse("JA", &help));
    assert_string_equal(area_level_word(AREA_LEVEL_COUNT), "");
    assert_string_equal(help_question_word(HELP_QUESTION_COUNT), "");
    assert_true(wave_is_known("NA_OPLEVERING"));
    assert_false(wave_is_known(NULL));
    assert_string_equal(wave_name("VOOR", LANGUAGE_EN), "before the renovation");
    assert_null(wave_name("ERNA", LANGUAGE_NL));
}

static void roll_listed(struct dice *dice, struct signal *out)
{
    static const char *const moments[] = {"VERHURING", "OVERLAST", "BUURTRONDE", "ENQUETE"};
    static const char *const all_waves[] = {"VOOR", "LOGEERWONING", "NA_OPLEVERING"};
    static const char *const codes[] = {"CPL-VD-01", "BU99990104", "WK999901", "GM9999"};
    struct token token = {.type = TOKEN_PCH, .strength = TOKEN_SPLIT, .epoch = "2027H1-12"};
    struct contact contact = {.postcode = "1234AB", .number = "5"};
    OWNED_BUFFER envelope = {0};

    out->area_level = (enum area_level)dice_number(dice, AREA_LEVEL_COUNT);
    strcpy(out->area_code, codes[out->area_level]);
    strcpy(out->contact_moment, moments[dice_number(dice, 4)]);
    out->week = (struct week){2000 + (int)dice_number(dice, 100), 1 + (int)dice_number(dice, 52)};
    dice_bytes(dice, token.value, sizeof token.value);
    token_print(&token, out->token);
    dice_bytes(dice, token.value, sizeof token.value);
    token_print(&token, out->study_token);
    out->proof_text = bytes_of_text("{\"payload\":\"\",\"signatures\":[]}");
    out->help_question = (enum help_question)dice_number(dice, HELP_QUESTION_COUNT);
    dice_word(dice, "abc \"\\", 0, CONTACT_NAME_MAX_BYTES, contact.name);
    assert_int_equal(contact_print(&contact, &envelope), OUTCOME_OK);
    strcpy(out->contact, buffer_text(&envelope));
    out->arrears_cents = (int64_t)dice_number(dice, SIGNAL_CENTS_MAX + 1);
    out->signal_day = (struct day){(int32_t)dice_number(dice, 40000)};
    strcpy(out->wave, all_waves[dice_number(dice, 3)]);
    out->answer_count = 1 + (size_t)dice_number(dice, SIGNAL_ANSWERS_MAX);
    for (size_t i = 0; i < out->answer_count; i++)
        dice_word(dice, UPPER "0123456789._-", 1, SIGNAL_ANSWER_MAX_BYTES, out->answers[i]);
}

static void roll_signal(struct dice *dice, struct signal *out)
{
    *out = (struct signal){0};
    dice_uuid(dice, 4, out->id);
    dice_word(dice, "abc-/", 1, 64, out->covenant);
    strcat(out->covenant, "@1.2.0");
    out->article = 1 + (int)dice_number(dice, SIGNAL_ARTICLE_MAX);
    out->purpose = (enum purpose)(1 + dice_number(dice, PURPOSE_COUNT - 1));
    dice_word(dice, UPPER "._", 0, SIGNAL_CODE_TEXT_BYTES - 1, out->code);
    dice_word(dice, UPPER "0123456789", 20, 20, out->holder.text);
    dice_word(dice, UPPER "0123456789", 20, 20, out->lead.text);
    out->sent_ms = (int64_t)dice_number(dice, 1000000) * HOUR_MS;
    out->fields = (uint32_t)dice_number(dice, UINT64_C(1) << (FIELD_ANSWERS + 1));
    roll_listed(dice, out);
}

/* Compares what the set of fields says is there: the text is that and nothing else. */
static void assert_same_text(const struct signal *a, const struct signal *b)
{
    OWNED_BUFFER x = {0}, y = {0};

    assert_int_equal(a->fields, b->fields);
    assert_int_equal(signal_print(a, &x), OUTCOME_OK);
    assert_int_equal(signal_print(b, &y), OUTCOME_OK);
    assert_true(bytes_equal(buffer_bytes(&x), buffer_bytes(&y)));
}

static void assert_core_equal(const struct signal *a, const struct signal *b)
{
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->covenant, b->covenant);
    assert_int_equal(a->article, b->article);
    assert_int_equal(a->purpose, b->purpose);
    assert_string_equal(a->code, b->code);
    assert_string_equal(a->holder.text, b->holder.text);
    assert_string_equal(a->lead.text, b->lead.text);
    assert_int_equal(a->sent_ms, b->sent_ms);
    if (has_bit(a->fields, FIELD_ARREARS))
        assert_int_equal(a->arrears_cents, b->arrears_cents);
    if (has_bit(a->fields, FIELD_SIGNAL_DAY))
        assert_int_equal(a->signal_day.number, b->signal_day.number);
    if (has_bit(a->fields, FIELD_TOKEN))
        assert_string_equal(a->token, b->token);
    if (has_bit(a->fields, FIELD_CONTACT))
        assert_string_equal(a->contact, b->contact);
}

static void any_signal_survives_the_journey(void **state)
{
    struct dice dice = dice_throw_from(1203);
    int ran = 0;

    (void)state;
    for (; ran < 5000; ran++) {
        OWNED_SIGNAL signal = {0}, read = {0};
        OWNED_BUFFER text = {0};
        OWNED_JSON item = NULL;
        roll_signal(&dice, &signal);
        assert_int_equal(signal_print(&signal, &text), OUTCOME_OK);
        assert_true(text.length <= SIGNAL_MAX_BYTES);
        assert_int_equal(json_read(buffer_bytes(&text), SIGNAL_MAX_BYTES, &item), OUTCOME_OK);
        assert_int_equal(signal_parse(item, &read, NULL), OUTCOME_OK);
        assert_core_equal(&signal, &read);
        read.proof_text = signal.proof_text; /* JSON as text, whatever order Jansson keeps */
        assert_same_text(&signal, &read);
    }
    assert_int_equal(ran, 5000);
}

static void what_could_not_be_read_is_not_printed(void **state)
{
    struct dice dice = dice_throw_from(9);
    struct signal good, wrong;
    OWNED_BUFFER out = {0};

    (void)state;
    roll_signal(&dice, &good);
    good.fields = bit_of(FIELD_ANSWERS) | bit_of(FIELD_WEEK) | bit_of(FIELD_PROOF);
    assert_int_equal(signal_check(&good, NULL), OUTCOME_OK);
    wrong = good;
    wrong.fields |= bit_of(FIELD_BSN); /* a field that may never travel has no printer */
    assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
    wrong = good;
    wrong.purpose = PURPOSE_NONE;
    assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
    wrong = good;
    wrong.sent_ms++;
    assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
    for (size_t i = 0; i < 2; i++) {
        wrong = good;
        wrong.article = i ? 0 : SIGNAL_ARTICLE_MAX + 1;
        assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
        wrong = good;
        (i ? &wrong.holder : &wrong.lead)->text[0] = 'x';
        assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
        wrong = good;
        wrong.fields |= bit_of(FIELD_ARREARS);
        wrong.arrears_cents = i ? -1 : SIGNAL_CENTS_MAX + 1;
        assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
    }
    wrong = good;
    wrong.id[0] = 'x';
    assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
    wrong = good;
    wrong.answer_count = SIGNAL_ANSWERS_MAX + 1;
    assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
    for (size_t i = 0; i < 4; i++) {
        wrong = good;
        wrong.week.number = (int[]){54, 0, -10, 110}[i];
        assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
        wrong = good;
        wrong.week.year = (int[]){1899, 0, -2026, 12026}[i];
        assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
    }
    wrong = good;
    wrong.week.year = INT32_MAX;
    assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
    wrong = good;
    wrong.proof_text.length = SIGNAL_PROOF_MAX_BYTES + 1;
    assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
    wrong.proof_text.length = 0;
    assert_int_equal(signal_print(&wrong, &out), OUTCOME_MALFORMED);
    assert_int_equal(out.length, 0);
}

static enum outcome there_and_back(void)
{
    OWNED_JSON item = NULL;
    OWNED_SIGNAL signal = {0};
    OWNED_BUFFER text = {0};

    TRY(json_read(bytes_of_text("{" CORE LISTED "}"), SIGNAL_MAX_BYTES, &item));
    TRY(signal_parse(item, &signal, NULL));
    return signal_print(&signal, &text);
}

static void scarce_memory_is_told(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, there_and_back(), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_signal_is_read),
        cmocka_unit_test(the_core_alone_is_a_signal),
        cmocka_unit_test(what_was_read_is_printed_as_it_was),
        cmocka_unit_test(each_bound_is_kept),
        cmocka_unit_test(each_member_of_the_core_is_needed),
        cmocka_unit_test(what_is_no_object_is_no_signal),
        cmocka_unit_test(research_carries_no_code),
        cmocka_unit_test(area_codes_have_the_form_of_their_level),
        cmocka_unit_test(words_are_read_back),
        cmocka_unit_test(any_signal_survives_the_journey),
        cmocka_unit_test(what_could_not_be_read_is_not_printed),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
