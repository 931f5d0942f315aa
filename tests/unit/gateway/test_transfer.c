/* SPDX-License-Identifier: EUPL-1.2 */
/* The originator passes a signal on: what it decides, makes and tells; and that at every moment one
 * organisation holds it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/basis_store.h"
#include "gateway/erasure.h"
#include "gateway/objections.h"
#include "gateway/transfer.h"
#include "gateway/withdrawals.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_rows.h"

static struct small_town town;
static struct small_gateway small;

/* The team, the municipality and an unbound care organisation may all have it with consent. */
static int begins(void **state)
{
    OWNED_JSON document = NULL;
    json_t *parties, *article;
    const char *fingerprint;

    (void)state;
    small_town_make(&town);
    small_gateway_make(&small, &town, CORPORATION);
    document = small_covenant_json(&town);
    parties = json_object_get(document, "partijen");
    json_object_set_new(json_array_get(parties, GGZ), "beroepsgeheim", json_false());
    article = json_array_get(json_object_get(document, "bepalingen"), 0);
    json_object_set_new(article, "naar", json_pack("[sss]", "WIJKTEAM", "GEMEENTE", "GGZ"));
    fingerprint = small_gateway_add(&small, document);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, fingerprint, VERDICT_AGREED);
    small_gateway_get_key(&small, json_string_value(json_object_get(document, "id")));
    return 0;
}

static int ends(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

static const char *number_of(enum small_place place)
{
    return town.parties[place].oin.text;
}

static const char *fingerprint(void)
{
    return small_gateway_known(&small)->covenant->fingerprint;
}

/* --- what is kept --- */

static void read_sent(const char *id, struct kept_signal *out)
{
    struct uuid uuid;
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(kept_signal_load(&view, TABLE_SENT, id, &uuid, out), OUTCOME_OK);
    view_end(&view);
}

/* Who holds it by this store: along the accepted transfers. */
static enum small_place holder_of(const char *id)
{
    OWNED_KEPT_SIGNAL kept = {0};
    char current[UUID_TEXT_BYTES];
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(transfer_current(&view, id, current, &kept), OUTCOME_OK);
    view_end(&view);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        if (oin_equal(&town.parties[place].oin, &kept.partner))
            return place;
    return SMALL_PLACES;
}

static enum answer last_answer(const char *id)
{
    OWNED_KEPT_SIGNAL kept = {0};

    read_sent(id, &kept);
    return kept.answer_count ? kept.answers[kept.answer_count - 1].code : ANSWER_ONTV;
}

/* The first item of a kind that waits for that place; false: none. */
static bool waits_for(enum small_place place, enum message_kind kind, struct buffer *out_item)
{
    uint64_t place_in_queue = 0;
    struct queued queued;
    struct view view;
    bool found = false;

    view_begin(small.gateway.store, &view);
    while (!found && queue_next(&view, &town.parties[place].oin, place_in_queue, &place_in_queue,
                                &queued) == OUTCOME_OK) {
        found = queued.kind == kind;
        if (found && out_item)
            buffer_add_bytes(out_item, queued.item);
        place_in_queue++;
    }
    view_end(&view);
    return found;
}

/* --- a signal at the team, and the resident's word about others --- */

static enum outcome apply_arrival(struct change *change, struct audit *audit, void *context)
{
    const char *id = context;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid;
    struct queued queued = {.kind = MESSAGE_KIND_SIGNAL};

    (void)audit;
    TRY(kept_signal_load(&change->view, TABLE_SENT, id, &uuid, &kept));
    TRY(queue_take_out(change, &kept.partner, id));
    kept.received_ms = town.now_ms / 1000 * 1000;
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    memcpy(queued.id, id, sizeof queued.id);
    return transfer_arrived(&small.gateway, change, &queued);
}

/* Its holder's gateway signed for it. */
static void arrives(const char *id)
{
    char copy[UUID_TEXT_BYTES];

    snprintf(copy, sizeof copy, "%s", id);
    small_gateway_write(&small, apply_arrival, copy);
}

/* In the queue for the team still. */
static void hand_in_only(char out_id[static UUID_TEXT_BYTES])
{
    struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    struct small_intake s;

    snprintf(row.recipient, sizeof row.recipient, "WIJKTEAM");
    small_intake_decide(&s, &small, &row, 1);
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_SENT_CONSENT);
    memcpy(out_id, s.rows[0].id, UUID_TEXT_BYTES);
    small_intake_end(&s);
}

