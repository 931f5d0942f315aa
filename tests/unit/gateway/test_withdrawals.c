/* SPDX-License-Identifier: EUPL-1.2 */
/* What follows where the consent was given: what stops, whom is told, which receipts close it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/alarms.h"
#include "gateway/basis_store.h"
#include "gateway/objections.h"
#include "gateway/withdrawal_statement.h"
#include "gateway/withdrawals.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_rows.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;

static int begins(void **state)
{
    (void)state;
    small_town_make(&town);
    small_gateway_make(&small, &town, CORPORATION);
    small_gateway_in_force(&small);
    return 0;
}

static int ends(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

/* --- a row that was handed in --- */

struct handed {
    char item[UUID_TEXT_BYTES];
    char basis[UUID_TEXT_BYTES];
};

static struct handed hand_in(const char *key)
{
    const struct import_row row = small_row_consented(&town, key, "OVL.GELUID", -1);
    struct small_intake s;
    struct handed handed;

    small_intake_decide(&s, &small, &row, 1);
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_SENT_CONSENT);
    memcpy(handed.item, s.rows[0].id, sizeof handed.item);
    memcpy(handed.basis, s.rows[0].basis->id, sizeof handed.basis);
    small_intake_end(&s);
    return handed;
}

static void read_sent(const char *id, struct kept_signal *out)
{
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    assert_true(uuid_parse(id, &uuid));
    assert_int_equal(
        value_in(small.gateway.store, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes), &text),
        OUTCOME_OK);
    assert_int_equal(kept_signal_read(buffer_bytes(&text), out), OUTCOME_OK);
}

static enum outcome apply_arrival(struct change *change, struct audit *audit, void *context)
{
    const struct handed *handed = context;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid = {{0}};

    (void)audit;
    read_sent(handed->item, &kept);
    TRY(queue_take_out(change, &kept.partner, handed->item, NULL));
    kept.received_ms = town.now_ms / 1000 * 1000;
    TRY(kept_signal_print(&kept, &text));
    uuid_parse(handed->item, &uuid);
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return change->outcome;
}

/* --- withdrawing --- */

struct asked {
    const char *basis, *item;
    enum withdrawal_reason reason;
    char id[UUID_TEXT_BYTES];
    enum outcome outcome;
};

static enum outcome apply_asked(struct change *change, struct audit *audit, void *context)
{
    struct asked *asked = context;
    const struct withdrawal_cause cause = {
        .reason = asked->reason, .role = ROLE_MELDER, .now_ms = town.now_ms};

    (void)audit;
    asked->outcome = asked->basis
                         ? withdraw_basis(&small.gateway, change, asked->basis, &cause, asked->id)
                         : withdraw_sent(&small.gateway, change, asked->item, &cause, asked->id);
    return asked->outcome;
}

static struct asked withdraw(const char *basis)
{
    struct asked asked = {.basis = basis};

    small_gateway_write(&small, apply_asked, &asked);
    return asked;
}

static void read_record(const char *id, struct withdrawal *out)
{
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(withdrawal_get(&view, id, out), OUTCOME_OK);
    view_end(&view);
}

static struct queued first_queued(struct buffer *text)
{
    struct queued queued = {0};
    struct view view;
    uint64_t place;

    view_begin(small.gateway.store, &view);
    assert_int_equal(queue_next(&view, &town.parties[TEAM].oin, 0, &place, &queued), OUTCOME_OK);
    buffer_add_bytes(text, queued.item);
    queued.item = buffer_bytes(text);
    view_end(&view);
    return queued;
}

