/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/kept_signal.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"

#define SIGNAL_ID "11111111-1111-4111-8111-111111111111"
#define AT_MS     INT64_C(1796289164000) /* 2026-12-03 10:12:44 in Amsterdam */

static const struct terms terms = {
    .confirm_workdays = 2, .decide_workdays = 10, .outcome_days = 28};

static struct feedback answer_of(enum answer code)
{
    struct feedback answer = {.code = code, .next_step = NEXT_STEP_COUNT, .on = {20790}};

    uuid_print(uuid_v4(), answer.id);
    memcpy(answer.signal, SIGNAL_ID, sizeof SIGNAL_ID);
    return answer;
}

static struct feedback random_answer(struct dice *dice)
{
    struct feedback answer = answer_of((enum answer)dice_number(dice, ANSWER_COUNT));

    dice_uuid(dice, 4, answer.id);
    answer.on.number = 20000 + (int32_t)dice_number(dice, 2000);
    switch (answer_extra_of(answer.code)) {
    case ANSWER_EXTRA_NEXT_STEP:
        answer.next_step = (enum next_step)dice_number(dice, NEXT_STEP_COUNT);
        answer.has_next_day = answer.next_step == NEXT_STEP_WACHTEN_TOT_DATUM;
        if (answer.has_next_day)
            answer.next_day.number = answer.on.number + 1 + (int32_t)dice_number(dice, 60);
        break;
    case ANSWER_EXTRA_REFERS_TO:
        dice_uuid(dice, 4, answer.refers_to);
        break;
    case ANSWER_EXTRA_PARTNER_KIND:
        answer.partner_kind = (enum party_kind)(1 + dice_number(dice, PARTY_KIND_COUNT - 1));
        break;
    case ANSWER_EXTRA_NONE:
        break;
    }
    return answer;
}

static void throw_transfer(struct dice *dice, struct kept_signal *kept)
{
    struct kept_transfer *transfer = &kept->transfer;

    if (dice_coin(dice)) {
        transfer->step = (enum transfer_step)(1 + dice_number(dice, TRANSFER_STEP_COUNT - 1));
        if (dice_coin(dice))
            transfer->to = oin_of(SAMPLE_WIJKTEAM);
        transfer->on.number = 20000 + (int32_t)dice_number(dice, 2000);
        dice_uuid(dice, 4, transfer->request);
        if (dice_coin(dice))
            dice_uuid(dice, 4, transfer->item);
        dice_word(dice, "ABCDEFGH_", 0, sizeof transfer->reason - 1, transfer->reason);
    }
    if (!dice_coin(dice))
        return;
    dice_uuid(dice, 4, kept->earlier);
    for (uint64_t i = 1 + dice_number(dice, TRANSFERS_MAX); i > 0; i--)
        kept->holders[kept->holder_count++] = oin_of(SAMPLE_WIJKTEAM);
}

/* Anything the gateway may keep; the item's bytes are anything at all. */
static void throw_kept(struct dice *dice, struct kept_signal *kept)
{
    *kept = (struct kept_signal){.partner = oin_of(SAMPLE_WIJKTEAM),
                                 .taken_ms = (int64_t)dice_number(dice, (uint64_t)AT_MS * 2),
                                 .received_ms = dice_coin(dice) ? AT_MS : 0};
    dice_word(dice, "0123456789abcdef", 64, 64, kept->covenant);
    dice_word(dice, "0123456789D-", 1, sizeof kept->dossier - 1, kept->dossier);
    dice_word(dice, "abcXYZ019-/\\\"'{}[]:, <>&", 0, sizeof kept->source_key - 1, kept->source_key);
    dice_word(dice, "0123456789abcXYZ._-", 0, sizeof kept->actor - 1, kept->actor);
    dice_word(dice, "ABCDEFGH_", 0, sizeof kept->refusal - 1, kept->refusal);
    for (uint64_t i = dice_number(dice, KEPT_ANSWERS_MAX + 1); i > 0; i--) {
        struct feedback answer = random_answer(dice);
        assert_int_equal(kept_signal_answer(kept, &answer), OUTCOME_OK);
    }
    if (dice_coin(dice)) {
        dice_uuid(dice, 7, kept->recall.withdrawal);
        kept->recall.signed_ms = dice_coin(dice) ? AT_MS : 0;
    }
    throw_transfer(dice, kept);
    for (uint64_t i = dice_number(dice, 300); i > 0; i--)
        buffer_add_byte(&kept->item, (uint8_t)dice_number(dice, 256));
}

static void assert_same_answer(const struct feedback *a, const struct feedback *b)
{
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->signal, b->signal);
    assert_int_equal(a->code, b->code);
    assert_int_equal(a->on.number, b->on.number);
    assert_int_equal(a->next_step, b->next_step);
    assert_int_equal(a->has_next_day, b->has_next_day);
    if (a->has_next_day)
        assert_int_equal(a->next_day.number, b->next_day.number);
    assert_string_equal(a->refers_to, b->refers_to);
    assert_int_equal(a->partner_kind, b->partner_kind);
}

