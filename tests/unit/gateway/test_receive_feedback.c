/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers that come back to the corporation of the small town. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "covenant/lifting.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/kept_signal.h"
#include "gateway/receive.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;

/* --- a signal that was sent --- */

struct sent {
    struct small_signal signal;
    int64_t received_ms;
    const char *fingerprint; /* of the covenant it was sent under */
};

static enum outcome apply_sent(struct change *change, struct audit *audit, void *context)
{
    const struct sent *sent = context;
    OWNED_KEPT_SIGNAL kept = {.partner = sent->signal.signal.holder,
                              .taken_ms = town.now_ms,
                              .received_ms = sent->received_ms};
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    (void)audit;
    memcpy(kept.covenant, sent->fingerprint, sizeof kept.covenant);
    dossier_new(kept.dossier);
    kept.item = small_signal_text(&sent->signal);
    TRY(kept_signal_print(&kept, &text));
    assert_true(uuid_parse(sent->signal.signal.id, &uuid));
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return change->outcome;
}

static struct sent sent; /* the last one */

static const char *send_under(const char *fingerprint, enum small_place place)
{
    sent.signal = small_signal_make(&town, small_gateway_known(&small), place);
    sent.received_ms = town.now_ms / 1000 * 1000;
    sent.fingerprint = fingerprint;
    small_gateway_write(&small, apply_sent, &sent);
    return sent.signal.signal.id;
}

/* To `place`, which has acknowledged it. */
static const char *send_to(enum small_place place)
{
    return send_under(small_gateway_known(&small)->covenant->fingerprint, place);
}

static size_t answers_of(const char *id, enum answer *out_last)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    assert_true(uuid_parse(id, &uuid));
    assert_int_equal(
        value_in(small.gateway.store, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes), &text),
        OUTCOME_OK);
    assert_int_equal(kept_signal_read(buffer_bytes(&text), &kept), OUTCOME_OK);
    if (kept.answer_count && out_last)
        *out_last = kept.answers[kept.answer_count - 1].code;
    return kept.answer_count;
}

/* --- answers --- */

static struct feedback answer_to(const char *signal, enum answer code)
{
    struct feedback answer = {
        .code = code, .on = amsterdam_day(town.now_ms), .next_step = NEXT_STEP_COUNT};

    uuid_print(uuid_v4(), answer.id);
    snprintf(answer.signal, sizeof answer.signal, "%s", signal);
    if (answer_extra_of(code) == ANSWER_EXTRA_NEXT_STEP)
        answer.next_step = NEXT_STEP_TERUG_NAAR_MELDER;
    if (answer_extra_of(code) == ANSWER_EXTRA_PARTNER_KIND)
        answer.partner_kind = PARTY_WELZIJN;
    if (answer_extra_of(code) == ANSWER_EXTRA_REFERS_TO)
        uuid_print(uuid_v4(), answer.refers_to);
    return answer;
}

/* What comes while our clock is in doubt, made so long ago. */
static struct {
    bool in_doubt;
    int64_t made_s_ago;
} coming;

/* NULL when the message must come again. */
static struct receipt *post_items(enum small_place from, const struct bytes *items, size_t count,
                                  int64_t at_ms)
{
    const char *fingerprint = small_gateway_known(&small)->covenant->fingerprint;
    struct small_message message;
    OWNED_BUFFER body = {0};
    struct small_call call;
    struct receipt *receipt = NULL;
    struct fault fault = {0};
    enum outcome outcome;

    message = small_message_make(&town, from, CORPORATION, MESSAGE_KIND_FEEDBACK, fingerprint,
                                 items, count);
    message.role = ROLE_ONTVANGER;
    message.issued_s = at_ms / 1000 - coming.made_s_ago;
    message.expires_s = at_ms / 1000 + 3600;
    body = small_message_text(&town, &message);
    small_call_make(&call, &small, LISTENER_PARTNER, HTTP_POST,
                    message_kind_path(MESSAGE_KIND_FEEDBACK), buffer_bytes(&body));
    call.call.caller.oin = town.parties[from].oin;
    call.call.now_ms = at_ms;
    call.call.in_doubt = coming.in_doubt;
    outcome = small_call_run(&call);
    if (outcome != OUTCOME_OK)
        assert_int_equal(outcome, OUTCOME_CLOCK_WRONG);
    else
        assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                      town.parties[CORPORATION].signing.public_key, &receipt,
                                      &fault),
                         OUTCOME_OK);
    small_call_end(&call);
    return receipt;
}

