/* SPDX-License-Identifier: EUPL-1.2 */
/* At the holder: asking to pass a signal on, and being told what became of it. And the lead,
 * without whom no signal is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/recovery.h"
#include "gateway/transfer.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;
static enum small_place here;

static void begin_at(enum small_place place)
{
    here = place;
    small_town_make(&town);
    small_gateway_make(&small, &town, place);
    small_gateway_in_force(&small);
}

static int begins(void **state)
{
    (void)state;
    begin_at(TEAM);
    return 0;
}

static int begins_under_secrecy(void **state)
{
    (void)state;
    begin_at(GGZ);
    return 0;
}

static int ends(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

/* --- messages --- */

/* "" when it was taken in, else the code. */
static const char *receives(enum small_place from, enum message_kind kind, struct bytes item)
{
    static char code[RECEIPT_CODE_BYTES];
    const struct bytes items[1] = {item};
    struct small_message message =
        small_message_make(&town, from, here, kind,
                           small_gateway_known(&small)->covenant->fingerprint, items, 1);
    OWNED_BUFFER body = small_message_text(&town, &message);
    OWNED_RECEIPT receipt = NULL;
    struct small_call call;
    struct fault fault = {0};

    assert_int_equal(small_gateway_receive(&small, from, kind, buffer_bytes(&body), &call),
                     OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                  town.parties[here].signing.public_key, &receipt, &fault),
                     OUTCOME_OK);
    small_call_end(&call);
    memcpy(code, receipt->answers[0].code, sizeof code);
    return code;
}

static const char *receives_signal(const struct small_signal *signal)
{
    OWNED_BUFFER text = small_signal_text(signal);

    return receives(CORPORATION, MESSAGE_KIND_SIGNAL, buffer_bytes(&text));
}

static void given_a_signal(char out_id[static UUID_TEXT_BYTES])
{
    const struct small_signal signal =
        small_signal_make(&town, small_gateway_known(&small), here);

    assert_string_equal(receives_signal(&signal), "");
    memcpy(out_id, signal.signal.id, UUID_TEXT_BYTES);
}

static void read_kept(const char *id, struct kept_signal *out)
{
    struct uuid uuid;
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(kept_signal_load(&view, TABLE_INBOX, id, &uuid, out), OUTCOME_OK);
    view_end(&view);
}

/* --- the worker --- */

static enum outcome call_with(const char *path, const char *text, enum role role,
                              json_t **out_extra)
{
    struct small_call call;
    enum outcome outcome;

    small_call_make(&call, &small, LISTENER_LOCAL, HTTP_POST, path, bytes_of_text(text));
    call.call.role = role;
    snprintf(call.call.caller.number, sizeof call.call.caller.number, "2000");
    outcome = small_call_run(&call);
    if (out_extra)
        *out_extra = json_incref(call.call.extra);
    small_call_end(&call);
    return outcome;
}

static enum outcome pass_on(const char *id, const char *to)
{
    char path[96], body[96];

    snprintf(path, sizeof path, "/v1/postvak/%s/overdracht", id);
    snprintf(body, sizeof body, "{\"naar\":\"%s\"}", to);
    return call_with(path, body, ROLE_ONTVANGER, NULL);
}

static enum outcome answer(const char *id, const char *code, json_t **out_extra)
{
    char body[128];

    snprintf(body, sizeof body, "{\"signaal\":\"%s\",\"code\":\"%s\"}", id, code);
    return call_with("/v1/antwoorden", body, ROLE_ONTVANGER, out_extra);
}

/* Neither a question nor an answer. */
static void what_is_no_transfer_is_refused(void **state)
{
    const struct bytes item = bytes_of_text("{\"id\":\"11111111-1111-4111-8111-111111111111\"}");

    (void)state;
    assert_string_equal(receives(CORPORATION, MESSAGE_KIND_TRANSFER, item), "ONJUIST_BERICHT");
}

static int told_days_off; /* what told() says of the day */

/* What the originator says of the question that waits. */
static const char *told(enum small_place from, const char *id, enum transfer_step step,
                        const char *request)
{
    struct transfer_item item = {.step = step,
                                 .on = day_plus(amsterdam_day(town.now_ms), told_days_off)};
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};

    read_kept(id, &kept);
    uuid_print(uuid_v4(), item.id);
    memcpy(item.signal, id, sizeof item.signal);
    snprintf(item.request, sizeof item.request, "%s", request ? request : kept.transfer.request);
    if (step == TRANSFER_REFUSED)
        snprintf(item.reason, sizeof item.reason, "OVERDRACHT_TERUG");
    assert_int_equal(transfer_item_print(&item, &text), OUTCOME_OK);
    return receives(from, MESSAGE_KIND_TRANSFER, buffer_bytes(&text));
}

