/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/covenant_copy.h"

#include <string.h>

#define FIRST_VERSION "1.0.0"
enum { INDENT = 2, MONTHS_TO_EVALUATION = 12 };

struct day covenant_copy_evaluation(struct day from, struct day until)
{
    struct day year = day_plus(day_plus_months(from, MONTHS_TO_EVALUATION), -1);

    return day_compare(year, until) < 0 ? year : until;
}

static bool set_text(json_t *document, const char *name, const char *text)
{
    return json_object_set_new(document, name, json_string(text)) == 0;
}

static bool set_day(json_t *document, const char *name, struct day day)
{
    char text[DAY_TEXT_BYTES];

    day_print(day, text);
    return set_text(document, name, text);
}

static void drop_keys(const json_t *document)
{
    const json_t *parties = json_object_get(document, "partijen");

    for (size_t i = 0; i < json_array_size(parties); i++)
        json_object_del(json_array_get(parties, i), "sleuteldocument");
}

static int add_piece(const char *piece, size_t length, void *out)
{
    buffer_add(out, piece, length);
    return 0;
}

/* Indented: people will fill it in. */
static enum outcome write_draft(const struct covenant *covenant, const struct covenant_copy *copy,
                                struct buffer *out)
{
    OWNED_JSON document = json_deep_copy(covenant->document);

    if (!document || !set_text(document, "id", copy->id) ||
        !set_text(document, "versie", FIRST_VERSION) || !set_text(document, "titel", copy->title) ||
        !set_day(document, "geldigVanaf", copy->from) ||
        !set_day(document, "geldigTot", copy->until) ||
        !set_day(document, "evaluatieDatum", copy->evaluation))
        return OUTCOME_OUT_OF_MEMORY;
    json_object_del(document, "vorige"); /* 0 or not there */
    drop_keys(document);
    if (json_dump_callback(document, add_piece, out, JSON_INDENT(INDENT)) != 0)
        return OUTCOME_OUT_OF_MEMORY;
    buffer_add_byte(out, '\n');
    return buffer_outcome(out);
}

enum outcome covenant_copy(const struct covenant *covenant, const struct covenant_copy *copy,
                           struct buffer *out, struct covenant_fault *fault)
{
    OWNED_BUFFER draft = {0};
    OWNED_COVENANT parsed = NULL;

    if (strcmp(copy->id, covenant->id) == 0) {
        fault_at(&fault->at, "id");
        fault->wrong = COVENANT_WRONG_TWICE;
        return OUTCOME_MALFORMED;
    }
    TRY(write_draft(covenant, copy, &draft));
    TRY(covenant_parse(buffer_bytes(&draft), covenant->lists, &parsed, fault));
    buffer_add_buffer(out, &draft);
    return buffer_outcome(out);
}
