/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/upload.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "covenant/built_in.h"

void upload_free(struct upload *upload)
{
    json_decref(upload->answers);
    upload->answers = NULL;
}

/* --- sending --- */

static enum outcome print_batch(const struct upload *upload, size_t first, size_t count, bool trial,
                                struct buffer *out)
{
    buffer_add_text(out, "{\"adapter\":");
    buffer_add_json_text(out, upload->adapter);
    buffer_format(out, ",\"proef\":%s", trial ? "true" : "false");
    if (upload->covenant) {
        buffer_add_text(out, ",\"convenant\":");
        buffer_add_json_text(out, upload->covenant);
    }
    buffer_add_text(out, ",\"rijen\":[");
    for (size_t i = first; i < first + count; i++) {
        if (i > first)
            buffer_add_byte(out, ',');
        TRY(import_row_print(&upload->rows[i], out));
    }
    buffer_add_text(out, "]}");
    return buffer_outcome(out);
}

static int send_batch(struct upload *upload, struct api *api, size_t first, size_t count,
                      bool trial)
{
    OWNED_BUFFER body = {0};
    OWNED_JSON answer = NULL;
    enum outcome outcome = print_batch(upload, first, count, trial, &body);
    int exit;

    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = api_post_text(api, "/v1/invoer", buffer_bytes(&body), &answer);
    if (exit != EXIT_DONE)
        return exit;
    if (json_array_extend(upload->answers, json_object_get(answer, "rijen")) != 0)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    return EXIT_DONE;
}

/* On a terminal only: a log file wants no moving line. */
static void show_progress(size_t done, size_t all, bool trial)
{
    if (!isatty(STDERR_FILENO) || all <= UPLOAD_BATCH_ROWS)
        return;
    fprintf(stderr, "\r%s %zu / %zu%s",
            trial ? say("beslist", "decided") : say("verstuurd", "sent"), done, all,
            done == all ? "\n" : "");
}

int upload_send(struct upload *upload, struct api *api, bool trial)
{
    int exit = EXIT_DONE;

    upload_free(upload);
    upload->answers = json_array();
    if (!upload->answers)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    for (size_t first = 0; first < upload->row_count && exit == EXIT_DONE;) {
        size_t left = upload->row_count - first;
        size_t count = left < UPLOAD_BATCH_ROWS ? left : UPLOAD_BATCH_ROWS;
        exit = send_batch(upload, api, first, count, trial);
        first += count;
        show_progress(first, upload->row_count, trial);
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
    {"NIET_GEDEELD",          {"niet met iedereen gedeeld", "not shared with all"}},
};
/* clang-format on */

/* Rows, not parts: what one row comes to at several partners is counted once. */
static size_t count_result(const struct upload *upload, const char *word)
{
    size_t count = 0;
    int64_t before = -1;

    for (size_t i = 0; i < json_array_size(upload->answers); i++) {
        const json_t *answer = json_array_get(upload->answers, i);
        if (strcmp(text_at(answer, "uitkomst"), word) != 0 ||
            (flag_at(answer, "deel") && number_at(answer, "rij") == before))
            continue;
        before = number_at(answer, "rij");
        count++;
    }
    return count;
}

static size_t faulty_rows(const struct upload *upload)
{
    return upload->import ? upload->import->faulty_row_count : 0;
}

/* --- a few refusals in a word each, on the line of the counts --- */

enum { SHORT_MOST = 5 }; /* more are only in the list below it */

/* Why a blocked code is blocked: the list knows. */
static const char *blocked_as(const struct upload *upload, int64_t row)
{
    static const char *const words[][LANGUAGE_COUNT] = {
        [SENSITIVITY_ORDINARY] = {"geblokkeerde code", "blocked code"},
        [SENSITIVITY_HEALTH] = {"gezondheidsgegeven", "health"},
        [SENSITIVITY_CRIMINAL] = {"strafrechtelijk", "criminal matter"}};
    enum sensitivity found = SENSITIVITY_ORDINARY;
    OWNED_CODE_LISTS lists = NULL;

    if (code_lists_load(&lists) != OUTCOME_OK)
        return words[found][command_language()];
    for (size_t i = 0; i < upload->row_count; i++) {
        const struct signal_code *code = signal_code_find(lists, upload->rows[i].codes[0]);
        if (upload->rows[i].row == row && code)
            found = code->sensitivity;
    }
    return words[found][command_language()];
}

/* The few that everybody meets; another is its code. */
static const char *in_a_word(const struct upload *upload, const json_t *answer)
{
    const char *code = text_at(answer, "code");

    if (strcmp(code, "BEZWAAR") == 0)
        return say("huurder maakte bezwaar", "the tenant objected");
    if (strcmp(code, "CODE_GEBLOKKEERD") == 0)
        return blocked_as(upload, number_at(answer, "rij"));
    return code;
}

static void print_short(const struct upload *upload, FILE *out)
{
    const char *before = " (";

    for (size_t i = 0; i < json_array_size(upload->answers); i++) {
        const json_t *answer = json_array_get(upload->answers, i);
        if (strcmp(text_at(answer, "uitkomst"), "GEWEIGERD") != 0)
            continue;
        fprintf(out, "%s%s %lld: %s", before, say("regel", "row"), (long long)number_at(answer, "rij"),
               in_a_word(upload, answer));
        before = "; ";
    }
    fprintf(out, ")");
}

void upload_print_counts(const struct upload *upload, FILE *out)
{
    enum language language = command_language();
    size_t refused = count_result(upload, "GEWEIGERD") + faulty_rows(upload);

    fprintf(out, "%zu %s", upload->row_count + faulty_rows(upload), say("gelezen", "read"));
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        size_t count = count_result(upload, results[i].word);
        if (count > 0)
            fprintf(out, " · %zu %s", count, results[i].text[language]);
    }
    fprintf(out, " · %zu %s", refused, say("geweigerd", "refused"));
    if (refused > 0 && refused <= SHORT_MOST && faulty_rows(upload) == 0)
        print_short(upload, out);
    fprintf(out, "\n");
}

