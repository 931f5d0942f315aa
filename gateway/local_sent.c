/* SPDX-License-Identifier: EUPL-1.2 */
/* GET /v1/verzonden: what became of what was handed in here ("Mijn meldingen"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/erasure.h"
#include "gateway/handlers.h"
#include "gateway/kept_signal.h"
#include "gateway/page.h"
#include "gateway/transfer_shown.h"

/* A reporter sees his own; the lead sees all. */
static bool sees_all(const struct call *call)
{
    return role_set_has(call->caller.roles, ROLE_REGIEHOUDER) ||
           role_set_has(call->caller.roles, ROLE_SYSTEEM);
}

static bool may_see(const struct call *call, const struct kept_signal *kept)
{
    return sees_all(call) || strcmp(kept->actor, call->caller.number) == 0;
}

static void add_answers(const struct call *call, const struct kept_signal *kept, json_t *answers)
{
    for (size_t i = 0; i < kept->answer_count; i++) {
        const struct feedback *answer = &kept->answers[i];
        char on[DAY_TEXT_BYTES];
        day_print(answer->on, on);
        json_array_append_new(
            answers, json_pack("{ss ss ss}", "code", answer_word(answer->code), "naam",
                               answer_text(answer->code, call->request->language), "op", on));
    }
}

/* Why it does not arrive, in a sentence: a partner's code may be one that we do not know. */
static void add_reason(const char *code, enum language language, struct buffer *out)
{
    enum outcome outcome = OUTCOME_OK;
    enum refusal refusal;

    if (refusal_parse(code, &refusal)) {
        buffer_add_text(out, refusal_text(refusal, language));
        return;
    }
    while (outcome < OUTCOME_COUNT && strcmp(outcome_code(outcome), code) != 0)
        outcome++;
    buffer_add_text(out, outcome < OUTCOME_COUNT ? outcome_text(outcome, language) : code);
}

/* It may have arrived: whether it did nobody knows, until its recipient signs that it is not there. */
static void add_recall(const struct kept_signal *kept, const char *organisation,
                       enum language language, struct buffer *out)
{
    const bool nl = language == LANGUAGE_NL;
    const struct date on = day_date(amsterdam_day(kept->recall.signed_ms));

    if (kept->recall.signed_ms)
        buffer_format(out,
                      nl ? "teruggehaald: %s tekende op %02d-%02d-%04d dat het daar niet (meer) is. "
                         : "taken back: %s signed on %02d-%02d-%04d that it is not there (any more). ",
                      organisation, on.day, on.month, on.year);
    else if (kept->received_ms || kept->answer_count)
        buffer_format(out,
                      nl ? "aangekomen bij %s, die het niet meer mag gebruiken. "
                         : "arrived at %s, which may not use it any more. ",
                      organisation);
    else
        buffer_format(out,
                      nl ? "misschien aangekomen bij %s, die het niet mag gebruiken. "
                         : "may have arrived at %s, which may not use it. ",
                      organisation);
}

static void add_refusal(const struct call *call, const struct kept_signal *kept,
                        const char *organisation, struct buffer *out)
{
    const enum language language = call->request->language;

    if (kept->recall.withdrawal[0])
        add_recall(kept, organisation, language, out);
    else
        buffer_add_text(out, language == LANGUAGE_NL ? "niet verzonden: " : "not sent: ");
    add_reason(kept->refusal, language, out);
}

/* "{regel}" for a reporter: refused, not delivered yet, or where it stands. What was passed on says
 * to whom, and goes on with that one. */