static void hand_in(char out_id[static UUID_TEXT_BYTES])
{
    hand_in_only(out_id);
    arrives(out_id);
}

struct word {
    const char *item;
    enum small_place recipient;
    char id[UUID_TEXT_BYTES];
};

static enum outcome apply_word(struct change *change, struct audit *audit, void *context)
{
    struct word *word = context;
    struct proof_groups groups = {0};
    OWNED_KEPT_SIGNAL kept = {0};
    struct kept_basis record = {0};
    struct uuid uuid;
    struct basis_push push = {
        .id = word->id,
        .purpose = PURPOSE_TOELEIDING,
        .recipient = town.parties[word->recipient].oin,
        .groups = &groups,
        .collected_by = ROLE_MELDER,
        .notice = "toestemming-1",
        .given = amsterdam_day(town.now_ms),
        .covenant_until = small_gateway_known(&small)->covenant->valid_until,
        .retention_days = 365,
        .now_ms = town.now_ms / 1000 * 1000,
    };
    enum outcome outcome;

    (void)audit;
    TRY(kept_signal_load(&change->view, TABLE_SENT, word->item, &uuid, &kept));
    push.dossier = kept.dossier;
    proof_groups_add(&groups, "OVERLAST");
    uuid_print(uuid_v4(), word->id);
    TRY(basis_from_push(&push, &record.basis));
    snprintf(record.actor, sizeof record.actor, "1000");
    memset(record.certificate, 'a', sizeof record.certificate - 1);
    outcome = basis_put(change, &record);
    basis_free(record.basis);
    return outcome;
}

/* Said at a desk: that one may know of it too. */
static struct word resident_names(const char *item, enum small_place recipient)
{
    struct word word = {.item = item, .recipient = recipient};

    small_gateway_write(&small, apply_word, &word);
    return word;
}

/* --- asking --- */

struct question {
    char id[UUID_TEXT_BYTES];
    enum small_place from;
    const char *signal, *to;
};

static struct question ask_for(enum small_place from, const char *signal, const char *to)
{
    struct question question = {.from = from, .signal = signal, .to = to};

    uuid_print(uuid_v4(), question.id);
    return question;
}

static enum outcome put(const struct question *question, struct receipt **out_receipt)
{
    struct transfer_item item = {.step = TRANSFER_ASKED, .on = amsterdam_day(town.now_ms)};
    struct small_message message;
    OWNED_BUFFER text = {0}, body = {0};
    struct bytes items[1];
    struct small_call call;
    struct fault fault = {0};
    enum outcome outcome;

    memcpy(item.id, question->id, sizeof item.id);
    snprintf(item.signal, sizeof item.signal, "%s", question->signal);
    assert_true(oin_parse(question->to, &item.to));
    memory_spares_me(true);
    assert_int_equal(transfer_item_print(&item, &text), OUTCOME_OK);
    items[0] = buffer_bytes(&text);
    message = small_message_make(&town, question->from, CORPORATION, MESSAGE_KIND_TRANSFER,
                                 fingerprint(), items, 1);
    message.role = ROLE_ONTVANGER;
    body = small_message_text(&town, &message);
    memory_spares_me(false);
    small_call_make(&call, &small, LISTENER_PARTNER, HTTP_POST,
                    message_kind_path(MESSAGE_KIND_TRANSFER), buffer_bytes(&body));
    call.call.caller.oin = town.parties[question->from].oin;
    outcome = small_call_run(&call);
    if (outcome == OUTCOME_OK)
        outcome = receipt_open(buffer_bytes(&call.exchange.reply.body),
                               town.parties[CORPORATION].signing.public_key, out_receipt, &fault);
    small_call_end(&call);
    return outcome;
}

/* "" when it was taken, else the code. */
static const char *said(const struct question *question)
{
    static char code[RECEIPT_CODE_BYTES];
    OWNED_RECEIPT receipt = NULL;

    assert_int_equal(put(question, &receipt), OUTCOME_OK);
    assert_int_equal(receipt->answer_count, 1);
    memcpy(code, receipt->answers[0].code, sizeof code);
    return code;
}

static const char *asked(enum small_place from, const char *signal, enum small_place to)
{
    const struct question question = ask_for(from, signal, number_of(to));

    return said(&question);
}

