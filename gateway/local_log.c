/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/logregels/_zoek and GET /v1/log/checkpoint: the auditor's questions. Each
 * question is itself an entry, written before it is answered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/audit_index.h"
#include "gateway/dossier.h"
#include "gateway/handlers.h"
#include "gateway/users.h"
#include "gateway/retention_log.h"

enum { ROWS_USUAL = 100, ROWS_MAX = 500, SCANNED_MAX = 50000, VALUE_MAX_BYTES = 160 };

static const char *const members[] = {"actor",       "onderwerp", "partij", "bepaling",
                                      "gebeurtenis", "vanOp",     "totOp",  "vanaf",
                                      "aantal",      "bladen",    NULL};

struct question {
    char actor[VALUE_MAX_BYTES], partner[VALUE_MAX_BYTES], rule[VALUE_MAX_BYTES],
        event[VALUE_MAX_BYTES]; /* "" when not asked */
    bool by_subject;
    char subject_hash[HEX_BYTES(STORE_HASH_BYTES)]; /* keyed, of the identity asked after; "" */
    char (*dossiers)[DOSSIER_BYTES];
    size_t dossier_count;
    bool more_dossiers;        /* than are looked at */
    int64_t from_ms, until_ms; /* until is exclusive */
    int64_t after;             /* first sequence */
    int64_t wanted;
    bool leaves;
};

static void question_free(void *state)
{
    struct question *question = state;

    free(question->dossiers);
    free(question);
}

/* --- reading the question --- */

static bool is_partner(const char *text)
{
    struct oin oin;

    return oin_parse(text, &oin);
}

static bool is_event(const char *text)
{
    enum audit_event event;

    return audit_event_parse(text, &event);
}

static bool is_rule(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-/.@")] == '\0';
}

static bool is_dossier(const char *text)
{
    return strlen(text) == DOSSIER_BYTES - 1 && strncmp(text, "D-", 2) == 0 &&
           text[2 + strspn(text + 2, "0123456789")] == '\0';
}

/* Only what can stand in the log is asked for: the question goes into it as well. */
static enum outcome read_value(const json_t *body, const char *name, bool (*is)(const char *),
                               char *out, struct fault *fault)
{
    const char *text = "";

    TRY(json_optional_text_at(body, name, VALUE_MAX_BYTES - 1, &text, fault));
    if (text[0] && !is(text)) {
        fault_at(fault, "%s", name);
        return OUTCOME_MALFORMED;
    }
    snprintf(out, VALUE_MAX_BYTES, "%s", text);
    return OUTCOME_OK;
}

static enum outcome read_instant(const json_t *body, const char *name, int64_t *out_ms,
                                 struct fault *fault)
{
    const char *text = NULL;
    struct day day;

    TRY(json_optional_text_at(body, name, INSTANT_TEXT_BYTES - 1, &text, fault));
    if (!text)
        return OUTCOME_OK;
    if (instant_parse(text, out_ms))
        return OUTCOME_OK;
    if (day_parse(text, &day)) {
        *out_ms = amsterdam_instant(day, 0);
        return OUTCOME_OK;
    }
    fault_at(fault, "%s", name);
    return OUTCOME_MALFORMED;
}

