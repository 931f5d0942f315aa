/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/covenant_text.h"

#include <string.h>

#include "covenant/article_text.h"
#include "covenant/plain_text.h"

/* Columns of an article's first line: widths in characters; 100 with one space between. What the
 * article is about comes beneath, over the whole width. */
enum {
    COLUMN_NUMBER,
    COLUMN_PURPOSE,
    COLUMN_PARTIES,
    COLUMN_LANE,
    COLUMN_WHAT, /* in PAGE_LETTERED only */
    COLUMN_TERMS,
    COLUMN_KEPT,
    COLUMNS
};
static const int widths[COLUMNS] = {3, 20, 34, 17, 0, 13, 8};
static const int lettered_widths[COLUMNS] = {3, 18, 31, 13, 8, 13, 8};

enum {
    LABEL_WIDTH = 13,
    WHAT_INDENT = 4,
    FINGERPRINT_GROUP = 4,
    ANNEX_NAMES_MAX = 12, /* more parties than this are named in the annex only */
};

/* clang-format off */
#define TEXTS(X) \
    COVENANT_PAGE_TEXTS(X) \
    X(TITLE,        "CONVENANT",      "COVENANT") \
    X(PILOT,        " · pilot",       " · pilot") \
    X(NEVER,        "NOOIT",          "NEVER") \
    X(NOT_TO,       "NIET AAN",       "NOT TO") \
    X(UNITS,        "Terug binnen: eerste antwoord/besluit in werkdagen (wd), uitkomst in dagen (d)", \
                   "Answer in: first answer/decision in working days (wd), outcome in days (d)") \
    X(DPIA,         "DPIA",           "DPIA") \
    X(AGREED,       "Akkoord",        "Agreed") \
    X(ANNEX,        "BIJLAGE",        "ANNEX")
/* clang-format on */
#define TEXT_ENUM(key, nl, en) TEXT_##key,
enum text { TEXTS(TEXT_ENUM) TEXT_COUNT };
#undef TEXT_ENUM
#define TEXT_ROW(key, nl, en) [TEXT_##key] = {nl, en},
static const char *const texts[TEXT_COUNT][LANGUAGE_COUNT] = {TEXTS(TEXT_ROW)};

struct writer_of_page {
    const struct covenant *covenant;
    const struct covenant_page *page;
    enum language language;
    enum page_density density;
    struct field_sets sets;
};

static const char *word(const struct writer_of_page *writer, enum text text)
{
    return texts[text][writer->language];
}

static void add_labelled(struct buffer *out, const struct writer_of_page *writer, enum text label,
                         const struct buffer *text)
{
    plain_labelled(out, word(writer, label), LABEL_WIDTH, buffer_bytes(text));
    out->failed = out->failed || text->failed;
}

/* A line of white, where lines are not scarce. */
static void add_space(struct buffer *out, const struct writer_of_page *writer)
{
    if (writer->density == PAGE_FULL)
        buffer_add_byte(out, '\n');
}

/* --- above the articles --- */

static void add_title(struct buffer *out, const struct writer_of_page *writer, enum text label)
{
    const struct covenant *covenant = writer->covenant;
    OWNED_BUFFER text = {0}, window = {0}, state = {0};

    buffer_format(&text, "%s · %s %s%s", covenant->title, word(writer, TEXT_VERSION),
                  covenant->version, covenant->pilot ? word(writer, TEXT_PILOT) : "");
    add_labelled(out, writer, label, &text);
    covenant_window_text(&window, covenant, writer->language);
    add_labelled(out, writer, TEXT_VALID, &window);
    if (writer->page->state) {
        buffer_add_text(&state, writer->page->state);
        add_labelled(out, writer, TEXT_STATE, &state);
    }
}

static void add_parties(struct buffer *out, const struct writer_of_page *writer)
{
    const struct covenant *covenant = writer->covenant;
    OWNED_BUFFER text = {0};

    for (size_t i = 0; i < covenant->parties_count; i++) {
        add_separated(&text, " · ", covenant->parties[i].name);
        buffer_add_text(&text, " (");
        party_tasks_text(&text, covenant, i, writer->language);
        buffer_add_text(&text, ")");
    }
    add_labelled(out, writer, TEXT_WHO, &text);
}

static void add_area(struct buffer *out, const struct writer_of_page *writer)
{
    OWNED_BUFFER text = {0};

    covenant_area_text(&text, writer->covenant, writer->language);
    add_labelled(out, writer, TEXT_WHERE, &text);
}

/* --- the articles --- */

static void wipe_cells(struct buffer (*cells)[COLUMNS])
{
    for (int column = 0; column < COLUMNS; column++)
        buffer_wipe(&(*cells)[column]);
}
#define OWNED_CELLS __attribute__((cleanup(wipe_cells))) struct buffer

