/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The whole log up to its newest checkpoint, as JSON Lines for the verifier:
 *   {"manifest":{...},"controlepunt":note,"logsleutel":vkey or null,"omvang":n}
 *   {"volgnummer":0,"blad":base64,"opening":{...}} and so on, without a gap.
 * The key is the one that a covenant pins for this organisation; a verifier takes
 * it from the covenant itself and only compares.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "covenant/built_in.h"
#include "covenant/covenant.h"
#include "covenant/day.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "gateway/clock.h"
#include "gateway/commands.h"
#include "gateway/local_api.h"

enum { PAGE_ROWS = 500 };

struct export
{
    struct api *api;
    FILE *out;
    struct buffer note;
    struct checkpoint checkpoint;
    struct buffer key; /* vkey, or empty when no covenant names us */
};

static void export_wipe(struct export *export)
{
    buffer_wipe(&export->note);
    buffer_wipe(&export->key);
}

/* --- the key that a covenant pins --- */

static enum outcome key_of_party(const struct party *party, const char *origin,
                                 struct buffer *out_key)
{
    struct key_document document;
    struct note_key key;
    struct fault fault = {0};

    TRY(key_document_read_first(party->key_document, &document, &fault));
    TRY(note_key_make(origin, document.log_key, &key));
    note_key_print(&key, out_key);
    return buffer_outcome(out_key);
}

static int key_of_covenant(struct export *export, const char *fingerprint, const struct oin *oin,
                           const struct code_lists *lists)
{
    OWNED_JSON answer = NULL;
    OWNED_BUFFER raw = {0};
    OWNED_COVENANT covenant = NULL;
    struct covenant_fault fault = {0};
    const struct party *party;
    char path[API_URL_BYTES];
    enum outcome outcome;
    int exit;

    snprintf(path, sizeof path, "/v1/convenanten/%s", fingerprint);
    exit = api_get(export->api, path, &answer);
    if (exit != EXIT_DONE)
        return exit;
    outcome = base64_decode(bytes_of_text(text_at(answer, "bestand")), &raw);
    if (outcome == OUTCOME_OK)
        outcome = covenant_parse(buffer_bytes(&raw), lists, &covenant, &fault);
    party = outcome == OUTCOME_OK ? covenant_party(covenant, oin) : NULL;
    if (party)
        outcome = key_of_party(party, export->checkpoint.origin, &export->key);
    return command_outcome(outcome);
}

static int find_key(struct export *export)
{
    OWNED_JSON status = NULL;
    OWNED_JSON answer = NULL;
    OWNED_CODE_LISTS lists = NULL;
    const json_t *covenants;
    struct oin oin;
    int exit = api_get(export->api, "/v1/status", &status);

    if (exit == EXIT_DONE)
        exit = api_get(export->api, "/v1/convenanten", &answer);
    if (exit != EXIT_DONE)
        return exit;
    if (!oin_parse(text_at(status, "oin"), &oin) || code_lists_load(&lists) != OUTCOME_OK)
        return command_outcome(OUTCOME_INTERNAL);
    covenants = json_object_get(answer, "convenanten");
    for (size_t i = 0; i < json_array_size(covenants) && export->key.length == 0; i++) {
        exit = key_of_covenant(export, text_at(json_array_get(covenants, i), "vingerafdruk"), &oin,
                               lists);
        if (exit != EXIT_DONE)
            return exit;
    }
    return EXIT_DONE;
}

/* --- the lines --- */

static int write_line(struct export *export, json_t *taken_line)
{
    OWNED_JSON line = taken_line;

    if (!line)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    if (json_dumpf(line, export->out, JSON_COMPACT) == 0 && fputc('\n', export->out) != EOF)
        return EXIT_DONE;
    fprintf(stderr, "%s\n", strerror(errno));
    return EXIT_BROKEN;
}

static int write_manifest(struct export *export)
{
    char now[INSTANT_TEXT_BYTES];

    instant_print(clock_now_ms(), now);
    return write_line(
        export, json_pack("{s:{s:s, s:i, s:s, s:s}, s:s%, s:o, s:I}", "manifest", "soort",
                          "wijkpoort-logboek", "versie", 1, "oorsprong", export->checkpoint.origin,
                          "gemaaktOp", now, "controlepunt", export->note.data, export->note.length,
                          "logsleutel",
                          export->key.length
                              ? json_stringn((const char *)export->key.data, export->key.length)
                              : json_null(),
                          "omvang", (json_int_t) export->checkpoint.size));
}