static void assert_same(const struct kept_signal *a, const struct kept_signal *b)
{
    assert_true(oin_equal(&a->partner, &b->partner));
    assert_string_equal(a->covenant, b->covenant);
    assert_string_equal(a->dossier, b->dossier);
    assert_int_equal(a->taken_ms, b->taken_ms);
    assert_int_equal(a->received_ms, b->received_ms);
    assert_string_equal(a->source_key, b->source_key);
    assert_string_equal(a->actor, b->actor);
    assert_string_equal(a->refusal, b->refusal);
    assert_string_equal(a->recall.withdrawal, b->recall.withdrawal);
    assert_int_equal(a->recall.signed_ms, b->recall.signed_ms);
    assert_true(bytes_equal(buffer_bytes(&a->item), buffer_bytes(&b->item)));
    assert_int_equal(a->transfer.step, b->transfer.step);
    assert_string_equal(a->transfer.to.text, b->transfer.to.text);
    assert_int_equal(a->transfer.on.number, b->transfer.on.number);
    assert_string_equal(a->transfer.request, b->transfer.request);
    assert_string_equal(a->transfer.item, b->transfer.item);
    assert_string_equal(a->transfer.reason, b->transfer.reason);
    assert_string_equal(a->earlier, b->earlier);
    assert_int_equal(a->holder_count, b->holder_count);
    for (size_t i = 0; i < a->holder_count; i++)
        assert_true(oin_equal(&a->holders[i], &b->holders[i]));
    assert_int_equal(a->answer_count, b->answer_count);
    for (size_t i = 0; i < a->answer_count; i++)
        assert_same_answer(&a->answers[i], &b->answers[i]);
}

static void what_is_printed_is_read_again(void **state)
{
    struct dice dice = dice_throw_from(111);

    (void)state;
    for (int i = 0; i < 400; i++) {
        OWNED_KEPT_SIGNAL kept = {0}, read = {0};
        OWNED_BUFFER text = {0};
        throw_kept(&dice, &kept);
        assert_int_equal(kept_signal_print(&kept, &text), OUTCOME_OK);
        assert_int_equal(kept_signal_read(buffer_bytes(&text), &read), OUTCOME_OK);
        assert_same(&kept, &read);
    }
}

static void what_is_damaged_is_damage_or_reads_as_something_else(void **state)
{
    struct dice dice = dice_throw_from(112);
    struct kept_signal nothing = {0};

    (void)state;
    for (int i = 0; i < 4000; i++) {
        OWNED_KEPT_SIGNAL kept = {0}, read = {0};
        OWNED_BUFFER text = {0};
        enum outcome outcome;
        throw_kept(&dice, &kept);
        assert_int_equal(kept_signal_print(&kept, &text), OUTCOME_OK);
        if (dice_coin(&dice))
            text.length = dice_number(&dice, text.length + 1);
        else
            text.data[dice_number(&dice, text.length)] = (uint8_t)dice_number(&dice, 256);
        outcome = kept_signal_read(buffer_bytes(&text), &read);
        assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK)
            assert_memory_equal(&read, &nothing, sizeof read);
    }
    assert_int_equal(kept_signal_read((struct bytes){0}, &nothing), OUTCOME_STORE_DAMAGED);
}

static enum outcome print_and_read(const struct kept_signal *kept)
{
    OWNED_KEPT_SIGNAL read = {0};
    OWNED_BUFFER text = {0};

    TRY(kept_signal_print(kept, &text));
    return kept_signal_read(buffer_bytes(&text), &read);
}

static void scarce_memory_is_told(void **state)
{
    struct dice dice = dice_throw_from(113);
    OWNED_KEPT_SIGNAL kept = {0};
    enum outcome outcome;

    (void)state;
    do {
        kept_signal_wipe(&kept);
        throw_kept(&dice, &kept);
    } while (kept.answer_count < 2 || kept.item.length == 0);
    kept.answer_count = 2;
    WITH_SCARCE_MEMORY(outcome, print_and_read(&kept), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

/* Whoever filled in the item need not ask whether there was memory for it. */
static void without_memory_for_its_item_it_is_not_printed(void **state)
{
    OWNED_KEPT_SIGNAL kept = {.partner = oin_of(SAMPLE_WIJKTEAM)};
    OWNED_BUFFER text = {0};

    (void)state;
    kept.item.failed = true;
    assert_int_equal(kept_signal_print(&kept, &text), OUTCOME_OUT_OF_MEMORY);
}

/* --- the item within --- */

static void put_item(struct kept_signal *kept)
{
    struct signal signal = {.article = 1,
                            .purpose = PURPOSE_TOELEIDING,
                            .code = "OVL.GELUID",
                            .holder = oin_of(SAMPLE_WIJKTEAM),
                            .lead = oin_of(SAMPLE_CORPORATION),
                            .sent_ms = AT_MS / HOUR_MS * HOUR_MS,
                            .fields = bit_of(FIELD_WEEK),
                            .week = {2026, 49}};

    memcpy(signal.id, SIGNAL_ID, sizeof SIGNAL_ID);
    snprintf(signal.covenant, sizeof signal.covenant, "buurt@1.0");
    assert_int_equal(signal_print(&signal, &kept->item), OUTCOME_OK);
}

static void the_item_is_the_signal_as_it_travelled(void **state)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};

    (void)state;
    put_item(&kept);
    assert_int_equal(kept_signal_item(&kept, &signal), OUTCOME_OK);
    assert_string_equal(signal.id, SIGNAL_ID);
    assert_string_equal(signal.code, "OVL.GELUID");
    assert_int_equal(signal.fields, bit_of(FIELD_WEEK));
    assert_null(signal.proof);
}

