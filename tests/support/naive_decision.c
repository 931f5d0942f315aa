/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/naive_decision.h"

#include <string.h>

static const char *text(json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value ? value : "";
}

static bool list_has(json_t *list, const char *word)
{
    size_t i;
    json_t *item;
    json_array_foreach (list, i, item) {
        if (strcmp(json_string_value(item), word) == 0)
            return true;
    }
    return false;
}

static json_t *party_of(json_t *document, const char *oin, size_t *out_index)
{
    size_t i;
    json_t *party;
    json_array_foreach (json_object_get(document, "partijen"), i, party) {
        if (strcmp(text(party, "oin"), oin) == 0) {
            *out_index = i;
            return party;
        }
    }
    return NULL;
}

static struct naive_answer no(const char *code, int article)
{
    return (struct naive_answer){false, code, article, 0};
}

/* Is `party` a recipient: its kind is in naar, and when naarOin names someone of that kind, it
 * is the one named. */
static bool receives(json_t *document, json_t *article, json_t *party)
{
    size_t i, unused;
    json_t *named;
    bool kind_is_named = false;

    if (!list_has(json_object_get(article, "naar"), text(party, "soort")))
        return false;
    json_array_foreach (json_object_get(article, "naarOin"), i, named) {
        json_t *other = party_of(document, json_string_value(named), &unused);
        if (strcmp(text(other, "soort"), text(party, "soort")) == 0)
            kind_is_named = true;
    }
    return !kind_is_named || list_has(json_object_get(article, "naarOin"), text(party, "oin"));
}

/* Adds the parties that must have agreed; returns the refusal or NULL. */
static const char *agreed(json_t *document, json_t *article, const struct request *r, size_t from,
                          size_t to, bool has_to)
{
    bool needed[COVENANT_PARTIES_MAX] = {false};
    bool unsigned_one = false;
    json_t *velden = json_object_get(article, "velden");
    size_t i, index;
    json_t *item;

    needed[from] = true;
    if (has_to)
        needed[to] = true;
    if (list_has(velden, "pseudoniem") || list_has(velden, "onderzoekspseudoniem")) {
        if (json_object_get(document, "sleutelgever")) {
            party_of(document, text(document, "sleutelgever"), &index);
            needed[index] = true;
        }
        json_array_foreach (json_object_get(document, "sleutelhouders"), i, item) {
            party_of(document, json_string_value(item), &index);
            needed[index] = true;
        }
    }
    if (strcmp(text(article, "wijze"), "AGGREGAAT") == 0) {
        json_array_foreach (json_object_get(document, "optellers"), i, item) {
            party_of(document, json_string_value(item), &index);
            needed[index] = true;
        }
    }
    for (i = 0; i < json_array_size(json_object_get(document, "partijen")); i++) {
        if (needed[i] && r->standing->verdicts[i] == VERDICT_WITHDRAWN)
            return "CONVENANT_INGETROKKEN";
        if (needed[i] && r->standing->verdicts[i] != VERDICT_AGREED)
            unsigned_one = true;
    }
    return unsigned_one ? "CONVENANT_NIET_ONDERTEKEND" : NULL;
}

static uint32_t listed_fields(json_t *article)
{
    uint32_t set = 0;
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        if (list_has(json_object_get(article, "velden"), field_word((enum field)f)))
            set |= 1u << f;
    }
    return set;
}

static const char *consent(const struct request *r, json_t *article, const struct signal_code *code)
{
    const struct proof_facts *p = &r->proof;
    enum purpose purpose = PURPOSE_NONE;

    purpose_parse(text(article, "doel"), &purpose);
    if (!p->present)
        return "GEEN_TOESTEMMING";
    if (!p->authentic)
        return "BEWIJS_ONJUIST";
    if (p->withdrawn)
        return "TOESTEMMING_INGETROKKEN";
    if (!(p->purposes >> purpose & 1))
        return "BEWIJS_ANDER_DOEL";
    if (strcmp(p->recipient.text, r->to.text) != 0)
        return "BEWIJS_ANDERE_ONTVANGER";
    if (code && !(p->groups >> code->group & 1))
        return "BEWIJS_ANDERE_SIGNAALGROEP";
    if (!p->token_matches)
        return "BEWIJS_ANDER_PSEUDONIEM";
    if (r->standing->today.number < p->from.number)
        return "GEEN_TOESTEMMING";
    if (r->standing->today.number > p->until.number)
        return "TOESTEMMING_VERLOPEN";
    return NULL;
}