/* A gap would make a proof of everything after it worthless: stop instead. */
static int gap(uint64_t at)
{
    fprintf(stderr,
            say("Regel %llu van het logboek ontbreekt in het antwoord.\n",
                "Entry %llu of the log is missing from the answer.\n"),
            (unsigned long long)at);
    return EXIT_BROKEN;
}

static int write_entry(struct export *export, const json_t *entry, uint64_t expected)
{
    json_t *leaf = json_object_get(entry, "blad");
    json_t *opening = json_object_get(entry, "opening");

    if (!json_is_string(leaf) || (uint64_t)number_at(entry, "volgnummer") != expected)
        return gap(expected);
    return write_line(export,
                      json_pack("{s:I, s:O, s:O*}", "volgnummer", (json_int_t)expected, "blad",
                                leaf, "opening", json_is_object(opening) ? opening : NULL));
}

static int write_page(struct export *export, uint64_t *next)
{
    OWNED_JSON answer = NULL;
    const json_t *entries;
    int exit = api_post(
        export->api, "/v1/logregels/_zoek",
        json_pack("{s:I, s:i, s:b}", "vanaf", (json_int_t)*next, "aantal", PAGE_ROWS, "bladen", 1),
        &answer);

    if (exit != EXIT_DONE)
        return exit;
    entries = json_object_get(answer, "regels");
    if (json_array_size(entries) == 0)
        return gap(*next);
    for (size_t i = 0; i < json_array_size(entries) && *next < export->checkpoint.size; i++) {
        exit = write_entry(export, json_array_get(entries, i), *next);
        if (exit != EXIT_DONE)
            return exit;
        (*next)++;
    }
    return EXIT_DONE;
}

static void show_progress(uint64_t done, uint64_t all)
{
    if (isatty(STDERR_FILENO) && all > PAGE_ROWS)
        fprintf(stderr, "\r%llu / %llu%s", (unsigned long long)done, (unsigned long long)all,
                done == all ? "\n" : "");
}

static int write_all(struct export *export)
{
    struct note note;
    int exit = api_get_text(export->api, "/v1/log/checkpoint", &export->note);

    if (exit != EXIT_DONE)
        return exit;
    if (note_parse(buffer_bytes(&export->note), &note) != OUTCOME_OK ||
        checkpoint_parse(note.text, &export->checkpoint) != OUTCOME_OK)
        return command_outcome(OUTCOME_STORE_DAMAGED);
    exit = find_key(export);
    if (exit == EXIT_DONE)
        exit = write_manifest(export);
    for (uint64_t next = 0; exit == EXIT_DONE && next < export->checkpoint.size;) {
        exit = write_page(export, &next);
        show_progress(next, export->checkpoint.size);
    }
    return exit;
}

/* --- the command --- */

/* A half export does not stay. */
static int finish_file(FILE *out, const char *path, int exit)
{
    if (exit == EXIT_DONE && (fflush(out) != 0 || fsync(fileno(out)) != 0)) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit = EXIT_BROKEN;
    }
    fclose(out);
    if (exit != EXIT_DONE)
        unlink(path);
    return exit;
}

static int run(int argc, char **argv)
{
    OWNED_API api = {0};
    __attribute__((cleanup(export_wipe))) struct export export = {.api = &api, .out = stdout};
    const char *path = NULL;
    const struct option_row rows[] = {
        {"uit",
         "FILE",
         {"naar dit nieuwe bestand (anders naar het scherm)",
          "to this new file (else to standard output)"},
         &path,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_audit_export, rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit != EXIT_DONE)
        return exit;
    if (path)
        export.out = fopen(path, "wxe"); /* x: never over what is there */
    if (!export.out) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return EXIT_BROKEN;
    }
    exit = write_all(&export);
    return path ? finish_file(export.out, path, exit) : exit;
}

const struct command command_audit_export = {
    .name = "audit export",
    .summary = {"Schrijft het hele logboek tot het laatste controlepunt, als JSON Lines.",
                "Writes the whole log up to its newest checkpoint, as JSON Lines."},
    .usage = "[--uit FILE]",
    .run = run,
};
