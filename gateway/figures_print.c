/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/figures_print.h"

#include <stdio.h>
#include <string.h>

#include "covenant/html.h"
#include "gateway/api.h"
#include "gateway/figures_words.h"
#include "gateway/table.h"

enum { CELL_BYTES = 64, COLUMNS_MAX = 5, CSV_COLUMNS = 6 };

static const char *words(const struct figures_page *page, const char *nl, const char *en)
{
    return page->language == LANGUAGE_EN ? en : nl;
}

/* --- cells --- */

static const char *count_text(const json_t *holder, char out[static CELL_BYTES])
{
    const json_t *count = json_object_get(holder, "aantal");

    snprintf(out, CELL_BYTES, "%s", ".");
    if (json_is_integer(count))
        snprintf(out, CELL_BYTES, "%lld", (long long)json_integer_value(count));
    return out;
}

static const char *bound_text(const struct figures_page *page, const json_t *share)
{
    const char *kind = text_at(share, "soort");

    if (strcmp(kind, "TEN_MINSTE") == 0)
        return words(page, "ten minste", "at least");
    return strcmp(kind, "TEN_HOOGSTE") == 0 ? words(page, "hoogstens", "at most") : "";
}

static const char *share_text(const struct figures_page *page, const json_t *share,
                              char out[static CELL_BYTES])
{
    const char *bound = bound_text(page, share);

    snprintf(out, CELL_BYTES, "%s", ".");
    if (json_is_object(share))
        snprintf(out, CELL_BYTES, "%s%s%lld %%", bound, bound[0] ? " " : "",
                 (long long)number_at(share, "procent"));
    return out;
}

static const char *days_text(const json_t *partner)
{
    const char *text = text_at(partner, "mediaanWerkdagen");

    return text[0] ? text : ".";
}

/* "Overlast", or in English when that is asked; what is not known stands as it came. */
static const char *name_of(const struct figures_page *page, const json_t *row)
{
    const char *word = text_at(row, text_at(row, "groep")[0] ? "groep" : "reden");
    const char *known = figures_name(word, page->language);

    return known ? known : text_at(row, "naam");
}

/* --- sections: a title and a table --- */

struct section {
    const struct figures_page *page;
    size_t columns;
    struct table table;
};

static struct section section_begin(const struct figures_page *page, const char *title,
                                    const char *const heads[], size_t columns)
{
    struct section section = {.page = page, .columns = columns};

    if (page->form == FIGURES_HTML) {
        html_element(page->out, "h2", NULL, title);
        html_table(page->out, NULL, heads, columns);
    } else {
        buffer_format(page->out, "%s%s\n", page->out->length ? "\n" : "", title);
        section.table = table_with(columns);
        table_row(&section.table, heads);
    }
    return section;
}

static void section_row(struct section *section, const char *const cells[])
{
    if (section->page->form == FIGURES_HTML)
        html_row(section->page->out, cells, section->columns);
    else
        table_row(&section->table, cells);
}

static enum outcome section_end(struct section *section)
{
    enum outcome outcome = OUTCOME_OK;

    if (section->page->form == FIGURES_HTML)
        html_close(section->page->out, "table");
    else
        outcome = table_print(&section->table, section->page->out);
    table_free(&section->table);
    return outcome == OUTCOME_OK ? buffer_outcome(section->page->out) : outcome;
}

void figures_page_begin(const struct figures_page *page, const char *title)
{
    static const char *const heads[CSV_COLUMNS] = {"maand", "onderdeel", "naam",
                                                   "gebied", "grens",    "waarde"};

    switch (page->form) {
    case FIGURES_HTML:
        html_begin(page->out, HTML_LETTER, page->language, title);
        html_element(page->out, "h1", NULL, title);
        break;
    case FIGURES_CSV:
        page->edge->csv_start(page->out);
        page->edge->csv_row(page->out, CSV_COLUMNS, heads);
        break;
    case FIGURES_TERMINAL:
        break;
    }
}

void figures_page_end(const struct figures_page *page)
{
    if (page->form == FIGURES_HTML)
        html_end(page->out);
}

/* --- one fact a line, for CSV --- */

static void csv_fact(const struct figures_page *page, const char *month, const char *part,
                     const char *name, const char *area, const char *bound, const char *value)
{
    page->edge->csv_row(page->out, CSV_COLUMNS,
                        (const char *[]){month, part, name, area, bound, value});
}