/* Counted in days from the first of the half-year: one before it to 31 after it ended. */
static bool epoch_holds(const char *epoch, struct day today)
{
    char text[] = "0000-01-01";
    struct day first, after;

    memcpy(text, epoch, 4);
    if (epoch[5] == '2')
        text[6] = '7';
    if (!day_parse(text, &first))
        return false;
    after = day_plus_months(first, 6);
    return today.number >= first.number - 1 && today.number < after.number + 31;
}

/* How far does the request get under one article? Each test passed counts one. */
static const char *try_article(json_t *document, json_t *article, const struct request *r,
                               const struct signal_code *code, json_t *from, size_t from_index,
                               json_t *to, size_t to_index, int *steps)
{
    const char *lane = text(article, "wijze");
    json_t *codes = json_object_get(article, "signalen");
    const char *refusal;
    bool individual = r->lane != LANE_AGGREGATE;

    *steps = 0;
    if (r->article && r->article != json_integer_value(json_object_get(article, "nr")))
        return "GEEN_BEPALING";
    ++*steps;
    if (strcmp(text(article, "van"), "*") != 0 &&
        strcmp(text(article, "van"), text(from, "soort")) != 0)
        return "GEEN_BEPALING";
    ++*steps;
    if (to && !receives(document, article, to))
        return "GEEN_BEPALING";
    if (to && individual && from == to)
        return "GEEN_BEPALING";
    ++*steps;
    if (r->purpose && strcmp(text(article, "doel"), purpose_word(r->purpose)) != 0)
        return "GEEN_BEPALING";
    ++*steps;
    if (codes && (!code || !list_has(codes, code->code)))
        return "GEEN_BEPALING";
    if (!codes && strcmp(lane, "AGGREGAAT") == 0 && code && !(code->lanes >> LANE_AGGREGATE & 1))
        return "GEEN_BEPALING";
    if (!codes && strcmp(lane, "AGGREGAAT") != 0 && code)
        return "GEEN_BEPALING";
    ++*steps;
    if (strcmp(lane, lane_word(r->lane)) != 0)
        return strcmp(lane, "AGGREGAAT") == 0 ? "ALLEEN_TELLEN" : "WIJZE_NIET_TOEGESTAAN";
    ++*steps;
    refusal = agreed(document, article, r, from_index, to_index, to != NULL);
    if (refusal)
        return refusal;
    ++*steps;
    if (r->role != ROLE_MELDER && r->role != ROLE_REGIEHOUDER && r->role != ROLE_BEGELEIDER &&
        r->role != ROLE_SYSTEEM && (individual || r->role != ROLE_BELEIDSANALIST))
        return "ROL_ONJUIST";
    ++*steps;
    if (r->side != SIDE_SENDER && (r->fields & ~listed_fields(article)))
        return "VELD_TE_VEEL";
    ++*steps;
    if (r->epoch && !epoch_holds(r->epoch, r->standing->today))
        return "TIJDVAK_ONJUIST";
    ++*steps;
    if (individual && r->side != SIDE_RECEIVER && r->objection)
        return "BEZWAAR";
    ++*steps;
    if (strcmp(lane, "WET") == 0 && r->side != SIDE_RECEIVER &&
        (strcmp(text(article, "doel"), "VROEGSIGNALERING") == 0 ||
         list_has(codes, "FIN.HUURACHTERSTAND"))) {
        static const enum condition admits[] = {CONDITION_CURRENT_TENANT, CONDITION_NO_RUNNING_PLAN,
                                                CONDITION_ADULT};
        static const char *const denied[] = {"GEEN_HUURDER", "REGELING_LOOPT", "MINDERJARIG"};
        static const char *const unsaid[] = {"HUURDER_ONBEKEND", "REGELING_ONBEKEND",
                                             "LEEFTIJD_ONBEKEND"};
        for (int i = 0; i < 3; i++)
            if (!(r->conditions >> admits[i] & 1))
                return r->denied >> admits[i] & 1 ? denied[i] : unsaid[i];
    }
    if (r->side != SIDE_RECEIVER) {
        for (unsigned c = 0; c < CONDITION_COUNT; c++) {
            if (list_has(json_object_get(article, "voorwaarden"),
                         condition_word((enum condition)c)) &&
                !(r->conditions >> c & 1))
                return "VOORWAARDE_ONTBREEKT";
        }
    }
    ++*steps;
    /* A proof is one more test or all of them: nothing comes after it, and two articles that
     * both fall on the proof differ in how far the proof itself got. */
    if (strcmp(lane, "TOESTEMMING") == 0)
        return consent(r, article, code);
    return NULL;
}

