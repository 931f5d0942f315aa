/* SPDX-License-Identifier: EUPL-1.2 */
/* GET /v1/verzonden/{}/bewijs: the proof that an early signal was reported. */
#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/handlers.h"
#include "gateway/kept_signal.h"
#include "gateway/reported.h"

/* A case of one's own; the lead's and the FG's are all. */
static bool may_see(const struct call *call, const struct kept_signal *kept)
{
    return role_set_has(call->caller.roles, ROLE_REGIEHOUDER) ||
           role_set_has(call->caller.roles, ROLE_FG) ||
           strcmp(kept->actor, call->caller.number) == 0;
}

static enum outcome load(struct call *call, struct view *view, struct kept_signal *out_kept)
{
    struct uuid uuid;
    struct bytes value;

    if (!uuid_parse(call->parameter, &uuid))
        return OUTCOME_NOT_FOUND;
    TRY(store_get(view, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes), &value));
    TRY(kept_signal_read(value, out_kept));
    return may_see(call, out_kept) ? OUTCOME_OK : OUTCOME_NOT_FOUND;
}

/* Before the partner signed for it, nothing is proven. */
static enum outcome not_delivered(struct call *call, const struct kept_signal *kept)
{
    bool dutch = call->request->language == LANGUAGE_NL;
    const char *why = dutch
                          ? "De ontvanger heeft nog niet voor de melding getekend: er is nog geen "
                            "bewijs."
                          : "The recipient has not signed for it yet: there is no proof yet.";

    if (kept->recall.withdrawal[0])
        why = dutch ? "De ontvanger heeft niet voor de melding getekend, en zij is teruggehaald: er "
                      "is geen bewijs."
                    : "The recipient did not sign for it, and it was taken back: there is no proof.";
    else if (kept->refusal[0])
        why = dutch ? "De melding is niet aangekomen: er is geen bewijs."
                    : "The report did not arrive: there is no proof.";
    snprintf(call->detail, sizeof call->detail, "%s", why);
    return OUTCOME_STEP_NOT_ALLOWED;
}

/* --- the reply, in parts --- */

static json_t *condition(enum condition condition, struct day on, enum language language)
{
    char text[DAY_TEXT_BYTES];

    day_print(on, text);
    return json_pack("{ss ss ss}", "code", condition_word(condition), "naam",
                     condition_name(condition, language), "op", text);
}

enum { DATED_CONDITIONS = 3, THEN_CONDITIONS = 4 };

/* That the tenant did not object, and may be reported at all, was so on the day of the intake. NULL
 * when out of memory: a proof that leaves one out would be worse than none. */
static json_t *conditions_of(const struct kept_signal *kept, const struct reported *reported,
                             enum language language)
{
    static const enum condition then[THEN_CONDITIONS] = {
        CONDITION_NO_OBJECTION, CONDITION_CURRENT_TENANT, CONDITION_NO_RUNNING_PLAN,
        CONDITION_ADULT};
    json_t *list = json_array();

    json_array_append_new(
        list, condition(CONDITION_CONTACT_TRIED, reported->contact_attempted, language));
    json_array_append_new(
        list, condition(CONDITION_POINTED_TO_HELP, reported->pointed_to_help, language));
    json_array_append_new(list, condition(CONDITION_REMINDED, reported->reminded, language));
    for (size_t i = 0; i < THEN_CONDITIONS; i++)
        json_array_append_new(list, condition(then[i], amsterdam_day(kept->taken_ms), language));
    if (json_array_size(list) == DATED_CONDITIONS + THEN_CONDITIONS)
        return list;
    json_decref(list);
    return NULL;
}

static enum outcome add_contact(const struct signal *signal, json_t *reply)
{
    OWNED_JSON contact = NULL;

    TRY(kept_signal_contact(signal, &contact));
    return json_object_set(reply, "contact", contact) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

static enum outcome add_content(const struct signal *signal, json_t *reply)
{
    char day[DAY_TEXT_BYTES];
    int failed = 0;

