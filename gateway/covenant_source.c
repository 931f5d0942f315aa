/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/covenant_source.h"

#include <string.h>

#include "crypto/encoding.h"
#include "gateway/api.h"

void covenant_source_wipe(struct covenant_source *source)
{
    covenant_free(source->covenant);
    json_decref(source->row);
    buffer_wipe(&source->raw);
    *source = (struct covenant_source){0};
}

static int covenant_wrong(const char *name, enum outcome outcome,
                          const struct covenant_fault *fault)
{
    if (fault->wrong == COVENANT_WRONG_NONE)
        return command_outcome(outcome);
    fprintf(stderr, "%s: %s: %s\n", name, fault->at.where,
            covenant_wrong_text(fault->wrong, command_language()));
    return EXIT_REFUSED;
}

int covenant_source_file(const char *path, const struct code_lists *lists, struct buffer *out_raw,
                         struct covenant **out_covenant)
{
    struct file_fault file_fault = {0};
    struct covenant_fault fault = {0};
    enum outcome outcome = file_read(path, COVENANT_MAX_BYTES, out_raw, &file_fault);

    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &file_fault);
    outcome = covenant_parse(buffer_bytes(out_raw), lists, out_covenant, &fault);
    return outcome == OUTCOME_OK ? EXIT_DONE : covenant_wrong(path, outcome, &fault);
}

/* Is this row the one that was asked for: its fingerprint, "id" or "id@version"? */
static bool is_asked(const json_t *row, const char *word)
{
    char reference[COVENANT_REFERENCE_BYTES];

    snprintf(reference, sizeof reference, "%s@%s", text_at(row, "id"), text_at(row, "versie"));
    return strcmp(word, text_at(row, "vingerafdruk")) == 0 ||
           strcmp(word, text_at(row, "id")) == 0 || strcmp(word, reference) == 0;
}

/* A version in force before one that is not; of equals the last one of the list. */
static json_t *find_row(const json_t *rows, const char *word)
{
    json_t *found = NULL;

    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        if (is_asked(row, word) &&
            (!found || flag_at(row, "vanKracht") || !flag_at(found, "vanKracht")))
            found = row;
    }
    return found;
}

/* Its raw bytes, which must have the fingerprint that the list gave. */
static int fetch_bytes(struct api *api, const struct code_lists *lists,
                       struct covenant_source *out_source)
{
    const char *fingerprint = text_at(out_source->row, "vingerafdruk");
    OWNED_JSON answer = NULL;
    struct covenant_fault fault = {0};
    char path[API_URL_BYTES];
    enum outcome outcome;
    int exit;

    snprintf(path, sizeof path, "/v1/convenanten/%s", fingerprint);
    exit = api_get(api, path, &answer);
    if (exit != EXIT_DONE)
        return exit;
    outcome = base64_decode(bytes_of_text(text_at(answer, "bestand")), &out_source->raw);
    if (outcome == OUTCOME_OK)
        outcome =
            covenant_parse(buffer_bytes(&out_source->raw), lists, &out_source->covenant, &fault);
    if (outcome != OUTCOME_OK)
        return covenant_wrong(fingerprint, outcome, &fault);
    return strcmp(out_source->covenant->fingerprint, fingerprint) == 0
               ? EXIT_DONE
               : command_outcome(OUTCOME_FINGERPRINT_WRONG);
}

static int fetch(const struct invocation *invocation, const char *word,
                 const struct code_lists *lists, struct covenant_source *out_source)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    int exit = api_open(invocation, &api);

    if (exit == EXIT_DONE)
        exit = api_get(&api, "/v1/convenanten", &answer);
    if (exit != EXIT_DONE)
        return exit;
    out_source->row = json_incref(find_row(json_object_get(answer, "convenanten"), word));
    if (!out_source->row) {
        fprintf(stderr, "%s: %s\n", word,
                say("geen bestand, en de poort kent geen convenant met deze naam of vingerafdruk",
                    "no file, and the gateway knows no covenant of this name or fingerprint"));
        return EXIT_REFUSED;
    }
    return fetch_bytes(&api, lists, out_source);
}

/* What can be an id or a fingerprint of the gateway's; a path that is missing is told as a file. */
static bool may_be_known(const char *word)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789-@.";

    return strspn(word, characters) == strlen(word) && (strchr(word, '@') || !strchr(word, '.'));
}

int covenant_source_read(const struct invocation *invocation, const char *word,
                         const struct code_lists *lists, struct covenant_source *out_source)
{
    if (!file_exists(word) && may_be_known(word))
        return fetch(invocation, word, lists, out_source);
    return covenant_source_file(word, lists, &out_source->raw, &out_source->covenant);
}
