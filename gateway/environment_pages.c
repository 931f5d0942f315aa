/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/environment_pages.h"

#include <stdlib.h>
#include <string.h>

/* The form of the file, as offsets and sizes in bytes; numbers in the machine's own order. */
enum {
    HEADER_BYTES = 16, /* number 8, pad 2, flags 2, lower 2, upper 2 (or pages 4) */
    FLAGS_AT = 10,
    LOWER_AT = 12,
    UPPER_AT = 14,
    NODE_BYTES = 8, /* low 2, high 2, flags 2, key size 2; the key, the data */
    HEADS = 2,
    HEAD_MAGIC_AT = HEADER_BYTES,
    HEAD_VERSION_AT = HEADER_BYTES + 4,
    HEAD_FREE_AT = HEADER_BYTES + 24,
    HEAD_MAIN_AT = HEADER_BYTES + 72,
    HEAD_LAST_AT = HEADER_BYTES + 120,
    HEAD_NUMBER_AT = HEADER_BYTES + 128,
    HEAD_END = HEADER_BYTES + 136,
    TREE_BYTES = 48, /* pad 4, flags 2, depth 2, pages 3 * 8, rows 8, root 8 */
    PAGE_BYTES_MIN = 512,
    PAGE_BYTES_MAX = 32768,
    DEPTH_MAX = 32,
};
static const uint32_t magic = 0xBEEFC0DE;
enum { DATA_VERSION = 1 };
enum { FLAG_BRANCH = 1, FLAG_LEAF = 2, FLAG_OVERFLOW = 4, FLAG_HEAD = 8 };
enum { NODE_BIG = 1, NODE_TREE = 2 };
enum { TREE_INTEGER_KEYS = 8 };
static const uint64_t no_page = UINT64_MAX;

struct tree {
    uint16_t flags, depth;
    uint64_t rows, root;
};

struct pages {
    const uint8_t *map;
    uint64_t count;  /* pages in the file */
    uint32_t bytes;  /* of a page */
    uint64_t last;   /* the last page that is in use or free */
    uint64_t number; /* of the commit that is looked at */
    uint8_t *seen;   /* a bit per page */
    const char *const *names;
    size_t name_count;
    struct tree *tables; /* as many */
    pages_row *row;
    void *context;
    struct pages_found *found;
};

struct node;

/* A walk through one tree. */
struct walk_of_tree {
    struct pages *pages;
    struct tree tree;
    enum outcome (*take)(struct walk_of_tree *walk, const struct node *node, struct bytes value);
    unsigned table;
    uint64_t rows;
};

struct bounds {
    struct bytes low, high; /* data NULL: none */
};

static uint16_t word16(const uint8_t *at)
{
    uint16_t number;

    memcpy(&number, at, sizeof number);
    return number;
}

static uint32_t word32(const uint8_t *at)
{
    uint32_t number;

    memcpy(&number, at, sizeof number);
    return number;
}

static uint64_t word64(const uint8_t *at)
{
    uint64_t number;

    memcpy(&number, at, sizeof number);
    return number;
}

static enum outcome flawed(struct pages *pages, enum pages_flaw flaw, uint64_t page)
{
    pages->found->flaw = flaw;
    pages->found->page = page;
    return OUTCOME_STORE_DAMAGED;
}

/* As LMDB orders keys: by byte, a beginning before what goes on. */
static int compare_keys(struct bytes a, struct bytes b)
{
    size_t shared = a.length < b.length ? a.length : b.length;

    for (size_t i = 0; i < shared; i++) {
        if (a.data[i] != b.data[i])
            return a.data[i] < b.data[i] ? -1 : 1;
    }
    return a.length == b.length ? 0 : a.length < b.length ? -1 : 1;
}

static int compare(const struct walk_of_tree *walk, struct bytes a, struct bytes b)
{
    if (!(walk->tree.flags & TREE_INTEGER_KEYS))
        return compare_keys(a, b);
    return word64(a.data) == word64(b.data) ? 0 : word64(a.data) < word64(b.data) ? -1 : 1;
}

static struct tree tree_at(const uint8_t *at)
{
    return (struct tree){word16(at + 4), word16(at + 6), word64(at + 32), word64(at + 40)};
}

