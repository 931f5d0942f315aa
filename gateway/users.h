/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * users.h - who may do what: a certificate's fingerprint, a staff number, roles.
 *
 * The certificate is identity only; roles are read from the store at each request
 * and end at once with user_delete(). A role that reads payload or log, or that
 * confirms others, waits until somebody else confirmed it.
 */
#pragma once

#include "covenant/role.h"
#include "gateway/store.h"

enum { USER_NUMBER_BYTES = 33, USER_FINGERPRINT_BYTES = 65 };

struct user {
    char fingerprint[USER_FINGERPRINT_BYTES];
    char number[USER_NUMBER_BYTES];        /* staff number: [0-9A-Za-z._-]{1,32}, never a name; one
                                            * user has it, since it is who acted in the log */
    struct role_set roles;                 /* in force */
    struct role_set waiting;               /* until confirmed */
    char added_by[USER_FINGERPRINT_BYTES]; /* "": the settings, as the next */
    char added_by_number[USER_NUMBER_BYTES];
};

bool user_number_is_valid(const char *number);
bool user_fingerprint_is_valid(const char *fingerprint); /* 64 lower-case hex digits */

/* NOT_FOUND; STORE_DAMAGED and others of ours. */
MUST_USE enum outcome user_get(struct view *view, const char *fingerprint, struct user *out_user);
/* The same with a view of its own, for what a call needs. */
MUST_USE enum outcome user_find(struct store *store, const char *fingerprint,
                                char out_number[static USER_NUMBER_BYTES],
                                struct role_set *out_roles);
void user_put(struct change *change, const struct user *user);
void user_delete(struct change *change, const char *fingerprint);
/* The user after `fingerprint` ("" begins); NOT_FOUND at the end. */
MUST_USE enum outcome user_next(struct view *view, const char *fingerprint, struct user *out_user);
/* The user with that staff number; NOT_FOUND. */
MUST_USE enum outcome user_of_number(struct view *view, const char *number, struct user *out_user);
/* How many users have the role in force. */
MUST_USE enum outcome user_count(struct view *view, enum role role, size_t *out_count);
