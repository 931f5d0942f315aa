/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * users.h - who may do what: a certificate's fingerprint, a staff number, roles.
 *
 * The certificate is identity only; roles are read from the store at each request
 * and end at once with user_delete(). A role that reads payload or log waits until
 * somebody else confirmed it.
 */
#pragma once

#include "covenant/role.h"
#include "gateway/store.h"

enum { USER_NUMBER_BYTES = 33, USER_FINGERPRINT_BYTES = 65 };

struct user {
    char fingerprint[USER_FINGERPRINT_BYTES];
    char number[USER_NUMBER_BYTES]; /* staff number: [0-9A-Za-z._-]{1,32}, never a name */
    struct role_set roles;          /* in force */
    struct role_set waiting;        /* until confirmed */
    char added_by[USER_FINGERPRINT_BYTES];
};

bool user_number_is_valid(const char *number);
bool user_fingerprint_is_valid(const char *fingerprint); /* 64 lower-case hex digits */

/* NOT_FOUND or STORE_DAMAGED. */
MUST_USE enum outcome user_get(struct view *view, const char *fingerprint, struct user *out_user);
/* The same with a view of its own, for what a call needs. */
MUST_USE enum outcome user_find(struct store *store, const char *fingerprint,
                                char out_number[static USER_NUMBER_BYTES],
                                struct role_set *out_roles);
void user_put(struct change *change, const struct user *user);
void user_delete(struct change *change, const char *fingerprint);
/* The user after `fingerprint` ("" begins); NOT_FOUND at the end. */
MUST_USE enum outcome user_next(struct view *view, const char *fingerprint, struct user *out_user);