static void k1_what_waits_does_not_leave_and_who_would_have_had_it_is_told(void **state)
{
    const struct handed first = hand_in("Z-1"), second = hand_in("Z-2");
    OWNED_WITHDRAWAL record = {0};
    OWNED_KEPT_SIGNAL kept = {0}, other = {0};
    OWNED_KEPT_BASIS basis = {0};
    OWNED_BUFFER text = {0};
    struct queued queued;
    struct asked asked;
    struct view view;

    (void)state;
    asked = withdraw(first.basis);
    read_sent(first.item, &kept);
    assert_string_equal(kept.refusal, "TOESTEMMING_INGETROKKEN");
    read_sent(second.item, &other);
    assert_string_equal(other.refusal, "");
    queued = first_queued(&text); /* before all that waits */
    assert_int_equal(queued.kind, MESSAGE_KIND_WITHDRAWAL);
    assert_non_null(strstr(buffer_text(&text), "\"volgnr\":2"));
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_TOLD), 1);
    read_record(asked.id, &record);
    assert_int_equal(record.waiting, 1);
    assert_int_equal(record.under_way + record.delivered, 0);
    assert_int_equal(record.told_count, 1);
    assert_true(oin_equal(&record.told[0].partner, &town.parties[TEAM].oin));
    assert_true(record.last_leaf > record.first_leaf);
    view_begin(small.gateway.store, &view);
    assert_int_equal(basis_get(&view, first.basis, &basis), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(basis.basis->state, PROOF_WITHDRAWN);
    assert_int_equal(basis.basis->sequence, 2);
}