static void csv_share(const struct figures_page *page, const char *month, const char *part,
                      const char *name, const json_t *share)
{
    char percent[CELL_BYTES];

    snprintf(percent, sizeof percent, "%s", ".");
    if (json_is_object(share))
        snprintf(percent, sizeof percent, "%lld", (long long)number_at(share, "procent"));
    csv_fact(page, month, part, name, "", bound_text(page, share), percent);
}

static void csv_groups(const struct figures_page *page, const char *month, const char *part,
                       const json_t *signals)
{
    const json_t *groups = json_object_get(signals, "groepen");
    char count[CELL_BYTES];

    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        const json_t *areas = json_object_get(group, "gebieden");
        csv_fact(page, month, part, name_of(page, group), "", "", count_text(group, count));
        for (size_t j = 0; j < json_array_size(areas); j++) {
            const json_t *area = json_array_get(areas, j);
            csv_fact(page, month, part, name_of(page, group), text_at(area, "gebied"), "",
                     count_text(area, count));
        }
    }
    csv_fact(page, month, part, words(page, "totaal", "total"), "", "",
             count_text(json_object_get(signals, "totaal"), count));
}

static void csv_compliance(const struct figures_page *page, const char *month,
                           const json_t *compliance)
{
    const json_t *partners = json_object_get(compliance, "partijen");
    char count[CELL_BYTES];

    for (size_t i = 0; i < json_array_size(partners); i++) {
        const json_t *partner = json_array_get(partners, i);
        const char *name = text_at(partner, "naam");
        csv_fact(page, month, words(page, "signalen", "signals"), name, "", "",
                 count_text(partner, count));
        csv_share(page, month, words(page, "op tijd %", "in time %"), name,
                  json_object_get(partner, "opTijd"));
        csv_share(page, month, words(page, "afgesloten %", "closed %"), name,
                  json_object_get(partner, "afgesloten"));
        csv_fact(page, month, words(page, "mediaan werkdagen", "median working days"), name, "", "",
                 days_text(partner));
    }
    csv_share(page, month, words(page, "op tijd %", "in time %"), words(page, "samen", "together"),
              json_object_get(compliance, "opTijd"));
}

static void csv_reasons(const struct figures_page *page, const char *month, const json_t *part)
{
    const json_t *reasons = json_object_get(part, "redenen");
    const char *what = words(page, "knelpunten", "what stood in the way");
    char count[CELL_BYTES];

    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        csv_fact(page, month, what, name_of(page, reason), "", "", count_text(reason, count));
    }
    csv_fact(page, month, what, words(page, "totaal", "total"), "", "",
             count_text(json_object_get(part, "totaal"), count));
}

/* --- sections of a report --- */

static enum outcome print_groups(const struct figures_page *page, const char *title,
                                 const json_t *signals)
{
    const json_t *groups = json_object_get(signals, "groepen");
    const char *const heads[] = {words(page, "soort", "kind"), words(page, "gebied", "area"),
                                 words(page, "aantal", "count")};
    struct section section = section_begin(page, title, heads, 3);
    char count[CELL_BYTES];

    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        const json_t *areas = json_object_get(group, "gebieden");
        section_row(&section,
                    (const char *[]){name_of(page, group), "", count_text(group, count)});
        for (size_t j = 0; j < json_array_size(areas); j++) {
            const json_t *area = json_array_get(areas, j);
            section_row(&section, (const char *[]){"", text_at(area, "gebied"),
                                                   count_text(area, count)});
        }
    }
    section_row(&section, (const char *[]){words(page, "totaal", "total"), "",
                                           count_text(json_object_get(signals, "totaal"), count)});
    return section_end(&section);
}

static enum outcome print_positive(const struct figures_page *page, const json_t *report)
{
    const json_t *group = json_object_get(report, "watGaatGoed");
    const json_t *areas = json_object_get(group, "gebieden");
    const char *const heads[] = {words(page, "gebied", "area"), words(page, "aantal", "count")};
    struct section section =
        section_begin(page, words(page, "Wat gaat goed", "What goes well"), heads, 2);
    char count[CELL_BYTES];

    for (size_t i = 0; i < json_array_size(areas); i++) {
        const json_t *area = json_array_get(areas, i);
        section_row(&section, (const char *[]){text_at(area, "gebied"), count_text(area, count)});
    }
    section_row(&section,
                (const char *[]){words(page, "samen", "together"), count_text(group, count)});
    return section_end(&section);
}

