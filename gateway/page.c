/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT_MAX = 20000 }; /* rows of others passed over in one request */

struct page {
    enum table order, signals;
    page_add *add;
    page_add_erased *add_erased;
    json_t *rows;
    uint64_t bound;         /* the next page begins before it */
    struct buffer dossiers; /* of the rows, each once, a space between */
};

static void page_free(void *state)
{
    struct page *page = state;

    json_decref(page->rows);
    buffer_wipe(&page->dossiers);
    free(page);
}

/* All dossiers are of one length, so that none is a part of another. */
static void add_dossier(struct page *page, const char *dossier)
{
    struct buffer *out = &page->dossiers;

    if (!dossier[0] || (out->length && memmem(out->data, out->length, dossier, strlen(dossier))))
        return;
    buffer_format(out, "%s%s", out->length ? " " : "", dossier);
}

static enum outcome add_one(struct call *call, struct view *view, struct page *page,
                            struct bytes id_bytes)
{
    char id[UUID_TEXT_BYTES], dossier[DOSSIER_BYTES] = "";
    struct bytes value;
    struct uuid uuid;
    enum outcome outcome;

    if (id_bytes.length != sizeof uuid.bytes)
        return OUTCOME_STORE_DAMAGED;
    memcpy(uuid.bytes, id_bytes.data, sizeof uuid.bytes);
    uuid_print(uuid, id);
    outcome = store_get(view, page->signals, bytes_of(uuid.bytes, sizeof uuid.bytes), &value);
    if (outcome == OUTCOME_NOT_FOUND) /* erased: its place in the order stays */
        return page->add_erased ? page->add_erased(call, view, uuid, page->rows) : OUTCOME_OK;
    TRY(outcome);
    TRY(page->add(call, view, id, value, page->rows, dossier));
    add_dossier(page, dossier);
    return OUTCOME_OK;
}

static enum outcome fill(struct call *call, struct view *view, struct page *page, bool *out_more)
{
    size_t wanted = call_page_size(call);
    uint8_t key_bytes[8];
    struct bytes key, value;
    enum outcome outcome = OUTCOME_OK;

    for (int i = 0; i < LOOKED_AT_MAX && json_array_size(page->rows) < wanted; i++) {
        uint8_t id[16];
        write_u64(key_bytes, page->bound);
        outcome = store_before(view, page->order, bytes_of(key_bytes, 8), &key, &value);
        if (outcome != OUTCOME_OK)
            break;
        if (key.length != 8 || value.length != sizeof id)
            return OUTCOME_STORE_DAMAGED;
        page->bound = read_u64(key.data);
        memcpy(id, value.data, sizeof id);
        TRY(add_one(call, view, page, bytes_of(id, sizeof id)));
    }
    *out_more = outcome == OUTCOME_OK && page->bound > 0;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* Who saw whom: every person on the page is named in the one leaf. */
static enum outcome apply(struct call *call, struct change *change)
{
    struct page *page = call->state;
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);

    if (page->dossiers.length)
        entry.committed[AUDIT_SUBJECT] = buffer_text(&page->dossiers);
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome read_cursor(struct call *call, struct page *page)
{
    char cursor[24] = "";
    size_t digits;

    page->bound = UINT64_MAX;
    if (!call_cursor(call, cursor, sizeof cursor))
        return OUTCOME_OK;
    digits = strspn(cursor, "0123456789");
    if (digits == 0 || cursor[digits])
        return OUTCOME_MALFORMED;
    page->bound = strtoull(cursor, NULL, 10);
    return OUTCOME_OK;
}

enum outcome page_reply(struct call *call, enum table order, enum table signals, const char *name,
                        page_add *add, page_add_erased *add_erased)
{
    struct page *page = calloc(1, sizeof *page);
    enum outcome outcome;
    char cursor[24];
    bool more = false;
    struct view view;

    if (!page)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = page;
    call->free_state = page_free;
    page->order = order;
    page->signals = signals;
    page->add = add;
    page->add_erased = add_erased;
    page->rows = json_array();
    TRY(read_cursor(call, page));
    view_begin(call->gateway->store, &view);
    outcome = fill(call, &view, page, &more);
    view_end(&view);
    TRY(outcome);
    TRY(buffer_outcome(&page->dossiers)); /* nobody is shown without being named in the log */
    if (page->dossiers.length && !buffer_text(&page->dossiers))
        return OUTCOME_OUT_OF_MEMORY;
    snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)page->bound);
    call->apply = apply;
    return call_reply(call, 200,
                      json_pack("{sO ss?}", name, page->rows, "volgende", more ? cursor : NULL));
}
