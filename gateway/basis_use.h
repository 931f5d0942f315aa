/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * basis_use.h - what a resident chose before, when something new is about to rest on it: all
 * records of one address or dossier, and what they allow.
 *
 * A choice made at a desk, with a slip, bounds what later rows and records may say of the same
 * resident. One that came with a pushed row says only what that row needed, and bounds nothing.
 * Order of use: one of the three lists; the questions; basis_list_wipe(). Asked before the writer
 * and again in the change: a withdrawal may come between the two.
 */
#pragma once

#include "covenant/basis_scope.h"
#include "gateway/basis_store.h"
#include "gateway/gateway.h"

struct basis_list {
    size_t count;
    struct kept_basis *items; /* owned */
};
void basis_list_wipe(struct basis_list *list); /* {0} is fine */
#define OWNED_BASIS_LIST __attribute__((cleanup(basis_list_wipe))) struct basis_list

/* Both add to the list; an address has several dossiers where signals about it were received. */
MUST_USE enum outcome basis_list_of_dossier(struct view *view, const char *dossier,
                                            struct basis_list *list);
MUST_USE enum outcome basis_list_of_identity(const struct gateway *gateway, struct view *view,
                                             const struct identity *identity,
                                             struct basis_list *list);
/* As the former, for basis_for_row() alone: without what came with earlier rows and still stands,
 * of which an address that is reported often has very many. */
MUST_USE enum outcome basis_list_for_row(const struct gateway *gateway, struct view *view,
                                         const struct identity *identity, struct basis_list *list);

/* --- a row --- */

struct basis_wish { /* what a row needs of the resident */
    enum purpose purpose;
    struct oin recipient;
    const char *group;
    bool second;      /* the article asks a second member of staff */
    bool own_consent; /* the row says itself that the resident agreed, on `given` */
    struct day given;
    struct day today;
};

/* REFUSAL_NONE with *out_known the record that it rests on, or NULL when it brings its own; else
 * why not. */
enum refusal basis_for_row(const struct basis_list *list, const struct basis_wish *wish,
                           const struct kept_basis **out_known);

/* --- a new record --- */

/* Does the new record stay within what was chosen before, or say rightly which choice it takes the
 * place of? Else why not, in *out_refusal. *out_replaced is that one, or NULL. OUT_OF_MEMORY. */
MUST_USE enum outcome basis_against_earlier(const struct basis_list *list,
                                            const struct basis *basis, const char *replaces,
                                            struct day today, struct kept_basis **out_replaced,
                                            enum basis_refusal *out_refusal);

/* --- secrecy --- */

/* The record in force that lifts our secrecy about this dossier towards `recipient`; or NULL. */
const struct basis *basis_lifting(const struct basis_list *list, enum purpose purpose,
                                  const struct oin *recipient, const char *group, struct day today);