static struct receipt *post(enum small_place from, const struct feedback *answers, size_t count,
                            int64_t at_ms)
{
    struct buffer texts[4] = {0};
    struct bytes items[4];
    struct receipt *receipt;

    for (size_t i = 0; i < count; i++) {
        assert_int_equal(feedback_print(&answers[i], &texts[i]), OUTCOME_OK);
        items[i] = buffer_bytes(&texts[i]);
    }
    receipt = post_items(from, items, count, at_ms);
    for (size_t i = 0; i < count; i++)
        buffer_wipe(&texts[i]);
    return receipt;
}

/* "" when it was taken in, else the code. */
static const char *post_one(enum small_place from, const char *signal, enum answer code)
{
    static char refusal[RECEIPT_CODE_BYTES];
    const struct feedback answer = answer_to(signal, code);
    OWNED_RECEIPT receipt = post(from, &answer, 1, town.now_ms);

    assert_int_equal(receipt->answers[0].result == RECEIPT_REFUSED,
                     receipt->answers[0].code[0] != '\0');
    snprintf(refusal, sizeof refusal, "%s", receipt->answers[0].code);
    return refusal;
}

/* --- facts --- */

static void a_day_to_come_counts_as_today(void **state)
{
    const char *signal = send_to(TEAM);
    struct feedback answer = answer_to(signal, ANSWER_BEOO);
    OWNED_RECEIPT receipt = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    struct uuid uuid;
    struct view view;

    (void)state;
    answer.on = day_plus(answer.on, 30);
    receipt = post(TEAM, &answer, 1, town.now_ms);
    assert_int_equal(receipt->answers[0].result, RECEIPT_ACCEPTED);
    view_begin(small.gateway.store, &view);
    assert_int_equal(kept_signal_load(&view, TABLE_SENT, signal, &uuid, &kept), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(day_compare(kept.answers[0].on, amsterdam_day(town.now_ms)), 0);
}

/* Nobody answered it before it was there; a day is left for the zones that clocks are in. */
static void a_day_before_the_signal_is_refused(void **state)
{
    static const int days[] = {-2, -3, -800, -1, 0};

    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        const char *signal = send_to(TEAM);
        struct feedback answer = answer_to(signal, ANSWER_BEOO);
        OWNED_RECEIPT receipt = NULL;
        answer.on = day_plus(answer.on, days[i]);
        receipt = post(TEAM, &answer, 1, town.now_ms);
        if (days[i] < -1) {
            assert_int_equal(receipt->answers[0].result, RECEIPT_REFUSED);
            assert_string_equal(receipt->answers[0].code, "TIJD_ONJUIST");
        } else {
            assert_int_equal(receipt->answers[0].result, RECEIPT_ACCEPTED);
        }
        assert_int_equal(answers_of(signal, NULL), days[i] >= -1);
    }
}

/* Who sent it would end a refused item for good; what may come in does, and what bears our time
 * ends the doubt. */
static void l1_by_a_clock_in_doubt_no_item_is_refused(void **state)
{
    const char *signal = send_to(TEAM);
    struct feedback answers[2] = {answer_to(signal, ANSWER_BEOO), answer_to(signal, ANSWER_BEOO)};
    const uint64_t leaves = audit_size(small.gateway.audit);
    OWNED_RECEIPT first = NULL;
    OWNED_RECEIPT second = NULL;
    OWNED_RECEIPT third = NULL;

    (void)state;
    answers[1].on = day_plus(answers[1].on, -800);
    coming.in_doubt = true;
    coming.made_s_ago = MESSAGE_CLOCK_SLACK_S + 60;
    first = post(TEAM, answers, 2, town.now_ms);
    assert_null(first);
    assert_int_equal(answers_of(signal, NULL), 0);
    assert_int_equal(audit_size(small.gateway.audit), leaves);
    second = post(TEAM, answers, 1, town.now_ms);
    assert_int_equal(second->answers[0].result, RECEIPT_ACCEPTED);
    coming.made_s_ago = 0;
    third = post(TEAM, answers + 1, 1, town.now_ms);
    assert_string_equal(third->answers[0].code, "TIJD_ONJUIST");
    coming.in_doubt = false;
}

