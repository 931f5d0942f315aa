/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/covenant_html.h"

#include "covenant/article_text.h"
#include "covenant/covenant_text.h"
#include "covenant/html.h"
#include "covenant/plain_text.h"

/* clang-format off */
#define TEXTS(X) \
    COVENANT_PAGE_TEXTS(X) \
    X(COVENANT,     "Convenant",      "Covenant") \
    X(PILOT,        "pilot",          "pilot") \
    X(ONLY_IF,      "alleen als: ",   "only if: ") \
    X(NEVER,        "Nooit",          "Never") \
    X(NOT_TO,       "Niet aan",       "Not to") \
    X(UNITS,        "Terug binnen: eerste antwoord / besluit in werkdagen (wd) / uitkomst in dagen (d).", \
                   "Answer in: first answer / decision in working days (wd) / outcome in days (d).") \
    X(SIGN,         "Akkoord",        "Agreed") \
    X(NAME_DAY,     "naam, functie, datum", "name, position, date") \
    X(ANNEX,        "Bijlage",        "Annex")
/* clang-format on */
#define TEXT_ENUM(key, nl, en) TEXT_##key,
enum text { TEXTS(TEXT_ENUM) TEXT_COUNT };
#undef TEXT_ENUM
#define TEXT_ROW(key, nl, en) [TEXT_##key] = {nl, en},
static const char *const texts[TEXT_COUNT][LANGUAGE_COUNT] = {TEXTS(TEXT_ROW)};

enum cell {
    CELL_NUMBER,
    CELL_PURPOSE,
    CELL_PARTIES,
    CELL_LANE,
    CELL_WHAT,
    CELL_TERMS,
    CELL_KEPT,
    CELLS
};
/* In thousandths of the width of the page; they stand in html.c too, as .articles col. */
static const int cell_width[CELLS] = {35, 150, 165, 120, 335, 115, 80};

/* The room on paper, in micrometres: A4 less the margins of HTML_SHEET. */
enum {
    PAGE_WIDTH = 186 * 1000,
    PAGE_HEIGHT = 275 * 1000,
    PARTIES_A_ROW = 2,
    SIGNATURES_A_ROW = 5,
    ANNEX_NAMES_MAX = 12,
};

/* The sizes of html.c: type in micrometres, height of a line in thousandths of it. */
static const struct {
    int type, line;
} steps[HTML_SHEET_STEPS] = {{3175, 1300}, {2999, 1300}, {2646, 1250}, {2399, 1200}, {2187, 1150}};

struct sheet {
    const struct covenant *covenant;
    const struct covenant_page *page;
    enum language language;
    enum page_density density;
    unsigned step;
    struct field_sets sets;
};

static const char *word(const struct sheet *sheet, enum text text)
{
    return texts[text][sheet->language];
}

static bool is_shared(const struct sheet *sheet)
{
    return sheet->density == PAGE_SHARED || sheet->density == PAGE_LETTERED;
}

/* --- what stands in the cells: for measuring and for writing --- */

static void wipe_cells(struct buffer (*cells)[CELLS])
{
    for (int cell = 0; cell < CELLS; cell++)
        buffer_wipe(&(*cells)[cell]);
}
#define OWNED_CELLS __attribute__((cleanup(wipe_cells))) struct buffer

static void fill_details(struct buffer *out, const struct sheet *sheet,
                         const struct article *article)
{
    bool shared = is_shared(sheet);

    if (article->fields)
        buffer_add_text(out, word(sheet, shared ? TEXT_DATA : TEXT_WITH));
    if (article->fields && shared)
        buffer_add_byte(out, (uint8_t)field_sets_letter(&sheet->sets, article->fields));
    else
        fields_text(out, article->fields, sheet->language);
    if (article->conditions && !shared) {
        add_separated(out, "; ", word(sheet, TEXT_ONLY_IF));
        conditions_text(out, article->conditions, sheet->language);
    }
}