static enum outcome hash_of_subject(struct gateway *gateway, const json_t *subject,
                                    uint8_t out[static STORE_HASH_BYTES])
{
    const char *token = NULL, *postcode = "", *number = "", *letter = "", *addition = "";
    char p[POSTCODE_BYTES], n[HOUSE_NUMBER_BYTES], l[HOUSE_LETTER_BYTES], a[HOUSE_ADDITION_BYTES];
    struct identity identity;
    enum outcome outcome;

    TRY(json_optional_text_at(subject, "pseudoniem", TOKEN_TEXT_BYTES - 1, &token, NULL));
    if (token)
        return dossier_hash_token(gateway->store, token, out);
    TRY(json_optional_text_at(subject, "postcode", 16, &postcode, NULL));
    TRY(json_optional_text_at(subject, "huisnummer", 16, &number, NULL));
    TRY(json_optional_text_at(subject, "huisletter", 16, &letter, NULL));
    TRY(json_optional_text_at(subject, "toevoeging", 16, &addition, NULL));
    TRY(canonical_postcode(postcode, p));
    TRY(canonical_house_number(number, n));
    TRY(canonical_house_letter(letter, l));
    TRY(canonical_house_addition(addition, a));
    TRY(identity_pch(p, n, l, a, &identity));
    outcome = dossier_hash_identity(gateway->store, gateway->local_id_key, &identity, out);
    identity_wipe(&identity);
    return outcome;
}

static enum outcome find_dossiers(struct call *call, const uint8_t hash[static STORE_HASH_BYTES],
                                  struct question *question)
{
    struct view view;
    enum outcome outcome;

    hex_encode(bytes_of(hash, STORE_HASH_BYTES), question->subject_hash);
    view_begin(call->gateway->store, &view);
    outcome =
        dossier_list(&view, hash, question->dossiers, DOSSIERS_MAX + 1, &question->dossier_count);
    view_end(&view);
    TRY(outcome);
    question->more_dossiers = question->dossier_count > DOSSIERS_MAX;
    if (question->more_dossiers)
        question->dossier_count = DOSSIERS_MAX;
    return OUTCOME_OK;
}

static enum outcome read_subject(struct call *call, const json_t *subject,
                                 struct question *question, struct fault *fault)
{
    static const char *const names[] = {"dossier",    "pseudoniem", "postcode", "huisnummer",
                                        "huisletter", "toevoeging", NULL};
    uint8_t hash[STORE_HASH_BYTES];
    const char *dossier = NULL;

    question->by_subject = true;
    question->dossiers = calloc(DOSSIERS_MAX + 1, sizeof *question->dossiers);
    if (!question->dossiers)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(json_only(subject, names, NULL));
    TRY(json_optional_text_at(subject, "dossier", DOSSIER_BYTES - 1, &dossier, NULL));
    if (dossier) {
        if (!is_dossier(dossier)) {
            fault_at(fault, "onderwerp.dossier");
            return OUTCOME_MALFORMED;
        }
        snprintf(question->dossiers[0], DOSSIER_BYTES, "%s", dossier);
        question->dossier_count = 1;
        return OUTCOME_OK;
    }
    TRY(hash_of_subject(call->gateway, subject, hash));
    return find_dossiers(call, hash, question);
}

static enum outcome read_question(struct call *call, const json_t *body, struct question *question,
                                  struct fault *fault)
{
    question->wanted = ROWS_USUAL;
    question->until_ms = INT64_MAX;
    TRY(read_value(body, "actor", user_number_is_valid, question->actor, fault));
    TRY(read_value(body, "partij", is_partner, question->partner, fault));
    TRY(read_value(body, "bepaling", is_rule, question->rule, fault));
    TRY(read_value(body, "gebeurtenis", is_event, question->event, fault));
    TRY(read_instant(body, "vanOp", &question->from_ms, fault));
    TRY(read_instant(body, "totOp", &question->until_ms, fault));
    TRY(json_optional_integer_at(body, "vanaf", 0, INT64_MAX, &question->after, fault));
    TRY(json_optional_integer_at(body, "aantal", 1, ROWS_MAX, &question->wanted, fault));
    if (json_object_get(body, "bladen"))
        TRY(json_boolean_at(body, "bladen", &question->leaves, fault));
    return json_object_get(body, "onderwerp")
               ? read_subject(call, json_object_get(body, "onderwerp"), question, fault)
               : OUTCOME_OK;
}

/* --- finding --- */