/* Taken, made and accepted: the item of the new holder. */
static void goes_on(enum small_place from, const char *signal, enum small_place to,
                    char out_next[static UUID_TEXT_BYTES])
{
    OWNED_KEPT_SIGNAL kept = {0};

    resident_names(signal, to);
    assert_string_equal(asked(from, signal, to), "");
    read_sent(signal, &kept);
    memcpy(out_next, kept.transfer.item, UUID_TEXT_BYTES);
    arrives(out_next);
}

/* --- what must hold --- */

static void a29_who_is_asked_for_is_holder_when_it_took_it_and_not_before(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0}, next = {0}, after = {0};
    OWNED_SIGNAL before = {0}, made = {0};
    OWNED_BUFFER told = {0};

    (void)state;
    hand_in(first);
    assert_int_equal(holder_of(first), TEAM);
    resident_names(first, MUNICIPALITY);
    assert_string_equal(asked(TEAM, first, MUNICIPALITY), "");
    assert_int_equal(holder_of(first), TEAM); /* asked is not taken */
    assert_int_equal(last_answer(first), ANSWER_ONTV);
    assert_false(waits_for(TEAM, MESSAGE_KIND_TRANSFER, NULL));
    read_sent(first, &kept);
    assert_int_equal(kept.transfer.step, TRANSFER_ASKED);
    read_sent(kept.transfer.item, &next);
    assert_int_equal(kept_signal_item(&kept, &before), OUTCOME_OK);
    assert_int_equal(kept_signal_item(&next, &made), OUTCOME_OK);
    assert_string_equal(made.holder.text, number_of(MUNICIPALITY));
    assert_string_equal(made.lead.text, before.lead.text); /* the lead does not change */
    assert_string_not_equal(made.token, before.token);
    assert_true(made.token[0] && strcmp(made.id, before.id) != 0);
    assert_string_equal(made.contact, before.contact);
    assert_true(waits_for(MUNICIPALITY, MESSAGE_KIND_SIGNAL, NULL));
    arrives(kept.transfer.item);
    assert_int_equal(holder_of(first), MUNICIPALITY);
    assert_int_equal(last_answer(first), ANSWER_DOOR);
    assert_true(waits_for(TEAM, MESSAGE_KIND_TRANSFER, &told));
    assert_non_null(strstr(buffer_text(&told), "\"stap\":\"AANVAARD\""));
    assert_null(strstr(buffer_text(&told), kept.transfer.item)); /* nor does it learn its number */
    read_sent(first, &after);
    assert_int_equal(after.transfer.step, TRANSFER_ACCEPTED);
}

static void nothing_of_the_first_goes_along_that_the_new_article_does_not_list(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER item = {0};

    (void)state;
    hand_in(first);
    resident_names(first, MUNICIPALITY);
    assert_string_equal(asked(TEAM, first, MUNICIPALITY), "");
    assert_true(waits_for(MUNICIPALITY, MESSAGE_KIND_SIGNAL, &item));
    assert_null(strstr(buffer_text(&item), first));
    assert_null(strstr(buffer_text(&item), number_of(TEAM))); /* who had it before */
    read_sent(first, &kept);
    assert_null(strstr(buffer_text(&item), kept.dossier));
    assert_null(strstr(buffer_text(&item), "Z-1"));
}

static void a30_never_back_and_never_a_third_time(void **state)
{
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES], third[UUID_TEXT_BYTES];

    (void)state;
    hand_in(first);
    assert_string_equal(asked(TEAM, first, TEAM), "OVERDRACHT_TERUG");
    assert_string_equal(asked(TEAM, first, CORPORATION), "OVERDRACHT_TERUG");
    goes_on(TEAM, first, MUNICIPALITY, second);
    resident_names(first, TEAM);
    assert_string_equal(asked(MUNICIPALITY, second, TEAM), "OVERDRACHT_TERUG");
    assert_string_equal(asked(MUNICIPALITY, second, CORPORATION), "OVERDRACHT_TERUG");
    assert_string_equal(asked(TEAM, first, GGZ), "STAP_NIET_MOGELIJK"); /* holds it no more */
    goes_on(MUNICIPALITY, second, GGZ, third);
    assert_int_equal(holder_of(first), GGZ);
    assert_string_equal(asked(GGZ, third, UNIVERSITY), "OVERDRACHT_TE_VAAK");
    assert_string_equal(asked(GGZ, third, TEAM), "OVERDRACHT_TE_VAAK");
    assert_int_equal(holder_of(first), GGZ);
}

