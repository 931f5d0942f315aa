/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/signal.h"

#include <string.h>

#include "covenant/import_row.h"
#include "covenant/wire.h"
#include "crypto/ready.h"

enum { UUID_ITEMS = 4, WORD_MAX_BYTES = 16 };

/* --- the members that an article lists: one reader, bound and printer each ----------------- */

static bool token_is_valid(const char *text)
{
    struct token token;

    return token_parse(text, &token) == OUTCOME_OK;
}

static enum outcome read_area(const json_t *item, struct signal *out, struct fault *fault)
{
    static const char *const names[] = {"soort", "code", NULL};
    const json_t *area;
    const char *word;

    TRY(json_object_at(item, "gebied", &area, fault));
    TRY(json_only(area, names, fault));
    TRY(json_text_at(area, "soort", WORD_MAX_BYTES, &word, fault));
    if (!area_level_parse(word, &out->area_level))
        return wire_wrong(fault, "gebied.soort");
    return wire_text_at(area, "code", out->area_code, sizeof out->area_code, fault);
}

static bool area_is_valid(const struct signal *signal)
{
    return area_code_is_valid(signal->area_level, signal->area_code);
}

static void add_area(struct buffer *out, const struct signal *signal)
{
    wire_add_name(out, "gebied");
    buffer_add_byte(out, '{');
    wire_add_text(out, "soort", area_level_word(signal->area_level));
    wire_add_text(out, "code", signal->area_code);
    buffer_add_byte(out, '}');
}

static enum outcome read_moment(const json_t *item, struct signal *out, struct fault *fault)
{
    return wire_text_at(item, "contactmoment", out->contact_moment, sizeof out->contact_moment,
                        fault);
}

static bool moment_is_valid(const struct signal *signal)
{
    return contact_moment_is_known(signal->contact_moment);
}

static void add_moment(struct buffer *out, const struct signal *signal)
{
    wire_add_text(out, "contactmoment", signal->contact_moment);
}

static enum outcome read_week(const json_t *item, struct signal *out, struct fault *fault)
{
    const char *text;

    TRY(json_text_at(item, "waarneemweek", WEEK_TEXT_BYTES - 1, &text, fault));
    return week_parse(text, &out->week) ? OUTCOME_OK : wire_wrong(fault, "waarneemweek");
}

static bool week_is_valid(const struct signal *signal)
{
    char text[WEEK_TEXT_BYTES];
    struct week same;

    /* What is larger than its digits would print as another week. */
    if (signal->week.year > 9999 || signal->week.number > 53)
        return false;
    week_print(signal->week, text);
    return week_parse(text, &same);
}

static void add_week(struct buffer *out, const struct signal *signal)
{
    char text[WEEK_TEXT_BYTES];

    week_print(signal->week, text);
    wire_add_text(out, "waarneemweek", text);
}

static enum outcome read_token(const json_t *item, struct signal *out, struct fault *fault)
{
    return wire_text_at(item, "pseudoniem", out->token, sizeof out->token, fault);
}

static bool own_token_is_valid(const struct signal *signal)
{
    return token_is_valid(signal->token);
}

static void add_token(struct buffer *out, const struct signal *signal)
{
    wire_add_text(out, "pseudoniem", signal->token);
}

static enum outcome read_proof(const json_t *item, struct signal *out, struct fault *fault)
{
    return json_object_at(item, "bewijs", &out->proof, fault);
}

static bool proof_is_valid(const struct signal *signal)
{
    return signal->proof ||
           (signal->proof_text.length > 0 && signal->proof_text.length <= SIGNAL_PROOF_MAX_BYTES);
}

static void add_proof(struct buffer *out, const struct signal *signal)
{
    wire_add_name(out, "bewijs");
    if (signal->proof_text.length > 0)
        buffer_add_bytes(out, signal->proof_text);
    else if (json_write(signal->proof, out) != OUTCOME_OK)
        out->failed = true; /* a borrowed object that was parsed: only memory can lack */
}

static enum outcome read_help(const json_t *item, struct signal *out, struct fault *fault)
{
    const char *word;

    TRY(json_text_at(item, "hulpvraagBekend", WORD_MAX_BYTES, &word, fault));
    return help_question_parse(word, &out->help_question) ? OUTCOME_OK
                                                          : wire_wrong(fault, "hulpvraagBekend");
}

static bool help_is_valid(const struct signal *signal)
{
    return (unsigned)signal->help_question < HELP_QUESTION_COUNT;
}

static void add_help(struct buffer *out, const struct signal *signal)
{
    wire_add_text(out, "hulpvraagBekend", help_question_word(signal->help_question));
}

