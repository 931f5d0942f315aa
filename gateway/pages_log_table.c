/* SPDX-License-Identifier: EUPL-1.2 */
/* An answer of the log as a table to keep: UTF-8 with its mark, semicolons, CRLF. */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_log.h"

enum { LOG_NUMBER_BYTES = 24 };

void log_keep_heads(struct web_view *view)
{
    buffer_add_text(view->out,
                    "\xef\xbb\xbf\"nummer\";\"tijd in Amsterdam\";\"gebeurtenis\";\"fase\";"
                    "\"medewerker\";\"rol\";\"dossier\";\"met\";\"bepaling\";\"uitkomst\";"
                    "\"code\";\"transactie\"\r\n");
}

/* Quoted, and with a ' in front of what a spreadsheet would reckon with. */
static void add_cell(struct buffer *out, const char *text, bool last)
{
    buffer_add_text(out, text[0] && strchr("=+-@\t\r", text[0]) ? "\"'" : "\"");
    for (; *text; text++) {
        if (*text == '"')
            buffer_add_byte(out, '"');
        buffer_add_byte(out, (uint8_t)*text);
    }
    buffer_add_text(out, last ? "\"\r\n" : "\";");
}

void log_keep_row(struct web_view *view, const json_t *row)
{
    char number[LOG_NUMBER_BYTES], at[LOG_INSTANT_BYTES];

    snprintf(number, sizeof number, "%lld", (long long)web_number_at(row, "volgnummer"));
    log_print_instant(web_text_at(row, "op"), at);
    add_cell(view->out, number, false);
    add_cell(view->out, at, false);
    add_cell(view->out, log_event_name(view, web_text_at(row, "gebeurtenis")), false);
    add_cell(view->out, web_text_at(row, "fase"), false);
    add_cell(view->out, web_text_at(row, "actor"), false);
    add_cell(view->out, log_role(view, row), false);
    add_cell(view->out, web_text_at(row, "onderwerp"), false);
    add_cell(view->out, log_other(view, row), false);
    add_cell(view->out, web_text_at(row, "bepaling"), false);
    add_cell(view->out, web_text_at(row, "uitkomst"), false);
    add_cell(view->out, web_text_at(row, "code"), false);
    add_cell(view->out, web_text_at(row, "transactie"), true);
}