/* --- advice --- */

static void print_advice(const struct upload *upload, FILE *out)
{
    for (size_t i = 0; i < json_array_size(upload->answers); i++) {
        const json_t *answer = json_array_get(upload->answers, i);
        const json_t *advice = json_object_get(answer, "attendering");
        if (advice)
            fprintf(out,
                    say("  Let op, regel %lld: %lld meldingen van overlast op dit adres. %s\n",
                        "  Mind, row %lld: %lld reports of nuisance at this address. %s\n"),
                    (long long)number_at(answer, "rij"), (long long)number_at(advice, "aantal"),
                    text_at(advice, "advies"));
    }
}

/* --- refusals, and what each partner got of a row for all, in the order of the file --- */

struct refusal {
    int64_t row;
    size_t order; /* within the row */
    char *text; /* owned */
};

static int compare_refusals(const void *left, const void *right)
{
    const struct refusal *a = left, *b = right;

    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

/* What a part came to: "met toestemming verzonden", with the fields; "geteld"; or the reason. */
static void add_part(const json_t *answer, struct buffer *text)
{
    const json_t *fields = json_object_get(answer, "velden");

    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (!text_at(answer, "reden")[0] &&
            strcmp(text_at(answer, "uitkomst"), results[i].word) == 0)
            buffer_add_text(text, results[i].text[command_language()]);
    buffer_add_text(text, text_at(answer, "reden"));
    for (size_t i = 0; i < json_array_size(fields); i++)
        buffer_format(text, "%s%s", i ? ", " : ": ", json_string_value(json_array_get(fields, i)));
}

static char *refusal_of_answer(const json_t *answer)
{
    OWNED_BUFFER text = {0};

    buffer_format(&text, "%s %lld", say("regel", "row"), (long long)number_at(answer, "rij"));
    if (flag_at(answer, "deel"))
        buffer_format(&text, " → %s", text_at(answer, "ontvangerNaam"));
    buffer_add_text(&text, ": ");
    add_part(answer, &text);
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

static size_t collect_refusals(const struct upload *upload, struct refusal *refusals)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(upload->answers); i++) {
        const json_t *answer = json_array_get(upload->answers, i);
        if (strcmp(text_at(answer, "uitkomst"), "GEWEIGERD") == 0 || flag_at(answer, "deel"))
            refusals[count++] =
                (struct refusal){number_at(answer, "rij"), i, refusal_of_answer(answer)};
    }
    for (size_t i = 0; upload->import && i < upload->import->fault_count; i++) {
        const struct import_fault *fault = &upload->import->faults[i];
        refusals[count++] = (struct refusal){fault->row, i, refusal_of_fault(fault)};
    }
    return count;
}

int upload_print_refusals(const struct upload *upload, FILE *out)
{
    size_t most =
        json_array_size(upload->answers) + (upload->import ? upload->import->fault_count : 0);
    struct refusal *refusals = calloc(most + 1, sizeof *refusals);
    size_t count;

    if (!refusals)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    count = collect_refusals(upload, refusals);
    qsort(refusals, count, sizeof *refusals, compare_refusals);
    for (size_t i = 0; i < count; i++) {
        if (refusals[i].text)
            fprintf(out, "  %s\n", refusals[i].text);
        free(refusals[i].text);
    }
    free(refusals);
    print_advice(upload, out);
    return EXIT_DONE;
}

/* --- the report --- */

static json_t *faults_as_json(const struct upload *upload)
{
    json_t *array = json_array();

    for (size_t i = 0; upload->import && i < upload->import->fault_count; i++) {
        const struct import_fault *fault = &upload->import->faults[i];
        json_array_append_new(array, json_pack("{s:I, s:s*, s:s}", "rij", (json_int_t)fault->row,
                                               "kolom", fault->column_name, "code",
                                               import_fault_code(fault->code)));
    }
    return array;
}

json_t *upload_as_json(const struct upload *upload)
{
    return json_pack(
        "{s:I, s:I, s:O, s:o}", "gelezen", (json_int_t)(upload->row_count + faulty_rows(upload)),
        "geweigerd", (json_int_t)(count_result(upload, "GEWEIGERD") + faulty_rows(upload)), "rijen",
        upload->answers, "fouten", faults_as_json(upload));
}

static int print_json(const struct upload *upload)
{
    OWNED_JSON report = upload_as_json(upload);

    return report ? api_print_json(report) : command_outcome(OUTCOME_OUT_OF_MEMORY);
}

int upload_report(const struct upload *upload, bool json)
{
    if (json)
        return print_json(upload);
    upload_print_counts(upload, stdout);
    return upload_print_refusals(upload, stdout);
}
