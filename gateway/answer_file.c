/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/answer_file.h"

#include <stdlib.h>
#include <string.h>

#include "covenant/adapter.h"
#include "gateway/commands.h"

enum { FILE_MAX_BYTES = 9 * 1024 * 1024 /* the reader knows its own, lower, limit */ };

enum given { GIVEN_NO, GIVEN_KNOWN, GIVEN_YES, GIVEN_REFUSED, GIVEN_COUNT };

/* clang-format off */
static const struct {
    const char *word;
    const char *text[LANGUAGE_COUNT];
} results[GIVEN_COUNT] = {
    [GIVEN_NO]      = {"NIET_GEGEVEN", {"niet gegeven", "not given"}},
    [GIVEN_KNOWN]   = {"AL_BEKEND",    {"al bekend", "known already"}},
    [GIVEN_YES]     = {"BEANTWOORD",   {"beantwoord", "answered"}},
    [GIVEN_REFUSED] = {"GEWEIGERD",    {"geweigerd", "refused"}},
};
/* clang-format on */

struct result {
    enum given given;
    json_t *problem; /* owned; of a refusal */
};

struct work {
    struct api api;
    struct answer_import import;
    struct result *results; /* one a row */
    json_t *inbox;
};

static void close_work(struct work *work)
{
    for (size_t i = 0; work->results && i < work->import.row_count; i++)
        json_decref(work->results[i].problem);
    free(work->results);
    json_decref(work->inbox);
    answer_import_free(&work->import);
    api_close(&work->api);
}

/* --- reading --- */

static int parse(struct work *work, const char *path)
{
    OWNED_BUFFER text = {0}, said = {0};
    struct file_fault fault = {0};
    enum outcome outcome = file_read(path, FILE_MAX_BYTES, &text, &fault);

    if (outcome == OUTCOME_OK)
        outcome = command_edge()->answers_csv(buffer_bytes(&text), &work->import);
    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    work->results = calloc(work->import.row_count + 1, sizeof *work->results);
    if (!work->results)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    if (!work->import.import.refused)
        return EXIT_DONE;
    import_fault_print(&work->import.import.file_fault, command_language(), &said);
    fprintf(stderr, "%s\n%s\n", buffer_text(&said) ? buffer_text(&said) : "",
            say("Het bestand is geweigerd; er is niets beantwoord.",
                "The file is refused; nothing was answered."));
    return EXIT_REFUSED;
}

/* --- giving --- */

static json_t *body_of(const struct feedback *answer, bool trial)
{
    char day[DAY_TEXT_BYTES] = "";

    if (answer->has_next_day)
        day_print(answer->next_day, day);
    return json_pack(
        "{s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:b}", "signaal", answer->signal, "code",
        answer_word(answer->code), "vervolgstap",
        answer->next_step < NEXT_STEP_COUNT ? next_step_word(answer->next_step) : NULL,
        "vervolgdatum", day[0] ? day : NULL, "verwijstNaar",
        answer->refers_to[0] ? answer->refers_to : NULL, "organisatiesoort",
        answer->partner_kind != PARTY_NONE ? party_kind_word(answer->partner_kind) : NULL, "proef",
        trial);
}

static bool is_known(const struct work *work, const struct feedback *answer)
{
    for (size_t i = 0; i < json_array_size(work->inbox); i++) {
        const json_t *item = json_array_get(work->inbox, i);
        if (strcmp(text_at(item, "id"), answer->signal) == 0)
            return strcmp(text_at(item, "stand"), answer_word(answer->code)) == 0;
    }
    return false;
}

static int try_row(struct work *work, size_t i, bool trial)
{
    const struct feedback *answer = &work->import.rows[i].answer;
    struct result *result = &work->results[i];
    json_t *said = NULL;
    int exit;

    if (trial && is_known(work, answer))
        result->given = GIVEN_KNOWN;
    if (result->given == GIVEN_KNOWN || result->given == GIVEN_REFUSED)
        return EXIT_DONE;
    exit = api_post_row(&work->api, "/v1/antwoorden", body_of(answer, trial), &said);
    if (exit == EXIT_REFUSED) {
        result->given = GIVEN_REFUSED;
        result->problem = said;
        return strcmp(text_at(said, "code"), "ROL_ONTBREEKT") == 0 ? EXIT_REFUSED : EXIT_DONE;
    }
    json_decref(said);
    if (exit == EXIT_DONE && !trial)
        result->given = GIVEN_YES;
    return exit;
}

static int try_all(struct work *work, bool trial)
{
    int exit = EXIT_DONE;

    for (size_t i = 0; i < work->import.row_count && exit == EXIT_DONE; i++)
        exit = try_row(work, i, trial);
    return exit;
}

/* --- the report --- */

static size_t count(const struct work *work, enum given given)
{
    size_t found = 0;

    for (size_t i = 0; i < work->import.row_count; i++)
        found += work->results[i].given == given;
    return found;
}