static void once_more_is_the_same_withdrawal(void **state)
{
    const struct handed handed = hand_in("Z-1");
    struct asked first, second;
    uint64_t leaves;

    (void)state;
    first = withdraw(handed.basis);
    leaves = audit_size(small.gateway.audit);
    second = withdraw(handed.basis);
    assert_string_equal(first.id, second.id);
    assert_int_equal(audit_size(small.gateway.audit), leaves);
    assert_int_equal(rows_in(small.gateway.store, TABLE_WITHDRAWAL), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
}

static void what_arrived_is_shown_as_withdrawn(void **state)
{
    struct handed handed = hand_in("Z-1");
    OWNED_WITHDRAWAL record = {0};
    OWNED_KEPT_SIGNAL kept = {0};
    struct asked asked;

    (void)state;
    small_gateway_write(&small, apply_arrival, &handed);
    asked = withdraw(handed.basis);
    read_sent(handed.item, &kept);
    assert_string_equal(kept.refusal, "");
    assert_int_equal(kept.answer_count, 1);
    assert_int_equal(kept.answers[0].code, ANSWER_INGT);
    read_record(asked.id, &record);
    assert_int_equal(record.delivered, 1);
}

static void one_signal_is_recalled_alone(void **state)
{
    const struct handed handed = hand_in("Z-1");
    struct asked asked = {.item = handed.item, .reason = WITHDRAWAL_TERUGGETROKKEN};
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_KEPT_BASIS basis = {0};
    const char *stopped;
    struct view view;

    (void)state;
    small_gateway_write(&small, apply_asked, &asked);
    read_sent(handed.item, &kept);
    assert_string_equal(kept.refusal, "TERUGGETROKKEN");
    view_begin(small.gateway.store, &view);
    assert_int_equal(withdrawal_stopped(&view, handed.item, &stopped), OUTCOME_OK);
    assert_string_equal(stopped, "TERUGGETROKKEN");
    assert_int_equal(basis_get(&view, handed.basis, &basis), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(basis.basis->state, PROOF_GIVEN);
}

static enum outcome apply_unknown(struct change *change, struct audit *audit, void *context)
{
    struct asked *asked = context;
    enum outcome outcome = apply_asked(change, audit, context);

    assert_int_equal(outcome, OUTCOME_NOT_FOUND);
    assert_int_equal(change->writes, 0);
    assert_string_equal(asked->id, "");
    return OUTCOME_OK;
}

static void what_is_not_here_cannot_be_withdrawn(void **state)
{
    struct asked asked = {.basis = "0b0a7f6e-1f0e-4a51-9d6b-0d3c6f7f9a10"};

    (void)state;
    small_gateway_write(&small, apply_unknown, &asked);
    asked = (struct asked){.item = "0b0a7f6e-1f0e-4a51-9d6b-0d3c6f7f9a10"};
    small_gateway_write(&small, apply_unknown, &asked);
}

/* --- receipts --- */

struct answering {
    char item[UUID_TEXT_BYTES];
    const char *message;
    enum receipt_result result;
    const char *code;
};

static enum outcome apply_answering(struct change *change, struct audit *audit, void *context)
{
    const struct answering *answering = context;
    struct receipt_answer answer = {.result = answering->result};
    const struct withdrawal_answer said = {.answer = &answer,
                                           .message = answering->message,
                                           .receipt = bytes_of_text("{signed}"),
                                           .received_ms = town.now_ms / 1000 * 1000};

    (void)audit;
    snprintf(answer.code, sizeof answer.code, "%s", answering->code);
    memset(answer.leaf_hash, 7, sizeof answer.leaf_hash);
    return withdrawal_answered(&small.gateway, change, &town.parties[TEAM].oin, answering->item,
                               &said);
}

static void answer_with(const struct withdrawal *record, enum receipt_result result,
                        const char *code)
{
    struct answering answering = {.result = result,
                                  .code = code,
                                  .message = "0192f0c1-2b3c-7d4e-8f50-617283940516"};

    memcpy(answering.item, record->told[0].item.id, sizeof answering.item);
    small_gateway_write(&small, apply_answering, &answering);
}

static bool late(void)
{
    struct view view;
    bool stands;

    view_begin(small.gateway.store, &view);
    stands = alarm_stands(&view, ALARM_WITHDRAWAL_LATE, town.parties[TEAM].oin.text);
    view_end(&view);
    return stands;
}

static void without_a_receipt_an_alarm_stands_after_a_day(void **state)
{
    const struct handed first = hand_in("Z-1"), second = hand_in("Z-2");
    OWNED_WITHDRAWAL one = {0}, two = {0}, done = {0};
    struct asked asked[2];

    (void)state;
    asked[0] = withdraw(first.basis);
    asked[1] = withdraw(second.basis);
    assert_int_equal(withdrawals_pass(&small.gateway, town.now_ms + WITHDRAWAL_LATE_MS - 1),
                     OUTCOME_OK);
    assert_false(late());
    assert_int_equal(withdrawals_pass(&small.gateway, town.now_ms + WITHDRAWAL_LATE_MS),
                     OUTCOME_OK);
    assert_true(late());
    read_record(asked[0].id, &one);
    read_record(asked[1].id, &two);
    answer_with(&one, RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    answer_with(&two, RECEIPT_KNOWN, "");
    assert_false(late());
    assert_int_equal(rows_in(small.gateway.store, TABLE_TOLD), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RECEIPT), 1);
    read_record(asked[1].id, &done);
    assert_string_equal(done.told[0].code, WITHDRAWAL_ERASED);
    assert_true(done.told[0].answered_ms == town.now_ms / 1000 * 1000);
    assert_int_equal(done.told[0].leaf_hash[31], 7);
    answer_with(&two, RECEIPT_REFUSED, "ONJUIST_BERICHT"); /* once it stands, it stands */
}

static void who_refuses_is_asked_again(void **state)
{
    const struct handed handed = hand_in("Z-1");
    OWNED_WITHDRAWAL record = {0}, refused = {0};
    struct asked asked;

    (void)state;
    asked = withdraw(handed.basis);
    read_record(asked.id, &record);
    answer_with(&record, RECEIPT_REFUSED, "ONJUIST_BERICHT");
    read_record(asked.id, &refused);
    assert_true(refused.told[0].refused);
    assert_true(refused.told[0].answered_ms == 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
    assert_int_equal(withdrawals_pass(&small.gateway, town.now_ms + WITHDRAWAL_AGAIN_MS - 1),
                     OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
    assert_int_equal(withdrawals_pass(&small.gateway, town.now_ms + WITHDRAWAL_AGAIN_MS),
                     OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 2);
}

/* A partner that refuses at once may not fill two logs. */
static void who_refuses_again_is_asked_once_an_hour(void **state)
{
    const struct handed handed = hand_in("Z-1");
    const int64_t asked_ms = town.now_ms + WITHDRAWAL_AGAIN_MS;
    struct answering answering = {.result = RECEIPT_REFUSED, .code = "ONJUIST_BERICHT"};
    OWNED_WITHDRAWAL record = {0};
    char message[UUID_TEXT_BYTES];
    struct asked asked;

    (void)state;
    asked = withdraw(handed.basis);
    read_record(asked.id, &record);
    memcpy(answering.item, record.told[0].item.id, sizeof answering.item);
    uuid_print(uuid_v7(asked_ms), message);
    answering.message = message;
    small_gateway_write(&small, apply_answering, &answering);
    assert_int_equal(withdrawals_pass(&small.gateway, asked_ms + 5000), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
    assert_int_equal(withdrawals_pass(&small.gateway, asked_ms + WITHDRAWAL_AGAIN_MS),
                     OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 2);
}

static enum outcome apply_restored(struct change *change, struct audit *audit, void *context)
{
    const int64_t *since_ms = context;

    (void)audit;
    return withdrawals_tell_again(&small.gateway, change, &town.parties[TEAM].oin, *since_ms);
}

static void a_partner_whose_store_was_put_back_is_told_again(void **state)
{
    const struct handed handed = hand_in("Z-1");
    OWNED_WITHDRAWAL record = {0};
    struct asked asked;
    int64_t since_ms = town.now_ms - 1000;

    (void)state;
    asked = withdraw(handed.basis);
    read_record(asked.id, &record);
    small_gateway_write(&small, apply_restored, &since_ms);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1); /* it waits already */
    answer_with(&record, RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    small_gateway_write(&small, apply_restored, &since_ms);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_TOLD), 1);
    since_ms = town.now_ms + 60000;
    answer_with(&record, RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    small_gateway_write(&small, apply_restored, &since_ms); /* it had that before its backup */
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 2);
}

/* An address is told of by each party's token, of each covenant, purpose and half-year: a town with
 * many neighbourhoods must be able to take it, and to read of it. */
static void as_many_as_there_can_be_are_told_and_read_back(void **state)
{
    const struct small_signal signal = small_signal_make(&town, small_gateway_known(&small), TEAM);
    OWNED_WITHDRAWAL record = {.at_ms = 1, .role = ROLE_FG}, back = {0};
    OWNED_BUFFER text = {0};
    struct told *told = NULL;

    (void)state;
    assert_true(WITHDRAWAL_TOLD_MAX >= REGISTRY_COVENANTS_MAX * 8 * 2 * REGISTRY_KEYS_MAX);
    uuid_print(uuid_v7(town.now_ms), record.id);
    for (size_t i = 0; i < WITHDRAWAL_TOLD_MAX; i++) {
        assert_int_equal(withdrawal_add(&record, &told), OUTCOME_OK);
        *told = (struct told){.partner = town.parties[TEAM].oin,
                              .answered_ms = town.now_ms,
                              .item = {.about = WITHDRAWAL_OF_TOKEN,
                                       .reason = WITHDRAWAL_TERUGGETROKKEN,
                                       .purpose = PURPOSE_VROEGSIGNALERING,
                                       .at_ms = town.now_ms / 1000 * 1000}};
        memset(told->covenant, 'f', sizeof told->covenant - 1);
        memset(told->code, 'X', sizeof told->code - 1);
        uuid_print(uuid_v7(town.now_ms), told->message);
        uuid_print(uuid_v4(), told->item.id);
        memcpy(told->item.token, signal.signal.token, sizeof told->item.token);
    }
    assert_int_equal(withdrawal_add(&record, &told), OUTCOME_TOO_MANY);
    assert_int_equal(withdrawal_print(&record, &text), OUTCOME_OK);
    assert_int_equal(withdrawal_read(buffer_bytes(&text), &back), OUTCOME_OK);
    assert_int_equal(back.told_count, WITHDRAWAL_TOLD_MAX);
}

/* --- the paper --- */

static enum outcome print_paper(const char *id, enum language language, struct buffer *out)
{
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    OWNED_WITHDRAWAL record = {0};
    OWNED_JSON json = NULL;
    struct statement_paper paper = {.withdrawal = &record,
                                    .registry = registry,
                                    .self = town.parties[CORPORATION].oin,
                                    .checkpoint = bytes_of_text("wijkpoort/x/log1\n12\n<hash>\n"),
                                    .origin = "wijkpoort/x/log1",
                                    .language = language};
    struct view view;
    enum outcome outcome;

    view_begin(small.gateway.store, &view);
    outcome = withdrawal_get(&view, id, &record);
    view_end(&view);
    TRY(outcome);
    TRY(withdrawal_statement_json(&paper, &json));
    TRY(withdrawal_statement_text(&paper, out));
    return withdrawal_statement_html(&paper, out);
}

static void the_paper_says_what_stands(void **state)
{
    const struct handed handed = hand_in("Z-1");
    OWNED_WITHDRAWAL record = {0};
    OWNED_BUFFER open = {0}, done = {0};
    struct asked asked = withdraw(handed.basis);

    (void)state;
    assert_int_equal(print_paper(asked.id, LANGUAGE_NL, &open), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&open), "nog niet bevestigd"));
    assert_non_null(strstr(buffer_text(&open), "&lt;hash&gt;"));
    assert_null(strstr(buffer_text(&open), "1234AB"));
    assert_null(strstr(buffer_text(&open), "D-"));
    read_record(asked.id, &record);
    answer_with(&record, RECEIPT_ACCEPTED, WITHDRAWAL_ERASED);
    assert_int_equal(print_paper(asked.id, LANGUAGE_EN, &done), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&done), ": erased"));
    assert_non_null(strstr(buffer_text(&done), "Nothing is open any more."));
    assert_non_null(strstr(buffer_text(&done), "0707070707"));
}