static enum outcome line_of(const struct call *call, const struct kept_signal *kept,
                            const struct progress *progress, const char *organisation,
                            struct buffer *out)
{
    if (kept->earlier[0])
        buffer_format(out,
                      call->request->language == LANGUAGE_NL ? "doorgezet naar %s; "
                                                             : "passed on to %s; ",
                      organisation);
    if (kept->refusal[0])
        add_refusal(call, kept, organisation, out);
    else
        progress_print(progress, organisation, amsterdam_day(call->now_ms), call->request->language,
                       out);
    return buffer_text(out) ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

/* Consent that is not there can be asked; what the resident decided stands. */
static enum reporter_step step_of_refusal(enum refusal refusal)
{
    switch ((int)refusal) {
    case REFUSAL_NO_CONSENT:
    case REFUSAL_PROOF_WRONG:
    case REFUSAL_PROOF_OTHER_PURPOSE:
    case REFUSAL_PROOF_OTHER_RECIPIENT:
    case REFUSAL_PROOF_OTHER_GROUP:
    case REFUSAL_PROOF_OTHER_TOKEN:
    case REFUSAL_CONSENT_EXPIRED:
    case REFUSAL_CONSENT_WIDER:
        return REPORTER_STEP_ASK_CONSENT;
    case REFUSAL_CONSENT_WITHDRAWN:
    case REFUSAL_OBJECTION:
    case REFUSAL_RECALLED:
    case REFUSAL_ACT_FORBIDDEN:
    case REFUSAL_CODE_BLOCKED:
        return REPORTER_STEP_NONE;
    default:
        return REPORTER_STEP_MEND;
    }
}

static enum reporter_step step_of(const struct call *call, const struct kept_signal *kept,
                                  const struct progress *progress)
{
    enum reporter_step step;
    enum refusal refusal;

    if (!kept->refusal[0])
        return progress_step(progress, amsterdam_day(kept->taken_ms),
                             amsterdam_day(call->now_ms));
    step = refusal_parse(kept->refusal, &refusal) ? step_of_refusal(refusal) : REPORTER_STEP_NONE;
    /* Reported again while it may be there, it might be there twice. */
    return step != REPORTER_STEP_NONE && kept_signal_recall_is_open(kept)
               ? REPORTER_STEP_RING_UNDELIVERED
               : step;
}

/* "volgendeStap": what the reporter can do now; nothing stands there when he need not. For a
 * refusal that has a remedy of its own, that is the sentence. */
static void add_step(const struct call *call, const struct kept_signal *kept,
                     const struct progress *progress, json_t *row)
{
    const enum language language = call->request->language;
    const enum reporter_step step = step_of(call, kept, progress);
    const char *text = reporter_step_text(step, language);
    enum refusal refusal;

    if (step == REPORTER_STEP_NONE)
        return;
    if (step == REPORTER_STEP_MEND && refusal_parse(kept->refusal, &refusal))
        text = refusal_fix(refusal, language);
    json_object_set_new(row, "volgendeStap",
                        json_pack("{ss ss}", "code", reporter_step_word(step), "tekst", text));
}

/* --- which rows: ?welke=open|te-laat|afgerond --- */

enum which { WHICH_ALL, WHICH_OPEN, WHICH_LATE, WHICH_DONE, WHICH_COUNT };

static const char *const which_words[WHICH_COUNT] = {"", "open", "te-laat", "afgerond"};

static enum which which_of(const struct call *call)
{
    char word[16];