static enum answer last_answer(const char *id)
{
    OWNED_KEPT_SIGNAL kept = {0};

    read_kept(id, &kept);
    return kept.answer_count ? kept.answers[kept.answer_count - 1].code : ANSWER_ONTV;
}

static enum transfer_step step_of(const char *id)
{
    OWNED_KEPT_SIGNAL kept = {0};

    read_kept(id, &kept);
    return kept.transfer.step;
}

/* --- what must hold --- */

static void a29_who_asks_stays_holder_until_told(void **state)
{
    char id[UUID_TEXT_BYTES];
    OWNED_JSON extra = NULL;

    (void)state;
    given_a_signal(id);
    assert_int_equal(pass_on(id, "GEMEENTE"), OUTCOME_OK);
    assert_int_equal(step_of(id), TRANSFER_ASKED);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
    assert_int_equal(pass_on(id, "GGZ"), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(answer(id, "INBH", NULL), OUTCOME_OK);
    assert_int_equal(answer(id, "AFGR", &extra), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(json_array_size(json_object_get(extra, "toegestaan")), 1); /* INGP */
    assert_string_equal(told(CORPORATION, id, TRANSFER_ACCEPTED, NULL), "");
    assert_int_equal(last_answer(id), ANSWER_DOOR);
    assert_int_equal(answer(id, "AFGR", NULL), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(pass_on(id, "GGZ"), OUTCOME_STEP_NOT_ALLOWED);
}

/* A decision stands, whatever day is said: its day is never to come, nor from before the signal. */
static void the_day_of_a_decision_is_bounded(void **state)
{
    static const int off[] = {-800, 400, 0}, kept_off[] = {-1, 0, 0};

    (void)state;
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        char id[UUID_TEXT_BYTES];
        OWNED_KEPT_SIGNAL kept = {0};
        given_a_signal(id);
        assert_int_equal(pass_on(id, "GEMEENTE"), OUTCOME_OK);
        told_days_off = off[i];
        assert_string_equal(told(CORPORATION, id, TRANSFER_ACCEPTED, NULL), "");
        told_days_off = 0;
        read_kept(id, &kept);
        assert_int_equal(kept.transfer.on.number, amsterdam_day(town.now_ms).number + kept_off[i]);
    }
}

static void a29_who_is_refused_goes_on(void **state)
{
    char id[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};

    (void)state;
    given_a_signal(id);
    assert_int_equal(pass_on(id, town.parties[MUNICIPALITY].oin.text), OUTCOME_OK);
    assert_string_equal(told(CORPORATION, id, TRANSFER_REFUSED, NULL), "");
    read_kept(id, &kept);
    assert_int_equal(kept.transfer.step, TRANSFER_REFUSED);
    assert_string_equal(kept.transfer.reason, "OVERDRACHT_TERUG");
    assert_int_equal(last_answer(id), ANSWER_ONTV);
    assert_int_equal(pass_on(id, "GGZ"), OUTCOME_OK); /* another may be asked for */
    assert_int_equal(step_of(id), TRANSFER_ASKED);
}

static void only_the_originator_and_only_about_what_was_asked(void **state)
{
    static const char other[] = "33333333-3333-4333-8333-333333333333";
    char id[UUID_TEXT_BYTES];

    (void)state;
    given_a_signal(id);
    assert_string_equal(told(CORPORATION, id, TRANSFER_ACCEPTED, other), "NIET_GEVONDEN");
    assert_int_equal(pass_on(id, "GEMEENTE"), OUTCOME_OK);
    assert_string_equal(told(CORPORATION, id, TRANSFER_ACCEPTED, other), "NIET_GEVONDEN");
    assert_string_equal(told(MUNICIPALITY, id, TRANSFER_ACCEPTED, NULL), "NIET_GEVONDEN");
    assert_int_equal(step_of(id), TRANSFER_ASKED);
    assert_string_equal(told(CORPORATION, id, TRANSFER_ACCEPTED, NULL), "");
    assert_string_equal(told(CORPORATION, id, TRANSFER_REFUSED, NULL), "NIET_GEVONDEN"); /* over */
    assert_int_equal(last_answer(id), ANSWER_DOOR);
}

/* --- late, twice, or after a restore --- */

static enum outcome put_kept(struct change *change, const char *id, const struct kept_signal *kept)
{
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    assert_true(uuid_parse(id, &uuid));
    TRY(kept_signal_print(kept, &text));
    store_put_sealed(change, TABLE_INBOX, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return change->outcome;
}

static enum outcome apply_elsewhere(struct change *change, struct audit *audit, void *context)
{
    OWNED_KEPT_SIGNAL kept = {0};
    struct uuid uuid;

    (void)audit;
    TRY(kept_signal_load(&change->view, TABLE_INBOX, context, &uuid, &kept));
    memset(kept.covenant, 'a', sizeof kept.covenant - 1);
    return put_kept(change, context, &kept);
}

static void what_came_under_another_covenant_is_not_found(void **state)
{
    char id[UUID_TEXT_BYTES];

    (void)state;
    given_a_signal(id);
    assert_int_equal(pass_on(id, "GEMEENTE"), OUTCOME_OK);
    small_gateway_write(&small, apply_elsewhere, id);
    assert_string_equal(told(CORPORATION, id, TRANSFER_ACCEPTED, NULL), "NIET_GEVONDEN");
    assert_int_equal(step_of(id), TRANSFER_ASKED);
}

/* The question of this number will never arrive. */
static enum outcome apply_question_ended(struct change *change, struct audit *audit, void *context)
{
    const struct transfer_item *question = context;
    struct queued queued = {.kind = MESSAGE_KIND_TRANSFER};
    OWNED_BUFFER text = {0};

    (void)audit;
    TRY(transfer_item_print(question, &text));
    queued.item = buffer_bytes(&text);
    return transfer_ended(&small.gateway, change, &queued, "NIET_TOEGESTAAN");
}

static void only_the_question_that_waits_can_end(void **state)
{
    struct transfer_item question = {.step = TRANSFER_ASKED,
                                     .on = amsterdam_day(town.now_ms),
                                     .to = town.parties[MUNICIPALITY].oin};
    char id[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};

    (void)state;
    given_a_signal(id);
    assert_int_equal(pass_on(id, "GEMEENTE"), OUTCOME_OK);
    read_kept(id, &kept);
    memcpy(question.id, kept.transfer.request, sizeof question.id);
    memcpy(question.signal, id, sizeof question.signal);
    assert_string_equal(told(CORPORATION, id, TRANSFER_REFUSED, NULL), "");
    assert_int_equal(pass_on(id, "GGZ"), OUTCOME_OK);
    small_gateway_write(&small, apply_question_ended, &question); /* the first */
    assert_int_equal(step_of(id), TRANSFER_ASKED);
    assert_string_equal(told(CORPORATION, id, TRANSFER_ACCEPTED, NULL), "");
    kept_signal_wipe(&kept);
    read_kept(id, &kept);
    memcpy(question.id, kept.transfer.request, sizeof question.id);
    small_gateway_write(&small, apply_question_ended, &question); /* the second, that is over */
    assert_int_equal(step_of(id), TRANSFER_ACCEPTED);
}

static enum outcome mark_as_put_back(struct change *change, struct audit *audit, void *context)
{
    const struct recovery recovery = {town.now_ms, town.now_ms};

    (void)audit, (void)context;
    return recovery_mark(change, &recovery);
}

/* It may have asked what it knows nothing of; but what it knows to be over is over. */
static void who_was_put_back_hears_of_what_it_asked_since(void **state)
{
    static const char request[] = "33333333-3333-4333-8333-333333333333";
    char id[UUID_TEXT_BYTES];

    (void)state;
    small_gateway_write(&small, mark_as_put_back, NULL);
    given_a_signal(id);
    assert_string_equal(told(CORPORATION, id, TRANSFER_ACCEPTED, request), "");
    assert_int_equal(last_answer(id), ANSWER_DOOR);
    assert_string_equal(told(CORPORATION, id, TRANSFER_REFUSED, request), "NIET_GEVONDEN");
    assert_int_equal(step_of(id), TRANSFER_ACCEPTED);
}

struct again {
    char id[UUID_TEXT_BYTES];
    enum transfer_step step;
    struct oin to;
};

static enum outcome apply_again(struct change *change, struct audit *audit, void *context)
{
    const struct again *again = context;
    OWNED_KEPT_SIGNAL kept = {0};
    struct uuid uuid;

    (void)audit;
    TRY(kept_signal_load(&change->view, TABLE_INBOX, again->id, &uuid, &kept));
    kept.transfer = (struct kept_transfer){
        .step = again->step, .to = again->to, .request = "33333333-3333-4333-8333-333333333333"};
    return transfer_ask_again(&small.gateway, change, again->id, &kept);
}

static void only_what_is_not_refused_is_asked_again(void **state)
{
    struct again again = {.step = TRANSFER_REFUSED, .to = town.parties[MUNICIPALITY].oin};

    (void)state;
    given_a_signal(again.id);
    small_gateway_write(&small, apply_again, &again);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 0);
    again.step = TRANSFER_ACCEPTED;
    small_gateway_write(&small, apply_again, &again);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
    again.to = (struct oin){""}; /* heard of after a restore: asked of nobody known */
    small_gateway_write(&small, apply_again, &again);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
}

/* --- what must be refused --- */

static void to_whom_it_cannot_go_is_refused_at_once(void **state)
{
    char id[UUID_TEXT_BYTES];

    (void)state;
    given_a_signal(id);
    assert_int_equal(pass_on(id, town.parties[TEAM].oin.text), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(pass_on(id, town.parties[CORPORATION].oin.text), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(pass_on(id, town.parties[OTHER_TEAM].oin.text), OUTCOME_NOT_ALLOWED);
    assert_int_equal(pass_on(id, "POLITIE"), OUTCOME_NOT_ALLOWED);
    assert_int_equal(pass_on(id, "iemand"), OUTCOME_MALFORMED);
    assert_int_equal(pass_on("33333333-3333-4333-8333-333333333333", "GEMEENTE"),
                     OUTCOME_NOT_FOUND);
    assert_int_equal(step_of(id), TRANSFER_NONE);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 0);
}

static void what_has_ended_is_not_passed_on(void **state)
{
    char id[UUID_TEXT_BYTES];

    (void)state;
    given_a_signal(id);
    assert_int_equal(answer(id, "NOPG", NULL), OUTCOME_OK);
    assert_int_equal(pass_on(id, "GEMEENTE"), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(answer(id, "HERO", NULL), OUTCOME_OK);
    assert_int_equal(pass_on(id, "GEMEENTE"), OUTCOME_OK);
}

static void a30_secrecy_passes_nothing_on(void **state)
{
    char id[UUID_TEXT_BYTES];

    (void)state;
    given_a_signal(id);
    assert_int_equal(pass_on(id, "WIJKTEAM"), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(step_of(id), TRANSFER_NONE);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 0);
}

static void a29_a_signal_without_its_lead_is_not_kept(void **state)
{
    struct small_signal signal = small_signal_make(&town, small_gateway_known(&small), TEAM);
    OWNED_BUFFER whole = small_signal_text(&signal), text = {0};
    OWNED_JSON item = NULL;

    (void)state;
    signal.signal.lead = town.parties[TEAM].oin; /* another than the covenant names */
    assert_string_equal(receives_signal(&signal), "ONJUIST_BERICHT");
    assert_int_equal(json_read(buffer_bytes(&whole), SIGNAL_MAX_BYTES, &item), OUTCOME_OK);
    assert_int_equal(json_object_del(item, "regiehouder"), 0);
    assert_int_equal(json_write(item, &text), OUTCOME_OK);
    assert_string_equal(receives(CORPORATION, MESSAGE_KIND_SIGNAL, buffer_bytes(&text)),
                        "ONJUIST_BERICHT");
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 0);
}

static void scarce_memory_asks_nothing_by_half(void **state)
{
    char id[UUID_TEXT_BYTES];
    enum outcome outcome;

    (void)state;
    given_a_signal(id);
    WITH_SCARCE_MEMORY(outcome, pass_on(id, "GEMEENTE"), (void)0);
    assert_int_equal(step_of(id), TRANSFER_ASKED);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a29_who_asks_stays_holder_until_told, begins, ends),
        cmocka_unit_test_setup_teardown(the_day_of_a_decision_is_bounded, begins, ends),
        cmocka_unit_test_setup_teardown(a29_who_is_refused_goes_on, begins, ends),
        cmocka_unit_test_setup_teardown(what_is_no_transfer_is_refused, begins, ends),
        cmocka_unit_test_setup_teardown(only_the_originator_and_only_about_what_was_asked, begins,
                                        ends),
        cmocka_unit_test_setup_teardown(what_came_under_another_covenant_is_not_found, begins,
                                        ends),
        cmocka_unit_test_setup_teardown(only_the_question_that_waits_can_end, begins, ends),
        cmocka_unit_test_setup_teardown(who_was_put_back_hears_of_what_it_asked_since, begins,
                                        ends),
        cmocka_unit_test_setup_teardown(only_what_is_not_refused_is_asked_again, begins, ends),
        cmocka_unit_test_setup_teardown(to_whom_it_cannot_go_is_refused_at_once, begins, ends),
        cmocka_unit_test_setup_teardown(what_has_ended_is_not_passed_on, begins, ends),
        cmocka_unit_test_setup_teardown(a30_secrecy_passes_nothing_on, begins_under_secrecy, ends),
        cmocka_unit_test_setup_teardown(a29_a_signal_without_its_lead_is_not_kept, begins, ends),
        cmocka_unit_test_setup_teardown(scarce_memory_asks_nothing_by_half, begins, ends),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