/* Each page serves once. */
static enum outcome claim(struct pages *pages, uint64_t number, uint64_t from)
{
    if (number < HEADS || number > pages->last)
        return flawed(pages, PAGES_PAGE, from);
    if (number >= pages->count)
        return flawed(pages, PAGES_SHORT, number);
    if (pages->seen[number / 8] >> (number % 8) & 1)
        return flawed(pages, PAGES_PAGE, number);
    pages->seen[number / 8] |= (uint8_t)(1u << (number % 8));
    return OUTCOME_OK;
}

static enum outcome take_page(struct pages *pages, uint64_t number, uint64_t from,
                              const uint8_t **out_page)
{
    TRY(claim(pages, number, from));
    pages->found->page = number;
    *out_page = pages->map + number * pages->bytes;
    return word64(*out_page) == number ? OUTCOME_OK : flawed(pages, PAGES_PAGE, number);
}

/* --- the nodes of one page --- */

struct nodes {
    const uint8_t *page;
    size_t count;
    uint16_t lower, upper;
    bool leaf;
};

struct node {
    uint16_t flags;
    uint32_t size;  /* of the data */
    uint64_t child; /* of a branch */
    struct bytes key;
    const uint8_t *data;
    uint32_t end; /* behind its last byte, even */
};

static uint16_t place_of(const struct nodes *nodes, size_t i)
{
    return word16(nodes->page + HEADER_BYTES + 2 * i);
}

/* False when it does not lie within the page. */
static bool read_node(const struct pages *pages, const struct nodes *nodes, size_t i,
                      struct node *out)
{
    uint32_t at = place_of(nodes, i), key_bytes;
    const uint8_t *node = nodes->page + at;

    if (at % 2 || at < nodes->upper || at + NODE_BYTES > pages->bytes)
        return false;
    out->flags = word16(node + 4);
    key_bytes = word16(node + 6);
    out->size = word16(node) | (uint32_t)word16(node + 2) << 16;
    out->child = out->size | (uint64_t)out->flags << 32;
    out->end = at + NODE_BYTES + key_bytes;
    if (out->end > pages->bytes)
        return false;
    out->key = bytes_of(node + NODE_BYTES, key_bytes);
    out->data = node + NODE_BYTES + key_bytes;
    if (nodes->leaf)
        out->end += out->flags & NODE_BIG ? 8 : out->size < pages->bytes ? out->size : pages->bytes;
    out->end += out->end % 2;
    return out->end <= pages->bytes;
}

static bool set_bit(uint8_t *bits, uint32_t place)
{
    uint8_t bit = (uint8_t)(1u << (place / 2 % 8));

    if (bits[place / 16] & bit)
        return false;
    bits[place / 16] |= bit;
    return true;
}

/* LMDB keeps the nodes side by side, from `upper` to the end of the page. */
static bool nodes_lie_side_by_side(const struct pages *pages, const struct nodes *nodes)
{
    uint8_t begins[PAGE_BYTES_MAX / 16 + 1], ends[PAGE_BYTES_MAX / 16 + 1];
    struct node node;

    memset(begins, 0, pages->bytes / 16 + 1);
    memset(ends, 0, pages->bytes / 16 + 1);
    set_bit(ends, nodes->upper);
    set_bit(begins, pages->bytes);
    for (size_t i = 0; i < nodes->count; i++) {
        if (!read_node(pages, nodes, i, &node) || !set_bit(begins, place_of(nodes, i)) ||
            !set_bit(ends, node.end))
            return false;
    }
    return bytes_equal(bytes_of(begins, pages->bytes / 16 + 1),
                       bytes_of(ends, pages->bytes / 16 + 1));
}

static enum outcome read_nodes(struct pages *pages, const uint8_t *page, bool leaf,
                               struct nodes *out)
{
    *out = (struct nodes){page, 0, word16(page + LOWER_AT), word16(page + UPPER_AT), leaf};
    if (word16(page + FLAGS_AT) != (leaf ? FLAG_LEAF : FLAG_BRANCH) || out->lower < HEADER_BYTES ||
        out->lower % 2 || out->upper % 2 || out->lower > out->upper || out->upper > pages->bytes)
        return flawed(pages, PAGES_PAGE, word64(page));
    out->count = (size_t)(out->lower - HEADER_BYTES) / 2;
    if (out->count == 0 || !nodes_lie_side_by_side(pages, out))
        return flawed(pages, PAGES_PAGE, word64(page));
    return OUTCOME_OK;
}

