/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/covenant_text.h"

#include <stdio.h>
#include <string.h>

/* Columns of an article's first line: widths in characters; 100 with one space between. What the
 * article is about comes beneath, over the whole width. */
enum {
    COLUMN_NUMBER,
    COLUMN_PURPOSE,
    COLUMN_PARTIES,
    COLUMN_LANE,
    COLUMN_TERMS,
    COLUMN_KEPT,
    COLUMNS
};
static const int widths[COLUMNS] = {3, 20, 34, 17, 13, 8};

enum {
    LABEL_WIDTH = 13,
    WHAT_INDENT = 4,
    FINGERPRINT_GROUP = 4,
};

/* Characters, not bytes: continuation bytes take no column. */
static int characters(const char *text, size_t length)
{
    int count = 0;

    for (size_t i = 0; i < length; i++)
        count += ((uint8_t)text[i] & 0xc0) != 0x80;
    return count;
}

/* The bytes that the first `width` characters take. */
static size_t bytes_of_width(const char *text, size_t length, int width)
{
    int count = 0;
    size_t i = 0;

    for (; i < length; i++) {
        count += ((uint8_t)text[i] & 0xc0) != 0x80;
        if (count > width)
            break;
    }
    return i;
}

/* Takes the next line of at most `width` characters, broken at a space where there is one. */
static struct bytes next_piece(struct bytes *rest, int width)
{
    const char *text = (const char *)rest->data;
    size_t length = bytes_of_width(text, rest->length, width), used;
    struct bytes piece;

    if (rest->length == 0)
        return *rest;
    if (length < rest->length) {
        size_t space = length + 1;
        while (space > 0 && text[space - 1] != ' ')
            space--;
        while (space > 0 && text[space - 1] == ' ')
            space--;
        if (space > 0)
            length = space;
    }
    piece = bytes_of(text, length);
    for (used = length; used < rest->length && text[used] == ' '; used++)
        ;
    *rest = used < rest->length ? bytes_of(text + used, rest->length - used) : bytes_of("", 0);
    return piece;
}

static void add_padded(struct buffer *out, struct bytes piece, int width)
{
    buffer_add_bytes(out, piece);
    for (int i = characters((const char *)piece.data, piece.length); i < width; i++)
        buffer_add_byte(out, ' ');
}

/* A text wrapped under its label: "Wie          Corporatie … · Buurtteam …". */
static void add_labelled_at(struct buffer *out, const char *label, int width,
                            const struct buffer *text)
{
    struct bytes rest = buffer_bytes(text);

    do {
        add_padded(out, bytes_of_text(label), width);
        buffer_add_bytes(out, next_piece(&rest, COVENANT_PAGE_COLUMNS - width));
        buffer_add_byte(out, '\n');
        label = "";
    } while (rest.length > 0);
}

static void add_labelled(struct buffer *out, const char *label, const struct buffer *text)
{
    add_labelled_at(out, label, LABEL_WIDTH, text);
}

static void add_separated(struct buffer *out, const char *separator, const char *text)
{
    if (out->length > 0)
        buffer_add_text(out, separator);
    buffer_add_text(out, text);
}

/* dd-mm-jjjj, as people here write it. */
static void add_day(struct buffer *out, struct day day)
{
    struct date date = day_date(day);

    buffer_format(out, "%02d-%02d-%04d", date.day, date.month, date.year);
}

static void add_title(struct buffer *out, const struct covenant *covenant)
{
    OWNED_BUFFER text = {0}, line = {0};

    buffer_format(&text, "%s · versie %s%s", covenant->title, covenant->version,
                  covenant->pilot ? " · pilot" : "");
    add_labelled(out, "CONVENANT", &text);
    buffer_add_text(&line, "van ");
    add_day(&line, covenant->valid_from);
    buffer_add_text(&line, " t/m ");
    add_day(&line, covenant->valid_until);
    buffer_add_text(&line, " · evaluatie uiterlijk ");
    add_day(&line, covenant->evaluation);
    add_labelled(out, "Geldig", &line);
}

