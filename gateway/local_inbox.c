/* SPDX-License-Identifier: EUPL-1.2 */
/* GET /v1/postvak and /v1/postvak/{}, POST …/aanvaarding, GET …/inhoud: what came in for us. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/erasure.h"
#include "gateway/handlers.h"
#include "gateway/inbox_steps.h"
#include "gateway/kept_signal.h"
#include "gateway/page.h"
#include "gateway/transfer_shown.h"

static bool secrecy_bound(const struct call *call, const struct known_covenant *known)
{
    const struct party *self = covenant_party(known->covenant, &call->gateway->settings->oin);

    return self && self->secrecy;
}

/* --- the list --- */

static int add_research(json_t *row, const struct signal *signal)
{
    json_t *answers = json_array();
    int failed = 0;

    for (size_t i = 0; i < signal->answer_count; i++)
        failed |= json_array_append_new(answers, json_string(signal->answers[i]));
    failed |= json_object_set_new(row, "antwoordcodes", answers);
    if (has_bit(signal->fields, FIELD_WAVE))
        failed |= json_object_set_new(row, "golf", json_string(signal->wave));
    if (has_bit(signal->fields, FIELD_STUDY_TOKEN))
        failed |=
            json_object_set_new(row, "onderzoekspseudoniem", json_string(signal->study_token));
    return failed;
}

static int add_fields(json_t *row, const struct signal *signal)
{
    char text[INSTANT_TEXT_BYTES];
    int failed = 0;

    if (has_bit(signal->fields, FIELD_AREA))
        failed |=
            json_object_set_new(row, "gebied",
                                json_pack("{ss ss}", "soort", area_level_word(signal->area_level),
                                          "code", signal->area_code));
    if (has_bit(signal->fields, FIELD_CONTACT_MOMENT))
        failed |= json_object_set_new(row, "contactmoment", json_string(signal->contact_moment));
    if (has_bit(signal->fields, FIELD_WEEK)) {
        week_print(signal->week, text);
        failed |= json_object_set_new(row, "waarneemweek", json_string(text));
    }
    if (has_bit(signal->fields, FIELD_HELP_QUESTION))
        failed |= json_object_set_new(row, "hulpvraagBekend",
                                      json_string(help_question_word(signal->help_question)));
    if (has_bit(signal->fields, FIELD_ARREARS))
        failed |=
            json_object_set_new(row, "bedragAchterstand", json_integer(signal->arrears_cents));
    if (has_bit(signal->fields, FIELD_SIGNAL_DAY)) {
        day_print(signal->signal_day, text);
        failed |= json_object_set_new(row, "signaalDatum", json_string(text));
    }
    if (has_bit(signal->fields, FIELD_ANSWERS))
        failed |= add_research(row, signal);
    return failed;
}

/* The reporter wants to come along: whom to call for that, by the card of his organisation. That the
 * signal was accepted still tells him nothing; the worker calls, or does not. */
static int add_warm(const struct call *call, const struct kept_signal *kept, json_t *row)
{
    const struct known_covenant *known = registry_find(call->registry, kept->covenant);
    const struct party *sender = known ? covenant_party(known->covenant, &kept->partner) : NULL;
    int failed = json_object_set_new(row, "warmeOverdracht", json_true());

    if (sender && sender->desk_name)
        failed |= json_object_set_new(row, "contactpunt",
                                      json_pack("{ss ss}", "naam", sender->desk_name, "telefoon",
                                                sender->desk_phone));
    return failed;
}

/* For the worker his own answers count, also those that stay here. */
static json_t *row_of(const struct call *call, const char *id, const struct kept_signal *kept,
                      const struct signal *signal, const struct progress *progress)
{
    const struct signal_code *code = signal_code_find(call->gateway->lists, signal->code);
    char received[INSTANT_TEXT_BYTES], due_text[DAY_TEXT_BYTES];
    struct day due;
    enum term term;
    json_t *row;

    instant_print(kept->received_ms, received);
    row = json_pack("{ss ss ss ss ss ss ss ss ss sb}", "id", id, "dossier", kept->dossier, "van",
                    kept->partner.text, "vanNaam", registry_name(call->registry, &kept->partner),
                    "signaalcode", signal->code, "signaalnaam", code ? code->name : "", "doel",
                    purpose_word(signal->purpose), "ontvangenOp", received, "stand",
                    answer_word(progress->current), "geaccepteerd", kept->actor[0] != '\0');
    if (row && progress_next_term(progress, &term, &due)) {
        day_print(due, due_text);
        json_object_set_new(row, "antwoordUiterlijk", json_string(due_text));
    }
    if (row && kept->confirmed[0])
        json_object_set_new(row, "bevestigd", json_string(kept->confirmed));
    if (row && kept->transfer.step != TRANSFER_NONE)
        json_object_set_new(row, "overdracht", transfer_shown(call, &kept->transfer));
    if (row && (add_fields(row, signal) ||
                (has_bit(signal->fields, FIELD_WARM) && add_warm(call, kept, row)))) {
        json_decref(row);
        row = NULL;
    }
    return row;
}

