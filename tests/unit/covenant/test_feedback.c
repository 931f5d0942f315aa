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

#include "covenant/built_in.h"
#include "covenant/feedback.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"

#define ID     "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a"
#define SIGNAL "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6b"
#define OTHER  "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6c"
#define ITEM(code, rest)                                                                           \
    "{\"id\":\"" ID "\",\"signaal\":\"" SIGNAL "\",\"code\":\"" code                               \
    "\",\"op\":\"2026-12-16\"" rest "}"

static enum outcome parse(const char *text, struct feedback *out, struct fault *fault)
{
    OWNED_JSON item = NULL;

    TRY(json_read(bytes_of_text(text), FEEDBACK_MAX_BYTES, &item));
    return feedback_parse(item, out, fault);
}

static void good_answers_are_read_and_printed_as_they_were(void **state)
{
    static const char *const rows[] = {
        ITEM("BEOO", ""),
        ITEM("INBH", ""),
        ITEM("GEHV", ",\"vervolgstap\":\"HERHAALBEZOEK\",\"vervolgdatum\":\"2027-01-13\""),
        ITEM("GEHV", ",\"vervolgstap\":\"HERHAALBEZOEK\""),
        ITEM("GEHV", ",\"vervolgstap\":\"BEMOEIZORG_OVERWEGEN\""),
        ITEM("NBER", ",\"vervolgstap\":\"TERUG_NAAR_MELDER\""),
        ITEM("NBER", ",\"vervolgstap\":\"WACHTEN_TOT_DATUM\",\"vervolgdatum\":\"2026-12-16\""),
        ITEM("HERH", ",\"verwijstNaar\":\"" OTHER "\""),
        ITEM("VERW", ",\"organisatiesoort\":\"WIJKTEAM\""),
        ITEM("AFGH", ""),
    };
    size_t ran = 0;

    (void)state;
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        struct feedback feedback;
        OWNED_BUFFER text = {0};
        assert_int_equal(parse(rows[ran], &feedback, NULL), OUTCOME_OK);
        assert_int_equal(feedback_print(&feedback, &text), OUTCOME_OK);
        assert_string_equal(buffer_text(&text), rows[ran]);
    }
    assert_int_equal(ran, 10);
}

static void an_extra_that_lacks_or_is_too_much_is_refused(void **state)
{
    static const struct {
        const char *text, *where;
    } rows[] = {
        {ITEM("GEHV", ""), "vervolgstap"}, /* "no help wanted" alone is a dead end */
        {ITEM("NBER", ""), "vervolgstap"},
        {ITEM("HERH", ""), "verwijstNaar"},
        {ITEM("VERW", ""), "organisatiesoort"},
        {ITEM("GEHV", ",\"vervolgstap\":\"WACHTEN_TOT_DATUM\""), "vervolgdatum"},
        {ITEM("GEHV", ",\"vervolgstap\":\"WACHTEN_TOT_DATUM\",\"vervolgdatum\":\"2026-12-15\""),
         "vervolgdatum"},
        {ITEM("GEHV", ",\"vervolgstap\":\"TERUG_NAAR_MELDER\",\"vervolgdatum\":\"2027-01-13\""),
         "vervolgdatum"},
        {ITEM("GEHV", ",\"vervolgstap\":\"NIETS\""), "vervolgstap"},
        {ITEM("INBH", ",\"vervolgstap\":\"HERHAALBEZOEK\""), "vervolgstap"},
        {ITEM("INBH", ",\"vervolgdatum\":\"2027-01-13\""), "vervolgdatum"},
        {ITEM("INBH", ",\"verwijstNaar\":\"" OTHER "\""), "verwijstNaar"},
        {ITEM("HERH", ",\"verwijstNaar\":\"" SIGNAL "\""), "verwijstNaar"}, /* to itself */
        {ITEM("HERH", ",\"verwijstNaar\":\"Z-2026-000101\""), "verwijstNaar"},
        {ITEM("BEKD", ",\"organisatiesoort\":\"WIJKTEAM\""), "organisatiesoort"},
        {ITEM("VERW", ",\"organisatiesoort\":\"Parnassia\""), "organisatiesoort"},
        {ITEM("GEHV", ",\"vervolgstap\":\"HERHAALBEZOEK\",\"vervolgdatum\":\"2027-02-30\""),
         "vervolgdatum"},
        /* what is no text is not read as absent */
        {ITEM("INBH", ",\"vervolgstap\":7"), "vervolgstap"},
        {ITEM("INBH", ",\"verwijstNaar\":7"), "verwijstNaar"},
        {ITEM("INBH", ",\"organisatiesoort\":7"), "organisatiesoort"},
        {ITEM("INBH", ",\"bewijs\":\"x\""), "bewijs"},
        {"{\"id\":\"" ID "\",\"signaal\":\"" SIGNAL "\",\"code\":\"INBH\",\"op\":\"2026-02-30\"}",
         "op"},
        {ITEM("XXXX", ""), "code"},
        {ITEM("INBH", ",\"toelichting\":\"x\""), "onbekend veld"},
        {"[]", "object"},
    };
    size_t ran = 0;

    (void)state;
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        struct feedback feedback = {.code = ANSWER_BEOO};
        struct fault fault = {0};
        assert_int_equal(parse(rows[ran].text, &feedback, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, rows[ran].where);
        assert_int_equal(feedback.code, ANSWER_BEOO);
    }
    assert_int_equal(ran, 24);
}

