/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bodies - prepares what a partner would POST: messages of signals under one
 * article, each with its own ids, signed and sealed beforehand, one body a line.
 *
 *   bodies --settings SENDER --covenant FILE --to OIN --article N
 *          [--items K] [--count N]
 *
 * Bodies go to standard output. Each field of the article is filled, as the
 * sender's gateway would: under consent with a token and a proof for it. The
 * residents do not exist. Two processes started at once never make the same ids.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "covenant/built_in.h"
#include "covenant/contact.h"
#include "covenant/message.h"
#include "covenant/proof.h"
#include "covenant/signal.h"
#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "gateway/key_store.h"
#include "gateway/settings.h"

enum { SENT_FOR_S = 24 * 60 * 60 };

struct maker {
    struct settings *settings;
    struct own_keys keys;
    struct code_lists *lists;
    struct covenant *covenant;
    const struct article *article;
    const struct signal_code *code;
    const struct party *to;
    struct key_document recipient;
    uint8_t token_key[KEY_BYTES]; /* a key of its own: recipients do not recompute tokens */
    struct token_domain domain;
    int64_t now_ms;
    unsigned household;
};

struct options {
    const char *settings, *covenant, *to;
    int article;
    unsigned items, count;
};

static void must(enum outcome outcome, const char *what)
{
    if (outcome == OUTCOME_OK)
        return;
    fprintf(stderr, "bodies: %s: %s\n", what, outcome_text(outcome, LANGUAGE_EN));
    exit(1);
}

static void must_be(bool fact, const char *what)
{
    must(fact ? OUTCOME_OK : OUTCOME_MALFORMED, what);
}

/* --- opening --- */

static void open_covenant(struct maker *maker, const char *path)
{
    OWNED_BUFFER raw = {0};
    struct covenant_fault fault = {0};
    struct file_fault file_fault = {0};

    must(file_read(path, COVENANT_MAX_BYTES, &raw, &file_fault), path);
    must(code_lists_load(&maker->lists), "code lists");
    must(covenant_parse(buffer_bytes(&raw), maker->lists, &maker->covenant, &fault), path);
}

static void choose(struct maker *maker, const struct options *options)
{
    struct fault fault = {0};
    struct oin oin;

    maker->article = covenant_article(maker->covenant, options->article);
    must_be(maker->article != NULL, "--article");
    must_be(oin_parse(options->to, &oin), "--to");
    maker->to = covenant_party(maker->covenant, &oin);
    must_be(maker->to != NULL, "--to");
    must(key_document_read_first(maker->to->key_document, &maker->recipient, &fault),
         "key document");
    for (size_t i = 0; i < maker->lists->signals_count && !maker->code; i++) {
        if (code_set_has(&maker->article->codes, i))
            maker->code = &maker->lists->signals[i];
    }
    must_be(maker->code != NULL, "a code of the article");
}

static void open_maker(struct maker *maker, const struct options *options)
{
    struct fault fault = {0};
    struct file_fault file_fault = {0};
    struct timespec now;
    char epoch[EPOCH_TEXT_BYTES];

    clock_gettime(CLOCK_REALTIME, &now);
    maker->now_ms = (int64_t)now.tv_sec * 1000;
    must(settings_load(options->settings, &maker->settings, &fault, &file_fault),
         options->settings);
    must(keys_load(maker->settings->key_folder, maker->settings->credential_file, &maker->keys,
                   &file_fault),
         "keys");
    open_covenant(maker, options->covenant);
    choose(maker, options);
    random_bytes(maker->token_key, sizeof maker->token_key);
    day_epoch(amsterdam_day(maker->now_ms), epoch);
    must(token_domain_make(maker->covenant->id, purpose_word(maker->article->purpose), epoch,
                           &maker->domain),
         "token");
}

static void close_maker(struct maker *maker)
{
    wipe(maker->token_key, sizeof maker->token_key);
    covenant_free(maker->covenant);
    code_lists_free(maker->lists);
    keys_wipe(&maker->keys);
    settings_free(maker->settings);
}

/* --- one item --- */

static void fill_token(struct maker *maker, struct signal *signal)
{
    struct identity identity;
    struct token token;
    char number[8];

    snprintf(number, sizeof number, "%u", maker->household % 99999 + 1);
    must(identity_pch("1234AB", number, "", "", &identity), "address");
    token_make_shared(maker->token_key, &maker->domain, &identity, &maker->to->oin, &token);
    token_print(&token, signal->token);
}

static void fill_contact(const struct maker *maker, struct signal *signal)
{
    OWNED_BUFFER text = {0};
    struct contact contact = {.postcode = "1234AB", .phone = "0612345678", .language = "nl"};

    snprintf(contact.number, sizeof contact.number, "%u", maker->household % 99999 + 1);
    snprintf(contact.name, sizeof contact.name, "Anouk Voorbeeld %u", maker->household);
    must(contact_print(&contact, &text), "contact");
    must_be(text.length < sizeof signal->contact, "contact");
    memcpy(signal->contact, text.data, text.length);
    signal->contact[text.length] = '\0';
}

static void make_proof(const struct maker *maker, const struct signal *signal, struct buffer *out)
{
    uint8_t id[PROOF_ID_BYTES];
    struct proof proof = {.to = maker->to->oin,
                          .purposes = bit_of(maker->article->purpose),
                          .from = day_plus(amsterdam_day(maker->now_ms), -7),
                          .until = day_plus(amsterdam_day(maker->now_ms), 180),
                          .state = PROOF_GIVEN,
                          .sequence = 1};

    random_bytes(id, sizeof id);
    hex_encode(bytes_of(id, sizeof id), proof.id);
    memcpy(proof.covenant, maker->covenant->fingerprint, sizeof proof.covenant);
    memcpy(proof.token, signal->token, sizeof proof.token);
    must_be(proof_groups_add(&proof.groups, signal_group_word(maker->lists, maker->code->group)),
            "proof");
    must(proof_sign(&proof, &maker->keys.signing, out), "proof");
}