static enum outcome add_kept(struct call *call, struct view *view, const char *id,
                             struct bytes value, json_t *rows,
                             char out_dossier[static DOSSIER_BYTES])
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    const struct known_covenant *known;
    const struct article *article;
    struct progress progress;

    (void)view;
    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    known = registry_find(call->registry, kept.covenant);
    article = known ? covenant_article(known->covenant, signal.article) : NULL;
    if (!article)
        return OUTCOME_STORE_DAMAGED;
    kept_signal_progress(&kept, &article->terms, secrecy_bound(call, known), &progress);
    memcpy(out_dossier, kept.dossier, DOSSIER_BYTES);
    return json_array_append_new(rows, row_of(call, id, &kept, &signal, &progress))
               ? OUTCOME_OUT_OF_MEMORY
               : OUTCOME_OK;
}

/* The worker who had it sees that it was taken back, and no more: its content is gone. */
static enum outcome add_erased(struct call *call, struct view *view, struct uuid id, json_t *rows)
{
    char text[UUID_TEXT_BYTES], at[INSTANT_TEXT_BYTES];
    struct tombstone stone;
    enum outcome outcome = erasure_tombstone(view, RECORD_RECEIVED, id, &stone);

    if (outcome == OUTCOME_NOT_FOUND || (outcome == OUTCOME_OK && stone.cause == ERASURE_TERM))
        return OUTCOME_OK;
    TRY(outcome);
    uuid_print(id, text);
    instant_print(stone.at_ms, at);
    return json_array_append_new(
               rows, json_pack("{ss ss ss ss ss ss}", "id", text, "van", stone.partner.text,
                               "vanNaam", registry_name(call->registry, &stone.partner), "stand",
                               answer_word(ANSWER_INGT), "gewistOp", at, "reden",
                               erasure_cause_text(stone.cause, call->request->language)))
               ? OUTCOME_OUT_OF_MEMORY
               : OUTCOME_OK;
}

enum outcome get_inbox(struct call *call)
{
    return page_reply(call, TABLE_INBOX_ORDER, TABLE_INBOX, "postvak", add_kept, add_erased);
}

/* --- one signal --- */

static enum outcome record_access(struct call *call, struct change *change,
                                  const struct kept_signal *kept)
{
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);
    OWNED_SIGNAL signal = {0};
    char rule[96];
    const struct known_covenant *known = registry_find(call->registry, kept->covenant);

    TRY(kept_signal_item(kept, &signal));
    if (known) {
        covenant_rule_print(known->covenant, signal.article, rule, sizeof rule);
        entry.rule = rule;
    }
    entry.covenant = kept->covenant;
    entry.destination = kept->partner.text;
    entry.committed[AUDIT_SUBJECT] = kept->dossier;
    entry.committed[AUDIT_PURPOSE] = purpose_word(signal.purpose);
    entry.committed[AUDIT_OBJECTS] = call->parameter;
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome add_all_of(const struct call *call, const char *id,
                               const struct kept_signal *kept, json_t *rows)
{
    OWNED_SIGNAL signal = {0};
    const struct known_covenant *known = registry_find(call->registry, kept->covenant);
    const struct article *article;
    struct progress progress;

    TRY(kept_signal_item(kept, &signal));
    article = known ? covenant_article(known->covenant, signal.article) : NULL;
    if (!article)
        return OUTCOME_STORE_DAMAGED;
    kept_signal_progress(kept, &article->terms, secrecy_bound(call, known), &progress);
    if (json_array_append_new(rows, row_of(call, id, kept, &signal, &progress)))
        return OUTCOME_OUT_OF_MEMORY;
    return inbox_add_steps(call, kept, &signal, article, secrecy_bound(call, known), progress.current,
                           json_array_get(rows, 0));
}

/* One signal, with what happened and what can happen now. The answer comes before the leaf: what is
 * refused has written nothing. */