    if (has_bit(signal->fields, FIELD_CONTACT))
        TRY(add_contact(signal, reply));
    if (has_bit(signal->fields, FIELD_ARREARS))
        failed |=
            json_object_set_new(reply, "bedragAchterstand", json_integer(signal->arrears_cents));
    if (has_bit(signal->fields, FIELD_SIGNAL_DAY)) {
        day_print(signal->signal_day, day);
        failed |= json_object_set_new(reply, "signaalDatum", json_string(day));
    }
    return failed ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

static enum outcome add_delivery(struct view *view, const struct kept_signal *kept,
                                 const struct reported *reported, json_t *reply)
{
    OWNED_BUFFER receipt = {0};
    char received[INSTANT_TEXT_BYTES];
    struct bytes json, note;

    TRY(reported_receipt(view, &kept->partner, reported, &json));
    buffer_add_base64(&receipt, json);
    TRY(buffer_outcome(&receipt));
    TRY(audit_checkpoint(view, &note));
    instant_print(reported->received_ms, received);
    return json_object_set_new(reply, "bericht", json_string(reported->message)) |
                   json_object_set_new(reply, "inhoudSha256", json_string(reported->digest)) |
                   json_object_set_new(reply, "ontvangenOp", json_string(received)) |
                   json_object_set_new(reply, "bladhash", json_string(reported->leaf_hash)) |
                   json_object_set_new(reply, "ingenomenBlad",
                                       json_integer((json_int_t)reported->intake_leaf)) |
                   json_object_set_new(reply, "ontvangenBlad",
                                       json_integer((json_int_t)reported->outcome_leaf)) |
                   json_object_set_new(reply, "controlepunt",
                                       json_stringn((const char *)note.data, note.length)) |
                   json_object_set_new(reply, "ontvangstbewijs", json_string(buffer_text(&receipt)))
               ? OUTCOME_OUT_OF_MEMORY
               : OUTCOME_OK;
}

static enum outcome head_of(const struct call *call, const struct kept_signal *kept,
                            const struct signal *signal, const struct reported *reported,
                            json_t **out_reply)
{
    const struct known_covenant *known = registry_find(call->registry, kept->covenant);
    const struct covenant *covenant = known ? known->covenant : NULL;
    const struct article *article = covenant ? covenant_article(covenant, signal->article) : NULL;
    const struct party *from =
        covenant ? covenant_party(covenant, &call->gateway->settings->oin) : NULL;
    const struct party *to = covenant ? covenant_party(covenant, &kept->partner) : NULL;
    const struct signal_code *code = signal_code_find(call->gateway->lists, signal->code);
    char taken[INSTANT_TEXT_BYTES];

    if (!article || !from || !to || !code)
        return OUTCOME_STORE_DAMAGED;
    instant_print(kept->taken_ms, taken);
    *out_reply = json_pack(
        "{ss ss ss ss ss ss ss ss ss ss si ss* ss ss ss so}", "id", signal->id, "bronsleutel",
        kept->source_key, "ingediendOp", taken, "afzender", from->oin.text, "afzenderNaam",
        from->name, "ontvanger", to->oin.text, "ontvangerNaam", to->name, "convenant",
        covenant->reference, "titel", covenant->title, "vingerafdruk", covenant->fingerprint,
        "bepaling", article->number, "wet", article->basis.law, "doel",
        purpose_word(signal->purpose), "signaalcode", code->code, "signaalnaam", code->name,
        "voorwaarden", conditions_of(kept, reported, call->request->language));
    return *out_reply ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

static enum outcome record(struct call *call, struct change *change, const struct kept_signal *kept,
                           const struct signal *signal)
{
    const struct known_covenant *known = registry_find(call->registry, kept->covenant);
    struct audit_entry entry = call_entry(call, AUDIT_ACCESS);
    char rule[COVENANT_RULE_BYTES];

    covenant_rule_print(known->covenant, signal->article, rule, sizeof rule);
    entry.service = "verzonden/bewijs";
    entry.rule = rule;
    entry.covenant = kept->covenant;
    entry.destination = kept->partner.text;
    entry.committed[AUDIT_SUBJECT] = kept->dossier;
    entry.committed[AUDIT_PURPOSE] = purpose_word(signal->purpose);
    entry.committed[AUDIT_OBJECTS] = call->parameter;
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome apply_proof(struct call *call, struct change *change)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    OWNED_JSON reply = NULL;
    struct reported reported;

    TRY(load(call, &change->view, &kept));
    TRY(reported_get(&change->view, call->parameter, &reported));
    if (!reported.delivered)
        return not_delivered(call, &kept);
    TRY(kept_signal_item(&kept, &signal));
    TRY(head_of(call, &kept, &signal, &reported, &reply));
    TRY(add_content(&signal, reply));
    TRY(add_delivery(&change->view, &kept, &reported, reply));
    TRY(call_reply(call, 200, json_incref(reply)));
    return record(call, change, &kept, &signal);
}

enum outcome get_report_proof(struct call *call)
{
    call->apply = apply_proof;
    return OUTCOME_OK;
}
