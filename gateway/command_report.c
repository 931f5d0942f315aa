/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One signal from the options: a row of its own, under the adapter "report". The
 * address may come from a file instead, since other users of a machine can read
 * the words of a command.
 */
#include <stddef.h>
#include <string.h>

#include "covenant/day.h"
#include "crypto/uuid.h"
#include "gateway/clock.h"
#include "gateway/commands.h"
#include "gateway/upload.h"

enum { ROW_FILE_MAX_BYTES = 16 * 1024 };

enum kind { TEXT, DAY, ANSWER, CENTS, CODE };

#define AT(member)   offsetof(struct import_row, member)
#define SIZE(member) sizeof((struct import_row){0}.member)

/* clang-format off */
static const struct row {
    const char *option;
    enum kind kind;
    size_t offset, size;
    const char *operand;
    const char *help[LANGUAGE_COUNT];
} rows[] = {
    {"signaal",          CODE,   0, 0,                                      "CODE", {"signaalcode, zoals OVL.BURENRUZIE", "signal code, like OVL.BURENRUZIE"}},
    {"postcode",         TEXT,   AT(contact.postcode), SIZE(contact.postcode), "TEXT", {"postcode, 1234AB", "postcode, 1234AB"}},
    {"huisnummer",       TEXT,   AT(contact.number),   SIZE(contact.number),   "N",    {"huisnummer", "house number"}},
    {"huisletter",       TEXT,   AT(contact.letter),   SIZE(contact.letter),   "TEXT", {"huisletter", "house letter"}},
    {"toevoeging",       TEXT,   AT(contact.addition), SIZE(contact.addition), "TEXT", {"toevoeging", "addition"}},
    {"naam",             TEXT,   AT(contact.name),     SIZE(contact.name),     "TEXT", {"naam van de bewoner", "name of the resident"}},
    {"telefoon",         TEXT,   AT(contact.phone),    SIZE(contact.phone),    "TEXT", {"telefoon van de bewoner", "telephone of the resident"}},
    {"taal",             TEXT,   AT(contact.language), SIZE(contact.language), "TEXT", {"taal, zoals nl", "language, like nl"}},
    {"bag",              TEXT,   AT(bag),              SIZE(bag),              "ID",   {"BAG-nummeraanduiding", "BAG address id"}},
    {"complex",          TEXT,   AT(complex),          SIZE(complex),          "TEXT", {"complex", "housing complex"}},
    {"contactmoment",    TEXT,   AT(moment),           SIZE(moment),           "WORD", {"OVERLAST, ONDERHOUD, HUISBEZOEK, ...", "OVERLAST, ONDERHOUD, HUISBEZOEK, ..."}},
    {"melddatum",        DAY,    AT(reported),         0,                      "DAY",  {"dag van de melding (anders vandaag)", "day of the report (else today)"}},
    {"toestemming",      ANSWER, AT(consent),          0,                      "ja|nee", {"geeft de bewoner toestemming?", "does the resident consent?"}},
    {"toestemmingdatum", DAY,    AT(consent_given),    0,                      "DAY",  {"dag van de toestemming", "day of the consent"}},
    {"hulpvraag",        ANSWER, AT(help_wanted_known), 0,                     "ja|nee|onbekend", {"is de hulpvraag bekend?", "is the request for help known?"}},
    {"ontvanger",        TEXT,   AT(recipient),        SIZE(recipient),        "OIN|KIND", {"voor wie, als dat moet worden gekozen", "for whom, where that must be chosen"}},
    {"bedrag",           CENTS,  AT(arrears_cents),    0,                      "CENTS", {"huurachterstand in centen", "rent arrears in cents"}},
    {"contactpoging",    DAY,    AT(contact_attempted), 0,                     "DAY",  {"dag van de poging tot contact", "day contact was attempted"}},
    {"gewezen-op-hulp",  DAY,    AT(pointed_to_help),  0,                      "DAY",  {"dag waarop op hulp is gewezen", "day help was pointed out"}},
    {"herinnering",      DAY,    AT(reminded),         0,                      "DAY",  {"dag van de schriftelijke herinnering", "day of the written reminder"}},
    {"bezwaar",          ANSWER, AT(objection),        0,                      "ja|nee", {"maakt de huurder bezwaar?", "does the tenant object?"}},
    {"huidige-huurder",  ANSWER, AT(current_tenant),   0,                      "ja|nee", {"huurt de bewoner de woning nu?", "is the resident the tenant now?"}},
    {"regeling-loopt",   ANSWER, AT(plan_running),     0,                      "ja|nee", {"loopt er een betalingsregeling?", "is a payment plan running?"}},
    {"meerderjarig",     ANSWER, AT(adult),            0,                      "ja|nee", {"is de huurder 18 jaar of ouder?", "is the tenant 18 or older?"}},
};
/* clang-format on */

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

struct report {
    const char *values[ROW_COUNT];
    const char *key, *covenant, *file;
    bool trial;
};

static bool set_answer(const char *value, enum import_answer *out)
{
    static const struct {
        const char *word;
        enum import_answer answer;
    } words[] = {
        {"ja", IMPORT_ANSWER_YES}, {"nee", IMPORT_ANSWER_NO}, {"onbekend", IMPORT_ANSWER_UNKNOWN}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].word, value) == 0) {
            *out = words[i].answer;
            return true;
        }
    }
    return false;
}

static bool set_text(const char *value, char *out, size_t size)
{
    size_t length = strlen(value);

    if (length >= size)
        return false;
    memcpy(out, value, length + 1);
    return true;
}

static bool set_day(const char *value, struct import_day *out)
{
    out->known = day_parse(value, &out->day);
    return out->known;
}