static enum outcome apply_received(struct call *call, struct change *change)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_JSON rows = json_array();
    struct uuid uuid;
    enum outcome outcome =
        kept_signal_load(&change->view, TABLE_INBOX, call->parameter, &uuid, &kept);

    if (outcome == OUTCOME_OK) {
        TRY(add_all_of(call, call->parameter, &kept, rows));
        TRY(call_reply(call, 200, json_incref(json_array_get(rows, 0))));
        return record_access(call, change, &kept);
    }
    if (outcome != OUTCOME_NOT_FOUND || !uuid_parse(call->parameter, &uuid))
        return outcome;
    TRY(add_erased(call, &change->view, uuid, rows));
    return json_array_size(rows)
               ? call_reply(call, 200, json_incref(json_array_get(rows, 0)))
               : OUTCOME_NOT_FOUND;
}

enum outcome get_received(struct call *call)
{
    call->apply = apply_received;
    return OUTCOME_OK;
}

/* It has another holder now: what is kept of it here is kept for the log and the resident. */
static enum outcome check_holds(struct call *call, const struct kept_signal *kept)
{
    if (kept->transfer.step != TRANSFER_ACCEPTED)
        return OUTCOME_OK;
    snprintf(call->detail, sizeof call->detail, "%s",
             call->request->language == LANGUAGE_NL
                 ? "Dit signaal is doorgezet: een andere organisatie is nu de houder."
                 : "This signal was passed on: another organisation is the holder now.");
    return OUTCOME_STEP_NOT_ALLOWED;
}

/* A local event that never crosses the wire: accepting tells nobody outside. */
static enum outcome apply_acceptance(struct call *call, struct change *change)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    TRY(kept_signal_load(&change->view, TABLE_INBOX, call->parameter, &uuid, &kept));
    TRY(check_holds(call, &kept));
    if (!kept.actor[0]) {
        snprintf(kept.actor, sizeof kept.actor, "%s", call->caller.number);
        snprintf(kept.accepted_role, sizeof kept.accepted_role, "%s", role_word(call->role));
        TRY(kept_signal_print(&kept, &text));
        store_put_sealed(change, TABLE_INBOX, bytes_of(uuid.bytes, sizeof uuid.bytes),
                         buffer_bytes(&text));
    }
    TRY(record_access(call, change, &kept));
    return call_reply(
        call, 200,
        json_pack("{ss ss sb}", "id", call->parameter, "stand", "AANVAARD", "geaccepteerd", 1));
}

enum outcome post_acceptance(struct call *call)
{
    call->apply = apply_acceptance;
    return OUTCOME_OK;
}

static enum outcome reply_contact(struct call *call, const struct signal *signal)
{
    OWNED_JSON contact = NULL;

    TRY(kept_signal_contact(signal, &contact));
    return call_reply(call, 200, json_pack("{ss sO}", "id", call->parameter, "contact", contact));
}

/* Who has several roles asks under the one that accepted. */
static enum outcome take_accepting_role(struct call *call, const struct kept_signal *kept)
{
    enum role role;

    if (!role_parse(kept->accepted_role, &role) || !role_set_has(call->caller.roles, role)) {
        snprintf(call->detail, sizeof call->detail, "%s",
                 call->request->language == LANGUAGE_NL
                     ? "Alleen de rol die het signaal aannam, ziet de contactgegevens."
                     : "Only the role that accepted the signal sees the contact details.");
        return OUTCOME_NO_ROLE;
    }
    call->role = role;
    return OUTCOME_OK;
}

/* The envelope opens for the accepting role: our policy, not cryptography. What is refused must
 * have written nothing, hence the answer comes before the leaf. */
static enum outcome apply_contact(struct call *call, struct change *change)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct uuid uuid;

    TRY(kept_signal_load(&change->view, TABLE_INBOX, call->parameter, &uuid, &kept));
    TRY(check_holds(call, &kept));
    if (!kept.actor[0]) {
        snprintf(call->detail, sizeof call->detail, "%s",
                 call->request->language == LANGUAGE_NL
                     ? "Neem het signaal eerst aan; daarna zijn de contactgegevens te zien."
                     : "Accept the signal first; after that the contact details can be seen.");
        return OUTCOME_STEP_NOT_ALLOWED;
    }
    TRY(take_accepting_role(call, &kept));
    TRY(kept_signal_item(&kept, &signal));
    if (!has_bit(signal.fields, FIELD_CONTACT))
        return OUTCOME_NOT_FOUND;
    TRY(reply_contact(call, &signal));
    return record_access(call, change, &kept);
}

enum outcome get_contact(struct call *call)
{
    call->apply = apply_contact;
    return OUTCOME_OK;
}