/* --- very many --- */

static enum outcome apply_dossier(struct change *change, struct audit *audit, void *context)
{
    const char *dossier = context;
    const uint8_t hash[STORE_HASH_BYTES] = {7};
    const struct withdrawal_cause cause = {.role = ROLE_MELDER, .now_ms = town.now_ms};
    OWNED_WITHDRAWING work = {0};

    (void)audit;
    withdrawal_begin(&small.gateway, change, &cause, &work);
    TRY(withdrawing_dossier(&work, dossier, hash, PURPOSE_NONE));
    return withdrawal_finish(&work);
}

/* Each row brought one. */
static void more_consents_than_can_be_named_end_all(void **state)
{
    enum { MANY = WITHDRAWAL_RECORDS_MAX + 9 };
    struct handed handed[MANY];
    OWNED_KEPT_SIGNAL kept = {0};
    char key[16];

    (void)state;
    for (int i = 0; i < MANY; i++) {
        snprintf(key, sizeof key, "Z-%d", i);
        handed[i] = hand_in(key);
    }
    read_sent(handed[0].item, &kept);
    small_gateway_write(&small, apply_dossier, kept.dossier);
    for (int i = 0; i < MANY; i++) {
        OWNED_KEPT_BASIS basis = {0};
        struct view view;
        view_begin(small.gateway.store, &view);
        assert_int_equal(basis_get(&view, handed[i].basis, &basis), OUTCOME_OK);
        view_end(&view);
        assert_int_equal(basis.basis->state, PROOF_WITHDRAWN);
    }
}

