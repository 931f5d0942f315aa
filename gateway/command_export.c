/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The whole log up to its newest checkpoint, as JSON Lines for the verifier:
 *   {"manifest":{...},"controlepunt":note,"logsleutel":vkey,"omvang":n}
 *   {"volgnummer":0,"blad":base64,"opening":{...}} and so on, without a gap.
 * The key is what this gateway says of itself: a verifier takes it from the
 * covenant and only compares.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "covenant/day.h"
#include "crypto/checkpoint.h"
#include "gateway/api.h"
#include "gateway/audit.h"
#include "gateway/clock.h"
#include "gateway/commands.h"

enum { PAGE_ROWS = 500 };

struct export
{
    struct api *api;
    FILE *out;
    struct buffer note;
    struct checkpoint checkpoint;
    struct note_key key; /* of the log that is written */
    uint64_t begin;      /* position of its first leaf */
    int64_t number;      /* 0: the present one */
    json_t *status;      /* GET /v1/status: it holds the vkey */
};

static void export_wipe(struct export *export)
{
    buffer_wipe(&export->note);
    json_decref(export->status);
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
    OWNED_BUFFER vkey = {0};
    char now[INSTANT_TEXT_BYTES];

    note_key_print(&export->key, &vkey);
    if (!buffer_text(&vkey))
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    instant_print(clock_now_ms(), now);
    return write_line(
        export, json_pack("{s:{s:s, s:i, s:s, s:s, s:s}, s:s%, s:s, s:I}", "manifest", "soort",
                          "wijkpoort-logboek", "versie", 1, "oin", text_at(export->status, "oin"),
                          "oorsprong", export->checkpoint.origin, "gemaaktOp", now, "controlepunt",
                          export->note.data, export->note.length, "logsleutel", buffer_text(&vkey),
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
    json_t *erased = json_object_get(entry, "gewist");

    if (!json_is_string(leaf) || (uint64_t)number_at(entry, "volgnummer") != expected)
        return gap(expected);
    return write_line(export,
                      json_pack("{s:I, s:O, s:O*, s:O*}", "volgnummer", (json_int_t)expected, "blad",
                                leaf, "opening", json_is_object(opening) ? opening : NULL,
                                "gewist", json_is_integer(erased) ? erased : NULL));
}

static int write_page(struct export *export, uint64_t *next)
{
    OWNED_JSON answer = NULL;
    const json_t *entries;
    int exit = api_post(export->api, "/v1/logregels/_zoek",
                        json_pack("{s:I, s:i, s:b}", "vanaf", (json_int_t)(export->begin + *next),
                                  "aantal", PAGE_ROWS, "bladen", 1),
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

/* Every log of a gateway has one key, under the name of its own. */
static int read_key(struct export *export)
{
    const json_t *log = json_object_get(export->status, "log");
    struct note_key present;

    if (note_key_parse(text_at(log, "sleutel"), &present) != OUTCOME_OK ||
        note_key_make(export->checkpoint.origin, present.public_key, &export->key) != OUTCOME_OK)
        return command_outcome(OUTCOME_STORE_DAMAGED);
    export->begin = export->number ? (uint64_t)(export->number - 1) << AUDIT_LOG_SHIFT
                                   : (uint64_t)number_at(log, "begin");
    return EXIT_DONE;
}

static int read_checkpoint(struct export *export)
{
    char path[48] = "/v1/log/checkpoint";
    struct note note;
    int exit;

    if (export->number)
        snprintf(path, sizeof path, "/v1/log/checkpoint?log=%lld", (long long)export->number);
    exit = api_get_text(export->api, path, &export->note);
    if (exit != EXIT_DONE)
        return exit;
    if (note_parse(buffer_bytes(&export->note), &note) != OUTCOME_OK ||
        checkpoint_parse(note.text, &export->checkpoint) != OUTCOME_OK)
        return command_outcome(OUTCOME_STORE_DAMAGED);
    return EXIT_DONE;
}

static int write_all(struct export *export)
{
    int exit = read_checkpoint(export);

    if (exit == EXIT_DONE)
        exit = api_get(export->api, "/v1/status", &export->status);
    if (exit == EXIT_DONE)
        exit = read_key(export);
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
    const char *path = NULL, *number = NULL;
    const struct option_row rows[] = {
        {"log",
         "N",
         {"een eerder logboek, van voor een herstel", "an earlier log, from before a restore"},
         &number,
         NULL},
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
    if (number && !option_number(number, 1, AUDIT_LOGS_MAX, &export.number))
        return command_wrong_use(&command_audit_export, "Het nummer van een logboek is 1 of meer.",
                                 "The number of a log is 1 or more.");
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
    .usage = "[--log N] [--uit FILE]",
    .run = run,
};
