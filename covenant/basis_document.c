/* SPDX-License-Identifier: EUPL-1.2 */
/* The basis record as the JSON document that is stored (basis.h). */
#include <stdlib.h>
#include <string.h>

#include "covenant/basis_words.h"
#include "covenant/proof_lists.h"
#include "covenant/wire.h"

enum { UUID_ITEMS = 4, WORD_MAX_BYTES = 32 };
#define SEQUENCE_MAX INT64_C(1000000000)

/* --- bounds --------------------------------------------------------------------------------- */

/* A citation is quoted from a law: one line, and printed as JSON text. */
static bool citation_is_valid(const struct basis *basis)
{
    bool needed = basis->ground == BASIS_GROUND_WET;

    if (needed != (basis->citation[0] != '\0'))
        return false;
    for (const char *c = basis->citation; *c; c++)
        if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7E)
            return false;
    return true;
}

static bool recipients_are_valid(const struct basis *basis)
{
    struct oin oin;

    if (basis->recipient_count == 0 || basis->recipient_count > BASIS_RECIPIENTS_MAX)
        return false;
    for (size_t i = 0; i < basis->recipient_count; i++) {
        if (!oin_parse(basis->recipients[i].text, &oin))
            return false;
        for (size_t j = 0; j < i; j++)
            if (oin_equal(&basis->recipients[i], &basis->recipients[j]))
                return false;
    }
    return true;
}

/* The state is what the events say. */
static bool events_are_valid(const struct basis *basis)
{
    bool withdrawn = false;

    if (basis->event_count == 0 || basis->event_count > BASIS_EVENTS_MAX)
        return false;
    for (size_t i = 0; i < basis->event_count; i++) {
        const struct basis_event *event = &basis->events[i];
        struct oin oin;
        if ((unsigned)event->kind >= BASIS_EVENT_COUNT || withdrawn ||
            (i == 0) != (event->kind == BASIS_EVENT_GEGEVEN) ||
            (event->kind == BASIS_EVENT_BEWIJS_AFGEGEVEN) != oin_parse(event->recipient.text, &oin))
            return false;
        withdrawn = event->kind == BASIS_EVENT_INGETROKKEN;
    }
    return withdrawn == (basis->state == PROOF_WITHDRAWN);
}

enum outcome basis_check(const struct basis *basis, struct fault *fault)
{
    if (!wire_is_uuid(basis->id, UUID_ITEMS))
        return wire_wrong(fault, "id");
    if (!wire_is_word(basis->dossier, BASIS_DOSSIER_MAX_BYTES,
                      WIRE_UPPER WIRE_DIGITS "abcdefghijklmnopqrstuvwxyz-"))
        return wire_wrong(fault, "dossier");
    if (basis_kind_word(basis->kind)[0] == '\0')
        return wire_wrong(fault, "soort");
    if (basis_ground_word(basis->ground)[0] == '\0')
        return wire_wrong(fault, "basis");
    if (!citation_is_valid(basis))
        return wire_wrong(fault, "citaat");
    if (!proof_purposes_are_valid(basis->purposes))
        return wire_wrong(fault, "doelen");
    if (!recipients_are_valid(basis))
        return wire_wrong(fault, "ontvangers");
    if (!proof_groups_are_valid(&basis->groups))
        return wire_wrong(fault, "signaalgroepen");
    if ((unsigned)basis->collected_by >= ROLE_COUNT)
        return wire_wrong(fault, "vastgelegdDoor");
    if (basis_channel_word(basis->method)[0] == '\0')
        return wire_wrong(fault, "werkwijze");
    if (!wire_is_word(basis->notice, BASIS_NOTICE_MAX_BYTES,
                      WIRE_UPPER WIRE_DIGITS "abcdefghijklmnopqrstuvwxyz._-"))
        return wire_wrong(fault, "formulierVersie");
    if (day_compare(basis->until, basis->from) < 0 ||
        day_compare(basis->until, day_plus_months(basis->from, BASIS_MONTHS_MAX)) >= 0)
        return wire_wrong(fault, "geldigTot");
    if (basis->retention_days < 0 || basis->retention_days > BASIS_RETENTION_DAYS_MAX)
        return wire_wrong(fault, "bewaarDagen");
    if (basis_channel_word(basis->withdrawal_channel)[0] == '\0')
        return wire_wrong(fault, "intrekkanaal");
    if (basis->sequence < 1 || basis->sequence > SEQUENCE_MAX)
        return wire_wrong(fault, "volgnr");
    return events_are_valid(basis) ? OUTCOME_OK : wire_wrong(fault, "gebeurtenissen");
}