static void fill_cells(struct buffer cells[CELLS], const struct sheet *sheet,
                       const struct article *article)
{
    enum language language = sheet->language;

    buffer_format(&cells[CELL_NUMBER], "%d", article->number);
    buffer_add_text(&cells[CELL_PURPOSE], purpose_name(article->purpose, language));
    article_parties_text(&cells[CELL_PARTIES], sheet->covenant, article, language);
    article_lane_text(&cells[CELL_LANE], article, language);
    if (sheet->density == PAGE_LETTERED)
        buffer_format(&cells[CELL_WHAT], "%sS%zu", word(sheet, TEXT_SIGNALS),
                      signal_set_number(sheet->covenant, article));
    else
        article_signals_text(&cells[CELL_WHAT], sheet->covenant, article, is_shared(sheet),
                             language);
    if (is_shared(sheet) && article->fields) {
        add_separated(&cells[CELL_WHAT], "; ", "");
        fill_details(&cells[CELL_WHAT], sheet, article);
    }
    article_terms_text(&cells[CELL_TERMS], article, language);
    article_kept_text(&cells[CELL_KEPT], article, language);
}

/* --- will it fit? --- */

/* Lines that a text takes in that width: a character is half its height wide on average, and a
 * line that is broken loses half a word. */
static int lines_in(const struct sheet *sheet, struct bytes text, int width)
{
    int one = steps[sheet->step].type * 49 / 100;
    int each = width / one, characters = plain_width(text);

    if (characters <= each)
        return 1;
    each = each > 8 ? each - 3 : 4;
    return (characters + each - 1) / each;
}

static int line_height(const struct sheet *sheet)
{
    return steps[sheet->step].type * steps[sheet->step].line / 1000;
}

static int article_height(const struct sheet *sheet, const struct article *article)
{
    OWNED_CELLS cells[CELLS] = {{0}};
    OWNED_BUFFER details = {0};
    int most = 1;

    fill_cells(cells, sheet, article);
    if (!is_shared(sheet))
        fill_details(&details, sheet, article);
    for (int cell = 0; cell < CELLS; cell++) {
        int width = PAGE_WIDTH / 1000 * cell_width[cell] - steps[sheet->step].type * 6 / 10;
        int lines = lines_in(sheet, buffer_bytes(&cells[cell]), width);
        if (cell == CELL_WHAT && details.length)
            lines += lines_in(sheet, buffer_bytes(&details), width);
        most = lines > most ? lines : most;
    }
    return most * line_height(sheet) + steps[sheet->step].type * 6 / 10;
}

static int parties_height(const struct sheet *sheet)
{
    int height = 0;

    for (size_t i = 0; i < sheet->covenant->parties_count; i += PARTIES_A_ROW) {
        int most = 1;
        for (size_t j = i; j < i + PARTIES_A_ROW && j < sheet->covenant->parties_count; j++) {
            OWNED_BUFFER text = {0};
            buffer_format(&text, "%s  ", sheet->covenant->parties[j].name);
            party_tasks_text(&text, sheet->covenant, j, sheet->language);
            int lines = lines_in(sheet, buffer_bytes(&text), PAGE_WIDTH * 44 / 100);
            most = lines > most ? lines : most;
        }
        height += most * line_height(sheet);
    }
    return height;
}

static int set_height(const struct sheet *sheet, const struct buffer *text)
{
    return lines_in(sheet, buffer_bytes(text), PAGE_WIDTH * 85 / 100) * line_height(sheet);
}

static int sets_height(const struct sheet *sheet)
{
    const struct covenant *covenant = sheet->covenant;
    int height = 0;

    for (size_t i = 0; is_shared(sheet) && i < sheet->sets.count; i++) {
        OWNED_BUFFER text = {0};
        fields_text(&text, sheet->sets.sets[i], sheet->language);
        height += set_height(sheet, &text);
    }
    for (size_t i = 0; sheet->density == PAGE_LETTERED && i < covenant->articles_count; i++) {
        OWNED_BUFFER text = {0};
        if (signal_set_first(covenant, &covenant->articles[i]) != &covenant->articles[i])
            continue;
        article_signals_text(&text, covenant, &covenant->articles[i], true, sheet->language);
        height += set_height(sheet, &text);
    }
    return height;
}

