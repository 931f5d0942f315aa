/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/intake.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void intake_free(struct intake *intake)
{
    json_decref(intake->answers);
    intake->answers = NULL;
}

/* --- sending --- */

static enum outcome print_batch(const struct intake *intake, size_t first, size_t count,
                                bool trial, struct buffer *out)
{
    buffer_add_text(out, "{\"adapter\":");
    buffer_add_json_text(out, intake->adapter);
    buffer_format(out, ",\"proef\":%s", trial ? "true" : "false");
    if (intake->covenant) {
        buffer_add_text(out, ",\"convenant\":");
        buffer_add_json_text(out, intake->covenant);
    }
    buffer_add_text(out, ",\"rijen\":[");
    for (size_t i = first; i < first + count; i++) {
        if (i > first)
            buffer_add_byte(out, ',');
        TRY(import_row_print(&intake->rows[i], out));
    }
    buffer_add_text(out, "]}");
    return buffer_outcome(out);
}

static int send_batch(struct intake *intake, struct api *api, size_t first, size_t count,
                      bool trial)
{
    OWNED_BUFFER body = {0};
    OWNED_JSON answer = NULL;
    enum outcome outcome = print_batch(intake, first, count, trial, &body);
    int exit;

    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = api_post_text(api, "/v1/invoer", buffer_bytes(&body), &answer);
    if (exit != EXIT_DONE)
        return exit;
    if (json_array_extend(intake->answers, json_object_get(answer, "rijen")) != 0)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    return EXIT_DONE;
}

/* On a terminal only: a log file wants no moving line. */
static void show_progress(size_t done, size_t all, bool trial)
{
    if (!isatty(STDERR_FILENO) || all <= INTAKE_BATCH_ROWS)
        return;
    fprintf(stderr, "\r%s %zu / %zu%s", trial ? say("beslist", "decided") : say("verstuurd", "sent"),
            done, all, done == all ? "\n" : "");
}

int intake_send(struct intake *intake, struct api *api, bool trial)
{
    int exit = EXIT_DONE;

    intake_free(intake);
    intake->answers = json_array();
    if (!intake->answers)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    for (size_t first = 0; first < intake->row_count && exit == EXIT_DONE;) {
        size_t left = intake->row_count - first;
        size_t count = left < INTAKE_BATCH_ROWS ? left : INTAKE_BATCH_ROWS;
        exit = send_batch(intake, api, first, count, trial);
        first += count;
        show_progress(first, intake->row_count, trial);
    }
    return exit;
}

/* --- counting --- */

/* clang-format off */
static const struct row {
    const char *word;
    const char *text[LANGUAGE_COUNT];
} results[] = {
    {"GETELD",                {"geteld", "counted"}},
    {"VERZONDEN_TOESTEMMING", {"met toestemming verzonden", "sent with consent"}},
    {"VERZONDEN_WET",         {"vroegsignaal verzonden", "early signal sent"}},
    {"AL_BEKEND",             {"al bekend", "known already"}},
};
/* clang-format on */

static size_t count_result(const struct intake *intake, const char *word)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(intake->answers); i++)
        count += strcmp(text_at(json_array_get(intake->answers, i), "uitkomst"), word) == 0;
    return count;
}

static size_t faulty_rows(const struct intake *intake)
{
    return intake->import ? intake->import->faulty_row_count : 0;
}

static void print_counts(const struct intake *intake)
{
    enum language language = command_language();
    size_t refused = count_result(intake, "GEWEIGERD") + faulty_rows(intake);

    printf("%zu %s", intake->row_count + faulty_rows(intake), say("gelezen", "read"));
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        size_t count = count_result(intake, results[i].word);
        if (count > 0)
            printf(" · %zu %s", count, results[i].text[language]);
    }
    printf(" · %zu %s\n", refused, say("geweigerd", "refused"));
}

/* --- refusals, in the order of the file --- */

struct refusal {
    int64_t row;
    char *text; /* owned */
};

static int compare_refusals(const void *left, const void *right)
{
    const struct refusal *a = left, *b = right;

    return (a->row > b->row) - (a->row < b->row);
}

static char *refusal_of_answer(const json_t *answer)
{
    OWNED_BUFFER text = {0};

    buffer_format(&text, "%s %lld: %s", say("regel", "row"), (long long)number_at(answer, "rij"),
                  text_at(answer, "reden"));
    if (number_at(answer, "bepaling") > 0)
        buffer_format(&text, " (%s %lld)", say("bepaling", "article"),
                      (long long)number_at(answer, "bepaling"));
    if (text_at(answer, "code")[0])
        buffer_format(&text, " [%s]", text_at(answer, "code"));
    if (text_at(answer, "oplossing")[0])
        buffer_format(&text, "\n    %s", text_at(answer, "oplossing"));
    return buffer_outcome(&text) == OUTCOME_OK ? bytes_to_text(buffer_bytes(&text)) : NULL;
}

static char *refusal_of_fault(const struct import_fault *fault)
{
    OWNED_BUFFER text = {0};

    import_fault_print(fault, command_language(), &text);
    return buffer_outcome(&text) == OUTCOME_OK ? bytes_to_text(buffer_bytes(&text)) : NULL;
}

static size_t collect_refusals(const struct intake *intake, struct refusal *refusals)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(intake->answers); i++) {
        const json_t *answer = json_array_get(intake->answers, i);
        if (strcmp(text_at(answer, "uitkomst"), "GEWEIGERD") == 0)
            refusals[count++] =
                (struct refusal){number_at(answer, "rij"), refusal_of_answer(answer)};
    }
    for (size_t i = 0; intake->import && i < intake->import->fault_count; i++) {
        const struct import_fault *fault = &intake->import->faults[i];
        refusals[count++] = (struct refusal){fault->row, refusal_of_fault(fault)};
    }
    return count;
}

static int print_refusals(const struct intake *intake)
{
    size_t most = json_array_size(intake->answers) +
                  (intake->import ? intake->import->fault_count : 0);
    struct refusal *refusals = calloc(most + 1, sizeof *refusals);
    size_t count;

    if (!refusals)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    count = collect_refusals(intake, refusals);
    qsort(refusals, count, sizeof *refusals, compare_refusals);
    for (size_t i = 0; i < count; i++) {
        if (refusals[i].text)
            printf("  %s\n", refusals[i].text);
        free(refusals[i].text);
    }
    free(refusals);
    return EXIT_DONE;
}

/* --- the report --- */

static json_t *faults_as_json(const struct intake *intake)
{
    json_t *array = json_array();

    for (size_t i = 0; intake->import && i < intake->import->fault_count; i++) {
        const struct import_fault *fault = &intake->import->faults[i];
        json_array_append_new(array,
                              json_pack("{s:I, s:s*, s:s}", "rij", (json_int_t)fault->row, "kolom",
                                        fault->column_name, "code", import_fault_code(fault->code)));
    }
    return array;
}

static int print_json(const struct intake *intake)
{
    OWNED_JSON report =
        json_pack("{s:I, s:I, s:O, s:o}", "gelezen",
                  (json_int_t)(intake->row_count + faulty_rows(intake)), "geweigerd",
                  (json_int_t)(count_result(intake, "GEWEIGERD") + faulty_rows(intake)), "rijen",
                  intake->answers, "fouten", faults_as_json(intake));

    return report ? api_print_json(report) : command_outcome(OUTCOME_OUT_OF_MEMORY);
}

int intake_report(const struct intake *intake, bool json)
{
    if (json)
        return print_json(intake);
    print_counts(intake);
    return print_refusals(intake);
}
