/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/new_covenant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORIGIN_MAX_BYTES = 256 };

void new_covenant_free(void *state)
{
    struct new_covenant *added = state;

    if (!added)
        return;
    buffer_wipe(&added->raw);
    covenant_free(added->covenant);
    free(added);
}

/* --- the file by itself --- */

static enum outcome check_party_key(struct gateway *gateway, const struct party *party)
{
    struct key_document document;
    struct fault fault = {0};

    TRY(key_document_read_first(party->key_document, &document, &fault));
    if (!oin_equal(&document.oin, &party->oin))
        return OUTCOME_SENDER_WRONG;
    if (oin_equal(&party->oin, &gateway->settings->oin) &&
        !bytes_equal(bytes_of(document.signing_key, SIGNING_PUBLIC_BYTES),
                     bytes_of(gateway_first_signing_key(gateway), SIGNING_PUBLIC_BYTES)))
        return OUTCOME_KEY_UNKNOWN;
    return OUTCOME_OK;
}

static enum outcome check_keys(struct gateway *gateway, const struct covenant *covenant)
{
    if (!covenant_party(covenant, &gateway->settings->oin))
        return OUTCOME_NOT_ALLOWED;
    for (size_t i = 0; i < covenant->parties_count; i++)
        TRY(check_party_key(gateway, &covenant->parties[i]));
    return OUTCOME_OK;
}

enum outcome new_covenant_read(struct gateway *gateway, struct new_covenant *added,
                               struct covenant_fault *fault)
{
    TRY(covenant_parse(buffer_bytes(&added->raw), gateway->lists, &added->covenant, fault));
    TRY(covenant_complete(added->covenant, fault));
    return check_keys(gateway, added->covenant);
}

/* --- beside what is known --- */

static bool is_in_chain(const struct key_chain *chain, const struct key_document *document)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (bytes_equal(bytes_of(chain->documents[i].digest, KEY_DOCUMENT_DIGEST_BYTES),
                        bytes_of(document->digest, KEY_DOCUMENT_DIGEST_BYTES)))
            return true;
    }
    return false;
}

enum outcome new_covenant_keeps_keys(const struct known_covenant *previous,
                                     const struct covenant *covenant)
{
    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *before = covenant_party(previous->covenant, &covenant->parties[i].oin);
        struct key_document document;
        struct fault fault = {0};
        if (!before)
            continue;
        TRY(key_document_read_first(covenant->parties[i].key_document, &document, &fault));
        if (!is_in_chain(&previous->chains[covenant_party_index(previous->covenant, before)],
                         &document))
            return OUTCOME_KEY_UNKNOWN;
    }
    return OUTCOME_OK;
}

enum why { SAME_NAME, OTHER_ID, NEWER_IN_FORCE, NO_ROOM, WHY_COUNT };

static const char *const whys[WHY_COUNT][LANGUAGE_COUNT] = {
    [SAME_NAME] = {"Er is al een convenant met dit id en deze versie, met een andere inhoud.",
                   "There is a covenant of this id and version already, with other content."},
    [OTHER_ID] = {"De versie die bij vorige staat, is van een ander convenant.",
                  "The version named in vorige is of another covenant."},
    [NEWER_IN_FORCE] = {"Na de versie die bij vorige staat, geldt al een nieuwere. Noem die.",
                        "After the version named in vorige a newer one is in force. Name that."},
    /* 64 versions: each is parsed at every start and whenever one changes */
    [NO_ROOM] = {"Deze poort heeft al 64 versies van convenanten. Er is weer plaats als een "
                 "vervangen versie geen meldingen meer heeft.",
                 "This gateway has 64 versions of covenants already. There is room again when "
                 "a replaced version has no signals any more."},
};

static enum outcome say_no(enum outcome outcome, enum why why, enum language language,
                           char out_why[static NEW_COVENANT_WHY_BYTES])
{
    snprintf(out_why, NEW_COVENANT_WHY_BYTES, "%s", whys[why][language]);
    return outcome;
}

