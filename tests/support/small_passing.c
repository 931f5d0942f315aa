/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "gateway/basis_store.h"
#include "gateway/transfer.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_passing.h"
#include "tests/support/small_rows.h"

struct small_town passing_town;
struct small_gateway passing_gateway;

/* The team, the municipality and an unbound care organisation may all have it with consent. */
int small_passing_begins_with(void (*change)(json_t *document))
{
    OWNED_JSON document = NULL;
    json_t *parties, *article;
    const char *fingerprint;

    small_town_make(&passing_town);
    small_gateway_make(&passing_gateway, &passing_town, CORPORATION);
    document = small_covenant_json(&passing_town);
    parties = json_object_get(document, "partijen");
    json_object_set_new(json_array_get(parties, GGZ), "beroepsgeheim", json_false());
    article = json_array_get(json_object_get(document, "bepalingen"), 0);
    json_object_set_new(article, "naar", json_pack("[sss]", "WIJKTEAM", "GEMEENTE", "GGZ"));
    if (change)
        change(document);
    fingerprint = small_gateway_add(&passing_gateway, document);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&passing_gateway, place, fingerprint, VERDICT_AGREED);
    small_gateway_get_key(&passing_gateway, json_string_value(json_object_get(document, "id")));
    return 0;
}

int small_passing_begins(void **state)
{
    (void)state;
    return small_passing_begins_with(NULL);
}

int small_passing_ends(void **state)
{
    (void)state;
    small_gateway_end(&passing_gateway);
    small_town_end(&passing_town);
    return 0;
}

const char *small_number(enum small_place place)
{
    return passing_town.parties[place].oin.text;
}

static const char *fingerprint(void)
{
    return small_gateway_known(&passing_gateway)->covenant->fingerprint;
}

/* --- what is kept --- */

void small_read_sent(const char *id, struct kept_signal *out)
{
    struct uuid uuid;
    struct view view;

    view_begin(passing_gateway.gateway.store, &view);
    assert_int_equal(kept_signal_load(&view, TABLE_SENT, id, &uuid, out), OUTCOME_OK);
    view_end(&view);
}

/* Who holds it by this store: along the accepted transfers. */
enum small_place small_holder(const char *id)
{
    OWNED_KEPT_SIGNAL kept = {0};

    small_read_sent(id, &kept);
    if (kept.transfer.step == TRANSFER_ACCEPTED)
        return small_holder(kept.transfer.item);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        if (oin_equal(&passing_town.parties[place].oin, &kept.partner))
            return place;
    return SMALL_PLACES;
}

enum answer small_last_answer(const char *id)
{
    OWNED_KEPT_SIGNAL kept = {0};

    small_read_sent(id, &kept);
    return kept.answer_count ? kept.answers[kept.answer_count - 1].code : ANSWER_ONTV;
}

/* The first item of a kind that waits for that place; false: none. */
bool small_waits_for(enum small_place place, enum message_kind kind, struct buffer *out_item)
{
    uint64_t place_in_queue = 0;
    struct queued queued;
    struct view view;
    bool found = false;

    view_begin(passing_gateway.gateway.store, &view);
    while (!found && queue_next(&view, &passing_town.parties[place].oin, place_in_queue,
                                &place_in_queue, &queued) == OUTCOME_OK) {
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
    TRY(queue_take_out(change, &kept.partner, id, NULL));
    kept.received_ms = passing_town.now_ms / 1000 * 1000;
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    memcpy(queued.id, id, sizeof queued.id);
    return transfer_arrived(&passing_gateway.gateway, change, &queued);
}

/* Its holder's gateway signed for it. */
void small_arrives(const char *id)
{
    char copy[UUID_TEXT_BYTES];

    snprintf(copy, sizeof copy, "%s", id);
    small_gateway_write(&passing_gateway, apply_arrival, copy);
}

void small_hand_in_code(const char *code, char out_id[static UUID_TEXT_BYTES])
{
    struct import_row row = small_row_consented(&passing_town, "Z-1", code, -1);
    struct small_intake s;

    snprintf(row.recipient, sizeof row.recipient, "WIJKTEAM");
    small_intake_decide(&s, &passing_gateway, &row, 1);
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_SENT_CONSENT);
    memcpy(out_id, s.rows[0].id, UUID_TEXT_BYTES);
    small_intake_end(&s);
}

