/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/adapter.h"
#include "crypto/encoding.h"
#include "gateway/agreement_use.h"
#include "gateway/basis_store.h"
#include "gateway/counted.h"
#include "gateway/figures.h"
#include "gateway/intake.h"
#include "gateway/kept_signal.h"
#include "gateway/objections.h"
#include "gateway/queue.h"
#include "gateway/reported.h"
#include "gateway/retained.h"
#include "gateway/withdrawals.h"

static const char *const result_words[INTAKE_RESULT_COUNT] = {
    "GETELD", "VERZONDEN_TOESTEMMING", "VERZONDEN_WET", "AL_BEKEND", "GEWEIGERD"};

const char *intake_result_word(enum intake_result result)
{
    return result_words[result];
}

void intake_row_wipe(struct intake_row *row)
{
    import_row_wipe(&row->row);
    identity_wipe(&row->identity);
    buffer_wipe(&row->item);
    basis_list_wipe(&row->earlier);
    basis_free(row->basis);
    row->basis = NULL;
}

/* --- is the row known? --- */

/* A part of a row for all is known beside the row itself, and that the row is in the count. */
enum of_row { OF_PART, OF_WHOLE, OF_COUNT };

static enum outcome source_key(const struct intake *intake, const struct intake_row *row,
                               enum of_row of, uint8_t out[static STORE_HASH_BYTES])
{
    OWNED_BUFFER value = {0};

    buffer_add(&value, intake->adapter, strlen(intake->adapter) + 1);
    buffer_add_text(&value, row->row.source_key);
    if (row->part && of != OF_WHOLE) {
        buffer_add_byte(&value, '\0'); /* stands in no key of a source */
        buffer_add_text(&value, of == OF_COUNT ? "geteld" : row->part->oin.text);
    }
    TRY(buffer_outcome(&value));
    return store_hash(intake->call->gateway->store, "bron", buffer_bytes(&value), out);
}

/* A keyed hash: a plain digest of so few possible rows could be looked up by trying them all. */
static enum outcome content_hash(const struct intake *intake, const struct intake_row *row,
                                 uint8_t out[static STORE_HASH_BYTES])
{
    return store_hash(intake->call->gateway->store, "rij",
                      bytes_of(row->digest, sizeof row->digest), out);
}

/* One source key has one row here for as long as it is known; there is no later one of it yet. */
enum outcome intake_id(const struct intake *intake, const struct intake_row *row, const char *label,
                       char out[static UUID_TEXT_BYTES])
{
    uint8_t hash[STORE_HASH_BYTES];
    OWNED_BUFFER value = {0};

    buffer_add(&value, intake->adapter, strlen(intake->adapter) + 1);
    buffer_add(&value, row->row.source_key, strlen(row->row.source_key) + 1);
    buffer_add(&value, row->digest, sizeof row->digest);
    buffer_add_text(&value, row->to->oin.text);
    TRY(buffer_outcome(&value));
    TRY(store_hash(intake->call->gateway->store, label, buffer_bytes(&value), hash));
    uuid_print(uuid_of_hash(hash), out);
    return OUTCOME_OK;
}

/* A desk of ours may have taken an objection since the row was exported. */
static enum outcome heed_objection(const struct intake *intake, struct intake_row *row,
                                   struct view *view)
{
    const struct gateway *gateway = intake->call->gateway;
    uint8_t hash[STORE_HASH_BYTES];
    bool stands;

    if ((row->result != INTAKE_SENT_LAW && row->result != INTAKE_SENT_CONSENT) ||
        !row->has_identity)
        return OUTCOME_OK;
    TRY(dossier_hash_identity(gateway->store, gateway->local_id_key, &row->identity, hash));
    TRY(objection_stands(view, hash, row->article->purpose, &stands));
    if (!stands)
        return OUTCOME_OK;
    row->result = INTAKE_REFUSED;
    row->has_fault = false;
    row->choices[0] = '\0';
    row->refusal = REFUSAL_OBJECTION;
    return OUTCOME_OK;
}

/* The row went to one recipient before, and is for all now: what that one has, nobody here can tell
 * apart from what it would get as a part. */
static enum outcome sent_otherwise(const struct intake *intake, struct intake_row *row,
                                   struct view *view, bool *out_otherwise)
{
    uint8_t key[STORE_HASH_BYTES];
    struct bytes value;
    enum outcome outcome;

    *out_otherwise = false;
    if (!row->part)
        return OUTCOME_OK;
    TRY(source_key(intake, row, OF_WHOLE, key));
    outcome = store_get(view, TABLE_SOURCE, bytes_of(key, sizeof key), &value);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    *out_otherwise = value.length != STORE_HASH_BYTES;
    if (*out_otherwise) {
        row->result = INTAKE_REFUSED;
        row->has_fault = false;
        row->choices[0] = '\0';
        row->refusal = REFUSAL_CHANGED;
    }
    return OUTCOME_OK;
}