/* --- short of memory --- */

/* Without the writer, which has a thread and memory of its own; undone each time. */
static enum outcome withdraw_scarcely(struct asked *asked)
{
    struct audit *audit = small.gateway.audit;
    struct change change;
    enum outcome outcome = change_begin(small.gateway.store, &change);

    if (outcome != OUTCOME_OK)
        return outcome;
    audit_mark(audit);
    outcome = apply_asked(&change, audit, asked);
    audit_undo(audit);
    change_abort(&change);
    return outcome;
}

static enum outcome print_once(const char *id)
{
    OWNED_BUFFER paper = {0}; /* a buffer remembers its first failure */

    return print_paper(id, LANGUAGE_NL, &paper);
}

static void short_of_memory_nothing_is_half_withdrawn(void **state)
{
    struct handed handed = hand_in("Z-1");
    struct asked asked = {.basis = handed.basis};
    enum outcome outcome;

    (void)state;
    small_gateway_write(&small, apply_arrival, &handed);
    WITH_SCARCE_MEMORY(outcome, withdraw_scarcely(&asked), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_WITHDRAWAL), 0);
    asked = withdraw(handed.basis);
    WITH_SCARCE_MEMORY(outcome, print_once(asked.id), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begins, ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(k1_what_waits_does_not_leave_and_who_would_have_had_it_is_told),
        TEST(once_more_is_the_same_withdrawal),
        TEST(what_arrived_is_shown_as_withdrawn),
        TEST(one_signal_is_recalled_alone),
        TEST(what_is_not_here_cannot_be_withdrawn),
        TEST(without_a_receipt_an_alarm_stands_after_a_day),
        TEST(who_refuses_is_asked_again),
        TEST(who_refuses_again_is_asked_once_an_hour),
        TEST(a_partner_whose_store_was_put_back_is_told_again),
        TEST(as_many_as_there_can_be_are_told_and_read_back),
        TEST(the_paper_says_what_stands),
        TEST(more_consents_than_can_be_named_end_all),
        TEST(short_of_memory_nothing_is_half_withdrawn),
    };

    json_ready();
    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
