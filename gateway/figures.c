/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/figures.h"

#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"

enum { NAME_BYTES = 128, REST_BYTES = NAME_BYTES - FIGURES_MONTH_BYTES };

enum knelpunt knelpunt_of(enum refusal refusal)
{
    static const struct {
        enum refusal refusal;
        enum knelpunt knelpunt;
    } rows[] = {
        {REFUSAL_NO_CONSENT, KNELPUNT_CONSENT},
        {REFUSAL_AGREEMENT_MISSING, KNELPUNT_CONSENT},
        {REFUSAL_AGREEMENT_EXPIRED, KNELPUNT_CONSENT},
        {REFUSAL_CONSENT_NOT_YET, KNELPUNT_CONSENT},
        {REFUSAL_CONSENT_EXPIRED, KNELPUNT_CONSENT},
        {REFUSAL_CONSENT_WIDER, KNELPUNT_CONSENT},
        {REFUSAL_CONSENT_UNCONFIRMED, KNELPUNT_CONSENT},
        {REFUSAL_PROOF_WRONG, KNELPUNT_CONSENT},
        {REFUSAL_PROOF_OTHER_PURPOSE, KNELPUNT_CONSENT},
        {REFUSAL_PROOF_OTHER_RECIPIENT, KNELPUNT_CONSENT},
        {REFUSAL_PROOF_OTHER_GROUP, KNELPUNT_CONSENT},
        {REFUSAL_PROOF_OTHER_TOKEN, KNELPUNT_CONSENT},
        {REFUSAL_NOT_A_PARTY, KNELPUNT_BASIS},
        {REFUSAL_NO_ARTICLE, KNELPUNT_BASIS},
        {REFUSAL_NO_ARTICLE_FROM, KNELPUNT_BASIS},
        {REFUSAL_NO_ARTICLE_TO, KNELPUNT_BASIS},
        {REFUSAL_NO_ARTICLE_PURPOSE, KNELPUNT_BASIS},
        {REFUSAL_NO_ARTICLE_CODE, KNELPUNT_BASIS},
        {REFUSAL_LANE_NOT_ALLOWED, KNELPUNT_BASIS},
        {REFUSAL_JOINING_IN_ONLY, KNELPUNT_BASIS},
        {REFUSAL_ACT_FORBIDDEN, KNELPUNT_BASIS},
        {REFUSAL_RECIPIENT_FORBIDDEN, KNELPUNT_BASIS},
        {REFUSAL_COUNTS_ONLY, KNELPUNT_SECRECY},
        {REFUSAL_CODE_BLOCKED, KNELPUNT_SECRECY},
        {REFUSAL_FIELD_FORBIDDEN, KNELPUNT_SECRECY},
        {REFUSAL_OBJECTION, KNELPUNT_OBJECTION},
        {REFUSAL_CONSENT_WITHDRAWN, KNELPUNT_OBJECTION},
        {REFUSAL_RECALLED, KNELPUNT_OBJECTION},
        {REFUSAL_CONDITION_MISSING, KNELPUNT_CONDITION},
        {REFUSAL_NOT_TENANT, KNELPUNT_CONDITION},
        {REFUSAL_TENANT_UNSAID, KNELPUNT_CONDITION},
        {REFUSAL_PLAN_RUNS, KNELPUNT_CONDITION},
        {REFUSAL_PLAN_UNSAID, KNELPUNT_CONDITION},
        {REFUSAL_MINOR, KNELPUNT_CONDITION},
        {REFUSAL_AGE_UNSAID, KNELPUNT_CONDITION},
        {REFUSAL_NOT_YET_VALID, KNELPUNT_COVENANT},
        {REFUSAL_EXPIRED, KNELPUNT_COVENANT},
        {REFUSAL_EVALUATION_MISSED, KNELPUNT_COVENANT},
        {REFUSAL_UNSIGNED, KNELPUNT_COVENANT},
        {REFUSAL_WITHDRAWN, KNELPUNT_COVENANT},
        {REFUSAL_REPLACED, KNELPUNT_COVENANT},
        {REFUSAL_KEY_MISSING, KNELPUNT_COVENANT},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].refusal == refusal)
            return rows[i].knelpunt;
    return KNELPUNT_FORM; /* a field, a code or a recipient that is not right */
}

