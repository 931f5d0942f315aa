/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/users.h"

#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/json.h"

enum { USER_MAX_BYTES = 1024 };

bool user_number_is_valid(const char *number)
{
    size_t length = strspn(number, "0123456789abcdefghijklmnopqrstuvwxyz"
                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-");

    return length > 0 && length < USER_NUMBER_BYTES && number[length] == '\0';
}

bool user_fingerprint_is_valid(const char *fingerprint)
{
    uint8_t bytes[32];

    return hex_decode(fingerprint, bytes, sizeof bytes);
}

static enum outcome parse_user(struct bytes text, const char *fingerprint, struct user *out_user)
{
    OWNED_JSON object = NULL;
    struct user user = {0};
    const char *number, *added_by, *added_by_number;
    int64_t roles, waiting;

    TRY(json_read(text, USER_MAX_BYTES, &object));
    TRY(json_text_at(object, "naam", USER_NUMBER_BYTES - 1, &number, NULL));
    TRY(json_text_at(object, "door", USER_FINGERPRINT_BYTES - 1, &added_by, NULL));
    TRY(json_text_at(object, "doorNaam", USER_NUMBER_BYTES - 1, &added_by_number, NULL));
    TRY(json_integer_at(object, "rollen", 0, UINT32_MAX, &roles, NULL));
    TRY(json_integer_at(object, "wacht", 0, UINT32_MAX, &waiting, NULL));
    snprintf(user.fingerprint, sizeof user.fingerprint, "%s", fingerprint);
    snprintf(user.number, sizeof user.number, "%s", number);
    snprintf(user.added_by, sizeof user.added_by, "%s", added_by);
    snprintf(user.added_by_number, sizeof user.added_by_number, "%s", added_by_number);
    user.roles.bits = (uint32_t)roles;
    user.waiting.bits = (uint32_t)waiting;
    if (!role_set_is_valid(user.roles) || !role_set_is_valid(user.waiting))
        return OUTCOME_STORE_DAMAGED;
    *out_user = user;
    return OUTCOME_OK;
}

static enum outcome read_user(struct bytes text, const char *fingerprint, struct user *out_user)
{
    return store_read_outcome(parse_user(text, fingerprint, out_user));
}

enum outcome user_get(struct view *view, const char *fingerprint, struct user *out_user)
{
    struct bytes text;

    TRY(store_get(view, TABLE_USER, bytes_of_text(fingerprint), &text));
    return store_read_outcome(read_user(text, fingerprint, out_user));
}

enum outcome user_find(struct store *store, const char *fingerprint,
                       char out_number[static USER_NUMBER_BYTES], struct role_set *out_roles)
{
    struct view view;
    struct user user;
    enum outcome outcome;

    view_begin(store, &view);
    outcome = user_get(&view, fingerprint, &user);
    view_end(&view);
    TRY(outcome);
    memcpy(out_number, user.number, USER_NUMBER_BYTES);
    *out_roles = user.roles;
    return OUTCOME_OK;
}

void user_put(struct change *change, const struct user *user)
{
    OWNED_BUFFER text = {0};

    buffer_format(
        &text, "{\"naam\":\"%s\",\"rollen\":%u,\"wacht\":%u,\"door\":\"%s\",\"doorNaam\":\"%s\"}",
        user->number, user->roles.bits, user->waiting.bits, user->added_by, user->added_by_number);
    if (buffer_outcome(&text) != OUTCOME_OK)
        change->outcome = OUTCOME_OUT_OF_MEMORY;
    store_put(change, TABLE_USER, bytes_of_text(user->fingerprint), buffer_bytes(&text));
}

void user_delete(struct change *change, const char *fingerprint)
{
    store_delete(change, TABLE_USER, bytes_of_text(fingerprint));
}

enum outcome user_next(struct view *view, const char *fingerprint, struct user *out_user)
{
    char next[USER_FINGERPRINT_BYTES] = {0};
    struct bytes key, text;

    TRY(store_next(view, TABLE_USER, bytes_of_text(fingerprint), fingerprint[0], &key, &text));
    if (key.length != sizeof next - 1)
        return OUTCOME_STORE_DAMAGED;
    memcpy(next, key.data, key.length);
    return store_read_outcome(read_user(text, next, out_user));
}

enum outcome user_of_number(struct view *view, const char *number, struct user *out_user)
{
    struct user user = {0};

    do
        TRY(user_next(view, user.fingerprint, &user));
    while (strcmp(user.number, number) != 0);
    *out_user = user;
    return OUTCOME_OK;
}

enum outcome user_count(struct view *view, enum role role, size_t *out_count)
{
    struct user user = {0};
    enum outcome outcome;
    size_t count = 0;

    while ((outcome = user_next(view, user.fingerprint, &user)) == OUTCOME_OK)
        count += role_set_has(user.roles, role);
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    *out_count = count;
    return OUTCOME_OK;
}