static enum outcome next_of_dossiers(struct view *view, const struct question *question,
                                     uint64_t from, uint64_t *out_sequence)
{
    uint64_t nearest = UINT64_MAX, sequence;

    for (size_t i = 0; i < question->dossier_count; i++) {
        enum outcome outcome =
            audit_index_next(view, QUESTION_SUBJECT, question->dossiers[i], from, &sequence);
        if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
            return outcome;
        if (outcome == OUTCOME_OK && sequence < nearest)
            nearest = sequence;
    }
    *out_sequence = nearest;
    return nearest == UINT64_MAX ? OUTCOME_NOT_FOUND : OUTCOME_OK;
}

/* An article stands in the index under all its versions; of one version is for matches(). */
static enum outcome next_of_rule(struct view *view, const char *rule, uint64_t from,
                                 uint64_t *out_sequence)
{
    char article[VALUE_MAX_BYTES];

    snprintf(article, sizeof article, "%.*s", (int)strcspn(rule, "@"), rule);
    return audit_index_next(view, QUESTION_RULE, article, from, out_sequence);
}

/* The most telling index leads; the other conditions are looked at in the leaf. */
static enum outcome next_candidate(struct view *view, const struct question *question,
                                   uint64_t from, uint64_t *out_sequence)
{
    if (question->by_subject)
        return next_of_dossiers(view, question, from, out_sequence);
    if (question->actor[0])
        return audit_index_next(view, QUESTION_ACTOR, question->actor, from, out_sequence);
    if (question->rule[0])
        return next_of_rule(view, question->rule, from, out_sequence);
    if (question->event[0])
        return audit_index_next(view, QUESTION_EVENT, question->event, from, out_sequence);
    if (question->partner[0])
        return audit_index_next(view, QUESTION_PARTNER, question->partner, from, out_sequence);
    *out_sequence = from;
    return OUTCOME_OK;
}

static bool is_text(const json_t *object, const char *name, const char *wanted)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text && strcmp(text, wanted) == 0;
}

static const char *opened(const json_t *opening, const char *name)
{
    return json_string_value(json_object_get(json_object_get(opening, name), "waarde"));
}

static bool rule_matches(const json_t *leaf, const char *wanted)
{
    const char *rule = json_string_value(json_object_get(leaf, "rule"));
    size_t length = strlen(wanted);

    return rule && strncmp(rule, wanted, length) == 0 &&
           (rule[length] == '@' || rule[length] == '\0');
}

static bool matches(const struct question *question, const json_t *leaf, const json_t *opening)
{
    int64_t at_ms = json_integer_value(json_object_get(leaf, "t"));
    const char *actor = opened(opening, "actor");

    if (at_ms < question->from_ms || at_ms >= question->until_ms)
        return false;
    if (question->actor[0] && (!actor || strcmp(actor, question->actor) != 0))
        return false;
    if (question->event[0] && !is_text(leaf, "ev", question->event))
        return false;
    if (question->partner[0] && !is_text(leaf, "src", question->partner) &&
        !is_text(leaf, "dst", question->partner))
        return false;
    return !question->rule[0] || rule_matches(leaf, question->rule);
}

/* --- showing --- */

static const struct shown {
    const char *leaf, *wire;
} shown[] = {{"ev", "gebeurtenis"}, {"ph", "fase"},       {"out", "uitkomst"}, {"why", "code"},
             {"tx", "transactie"},  {"i", "plaats"},      {"src", "bron"},     {"dst", "doel"},
             {"svc", "onderdeel"},  {"rule", "bepaling"}, {"rh", "convenant"}};
static const struct shown shown_opened[] = {{"actor", "actor"},
                                            {"role", "rol"},
                                            {"subject", "onderwerp"},
                                            {"purpose", "doelbinding"},
                                            {"objects", "objecten"}};

