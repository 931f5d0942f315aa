/* SPDX-License-Identifier: EUPL-1.2 */
/* The own key documents: the first as partners will compare it on paper, and those after it. */
#include <string.h>

#include "covenant/covenant_text.h"
#include "covenant/day.h"
#include "crypto/encoding.h"
#include "gateway/api.h"
#include "gateway/clock.h"
#include "gateway/commands.h"
#include "gateway/key_ring.h"

enum { DAY_S = 24 * 60 * 60 };

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

static void print_later(const struct key_document *document, bool in_force)
{
    char from[INSTANT_TEXT_BYTES], until[INSTANT_TEXT_BYTES];

    instant_print(document->from_s * 1000, from);
    instant_print(document->until_s * 1000, until);
    printf("\n%s %lld%s%s\n  %-18s %s - %s\n", say("document", "document"),
           (long long)document->number,
           document->emergency ? say(", noodwissel", ", emergency") : "",
           in_force ? say(", nu in gebruik", ", in use now") : "", say("geldig", "valid"), from,
           until);
    print_key(say("sleuteldocument", "key document"), document->digest, sizeof document->digest);
    print_key(say("ondertekenen", "signing"), document->signing_key, sizeof document->signing_key);
    print_key(say("verzegelen", "sealing"), document->sealing_key, sizeof document->sealing_key);
    print_key(say("TLS-certificaat", "TLS certificate"), document->tls_fingerprint,
              sizeof document->tls_fingerprint);
}

static int print_chain(const struct key_ring *ring, int64_t now_s)
{
    const struct key_document *in_force = key_ring_document(ring, now_s);
    OWNED_JSON warnings = json_array();

    print_document(&ring->chain.documents[0]);
    for (size_t i = 1; i < ring->chain.count; i++)
        print_later(&ring->chain.documents[i], &ring->chain.documents[i] == in_force);
    printf("\n%-20s %lld %s\n", say("resterend", "remaining"),
           (long long)((in_force->until_s - now_s) / DAY_S), say("dagen", "days"));
    if (key_ring_warn(ring, now_s, command_language(), warnings) != OUTCOME_OK)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    for (size_t i = 0; i < json_array_size(warnings); i++)
        printf("%s %s\n", say("Let op:", "Mind:"), json_string_value(json_array_get(warnings, i)));
    return EXIT_DONE;
}

static int show(const struct invocation *invocation)
{
    OWNED_SETTINGS settings = NULL;
    OWNED_KEY_RING ring = NULL;
    struct file_fault file_fault = {0};
    struct fault fault = {0};
    enum outcome outcome = settings_find(invocation->words[0], &settings, &fault, &file_fault);

    if (outcome == OUTCOME_SETTINGS_WRONG)
        fprintf(stderr, "%s: %s\n", invocation->words[0], fault.where);
    if (outcome == OUTCOME_OK)
        outcome = key_ring_load(settings, NULL, &ring, &file_fault);
    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &file_fault);
    if (invocation->json)
        return print_document_json(&ring->chain.documents[0], &ring->documents[0].envelope);
    return print_chain(ring, clock_now_ms() / 1000);
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
    .summary = {"Toont de eigen sleuteldocumenten; met --json het eerste, zoals het in een "
                "convenant staat.",
                "Shows the own key documents; with --json the first, as it stands in a covenant."},
    .usage = "DIR",
    .run = run,
};