static int foot_height(const struct sheet *sheet)
{
    int rows = (int)(sheet->covenant->parties_count + SIGNATURES_A_ROW - 1) / SIGNATURES_A_ROW;
    int type = steps[sheet->step].type, height = 0, names = 1;
    OWNED_BUFFER never = {0}, nobody = {0};

    covenant_never_text(&never, sheet->covenant, sheet->language);
    covenant_not_to_text(&nobody, sheet->covenant, sheet->language);
    height += lines_in(sheet, buffer_bytes(&never), PAGE_WIDTH * 85 / 100) * line_height(sheet);
    height += lines_in(sheet, buffer_bytes(&nobody), PAGE_WIDTH * 85 / 100) * line_height(sheet);
    height += 4 * line_height(sheet) + 3 * type; /* fingerprint, legend, label and their spaces */
    for (size_t i = 0; i < sheet->covenant->parties_count; i++) {
        int lines = lines_in(sheet, bytes_of_text(sheet->covenant->parties[i].name),
                             PAGE_WIDTH / SIGNATURES_A_ROW - 2 * type);
        names = lines > names ? lines : names;
    }
    /* room to write in, the name, and what else is asked */
    return height + rows * (type * 30 / 10 + (names + 1) * line_height(sheet));
}

static bool fits(const struct sheet *sheet)
{
    int type = steps[sheet->step].type;
    int title = lines_in(sheet, bytes_of_text(sheet->covenant->title), PAGE_WIDTH * 40 / 100);
    int height = title * type * 2 + 6 * line_height(sheet) + 5 * type; /* title, dates, place */

    height += parties_height(sheet) + line_height(sheet) * 2 + sets_height(sheet);
    for (size_t i = 0; i < sheet->covenant->articles_count && height < PAGE_HEIGHT; i++)
        height += article_height(sheet, &sheet->covenant->articles[i]);
    return height + foot_height(sheet) <= PAGE_HEIGHT;
}

/* Smaller type as far as it reads easily, then shorter words, then the smallest type. */
static void choose(struct sheet *sheet)
{
    static const struct {
        enum page_density density;
        unsigned step;
    } order[] = {{PAGE_FULL, 0},   {PAGE_FULL, 1},     {PAGE_FULL, 2},   {PAGE_SHARED, 2},
                 {PAGE_SHARED, 3}, {PAGE_LETTERED, 3}, {PAGE_SHARED, 4}, {PAGE_LETTERED, 4}};
    bool has_letters = field_sets_collect(sheet->covenant, &sheet->sets);

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        sheet->density = order[i].density;
        sheet->step = order[i].step;
        if ((has_letters || sheet->density == PAGE_FULL) && fits(sheet))
            return;
    }
    sheet->density = PAGE_ANNEX;
    sheet->step = 1;
}

/* --- writing --- */

static void add_pair(struct buffer *out, const struct sheet *sheet, enum text what,
                     struct buffer *which)
{
    if (which->length)
        html_pair(out, word(sheet, what), buffer_text(which));
    out->failed = out->failed || which->failed;
}

static void add_top(struct buffer *out, const struct sheet *sheet, enum text label)
{
    const struct covenant *covenant = sheet->covenant;
    OWNED_BUFFER window = {0}, area = {0}, state = {0};

    html_open(out, "header", NULL);
    html_element(out, "p", "label", word(sheet, label));
    html_element(out, "h1", NULL, covenant->title);
    html_open(out, "p", "version");
    html_text(out, word(sheet, TEXT_VERSION));
    buffer_add_text(out, " ");
    html_text(out, covenant->version);
    if (covenant->pilot) {
        buffer_add_text(out, " ");
        html_element(out, "span", "mark", word(sheet, TEXT_PILOT));
    }
    html_close(out, "p");
    html_close(out, "header");
    html_open(out, "dl", "facts");
    covenant_window_text(&window, covenant, sheet->language);
    add_pair(out, sheet, TEXT_VALID, &window);
    covenant_area_text(&area, covenant, sheet->language);
    add_pair(out, sheet, TEXT_WHERE, &area);
    if (sheet->page->state)
        buffer_add_text(&state, sheet->page->state);
    add_pair(out, sheet, TEXT_STATE, &state);
    html_close(out, "dl");
}

