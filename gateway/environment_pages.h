/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * environment_pages.h - the pages of an LMDB data file, read without LMDB.
 *
 * LMDB believes what stands in a page: a bit that fell over in a page header or a branch makes it
 * crash, go round in circles or miss rows. So before it is let in, every page that it can reach is
 * read here, where no byte is believed: the two head pages, each tree from its root (places of
 * nodes, order of keys, bounds that the branches promise, depth, number of rows), overflow pages,
 * the list of free pages, and that no page serves twice.
 *
 * Knows the file form of LMDB 0.9 (data version 1) on a machine of the same byte order. Pure but
 * for the mapped file. Does not look into values: for those are the tags (crypto/record.h).
 */
#pragma once

#include "crypto/bytes.h"
#include "crypto/outcome.h"

/* A row of LMDB's own list of tables in which each commit writes its number (8 bytes, big-endian),
 * so that a head page with another number than its own pages is noticed: LMDB takes the page with
 * the higher one, and one bit would put the store back by a commit. */
#define ENVIRONMENT_COMMIT_ROW "wijkpoort/commit"
enum { ENVIRONMENT_COMMIT_BYTES = 8 };

/* clang-format off */
#define PAGES_FLAWS(X)                                                                             \
    X(NONE,  "klopt", "is sound")                                                                  \
    X(SHORT, "het bestand is te kort", "the file is too short")                                    \
    X(HEAD,  "de kop van het bestand klopt niet", "the head of the file is not right")             \
    X(PAGE,  "een bladzijde klopt niet", "a page is not right")                                    \
    X(ORDER, "rijen staan niet op volgorde", "rows are out of order")                              \
    X(FREE,  "de lijst van vrije bladzijden klopt niet", "the list of free pages is not right")    \
    X(TABLE, "een tabel klopt niet of is van een andere versie",                                   \
             "a table is not right, or of another version")
/* clang-format on */

enum pages_flaw {
#define PAGES_FLAW_ENUM(name, nl, en) PAGES_##name,
    PAGES_FLAWS(PAGES_FLAW_ENUM)
#undef PAGES_FLAW_ENUM
        PAGES_FLAW_COUNT
};

struct pages_found { /* what is being read, so that who waits knows where a crash was */
    enum pages_flaw flaw;
    uint64_t page;
    uint32_t page_bytes; /* 0: not known yet */
};

/* Gets each row of each table, a table at a time, in the order of its keys. Both are lent. */
typedef enum outcome pages_row(void *context, unsigned table, struct bytes key, struct bytes value);

/* `tables` are the names that may be there; not all need to be. They are gone through in this
 * order. `row` may be NULL. `found` is kept up to date and says why when it fails.
 * Fails with STORE_DAMAGED, OUT_OF_MEMORY, or as `row` does. */
MUST_USE enum outcome pages_check(struct bytes file, const char *const tables[], size_t count,
                                  pages_row *row, void *context, struct pages_found *found);