static bool set_member(const struct row *row, const char *value, struct import_row *import)
{
    void *member = (char *)import + row->offset;

    switch (row->kind) {
    case TEXT:
        return set_text(value, member, row->size);
    case DAY:
        return set_day(value, member);
    case ANSWER:
        return set_answer(value, member);
    case CENTS:
        import->has_arrears = true;
        return option_number(value, 0, IMPORT_CENTS_MAX, member);
    case CODE:
        import->code_count = 1;
        return set_text(value, import->codes[0], sizeof import->codes[0]);
    }
    return false;
}

/* A report needs a key of its own; a repeated one with --zaaknummer is known by it. */
static void set_key(const struct report *report, struct import_row *import)
{
    char uuid[UUID_TEXT_BYTES];

    if (import->source_key[0])
        return;
    uuid_print(uuid_v4(), uuid);
    snprintf(import->source_key, sizeof import->source_key, "%s", report->key ? report->key : uuid);
}

static int read_row_file(const char *path, struct import_row *import)
{
    OWNED_BUFFER text = {0};
    OWNED_JSON object = NULL;
    struct file_fault file_fault = {0};
    struct fault fault = {0};
    enum outcome outcome = file_read(path, ROW_FILE_MAX_BYTES, &text, &file_fault);

    if (outcome == OUTCOME_OK)
        outcome = json_read(buffer_bytes(&text), ROW_FILE_MAX_BYTES, &object);
    if (outcome == OUTCOME_OK)
        outcome = import_row_parse(object, import, &fault);
    if (fault.where[0])
        fprintf(stderr, "%s: %s\n", path, fault.where);
    return command_file_fault(outcome, &file_fault);
}

static int fill_row(const struct report *report, struct import_row *import)
{
    struct fault fault = {0};

    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (report->values[i] && !set_member(&rows[i], report->values[i], import)) {
            fprintf(stderr, say("--%s: deze waarde kan niet.\n", "--%s: this value cannot be.\n"),
                    rows[i].option);
            return EXIT_WRONG_USE;
        }
    }
    if (!import->reported.known)
        import->reported = (struct import_day){true, amsterdam_day(clock_now_ms())};
    import->row = 1;
    set_key(report, import);
    if (import_row_check(import, &fault) == OUTCOME_OK)
        return EXIT_DONE;
    fprintf(stderr, say("%s ontbreekt of kan zo niet.\n", "%s is missing or cannot be so.\n"),
            fault.where);
    return EXIT_WRONG_USE;
}

static int send_report(const struct invocation *invocation, const struct report *report,
                       const struct import_row *import)
{
    OWNED_API api = {0};
    OWNED_UPLOAD upload = {
        .adapter = "report", .covenant = report->covenant, .rows = import, .row_count = 1};
    const json_t *answer;
    int exit = api_open(invocation, &api);

    if (exit == EXIT_DONE)
        exit = upload_send(&upload, &api, report->trial);
    if (exit == EXIT_DONE)
        exit = upload_report(&upload, invocation->json);
    answer = json_array_get(upload.answers, 0);
    if (exit == EXIT_DONE && strcmp(text_at(answer, "uitkomst"), "GEWEIGERD") == 0)
        return EXIT_REFUSED;
    if (exit == EXIT_DONE && !invocation->json && text_at(answer, "id")[0])
        printf("%s -> %s\n", text_at(answer, "id"), text_at(answer, "ontvangerNaam"));
    return exit;
}

/* The options: those of the table, then the four that are no part of a row. */
static void fill_option_rows(struct report *report,
                             struct option_row out_rows[static ROW_COUNT + 5])
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        out_rows[i] = (struct option_row){rows[i].option,
                                          rows[i].operand,
                                          {rows[i].help[LANGUAGE_NL], rows[i].help[LANGUAGE_EN]},
                                          &report->values[i],
                                          NULL};
    out_rows[ROW_COUNT] =
        (struct option_row){"zaaknummer",
                            "KEY",
                            {"uw eigen nummer van deze melding", "your own number of this report"},
                            &report->key,
                            NULL};
    out_rows[ROW_COUNT + 1] = (struct option_row){
        "convenant", "ID", {"onder dit convenant", "under this covenant"}, &report->covenant, NULL};
    out_rows[ROW_COUNT + 2] = (struct option_row){
        "bestand",
        "FILE",
        {"lees de melding uit een JSON-bestand", "read the report from a JSON file"},
        &report->file,
        NULL};
    out_rows[ROW_COUNT + 3] =
        (struct option_row){"proef",
                            NULL,
                            {"alleen beslissen, niets versturen", "only decide, send nothing"},
                            NULL,
                            &report->trial};
    out_rows[ROW_COUNT + 4] = (struct option_row){0};
}

static int run(int argc, char **argv)
{
    OWNED_IMPORT_ROW import = {0};
    struct report report = {0};
    struct option_row option_rows[ROW_COUNT + 5];
    struct invocation invocation;
    int exit;

    fill_option_rows(&report, option_rows);
    if (!options_read(&command_report, option_rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    if (report.file)
        exit = read_row_file(report.file, &import);
    else
        exit = EXIT_DONE;
    if (exit == EXIT_DONE)
        exit = fill_row(&report, &import);
    return exit == EXIT_DONE ? send_report(&invocation, &report, &import) : exit;
}

const struct command command_report = {
    .name = "report",
    .alias = "melden",
    .summary = {"Meldt een signaal.", "Reports one signal."},
    .usage = "--signaal CODE [--postcode TEXT --huisnummer N] [--toestemming ja|nee] ...",
    .run = run,
};