static void what_no_article_or_resident_allows_stays(void **state)
{
    static const char stranger[] = "00000099000000990000";
    char first[UUID_TEXT_BYTES], nobody[UUID_TEXT_BYTES];
    struct question question;

    (void)state;
    hand_in(first);
    assert_string_equal(asked(TEAM, first, MUNICIPALITY), "GEEN_TOESTEMMING");
    assert_string_equal(asked(TEAM, first, UNIVERSITY), "GEEN_BEPALING");
    question = ask_for(TEAM, first, stranger);
    assert_true(said(&question)[0] != '\0');
    assert_string_equal(asked(MUNICIPALITY, first, GGZ), "NIET_GEVONDEN"); /* another's signal */
    uuid_print(uuid_v4(), nobody);
    assert_string_equal(asked(TEAM, nobody, MUNICIPALITY), "NIET_GEVONDEN");
    assert_int_equal(holder_of(first), TEAM);
    assert_int_equal(rows_in(small.gateway.store, TABLE_SENT), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 0);
}

static void only_one_waits_at_a_time(void **state)
{
    char first[UUID_TEXT_BYTES];

    (void)state;
    hand_in(first);
    resident_names(first, MUNICIPALITY);
    resident_names(first, GGZ);
    assert_string_equal(asked(TEAM, first, MUNICIPALITY), "");
    assert_string_equal(asked(TEAM, first, GGZ), "STAP_NIET_MOGELIJK");
    assert_int_equal(rows_in(small.gateway.store, TABLE_SENT), 2);
}

static void the_same_question_has_one_effect(void **state)
{
    char first[UUID_TEXT_BYTES];
    struct question question;

    (void)state;
    hand_in(first);
    resident_names(first, MUNICIPALITY);
    question = ask_for(TEAM, first, number_of(MUNICIPALITY));
    assert_string_equal(said(&question), "");
    assert_string_equal(said(&question), "");
    assert_int_equal(rows_in(small.gateway.store, TABLE_SENT), 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
}

struct ending {
    char item[UUID_TEXT_BYTES];
    const char *why;
};

static enum outcome apply_ending(struct change *change, struct audit *audit, void *context)
{
    const struct ending *ending = context;
    struct queued queued = {.kind = MESSAGE_KIND_SIGNAL};

    (void)audit;
    memcpy(queued.id, ending->item, sizeof queued.id);
    return transfer_ended(&small.gateway, change, &queued, ending->why);
}

static void a29_who_refuses_never_holds_it(void **state)
{
    struct ending ending = {.why = "GEEN_BEPALING"};
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER told = {0};

    (void)state;
    hand_in(first);
    resident_names(first, MUNICIPALITY);
    assert_string_equal(asked(TEAM, first, MUNICIPALITY), "");
    read_sent(first, &kept);
    memcpy(ending.item, kept.transfer.item, sizeof ending.item);
    small_gateway_write(&small, apply_ending, &ending);
    small_gateway_write(&small, apply_ending, &ending); /* told once */
    assert_int_equal(holder_of(first), TEAM);
    assert_int_equal(last_answer(first), ANSWER_ONTV); /* its terms run on */
    assert_true(waits_for(TEAM, MESSAGE_KIND_TRANSFER, &told));
    assert_non_null(strstr(buffer_text(&told), "\"reden\":\"GEEN_BEPALING\""));
    resident_names(first, GGZ);
    assert_string_equal(asked(TEAM, first, GGZ), ""); /* and may ask again */
}

/* --- withdrawn, recalled --- */

struct end {
    const char *basis, *item;
    char id[UUID_TEXT_BYTES];
};

static enum outcome apply_end(struct change *change, struct audit *audit, void *context)
{
    struct end *end = context;
    const struct withdrawal_cause cause = {
        .reason = end->basis ? WITHDRAWAL_INGETROKKEN : WITHDRAWAL_TERUGGETROKKEN,
        .role = ROLE_MELDER,
        .now_ms = town.now_ms};

    (void)audit;
    return end->basis ? withdraw_basis(&small.gateway, change, end->basis, &cause, end->id)
                      : withdraw_sent(&small.gateway, change, end->item, &cause, end->id);
}

static void a_recall_reaches_all_who_had_it_from_either_end(void **state)
{
    (void)state;
    for (int from_last = 0; from_last < 2; from_last++) {
        char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES], third[UUID_TEXT_BYTES];
        struct end end = {0};
        begins(NULL);
        hand_in(first);
        goes_on(TEAM, first, MUNICIPALITY, second);
        goes_on(MUNICIPALITY, second, GGZ, third);
        end.item = from_last ? third : first;
        small_gateway_write(&small, apply_end, &end);
        assert_int_equal(last_answer(first), ANSWER_INGT);
        assert_int_equal(last_answer(second), ANSWER_INGT);
        assert_int_equal(last_answer(third), ANSWER_INGT);
        for (enum small_place place = TEAM; place <= MUNICIPALITY; place++)
            assert_true(waits_for(place, MESSAGE_KIND_WITHDRAWAL, NULL));
        assert_string_equal(asked(GGZ, third, UNIVERSITY), "STAP_NIET_MOGELIJK");
        ends(NULL);
    }
}

