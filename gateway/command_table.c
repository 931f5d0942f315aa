/* SPDX-License-Identifier: EUPL-1.2 */
/* The own figures: a month's report, who answers in time, what stood in the way, fatigue. */
#include <string.h>

#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/figures_print.h"

static const struct kind {
    const char *word, *path, *member;
    const char *title[LANGUAGE_COUNT];
    enum outcome (*print)(const struct figures_page *page, const json_t *months);
} kinds[] = {
    {"nakoming", "/v1/nakoming", "nakoming", {"Nakoming", "Compliance"}, figures_print_compliance},
    {"knelpunten",
     "/v1/knelpunten",
     "knelpunten",
     {"Knelpunten", "What stood in the way"},
     figures_print_reasons},
    {"moeheid",
     "/v1/maandrapporten",
     "maandrapporten",
     {"Meldingsmoeheid", "Tiring of reporting"},
     figures_print_fatigue},
    {"maand", NULL, NULL, {"Maandoverzicht", "Monthly report"}, NULL},
};

struct wish {
    const struct kind *kind;
    const char *month; /* NULL: the last that was closed */
    bool csv, html, json;
};

static const struct kind *kind_of(const char *word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(word, kinds[i].word) == 0)
            return &kinds[i];
    return NULL;
}

static struct figures_page page_of(const struct wish *wish, struct buffer *out)
{
    return (struct figures_page){
        .form = wish->csv    ? FIGURES_CSV
                : wish->html ? FIGURES_HTML
                             : FIGURES_TERMINAL,
        .language = command_language(),
        .edge = command_edge(),
        .out = out,
    };
}

static int write_out(const struct buffer *out)
{
    return fwrite(out->data, 1, out->length, stdout) == out->length ? EXIT_DONE : EXIT_BROKEN;
}

/* --- a whole report --- */

/* What the gateway sent, byte for byte, or that for people. */
static int show_report(const struct wish *wish, struct buffer *text)
{
    OWNED_JSON report = NULL;
    OWNED_BUFFER out = {0};
    const struct figures_page page = page_of(wish, &out);
    char title[256];
    enum outcome outcome;

    if (wish->json)
        return write_out(text);
    outcome = json_read(buffer_bytes(text), API_BODY_MAX_BYTES, &report);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    snprintf(title, sizeof title, "%s %s, %s", wish->kind->title[page.language],
             text_at(report, "maand"), text_at(report, "organisatieNaam"));
    figures_page_begin(&page, title);
    if (page.form == FIGURES_TERMINAL)
        printf("%s\n\n", title);
    outcome = figures_print_month(&page, report);
    figures_page_end(&page);
    return outcome == OUTCOME_OK ? write_out(&out) : command_outcome(outcome);
}

static int no_month_yet(void)
{
    fprintf(stderr, "%s\n",
            say("Er is nog geen maand afgesloten. Het overzicht van een maand komt op de eerste "
                "dag van de volgende.",
                "No month is closed yet. The report of a month comes on the first day of the "
                "next."));
    return EXIT_REFUSED;
}

static int last_month(struct api *api, char out[static 8])
{
    OWNED_JSON answer = NULL;
    const json_t *months;
    int exit = api_get(api, "/v1/maandrapporten", &answer);

    if (exit != EXIT_DONE)
        return exit;
    months = json_object_get(answer, "maandrapporten");
    if (json_array_size(months) == 0)
        return no_month_yet();
    snprintf(out, 8, "%.7s", text_at(json_array_get(months, 0), "maand"));
    return EXIT_DONE;
}

static int run_report(const struct wish *wish, struct api *api)
{
    OWNED_BUFFER text = {0};
    char month[8], path[API_URL_BYTES];
    int exit = EXIT_DONE;

    if (wish->month)
        snprintf(month, sizeof month, "%.7s", wish->month);
    else
        exit = last_month(api, month);
    if (exit != EXIT_DONE)
        return exit;
    snprintf(path, sizeof path, "/v1/maandrapporten/%s", month);
    exit = api_get_text(api, path, &text);
    return exit == EXIT_DONE ? show_report(wish, &text) : exit;
}

/* --- a part of several --- */

static int run_list(const struct wish *wish, struct api *api)
{
    OWNED_JSON answer = NULL;
    OWNED_BUFFER out = {0};
    const struct figures_page page = page_of(wish, &out);
    char path[API_URL_BYTES];
    const json_t *months;
    enum outcome outcome;
    int exit;

    snprintf(path, sizeof path, "%s", wish->kind->path);
    if (wish->month)
        snprintf(path, sizeof path, "%s?van=%.7s&tot=%.7s", wish->kind->path, wish->month,
                 wish->month);
    exit = api_get(api, path, &answer);
    if (exit != EXIT_DONE || wish->json)
        return exit == EXIT_DONE ? api_print_json(answer) : exit;
    months = json_object_get(answer, wish->kind->member);
    if (json_array_size(months) == 0)
        return no_month_yet();
    figures_page_begin(&page, wish->kind->title[page.language]);
    outcome = wish->kind->print(&page, months);
    figures_page_end(&page);
    return outcome == OUTCOME_OK ? write_out(&out) : command_outcome(outcome);
}

static bool is_month(const char *text)
{
    return !text || (strlen(text) == 7 && strspn(text, "0123456789") == 4 && text[4] == '-' &&
                     strspn(text + 5, "0123456789") == 2);
}

static int run(int argc, char **argv)
{
    OWNED_API api = {0};
    struct wish wish = {0};
    const struct option_row rows[] = {
        {"month",
         "JJJJ-MM",
         {"deze maand; zonder: de laatste die is afgesloten, of alle",
          "this month; without: the last that was closed, or all"},
         &wish.month,
         NULL},
        {"csv", NULL, {"als CSV voor Excel", "as CSV for Excel"}, NULL, &wish.csv},
        {"html", NULL, {"als pagina om af te drukken", "as a page to print"}, NULL, &wish.html},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_table, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    wish.kind = kind_of(invocation.words[0]);
    wish.json = invocation.json;
    if (!wish.kind || !is_month(wish.month) || wish.csv + wish.html + wish.json > 1)
        return command_wrong_use(
            &command_table,
            "Kies nakoming, knelpunten, moeheid of maand; een maand als 2026-11; en een van "
            "--csv, --html en --json.",
            "Choose nakoming, knelpunten, moeheid or maand; a month like 2026-11; and one of "
            "--csv, --html and --json.");
    exit = api_open(&invocation, &api);
    if (exit != EXIT_DONE)
        return exit;
    return wish.kind->path ? run_list(&wish, &api) : run_report(&wish, &api);
}

const struct command command_table = {
    .name = "table",
    .alias = "overzicht",
    .summary = {"Toont de eigen telling: een maand, wie op tijd antwoordt, knelpunten, moeheid.",
                "Shows the own count: a month, who answers in time, obstacles, fatigue."},
    .usage = "nakoming|knelpunten|moeheid|maand [--month JJJJ-MM] [--csv|--html]",
    .run = run,
};