    if (!http_query_value(call->request->head->query, "welke", word, sizeof word))
        return WHICH_ALL;
    for (unsigned i = WHICH_OPEN; i < WHICH_COUNT; i++)
        if (strcmp(word, which_words[i]) == 0)
            return (enum which)i;
    return WHICH_COUNT;
}

/* What will not arrive needs nothing of the partner any more, and neither does what was passed on:
 * that goes on as a signal of its own. */
static bool is_wanted(const struct call *call, const struct kept_signal *kept,
                      const struct progress *progress)
{
    bool done = kept->refusal[0] || progress_has_ended(progress) ||
                progress->current == ANSWER_DOOR;

    switch (which_of(call)) {
    case WHICH_OPEN:
        return !done;
    case WHICH_LATE:
        return !done && progress_is_late(progress, amsterdam_day(call->now_ms));
    case WHICH_DONE:
        return done;
    case WHICH_ALL:
    case WHICH_COUNT:
        break;
    }
    return true;
}

static const char *standing_word(const struct kept_signal *kept, const struct progress *progress)
{
    if (kept->recall.withdrawal[0])
        return "TERUGGEHAALD";
    if (kept->refusal[0])
        return "GEWEIGERD";
    return progress->received ? answer_word(progress->current) : "WACHT";
}

/* "terughaling": whether it was at its recipient is known once that one signed. */
static json_t *recall_shown(const struct kept_recall *recall)
{
    char at[INSTANT_TEXT_BYTES];

    if (!recall->signed_ms)
        return json_pack("{ss}", "stand", "GEVRAAGD");
    instant_print(recall->signed_ms, at);
    return json_pack("{ss ss}", "stand", "BEVESTIGD", "getekendOp", at);
}

/* What was passed on: the first one as handed in, and that of the present holder; often the same. */
struct shown {
    const char *id;
    const struct kept_signal *first, *kept;
    json_t *answers; /* of all holders; owned */
};

/* Adds nothing, and does not say so in *out_added, when that row was not asked for. */
static enum outcome add_row(struct call *call, const struct shown *shown, json_t *rows,
                            bool *out_added)
{
    const struct kept_signal *kept = shown->kept;
    const struct known_covenant *known = registry_find(call->registry, kept->covenant);
    OWNED_SIGNAL signal = {0};
    OWNED_BUFFER line = {0};
    OWNED_JSON row = NULL;
    struct progress progress;
    char taken[INSTANT_TEXT_BYTES], due_text[DAY_TEXT_BYTES];
    const struct article *article;
    const struct party *holder;
    const struct signal_code *code;
    struct day due;
    enum term term;

    TRY(kept_signal_item(kept, &signal));
    article = known ? covenant_article(known->covenant, signal.article) : NULL;
    holder = known ? covenant_party(known->covenant, &kept->partner) : NULL;
    if (!article || !holder)
        return OUTCOME_STORE_DAMAGED;
    kept_signal_progress(kept, &article->terms, holder->secrecy, &progress);
    *out_added = is_wanted(call, kept, &progress);
    if (!*out_added)
        return OUTCOME_OK;
    TRY(line_of(call, kept, &progress, holder->name, &line));
    code = signal_code_find(call->gateway->lists, signal.code);
    instant_print(shown->first->taken_ms, taken);
    row = json_pack("{ss ss ss ss ss ss ss si ss ss sO}", "id", shown->id, "bronsleutel",
                    kept->source_key, "signaalcode", signal.code, "signaalnaam",
                    code ? code->name : "", "ontvanger", kept->partner.text, "ontvangerNaam",
                    holder->name, "ingediendOp", taken, "bepaling", signal.article, "stand",
                    standing_word(kept, &progress), "regel", buffer_text(&line), "antwoorden",
                    shown->answers);
    if (!row)
        return OUTCOME_OUT_OF_MEMORY;
    if (kept->transfer.step != TRANSFER_NONE)
        json_object_set_new(row, "overdracht", transfer_shown(call, &kept->transfer));
    if (kept->earlier[0])
        json_object_set_new(row, "eersteOntvanger", json_string(shown->first->partner.text));
    if (kept->refusal[0])
        json_object_set_new(row, "code", json_string(kept->refusal));
    if (kept->recall.withdrawal[0])
        json_object_set_new(row, "terughaling", recall_shown(&kept->recall));
    if (!kept->refusal[0] && progress_next_term(&progress, &term, &due)) {
        day_print(due, due_text);
        json_object_set_new(row, "antwoordUiterlijk", json_string(due_text));
    }
    add_step(call, kept, &progress, row);
    return json_array_append(rows, row) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

/* From the first holder to the present one; what was erased on the way is passed over. */
static enum outcome follow(struct call *call, struct view *view, const struct kept_signal *first,
                           struct kept_signal *out_current, json_t *answers)
{
    const struct kept_signal *kept = first;

    add_answers(call, first, answers);
    for (int hop = 0; hop < TRANSFERS_MAX && kept->transfer.step == TRANSFER_ACCEPTED; hop++) {
        OWNED_KEPT_SIGNAL next = {0};
        struct uuid uuid;
        enum outcome outcome =
            kept_signal_load(view, TABLE_SENT, kept->transfer.item, &uuid, &next);
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        add_answers(call, &next, answers);
        kept_signal_wipe(out_current);
        *out_current = next;
        next = (struct kept_signal){0}; /* handed over */
        kept = out_current;
    }
    return OUTCOME_OK;
}

/* One line for one report: an item that was made by a transfer stands in that of the first. */
static enum outcome is_part(struct view *view, const struct kept_signal *kept, bool *out_part)
{
    OWNED_KEPT_SIGNAL first = {0};
    struct uuid uuid;
    enum outcome outcome;

    *out_part = false;
    if (!kept->earlier[0])
        return OUTCOME_OK;
    outcome = kept_signal_load(view, TABLE_SENT, kept->earlier, &uuid, &first);
    *out_part = outcome == OUTCOME_OK;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome add_kept(struct call *call, struct view *view, const char *id,
                             struct bytes value, json_t *rows,
                             char out_dossier[static DOSSIER_BYTES])
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_KEPT_SIGNAL current = {0};
    OWNED_JSON answers = json_array();
    struct shown shown = {.id = id, .first = &kept, .answers = answers};
    bool added = false, part;

    TRY(kept_signal_read(value, &kept));
    if (!may_see(call, &kept))
        return OUTCOME_OK;
    TRY(is_part(view, &kept, &part));
    if (part)
        return OUTCOME_OK;
    TRY(follow(call, view, &kept, &current, answers));
    shown.kept = current.item.length ? &current : &kept;
    TRY(add_row(call, &shown, rows, &added));
    if (added)
        memcpy(out_dossier, kept.dossier, DOSSIER_BYTES);
    return OUTCOME_OK;
}

static enum outcome may_see_stone(const struct call *call, const struct tombstone *stone,
                                  bool *out_may)
{
    uint8_t reporter[STORE_HASH_BYTES];

    TRY(erasure_reporter(call->gateway->store, call->caller.number, reporter));
    *out_may = sees_all(call) || bytes_equal(bytes_of(reporter, sizeof reporter),
                                             bytes_of(stone->reporter, sizeof stone->reporter));
    return OUTCOME_OK;
}

static json_t *erased_row(const struct call *call, struct uuid id, const struct tombstone *stone)
{
    const enum language language = call->request->language;
    char text[UUID_TEXT_BYTES], at[INSTANT_TEXT_BYTES], on[DAY_TEXT_BYTES], day[DAY_TEXT_BYTES];
    OWNED_BUFFER line = {0};

    uuid_print(id, text);
    instant_print(stone->at_ms, at);
    day_print(stone->taken, on);
    day_print(amsterdam_day(stone->at_ms), day);
    buffer_format(&line,
                  language == LANGUAGE_NL ? "gemeld op %s, gewist op %s: %s"
                                          : "reported on %s, erased on %s: %s",
                  on, day, erasure_cause_text(stone->cause, language));
    if (!buffer_text(&line))
        return NULL;
    return json_pack("{ss ss ss ss ss ss ss}", "id", text, "ontvanger", stone->partner.text,
                     "ontvangerNaam", registry_name(call->registry, &stone->partner), "stand",
                     "GEWIST", "gewistOp", at, "reden", erasure_cause_word(stone->cause), "regel",
                     buffer_text(&line));
}

/* The reporter reads that it is gone, and why; who he is stands there as a keyed hash only. */
static enum outcome add_erased(struct call *call, struct view *view, struct uuid id, json_t *rows)
{
    const enum which which = which_of(call);
    struct tombstone stone;
    bool may = false;
    enum outcome outcome;

    if (which == WHICH_OPEN || which == WHICH_LATE)
        return OUTCOME_OK;
    outcome = erasure_tombstone(view, RECORD_SENT, id, &stone);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    TRY(may_see_stone(call, &stone, &may));
    if (!may)
        return OUTCOME_OK;
    return json_array_append_new(rows, erased_row(call, id, &stone)) ? OUTCOME_OUT_OF_MEMORY
                                                                     : OUTCOME_OK;
}

enum outcome get_sent(struct call *call)
{
    const struct fault fault = {.where = "welke"};

    if (which_of(call) == WHICH_COUNT) {
        call_fault(call, &fault);
        return OUTCOME_MALFORMED;
    }
    return page_reply(call, TABLE_SENT_ORDER, TABLE_SENT, "verzonden", add_kept, add_erased);
}