static enum outcome known_by_source(struct intake *intake, struct intake_row *row,
                                    struct view *view)
{
    uint8_t key[STORE_HASH_BYTES], content[STORE_HASH_BYTES];
    OWNED_BUFFER earlier = {0};
    struct bytes value;
    enum outcome outcome;
    bool otherwise;

    row->result = row->decided;
    row->replaces[0] = row->merged[0] = '\0';
    TRY(sent_otherwise(intake, row, view, &otherwise));
    if (otherwise)
        return OUTCOME_OK;
    TRY(source_key(intake, row, OF_PART, key));
    TRY(content_hash(intake, row, content));
    outcome = store_get(view, TABLE_SOURCE, bytes_of(key, sizeof key), &value);
    if (outcome == OUTCOME_NOT_FOUND)
        return heed_objection(intake, row, view);
    TRY(outcome);
    if (value.length >= sizeof content &&
        bytes_equal(bytes_of(value.data, sizeof content), bytes_of(content, sizeof content))) {
        row->result = INTAKE_KNOWN;
        return OUTCOME_OK;
    }
    buffer_add_bytes(&earlier, value); /* what is lent ends with the next reading */
    TRY(buffer_outcome(&earlier));
    TRY(heed_objection(intake, row, view));
    return intake_changed(intake, row, buffer_bytes(&earlier), view);
}

enum outcome intake_known(struct intake *intake, struct intake_row *row, struct view *view)
{
    TRY(known_by_source(intake, row, view));
    return agreement_merge(intake, row, view);
}

static enum outcome remember_source(struct intake *intake, const struct intake_row *row,
                                    struct change *change)
{
    uint8_t key[STORE_HASH_BYTES], content[STORE_HASH_BYTES], value[INTAKE_SOURCE_BYTES];

    TRY(source_key(intake, row, OF_PART, key));
    TRY(content_hash(intake, row, content));
    store_put(change, TABLE_SOURCE, bytes_of(key, sizeof key),
              intake_source_value(row, content, value));
    if (!row->part)
        return change->outcome;
    TRY(source_key(intake, row, OF_WHOLE, key)); /* content alone: as a whole it went nowhere */
    store_put(change, TABLE_SOURCE, bytes_of(key, sizeof key), bytes_of(content, sizeof content));
    return change->outcome;
}

/* --- what follows --- */

/* One row is one in the count, however many partners may read that, and whatever it says later. */
static enum outcome count_once(struct intake *intake, const struct intake_row *row,
                               struct change *change)
{
    uint8_t key[STORE_HASH_BYTES];
    struct bytes value;
    enum outcome outcome;

    if (!row->part)
        return counted_add(change, row->row.reported.day, row->row.codes[0], row->row.complex);
    TRY(source_key(intake, row, OF_COUNT, key));
    outcome = store_get(&change->view, TABLE_SOURCE, bytes_of(key, sizeof key), &value);
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    TRY(counted_add(change, row->row.reported.day, row->row.codes[0], row->row.complex));
    store_put(change, TABLE_SOURCE, bytes_of(key, sizeof key), bytes_of(key, sizeof key));
    return change->outcome;
}

static enum outcome store_sent(struct intake *intake, const struct intake_row *row,
                               const char *dossier, struct change *change)
{
    OWNED_KEPT_SIGNAL kept = {.partner = row->to->oin, .taken_ms = intake->call->now_ms};
    OWNED_BUFFER text = {0};
    struct retained retained = {
        .kind = RECORD_SENT,
        .sequence = store_next_sequence(change, TABLE_SENT_ORDER, (struct bytes){0}),
        /* of a receipt that is still to come: the term counts from that, and is looked at then */
        .look = agreement_look_day(
            row->has_housing ? &row->housing : NULL,
            retained_signal_until(kept.taken_ms, row->article->retention_days)),
    };
    uint8_t sequence[8];

    memcpy(kept.covenant, intake->known->covenant->fingerprint, sizeof kept.covenant);
    snprintf(kept.dossier, sizeof kept.dossier, "%s", dossier);
    snprintf(kept.source_key, sizeof kept.source_key, "%s", row->row.source_key);
    snprintf(kept.actor, sizeof kept.actor, "%s", intake->call->caller.number);
    buffer_add_buffer(&kept.item, &row->item);
    TRY(kept_signal_print(&kept, &text));
    uuid_parse(row->id, &retained.id);
    store_put_sealed(change, TABLE_SENT, bytes_of(retained.id.bytes, 16), buffer_bytes(&text));
    write_u64(sequence, retained.sequence);
    store_put(change, TABLE_SENT_ORDER, bytes_of(sequence, 8), bytes_of(retained.id.bytes, 16));
    memcpy(retained.dossier, kept.dossier, sizeof retained.dossier);
    retained_put(change, &retained);
    return change->outcome;
}