static void add_parties(struct buffer *out, const struct covenant *covenant)
{
    OWNED_BUFFER text = {0};

    for (size_t i = 0; i < covenant->parties_count; i++) {
        add_separated(&text, " · ", covenant->parties[i].name);
        buffer_format(&text, " (%s", party_kind_name(covenant->parties[i].kind, LANGUAGE_NL));
        if (i == covenant->lead)
            buffer_format(&text, ", regie%s%s", covenant->lead_title ? ": " : "",
                          covenant->lead_title ? covenant->lead_title : "");
        if (covenant->has_key_giver && i == covenant->key_giver)
            buffer_add_text(&text, ", sleutelgever");
        if (party_set_has(&covenant->key_holders, i))
            buffer_add_text(&text, ", sleutelhouder");
        buffer_add_text(&text, covenant->parties[i].secrecy ? ", beroepsgeheim)" : ")");
    }
    add_labelled(out, "Wie", &text);
}

static void add_area(struct buffer *out, const struct covenant *covenant)
{
    OWNED_BUFFER text = {0};

    buffer_add_text(&text, covenant->area.name ? covenant->area.name : covenant->area.code);
    if (covenant->area.dwellings)
        buffer_format(&text, ", %lld woningen", (long long)covenant->area.dwellings);
    if (covenant->area.buurt)
        buffer_format(&text, " (buurt %s)", covenant->area.buurt);
    add_labelled(out, "Waar", &text);
}

/* --- the cells of one article --- */

static void add_kinds(struct buffer *out, uint32_t kinds)
{
    bool first = true;

    for (unsigned kind = PARTY_NONE + 1; kind < PARTY_KIND_COUNT; kind++) {
        if (!has_bit(kinds, kind))
            continue;
        buffer_add_text(out, first ? "" : ", ");
        buffer_add_text(out, party_kind_name((enum party_kind)kind, LANGUAGE_NL));
        first = false;
    }
}

static void cell_parties(struct buffer *out, const struct covenant *covenant,
                         const struct article *article)
{
    buffer_add_text(out, article->from == PARTY_NONE ? "allen"
                                                     : party_kind_name(article->from, LANGUAGE_NL));
    buffer_add_text(out, " → ");
    add_kinds(out, article->to_kinds);
    for (size_t i = 0; i < covenant->parties_count; i++) {
        if (party_set_has(&article->to_named, i))
            buffer_format(out, " (%s)", covenant->parties[i].name);
    }
}

static int count_conditions(const struct article *article)
{
    int count = 0;

    for (unsigned condition = 0; condition < CONDITION_COUNT; condition++)
        count += has_bit(article->conditions, condition);
    return count;
}

static void cell_lane(struct buffer *out, const struct article *article)
{
    buffer_add_text(out, lane_name(article->lane, LANGUAGE_NL));
    if (article->conditions)
        buffer_format(out, " (%d eisen)", count_conditions(article));
}

static void add_codes(struct buffer *out, const struct covenant *covenant,
                      const struct article *article, bool by_name)
{
    bool first = true;

    for (size_t i = 0; i < covenant->lists->signals_count; i++) {
        const struct signal_code *code = &covenant->lists->signals[i];
        if (!code_set_has(&article->codes, i))
            continue;
        buffer_add_text(out, first ? "" : ", ");
        buffer_add_text(out, by_name ? code->name : code->code);
        first = false;
    }
}

static void add_counts(struct buffer *out, const struct article *article)
{
    buffer_add_text(out, "aantallen");
    if (article->threshold.cell_least)
        buffer_format(out, " ≥ %d", article->threshold.cell_least);
    if (article->threshold.round_to)
        buffer_format(out, ", afgerond op %d", article->threshold.round_to);
}

static void add_what(struct buffer *out, const struct covenant *covenant,
                     const struct article *article, bool by_name)
{
    const char *separator = ": ";

    if (article->lane == LANE_AGGREGATE)
        add_counts(out, article);
    if (article->lane == LANE_AGGREGATE && article->has_codes)
        buffer_add_text(out, " van ");
    if (article->has_codes)
        add_codes(out, covenant, article, by_name);
    if (article->waves_count)
        buffer_format(out, "%zu metingen", article->waves_count);
    if (article->fields)
        buffer_add_text(out, out->length ? "; met" : "met");
    for (unsigned field = 0; field < FIELD_COUNT; field++) {
        if (!has_bit(article->fields, field))
            continue;
        buffer_format(out, "%s%s", separator, field_name((enum field)field, LANGUAGE_NL));
        separator = ", ";
    }
}