/* --- one tree --- */

static bool within(const struct walk_of_tree *walk, struct bytes key, const struct bounds *bounds)
{
    return key.length > 0 && (!(walk->tree.flags & TREE_INTEGER_KEYS) || key.length == 8) &&
           (!bounds->low.data || compare(walk, key, bounds->low) >= 0) &&
           (!bounds->high.data || compare(walk, key, bounds->high) < 0);
}

static enum outcome big_value(struct pages *pages, const struct node *node, uint64_t from,
                              struct bytes *out)
{
    const uint64_t first = word64(node->data);
    const uint64_t needed = ((uint64_t)HEADER_BYTES - 1 + node->size) / pages->bytes + 1;
    const uint8_t *page;
    uint64_t held;

    TRY(take_page(pages, first, from, &page));
    held = word32(page + LOWER_AT); /* more than needed once a value has become shorter */
    if (word16(page + FLAGS_AT) != FLAG_OVERFLOW || held < needed)
        return flawed(pages, PAGES_PAGE, first);
    for (uint64_t i = 1; i < held; i++)
        TRY(claim(pages, first + i, first));
    *out = bytes_of(page + HEADER_BYTES, node->size);
    return OUTCOME_OK;
}

static enum outcome leaf_row(struct walk_of_tree *walk, const struct node *node, uint64_t number)
{
    struct bytes value = bytes_of(node->data, node->size);

    if (node->flags & NODE_BIG)
        TRY(big_value(walk->pages, node, number, &value));
    walk->rows++;
    walk->pages->found->page = number;
    return walk->take(walk, node, value);
}

static enum outcome walk_leaf(struct walk_of_tree *walk, const struct nodes *nodes,
                              struct bounds bounds, uint64_t number)
{
    struct node node;

    for (size_t i = 0; i < nodes->count; i++) {
        if (!read_node(walk->pages, nodes, i, &node))
            return flawed(walk->pages, PAGES_PAGE, number);
        if (!within(walk, node.key, &bounds) || (i > 0 && compare(walk, node.key, bounds.low) == 0))
            return flawed(walk->pages, PAGES_ORDER, number);
        TRY(leaf_row(walk, &node, number));
        bounds.low = node.key;
    }
    return OUTCOME_OK;
}

static enum outcome walk_page(struct walk_of_tree *walk, uint64_t number, uint64_t from,
                              unsigned depth, struct bounds bounds);

/* The key of the first node says nothing: what is below it begins where the page begins. */
static enum outcome walk_branch(struct walk_of_tree *walk, const struct nodes *nodes,
                                unsigned depth, struct bounds bounds, uint64_t number)
{
    struct bounds part = bounds;
    struct node node, next;

    for (size_t i = 0; i < nodes->count; i++, part.low = part.high) {
        if (!read_node(walk->pages, nodes, i, &node))
            return flawed(walk->pages, PAGES_PAGE, number);
        part.high = bounds.high;
        if (i + 1 < nodes->count) {
            if (!read_node(walk->pages, nodes, i + 1, &next))
                return flawed(walk->pages, PAGES_PAGE, number);
            if (!within(walk, next.key, &bounds) ||
                (part.low.data && compare(walk, next.key, part.low) <= 0))
                return flawed(walk->pages, PAGES_ORDER, number);
            part.high = next.key;
        }
        TRY(walk_page(walk, node.child, number, depth + 1, part));
    }
    return OUTCOME_OK;
}

static enum outcome walk_page(struct walk_of_tree *walk, uint64_t number, uint64_t from,
                              unsigned depth, struct bounds bounds)
{
    const bool leaf = depth == walk->tree.depth;
    const uint8_t *page;
    struct nodes nodes;

    TRY(take_page(walk->pages, number, from, &page));
    TRY(read_nodes(walk->pages, page, leaf, &nodes));
    return leaf ? walk_leaf(walk, &nodes, bounds, number)
                : walk_branch(walk, &nodes, depth, bounds, number);
}