static void add_parties(struct buffer *out, const struct sheet *sheet)
{
    html_element(out, "h2", NULL, word(sheet, TEXT_WHO));
    html_open(out, "ul", "parties");
    for (size_t i = 0; i < sheet->covenant->parties_count; i++) {
        OWNED_BUFFER tasks = {0};
        html_open(out, "li", NULL);
        html_element(out, "strong", NULL, sheet->covenant->parties[i].name);
        party_tasks_text(&tasks, sheet->covenant, i, sheet->language);
        html_bytes(out, buffer_bytes(&tasks));
        html_close(out, "li");
        out->failed = out->failed || tasks.failed;
    }
    html_close(out, "ul");
}

static void add_article(struct buffer *out, const struct sheet *sheet,
                        const struct article *article)
{
    OWNED_CELLS cells[CELLS] = {{0}};
    OWNED_BUFFER details = {0};

    fill_cells(cells, sheet, article);
    if (!is_shared(sheet))
        fill_details(&details, sheet, article);
    buffer_add_text(out, "<tr>");
    for (int cell = 0; cell < CELLS; cell++) {
        buffer_add_text(out, "<td>");
        html_bytes(out, buffer_bytes(&cells[cell]));
        if (cell == CELL_WHAT && details.length) {
            html_open(out, "div", "details");
            html_bytes(out, buffer_bytes(&details));
            buffer_add_text(out, "</div>");
        }
        buffer_add_text(out, "</td>");
        out->failed = out->failed || cells[cell].failed;
    }
    buffer_add_text(out, "</tr>\n");
    out->failed = out->failed || details.failed;
}

static void add_set(struct buffer *out, struct buffer *label, struct buffer *text)
{
    html_pair(out, buffer_text(label), buffer_text(text));
    out->failed = out->failed || label->failed || text->failed;
}

static void add_signal_sets(struct buffer *out, const struct sheet *sheet)
{
    const struct covenant *covenant = sheet->covenant;

    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        OWNED_BUFFER label = {0}, text = {0};
        if (signal_set_first(covenant, article) != article)
            continue;
        buffer_format(&label, "%sS%zu", word(sheet, TEXT_SIGNALS),
                      signal_set_number(covenant, article));
        article_signals_text(&text, covenant, article, true, sheet->language);
        add_set(out, &label, &text);
    }
}

static void add_sets(struct buffer *out, const struct sheet *sheet)
{
    if (!is_shared(sheet))
        return;
    html_open(out, "dl", "facts");
    if (sheet->density == PAGE_LETTERED)
        add_signal_sets(out, sheet);
    for (size_t i = 0; i < sheet->sets.count; i++) {
        OWNED_BUFFER label = {0}, text = {0};
        buffer_format(&label, "%s%c", word(sheet, TEXT_DATA), (char)('A' + i));
        fields_text(&text, sheet->sets.sets[i], sheet->language);
        add_set(out, &label, &text);
    }
    html_close(out, "dl");
}

static void add_articles(struct buffer *out, const struct sheet *sheet)
{
    static const enum text heads[CELLS] = {TEXT_NUMBER, TEXT_PURPOSE, TEXT_PARTIES, TEXT_LANE,
                                           TEXT_WHAT,   TEXT_TERMS,   TEXT_KEPT};
    const char *names[CELLS];

    for (int cell = 0; cell < CELLS; cell++)
        names[cell] = word(sheet, heads[cell]);
    html_table(out, "articles", names, CELLS);
    buffer_add_text(out, "<tbody>\n");
    for (size_t i = 0; i < sheet->covenant->articles_count; i++)
        add_article(out, sheet, &sheet->covenant->articles[i]);
    buffer_add_text(out, "</tbody>");
    html_close(out, "table");
    add_sets(out, sheet);
}