/* Opened here once, so that what is accepted can be read when a worker accepts it. */
static enum outcome read_contact(const json_t *item, struct signal *out, struct fault *fault)
{
    OWNED_CONTACT contact = {0};
    enum outcome outcome;

    TRY(wire_text_at(item, "contactenvelop", out->contact, sizeof out->contact, fault));
    outcome = contact_parse(bytes_of_text(out->contact), &contact, NULL);
    return outcome == OUTCOME_MALFORMED ? wire_wrong(fault, "contactenvelop") : outcome;
}

static bool contact_is_valid(const struct signal *signal)
{
    return contact_text_is_valid(bytes_of_text(signal->contact));
}

static void add_contact(struct buffer *out, const struct signal *signal)
{
    wire_add_text(out, "contactenvelop", signal->contact);
}

static enum outcome read_arrears(const json_t *item, struct signal *out, struct fault *fault)
{
    return json_integer_at(item, "bedragAchterstand", 0, SIGNAL_CENTS_MAX, &out->arrears_cents,
                           fault);
}

static bool arrears_is_valid(const struct signal *signal)
{
    return signal->arrears_cents >= 0 && signal->arrears_cents <= SIGNAL_CENTS_MAX;
}

static void add_arrears(struct buffer *out, const struct signal *signal)
{
    wire_add_integer(out, "bedragAchterstand", signal->arrears_cents);
}

static enum outcome read_day(const json_t *item, struct signal *out, struct fault *fault)
{
    return wire_day_at(item, "signaalDatum", &out->signal_day, fault);
}

static bool day_is_valid(const struct signal *signal)
{
    (void)signal; /* every number of a day prints as a day */
    return true;
}

static void add_day(struct buffer *out, const struct signal *signal)
{
    wire_add_day(out, "signaalDatum", signal->signal_day);
}

static enum outcome read_study_token(const json_t *item, struct signal *out, struct fault *fault)
{
    return wire_text_at(item, "onderzoekspseudoniem", out->study_token, sizeof out->study_token,
                        fault);
}

static bool study_token_is_valid(const struct signal *signal)
{
    return token_is_valid(signal->study_token);
}

static void add_study_token(struct buffer *out, const struct signal *signal)
{
    wire_add_text(out, "onderzoekspseudoniem", signal->study_token);
}

static enum outcome read_wave(const json_t *item, struct signal *out, struct fault *fault)
{
    return wire_text_at(item, "golf", out->wave, sizeof out->wave, fault);
}

static bool wave_is_valid(const struct signal *signal)
{
    return wave_is_known(signal->wave);
}

static void add_wave(struct buffer *out, const struct signal *signal)
{
    wire_add_text(out, "golf", signal->wave);
}

static enum outcome read_answers(const json_t *item, struct signal *out, struct fault *fault)
{
    const json_t *answers;

    TRY(json_array_at(item, "antwoordcodes", SIGNAL_ANSWERS_MAX, &answers, fault));
    out->answer_count = json_array_size(answers);
    for (size_t i = 0; i < out->answer_count; i++) {
        const json_t *answer = json_array_get(answers, i);
        if (!json_is_string(answer) || json_string_length(answer) > SIGNAL_ANSWER_MAX_BYTES) {
            fault_at(fault, "antwoordcodes[%zu]", i);
            return OUTCOME_MALFORMED;
        }
        memcpy(out->answers[i], json_string_value(answer), json_string_length(answer) + 1);
    }
    return OUTCOME_OK;
}

static bool answers_are_valid(const struct signal *signal)
{
    if (signal->answer_count == 0 || signal->answer_count > SIGNAL_ANSWERS_MAX)
        return false;
    for (size_t i = 0; i < signal->answer_count; i++)
        if (!wire_is_word(signal->answers[i], SIGNAL_ANSWER_MAX_BYTES,
                          WIRE_UPPER WIRE_DIGITS "._-"))
            return false;
    return true;
}

static void add_answers(struct buffer *out, const struct signal *signal)
{
    wire_add_name(out, "antwoordcodes");
    for (size_t i = 0; i < signal->answer_count; i++) {
        buffer_add_text(out, i == 0 ? "[\"" : ",\"");
        buffer_add_text(out, signal->answers[i]);
        buffer_add_byte(out, '"');
    }
    buffer_add_byte(out, ']');
}

/* --- an agreement in three parts: each part a member of its own --- */

static enum outcome read_part(const json_t *item, enum housing_part part, struct signal *out,
                              struct fault *fault)
{
    const char *name = field_word(housing_field(part)), *word;