static void any_answer_survives_the_journey(void **state)
{
    struct dice dice = dice_throw_from(16);
    int ran = 0, good = 0;

    (void)state;
    for (; ran < 20000; ran++) {
        struct feedback feedback = {.code = (enum answer)dice_number(&dice, ANSWER_COUNT),
                                    .on = {(int32_t)dice_number(&dice, 40000)},
                                    .next_step = (enum next_step)dice_number(&dice, 5),
                                    .has_next_day = dice_coin(&dice)};
        struct feedback read = {0};
        OWNED_BUFFER text = {0}, again = {0};
        dice_uuid(&dice, 4, feedback.id);
        dice_uuid(&dice, 4, feedback.signal);
        if (feedback.has_next_day)
            feedback.next_day = day_plus(feedback.on, (int)dice_number(&dice, 400) - 20);
        if (dice_coin(&dice))
            dice_uuid(&dice, 4, feedback.refers_to);
        if (dice_coin(&dice))
            feedback.partner_kind = (enum party_kind)dice_number(&dice, PARTY_KIND_COUNT);
        if (feedback_print(&feedback, &text) != OUTCOME_OK)
            continue;
        good++;
        assert_true(text.length <= FEEDBACK_MAX_BYTES);
        assert_int_equal(parse(buffer_text(&text), &read, NULL), OUTCOME_OK);
        assert_int_equal(feedback.code, read.code);
        assert_int_equal(feedback_print(&read, &again), OUTCOME_OK);
        assert_string_equal(buffer_text(&text), buffer_text(&again));
    }
    print_message("%d answers of %d were well formed\n", good, ran);
    assert_true(good > 500);
}

static void the_table_says_what_the_code_list_says(void **state)
{
    OWNED_CODE_LISTS lists = NULL;
    size_t ran = 0;

    (void)state;
    assert_int_equal(code_lists_load(&lists), OUTCOME_OK);
    for (; ran < lists->feedback_count; ran++) {
        const struct feedback_code *row = &lists->feedback[ran];
        enum answer code;
        assert_true(answer_parse(row->code, &code));
        assert_string_equal(answer_word(code), row->code);
        assert_int_equal(answer_ends(code), row->final);
        assert_int_equal(answer_level(code), row->level);
        if (row->extra == EXTRA_NEXT_STEP)
            assert_int_equal(answer_extra_of(code), ANSWER_EXTRA_NEXT_STEP);
        if (row->extra == EXTRA_REFERS_TO)
            assert_int_equal(answer_extra_of(code), ANSWER_EXTRA_REFERS_TO);
    }
    assert_int_equal(ran, ANSWER_COUNT);
    assert_int_equal(ran, 16);
}

static struct feedback_context context_of(enum answer current)
{
    return (struct feedback_context){.current = current, .level = 2, .explicit_consent = true};
}

static void assert_steps(const struct feedback_context *context, const char *expected)
{
    OWNED_BUFFER text = {0};

    answer_set_print(feedback_steps(context), &text);
    assert_string_equal(buffer_text(&text), expected);
}