void figures_month(struct day day, char out[static FIGURES_MONTH_BYTES])
{
    struct date date = day_date(day);

    snprintf(out, FIGURES_MONTH_BYTES, "%04u-%02u", (unsigned)date.year % 10000,
             (unsigned)date.month % 100);
}

/* --- one number --- */

static enum outcome add(struct change *change, const char *name, bool more)
{
    uint8_t number[8] = {0};
    struct bytes value;
    uint64_t counted;
    enum outcome outcome =
        store_get(&change->view, TABLE_FIGURE, bytes_of_text(name), &value);

    if (outcome == OUTCOME_OK && value.length == sizeof number)
        memcpy(number, value.data, sizeof number);
    else if (outcome != OUTCOME_NOT_FOUND)
        return outcome == OUTCOME_OK ? OUTCOME_STORE_DAMAGED : outcome;
    counted = read_u64(number);
    if (!more && counted == 0)
        return OUTCOME_OK; /* of a month that was closed and cleared */
    write_u64(number, more ? counted + 1 : counted - 1);
    store_put(change, TABLE_FIGURE, bytes_of_text(name), bytes_of(number, sizeof number));
    return change->outcome;
}

static enum outcome add_of_month(struct change *change, struct day day, const char *rest, bool more)
{
    char month[FIGURES_MONTH_BYTES], name[NAME_BYTES];

    figures_month(day, month);
    snprintf(name, sizeof name, "%s/%s", month, rest);
    return add(change, name, more);
}

static enum outcome add_of_partner(struct change *change, struct day day, const struct oin *partner,
                                   const char *what, bool more)
{
    char rest[REST_BYTES];

    snprintf(rest, sizeof rest, "partij/%s/%s", partner->text, what);
    return add_of_month(change, day, rest, more);
}

static enum outcome add_reason(struct change *change, int64_t now_ms, enum knelpunt why)
{
    char rest[REST_BYTES];

    snprintf(rest, sizeof rest, "reden/%s", knelpunt_word(why));
    return add_of_month(change, amsterdam_day(now_ms), rest, true);
}

/* --- what is handed in, what is refused --- */

/* Was this row met in this month before? It is now. */
static enum outcome meet(struct change *change, int64_t now_ms, struct bytes row, bool *out_met)
{
    char month[FIGURES_MONTH_BYTES], hash[2 * STORE_HASH_BYTES + 1], name[NAME_BYTES];

    if (row.length != STORE_HASH_BYTES)
        return OUTCOME_INTERNAL;
    figures_month(amsterdam_day(now_ms), month);
    hex_encode(row, hash);
    snprintf(name, sizeof name, "gezien/%s/%s", month, hash);
    *out_met = store_has(&change->view, TABLE_FIGURE, bytes_of_text(name));
    return *out_met ? OUTCOME_OK : add(change, name, true);
}

enum outcome figures_handed_in(struct gateway *gateway, struct change *change, int64_t now_ms,
                               struct bytes row, const char *code, const char *area)
{
    const struct signal_code *known = signal_code_find(gateway->lists, code);
    char rest[REST_BYTES];
    bool met = false;

    if (!known) /* answers for research are no signal */
        return OUTCOME_OK;
    if (row.length)
        TRY(meet(change, now_ms, row, &met));
    if (met)
        return OUTCOME_OK;
    snprintf(rest, sizeof rest, "in/%s/%s",
             signal_code_is_joining_in(known) ? FIGURES_POSITIVE
                                              : signal_group_word(gateway->lists, known->group),
             area);
    return add_of_month(change, amsterdam_day(now_ms), rest, true);
}

enum outcome figures_row_refused(struct change *change, int64_t now_ms, struct bytes row,
                                 enum knelpunt why)
{
    bool met;

    TRY(meet(change, now_ms, row, &met));
    return met ? OUTCOME_OK : add_reason(change, now_ms, why);
}

enum outcome figures_refused(struct change *change, int64_t now_ms, const char *code)
{
    enum refusal refusal;