static enum outcome print_partners(const struct figures_page *page, const char *title,
                                   const json_t *compliance)
{
    const json_t *partners = json_object_get(compliance, "partijen");
    const char *const heads[] = {
        words(page, "organisatie", "organisation"), words(page, "signalen", "signals"),
        words(page, "op tijd", "in time"), words(page, "afgesloten", "closed"),
        words(page, "mediaan in werkdagen", "median in working days")};
    struct section section = section_begin(page, title, heads, COLUMNS_MAX);
    char count[CELL_BYTES], in_time[CELL_BYTES], closed[CELL_BYTES];

    for (size_t i = 0; i < json_array_size(partners); i++) {
        const json_t *partner = json_array_get(partners, i);
        section_row(&section,
                    (const char *[]){
                        text_at(partner, "naam"), count_text(partner, count),
                        flag_at(partner, "beroepsgeheim")
                            ? words(page, "beroepsgeheim", "secrecy")
                            : share_text(page, json_object_get(partner, "opTijd"), in_time),
                        share_text(page, json_object_get(partner, "afgesloten"), closed),
                        days_text(partner)});
    }
    if (json_is_object(json_object_get(compliance, "opTijd")))
        section_row(&section,
                    (const char *[]){
                        words(page, "samen", "together"), "",
                        share_text(page, json_object_get(compliance, "opTijd"), in_time), "", ""});
    return section_end(&section);
}

static enum outcome print_reason_rows(const struct figures_page *page, const char *title,
                                      const json_t *part)
{
    const json_t *reasons = json_object_get(part, "redenen");
    const char *const heads[] = {words(page, "waarom niet", "why not"),
                                 words(page, "aantal", "count")};
    struct section section = section_begin(page, title, heads, 2);
    char count[CELL_BYTES];

    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        section_row(&section,
                    (const char *[]){name_of(page, reason), count_text(reason, count)});
    }
    section_row(&section, (const char *[]){words(page, "totaal", "total"),
                                           count_text(json_object_get(part, "totaal"), count)});
    return section_end(&section);
}

static enum outcome print_rest(const struct figures_page *page, const json_t *report)
{
    const char *const heads[] = {words(page, "wat", "what"), words(page, "aantal", "count")};
    struct section section =
        section_begin(page, words(page, "Mensen en meldingen", "People and reports"), heads, 2);
    char text[CELL_BYTES];

    section_row(&section,
                (const char *[]){
                    words(page, "adressen met ondersteuning", "addresses with support"),
                    count_text(json_object_get(report, "adressenMetOndersteuning"), text)});
    section_row(&section,
                (const char *[]){words(page, "nog open van wat vorige maand aankwam",
                                       "still open of what arrived the month before"),
                                 share_text(page,
                                            json_object_get(json_object_get(report, "moeheid"),
                                                            "open"),
                                            text)});
    return section_end(&section);
}

static void print_notes(const struct figures_page *page, const json_t *report)
{
    const json_t *notes = json_object_get(report, "toelichting");

    if (page->form == FIGURES_TERMINAL)
        buffer_add_byte(page->out, '\n');
    for (size_t i = 0; i < json_array_size(notes); i++) {
        const json_t *note = json_array_get(notes, i);
        const char *text = figure_note_text(text_at(note, "code"), page->language);
        if (!text)
            text = text_at(note, "tekst");
        if (page->form == FIGURES_HTML)
            html_paragraph(page->out, text);
        else
            buffer_format(page->out, "%s\n", text);
    }
}

static enum outcome print_quarter(const struct figures_page *page, const json_t *report)
{
    const json_t *quarter = json_object_get(report, "kwartaal");
    const json_t *signals = json_object_get(quarter, "signalen");
    const json_t *reasons = json_object_get(quarter, "knelpunten");

    if (signals)
        TRY(print_groups(page, words(page, "Signalen in drie maanden", "Signals in three months"),
                         signals));
    if (reasons)
        TRY(print_reason_rows(page, words(page, "Knelpunten in drie maanden",
                                          "What stood in the way in three months"),
                              reasons));
    return OUTCOME_OK;
}

static enum outcome csv_month(const struct figures_page *page, const json_t *report)
{
    const char *month = text_at(report, "maand");
    const json_t *quarter = json_object_get(report, "kwartaal");
    char text[CELL_BYTES];