/* It stands under its number alone; what it speaks of is not looked for. */
static void c4_an_answer_that_does_not_read_is_refused_alone(void **state)
{
    const char *signal = send_to(TEAM);
    const struct feedback good = answer_to(signal, ANSWER_BEOO);
    OWNED_BUFFER text = {0}, more = {0};
    struct bytes items[3];
    OWNED_RECEIPT receipt = NULL;

    (void)state;
    assert_int_equal(feedback_print(&good, &text), OUTCOME_OK);
    buffer_format(&more,
                  "{\"id\":\"33333333-3333-4333-8333-333333333333\",\"signaal\":\"%s\","
                  "\"code\":\"BEOO\",\"op\":\"2026-12-02\",\"toelichting\":\"vrije tekst\"}",
                  signal);
    items[0] = bytes_of_text("{\"id\":\"22222222-2222-4222-8222-222222222222\"}");
    items[1] = buffer_bytes(&more);
    items[2] = buffer_bytes(&text);
    receipt = post_items(TEAM, items, 3, town.now_ms);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(receipt->answers[i].result, RECEIPT_REFUSED);
        assert_string_equal(receipt->answers[i].code, "ONJUIST_BERICHT");
    }
    assert_int_equal(receipt->answers[2].result, RECEIPT_ACCEPTED);
    assert_int_equal(answers_of(signal, NULL), 1);
}

/* What the holder's own gateway would not have sent: refused by item, with a leaf, and not kept. */
static void a_step_that_cannot_be_is_refused_and_logged(void **state)
{
    const char *signal = send_to(TEAM);
    uint64_t leaves = audit_size(small.gateway.audit);

    (void)state;
    assert_string_equal(post_one(TEAM, signal, ANSWER_DOOR), "STAP_NIET_MOGELIJK");
    assert_string_equal(post_one(TEAM, signal, ANSWER_INGT), "STAP_NIET_MOGELIJK");
    assert_string_equal(post_one(TEAM, signal, ANSWER_AFGH), "STAP_NIET_MOGELIJK");
    assert_string_equal(post_one(TEAM, signal, ANSWER_HERO), "STAP_NIET_MOGELIJK");
    assert_int_equal(answers_of(signal, NULL), 0);
    assert_true(audit_size(small.gateway.audit) >= leaves + 4);
}

static void answers_are_kept_in_the_order_they_came(void **state)
{
    const char *signal = send_to(TEAM);
    enum answer last = ANSWER_COUNT;
    OWNED_JSON leaf = NULL;

    (void)state;
    assert_string_equal(post_one(TEAM, signal, ANSWER_BEOO), "");
    assert_string_equal(post_one(TEAM, signal, ANSWER_INBH), "");
    assert_string_equal(post_one(TEAM, signal, ANSWER_AFGR), "");
    assert_int_equal(answers_of(signal, &last), 3);
    assert_int_equal(last, ANSWER_AFGR);
    assert_int_equal(audit_size(small.gateway.audit), 3);
    leaf = leaf_json(small.gateway.store, 2);
    assert_string_equal(json_string_value(json_object_get(leaf, "ev")), "recv");
    assert_string_equal(json_string_value(json_object_get(leaf, "out")), "ok");
    assert_string_equal(json_string_value(json_object_get(leaf, "rule")),
                        "sociaal-renoveren-voorbeelddreef/1@1.2.0");
}

static void an_answer_sent_again_is_known_and_counts_once(void **state)
{
    const char *signal = send_to(TEAM);
    const struct feedback answer = answer_to(signal, ANSWER_INBH);
    OWNED_RECEIPT first = post(TEAM, &answer, 1, town.now_ms);
    OWNED_RECEIPT second = post(TEAM, &answer, 1, town.now_ms);

    (void)state;
    assert_int_equal(first->answers[0].result, RECEIPT_ACCEPTED);
    assert_int_equal(second->answers[0].result, RECEIPT_KNOWN);
    assert_memory_equal(first->answers[0].leaf_hash, second->answers[0].leaf_hash, SHA256_BYTES);
    assert_int_equal(answers_of(signal, NULL), 1);
}

/* Nobody learns which numbers exist. */
static void c8_a_signal_of_another_does_not_exist_for_who_asks(void **state)
{
    const char *signal = send_to(TEAM);
    char nobody[UUID_TEXT_BYTES];

    (void)state;
    uuid_print(uuid_v4(), nobody);
    assert_string_equal(post_one(TEAM, nobody, ANSWER_INBH), "NIET_GEVONDEN");
    assert_string_equal(post_one(MUNICIPALITY, signal, ANSWER_INBH), "NIET_GEVONDEN");
    assert_string_equal(post_one(GGZ, signal, ANSWER_AFGH), "NIET_GEVONDEN");
    assert_int_equal(answers_of(signal, NULL), 0);
    signal = send_under("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", TEAM);
    assert_string_equal(post_one(TEAM, signal, ANSWER_INBH), "NIET_GEVONDEN");
    assert_int_equal(answers_of(signal, NULL), 0);
}

