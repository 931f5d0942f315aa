/* SPDX-License-Identifier: EUPL-1.2 */
/* /v1/gebruikers: who has which roles. Every change is audited. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/handlers.h"
#include "gateway/users.h"

static json_t *words_of(struct role_set set)
{
    json_t *words = json_array();

    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if (role_set_has(set, role))
            json_array_append_new(words, json_string(role_word(role)));
    }
    return words;
}

static json_t *user_row(const struct user *user)
{
    return json_pack("{ss ss so so}", "vingerafdruk", user->fingerprint, "naam", user->number,
                     "rollen", words_of(user->roles), "wacht", words_of(user->waiting));
}

enum outcome get_users(struct call *call)
{
    OWNED_JSON rows = json_array();
    struct user user = {0};
    struct view view;
    enum outcome outcome;

    view_begin(call->gateway->store, &view);
    while ((outcome = user_next(&view, user.fingerprint, &user)) == OUTCOME_OK)
        json_array_append_new(rows, user_row(&user));
    view_end(&view);
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    return call_reply(call, 200, json_pack("{sO}", "gebruikers", rows));
}

static void say(struct call *call, const char *dutch, const char *english)
{
    snprintf(call->detail, sizeof call->detail, "%s",
             call->request->language == LANGUAGE_NL ? dutch : english);
}

static enum outcome record_change(struct call *call, struct change *change, const struct user *user,
                                  const char *what)
{
    struct audit_entry entry = call_entry(call, AUDIT_POLICY);
    char object[320];
    int used = snprintf(object, sizeof object, "%s %s %s", what, user->number, user->fingerprint);

    for (unsigned role = 0; role < ROLE_COUNT && used > 0 && used < (int)sizeof object; role++) {
        if (role_set_has(user->roles, role) || role_set_has(user->waiting, role))
            used += snprintf(object + used, sizeof object - (size_t)used, " %s", role_word(role));
    }
    entry.committed[AUDIT_OBJECTS] = object;
    return audit_record(call->gateway->audit, change, &entry);
}

/* --- adding --- */

static enum outcome read_roles(const json_t *body, struct user *user, struct fault *fault)
{
    const json_t *roles;

    TRY(json_array_at(body, "rollen", ROLE_COUNT, &roles, fault));
    for (size_t i = 0; i < json_array_size(roles); i++) {
        const char *word = json_string_value(json_array_get(roles, i));
        enum role role;
        if (!word || !role_parse(word, &role)) {
            fault_at(fault, "rollen[%zu]", i);
            return OUTCOME_MALFORMED;
        }
        /* Whoever hands out roles may not by himself make a reader, nor who confirms one. */
        if (role_set_needs_confirmation(role_set_with((struct role_set){0}, role)))
            user->waiting = role_set_with(user->waiting, role);
        else
            user->roles = role_set_with(user->roles, role);
    }
    return OUTCOME_OK;
}

static enum outcome apply_user(struct call *call, struct change *change)
{
    struct user *user = call->state, other;
    enum outcome outcome = user_of_number(&change->view, user->number, &other);

    if (outcome == OUTCOME_OK)
        say(call, "Een andere gebruiker heeft dit personeelsnummer al.",
            "Another user has this staff number already.");
    if (outcome == OUTCOME_OK ||
        store_has(&change->view, TABLE_USER, bytes_of_text(user->fingerprint)))
        return OUTCOME_EXISTS;
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    user_put(change, user);
    TRY(record_change(call, change, user, "erbij"));
    return call_reply(call, 201, user_row(user));
}

enum outcome post_user(struct call *call)
{
    static const char *const members[] = {"vingerafdruk", "naam", "rollen", NULL};
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    struct user *user = calloc(1, sizeof *user);
    const char *fingerprint, *number;
    enum outcome outcome;

    if (!user)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = user;
    call->free_state = free;
    TRY(call_body(call, members, &body));
    TRY(json_text_at(body, "vingerafdruk", 64, &fingerprint, &fault));
    TRY(json_text_at(body, "naam", USER_NUMBER_BYTES - 1, &number, &fault));
    outcome = read_roles(body, user, &fault);
    call_fault(call, &fault);
    TRY(outcome);
    if (!user_fingerprint_is_valid(fingerprint) || !user_number_is_valid(number))
        return OUTCOME_MALFORMED;
    snprintf(user->fingerprint, sizeof user->fingerprint, "%s", fingerprint);
    snprintf(user->number, sizeof user->number, "%s", number);
    snprintf(user->added_by, sizeof user->added_by, "%s", call->caller.fingerprint);
    snprintf(user->added_by_number, sizeof user->added_by_number, "%s", call->caller.number);
    call->apply = apply_user;
    return OUTCOME_OK;
}

/* --- confirming and removing --- */

static enum outcome load(struct call *call, struct change *change, struct user *out_user)
{
    if (!user_fingerprint_is_valid(call->parameter))
        return OUTCOME_NOT_FOUND;
    return user_get(&change->view, call->parameter, out_user);
}

/* A second certificate does not make a second person: the staff number counts too. */
static bool is_second_person(const struct caller *caller, const struct user *user)
{
    return strcmp(caller->fingerprint, user->fingerprint) != 0 &&
           strcmp(caller->fingerprint, user->added_by) != 0 &&
           strcmp(caller->number, user->number) != 0 &&
           strcmp(caller->number, user->added_by_number) != 0;
}

static enum outcome apply_confirmation(struct call *call, struct change *change)
{
    struct user user;

    TRY(load(call, change, &user));
    if (!is_second_person(&call->caller, &user)) {
        say(call, "Iemand anders dan de toevoeger en de gebruiker zelf moet dit bevestigen.",
            "Somebody other than who added the user and the user must confirm this.");
        return OUTCOME_NO_ROLE;
    }
    user.roles.bits |= user.waiting.bits;
    user.waiting.bits = 0;
    user_put(change, &user);
    TRY(record_change(call, change, &user, "bevestigd"));
    return call_reply(call, 200, user_row(&user));
}

enum outcome post_user_confirmation(struct call *call)
{
    call->apply = apply_confirmation;
    return OUTCOME_OK;
}

/* Without one of each nobody could be added or confirmed any more. */
static enum outcome check_not_last(struct call *call, struct change *change,
                                   const struct user *user)
{
    static const enum role kept[] = {ROLE_BEHEERDER, ROLE_FG};

    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        size_t count = 0;
        if (!role_set_has(user->roles, kept[i]))
            continue;
        TRY(user_count(&change->view, kept[i], &count));
        if (count > 1)
            continue;
        say(call, "Dit is de laatste met deze rol. Voeg eerst een ander toe.",
            "This is the last with this role. Add another first.");
        return OUTCOME_STEP_NOT_ALLOWED;
    }
    return OUTCOME_OK;
}

static enum outcome apply_removal(struct call *call, struct change *change)
{
    struct user user;

    TRY(load(call, change, &user));
    TRY(check_not_last(call, change, &user));
    user_delete(change, user.fingerprint);
    TRY(record_change(call, change, &user, "eraf"));
    reply_with(call->reply, 204, NULL, (struct bytes){0});
    return OUTCOME_OK;
}

enum outcome delete_user(struct call *call)
{
    call->apply = apply_removal;
    return OUTCOME_OK;
}