static enum outcome walk_tree(struct walk_of_tree *walk, uint16_t flags, uint64_t from)
{
    const struct tree *tree = &walk->tree;

    if (tree->flags != flags || tree->depth > DEPTH_MAX ||
        (tree->root == no_page) != (tree->depth == 0))
        return flawed(walk->pages, PAGES_TABLE, from);
    if (tree->depth)
        TRY(walk_page(walk, tree->root, from, 1, (struct bounds){{0}, {0}}));
    return walk->rows == tree->rows ? OUTCOME_OK : flawed(walk->pages, PAGES_TABLE, from);
}

/* --- what the rows of each kind of tree are --- */

static enum outcome take_row(struct walk_of_tree *walk, const struct node *node, struct bytes value)
{
    struct pages *pages = walk->pages;

    if (node->flags & ~NODE_BIG)
        return flawed(pages, PAGES_PAGE, pages->found->page);
    return pages->row ? pages->row(pages->context, walk->table, node->key, value) : OUTCOME_OK;
}

/* Numbers of free pages, behind how many there are, from high to low. */
static enum outcome take_free(struct walk_of_tree *walk, const struct node *node,
                              struct bytes value)
{
    struct pages *pages = walk->pages;
    const uint64_t at = pages->found->page;
    uint64_t before = no_page, count;

    if (node->flags & ~NODE_BIG || value.length < 8 || word64(node->key.data) > pages->number)
        return flawed(pages, PAGES_FREE, at);
    count = word64(value.data);
    if (count > value.length / 8 - 1)
        return flawed(pages, PAGES_FREE, at);
    for (uint64_t i = 1; i <= count; i++) {
        const uint64_t page = word64(value.data + 8 * i);
        if (page >= before || page < HEADS || page > pages->last)
            return flawed(pages, PAGES_FREE, at);
        before = page;
        if (page >= pages->count) /* given back before it was ever written */
            continue;
        TRY(claim(pages, page, at));
    }
    return OUTCOME_OK;
}

static enum outcome take_commit_row(struct walk_of_tree *walk, struct bytes value)
{
    return value.length == ENVIRONMENT_COMMIT_BYTES && read_u64(value.data) == walk->pages->number
               ? OUTCOME_OK
               : flawed(walk->pages, PAGES_HEAD, 0);
}

/* A table under a name that we do not know would be made anew under its own, empty. */
static enum outcome take_table(struct walk_of_tree *walk, const struct node *node,
                               struct bytes value)
{
    struct pages *pages = walk->pages;

    if (bytes_equal(node->key, bytes_of_text(ENVIRONMENT_COMMIT_ROW)) && node->flags == 0)
        return take_commit_row(walk, value);
    for (size_t i = 0; i < pages->name_count; i++) {
        if (node->flags == NODE_TREE && value.length == TREE_BYTES &&
            bytes_equal(node->key, bytes_of_text(pages->names[i]))) {
            pages->tables[i] = tree_at(value.data);
            return OUTCOME_OK;
        }
    }
    return flawed(pages, PAGES_TABLE, pages->found->page);
}

/* --- the two head pages --- */

static bool head_is_ours(const struct pages *pages, unsigned which)
{
    const uint8_t *head = pages->map + (size_t)which * pages->bytes;

    return word16(head + FLAGS_AT) & FLAG_HEAD && word32(head + HEAD_MAGIC_AT) == magic &&
           word32(head + HEAD_VERSION_AT) == DATA_VERSION &&
           word32(head + HEAD_FREE_AT) == pages->bytes;
}

static uint64_t head_number(const struct pages *pages, unsigned which)
{
    return word64(pages->map + (size_t)which * pages->bytes + HEAD_NUMBER_AT);
}

/* Commits go to the two in turn, so their numbers are neighbours. */
static enum outcome choose_head(struct pages *pages, struct bytes file, unsigned *out_newest)
{
    uint64_t numbers[HEADS];