static void a_step_that_cannot_follow_is_refused_alone(void **state)
{
    const char *signal = send_to(TEAM);
    const struct feedback answers[] = {
        answer_to(signal, ANSWER_ONTV), answer_to(signal, ANSWER_INBH),
        answer_to(signal, ANSWER_INGT), answer_to(signal, ANSWER_AFGR)};
    OWNED_RECEIPT receipt = post(TEAM, answers, 4, town.now_ms);
    static const enum receipt_result expected[] = {RECEIPT_REFUSED, RECEIPT_ACCEPTED,
                                                   RECEIPT_REFUSED, RECEIPT_ACCEPTED};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(receipt->answers[i].result, expected[i]);
        if (expected[i] == RECEIPT_REFUSED)
            assert_string_equal(receipt->answers[i].code, "STAP_NIET_MOGELIJK");
    }
    assert_int_equal(answers_of(signal, NULL), 2);
    assert_string_equal(post_one(TEAM, signal, ANSWER_INBH), "STAP_NIET_MOGELIJK");
}

static void more_than_the_level_of_the_article_is_refused(void **state)
{
    const char *signal = send_to(TEAM); /* niveau 1 */

    (void)state;
    assert_string_equal(post_one(TEAM, signal, ANSWER_INBH), "");
    assert_string_equal(post_one(TEAM, signal, ANSWER_BEKD), "STAP_NIET_MOGELIJK");
    assert_string_equal(post_one(TEAM, signal, ANSWER_VERW), "STAP_NIET_MOGELIJK");
    assert_int_equal(answers_of(signal, NULL), 1);
}

/* Any other code would say something about the person. */
static void of_a_partner_bound_to_secrecy_only_the_fixed_answer_is_taken(void **state)
{
    const char *signal = send_to(GGZ);

    (void)state;
    for (unsigned code = 0; code < ANSWER_COUNT; code++) {
        if (code != ANSWER_AFGH)
            assert_string_not_equal(post_one(GGZ, signal, code), "");
    }
    assert_int_equal(answers_of(signal, NULL), 0);
    assert_string_equal(post_one(GGZ, signal, ANSWER_AFGH), "");
    assert_int_equal(answers_of(signal, NULL), 1);
}

/* The proof that the GGZ sends with an answer to the last signal, true in every part. */
static struct proof lifting(void)
{
    struct proof proof = {
        .id = "0123456789abcdef0123456789abcdef",
        .to = town.parties[CORPORATION].oin,
        .purposes = bit_of(sent.signal.signal.purpose),
        .from = amsterdam_day(town.now_ms),
        .until = amsterdam_day(town.now_ms),
        .state = PROOF_GIVEN,
        .sequence = 1,
    };

    snprintf(proof.covenant, sizeof proof.covenant, "%s", sent.fingerprint);
    snprintf(proof.token, sizeof proof.token, "%s", sent.signal.signal.token);
    assert_true(proof_groups_add(&proof.groups, "ZORG_OM_BEWONER"));
    return proof;
}

static const char *post_lifted(const struct proof *proof, enum small_place signed_by,
                               bool as_consent, enum answer code)
{
    static char refusal[RECEIPT_CODE_BYTES];
    struct feedback answer = answer_to(sent.signal.signal.id, code);
    OWNED_RECEIPT receipt = NULL;
    OWNED_BUFFER text = {0};

    assert_int_equal((as_consent ? proof_sign : lifting_sign)(
                         proof, &town.parties[signed_by].signing, &text),
                     OUTCOME_OK);
    answer.lifting_text = buffer_bytes(&text);
    receipt = post(GGZ, &answer, 1, town.now_ms);
    snprintf(refusal, sizeof refusal, "%s", receipt->answers[0].code);
    return refusal;
}

static void with_a_true_proof_an_answer_up_to_the_level_is_taken(void **state)
{
    const char *signal = send_to(GGZ); /* niveau 0 */
    struct proof proof = lifting();

    (void)state;
    assert_string_equal(post_lifted(&proof, GGZ, false, ANSWER_INBH), "STAP_NIET_MOGELIJK");
    assert_string_equal(post_lifted(&proof, GGZ, false, ANSWER_BEOO), "");
    assert_int_equal(answers_of(signal, NULL), 1);
    assert_string_equal(post_one(GGZ, signal, ANSWER_NOPG), "STAP_NIET_MOGELIJK"); /* without */
    assert_string_equal(post_one(GGZ, signal, ANSWER_AFGH), "");
}

