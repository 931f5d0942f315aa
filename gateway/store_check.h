/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_check.h - the whole store looked through before it is opened, and before any key is read.
 *
 * A child does it, forked for it: it has no key, changes nothing (it opens every file for reading
 * only), and if a file goes bad under it, it is the child that dies of that. It reads every page of
 * the three environments (gateway/environment_pages.h), the form of every record, and the log from
 * its first leaf: leaves against the stored hashes, each row of the tree, and the root against the
 * signature of the newest checkpoint, for which the public key is enough.
 *
 * Does not see: a changed value or key of a record that is no leaf. That takes keys, see
 * gateway/store_verify.h. Nor that all files together were put back to an older state.
 */
#pragma once

#include <limits.h>

#include "crypto/note.h"
#include "crypto/outcome.h"
#include "gateway/environment_pages.h"

/* clang-format off */
#define STORE_FLAWS(X)                                                                             \
    X(NONE,    "klopt", "is sound")                                                                \
    X(PAGES,   "de bladzijden kloppen niet", "the pages are not right") /* which: see them */         \
    X(MISSING, "ontbreekt, terwijl de rest van de opslag er is",                                   \
               "is missing, while the rest of the store is there")                                 \
    X(READ,    "kan niet worden gelezen", "cannot be read")                                        \
    X(FORM,    "een gegeven heeft een onbekende vorm", "a record has an unknown form")             \
    X(LOG,     "het logboek klopt niet met zijn eigen handtekening",                               \
               "the log does not agree with its own signature")                                    \
    X(CHILD,   "het nalopen brak af, waarschijnlijk op onleesbare schijf",                         \
               "looking through it broke off, probably at a part of the disk that cannot be read") \
    X(RECORD,  "een gegeven is veranderd of ontbreekt", "a record was changed or is missing")      \
    X(BACK,    "de opslag is ouder dan wat erbij hoort",                                           \
               "the store is older than what belongs to it")
/* clang-format on */

enum store_flaw {
#define STORE_FLAW_ENUM(name, nl, en) STORE_FLAW_##name,
    STORE_FLAWS(STORE_FLAW_ENUM)
#undef STORE_FLAW_ENUM
        STORE_FLAW_COUNT
};

struct store_damage {
    enum store_flaw flaw;
    struct pages_found pages;
    char path[PATH_MAX]; /* file or folder */
};

/* `log_key` is named after the log's origin. A folder that does not exist yet is sound.
 * Fails with STORE_DAMAGED (then *out_damage says where), STORE_IN_USE, FILE_WRONG, OUT_OF_MEMORY
 * or BUSY (no child could be made). */
MUST_USE enum outcome store_check(const char *folder, const struct note_key *log_key,
                                  struct store_damage *out_damage);
/* The same without a child. */
MUST_USE enum outcome store_check_here(const char *folder, const struct note_key *log_key,
                                       struct store_damage *out_damage);
/* One line: what is damaged and what to do, in the language of the command. */
void store_damage_print(const struct store_damage *damage);