static void a_consent_that_ends_on_the_way_leaves_the_old_holder(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER told = {0};
    struct word word;
    struct end end = {0};

    (void)state;
    hand_in(first);
    word = resident_names(first, MUNICIPALITY);
    assert_string_equal(asked(TEAM, first, MUNICIPALITY), "");
    end.basis = word.id;
    small_gateway_write(&small, apply_end, &end);
    assert_int_equal(holder_of(first), TEAM);
    assert_int_equal(last_answer(first), ANSWER_ONTV);
    assert_true(waits_for(TEAM, MESSAGE_KIND_TRANSFER, &told));
    assert_non_null(strstr(buffer_text(&told), "\"reden\":\"TOESTEMMING_INGETROKKEN\""));
    assert_false(waits_for(MUNICIPALITY, MESSAGE_KIND_SIGNAL, NULL));
    read_sent(first, &kept);
    assert_int_equal(kept.transfer.step, TRANSFER_REFUSED);
}

/* The team may have it all the same: its receipt was lost, and the recall is on its way. */
static void what_was_recalled_before_its_receipt_is_not_passed_on(void **state)
{
    char first[UUID_TEXT_BYTES];
    struct end end = {.item = first};

    (void)state;
    hand_in_only(first);
    resident_names(first, MUNICIPALITY);
    small_gateway_write(&small, apply_end, &end);
    assert_string_equal(asked(TEAM, first, MUNICIPALITY), "TERUGGETROKKEN");
    assert_int_equal(rows_in(small.gateway.store, TABLE_SENT), 1);
    assert_false(waits_for(MUNICIPALITY, MESSAGE_KIND_SIGNAL, NULL));
}

/* The two holders had it under words of their own: one of these may have ended before. */
static void a_recall_goes_on_where_one_holder_had_lost_it_before(void **state)
{
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES], basis[UUID_TEXT_BYTES];
    struct end of_row = {.basis = basis}, recall = {.item = first}, again = {.item = first};
    struct view view;

    (void)state;
    hand_in(first);
    goes_on(TEAM, first, MUNICIPALITY, second);
    view_begin(small.gateway.store, &view);
    assert_int_equal(withdrawal_record_of(&view, first, basis), OUTCOME_OK);
    view_end(&view);
    small_gateway_write(&small, apply_end, &of_row);
    assert_int_equal(last_answer(first), ANSWER_INGT);
    assert_int_equal(last_answer(second), ANSWER_ONTV);
    small_gateway_write(&small, apply_end, &recall);
    assert_int_equal(last_answer(second), ANSWER_INGT);
    assert_true(waits_for(MUNICIPALITY, MESSAGE_KIND_WITHDRAWAL, NULL));
    assert_string_not_equal(recall.id, of_row.id);
    small_gateway_write(&small, apply_end, &again);
    assert_string_equal(again.id, of_row.id); /* nothing is left to recall */
}

/* --- figures --- */

/* How many terms of that place were closed. */
static size_t closed_at(enum small_place place)
{
    OWNED_BUFFER after = {0};
    struct bytes key, value;
    struct view view;
    size_t count = 0;

    view_begin(small.gateway.store, &view);
    while (store_next(&view, TABLE_FIGURE, buffer_bytes(&after), after.length > 0, &key, &value) ==
           OUTCOME_OK) {
        after.length = 0;
        buffer_add_bytes(&after, key);
        if (strstr(buffer_text(&after), number_of(place)) &&
            strstr(buffer_text(&after), "/dicht"))
            count++;
    }
    view_end(&view);
    return count;
}

