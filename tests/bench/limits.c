/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * limits - what this machine can do at most, measured on the very documents and
 * files that the gateway is measured with.
 *
 *   limits --settings RECIPIENT --covenant FILE --from OIN --bodies FILE --folder DIR
 *
 * The first body of FILE is taken apart for what one single signal costs: reading
 * the outer and the inner document, opening the seal, one Ed25519 verification,
 * one signature of a receipt's length. Commits are those of two environments as
 * the gateway opens them, in DIR/limits: one small put in each, keys first.
 * Prints one object of JSON: costs in microseconds on one core, commits a second,
 * and requests a second that the cores could do if there were nothing else.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "covenant/built_in.h"
#include "covenant/covenant.h"
#include "covenant/message.h"
#include "crypto/dsse.h"
#include "crypto/ready.h"
#include "gateway/environment.h"
#include "gateway/key_store.h"
#include "gateway/settings.h"

enum {
    ROUNDS = 9,
    ROUND_US = 30000,
    COMMITS_US = 250000,
    RECEIPT_BYTES = 420,
    BODY_MOST = 64 * 1024,
    MAP_BYTES = 64 * 1024 * 1024
};

struct options {
    const char *settings, *covenant, *from, *bodies, *folder;
};

struct sample { /* one single signal and the keys to read it with */
    struct own_keys keys;
    uint8_t sender_key[SIGNING_PUBLIC_BYTES];
    struct buffer body, plain;
    struct message_head head;
    struct dsse envelope;
};

static void must(enum outcome outcome, const char *what)
{
    if (outcome == OUTCOME_OK)
        return;
    fprintf(stderr, "limits: %s: %s\n", what, outcome_text(outcome, LANGUAGE_EN));
    exit(1);
}

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* --- what one signal costs on one core --- */

static void read_outer(const struct sample *sample)
{
    struct message_head head;
    struct fault fault = {0};

    must(message_read(buffer_bytes(&sample->body), &head, &fault), "outer document");
}

static void read_inner(const struct sample *sample)
{
    OWNED_PAYLOAD payload = NULL;
    struct fault fault = {0};

    must(payload_read(sample->envelope.payload, &payload, &fault), "inner document");
}

static void open_seal(const struct sample *sample)
{
    OWNED_BUFFER plain = {0};

    must(sealed_open(sample->head.content, &sample->keys.sealing, &plain), "seal");
}

static void verify(const struct sample *sample)
{
    must(dsse_verify(&sample->envelope, sample->sender_key), "signature");
}

static void sign(const struct sample *sample)
{
    static const uint8_t receipt[RECEIPT_BYTES];
    uint8_t signature[SIGNATURE_BYTES];

    must(signature_make(&sample->keys.signing, bytes_of(receipt, sizeof receipt), signature),
         "signing");
}

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* The median of some rounds, so that what else runs counts little. */
static double cost_us(void (*step)(const struct sample *), const struct sample *sample)
{
    double rounds[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        const double began = now_us();
        unsigned count = 0;
        do {
            step(sample);
            count++;
        } while (now_us() - began < ROUND_US);
        rounds[i] = (now_us() - began) / count;
    }
    qsort(rounds, ROUNDS, sizeof rounds[0], compare);
    return rounds[ROUNDS / 2];
}

static void read_sender_key(const struct options *options, struct sample *sample)
{
    OWNED_CODE_LISTS lists = NULL;
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER raw = {0};
    struct covenant_fault fault = {0};
    struct file_fault file_fault = {0};
    struct key_document document;
    const struct party *party;
    struct oin from;

    must(file_read(options->covenant, COVENANT_MAX_BYTES, &raw, &file_fault), options->covenant);
    must(code_lists_load(&lists), "code lists");
    must(covenant_parse(buffer_bytes(&raw), lists, &covenant, &fault), options->covenant);
    party = oin_parse(options->from, &from) ? covenant_party(covenant, &from) : NULL;
    must(party ? OUTCOME_OK : OUTCOME_STRANGER, "--from");
    must(key_document_read_first(party->key_document, &document, &fault.at), "key document");
    memcpy(sample->sender_key, document.signing_key, sizeof sample->sender_key);
}

static void read_first_body(const char *path, struct buffer *out)
{
    static char line[BODY_MOST];
    FILE *file = fopen(path, "r");

    if (!file || !fgets(line, sizeof line, file)) {
        perror(path);
        exit(1);
    }
    fclose(file);
    buffer_add(out, line, strcspn(line, "\n"));
    must(buffer_outcome(out), "body");
}