static void add_never(struct buffer *out, const struct sheet *sheet)
{
    OWNED_BUFFER never = {0}, nobody = {0};

    covenant_never_text(&never, sheet->covenant, sheet->language);
    covenant_not_to_text(&nobody, sheet->covenant, sheet->language);
    if (never.length + nobody.length == 0 && !never.failed && !nobody.failed)
        return;
    html_open(out, "dl", "never");
    add_pair(out, sheet, TEXT_NEVER, &never);
    add_pair(out, sheet, TEXT_NOT_TO, &nobody);
    html_close(out, "dl");
}

static void add_fingerprint(struct buffer *out, const struct sheet *sheet)
{
    OWNED_BUFFER groups = {0};

    fingerprint_print_groups(sheet->covenant->fingerprint, &groups);
    html_open(out, "dl", "fingerprint");
    buffer_add_text(out, "<dt>");
    html_text(out, word(sheet, TEXT_FINGERPRINT));
    buffer_add_text(out, "</dt><dd class=\"code\">");
    html_bytes(out, buffer_bytes(&groups));
    buffer_add_text(out, "</dd>\n");
    if (sheet->covenant->dpia)
        html_pair(out, "DPIA", sheet->covenant->dpia);
    html_close(out, "dl");
    html_element(out, "p", "small", word(sheet, TEXT_UNITS));
    out->failed = out->failed || groups.failed;
}

static void add_signatures(struct buffer *out, const struct sheet *sheet)
{
    html_element(out, "h2", NULL, word(sheet, TEXT_SIGN));
    html_open(out, "div", "signatures");
    for (size_t i = 0; i < sheet->covenant->parties_count; i++) {
        const char *verdict = sheet->page->verdicts ? sheet->page->verdicts[i] : NULL;
        html_open(out, "div", "signature");
        html_element(out, "strong", NULL, sheet->covenant->parties[i].name);
        html_element(out, "span", "small", verdict ? verdict : word(sheet, TEXT_NAME_DAY));
        html_close(out, "div");
    }
    html_close(out, "div");
}

static void add_page(struct buffer *out, const struct sheet *sheet)
{
    add_top(out, sheet, TEXT_COVENANT);
    add_parties(out, sheet);
    add_articles(out, sheet);
    add_never(out, sheet);
    add_fingerprint(out, sheet);
    add_signatures(out, sheet);
}

static void add_with_annex(struct buffer *out, const struct sheet *sheet)
{
    bool few = sheet->covenant->parties_count <= ANNEX_NAMES_MAX;

    add_top(out, sheet, TEXT_COVENANT);
    if (few)
        add_parties(out, sheet);
    html_element(out, "p", "notice", word(sheet, TEXT_SEE_ANNEX));
    add_never(out, sheet);
    add_fingerprint(out, sheet);
    if (few)
        add_signatures(out, sheet);
    html_open(out, "section", "break");
    add_top(out, sheet, TEXT_ANNEX);
    add_parties(out, sheet);
    add_articles(out, sheet);
    add_fingerprint(out, sheet);
    if (!few)
        add_signatures(out, sheet);
    html_close(out, "section");
}

enum outcome covenant_print_html(const struct covenant *covenant, const struct covenant_page *page,
                                 struct buffer *out)
{
    struct sheet sheet = {.covenant = covenant,
                          .page = page,
                          .language = page->language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL};
    OWNED_BUFFER text = {0};

    choose(&sheet);
    html_begin_sheet(&text, sheet.step, sheet.language, covenant->title);
    if (sheet.density == PAGE_ANNEX)
        add_with_annex(&text, &sheet);
    else
        add_page(&text, &sheet);
    html_end(&text);
    TRY(buffer_outcome(&text));
    buffer_add_buffer(out, &text);
    return buffer_outcome(out);
}
