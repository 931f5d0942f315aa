/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_records.h - signals as a gateway of the small town keeps them, received or sent, with the
 * rows that stand beside them; and their end. Works on one gateway at a time. Stops the test when
 * it cannot do its work.
 */
#pragma once

#include "gateway/erasure.h"
#include "gateway/kept_signal.h"
#include "gateway/release.h"
#include "tests/support/small_signal.h"

/* The gateway that the rest works on; made and ended by the test. */
extern struct small_town town;
extern struct small_gateway small;

struct received {
    struct small_signal signal;
    struct uuid id;
    int64_t at_ms;
    char dossier[DOSSIER_BYTES];
    bool releases; /* an answer is planned, as by who is bound to secrecy */
};
struct received take_in(int64_t at_ms);
void take_in_as(struct received *received); /* with what stands in it already */

struct sending {
    struct uuid id;
    char text[UUID_TEXT_BYTES];
    char dossier[DOSSIER_BYTES]; /* "": of a new address */
    int64_t at_ms, received_ms;
    bool queued;
};
struct sending send_one(const char *dossier, bool queued);
void send_as(struct sending *sending);

struct bytes id_key(const struct uuid *id);
bool is_there(enum table table, const struct uuid *id);
int retention_days(const struct signal *signal);
/* In a change of its own. */
enum outcome erase_one(enum record_kind kind, struct uuid id, enum erasure_cause cause);
struct tombstone stone_of(enum record_kind kind, struct uuid id);
bool has_stone(enum record_kind kind, struct uuid id);
uint64_t pending_now(void);
/* Parsed; the caller owns it. "" for a member that is not there. */
json_t *last_leaf(void);
const char *leaf_text(const json_t *leaf, const char *name);

/* For cmocka: the town, and a gateway in it with its covenant in force. */
int small_records_town(void **state);
int small_records_town_end(void **state);
int small_records_team(void **state);
int small_records_corporation(void **state);
int small_records_end(void **state);