static void each_step_has_its_successors(void **state)
{
    static const struct {
        enum answer current;
        const char *next;
    } rows[] = {
        {ANSWER_ONTV, "BEOO, INBH, INGP, NOPG, ONTE, HERH, GEHV, NBER, BEKD, VERW, AFGR"},
        {ANSWER_BEOO, "BEOO, INBH, INGP, NOPG, ONTE, HERH, GEHV, NBER, BEKD, VERW, AFGR"},
        {ANSWER_INBH, "INGP, GEHV, NBER, BEKD, VERW, AFGR"},
        {ANSWER_INGP, "INBH, INGP, GEHV, NBER, BEKD, VERW, AFGR"},
        {ANSWER_DOOR, ""},
        {ANSWER_NOPG, "HERO"},
        {ANSWER_ONTE, "HERO"},
        {ANSWER_HERH, "HERO"},
        {ANSWER_GEHV, "HERO"},
        {ANSWER_NBER, "HERO"},
        {ANSWER_BEKD, "HERO"},
        {ANSWER_VERW, "HERO"},
        {ANSWER_AFGR, "HERO"},
        {ANSWER_HERO, "BEOO, INBH, INGP, NOPG, ONTE, HERH, GEHV, NBER, BEKD, VERW, AFGR"},
        {ANSWER_INGT, ""},
        {ANSWER_AFGH, ""},
    };
    size_t ran = 0;

    (void)state;
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        struct feedback_context context = context_of(rows[ran].current);
        assert_steps(&context, rows[ran].next);
    }
    assert_int_equal(ran, ANSWER_COUNT);
}

static void a_reopening_comes_only_after_an_end(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ANSWER_COUNT; i++) {
        struct feedback_context context = context_of((enum answer)i);
        bool ended_by_holder = answer_ends((enum answer)i) && i != ANSWER_INGT && i != ANSWER_AFGH;
        assert_int_equal(feedback_allowed(&context, ANSWER_HERO),
                         ended_by_holder ? OUTCOME_OK : OUTCOME_STEP_NOT_ALLOWED);
    }
}

static void the_level_of_the_article_bounds_the_answer(void **state)
{
    struct feedback_context context = context_of(ANSWER_ONTV);

    (void)state;
    context.level = 0;
    assert_steps(&context, "BEOO, NOPG, ONTE, HERH");
    assert_int_equal(feedback_refusal(&context, ANSWER_INBH), FEEDBACK_REFUSAL_LEVEL);
    context.level = 1;
    assert_steps(&context, "BEOO, INBH, INGP, NOPG, ONTE, HERH, GEHV, NBER, AFGR");
    context.level = 2;
    context.explicit_consent = false;
    assert_int_equal(feedback_refusal(&context, ANSWER_VERW), FEEDBACK_REFUSAL_CONSENT);
    assert_int_equal(feedback_refusal(&context, ANSWER_AFGR), FEEDBACK_REFUSAL_NONE);
}

static void a_secrecy_bound_partner_stays_silent(void **state)
{
    struct feedback_context context = context_of(ANSWER_ONTV);

    (void)state;
    context.secrecy_bound = true;
    assert_steps(&context, "");
    assert_int_equal(feedback_refusal(&context, ANSWER_BEOO), FEEDBACK_REFUSAL_SECRECY);
    context.voice = FEEDBACK_VOICE_RELEASE;
    assert_steps(&context, "AFGH");
    context.current = ANSWER_AFGH; /* only once */
    assert_steps(&context, "");
}

static void secrecy_that_was_lifted_lets_the_article_decide(void **state)
{
    struct feedback_context context = context_of(ANSWER_ONTV);

    (void)state;
    context.secrecy_bound = true;
    context.secrecy_lifted = true;
    context.level = 1;
    assert_int_equal(feedback_refusal(&context, ANSWER_INBH), FEEDBACK_REFUSAL_NONE);
    assert_int_equal(feedback_refusal(&context, ANSWER_BEKD), FEEDBACK_REFUSAL_LEVEL);
}

static void a_note_that_stays_at_home_needs_no_permission(void **state)
{
    struct feedback_context context = {
        .current = ANSWER_ONTV, .secrecy_bound = true, .stays_local = true};

    (void)state;
    assert_int_equal(feedback_refusal(&context, ANSWER_VERW), FEEDBACK_REFUSAL_NONE);
    assert_int_equal(feedback_refusal(&context, ANSWER_HERO), FEEDBACK_REFUSAL_NOT_NEXT);
}