void small_hand_in_only(char out_id[static UUID_TEXT_BYTES])
{
    small_hand_in_code("OVL.GELUID", out_id);
}

void small_hand_in(char out_id[static UUID_TEXT_BYTES])
{
    small_hand_in_only(out_id);
    small_arrives(out_id);
}

static enum outcome apply_word(struct change *change, struct audit *audit, void *context)
{
    struct small_word *word = context;
    struct proof_groups groups = {0};
    OWNED_KEPT_SIGNAL kept = {0};
    struct kept_basis record = {0};
    struct uuid uuid;
    struct basis_push push = {
        .id = word->id,
        .purpose = PURPOSE_TOELEIDING,
        .recipient = passing_town.parties[word->recipient].oin,
        .groups = &groups,
        .collected_by = ROLE_MELDER,
        .notice = "toestemming-1",
        .given = amsterdam_day(passing_town.now_ms),
        .covenant_until = small_gateway_known(&passing_gateway)->covenant->valid_until,
        .retention_days = 365,
        .now_ms = passing_town.now_ms / 1000 * 1000,
    };
    enum outcome outcome;

    (void)audit;
    TRY(kept_signal_load(&change->view, TABLE_SENT, word->item, &uuid, &kept));
    push.dossier = kept.dossier;
    proof_groups_add(&groups, "OVERLAST");
    proof_groups_add(&groups, "FINANCIEN");
    uuid_print(uuid_v4(), word->id);
    TRY(basis_from_push(&push, &record.basis));
    snprintf(record.actor, sizeof record.actor, "1000");
    memset(record.certificate, 'a', sizeof record.certificate - 1);
    outcome = basis_put(change, &record);
    basis_free(record.basis);
    return outcome;
}

/* Said at a desk: that one may know of it too. */
struct small_word small_resident_names(const char *item, enum small_place recipient)
{
    struct small_word word = {.item = item, .recipient = recipient};

    small_gateway_write(&passing_gateway, apply_word, &word);
    return word;
}

/* --- asking --- */

struct small_question small_ask_for(enum small_place from, const char *signal, const char *to)
{
    struct small_question question = {.from = from, .signal = signal, .to = to};

    uuid_print(uuid_v4(), question.id);
    return question;
}

enum outcome small_put_question(const struct small_question *question, struct receipt **out_receipt)
{
    struct transfer_item item = {.step = TRANSFER_ASKED, .on = amsterdam_day(passing_town.now_ms)};
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
    message = small_message_make(&passing_town, question->from, CORPORATION, MESSAGE_KIND_TRANSFER,
                                 fingerprint(), items, 1);
    message.role = ROLE_ONTVANGER;
    body = small_message_text(&passing_town, &message);
    memory_spares_me(false);
    small_call_make(&call, &passing_gateway, LISTENER_PARTNER, HTTP_POST,
                    message_kind_path(MESSAGE_KIND_TRANSFER), buffer_bytes(&body));
    call.call.caller.oin = passing_town.parties[question->from].oin;
    outcome = small_call_run(&call);
    if (outcome == OUTCOME_OK)
        outcome =
            receipt_open(buffer_bytes(&call.exchange.reply.body),
                         passing_town.parties[CORPORATION].signing.public_key, out_receipt, &fault);
    small_call_end(&call);
    return outcome;
}

/* "" when it was taken, else the code. */
const char *small_said(const struct small_question *question)
{
    static char code[RECEIPT_CODE_BYTES];
    OWNED_RECEIPT receipt = NULL;

    assert_int_equal(small_put_question(question, &receipt), OUTCOME_OK);
    assert_int_equal(receipt->answer_count, 1);
    memcpy(code, receipt->answers[0].code, sizeof code);
    return code;
}

const char *small_asked(enum small_place from, const char *signal, enum small_place to)
{
    const struct small_question question = small_ask_for(from, signal, small_number(to));

    return small_said(&question);
}

/* Taken, made and accepted: the item of the new holder. */
void small_goes_on(enum small_place from, const char *signal, enum small_place to,
                   char out_next[static UUID_TEXT_BYTES])
{
    OWNED_KEPT_SIGNAL kept = {0};

    small_resident_names(signal, to);
    assert_string_equal(small_asked(from, signal, to), "");
    small_read_sent(signal, &kept);
    memcpy(out_next, kept.transfer.item, UUID_TEXT_BYTES);
    small_arrives(out_next);
}