static int proof_steps(const char *refusal, const struct request *r)
{
    static const char *const order[] = {"GEEN_TOESTEMMING",        "BEWIJS_ONJUIST",
                                        "TOESTEMMING_INGETROKKEN", "BEWIJS_ANDER_DOEL",
                                        "BEWIJS_ANDERE_ONTVANGER", "BEWIJS_ANDERE_SIGNAALGROEP",
                                        "BEWIJS_ANDER_PSEUDONIEM", "",
                                        "TOESTEMMING_VERLOPEN"};
    for (int i = 0; i < 9; i++) {
        if (strcmp(order[i], refusal) == 0)
            return i == 0 && r->proof.present ? 7 : i; /* present, but not begun */
    }
    return 0;
}

static const char *whole(json_t *document, const struct request *r, const struct signal_code *code,
                         json_t *from, json_t *to)
{
    json_t *forbidden = json_object_get(document, "verboden");
    const char *to_kind = to ? text(to, "soort") : r->to.text[0] ? "" : party_kind_word(r->to_kind);
    bool carries_code = r->code && r->code[0];
    bool home = r->lane == LANE_AGGREGATE && !r->to.text[0] && r->to_kind == PARTY_NONE;
    enum party_kind kind = PARTY_NONE;
    struct day day;

    if (r->act != ACT_NONE)
        return "HANDELING_VERBODEN";
    if (code && code->blocked)
        return "CODE_GEBLOKKEERD";
    if (to_kind[0] && list_has(json_object_get(forbidden, "ontvangers"), to_kind))
        return "ONTVANGER_VERBODEN";
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        if ((r->fields >> f & 1) &&
            list_has(json_object_get(forbidden, "velden"), field_word((enum field)f)))
            return "VELD_VERBODEN";
    }
    if (carries_code && !code)
        return "CODE_ONBEKEND";
    if (!from || (!to && !home))
        return "GEEN_PARTIJ";
    day_parse(text(document, "geldigVanaf"), &day);
    if (r->standing->today.number < day.number)
        return "CONVENANT_NOG_NIET_GELDIG";
    day_parse(text(document, "geldigTot"), &day);
    if (r->standing->today.number > day.number)
        return "CONVENANT_VERLOPEN";
    day_parse(text(document, "evaluatieDatum"), &day);
    if (r->standing->today.number > day.number && !r->standing->has_successor)
        return "EVALUATIE_GEMIST";
    party_kind_parse(to_kind, &kind);
    if (r->lane == LANE_AGGREGATE && r->side == SIDE_RECEIVER)
        return "ALLEEN_TELLEN";
    if (r->lane != LANE_AGGREGATE && party_kind_counts_only(kind))
        return "ALLEEN_TELLEN";
    if (r->lane != LANE_AGGREGATE && code && code->lanes == 1u << LANE_AGGREGATE)
        return "ALLEEN_TELLEN";
    if (r->lane != LANE_AGGREGATE && kind == PARTY_WELZIJN &&
        (!code || strncmp(code->code, "MEED.", 5) != 0))
        return "ALLEEN_MEEDOEN";
    if (r->lane == LANE_NONE || (code && !(code->lanes >> r->lane & 1)))
        return "WIJZE_NIET_TOEGESTAAN";
    return NULL;
}

struct naive_answer naive_decide(json_t *document, const struct request *request)
{
    const struct signal_code *code = signal_code_find(request->covenant->lists, request->code);
    size_t from_index = 0, to_index = 0, i;
    json_t *from = party_of(document, request->from.text, &from_index);
    json_t *to = party_of(document, request->to.text, &to_index);
    const char *refusal = whole(document, request, code, from, to);
    struct naive_answer best = no("GEEN_BEPALING", 0);
    json_t *article;
    int best_steps = 0;

    if (refusal)
        return no(refusal, 0);
    json_array_foreach (json_object_get(document, "bepalingen"), i, article) {
        int steps, number = (int)json_integer_value(json_object_get(article, "nr"));
        refusal =
            try_article(document, article, request, code, from, from_index, to, to_index, &steps);
        if (!refusal)
            return (struct naive_answer){true, "", number,
                                         request->fields & listed_fields(article)};
        if (steps == 12)
            steps += proof_steps(refusal, request);
        if (steps > best_steps) {
            best_steps = steps;
            best = no(refusal, number);
        }
    }
    return best;
}