static void each_voice_has_its_own_codes(void **state)
{
    struct feedback_context context = context_of(ANSWER_INBH);

    (void)state;
    assert_int_equal(feedback_refusal(&context, ANSWER_ONTV), FEEDBACK_REFUSAL_RECEIPT_IS_ONTV);
    assert_int_equal(feedback_refusal(&context, ANSWER_DOOR), FEEDBACK_REFUSAL_BY_TRANSFER);
    assert_int_equal(feedback_refusal(&context, ANSWER_INGT), FEEDBACK_REFUSAL_BY_ORIGINATOR);
    assert_int_equal(feedback_refusal(&context, ANSWER_AFGH), FEEDBACK_REFUSAL_BY_RELEASE);
    context.voice = FEEDBACK_VOICE_RELEASE; /* of a partner that is not bound */
    assert_steps(&context, "");
    context.voice = FEEDBACK_VOICE_ORIGINATOR;
    assert_steps(&context, "INGT");
    context.voice = FEEDBACK_VOICE_TRANSFER;
    assert_steps(&context, "DOOR");
    context.current = ANSWER_AFGR; /* what has ended is not passed on, but can be withdrawn */
    assert_steps(&context, "");
    context.voice = FEEDBACK_VOICE_ORIGINATOR;
    assert_steps(&context, "INGT");
    context.current = ANSWER_INGT;
    assert_steps(&context, "");
}

/* A30, design 10: a transfer is asked by the holder, of what has not ended, at level 1, once. */
static void a30_a_transfer_is_asked_of_what_is_open_and_told_at_level_1(void **state)
{
    struct feedback_context context = context_of(ANSWER_BEOO);

    (void)state;
    context.voice = FEEDBACK_VOICE_TRANSFER;
    assert_steps(&context, "DOOR");
    context.level = 0;
    assert_int_equal(feedback_refusal(&context, ANSWER_DOOR), FEEDBACK_REFUSAL_LEVEL);
    context.level = 1;
    context.transfer_waits = true;
    assert_int_equal(feedback_refusal(&context, ANSWER_DOOR), FEEDBACK_REFUSAL_IN_TRANSFER);
    context.transfer_waits = false;
    context.secrecy_bound = true;
    assert_int_equal(feedback_refusal(&context, ANSWER_DOOR), FEEDBACK_REFUSAL_SECRECY);
    context.secrecy_lifted = true;
    assert_int_equal(feedback_refusal(&context, ANSWER_DOOR), FEEDBACK_REFUSAL_SECRECY);
}

static void while_a_transfer_waits_nothing_ends(void **state)
{
    struct feedback_context context = context_of(ANSWER_ONTV);

    (void)state;
    context.transfer_waits = true;
    assert_steps(&context, "BEOO, INBH, INGP");
    assert_int_equal(feedback_refusal(&context, ANSWER_AFGR), FEEDBACK_REFUSAL_IN_TRANSFER);
    context.voice = FEEDBACK_VOICE_ORIGINATOR; /* a withdrawal waits for nobody */
    assert_steps(&context, "INGT");
}

/* --- the whole table once more, from the text of the domain and design 10 alone --- */

static bool is_one_of(enum answer code, const char *words)
{
    const char *found = strstr(words, answer_word(code));

    return found && (found == words || found[-1] == ' ');
}

static bool naive_order(enum answer current, enum answer code)
{
    const bool ended = is_one_of(current, "NOPG ONTE HERH GEHV NBER BEKD VERW AFGR INGT AFGH");

    if (code == ANSWER_INGT) /* anything can be withdrawn, once */
        return current != ANSWER_INGT;
    if (code == ANSWER_HERO) /* the holder's own ends; not silence, not a withdrawal */
        return ended && current != ANSWER_INGT && current != ANSWER_AFGH;
    if (ended || current == ANSWER_DOOR) /* somebody else holds it, or nobody */
        return false;
    if (is_one_of(code, "NOPG ONTE HERH BEOO")) /* not after it was taken up */
        return is_one_of(current, "ONTV BEOO HERO");
    if (code == ANSWER_INBH)
        return current != ANSWER_INBH;
    return true; /* INGP (a new date too), DOOR, AFGH and each result */
}

static bool naive_voice(enum answer code, enum feedback_voice voice, bool secret)
{
    if (code == ANSWER_ONTV) /* the receipt is it */
        return false;
    if (code == ANSWER_INGT)
        return voice == FEEDBACK_VOICE_ORIGINATOR;
    if (code == ANSWER_DOOR)
        return voice == FEEDBACK_VOICE_TRANSFER;
    if (code == ANSWER_AFGH)
        return voice == FEEDBACK_VOICE_RELEASE && secret;
    return voice == FEEDBACK_VOICE_HOLDER;
}

