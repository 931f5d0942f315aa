/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * forge.c - message bodies exactly as a partner's gateway would make them, or
 * wrong in one chosen way. Reads one JSON order, prints one body a line.
 *
 *   sender_keys, credential   the sender's folder of keys, and what opens it
 *   recipient_document        the recipient's sleuteldocument.json
 *   covenant, soort, van, aan, rol, items
 *   bericht, iat, exp         when left out: fresh, now, now and an hour
 *   proof                     members of a consent proof that each item gets, signed; the rest
 *                             follows from message and item
 *   count, per_message        so many bodies of so many copies of the first item, each with an
 *                             id (and with a proof: a token) of its own
 *
 * What can be wrong, each by itself:
 *
 *   kop, payload              members put over those of the head or of the signed payload
 *   seal_for                  another document, to seal for
 *   sign_with, proof_with     {"keys", "credential"} of another organisation
 *   payload_type              another DSSE type
 *   payload_base64            these bytes are signed as they are
 *   envelope_base64           these bytes are sealed as they are
 *   statement                 members put over those of a statement of the sender about the
 *                             covenant, signed (by proof_with, where given) and set in each item
 *
 * With {"open": [bodies], "sender_keys", "credential"} it prints what is in each body, one
 * payload a line, or with "envelopes" true one signed envelope: the keys are then those of the
 * recipient. Signatures are not looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "covenant/message.h"
#include "covenant/proof.h"
#include "covenant/signal.h"
#include "covenant/statement.h"
#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "crypto/uuid.h"
#include "gateway/clock.h"
#include "gateway/key_store.h"

enum { ORDER_MAX_BYTES = 256 << 20, LIFETIME_S = 3600 };

struct maker {
    json_t *order;
    struct own_keys own, other_signer, other_prover;
    const struct own_keys *signer, *prover;
    struct key_document recipient; /* whose key seals */
    char recipient_key[SHA256_HEX_BYTES];
    enum message_kind kind;
    const char *type;
};

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "forge: %s\n", what);
    exit(1);
}

static void must(enum outcome outcome, const char *what)
{
    if (outcome == OUTCOME_OK)
        return;
    fprintf(stderr, "forge: %s: %s\n", what, outcome_text(outcome, LANGUAGE_EN));
    exit(1);
}

static json_t *made(json_t *value)
{
    if (!value)
        give_up("a value cannot be made");
    return value;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    if (!text)
        give_up(name);
    return text;
}

static json_int_t number_of(const json_t *object, const char *name, json_int_t usual)
{
    const json_t *value = json_object_get(object, name);

    return value ? json_integer_value(value) : usual;
}

/* --- the order --- */

static json_t *read_order(void)
{
    OWNED_BUFFER text = {0};
    json_t *order = NULL;
    uint8_t piece[65536];
    ssize_t got;

    while ((got = read(STDIN_FILENO, piece, sizeof piece)) > 0)
        buffer_add(&text, piece, (size_t)got);
    must(json_read(buffer_bytes(&text), ORDER_MAX_BYTES, &order), "the order");
    return order;
}

static void load_keys(const char *folder, const char *credential, struct own_keys *out)
{
    struct file_fault fault = {0};

    must(keys_load_secrets(folder, credential, out, &fault), folder);
}

static const struct own_keys *keys_or_own(struct maker *maker, const char *member,
                                          struct own_keys *other)
{
    const json_t *place = json_object_get(maker->order, member);

    if (!place)
        return &maker->own;
    load_keys(text_of(place, "keys"), text_of(place, "credential"), other);
    return other;
}

static void load_recipient(struct maker *maker)
{
    const json_t *other = json_object_get(maker->order, "seal_for");
    const char *path =
        other ? json_string_value(other) : text_of(maker->order, "recipient_document");
    OWNED_BUFFER envelope = {0};
    struct file_fault file_fault = {0};
    struct fault fault = {0};

    must(file_read(path, KEY_DOCUMENT_MAX_BYTES, &envelope, &file_fault), path);
    must(key_document_read_first(buffer_bytes(&envelope), &maker->recipient, &fault), path);
    must(sealed_key_id(maker->recipient.sealing_key, maker->recipient_key), path);
}