static void any_other_proof_changes_nothing(void **state)
{
    static const char *const token = "wp1.pch.g.2026H2.BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const char *signal = send_to(GGZ), *no = "STAP_NIET_MOGELIJK";
    struct proof proof = lifting();

    (void)state;
    assert_string_equal(post_lifted(&proof, TEAM, false, ANSWER_BEOO), no); /* another's word */
    assert_string_equal(post_lifted(&proof, CORPORATION, false, ANSWER_BEOO), no);
    assert_string_equal(post_lifted(&proof, GGZ, true, ANSWER_BEOO), no); /* a consent to share */
    snprintf(proof.token, sizeof proof.token, "%s", token);
    assert_string_equal(post_lifted(&proof, GGZ, false, ANSWER_BEOO), no);
    proof = lifting();
    proof.to = town.parties[TEAM].oin;
    assert_string_equal(post_lifted(&proof, GGZ, false, ANSWER_BEOO), no);
    proof = lifting();
    proof.purposes = bit_of(PURPOSE_ONDERZOEK);
    assert_string_equal(post_lifted(&proof, GGZ, false, ANSWER_BEOO), no);
    proof = lifting();
    proof.until = proof.from = day_plus(proof.from, -1);
    assert_string_equal(post_lifted(&proof, GGZ, false, ANSWER_BEOO), no);
    proof = lifting();
    proof.state = PROOF_WITHDRAWN;
    assert_string_equal(post_lifted(&proof, GGZ, false, ANSWER_BEOO), no);
    proof = lifting();
    memset(proof.covenant, 'a', sizeof proof.covenant - 1);
    assert_string_equal(post_lifted(&proof, GGZ, false, ANSWER_BEOO), no);
    assert_int_equal(answers_of(signal, NULL), 0);
}

static void the_fixed_answer_is_for_partners_bound_to_secrecy(void **state)
{
    const char *signal = send_to(TEAM);

    (void)state;
    assert_string_equal(post_one(TEAM, signal, ANSWER_AFGH), "STAP_NIET_MOGELIJK");
}

static void an_answer_may_come_after_the_covenant_ended(void **state)
{
    const char *signal = send_to(TEAM);
    const struct feedback answer = answer_to(signal, ANSWER_INBH);
    /* past evaluatieDatum; the keys are of that day still */
    OWNED_RECEIPT receipt = post(TEAM, &answer, 1, town.now_ms + 310 * (int64_t)DAY_MS);

    (void)state;
    assert_int_equal(receipt->answers[0].result, RECEIPT_ACCEPTED);
    assert_int_equal(answers_of(signal, NULL), 1);
}

static void a_signal_keeps_so_many_answers_and_refuses_more(void **state)
{
    const char *signal = send_to(TEAM);

    (void)state;
    for (int i = 0; i < KEPT_ANSWERS_MAX; i++)
        assert_string_equal(post_one(TEAM, signal, i % 2 ? ANSWER_INGP : ANSWER_INBH), "");
    assert_string_equal(post_one(TEAM, signal, ANSWER_INBH), "TE_VEEL_VERZOEKEN");
    assert_int_equal(answers_of(signal, NULL), KEPT_ANSWERS_MAX);
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    small_gateway_in_force(&small);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    return 0;
}

static int make_town(void **state)
{
    (void)state;
    small_town_make(&town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(a_day_to_come_counts_as_today),
        WITH_GATEWAY(a_day_before_the_signal_is_refused),
        WITH_GATEWAY(l1_by_a_clock_in_doubt_no_item_is_refused),
        WITH_GATEWAY(c4_an_answer_that_does_not_read_is_refused_alone),
        WITH_GATEWAY(a_step_that_cannot_be_is_refused_and_logged),
        WITH_GATEWAY(answers_are_kept_in_the_order_they_came),
        WITH_GATEWAY(an_answer_sent_again_is_known_and_counts_once),
        WITH_GATEWAY(c8_a_signal_of_another_does_not_exist_for_who_asks),
        WITH_GATEWAY(a_step_that_cannot_follow_is_refused_alone),
        WITH_GATEWAY(more_than_the_level_of_the_article_is_refused),
        WITH_GATEWAY(of_a_partner_bound_to_secrecy_only_the_fixed_answer_is_taken),
        WITH_GATEWAY(with_a_true_proof_an_answer_up_to_the_level_is_taken),
        WITH_GATEWAY(any_other_proof_changes_nothing),
        WITH_GATEWAY(the_fixed_answer_is_for_partners_bound_to_secrecy),
        WITH_GATEWAY(an_answer_may_come_after_the_covenant_ended),
        WITH_GATEWAY(a_signal_keeps_so_many_answers_and_refuses_more),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