    if (!json_object_get(report, "signalen"))
        return buffer_outcome(page->out);
    csv_groups(page, month, words(page, "signalen", "signals"), json_object_get(report, "signalen"));
    csv_fact(page, month, words(page, "adressen met ondersteuning", "addresses with support"), "",
             "", "", count_text(json_object_get(report, "adressenMetOndersteuning"), text));
    csv_compliance(page, month, json_object_get(report, "nakoming"));
    csv_reasons(page, month, json_object_get(report, "knelpunten"));
    csv_share(page, month, words(page, "nog open %", "still open %"), "",
              json_object_get(json_object_get(report, "moeheid"), "open"));
    if (json_object_get(quarter, "signalen"))
        csv_groups(page, month, words(page, "signalen, kwartaal", "signals, quarter"),
                   json_object_get(quarter, "signalen"));
    return buffer_outcome(page->out);
}

enum outcome figures_print_month(const struct figures_page *page, const json_t *report)
{
    if (page->form == FIGURES_CSV)
        return csv_month(page, report);
    if (json_object_get(report, "signalen")) {
        TRY(print_positive(page, report));
        TRY(print_groups(page, words(page, "Signalen", "Signals"),
                         json_object_get(report, "signalen")));
        TRY(print_partners(page, words(page, "Wie antwoordt op tijd", "Who answers in time"),
                           json_object_get(report, "nakoming")));
        TRY(print_reason_rows(page, words(page, "Knelpunten", "What stood in the way"),
                              json_object_get(report, "knelpunten")));
        TRY(print_rest(page, report));
        TRY(print_quarter(page, report));
    }
    print_notes(page, report);
    return buffer_outcome(page->out);
}

/* --- lists of months --- */

enum outcome figures_print_compliance(const struct figures_page *page, const json_t *months)
{
    for (size_t i = 0; i < json_array_size(months); i++) {
        const json_t *month = json_array_get(months, i);
        if (page->form == FIGURES_CSV)
            csv_compliance(page, text_at(month, "maand"), month);
        else
            TRY(print_partners(page, text_at(month, "maand"), month));
    }
    return buffer_outcome(page->out);
}

enum outcome figures_print_reasons(const struct figures_page *page, const json_t *months)
{
    for (size_t i = 0; i < json_array_size(months); i++) {
        const json_t *month = json_array_get(months, i);
        if (page->form == FIGURES_CSV)
            csv_reasons(page, text_at(month, "maand"), month);
        else
            TRY(print_reason_rows(page, text_at(month, "maand"), month));
    }
    return buffer_outcome(page->out);
}

static enum outcome csv_fatigue(const struct figures_page *page, const json_t *months)
{
    char count[CELL_BYTES];

    for (size_t i = 0; i < json_array_size(months); i++) {
        const json_t *month = json_array_get(months, i);
        csv_fact(page, text_at(month, "maand"), words(page, "signalen", "signals"), "", "", "",
                 count_text(json_object_get(month, "signalen"), count));
        csv_share(page, text_at(month, "maand"), words(page, "nog open %", "still open %"), "",
                  json_object_get(month, "open"));
    }
    return buffer_outcome(page->out);
}

enum outcome figures_print_fatigue(const struct figures_page *page, const json_t *months)
{
    const char *const heads[] = {words(page, "maand", "month"),
                                 words(page, "gemeld", "reported"),
                                 words(page, "nog open van de maand ervoor",
                                       "still open of the month before")};
    const char *warning = figure_note_text("MELDINGSMOEHEID", page->language);
    struct section section;
    bool warns = false;

    if (page->form == FIGURES_CSV)
        return csv_fatigue(page, months);
    section = section_begin(page, words(page, "Wordt er nog gemeld?", "Do people still report?"),
                            heads, 3);
    for (size_t i = 0; i < json_array_size(months); i++) {
        const json_t *month = json_array_get(months, i);
        char count[CELL_BYTES], open[CELL_BYTES];
        warns = warns || (i == 0 && flag_at(month, "waarschuwing"));
        section_row(&section, (const char *[]){
                                  text_at(month, "maand"),
                                  count_text(json_object_get(month, "signalen"), count),
                                  share_text(page, json_object_get(month, "open"), open)});
    }
    TRY(section_end(&section));
    if (warns && page->form == FIGURES_HTML)
        html_paragraph(page->out, warning);
    else if (warns)
        buffer_format(page->out, "\n%s\n", warning);
    return buffer_outcome(page->out);
}
