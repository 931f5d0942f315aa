/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/access_letter_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/article_text.h"
#include "covenant/basis_words.h"
#include "gateway/audit_index.h"
#include "gateway/basis_store.h"
#include "gateway/buddy_store.h"
#include "gateway/housing_store.h"
#include "gateway/kept_signal.h"
#include "gateway/repeat.h"
#include "gateway/retained.h"
#include "gateway/store_damage.h"

/* --- is it about who asks? --- */

/* Letters and digits, in lower case: a second space or a dot is no other person. */
static void plain_name(const char *name, char *out, size_t size)
{
    size_t length = 0;

    for (; *name && length + 1 < size; name++) {
        if (isalnum((uint8_t)*name) || ((uint8_t)*name & 0x80))
            out[length++] = (char)tolower((uint8_t)*name);
    }
    out[length] = '\0';
}

enum named { NAMED_NOBODY, NAMED_ASKER, NAMED_OTHER }; /* the later counts when there are several */

/* What does not read may be another's; what memory lacked for is nobody's yet. */
static enum outcome whom_it_names(const struct letter *letter, const struct signal *signal,
                                  enum named *out_named)
{
    OWNED_CONTACT contact = {0};
    struct fault fault = {0};
    char own[2 * CONTACT_NAME_MAX_BYTES], other[2 * CONTACT_NAME_MAX_BYTES];
    enum outcome outcome;

    *out_named = NAMED_NOBODY;
    if (!has_bit(signal->fields, FIELD_CONTACT))
        return OUTCOME_OK;
    *out_named = NAMED_OTHER;
    outcome = contact_parse(bytes_of_text(signal->contact), &contact, &fault);
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_OK;
    plain_name(contact.name, other, sizeof other);
    plain_name(letter->asker->name, own, sizeof own);
    if (!contact.name[0])
        *out_named = NAMED_NOBODY;
    else if (own[0] && strcmp(own, other) == 0)
        *out_named = NAMED_ASKER;
    return OUTCOME_OK;
}

/* NOT_FOUND when it was erased while the letter was made. */
static enum outcome read_signal(struct letter *letter, const struct retained *record,
                                struct kept_signal *out_kept, struct signal *out_signal)
{
    const enum table table = record->kind == RECORD_SENT ? TABLE_SENT : TABLE_INBOX;
    const struct bytes id = bytes_of(record->id.bytes, sizeof record->id.bytes);
    struct bytes value;

    TRY(store_named_outcome(letter->view, table, id, store_get(letter->view, table, id, &value)));
    TRY(kept_signal_read(value, out_kept));
    return kept_signal_item(out_kept, out_signal);
}

/* Of all signals in a dossier: another, else who asks, else nobody. */
static enum outcome whom_dossier_names(struct letter *letter, const char *dossier,
                                       enum named *out_named)
{
    struct retained record;
    const struct retained *after = NULL;
    enum outcome outcome;