static void take_order(struct maker *maker)
{
    if (!message_kind_parse(text_of(maker->order, "soort"), &maker->kind))
        give_up("soort");
    maker->type = json_object_get(maker->order, "payload_type")
                      ? text_of(maker->order, "payload_type")
                      : message_kind_type(maker->kind);
    load_recipient(maker);
    maker->signer = keys_or_own(maker, "sign_with", &maker->other_signer);
    maker->prover = keys_or_own(maker, "proof_with", &maker->other_prover);
}

/* --- items --- */

static void add_proof(const struct maker *maker, json_t *item)
{
    uint8_t id[PROOF_ID_BYTES];
    char id_text[PROOF_ID_TEXT_BYTES];
    OWNED_BUFFER payload = {0}, envelope = {0};
    json_t *proof, *signed_proof = NULL;

    random_bytes(id, sizeof id);
    hex_encode(bytes_of(id, sizeof id), id_text);
    proof = made(json_pack("{ss ss ss sO ss si}", "bewijs", id_text, "convenant",
                           text_of(maker->order, "covenant"), "aan", text_of(maker->order, "aan"),
                           "pseudoniem", json_object_get(item, "pseudoniem"), "stand", "GEGEVEN",
                           "volgnr", 1));
    json_object_update(proof, json_object_get(maker->order, "proof"));
    must(json_write_new(proof, &payload), "the proof");
    must(dsse_sign(buffer_bytes(&payload), PROOF_TYPE, &maker->prover->signing, &envelope),
         "the proof");
    must(json_read(buffer_bytes(&envelope), SIGNAL_MAX_BYTES, &signed_proof), "the proof");
    json_object_set_new(item, "bewijs", signed_proof);
}

/* As a token of some other resident, of the same kind and epoch. */
static void set_fresh_token(json_t *item)
{
    struct token token;
    char text[TOKEN_TEXT_BYTES];

    must(token_parse(text_of(item, "pseudoniem"), &token), "pseudoniem");
    random_bytes(token.value, sizeof token.value);
    token_print(&token, text);
    json_object_set_new(item, "pseudoniem", made(json_string(text)));
}

static json_t *fresh_copy(const struct maker *maker, const json_t *template)
{
    json_t *item = made(json_deep_copy(template));
    char id[UUID_TEXT_BYTES];

    uuid_print(uuid_v4(), id);
    json_object_set_new(item, "id", made(json_string(id)));
    if (json_object_get(maker->order, "proof"))
        set_fresh_token(item);
    return item;
}

static void add_statement(const struct maker *maker, json_t *item)
{
    OWNED_BUFFER payload = {0}, envelope = {0};
    json_t *statement, *signed_statement = NULL;

    statement = made(json_pack("{ss ss ss ss sn}", "convenant", text_of(maker->order, "covenant"),
                               "oin", text_of(maker->order, "van"), "oordeel", "AKKOORD", "op",
                               "2026-01-01T00:00:00Z", "vorige"));
    json_object_update(statement, json_object_get(maker->order, "statement"));
    must(json_write_new(statement, &payload), "the statement");
    must(dsse_sign(buffer_bytes(&payload), STATEMENT_TYPE, &maker->prover->signing, &envelope),
         "the statement");
    must(json_read(buffer_bytes(&envelope), STATEMENT_MAX_BYTES, &signed_statement),
         "the statement");
    json_object_set_new(item, "verklaring", signed_statement);
}

static json_t *make_items(const struct maker *maker, bool fresh, size_t count)
{
    const json_t *given = json_object_get(maker->order, "items");
    json_t *items = made(fresh ? json_array() : json_deep_copy(given));
    json_t *item;
    size_t i;

    for (i = 0; fresh && i < count; i++)
        json_array_append_new(items, fresh_copy(maker, json_array_get(given, 0)));
    if (json_object_get(maker->order, "proof")) {
        json_array_foreach (items, i, item)
            add_proof(maker, item);
    }
    if (json_object_get(maker->order, "statement")) {
        json_array_foreach (items, i, item)
            add_statement(maker, item);
    }
    return items;
}

/* --- the body --- */

static bool take_base64(const struct maker *maker, const char *member, struct buffer *out)
{
    const json_t *text = json_object_get(maker->order, member);

    if (!text)
        return false;
    must(base64_decode(bytes_of(json_string_value(text), json_string_length(text)), out), member);
    return true;
}

