/* SPDX-License-Identifier: EUPL-1.2 */
/* The one A4 that people sign for. */
#include <string.h>

#include "covenant/built_in.h"
#include "covenant/covenant_html.h"
#include "covenant/covenant_text.h"
#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/covenant_source.h"

static const char *two(enum language language, const char *nl, const char *en)
{
    return language == LANGUAGE_EN ? en : nl;
}

/* What the gateway says of where it stands: in words, not in colours. */
static const char *state_of(const struct covenant_source *source, enum language language)
{
    struct covenant_fault fault = {0};

    if (covenant_complete(source->covenant, &fault) != OUTCOME_OK)
        return two(language, "ontwerp: sleutels van partijen ontbreken nog",
                   "draft: keys of parties are still missing");
    if (!source->row)
        return NULL;
    return flag_at(source->row, "vanKracht") ? two(language, "van kracht", "in force")
                                             : two(language, "niet van kracht", "not in force");
}

static const char *verdict_of(const char *word, enum language language)
{
    if (strcmp(word, "AKKOORD") == 0)
        return two(language, "akkoord", "agreed");
    if (strcmp(word, "AFWIJZING") == 0)
        return two(language, "niet akkoord", "not agreed");
    if (strcmp(word, "INTREKKING") == 0)
        return two(language, "ingetrokken", "withdrawn");
    return NULL; /* not yet: a line to sign on */
}

/* Of each party in the order of the covenant: rows are in that order, and checked by OIN. */
static void fill_verdicts(const struct covenant_source *source, enum language language,
                          const char *verdicts[COVENANT_PARTIES_MAX])
{
    const json_t *parties = json_object_get(source->row, "partijen");

    for (size_t i = 0; i < source->covenant->parties_count; i++) {
        const json_t *row = json_array_get(parties, i);
        bool same = strcmp(text_at(row, "oin"), source->covenant->parties[i].oin.text) == 0;
        verdicts[i] = same ? verdict_of(text_at(row, "oordeel"), language) : NULL;
    }
}

static int print_page(const struct covenant_source *source, enum language language,
                      const char *html_path)
{
    const char *verdicts[COVENANT_PARTIES_MAX] = {0};
    struct covenant_page page = {language, state_of(source, language), verdicts};
    OWNED_BUFFER text = {0};
    struct file_fault fault = {0};
    enum outcome outcome;

    fill_verdicts(source, language, verdicts);
    outcome = html_path ? covenant_print_html(source->covenant, &page, &text)
                        : covenant_print_text(source->covenant, &page, &text);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    if (html_path) {
        outcome = file_write(html_path, buffer_bytes(&text), 0644, &fault);
        return outcome == OUTCOME_OK ? EXIT_DONE : command_file_fault(outcome, &fault);
    }
    return fwrite(text.data, 1, text.length, stdout) == text.length
               ? EXIT_DONE
               : command_outcome(OUTCOME_INTERNAL);
}

static int run_print(int argc, char **argv)
{
    OWNED_CODE_LISTS lists = NULL;
    OWNED_COVENANT_SOURCE source = {0};
    const char *html = NULL, *lang = NULL;
    const struct option_row rows[] = {
        {"html", "FILE", {"als HTML naar dit bestand", "as HTML, to this file"}, &html, NULL},
        {"lang",
         "nl|en",
         {"taal van de bladzijde; anders Nederlands", "language of the page; else Dutch"},
         &lang,
         NULL},
        {0},
    };
    struct invocation invocation;
    enum outcome outcome;
    int exit;

    if (!options_read(&command_covenant_print, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (lang && strcmp(lang, "nl") != 0 && strcmp(lang, "en") != 0)
        return command_wrong_use(&command_covenant_print, "--lang is nl of en",
                                 "--lang is nl or en");
    outcome = code_lists_load(&lists);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = covenant_source_read(&invocation, invocation.words[0], lists, &source);
    if (exit != EXIT_DONE)
        return exit;
    return print_page(&source, lang && strcmp(lang, "en") == 0 ? LANGUAGE_EN : LANGUAGE_NL, html);
}

const struct command command_covenant_print = {
    .name = "covenant print",
    .summary = {"Drukt een convenant af op een A4, met de vingerafdruk.",
                "Prints a covenant on one A4, with its fingerprint."},
    .usage = "FILE|ID [--html FILE] [--lang nl|en]",
    .run = run_print,
};