    *out_named = NAMED_NOBODY;
    while ((outcome = retained_of_dossier(letter->view, dossier, after, &record)) == OUTCOME_OK) {
        OWNED_KEPT_SIGNAL kept = {0};
        OWNED_SIGNAL signal = {0};
        enum named named;
        after = &record;
        if (record.kind == RECORD_BASIS)
            continue;
        outcome = read_signal(letter, &record, &kept, &signal);
        if (outcome == OUTCOME_NOT_FOUND)
            continue;
        TRY(outcome);
        TRY(whom_it_names(letter, &signal, &named));
        *out_named = named > *out_named ? named : *out_named;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* --- signals --- */

/* Whole, or no letter: what a cell lacks its reader takes for what there is. */
static enum outcome set_cell(struct shown_signal *shown, enum signal_column column,
                             const struct buffer *text)
{
    TRY(buffer_outcome(text));
    shown->cells[column] = bytes_to_text(buffer_bytes(text));
    return shown->cells[column] ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

static enum outcome set_text(struct shown_signal *shown, enum signal_column column,
                             const char *text)
{
    shown->cells[column] = bytes_to_text(bytes_of_text(text));
    return shown->cells[column] ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

/* Our own formats, with one text each. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static enum outcome show_whom(const struct letter *letter, const struct retained *record,
                              const struct kept_signal *kept, struct shown_signal *shown)
{
    enum letter_text how = record->kind == RECORD_RECEIVED ? LETTER_OF
                           : kept->received_ms             ? LETTER_TO
                           : kept->recall.withdrawal[0]    ? LETTER_RECALLED
                           : kept->refusal[0]              ? LETTER_STOPPED
                                                           : LETTER_NOT_YET;
    OWNED_BUFFER text = {0};

    buffer_format(&text, letter_word(letter, how), registry_name(letter->registry, &kept->partner));
    return set_cell(shown, SHOWN_WHOM, &text);
}
#pragma GCC diagnostic pop

static enum outcome show_what(const struct letter *letter, const struct signal *signal,
                              struct shown_signal *shown)
{
    const struct signal_code *code = signal_code_find(letter->gateway->lists, signal->code);
    OWNED_BUFFER text = {0};

    buffer_format(&text, "%s; ", code ? code->name : signal->code);
    fields_text(&text, signal->fields, letter->language);
    return set_cell(shown, SHOWN_WHAT, &text);
}

static enum outcome show_rule(const struct letter *letter, const struct kept_signal *kept,
                              const struct signal *signal, struct shown_signal *shown)
{
    const struct known_covenant *known = registry_find(letter->registry, kept->covenant);
    const struct article *article =
        known ? covenant_article(known->covenant, signal->article) : NULL;
    OWNED_BUFFER basis = {0};
    char until[16] = "-";

    if (article)
        article_basis_text(&basis, article, letter->language);
    if (article && article->retention_days && kept->received_ms)
        letter_day(day_plus(retained_signal_until(kept->received_ms, article->retention_days), -1),
                   until, sizeof until);
    TRY(set_cell(shown, SHOWN_BASIS, &basis));
    return set_text(shown, SHOWN_UNTIL, until);
}

/* Our own format, with two texts. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
/* The parts of a woonafspraak that lie here under the choice, or under a signal that brought them. */
static enum outcome show_housing(struct letter *letter, const char *id)
{
    OWNED_BUFFER parts = {0};
    struct kept_housing housing;
    enum outcome outcome = housing_get(letter->view, id, &housing);
    char until[16];

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    for (unsigned part = 0; part < HOUSING_PART_COUNT; part++)
        if (has_bit(housing.fields, housing_field((enum housing_part)part)))
            add_separated(&parts, ", ",
                          housing_value_name((enum housing_part)part,
                                             housing.agreement.values[part], letter->language));
    TRY(buffer_outcome(&parts));
    letter_day(housing.agreement.until, until, sizeof until);
    if (!buffer_text(&parts))
        return OUTCOME_OUT_OF_MEMORY;
    buffer_format(&letter->consents, letter_word(letter, LETTER_HOUSING), buffer_text(&parts),
                  until);
    buffer_add_byte(&letter->consents, '\n');
    return buffer_outcome(&letter->consents);
}
#pragma GCC diagnostic pop

static enum outcome show_signal(struct letter *letter, const struct retained *record, bool clean)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct shown_signal *shown;
    enum named named;
    char when[16];
    enum outcome outcome = read_signal(letter, record, &kept, &signal);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    TRY(whom_it_names(letter, &signal, &named));
    if (!clean && named != NAMED_ASKER)
        return OUTCOME_OK;
    if (letter->signal_count == LINES_MAX)
        return OUTCOME_TOO_MANY;
    shown = &letter->signals[letter->signal_count++];
    uuid_print(record->id, shown->id);
    letter_day(amsterdam_day(kept.taken_ms), when, sizeof when);
    TRY(set_text(shown, SHOWN_WHEN, when));
    TRY(show_what(letter, &signal, shown));
    TRY(show_whom(letter, record, &kept, shown));
    TRY(set_text(shown, SHOWN_PURPOSE, purpose_name(signal.purpose, letter->language)));
    TRY(show_rule(letter, &kept, &signal, shown));
    return show_housing(letter, shown->id);
}

/* --- consents --- */

/* Our own formats, with four texts at most. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
/* That there is a buddy, never who: the letter goes to one of the two. */
static enum outcome show_buddy(struct letter *letter, const char *id)
{
    struct buddy_match match;
    enum outcome outcome = buddy_of_choice(letter->view, id, &match);
    char day[16];

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    letter_day(match.since, day, sizeof day);
    buffer_format(&letter->consents, letter_word(letter, LETTER_BUDDY), day);
    buffer_add_byte(&letter->consents, '\n');
    if (match.stopped.number) {
        letter_day(match.stopped, day, sizeof day);
        buffer_format(&letter->consents, letter_word(letter, LETTER_BUDDY_OVER), day);
        buffer_add_byte(&letter->consents, '\n');
    }
    return buffer_outcome(&letter->consents);
}

static enum outcome show_basis(struct letter *letter, const struct retained *record)
{
    OWNED_KEPT_BASIS kept = {0};
    OWNED_BUFFER purposes = {0};
    char id[UUID_TEXT_BYTES], from[16], until[16];
    enum outcome outcome;

    uuid_print(record->id, id);
    outcome = basis_get(letter->view, id, &kept);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    for (unsigned purpose = 1; purpose < PURPOSE_COUNT; purpose++) {
        if (has_bit(kept.basis->purposes, purpose))
            add_separated(&purposes, ", ", purpose_name((enum purpose)purpose, letter->language));
    }
    letter_day(kept.basis->from, from, sizeof from);
    letter_day(kept.basis->until, until, sizeof until);
    buffer_format(&letter->consents, letter_word(letter, LETTER_CONSENT),
                  basis_kind_name(kept.basis->kind, letter->language),
                  buffer_text(&purposes) ? buffer_text(&purposes) : "", from, until);
    buffer_add_byte(&letter->consents, '\n');
    TRY(buffer_outcome(&purposes));
    TRY(show_housing(letter, id));
    return show_buddy(letter, id);
}
#pragma GCC diagnostic pop

/* --- who looked --- */

static const char *opened(const json_t *opening, const char *name)
{
    const char *text = json_string_value(json_object_get(json_object_get(opening, name), "waarde"));

    return text ? text : "";
}

static bool is_shown(const struct letter *letter, const char *id)
{
    for (size_t i = 0; i < letter->signal_count; i++) {
        if (strcmp(letter->signals[i].id, id) == 0)
            return true;
    }
    return false;
}

static enum outcome read_leaf(struct letter *letter, uint64_t position, json_t **out_leaf,
                              json_t **out_opening)
{
    uint8_t key[8];
    struct bytes value;

    write_u64(key, position);
    TRY(store_get(letter->view, TABLE_LEAF, bytes_of(key, sizeof key), &value));
    TRY(store_read_outcome(json_read(value, AUDIT_LEAF_MAX_BYTES, out_leaf)));
    TRY(store_get(letter->view, TABLE_OPENING, bytes_of(key, sizeof key), &value));
    return store_read_outcome(json_read(value, AUDIT_OPENING_MAX_BYTES, out_opening));
}

/* The log is in order of time: what it is about is mostly the last one. */
static struct shown_look *find_look(struct letter *letter, struct day day, enum role role)
{
    for (size_t i = letter->look_count; i-- > 0;) {
        struct shown_look *look = &letter->looks[i];
        if (day_compare(look->day, day) == 0 && look->role == role)
            return look;
    }
    return NULL;
}

/* One line for each day and role, however often. A letter that left some out would be untrue. */
static enum outcome add_look(struct letter *letter, struct day day, enum role role)
{
    struct shown_look *look = find_look(letter, day, role);

    if (!look && letter->look_count == LINES_MAX)
        return OUTCOME_TOO_MANY;
    if (!look) {
        look = &letter->looks[letter->look_count++];
        *look = (struct shown_look){.day = day, .role = role};
    }
    look->times++;
    return OUTCOME_OK;
}

/* Somebody read personal data of the dossier; the actor's number stays in the log. */
static enum outcome show_look(struct letter *letter, uint64_t position, bool clean)
{
    OWNED_JSON leaf = NULL;
    OWNED_JSON opening = NULL;
    const char *event;
    enum role role = ROLE_COUNT;
    enum outcome outcome = read_leaf(letter, position, &leaf, &opening);

    if (outcome == OUTCOME_NOT_FOUND) /* its opening was erased */
        return OUTCOME_OK;
    TRY(outcome);
    event = json_string_value(json_object_get(leaf, "ev"));
    if (!event || strcmp(event, "access") != 0 || !role_parse(opened(opening, "role"), &role) ||
        (!clean && !is_shown(letter, opened(opening, "objects"))))
        return OUTCOME_OK;
    return add_look(letter, amsterdam_day(json_integer_value(json_object_get(leaf, "t"))), role);
}

static enum outcome show_looks(struct letter *letter, const char *dossier, bool clean)
{
    uint64_t position = 0;
    enum outcome outcome;

    while ((outcome = audit_index_next(letter->view, QUESTION_SUBJECT, dossier, position,
                                       &position)) == OUTCOME_OK) {
        TRY(show_look(letter, position, clean));
        position++;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static enum outcome show_repeats(struct letter *letter, const char *dossier)
{
    struct repeats repeats;
    char day[16];
    enum outcome outcome = repeat_get(letter->gateway, letter->view, dossier,
                                      amsterdam_day(letter->request->at_ms), &repeats);

    if (outcome == OUTCOME_NOT_FOUND || (outcome == OUTCOME_OK && repeats.count == 0))
        return OUTCOME_OK;
    TRY(outcome);
    letter_day(repeats.last, day, sizeof day);
    buffer_format(&letter->consents, letter_word(letter, LETTER_REPEATS), day, repeats.count);
    buffer_add_byte(&letter->consents, '\n');
    return buffer_outcome(&letter->consents);
}
#pragma GCC diagnostic pop

static enum outcome show_dossier(struct letter *letter, const char *dossier, bool clean)
{
    struct retained record;
    const struct retained *after = NULL;
    enum outcome outcome;

    while ((outcome = retained_of_dossier(letter->view, dossier, after, &record)) == OUTCOME_OK) {
        after = &record;
        if (record.kind != RECORD_BASIS)
            TRY(show_signal(letter, &record, clean));
        else if (clean)
            TRY(show_basis(letter, &record));
    }
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (clean)
        TRY(show_repeats(letter, dossier));
    return show_looks(letter, dossier, clean);
}

/* What names nobody may be the housemate's as soon as a signal about the address, in whichever of
 * its dossiers, names another: then only what itself says whom it is about is shown. */
static enum outcome show_dossiers(struct letter *letter)
{
    const struct access_request *request = letter->request;
    enum named named[ACCESS_DOSSIERS_MAX], any = NAMED_NOBODY;

    for (size_t i = 0; i < request->dossier_count; i++) {
        TRY(whom_dossier_names(letter, request->dossiers[i], &named[i]));
        any = named[i] > any ? named[i] : any;
    }
    for (size_t i = 0; i < request->dossier_count; i++)
        TRY(show_dossier(letter, request->dossiers[i],
                         named[i] == NAMED_ASKER || any != NAMED_OTHER));
    return OUTCOME_OK;
}

/* --- whom we could not ask --- */

static bool is_named(const struct letter *letter, const struct oin *partner)
{
    for (size_t i = 0; i < letter->request->asked_count; i++) {
        if (oin_equal(&letter->request->asked[i], partner))
            return true;
    }
    for (size_t i = 0; i < letter->unasked_count; i++) {
        if (oin_equal(&letter->unasked[i], partner))
            return true;
    }
    return oin_equal(&letter->gateway->settings->oin, partner);
}

static bool handles_persons(const struct covenant *covenant, const struct party *party)
{
    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        if (article->lane != LANE_AGGREGATE &&
            (article_has_sender(article, party) || article_has_recipient(covenant, article, party)))
            return true;
    }
    return false;
}

/* Parties that may know something of a person, but not by a token: with what goes by law there is
 * none to ask with. */
static void find_unasked(struct letter *letter)
{
    for (size_t i = 0; i < letter->registry->count; i++) {
        const struct known_covenant *known = &letter->registry->covenants[i];
        const struct covenant *covenant = known->covenant;
        if (!known->ours || !covenant_party(covenant, &letter->gateway->settings->oin))
            continue;
        for (size_t j = 0; j < covenant->parties_count; j++) {
            const struct party *party = &covenant->parties[j];
            if (!is_named(letter, &party->oin) && handles_persons(covenant, party) &&
                letter->unasked_count < ACCESS_PARTNERS_MAX)
                letter->unasked[letter->unasked_count++] = party->oin;
        }
    }
}

static void letter_free(struct letter *letter)
{
    for (size_t i = 0; i < letter->signal_count; i++) {
        for (int column = 0; column < SIGNAL_COLUMNS; column++) {
            char *cell = letter->signals[i].cells[column];
            if (cell)
                explicit_bzero(cell, strlen(cell));
            free(cell);
        }
    }
    buffer_wipe(&letter->consents);
    explicit_bzero(letter, sizeof *letter);
    free(letter);
}

enum outcome access_letter(struct gateway *gateway, struct view *view,
                           const struct registry *registry, const struct access_request *request,
                           const struct access_asker *asker, enum language language,
                           json_t **out_letter)
{
    struct letter *letter = calloc(1, sizeof *letter);
    enum outcome outcome;

    if (!letter)
        return OUTCOME_OUT_OF_MEMORY;
    letter->gateway = gateway;
    letter->view = view;
    letter->registry = registry;
    letter->request = request;
    letter->asker = asker;
    letter->language = language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL;
    outcome = show_dossiers(letter);
    find_unasked(letter);
    if (outcome == OUTCOME_OK)
        outcome = letter_write(letter, out_letter);
    letter_free(letter);
    return outcome;
}