static void make_item(struct maker *maker, struct buffer *out)
{
    OWNED_BUFFER proof = {0};
    OWNED_SIGNAL signal = {.article = maker->article->number,
                           .purpose = maker->article->purpose,
                           .holder = maker->to->oin,
                           .lead = maker->covenant->parties[maker->covenant->lead].oin,
                           .sent_ms = instant_hour(maker->now_ms),
                           .fields = maker->article->fields,
                           .area_level = AREA_COMPLEX,
                           .week = day_week(amsterdam_day(maker->now_ms)),
                           .help_question = HELP_QUESTION_YES,
                           .arrears_cents = 123456,
                           .signal_day = amsterdam_day(maker->now_ms)};

    maker->household++;
    uuid_print(uuid_v4(), signal.id);
    snprintf(signal.covenant, sizeof signal.covenant, "%s", maker->covenant->reference);
    snprintf(signal.code, sizeof signal.code, "%s", maker->code->code);
    snprintf(signal.area_code, sizeof signal.area_code, "%s", "CPL-VD-01");
    snprintf(signal.contact_moment, sizeof signal.contact_moment, "%s", "HUISBEZOEK");
    if (has_bit(signal.fields, FIELD_TOKEN))
        fill_token(maker, &signal);
    if (has_bit(signal.fields, FIELD_CONTACT))
        fill_contact(maker, &signal);
    if (has_bit(signal.fields, FIELD_PROOF))
        make_proof(maker, &signal, &proof);
    signal.proof_text = buffer_bytes(&proof);
    must(signal_print(&signal, out), "signal");
}

/* --- one message --- */

static void make_payload(struct maker *maker, unsigned items, const struct message_route *route,
                         struct buffer *out)
{
    struct buffer texts[MESSAGE_ITEMS_MAX] = {{0}};
    struct bytes lent[MESSAGE_ITEMS_MAX] = {{0}};
    const struct payload_head head = {.route = *route,
                                      .issued_s = maker->now_ms / 1000,
                                      .expires_s = maker->now_ms / 1000 + SENT_FOR_S,
                                      .role = ROLE_MELDER};

    for (unsigned i = 0; i < items; i++) {
        make_item(maker, &texts[i]);
        lent[i] = buffer_bytes(&texts[i]);
    }
    must(payload_write(&head, lent, items, out), "payload");
    for (unsigned i = 0; i < items; i++)
        buffer_wipe(&texts[i]);
}

static void make_body(struct maker *maker, unsigned items, struct buffer *out)
{
    OWNED_BUFFER payload = {0}, envelope = {0}, content = {0};
    struct message_head head = {
        .route = {.from = maker->settings->oin, .to = maker->to->oin, .kind = MESSAGE_KIND_SIGNAL}};

    uuid_print(uuid_v7(maker->now_ms), head.route.id);
    memcpy(head.route.covenant, maker->covenant->fingerprint, sizeof head.route.covenant);
    must(sealed_key_id(maker->recipient.sealing_key, head.recipient_key), "key");
    make_payload(maker, items, &head.route, &payload);
    must(dsse_sign(buffer_bytes(&payload), message_kind_type(MESSAGE_KIND_SIGNAL),
                   &maker->keys.signing, &envelope),
         "envelope");
    must(sealed_close(buffer_bytes(&envelope), maker->recipient.sealing_key, &content), "seal");
    head.content = buffer_bytes(&content);
    must(message_write(&head, out), "message");
}

static void read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {{"settings", required_argument, NULL, 's'},
                                          {"covenant", required_argument, NULL, 'c'},
                                          {"to", required_argument, NULL, 't'},
                                          {"article", required_argument, NULL, 'a'},
                                          {"items", required_argument, NULL, 'i'},
                                          {"count", required_argument, NULL, 'n'},
                                          {NULL, 0, NULL, 0}};
    int name;

    *options = (struct options){.items = 1, .count = 1};
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (name == 's')
            options->settings = optarg;
        else if (name == 'c')
            options->covenant = optarg;
        else if (name == 't')
            options->to = optarg;
        else if (name == 'a')
            options->article = atoi(optarg);
        else if (name == 'i')
            options->items = (unsigned)strtoul(optarg, NULL, 10);
        else if (name == 'n')
            options->count = (unsigned)strtoul(optarg, NULL, 10);
        else
            exit(2);
    }
    if (!options->settings || !options->covenant || !options->to || options->items < 1 ||
        options->items > MESSAGE_ITEMS_MAX) {
        fprintf(stderr, "bodies: --settings, --covenant, --to and --article are needed\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct maker maker;
    struct options options;

    read_options(argc, argv, &options);
    must(crypto_ready(), "crypto");
    json_ready();
    open_maker(&maker, &options);
    for (unsigned i = 0; i < options.count; i++) {
        OWNED_BUFFER body = {0};
        make_body(&maker, options.items, &body);
        buffer_add_byte(&body, '\n');
        must_be(fwrite(body.data, 1, body.length, stdout) == body.length, "output");
    }
    close_maker(&maker);
    return fclose(stdout) == 0 ? 0 : 1;
}