    TRY(json_text_at(item, name, WORD_MAX_BYTES, &word, fault));
    return housing_value_parse(part, word, &out->housing.values[part]) ? OUTCOME_OK
                                                                       : wire_wrong(fault, name);
}

static bool part_is_valid(const struct signal *signal, enum housing_part part)
{
    return housing_value_word(part, signal->housing.values[part])[0] != '\0';
}

static void add_part(struct buffer *out, const struct signal *signal, enum housing_part part)
{
    wire_add_text(out, field_word(housing_field(part)),
                  housing_value_word(part, signal->housing.values[part]));
}

#define PART(name, part)                                                                           \
    static enum outcome read_##name(const json_t *item, struct signal *out, struct fault *fault)   \
    {                                                                                              \
        return read_part(item, part, out, fault);                                                  \
    }                                                                                              \
    static bool name##_is_valid(const struct signal *signal)                                       \
    {                                                                                              \
        return part_is_valid(signal, part);                                                        \
    }                                                                                              \
    static void add_##name(struct buffer *out, const struct signal *signal)                        \
    {                                                                                              \
        add_part(out, signal, part);                                                               \
    }
PART(repayment, HOUSING_REPAYMENT)
PART(agreed_help, HOUSING_HELP)
PART(rent_term, HOUSING_TERM)
#undef PART

static enum outcome read_end_day(const json_t *item, struct signal *out, struct fault *fault)
{
    return wire_day_at(item, "eindDatum", &out->housing.until, fault);
}

static void add_end_day(struct buffer *out, const struct signal *signal)
{
    wire_add_day(out, "eindDatum", signal->housing.until);
}

/* There when the reporter wants to come along to the first contact; else the field is absent. */
static enum outcome read_warm(const json_t *item, struct signal *out, struct fault *fault)
{
    bool warm = false;

    (void)out;
    TRY(json_boolean_at(item, "warmeOverdracht", &warm, fault));
    return warm ? OUTCOME_OK : wire_wrong(fault, "warmeOverdracht");
}

static bool warm_is_valid(const struct signal *signal)
{
    return has_bit(signal->fields, FIELD_WARM);
}

static void add_warm(struct buffer *out, const struct signal *signal)
{
    (void)signal;
    wire_add_name(out, "warmeOverdracht");
    buffer_add_text(out, "true");
}

static const struct member {
    enum field field;
    enum outcome (*read)(const json_t *item, struct signal *out, struct fault *fault);
    bool (*is_valid)(const struct signal *signal);
    void (*add)(struct buffer *out, const struct signal *signal);
} members[] = {
    {FIELD_AREA, read_area, area_is_valid, add_area},
    {FIELD_CONTACT_MOMENT, read_moment, moment_is_valid, add_moment},
    {FIELD_WEEK, read_week, week_is_valid, add_week},
    {FIELD_TOKEN, read_token, own_token_is_valid, add_token},
    {FIELD_PROOF, read_proof, proof_is_valid, add_proof},
    {FIELD_HELP_QUESTION, read_help, help_is_valid, add_help},
    {FIELD_CONTACT, read_contact, contact_is_valid, add_contact},
    {FIELD_ARREARS, read_arrears, arrears_is_valid, add_arrears},
    {FIELD_SIGNAL_DAY, read_day, day_is_valid, add_day},
    {FIELD_STUDY_TOKEN, read_study_token, study_token_is_valid, add_study_token},
    {FIELD_WAVE, read_wave, wave_is_valid, add_wave},
    {FIELD_ANSWERS, read_answers, answers_are_valid, add_answers},
    {FIELD_REPAYMENT, read_repayment, repayment_is_valid, add_repayment},
    {FIELD_HELP, read_agreed_help, agreed_help_is_valid, add_agreed_help},
    {FIELD_RENT_TERM, read_rent_term, rent_term_is_valid, add_rent_term},
    {FIELD_END_DAY, read_end_day, day_is_valid, add_end_day},
    {FIELD_WARM, read_warm, warm_is_valid, add_warm},
};
enum { MEMBERS_COUNT = sizeof members / sizeof members[0] };

/* --- the whole ------------------------------------------------------------------------------ */

static enum outcome read_core(const json_t *item, struct signal *out, struct fault *fault)
{
    const char *purpose;
    int64_t article;

    TRY(wire_uuid_at(item, "id", UUID_ITEMS, out->id, fault));
    TRY(wire_text_at(item, "convenant", out->covenant, sizeof out->covenant, fault));
    TRY(json_integer_at(item, "bepaling", 1, SIGNAL_ARTICLE_MAX, &article, fault));
    out->article = (int)article;
    TRY(json_text_at(item, "doel", 32, &purpose, fault));
    if (!purpose_parse(purpose, &out->purpose))
        return wire_wrong(fault, "doel");
    TRY(wire_text_at(item, "signaalcode", out->code, sizeof out->code, fault));
    TRY(wire_oin_at(item, "houder", &out->holder, fault));
    TRY(wire_oin_at(item, "regiehouder", &out->lead, fault));
    return wire_instant_at(item, "verzondenOp", &out->sent_ms, fault);
}