static json_t *row_of(uint64_t sequence, const json_t *leaf, const json_t *opening)
{
    char at[INSTANT_TEXT_BYTES];
    json_t *row;

    instant_print(json_integer_value(json_object_get(leaf, "t")), at);
    row = json_pack("{sI sI ss}", "logboek", (json_int_t)(sequence >> AUDIT_LOG_SHIFT) + 1,
                    "volgnummer", (json_int_t)(sequence & ((UINT64_C(1) << AUDIT_LOG_SHIFT) - 1)),
                    "op", at);
    for (size_t i = 0; row && i < sizeof shown / sizeof shown[0]; i++) {
        json_t *value = json_object_get(leaf, shown[i].leaf);
        if (value)
            json_object_set(row, shown[i].wire, value);
    }
    for (size_t i = 0; row && i < sizeof shown_opened / sizeof shown_opened[0]; i++) {
        const char *value = opened(opening, shown_opened[i].leaf);
        if (value)
            json_object_set_new(row, shown_opened[i].wire, json_string(value));
    }
    return row;
}

static enum outcome add_leaf(json_t *row, struct bytes leaf, json_t *opening)
{
    OWNED_BUFFER base64 = {0};

    buffer_add_base64(&base64, leaf);
    if (!buffer_text(&base64) ||
        json_object_set_new(row, "blad", json_string(buffer_text(&base64))) ||
        (opening && json_object_set(row, "opening", opening)))
        return OUTCOME_OUT_OF_MEMORY;
    return OUTCOME_OK;
}

static enum outcome add_erased(struct view *view, uint64_t position, json_t *row)
{
    uint64_t teller;
    enum outcome outcome = retention_opening_erased(view, position, &teller);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    return json_object_set_new(row, "gewist", json_integer((json_int_t)teller))
               ? OUTCOME_OUT_OF_MEMORY
               : OUTCOME_OK;
}