    if (file.length < PAGE_BYTES_MIN)
        return flawed(pages, PAGES_SHORT, 0);
    pages->bytes = word32(file.data + HEAD_FREE_AT);
    if (pages->bytes < PAGE_BYTES_MIN || pages->bytes > PAGE_BYTES_MAX ||
        pages->bytes & (pages->bytes - 1))
        return flawed(pages, PAGES_HEAD, 0);
    pages->found->page_bytes = pages->bytes;
    pages->count = file.length / pages->bytes;
    if (pages->count < HEADS)
        return flawed(pages, PAGES_SHORT, 0);
    for (unsigned i = 0; i < HEADS; i++) {
        if (!head_is_ours(pages, i))
            return flawed(pages, PAGES_HEAD, i);
        numbers[i] = head_number(pages, i);
    }
    *out_newest = numbers[1] > numbers[0];
    pages->number = numbers[*out_newest];
    pages->last = word64(pages->map + *out_newest * pages->bytes + HEAD_LAST_AT);
    if (pages->number - numbers[!*out_newest] != 1 || pages->number % HEADS != *out_newest)
        return flawed(pages, PAGES_HEAD, *out_newest);
    return OUTCOME_OK;
}

/* The commit before the newest is still there whole, as LMDB reuses no page of it. When its own
 * row names a later commit, its head page has lost its number and the newest was not chosen. */
static enum outcome check_other_head(struct pages *pages, unsigned other)
{
    const uint8_t *head = pages->map + other * pages->bytes, *page;
    const struct tree tree = tree_at(head + HEAD_MAIN_AT);
    struct nodes nodes;
    struct node node;

    if (tree.depth != 1 || tree.root < HEADS || tree.root >= pages->count)
        return OUTCOME_OK; /* it is not read */
    page = pages->map + tree.root * pages->bytes;
    if (word64(page) != tree.root || read_nodes(pages, page, true, &nodes) != OUTCOME_OK)
        return OUTCOME_OK;
    for (size_t i = 0; i < nodes.count; i++) {
        if (read_node(pages, &nodes, i, &node) && node.size == ENVIRONMENT_COMMIT_BYTES &&
            bytes_equal(node.key, bytes_of_text(ENVIRONMENT_COMMIT_ROW)) &&
            read_u64(node.data) != head_number(pages, other))
            return flawed(pages, PAGES_HEAD, other);
    }
    return OUTCOME_OK;
}

static enum outcome walk_all(struct pages *pages, unsigned newest)
{
    const uint8_t *head = pages->map + newest * pages->bytes;
    struct walk_of_tree list = {
        .pages = pages, .tree = tree_at(head + HEAD_FREE_AT), .take = take_free};
    struct walk_of_tree main = {
        .pages = pages, .tree = tree_at(head + HEAD_MAIN_AT), .take = take_table};

    TRY(walk_tree(&main, 0, newest));
    for (unsigned i = 0; i < pages->name_count; i++) {
        struct walk_of_tree walk = {
            .pages = pages, .tree = pages->tables[i], .take = take_row, .table = i};
        TRY(walk_tree(&walk, 0, newest));
    }
    return walk_tree(&list, TREE_INTEGER_KEYS, newest); /* last: then all that is used is known */
}

enum outcome pages_check(struct bytes file, const char *const tables[], size_t count,
                         pages_row *row, void *context, struct pages_found *found)
{
    struct pages pages = {.map = file.data,
                          .names = tables,
                          .name_count = count,
                          .row = row,
                          .context = context,
                          .found = found};
    enum outcome outcome;
    unsigned newest;

    *found = (struct pages_found){0};
    TRY(choose_head(&pages, file, &newest));
    TRY(check_other_head(&pages, !newest));
    *found = (struct pages_found){.page_bytes = pages.bytes};
    pages.seen = calloc((size_t)pages.count / 8 + 1, 1);
    pages.tables = calloc(count, sizeof *pages.tables);
    outcome = pages.seen && pages.tables ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; outcome == OUTCOME_OK && i < count; i++)
        pages.tables[i].root = no_page; /* absent: empty */
    if (outcome == OUTCOME_OK)
        outcome = walk_all(&pages, newest);
    free(pages.seen);
    free(pages.tables);
    return outcome;
}