static void add_row(struct buffer *out, const struct writer_of_page *writer,
                    const struct buffer cells[COLUMNS])
{
    plain_row(out, writer->density == PAGE_LETTERED ? lettered_widths : widths, cells, COLUMNS);
    for (int column = 0; column < COLUMNS; column++)
        out->failed = out->failed || cells[column].failed;
}

static void add_heading(struct buffer *out, const struct writer_of_page *writer)
{
    static const enum text names[COLUMNS] = {TEXT_NUMBER, TEXT_PURPOSE, TEXT_PARTIES, TEXT_LANE,
                                             TEXT_WHAT,   TEXT_TERMS,   TEXT_KEPT};
    OWNED_CELLS cells[COLUMNS] = {{0}};

    for (int column = 0; column < COLUMNS; column++)
        if (column != COLUMN_WHAT || writer->density == PAGE_LETTERED)
            buffer_add_text(&cells[column], word(writer, names[column]));
    add_row(out, writer, cells);
}

static void add_what(struct buffer *out, const struct writer_of_page *writer,
                     const struct article *article)
{
    bool shared = writer->density == PAGE_SHARED;
    OWNED_BUFFER what = {0};

    article_signals_text(&what, writer->covenant, article, shared, writer->language);
    if (article->fields) {
        add_separated(&what, "; ", "");
        buffer_add_text(&what, word(writer, shared ? TEXT_DATA : TEXT_WITH));
    }
    if (article->fields && shared)
        buffer_add_byte(&what, (uint8_t)field_sets_letter(&writer->sets, article->fields));
    else
        fields_text(&what, article->fields, writer->language);
    plain_labelled(out, "", WHAT_INDENT, buffer_bytes(&what));
    out->failed = out->failed || what.failed;
}

static void add_article(struct buffer *out, const struct writer_of_page *writer,
                        const struct article *article)
{
    enum language language = writer->language;
    OWNED_CELLS cells[COLUMNS] = {{0}};

    buffer_format(&cells[COLUMN_NUMBER], "%d", article->number);
    buffer_add_text(&cells[COLUMN_PURPOSE], purpose_name(article->purpose, language));
    article_parties_text(&cells[COLUMN_PARTIES], writer->covenant, article, language);
    article_lane_text(&cells[COLUMN_LANE], article, language);
    article_terms_text(&cells[COLUMN_TERMS], article, language);
    article_kept_text(&cells[COLUMN_KEPT], article, language);
    if (writer->density == PAGE_LETTERED) {
        buffer_format(&cells[COLUMN_WHAT], "S%zu", signal_set_number(writer->covenant, article));
        if (article->fields)
            buffer_format(&cells[COLUMN_WHAT], " + %c",
                          field_sets_letter(&writer->sets, article->fields));
    }
    add_row(out, writer, cells);
    if (writer->density != PAGE_LETTERED)
        add_what(out, writer, article);
}

static void add_field_sets(struct buffer *out, const struct writer_of_page *writer)
{
    for (size_t i = 0; i < writer->sets.count; i++) {
        OWNED_BUFFER label = {0}, text = {0};
        buffer_format(&label, "%s%c", word(writer, TEXT_DATA), (char)('A' + i));
        fields_text(&text, writer->sets.sets[i], writer->language);
        plain_labelled(out, buffer_text(&label), LABEL_WIDTH, buffer_bytes(&text));
        out->failed = out->failed || label.failed || text.failed;
    }
}

static void add_signal_sets(struct buffer *out, const struct writer_of_page *writer)
{
    const struct covenant *covenant = writer->covenant;

    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        OWNED_BUFFER label = {0}, text = {0};
        if (signal_set_first(covenant, article) != article)
            continue;
        buffer_format(&label, "%sS%zu", word(writer, TEXT_SIGNALS),
                      signal_set_number(covenant, article));
        article_signals_text(&text, covenant, article, true, writer->language);
        plain_labelled(out, buffer_text(&label), LABEL_WIDTH, buffer_bytes(&text));
        out->failed = out->failed || label.failed || text.failed;
    }
}

static void add_articles(struct buffer *out, const struct writer_of_page *writer)
{
    add_heading(out, writer);
    for (size_t i = 0; i < writer->covenant->articles_count; i++)
        add_article(out, writer, &writer->covenant->articles[i]);
    add_space(out, writer);
    plain_labelled(out, "", 0, bytes_of_text(word(writer, TEXT_UNITS)));
    if (writer->density == PAGE_LETTERED)
        add_signal_sets(out, writer);
    if (writer->density == PAGE_SHARED || writer->density == PAGE_LETTERED)
        add_field_sets(out, writer);
}

/* --- beneath the articles --- */

