/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/message.h"

#include <stdlib.h>
#include <string.h>

#include "covenant/wire.h"

enum {
    /* {"van":…,"items":[]} with the longest soort and role, and room */
    PAYLOAD_OVERHEAD_BYTES = 512,
    UUID_MESSAGES = 7,
};
#define SECONDS_MOST INT64_C(253402300799) /* the year 9999 */

static const struct row {
    const char *word;
    const char *path;
    const char *type;
    bool needs_article;
} rows[MESSAGE_KIND_COUNT] = {
#define MESSAGE_KIND_ROW(name, word, path, article)                                                \
    [MESSAGE_KIND_##name] = {word, path, "application/vnd.wijkpoort." word ".v1+json", article},
    MESSAGE_KINDS(MESSAGE_KIND_ROW)
#undef MESSAGE_KIND_ROW
};

bool message_kind_parse(const char *word, enum message_kind *out_kind)
{
    for (size_t i = 0; word && i < MESSAGE_KIND_COUNT; i++) {
        if (strcmp(rows[i].word, word) == 0) {
            *out_kind = (enum message_kind)i;
            return true;
        }
    }
    return false;
}

bool message_kind_of_path(struct bytes path, enum message_kind *out_kind)
{
    for (size_t i = 0; i < MESSAGE_KIND_COUNT; i++) {
        if (bytes_equal(bytes_of_text(rows[i].path), path)) {
            *out_kind = (enum message_kind)i;
            return true;
        }
    }
    return false;
}

const char *message_kind_word(enum message_kind kind)
{
    return kind < MESSAGE_KIND_COUNT ? rows[kind].word : "";
}

const char *message_kind_path(enum message_kind kind)
{
    return kind < MESSAGE_KIND_COUNT ? rows[kind].path : "";
}

const char *message_kind_type(enum message_kind kind)
{
    return kind < MESSAGE_KIND_COUNT ? rows[kind].type : "";
}

bool message_kind_needs_article(enum message_kind kind)
{
    return kind >= MESSAGE_KIND_COUNT || rows[kind].needs_article;
}

/* A table, since a body may be over a megabyte of it. Looked at before the seal is tried, so that
 * what is hashed and remembered as `inhoud` has one spelling. */
static const bool base64url_characters[256] = {
    ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true, ['-'] = true, ['_'] = true};

static bool is_base64url(struct bytes text)
{
    bool all = text.length > 0;

    for (size_t i = 0; i < text.length; i++)
        all &= base64url_characters[text.data[i]];
    return all;
}

static enum outcome read_route(const json_t *object, struct message_route *out, struct fault *fault)
{
    const char *kind;

    TRY(wire_oin_at(object, "van", &out->from, fault));
    TRY(wire_oin_at(object, "aan", &out->to, fault));
    TRY(wire_hex_at(object, "convenant", out->covenant, fault));
    TRY(json_text_at(object, "soort", 32, &kind, fault));
    if (!message_kind_parse(kind, &out->kind))
        return wire_wrong(fault, "soort");
    return wire_uuid_at(object, "bericht", UUID_MESSAGES, out->id, fault);
}

enum outcome message_read(struct bytes body, struct message_head *out_head, struct fault *fault)
{
    static const char *const outer[] = {"kop", "inhoud", NULL};
    static const char *const inner[] = {"van",     "aan",     "convenant", "soort",
                                        "bericht", "sleutel", NULL};
    OWNED_JSON value = NULL;
    const json_t *kop;
    struct message_head head = {0};

    TRY(json_read_lifting(body, MESSAGE_MAX_BYTES, "inhoud", &value, &head.content));
    TRY(json_only(value, outer, fault));
    TRY(json_object_at(value, "kop", &kop, fault));
    TRY(json_only(kop, inner, fault));
    TRY(read_route(kop, &head.route, fault));
    TRY(wire_hex_at(kop, "sleutel", head.recipient_key, fault));
    if (!is_base64url(head.content))
        return wire_wrong(fault, "inhoud");
    *out_head = head;
    return OUTCOME_OK;
}

static enum outcome read_items(const json_t *object, json_t **out_items, struct fault *fault)
{
    const json_t *items;

    TRY(json_array_at(object, "items", MESSAGE_ITEMS_MAX, &items, fault));
    if (json_array_size(items) == 0)
        return wire_wrong(fault, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        if (!json_is_object(json_array_get(items, i))) {
            fault_at(fault, "items[%zu]", i);
            return OUTCOME_MALFORMED;
        }
    }
    *out_items = json_incref((json_t *)(uintptr_t)items);
    return OUTCOME_OK;
}

static enum outcome read_payload(const json_t *value, struct payload *payload, struct fault *fault)
{
    static const char *const names[] = {"van", "aan", "convenant", "soort", "bericht",
                                        "iat", "exp", "rol",       "items", NULL};
    const char *role;

    TRY(json_only(value, names, fault));
    TRY(read_route(value, &payload->head.route, fault));
    TRY(json_integer_at(value, "iat", 0, SECONDS_MOST, &payload->head.issued_s, fault));
    TRY(json_integer_at(value, "exp", 0, SECONDS_MOST, &payload->head.expires_s, fault));
    TRY(json_text_at(value, "rol", 32, &role, fault));
    if (!role_parse(role, &payload->head.role))
        return wire_wrong(fault, "rol");
    return read_items(value, &payload->items, fault);
}

enum outcome payload_read(struct bytes verified, struct payload **out_payload, struct fault *fault)
{
    OWNED_JSON value = NULL;
    OWNED_PAYLOAD payload = NULL;

    TRY(json_read(verified, MESSAGE_PAYLOAD_MAX_BYTES, &value));
    payload = calloc(1, sizeof *payload);
    if (!payload)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(read_payload(value, payload, fault));
    *out_payload = payload;
    payload = NULL; /* handed over */
    return OUTCOME_OK;
}

void payload_free(struct payload *payload)
{
    if (!payload)
        return;
    json_decref(payload->items);
    free(payload);
}

void payload_free_at(struct payload **payload)
{
    payload_free(*payload);
    *payload = NULL;
}

bool payload_matches_head(const struct payload *payload, const struct message_head *head)
{
    const struct message_route *a = &payload->head.route, *b = &head->route;

    return oin_equal(&a->from, &b->from) && oin_equal(&a->to, &b->to) &&
           strcmp(a->covenant, b->covenant) == 0 && a->kind == b->kind && strcmp(a->id, b->id) == 0;
}

bool payload_time_allows(const struct payload *payload, int64_t now_s)
{
    int64_t issued = payload->head.issued_s, expires = payload->head.expires_s;

    return issued - MESSAGE_CLOCK_SLACK_S <= now_s && now_s < expires &&
           expires - issued <= MESSAGE_LIFETIME_MAX_S;
}

static bool route_is_valid(const struct message_route *route)
{
    struct oin oin;

    return oin_parse(route->from.text, &oin) && oin_parse(route->to.text, &oin) &&
           wire_is_hex(route->covenant) && (unsigned)route->kind < MESSAGE_KIND_COUNT &&
           wire_is_uuid(route->id, UUID_MESSAGES);
}

static void add_route(struct buffer *out, const struct message_route *route)
{
    wire_add_text(out, "van", route->from.text);
    wire_add_text(out, "aan", route->to.text);
    wire_add_text(out, "convenant", route->covenant);
    wire_add_text(out, "soort", message_kind_word(route->kind));
    wire_add_text(out, "bericht", route->id);
}

static bool seconds_are_valid(int64_t seconds)
{
    return seconds >= 0 && seconds <= SECONDS_MOST;
}

enum outcome payload_write(const struct payload_head *head, const struct bytes *items,
                           size_t item_count, struct buffer *out)
{
    if (item_count > MESSAGE_ITEMS_MAX)
        return OUTCOME_TOO_LARGE;
    if (item_count == 0 || !route_is_valid(&head->route) || (unsigned)head->role >= ROLE_COUNT ||
        !seconds_are_valid(head->issued_s) || !seconds_are_valid(head->expires_s))
        return OUTCOME_MALFORMED;
    buffer_add_byte(out, '{');
    add_route(out, &head->route);
    wire_add_integer(out, "iat", head->issued_s);
    wire_add_integer(out, "exp", head->expires_s);
    wire_add_text(out, "rol", role_word(head->role));
    wire_add_name(out, "items");
    for (size_t i = 0; i < item_count; i++) {
        buffer_add_byte(out, i == 0 ? '[' : ',');
        buffer_add_bytes(out, items[i]);
    }
    buffer_add_text(out, "]}");
    return buffer_outcome(out);
}

size_t payload_overhead_bytes(void)
{
    return PAYLOAD_OVERHEAD_BYTES;
}

enum outcome message_write(const struct message_head *head, struct buffer *out)
{
    if (!route_is_valid(&head->route) || !wire_is_hex(head->recipient_key) ||
        !is_base64url(head->content))
        return OUTCOME_MALFORMED;
    buffer_add_text(out, "{\"kop\":{");
    add_route(out, &head->route);
    wire_add_text(out, "sleutel", head->recipient_key);
    buffer_add_text(out, "},\"inhoud\":\"");
    buffer_add_bytes(out, head->content);
    buffer_add_text(out, "\"}");
    return buffer_outcome(out);
}
