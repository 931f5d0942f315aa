/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/html.h"

#include <stdbool.h>
#include <string.h>

/* Black on white, one family of type that each system has a kin of, thin rules. Sizes of paper
 * stand in the rules of each kind of paper below. */
static const char shared_style[] =
    "*{box-sizing:border-box}"
    "html{color:#111;background:#fff}"
    "body{margin:0 auto;font-family:'Liberation Sans',Arial,Helvetica,sans-serif;line-height:1.3;"
    "hyphens:manual}"
    "h1{font-size:1.6em;margin:0 0 .3em}"
    "h2{font-size:1.15em;margin:1.2em 0 .3em;break-after:avoid}"
    "p{margin:0 0 .7em}"
    "ul,ol{margin:0 0 .7em;padding-left:1.4em}"
    "table{border-collapse:collapse;width:100%;margin:0 0 1em}"
    "thead{display:table-header-group}"
    "th,td{text-align:left;vertical-align:top;padding:.25em .8em .25em 0;"
    "border-bottom:.5pt solid #999;overflow-wrap:break-word}"
    "th{border-bottom:1pt solid #111;font-weight:bold;overflow-wrap:normal}"
    "th:last-child,td:last-child{padding-right:0}"
    "tr{break-inside:avoid}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.25em 1.2em;margin:0 0 1em}"
    "dt{font-weight:bold}dd{margin:0}"
    ".code{font-family:'Liberation Mono','DejaVu Sans Mono',monospace;font-size:.92em}"
    ".small{font-size:.85em;color:#333}"
    ".number{text-align:right}"
    ".notice{border:1pt solid #111;padding:.6em .8em;margin:0 0 1em;break-inside:avoid}"
    ".mark{font-weight:bold;border:.75pt solid #111;padding:0 .3em}"
    ".box{display:inline-block;width:.9em;height:.9em;border:.75pt solid #111;"
    "vertical-align:-.1em;margin-right:.5em}"
    ".signatures{display:flex;flex-wrap:wrap;gap:1em 2em;margin:1.5em 0 0}"
    ".signature{border-top:.5pt solid #111;padding-top:.2em;margin-top:2.6em;flex:1 1 10em;"
    "break-inside:avoid}"
    ".record{grid-template-columns:15em 1fr;break-inside:avoid}"
    ".dates td:first-child,.dates td:last-child{white-space:nowrap}"
    ".changes td:first-child{width:6.5em}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8em;margin:0 0 1em}"
    ".receipts td:last-child{overflow-wrap:anywhere;font-size:.8em}"
    ".break{break-before:page}";

static const char *const paper_styles[] = {
    [HTML_LETTER] = "@page{size:A4;margin:22mm 24mm 20mm 24mm}"
                    "body{font-size:10.5pt;max-width:162mm}",
    [HTML_TABLES] = "@page{size:A4 landscape;margin:14mm}"
                    "body{font-size:8.5pt;max-width:269mm}",
    [HTML_SHEET] =
        "@page{size:A4;margin:11mm 12mm}"
        "body{max-width:186mm}"
        "header{display:flex;align-items:baseline;gap:1em;border-bottom:1.5pt solid #111;"
        "padding-bottom:.25em;margin-bottom:.5em}"
        "header h1{flex:1;margin:0;line-height:1.15}"
        "header p{margin:0}"
        ".label{text-transform:uppercase;letter-spacing:.08em;font-size:.9em}"
        "h2{margin:.5em 0 .2em;font-size:1em}"
        "dl{margin:0 0 .5em;gap:.1em 1em;grid-template-columns:6.2em 1fr}"
        ".parties{list-style:none;columns:2;column-gap:1.5em;padding:0;margin:0 0 .6em}"
        ".parties li{break-inside:avoid}.parties strong{margin-right:.5em}"
        "table{margin:0 0 .6em}"
        "th,td{padding:.25em .6em .25em 0;overflow-wrap:break-word}"
        /* the widths by which covenant_html.c measures */
        ".articles{table-layout:fixed}"
        ".articles th:nth-child(1){width:3.5%}.articles th:nth-child(2){width:15%}"
        ".articles th:nth-child(3){width:16.5%}.articles th:nth-child(4){width:12%}"
        ".articles th:nth-child(5){width:33.5%}.articles th:nth-child(6){width:11.5%}"
        ".articles td:nth-child(6),.articles td:nth-child(7){white-space:nowrap}"
        ".details{color:#333}"
        ".never dt{text-transform:uppercase;letter-spacing:.04em}"
        "p.small{margin:0 0 .4em}"
        ".signatures{display:grid;grid-template-columns:repeat(5,1fr);gap:0 1.5em;margin:0}"
        ".signature{margin-top:2.6em}"
        ".signature strong,.signature span{display:block}",
};