static void sign_and_seal(const struct maker *maker, json_t *taken_payload, struct buffer *content)
{
    OWNED_BUFFER payload = {0}, envelope = {0};
    bool given = take_base64(maker, "payload_base64", &payload);

    if (given)
        json_decref(taken_payload);
    else
        must(json_write_new(taken_payload, &payload), "the payload");
    if (!take_base64(maker, "envelope_base64", &envelope))
        must(dsse_sign(buffer_bytes(&payload), maker->type, &maker->signer->signing, &envelope),
             "the envelope");
    must(sealed_close(buffer_bytes(&envelope), maker->recipient.sealing_key, content),
         "the content");
}

static json_t *shared_fields(const struct maker *maker, const char *id)
{
    return made(json_pack("{ss ss ss ss ss}", "van", text_of(maker->order, "van"), "aan",
                          text_of(maker->order, "aan"), "convenant",
                          text_of(maker->order, "covenant"), "soort",
                          message_kind_word(maker->kind), "bericht", id));
}

static void print_body(const struct maker *maker, const char *id, json_t *taken_items)
{
    json_int_t issued = number_of(maker->order, "iat", clock_now_ms() / 1000);
    json_t *head = shared_fields(maker, id);
    json_t *payload = shared_fields(maker, id);
    OWNED_BUFFER content = {0}, body = {0};

    json_object_set_new(payload, "iat", json_integer(issued));
    json_object_set_new(payload, "exp",
                        json_integer(number_of(maker->order, "exp", issued + LIFETIME_S)));
    json_object_set_new(payload, "rol", json_string(text_of(maker->order, "rol")));
    json_object_set_new(payload, "items", taken_items);
    json_object_update(payload, json_object_get(maker->order, "payload"));
    sign_and_seal(maker, payload, &content);

    json_object_set_new(head, "sleutel", json_string(maker->recipient_key));
    json_object_update(head, json_object_get(maker->order, "kop"));
    buffer_add_text(&body, "{\"kop\":");
    must(json_write_new(head, &body), "the head");
    buffer_add_text(&body, ",\"inhoud\":\"");
    buffer_add_bytes(&body, buffer_bytes(&content));
    buffer_add_text(&body, "\"}\n");
    must(buffer_outcome(&body), "the body");
    fwrite(body.data, 1, body.length, stdout);
}

static void print_bodies(const struct maker *maker)
{
    const json_t *given = json_object_get(maker->order, "bericht");
    bool several = json_object_get(maker->order, "count") != NULL;
    json_int_t count = number_of(maker->order, "count", 1);
    size_t items = (size_t)number_of(maker->order, "per_message", 1);
    char id[UUID_TEXT_BYTES];

    for (json_int_t i = 0; i < count; i++) {
        uuid_print(uuid_v7(clock_now_ms()), id);
        print_body(maker, given ? json_string_value(given) : id, make_items(maker, several, items));
    }
}

/* --- the other way --- */

static void print_opened(const struct maker *maker, const json_t *body)
{
    struct bytes text = bytes_of(json_string_value(body), json_string_length(body));
    OWNED_BUFFER plain = {0};
    OWNED_DSSE envelope = {0};
    struct message_head head;
    struct fault fault = {0};

    must(message_read(text, &head, &fault), "a body");
    must(sealed_open(head.content, &maker->own.sealing, &plain), "its content");
    if (json_is_true(json_object_get(maker->order, "envelopes"))) {
        fwrite(plain.data, 1, plain.length, stdout);
        putchar('\n');
        return;
    }
    must(dsse_open(buffer_bytes(&plain), message_kind_type(head.route.kind), plain.length,
                   &envelope),
         "its envelope");
    fwrite(envelope.payload.data, 1, envelope.payload.length, stdout);
    putchar('\n');
}

int main(void)
{
    struct maker maker = {0};
    const json_t *bodies, *body;
    size_t i;

    json_ready();
    must(crypto_ready(), "libsodium");
    maker.order = read_order();
    load_keys(text_of(maker.order, "sender_keys"), text_of(maker.order, "credential"), &maker.own);
    bodies = json_object_get(maker.order, "open");
    if (bodies) {
        json_array_foreach (bodies, i, body)
            print_opened(&maker, body);
    } else {
        take_order(&maker);
        print_bodies(&maker);
    }
    keys_wipe(&maker.own);
    keys_wipe(&maker.other_signer);
    keys_wipe(&maker.other_prover);
    json_decref(maker.order);
    return fflush(stdout) == 0 ? 0 : 1;
}