static void rule_of(const struct intake *intake, const struct intake_row *row, char *out,
                    size_t size)
{
    out[0] = '\0';
    if (row->article)
        covenant_rule_print(intake->known->covenant, row->article->number, out, size);
}

static enum outcome queue_row(struct intake *intake, const struct intake_row *row,
                              const char *dossier, struct change *change)
{
    struct queued queued = {
        .kind = MESSAGE_KIND_SIGNAL,
        .role = intake->call->role,
        .purpose = row->article->purpose,
        .item = buffer_bytes(&row->item),
    };

    memcpy(queued.covenant, intake->known->covenant->fingerprint, sizeof queued.covenant);
    memcpy(queued.id, row->id, sizeof queued.id);
    memcpy(queued.dossier, dossier, sizeof queued.dossier);
    rule_of(intake, row, queued.rule, sizeof queued.rule);
    return queue_add(change, &row->to->oin, &queued);
}

static enum outcome record_row(struct intake *intake, const struct intake_row *row,
                               enum audit_event event, const char *dossier, const char *object,
                               struct change *change)
{
    struct audit_entry entry = call_entry(intake->call, event);
    char rule[QUEUE_RULE_BYTES], place[INTAKE_ADAPTER_BYTES + 24];

    /* The place in the file, never the case number: that is somebody's. */
    snprintf(place, sizeof place, "%s rij %u", intake->adapter, row->row.row);
    rule_of(intake, row, rule, sizeof rule);
    entry.item = (int)(row - intake->rows) + 1;
    entry.rule = rule[0] ? rule : NULL;
    entry.covenant = intake->known->covenant->fingerprint;
    entry.destination = row->to     ? row->to->oin.text
                        : row->part ? row->part->oin.text
                                    : NULL;
    entry.committed[AUDIT_SUBJECT] = dossier;
    entry.committed[AUDIT_OBJECTS] = object ? object : place;
    if (row->article)
        entry.committed[AUDIT_PURPOSE] = purpose_word(row->article->purpose);
    if (row->result == INTAKE_REFUSED) {
        entry.result = AUDIT_DENIED;
        entry.why = row->has_fault ? import_fault_code(row->fault) : refusal_code(row->refusal);
    }
    return audit_record(intake->call->gateway->audit, change, &entry);
}

/* A withdrawal, or another choice, may have come since the row was decided. */
static enum outcome look_again(struct intake *intake, struct intake_row *row, struct view *view)
{
    OWNED_BASIS_LIST list = {0};
    const struct kept_basis *known;
    enum refusal refusal;

    TRY(basis_list_for_row(intake->call->gateway, view, &row->identity, &list));
    refusal = basis_for_row(&list, &row->wish, &known);
    if (refusal == REFUSAL_NONE && row->desk &&
        (!known || strcmp(known->basis->id, row->basis->id) != 0))
        refusal = REFUSAL_CONSENT_WITHDRAWN; /* the proof in hand is of another one, or of none */
    if (refusal == REFUSAL_NONE && !row->desk && known)
        refusal = REFUSAL_CONSENT_WIDER;
    if (refusal != REFUSAL_NONE) {
        row->result = INTAKE_REFUSED;
        row->refusal = refusal;
        row->has_fault = false;
    }
    return OUTCOME_OK;
}

/* The record was made at a desk: that this recipient saw it is all that is new. */
static enum outcome note_shown(struct intake *intake, const struct intake_row *row,
                               struct change *change)
{
    OWNED_KEPT_BASIS kept = {0};

    TRY(basis_get(&change->view, row->basis->id, &kept));
    if (basis_was_shown(kept.basis, &row->to->oin))
        return OUTCOME_OK;
    TRY(basis_add_event(kept.basis, BASIS_EVENT_BEWIJS_AFGEGEVEN, &row->to->oin,
                        intake->call->now_ms / 1000 * 1000));
    return basis_put(change, &kept);
}

static enum outcome store_basis(struct intake *intake, struct intake_row *row, const char *dossier,
                                struct change *change)
{
    struct kept_basis kept = {.basis = row->basis}; /* borrowed */

    if (row->desk)
        return note_shown(intake, row, change);
    snprintf(row->basis->dossier, sizeof row->basis->dossier, "%s", dossier);
    snprintf(kept.actor, sizeof kept.actor, "%s", intake->call->caller.number);
    TRY(basis_put(change, &kept));
    return record_row(intake, row, AUDIT_CONSENT, dossier, row->basis->id, change);
}