static void open_sample(const struct options *options, struct sample *sample)
{
    OWNED_SETTINGS settings = NULL;
    struct fault fault = {0};
    struct file_fault file_fault = {0};

    must(settings_load(options->settings, &settings, &fault, &file_fault), options->settings);
    must(keys_load(settings->key_folder, settings->credential_file, &sample->keys, &file_fault),
         "keys");
    read_sender_key(options, sample);
    read_first_body(options->bodies, &sample->body);
    must(message_read(buffer_bytes(&sample->body), &sample->head, &fault), "body");
    must(sealed_open(sample->head.content, &sample->keys.sealing, &sample->plain), "seal");
    must(dsse_open(buffer_bytes(&sample->plain), message_kind_type(sample->head.route.kind),
                   sample->plain.length, &sample->envelope),
         "envelope");
}

static void close_sample(struct sample *sample)
{
    dsse_wipe(&sample->envelope);
    buffer_wipe(&sample->plain);
    buffer_wipe(&sample->body);
    keys_wipe(&sample->keys);
}

/* --- raw commits --- */

static struct environment *open_environment(const char *folder, const char *name)
{
    static const char *const tables[] = {"RAW"};
    struct environment *environment;
    char path[1024];

    snprintf(path, sizeof path, "%s/limits-%s", folder, name);
    must(environment_open(path, tables, 1, MAP_BYTES, &environment), path);
    return environment;
}

static void commit_one(struct environment *environment, uint64_t number)
{
    struct transaction transaction;
    uint8_t key[8], value[64] = {0};

    write_u64(key, number);
    must(environment_write(environment, &transaction), "begin");
    transaction_put(&transaction, 0, bytes_of(key, sizeof key), bytes_of(value, sizeof value));
    must(transaction_commit(&transaction), "commit");
}

/* The median of some rounds, as above. */
static double commits_per_second(const char *folder)
{
    struct environment *keys = open_environment(folder, "keys");
    struct environment *store = open_environment(folder, "store");
    double rounds[ROUNDS];
    uint64_t number = 0;

    for (int i = 0; i < ROUNDS; i++) {
        const double began = now_us();
        const uint64_t first = number;
        do {
            commit_one(keys, number);
            commit_one(store, number);
            number++;
        } while (now_us() - began < COMMITS_US);
        rounds[i] = (double)(number - first) / (now_us() - began) * 1e6;
    }
    environment_close(keys);
    environment_close(store);
    qsort(rounds, ROUNDS, sizeof rounds[0], compare);
    return rounds[ROUNDS / 2];
}

static void read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"settings", required_argument, NULL, 's'}, {"covenant", required_argument, NULL, 'c'},
        {"from", required_argument, NULL, 'f'},     {"bodies", required_argument, NULL, 'b'},
        {"folder", required_argument, NULL, 'd'},   {NULL, 0, NULL, 0}};
    int name;

    *options = (struct options){0};
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        const char **place = name == 's'   ? &options->settings
                             : name == 'c' ? &options->covenant
                             : name == 'f' ? &options->from
                             : name == 'b' ? &options->bodies
                             : name == 'd' ? &options->folder
                                           : NULL;
        if (!place)
            exit(2);
        *place = optarg;
    }
    if (!options->settings || !options->covenant || !options->from || !options->bodies ||
        !options->folder) {
        fprintf(stderr, "limits: every option is needed\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct sample sample;
    struct options options;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    double outer, inner, opening, verifying, signing, sum;

    read_options(argc, argv, &options);
    must(crypto_ready(), "crypto");
    json_ready();
    open_sample(&options, &sample);
    outer = cost_us(read_outer, &sample);
    inner = cost_us(read_inner, &sample);
    opening = cost_us(open_seal, &sample);
    verifying = cost_us(verify, &sample);
    signing = cost_us(sign, &sample);
    sum = outer + inner + opening + verifying + signing;
    printf("{\"cores\": %ld, \"body_bytes\": %zu, \"payload_bytes\": %zu, \"outer_us\": %.2f, "
           "\"inner_us\": %.2f, \"open_us\": %.2f, \"verify_us\": %.2f, \"sign_us\": %.2f, "
           "\"bound_per_s\": %.0f, \"commits_per_s\": %.0f}\n",
           cores, sample.body.length, sample.envelope.payload.length, outer, inner, opening,
           verifying, signing, (double)cores * 1e6 / sum, commits_per_second(options.folder));
    close_sample(&sample);
    return 0;
}