static void who_passed_it_on_answered_it(void **state)
{
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES];

    (void)state;
    hand_in(first);
    assert_int_equal(closed_at(TEAM), 0);
    goes_on(TEAM, first, MUNICIPALITY, second);
    assert_int_equal(closed_at(TEAM), 1);
    assert_int_equal(closed_at(MUNICIPALITY), 0);
}

/* --- erased by its term --- */

static enum outcome apply_erasure(struct change *change, struct audit *audit, void *context)
{
    struct uuid id;

    (void)audit;
    assert_true(uuid_parse(context, &id));
    return erase_sent(&small.gateway, change, id, ERASURE_TERM);
}

/* Nobody comes for it any more, and whoever waits for that could never end it. */
static void a_new_item_that_is_erased_unread_leaves_the_old_holder(void **state)
{
    char first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0}, after = {0};

    (void)state;
    hand_in(first);
    resident_names(first, MUNICIPALITY);
    assert_string_equal(asked(TEAM, first, MUNICIPALITY), "");
    read_sent(first, &kept);
    small_gateway_write(&small, apply_erasure, kept.transfer.item);
    read_sent(first, &after);
    assert_int_equal(after.transfer.step, TRANSFER_REFUSED);
    assert_true(waits_for(TEAM, MESSAGE_KIND_TRANSFER, NULL));
}

/* --- after a restart; want of memory --- */

static void the_holder_is_the_same_after_a_restart(void **state)
{
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};

    (void)state;
    hand_in(first);
    resident_names(first, MUNICIPALITY);
    assert_string_equal(asked(TEAM, first, MUNICIPALITY), "");
    small_gateway_restart(&small);
    assert_int_equal(holder_of(first), TEAM);
    read_sent(first, &kept);
    memcpy(second, kept.transfer.item, sizeof second);
    arrives(second);
    small_gateway_restart(&small);
    assert_int_equal(holder_of(first), MUNICIPALITY);
}

static void scarce_memory_asks_nothing_by_half(void **state)
{
    char first[UUID_TEXT_BYTES];
    struct question question;
    struct receipt *receipt = NULL;
    enum outcome outcome;

    (void)state;
    hand_in(first);
    resident_names(first, MUNICIPALITY);
    question = ask_for(TEAM, first, number_of(MUNICIPALITY));
    WITH_SCARCE_MEMORY(outcome, put(&question, &receipt), receipt_free(receipt));
    assert_int_equal(rows_in(small.gateway.store, TABLE_SENT), 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a29_who_is_asked_for_is_holder_when_it_took_it_and_not_before, begins, ends),
        cmocka_unit_test_setup_teardown(
            nothing_of_the_first_goes_along_that_the_new_article_does_not_list, begins, ends),
        cmocka_unit_test_setup_teardown(a30_never_back_and_never_a_third_time, begins, ends),
        cmocka_unit_test_setup_teardown(what_no_article_or_resident_allows_stays, begins, ends),
        cmocka_unit_test_setup_teardown(only_one_waits_at_a_time, begins, ends),
        cmocka_unit_test_setup_teardown(the_same_question_has_one_effect, begins, ends),
        cmocka_unit_test_setup_teardown(a29_who_refuses_never_holds_it, begins, ends),
        cmocka_unit_test(a_recall_reaches_all_who_had_it_from_either_end),
        cmocka_unit_test_setup_teardown(a_consent_that_ends_on_the_way_leaves_the_old_holder,
                                        begins, ends),
        cmocka_unit_test_setup_teardown(what_was_recalled_before_its_receipt_is_not_passed_on,
                                        begins, ends),
        cmocka_unit_test_setup_teardown(a_recall_goes_on_where_one_holder_had_lost_it_before,
                                        begins, ends),
        cmocka_unit_test_setup_teardown(who_passed_it_on_answered_it, begins, ends),
        cmocka_unit_test_setup_teardown(a_new_item_that_is_erased_unread_leaves_the_old_holder,
                                        begins, ends),
        cmocka_unit_test_setup_teardown(the_holder_is_the_same_after_a_restart, begins, ends),
        cmocka_unit_test_setup_teardown(scarce_memory_asks_nothing_by_half, begins, ends),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
