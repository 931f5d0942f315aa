/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_passing.h - signals that are passed on, at the corporation of a small town that handed them
 * in: the team, the municipality and an unbound care organisation may all have them with consent.
 * Stops the test when it cannot do its work.
 *
 * Order of use: small_passing_begins() and _ends() as set-up and tear-down of each test;
 * small_hand_in(); small_goes_on(), or step by step small_resident_names(), small_asked() and
 * small_arrives().
 */
#pragma once

#include "gateway/kept_signal.h"
#include "tests/support/small_gateway.h"

extern struct small_town passing_town;
extern struct small_gateway passing_gateway;

int small_passing_begins(void **state);
int small_passing_begins_with(void (*change)(json_t *document)); /* the covenant, before */
int small_passing_ends(void **state);

const char *small_number(enum small_place place);

/* --- what is kept --- */

void small_read_sent(const char *id, struct kept_signal *out);
/* Who holds it by this store: along the accepted transfers. */
enum small_place small_holder(const char *id);
enum answer small_last_answer(const char *id);
/* Does an item of that kind wait for that place? The first one is added. */
bool small_waits_for(enum small_place place, enum message_kind kind, struct buffer *out_item);

/* --- a signal at the team, and the resident's word about others --- */

/* Its holder's gateway signed for it. */
void small_arrives(const char *id);
/* In the queue for the team still. */
void small_hand_in_code(const char *code, char out_id[static UUID_TEXT_BYTES]);
void small_hand_in_only(char out_id[static UUID_TEXT_BYTES]);
void small_hand_in(char out_id[static UUID_TEXT_BYTES]);

struct small_word {
    const char *item;
    enum small_place recipient;
    char id[UUID_TEXT_BYTES];
};

/* Said at a desk: that one may know of it too. */
struct small_word small_resident_names(const char *item, enum small_place recipient);

/* --- asking --- */

struct small_question {
    char id[UUID_TEXT_BYTES];
    enum small_place from;
    const char *signal, *to;
};

struct small_question small_ask_for(enum small_place from, const char *signal, const char *to);
enum outcome small_put_question(const struct small_question *question,
                                struct receipt **out_receipt);
/* "" when it was taken, else the code. */
const char *small_said(const struct small_question *question);
const char *small_asked(enum small_place from, const char *signal, enum small_place to);
/* Taken, made and accepted: the item of the new holder. */
void small_goes_on(enum small_place from, const char *signal, enum small_place to,
                   char out_next[static UUID_TEXT_BYTES]);