/* The smallest is what a person without glasses for it can still read at arm's length. */
static const char *const sheet_sizes[HTML_SHEET_STEPS] = {
    "body{font-size:9.5pt}",
    "body{font-size:8.5pt}",
    "body{font-size:7.5pt;line-height:1.25}",
    "body{font-size:6.8pt;line-height:1.2}",
    "body{font-size:6.2pt;line-height:1.15}",
};

static void begin(struct buffer *out, enum html_paper paper, const char *size,
                  enum language language, const char *title)
{
    buffer_format(out,
                  "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" "
                  "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
                  language == LANGUAGE_EN ? "en" : "nl");
    html_text(out, title);
    buffer_add_text(out, "</title>\n<style>");
    buffer_add_text(out, shared_style);
    buffer_add_text(out, paper_styles[paper]);
    buffer_add_text(out, size);
    buffer_add_text(out, "@media screen{body{padding:2em 1em}}</style>\n</head>\n<body>\n<main>\n");
}

void html_begin(struct buffer *out, enum html_paper paper, enum language language,
                const char *title)
{
    begin(out, paper, paper == HTML_SHEET ? sheet_sizes[0] : "", language, title);
}

void html_begin_sheet(struct buffer *out, unsigned step, enum language language, const char *title)
{
    begin(out, HTML_SHEET, sheet_sizes[step < HTML_SHEET_STEPS ? step : HTML_SHEET_STEPS - 1],
          language, title);
}

void html_end(struct buffer *out)
{
    buffer_add_text(out, "</main>\n</body>\n</html>\n");
}

/* --- the escape --- */

static const char *entity(uint8_t byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* How many bytes of a character that is not written as it is: a control (tab and newline are
 * fine), or one that turns the direction of writing: U+061C, U+200E/F, U+202A..E, U+2066..9. */
static size_t unwanted(struct bytes rest)
{
    const uint8_t *d = rest.data;

    if (d[0] < 0x20 || d[0] == 0x7f)
        return d[0] != '\n' && d[0] != '\t';
    if (rest.length >= 2 && d[0] == 0xc2 && d[1] < 0xa0)
        return 2; /* U+0080..9F */
    if (rest.length >= 2 && d[0] == 0xd8 && d[1] == 0x9c)
        return 2;
    if (rest.length < 3 || d[0] != 0xe2)
        return 0;
    if (d[1] == 0x80 && (d[2] == 0x8e || d[2] == 0x8f || (d[2] >= 0xa8 && d[2] <= 0xae)))
        return 3; /* the line and paragraph separators stand before them */
    return d[1] == 0x81 && d[2] >= 0xa6 && d[2] <= 0xa9 ? 3 : 0;
}

void html_bytes(struct buffer *out, struct bytes text)
{
    for (size_t i = 0; i < text.length;) {
        const char *escaped = entity(text.data[i]);
        size_t skipped = unwanted(bytes_of(text.data + i, text.length - i));

        if (escaped)
            buffer_add_text(out, escaped);
        else if (skipped)
            buffer_add_text(out, "\xef\xbf\xbd");
        else
            buffer_add_byte(out, text.data[i]);
        i += skipped ? skipped : 1;
    }
}

void html_text(struct buffer *out, const char *text)
{
    html_bytes(out, bytes_of_text(text));
}

/* --- elements --- */

void html_open(struct buffer *out, const char *tag, const char *class)
{
    if (class)
        buffer_format(out, "<%s class=\"%s\">", tag, class);
    else
        buffer_format(out, "<%s>", tag);
}

void html_close(struct buffer *out, const char *tag)
{
    buffer_format(out, "</%s>\n", tag);
}

void html_element(struct buffer *out, const char *tag, const char *class, const char *text)
{
    html_open(out, tag, class);
    html_text(out, text);
    html_close(out, tag);
}

void html_paragraph(struct buffer *out, const char *text)
{
    html_element(out, "p", NULL, text);
}

static void add_cells(struct buffer *out, const char *tag, const char *attributes,
                      const char *const cells[], size_t count)
{
    buffer_add_text(out, "<tr>");
    for (size_t i = 0; i < count; i++) {
        buffer_format(out, "<%s%s>", tag, attributes);
        html_text(out, cells[i]);
        buffer_format(out, "</%s>", tag);
    }
    buffer_add_text(out, "</tr>\n");
}

void html_table(struct buffer *out, const char *class, const char *const heads[], size_t count)
{
    html_open(out, "table", class);
    buffer_add_text(out, "<thead>");
    add_cells(out, "th", " scope=\"col\"", heads, count);
    buffer_add_text(out, "</thead>\n");
}

void html_row(struct buffer *out, const char *const cells[], size_t count)
{
    add_cells(out, "td", "", cells, count);
}

void html_pair(struct buffer *out, const char *what, const char *which)
{
    buffer_add_text(out, "<dt>");
    html_text(out, what);
    buffer_add_text(out, "</dt><dd>");
    html_text(out, which);
    buffer_add_text(out, "</dd>\n");
}

void html_signature(struct buffer *out, const char *who)
{
    html_element(out, "div", "signature", who);
}