/* Signals name their covenant by id and version: two of one name could be taken for each other,
 * and whoever hands in the second knows that. */
static bool name_is_taken(const struct registry *registry, const struct covenant *covenant)
{
    for (size_t i = 0; i < registry->count; i++) {
        if (strcmp(registry->covenants[i].covenant->reference, covenant->reference) == 0)
            return true;
    }
    return false;
}

enum outcome new_covenant_check(const struct registry *registry, const struct covenant *covenant,
                                int64_t now_ms, enum language language,
                                char out_why[static NEW_COVENANT_WHY_BYTES])
{
    const struct known_covenant *previous =
        covenant->previous ? registry_find(registry, covenant->previous) : NULL;

    if (registry_find(registry, covenant->fingerprint))
        return OUTCOME_EXISTS;
    if (name_is_taken(registry, covenant))
        return say_no(OUTCOME_OTHER_BYTES, SAME_NAME, language, out_why);
    if (previous && strcmp(previous->covenant->id, covenant->id) != 0)
        return say_no(OUTCOME_STEP_NOT_ALLOWED, OTHER_ID, language, out_why);
    if (previous && known_is_replaced(previous, now_ms))
        return say_no(OUTCOME_STEP_NOT_ALLOWED, NEWER_IN_FORCE, language, out_why);
    if (registry->count >= REGISTRY_COVENANTS_MAX)
        return say_no(OUTCOME_TOO_MANY, NO_ROOM, language, out_why);
    return OUTCOME_OK;
}

/* --- in the store --- */

enum outcome covenant_origin_put(struct change *change, const char *fingerprint,
                                 const struct covenant_origin *origin)
{
    OWNED_BUFFER text = {0};

    TRY(json_write_new(json_pack("{sb ss sI}", "papier", origin->on_paper, "van",
                                 origin->proposed ? origin->from.text : "", "op",
                                 (json_int_t)origin->at_ms),
                       &text));
    store_put(change, TABLE_COVENANT_ORIGIN, bytes_of_text(fingerprint), buffer_bytes(&text));
    return change->outcome;
}

static enum outcome read_origin(const json_t *object, struct covenant_origin *out)
{
    const char *from;

    TRY(json_boolean_at(object, "papier", &out->on_paper, NULL));
    TRY(json_text_at(object, "van", OIN_LENGTH, &from, NULL));
    TRY(json_integer_at(object, "op", 0, INT64_MAX, &out->at_ms, NULL));
    out->proposed = from[0] != '\0';
    return !out->proposed || oin_parse(from, &out->from) ? OUTCOME_OK : OUTCOME_MALFORMED;
}

enum outcome covenant_origin_get(struct view *view, const char *fingerprint,
                                 struct covenant_origin *out_origin)
{
    struct covenant_origin origin = {0};
    OWNED_JSON object = NULL;
    struct bytes text;
    enum outcome outcome =
        store_get(view, TABLE_COVENANT_ORIGIN, bytes_of_text(fingerprint), &text);

    if (outcome == OUTCOME_OK)
        outcome = store_read_outcome(json_read(text, ORIGIN_MAX_BYTES, &object));
    if (outcome == OUTCOME_OK)
        outcome = store_read_outcome(read_origin(object, &origin));
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    *out_origin = origin;
    return OUTCOME_OK;
}

enum outcome new_covenant_put(struct gateway *gateway, struct change *change,
                              const struct new_covenant *added,
                              const struct covenant_origin *origin)
{
    const char *fingerprint = added->covenant->fingerprint;

    store_put(change, TABLE_COVENANT, bytes_of_text(fingerprint), buffer_bytes(&added->raw));
    TRY(covenant_origin_put(change, fingerprint, origin));
    return gateway_reload(gateway, &change->view);
}