    return refusal_parse(code, &refusal) ? add_reason(change, now_ms, knelpunt_of(refusal))
                                         : add_reason(change, now_ms, KNELPUNT_FORM);
}

/* --- terms --- */

struct course { /* of one signal */
    struct due_days due;
    enum term closing; /* the term by which it should have ended; TERM_COUNT: none */
    struct day received;
    bool secrecy;
    struct terms terms;
};

/* False when the covenant is not here any more: then it is not counted further. */
static enum outcome course_of(struct gateway *gateway, const struct kept_signal *kept,
                              struct course *out, bool *out_known)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    const struct known_covenant *known = registry_find(registry, kept->covenant);
    const struct party *holder = known ? covenant_party(known->covenant, &kept->partner) : NULL;
    const struct article *article;
    OWNED_SIGNAL signal = {0};

    *out_known = false;
    TRY(kept_signal_item(kept, &signal));
    article = holder ? covenant_article(known->covenant, signal.article) : NULL;
    if (!article || !kept->received_ms)
        return OUTCOME_OK;
    *out = (struct course){
        .due = due_days_from(kept->received_ms, &article->terms, holder->secrecy),
        .received = amsterdam_day(kept->received_ms),
        .secrecy = holder->secrecy,
        .terms = article->terms,
    };
    out->closing = out->due.has[TERM_OUTCOME]   ? TERM_OUTCOME
                   : out->due.has[TERM_DECIDE]  ? TERM_DECIDE
                   : out->due.has[TERM_CONFIRM] ? TERM_CONFIRM
                                                : TERM_COUNT;
    *out_known = true;
    return OUTCOME_OK;
}

static enum outcome add_terms(struct change *change, const struct kept_signal *kept,
                              const struct course *course, bool confirm, bool closing, bool more)
{
    if (confirm && course->due.has[TERM_CONFIRM])
        TRY(add_of_partner(change, course->due.due[TERM_CONFIRM], &kept->partner, "antwoord", more));
    if (closing && course->closing != TERM_COUNT)
        TRY(add_of_partner(change, course->due.due[course->closing], &kept->partner, "slot", more));
    return OUTCOME_OK;
}

/* At most FIGURES_DAYS - 1. */
static unsigned workdays_between(struct day from, struct day to)
{
    unsigned count = 0;

    while (day_compare(from, to) < 0 && count < FIGURES_DAYS - 1) {
        from = day_plus(from, 1);
        count += day_is_workday(from);
    }
    return count;
}

/* --- an answer --- */

static bool tells_of_support(enum answer code)
{
    return code == ANSWER_INBH || code == ANSWER_INGP || code == ANSWER_BEKD ||
           code == ANSWER_VERW || code == ANSWER_AFGR;
}

static void address_name(const uint8_t hash[static STORE_HASH_BYTES], char out[static NAME_BYTES])
{
    char text[2 * STORE_HASH_BYTES + 1];

    hex_encode(bytes_of(hash, STORE_HASH_BYTES), text);
    snprintf(out, NAME_BYTES, "adres/%s", text);
}

static enum outcome add_address(struct gateway *gateway, struct change *change, const char *dossier)
{
    uint8_t hash[STORE_HASH_BYTES];
    char name[NAME_BYTES];

    TRY(store_hash(gateway->store, "ondersteuning", bytes_of_text(dossier), hash));
    address_name(hash, name);
    if (store_has(&change->view, TABLE_FIGURE, bytes_of_text(name)))
        return OUTCOME_OK;
    TRY(add(change, name, true));
    return add(change, "adressen", true);
}

enum outcome figures_forget(struct gateway *gateway, struct change *change, const char *dossier)
{
    uint8_t hash[STORE_HASH_BYTES];
    char name[NAME_BYTES];

    TRY(store_hash(gateway->store, "ondersteuning", bytes_of_text(dossier), hash));
    address_name(hash, name);
    if (!store_has(&change->view, TABLE_FIGURE, bytes_of_text(name)))
        return OUTCOME_OK;
    store_delete(change, TABLE_FIGURE, bytes_of_text(name));
    return add(change, "adressen", false);
}