static enum outcome look_at(struct view *view, const struct question *question, uint64_t sequence,
                            json_t *rows)
{
    OWNED_JSON leaf = NULL;
    OWNED_JSON opening = NULL;
    OWNED_JSON row = NULL;
    OWNED_BUFFER text = {0};
    uint8_t key[8];
    struct bytes value;
    enum outcome outcome;

    write_u64(key, sequence);
    TRY(store_get(view, TABLE_LEAF, bytes_of(key, sizeof key), &value));
    TRY(store_read_outcome(json_read(value, AUDIT_LEAF_MAX_BYTES, &leaf)));
    buffer_add_bytes(&text, value);
    TRY(buffer_outcome(&text));
    outcome = store_get(view, TABLE_OPENING, bytes_of(key, sizeof key), &value);
    if (outcome == OUTCOME_OK)
        TRY(store_read_outcome(json_read(value, AUDIT_OPENING_MAX_BYTES, &opening)));
    else if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (!matches(question, leaf, opening))
        return OUTCOME_OK;
    row = row_of(sequence, leaf, opening);
    if (!row)
        return OUTCOME_OUT_OF_MEMORY;
    if (question->leaves)
        TRY(add_leaf(row, buffer_bytes(&text), opening));
    if (question->leaves && !opening)
        TRY(add_erased(view, sequence, row));
    return json_array_append(rows, row) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

/* Behind the last leaf of one log stands the first of the next. False at the end of the last. */
static bool next_log(const struct audit *audit, uint64_t *position)
{
    const uint64_t next = ((*position >> AUDIT_LOG_SHIFT) + 1) << AUDIT_LOG_SHIFT;

    if (next > audit_base(audit))
        return false;
    *position = next;
    return true;
}

static enum outcome find(const struct call *call, struct view *view, json_t *rows,
                         int64_t *out_next)
{
    const struct question *question = call->state;
    uint64_t sequence = (uint64_t)question->after;

    for (int scanned = 0; scanned < SCANNED_MAX; scanned++) {
        enum outcome outcome = next_candidate(view, question, sequence, &sequence);
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        if (json_array_size(rows) >= (size_t)question->wanted)
            break;
        outcome = look_at(view, question, sequence, rows);
        if (outcome == OUTCOME_NOT_FOUND) { /* the end of a log */
            if (!next_log(call->gateway->audit, &sequence))
                return OUTCOME_OK;
            continue;
        }
        TRY(outcome);
        sequence++;
    }
    *out_next = (int64_t)sequence;
    return OUTCOME_OK;
}

static enum outcome finish(struct call *call)
{
    const struct question *question = call->state;
    OWNED_JSON rows = json_array();
    int64_t next = -1;
    struct view view;
    enum outcome outcome;
    uint64_t size;

    TRY(audit_index_catch_up(call->gateway));
    view_begin(call->gateway->store, &view);
    outcome = find(call, &view, rows, &next);
    if (outcome == OUTCOME_OK)
        outcome = audit_committed_size(&view, &size);
    view_end(&view);
    TRY(outcome);
    return call_reply(call, 200,
                      json_pack("{sO so sI sb}", "regels", rows, "volgende",
                                next < 0 ? json_null() : json_integer(next), "omvang",
                                (json_int_t)size, "meer", question->more_dossiers));
}

static void print_dossiers(const struct question *question, struct buffer *out)
{
    for (size_t i = 0; i < question->dossier_count; i++)
        buffer_format(out, "%s%s", i ? " " : "", question->dossiers[i]);
}

/* What was asked is itself a commitment: an auditor's interest may be sensitive too. Who was
 * asked after stands there also when nobody was found. */
static enum outcome apply(struct call *call, struct change *change)
{
    const struct question *question = call->state;
    struct audit_entry entry = call_entry(call, question->leaves ? AUDIT_EXPORT : AUDIT_SEARCH);
    OWNED_BUFFER objects = {0};
    OWNED_BUFFER subjects = {0};

    buffer_format(&objects, "actor=%s partij=%s bepaling=%s gebeurtenis=%s onderwerp=%s vanaf=%lld",
                  question->actor, question->partner, question->rule, question->event,
                  question->subject_hash, (long long)question->after);
    print_dossiers(question, &subjects);
    entry.committed[AUDIT_OBJECTS] = buffer_text(&objects);
    if (question->dossier_count)
        entry.committed[AUDIT_SUBJECT] = buffer_text(&subjects);
    TRY(buffer_outcome(&objects));
    TRY(buffer_outcome(&subjects));
    return audit_record(call->gateway->audit, change, &entry);
}

enum outcome search_log(struct call *call)
{
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    struct question *question = calloc(1, sizeof *question);
    enum outcome outcome;

    if (!question)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = question;
    call->free_state = question_free;
    TRY(call_body(call, members, &body));
    outcome = read_question(call, body, question, &fault);
    call_fault(call, &fault);
    TRY(outcome);
    call->apply = apply;
    call->finish = finish;
    return OUTCOME_OK;
}

/* Of the present log, or the last one of the log that ?log= names. */
static enum outcome checkpoint_asked(const struct call *call, struct view *view,
                                     struct bytes *out_note)
{
    const uint64_t present = (audit_base(call->gateway->audit) >> AUDIT_LOG_SHIFT) + 1;
    char text[8], *end;
    uint64_t number;

    if (!http_query_value(call->request->head->query, "log", text, sizeof text))
        return audit_checkpoint(view, out_note);
    number = strtoull(text, &end, 10);
    if (*end || number == 0)
        return OUTCOME_NOT_FOUND;
    return number == present ? audit_checkpoint(view, out_note)
                             : audit_earlier_checkpoint(view, number, out_note);
}

enum outcome get_checkpoint(struct call *call)
{
    struct bytes note;
    struct view view;
    enum outcome outcome;

    view_begin(call->gateway->store, &view);
    outcome = checkpoint_asked(call, &view, &note);
    if (outcome == OUTCOME_OK)
        outcome = call_reply_text(call, "text/plain; charset=utf-8", note);
    view_end(&view);
    return outcome;
}
