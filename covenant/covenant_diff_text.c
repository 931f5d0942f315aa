/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/article_text.h"
#include "covenant/covenant_diff.h"
#include "covenant/html.h"
#include "covenant/plain_text.h"

#include <string.h>

/* clang-format off */
#define TEXTS(X)                                                                                \
    X(TITLE,   "Wat er verandert in het convenant", "What changes in the covenant")             \
    X(FROM,    "Van",        "From")                                                            \
    X(TO,      "Naar",       "To")                                                              \
    X(WHOLE,   "Het convenant als geheel", "The covenant as a whole")                           \
    X(ARTICLE, "Bepaling %d", "Article %d")                                                     \
    X(WIDER,   "RUIMER",     "WIDER")                                                           \
    X(NOTHING, "Er verandert niets.", "Nothing changes.")                                       \
    X(TALLY,   "%zu wijzigingen, waarvan %zu ruimer. RUIMER betekent: er mag meer, naar meer partijen, langer, of onder minder eisen.", \
               "%zu changes, %zu of them wider. WIDER means: more may, to more parties, for longer, or under fewer conditions.") \
    X(STRANGE, "Let op: de nieuwe versie noemt deze niet als haar vorige.",                     \
               "Note: the new version does not name this one as its previous.")                 \
    X(CHANGE,  "Wijziging",  "Change")
/* clang-format on */
#define TEXT_ENUM(key, nl, en) TEXT_##key,
enum text { TEXTS(TEXT_ENUM) TEXT_COUNT };
#undef TEXT_ENUM
#define TEXT_ROW(key, nl, en) [TEXT_##key] = {nl, en},
static const char *const texts[TEXT_COUNT][LANGUAGE_COUNT] = {TEXTS(TEXT_ROW)};

enum { LABEL_WIDTH = 8, MARK_WIDTH = 8 };

/* The formats stand in the table above, with as many numbers as each call gives. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void add_heading_text(struct buffer *out, int article, enum language language)
{
    if (article)
        buffer_format(out, texts[TEXT_ARTICLE][language], article);
    else
        buffer_add_text(out, texts[TEXT_WHOLE][language]);
}

static void add_count_text(struct buffer *out, const struct covenant_diff *diff,
                           enum language language)
{
    if (diff->count)
        buffer_format(out, texts[TEXT_TALLY][language], diff->count, covenant_diff_wider(diff));
    else
        buffer_add_text(out, texts[TEXT_NOTHING][language]);
}
#pragma GCC diagnostic pop

static bool follows(const struct covenant *before, const struct covenant *after)
{
    return after->previous && strcmp(after->previous, before->fingerprint) == 0;
}

/* "buurt-noord@1.2.0, vingerafdruk 3f9a…" */
static void add_name(struct buffer *out, const struct covenant *covenant)
{
    buffer_format(out, "%s, %s", covenant->reference, covenant->fingerprint);
}

static bool begins(const struct covenant_diff *diff, size_t i)
{
    return i == 0 || diff->lines[i].article != diff->lines[i - 1].article;
}

enum outcome covenant_diff_text(const struct covenant_diff *diff, const struct covenant *before,
                                const struct covenant *after, enum language language,
                                struct buffer *out)
{
    OWNED_BUFFER from = {0}, to = {0}, count = {0};

    add_name(&from, before);
    add_name(&to, after);
    add_count_text(&count, diff, language);
    plain_paragraph(out, texts[TEXT_TITLE][language]);
    plain_labelled(out, texts[TEXT_FROM][language], LABEL_WIDTH, buffer_bytes(&from));
    plain_labelled(out, texts[TEXT_TO][language], LABEL_WIDTH, buffer_bytes(&to));
    if (!follows(before, after))
        plain_labelled(out, "", LABEL_WIDTH, bytes_of_text(texts[TEXT_STRANGE][language]));
    buffer_add_byte(out, '\n');
    plain_labelled(out, "", 0, buffer_bytes(&count));
    for (size_t i = 0; i < diff->count; i++) {
        const struct diff_line *line = &diff->lines[i];
        if (begins(diff, i)) {
            buffer_add_byte(out, '\n');
            add_heading_text(out, line->article, language);
            buffer_add_byte(out, '\n');
        }
        plain_labelled(out, line->wider ? texts[TEXT_WIDER][language] : "", MARK_WIDTH,
                       bytes_of_text(line->text));
    }
    out->failed = out->failed || from.failed || to.failed || count.failed;
    return buffer_outcome(out);
}

static void add_rows(struct buffer *out, const struct covenant_diff *diff, enum language language)
{
    const char *heads[] = {"", texts[TEXT_CHANGE][language]};

    for (size_t i = 0; i < diff->count; i++) {
        const struct diff_line *line = &diff->lines[i];
        OWNED_BUFFER heading = {0};
        if (begins(diff, i)) {
            if (i > 0)
                html_close(out, "table");
            add_heading_text(&heading, line->article, language);
            html_element(out, "h2", NULL, buffer_text(&heading));
            html_table(out, "changes", heads, 2);
        }
        buffer_add_text(out, "<tr><td>");
        if (line->wider)
            html_element(out, "span", "mark", texts[TEXT_WIDER][language]);
        buffer_add_text(out, "</td><td>");
        html_text(out, line->text);
        buffer_add_text(out, "</td></tr>\n");
        out->failed = out->failed || heading.failed;
    }
    if (diff->count)
        html_close(out, "table");
}

enum outcome covenant_diff_html(const struct covenant_diff *diff, const struct covenant *before,
                                const struct covenant *after, enum language language,
                                struct buffer *out)
{
    OWNED_BUFFER from = {0}, to = {0}, count = {0};

    add_name(&from, before);
    add_name(&to, after);
    add_count_text(&count, diff, language);
    html_begin(out, HTML_LETTER, language, texts[TEXT_TITLE][language]);
    html_element(out, "h1", NULL, texts[TEXT_TITLE][language]);
    html_open(out, "dl", NULL);
    html_pair(out, texts[TEXT_FROM][language], buffer_text(&from));
    html_pair(out, texts[TEXT_TO][language], buffer_text(&to));
    html_close(out, "dl");
    if (!follows(before, after))
        html_element(out, "p", "notice", texts[TEXT_STRANGE][language]);
    html_paragraph(out, buffer_text(&count));
    add_rows(out, diff, language);
    html_end(out);
    out->failed = out->failed || from.failed || to.failed || count.failed;
    return buffer_outcome(out);
}