static void cell_terms(struct buffer *out, const struct article *article)
{
    const struct terms *terms = &article->terms;

    if (article->period) {
        buffer_format(out, "per %s",
                      strcmp(article->period, "MAAND") == 0      ? "maand"
                      : strcmp(article->period, "KWARTAAL") == 0 ? "kwartaal"
                      : strcmp(article->period, "JAAR") == 0     ? "jaar"
                                                                 : "halfjaar");
        return;
    }
    if (terms->confirm_workdays)
        buffer_format(out, "%d%s", terms->confirm_workdays, terms->decide_workdays ? "/" : " wd");
    if (terms->decide_workdays)
        buffer_format(out, "%d wd", terms->decide_workdays);
    if (terms->outcome_days)
        buffer_format(out, "%s%d d", out->length ? "/" : "", terms->outcome_days);
    if (out->length == 0)
        buffer_add_text(out, "–");
}

static void cell_kept(struct buffer *out, const struct article *article)
{
    if (article->retention_days)
        buffer_format(out, "%d d", article->retention_days);
    else
        buffer_add_text(out, "–");
}

/* Without the spaces that the last cells were padded with. */
static void end_line(struct buffer *out)
{
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->length--;
    buffer_add_byte(out, '\n');
}

/* Writes the cells side by side, each wrapped within its column. */
static void add_row(struct buffer *out, struct buffer cells[COLUMNS])
{
    struct bytes rest[COLUMNS];
    bool more = true;

    for (int column = 0; column < COLUMNS; column++)
        rest[column] = buffer_bytes(&cells[column]);
    while (more) {
        more = false;
        for (int column = 0; column < COLUMNS; column++) {
            bool last = column == COLUMNS - 1;
            add_padded(out, next_piece(&rest[column], widths[column]), last ? 0 : widths[column]);
            if (!last)
                buffer_add_byte(out, ' ');
            more = more || rest[column].length > 0;
        }
        end_line(out);
    }
}

static void wipe_cells(struct buffer (*cells)[COLUMNS])
{
    for (int column = 0; column < COLUMNS; column++)
        buffer_wipe(&(*cells)[column]);
}
#define OWNED_CELLS __attribute__((cleanup(wipe_cells))) struct buffer

static void add_heading(struct buffer *out)
{
    static const char *const names[COLUMNS] = {"Nr",  "Doel",         "Van → naar",
                                               "Hoe", "Terug binnen", "Bewaren"};
    OWNED_CELLS cells[COLUMNS] = {{0}};

    for (int column = 0; column < COLUMNS; column++)
        buffer_add_text(&cells[column], names[column]);
    add_row(out, cells);
}

static void add_article(struct buffer *out, const struct covenant *covenant,
                        const struct article *article, bool by_name)
{
    OWNED_CELLS cells[COLUMNS] = {{0}};
    OWNED_BUFFER what = {0};

    buffer_format(&cells[COLUMN_NUMBER], "%d", article->number);
    buffer_add_text(&cells[COLUMN_PURPOSE], purpose_name(article->purpose, LANGUAGE_NL));
    cell_parties(&cells[COLUMN_PARTIES], covenant, article);
    cell_lane(&cells[COLUMN_LANE], article);
    cell_terms(&cells[COLUMN_TERMS], article);
    cell_kept(&cells[COLUMN_KEPT], article);
    add_row(out, cells);
    add_what(&what, covenant, article, by_name);
    add_labelled_at(out, "", WHAT_INDENT, &what);
}

static void add_forbidden(struct buffer *out, const struct covenant *covenant)
{
    OWNED_BUFFER never = {0}, nobody = {0};

    for (unsigned field = 0; field < FIELD_COUNT; field++) {
        if (has_bit(covenant->forbidden_fields, field))
            add_separated(&never, " · ", field_name((enum field)field, LANGUAGE_NL));
    }
    for (unsigned act = ACT_NONE + 1; act < ACT_COUNT; act++) {
        if (has_bit(covenant->forbidden_acts, act))
            add_separated(&never, " · ", act_name((enum act)act, LANGUAGE_NL));
    }
    for (unsigned kind = PARTY_NONE + 1; kind < PARTY_KIND_COUNT; kind++) {
        if (has_bit(covenant->forbidden_kinds, kind))
            add_separated(&nobody, " · ", party_kind_name((enum party_kind)kind, LANGUAGE_NL));
    }
    if (never.length)
        add_labelled(out, "NOOIT", &never);
    if (nobody.length)
        add_labelled(out, "NIET AAN", &nobody);
}