static void add_forbidden(struct buffer *out, const struct writer_of_page *writer)
{
    OWNED_BUFFER never = {0}, nobody = {0};

    covenant_never_text(&never, writer->covenant, writer->language);
    covenant_not_to_text(&nobody, writer->covenant, writer->language);
    if (never.length)
        add_labelled(out, writer, TEXT_NEVER, &never);
    if (nobody.length)
        add_labelled(out, writer, TEXT_NOT_TO, &nobody);
    out->failed = out->failed || never.failed || nobody.failed;
}

void fingerprint_print_groups(const char *fingerprint_hex, struct buffer *out)
{
    for (size_t i = 0; fingerprint_hex[i]; i++) {
        if (i > 0 && i % FINGERPRINT_GROUP == 0)
            buffer_add_byte(out, ' ');
        buffer_add_byte(out, (uint8_t)fingerprint_hex[i]);
    }
}

static void add_fingerprint(struct buffer *out, const struct writer_of_page *writer)
{
    OWNED_BUFFER fingerprint = {0}, dpia = {0};

    fingerprint_print_groups(writer->covenant->fingerprint, &fingerprint);
    add_labelled(out, writer, TEXT_FINGERPRINT, &fingerprint);
    buffer_add_text(&dpia, writer->covenant->dpia ? writer->covenant->dpia : "");
    if (dpia.length)
        add_labelled(out, writer, TEXT_DPIA, &dpia);
    out->failed = out->failed || dpia.failed;
}

static void add_signatures(struct buffer *out, const struct writer_of_page *writer)
{
    const struct covenant *covenant = writer->covenant;
    OWNED_BUFFER signatures = {0};

    for (size_t i = 0; i < covenant->parties_count; i++) {
        const char *verdict = writer->page->verdicts ? writer->page->verdicts[i] : NULL;
        const char *kind = party_kind_name(covenant->parties[i].kind, writer->language);
        /* a no-break space: a line to sign on stays with its name */
        if (verdict)
            buffer_format(&signatures, "%s%s: %s", i ? " · " : "", covenant->parties[i].name,
                          verdict);
        else
            buffer_format(&signatures, "%s____________\xc2\xa0%s", i ? "  " : "", kind);
    }
    add_labelled(out, writer, TEXT_AGREED, &signatures);
}

/* --- the whole --- */

static void add_page(struct buffer *out, const struct writer_of_page *writer)
{
    add_title(out, writer, TEXT_TITLE);
    add_parties(out, writer);
    add_area(out, writer);
    add_space(out, writer);
    add_articles(out, writer);
    add_forbidden(out, writer);
    add_fingerprint(out, writer);
    add_signatures(out, writer);
}

/* The page that stays when the articles are elsewhere. */
static void add_cover(struct buffer *out, const struct writer_of_page *writer)
{
    bool few = writer->covenant->parties_count <= ANNEX_NAMES_MAX;
    OWNED_BUFFER sentence = {0};

    add_title(out, writer, TEXT_TITLE);
    if (few)
        add_parties(out, writer);
    add_area(out, writer);
    buffer_add_text(&sentence, word(writer, TEXT_SEE_ANNEX));
    plain_labelled(out, "", LABEL_WIDTH, buffer_bytes(&sentence));
    out->failed = out->failed || sentence.failed;
    add_forbidden(out, writer);
    add_fingerprint(out, writer);
    if (few)
        add_signatures(out, writer);
}

static void add_annex(struct buffer *out, const struct writer_of_page *writer)
{
    add_cover(out, writer);
    buffer_add_text(out, "\f");
    add_title(out, writer, TEXT_ANNEX);
    add_parties(out, writer);
    add_articles(out, writer);
    add_fingerprint(out, writer);
    if (writer->covenant->parties_count > ANNEX_NAMES_MAX)
        add_signatures(out, writer);
}

static bool fits(const struct buffer *text)
{
    return plain_lines(buffer_bytes(text)) <= COVENANT_PAGE_LINES;
}

/* In full; else shortened without loss; else with an annex. */
static void add_best(struct buffer *out, struct writer_of_page *writer)
{
    bool has_letters = field_sets_collect(writer->covenant, &writer->sets);

    for (writer->density = PAGE_FULL; writer->density < PAGE_ANNEX; writer->density++) {
        OWNED_BUFFER page = {0};
        if (writer->density != PAGE_FULL && !has_letters)
            continue;
        add_page(&page, writer);
        if (!page.failed && !fits(&page))
            continue;
        buffer_add_buffer(out, &page);
        return;
    }
    add_annex(out, writer);
}

enum outcome covenant_print_text(const struct covenant *covenant, const struct covenant_page *page,
                                 struct buffer *out)
{
    struct writer_of_page writer = {.covenant = covenant,
                                    .page = page,
                                    .language =
                                        page->language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL};
    OWNED_BUFFER text = {0};

    add_best(&text, &writer);
    TRY(buffer_outcome(&text));
    buffer_add_buffer(out, &text);
    return buffer_outcome(out);
}