/* --- writing -------------------------------------------------------------------------------- */

/* One link: the event's own text with the hash of the one before; its hash is the next one's. */
static enum outcome add_event(struct buffer *out, const struct basis *basis, size_t index,
                              char chain[static SHA256_HEX_BYTES])
{
    const struct basis_event *event = &basis->events[index];
    size_t start = out->length;

    buffer_add_byte(out, '{');
    wire_add_integer(out, "volgnr", (int64_t)index + 1);
    wire_add_text(out, "wat", basis_event_word(event->kind));
    wire_add_instant(out, "op", event->at_ms);
    if (event->recipient.text[0])
        wire_add_text(out, "ontvanger", event->recipient.text);
    if (index > 0)
        wire_add_text(out, "vorige", chain);
    buffer_add_byte(out, '}');
    TRY(buffer_outcome(out));
    return sha256_hex(bytes_of(out->data + start, out->length - start), chain);
}

static enum outcome add_events(struct buffer *out, const struct basis *basis,
                               char chain[static SHA256_HEX_BYTES])
{
    for (size_t i = 0; i < basis->event_count; i++) {
        buffer_add_byte(out, i == 0 ? '[' : ',');
        TRY(add_event(out, basis, i, chain));
    }
    buffer_add_byte(out, ']');
    return buffer_outcome(out);
}

static void add_recipients(struct buffer *out, const struct basis *basis)
{
    wire_add_name(out, "ontvangers");
    for (size_t i = 0; i < basis->recipient_count; i++) {
        buffer_add_byte(out, i == 0 ? '[' : ',');
        buffer_add_json_text(out, basis->recipients[i].text);
    }
    buffer_add_byte(out, ']');
}

static void add_agreement(struct buffer *out, const struct basis *basis)
{
    wire_add_text(out, "id", basis->id);
    wire_add_text(out, "dossier", basis->dossier);
    wire_add_text(out, "soort", basis_kind_word(basis->kind));
    wire_add_text(out, "basis", basis_ground_word(basis->ground));
    if (basis->citation[0]) {
        wire_add_name(out, "citaat");
        buffer_add_json_text(out, basis->citation);
    }
    proof_add_purposes(out, basis->purposes);
    add_recipients(out, basis);
    proof_add_groups(out, &basis->groups);
}

enum outcome basis_print(const struct basis *basis, struct buffer *out)
{
    char chain[SHA256_HEX_BYTES];

    TRY(basis_check(basis, NULL));
    buffer_add_byte(out, '{');
    add_agreement(out, basis);
    wire_add_text(out, "vastgelegdDoor", role_word(basis->collected_by));
    wire_add_text(out, "werkwijze", basis_channel_word(basis->method));
    wire_add_text(out, "formulierVersie", basis->notice);
    wire_add_day(out, "geldigVan", basis->from);
    wire_add_day(out, "geldigTot", basis->until);
    wire_add_integer(out, "bewaarDagen", basis->retention_days);
    wire_add_text(out, "intrekkanaal", basis_channel_word(basis->withdrawal_channel));
    wire_add_text(out, "stand", proof_state_word(basis->state));
    wire_add_integer(out, "volgnr", basis->sequence);
    wire_add_name(out, "gebeurtenissen");
    TRY(add_events(out, basis, chain));
    wire_add_text(out, "keten", chain);
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}

/* --- reading -------------------------------------------------------------------------------- */

static enum outcome read_word(const json_t *object, const char *name, const char **out_word,
                              struct fault *fault)
{
    return json_text_at(object, name, WORD_MAX_BYTES, out_word, fault);
}

static enum outcome read_recipients(const json_t *object, struct basis *out, struct fault *fault)
{
    const json_t *array;

    TRY(json_array_at(object, "ontvangers", BASIS_RECIPIENTS_MAX, &array, fault));
    out->recipient_count = json_array_size(array);
    for (size_t i = 0; i < out->recipient_count; i++) {
        if (!oin_parse(json_string_value(json_array_get(array, i)), &out->recipients[i])) {
            fault_at(fault, "ontvangers[%zu]", i);
            return OUTCOME_MALFORMED;
        }
    }
    return OUTCOME_OK;
}

