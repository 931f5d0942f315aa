/* SPDX-License-Identifier: EUPL-1.2 */
/* Explains in plain words what is wrong and who must do what. */
#include <stdlib.h>
#include <string.h>

#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/doctor.h"

enum level { LEVEL_GOOD, LEVEL_CAUTION, LEVEL_WRONG };

static const struct row {
    const char *name;
    enum level level;
    const char *text[LANGUAGE_COUNT];
    const char *advice[LANGUAGE_COUNT];
} rows[FINDING_COUNT] = {
#define FINDING_ROW(name, level, nl, en, do_nl, do_en)                                             \
    [FINDING_##name] = {#name, LEVEL_##level, {nl, en}, {do_nl, do_en}},
    FINDINGS(FINDING_ROW)
#undef FINDING_ROW
};

static const char *const level_words[] = {"OK", "LET_OP", "FOUT"};

static const char *level_shown(enum level level)
{
    static const char *const shown[][LANGUAGE_COUNT] = {
        {"ok", "ok"}, {"let op", "mind"}, {"fout", "wrong"}};

    return shown[level][command_language()];
}

void doctor_finding(struct doctor *doctor, enum finding finding, const char *about,
                    const char *detail)
{
    const struct row *row = &rows[finding];
    enum language language = command_language();
    json_t *object = json_pack("{ss ss ss}", "bevinding", row->name, "stand",
                               level_words[row->level], "tekst", row->text[language]);

    if (object && about)
        json_object_set_new(object, "waar", json_string(about));
    if (object && detail && detail[0])
        json_object_set_new(object, "nader", json_string(detail));
    if (object && strcmp(row->advice[language], "-") != 0)
        json_object_set_new(object, "doen", json_string(row->advice[language]));
    json_array_append_new(doctor->findings, object);
    doctor->wrong |= row->level == LEVEL_WRONG;
}

static enum level level_of(const json_t *finding)
{
    const char *word = text_at(finding, "stand");

    for (unsigned level = 0; level < sizeof level_words / sizeof level_words[0]; level++) {
        if (strcmp(word, level_words[level]) == 0)
            return level;
    }
    return LEVEL_WRONG;
}

static void print_finding(const json_t *finding)
{
    const char *about = text_at(finding, "waar"), *detail = text_at(finding, "nader");

    printf("%-7s %s%s%s%s%s%s\n", level_shown(level_of(finding)), about, about[0] ? ": " : "",
           text_at(finding, "tekst"), detail[0] ? " (" : "", detail, detail[0] ? ")" : "");
    if (text_at(finding, "doen")[0])
        printf("        %s %s\n", say("Doen:", "Do:"), text_at(finding, "doen"));
}

static int show(const struct doctor *doctor, bool json)
{
    int exit = EXIT_DONE;

    if (json) {
        json_t *whole = json_pack("{sO}", "bevindingen", doctor->findings);
        exit = whole ? api_print_json(whole) : command_outcome(OUTCOME_OUT_OF_MEMORY);
        json_decref(whole);
    } else {
        for (size_t i = 0; i < json_array_size(doctor->findings); i++)
            print_finding(json_array_get(doctor->findings, i));
    }
    return exit == EXIT_DONE && doctor->wrong ? EXIT_REFUSED : exit;
}

static int run(int argc, char **argv)
{
    OWNED_SETTINGS settings = NULL;
    OWNED_JSON findings = json_array();
    struct doctor doctor = {.findings = findings};
    const char *path = NULL;
    const struct option_row options[] = {
        {"settings", "FILE", {"het bestand met instellingen", "the settings file"}, &path, NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_doctor, options, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    if (!path)
        return command_wrong_use(&command_doctor,
                                 "Noem het bestand met instellingen: --settings FILE.",
                                 "Name the settings file: --settings FILE.");
    if (!findings)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    doctor_house(&doctor, path, &settings);
    if (settings)
        doctor_partners(&doctor, settings, &invocation);
    return show(&doctor, invocation.json);
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = {"Zegt in gewone woorden wat er mis is en wie wat moet doen.",
                "Says in plain words what is wrong and who must do what."},
    .usage = "--settings FILE [--profile FILE]",
    .run = run,
};