static enum outcome first_answer(struct change *change, const struct kept_signal *kept,
                                 const struct course *course, const struct feedback *answer)
{
    const struct day due = course->due.due[TERM_CONFIRM];
    char what[16];

    if (!course->due.has[TERM_CONFIRM])
        return OUTCOME_OK;
    if (day_compare(answer->on, due) <= 0)
        TRY(add_of_partner(change, due, &kept->partner, "optijd", true));
    snprintf(what, sizeof what, "dagen%02u", workdays_between(course->received, answer->on));
    return add_of_partner(change, due, &kept->partner, what, true);
}

static enum outcome ended(struct change *change, const struct kept_signal *kept,
                          const struct course *course, bool more)
{
    if (course->closing != TERM_COUNT)
        TRY(add_of_partner(change, course->due.due[course->closing], &kept->partner, "dicht", more));
    return add_of_month(change, course->received, "klaar", more);
}

/* What was passed on has ended here: the new holder has a signal of its own. */
static bool is_over(const struct progress *progress)
{
    return progress_has_ended(progress) || progress->current == ANSWER_DOOR;
}

static enum outcome count_answer(struct gateway *gateway, struct change *change,
                                 const struct kept_signal *kept, const struct course *course,
                                 size_t place, int64_t now_ms)
{
    const struct feedback *answer = &kept->answers[place];
    struct progress before = {0}, after;

    progress_received(&before, kept->received_ms, &course->terms, course->secrecy);
    for (size_t i = 0; i < place; i++)
        progress_answered(&before, &kept->answers[i]);
    after = before;
    progress_answered(&after, answer);
    if (!before.met[TERM_CONFIRM] && after.met[TERM_CONFIRM])
        TRY(first_answer(change, kept, course, answer));
    if (is_over(&before) != is_over(&after))
        TRY(ended(change, kept, course, is_over(&after)));
    if (tells_of_support(answer->code))
        TRY(add_address(gateway, change, kept->dossier));
    if (answer->code == ANSWER_GEHV)
        TRY(add_reason(change, now_ms, KNELPUNT_HELP));
    return OUTCOME_OK;
}

enum outcome figures_answered(struct gateway *gateway, struct change *change,
                              const struct kept_signal *kept, int64_t now_ms)
{
    struct course course;
    bool known;

    if (kept->answer_count == 0)
        return OUTCOME_OK;
    TRY(course_of(gateway, kept, &course, &known)); /* before the receipt: counted with that */
    return known ? count_answer(gateway, change, kept, &course, kept->answer_count - 1, now_ms)
                 : OUTCOME_OK;
}

enum outcome figures_arrived(struct gateway *gateway, struct change *change,
                             const struct kept_signal *kept, int64_t now_ms)
{
    struct course course;
    bool known;

    TRY(course_of(gateway, kept, &course, &known));
    if (!known)
        return OUTCOME_OK;
    TRY(add_terms(change, kept, &course, true, true, true));
    TRY(add_of_month(change, course.received, "weg", true));
    for (size_t i = 0; i < kept->answer_count; i++)
        TRY(count_answer(gateway, change, kept, &course, i, now_ms));
    return OUTCOME_OK;
}

enum outcome figures_gone(struct gateway *gateway, struct change *change,
                          const struct kept_signal *kept, int64_t now_ms)
{
    const struct day today = amsterdam_day(now_ms);
    struct progress progress = {0};
    struct course course;
    bool known;

    TRY(course_of(gateway, kept, &course, &known));
    if (!known)
        return OUTCOME_OK;
    kept_signal_progress(kept, &course.terms, course.secrecy, &progress);
    if (is_over(&progress))
        return OUTCOME_OK;
    TRY(add_terms(change, kept, &course,
                  !progress.met[TERM_CONFIRM] &&
                      day_compare(course.due.due[TERM_CONFIRM], today) >= 0,
                  course.closing != TERM_COUNT &&
                      day_compare(course.due.due[course.closing], today) >= 0,
                  false));
    return add_of_month(change, course.received, "weg", false);
}