/* Which part of the answer was wrong; NULL when it was not one part. */
static const char *place_of(const json_t *problem)
{
    return json_string_value(
        json_object_get(json_array_get(json_object_get(problem, "fouten"), 0), "waar"));
}

static json_t *row_as_json(const struct work *work, size_t i)
{
    const struct answer_row *row = &work->import.rows[i];
    const json_t *problem = work->results[i].problem;

    return json_pack("{s:I, s:s, s:s, s:s, s:s*, s:s*, s:s*}", "rij", (json_int_t)row->row, "signaal",
                     row->answer.signal, "code", answer_word(row->answer.code), "uitkomst",
                     results[work->results[i].given].word, "foutcode",
                     problem ? text_at(problem, "code") : NULL, "reden",
                     problem ? text_at(problem, "detail") : NULL, "waar",
                     problem ? place_of(problem) : NULL);
}

static json_t *faults_as_json(const struct import *import)
{
    json_t *faults = json_array();

    for (size_t i = 0; i < import->fault_count; i++)
        json_array_append_new(
            faults, json_pack("{s:I, s:s*, s:s}", "rij", (json_int_t)import->faults[i].row, "kolom",
                              import->faults[i].column_name, "code",
                              import_fault_code(import->faults[i].code)));
    return faults;
}

static int report_json(const struct work *work)
{
    const struct answer_import *import = &work->import;
    OWNED_JSON report = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:[], s:o}", "gelezen",
        (json_int_t)(import->row_count + import->unanswered + import->import.faulty_row_count),
        "beantwoord", (json_int_t)count(work, GIVEN_YES), "alBekend",
        (json_int_t)count(work, GIVEN_KNOWN), "zonderAntwoord", (json_int_t)import->unanswered,
        "geweigerd", (json_int_t)(count(work, GIVEN_REFUSED) + import->import.faulty_row_count),
        "rijen", "fouten", faults_as_json(&import->import));

    for (size_t i = 0; report && i < import->row_count; i++)
        if (json_array_append_new(json_object_get(report, "rijen"), row_as_json(work, i)) != 0)
            return command_outcome(OUTCOME_OUT_OF_MEMORY);
    return report ? api_print_json(report) : command_outcome(OUTCOME_OUT_OF_MEMORY);
}

static void print_refusal(const struct work *work, size_t i)
{
    const json_t *problem = work->results[i].problem;
    const json_t *steps = json_object_get(problem, "toegestaan");

    printf("  %s %u: %s [%s]\n", say("regel", "row"), work->import.rows[i].row,
           text_at(problem, "detail")[0] ? text_at(problem, "detail") : text_at(problem, "title"),
           text_at(problem, "code"));
    if (place_of(problem))
        printf("    %s\n", place_of(problem));
    if (json_array_size(steps) > 0)
        printf("    %s", say("Wel mogelijk:", "Possible now:"));
    for (size_t k = 0; k < json_array_size(steps); k++)
        printf(" %s", json_string_value(json_array_get(steps, k)));
    if (json_array_size(steps) > 0)
        printf("\n");
}

static int report(const struct work *work)
{
    const struct answer_import *import = &work->import;

    printf("%zu %s", import->row_count + import->unanswered + import->import.faulty_row_count,
           say("gelezen", "read"));
    for (enum given given = GIVEN_NO; given < GIVEN_REFUSED; given++)
        if (count(work, given) > 0)
            printf(" · %zu %s", count(work, given), results[given].text[command_language()]);
    if (import->unanswered > 0)
        printf(" · %zu %s", import->unanswered, say("zonder antwoord", "without an answer"));
    printf(" · %zu %s\n", count(work, GIVEN_REFUSED) + import->import.faulty_row_count,
           results[GIVEN_REFUSED].text[command_language()]);
    for (size_t i = 0; i < import->import.fault_count; i++) {
        OWNED_BUFFER text = {0};
        import_fault_print(&import->import.faults[i], command_language(), &text);
        printf("  %s\n", buffer_text(&text) ? buffer_text(&text) : "");
    }
    for (size_t i = 0; i < import->row_count; i++)
        if (work->results[i].given == GIVEN_REFUSED)
            print_refusal(work, i);
    return EXIT_DONE;
}

int answer_file(const struct invocation *invocation, const char *path, bool trial)
{
    struct work work = {0};
    int exit = parse(&work, path);

    if (exit == EXIT_DONE)
        exit = api_open(invocation, &work.api);
    if (exit == EXIT_DONE)
        exit = api_get_all(&work.api, "/v1/postvak", "postvak", &work.inbox);
    if (exit == EXIT_DONE)
        exit = try_all(&work, true);
    if (exit == EXIT_DONE && !trial)
        exit = try_all(&work, false);
    if (exit == EXIT_DONE)
        exit = invocation->json ? report_json(&work) : report(&work);
    close_work(&work);
    return exit;
}
