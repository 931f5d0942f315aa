/* SPDX-License-Identifier: EUPL-1.2 */
/* What pages are made of, but for forms (pages_input.c). */
#include <stdio.h>
#include <string.h>

#include "gateway/pages.h"

const char *web_say(const struct web_view *view, const char *nl, const char *en)
{
    return view->language == LANGUAGE_NL ? nl : en;
}

const char *web_text(const struct web_view *view, struct web_text text)
{
    return web_say(view, text.nl, text.en);
}

/* --- members of answers --- */

static const json_t *value_at(const json_t *object, const char *name)
{
    const char *dot = strchr(name, '.');
    char before[64];

    if (!dot)
        return json_object_get(object, name);
    if ((size_t)(dot - name) >= sizeof before)
        return NULL;
    memcpy(before, name, (size_t)(dot - name));
    before[dot - name] = '\0';
    return value_at(json_object_get(object, before), dot + 1);
}

const char *web_text_at(const json_t *object, const char *name)
{
    const char *text = json_string_value(value_at(object, name));

    return text ? text : "";
}

int64_t web_number_at(const json_t *object, const char *name)
{
    return json_integer_value(value_at(object, name));
}

bool web_flag_at(const json_t *object, const char *name)
{
    return json_is_true(value_at(object, name));
}

/* --- days and money --- */

static const char *const months[LANGUAGE_COUNT][12] = {
    {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
     "oktober", "november", "december"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September",
     "October", "November", "December"},
};
static const char *const weekdays[LANGUAGE_COUNT][7] = {
    {"maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"},
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
};

static void begin_time(struct web_view *view, const char *machine)
{
    buffer_add_text(view->out, "<time datetime=\"");
    html_text(view->out, machine);
    buffer_add_text(view->out, "\">");
}

void web_day(struct web_view *view, const char *text)
{
    struct day day;
    struct date date;

    if (!day_parse(text, &day)) {
        html_text(view->out, text);
        return;
    }
    date = day_date(day);
    begin_time(view, text);
    buffer_format(view->out, "%s %d %s %d</time>", weekdays[view->language][day_weekday(day) - 1],
                  date.day, months[view->language][date.month - 1], date.year);
}

void web_instant(struct web_view *view, const char *text)
{
    struct wall_clock clock;
    struct date date;
    int64_t ms;

    if (!instant_parse(text, &ms)) {
        html_text(view->out, text);
        return;
    }
    clock = amsterdam_clock(ms);
    date = day_date(clock.day);
    begin_time(view, text);
    buffer_format(view->out, "%d %s %d, %02d:%02d</time>", date.day,
                  months[view->language][date.month - 1], date.year, clock.hour, clock.minute);
}

void web_week(struct web_view *view, const char *text)
{
    struct week week;
    char day[DAY_TEXT_BYTES];

    if (!week_parse(text, &week)) {
        html_text(view->out, text);
        return;
    }
    day_print(week_monday(week), day);
    buffer_format(view->out, "Week %d, %s ", week.number, web_say(view, "vanaf", "from"));
    web_day(view, day);
}

const char *web_month(const struct web_view *view, const char *month, char out[static 32])
{
    struct day day;
    struct date date;
    char first[DAY_TEXT_BYTES + 16];

    snprintf(first, sizeof first, "%.16s-01", month);
    if (!day_parse(first, &day))
        return month;
    date = day_date(day);
    snprintf(out, 32, "%s %d", months[view->language][date.month - 1], date.year);
    return out;
}

void web_capital(struct web_view *view, const char *text)
{
    const char first[2] = {text[0] >= 'a' && text[0] <= 'z' ? (char)(text[0] - 'a' + 'A')
                                                            : text[0]};

    html_text(view->out, first[0] & 0x80 ? "" : first);
    html_text(view->out, first[0] && !(first[0] & 0x80) ? text + 1 : text);
}

void web_euro(struct web_view *view, int64_t cents)
{
    buffer_format(view->out, "\xe2\x82\xac\xc2\xa0%s%lld%c%02lld", cents < 0 ? "-" : "",
                  (long long)(cents < 0 ? -cents : cents) / 100,
                  view->language == LANGUAGE_NL ? ',' : '.',
                  (long long)(cents < 0 ? -cents : cents) % 100);
}

/* --- text --- */

void web_heading(struct web_view *view, int level, const char *text)
{
    buffer_format(view->out, "<h%d class=\"utrecht-heading-%d\">", level, level);
    html_text(view->out, text);
    buffer_format(view->out, "</h%d>\n", level);
}

void web_paragraph(struct web_view *view, const char *text)
{
    html_element(view->out, "p", "utrecht-paragraph", text);
}

static void link_of(struct web_view *view, const char *class, const char *href, const char *text)
{
    buffer_format(view->out, "<a class=\"%s\" href=\"", class);
    html_text(view->out, href);
    buffer_add_text(view->out, "\">");
    html_text(view->out, text);
    buffer_add_text(view->out, "</a>");
}