static bool naive_telling(const struct feedback_context *context, enum answer code)
{
    const int level = is_one_of(code, "INBH INGP DOOR GEHV NBER AFGR") ? 1
                      : is_one_of(code, "BEKD VERW")                  ? 2
                                                                      : 0;

    if (is_one_of(code, "INGT AFGH")) /* fixed words, always the same */
        return true;
    if (code == ANSWER_DOOR && context->secrecy_bound)
        return false;
    if (context->stays_local)
        return true;
    if (context->secrecy_bound && !context->secrecy_lifted)
        return false;
    return level <= context->level && (level < 2 || context->explicit_consent);
}

static bool naively_allowed(const struct feedback_context *context, enum answer code)
{
    const bool ends = is_one_of(code, "NOPG ONTE HERH GEHV NBER BEKD VERW AFGR AFGH");

    return naive_voice(code, context->voice, context->secrecy_bound) &&
           naive_order(context->current, code) &&
           !(context->transfer_waits && (ends || code == ANSWER_DOOR)) &&
           naive_telling(context, code);
}

static void assert_agrees(const struct feedback_context *context)
{
    struct answer_set set = feedback_steps(context);

    for (unsigned code = 0; code < ANSWER_COUNT; code++) {
        const bool wanted = naively_allowed(context, (enum answer)code);
        if (answer_set_has(set, (enum answer)code) != wanted ||
            (feedback_allowed(context, (enum answer)code) == OUTCOME_OK) != wanted)
            fail_msg("%s after %s: voice %d, level %d, consent %d, bound %d, lifted %d, waits %d, "
                     "local %d",
                     answer_word((enum answer)code), answer_word(context->current),
                     (int)context->voice, context->level, context->explicit_consent,
                     context->secrecy_bound, context->secrecy_lifted, context->transfer_waits,
                     context->stays_local);
    }
}

/* 16 x 16 codes, 4 voices, 3 levels, and each of 5 facts: 98,304 answers. */
static void every_step_agrees_with_a_naive_reading(void **state)
{
    unsigned ran = 0;

    (void)state;
    for (unsigned current = 0; current < ANSWER_COUNT; current++)
        for (unsigned voice = 0; voice <= FEEDBACK_VOICE_TRANSFER; voice++)
            for (int level = 0; level <= ANSWER_LEVEL_MAX; level++)
                for (unsigned facts = 0; facts < 32; facts++, ran++) {
                    const struct feedback_context context = {
                        .current = (enum answer)current,
                        .voice = (enum feedback_voice)voice,
                        .level = level,
                        .explicit_consent = facts & 1,
                        .secrecy_bound = facts & 2,
                        .secrecy_lifted = facts & 4,
                        .transfer_waits = facts & 8,
                        .stays_local = facts & 16,
                    };
                    assert_agrees(&context);
                }
    assert_int_equal(ran, 16 * 4 * 3 * 32);
}

static void a31_no_request_for_help_needs_a_next_step(void **state)
{
    struct feedback feedback;

    (void)state;
    assert_int_equal(parse(ITEM("GEHV", ""), &feedback, NULL), OUTCOME_MALFORMED);
    assert_int_equal(parse(ITEM("NBER", ""), &feedback, NULL), OUTCOME_MALFORMED);
    for (unsigned i = 0; i < NEXT_STEP_COUNT; i++) {
        feedback = (struct feedback){.code = ANSWER_GEHV, .next_step = (enum next_step)i};
        snprintf(feedback.id, sizeof feedback.id, "11111111-1111-4111-8111-111111111111");
        snprintf(feedback.signal, sizeof feedback.signal, "22222222-2222-4222-8222-222222222222");
        /* waiting without a day would be waiting for ever */
        assert_int_equal(feedback_check(&feedback, NULL),
                         i == NEXT_STEP_WACHTEN_TOT_DATUM ? OUTCOME_MALFORMED : OUTCOME_OK);
        feedback.code = ANSWER_AFGR; /* and no other end has one */
        assert_int_equal(feedback_check(&feedback, NULL), OUTCOME_MALFORMED);
    }
}