static void an_item_that_does_not_read_is_damage(void **state)
{
    static const char *const wrong[] = {"", "{}", "[", "{\"id\":\"" SIGNAL_ID "\"}", "null"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        OWNED_KEPT_SIGNAL kept = {0};
        OWNED_SIGNAL signal = {0};
        buffer_add_text(&kept.item, wrong[i]);
        assert_int_equal(kept_signal_item(&kept, &signal), OUTCOME_STORE_DAMAGED);
    }
}

static enum outcome item_of(const struct kept_signal *kept)
{
    OWNED_SIGNAL signal = {0};

    return kept_signal_item(kept, &signal);
}

static void scarce_memory_for_the_item_is_no_damage(void **state)
{
    OWNED_KEPT_SIGNAL kept = {0};
    enum outcome outcome;

    (void)state;
    put_item(&kept);
    WITH_SCARCE_MEMORY(outcome, item_of(&kept), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

/* --- where it stands --- */

static void without_receipt_and_answers_nothing_has_begun(void **state)
{
    const struct kept_signal kept = {.taken_ms = AT_MS};
    struct progress progress;

    (void)state;
    kept_signal_progress(&kept, &terms, false, &progress);
    assert_false(progress.received);
}

static void the_last_answer_says_where_it_stands(void **state)
{
    OWNED_KEPT_SIGNAL kept = {.taken_ms = AT_MS, .received_ms = AT_MS};
    const struct feedback answers[] = {answer_of(ANSWER_BEOO), answer_of(ANSWER_INBH),
                                       answer_of(ANSWER_AFGR)};
    static const enum answer expected[] = {ANSWER_ONTV, ANSWER_BEOO, ANSWER_INBH, ANSWER_AFGR};
    struct progress progress;

    (void)state;
    for (size_t i = 0; i <= 3; i++) {
        kept_signal_progress(&kept, &terms, false, &progress);
        assert_true(progress.received);
        assert_int_equal(progress.received_ms, AT_MS);
        assert_int_equal(progress.current, expected[i]);
        assert_int_equal(progress_has_ended(&progress), i == 3);
        if (i < 3)
            assert_int_equal(kept_signal_answer(&kept, &answers[i]), OUTCOME_OK);
    }
}

/* The answer and the receipt travel by different ways. */
static void an_answer_before_the_receipt_counts_all_the_same(void **state)
{
    OWNED_KEPT_SIGNAL kept = {.taken_ms = AT_MS};
    const struct feedback answer = answer_of(ANSWER_INBH);
    struct progress progress;

    (void)state;
    assert_int_equal(kept_signal_answer(&kept, &answer), OUTCOME_OK);
    kept_signal_progress(&kept, &terms, false, &progress);
    assert_true(progress.received);
    assert_int_equal(progress.current, ANSWER_INBH);
}

static void it_keeps_so_many_answers_and_no_more(void **state)
{
    OWNED_KEPT_SIGNAL kept = {0};
    const struct feedback answer = answer_of(ANSWER_BEOO);

    (void)state;
    for (int i = 0; i < KEPT_ANSWERS_MAX; i++)
        assert_int_equal(kept_signal_answer(&kept, &answer), OUTCOME_OK);
    assert_int_equal(kept_signal_answer(&kept, &answer), OUTCOME_TOO_MANY);
    assert_int_equal(kept.answer_count, KEPT_ANSWERS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_is_read_again),
        cmocka_unit_test(what_is_damaged_is_damage_or_reads_as_something_else),
        cmocka_unit_test(scarce_memory_is_told),
        cmocka_unit_test(without_memory_for_its_item_it_is_not_printed),
        cmocka_unit_test(the_item_is_the_signal_as_it_travelled),
        cmocka_unit_test(an_item_that_does_not_read_is_damage),
        cmocka_unit_test(scarce_memory_for_the_item_is_no_damage),
        cmocka_unit_test(without_receipt_and_answers_nothing_has_begun),
        cmocka_unit_test(the_last_answer_says_where_it_stands),
        cmocka_unit_test(an_answer_before_the_receipt_counts_all_the_same),
        cmocka_unit_test(it_keeps_so_many_answers_and_no_more),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