void web_link(struct web_view *view, const char *href, const char *text)
{
    link_of(view, "utrecht-link utrecht-link--html-a", href, text);
}

void web_button_link(struct web_view *view, const char *href, const char *text)
{
    link_of(view, "utrecht-button utrecht-button--primary-action", href, text);
}

/* --- states and messages: a sign and a word, never colour alone --- */

static const struct {
    const char *class, *sign;
} tones[] = {
    [WEB_NEUTRAL] = {"neutral", "\xe2\x97\x8b"}, /* an open circle */
    [WEB_GOOD] = {"good", "\xe2\x9c\x93"},       /* a tick */
    [WEB_WARN] = {"warn", "\xe2\x97\x86"},       /* a diamond */
    [WEB_LATE] = {"late", "\xe2\x9a\xa0"},       /* a warning sign */
};

static void add_sign(struct web_view *view, enum web_tone tone)
{
    /* U+FE0E: as text, not as a coloured picture */
    buffer_format(view->out, "<span class=\"wp-sign\" aria-hidden=\"true\">%s\xef\xb8\x8e</span>",
                  tones[tone].sign);
}

void web_state(struct web_view *view, enum web_tone tone, const char *word)
{
    buffer_format(view->out, "<span class=\"wp-state wp-state--%s\">", tones[tone].class);
    add_sign(view, tone);
    buffer_add_text(view->out, "<span>");
    html_text(view->out, word);
    buffer_add_text(view->out, "</span></span>");
}

void web_message(struct web_view *view, enum web_tone tone, const char *text)
{
    static const char *const kinds[] = {
        [WEB_NEUTRAL] = "info", [WEB_GOOD] = "ok", [WEB_WARN] = "warning", [WEB_LATE] = "error"};

    buffer_format(view->out,
                  "<div class=\"utrecht-alert utrecht-alert--%s wp-message\" role=\"%s\">",
                  kinds[tone], tone == WEB_NEUTRAL || tone == WEB_GOOD ? "status" : "alert");
    add_sign(view, tone);
    buffer_add_text(view->out, "<p class=\"utrecht-paragraph\">");
    html_text(view->out, text);
    buffer_add_text(view->out, "</p></div>\n");
}

/* --- tables: on a narrow screen each row becomes a list, so each cell names its column --- */

void web_table(struct web_view *view, const char *caption, const char *const *heads, size_t count)
{
    struct buffer *out = view->out;

    buffer_add_text(out, "<table class=\"utrecht-table wp-table\">"
                         "<caption class=\"utrecht-table__caption\">");
    html_text(out, caption);
    buffer_add_text(out, "</caption>\n<thead class=\"utrecht-table__header\">"
                         "<tr class=\"utrecht-table__row\">");
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(out, "<th scope=\"col\" class=\"utrecht-table__header-cell\">");
        html_text(out, heads[i]);
        buffer_add_text(out, "</th>");
    }
    buffer_add_text(out, "</tr></thead>\n<tbody class=\"utrecht-table__body\">\n");
}

void web_row(struct web_view *view)
{
    buffer_add_text(view->out, "<tr class=\"utrecht-table__row\">");
}

void web_cell(struct web_view *view, const char *head)
{
    buffer_add_text(view->out, "<td class=\"utrecht-table__cell\">"
                               "<span class=\"wp-head\" aria-hidden=\"true\">");
    html_text(view->out, head);
    buffer_add_text(view->out, "</span><span>");
}

void web_cell_end(struct web_view *view)
{
    buffer_add_text(view->out, "</span></td>");
}

void web_cell_text(struct web_view *view, const char *head, const char *text)
{
    web_cell(view, head);
    html_text(view->out, text);
    web_cell_end(view);
}

void web_row_end(struct web_view *view)
{
    buffer_add_text(view->out, "</tr>\n");
}

void web_table_end(struct web_view *view)
{
    buffer_add_text(view->out, "</tbody></table>\n");
}

const char *web_paper(struct web_view *view, const char *html)
{
    if (!html[0])
        return NULL;
    buffer_add_text(view->out, html);
    return "text/html; charset=utf-8";
}

/* --- what and which --- */

void web_list(struct web_view *view)
{
    buffer_add_text(view->out, "<dl class=\"wp-list\">\n");
}

void web_pair(struct web_view *view, const char *what, const char *which)
{
    web_pair_open(view, what);
    html_text(view->out, which);
    web_pair_close(view);
}

void web_pair_open(struct web_view *view, const char *what)
{
    buffer_add_text(view->out, "<div><dt>");
    html_text(view->out, what);
    buffer_add_text(view->out, "</dt><dd>");
}

void web_pair_close(struct web_view *view)
{
    buffer_add_text(view->out, "</dd></div>\n");
}

void web_list_end(struct web_view *view)
{
    buffer_add_text(view->out, "</dl>\n");
}