/* Counts as it goes, so that a member too many needs no second list of names. */
static enum outcome read_members(const json_t *item, struct signal *out, struct fault *fault)
{
    enum { CORE_COUNT = 8 };
    size_t known = CORE_COUNT;

    for (size_t i = 0; i < MEMBERS_COUNT; i++) {
        if (!json_object_get(item, field_word(members[i].field)))
            continue;
        TRY(members[i].read(item, out, fault));
        out->fields |= bit_of(members[i].field);
        known++;
    }
    return known == json_object_size(item) ? OUTCOME_OK : wire_wrong(fault, "onbekend veld");
}

enum outcome signal_parse(const json_t *item, struct signal *out_signal, struct fault *fault)
{
    OWNED_SIGNAL signal = {0};

    if (!json_is_object(item))
        return wire_wrong(fault, "object");
    TRY(read_core(item, &signal, fault));
    TRY(read_members(item, &signal, fault));
    TRY(signal_check(&signal, fault));
    *out_signal = signal;
    return OUTCOME_OK;
}

/* "<id>@<versie>": whether there is such a covenant is not asked here. */
static bool reference_is_valid(const char *text)
{
    static const char characters[] = WIRE_UPPER WIRE_DIGITS "abcdefghijklmnopqrstuvwxyz._/-";
    size_t id = strspn(text, characters);

    return id > 0 && text[id] == '@' &&
           wire_is_word(text + id + 1, COVENANT_VERSION_MAX_BYTES, characters);
}

/* Research carries no code: then it is "". */
static bool code_is_valid(const char *text)
{
    return text[0] == '\0' ||
           wire_is_word(text, SIGNAL_CODE_TEXT_BYTES - 1, WIRE_UPPER WIRE_DIGITS "._");
}

static enum outcome check_core(const struct signal *signal, struct fault *fault)
{
    struct oin oin;

    if (!wire_is_uuid(signal->id, UUID_ITEMS))
        return wire_wrong(fault, "id");
    if (!reference_is_valid(signal->covenant))
        return wire_wrong(fault, "convenant");
    if (signal->article < 1 || signal->article > SIGNAL_ARTICLE_MAX)
        return wire_wrong(fault, "bepaling");
    if (purpose_word(signal->purpose)[0] == '\0')
        return wire_wrong(fault, "doel");
    if (!code_is_valid(signal->code))
        return wire_wrong(fault, "signaalcode");
    if (!oin_parse(signal->holder.text, &oin))
        return wire_wrong(fault, "houder");
    if (!oin_parse(signal->lead.text, &oin))
        return wire_wrong(fault, "regiehouder");
    if (signal->sent_ms != instant_hour(signal->sent_ms))
        return wire_wrong(fault, "verzondenOp");
    return OUTCOME_OK;
}

enum outcome signal_check(const struct signal *signal, struct fault *fault)
{
    uint32_t known = 0;

    TRY(check_core(signal, fault));
    for (size_t i = 0; i < MEMBERS_COUNT; i++) {
        known |= bit_of(members[i].field);
        if (has_bit(signal->fields, members[i].field) && !members[i].is_valid(signal))
            return wire_wrong(fault, field_word(members[i].field));
    }
    return (signal->fields & ~known) == 0 ? OUTCOME_OK : wire_wrong(fault, "onbekend veld");
}

enum outcome signal_print(const struct signal *signal, struct buffer *out)
{
    TRY(signal_check(signal, NULL));
    buffer_add_byte(out, '{');
    wire_add_text(out, "id", signal->id);
    wire_add_text(out, "convenant", signal->covenant);
    wire_add_integer(out, "bepaling", signal->article);
    wire_add_text(out, "doel", purpose_word(signal->purpose));
    wire_add_text(out, "signaalcode", signal->code);
    wire_add_text(out, "houder", signal->holder.text);
    wire_add_text(out, "regiehouder", signal->lead.text);
    wire_add_instant(out, "verzondenOp", signal->sent_ms);
    for (size_t i = 0; i < MEMBERS_COUNT; i++)
        if (has_bit(signal->fields, members[i].field))
            members[i].add(out, signal);
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}

void signal_wipe(struct signal *signal)
{
    wipe(signal, sizeof *signal);
}
