/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/postvak/{}/toestemming: at the first contact, does the resident confirm the consent? */
#include <stdio.h>
#include <string.h>

#include "covenant/basis_words.h"
#include "gateway/handlers.h"
#include "gateway/kept_signal.h"
#include "gateway/withdrawals.h"

/* Before acceptance nobody spoke with the resident, and without consent there is none to confirm.
 */
static enum outcome check(struct call *call, const struct kept_signal *kept,
                          const struct signal *signal)
{
    const bool dutch = call->request->language == LANGUAGE_NL;
    const char *why = NULL;

    if (!has_bit(signal->fields, FIELD_PROOF))
        why = dutch ? "Dit signaal steunt niet op toestemming."
                    : "This signal does not rest on consent.";
    else if (!kept->actor[0])
        why = dutch ? "Neem het signaal eerst aan; vraag het de bewoner daarna."
                    : "Accept the signal first; ask the resident after that.";
    if (!why)
        return OUTCOME_OK;
    snprintf(call->detail, sizeof call->detail, "%s", why);
    return OUTCOME_STEP_NOT_ALLOWED;
}

static enum outcome record(struct call *call, struct change *change, const struct kept_signal *kept,
                           const struct signal *signal, const char *what)
{
    struct audit_entry entry = call_entry(call, AUDIT_CONSENT);
    char object[sizeof call->parameter + 24];

    snprintf(object, sizeof object, "%s %s", call->parameter, what);
    entry.covenant = kept->covenant;
    entry.destination = kept->partner.text;
    entry.committed[AUDIT_SUBJECT] = kept->dossier;
    entry.committed[AUDIT_PURPOSE] = purpose_word(signal->purpose);
    entry.committed[AUDIT_OBJECTS] = object;
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome keep_yes(struct change *change, const struct uuid *uuid,
                             struct kept_signal *kept)
{
    OWNED_BUFFER text = {0};

    snprintf(kept->confirmed, sizeof kept->confirmed, "ja");
    TRY(kept_signal_print(kept, &text));
    store_put_sealed(change, TABLE_INBOX, bytes_of(uuid->bytes, sizeof uuid->bytes),
                     buffer_bytes(&text));
    return change->outcome;
}

static enum outcome apply_answer(struct call *call, struct change *change, bool yes)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct uuid uuid;

    TRY(kept_signal_load(&change->view, TABLE_INBOX, call->parameter, &uuid, &kept));
    TRY(kept_signal_item(&kept, &signal));
    TRY(check(call, &kept, &signal));
    TRY(record(call, change, &kept, &signal, yes ? "BEVESTIGD" : "NIET_BEVESTIGD"));
    if (yes)
        TRY(keep_yes(change, &uuid, &kept));
    else
        TRY(withdraw_received(call->gateway, change, call->parameter, WITHDRAWAL_NIET_BEVESTIGD));
    return call_reply(call, 200,
                      json_pack("{ss ss}", "id", call->parameter, "bevestigd", yes ? "ja" : "nee"));
}

static enum outcome apply_yes(struct call *call, struct change *change)
{
    return apply_answer(call, change, true);
}

static enum outcome apply_no(struct call *call, struct change *change)
{
    return apply_answer(call, change, false);
}

enum outcome post_first_contact(struct call *call)
{
    static const char *const members[] = {"bevestigd", NULL};
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    const char *word;
    enum outcome outcome;

    TRY(call_body(call, members, &body));
    outcome = json_text_at(body, "bevestigd", 3, &word, &fault);
    if (outcome == OUTCOME_OK && strcmp(word, "ja") != 0 && strcmp(word, "nee") != 0) {
        fault_at(&fault, "bevestigd");
        outcome = OUTCOME_MALFORMED;
    }
    call_fault(call, &fault);
    TRY(outcome);
    call->apply = strcmp(word, "ja") == 0 ? apply_yes : apply_no;
    return OUTCOME_OK;
}