static void what_is_out_of_bounds_is_not_printed(void **state)
{
    struct feedback good, wrong;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(parse(ITEM("VERW", ",\"organisatiesoort\":\"WIJKTEAM\""), &good, NULL),
                     OUTCOME_OK);
    wrong = good;
    wrong.id[0] = 'x';
    assert_int_equal(feedback_print(&wrong, &text), OUTCOME_MALFORMED);
    wrong = good;
    wrong.signal[0] = '\0';
    assert_int_equal(feedback_print(&wrong, &text), OUTCOME_MALFORMED);
    wrong = good;
    wrong.partner_kind = PARTY_KIND_COUNT;
    assert_int_equal(feedback_print(&wrong, &text), OUTCOME_MALFORMED);
    wrong = good;
    wrong.code = ANSWER_COUNT;
    wrong.partner_kind = PARTY_NONE;
    assert_int_equal(feedback_print(&wrong, &text), OUTCOME_MALFORMED);
    assert_int_equal(text.length, 0);
}

static void an_unknown_code_is_no_step(void **state)
{
    struct feedback_context context = context_of(ANSWER_COUNT);

    (void)state;
    assert_int_equal(feedback_allowed(&context, ANSWER_BEOO), OUTCOME_STEP_NOT_ALLOWED);
    context.current = ANSWER_ONTV;
    assert_int_equal(feedback_allowed(&context, ANSWER_COUNT), OUTCOME_STEP_NOT_ALLOWED);
    assert_false(answer_set_has((struct answer_set){UINT32_MAX}, ANSWER_COUNT));
    assert_false(answer_parse(NULL, &context.current));
    assert_false(answer_parse("beoo", &context.current));
    assert_string_equal(answer_word(ANSWER_COUNT), "");
    assert_int_equal(answer_level(ANSWER_COUNT), 2); /* the most cautious */
    assert_false(answer_ends(ANSWER_COUNT));
}

static void each_word_has_a_text_in_both_languages(void **state)
{
    (void)state;
    for (unsigned language = 0; language < LANGUAGE_COUNT; language++) {
        for (unsigned i = 0; i < ANSWER_COUNT; i++)
            assert_true(strlen(answer_text((enum answer)i, (enum language)language)) > 3);
        for (unsigned i = 0; i < NEXT_STEP_COUNT; i++)
            assert_true(strlen(next_step_text((enum next_step)i, (enum language)language)) > 3);
        for (unsigned i = 0; i < FEEDBACK_REFUSAL_COUNT; i++)
            assert_true(strlen(feedback_refusal_text((enum feedback_refusal)i,
                                                     (enum language)language)) > 3);
    }
    assert_string_equal(feedback_refusal_text(FEEDBACK_REFUSAL_COUNT, LANGUAGE_NL), "");
    assert_string_equal(next_step_word(NEXT_STEP_COUNT), "");
}

static enum outcome there_and_back(void)
{
    struct feedback feedback;
    OWNED_BUFFER text = {0};

    TRY(parse(ITEM("BEOO", ""), &feedback, NULL));
    return feedback_print(&feedback, &text);
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
        cmocka_unit_test(good_answers_are_read_and_printed_as_they_were),
        cmocka_unit_test(an_extra_that_lacks_or_is_too_much_is_refused),
        cmocka_unit_test(any_answer_survives_the_journey),
        cmocka_unit_test(the_table_says_what_the_code_list_says),
        cmocka_unit_test(each_step_has_its_successors),
        cmocka_unit_test(a_reopening_comes_only_after_an_end),
        cmocka_unit_test(the_level_of_the_article_bounds_the_answer),
        cmocka_unit_test(a_secrecy_bound_partner_stays_silent),
        cmocka_unit_test(secrecy_that_was_lifted_lets_the_article_decide),
        cmocka_unit_test(a_note_that_stays_at_home_needs_no_permission),
        cmocka_unit_test(each_voice_has_its_own_codes),
        cmocka_unit_test(a30_a_transfer_is_asked_of_what_is_open_and_told_at_level_1),
        cmocka_unit_test(while_a_transfer_waits_nothing_ends),
        cmocka_unit_test(every_step_agrees_with_a_naive_reading),
        cmocka_unit_test(a31_no_request_for_help_needs_a_next_step),
        cmocka_unit_test(what_is_out_of_bounds_is_not_printed),
        cmocka_unit_test(an_unknown_code_is_no_step),
        cmocka_unit_test(each_word_has_a_text_in_both_languages),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
