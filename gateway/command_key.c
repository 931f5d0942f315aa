/* SPDX-License-Identifier: EUPL-1.2 */
/* The own key document, as partners will compare it on paper. */
#include <string.h>

#include "covenant/covenant_text.h"
#include "covenant/day.h"
#include "crypto/encoding.h"
#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/key_store.h"
#include "gateway/settings.h"

static void print_key(const char *label, const uint8_t *bytes, size_t length)
{
    OWNED_BUFFER groups = {0};
    char hex[HEX_BYTES(KEY_DOCUMENT_DIGEST_BYTES)];

    hex_encode(bytes_of(bytes, length), hex);
    fingerprint_print_groups(hex, &groups);
    printf("  %-18s %.*s\n", label, (int)groups.length, (const char *)groups.data);
}

static void print_document(const struct key_document *document)
{
    char from[INSTANT_TEXT_BYTES], until[INSTANT_TEXT_BYTES];

    instant_print(document->from_s * 1000, from);
    instant_print(document->until_s * 1000, until);
    printf("%s\n  %-18s %s\n  %-18s %s\n  %-18s %lld\n  %-18s %s - %s\n", document->name, "OIN",
           document->oin.text, say("adres", "address"), document->address,
           say("volgnummer", "number"), (long long)document->number, say("geldig", "valid"), from,
           until);
    print_key(say("sleuteldocument", "key document"), document->digest, sizeof document->digest);
    print_key(say("ondertekenen", "signing"), document->signing_key, sizeof document->signing_key);
    print_key(say("verzegelen", "sealing"), document->sealing_key, sizeof document->sealing_key);
    print_key(say("logboek", "log"), document->log_key, sizeof document->log_key);
    print_key(say("getuige", "witness"), document->witness_key, sizeof document->witness_key);
    print_key(say("TLS-certificaat", "TLS certificate"), document->tls_fingerprint,
              sizeof document->tls_fingerprint);
}

/* The member `sleuteldocument` of a party in a covenant, with what belongs beside it. */
static int print_document_json(const struct key_document *document, const struct buffer *envelope)
{
    OWNED_BUFFER base64 = {0};
    OWNED_JSON object = NULL;
    char digest[HEX_BYTES(KEY_DOCUMENT_DIGEST_BYTES)];

    buffer_add_base64(&base64, buffer_bytes(envelope));
    hex_encode(bytes_of(document->digest, sizeof document->digest), digest);
    if (buffer_outcome(&base64) != OUTCOME_OK)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    object = json_pack("{s:s, s:s, s:s, s:s, s:s%}", "oin", document->oin.text, "naam",
                       document->name, "adres", document->address, "vingerafdruk", digest,
                       "sleuteldocument", (const char *)base64.data, base64.length);
    return object ? api_print_json(object) : command_outcome(OUTCOME_OUT_OF_MEMORY);
}

/* `place` is the folder that init made, or a settings file. */
static enum outcome find_settings(const char *place, struct settings **out_settings,
                                  struct file_fault *file_fault)
{
    char path[FILE_PATH_MAX_BYTES];
    struct fault fault = {0};
    enum outcome outcome;

    TRY(path_join(place, "instellingen.json", path, file_fault));
    if (!file_exists(path))
        snprintf(path, sizeof path, "%s", place);
    outcome = settings_load(path, out_settings, &fault, file_fault);
    if (outcome == OUTCOME_SETTINGS_WRONG)
        fprintf(stderr, "%s: %s\n", path, fault.where);
    return outcome;
}

static int show(const struct invocation *invocation)
{
    OWNED_SETTINGS settings = NULL;
    OWNED_BUFFER envelope = {0};
    struct file_fault fault = {0};
    struct key_document document;
    enum outcome outcome = find_settings(invocation->words[0], &settings, &fault);

    if (outcome == OUTCOME_OK)
        outcome = keys_load_document(settings->key_folder, &envelope, &document, &fault);
    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    if (invocation->json)
        return print_document_json(&document, &envelope);
    print_document(&document);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct invocation invocation;
    int exit;

    if (!options_read(&command_key_show, NULL, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    return show(&invocation);
}

const struct command command_key_show = {
    .name = "key show",
    .summary = {"Toont het eigen sleuteldocument; met --json zoals het in een convenant staat.",
                "Shows the own key document; with --json as it stands in a covenant."},
    .usage = "DIR",
    .run = run,
};