/* So that a withdrawal finds what left under it. */
static enum outcome note_under(struct intake *intake, const struct intake_row *row,
                               struct change *change)
{
    uint8_t id[PROOF_ID_BYTES];
    char proof[PROOF_ID_TEXT_BYTES];
    const struct ended_name name = {ENDED_GIVEN, &row->to->oin, proof};
    struct under under;

    TRY(proof_id(intake->call->gateway->proof_id_key, bytes_of_text(row->basis->id), &row->to->oin,
                 id));
    hex_encode(bytes_of(id, sizeof id), proof);
    return uuid_parse(row->id, &under.item) && uuid_parse(row->basis->id, &under.record)
               ? under_put(change, &name, &under)
               : OUTCOME_INTERNAL;
}

/* What the file says now cannot be read from the item: that holds what the law allows, no more. */
static enum outcome note_reported(const struct intake *intake, const struct intake_row *row,
                                  struct change *change)
{
    const struct reported reported = {
        .contact_attempted = row->row.contact_attempted.day,
        .pointed_to_help = row->row.pointed_to_help.day,
        .reminded = row->row.reminded.day,
        .intake_leaf = reported_next_leaf(intake->call->gateway),
    };

    return article_is_early_signal(intake->known->covenant, row->article)
               ? reported_put(change, row->id, &reported)
               : OUTCOME_OK;
}

static enum outcome store_individual(struct intake *intake, struct intake_row *row,
                                     struct change *change)
{
    char dossier[DOSSIER_BYTES];

    TRY(dossier_make(change, intake->call->gateway->store, intake->call->gateway->local_id_key,
                     &row->identity, dossier));
    if (row->basis)
        TRY(store_basis(intake, row, dossier, change));
    TRY(store_sent(intake, row, dossier, change));
    TRY(queue_row(intake, row, dossier, change));
    if (row->basis)
        TRY(note_under(intake, row, change));
    TRY(note_reported(intake, row, change)); /* directly before its leaf */
    return record_row(intake, row, AUDIT_INTAKE, dossier, row->id, change);
}

/* By what it is and why, so that a file pushed every night counts once a month. */
static enum outcome count_refusal(const struct intake *intake, const struct intake_row *row,
                                  struct change *change)
{
    const enum knelpunt why = row->has_fault ? KNELPUNT_FORM : knelpunt_of(row->refusal);
    uint8_t key[STORE_HASH_BYTES];

    TRY(source_key(intake, row, OF_WHOLE, key));
    key[0] ^= (uint8_t)why; /* another reason is counted by itself */
    return figures_row_refused(change, intake->call->now_ms, bytes_of(key, sizeof key), why);
}

/* What replaces another row was counted as that; a row for all counts once, not for each part. */
static enum outcome count_handed_in(const struct intake *intake, const struct intake_row *row,
                                    struct change *change)
{
    uint8_t key[STORE_HASH_BYTES];

    if (row->result == INTAKE_KNOWN || row->replaces[0])
        return OUTCOME_OK;
    TRY(source_key(intake, row, OF_COUNT, key));
    return figures_handed_in(intake->call->gateway, change, intake->call->now_ms,
                             row->part ? bytes_of(key, sizeof key) : (struct bytes){0},
                             row->row.codes[0], row->row.complex);
}

enum outcome intake_store(struct intake *intake, struct intake_row *row, struct change *change)
{
    TRY(intake_known(intake, row, &change->view));
    if (row->result == INTAKE_SENT_CONSENT && row->basis)
        TRY(look_again(intake, row, &change->view));
    if (row->result != INTAKE_KNOWN || row->merged[0])
        TRY(intake_take_back(intake, row, change));
    switch (row->result) {
    case INTAKE_KNOWN:
        if (!row->merged[0])
            return OUTCOME_OK;
        TRY(record_row(intake, row, AUDIT_INTAKE, row->merged_dossier, row->merged, change));
        break;
    case INTAKE_REFUSED:
        TRY(count_refusal(intake, row, change));
        return record_row(intake, row, AUDIT_DENY, NULL, NULL, change);
    case INTAKE_COUNTED:
        TRY(count_once(intake, row, change));
        TRY(record_row(intake, row, AUDIT_INTAKE, NULL, NULL, change));
        break;
    case INTAKE_SENT_CONSENT:
    case INTAKE_SENT_LAW:
        TRY(store_individual(intake, row, change));
        break;
    case INTAKE_RESULT_COUNT:
        return OUTCOME_INTERNAL;
    }
    TRY(count_handed_in(intake, row, change));
    return remember_source(intake, row, change);
}