static enum outcome read_agreement(const json_t *object, struct basis *out, struct fault *fault)
{
    const char *word;

    TRY(wire_uuid_at(object, "id", UUID_ITEMS, out->id, fault));
    TRY(wire_text_at(object, "dossier", out->dossier, sizeof out->dossier, fault));
    TRY(read_word(object, "soort", &word, fault));
    if (!basis_kind_parse(word, &out->kind))
        return wire_wrong(fault, "soort");
    TRY(read_word(object, "basis", &word, fault));
    if (!basis_ground_parse(word, &out->ground))
        return wire_wrong(fault, "basis");
    TRY(wire_optional_text_at(object, "citaat", out->citation, sizeof out->citation, fault));
    TRY(proof_read_purposes(object, &out->purposes, fault));
    TRY(read_recipients(object, out, fault));
    return proof_read_groups(object, &out->groups, fault);
}

static enum outcome read_collection(const json_t *object, struct basis *out, struct fault *fault)
{
    const char *word;
    int64_t days;

    TRY(read_word(object, "vastgelegdDoor", &word, fault));
    if (!role_parse(word, &out->collected_by))
        return wire_wrong(fault, "vastgelegdDoor");
    TRY(read_word(object, "werkwijze", &word, fault));
    if (!basis_channel_parse(word, &out->method))
        return wire_wrong(fault, "werkwijze");
    TRY(wire_text_at(object, "formulierVersie", out->notice, sizeof out->notice, fault));
    TRY(wire_day_at(object, "geldigVan", &out->from, fault));
    TRY(wire_day_at(object, "geldigTot", &out->until, fault));
    TRY(json_integer_at(object, "bewaarDagen", 0, BASIS_RETENTION_DAYS_MAX, &days, fault));
    out->retention_days = (int)days;
    TRY(read_word(object, "intrekkanaal", &word, fault));
    if (!basis_channel_parse(word, &out->withdrawal_channel))
        return wire_wrong(fault, "intrekkanaal");
    return OUTCOME_OK;
}

static enum outcome read_event(const json_t *object, struct basis_event *out, struct fault *fault)
{
    const char *word;

    TRY(read_word(object, "wat", &word, fault));
    if (!basis_event_parse(word, &out->kind))
        return wire_wrong(fault, "wat");
    TRY(wire_instant_at(object, "op", &out->at_ms, fault));
    if (!json_object_get(object, "ontvanger"))
        return OUTCOME_OK;
    return wire_oin_at(object, "ontvanger", &out->recipient, fault);
}

static enum outcome read_events(const json_t *object, struct basis *out, struct fault *fault)
{
    const json_t *array;

    TRY(json_array_at(object, "gebeurtenissen", BASIS_EVENTS_MAX, &array, fault));
    out->event_count = json_array_size(array);
    for (size_t i = 0; i < out->event_count; i++)
        TRY(read_event(json_array_get(array, i), &out->events[i], fault));
    return OUTCOME_OK;
}

static enum outcome read_basis(const json_t *object, struct basis *out, struct fault *fault)
{
    const char *word;

    TRY(read_agreement(object, out, fault));
    TRY(read_collection(object, out, fault));
    TRY(read_word(object, "stand", &word, fault));
    if (!proof_state_parse(word, &out->state))
        return wire_wrong(fault, "stand");
    TRY(json_integer_at(object, "volgnr", 1, SEQUENCE_MAX, &out->sequence, fault));
    TRY(read_events(object, out, fault));
    return basis_check(out, fault);
}

/* The document is our own and has one spelling: printed again it must be the same bytes. That
 * checks every link of the chain and every member too many at once. */
static enum outcome check_spelling(const struct basis *basis, struct bytes document,
                                   struct fault *fault)
{
    OWNED_BUFFER again = {0};

    TRY(basis_print(basis, &again));
    return bytes_equal(buffer_bytes(&again), document) ? OUTCOME_OK : wire_wrong(fault, "keten");
}

enum outcome basis_parse(struct bytes document, struct basis **out_basis, struct fault *fault)
{
    OWNED_JSON object = NULL;
    OWNED_BASIS basis = NULL;

    TRY(json_read(document, BASIS_MAX_BYTES, &object));
    basis = calloc(1, sizeof *basis);
    if (!basis)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(read_basis(object, basis, fault));
    TRY(check_spelling(basis, document, fault));
    *out_basis = basis;
    basis = NULL; /* handed over */
    return OUTCOME_OK;
}