void fingerprint_print_groups(const char *fingerprint_hex, struct buffer *out)
{
    for (size_t i = 0; fingerprint_hex[i]; i++) {
        if (i > 0 && i % FINGERPRINT_GROUP == 0)
            buffer_add_byte(out, ' ');
        buffer_add_byte(out, (uint8_t)fingerprint_hex[i]);
    }
}

static void add_foot(struct buffer *out, const struct covenant *covenant)
{
    OWNED_BUFFER fingerprint = {0}, signatures = {0}, foot = {0};

    fingerprint_print_groups(covenant->fingerprint, &fingerprint);
    add_labelled(out, "Vingerafdruk", &fingerprint);
    buffer_format(&foot, "wd = werkdagen, d = dagen%s%s", covenant->dpia ? " · DPIA: " : "",
                  covenant->dpia ? covenant->dpia : "");
    add_labelled(out, "", &foot);
    for (size_t i = 0; i < covenant->parties_count; i++)
        /* a no-break space: a line to sign on stays with its name */
        buffer_format(&signatures, "%s____________\xc2\xa0%s", i ? "  " : "",
                      party_kind_name(covenant->parties[i].kind, LANGUAGE_NL));
    add_labelled(out, "Akkoord", &signatures);
}

static void add_lines(struct buffer *out, const struct covenant *covenant, bool by_name)
{
    add_title(out, covenant);
    add_parties(out, covenant);
    add_area(out, covenant);
    add_heading(out);
    for (size_t i = 0; i < covenant->articles_count; i++)
        add_article(out, covenant, &covenant->articles[i], by_name);
    add_forbidden(out, covenant);
    add_foot(out, covenant);
}

static size_t count_lines(const struct buffer *text)
{
    size_t lines = 0;

    for (size_t i = 0; i < text->length; i++)
        lines += text->data[i] == '\n';
    return lines;
}

/* Signal codes by their names, which everyone can read; by their codes when the names would not
 * fit on the page. */
static void add_page(struct buffer *out, const struct covenant *covenant)
{
    OWNED_BUFFER named = {0};

    add_lines(&named, covenant, true);
    if (count_lines(&named) <= COVENANT_PAGE_LINES)
        buffer_add_bytes(out, buffer_bytes(&named));
    else
        add_lines(out, covenant, false);
    out->failed = out->failed || named.failed;
}

enum outcome covenant_print_text(const struct covenant *covenant, struct buffer *out)
{
    OWNED_BUFFER page = {0};

    add_page(&page, covenant);
    TRY(buffer_outcome(&page));
    buffer_add_bytes(out, buffer_bytes(&page));
    return buffer_outcome(out);
}

static void add_escaped(struct buffer *out, struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        switch (text.data[i]) {
        case '&':
            buffer_add_text(out, "&amp;");
            break;
        case '<':
            buffer_add_text(out, "&lt;");
            break;
        case '>':
            buffer_add_text(out, "&gt;");
            break;
        case '"':
            buffer_add_text(out, "&quot;");
            break;
        case '\'':
            buffer_add_text(out, "&#39;");
            break;
        default:
            buffer_add_byte(out, text.data[i]);
        }
    }
}

enum outcome covenant_print_html(const struct covenant *covenant, struct buffer *out)
{
    OWNED_BUFFER page = {0}, text = {0};

    add_page(&text, covenant);
    TRY(buffer_outcome(&text));
    buffer_add_text(&page, "<!doctype html>\n<html lang=\"nl\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<title>Convenant ");
    add_escaped(&page, bytes_of_text(covenant->title));
    /* 66 lines of 100 columns on an A4 with margins of 15 mm */
    buffer_add_text(&page, "</title>\n<style>@page{size:A4;margin:15mm}"
                           "pre{font:8.2pt/1.35 monospace;margin:0}</style>\n</head>\n<body>\n"
                           "<main><pre>");
    add_escaped(&page, buffer_bytes(&text));
    buffer_add_text(&page, "</pre></main>\n</body>\n</html>\n");
    TRY(buffer_outcome(&page));
    buffer_add_bytes(out, buffer_bytes(&page));
    return buffer_outcome(out);
}
